"""Tables and summary of a roadmap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.roadmap.roadmap import Roadmap
from fulfill.model.site_paths import CLOSED
from fulfill.study.difference import Difference
from fulfill.study.json_file import finite
from fulfill.study.names import names_of
from fulfill.study.roadmap_outputs import CASH_FLOW, CHANGE_ASSUMPTIONS, PAYBACK, ROADMAP

OPEN, GROW, SHRINK, CLOSE, KEEP = "open", "grow", "shrink", "close", "keep"
RANGES = {"closing": "1..6", "own_term": "1..5", "shared_term": "0..2"}
"""Ranges of the assumptions of changes."""


def site_table(found: Roadmap) -> pd.DataFrame:
    """Return what each site does in each year.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    DataFrame
        Columns of `roadmap_outputs.ROADMAP`; without rows where there is no roadmap.
    """
    search, best = found.found, found.found.best
    if best is None:
        return pd.DataFrame(columns=list(ROADMAP.keys))
    terms, sizes = search.question.terms, search.sizes(best)
    instance, names = found.run.instance, names_of(found.run.problem)["site"]
    size_names = {CLOSED: "", **dict(enumerate(instance.sizes))}
    before, rows = terms.present, []
    for year, (run, size) in enumerate(zip(found.years, sizes, strict=True)):
        orders = run.sites.set_index("site_id")["orders_year"]
        for site in np.flatnonzero((size >= 0) | (before >= 0)):
            name, path = instance.sites[site], best.path[site]
            rows.append(
                {
                    "year": year + 1,
                    "as_of": run.plan.as_of,
                    "site_id": name,
                    "name": names[name],
                    "action": action_of(int(before[site]), int(size[site])),
                    "size_before": size_names[int(before[site])],
                    "size": size_names[int(size[site])],
                    "orders_year": float(orders.get(name, 0.0)),
                    "site_usd": _fixed(terms.fixed_usd[year], int(site), int(size[site])),
                    "investment_usd": search.paths.investment_usd[site, path, year],
                    "change_usd": search.paths.change_usd[site, path, year],
                }
            )
        before = size
    return pd.DataFrame(rows, columns=list(ROADMAP.keys))


def action_of(before: int, size: int) -> str:
    """Return what a site does when its size changes; sizes are positions, -1 for closed."""
    if before == size:
        return KEEP
    if before == CLOSED:
        return OPEN
    if size == CLOSED:
        return CLOSE
    return GROW if size > before else SHRINK


def cash_flow(found: Roadmap) -> pd.DataFrame:
    """Return the cost of each year.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    DataFrame
        Columns of `roadmap_outputs.CASH_FLOW`; without rows where there is no roadmap.
    """
    best, sites = found.found.best, site_table(found)
    rows = []
    answers = found.found.answers(best) if best is not None else []
    for year, (run, answer) in enumerate(zip(found.years, answers, strict=True), 1):
        own = sites[sites["year"] == year]
        service = answer.service_usd
        cost = service + float(own["site_usd"].sum() + own["change_usd"].sum())
        discount = float(found.found.question.discount[year - 1])
        rows.append(
            {
                "year": year,
                "as_of": run.plan.as_of,
                "orders_year": float(run.problem.orders.sum()),
                "sites": int((own["size"] != "").sum()),
                "changes": int((own["action"] != KEEP).sum()),
                "mail_share": run.kpis["channel_share"].get("direct_mail", 0.0),
                "lead_time_days_mean": run.kpis["lead_time_days_mean"],
                "service_usd": service,
                "site_usd": float(own["site_usd"].sum()),
                "change_usd": float(own["change_usd"].sum()),
                "cost_usd": cost,
                "discount": discount,
                "discounted_usd": discount * cost,
                "investment_usd": float(own["investment_usd"].sum()),
            }
        )
    return pd.DataFrame(rows, columns=list(CASH_FLOW.keys))


def payback_table(found: Roadmap) -> pd.DataFrame:
    """Return the paybacks as a table.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    DataFrame
        Columns of `roadmap_outputs.PAYBACK`.
    """
    names = names_of(found.run.problem)["site"]
    rows = [
        {
            "site_id": one.site_id,
            "name": names[one.site_id],
            "year": one.year,
            "investment_usd": one.investment_usd,
            "saving_usd": one.saving_usd,
            "saving_low_usd": one.low_usd,
            "saving_high_usd": one.high_usd,
            "break_even_month": one.month,
            "earliest_month": one.earliest,
            "latest_month": one.latest,
            "distinguishable": one.distinguishable,
        }
        for one in found.paybacks
    ]
    return pd.DataFrame(rows, columns=list(PAYBACK.keys))


def assumptions(found: Roadmap) -> pd.DataFrame:
    """Return what is assumed of changes.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    DataFrame
        Columns of `roadmap_outputs.CHANGE_ASSUMPTIONS`.
    """
    costs = found.costs
    rows = [
        ("closing", costs.closing_months, "--closing-months"),
        ("own_term", costs.own_term_years, "--own-term"),
        ("shared_term", costs.shared_term_years, "--shared-term"),
    ]
    return pd.DataFrame(
        [(name, value, RANGES[name], option) for name, value, option in rows],
        columns=list(CHANGE_ASSUMPTIONS.keys),
    )


def summary(found: Roadmap) -> dict[str, Any]:
    """Return what ``fulfill roadmap --json`` prints.

    Parameters
    ----------
    found : Roadmap

    Returns
    -------
    dict
        Keys of `question_summaries.ROADMAP_SUMMARY`.
    """
    years = [
        {
            **row,
            "open_sites": [
                {"site_id": site, "size": size}
                for site, size in zip(run.sites["site_id"], run.sites["size"], strict=True)
            ],
            "gap_usd": run.outcome.gap_usd,
        }
        for row, run in zip(cash_flow(found).to_dict("records"), found.years, strict=True)
    ]
    wait = found.waiting
    held = {
        "status": found.status,
        "cost_usd": found.cost_usd,
        "bound_usd": found.found.bound,
        "gap": found.found.gap,
        "gap_usd": found.cost_usd - found.found.bound,
        "discount_rate": found.discount_rate,
        "today": [
            {"site_id": one.site_id, "size": one.size, "bound_years": one.bound_years}
            for one in found.today
        ],
        "stay_usd": found.stay_usd,
        "npv_usd": found.npv_usd,
        "waiting": None
        if wait is None
        else {"cost_usd": wait.cost_usd, "bound_usd": wait.bound_usd, **wait.price.record},
        "years": years,
        "paybacks": payback_table(found).to_dict("records"),
        "assumptions": assumptions(found).to_dict("records"),
        "rounds": found.found.rounds,
        "solves": found.found.solves,
        "audit": {"clean": not found.faults, "faults": list(found.faults)},
    }
    return dict(finite(held))


def npv_interval(found: Roadmap) -> Difference:
    """Return how far the net present value is certain: the roadmap is known up to its gap."""
    return Difference(found.npv_usd, found.stay_usd - found.found.bound)


def _fixed(fixed: np.ndarray, site: int, size: int) -> float:
    return float(fixed[site, size]) if size >= 0 else 0.0
