"""An instance of routes as the arrays of the compiled steps: costs of legs, neighbours, limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.engines.ruin.route_state import Task
from fulfill.routing.instance import RoutingInstance

NO_WAY = 1e9
"""Cost that stands for a leg that does not exist."""
NEAR, NEAR_TIMED = 40, 100
"""Neighbours next to which a stop is inserted, without and with windows."""
AROUND = 100
"""Neighbours around a stop from whose routes strings are removed."""
WAIT = 0.2
"""How near a stop is counts its distance and so much of the driver's wait there."""

Array = NDArray[np.float64]


def build_task(instance: RoutingInstance) -> Task:
    """Return an instance as the arrays of the compiled steps."""
    n_depots, kinds = len(instance.depots), instance.vehicles
    rates = sorted({(kind.cost_per_km, kind.cost_per_hour, kind.profile) for kind in kinds})
    cost = np.stack([_leg_cost(instance, *rate) for rate in rates])
    timed = instance.timed
    time_ = np.stack(instance.hours) if timed else np.zeros((len(instance.hours), 1, 1))
    pad = np.zeros(n_depots)
    demand = np.vstack([np.zeros((n_depots, instance.demand.shape[1])), instance.demand])
    capacity = np.array([kind.capacity for kind in kinds])
    depot = np.array([kind.depot for kind in kinds])
    task = Task(
        cost=cost,
        back=_turned(cost),
        time=time_,
        near=np.zeros((0, 0), np.int32),
        around=np.zeros((0, 0), np.int32),
        demand=demand,
        bulk=np.nan_to_num(demand / np.maximum(capacity.max(axis=0), 1e-12)).max(axis=1),
        far=cost[:, depot].min(axis=(0, 1)).astype(np.float64),
        ready=np.concatenate([pad, instance.ready]),
        due=np.concatenate([pad, instance.due]),
        service=np.concatenate([pad, instance.service]),
        depot=depot,
        rate=np.array(
            [rates.index((kind.cost_per_km, kind.cost_per_hour, kind.profile)) for kind in kinds]
        ),
        profile=np.array([kind.profile for kind in kinds]),
        fixed=np.array([0.0 if instance.fewest_vehicles else kind.cost_per_day for kind in kinds]),
        capacity=capacity,
        opens=np.array([kind.opens for kind in kinds]),
        closes=np.array([kind.closes for kind in kinds]),
        dispatch=instance.depot_capacity.astype(np.float64),
        timed=timed,
    )
    around = _neighbours(task, n_depots, AROUND, windows=False)
    if not timed:
        return task._replace(near=np.ascontiguousarray(around[:, :NEAR]), around=around)
    return task._replace(near=_neighbours(task, n_depots, NEAR_TIMED, windows=True), around=around)


def _turned(cost: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cost of every leg from its end to its beginning; no copy where both ways cost the same."""
    turned = cost.transpose(0, 2, 1)
    return cost if np.array_equal(cost, turned) else np.ascontiguousarray(turned)


def _leg_cost(
    instance: RoutingInstance, per_km: float, per_hour: float, profile: int
) -> NDArray[np.float32]:
    """Return the cost of every leg at a rate, `NO_WAY` where there is none."""
    cost = np.empty(instance.km[profile].shape, np.float32)
    for row, km, hours in zip(cost, instance.km[profile], instance.hours[profile], strict=True):
        row[:] = np.where(np.isfinite(km + hours), per_km * np.minimum(km, NO_WAY), NO_WAY)
        if per_hour:
            row += (per_hour * np.minimum(hours, NO_WAY)).astype(np.float32)
    return cost


def _neighbours(task: Task, n_depots: int, wanted: int, windows: bool) -> NDArray[np.int32]:
    """Return the stops next to each place, (places, k), by cost or also by the wait between their windows.

    A place stands itself where it has fewer neighbours that can follow or precede it.
    """
    n_places = len(task.bulk)
    wanted = min(wanted, max(n_places - n_depots - 1, 1))
    near = np.empty((n_places, wanted), np.int32)
    worth = float(task.cost[0].mean() / max(task.time[0].mean(), 1e-9)) if windows else 0.0
    for place in range(n_places):
        way = (
            np.minimum(task.cost[:, place, n_depots:], task.cost[:, n_depots:, place])
            .min(axis=0)
            .astype(float)
        )
        if windows and place >= n_depots:
            way = np.minimum(
                _apart(task, place, n_depots, worth, 1), _apart(task, place, n_depots, worth, -1)
            )
        if place >= n_depots:
            way[place - n_depots] = np.inf
        order = np.argpartition(way, wanted - 1)[:wanted]
        order = order[np.argsort(way[order], kind="stable")]
        near[place] = np.where(way[order] < NO_WAY, n_depots + order, place)
    return near


def _apart(task: Task, place: int, n_depots: int, worth: float, direction: int) -> Array:
    """Return how far a stop is from each as its predecessor (direction 1) or follower, inf where windows forbid it."""
    others = slice(n_depots, None)
    if direction == 1:
        way, hours = (
            task.cost[:, place, others].min(axis=0),
            task.time[:, place, others].min(axis=0),
        )
        first, last = task.ready[place] + task.service[place], task.due[place] + task.service[place]
        ready, due = task.ready[others], task.due[others]
    else:
        way, hours = (
            task.cost[:, others, place].min(axis=0),
            task.time[:, others, place].min(axis=0),
        )
        first, last = (window[others] + task.service[others] for window in (task.ready, task.due))
        ready, due = task.ready[place], task.due[place]
    wait = np.maximum(ready - last - hours, 0.0)
    with np.errstate(invalid="ignore"):
        wait = np.nan_to_num(wait, nan=0.0)
    return np.where(first + hours <= due, way + WAIT * worth * wait, np.inf)
