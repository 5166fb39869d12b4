from __future__ import annotations

import json
from typing import Any

import pytest
import shapely

from conftest import Folders
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.outlines import outline_faults, read_outlines

SQUARE = {"type": "Polygon", "coordinates": [[[-103, 19], [-98, 19], [-98, 24], [-103, 19]]]}
BOW_TIE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}


def collection(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def ring(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [points]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"<OGRVRTDataSource/>", "no JSON"),
        (b"[]", "no feature"),
        (collection(), "no feature"),
        (collection(7), "feature 1: no object"),
        (collection({}), "feature 1: no object"),
        (collection(feature(SQUARE)), "feature 1: no object"),
        (collection(feature(SQUARE, country=7)), "feature 1: no country"),
        (collection(feature(SQUARE, country="MX"), feature(None, country="MX")), "feature 2"),
        (collection(feature({"type": "Point", "coordinates": [0, 0]}, country="MX")), "no polygon"),
        (collection(feature({"type": "Polygon"}, country="MX")), "feature 1"),
        (collection(feature({"type": "Polygon", "coordinates": []}, country="MX")), "empty"),
        (collection(feature(ring([0, 0], [1, 1]), country="MX")), "feature 1"),
        (collection(feature(ring([0, 0], [1, "x"], [1, 1], [0, 0]), country="MX")), "feature 1"),
        (collection(feature(ring([0, 0], [500, 0], [1, 1], [0, 0]), country="MX")), "outside"),
        (collection(feature(ring([0, 0], [1e999, 0], [1, 1], [0, 0]), country="MX")), "feature 1"),
    ],
)
def test_what_cannot_be_drawn_is_a_fault(content: bytes, words: str, toy: Folders) -> None:
    faults = outline_faults(content, "outlines.geojson")
    assert {fault.code for fault in faults} == {"F346"}
    assert words in str(faults[0])
    toy.write("network/outlines.geojson", content)
    toy.edit("network/network.toml", 'as_of = "', 'outlines = "outlines.geojson"\nas_of = "')
    assert "F346" in {fault.code for fault in toy.faults()}


def test_sound_outlines_are_read_and_made_valid() -> None:
    content = collection(feature(SQUARE, country="MX"), feature(BOW_TIE, country="US", state="x"))
    assert outline_faults(content, "outlines.geojson") == []
    (first, square), (second, tie) = read_outlines(content)
    assert (first, second) == ("MX", "US")
    assert square.equals(shapely.from_geojson(json.dumps(SQUARE)))
    assert tie.is_valid
    assert tie.area == pytest.approx(2.0)
    embedded = (locate("network", "mexico-us-border") / "outlines.geojson").read_bytes()
    assert outline_faults(embedded, "outlines.geojson") == []
