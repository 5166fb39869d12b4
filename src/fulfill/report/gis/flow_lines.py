"""Flows of a plan as lines: by sea, by air, by road, straight to zones, and a summary of mail."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from fulfill.inputs.faults import InputError
from fulfill.inputs.geography.crossings import lane
from fulfill.inputs.geography.distances import crossing_table, road_rules, shores_of
from fulfill.inputs.geography.roads import read_roads
from fulfill.inputs.geography.sea import air_line, sea_line
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.report.gis.places import ENDS, WGS84, located, place_table, placed_flows
from fulfill.study.plan import Plan

Array = NDArray[np.float64]
Point = tuple[float, float]
HOP_KEY = ["leg", "hop", *ENDS, "crossing", "transport", "channel"]
FLOW_LAYERS = {
    "overseas": ("sea", "air"),
    "inbound_road": ("road", "rail"),
    "last_mile": ("last_mile",),
}
"""Hops by layer. Lines over oceans have a layer of their own, so that the others open on the
region."""


def hops(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the yearly flows by hop.

    `leg` is that of flows.csv, `hop` is ``sea``, ``air``, ``road`` or ``rail`` (to a site),
    ``last_mile`` or ``mail``, and `transport` is the mode. Transport from an origin overseas to a
    site consists of two hops with the same orders, to the gateway and from it; totals are therefore
    only meaningful by hop. Lead times are those of delivery, so hops to a site have none.

    Parameters
    ----------
    plan : Plan
        With flows.
    problem : Problem
        What was planned.

    Returns
    -------
    DataFrame
        `HOP_KEY`, orders_year, m3, lead_time_days.
    """
    flows = placed_flows(plan, problem)
    inbound = flows[flows["leg"] == "inbound"]
    outbound = flows[flows["leg"] == "outbound"]
    mailed = outbound["channel"] == "direct_mail"
    outbound = outbound.assign(hop=np.where(mailed, "mail", "last_mile"), crossing=outbound["via"])
    table = pd.concat([_inbound_hops(inbound, problem.network), outbound], ignore_index=True)
    table["order_days"] = table["orders"] * table["lead_time_days"].where(
        table["to_kind"] == "zone"
    )
    total = (
        table.groupby(HOP_KEY, sort=True)[["orders", "m3", "order_days"]]
        .sum(min_count=1)
        .reset_index()
    )
    total["lead_time_days"] = total["order_days"] / total["orders"]
    return total.drop(columns="order_days").rename(columns={"orders": "orders_year"})


def _inbound_hops(inbound: pd.DataFrame, network: Network) -> pd.DataFrame:
    """Split inbound flows at the port or airport.

    `via` is gateway, crossing, gateway+crossing or empty.
    """
    kind = network["gateways"].set_index("gateway_id")["kind"]
    names = inbound["via"].str.split("+")
    crossing = names.map(
        lambda parts: next((name for name in parts if kind.get(name) == "crossing"), "")
    )
    gateway = names.map(
        lambda parts: next((name for name in parts if kind.get(name) in ("seaport", "airport")), "")
    )
    mode = inbound["transport"].str.split("+").str[-1]
    inbound = inbound.assign(crossing=crossing, hop=mode, transport=mode)
    landed = (gateway != "").to_numpy()
    over, on = inbound[landed].copy(), inbound[landed].copy()
    over["hop"] = np.where(gateway[landed].map(kind) == "airport", "air", "sea")
    over["transport"] = over["hop"]
    over["to_kind"], over["to_id"], over["crossing"] = "gateway", gateway[landed], ""
    on["from_kind"], on["from_id"] = "gateway", gateway[landed]
    return pd.concat([over, on, inbound[~landed]], ignore_index=True)


def flow_layers(plan: Plan, problem: Problem) -> dict[str, gpd.GeoDataFrame]:
    """Return the hops of a plan with their lines, and the summary of mail.

    `drawn_as` is the kind of line: ``sea lane``, ``great circle``, ``road`` or ``straight``. The
    last mile is straight, as its lines only show which site serves which zone: carriers choose
    their own routes, and thousands of roads would hide the map. A hop to a site is straight where
    the network has no road for it.

    Parameters
    ----------
    plan : Plan
        With flows.
    problem : Problem
        What was planned.

    Returns
    -------
    dict of str to GeoDataFrame
        `FLOW_LAYERS` with the columns of `study.layer_outputs.HOPS`, and `mail` with those of
        `study.layer_outputs.MAIL_LAYER`; all in EPSG:4326.
    """
    table, places, lines = hops(plan, problem), place_table(problem), _HopLines(problem.network)
    mailed = (table["hop"] == "mail").to_numpy()
    drawn = _drawn(table[~mailed], places, lines)
    layers = {
        name: drawn[drawn["hop"].isin(kinds)].reset_index(drop=True)
        for name, kinds in FLOW_LAYERS.items()
    }
    return layers | {"mail": _mail_layer(table[mailed], places, plan.zones)}


