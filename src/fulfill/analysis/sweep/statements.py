"""What a sweep says, in sentences."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.sweep.sweep import Sweep
from fulfill.analysis.sweep.tables import above, effect_table, site_table
from fulfill.study.language import counted, listed
from fulfill.study.language import translated as _
from fulfill.study.resolve import QUICK
from fulfill.study.vocabulary import figure

MOST_FIGURES = 3
"""Figures whose effects are told in sentences."""


def statements(found: Sweep) -> list[str]:
    """Return what a sweep shows, as people read it.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    list of str
        Sentences without full stops.
    """
    told = [_range(found), *_effects(found), _sites(found)]
    if found.grade == QUICK:
        told.append(_("the sites of the base are kept at every point; only orders move"))
    cut = sum(answer.cut_by_clock for answer in found.answers)
    if cut:
        text = _("the time limit ended the search at {points}")
        told.append(text.format(points=_(counted("{n} point", "{n} points", cut))))
    return [sentence for sentence in told if sentence]


def _range(found: Sweep) -> str:
    """Tell how many points have a plan, and between what their costs lie."""
    costs = [answer.objective for answer in found.answers if answer.objective is not None]
    base = found.answers[0]
    apart = sum(above(answer, base)["distinguishable"] == "yes" for answer in found.answers[1:])
    money = figure("objective").with_unit
    text = _(
        "{points}, {planned} of them with a plan; they cost from {low} to {high} a year, the base "
        "{base}; {apart} of the others can be told from the base, the gaps considered"
    )
    return text.format(
        points=_(counted("{n} point", "{n} points", len(found.points))),
        planned=len(costs),
        low=money(min(costs, default=np.nan)),
        high=money(max(costs, default=np.nan)),
        base=money(base.objective),
        apart=apart,
    )


def _effects(found: Sweep) -> list[str]:
    """Tell what the figures with the largest swings do by themselves."""
    effects = effect_table(found)
    sentences = []
    for name in list(dict.fromkeys(effects["figure"]))[:MOST_FIGURES]:
        rows = effects[effects["figure"] == name]
        if not (rows["distinguishable"] == "yes").any():
            text = _("not distinguishable from the base: {figure} alone")
            sentences.append(text.format(figure=name))
            continue
        ends = [
            _("{value}: {usd}").format(value=row.value, usd=_signed(row.above_base_usd))
            if row.distinguishable == "yes"
            else _("{value}: not distinguishable").format(value=row.value)
            for row in rows.itertuples(index=False)
        ]
        text = _("against the base, {figure} alone: {ends}")
        sentences.append(text.format(figure=name, ends=listed(ends, "; ")))
    return sentences


def _signed(usd: float) -> str:
    """Return a difference of costs in words."""
    amount = figure("objective").with_unit(abs(usd))
    return (_("{usd} more") if usd > 0 else _("{usd} less")).format(usd=amount)


def _sites(found: Sweep) -> str:
    """Tell which sites are open at every point."""
    sites = site_table(found)
    if sites.empty:
        return _("no site is open at any point")
    always = sites.loc[sites["share_of_points"] > 1 - 1e-9, "site_id"].tolist()
    text = _(
        "{n} of {of} sites that are open at any point are open at all of them: {names}; plans "
        "whose gaps overlap may differ in sites without one being better"
    )
    return text.format(n=len(always), of=len(sites), names=listed(always) or _("none"))
