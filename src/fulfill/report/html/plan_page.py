"""Page of a run: a single file that needs no network connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from fulfill.analysis.compare.mail_or_stock import mail_or_stock
from fulfill.inputs.problem import Problem
from fulfill.report.html.channel_charts import channel_share, stock_gain
from fulfill.report.html.contracts import contract_tables
from fulfill.report.html.cost_charts import channel_bridge, channel_steps, cost_bridge
from fulfill.report.html.grounds import ask_table, grounds
from fulfill.report.html.load_charts import load_table, throughput
from fulfill.report.html.page import write_page
from fulfill.report.html.plan_map import plan_map, site_map, zone_keys
from fulfill.report.html.plan_tables import plan_tables
from fulfill.report.html.regime_chart import regime_chart, regime_rates, regime_table
from fulfill.report.html.service_charts import coverage_chart
from fulfill.report.html.style import Chart
from fulfill.study.coverage import coverage_curve
from fulfill.study.labels import STATUS_SENTENCES
from fulfill.study.language import translated as _
from fulfill.study.outputs import PLAN_KPIS
from fulfill.study.plan import Plan
from fulfill.study.run import Run
from fulfill.study.verdict import could_be_saved, headline
from fulfill.study.vocabulary import (
    DAY,
    KEY_FIGURES,
    WHOLE,
    WHOLE_PERCENT,
    Figure,
    figure,
    money,
    named,
    shown,
)

NAMED_SITES, NAMED_PRODUCTS, MUCH = 5, 3, 0.05
"""Sites and mailed products that the first sentences name, the largest first; least share of a
product that is worth naming."""
OPEN_SITES = Figure("open_sites", "sites", WHOLE, "open sites", "number of open sites")


def write_report(
    run: Run,
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    vans: str = "",
    exposed: pd.DataFrame | None = None,
) -> None:
    """Write the page of a plan.

    Parameters
    ----------
    run : Run
        With a plan, with or without sites.
    layers : Mapping of str to GeoDataFrame
        Of `layers.plan_layers`.
    path : Path
        File to write.
    vans : Markup
        Section on own vans, of `private_fleet.van_section`; empty without them.
    exposed : DataFrame, optional
        Of `exposures.exposure_table`; without it the page does not say what to ask first.
    """
    plan, problem, products = run.plan, run.problem, mail_or_stock(run)
    rates = regime_rates(problem)
    write_page(
        path,
        "plan.html",
        problem.network.title,
        _drawings(run, layers, products, rates),
        plan=plan,
        problem=problem,
        finding=run.audit,
        findings=run.baseline.findings if run.baseline else (),
        against_baseline=run.saving.in_words if run.saving else "",
        vans=vans,
        regime_table=regime_table(rates, problem),
        ask_table=ask_table(exposed),
        load_table=load_table(plan, problem) if len(plan.sites) else "",
        contract_tables=contract_tables(run),
        **_opening(plan, problem),
        **plan_tables(plan, problem, products),
        **grounds(problem),
    )


def _drawings(
    run: Run, layers: Mapping[str, gpd.GeoDataFrame], products: pd.DataFrame, rates: pd.DataFrame
) -> dict[str, Chart]:
    """Return the charts and maps that have something to show, by the names of the template."""
    plan, problem, decisions = run.plan, run.problem, run.decisions
    drawings = {
        "site_map": site_map(plan, problem, layers),
        "map": plan_map(plan, problem, layers),
        "channel_chart": channel_share(plan, problem),
        "cost_chart": cost_bridge(plan),
    }
    if decisions is not None:
        drawings["coverage_chart"] = coverage_chart(coverage_curve(run.model, decisions))
    if len(channel_steps(plan).columns):
        drawings["channel_costs"] = channel_bridge(plan)
    if np.isfinite(products["gain_usd_per_order"]).any():
        drawings["gain_chart"] = stock_gain(products, problem)
    if len(rates):
        drawings["regime_chart"] = regime_chart(rates, problem)
    if len(plan.sites):
        drawings["throughput_chart"] = throughput(plan, problem)
    return drawings


def _opening(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return the content above the charts: status, key figures, legend of the map."""
    outcome = plan.outcome
    known = PLAN_KPIS.pick(*(key for key in KEY_FIGURES if key in plan.kpis))
    return {
        "channels_allowed": named("channel", problem.channels),
        "headline": headline(outcome),
        "as_of": shown(plan.as_of, DAY),
        "verdict": _(STATUS_SENTENCES[outcome.status]),
        "objective": figure("objective").with_unit(outcome.objective),
        "could_be_saved": could_be_saved(outcome),
        "seconds": figure("seconds").shown(outcome.seconds),
        "key_figures": [
            *((item, item.in_short(plan.kpis[item.key])) for item in known),
            (OPEN_SITES, OPEN_SITES.shown(len(plan.sites))),
        ],
        "dispatched": shown(_dispatched(plan), WHOLE),
        "zone_keys": zone_keys(plan.kpis["landed_cost_usd_per_order"]),
        **_answer(plan, problem),
    }


