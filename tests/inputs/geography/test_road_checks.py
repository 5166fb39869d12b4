"""A road graph is sound, or every fault of it is found before anything is planned."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.road_checks import road_graph_faults

Arrays = dict[str, np.ndarray]


def sound() -> Arrays:
    """Two roads in Mexico and one in the United States, the first with a point on the way."""
    return {
        "lat": np.array([20.0, 20.0, 21.0, 28.0, 29.0], np.float32),
        "lon": np.array([-100.0, -101.0, -101.0, -98.0, -98.0], np.float32),
        "country": np.array([0, 0, 0, 1, 1], np.int8),
        "u": np.array([0, 1, 3], np.int32),
        "v": np.array([1, 2, 4], np.int32),
        "km": np.array([106.0, 112.0, 113.0], np.float32),
        "shape_lat": np.array([20.1]),
        "shape_lon": np.array([-100.5]),
        "shape_start": np.array([0, 1, 1, 1], np.int32),
    }


def packed(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def entry(name: str, value: Any, place: int = 0) -> Callable[[Arrays], Arrays]:
    def change(arrays: Arrays) -> Arrays:
        kind = arrays[name].dtype if not isinstance(value, float) else float
        changed = arrays[name].astype(kind)
        changed[place] = value
        return {**arrays, name: changed}

    return change


def encrypted(content: bytes) -> bytes:
    raw = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + place] |= 1
    return bytes(raw)


def huge(content: bytes) -> bytes:
    file, header = io.BytesIO(content), io.BytesIO()
    claim = {"descr": "<f8", "fortran_order": False, "shape": (2**40,)}
    np.lib.format.write_array_header_1_0(header, claim)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("huge.npy", header.getvalue())
    return file.getvalue()


BROKEN: dict[str, tuple[Callable[[Arrays], Any], str]] = {
    # the file
    "empty": (lambda _: b"", "no .npz file"),
    "a text": (lambda _: b'{"type": "FeatureCollection"}', "no .npz file"),
    "half of it": (lambda arrays: packed(arrays)[:700], "no .npz file"),
    "encrypted": (lambda arrays: encrypted(packed(arrays)), "no .npz file"),
    "larger than memory": (lambda arrays: huge(packed(arrays)), "another size|MiB"),
    "objects": (lambda arrays: {**arrays, "x": np.array([{}])}, "neither numbers nor texts"),
    # the arrays
    "no lengths": (lambda a: {k: v for k, v in a.items() if k != "km"}, "column km.*missing"),
    "no starts": (
        lambda a: {k: v for k, v in a.items() if k != "shape_start"},
        "column shape_start.*missing",
    ),
    "lengths as text": (lambda a: {**a, "km": a["km"].astype(str)}, "column km.*expected"),
    "nodes as fractions": (lambda a: {**a, "u": a["u"] + 0.5}, "column u.*whole numbers"),
    "a table of positions": (lambda a: {**a, "lat": a["lat"][None]}, "column lat.*2 axes"),
    "a longitude short": (lambda a: {**a, "lon": a["lon"][:-1]}, "lengths differ: 5 lat, 4 lon"),
    "an edge without length": (lambda a: {**a, "km": a["km"][:-1]}, "lengths differ"),
    "no nodes": (
        lambda a: {**a, **{name: a[name][:0] for name in ("lat", "lon", "country")}},
        "no nodes",
    ),
    "no edges": (
        lambda a: {
            **a,
            **{name: a[name][:0] for name in ("u", "v", "km")},
            "shape_start": a["shape_start"][:1],
        },
        "no edges",
    ),
    "starts of other edges": (lambda a: {**a, "shape_start": np.zeros(3, int)}, "3 entries"),
    # the values
    "a length that is none": (entry("km", np.nan), "column km.*entry 0 is nan"),
    "an infinite length": (entry("km", np.inf, 2), "column km.*entry 2 is inf"),
    "a negative length": (entry("km", -1.0, 1), "column km.*entry 1 is -1"),
    "a length below the straight line": (entry("km", 1.0), "column km.*edge 0 shorter"),
    "lengths of zero": (lambda a: {**a, "km": a["km"] * 0}, "and 2 others shorter"),
    "a latitude that is none": (entry("lat", np.nan), "column lat.*entry 0 is nan"),
    "an impossible latitude": (entry("lat", 120.0), "column lat.*-90 to 90"),
    "an impossible longitude": (entry("lon", -300.0, 3), "column lon.*entry 3"),
    "an unknown country": (entry("country", 7), "column country.*0 .MX., 1 .US."),
    "a node that is none": (entry("v", 5), "column v.*entry 0 is 5.*0 to 4"),
    "a negative node": (entry("u", -1), "column u.*entry 0 is -1"),
    "an edge over the border": (entry("v", 3, 1), "column v.*edge 1 passes a border"),
    "an edge twice": (
        lambda a: {
            **a,
            **{name: np.append(a[name], a[name][0]) for name in ("u", "v", "km")},
            "shape_start": np.append(a["shape_start"], 1),
        },
        "column v.*1 edges from and to the same",
    ),
    "a node without an edge": (
        lambda a: {**a, "lat": np.append(a["lat"], 20), "lon": np.append(a["lon"], -102),
                   "country": np.append(a["country"], 0)},
        "1 nodes without an edge",
    ),
    "starts that descend": (entry("shape_start", 5, 1), "column shape_start.*ascending"),
    "starts beyond the points": (entry("shape_start", 2, 3), "column shape_start.*from 0 to 2"),
    "a point nowhere": (entry("shape_lat", np.nan), "column shape_lat"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_graph_is_refused_with_the_array(name: str) -> None:
    change, words = BROKEN[name]
    changed = change(sound())
    content = changed if isinstance(changed, bytes) else packed(changed)
    faults = road_graph_faults(content, "network/roads.npz")
    assert {fault.code for fault in faults} == {"F345"}
    assert re.search(words, "\n".join(map(str, faults)))


def test_a_sound_graph_has_no_fault() -> None:
    assert road_graph_faults(packed(sound()), "roads.npz") == []
    more = {**sound(), "other": np.zeros(3), "names": np.array(["a"])}
    assert road_graph_faults(packed(more), "roads.npz") == []
    embedded = (locate("network", "mexico-us-border") / "roads.npz").read_bytes()
    assert road_graph_faults(embedded, "roads.npz") == []


@pytest.mark.parametrize("content", [b"", b"roads", packed({**sound(), "km": -sound()["km"]})])
def test_the_check_of_a_network_finds_it(toy: Folders, content: bytes) -> None:
    toy.write("network/roads.npz", content)
    toy.edit("network/network.toml", 'as_of = "', 'roads = "roads.npz"\nas_of = "')
    assert "F345" in {fault.code for fault in toy.faults()}


def test_the_countries_of_a_graph_are_told_by_its_codes() -> None:
    assert road_graph_faults(packed(sound() | {"country_codes": np.array(["GT", "SV"])}), "r") == []
    (fault,) = road_graph_faults(packed(sound() | {"country_codes": np.array(["GT"])}), "r")
    assert (fault.column, "0 (GT)" in fault.detail) == ("country", True)
    (fault,) = road_graph_faults(packed(sound() | {"country_codes": np.array(["GT", "XX"])}), "r")
    assert fault.column == "country_codes"
