"""The points of a frontier against CVaR, and the choices that were tried, as tables and as JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.frontier.tables import FLAGS
from fulfill.analysis.scenarios.network_years import Sites
from fulfill.model.arrays import Array
from fulfill.model.risk import CVAR
from fulfill.study.frontier_outputs import RISK_CHOICES, RISK_FRONTIER
from fulfill.study.json_file import finite

YES_NO = {answer: text for text, answer in FLAGS.items()}


def risk_table(found: RiskFrontier) -> pd.DataFrame:
    """Return the points, from the least expected cost to the least CVaR.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    DataFrame
        Columns of `frontier_outputs.RISK_FRONTIER`.
    """
    curve, best = found.curve, list(found.curve.best)
    steps, (low, high) = curve.steps, price_ends(found)
    sites = [found.sites(number) for number in range(len(best))]
    before = [sites[0], *sites[:-1]]
    more = np.r_[np.nan, np.diff(curve.expected[best])]
    chance = curve.probability
    columns: dict[str, Any] = {
        "point": np.arange(len(best)),
        "weight": curve.weights,
        "value_usd": curve.values,
        "bound_usd": curve.bounds,
        "gap": (curve.values - curve.bounds) / np.abs(curve.values),
        "expected_usd": curve.expected[best],
        "cvar_usd": curve.cvar[best],
        "worst_usd": curve.costs[best].max(axis=1),
        "more_usd": more,
        "avoided_usd": curve.avoided,
        "price": _per(more, curve.avoided),
        "price_low": low,
        "price_high": high,
        "distinguishable": ["" if one is None else YES_NO[one.distinguishable] for one in steps],
        "n_sites": [len(one) for one in sites],
        "sites": [_words(one) for one in sites],
        "opened": [_words(set(one) - set(old)) for one, old in zip(sites, before, strict=True)],
        "closed": [_words(set(old) - set(one)) for one, old in zip(sites, before, strict=True)],
        "of_run": [YES_NO[one == found.base] for one in sites],
        "lead_time_days": [chance @ [year.lead_days for year in years] for years in found.years],
    }
    return pd.DataFrame(columns)[list(RISK_FRONTIER.keys)]


def price_ends(found: RiskFrontier) -> tuple[Array, Array]:
    """Return the ends of what a USD of CVaR avoided costs from the point before, (W,), USD each.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    low, high : ndarray, shape (W,)
        NaN for the first point and where the sites are those of the point before.
    """
    steps = found.curve.steps
    low = np.array([np.nan if step is None else step.low for step in steps])
    high = np.array([np.nan if step is None else step.high for step in steps])
    return _per(low, found.curve.avoided), _per(high, found.curve.avoided)


def tried_table(found: RiskFrontier) -> pd.DataFrame:
    """Return the choices of sites that were tried.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    DataFrame
        Columns of `frontier_outputs.RISK_CHOICES`, the least expected cost first; without figures
        where some year has no plan.
    """
    curve = found.curve
    order = np.lexsort((curve.cvar, curve.expected))
    sites = [curve.choices[place] for place in order]
    columns: dict[str, Any] = {
        "choice": np.arange(1, len(order) + 1),
        "expected_usd": curve.expected[order],
        "cvar_usd": curve.cvar[order],
        "worst_usd": curve.costs[order].max(axis=1),
        "on_frontier": [YES_NO[int(place) in curve.best] for place in order],
        "n_sites": [len(one) for one in sites],
        "sites": [_words(one) for one in sites],
        "of_run": [YES_NO[one == found.base] for one in sites],
    }
    return pd.DataFrame(columns)[list(RISK_CHOICES.keys)].replace(np.inf, np.nan)


def risk_summary(found: RiskFrontier) -> dict[str, Any]:
    """Return the content of summary.json, which --json prints.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    dict
        Keys of `question_summaries.RISK_FRONTIER_SUMMARY`; a figure that is not defined is None.
    """
    points, choices = (
        [
            {key: FLAGS.get(value) if key in flags else value for key, value in row.items()}
            for row in table.to_dict("records")
        ]
        for table, flags in (
            (risk_table(found), ("distinguishable", "of_run")),
            (tried_table(found), ("on_frontier", "of_run")),
        )
    )
    content = {
        "against": CVAR,
        "level": found.curve.level,
        "scenarios": [
            {"scenario": one.name, "probability": one.probability} for one in found.scenarios
        ],
        "n_points": len(points),
        "n_choices": len(choices),
        "points": points,
        "choices": choices,
        "audit": {"clean": not found.audit_faults, "faults": list(found.audit_faults)},
    }
    return dict(finite(content))


def _per(amount: Array, avoided: Array) -> Array:
    """Return amounts for a USD of CVaR avoided; NaN where none is."""
    moved = np.nan_to_num(avoided) > 0.0
    found: Array = np.divide(amount, avoided, out=np.full(len(amount), np.nan), where=moved)
    return found


def _words(sites: Sites | set[tuple[str, str]]) -> str:
    """Return sites with their sizes, by id."""
    return " ".join(f"{site}:{size}" for site, size in sorted(sites))