def _drawn(table: pd.DataFrame, places: pd.DataFrame, lines: _HopLines) -> gpd.GeoDataFrame:
    """Return hops with their lines."""
    ends = located(table, places)
    starts, goals = (
        list(map(tuple, ends[[f"{side}_lat", f"{side}_lon"]].to_numpy()))
        for side in ("start", "end")
    )
    drawn = [
        lines.line(*hop) for hop in zip(table["hop"], starts, goals, table["crossing"], strict=True)
    ]
    table = table.assign(
        from_name=ends["start_name"], to_name=ends["end_name"], drawn_as=[kind for _, kind in drawn]
    )
    return gpd.GeoDataFrame(table, geometry=[shape for shape, _ in drawn], crs=WGS84)


def _mail_layer(mail: pd.DataFrame, places: pd.DataFrame, zones: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return one line for each origin and state, to the mean place of its mailed orders.

    A line to every zone would hide the map under thousands of arcs over the Pacific.
    """
    place = located(mail, places)
    state = zones.set_index("zone_id")[["country", "state"]].loc[mail["to_id"]]
    orders = mail["orders_year"]
    parts = pd.DataFrame(
        {
            "from_id": mail["from_id"],
            "from_name": place["start_name"],
            "country": state["country"].to_numpy(),
            "state": state["state"].to_numpy(),
            "zones": 1,
            "orders_year": orders,
            "m3": mail["m3"],
            **{
                key: column * orders
                for key, column in (
                    ("lead_time_days", mail["lead_time_days"]),
                    ("lat", place["end_lat"]),
                    ("lon", place["end_lon"]),
                )
            },
            "start_lat": place["start_lat"] * orders,
            "start_lon": place["start_lon"] * orders,
        }
    )
    total = parts.groupby(["from_id", "from_name", "country", "state"], sort=True).sum()
    means = ["lead_time_days", "lat", "lon", "start_lat", "start_lon"]
    total[means] = total[means].div(total["orders_year"], axis=0)
    total = total.reset_index()
    ends = total[["start_lat", "start_lon", "lat", "lon"]].to_numpy(float)
    shapes = [_lines(air_line((a, b), (c, d))) for a, b, c, d in ends.tolist()]
    return gpd.GeoDataFrame(total.drop(columns=means[1:]), geometry=shapes, crs=WGS84)


class _HopLines:
    """Lines of single hops; a road is searched once, however many hops share it."""

    def __init__(self, network: Network) -> None:
        self.graph = read_roads(network.roads) if network.roads else None
        self.rules = road_rules(network)
        self.crossings = crossing_table(network, freight=True)
        self.shores = shores_of(network)
        self.roads: dict[tuple[Point, Point, str], tuple[shapely.Geometry, str]] = {}

    def line(
        self, hop: str, start: Point, goal: Point, crossing: str
    ) -> tuple[shapely.Geometry, str]:
        """Return the line of a hop and its kind."""
        if hop == "sea":
            # A sea lane ends at the nearest point of the lane network, at some distance from port.
            return _lines(_joined(start, sea_line(start, goal), goal)), "sea lane"
        if hop == "air":
            return _lines(air_line(start, goal)), "great circle"
        if hop == "road":
            return self._road(start, goal, crossing)
        return _lines([np.array([start, goal])]), "straight"

    def _road(self, start: Point, goal: Point, crossing: str) -> tuple[shapely.Geometry, str]:
        """Return the road through the crossing that the plan uses."""
        key = (start, goal, crossing)
        if key not in self.roads:
            self.roads[key] = self._find_road(start, goal, crossing)
        return self.roads[key]

    def _find_road(self, start: Point, goal: Point, crossing: str) -> tuple[shapely.Geometry, str]:
        gates = (
            self.crossings[self.crossings["gateway_id"] == crossing] if crossing else self.crossings
        )
        if self.graph is not None:
            try:
                way = lane(self.graph, self.rules, start, goal, gates, self.shores)
            except InputError:
                way = None
            # A place at the border may be nearer to a road of the other country; such a road does
            # not use the crossing of the plan.
            if way is not None and (way.crossing or "") == crossing:
                return _lines([way.line]), "road"
        through = gates[["lat", "lon"]].to_numpy(float) if crossing else np.empty((0, 2))
        return _lines([np.vstack([[start], through, [goal]])]), "straight"


def _joined(start: Point, pieces: list[Array], goal: Point) -> list[Array]:
    """Return the pieces of a line extended to its start and end."""
    pieces = list(pieces)
    pieces[0] = np.vstack([[start], pieces[0]])
    pieces[-1] = np.vstack([pieces[-1], [goal]])
    return pieces


def _lines(parts: Iterable[Array]) -> shapely.MultiLineString:
    """Return lines through points (lat, lon), rounded to about a metre."""
    lines = [np.asarray(part, float)[:, ::-1].round(5) for part in parts]
    return shapely.MultiLineString([line for line in lines if len(line) > 1])
