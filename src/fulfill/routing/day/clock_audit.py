"""A second reading of a day's clock: shifts, windows and speeds as the tables give them.

`audit` checks routes against an instance. Here they are checked against the tables from which the
instance was made: visits on the clock against the windows of the stop list, days against the
shifts of vehicles.csv, and hours of driving against the bands of speeds.csv, which begin again at
midnight.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from itertools import pairwise
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.routing.day.road_matrix import RoadMatrix
from fulfill.routing.instance import RoutingInstance
from fulfill.routing.solution import RoutingSolution

Array = NDArray[np.float64]
TOLERANCE = 1e-6
"""Hours by which a rule may be missed before it is a fault; also relative, for driving times."""
Shift = tuple[float, float]


def audit_clock(
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    distances: RoadMatrix,
    instance: RoutingInstance,
    solution: RoutingSolution,
) -> tuple[str, ...]:
    """Check the times of a district against the tables from which it was made.

    Parameters
    ----------
    depots : DataFrame
        Column country, by number of the depot.
    stops : DataFrame
        Columns stop_id, ready, due: times of day in hours, NaN where there is none.
    tables : mapping of DataFrame
        Vehicles and speeds.
    distances : RoadMatrix
        Over the depots, then the stops.

    Returns
    -------
    tuple of str
        A fault for each route outside its shift, each visit outside its window, and each matrix of
        hours that does not follow from the speeds.
    """
    vehicles = tables["vehicles"][tables["vehicles"]["duty"] == "delivery"]
    rows = {(row["country"], row["type_id"]): row for row in vehicles.to_dict("records")}
    shifts = [
        _shift(row) for (country, _), row in rows.items() if country in set(depots["country"])
    ]
    faults = []
    for number, route in enumerate(solution.routes):
        kind = instance.vehicles[route.vehicle]
        begins, ends = _shift(rows[depots["country"].iloc[kind.depot], kind.name])
        label = f"route {number} ({kind.name})"
        # Hours into the shift on the clock; the tolerance keeps a departure at its very begin.
        into = (route.departures[0] - begins + TOLERANCE) % 24.0
        if into + route.returns[-1] - route.departures[0] > ends - begins + 2.0 * TOLERANCE:
            faults.append(f"{label} is out of the shift of {begins:g} to {ends:g} h")
        for trip, starts in zip(route.trips, route.starts, strict=True):
            faults += [
                f"{label} begins stop {stops['stop_id'].iloc[stop]} at {begin:.4f} h, "
                "outside the window of the stop list"
                for stop, begin in zip(trip, starts, strict=True)
                if not _in_window(
                    begin, float(stops["ready"].iloc[stop]), float(stops["due"].iloc[stop]), shifts
                )
            ]
        faults += [f"{label}: {fault}" for fault in _speed_faults(
            tables["speeds"], (begins, ends), distances, instance.hours[kind.profile]
        )]  # fmt: skip
    return tuple(faults)


def _shift(row: Mapping[Hashable, Any]) -> Shift:
    """Return beginning and end of a shift, hours; 24 is the midnight at which the day begins."""
    begins = 0.0 if row["shift_start"] == 24 else float(row["shift_start"])
    return begins, begins + float(row["shift_hours"])


def _in_window(begin: float, ready: float, due: float, shifts: list[Shift]) -> bool:
    """Tell whether a begin of service lies in a window as a stop list gives it."""
    if not isnan(ready) and not isnan(due):
        if (ready, due) == (0.0, 24.0):
            return True
        over = due < ready
        literal = ready > 24.0 or due > 24.0
        ends = due + 24.0 if over else due
        times = (begin,) if literal else (begin % 24.0, begin % 24.0 + 24.0)
        return any(ready - TOLERANCE <= time <= ends + TOLERANCE for time in times)
    if not isnan(ready):
        if ready <= 0.0:
            return True
        written = any(begins < ready < ends for begins, ends in shifts)
        later = any(begins < ready + 24.0 < ends for begins, ends in shifts)
        from_when = ready + 24.0 if later and not written and ready <= 24.0 else ready
        return begin >= from_when - TOLERANCE
    if not isnan(due):
        if due > 24.0 or any(begins < due for begins, _ in shifts):
            return due == 24.0 or begin <= due + TOLERANCE
        return begin <= due + 24.0 + TOLERANCE if any(ends > 24.0 for _, ends in shifts) else False
    return True


def _speed_faults(
    speeds: pd.DataFrame, shift: Shift, distances: RoadMatrix, hours: Array
) -> Iterator[str]:
    """Yield a fault where the hours of driving do not follow from the speeds over a shift."""
    pace = {kind: _hours_per_km(speeds[speeds["road_kind"] == kind], shift) for kind in
            ("street", "road")}  # fmt: skip
    expected = distances.street_km * pace["street"] + distances.road_km * pace["road"]
    known = np.isfinite(expected)
    wrong = np.abs(hours[known] - expected[known]) > TOLERANCE * np.maximum(expected[known], 1.0)
    if wrong.any() or np.isfinite(hours[~known]).any():
        yield "its hours of driving are not those of the speeds in its shift"


def _hours_per_km(bands: pd.DataFrame, shift: Shift) -> float:
    """Return the mean hours of a km over a shift, piece by piece between changes of speed."""
    edges = [float(hour) + day for hour in bands["from_hour"] for day in (0.0, 24.0)]
    cuts = sorted({*shift, *(edge for edge in edges if shift[0] < edge < shift[1])})
    total = 0.0
    for begins, ends in pairwise(cuts):
        hour = (begins + ends) / 2.0 % 24.0
        here = bands[(bands["from_hour"] <= hour) & (hour < bands["to_hour"])]
        total += (ends - begins) / float(here["kmh"].iloc[0])
    return total / (shift[1] - shift[0])