def _answer(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return what the first sentences say: the sites, what is mailed, and the cost."""
    by_size = plan.sites.sort_values("orders_year", ascending=False, kind="stable")
    names = [
        _("{site} (own building)").format(site=name) if ownership == "own" else name
        for name, ownership in zip(by_size["name"], by_size["ownership"], strict=True)
    ]
    shares = list(mailed_shares(plan, problem).items())
    mailed = [shares[0], *(pair for pair in shares[1:] if pair[1] >= MUCH)] if shares else []
    mailed = mailed[:NAMED_PRODUCTS]
    return {
        "sites_named": names[:NAMED_SITES],
        "sites_more": len(names[NAMED_SITES:]),
        "mail_share": figure("share_direct_mail").shown(
            plan.kpis["channel_share"].get("direct_mail", 0.0)
        ),
        "mailed": [
            _("{share} of {product}").format(share=shown(share, WHOLE_PERCENT), product=name)
            for name, share in mailed
        ],
        **_saving(plan),
        "landed_cost": figure("landed_cost_usd_per_order").with_unit(
            plan.kpis["landed_cost_usd_per_order"]
        ),
    }


def _saving(plan: Plan) -> dict[str, Any]:
    """Return what the plan saves against mail only, empty where there is nothing to compare."""
    mail, cost = plan.outcome.mail_only_usd, plan.outcome.objective
    if mail is None or mail <= 0 or not len(plan.sites):
        return {"saving": "", "saving_share": "", "dearer": False}
    saved = abs(mail - cost)
    return {
        "saving": money(saved),
        "saving_share": shown(saved / mail, WHOLE_PERCENT),
        "dearer": mail < cost,  # sites locked open may cost more than they save
    }


def _dispatched(plan: Plan) -> float:
    """Return the orders dispatched in a year."""
    return float(plan.flows.loc[plan.flows["leg"] == "outbound", "dispatched"].sum())


def mailed_shares(plan: Plan, problem: Problem) -> dict[str, float]:
    """Return the products that are mailed, those with the most mailed orders first.

    Parameters
    ----------
    plan : Plan
        With flows.
    problem : Problem
        Orders and names of the products.

    Returns
    -------
    dict of str to float
        Mailed share of the potential orders by product name.
    """
    flows = plan.flows[(plan.flows["leg"] == "outbound") & (plan.flows["channel"] == "direct_mail")]
    orders = flows.groupby("product")["orders"].sum().sort_values(ascending=False, kind="stable")
    wanted = pd.Series(problem.orders.sum(axis=(0, 2)), index=problem.products)
    names = problem.network["products"].set_index("product_id")["name"]
    return {
        str(names[product]): float(orders[product] / wanted[product])
        for product in orders.index.astype(str)
    }
