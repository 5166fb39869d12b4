"""The whole instance at full resolution: sites from a likeness, prices for all, a bound that counts everything.

1. A coarse likeness is relaxed; its multipliers and a search over sites give a choice of sites.
2. The choice is priced on the full instance; its prices start the multipliers of every cell.
3. The bound is raised on the full instance; sites are searched again at the better multipliers.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from fulfill.certificate import Certificate, Leaf, whole
from fulfill.instance import LocationInstance, leaving_orders
from fulfill.location.network.allocation import allocate, best_assortment, prepare
from fulfill.location.network.ascent import Ascent, ascend, begin
from fulfill.location.network.coarse import coarsen
from fulfill.location.network.inbound_flows import bring_in
from fulfill.location.network.limits import TRIES, impossible, mended
from fulfill.location.network.relaxation import (
    Multipliers,
    Relaxed,
    alternative_cost,
    evaluate,
    inbound_price,
    local_lanes,
    promising,
    with_prices,
    zero_multipliers,
)
from fulfill.location.network.siting import Siting, cost_table, search_sites
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.plan import INFEASIBLE, NO_PLAN, Decisions, relative_gap, status_of

Array = NDArray[np.float64]
Index = NDArray[np.int64]
COARSE_ZONES, MIDDLE_ZONES = 120, 400
COARSE_ROUNDS, MIDDLE_ROUNDS, FIXED_ROUNDS, FULL_ROUNDS = 240, 60, 80, 400
LIKELY = 30
"""Sites that the search may open."""
ROUNDING = 1e-9
"""Share of a bound taken off for the rounding of its sums."""
SETTLING = 4
"""Rounds of assortment and allocation for sites that come without prices."""
BLOCK = 20
"""Rounds on promising lanes between two evaluations of all lanes."""
SLACK_USD = 0.7
"""What a cell's multiplier may rise in a block before a lane outside the promising ones could matter."""
NEW_STEP = 0.3
FIRST_GUESS = 1.2
"""Cost of a plan over the first bound before there is a plan: the target of the first steps."""


@dataclass
class Search:
    """What a solve knows so far (private to it): best plan, best bound, clock."""

    instance: LocationInstance
    params: LocationParams
    begun: float
    decisions: Decisions | None = None
    objective: float = np.inf
    bound: float = -np.inf
    proof: Multipliers | None = None
    interrupted: bool = False

    def done(self, share: float = 1.0) -> bool:
        """Tell whether the gap is reached, or a share of the time limit used."""
        used = time.perf_counter() - self.begun
        return (
            self.interrupted
            or used > share * self.params.time_limit
            or relative_gap(self.objective, self.bound) <= self.params.gap
        )

    def offer(self, decisions: Decisions) -> None:
        """Keep a plan if it is the best."""
        cost = price(self.instance, decisions)
        if cost < self.objective:
            self.decisions, self.objective = decisions, cost
        self.tell()

    def prove(self, prices: Multipliers, relaxed: Relaxed) -> None:
        """Keep a bound, and the multipliers and prices of throughput that prove it, if it is the best."""
        bound = relaxed.bound - ROUNDING * abs(relaxed.bound)
        if bound > self.bound:
            self.bound, self.proof = bound, with_prices(prices, throughput=relaxed.price)
        self.tell()

    def certificate(self) -> Certificate | None:
        """Return what the bound can be computed again from."""
        if self.proof is None:
            return None
        safety, shape = self.instance.safety, (len(self.instance.sites), self.instance.shape[1], 2)
        points = np.zeros(shape) if safety is None else safety.points()
        multipliers = {field.name: np.asarray(getattr(self.proof, field.name), float) for field in fields(self.proof)}
        return whole(Leaf(**multipliers, points=points))

    def tell(self) -> None:
        """Report."""
        if self.params.progress:
            self.params.progress(Progress(self.objective, self.bound, time.perf_counter() - self.begun))


