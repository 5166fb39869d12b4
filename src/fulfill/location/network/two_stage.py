"""Plants and sites of an instance in which nothing but they joins the periods.

The multipliers of the relaxation say which plants and sites are likely; simulated annealing over
them finds plans; the cost of the best plan is the target of the rounds that raise the bound.
"""

from __future__ import annotations

import numpy as np

from fulfill.location.network.allowed_sites import allowed
from fulfill.location.network.ascent import Ascent, ascend, begin
from fulfill.location.network.first_prices import first_prices
from fulfill.location.network.limits import keeps_limits
from fulfill.location.network.plant_search import Likely, anneal, first_choice
from fulfill.location.network.relaxation import (
    LocalLanes,
    Relaxed,
    evaluate,
    local_lanes,
    plant_rent,
)
from fulfill.location.network.search import Search
from fulfill.location.network.site_search import Siting
from fulfill.location.network.transshipment import (
    Choice,
    Transshipment,
    decisions_of,
    transshipment,
)
from fulfill.model.instance import LocationInstance

FIRST_LEGS = (60, 100, 100)
"""Rounds before plants and sites are searched for; a plan is made after each number."""
ROUNDS, STEP = 600, 0.3
"""Most rounds after that, and the step with which they begin."""
OFTEN = 0.3
"""Share of relaxed solutions in which the likeliest sites are open."""
FIRST_TARGET = 1.2
"""Target of the first rounds over the first bound."""


def search_two_stages(search: Search) -> None:
    """Find plans and a bound; see `transshipment.is_transshipment`.

    Parameters
    ----------
    search : Search
        Updated.
    """
    instance = search.instance
    lanes, given = local_lanes(instance), transshipment(instance)
    state = begin(instance, lanes, first_prices(instance))
    best: Choice | None = None
    for rounds in FIRST_LEGS:
        relaxed = _raised(search, lanes, state, rounds, 0.35)
        likely = _likely(instance, state, relaxed)
        choice = first_choice(given, likely)
        best = choice if best is None else min(best, choice, key=lambda found: found.key)
        _offer(search, given, best, relaxed)
    assert best is not None
    seed = search.params.seed
    for found in anneal(given, best, likely, seed, lambda: search.done(0.8)):
        _offer(search, given, found, relaxed)
    state.step = STEP
    _raised(search, lanes, state, ROUNDS, 1.0)


def _raised(search: Search, lanes: LocalLanes, state: Ascent, rounds: int, share: float) -> Relaxed:
    """Raise the bound within a share of the time limit and return the relaxed solution."""
    target = min(search.objective, FIRST_TARGET * state.bound)
    ascend(search.instance, lanes, state, rounds, target, lambda _: search.done(share))
    relaxed = evaluate(search.instance, lanes, state.best)
    search.prove(state.best, relaxed)
    return relaxed


def _likely(instance: LocationInstance, state: Ascent, relaxed: Relaxed) -> Likely:
    """Rank plants by what they are worth, and sites by how often the relaxation opens them."""
    inbound = instance.required_inbound
    n_plants, n_sites = len(inbound.origins), len(instance.sites)
    loss = inbound.origin_fixed_usd - plant_rent(instance, state.best)
    frequency = state.frequency[:, 0]
    often = np.where(frequency > OFTEN, frequency, 0.0)
    sites = np.lexsort((relaxed.value[:, 0], -often))
    offered = np.isfinite(instance.fixed_usd[:, 0])
    offered[list(instance.limits.closed)] = False
    locked = np.zeros(n_plants + n_sites, bool)
    locked[n_plants + np.array(instance.limits.opened, np.int64)] = True
    return Likely(np.argsort(loss, kind="stable"), n_plants + sites[offered[sites]], locked)


def _offer(search: Search, given: Transshipment, choice: Choice, relaxed: Relaxed) -> None:
    """Offer the plan of a choice of plants and sites."""
    instance = search.instance
    if choice.missing:
        return
    decisions = decisions_of(instance, given, choice)
    size = np.where(decisions.opened[:, 0] > 0, 0, -1)
    if not allowed(instance, size) or not keeps_limits(instance, decisions):
        return
    volume = np.zeros((len(size), 1))
    np.add.at(volume[:, 0], instance.lane_site[decisions.lane], decisions.orders)
    search.offer(decisions, Siting(size, np.ones(volume.shape, bool), relaxed.price[:, 0], volume))
