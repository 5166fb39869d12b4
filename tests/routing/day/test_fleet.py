"""Vehicles and speeds of a network as a routing instance wants them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.routing.day.fleet import day_instance, mean_speed, shift_of
from fulfill.routing.day.road_matrix import RoadMatrix
from fulfill.routing.instance import Break

SPEEDS = pd.DataFrame(
    {
        "road_kind": ["street", "street", "road"],
        "from_hour": [0, 12, 0],
        "to_hour": [12, 24, 24],
        "kmh": [10, 30, 60],
    }
)


def test_a_shift_in_the_peak_is_slower() -> None:
    assert mean_speed(SPEEDS, "street", 0.0, 12.0) == 10.0
    assert mean_speed(SPEEDS, "street", 6.0, 18.0) == pytest.approx(15.0)


@pytest.mark.parametrize(
    ("begins", "ends", "kmh"),
    [
        (20.0, 29.0, 9.0 / (4.0 / 30.0 + 5.0 / 10.0)),
        (24.0, 36.0, 10.0),
        (23.0, 32.0, 9.0 / (1.0 / 30.0 + 8.0 / 10.0)),
        (13.0, 37.0, 24.0 / (12.0 / 30.0 + 12.0 / 10.0)),
    ],
)
def test_the_bands_of_a_day_begin_again_at_midnight(begins: float, ends: float, kmh: float) -> None:
    assert mean_speed(SPEEDS, "street", begins, ends) == pytest.approx(kmh)


@pytest.mark.parametrize(
    ("start", "shift"), [(20.0, (20.0, 29.0)), (24.0, (0.0, 9.0)), (0.0, (0.0, 9.0))]
)
def test_a_shift_may_pass_midnight_and_24_is_0(start: float, shift: tuple[float, float]) -> None:
    assert shift_of({"shift_start": start, "shift_hours": 9.0}) == shift


def test_a_row_of_vehicles_becomes_a_type_at_every_depot() -> None:
    vehicles = pd.DataFrame(
        {
            "type_id": ["van", "truck"],
            "country": "MX",
            "duty": ["delivery", "linehaul"],
            "parcels": 80.0,
            "load_kg": 900.0,
            "available": np.nan,
            "usd_km": 0.2,
            "usd_hour": 5.0,
            "usd_day": 30.0,
            "shift_start": 8.0,
            "shift_hours": 9.0,
            "break_minutes": 30.0,
            "break_after_hours": 6.0,
            "range_km": np.nan,
            "trips": 2,
            "reload_minutes": 20.0,
        }
    )
    stops = pd.DataFrame({"stop_id": ["s"], "orders": 1.0, "weight_kg": 2.0, "minutes": 6.0})
    matrix = RoadMatrix(np.full((3, 3), 10.0), np.zeros((3, 3)))
    instance = day_instance(
        "day",
        pd.DataFrame({"site_id": ["a", "b"], "country": "MX"}),
        stops.assign(ready=0.0, due=24.0),
        {"vehicles": vehicles, "speeds": SPEEDS},
        matrix,
    )
    assert [(kind.name, kind.depot) for kind in instance.vehicles] == [("van", 0), ("van", 1)]
    van = instance.vehicles[0]
    assert van.rest == Break(0.5, 11.0, 14.0)
    assert (van.available, van.range_km, van.closes) == (None, np.inf, 17.0)
    assert instance.service == pytest.approx([0.1])
    # 10 km at the mean speed of four hours at 10 km/h and five at 30
    assert instance.hours[0][0, 1] == pytest.approx(10.0 * (4.0 / 10.0 + 5.0 / 30.0) / 9.0)
