"""Tables of a sweep: its points, the effects of single figures, and how stable the sites are.

A plan leaves an interval for the least cost of its point: from its bound to its cost. The
difference of two points lies between bound - cost and cost - bound. Where this interval contains
zero, the points are not distinguishable: the gaps of the plans are larger than what is between
them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.sweep.answers import Answer
from fulfill.analysis.sweep.axes import as_number
from fulfill.analysis.sweep.points import ALONE, Point
from fulfill.analysis.sweep.sweep import Sweep
from fulfill.study.difference import difference
from fulfill.study.sweep_outputs import EFFECTS, POINTS, SITE_SHARES, VALUES

ABOVE_BASE = ("above_base_usd", "above_base_low_usd", "above_base_high_usd")


def above(answer: Answer, base: Answer) -> dict[str, Any]:
    """Return how much more a point costs than the base, by column.

    Parameters
    ----------
    answer, base : Answer

    Returns
    -------
    dict
        Difference of the plans and the interval of the difference of the optima, USD a year (NaN
        where one of them has no plan), and whether they are distinguishable.
    """
    ends = answer.objective, answer.bound, base.objective, base.bound
    if any(end is None for end in ends):
        unknown = dict.fromkeys(ABOVE_BASE, np.nan)
        return {**unknown, "distinguishable": "no"}
    cost, bound, base_cost, base_bound = (float(end) for end in ends if end is not None)
    found = difference((base_cost, base_bound), (cost, bound))
    usd = (cost - base_cost, found.low, found.high)
    told = "yes" if found.distinguishable else "no"
    return {**dict(zip(ABOVE_BASE, usd, strict=True)), "distinguishable": told}


def point_table(found: Sweep) -> pd.DataFrame:
    """Return the points with the figures of their plans.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    DataFrame
        Columns of `sweep_outputs.POINTS`.
    """
    base = found.answers[0]
    rows = []
    for number, (point, answer) in enumerate(zip(found.points, found.answers, strict=True)):
        cost, bound = (_or_nan(one) for one in (answer.objective, answer.bound))
        rows.append(
            {
                "point": number,
                "point_kind": point.kind,
                "overrides": " ".join(map(str, point.overrides)),
                "status": answer.status,
                "objective": cost,
                "bound": bound,
                "gap": (cost - bound) / abs(cost) if cost else np.nan,
                **above(answer, base),
                "n_sites": len(answer.sites) if answer.objective is not None else np.nan,
                "sites": " ".join(f"{site}:{size}" for site, size in answer.sites.items()),
                **{
                    f"share_{name}": answer.shares.get(name, np.nan)
                    for name in ("direct_mail", "local", "cross_border", "nearshore", "unserved")
                },
                "lead_time_days_mean": _or_nan(answer.lead_time_days),
                "cancellation_rate": _or_nan(answer.cancellation_rate),
                "started_from": found.parent[number] if number else np.nan,
                "chose_sites": "yes" if answer.chose_sites else "no",
            }
        )
    return pd.DataFrame(rows, columns=list(POINTS.keys))


def value_table(found: Sweep) -> pd.DataFrame:
    """Return the values of the figures at each point.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    DataFrame
        Columns of `sweep_outputs.VALUES`; the present value where a figure is as it is.
    """
    rows = [
        (number, figure.name, value or figure.present)
        for number, point in enumerate(found.points)
        for figure, value in zip(found.figures, point.values, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(VALUES.keys))


def effect_table(found: Sweep) -> pd.DataFrame:
    """Return what each figure by itself does to the cost.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    DataFrame
        Columns of `sweep_outputs.EFFECTS`: a row for each extreme value of a figure, the figures
        with the largest swing first.
    """
    base = found.answers[0]
    rows: list[dict[str, Any]] = []
    for column, figure in enumerate(found.figures):
        changes = []
        for number, value in _alone(found.points, column):
            answer = found.answers[number]
            more = above(answer, base)
            changes.append(more["above_base_usd"])
            rows.append(
                {
                    "figure": figure.name,
                    "present_value": figure.present,
                    "value": value,
                    "point": number,
                    **more,
                    "sites_changed": len(set(answer.sites) ^ set(base.sites)),
                    "share_direct_mail": answer.shares.get("direct_mail", np.nan),
                }
            )
        known = [0.0, *(change for change in changes if change == change)]
        for row in rows[len(rows) - len(changes) :]:
            row["swing_usd"] = max(known) - min(known)
    table = pd.DataFrame(rows, columns=list(EFFECTS.keys))
    return table.sort_values("swing_usd", ascending=False, kind="stable", ignore_index=True)


def _alone(points: Iterable[Point], column: int) -> list[tuple[int, str]]:
    """Return the points at which only one figure differs from the base, with its value."""
    return [
        (number, point.values[column])
        for number, point in enumerate(points)
        if point.kind == ALONE and point.values[column]
    ]


def site_table(found: Sweep) -> pd.DataFrame:
    """Return how often each site is open.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    DataFrame
        Columns of `sweep_outputs.SITE_SHARES`: sites open at any point, the most stable first.
    """
    plans = [answer.sites for answer in found.answers if answer.objective is not None]
    names = found.run.problem.network["sites"].set_index("site_id")["name"]
    rows = []
    for site in sorted({site for plan in plans for site in plan}):
        sizes = [plan[site] for plan in plans if site in plan]
        rows.append(
            {
                "site_id": site,
                "name": names.get(site, ""),
                "share_of_points": len(sizes) / len(plans),
                "sizes": " ".join(sorted(set(sizes))),
                "open_at_base": "yes" if site in found.answers[0].sites else "no",
            }
        )
    table = pd.DataFrame(rows, columns=list(SITE_SHARES.keys))
    return table.sort_values("share_of_points", ascending=False, kind="stable", ignore_index=True)


def numeric_values(found: Sweep, column: int) -> np.ndarray | None:
    """Return the values of a figure at all points, None where they are no numbers.

    Parameters
    ----------
    found : Sweep
    column : int
        Position of the figure.

    Returns
    -------
    (n_points,) array of float or None
    """
    present = found.figures[column].present
    numbers = [as_number(point.values[column] or present) for point in found.points]
    return None if None in numbers else np.array(numbers, float)


def summary(found: Sweep) -> dict[str, Any]:
    """Return the content of summary.json, which --json prints.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    dict
        Keys of `sweep_outputs.SWEEP_SUMMARY`; a figure that is not defined is None.
    """
    points, effects, sites = point_table(found), effect_table(found), site_table(found)
    return {
        "grade": found.grade,
        "n_points": len(found.points),
        "n_chose_sites": int(sum(answer.chose_sites for answer in found.answers)),
        "n_cut_by_clock": int(sum(answer.cut_by_clock for answer in found.answers)),
        "points": _records(points),
        "effects": _records(effects),
        "sites": _records(sites),
        "audit": {"clean": not found.audit_faults, "faults": list(found.audit_faults)},
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by column, with true and false, and None for NaN."""
    plain = {"yes": True, "no": False}
    return [
        {
            str(key): plain.get(value, value)
            if key in ("distinguishable", "chose_sites", "open_at_base")
            else (None if value != value else value)
            for key, value in row.items()
        }
        for row in table.to_dict("records")
    ]


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
