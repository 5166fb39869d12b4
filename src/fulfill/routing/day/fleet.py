"""The vehicles and speeds of a network as a routing instance wants them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.routing.clock import DAY, place_windows
from fulfill.routing.day.road_matrix import RoadMatrix
from fulfill.routing.instance import Break, RoutingInstance, VehicleType

Array = NDArray[np.float64]
LOADS = ("parcels", "kg")
"""Units of what a vehicle carries, by dimension of the demand."""


def delivery_vehicles(vehicles: pd.DataFrame, country: str) -> pd.DataFrame:
    """Return the rows of vehicles that deliver to consumers in a country."""
    return vehicles[(vehicles["country"] == country) & (vehicles["duty"] == "delivery")]


def shift_of(vehicle: Mapping[Any, Any]) -> tuple[float, float]:
    """Return beginning and end of the shift of a row of vehicles.csv.

    Hours since midnight of the day of departure: the end is above 24 where the shift runs past
    midnight. A shift that begins at 24 begins at 0.
    """
    begins = float(vehicle["shift_start"]) % DAY
    return begins, begins + float(vehicle["shift_hours"])


def mean_speed(speeds: pd.DataFrame, road_kind: str, begins: float, ends: float) -> float:
    """Return the mean speed on a kind of road over a shift.

    Parameters
    ----------
    speeds : DataFrame
        Columns road_kind, from_hour, to_hour, kmh.
    begins, ends : float
        Hours since midnight of the day of departure, at most 48; after midnight the bands of the
        day begin again.

    Returns
    -------
    float
        km/h that give the hours of a driver who covers the same distance in every band: the
        harmonic mean, weighted by hours.
    """
    bands = speeds[speeds["road_kind"] == road_kind]
    start, stop = bands["from_hour"].to_numpy(float), bands["to_hour"].to_numpy(float)
    overlap = np.zeros(len(bands))
    for day in (0.0, DAY):
        common = np.minimum(stop + day, ends) - np.maximum(start + day, begins)
        overlap += np.maximum(common, 0.0)
    return float(overlap.sum() / (overlap / bands["kmh"].to_numpy(float)).sum())


def day_instance(
    name: str,
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    distances: RoadMatrix,
) -> RoutingInstance:
    """Return the routing instance of depots and stops.

    Parameters
    ----------
    depots : DataFrame
        Columns site_id, country.
    stops : DataFrame
        See `fulfill.routing.day.stops.STOP_COLUMNS`.
    tables : mapping of DataFrame
        Vehicles and speeds.
    distances : RoadMatrix
        Over the depots, then the stops.

    Returns
    -------
    RoutingInstance
        Demand in orders and kg; a profile for each shift, for speeds depend on it. The windows of
        the stops, times of day, have their place in the shifts.
    """
    kinds: list[VehicleType] = []
    shifts: list[tuple[float, float]] = []
    for depot, country in enumerate(depots["country"]):
        for row in delivery_vehicles(tables["vehicles"], country).to_dict("records"):
            shift = shift_of(row)
            shifts += [] if shift in shifts else [shift]
            kinds.append(_vehicle_type(row, depot, shifts.index(shift)))
    hours = tuple(
        distances.hours(
            mean_speed(tables["speeds"], "street", *shift),
            mean_speed(tables["speeds"], "road", *shift),
        )
        for shift in shifts
    )
    ready, due = place_windows(stops["ready"].to_numpy(float), stops["due"].to_numpy(float), shifts)
    return RoutingInstance(
        name=name,
        depots=tuple(depots["site_id"]),
        stops=tuple(stops["stop_id"]),
        demand=stops[["orders", "weight_kg"]].to_numpy(float),
        ready=ready,
        due=due,
        service=stops["minutes"].to_numpy(float) / 60.0,
        vehicles=tuple(kinds),
        km=(distances.km,) * len(shifts),
        hours=hours,
        units=LOADS,
    )


def _vehicle_type(cell: Mapping[Hashable, Any], depot: int, profile: int) -> VehicleType:
    """Return a row of vehicles.csv as a vehicle type of a depot.

    The break lies in the second half of the hours by which it must have begun.
    """
    (opens, closes), after = shift_of(cell), float(cell["break_after_hours"])
    rest = (
        Break(cell["break_minutes"] / 60.0, opens + after / 2.0, opens + after)
        if cell["break_minutes"]
        else None
    )
    return VehicleType(
        name=str(cell["type_id"]),
        depot=depot,
        capacity=(float(cell["parcels"]), float(cell["load_kg"])),
        available=None if np.isnan(cell["available"]) else int(cell["available"]),
        cost_per_km=float(cell["usd_km"]),
        cost_per_hour=float(cell["usd_hour"]),
        cost_per_day=float(cell["usd_day"]),
        opens=opens,
        closes=closes,
        range_km=float("inf") if np.isnan(cell["range_km"]) else float(cell["range_km"]),
        rest=rest,
        trips=int(cell["trips"]),
        reload_hours=float(cell["reload_minutes"]) / 60.0,
        profile=profile,
    )
