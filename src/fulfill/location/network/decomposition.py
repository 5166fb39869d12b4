"""Decomposition of an instance: sites from a coarse instance, a bound on the full one.

1. The Lagrangian relaxation of a coarse instance is solved; plans made from its relaxed solutions
   and, if they are poor, a local search give a choice of sites.
2. The choice is priced on the full instance; its prices are the first multipliers of every cell.
3. The bound of the full instance is raised, and its relaxed solutions are made plans now and then.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.network.allowed_sites import allowed, obeying
from fulfill.location.network.ascent import Ascent, ascend, begin
from fulfill.location.network.branching import (
    NODES,
    case_of,
    children,
    root_node,
)
from fulfill.location.network.coarse import CoarseInstance, coarsen
from fulfill.location.network.lane_limits import with_own_options
from fulfill.location.network.limited_plan import plan_of
from fulfill.location.network.limits import impossible, keeps_limits, limit_prices
from fulfill.location.network.money import in_units, in_usd, params_in_units, units_per_usd
from fulfill.location.network.planning import (
    EXACT,
    allocations,
    plan_reference,
    zone_prices,
)
from fulfill.location.network.polish import polished
from fulfill.location.network.primal_heuristic import (
    Start,
    affordable,
    better_start,
    choose_sites,
    limited_prices,
    polyak_target,
)
from fulfill.location.network.reference import Reference
from fulfill.location.network.relaxation import (
    Relaxed,
    evaluate,
    local_lanes,
    promising,
)
from fulfill.location.network.search import Search, interruptible
from fulfill.location.network.site_search import Siting
from fulfill.location.network.transshipment import is_transshipment
from fulfill.location.network.two_stage import search_two_stages
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.arrays import Array, Index
from fulfill.model.decisions import INFEASIBLE
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import threads
from fulfill.model.multipliers import AXES, Multipliers, with_prices, zero_multipliers
from fulfill.model.warm_start import WarmStart

COARSE_ZONES, MIDDLE_ZONES = 120, (400, 2_400)
"""Zones of the instance that sites are chosen on, and of those between it and the full one."""
SMALLER = 2.0
"""An instance in between has at most this part of the zones of the full one."""
MIDDLE_ROUNDS, FULL_ROUNDS = 60, 400
BLOCK = 20
"""Rounds on promising lanes between two evaluations of all lanes."""
SLACK_USD = 0.7
"""What a cell's multiplier may rise in a block before a lane outside the promising ones could
matter."""
SERIAL, MOST_THREADS = 200_000, 64
"""Allocations up to which one thread is faster than several that wait for each other."""
NEAR_GAP = 0.01
"""Gap of the earlier sites up to which the bound is raised without a new choice of sites."""
NEW_STEP, SMALL_STEP = 0.3, 0.003
"""Step with which a finer level begins, and below which it begins anew."""


def solve_decomposed(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by Lagrangian decomposition.

    Ctrl-C and the time limit return the best plan with its bound.

    Parameters
    ----------
    instance : LocationInstance
    params : LocationParams

    Returns
    -------
    LocationSolution
        Its bound is ``certified``.
    """
    begun = params.clock()
    if impossible(instance):
        return LocationSolution(
            INFEASIBLE, None, np.inf, np.inf, "certified", params.clock() - begun
        )
    factor = units_per_usd(instance)
    search = Search(
        with_fee_envelope(in_units(with_own_options(instance), factor)),
        params_in_units(params, factor),
        begun,
    )
    n_allocations = len(instance.lane_zone) * instance.shape[1] * instance.shape[2]
    with (
        interruptible(search),
        threads(1 if n_allocations <= SERIAL else params.threads or MOST_THREADS),
    ):
        _run(search)
    return in_usd(search.solution(), factor)


