"""Where places are and how far apart: geodesics, the road graph, crossings, sea routes.

Roads are an undirected graph in which no edge passes a border: a lane between two countries goes
through a crossing that the network names. Mapped lengths are a little short (the map cuts corners)
and are multiplied by a road factor; a place reaches its nearest road node over a multiple of the
great circle.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError

Array = NDArray[np.float64]
Index = NDArray[np.int64]
COUNTRY_CODES = {"MX": 0, "US": 1}
MAX_ACCESS_KM = 60.0
"""A point farther than this from any road is taken for a mistake."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Roads of Mexico and the US border states; the arrays of roads.npz. Compared by identity.

    Attributes
    ----------
    lat, lon : (n_nodes,) degrees;  country : (n_nodes,) 0 MX, 1 US
    u, v : (n_edges,) node indices;  km : (n_edges,) mapped length
    shape_lat, shape_lon, shape_start : inner points of all edges; those of edge e, from u to v, lie
        at ``shape_start[e]:shape_start[e + 1]``
    """

    lat: Array
    lon: Array
    country: Index
    u: Index
    v: Index
    km: Array
    shape_lat: Array
    shape_lon: Array
    shape_start: Index


@dataclass(frozen=True)
class RoadRules:
    """How mapped lengths become road lengths and hours.

    `road_factor` real over mapped length, `access_factor` road over great circle to the nearest
    node, `speed_kmh` mean truck speed.
    """

    road_factor: float = 1.05
    access_factor: float = 1.3
    speed_kmh: float = 65.0


@dataclass(frozen=True)
class Lane:
    """A way by road between two points; `line` is its course, (n, 2) lat and lon; `crossing` None within a country."""

    road_km: float
    hours: float
    crossing: str | None
    line: Array


@cache
def read_roads(content: bytes) -> RoadGraph:
    """Read a road graph from the content of its .npz file; the same content is read once."""
    with np.load(io.BytesIO(content)) as stored:
        floats = {
            name: stored[name].astype(float)
            for name in ("lat", "lon", "km", "shape_lat", "shape_lon")
        }
        ints = {
            name: stored[name].astype(np.int64) for name in ("country", "u", "v", "shape_start")
        }
    return RoadGraph(**floats, **ints)


def geodesic_km(lat1: Array, lon1: Array, lat2: Array, lon2: Array) -> Array:
    """Return great-circle distances on WGS84, km; arguments broadcast."""
    from pyproj import Geod

    lat1, lon1, lat2, lon2 = np.broadcast_arrays(lat1, lon1, lat2, lon2)
    _, _, meters = Geod(ellps="WGS84").inv(lon1.ravel(), lat1.ravel(), lon2.ravel(), lat2.ravel())
    return np.asarray(meters).reshape(lat1.shape) / 1000.0


def air_km(from_points: Array, to_points: Array) -> Array:
    """Return great-circle distances between two sets of points (n, 2) and (m, 2), shape (n, m)."""
    a, b = np.asarray(from_points, float), np.asarray(to_points, float)
    return geodesic_km(a[:, None, 0], a[:, None, 1], b[None, :, 0], b[None, :, 1])


def snap(
    graph: RoadGraph, points: Array, country: NDArray[np.object_] | None = None
) -> tuple[Index, Array]:
    """Return the nearest road node of each point, of its own country if given, and the great circle to it in km."""
    from scipy.spatial import cKDTree

    points = np.asarray(points, float)
    node = np.zeros(len(points), np.int64)
    codes = (
        np.zeros(len(points), np.int64)
        if country is None
        else np.array([COUNTRY_CODES[str(c)] for c in country])
    )
    for code in np.unique(codes):
        own = (
            np.arange(len(graph.lat)) if country is None else np.flatnonzero(graph.country == code)
        )
        tree = cKDTree(_unit(graph.lat[own], graph.lon[own]))
        rows = np.flatnonzero(codes == code)
        node[rows] = own[tree.query(_unit(points[rows, 0], points[rows, 1]))[1]]
    return node, geodesic_km(points[:, 0], points[:, 1], graph.lat[node], graph.lon[node])


def road_km(
    graph: RoadGraph | None,
    rules: RoadRules,
    from_points: Array,
    to_points: Array,
    from_country: NDArray[np.object_],
    to_country: NDArray[np.object_],
) -> Array:
    """Return domestic road km between two sets of points, (n, m); pairs in different countries are infinite.

    Without a graph, road km are the great circle times the access factor.
    """
    direct = rules.access_factor * air_km(from_points, to_points)
    same = np.asarray(from_country)[:, None] == np.asarray(to_country)[None, :]
    if graph is None:
        return np.where(same, direct, np.inf)
    start, start_km = snap(graph, from_points, from_country)
    goal, goal_km = snap(graph, to_points, to_country)
    along = node_km(graph, start, goal)
    km = rules.road_factor * along + rules.access_factor * (start_km[:, None] + goal_km[None, :])
    # two places that reach the same node need not go to it and back
    km = np.where(along == 0, np.minimum(km, direct), km)
    return np.where(same, km, np.inf)


def cross_road_km(
    graph: RoadGraph | None,
    rules: RoadRules,
    from_points: Array,
    from_country: NDArray[np.object_],
    to_points: Array,
    to_country: NDArray[np.object_],
    crossings: pd.DataFrame,
) -> tuple[Array, Index]:
    """Return road km between points of different countries and the crossing of the shortest way, each (n, m).

    Pairs within a country are infinite with crossing -1. `crossings` has columns lat and lon.
    """
    n, m = len(from_points), len(to_points)
    best, gate = np.full((n, m), np.inf), np.full((n, m), -1)
    gates = crossings[["lat", "lon"]].to_numpy(float)
    for here, there in (("MX", "US"), ("US", "MX")):
        rows = np.flatnonzero(np.asarray(from_country) == here)
        columns = np.flatnonzero(np.asarray(to_country) == there)
        if not len(rows) or not len(columns) or not len(gates):
            continue
        side_one, side_two = np.full(len(gates), here, object), np.full(len(gates), there, object)
        first = road_km(
            graph,
            rules,
            np.asarray(from_points)[rows],
            gates,
            np.full(len(rows), here, object),
            side_one,
        )
        second = road_km(
            graph,
            rules,
            gates,
            np.asarray(to_points)[columns],
            side_two,
            np.full(len(columns), there, object),
        )
        for number in range(len(gates)):
            through = first[:, number, None] + second[None, number, :]
            block = np.ix_(rows, columns)
            better = through < best[block]
            best[block] = np.where(better, through, best[block])
            gate[block] = np.where(better, number, gate[block])
    return best, gate


def lane(
    graph: RoadGraph | None,
    rules: RoadRules,
    a: tuple[float, float],
    b: tuple[float, float],
    crossings: pd.DataFrame,
) -> Lane:
    """Return the way by road between two points (lat, lon).

    Raises
    ------
    InputError
        F211 for coordinates that are none, F310 for a point that no road reaches.
    """
    ends = np.array([a, b], float)
    faults = [
        Fault("F211", "LAT,LON", value=f"{lat:g},{lon:g}", detail="lat -90..90, lon -180..180")
        for lat, lon in ends
        if not (np.isfinite([lat, lon]).all() and abs(lat) <= 90 and abs(lon) <= 180)
    ]
    if faults:
        raise InputError(faults)
    if graph is None:
        km = float(
            rules.access_factor * geodesic_km(ends[0, 0], ends[0, 1], ends[1, 0], ends[1, 1])
        )
        return Lane(km, km / rules.speed_kmh, None, ends)
    node, away = snap(graph, ends)
    faults = [
        Fault(
            "F310", "LAT,LON", value=f"{lat:g},{lon:g}", detail=f"nearest road is {km:,.0f} km away"
        )
        for (lat, lon), km in zip(ends, away, strict=True)
        if km > MAX_ACCESS_KM
    ]
    if faults:
        raise InputError(faults)
    country = np.array(["US" if graph.country[n] else "MX" for n in node], object)
    if country[0] == country[1]:
        km = float(road_km(graph, rules, ends[:1], ends[1:], country[:1], country[1:])[0, 0])
        line = np.vstack([ends[:1], course(graph, int(node[0]), int(node[1])), ends[1:]])
        return Lane(km, km / rules.speed_kmh, None, line)
    cross, gate = cross_road_km(
        graph, rules, ends[:1], country[:1], ends[1:], country[1:], crossings
    )
    if gate[0, 0] < 0:
        raise InputError(
            [
                Fault(
                    "F310",
                    "gateways.csv",
                    detail="the network has no crossing between the two countries",
                )
            ]
        )
    row = crossings.iloc[int(gate[0, 0])]
    point = np.array([[row["lat"], row["lon"]]], float)
    sides = [int(snap(graph, point, country[side : side + 1])[0][0]) for side in (0, 1)]
    line = np.vstack(
        [
            ends[:1],
            course(graph, int(node[0]), sides[0]),
            point,
            course(graph, sides[1], int(node[1])),
            ends[1:],
        ]
    )
    km = float(cross[0, 0])
    return Lane(km, km / rules.speed_kmh, str(row["gateway_id"]), line)


def sea_km(from_points: Array, to_points: Array) -> Array:
    """Return sea km between ports, (n, m)."""
    return np.array(
        [[_sea(*map(float, a), *map(float, b))[0] for b in to_points] for a in from_points]
    )


def sea_line(a: tuple[float, float], b: tuple[float, float]) -> list[Array]:
    """Return the course by sea as pieces (n, 2) of lat and lon, cut where it passes the date line."""
    return split_at_date_line(_sea(float(a[0]), float(a[1]), float(b[0]), float(b[1]))[1])


def air_line(a: tuple[float, float], b: tuple[float, float], n_points: int = 48) -> list[Array]:
    """Return the great circle as pieces (n, 2) of lat and lon, cut where it passes the date line."""
    from pyproj import Geod

    between = Geod(ellps="WGS84").npts(a[1], a[0], b[1], b[0], n_points)
    return split_at_date_line(np.array([a, *((lat, lon) for lon, lat in between), b], float))


def split_at_date_line(line: Array) -> list[Array]:
    """Wrap longitudes to [-180, 180] and cut a line (n, 2) where it passes from one side of the map to the other."""
    line = np.column_stack([line[:, 0], (line[:, 1] + 180.0) % 360.0 - 180.0])
    pieces = []
    while (jumps := np.flatnonzero(np.abs(np.diff(line[:, 1])) > 180.0)).size:
        last = int(jumps[0])
        (lat1, lon1), (lat2, lon2) = line[last], line[last + 1]
        side = 180.0 if lon1 > 0 else -180.0
        share = abs(side - lon1) / max(360.0 - abs(lon2 - lon1), 1e-9)
        lat = lat1 + share * (lat2 - lat1)
        pieces.append(np.vstack([line[: last + 1], [[lat, side]]]))
        line = np.vstack([[[lat, -side]], line[last + 1 :]])
    return [*pieces, line]


@cache
def _sea(lat1: float, lon1: float, lat2: float, lon2: float) -> tuple[float, Array]:
    import warnings

    with warnings.catch_warnings():
        # searoute warns about its own dependencies; the route is not touched by it
        warnings.simplefilter("ignore")
        import searoute

        found = searoute.searoute([lon1, lat1], [lon2, lat2], units="km")
    course = np.array([(lat, lon) for lon, lat in found["geometry"]["coordinates"]], float)
    return float(found["properties"]["length"]), course


def _unit(lat: Array, lon: Array) -> Array:
    """Return points on the unit sphere, for nearest-neighbour search."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])


