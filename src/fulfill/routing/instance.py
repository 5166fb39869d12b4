"""The routing instance that every engine and the auditor read, in index arrays.

A stop is delivered once, by one vehicle, inside its window. A vehicle starts at its depot, makes
one or more trips and ends at the same depot within its shift. As many stops as possible are served;
among the ways to do so the cheapest is sought:

    sum over the vehicles used   cost_per_day + cost_per_km * km + cost_per_hour * hours from
    leaving to return

Places are numbered depots first, then stops; `place_of(stop)` is the number of depots plus the
stop. Times are hours since midnight of the day of departure (26 is two o'clock of the next day),
distances km. Public instances come with their own
units, one distance unit standing for a km and one time unit for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Break:
    """A rest in which the driver neither drives nor serves.

    It may interrupt a leg; a driver who is not out yet, or back already, has it at the depot.

    Attributes
    ----------
    hours : float
        Length of the break, hours.
    earliest, latest : float
        When it begins, hours on the clock.
    """

    hours: float
    earliest: float
    latest: float


@dataclass(frozen=True)
class VehicleType:
    """Vehicles of one kind at one depot.

    Attributes
    ----------
    depot : int
        Index of the depot where a route starts and ends.
    capacity : tuple of float
        What a trip can carry, one figure a dimension of the demand.
    available : int or None
        How many there are, None for as many as wanted.
    cost_per_km, cost_per_hour, cost_per_day : float
        USD; hours run from leaving the depot to the last return.
    opens, closes : float
        The shift: leave no earlier, return no later, hours on the clock.
    max_hours : float
        Longest time from leaving the depot to the last return.
    range_km : float
        Longest distance of a day (a battery that is charged overnight).
    rest : Break or None
        The driver's break, or None.
    trips : int
        Most trips of a day; each but the first begins with a reload of `reload_hours` at the depot.
    profile : int
        Which of the instance's matrices it drives by.
    """

    name: str
    depot: int
    capacity: tuple[float, ...]
    available: int | None = None
    cost_per_km: float = 1.0
    cost_per_hour: float = 0.0
    cost_per_day: float = 0.0
    opens: float = 0.0
    closes: float = inf
    max_hours: float = inf
    range_km: float = inf
    rest: Break | None = None
    trips: int = 1
    reload_hours: float = 0.0
    profile: int = 0


@dataclass(frozen=True, repr=False)
class RoutingInstance:
    """Stops, depots and vehicles of a day.

    Attributes
    ----------
    depots, stops : tuple of str
        Names of depots and stops.
    demand : (n_stops, n_dimensions)
        In the units of the capacities (parcels, kg).
    ready, due : (n_stops,)
        Hours on the clock between which service begins; a vehicle that is early waits.
    service : (n_stops,)
        Hours.
    vehicles : tuple of VehicleType
        The vehicle types.
    km, hours : tuple of ndarray
        One (n_places, n_places) matrix a profile, from row to column; inf where there is no road.
    depot_capacity : (n_depots, n_dimensions)
        What may leave a depot in the day.
    fewest_vehicles : bool
        The number of vehicles comes before the cost (the convention of Solomon's instances).
    units : tuple of str
        Unit of each dimension of the demand, for messages; may be empty.
    """

    name: str
    depots: tuple[str, ...]
    stops: tuple[str, ...]
    demand: Array
    ready: Array
    due: Array
    service: Array
    vehicles: tuple[VehicleType, ...]
    km: tuple[Array, ...]
    hours: tuple[Array, ...]
    depot_capacity: Array = field(default_factory=lambda: np.zeros((0, 0)))
    fewest_vehicles: bool = False
    units: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"RoutingInstance({self.name!r}, {len(self.stops)} stops, {len(self.depots)} depots, "
            f"{len(self.vehicles)} vehicle types, {len(self.km)} profiles)"
        )

    def __post_init__(self) -> None:
        if self.depot_capacity.size == 0:
            unbounded = np.full((len(self.depots), self.demand.shape[1]), inf)
            object.__setattr__(self, "depot_capacity", unbounded)
        wrong = shape_errors(self)
        if wrong:
            raise ValueError(f"{self.name}: " + "; ".join(wrong))

    @property
    def n_places(self) -> int:
        """Number of depots and stops together."""
        return len(self.depots) + len(self.stops)

    @property
    def timed(self) -> bool:
        """Whether time restricts a route: a window, the end of a shift or its length."""
        bounded = (
            np.isfinite(self.due).any() or (self.ready > min(v.opens for v in self.vehicles)).any()
        )
        return bool(
            bounded or any(np.isfinite(v.closes) or np.isfinite(v.max_hours) for v in self.vehicles)
        )

    def place_of(self, stop: int) -> int:
        """Return the row of a stop in the matrices."""
        return len(self.depots) + stop

    def only(self, stops: Indices) -> RoutingInstance:
        """Return the instance of some of the stops; depots and vehicles stay.

        Parameters
        ----------
        stops : ndarray of int
            Indices, in the order wanted.
        """
        places = np.concatenate([np.arange(len(self.depots)), len(self.depots) + stops])
        return replace(
            self,
            stops=tuple(self.stops[stop] for stop in stops),
            demand=self.demand[stops],
            ready=self.ready[stops],
            due=self.due[stops],
            service=self.service[stops],
            km=tuple(matrix[np.ix_(places, places)] for matrix in self.km),
            hours=tuple(matrix[np.ix_(places, places)] for matrix in self.hours),
        )


@dataclass(frozen=True)
class LocationRoutingInstance:
    """Depots to open and the routes from them.

    Attributes
    ----------
    routing : RoutingInstance
        Instance with every depot and its vehicles.
    opening : (n_depots,)
        USD, cost of a depot from which a route starts.
    """

    routing: RoutingInstance
    opening: Array


def features(instance: RoutingInstance) -> frozenset[str]:
    """Return what an engine must know beyond capacities, windows and several types.

    Returns
    -------
    frozenset of str
        Of ``breaks``, ``second trips``, ``range``, ``shift length`` (where it binds before the
        shift's ends do) and ``depot capacity``.
    """
    found = {"depot capacity"} if np.isfinite(instance.depot_capacity).any() else set()
    for vehicle in instance.vehicles:
        found |= {"breaks"} if vehicle.rest is not None else set()
        found |= {"second trips"} if vehicle.trips > 1 else set()
        found |= {"range"} if np.isfinite(vehicle.range_km) else set()
        found |= {"shift length"} if vehicle.max_hours < vehicle.closes - vehicle.opens else set()
    return frozenset(found)


def shape_errors(instance: RoutingInstance) -> list[str]:
    """Return in words what does not fit together in an instance; nothing where it is sound."""
    n_stops, n_places = len(instance.stops), instance.n_places
    n_dimensions = instance.demand.shape[1] if instance.demand.ndim == 2 else -1
    wrong = (
        []
        if instance.demand.shape == (n_stops, n_dimensions)
        else ["demand is not stops by dimensions"]
    )
    wrong += [
        f"{name} is not one figure a stop"
        for name in ("ready", "due", "service")
        if getattr(instance, name).shape != (n_stops,)
    ]
    wrong += [
        f"{name} is not square over the places"
        for name in ("km", "hours")
        if any(matrix.shape != (n_places, n_places) for matrix in getattr(instance, name))
    ]
    if instance.depot_capacity.shape != (len(instance.depots), n_dimensions):
        wrong.append("depot capacity is not depots by dimensions")
    if instance.fewest_vehicles and features(instance):
        wrong.append("fewest vehicles first goes with capacities and windows only")
    if not instance.vehicles or len(instance.km) != len(instance.hours):
        wrong.append("there is no vehicle type, or not one matrix of hours for each of km")
    wrong += [
        error
        for vehicle in instance.vehicles
        for error in _vehicle_errors(instance, vehicle, n_dimensions)
    ]
    figures = (instance.demand, instance.service, *instance.km, *instance.hours)
    if any((matrix < 0).any() or np.isnan(matrix).any() for matrix in figures):
        wrong.append("a demand, service time, distance or duration is negative or no number")
    if np.isnan(instance.ready).any() or np.isnan(instance.due).any():
        wrong.append("a window is no number")
    return wrong


def _vehicle_errors(
    instance: RoutingInstance, vehicle: VehicleType, n_dimensions: int
) -> list[str]:
    """Return in words what is wrong with a vehicle type."""
    wrong = []
    if not 0 <= vehicle.depot < len(instance.depots) or not 0 <= vehicle.profile < len(instance.km):
        wrong.append(f"vehicle type {vehicle.name} names a depot or a profile that is not there")
    if len(vehicle.capacity) != n_dimensions:
        wrong.append(f"vehicle type {vehicle.name} has not one capacity a dimension")
    if vehicle.trips < 1 or (vehicle.available is not None and vehicle.available < 0):
        wrong.append(
            f"vehicle type {vehicle.name} has fewer than one trip or a negative number of vehicles"
        )
    if not vehicle.opens <= vehicle.closes:
        wrong.append(f"vehicle type {vehicle.name} closes before it opens")
    if min(vehicle.cost_per_km, vehicle.cost_per_hour, vehicle.cost_per_day) < 0:
        wrong.append(f"vehicle type {vehicle.name} has a negative cost")
    return wrong