def _run(search: Search) -> None:
    """Run the stages; each keeps what it finds in `search`."""
    instance, start = search.instance, search.params.warm_start
    if start is not None and _suffices(search, start):
        return
    search.chose_sites = True
    if is_transshipment(instance):
        search_two_stages(search)
        return
    coarse = coarsen(instance, COARSE_ZONES)
    small = coarse.instance
    # where prices have changed much, the multipliers of the earlier run mislead
    near = start is not None and not allowed(instance, start.size)
    given = _coarse_start(search, coarse, start) if start is not None and near else None
    choice = choose_sites(small, search.params.seed, search.done, given)
    decisions, siting = plan_of(instance, choice.siting, choice.prices)
    if decisions is None:
        return
    search.offer(decisions, siting)
    if search.proof is not None and search.done():
        return
    prices = _spread(instance, small, coarse.member, choice.prices, siting)
    search.prove(prices, evaluate(instance, local_lanes(instance), prices))
    if search.done():
        return
    prices = _refined(search, coarse, choice.prices, siting)
    search.prove(prices, evaluate(instance, local_lanes(instance), prices))
    state = _raise_bound(search, prices)
    if allocations(instance, np.zeros(len(instance.sites), np.int64)) <= EXACT:
        _polish(search)
        _branch(search, state)


def _suffices(search: Search, start: WarmStart) -> bool:
    """Plan with the sites of an earlier run; tell whether that is all that there is to do."""
    # the earlier sites, with what is locked now, are often good enough
    prices, params = _reallocate(search, start), search.params
    if params.keep_sites:
        if params.kept_rounds and search.siting is not None:
            _raise_bound(search, prices, params.kept_rounds)
        return True
    if search.done():
        return True
    if search.gap < NEAR_GAP and not _newly_limited(search):
        _raise_bound(search, prices)
        return True
    return False


def _newly_limited(search: Search) -> bool:
    """Tell whether the best plan had to price limits that the best bound does not price so."""
    assert search.siting is not None
    assert search.proof is not None
    side = search.siting.side
    return side is not None and not np.array_equal(limit_prices(side), limit_prices(search.proof))


def _start_prices(instance: LocationInstance, start: WarmStart) -> Multipliers:
    """Return the multipliers of an earlier run that fit the instance; the others are zero."""
    nothing = zero_multipliers(instance.axis_sizes)
    earlier = {name: getattr(start.multipliers, name) for name in AXES if name != "cell"}
    return with_prices(
        nothing,
        **{
            name: value
            for name, value in earlier.items()
            # another number of targets, gateways or countries: those multipliers start from zero
            if value.shape == getattr(nothing, name).shape
        },
    )


def _siting_of(start: WarmStart) -> Siting:
    """Return the sites of an earlier plan, those included that are locked closed now.

    Multipliers are told relative to all of them: at the multipliers of the earlier run a closed
    site only leaves the sum of the bound, so that the bound begins where it was or above.
    """
    return Siting(start.size, start.assortment > 0, start.rho, start.volume)


def _coarse_start(search: Search, coarse: CoarseInstance, start: WarmStart) -> Start:
    """Return what the choice of sites of a coarse instance starts from after an earlier run.

    The multiplier of a coarse zone differs from what its service from the earlier sites costs by
    the mean difference of its members.
    """
    instance, siting = search.instance, _siting_of(start)
    prices = _start_prices(instance, start)
    prices = with_prices(prices, stocking=prices.stocking[coarse.zone])
    weight = instance.demand
    total, moved = np.zeros(coarse.instance.shape), np.zeros(coarse.instance.shape)
    np.add.at(total, coarse.member, weight)
    np.add.at(moved, coarse.member, weight * start.multipliers.cell)
    moved = np.divide(moved, total, out=np.zeros_like(moved), where=total > 0)
    service = zone_prices(coarse.instance, siting, prices)
    return Start(
        with_prices(prices, cell=service + moved),
        plan_reference(coarse.instance, siting),
        search.params.gap,
    )


def _polish(search: Search) -> None:
    """Offer plans from the neighbours of the best one."""
    if search.done() or search.siting is None or search.proof is None:
        return
    instance, prices = search.instance, search.proof
    relaxed = evaluate(instance, local_lanes(instance), prices)
    for decisions, siting in polished(instance, search.siting, prices, relaxed, search.done):
        if keeps_limits(instance, decisions):
            search.offer(decisions, siting)


