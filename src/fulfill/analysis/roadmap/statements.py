"""What a roadmap says, in sentences."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.roadmap.roadmap import Roadmap
from fulfill.analysis.roadmap.tables import CLOSE, GROW, OPEN, SHRINK, npv_interval, site_table
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import FINE_PERCENT, PERCENT, money, shown


def sentences(found: Roadmap) -> list[str]:
    """Return what a roadmap costs and says, in the language of the context.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    list of str
    """
    if found.found.best is None:
        return [_("No roadmap keeps the limits of the years, or none was found in the time.")]
    rate = shown(found.discount_rate, PERCENT)
    texts = [
        _(
            "All years cost {cost}, discounted at {rate} a year; no roadmap costs less than "
            "{bound}, so the gap is {gap}."
        ).format(
            cost=money(found.cost_usd),
            rate=rate,
            bound=money(found.found.bound),
            gap=shown(found.found.gap, FINE_PERCENT),
        )
    ]
    return [*texts, *_years(found), _worth(found), _waiting(found)]


def _years(found: Roadmap) -> list[str]:
    """Return what changes in each year."""
    table = site_table(found)
    verbs = {
        OPEN: _("open {sites}"),
        GROW: _("grow {sites}"),
        SHRINK: _("shrink {sites}"),
        CLOSE: _("close {sites}"),
    }
    texts = []
    for year in range(1, len(found.years) + 1):
        rows = table[table["year"] == year]
        parts = []
        for action, verb in verbs.items():
            sites = rows[rows["action"] == action]
            if len(sites):
                named = [
                    f"{name} {size}".strip()
                    for name, size in zip(sites["name"], sites["size"], strict=True)
                ]
                parts.append(verb.format(sites=listed(named)))
        said = "; ".join(parts) if parts else _("no changes")
        texts.append(_("Year {year}: {changes}.").format(year=year, changes=said))
    return texts


def _worth(found: Roadmap) -> str:
    """Return the net present value of the changes."""
    if not np.isfinite(found.stay_usd):
        return _("The sites of today cannot serve all years as asked, so nothing compares with it.")
    if npv_interval(found).distinguishable:
        text = _(
            "Net present value of the changes: {npv} against keeping the sites of today; it is an "
            "estimate, since their orders were allocated only once."
        )
    else:
        text = _("The changes save nothing against keeping the sites of today.")
    return text.format(npv=money(found.npv_usd))


def _waiting(found: Roadmap) -> str:
    """Return the price of waiting a year."""
    waiting = found.waiting
    if waiting is None or not np.isfinite(waiting.cost_usd):
        return _("To change nothing in year 1 is not possible, or no such roadmap was found.")
    low, high = money(waiting.price.low), money(waiting.price.high)
    if waiting.price.distinguishable:
        text = _("Price of waiting a year: {low} to {high} in all, discounted.")
    else:
        text = _(
            "Price of waiting a year: not distinguishable from nothing; it is at most {high} in "
            "all, discounted."
        )
    return text.format(low=low, high=high)
