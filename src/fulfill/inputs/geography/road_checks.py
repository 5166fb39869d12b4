"""Checks of a road graph: that every array is there, fits the others and holds possible values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.geography.roads import CODES, FLOATS, INTS, UNNAMED
from fulfill.inputs.npz import read_npz
from fulfill.inputs.schema import COUNTRY_CODES

Arrays = Mapping[str, NDArray[Any]]
FAMILIES = (("lat", "lon", "country"), ("u", "v", "km"), ("shape_lat", "shape_lon"))
"""Arrays of equal length: of nodes, edges and points on the way."""
SHORTEST, SLACK_KM = 0.95, 0.1
"""An edge is at least this share of the great circle between its ends, less a rounding."""


def road_graph_faults(content: bytes, file: str) -> list[Fault]:
    """Find what is wrong with a road graph.

    Parameters
    ----------
    content : bytes
        Content of the .npz file.
    file : str
        Folder and name of the file, for messages.

    Returns
    -------
    list of Fault
        F345, one for each array and rule.
    """
    try:
        arrays = read_npz(content)
    except ValueError as error:
        return [Fault("F345", file, detail=f"no .npz file: {error}"[:300])]
    # Values can only be compared where types and lengths are right.
    for check in (_types, _lengths, _values, _edges):
        found = list(check(arrays))
        if found:
            return [Fault("F345", file, column=name, detail=text) for name, text in found]
    return []


def _types(arrays: Arrays) -> Iterator[tuple[str, str]]:
    for name in (*FLOATS, *INTS):
        kinds = "iu" if name in INTS else "fiu"
        if name not in arrays:
            yield name, "the array is missing"
        elif arrays[name].ndim != 1 or arrays[name].dtype.kind not in kinds:
            wanted = "whole numbers" if name in INTS else "numbers"
            axes, kind = arrays[name].ndim, arrays[name].dtype
            yield name, f"{axes} axes of {kind}, one axis of {wanted} expected"
    codes = arrays.get(CODES, np.array(UNNAMED))
    if codes.ndim != 1 or not set(codes.ravel().tolist()) <= set(COUNTRY_CODES):
        yield CODES, "not an axis of two-letter codes of ISO 3166-1"


def _lengths(arrays: Arrays) -> Iterator[tuple[str, str]]:
    for family in FAMILIES:
        lengths = [len(arrays[name]) for name in family]
        if len(set(lengths)) > 1:
            each = ", ".join(f"{n} {name}" for name, n in zip(family, lengths, strict=True))
            yield family[0], f"lengths differ: {each}"
    if not len(arrays["lat"]):
        yield "lat", "no nodes"
    if not len(arrays["km"]):
        yield "km", "no edges"
    edges, starts = len(arrays["km"]), len(arrays["shape_start"])
    if starts != edges + 1:
        yield "shape_start", f"{starts} entries, one more than the {edges} edges expected"


def _values(arrays: Arrays) -> Iterator[tuple[str, str]]:
    """Check each array by itself."""
    codes = arrays.get(CODES, np.array(UNNAMED)).tolist()
    nodes = len(arrays["lat"])
    start, points = arrays["shape_start"].astype(np.int64), len(arrays["shape_lat"])
    right = {
        **{name: np.abs(arrays[name]) <= 90.0 for name in ("lat", "shape_lat")},
        **{name: np.abs(arrays[name]) <= 180.0 for name in ("lon", "shape_lon")},
        "country": np.isin(arrays["country"], np.arange(len(codes))),
        **{name: (arrays[name] >= 0) & (arrays[name] < nodes) for name in ("u", "v")},
        "km": (arrays["km"] >= 0) & np.isfinite(arrays["km"]),
        "shape_start": np.diff(start, prepend=0) >= 0,
    }
    words = {
        **dict.fromkeys(("lat", "shape_lat"), "-90 to 90"),
        **dict.fromkeys(("lon", "shape_lon"), "-180 to 180"),
        "country": ", ".join(f"{code} ({name})" for code, name in enumerate(codes)),
        **dict.fromkeys(("u", "v"), f"a node, 0 to {nodes - 1}"),
        "km": "a finite length, not negative",
        "shape_start": "ascending",
    }
    for name, fits in right.items():  # comparisons with NaN are false
        if not fits.all():
            first = int(np.flatnonzero(~fits)[0])
            value, others = arrays[name][first], int((~fits).sum()) - 1
            more = f" and {others} others" if others else ""
            yield name, f"entry {first} is {value}{more}; expected: {words[name]}"
    if start[0] != 0 or start[-1] != points:
        yield "shape_start", f"from {start[0]} to {start[-1]}, expected: from 0 to {points}"


def _edges(arrays: Arrays) -> Iterator[tuple[str, str]]:
    """Check edges against their nodes."""
    u, v, km = (arrays[name] for name in ("u", "v", "km"))
    lat, lon = arrays["lat"].astype(float), arrays["lon"].astype(float)
    abroad = np.flatnonzero(arrays["country"][u] != arrays["country"][v])
    if len(abroad):
        yield "v", f"edge {abroad[0]} passes a border, which only crossings do"
    twice = len(u) - len(np.unique(np.column_stack([u, v]), axis=0))
    if twice:
        yield "v", f"{twice} edges from and to the same nodes as another; keep the shortest"
    short = np.flatnonzero(km < SHORTEST * geodesic_km(lat[u], lon[u], lat[v], lon[v]) - SLACK_KM)
    if len(short):
        more = f" and {len(short) - 1} others" if len(short) > 1 else ""
        yield "km", f"edge {short[0]}{more} shorter than the straight line between its ends"
    alone = len(lat) - len(np.unique(np.concatenate([u, v])))
    if alone:
        yield "u", f"{alone} nodes without an edge, from which nothing can be reached"
