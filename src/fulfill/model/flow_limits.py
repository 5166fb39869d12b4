"""Limits on what passes a lane and on what a plant makes of a product: constraint (16).

A limit counts orders: of routes when their goods land, as gateways and plants do, and of lanes to
consumers in the period of the sale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.network import Network
from fulfill.inputs.schema import ANY_PRODUCT, BESIDE
from fulfill.model.arrays import Array, Index

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LANE, PLANT_PRODUCT = "lane", "plant_product"
"""Kinds of limits: of lane_rates.csv, and of goods_costs.csv."""


@dataclass(frozen=True)
class FlowLimits:
    """Limits J of flows; axes: routes R, lanes L, products K, periods T.

    Attributes
    ----------
    kinds, names : tuple of str
        `LANE` or `PLANT_PRODUCT`, and what is limited, along the axis.
    orders : (J, T)
        Orders that a limit lets through in a period.
    routes : (J, R * K) sparse
        One where a limit counts the orders that a route brings of a product.
    lanes : (J, L * K) sparse
        One where a limit counts the orders of a product that are dispatched over a lane.
    """

    kinds: tuple[str, ...]
    names: tuple[str, ...]
    orders: Array
    routes: csr_array
    lanes: csr_array


@dataclass(frozen=True)
class FlowEnds:
    """Where routes and lanes begin and end, as positions along the axes of a network.

    Attributes
    ----------
    route_origin, route_gateway, route_site : (R,)
        Gateway -1 for none.
    lane_site, lane_plant, lane_zone : (L,)
        Site and plant -1 for none.
    route_mode, lane_mode : (R,), (L,) of str
        Mode of the leg to the site, and of the lane.
    zones : tuple of str
        Ids of the zones.
    """

    route_origin: Index
    route_gateway: Index
    route_site: Index
    route_mode: NDArray[np.object_]
    lane_site: Index
    lane_plant: Index
    lane_zone: Index
    lane_mode: NDArray[np.object_]
    zones: tuple[str, ...]


def flow_limits(network: Network, ends: FlowEnds, days: Array) -> FlowLimits | None:
    """Return the limits of lane_rates.csv and goods_costs.csv.

    Parameters
    ----------
    network : Network
    ends : FlowEnds
    days : (T,)
        Days of each period.

    Returns
    -------
    FlowLimits or None
        None where no row has a limit.
    """
    products = network["products"]["product_id"].to_numpy(object)
    of_lanes, of_plants = (
        network[name].dropna(subset="orders_day").reset_index(drop=True)
        for name in ("lane_rates", "goods_costs")
    )
    n_limits = len(of_lanes) + len(of_plants)
    if not n_limits:
        return None
    # of each kind of flow: limit and flow, then product, for every pair that counts
    routes = [_on_lane(of_lanes, *leg, products) for leg in _route_legs(network, ends)]
    lanes = [_on_lane(of_lanes, *leg, products) for leg in _lane_ends(network, ends)]
    first = len(of_lanes)
    routes.append(_of_plant(of_plants, network, ends.route_origin, products, first))
    lanes.append(_of_plant(of_plants, network, ends.lane_plant, products, first))

    def counted(pairs: list[NDArray[np.int64]], n_flows: int) -> csr_array:
        limit, flow, product = np.concatenate(pairs, axis=1)
        return ones(limit, flow * len(products) + product, (n_limits, n_flows * len(products)))

    return FlowLimits(
        kinds=(LANE,) * len(of_lanes) + (PLANT_PRODUCT,) * len(of_plants),
        names=(*_lane_names(of_lanes), *(of_plants["origin_id"] + " " + of_plants["product_id"])),
        orders=np.concatenate([of_lanes["orders_day"], of_plants["orders_day"]])[:, None] * days,
        routes=counted(routes, len(ends.route_origin)),
        lanes=counted(lanes, len(ends.lane_zone)),
    )


def ones(row: Index, column: Index, shape: tuple[int, int]) -> csr_array:
    """Return a sparse array of ones at the given places.

    Parameters
    ----------
    row, column : (n,) of int
        No place twice.
    shape : (int, int)

    Returns
    -------
    sparse array
    """
    from scipy.sparse import csr_array

    return csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _lane_names(table: pd.DataFrame) -> pd.Series:
    """Return the name of each limited lane: its ends, a mode beside the road, and its product."""
    mode = (" " + table["mode"]).where(table["mode"].isin(BESIDE), "")
    product = (" " + table["product_id"]).where(table["product_id"] != ANY_PRODUCT, "")
    return table["from_id"] + " - " + table["to_id"] + mode + product


Leg = tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_], Index]
"""Ids of both ends of some flows, their mode, and the positions of these flows."""


def _route_legs(network: Network, ends: FlowEnds) -> list[Leg]:
    """Return the legs of routes: to the gateway, from it, and from plants by land all the way."""
    origin, gateway, site = (
        np.append(network[f"{kind}s"][f"{kind}_id"].to_numpy(object), "")[row]
        for kind, row in (
            ("origin", ends.route_origin),
            ("gateway", ends.route_gateway),
            ("site", ends.route_site),
        )
    )
    lands = np.flatnonzero(ends.route_gateway >= 0)
    by_land = np.flatnonzero(ends.route_gateway < 0)
    usual, mode = np.full(len(lands), "", object), ends.route_mode
    return [
        (origin[lands], gateway[lands], usual, lands),
        (gateway[lands], site[lands], mode[lands], lands),
        (origin[by_land], site[by_land], mode[by_land], by_land),
    ]


def _lane_ends(network: Network, ends: FlowEnds) -> list[Leg]:
    """Return the lanes from sites, and those from plants straight to consumers."""
    zones = np.array(ends.zones, object)
    legs = []
    for kind, start in (("site", ends.lane_site), ("origin", ends.lane_plant)):
        here = np.flatnonzero(start >= 0)
        ids = network[f"{kind}s"][f"{kind}_id"].to_numpy(object)
        legs.append((ids[start[here]], zones[ends.lane_zone[here]], ends.lane_mode[here], here))
    return legs


def _on_lane(
    table: pd.DataFrame,
    starts: NDArray[np.object_],
    goals: NDArray[np.object_],
    modes: NDArray[np.object_],
    flows: Index,
    products: NDArray[np.object_],
) -> NDArray[np.int64]:
    """Return limit, flow and product of all that counts for a row of the table, (3, n)."""
    lane = ["from_id", "to_id", "mode"]
    asked = pd.DataFrame(dict(zip(lane, (starts, goals, modes), strict=True))).astype(str)
    rows = table[[*lane, "product_id"]].assign(limit=np.arange(len(table)))
    # the usual mode of a lane needs no name
    asked, rows = (
        frame.assign(mode=frame["mode"].where(frame["mode"].isin(BESIDE), ""))
        for frame in (asked.assign(flow=flows), rows)
    )
    met = asked.merge(rows, on=lane)
    named = met["product_id"].to_numpy(object)
    row, product = np.nonzero(
        (named[:, None] == products[None, :]) | (named == ANY_PRODUCT)[:, None]
    )
    limit, flow = (met[name].to_numpy(np.int64)[row] for name in ("limit", "flow"))
    return np.stack([limit, flow, product])


def _of_plant(
    table: pd.DataFrame,
    network: Network,
    plant: Index,
    products: NDArray[np.object_],
    first: int,
) -> NDArray[np.int64]:
    """Return limit, flow and product of all that plants with a limit make, (3, n).

    The limits are numbered from `first`; a flow of no plant has the plant -1.
    """
    origin = pd.Index(network["origins"]["origin_id"]).get_indexer(pd.Index(table["origin_id"]))
    limit, flow = np.nonzero(origin[:, None] == plant[None, :])
    product = pd.Index(products).get_indexer(pd.Index(table["product_id"]))[limit]
    return np.stack([first + limit, flow, product])
