"""Page of a run: a single file that needs no network connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from fulfill.audit.plan import Audit
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import STATUSES
from fulfill.report.gis.places import place_table
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.plan_charts import channel_share, cost_bridge, site_load, throughput
from fulfill.report.html.plan_map import plan_map, site_map, zone_keys
from fulfill.study.outputs import CAPACITY, CHANNELS, COSTS, NOT_SERVED, PLAN_KPIS, SITES
from fulfill.study.plan import Plan
from fulfill.study.verdict import headline
from fulfill.study.vocabulary import (
    KEY_FIGURES,
    STATUS_SENTENCES,
    WHOLE,
    WHOLE_PERCENT,
    Figure,
    figure,
    named,
    shown,
)

TIGHTEST = 15
AT_LIMIT = 0.999
NAMED_SITES, NAMED_PRODUCTS, MUCH = 5, 3, 0.05
"""Sites and mailed products that the first sentences name, the largest first; least share of a
product that is worth naming."""
OPEN_SITES = Figure("open_sites", "sites", WHOLE, "open sites", "number of open sites")
FULL = Figure(
    "full", "", "{:.0f}", "periods at the limit", "periods in which the resource is at its limit"
)
SITE_COLUMNS = SITES.pick(
    "name",
    "state",
    "ownership",
    "size",
    "orders_year",
    "mean_utilisation",
    "peak_utilisation",
    "peak_period",
    "fixed_usd_year",
    "opening_usd",
)
NOT_SERVED_COLUMNS = NOT_SERVED.pick("reason", "limits", "country", "product", "orders")
CAPACITY_COLUMNS = (
    *CAPACITY.pick("resource", "kind"),
    replace(CAPACITY["period"], words="tightest in"),
    # The unit has a column of its own.
    *(replace(CAPACITY[key], unit="") for key in ("used", "capacity")),
    *CAPACITY.pick("unit", "utilisation"),
    FULL,
)
DATA_COLUMNS = (
    Figure("table", "", "", "table", "table of the inputs"),
    *(Figure(key, "", WHOLE, shown(key, "data_status"), "rows") for key in STATUSES),
)


def write_report(
    plan: Plan,
    problem: Problem,
    finding: Audit,
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    vans: str = "",
) -> None:
    """Write the page of a plan.

    Parameters
    ----------
    plan : Plan
        With or without sites.
    problem : Problem
        What was planned.
    finding : Audit
        Result of checking the plan.
    layers : Mapping of str to GeoDataFrame
        Of `layers.plan_layers`.
    path : Path
        File to write.
    vans : Markup
        Section on own vans, of `private_fleet.van_section`; empty without them.
    """
    drawings = {
        "site_map": site_map(plan, problem, layers),
        "map": plan_map(plan, problem, layers),
        "channel_chart": channel_share(plan, problem),
        "cost_chart": cost_bridge(plan),
    }
    if len(plan.sites):
        drawings |= {
            "throughput_chart": throughput(plan, problem),
            "load_chart": site_load(plan, problem),
        }
    write_page(
        path,
        "plan.html",
        problem.network.title,
        drawings,
        plan=plan,
        problem=problem,
        finding=finding,
        vans=vans,
        **_opening(plan, problem),
        **_tables(plan, problem),
        **_grounds(problem),
    )


def _opening(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return the content above the charts: status, key figures, legend of the map."""
    outcome = plan.outcome
    known = PLAN_KPIS.pick(*(key for key in KEY_FIGURES if key in plan.kpis))
    return {
        "channels_allowed": named("channel", problem.channels),
        "headline": headline(outcome),
        "verdict": STATUS_SENTENCES[outcome.status],
        "objective": figure("objective").shown(outcome.objective),
        "bounded": np.isfinite(outcome.bound),
        "bound": figure("bound").shown(outcome.bound),
        "gap": figure("gap").shown(outcome.gap),
        "gap_usd": shown(outcome.gap_usd, WHOLE),
        "seconds": figure("seconds").shown(outcome.seconds),
        "key_figures": [
            *((item, item.in_short(plan.kpis[item.key])) for item in known),
            (OPEN_SITES, OPEN_SITES.shown(len(plan.sites))),
        ],
        "zone_keys": zone_keys(),
        **_answer(plan, problem),
    }


