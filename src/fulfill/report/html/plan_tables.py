"""Tables of the page of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from fulfill.inputs.problem import Problem
from fulfill.report.gis.places import place_table
from fulfill.report.html.names import period_names
from fulfill.report.html.page import html_table
from fulfill.study.coverage import ALL
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import BREAK_EVEN, CAPACITY, CHANNELS, COSTS, NOT_SERVED, PRODUCTS, SITES
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import Figure, figure, shown

TIGHTEST = 15
AT_LIMIT = 0.999
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
PRODUCT_COLUMNS = (
    *BREAK_EVEN.pick("country", "product", "orders"),
    figure("share_direct_mail"),
    *BREAK_EVEN.pick("mail_usd_per_order", "local_usd_per_order"),
    PRODUCTS["local_entry_usd_per_order"],
    *BREAK_EVEN.pick("gain_usd_per_order", "winner", "break_even_orders_year"),
)
CAPACITY_COLUMNS = (
    *CAPACITY.pick("resource", "kind"),
    replace(CAPACITY["period"], words="tightest in"),
    # The unit has a column of its own.
    *(replace(CAPACITY[key], unit="") for key in ("used", "capacity")),
    *CAPACITY.pick("unit", "utilisation"),
    FULL,
)


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
        table, and the share not served; the last row, `ALL`, is all zones.
    """
    shares = [str(key) for key in zones if str(key).startswith("share_within_")] + [
        "share_unserved"
    ]
    weighted = zones[shares].fillna(0.0).mul(zones["orders"], axis=0)
    weighted.insert(0, "orders", zones["orders"])
    sums = weighted.groupby(zones["zone_class"]).sum()
    sums.loc[ALL] = sums.sum()
    sums[shares] = sums[shares].div(sums["orders"], axis=0)
    return sums.reset_index()


def plan_tables(plan: Plan, problem: Problem, products: pd.DataFrame) -> dict[str, Any]:
    """Return the tables of the page by the names that its template uses.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Names of products, periods and places.
    products : DataFrame
        Of `mail_or_stock`.

    Returns
    -------
    dict of str to Markup
        Empty where there is nothing to list.
    """
    parts = plan.parts[plan.parts["usd_year"].abs() > 0.5]
    return {
        "channel_table": html_table(
            plan.channels[plan.channels["orders"] > 0],
            CHANNELS.figures,
            caption=_("Orders by channel"),
        ),
        "cost_table": html_table(
            parts.sort_values("usd_year", ascending=False),
            [one for one in COSTS.figures if one.key in parts],
            caption=_("Parts of the cost"),
        ),
        "product_table": _product_table(products, problem),
        "coverage_table": _coverage_table(plan),
        "site_table": site_table(plan, problem),
        "unserved_table": html_table(
            _products_in_words(plan, problem),
            NOT_SERVED_COLUMNS,
            caption=_("Orders not served"),
            under_heading=True,
        )
        if (plan.unserved["orders"] >= 0.5).any()
        else "",
        "capacity_table": html_table(
            _in_words(tightest(plan), problem),
            CAPACITY_COLUMNS,
            caption=_("Tightest capacities"),
            under_heading=True,
        ),
    }


def _products_in_words(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the reasons of unserved orders with names of products, the most orders first."""
    names = problem.network["products"].set_index("product_id")["name"]
    places = _resource_names(problem)
    rows = plan.unserved[plan.unserved["orders"] >= 0.5]
    rows = rows.assign(
        product=rows["product"].map(names).fillna(rows["product"]),
        limits=[_limits_in_words(text, places) for text in rows["limits"]],
    )
    return rows.sort_values("orders", ascending=False, kind="stable").head(TIGHTEST)


def _product_table(products: pd.DataFrame, problem: Problem) -> Markup:
    """Return the table of mail and stock by product, that with the most orders first."""
    names = {
        "country": problem.network["countries"].set_index("country")["name"],
        "product": problem.network["products"].set_index("product_id")["name"],
    }
    rows = products.assign(**{key: products[key].map(known) for key, known in names.items()})
    rows = rows.sort_values("orders", ascending=False, kind="stable")
    return html_table(rows, PRODUCT_COLUMNS, caption=_("Direct mail and stock by product"))


def _coverage_table(plan: Plan) -> Markup:
    """Return the table of the shares of orders within days by class of zone."""
    rows = coverage(plan.zones)
    columns = [figure(str(key)) for key in rows]
    caption = _("Share of potential orders that arrives within days, by class of zone")
    return html_table(rows, columns, caption=caption, last_is_sum=True)


def site_table(plan: Plan, problem: Problem) -> Markup | str:
    """Return the table of the open sites, empty where there is none.

    Parameters
    ----------
    plan : Plan
        With sites or without.
    problem : Problem
        Names of the periods.
    """
    if not len(plan.sites):
        return ""
    sites = plan.sites.assign(
        state=plan.sites["state"] + ", " + plan.sites["country"],
        peak_period=plan.sites["peak_period"].map(period_names(problem)),
    )
    return html_table(sites, SITE_COLUMNS, caption=_("Open sites"), under_heading=True)


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


def _resource_names(problem: Problem) -> dict[str, str]:
    """Return the names of places and countries by id."""
    countries = problem.network["countries"].set_index("country")["name"]
    places = place_table(problem)["name"].groupby(level="id").first()
    return {str(key): str(name) for names in (countries, places) for key, name in names.items()}


def _limits_in_words(text: str, names: Mapping[str, str]) -> str:
    """Return limits, each a kind and an id, with words for the kind and the name of the place."""
    parts = [limit.partition(" ") for limit in text.split("; ") if limit]
    words = (
        " ".join(filter(None, (shown(kind, "limit"), names.get(place, place))))
        for kind, _blank, place in parts
    )
    return listed(words, "; ")


def _in_words(rows: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Replace ids of resources and periods by names."""
    names = _resource_names(problem)
    return rows.assign(
        resource=[names.get(name, name) for name in rows["resource"]],
        period=rows["period"].map(period_names(problem)),
    )
