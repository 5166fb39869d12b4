"""What the mixed mode saves over another, with the uncertainty that both gaps leave.

The interval is that of `study/difference.py`. A mode that is a restriction of the mixed one cannot
be cheaper: its difference is not below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fulfill.model.decisions import Outcome
from fulfill.study.currency import currency, in_currency
from fulfill.study.difference import difference
from fulfill.study.language import translated as _
from fulfill.study.verdict import headline
from fulfill.study.vocabulary import WHOLE, shown

SAVES, COSTS_MORE, NOT_DISTINGUISHABLE = "saves", "costs_more", "not_distinguishable"
COLUMNS = ("above_mixed_usd", "above_mixed_low_usd", "above_mixed_high_usd", "difference")


def against_mixed(
    row: Mapping[str, Any], mixed: Mapping[str, Any], *, restricted: bool
) -> dict[str, Any]:
    """Return how much more a mode costs than the mixed one.

    Parameters
    ----------
    row, mixed : Mapping
        objective (NaN without a plan) and bound of both, USD a year.
    restricted : bool
        Whether every plan of the mode is one of the mixed mode too.

    Returns
    -------
    dict
        `COLUMNS`: the difference of the plans, the interval of the difference of the optima (NaN
        where an end is not known), and what follows; NaN and an empty text without both plans.
    """
    cost, other = float(row["objective"]), float(mixed["objective"])
    if not (np.isfinite(cost) and np.isfinite(other)):
        return dict(zip(COLUMNS, (np.nan, np.nan, np.nan, ""), strict=True))
    found = difference(
        (other, float(mixed["bound"])), (cost, float(row["bound"])), restricted=restricted
    )
    verdict = NOT_DISTINGUISHABLE
    if found.distinguishable:
        verdict = SAVES if found.low > 0 else COSTS_MORE
    ends = (end if np.isfinite(end) else np.nan for end in (found.low, found.high))
    return dict(zip(COLUMNS, (cost - other, *ends, verdict), strict=True))


def in_words(rows: pd.DataFrame) -> list[str]:
    """Return a sentence for each mode that has a plan, on what the mix saves, as people read it.

    Parameters
    ----------
    rows : DataFrame
        Rows of `modes` of one date.

    Returns
    -------
    list of str
        In the order of the rows; empty where the mixed mode has no plan.
    """
    return [_sentence(row) for row in rows.to_dict("records") if row["difference"]]


def cut_searches(rows: pd.DataFrame) -> list[str]:
    """Return the first line of each plan whose search was cut at a large gap.

    Parameters
    ----------
    rows : DataFrame
        Rows of `modes`.

    Returns
    -------
    list of str
        With the mode in front, in the order of the rows.
    """
    outcomes = [
        (
            shown(row["mode"], "mode"),
            Outcome(
                status=row["status"],
                objective=float(row["objective"]),
                bound=float(row["bound"]),
                bound_kind=row["bound_kind"],
                bound_of="",
                seconds=float(row["seconds"]),
                ended_by=row["ended_by"],
            ),
        )
        for row in rows.to_dict("records")
        if pd.notna(row["objective"])
    ]
    return [
        _("{mode}: {headline}").format(mode=mode, headline=headline(outcome))
        for mode, outcome in outcomes
        if outcome.is_poor
    ]


def _sentence(row: Mapping[Any, Any]) -> str:
    low, high, verdict = row["above_mixed_low_usd"], row["above_mixed_high_usd"], row["difference"]
    told = {"mode": shown(row["mode"], "mode"), "planned": _amount(row["above_mixed_usd"])}
    if verdict == NOT_DISTINGUISHABLE:
        text = _(
            "the mix and {mode} are not distinguishable: {mode} costs {usd} a year more "
            "({planned} as planned)"
        )
        return text.format(usd=_between(low, high), **told)
    told["planned"] = _amount(abs(row["above_mixed_usd"]))
    told["usd"] = _between(*sorted((abs(low), abs(high))))
    if verdict == COSTS_MORE:
        text = _("the mix costs more: {usd} a year more than {mode} ({planned} as planned)")
    else:
        text = _("the mix saves {usd} a year against {mode} ({planned} as planned)")
    return text.format(**told)


def _between(low: float, high: float) -> str:
    """Return both ends of an interval, or one number where they do not differ, with the unit."""
    ends = _amount(low), _amount(high)
    text = _("between {low} and {high}").format(low=ends[0], high=ends[1])
    value = ends[0] if ends[0] == ends[1] else text
    return _("{value} {unit}").format(value=value, unit=currency())


def _amount(usd: float) -> str:
    """Return an amount in whole units of the currency of the context, without its name."""
    amount = in_currency(usd)
    return shown(round(amount) + 0.0 if np.isfinite(amount) else amount, WHOLE)  # no minus zero
