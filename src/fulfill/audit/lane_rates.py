"""Independent reading of lane_rates.csv: which row holds for a flow, and what it costs.

Nothing of `model/economics` is used.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Ids = NDArray[np.object_]
Modes = NDArray[Any] | str
RATE = "lane-rate"
"""`service_id` of flows at a price of lane_rates.csv begins with it."""
BY_RAIL = "lane-rate-rail"
"""Beginning of the `service_id` of flows at the price of a row for rail."""
Z90 = 1.2815515655446004
"""90th percentile of the standard normal distribution."""


def row_of(problem: Problem, start: Ids, goal: Ids, product: Index, mode: Modes = "") -> Index:
    """Return the row of lane_rates.csv that says what a flow costs.

    Parameters
    ----------
    problem : Problem
        Its table of lane rates is used.
    start, goal : (n,) of str
        Ids of both ends.
    product : (n,)
        Index of the product.
    mode : (n,) of str or str
        Mode of the lane; all but rail are its usual one.

    Returns
    -------
    (n,) array of int
        The product's own row, else the row for any product, of those that have a price or forbid
        the lane; -1 where neither is there.
    """
    table = problem.network["lane_rates"].reset_index(drop=True)
    speaks = ~table["allowed"].to_numpy(bool) | ~np.isnan(
        table[["usd_order", "usd_kg", "usd_m3"]].to_numpy(float)
    ).all(axis=1)
    table = table[speaks]
    if table.empty:
        return np.full(len(start), -1)
    names = np.array(problem.products, object)[product]
    by_rail = np.broadcast_to(np.asarray(mode, object) == "rail", len(start))
    keys = pd.MultiIndex.from_arrays(
        [*(table[name].astype(object) for name in ("from_id", "to_id", "product_id")),
         table["mode"] == "rail"]
    )  # fmt: skip
    own = keys.get_indexer(pd.MultiIndex.from_arrays([start, goal, names, by_rail]))
    every = np.full(len(start), "any", object)
    general = keys.get_indexer(pd.MultiIndex.from_arrays([start, goal, every, by_rail]))
    row = np.where(own >= 0, own, general)
    return np.where(row >= 0, table.index.to_numpy()[row], -1)


def order_usd(problem: Problem, row: Index, product: Index) -> Array:
    """Return the price of an order by rows of lane_rates.csv.

    Parameters
    ----------
    problem : Problem
    row : (n,)
        Of `row_of`.
    product : (n,)
        Index of the product.

    Returns
    -------
    (n,) array
        USD at the usual price of the year; infinite where the row forbids the lane, NaN where there
        is no row.
    """
    rows = problem.network["lane_rates"].reset_index(drop=True).reindex(row)
    goods = problem.network["products"].iloc[product]
    usd = rows["usd_order"].fillna(0.0).to_numpy(float)
    for rate, amount in (("usd_kg", "weight_kg"), ("usd_m3", "volume_m3")):
        usd = usd + rows[rate].fillna(0.0).to_numpy(float) * goods[amount].to_numpy(float)
    usd = np.fmax(usd, rows["minimum_usd"].to_numpy(float))
    usd = np.where((rows["allowed"] == False).to_numpy(bool), np.inf, usd)  # noqa: E712
    return np.where(row < 0, np.nan, usd)


def rated_options(problem: Problem) -> pd.DataFrame:
    """Return the delivery options to consumers that rows of lane_rates.csv offer.

    Parameters
    ----------
    problem : Problem
        With the rows, zones, sites and origins.

    Returns
    -------
    DataFrame
        Columns of `DeliveryOptions.table`, and `rate_row`, the row of lane_rates.csv; one row for
        each row with a price that leads to a zone.
    """
    network = problem.network
    table = network["lane_rates"].reset_index(drop=True)
    zone = problem.demand.zones.set_index("zone_id")
    site_country = network["sites"].set_index("site_id")["country"]
    priced = table[["usd_order", "usd_kg", "usd_m3"]].notna().any(axis=1) & table["allowed"]
    rows = table[priced & table["to_id"].isin(zone.index)]
    country = rows["to_id"].map(zone["country"])
    at_site = rows["from_id"].map(site_country)
    channel = np.where(
        at_site.isna(), "nearshore", np.where(at_site == country, "local", "cross_border")
    )
    return pd.DataFrame(
        {
            "channel": channel,
            "service_id": np.where(rows["mode"] == "rail", BY_RAIL, RATE)
            + np.where(rows["product_id"] == "any", "", " " + rows["product_id"]).astype(object),
            "country": country,
            "zone_class": rows["to_id"].map(zone["zone_class"]),
            "km_from": 0.0,
            "km_to": np.inf,
            "base_usd": 0.0,
            "usd_kg": 0.0,
            "usd_100km": 0.0,
            "volumetric_kg_m3": 0.0,
            "days_mean": rows["days_mean"],
            "days_p90": rows["days_p90"],
            "ferry_id": "",
            "from_country": "",
            "card": "",
            "card_zone": "",
            "card_state": "",
            "rate_row": rows.index,
        }
    )


def leg_days(problem: Problem, start: Ids, goal: Ids, mode: Modes = "") -> tuple[Array, Array]:
    """Return mean and variance of the days that lane_rates.csv gives for legs of inbound routes.

    Parameters
    ----------
    problem : Problem
    start, goal : (n,) of str
        Ids of both ends.
    mode : (n,) of str or str
        As in `row_of`.

    Returns
    -------
    mean, variance : (n,) array
        Days, and days squared of a normal distribution; NaN where no row says.
    """
    table = problem.network["lane_rates"].dropna(subset="days_mean")
    table = table.assign(by_rail=table["mode"] == "rail")
    lane = ["from_id", "to_id", "by_rail"]
    days = table.drop_duplicates(lane).set_index(lane)
    by_rail = np.broadcast_to(np.asarray(mode, object) == "rail", len(start))
    asked = pd.MultiIndex.from_arrays([start, goal, by_rail])
    rows = days[["days_mean", "days_p90"]].reindex(asked)
    mean, p90 = (rows[name].to_numpy(float) for name in rows)
    return mean, ((p90 - mean) / Z90) ** 2