def _answer(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return what the first sentences say: the sites, what is mailed, and the cost."""
    by_size = plan.sites.sort_values("orders_year", ascending=False, kind="stable")
    names = list(by_size["name"])
    shares = list(mailed_shares(plan, problem).items())
    mailed = [shares[0], *(pair for pair in shares[1:] if pair[1] >= MUCH)] if shares else []
    mailed = mailed[:NAMED_PRODUCTS]
    return {
        "sites_named": names[:NAMED_SITES],
        "sites_more": len(names[NAMED_SITES:]),
        "mail_share": figure("share_direct_mail").shown(
            plan.kpis["channel_share"].get("direct_mail", 0.0)
        ),
        "mailed": [f"{shown(share, WHOLE_PERCENT)} of {name}" for name, share in mailed],
        **_saving(plan),
        "landed_cost": figure("landed_cost_usd_per_order").shown(
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
        "saving": shown(saved, WHOLE),
        "saving_share": shown(saved / mail, WHOLE_PERCENT),
        "dearer": mail < cost,  # sites locked open may cost more than they save
    }


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


def coverage(zones: pd.DataFrame) -> pd.DataFrame:
    """Return how soon orders arrive by class of zone.

    Parameters
    ----------
    zones : DataFrame
        Table of zones of a plan.

    Returns
    -------
    DataFrame
        zone_class, orders, the share of the potential orders within each number of days of the
        table, and the share not served; the last row is all zones.
    """
    shares = [str(key) for key in zones if str(key).startswith("share_within_")] + [
        "share_unserved"
    ]
    weighted = zones[shares].fillna(0.0).mul(zones["orders"], axis=0)
    weighted.insert(0, "orders", zones["orders"])
    sums = weighted.groupby(zones["zone_class"]).sum()
    sums.loc["all zones"] = sums.sum()
    sums[shares] = sums[shares].div(sums["orders"], axis=0)
    return sums.reset_index()


def _tables(plan: Plan, problem: Problem) -> dict[str, Any]:
    """Return the tables of channels, cost parts, sites and capacities."""
    parts = plan.costs[plan.costs["usd_year"].abs() > 0.5]
    return {
        "channel_table": html_table(
            plan.channels[plan.channels["orders"] > 0],
            CHANNELS.figures,
            caption="Orders by channel",
        ),
        "cost_table": html_table(
            parts.sort_values("usd_year", ascending=False),
            COSTS.figures,
            caption="Parts of the cost",
        ),
        "coverage_table": _coverage_table(plan),
        "site_table": _site_table(plan, problem),
        "unserved_table": html_table(
            _products_in_words(plan, problem), NOT_SERVED_COLUMNS, caption="Orders not served"
        )
        if (plan.unserved["orders"] >= 0.5).any()
        else "",
        "capacity_table": html_table(
            _in_words(tightest(plan), problem), CAPACITY_COLUMNS, caption="Tightest capacities"
        ),
    }


def _products_in_words(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the reasons of unserved orders with names of products, the most orders first."""
    names = problem.network["products"].set_index("product_id")["name"]
    rows = plan.unserved[plan.unserved["orders"] >= 0.5]
    rows = rows.assign(product=rows["product"].map(names).fillna(rows["product"]))
    return rows.sort_values("orders", ascending=False, kind="stable").head(TIGHTEST)


def _coverage_table(plan: Plan) -> str:
    """Return the table of the shares of orders within days by class of zone."""
    rows = coverage(plan.zones)
    columns = [figure(str(key)) for key in rows]
    caption = "Share of potential orders that arrives within days, by class of zone"
    return html_table(rows, columns, caption=caption, last_is_sum=True)


def _site_table(plan: Plan, problem: Problem) -> str:
    """Return the table of the open sites, empty where there is none."""
    if not len(plan.sites):
        return ""
    sites = plan.sites.assign(
        state=plan.sites["state"] + ", " + plan.sites["country"],
        peak_period=plan.sites["peak_period"].map(_period_names(problem)),
    )
    return html_table(sites, SITE_COLUMNS, caption="Open sites")


def tightest(plan: Plan, number: int = TIGHTEST) -> pd.DataFrame:
    """Return the resources with the highest utilisation, each in its tightest period.

    Parameters
    ----------
    plan : Plan
        With the table of capacities.
    number : int
        Maximum number of rows.

    Returns
    -------
    DataFrame
        Columns of capacity.csv, and `full`, the number of periods in which the resource is at its
        limit.
    """
    capacity = plan.capacity.assign(full=plan.capacity["utilisation"] >= AT_LIMIT)
    rows: pd.DataFrame = capacity[np.isfinite(capacity["utilisation"])]
    rows = rows.assign(full=rows.groupby(["resource", "kind"])["full"].transform("sum"))
    worst: pd.DataFrame = rows.sort_values(
        ["utilisation", "used"], ascending=False
    ).drop_duplicates(["resource", "kind"])
    worst = worst.sort_values(["utilisation", "full", "used"], ascending=False)
    return worst.head(number).reset_index(drop=True)


def _in_words(rows: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Replace ids of resources and periods by names."""
    names = place_table(problem)["name"].groupby(level="id").first()
    countries = problem.network["countries"].set_index("country")["name"]
    return rows.assign(
        resource=[names.get(name, countries.get(name, name)) for name in rows["resource"]],
        period=rows["period"].map(_period_names(problem)),
    )


def _period_names(problem: Problem) -> dict[str, str]:
    return dict(zip(problem.periods, problem.network["calendar"]["name"], strict=True))


def _grounds(problem: Problem) -> dict[str, Any]:
    """Return status and attributions of the data."""
    counts = data_status(problem)
    total = counts[list(STATUSES)].sum()
    known, assumed = int(total.sum()), int(total["assumption"])
    rows = pd.concat([counts, total.to_frame().T.assign(table="all tables")], ignore_index=True)
    share = assumed / known if known else np.nan
    return {
        "known": shown(known, WHOLE),
        "assumed": shown(assumed, WHOLE),
        "assumed_share": shown(share, WHOLE_PERCENT),
        "data_table": html_table(
            rows, DATA_COLUMNS, caption="Status of the data", last_is_sum=True
        ),
        "attributions": _attributions(problem),
    }


def data_status(problem: Problem) -> pd.DataFrame:
    """Return the number of rows of each input table by data status.

    Parameters
    ----------
    problem : Problem
        Its network and demand are counted.

    Returns
    -------
    DataFrame
        table, and a column for each of `STATUSES`; tables without a status are left out.
    """
    rows = []
    for side in (problem.network, problem.demand):
        for name, table in sorted(side.tables.items()):
            if "status" in table and len(table):
                counts = table["status"].value_counts()
                known = {status: int(counts.get(status, 0)) for status in STATUSES}
                rows.append({"table": f"{side.folder.name}/{name}", **known})
    return pd.DataFrame(rows, columns=["table", *STATUSES])


def _attributions(problem: Problem) -> list[str]:
    """Return the attributions that the licences of the data require."""
    lines = []
    if problem.network.roads is not None:
        lines.append("Roads: © OpenStreetMap contributors, Open Database License (ODbL).")
    if problem.demand.zones["source"].str.contains("GeoNames").any():
        lines.append("Places: GeoNames, Creative Commons Attribution 4.0 (CC-BY 4.0), changed.")
    return lines
