"""Coordinates of the ends of a plan's flows, and the origins of mailed orders."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from fulfill.inputs.origins import can_mail
from fulfill.inputs.problem import Problem
from fulfill.model.economics.inbound import goods_cost
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import BY_MAIL

WGS84 = "EPSG:4326"
"""Coordinate system of all layers: longitude and latitude."""
ENDS = ["from_kind", "from_id", "to_kind", "to_id"]
"""Columns that name both ends; an id is only unique within its kind.

`from` and `to`, as in flows.csv, are reserved words in SQL.
"""


def point_layer(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table with the columns lat and lon as points in EPSG:4326."""
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=points, crs=WGS84)


def place_table(problem: Problem) -> pd.DataFrame:
    """Return the coordinates of every origin, gateway, site and zone.

    Parameters
    ----------
    problem : Problem
        What was planned.

    Returns
    -------
    DataFrame
        name, lat and lon, indexed by kind and id.
    """
    network = problem.network
    frames = {
        "origin": network["origins"],
        "gateway": network["gateways"],
        "site": network["sites"],
        "zone": problem.demand.zones,
    }
    pieces = [
        frame[["name", "lat", "lon"]].assign(kind=kind, id=frame[f"{kind}_id"].astype(str))
        for kind, frame in frames.items()
    ]
    return pd.concat(pieces, ignore_index=True).set_index(["kind", "id"])


def located(table: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the coordinates of both ends of each row.

    Parameters
    ----------
    table : DataFrame
        With the columns `ENDS`.
    places : DataFrame
        Of `place_table`.

    Returns
    -------
    DataFrame
        start_name, start_lat, start_lon, end_name, end_lat, end_lon, indexed like the table.
    """
    columns: dict[str, object] = {}
    for side, end in (("start", "from"), ("end", "to")):
        found = places.loc[pd.MultiIndex.from_frame(table[[f"{end}_kind", f"{end}_id"]])]
        columns |= {f"{side}_{name}": found[name].to_numpy() for name in ("name", "lat", "lon")}
    return pd.DataFrame(columns, index=table.index)


def placed_flows(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the flows of a plan with kind and id of both ends.

    Mailed orders start at the origin whose goods the model prices for them: the cheapest one of the
    product from which their service collects.

    Parameters
    ----------
    plan : Plan
        With flows.
    problem : Problem
        What was planned.

    Returns
    -------
    DataFrame
        flows.csv with the columns `ENDS` in place of `from` and `to`, and `m3`, the volume of the
        goods.
    """
    flows = plan.flows.rename(columns={"from": "from_id", "to": "to_id"})
    inbound, mail = (
        (flows["leg"] == "inbound").to_numpy(),
        (flows["from_id"] == BY_MAIL).to_numpy(),
    )
    start = flows["from_id"].to_numpy(object).copy()
    sent = pd.MultiIndex.from_frame(flows.loc[mail, ["service_id", "product"]])
    start[mail] = _mail_origins(problem).reindex(sent).to_numpy(object)
    volume = problem.network["products"].set_index("product_id")["volume_m3"]
    moved = flows["dispatched"].to_numpy(float) * flows["product"].map(volume).to_numpy(float)
    plant = ~flows["from_id"].isin(problem.network["sites"]["site_id"]).to_numpy()
    kinds = {
        "from_kind": np.where(inbound | mail | plant, "origin", "site"),
        "to_kind": np.where(inbound, "site", "zone"),
    }
    return flows.assign(**kinds, from_id=start, m3=moved)


def _mail_origins(problem: Problem) -> pd.Series:
    """Return the origin of mailed orders by service and product."""
    network, products = problem.network, problem.products
    origins = network["origins"]
    goods = goods_cost(origins, network["products"], network["goods_costs"])
    services = network["mail_services"].drop_duplicates("service_id")
    starts: dict[tuple[str, str], str] = {}
    for service, country in zip(services["service_id"], services["from_country"], strict=True):
        rows = np.flatnonzero(can_mail(origins, country))
        if len(rows):
            best = origins["origin_id"].to_numpy(object)[rows[goods.by_origin[rows].argmin(axis=0)]]
            starts |= {(service, name): start for name, start in zip(products, best, strict=True)}
    return pd.Series(starts, dtype=object)
