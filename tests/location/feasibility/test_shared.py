"""Proofs about capacities that sites share, against the mixed-integer program."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.location.feasibility.clusters import clustered
from fulfill.location.feasibility.least_change import PROVEN_IMPOSSIBLE, LeastChange
from fulfill.location.feasibility.members import SERVICE
from fulfill.location.feasibility.pairs import pairs_of
from fulfill.location.feasibility.shared import AIR, CARRIER, GATEWAY, PLANT
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.decisions import INFEASIBLE
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import BoundTarget, Limits
from instances import crowded_instance

ANY_PLAN = LocationParams(gap=np.inf, time_limit=60.0)
KINDS = (GATEWAY, PLANT, CARRIER, AIR)
TIGHT = 1e-2
"""By how much the share that a program attains may be below the bound of a minimum cut."""


def narrow(seed: int, kind: str, factor: float, share: float) -> LocationInstance:
    """Return an instance with plenty of everything but one kind of shared capacity."""
    instance = crowded_instance(seed)
    assert instance.inbound is not None
    assert instance.stock is not None
    room = dict.fromkeys(KINDS, np.inf) | {kind: 1.0}
    gateway, plant = np.array([[9.0, 6.0], [7.0, 8.0]]), np.array([[9.0, 5.0], [2.0, 4.0]])
    inbound = replace(
        instance.inbound,
        gateway_m3=gateway * factor if kind == GATEWAY else gateway + np.inf,
        origin_m3=plant * factor if kind == PLANT else plant + np.inf,
    )
    carriers = replace(instance.carriers, orders=instance.carriers.orders * factor * room[CARRIER])
    mail = replace(instance.mail, capacity_kg=instance.mail.capacity_kg * factor * room[AIR])
    within = {3: np.array([[1.0, 1.0] if kind == AIR else [0.0, 0.0], [0.9, 0.9], [1.0, 1.0]])}
    target = BoundTarget("", 3, share, np.ones(len(instance.zones), bool))
    return replace(
        instance,
        inbound=inbound,
        carriers=carriers,
        mail=mail,
        stock=replace(instance.stock, storage_m3=np.full((3, 2), 1e9)),
        capacity=np.full(instance.capacity.shape, 10.0 if kind == AIR else 1e6),
        option_within=within,
        units=np.ones_like(instance.units),  # taken at their best apart from the share in time
        limits=Limits(targets=(target,)),
    )


def attained(instance: LocationInstance, share: float) -> bool:
    """Tell by the mixed-integer program whether a share of the orders can be in time."""
    target = replace(instance.limits.targets[0], share=share)
    trial = replace(instance, limits=replace(instance.limits, targets=(target,)))
    return solve_exact(trial, ANY_PLAN).status != INFEASIBLE


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("kind", "factor"), [(GATEWAY, 0.4), (PLANT, 0.5), (CARRIER, 0.3), (AIR, 0.5)]
)
def test_the_cut_is_as_much_as_a_plan_attains(seed: int, kind: str, factor: float) -> None:
    instance = narrow(seed, kind, factor, 1.0)
    least = LeastChange(instance)
    [target] = [member for member in least.members if member.kind == SERVICE]
    found = least.bottleneck(target, 60.0)
    assert found is not None
    assert kind in {one.kind for one in found.full}
    assert least.ask({}, 10.0).status == PROVEN_IMPOSSIBLE
    assert not attained(instance, min(found.attainable + 1e-6, 1.0))
    assert attained(instance, found.attainable - TIGHT)


def test_capacity_that_all_orders_cannot_fill_is_left_out() -> None:
    assert pairs_of(narrow(0, GATEWAY, 100.0, 0.5)).shared is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_capacity_in_one_period_is_named_with_the_period(kind: str) -> None:
    instance = narrow(1, kind, 100.0, 1.0)
    assert instance.inbound is not None
    first = np.array([1e-3, 1.0])
    instance = replace(
        instance,
        inbound=replace(
            instance.inbound,
            gateway_m3=instance.inbound.gateway_m3 * (first if kind == GATEWAY else 1.0),
            origin_m3=instance.inbound.origin_m3 * (first if kind == PLANT else 1.0),
            landing=np.eye(2),
        ),
        carriers=replace(
            instance.carriers, orders=instance.carriers.orders * (first if kind == CARRIER else 1.0)
        ),
        mail=replace(
            instance.mail, capacity_kg=instance.mail.capacity_kg * (first if kind == AIR else 1.0)
        ),
    )
    least = LeastChange(instance)
    [target] = [member for member in least.members if member.kind == SERVICE]
    found = least.bottleneck(target, 60.0)
    assert found is not None
    named = [one for one in found.full if one.kind == kind]
    assert named
    assert all(one.periods == (0,) for one in named)


def test_clusters_keep_what_they_stand_for() -> None:
    pairs = pairs_of(narrow(0, CARRIER, 0.3, 0.5))
    many = replace(
        pairs,
        within=np.repeat(pairs.within, 20, axis=1),
        emitted=np.repeat(pairs.emitted, 20, axis=0),
        demand=np.repeat(pairs.demand, 20, axis=0) / 20.0,
        region=np.repeat(pairs.region, 20),
        shared=replace(
            pairs.shared,
            zone_carrier=np.repeat(pairs.shared.zone_carrier, 20),
            zone_air=np.repeat(pairs.shared.zone_air, 20),
            mail_kg=np.repeat(pairs.shared.mail_kg, 20, axis=0),
        ),
    )
    small = clustered(many)
    assert len(small.demand) < len(many.demand)
    assert small.demand.sum() == pytest.approx(many.demand.sum())
    assert small.shared is not None
    taken = np.bincount(
        small.shared.zone_carrier, small.demand.sum(axis=(1, 2)), minlength=len(small.shared.names)
    )
    meant = np.bincount(
        many.shared.zone_carrier, many.demand.sum(axis=(1, 2)), minlength=len(small.shared.names)
    )
    assert taken == pytest.approx(meant)