def solve_decomposed(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by decomposition; Ctrl-C and the time limit return the best plan with its bound."""
    begun = time.perf_counter()
    if impossible(instance):
        return LocationSolution(INFEASIBLE, None, np.inf, np.inf, "certified", time.perf_counter() - begun)
    search = Search(instance, params, begun)
    with interruptible(search):
        _run(search)
    if search.decisions is None:
        return LocationSolution(
            NO_PLAN, None, np.inf, search.bound, "certified", time.perf_counter() - begun, search.certificate()
        )
    bound = min(search.bound, search.objective)
    return LocationSolution(
        status_of(search.objective, bound), search.decisions, search.objective, bound, "certified",
        time.perf_counter() - search.begun, search.certificate(),
    )  # fmt: skip


@contextmanager
def interruptible(search: Search) -> Iterator[None]:
    """Let Ctrl-C end the search at its next look at the clock; a second one ends the program as usual.

    An interrupt inside a compiled kernel would surface as a SystemError and lose the plan.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        search.interrupted = True
        signal.signal(signal.SIGINT, usual)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _run(search: Search) -> None:
    """Run the three stages; each keeps what it finds in `search`."""
    instance = search.instance
    likeness = coarsen(instance, COARSE_ZONES)
    small = likeness.instance
    lanes = local_lanes(small)
    state = begin(small, lanes, first_prices(small))
    state = ascend(small, lanes, state, COARSE_ROUNDS, FIRST_GUESS * state.bound, lambda _: search.done(0.25))
    siting, prices = _sites(search, small, state)
    decisions, siting = _plan(instance, siting, prices)
    if decisions is None:
        return
    search.offer(decisions)
    middle = coarsen(instance, MIDDLE_ZONES)
    prices = _spread(middle.instance, small, likeness.member[middle.zone], state.best, siting)
    prices = _ascended(search, middle.instance, prices)
    _raise_bound(search, _spread(instance, middle.instance, middle.member, prices, siting))


def _sites(search: Search, small: LocationInstance, state: Ascent) -> tuple[Siting, Multipliers]:
    """Choose sites on the likeness; where a service level or the cap is missed, price it higher and choose again."""
    relaxed = evaluate(small, local_lanes(small), state.best)
    starts = _first_sitings(small, state, relaxed)
    for _ in range(TRIES):
        relaxed = evaluate(small, local_lanes(small), state.best)
        table = cost_table(small, state.best, relaxed.price)
        found = search_sites(
            small, table, starts, likely_sites(state, relaxed.value), search.params.seed, lambda: search.done(0.45)
        )
        settled = [_settled(small, found[0], state.best)]
        settled += [_settled(small, siting, state.best) for siting in found[1:] if not search.done(0.55)]
        siting, prices = min(settled, key=lambda pair: pair[0].cost)
        if not small.limits.targets and not np.isfinite(small.limits.co2_kg):
            break
        decisions, _ = _plan(small, siting, prices, tries=1)
        dearer = mended(small, decisions, state.best) if decisions else None
        if dearer is None or search.done(0.5):
            break
        state, starts = replace(state, best=dearer), [siting]
    return siting, prices


def cost_of_sites(instance: LocationInstance, opened: Array) -> float:
    """Return about what given sites cost: their best assortment and allocation, by prices, without a bound.

    Parameters
    ----------
    opened : (n_sites, n_sizes) 0/1
    """
    size = np.where(opened.any(axis=1), opened.argmax(axis=1), -1)
    nothing = zero_multipliers(instance)
    everything = np.ones((len(size), instance.shape[1]), bool)
    start = Siting(size, everything, np.zeros((len(size), instance.shape[2])), even_volume(instance, size))
    return _priced_plan(instance, start, nothing, SETTLING)[1].cost


def likely_sites(state: Ascent, value: Array) -> Index:
    """Return the sites worth trying, the likeliest first: open often in the relaxation, or nearly worth their cost."""
    best = np.where(np.isfinite(value).any(axis=1), value.min(axis=1), np.inf)
    order = np.lexsort((best, -np.round(state.frequency.sum(axis=1), 2)))
    return order[np.isfinite(best[order])][:LIKELY]


def _raise_bound(search: Search, prices: Multipliers) -> None:
    """Raise the bound of the full instance: steps on promising lanes, each block proven on all of them."""
    instance = search.instance
    every = local_lanes(instance)
    search.prove(prices, evaluate(instance, every, prices))
    step = NEW_STEP
    for _ in range(FULL_ROUNDS // BLOCK):
        if search.done(0.95):
            break
        few = promising(instance, every, prices, SLACK_USD)
        state = replace(begin(instance, few, prices), step=step)
        state = ascend(instance, few, state, BLOCK, search.objective, lambda _: search.done(0.95))
        relaxed = evaluate(instance, every, state.best)
        if relaxed.bound > search.bound:
            prices = state.best
        search.prove(state.best, relaxed)
        step = max(state.step, 0.02) if relaxed.bound >= search.bound else 0.5 * step


def _settled(instance: LocationInstance, siting: Siting, prices: Multipliers) -> tuple[Siting, Multipliers]:
    """Raise the bound with the sites fixed; return the assortment and prices that it finds, and its multipliers."""
    sites = np.flatnonzero(siting.size >= 0)
    size = siting.size[sites]
    fixed = np.full(instance.fixed_usd.shape, np.inf)
    fixed[sites, size] = instance.fixed_usd[sites, size]
    closed = tuple(int(i) for i in np.flatnonzero(siting.size < 0))
    given = replace(
        instance, fixed_usd=fixed, limits=replace(instance.limits, opened=tuple(int(i) for i in sites), closed=closed)
    )
    lanes = local_lanes(given)
    start = begin(given, lanes, with_prices(prices, cell=zone_prices(given, siting, prices)))
    fitted = ascend(given, lanes, replace(start, step=NEW_STEP), FIXED_ROUNDS, siting.cost)
    choices = [as_siting(evaluate(given, lanes, fitted.best)), siting]
    priced = [_priced_plan(instance, choice, fitted.best, 1)[1] for choice in choices]
    return min(priced, key=lambda choice: choice.cost), fitted.best


def first_prices(instance: LocationInstance) -> Multipliers:
    """Return multipliers to start from: each cell's cheapest way if sites were half used."""
    nothing = zero_multipliers(instance)
    inbound, _ = inbound_price(instance, nothing)
    busy = np.maximum(instance.capacity.sum(axis=(2, 3)) * 0.5, 1e-9)
    offered = np.isfinite(instance.fixed_usd)
    rent = np.where(
        offered, instance.handling_usd.min(axis=2) + np.where(offered, instance.fixed_usd, 0.0) / busy, np.inf
    ).min(axis=1)
    cell = alternative_cost(instance, nothing)
    lanes = np.flatnonzero(instance.lane_site >= 0)
    for chunk in np.array_split(lanes, max(1, len(lanes) // 20000)):
        site, way = instance.lane_site[chunk], instance.lane_way[chunk]
        cost = instance.lane_cost(chunk) + instance.units[way] * (inbound[site] + rent[site][:, None, None])
        np.minimum.at(cell, instance.lane_zone[chunk], cost)
    return with_prices(nothing, cell=cell)


def _first_sitings(instance: LocationInstance, state: Ascent, relaxed: Relaxed) -> list[Siting]:
    """Return choices to start from: the relaxed answer itself, and the sites that it liked, each at its largest."""
    limits = instance.limits
    offered = np.isfinite(instance.fixed_usd)
    largest = np.where(offered.any(axis=1), offered.shape[1] - 1 - offered[:, ::-1].argmax(axis=1), -1)
    size = np.where(state.frequency.sum(axis=1) > 0.5, largest, -1)
    size[list(limits.closed)] = -1
    size[list(limits.opened)] = largest[list(limits.opened)]
    everything = np.ones((len(size), instance.shape[1]), bool)
    spacious = Siting(size, everything, np.zeros((len(size), instance.shape[2])), even_volume(instance, size))
    return [as_siting(relaxed), spacious]


def as_siting(relaxed: Relaxed) -> Siting:
    """Return the sites, assortment, prices and volumes of a relaxed answer."""
    sites = np.flatnonzero(relaxed.size >= 0)
    size = relaxed.size[sites]
    assortment = np.zeros(relaxed.units.shape[:2], bool)
    assortment[sites] = np.isfinite(relaxed.slope[sites, size])
    rho = np.zeros((len(relaxed.size), relaxed.units.shape[2]))
    rho[sites] = relaxed.price[sites, size]
    return Siting(relaxed.size, assortment, rho, relaxed.units.sum(axis=2))


def even_volume(instance: LocationInstance, size: Index) -> Array:
    """Return yearly orders by site and product if the open sites shared all of them evenly, (I, K)."""
    is_open = size >= 0
    return np.outer(is_open, instance.demand.sum(axis=(0, 2))) / max(int(is_open.sum()), 1)


def _plan(
    instance: LocationInstance, siting: Siting, prices: Multipliers, tries: int = TRIES
) -> tuple[Decisions | None, Siting]:
    """Return the plan of a choice of sites, and the choice with its prices there.

    Service levels and the carbon cap are met by pricing them higher, so often; None where they are not met then (with
    one try the plan comes back as it is).
    """
    for _ in range(tries):
        decisions, siting = _priced_plan(instance, siting, prices)
        dearer = mended(instance, decisions, prices)
        if dearer is None or tries == 1:
            return decisions, siting
        prices = dearer
    return None, siting


def _priced_plan(
    instance: LocationInstance, siting: Siting, prices: Multipliers, rounds: int = 2
) -> tuple[Decisions, Siting]:
    """Allocate to a choice of sites so often, with the assortment chosen anew between, and keep the cheapest."""
    setting = prepare(instance, siting.size, prices)
    rho, assortment = siting.rho, siting.assortment
    best: tuple[float, Decisions, Array, NDArray[np.bool_]] | None = None
    for number in range(rounds):
        if number:
            assortment = best_assortment(instance, setting, prices, rho, assortment)
        draft, rho = allocate(instance, setting, assortment, prices, rho)
        decisions = bring_in(instance, draft)
        cost = price(instance, decisions)
        if best is None or cost < best[0]:
            best = (cost, decisions, rho, assortment)
    assert best is not None
    return best[1], Siting(siting.size, best[3], best[2], leaving_orders(instance, best[1]).sum(axis=2), best[0])


def _ascended(search: Search, middle: LocationInstance, prices: Multipliers) -> Multipliers:
    """Return the multipliers after some rounds on an instance of middle size: cheaper than the same rounds on all."""
    lanes = local_lanes(middle)
    state = replace(begin(middle, lanes, prices), step=NEW_STEP)
    return ascend(middle, lanes, state, MIDDLE_ROUNDS, search.objective, lambda _: search.done(0.75)).best


def _spread(
    fine: LocationInstance, coarse: LocationInstance, member: Index, prices: Multipliers, siting: Siting
) -> Multipliers:
    """Carry the multipliers of a likeness over to a finer instance; `member` is the coarse zone of each fine zone.

    A zone's multiplier is its likeness's, moved by the difference of what the two zones pay at the plan's prices.
    """
    moved = zone_prices(fine, siting, prices) - zone_prices(coarse, siting, prices)[member]
    return with_prices(prices, cell=prices.cell[member] + moved, stocking=prices.stocking[member])


def zone_prices(instance: LocationInstance, siting: Siting, prices: Multipliers) -> Array:
    """Return the cost of the cheapest way to each cell at a plan's prices of throughput, (Z, K, T)."""
    inbound, _ = inbound_price(instance, prices)
    slope = np.zeros((len(instance.sites), instance.shape[1]))
    inbound = np.where(siting.assortment[:, :, None], inbound + slope[:, :, None] + siting.rho[:, None, :], np.inf)
    cell = alternative_cost(instance, prices)
    is_open = np.append(siting.size >= 0, False)
    lanes = np.flatnonzero(is_open[instance.lane_site])
    for chunk in np.array_split(lanes, max(1, len(lanes) // 20000)):
        way = instance.lane_way[chunk]
        np.minimum.at(
            cell,
            instance.lane_zone[chunk],
            instance.lane_cost(chunk) + instance.units[way] * inbound[instance.lane_site[chunk]],
        )
    return cell
