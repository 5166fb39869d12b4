r"""Derive the road graph of Mexico and the four US border states from packaged OpenStreetMap roads.

Run it in an environment of its own, so that its sources do not become dependencies of the package::

    python -m venv roads && roads/bin/pip install --no-compile \
        scgraph_data libpysal bokeh_sampledata geopandas scipy
    roads/bin/python scripts/build_roads.py networks/mexico-us-border/roads.npz

Steps

1. `read_highways`: the network is read as text (importing that module needs gigabytes) and clipped
    to a box.
2. `countries_of`: a node is in the US inside the counties of CA, AZ, NM and TX, else in Mexico
    inside its states.
3. `cut_border`: an edge between the two countries becomes two dead ends that meet at the border
   line, so that roads reach every crossing from both sides and no path passes a border by road.
4. `stitch`: the source has broken links; loose ends are joined to near nodes that are far away by
    road.
5. The largest component of each country is kept.
6. `divide`: the source draws some highways as one straight edge of up to 480 km; nodes are laid on
   long edges so that places along them find the road.
7. `contract`: nodes that only continue a road become points of an edge's geometry.

The file holds `lat`, `lon` (float32), `country` (int8: 0 MX, 1 US) per node; `u`, `v` (int32), `km`
(float32) per edge; `shape_lat`, `shape_lon` (float32) = inner points of all edges from u to v,
those of edge e at `shape_start[e]:shape_start[e + 1]` (int32). Lengths are those of the source:
`road_factor` is not applied.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

BOX = (14.0, 42.2, -125.0, -85.5)
"""South, north, west, east of what is read: degrees."""
US_STATES = ("CA", "AZ", "NM", "TX")
MX, US, ELSEWHERE = 0, 1, -1
COAST_KM = 4.0
"""How far outside Mexico's outline a node still belongs to it.

The outline is coarse at coasts and rivers."""
SOUTH_KM = 1.0
"""The same towards Guatemala and Belize, where a road outside the outline is likely foreign."""
STITCH_KM = 2.5
"""Radius in which loose ends are joined."""
DETOUR_KM, DETOUR = 20.0, 4.0
"""Near nodes are joined if their distance by road exceeds DETOUR_KM and DETOUR times the gap."""
GAP_FACTOR = 1.1
"""Road length over great circle of a joined gap."""
DIVIDE_KM = 10.0
"""Longest edge: places snap to nodes, so nodes must not lie far apart."""
SIMPLIFY_DEGREES = 0.0005
"""Tolerance to which the inner points of an edge are thinned."""
DEGREE_KM = 111.2


@dataclass(frozen=True)
class Roads:
    """Nodes and edges; `fixed` marks nodes with one edge only that are not loose ends."""

    lat: np.ndarray
    lon: np.ndarray
    country: np.ndarray
    fixed: np.ndarray
    u: np.ndarray
    v: np.ndarray
    km: np.ndarray

    def degree(self) -> np.ndarray:
        """Edges at each node."""
        return np.bincount(np.concatenate([self.u, self.v]), minlength=len(self.lat))

    def matrix(self) -> csr_array:
        """Lengths as a symmetric sparse matrix; of parallel edges the shortest."""
        order = np.lexsort((self.km, np.maximum(self.u, self.v), np.minimum(self.u, self.v)))
        low, high = np.minimum(self.u, self.v)[order], np.maximum(self.u, self.v)[order]
        first = np.ones(len(low), bool)
        first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        first &= low != high
        a, b, km = low[first], high[first], self.km[order][first]
        n = len(self.lat)
        return coo_array((np.r_[km, km], (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()

    def keep(self, nodes: np.ndarray) -> Roads:
        """Return the part whose nodes are marked."""
        new = np.cumsum(nodes) - 1
        edges = nodes[self.u] & nodes[self.v]
        u, v, km = new[self.u[edges]], new[self.v[edges]], self.km[edges]
        return Roads(
            self.lat[nodes], self.lon[nodes], self.country[nodes], self.fixed[nodes], u, v, km
        )


def great_circle_km(
    lat1: np.ndarray, lon1: np.ndarray, lat2: np.ndarray, lon2: np.ndarray
) -> np.ndarray:
    """Distance on a sphere."""
    lat1, lon1, lat2, lon2 = map(np.radians, (lat1, lon1, lat2, lon2))
    half = (
        np.sin((lat2 - lat1) / 2) ** 2
        + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    )
    return 12742.0 * np.arcsin(np.sqrt(half))


def package_folder(name: str) -> Path:
    """Folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed: see the head of this script")
    return Path(spec.origin).parent


