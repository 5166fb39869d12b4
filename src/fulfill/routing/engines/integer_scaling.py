"""Integer scaling for engines that know whole numbers only: distances, times, loads and costs.

A quantity in integer units is its figure times the units of a km, an hour, a load or a USD.
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

PER_KM, PER_HOUR, PER_LOAD = 1_000, 10_000, 100
"""Units of a km, an hour and a unit of load, where the instance has fractional figures."""
INFINITE = 10**9
"""Units that stand for infinity: beyond every shift and range, and small enough to be summed."""
ROUNDING = 1e-6
"""Share of a unit that is taken for the rounding of a sum."""
CHEAPEST_RATE = 100
"""Cost units of the cheapest rate: rounding moves no rate by more than half a percent."""


@dataclass(frozen=True)
class IntegerScaling:
    """Integer units of an instance's figures.

    Attributes
    ----------
    km, hour : int
        Units of a km and of an hour.
    load : tuple of int
        Units of a load, by dimension.
    per_km, per_hour : tuple of int
        Cost units of a unit of distance and of time, by vehicle type.
    per_day : tuple of int
        Cost units of a vehicle, by type.
    """

    km: int
    hour: int
    load: tuple[int, ...]
    per_km: tuple[int, ...]
    per_hour: tuple[int, ...]
    per_day: tuple[int, ...]

    def demand(self, instance: RoutingInstance) -> Ints:
        """Return the demand in units, rounded up, (n_stops, n_dimensions)."""
        # round demand up and capacity down: what fits in units fits in fact
        return np.asarray(np.ceil(instance.demand * np.array(self.load) - ROUNDING), np.int64)

    def capacity(self, capacity: tuple[float, ...]) -> list[int]:
        """Return a capacity in units, rounded down, by dimension."""
        pairs = zip(capacity, self.load, strict=True)
        return [int(min(room * load + ROUNDING, INFINITE)) for room, load in pairs]

    def hours_up(self, hours: float | Floats) -> Ints:
        """Return times in units, rounded up, in the shape given."""
        units = np.ceil(np.asarray(hours) * self.hour - ROUNDING)
        return np.minimum(units, INFINITE).astype(np.int64)

    def hours_down(self, hours: float | Floats) -> Ints:
        """Return times in units, rounded down, in the shape given."""
        units = np.floor(np.asarray(hours) * self.hour + ROUNDING)
        return np.minimum(units, INFINITE).astype(np.int64)

    def distances(self, km: Floats, ranged: bool) -> Ints:
        """Return distances in units.

        Parameters
        ----------
        km : (n_places, n_places)
        ranged : bool
            Whether they are summed against a range: then they are rounded up, else to the nearest
            unit.
        """
        out = np.empty(km.shape, np.int64)
        down = ROUNDING if ranged else 0.5
        for row, figures in zip(out, km, strict=True):
            row[:] = np.minimum(np.ceil(figures * self.km - down), INFINITE)
        return out


def scale_to_integers(instance: RoutingInstance) -> IntegerScaling:
    """Return the integer units that suit an instance's figures.

    Returns
    -------
    IntegerScaling
        One unit for a km, an hour or a load where all such figures are integers already.
    """
    km = 1 if all(_whole(matrix) for matrix in instance.km) else PER_KM
    hour = 1 if all(_whole(figures) for figures in _times(instance)) else PER_HOUR
    load = tuple(1 if _whole(column) else PER_LOAD for column in instance.demand.T)
    kinds = instance.vehicles
    rates = [v.cost_per_km / km for v in kinds] + [v.cost_per_hour / hour for v in kinds]
    # fixed costs are left out: they need no exact ratio to the rates
    usd = _units_per_usd(np.array([rate for rate in rates if rate > 0]))
    return IntegerScaling(
        km=km,
        hour=hour,
        load=load,
        per_km=tuple(round(v.cost_per_km / km * usd) for v in kinds),
        per_hour=tuple(round(v.cost_per_hour / hour * usd) for v in kinds),
        per_day=tuple(round(v.cost_per_day * usd) for v in kinds),
    )


def _times(instance: RoutingInstance) -> list[Floats]:
    """Return every time of an instance, hours."""
    kinds = instance.vehicles
    shifts = [np.array([v.opens, v.closes, v.max_hours, v.reload_hours]) for v in kinds]
    rests = [np.array([v.rest.hours, v.rest.earliest, v.rest.latest]) for v in kinds if v.rest]
    return [instance.ready, instance.due, instance.service, *instance.hours, *shifts, *rests]


def _units_per_usd(rates: Floats) -> float:
    """Return the units of a USD such that all rates are whole numbers, or nearly so."""
    if rates.size == 0:
        return 1.0
    return (1.0 if _whole(rates / rates.min()) else CHEAPEST_RATE) / float(rates.min())


def _whole(figures: Floats) -> bool:
    """Tell whether all finite figures are integers, row by row to save memory."""
    rows = figures if figures.ndim == 2 else figures[None]
    return all(bool((np.isinf(row) | (row == np.floor(row))).all()) for row in rows)
