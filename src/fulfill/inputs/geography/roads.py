"""The road graph: nearest nodes, shortest ways, and their course.

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
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.geodesic import air_km, geodesic_km

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


def _unit(lat: Array, lon: Array) -> Array:
    """Return points on the unit sphere, for nearest-neighbour search."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
