"""Ascent of the Lagrangian bound by the volume algorithm.

Barahona and Anbil (2000), "The volume algorithm: producing primal solutions with a subgradient
method", Math. Program. 87, 385-399, doi 10.1007/s101070050002. The direction is a running mean of
violations, the step length is Polyak's. A violation is the *share* of a cell that is over- or
underserved, not orders, and side rows use the share of their capacity: all prices move in dollars
per order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fulfill.location.network.reference import Reference, Service, cheapest_service
from fulfill.location.network.relaxation import LocalLanes, Relaxed, evaluate
from fulfill.location.network.violations import per_order, row_sizes, violations
from fulfill.model.arrays import Array
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import FREE, UNITS, Multipliers, with_prices

FIRST_STEP, SMALLEST_STEP = 1.0, 1e-3
PATIENCE = 10
"""Rounds without improvement after which steps are shortened."""
SHORTER = 0.75
"""Factor by which steps are then shortened."""
THROUGHPUT = 0.3
"""Step of a price of throughput in steps of a cell's price; the kernel looks further by itself."""
LIMIT = 4.0
"""Steps of the multipliers of service levels and of the carbon cap in steps of a cell's: one row
over all cells is violated by a small share, and would follow the cells too slowly."""
SIDE = ("gateway", "origin", "share", "mail", "carrier", "storage", "service", "co2", "flow")
"""Multipliers of the rows that a service from a reference pays."""
MEMORY = 0.4
"""Weight of the newest answer in the running mean of primal answers."""


@dataclass
class Ascent:
    """State of an ascent (mutable, private to one solve).

    Attributes
    ----------
    best : Multipliers
        Multipliers of the best bound.
    bound : float
        USD.
    mean : dict of ndarray
        Running mean of the violations by name of the multiplier, see `violations`.
    frequency : (I, M)
        Running share of rounds in which a site was open at a size.
    step : float
        Factor of the Polyak step.
    stale : int
        Rounds since the last clear improvement.
    rounds : int
        Rounds made.
    reference : Reference or None
        What the multipliers of cells move relative to.
    service : Service or None
        From the reference, at the best multipliers.
    """

    best: Multipliers
    bound: float
    mean: dict[str, Array]
    frequency: Array
    step: float = FIRST_STEP
    stale: int = 0
    rounds: int = 0
    reference: Reference | None = None
    service: Service | None = None


def begin(
    instance: LocationInstance,
    lanes: LocalLanes,
    prices: Multipliers,
    reference: Reference | None = None,
) -> Ascent:
    """Start an ascent.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    prices : Multipliers
        Multipliers to start from.
    reference : Reference, optional
        What the multipliers of cells are to move relative to.

    Returns
    -------
    Ascent
    """
    relaxed = evaluate(instance, lanes, prices)
    service = None if reference is None else cheapest_service(instance, reference, prices)
    return Ascent(
        prices,
        relaxed.bound,
        violations(instance, prices, relaxed, service),
        _openings(instance, relaxed),
        reference=reference,
        service=service,
    )


def ascend(
    instance: LocationInstance,
    lanes: LocalLanes,
    state: Ascent,
    rounds: int,
    upper: float,
    stop: Callable[[Ascent], bool] = lambda _: False,
) -> Ascent:
    """Run rounds of the volume algorithm.

    Parameters
    ----------
    instance : LocationInstance
    lanes : LocalLanes
    state : Ascent
        Updated.
    rounds : int
        Largest number of rounds.
    upper : float
        Target of the Polyak step: the cost of a known plan, or an estimate, USD.
    stop : callable
        Tells before each round whether to stop.

    Returns
    -------
    Ascent
        The same state.
    """
    for _ in range(rounds):
        if stop(state) or state.step < SMALLEST_STEP:
            break
        prices, service = _moved(instance, state, upper)
        relaxed = evaluate(instance, lanes, prices)
        newest = violations(instance, prices, relaxed, service)
        for name, value in newest.items():
            state.mean[name] = (1.0 - MEMORY) * state.mean[name] + MEMORY * value
        state.frequency = (1.0 - MEMORY) * state.frequency + MEMORY * _openings(instance, relaxed)
        state.rounds += 1
        if relaxed.bound > state.bound:
            # gains too small to matter count as stale, or the step would never get shorter
            much = relaxed.bound - state.bound > 1e-5 * abs(state.bound)
            # beyond its alternative a cell's price counts no more
            cell = np.minimum(prices.cell, relaxed.alternative.usd)
            state.best = with_prices(prices, cell=cell, throughput=relaxed.price)
            state.bound, state.service = relaxed.bound, service
            state.stale = 0 if much else state.stale
        state.stale += 1
        if state.stale >= PATIENCE:
            state.step, state.stale = SHORTER * state.step, 0
    return state