def read_highways(path: Path) -> Roads:
    """Read nodes and edges of the source inside BOX; countries are still unknown."""
    text = path.read_text(encoding="utf-8")
    graph, nodes = text.index("graph=["), text.index("nodes=[")
    places = np.array(json.loads(text[nodes + len("nodes=") : text.index("]]", nodes) + 2]))
    neighbours = text[graph + len("graph=[{") : text.rindex("}]", graph, nodes)].split("}, {")
    south, north, west, east = BOX
    lat, lon = places.T
    inside = (lat > south) & (lat < north) & (lon > west) & (lon < east)
    pair = re.compile(r"(\d+): ([\d.eE+-]+)")
    found = [
        (node, int(other), float(km))
        for node in np.flatnonzero(inside)
        for other, km in pair.findall(neighbours[node])
        if node < int(other) and inside[int(other)]
    ]
    new = np.cumsum(inside) - 1
    table = np.array(found)
    u, v = new[table[:, 0].astype(int)], new[table[:, 1].astype(int)]
    count = int(inside.sum())
    empty = np.full(count, ELSEWHERE, np.int8)
    return Roads(lat[inside], lon[inside], empty, np.zeros(count, bool), u, v, table[:, 2])


def read_outlines() -> tuple[shapely.Geometry, shapely.Geometry]:
    """Outlines of Mexico and of the four US border states."""
    mexico = geopandas.read_file(package_folder("libpysal") / "examples/mexico/mexicojoin.shp")
    database = sqlite3.connect(
        package_folder("bokeh_sampledata") / "_data/geographic_boundaries.db"
    )
    marks = ",".join("?" * len(US_STATES))
    rows = database.execute(
        f"select geometry from us_counties where state in ({marks})", US_STATES
    ).fetchall()
    counties = [shapely.from_wkb(row[0]) for row in rows]
    return tuple(
        shapely.union_all(shapely.make_valid(np.asarray(parts, object)))
        for parts in (mexico.geometry.values, counties)
    )


def countries_of(roads: Roads, mexico: shapely.Geometry, states: shapely.Geometry) -> np.ndarray:
    """Country of each node: the US outline is the finer one, so it decides along the Rio Grande."""
    points = shapely.points(roads.lon, roads.lat)
    shapely.prepare(mexico)
    shapely.prepare(states)
    in_us = shapely.contains(states, points)
    degrees = np.where(roads.lat < 33.0, shapely.distance(points, mexico), np.inf)
    south_border = (roads.lat < 18.6) & (roads.lon > -92.4)
    near = degrees * DEGREE_KM < np.where(south_border, SOUTH_KM, COAST_KM)
    return np.where(in_us, US, np.where(near, MX, ELSEWHERE)).astype(np.int8)


def cut_border(roads: Roads, states: shapely.Geometry) -> Roads:
    """Cut each edge between Mexico and the US where it crosses the US outline.

    Two dead ends take its place.
    """
    country = roads.country
    across = (np.minimum(country[roads.u], country[roads.v]) == MX) & (
        country[roads.u] != country[roads.v]
    )
    lat, lon, owner, u, v, km = [], [], [], [], [], []
    count = len(roads.lat)
    for edge in np.flatnonzero(across):
        a, b = roads.u[edge], roads.v[edge]
        line = shapely.LineString([(roads.lon[a], roads.lat[a]), (roads.lon[b], roads.lat[b])])
        meet = shapely.points(shapely.get_coordinates(shapely.intersection(line, states.boundary)))
        share = float(np.mean(line.project(meet, normalized=True)))
        middle = line.interpolate(share, normalized=True)
        for end, part in ((a, share), (b, 1.0 - share)):
            lat.append(middle.y)
            lon.append(middle.x)
            owner.append(country[end])
            u.append(end)
            v.append(count + len(v))
            km.append(roads.km[edge] * part)
    return Roads(
        np.r_[roads.lat, lat],
        np.r_[roads.lon, lon],
        np.r_[country, owner].astype(np.int8),
        np.r_[roads.fixed, np.ones(len(lat), bool)],
        np.r_[roads.u[~across], u].astype(int),
        np.r_[roads.v[~across], v].astype(int),
        np.r_[roads.km[~across], km],
    )


