"""An instance of routes as the arrays of the compiled steps: costs of legs, neighbours, limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.instance import RoutingInstance, VehicleType

NO_LEG = 1e9
"""Cost that stands for a leg that does not exist."""
N_INSERTION, N_INSERTION_TIMED = 40, 50
"""Neighbours next to which a stop is inserted, without and with windows."""
N_REMOVAL = 100
"""Neighbours around a stop from whose routes strings are removed."""
WAIT_WEIGHT = 0.2
"""Share of the driver's wait at a stop that counts in its proximity, beside the cost of the leg."""

Floats = NDArray[np.float64]
Matrices = NDArray[np.float32] | NDArray[np.float64]
Ints = NDArray[np.int64]


class CompiledInstance(NamedTuple):
    """What stays fixed in a search; compiled steps call it `data`.

    Places are numbered depots first, then stops; vehicle types as in the instance. A rate is a
    price of a km and an hour with a profile; types that share it share a matrix of costs.

    Attributes
    ----------
    cost : (n_rates, n_places, n_places)
        Cost of each leg, USD, `NO_LEG` where there is none.
    cost_into : Matrices
        `cost` transposed, so that the legs into a stop lie side by side in memory.
    time : (n_profiles, n_places, n_places)
        Hours; (n_profiles, 1, 1) without windows.
    insertion_neighbours : (n_places, k)
        Stops next to which a place is inserted, nearest first; a place that has fewer stands there
        itself.
    may_precede, may_follow : (n_places, k)
        Whether the windows allow an insertion neighbour right before and right behind the place.
    removal_neighbours : (n_places, k)
        Stops from whose routes strings are removed, nearest first.
    demand : (n_places, n_dimensions)
    capacity_share : (n_places,)
        Demand as a share of the largest capacity, in the dimension where that is most.
    depot_cost : (n_places,)
        Cost of the cheapest leg from a depot.
    ready, due, service : (n_places,)
        Window of the beginning of service and its length, hours.
    depot, rate, profile : (n_types,)
        Index.
    fixed_cost : (n_types,)
        USD a vehicle, 0 where the fewest vehicles come first.
    capacity : (n_types, n_dimensions)
    opens, closes : (n_types,)
        Shift, hours.
    depot_capacity : (n_depots, n_dimensions)
    timed : bool
        Whether time restricts a route.
    """

    cost: Matrices
    cost_into: Matrices
    time: Matrices
    insertion_neighbours: NDArray[np.int32]
    may_precede: NDArray[np.bool_]
    may_follow: NDArray[np.bool_]
    removal_neighbours: NDArray[np.int32]
    demand: Floats
    capacity_share: Floats
    depot_cost: Floats
    ready: Floats
    due: Floats
    service: Floats
    depot: Ints
    rate: Ints
    profile: Ints
    fixed_cost: Floats
    capacity: Floats
    opens: Floats
    closes: Floats
    depot_capacity: Floats
    timed: bool


def compile_instance(instance: RoutingInstance) -> CompiledInstance:
    """Return an instance as the arrays of the compiled steps.

    Parameters
    ----------
    instance : RoutingInstance
        Without breaks, second trips, ranges and shift lengths, which the steps do not see.

    Returns
    -------
    CompiledInstance
        With the neighbours by cost, those of insertion by windows too where there are any.
    """
    n_depots, kinds = len(instance.depots), instance.vehicles
    rates = sorted({_rate(kind) for kind in kinds})
    cost = np.stack([_leg_cost(instance, *rate) for rate in rates])
    timed = instance.timed
    pad = np.zeros(n_depots)
    demand = np.vstack([np.zeros((n_depots, instance.demand.shape[1])), instance.demand])
    capacity = np.array([kind.capacity for kind in kinds])
    depot = np.array([kind.depot for kind in kinds])
    share = np.nan_to_num(demand / np.maximum(capacity.max(axis=0), 1e-12)).max(axis=1)
    data = CompiledInstance(
        cost=cost,
        cost_into=_transposed(cost),
        time=np.stack(instance.hours) if timed else np.zeros((len(instance.hours), 1, 1)),
        insertion_neighbours=np.zeros((0, 0), np.int32),
        may_precede=np.zeros((0, 0), np.bool_),
        may_follow=np.zeros((0, 0), np.bool_),
        removal_neighbours=np.zeros((0, 0), np.int32),
        demand=demand,
        capacity_share=share,
        depot_cost=cost[:, depot].min(axis=(0, 1)).astype(np.float64),
        ready=np.concatenate([pad, instance.ready]),
        due=np.concatenate([pad, instance.due]),
        service=np.concatenate([pad, instance.service]),
        depot=depot,
        rate=np.array([rates.index(_rate(kind)) for kind in kinds]),
        profile=np.array([kind.profile for kind in kinds]),
        fixed_cost=np.array(
            [0.0 if instance.fewest_vehicles else kind.cost_per_day for kind in kinds]
        ),
        capacity=capacity,
        opens=np.array([kind.opens for kind in kinds]),
        closes=np.array([kind.closes for kind in kinds]),
        depot_capacity=instance.depot_capacity.astype(np.float64),
        timed=timed,
    )
    return _with_neighbours(data)