def _openings(instance: LocationInstance, relaxed: Relaxed) -> Array:
    """Return 1 where the relaxed solution opens a site at a size, else 0, (I, M)."""
    openings = np.zeros(instance.fixed_usd.shape)
    chosen = relaxed.size >= 0
    openings[np.flatnonzero(chosen), relaxed.size[chosen]] = 1.0
    return openings


def _moved(
    instance: LocationInstance, state: Ascent, upper: float
) -> tuple[Multipliers, Service | None]:
    """Return multipliers one step along the running mean of violations, from the best ones.

    Parameters
    ----------
    instance : LocationInstance
    state : Ascent
    upper : float
        Polyak's target, USD.

    Returns
    -------
    prices : Multipliers
    service : Service or None
        From the reference, at these prices.
    """
    weights, per_unit = row_sizes(instance), per_order(instance)
    # a price of zero stays where its row has room
    mean = {
        name: np.where((getattr(state.best, name) <= 0) & (value < 0), 0.0, value)
        if name not in FREE
        else value
        for name, value in state.mean.items()
    }
    length = sum(
        float((weights[name] * value**2).sum()) for name, value in mean.items() if name in weights
    )
    # no row is violated: there is no direction to move in
    if length <= 0:
        return state.best, state.service
    # Polyak: (target - bound) over the squared norm; the floor keeps steps alive at the target
    usd = state.step * max(upper - state.bound, 1e-4 * abs(state.bound)) / length
    moved = {
        name: getattr(state.best, name) + usd * per_unit.get(UNITS[name], 1.0) * mean[name]
        for name in mean
    }
    for name in ("service", "co2"):
        if name in mean:
            moved[name] += (LIMIT - 1.0) * (moved[name] - getattr(state.best, name))
    moved["throughput"] = state.best.throughput + THROUGHPUT * usd * mean["throughput"]
    if instance.stock is not None:
        moved["stocking"] = _affordable(instance, instance.stock.entry_usd, moved["stocking"])
    prices = with_prices(state.best, **moved)
    if state.reference is None or state.service is None or _same_side(prices, state.best):
        return prices, state.service
    service = cheapest_service(instance, state.reference, prices)
    return follow(prices, state.service, service), service


def follow(prices: Multipliers, before: Service, after: Service) -> Multipliers:
    """Return multipliers whose cells follow what their service from a reference costs.

    Parameters
    ----------
    prices : Multipliers
        Of the side rows after a move, of the cells before it.
    before, after : Service
        From the same reference, before and after the move.

    Returns
    -------
    Multipliers
    """
    followed = after.usd - before.usd
    return with_prices(prices, cell=prices.cell + np.where(np.isfinite(followed), followed, 0.0))


def _same_side(one: Multipliers, other: Multipliers) -> bool:
    """Tell whether the multipliers of all rows that a reference pays are the same."""
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in SIDE)


def _affordable(instance: LocationInstance, entry_usd: Array, stocking: Array) -> Array:
    """Scale the multipliers of stocking so that they collect no more than stocking costs.

    Beyond that the relaxed problem stocks the product, and a higher price gains nothing.
    """
    charges = np.maximum(stocking, 0.0)
    collected = np.einsum("zkc,zk->kc", charges, instance.demand.sum(axis=2))
    factor = np.where(collected > entry_usd, entry_usd / np.maximum(collected, 1e-12), 1.0)
    return np.asarray(charges * factor[None])
