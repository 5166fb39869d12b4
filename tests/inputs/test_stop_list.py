"""Stop lists as other programs and spreadsheets write them: right, or refused with the cause."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.faults import Fault
from fulfill.inputs.folder import locate
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.stop_list import read_stop_list


@pytest.fixture(scope="module")
def toy() -> Network:
    return read_network(locate("network", "toy"))


def read(
    text: str, network: Network, taken: tuple[str, ...] = ()
) -> tuple[pd.DataFrame, list[Fault]]:
    return read_stop_list(text.encode(), "mine.csv", network, taken)


def placed(*points: str) -> str:
    return "stop_id,lat,lon\n" + "".join(f"s{n},{p}\n" for n, p in enumerate(points))


@pytest.mark.parametrize(
    "header",
    ["stop_id,lat,lng", "stop_id,latitude,longitude", "Stop ID,Lat,Long", "STOP_ID,LATITUDE,LNG"],
)
def test_well_known_spellings_of_columns_are_read(toy: Network, header: str) -> None:
    frame, faults = read(f"{header}\na,20.62,-103.31\n", toy)
    assert not faults
    assert frame[["stop_id", "lat", "lon"]].to_numpy().tolist() == [["a", 20.62, -103.31]]


@pytest.mark.parametrize("header", ["lat,lon,lng", "lat,latitude,lon", "lat,lon,lon"])
def test_two_columns_of_one_meaning_are_refused(toy: Network, header: str) -> None:
    _, faults = read(f"stop_id,{header}\na,20.62,-103.31,20.62\n", toy)
    assert [(fault.code, fault.row) for fault in faults] == [("F109", 1)]


@pytest.mark.parametrize(
    ("column", "meant"), [("order", "orders"), ("weight", "weight_kg"), ("minute", "minutes")]
)
def test_a_misspelt_column_is_not_taken_for_a_further_one(
    toy: Network, column: str, meant: str
) -> None:
    _, faults = read(f"stop_id,lat,lon,{column}\na,20.62,-103.31,3\n", toy)
    assert [(fault.code, fault.column) for fault in faults] == [("F106", column)]
    assert meant in faults[0].detail


def test_further_columns_stay_text_with_their_rows(toy: Network) -> None:
    text = (
        "stop_id,name,phone,lat,lng,order_no\n\n"
        'a,"Street 1, Guadalajara",+52 33,20.62,-103.31,007\n\n'
        "b,=1+1,0,20.63,-103.32\n"
    )
    frame, faults = read(text, toy, taken=("name",))
    assert not faults
    assert frame["phone"].tolist() == ["+52 33", "0"]
    assert frame["x_name"].tolist() == ["Street 1, Guadalajara", "=1+1"]
    assert frame["order_no"].tolist() == ["007", ""]


def test_rows_of_faults_are_those_of_the_file(toy: Network) -> None:
    text = "note,stop_id,lat,lon\n\nx,a,20.62,-103.31\n\ny,b,abc,-103.31\nTotal,,,\n"
    _, faults = read(text, toy)
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [
        ("F202", 5, "lat"),
        ("F201", 6, "stop_id"),
    ]


@pytest.mark.parametrize(
    ("ready", "due", "hours"),
    [
        (["9:30"], ["18:00"], [(9.5, 18.0)]),
        (["9:30:00"], ["6:00 PM"], [(9.5, 18.0)]),
        (["22:00"], ["02:00 +1"], [(22.0, 26.0)]),
        (["9.5"], ["18"], [(9.5, 18.0)]),
        (["12:15 am"], ["12:15 p.m."], [(0.25, 12.25)]),
        (["0.5"], ["18"], [(0.5, 18.0)]),  # half past midnight: other figures are hours
        (["0.395833333", "0.375"], ["0.75", "0.708333333"], [(9.5, 18.0), (9.0, 17.0)]),
        (["0", "0.354166667"], ["0.5", ""], [(0.0, 12.0), (8.5, np.nan)]),
        (["0.3541666667"], ["19:30"], [(8.5, 19.5)]),
        ([""], [""], [(np.nan, np.nan)]),
        (["25"], ["28"], [(25.0, 28.0)]),
    ],
)
def test_times_are_read_as_people_and_spreadsheets_write_them(
    toy: Network, ready: list[str], due: list[str], hours: list[tuple[float, float]]
) -> None:
    rows = [f"s{n},20.62,-103.31,{r},{d}" for n, (r, d) in enumerate(zip(ready, due, strict=True))]
    frame, faults = read("stop_id,lat,lon,ready,due\n" + "\n".join(rows) + "\n", toy)
    assert not faults
    np.testing.assert_allclose(frame[["ready", "due"]].to_numpy(float), np.array(hours), atol=1e-9)


@pytest.mark.parametrize(
    ("ready", "due", "code"),
    [
        ("0.5", "0.75", "F331"),  # hours or fractions
        ("0.333333333", "", "F331"),  # twenty past midnight, or eight o'clock
        ("0.395833333", "18", "F331"),  # fractions beside hours
        ("9:75", "18", "F331"),
        ("13:00 PM", "18", "F331"),
        ("half past nine", "18", "F202"),
        ("49", "", "F205"),
        ("40", "10", "F205"),  # ends before it begins, also on the next day
    ],
)
def test_times_that_cannot_be_read_are_refused(
    toy: Network, ready: str, due: str, code: str
) -> None:
    _, faults = read(f"stop_id,lat,lon,ready,due\na,20.62,-103.31,{ready},{due}\n", toy)
    assert {fault.code for fault in faults} == {code}
    assert all(fault.row == 2 for fault in faults)


@pytest.mark.parametrize(
    ("point", "detail"),
    [
        ("0,0", "zeros stand where the place is not known"),
        ("20.62,103.31", "lon lacks its minus: 20.62, -103.31?"),
        ("25.7,100.3", "lon lacks its minus"),
        ("-17.7,179.9", "km outside MX"),
        ("40.7,-74", "km outside MX"),
        ("103.31,20.62", None),  # beyond all latitudes: F205
        ("-103.31,20.62", None),
    ],
)
def test_a_stop_in_no_country_is_told_what_it_looks_like(
    toy: Network, point: str, detail: str | None
) -> None:
    _, faults = read(placed("20.62,-103.31", point), toy)
    assert [(fault.code, fault.row) for fault in faults] == [("F330" if detail else "F205", 3)]
    assert not detail or detail in faults[0].detail


def test_a_stop_far_from_the_mapped_roads_is_refused(mexico: Network) -> None:
    points = ("19.43,-99.13", "19.0,-110.0", "27.0,-93.0", "40.7,-74.0")
    _, faults = read(placed(*points), mexico)
    assert [(fault.code, fault.row) for fault in faults] == [("F310", n) for n in (3, 4, 5)]
    assert all("nearest road is" in fault.detail for fault in faults)


@pytest.fixture(scope="module")
def mexico() -> Network:
    return read_network(locate("network", "mexico-us-border"))