def _rate(kind: VehicleType) -> tuple[float, float, int]:
    """Return what types must share to share a matrix of costs."""
    return kind.cost_per_km, kind.cost_per_hour, kind.profile


def _with_neighbours(data: CompiledInstance) -> CompiledInstance:
    """Return the arrays with the neighbours of every place."""
    around = _neighbours(data, N_REMOVAL, windows=False)
    near = (
        _neighbours(data, N_INSERTION_TIMED, windows=True)
        if data.timed
        else np.ascontiguousarray(around[:, :N_INSERTION])
    )
    place = np.arange(len(near))[:, None]
    return data._replace(
        insertion_neighbours=near,
        may_precede=_may_follow(data, near, place),
        may_follow=_may_follow(data, place, near),
        removal_neighbours=around,
    )


def _may_follow(
    data: CompiledInstance, first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Tell for pairs of places whether their windows allow a leg from the first to the second."""
    if not data.timed:
        return np.ones(np.broadcast_shapes(first.shape, second.shape), np.bool_)
    hours = data.time[:, first, second].min(axis=0)
    leaves: Floats = data.ready[first] + data.service[first]
    return np.asarray(leaves + hours <= data.due[second])


def _transposed(cost: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cost of every leg from end to start; no copy where both directions agree."""
    turned = cost.transpose(0, 2, 1)
    return cost if np.array_equal(cost, turned) else np.ascontiguousarray(turned)


def _leg_cost(
    instance: RoutingInstance, per_km: float, per_hour: float, profile: int
) -> NDArray[np.float32]:
    """Return the cost of every leg at a rate, `NO_LEG` where there is none."""
    cost = np.empty(instance.km[profile].shape, np.float32)
    for row, km, hours in zip(cost, instance.km[profile], instance.hours[profile], strict=True):
        row[:] = np.where(np.isfinite(km + hours), per_km * np.minimum(km, NO_LEG), NO_LEG)
        if per_hour:
            row += (per_hour * np.minimum(hours, NO_LEG)).astype(np.float32)
    return cost


def _neighbours(data: CompiledInstance, wanted: int, windows: bool) -> NDArray[np.int32]:
    """Return the stops nearest to each place, (n_places, k), by cost or by `_proximity`.

    A place stands itself where it has fewer neighbours that can follow or precede it.
    """
    n_places, n_depots = len(data.demand), len(data.depot_capacity)
    wanted = min(wanted, max(n_places - n_depots - 1, 1))
    near = np.empty((n_places, wanted), np.int32)
    usd_per_hour = float(data.cost[0].mean() / max(data.time[0].mean(), 1e-9)) if windows else 0.0
    for place in range(n_places):
        if windows and place >= n_depots:
            distance = np.minimum(
                _proximity(data, place, usd_per_hour, 1), _proximity(data, place, usd_per_hour, -1)
            )
        else:
            either = np.minimum(data.cost[:, place, n_depots:], data.cost[:, n_depots:, place])
            distance = either.min(axis=0).astype(float)
        if place >= n_depots:
            distance[place - n_depots] = np.inf
        order = np.argpartition(distance, wanted - 1)[:wanted]
        order = order[np.argsort(distance[order], kind="stable")]
        near[place] = np.where(distance[order] < NO_LEG, n_depots + order, place)
    return near


def _proximity(data: CompiledInstance, place: int, usd_per_hour: float, direction: int) -> Floats:
    """Return how far a stop is from each other as its predecessor (direction 1) or successor.

    The cost of the leg and a share of the unavoidable wait (Vidal et al. 2013, Computers and
    Operations Research), infinite where windows forbid the leg.
    """
    others = slice(len(data.depot_capacity), None)
    if direction == 1:
        leg, hours = data.cost[:, place, others], data.time[:, place, others]
        first, last = data.ready[place] + data.service[place], data.due[place] + data.service[place]
        ready, due = data.ready[others], data.due[others]
    else:
        leg, hours = data.cost[:, others, place], data.time[:, others, place]
        first, last = (window[others] + data.service[others] for window in (data.ready, data.due))
        ready, due = data.ready[place], data.due[place]
    cost, hours = leg.min(axis=0), hours.min(axis=0)
    # Where a window never opens the wait is no number; the last line forbids the leg.
    wait = np.maximum(ready - last - hours, 0.0)
    with np.errstate(invalid="ignore"):
        wait = np.nan_to_num(wait, nan=0.0)
    return np.where(first + hours <= due, cost + WAIT_WEIGHT * usd_per_hour * wait, np.inf)
