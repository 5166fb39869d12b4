"""Whole numbers for engines that know no others: distances, times, loads and costs in ticks.

Rounding never turns an infeasible route into a feasible one: times and loads are rounded up,
capacities and closings down. Figures that are integers already stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.instance import RoutingInstance

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KM, HOUR, LOAD = 1_000, 10_000, 100
"""Ticks of a km, an hour and a unit of load, where the instance has broken figures."""
NEVER = 10**9
"""Ticks that stand for infinity: beyond every shift and range, and small enough to be summed."""
SLACK = 1e-6
"""Share of a tick that is taken for the rounding of a sum."""
FINE = 100
"""Cost ticks of the cheapest rate: rounding moves no rate by more than half a percent."""


@dataclass(frozen=True)
class Ticks:
    """Ticks of a km, of an hour, of a load in each dimension, and of a USD.

    Costs in ticks are `per_km` times ticks of distance plus `per_hour` times ticks of time plus
    `per_day`, by type.
    """

    km: int
    hour: int
    load: tuple[int, ...]
    per_km: tuple[int, ...]
    per_hour: tuple[int, ...]
    per_day: tuple[int, ...]

    def demand(self, instance: RoutingInstance) -> Ints:
        """Return the demand in ticks, rounded up, (n_stops, n_dimensions)."""
        return np.asarray(np.ceil(instance.demand * np.array(self.load) - SLACK), np.int64)

    def capacity(self, capacity: tuple[float, ...]) -> list[int]:
        """Return a capacity in ticks, rounded down."""
        pairs = zip(capacity, self.load, strict=True)
        return [int(min(room * load + SLACK, NEVER)) for room, load in pairs]

    def up(self, hours: float | Floats) -> Ints:
        """Return times in ticks, rounded up."""
        return np.minimum(np.ceil(np.asarray(hours) * self.hour - SLACK), NEVER).astype(np.int64)

    def down(self, hours: float | Floats) -> Ints:
        """Return times in ticks, rounded down."""
        return np.minimum(np.floor(np.asarray(hours) * self.hour + SLACK), NEVER).astype(np.int64)

    def distances(self, km: Floats, ranged: bool) -> Ints:
        """Return distances in ticks, to the nearest one, or up where a range is kept."""
        out = np.empty(km.shape, np.int64)
        for row, figures in zip(out, km, strict=True):
            row[:] = np.minimum(np.ceil(figures * self.km - (SLACK if ranged else 0.5)), NEVER)
        return out


def ticks_of(instance: RoutingInstance) -> Ticks:
    """Return the ticks that suit an instance's figures."""
    km = 1 if all(_whole(matrix) for matrix in instance.km) else KM
    clock = [instance.ready, instance.due, instance.service, *instance.hours]
    clock += [np.array([v.opens, v.closes, v.max_hours, v.reload_hours]) for v in instance.vehicles]
    clock += [
        np.array([v.rest.hours, v.rest.earliest, v.rest.latest])
        for v in instance.vehicles
        if v.rest
    ]
    hour = 1 if all(_whole(figures) for figures in clock) else HOUR
    load = tuple(
        1 if _whole(instance.demand[:, d]) else LOAD for d in range(instance.demand.shape[1])
    )
    rates = [v.cost_per_km / km for v in instance.vehicles] + [
        v.cost_per_hour / hour for v in instance.vehicles
    ]
    usd = _cost_ticks(np.array([rate for rate in rates if rate > 0]))
    return Ticks(
        km=km,
        hour=hour,
        load=load,
        per_km=tuple(round(v.cost_per_km / km * usd) for v in instance.vehicles),
        per_hour=tuple(round(v.cost_per_hour / hour * usd) for v in instance.vehicles),
        per_day=tuple(round(v.cost_per_day * usd) for v in instance.vehicles),
    )


def _cost_ticks(rates: Floats) -> float:
    """Return the ticks of a USD such that all rates are whole numbers, or nearly so."""
    if rates.size == 0:
        return 1.0
    return (1.0 if _whole(rates / rates.min()) else FINE) / float(rates.min())


def _whole(figures: Floats) -> bool:
    """Tell whether all finite figures are integers, looking at one row of a matrix after the other."""
    rows = figures if figures.ndim == 2 else figures[None]
    return all(bool((np.isinf(row) | (row == np.floor(row))).all()) for row in rows)
