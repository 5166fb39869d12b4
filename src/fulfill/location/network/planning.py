"""From a choice of sites to a priced plan: assortment, allocation, inbound flows, cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.network.allocation import allocate, best_assortment
from fulfill.location.network.ascent import ascend, begin
from fulfill.location.network.exact_allocation import allocate_exactly
from fulfill.location.network.inbound_flows import with_inbound_flows
from fulfill.location.network.lane_costs import take_lanes
from fulfill.location.network.lane_limits import with_own_options
from fulfill.location.network.open_sites import OpenSites, open_sites
from fulfill.location.network.reference import Reference, cheapest_service, reference_of
from fulfill.location.network.relaxation import (
    Relaxed,
    evaluate,
    local_lanes,
)
from fulfill.location.network.single_source import lanes_of_one_source
from fulfill.location.network.site_search import Siting
from fulfill.location.network.site_sizes import cheapest_sizes
from fulfill.location.pricing import price
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.model.multipliers import Multipliers, with_prices, zero_multipliers

FIXED_ROUNDS, FIXED_STEP = 80, 0.3
"""Rounds of raising the bound for sites that are fixed, and their first step."""
EXACT, EXACT_ROUNDS = 30_000, 3
"""Allocations up to which given sites are allocated by a linear program, and how often while the
marginal cost of safety stock changes."""
SETTLED = 1e-6
"""Relative change of volumes below which the marginal cost of safety stock is settled."""
REALLOCATIONS = 4
"""Allocations made anew, each with the goods that the limits of flows let the one before have."""
SETTLING = 4
"""Rounds of assortment and allocation for sites given without prices."""


def as_siting(relaxed: Relaxed) -> Siting:
    """Return the sites, assortment, prices and volumes of a relaxed solution.

    Parameters
    ----------
    relaxed : Relaxed

    Returns
    -------
    Siting
    """
    sites = np.flatnonzero(relaxed.size >= 0)
    size = relaxed.size[sites]
    assortment = np.zeros(relaxed.flows.units.shape[:2], bool)
    assortment[sites] = np.isfinite(relaxed.slope[sites, size])
    rho = np.zeros((len(relaxed.size), relaxed.flows.units.shape[2]))
    rho[sites] = relaxed.price[sites, size]
    return Siting(relaxed.size, assortment, rho, relaxed.flows.units.sum(axis=2))


def from_sizes(instance: LocationInstance, size: Index) -> Siting:
    """Return a siting without prior information: everything stocked, orders split evenly.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.

    Returns
    -------
    Siting
    """
    is_open = size >= 0
    volume = np.outer(is_open, instance.demand.sum(axis=(0, 2))) / max(int(is_open.sum()), 1)
    return Siting(
        size, np.ones(volume.shape, bool), np.zeros((len(size), instance.shape[2])), volume
    )


def priced_plan(
    instance: LocationInstance, siting: Siting, prices: Multipliers, rounds: int = 2
) -> tuple[Decisions, Siting]:
    """Alternate assortment and allocation for given sites and keep the cheapest plan.

    With single sourcing, the plan that splits zones over sites gives prices of throughput, at which
    each zone is assigned to one site.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
    prices : Multipliers
    rounds : int
        Number of allocations; the assortment is chosen anew between two of them.

    Returns
    -------
    decisions : Decisions
    siting : Siting
        With sizes, assortment, prices, volumes and cost of the plan.
    """
    plan = _split_plan(instance, siting, prices, rounds)
    if not instance.limits.single_source:
        return plan
    few, lanes = _one_source(instance, plan, siting.size, prices)
    start = replace(plan[1], size=siting.size)
    decisions, planned = _split_plan(few, start, prices, rounds)
    return replace(decisions, lane=lanes[decisions.lane]), planned


def _one_source(
    instance: LocationInstance,
    split: tuple[Decisions, Siting],
    size: Index,
    prices: Multipliers,
) -> tuple[LocationInstance, Index]:
    """Return the instance with the lanes of one site for each zone, and their numbers."""
    decisions, siting = split
    given = open_sites(instance, size, prices)
    if instance.stock is not None:
        slope = instance.stock.safety.marginal(siting.volume)
        options = given.options
        inbound = options.inbound + slope[:, :, None]
        given = replace(given, options=options._replace(inbound=inbound))
    lanes = lanes_of_one_source(instance, given, siting.assortment, siting.rho, decisions)
    return take_lanes(instance, lanes), lanes


def _split_plan(
    instance: LocationInstance, siting: Siting, prices: Multipliers, rounds: int
) -> tuple[Decisions, Siting]:
    """Return the cheapest plan of given sites in which a zone may have several sites."""
    given = open_sites(instance, siting.size, prices)
    rho, assortment = siting.rho, siting.assortment
    best: tuple[Decisions, Siting] | None = None
    # the first allocation gives the prices at which the assortment is worth choosing anew
    for number in range(rounds):
        if number:
            assortment = best_assortment(instance, given, rho, assortment)
        draft, rho = _allocated(instance, given, assortment, rho, float(prices.co2))
        plans = [_finished(instance, draft, assortment, rho, float(prices.co2))]
        if allocations(instance, siting.size) <= EXACT:
            plans += _exact_plans(instance, plans[0][1])
        best = min(plans if best is None else [best, *plans], key=lambda plan: plan[1].cost)
    assert best is not None
    return best


def _allocated(
    instance: LocationInstance, given: OpenSites, assortment: Mask, rho: Array, carbon_usd: float
) -> tuple[Decisions, Array]:
    """Allocate; orders whose goods a limit of flows keeps away go elsewhere, where they can."""
    draft, rho = allocate(instance, given, assortment, rho)
    if instance.flow_limits is None:
        return draft, rho
    goods = np.full(instance.flow_shape, np.inf)
    for _ in range(REALLOCATIONS):
        wanted = leaving_orders(instance, draft)
        brought = leaving_orders(instance, with_inbound_flows(instance, draft, carbon_usd))
        short = brought < wanted * (1.0 - SETTLED)
        if not short.any():
            break
        goods = np.where(short, brought, goods)
        draft, rho = allocate(instance, given, assortment, rho, goods)
    return draft, rho


def _finished(
    instance: LocationInstance,
    draft: Decisions,
    assortment: Mask,
    rho: Array,
    carbon_usd: float,
    side: Multipliers | None = None,
) -> tuple[Decisions, Siting]:
    """Return the plan of a draft: with inbound flows, its sites no larger than they need be."""
    decisions = cheapest_sizes(instance, with_inbound_flows(instance, draft, carbon_usd))
    is_open = decisions.opened.any(axis=1)
    return decisions, Siting(
        size=np.where(is_open, decisions.opened.argmax(axis=1), -1),
        assortment=assortment,
        rho=rho,
        volume=leaving_orders(instance, decisions).sum(axis=2),
        cost=price(instance, decisions),
        side=side,
    )


def allocations(instance: LocationInstance, size: Index) -> int:
    """Return the number of allocations over lanes of open sites and by mail.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.

    Returns
    -------
    int
        Lane x product x period.
    """
    is_open = np.append(size >= 0, True)
    lanes = int(is_open[instance.lane_site].sum())
    return lanes * instance.shape[1] * instance.shape[2]


def exact_plan(instance: LocationInstance, siting: Siting) -> tuple[Decisions, Siting] | None:
    """Return the plan of the exact allocation, safety stock at its marginal cost.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting

    Returns
    -------
    decisions : Decisions
    siting : Siting
        With sizes, prices, volumes and cost of the plan. None where no allocation observes the
        limits.
    """
    plan = _exact_split_plan(instance, siting)
    if plan is None or not instance.limits.single_source:
        return plan
    prices = plan[1].side or zero_multipliers(instance.axis_sizes)
    few, lanes = _one_source(instance, plan, siting.size, prices)
    single = _exact_split_plan(few, replace(siting, volume=plan[1].volume))
    if single is None:
        return None
    return replace(single[0], lane=lanes[single[0].lane]), single[1]


def _exact_split_plan(
    instance: LocationInstance, siting: Siting
) -> tuple[Decisions, Siting] | None:
    """Return the plan of the exact allocation in which a zone may have several sites."""
    slope = np.zeros(siting.assortment.shape)
    if instance.stock is not None:
        slope = instance.stock.safety.marginal(siting.volume)
    found = allocate_exactly(instance, siting.size, siting.assortment, slope)
    if found is None:
        return None
    chosen = np.maximum(siting.size, 0)
    rho = found.prices.throughput[np.arange(len(chosen)), chosen]
    carbon_usd = float(found.prices.co2)
    return _finished(instance, found.draft, siting.assortment, rho, carbon_usd, found.prices)


def _exact_plans(instance: LocationInstance, siting: Siting) -> list[tuple[Decisions, Siting]]:
    """Return plans of the exact allocation, each at the volumes of the one before."""
    plans: list[tuple[Decisions, Siting]] = []
    for _ in range(EXACT_ROUNDS):
        plan = _exact_split_plan(instance, siting)
        if plan is None:
            break
        settled = np.allclose(plan[1].volume, siting.volume, rtol=SETTLED)
        plans.append(plan)
        siting = replace(plan[1], size=siting.size)
        if settled or instance.stock is None:
            break
    return plans


def reoptimised(
    instance: LocationInstance, siting: Siting, prices: Multipliers
) -> tuple[Siting, Multipliers]:
    """Raise the bound with the sites fixed, for better prices and a better assortment.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
    prices : Multipliers

    Returns
    -------
    siting : Siting
        The cheaper of the relaxed assortment and the given one.
    prices : Multipliers
    """
    sites = np.flatnonzero(siting.size >= 0)
    size = siting.size[sites]
    fixed = np.full(instance.fixed_usd.shape, np.inf)
    fixed[sites, size] = instance.fixed_usd[sites, size]
    closed = tuple(int(i) for i in np.flatnonzero(siting.size < 0))
    given = replace(
        instance,
        fixed_usd=fixed,
        limits=replace(
            instance.limits, opened=tuple(int(i) for i in sites), closed=closed, rules=()
        ),
    )
    lanes = local_lanes(given)
    start = begin(given, lanes, with_prices(prices, cell=zone_prices(given, siting, prices)))
    fitted = ascend(given, lanes, replace(start, step=FIXED_STEP), FIXED_ROUNDS, siting.cost)
    choices = [as_siting(evaluate(given, lanes, fitted.best)), siting]
    priced = [priced_plan(instance, choice, fitted.best, 1)[1] for choice in choices]
    return min(priced, key=lambda choice: choice.cost), fitted.best


def plan_reference(instance: LocationInstance, siting: Siting) -> Reference:
    """Return service from the sites of a plan.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
        Of the plan.

    Returns
    -------
    Reference
    """
    paid = np.broadcast_to(siting.rho[:, None, :], instance.flow_shape)
    if instance.stock is not None:
        paid = paid + instance.stock.safety.marginal(siting.volume)[:, :, None]
    paid = np.where(siting.assortment[:, :, None], paid, np.inf)
    return reference_of(instance, siting.size, paid, zero_multipliers(instance.axis_sizes))


def plan_prices(instance: LocationInstance, siting: Siting, side: Multipliers) -> Multipliers:
    """Return the multipliers of all rows at a plan.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
        Of the plan.
    side : Multipliers
        Of the side rows at the plan.

    Returns
    -------
    Multipliers
    """
    service = cheapest_service(instance, plan_reference(instance, siting), side)
    return with_prices(side, cell=service.usd)


def cost_of_sites(instance: LocationInstance, opened: Array) -> float:
    """Return an estimate of the cost of given sites with a good assortment and allocation.

    Parameters
    ----------
    instance : LocationInstance
    opened : (I, M) 0/1

    Returns
    -------
    float
        USD a year, an upper estimate without a bound.
    """
    instance = with_fee_envelope(with_own_options(instance))
    size = np.where(opened.any(axis=1), opened.argmax(axis=1), -1)
    nothing = zero_multipliers(instance.axis_sizes)
    return priced_plan(instance, from_sizes(instance, size), nothing, SETTLING)[1].cost


def zone_prices(instance: LocationInstance, siting: Siting, prices: Multipliers) -> Array:
    """Return the cost of the cheapest service of each cell at the prices of a plan.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
    prices : Multipliers

    Returns
    -------
    ndarray, shape (Z, K, T)
        USD per potential order.
    """
    paid = np.broadcast_to(siting.rho[:, None, :], instance.flow_shape)
    paid = np.where(siting.assortment[:, :, None], paid, np.inf)
    reference = reference_of(instance, siting.size, paid, prices)
    return cheapest_service(instance, reference, prices).usd