def node_km(graph: RoadGraph, start: Index, goal: Index) -> Array:
    """Return mapped km between nodes, (n, m), by Dijkstra from the smaller side."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    if len(np.unique(start)) > len(np.unique(goal)):
        return node_km(graph, goal, start).T
    size = len(graph.lat)
    length = np.maximum(graph.km, 1e-6)
    matrix = coo_array((length, (graph.u, graph.v)), shape=(size, size)).tocsr()
    sources, back = np.unique(start, return_inverse=True)
    return np.asarray(dijkstra(matrix, directed=False, indices=sources)[:, goal][back])


@cache
def road_network(graph: RoadGraph) -> Any:
    """Return the roads as a networkx graph: edges carry `km` and the number of their row as `edge`."""
    import networkx as nx

    roads: Any = nx.Graph()
    roads.add_nodes_from(range(len(graph.lat)))
    for number, (u, v, km) in enumerate(
        zip(graph.u.tolist(), graph.v.tolist(), graph.km.tolist(), strict=True)
    ):
        if not roads.has_edge(u, v) or roads[u][v]["km"] > km:
            roads.add_edge(u, v, km=km, edge=number)
    return roads


def course(graph: RoadGraph, start: int, goal: int) -> Array:
    """Return the points of the shortest way between two nodes of one country, (n, 2)."""
    import networkx as nx

    roads = road_network(graph)
    try:
        path = nx.bidirectional_dijkstra(roads, start, goal, weight="km")[1]
    except nx.NetworkXNoPath:
        raise InputError([Fault("F310", "roads", detail="no road joins the two points")]) from None
    pieces = [np.array([[graph.lat[path[0]], graph.lon[path[0]]]])]
    for one, other in pairwise(path):
        edge = roads[one][other]["edge"]
        inner = slice(graph.shape_start[edge], graph.shape_start[edge + 1])
        points = np.column_stack([graph.shape_lat[inner], graph.shape_lon[inner]])
        pieces.append(points if graph.u[edge] == one else points[::-1])
        pieces.append(np.array([[graph.lat[other], graph.lon[other]]]))
    return np.vstack(pieces)
