"""The road graph: nearest nodes, shortest routes, and their course.

Roads are an undirected graph in which no edge passes a border (see `crossings`). The length of a
route is::

    road_factor * mapped length + access_factor * (great circles from both ends to their nodes)

Mapped lengths are a little short, because the map cuts corners; `road_factor` makes up for that.
`scripts/build_roads.py` derives the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.geodesic import air_km, geodesic_km
from fulfill.inputs.npz import read_npz

Array = NDArray[np.float64]
Index = NDArray[np.int64]
FLOATS = ("lat", "lon", "km", "shape_lat", "shape_lon")
INTS = ("country", "u", "v", "shape_start")
"""Arrays of roads.npz besides `CODES`; others are ignored."""
CODES = "country_codes"
NO_ROADS = -1
"""Code of a country without roads in a graph."""
UNNAMED = ("MX", "US")
"""Countries of a graph without the array `CODES`."""


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Roads of one or more countries: the arrays of roads.npz.

    Graphs compare and hash by identity, so that results for a graph can be cached.

    Attributes
    ----------
    lat, lon : ndarray, shape (n_nodes,)
        Position of the nodes, degrees.
    country : ndarray of int, shape (n_nodes,)
        Country of the nodes, an index into `codes`.
    u, v : ndarray of int, shape (n_edges,)
        Nodes at the two ends of an edge; edges can be driven both ways.
    km : ndarray, shape (n_edges,)
        Mapped length.
    shape_lat, shape_lon : ndarray, shape (n_shape_points,)
        Points between the ends of all edges, one edge after the other, degrees.
    shape_start : ndarray of int, shape (n_edges + 1,)
        The points of edge e, from u to v, lie at ``shape_start[e]:shape_start[e + 1]``.
    codes : tuple of str
        Country codes.
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
    codes: tuple[str, ...] = UNNAMED


@dataclass(frozen=True)
class RoadRules:
    """How mapped lengths become road lengths and driving times.

    Attributes
    ----------
    road_factor : float
        Real over mapped road length.
    access_factor : float
        Road length over great circle, between a place and its nearest road node.
    speed_kmh : float
        Mean truck speed, stops included.
    """

    road_factor: float = 1.05
    access_factor: float = 1.3
    speed_kmh: float = 65.0


@cache
def read_roads(content: bytes) -> RoadGraph:
    """Read a road graph that has no fault, see `road_checks`.

    Parameters
    ----------
    content : bytes
        Content of the .npz file; equal contents are parsed only once.

    Returns
    -------
    RoadGraph
    """
    stored = read_npz(content)
    arrays: dict[str, Any] = {name: stored[name].astype(float) for name in FLOATS}
    arrays |= {name: stored[name].astype(np.int64) for name in INTS}
    return RoadGraph(**arrays, codes=tuple(map(str, stored.get(CODES, UNNAMED))))


def snap(
    graph: RoadGraph, points: Array, country: NDArray[np.object_] | None = None
) -> tuple[Index, Array]:
    """Find the nearest road node of each point.

    Near the border the nearest node may lie abroad, where no domestic route can begin. Points
    whose country is known therefore snap to nodes of that country only.

    Parameters
    ----------
    graph : RoadGraph
    points : ndarray, shape (n, 2)
        Latitude and longitude, degrees.
    country : ndarray of str, shape (n,), optional
        Country codes of the points.

    Returns
    -------
    node : ndarray of int, shape (n,)
    km : ndarray, shape (n,)
        Great circle from the point to its node; infinite in a country without nodes.
    """
    points = np.asarray(points, float)
    node, lost = np.zeros(len(points), np.int64), np.zeros(len(points))
    number = {name: code for code, name in enumerate(graph.codes)}
    codes = (
        np.zeros(len(points), np.int64)
        if country is None
        else np.array([number.get(str(name), NO_ROADS) for name in country], np.int64)
    )
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        own, tree = _nodes(graph, None if country is None else int(code))
        if not len(own):
            lost[rows] = np.inf
            continue
        node[rows] = own[tree.query(_unit(points[rows, 0], points[rows, 1]))[1]]
    km = geodesic_km(points[:, 0], points[:, 1], graph.lat[node], graph.lon[node])
    return node, km + lost


@cache
def _nodes(graph: RoadGraph, code: int | None) -> tuple[Index, Any]:
    """Return the nodes of a country, or all, and a tree of them to search for the nearest."""
    from scipy.spatial import cKDTree

    own = np.arange(len(graph.lat)) if code is None else np.flatnonzero(graph.country == code)
    return own, cKDTree(_unit(graph.lat[own], graph.lon[own]))


def road_km(
    graph: RoadGraph | None,
    rules: RoadRules,
    from_points: Array,
    to_points: Array,
    from_country: NDArray[np.object_],
    to_country: NDArray[np.object_],
) -> Array:
    """Return the domestic road length from every point of one set to every point of another.

    Parameters
    ----------
    graph : RoadGraph or None
        Without a graph, the road length is the great circle times the access factor.
    rules : RoadRules
    from_points, to_points : ndarray, shapes (n, 2) and (m, 2)
        Latitude and longitude, degrees.
    from_country, to_country : ndarray of str, shapes (n,) and (m,)
        Country codes.

    Returns
    -------
    ndarray, shape (n, m)
        Lengths in km; infinite between countries and where no road joins the points.
    """
    direct = rules.access_factor * air_km(from_points, to_points)
    same = np.asarray(from_country)[:, None] == np.asarray(to_country)[None, :]
    if graph is None:
        return np.where(same, direct, np.inf)
    start, start_km = snap(graph, from_points, from_country)
    goal, goal_km = snap(graph, to_points, to_country)
    along = node_km(graph, start, goal)
    km = rules.road_factor * along + rules.access_factor * (start_km[:, None] + goal_km[None, :])
    # two places that share a node need not drive to it and back
    km = np.where(along == 0, np.minimum(km, direct), km)
    return np.where(same, km, np.inf)


def node_km(graph: RoadGraph, start: Index, goal: Index) -> Array:
    """Return the mapped length of the shortest path from every start node to every goal node.

    Parameters
    ----------
    graph : RoadGraph
    start, goal : ndarray of int, shapes (n,) and (m,)
        Node indices, repeats allowed.

    Returns
    -------
    ndarray, shape (n, m)
        Lengths in km, infinite where no path exists. The road factor is not applied.
    """
    from scipy.sparse.csgraph import dijkstra

    # one Dijkstra run per distinct source, and paths have the same length in both directions
    if len(np.unique(start)) > len(np.unique(goal)):
        return node_km(graph, goal, start).T
    sources, back = np.unique(start, return_inverse=True)
    return np.asarray(dijkstra(_lengths(graph), directed=False, indices=sources)[:, goal][back])


@cache
def _lengths(graph: RoadGraph) -> Any:
    """Return the lengths of the edges as a sparse matrix."""
    from scipy.sparse import coo_array

    size = len(graph.lat)
    length = np.maximum(graph.km, 1e-6)  # a sparse matrix takes a zero length for a missing edge
    return coo_array((length, (graph.u, graph.v)), shape=(size, size)).tocsr()


@cache
def road_network(graph: RoadGraph) -> Any:
    """Return the roads as a networkx graph, for the course of single routes.

    Parameters
    ----------
    graph : RoadGraph

    Returns
    -------
    networkx.Graph
        Edges have the attributes `km` and `edge`, the index of the edge in the arrays of `graph`.
        Of parallel edges only the shortest is there.
    """
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
    """Return the course of the shortest path between two nodes of one country.

    Parameters
    ----------
    graph : RoadGraph
    start, goal : int
        Node indices.

    Returns
    -------
    ndarray, shape (n_points, 2)
        Latitude and longitude, degrees, both ends included.

    Raises
    ------
    InputError
        F310 where no road joins the nodes.
    """
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
    """Return points on the unit sphere, (n, 3): chords rank in the same order as great circles."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
