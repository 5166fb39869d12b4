"""The points of a frontier as a table, as JSON, and in the units that people read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.measures import BUDGET, CHANGES, CO2, RURAL, Measure
from fulfill.inputs.schema import USD
from fulfill.study.currency import currency, in_currency
from fulfill.study.frontier_outputs import FRONTIER
from fulfill.study.json_file import finite
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import PERCENT, TENTH, WHOLE, Figure

PRICE_UNIT = {CO2: "t", BUDGET: USD, CHANGES: "site"}
PRICES = ("price_low_usd", "price_high_usd")
"""Columns of prices for a unit of the measure."""
FLAGS = {"yes": True, "no": False}


def frontier_table(found: Frontier) -> pd.DataFrame:
    """Return the points with the cheapest known plan of each.

    Parameters
    ----------
    found : Frontier

    Returns
    -------
    DataFrame
        Columns of `frontier_outputs.FRONTIER`.
    """
    base, prices = set(found.answers[0].sites), unit_prices(found)
    rows: list[dict[str, Any]] = []
    for number, (point, plan_of, (cost, bound), step, (low, high)) in enumerate(
        zip(found.points, found.plan_of, found.costs, found.steps, prices, strict=True)
    ):
        answer = found.answers[number if plan_of is None else plan_of]
        sites = set(answer.sites)
        rows.append(
            {
                "point": number,
                "limit": found.limits[number],
                "option": " ".join(point.changes),
                "attained": found.value(number),
                "status": answer.status,
                "objective": cost,
                "bound": bound,
                "gap": (cost - bound) / abs(cost) if cost else np.nan,
                "step_low_usd": step.low if step else np.nan,
                "step_high_usd": step.high if step else np.nan,
                "price_low_usd": low,
                "price_high_usd": high,
                "distinguishable": "yes" if step and step.distinguishable else "no",
                "on_frontier": "yes" if plan_of == number else "no",
                "plan_of": np.nan if plan_of is None else plan_of,
                "n_sites": np.nan if plan_of is None else len(sites),
                "sites": " ".join(f"{site}:{size}" for site, size in answer.sites.items()),
                "opened": "" if plan_of is None else " ".join(sorted(sites - base)),
                "closed": "" if plan_of is None else " ".join(sorted(base - sites)),
                "lead_time_days_mean": _or_nan(answer.lead_time_days),
                "share_direct_mail": answer.shares.get("direct_mail", np.nan),
                "share_unserved": answer.shares.get("unserved", np.nan),
            }
        )
    return pd.DataFrame(rows, columns=list(FRONTIER.keys))


def unit_prices(found: Frontier) -> list[tuple[float, float]]:
    """Return what a unit of the measure costs from the point before to each point.

    Parameters
    ----------
    found : Frontier

    Returns
    -------
    list of (float, float)
        Ends of the interval, USD a year for a unit; NaN for the base and without a plan.
    """
    prices = [(np.nan, np.nan)]
    for number in range(1, len(found.points)):
        step = found.steps[number]
        moved = abs(found.limits[number] - found.limits[number - 1]) / found.measure.per
        prices.append((np.nan, np.nan) if step is None else (step.low / moved, step.high / moved))
    return prices


def summary(found: Frontier) -> dict[str, Any]:
    """Return the content of summary.json, which --json prints.

    Parameters
    ----------
    found : Frontier

    Returns
    -------
    dict
        Keys of `question_summaries.FRONTIER_SUMMARY`; a figure that is not defined is None.
    """
    measure, ends = found.measure, found.ends
    rows = [
        {key: FLAGS[value] if key in ("distinguishable", "on_frontier") else value
         for key, value in row.items()}
        for row in frontier_table(found).to_dict("records")
    ]  # fmt: skip
    content = {
        "against": measure.against,
        "within_days": measure.days or None,
        "today": list(measure.today),
        "best": ends.best,
        "proven": ends.proven,
        "price_unit": PRICE_UNIT.get(measure.against, "point"),
        "n_points": len(found.points),
        "n_cut_by_clock": int(sum(answer.cut_by_clock for answer in found.answers)),
        "points": rows,
        "audit": {"clean": not found.audit_faults, "faults": list(found.audit_faults)},
    }
    return dict(finite(content))


def measure_figure(measure: Measure, key: str = "limit") -> Figure:
    """Return a column of the measure with its unit, for people.

    Parameters
    ----------
    measure : Measure
    key : str
        ``limit`` or ``attained``.

    Returns
    -------
    Figure
        Its values are those of `in_unit`; the label is in the language of the context.
    """
    column = FRONTIER[key]
    if measure.is_share:
        text = (
            _("rural orders within {days} days")
            if measure.against == RURAL
            else _("orders within {days} days")
        )
        return replace(column, unit="share", form=PERCENT, words=text.format(days=measure.days))
    if measure.against == CO2:
        return replace(column, unit="t", form=TENTH, words=_("CO2e a year"))
    if measure.against == BUDGET:
        return replace(column, unit=USD, form=WHOLE, words=_("invested in sites"))
    return replace(column, unit="sites", form=WHOLE, words=_("sites opened and closed"))


def in_unit(measure: Measure, value: Any) -> Any:
    """Return values of the measure in the unit of `measure_figure`: tonnes in place of kg."""
    return value / 1_000.0 if measure.against == CO2 else value


def a_unit(measure: Measure, usd: Any) -> Any:
    """Return prices, USD for a unit, for the unit of `unit_in_words`: money of the context."""
    return usd / in_currency(1.0) if measure.against == BUDGET else usd


def unit_in_words(measure: Measure) -> str:
    """Return what a price is of, in the language and the currency of the context."""
    named = {
        CO2: _("tonne of CO2e"),
        BUDGET: _("{currency} of budget").format(currency=currency()),
        CHANGES: _("site opened or closed"),
    }
    return named.get(measure.against, _("point of coverage"))


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