def _branch(search: Search, state: Ascent | None) -> None:
    """Raise the bound by branching, and offer the plans of the cases."""
    if search.done() or state is None or search.proof is None:
        return
    instance = search.instance
    nodes = [root_node(instance, search.bound, search.proof, state.frequency)]
    leaves = {0}
    while len(nodes) < NODES and not search.done():
        number = min(leaves, key=lambda leaf: (nodes[leaf].bound, leaf))
        pair = children(instance, nodes, number, _reference(search), search.objective)
        if pair is None:
            break
        leaves = (leaves - {number}) | {len(nodes), len(nodes) + 1}
        nodes += [node for node, _ in pair]
        search.nodes, search.bound = nodes, min(nodes[leaf].bound for leaf in leaves)
        for node, relaxed in pair:
            if node.bound < search.objective and not search.done():
                _try(search, affordable(case_of(instance, node), relaxed), node.prices)


def _reallocate(search: Search, start: WarmStart) -> Multipliers:
    """Offer the plan of the earlier sites, locks and rules obeyed, and prove the earlier bound.

    Returns
    -------
    Multipliers
        Of the best bound.
    """
    instance, siting = search.instance, _siting_of(start)
    prices = _start_prices(instance, start)
    service = zone_prices(instance, siting, prices)
    prices = with_prices(prices, cell=service + start.multipliers.cell)
    relaxed = evaluate(instance, local_lanes(instance), prices)
    search.prove(prices, relaxed)
    for choice in search.params.choices or (start,):
        siting = _siting_of(choice)
        size = _locked(instance, siting.size, relaxed)
        if allowed(instance, size):
            _try(search, replace(siting, size=size), prices)
    if search.siting is not None and not search.done():
        limited = limited_prices(instance, prices, search.siting)
        if limited is not None:
            search.prove(limited, evaluate(instance, local_lanes(instance), limited))
    return prices if search.proof is None else search.proof


def _locked(instance: LocationInstance, given: Index, relaxed: Relaxed) -> Index:
    """Return the sizes of a choice of sites with locks and rules obeyed, (I,), -1 for closed."""
    size = given.copy()
    size[list(instance.limits.closed)] = -1
    for site in instance.limits.opened:
        if size[site] < 0:
            # of the sizes offered, the one that the relaxed problem values most
            size[site] = int(relaxed.value[site].argmin())
    return obeying(instance, size)


def site_values(instance: LocationInstance, start: WarmStart) -> Array:
    """Return what holding each site at each size adds to the bound at an earlier run's prices.

    Parameters
    ----------
    instance : LocationInstance
        That the run planned.
    start : WarmStart
        Of the run.

    Returns
    -------
    ndarray, shape (I, M)
        USD a year, negative where the site pays at these prices; infinite where it has no such
        size.
    """
    instance = with_fee_envelope(instance)
    siting, prices = _siting_of(start), _start_prices(instance, start)
    service = zone_prices(instance, siting, prices)
    prices = with_prices(prices, cell=service + start.multipliers.cell)
    value = evaluate(instance, local_lanes(instance), prices).value
    return np.where(np.isfinite(instance.fixed_usd), value, np.inf)