def stitch(roads: Roads, degree: np.ndarray) -> Roads:
    """Join loose ends to near nodes of their country in another component or far away by road.

    `degree` is that of the unclipped graph: a road that only leaves the window is no loose end.
    """
    matrix = roads.matrix()
    _, component = connected_components(matrix, directed=False)
    main = main_components(roads, component)
    loose = np.flatnonzero(((degree <= 1) & ~roads.fixed) | ~main)
    tree = cKDTree(unit_vectors(roads))
    near = tree.query_ball_point(tree.data[loose], STITCH_KM / 6371.0)
    pairs = {
        (min(a, b), max(a, b))
        for a, others in zip(loose.tolist(), near, strict=True)
        for b in others
        if a != b and roads.country[a] == roads.country[b]
    }
    a, b = np.array(sorted(pairs)).T
    gap = np.maximum(great_circle_km(roads.lat[a], roads.lon[a], roads.lat[b], roads.lon[b]), 0.05)
    by_road = np.full(len(a), np.inf)
    for starts in np.array_split(np.unique(a), 1 + len(a) // 500):
        reach = dijkstra(matrix, indices=starts, limit=max(DETOUR_KM, DETOUR * STITCH_KM))
        mine = np.flatnonzero(np.isin(a, starts))
        by_road[mine] = reach[np.searchsorted(starts, a[mine]), b[mine]]
    join = by_road > np.maximum(DETOUR_KM, DETOUR * gap)
    print(f"stitched: {join.sum()} links")
    return Roads(
        roads.lat, roads.lon, roads.country, roads.fixed,
        np.r_[roads.u, a[join]], np.r_[roads.v, b[join]], np.r_[roads.km, GAP_FACTOR * gap[join]],
    )  # fmt: skip


def unit_vectors(roads: Roads) -> np.ndarray:
    """Nodes as points on the unit sphere."""
    lat, lon = np.radians(roads.lat), np.radians(roads.lon)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def main_components(roads: Roads, component: np.ndarray) -> np.ndarray:
    """Mark the nodes of each country's largest component."""
    main = np.zeros(len(roads.lat), bool)
    for country in (MX, US):
        of_country = roads.country == country
        main |= of_country & (component == np.bincount(component[of_country]).argmax())
    return main


def divide(roads: Roads, states: shapely.Geometry) -> Roads:
    """Divide edges longer than DIVIDE_KM by nodes.

    There are none where the straight edge runs through the other country.
    """
    long = roads.km > DIVIDE_KM
    lat, lon, owner = [roads.lat], [roads.lon], [roads.country]
    u, v, km = [roads.u[~long]], [roads.v[~long]], [roads.km[~long]]
    count = len(roads.lat)
    for edge in np.flatnonzero(long):
        a, b = roads.u[edge], roads.v[edge]
        share = np.linspace(0.0, 1.0, int(np.ceil(roads.km[edge] / DIVIDE_KM)) + 1)[1:-1]
        new_lat = roads.lat[a] + share * (roads.lat[b] - roads.lat[a])
        new_lon = roads.lon[a] + share * (roads.lon[b] - roads.lon[a])
        right = shapely.contains_xy(states, new_lon, new_lat) == (roads.country[a] == US)
        share, new_lat, new_lon = share[right], new_lat[right], new_lon[right]
        nodes = np.r_[a, count + np.arange(len(share)), b]
        count += len(share)
        lat.append(new_lat)
        lon.append(new_lon)
        owner.append(np.full(len(share), roads.country[a]))
        u.append(nodes[:-1])
        v.append(nodes[1:])
        km.append(roads.km[edge] * np.diff(np.r_[0.0, share, 1.0]))
    fixed = np.r_[roads.fixed, np.zeros(count - len(roads.lat), bool)]
    return Roads(*map(np.concatenate, (lat, lon, owner)), fixed, *map(np.concatenate, (u, v, km)))


def contract(roads: Roads) -> tuple[np.ndarray, list[tuple[int, int, float, list[int]]]]:
    """Merge chains of nodes with two edges into edges of at most DIVIDE_KM.

    Returns the nodes that stay and the edges (u, v, km, inner nodes); of parallel edges only the
    shortest.
    """
    matrix = roads.matrix()
    start, other, length = matrix.indptr, matrix.indices, matrix.data
    stays = np.diff(start) != 2
    edges: dict[tuple[int, int], tuple[int, int, float, list[int]]] = {}
    used: set[tuple[int, int]] = set()

    def add(edge: tuple[int, int, float, list[int]]) -> None:
        key = (min(edge[:2]), max(edge[:2]))
        if key[0] != key[1] and (key not in edges or edge[2] < edges[key][2]):
            edges[key] = edge

    def walk(node: int, slot: int) -> None:
        first, km, inner, before = node, 0.0, [], node
        at, step = int(other[slot]), float(length[slot])
        used.add((node, at))
        while True:
            if inner and km + step > DIVIDE_KM:
                last = inner.pop()
                add((first, last, km, inner))
                stays[last] = True
                first, km, inner = last, 0.0, []
            km += step
            if stays[at]:
                used.add((at, before))
                add((first, at, km, inner))
                return
            inner.append(at)
            here = range(start[at], start[at + 1])
            slot = next(s for s in here if other[s] != before)
            before, at, step = at, int(other[slot]), float(length[slot])

    for node in np.flatnonzero(stays).tolist():
        for slot in range(start[node], start[node + 1]):
            if (node, int(other[slot])) not in used:
                walk(node, slot)
    return stays, list(edges.values())


def inner_shape(roads: Roads, u: int, inner: list[int], v: int) -> np.ndarray:
    """Thinned (lat, lon) points of an edge between its ends."""
    if not inner:
        return np.empty((0, 2))
    nodes = [u, *inner, v]
    line = shapely.LineString(np.column_stack([roads.lat[nodes], roads.lon[nodes]]))
    return shapely.get_coordinates(line.simplify(SIMPLIFY_DEGREES))[1:-1]


def write(roads: Roads, path: Path) -> None:
    """Contract the graph and write it."""
    stays, edges = contract(roads)
    new = np.cumsum(stays) - 1
    shapes = [inner_shape(roads, u, inner, v) for u, v, _, inner in edges]
    points = np.concatenate(shapes)
    np.savez_compressed(
        path,
        lat=roads.lat[stays].astype(np.float32),
        lon=roads.lon[stays].astype(np.float32),
        country=roads.country[stays].astype(np.int8),
        u=new[[edge[0] for edge in edges]].astype(np.int32),
        v=new[[edge[1] for edge in edges]].astype(np.int32),
        km=np.array([edge[2] for edge in edges], np.float32),
        shape_lat=points[:, 0].astype(np.float32),
        shape_lon=points[:, 1].astype(np.float32),
        shape_start=np.r_[0, np.cumsum([len(shape) for shape in shapes])].astype(np.int32),
    )
    print(
        f"{path}: {stays.sum()} nodes, {len(edges)} edges, {len(points)} shape points, "
        f"{path.stat().st_size} bytes"
    )


def main() -> None:
    """Build the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path, help="file to write, ending in .npz")
    output = parser.parse_args().output
    roads = read_highways(package_folder("scgraph_data") / "world_highways.py")
    mexico, states = read_outlines()
    country = countries_of(roads, mexico, states)
    degree = roads.degree()
    roads = Roads(roads.lat, roads.lon, country, roads.fixed, roads.u, roads.v, roads.km)
    roads = cut_border(roads, states)
    degree = np.r_[degree, np.ones(len(roads.lat) - len(degree), int)]
    inside = roads.country != ELSEWHERE
    roads, degree = roads.keep(inside), degree[inside]
    roads = stitch(roads, degree)
    _, component = connected_components(roads.matrix(), directed=False)
    main_part = main_components(roads, component)
    for number, name in ((MX, "MX"), (US, "US")):
        mine = roads.country == number
        print(f"{name}: {(mine & main_part).sum()} nodes kept, {(mine & ~main_part).sum()} dropped")
    write(divide(roads.keep(main_part), states), output)


if __name__ == "__main__":
    main()