def _raise_bound(search: Search, prices: Multipliers, rounds: int = FULL_ROUNDS) -> Ascent | None:
    """Raise the bound of the full instance, and make plans from its relaxed solutions.

    Steps look at promising lanes only; after each block the bound is proven on all lanes.

    Returns
    -------
    Ascent or None
        Its state; None where there was nothing to do.
    """
    instance = search.instance
    every = local_lanes(instance)
    state: Ascent | None = None
    for number in range(1, rounds // BLOCK + 1):
        if search.done():
            break
        few = promising(instance, every, prices, SLACK_USD)
        if state is None:
            state = replace(begin(instance, few, prices, _reference(search)), step=NEW_STEP)
        target = polyak_target(search.objective, state.bound)
        state = ascend(instance, few, state, BLOCK, target, lambda _: search.done())
        prices = state.best
        relaxed = evaluate(instance, every, prices)
        state.bound = relaxed.bound
        search.prove(prices, relaxed)
        # stuck on these lanes: the next block, with other lanes, restarts with long steps
        if state.step < SMALL_STEP:
            state.step = NEW_STEP
        if number & (number - 1) == 0 and not search.done():  # after blocks 1, 2, 4, 8, ...
            _try(search, affordable(instance, relaxed), prices)
            if search.siting is not None:
                state = better_start(instance, few, state, search.siting)
    return state


def _reference(search: Search) -> Reference | None:
    """Return service from the sites of the best plan, None where there is none."""
    return None if search.siting is None else plan_reference(search.instance, search.siting)


def _try(search: Search, siting: Siting, prices: Multipliers) -> None:
    """Offer the plan of a choice of sites and assortment, if it keeps the limits."""
    if allocations(search.instance, siting.size) <= EXACT:
        # whatever the prices, the exact allocation of the same choice is the same plan
        choice = siting.size.tobytes() + siting.assortment.tobytes()
        if choice in search.tried:
            return
        search.tried.add(choice)
    decisions, siting = plan_of(search.instance, siting, prices, 1)
    if decisions is not None and keeps_limits(search.instance, decisions):
        search.offer(decisions, siting)


def _refined(
    search: Search, coarse: CoarseInstance, prices: Multipliers, siting: Siting
) -> Multipliers:
    """Return multipliers of the full instance after some rounds on instances in between.

    The same rounds on the full instance would cost more.

    Parameters
    ----------
    search : Search
    coarse : CoarseInstance
        That of the multipliers.
    prices : Multipliers
    siting : Siting
        Of the plan.

    Returns
    -------
    Multipliers
    """
    instance = search.instance
    for n_zones in MIDDLE_ZONES:
        if n_zones * SMALLER > len(instance.zones) and n_zones > MIDDLE_ZONES[0]:
            break
        middle = coarsen(instance, n_zones)
        member = coarse.member[middle.zone]
        prices = _spread(middle.instance, coarse.instance, member, prices, siting)
        prices, coarse = _ascended(search, middle.instance, prices), middle
    return _spread(instance, coarse.instance, coarse.member, prices, siting)


def _ascended(search: Search, middle: LocationInstance, prices: Multipliers) -> Multipliers:
    """Return the multipliers after some rounds on an instance of intermediate size."""
    lanes = local_lanes(middle)
    reference = None if search.siting is None else plan_reference(middle, search.siting)
    state: Ascent | None = None
    for _ in range(MIDDLE_ROUNDS // BLOCK):
        few = promising(middle, lanes, prices, SLACK_USD)
        if state is None:
            state = replace(begin(middle, few, prices, reference), step=NEW_STEP)
        else:
            state.bound = evaluate(middle, few, prices).bound
        ascend(middle, few, state, BLOCK, search.objective, lambda _: search.done(0.8))
        prices = state.best
    return prices


def _spread(
    fine: LocationInstance,
    coarse: LocationInstance,
    member: Index,
    prices: Multipliers,
    siting: Siting,
) -> Multipliers:
    """Transfer the multipliers of a coarse instance to a finer one.

    The multiplier of a zone is that of its coarse zone, shifted by the difference of what the two
    zones pay at the prices of the plan.

    Parameters
    ----------
    fine, coarse : LocationInstance
    member : (n_fine,) of int
        Coarse zone of each fine zone.
    prices : Multipliers
        Of the coarse instance.
    siting : Siting
        Of the plan.

    Returns
    -------
    Multipliers
        Of the fine instance.
    """
    moved = zone_prices(fine, siting, prices) - zone_prices(coarse, siting, prices)[member]
    return with_prices(prices, cell=prices.cell[member] + moved, stocking=prices.stocking[member])
