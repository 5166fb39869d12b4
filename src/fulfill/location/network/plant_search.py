"""Simulated annealing over plants and sites, every choice priced by exact flows.

A move closes one plant or site, opens one, or puts one in the place of another. A dearer choice is
accepted with probability ``exp(-increase / temperature)`` (S. Kirkpatrick, C. D. Gelatt,
M. P. Vecchi (1983), "Optimization by simulated annealing", Science 220, 671-680). Every cycle cools
down once and starts from the best choice so far.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fulfill.location.network.transshipment import Choice, Transshipment, choice_of, neighbour_of
from fulfill.model.arrays import Index, Mask

CYCLES, TRIALS = 100, 100
"""Cycles, and moves of each for every plant and site that is open."""
WARM, COLD = 0.15, 0.003
"""Temperature at the start and the end of a cycle, as shares of the mean fixed cost of a site."""
SPARE = 10
"""Closed plants or sites, beyond as many as are open, that may be opened."""
SITES = 0.7
"""Share of the moves that are of sites, not of plants."""
EXCHANGE, OPEN = 0.7, 0.15
"""Shares of the moves that exchange and that open; the others close."""


@dataclass(frozen=True)
class Likely:
    """What the search may open and close.

    Attributes
    ----------
    plants, sites : ndarray of int
        Those that may be opened, the likeliest first; sites are counted on from plants.
    locked : (O + I,)
        Those that stay open.
    """

    plants: Index
    sites: Index
    locked: Mask


def first_choice(given: Transshipment, likely: Likely) -> Choice:
    """Open the likeliest plants and sites until their capacities hold the demand.

    Parameters
    ----------
    given : Transshipment
    likely : Likely

    Returns
    -------
    Choice
    """
    opened, demand = likely.locked.copy(), given.network.demand.sum(axis=1)
    for ranked in (likely.plants, likely.sites):
        for number in ranked:
            if (given.network.room[:, ranked[opened[ranked]]].sum(axis=1) >= demand).all():
                break
            opened[number] = True
    return choice_of(given, opened)


def anneal(
    given: Transshipment, start: Choice, likely: Likely, seed: int, stop: Callable[[], bool]
) -> Iterator[Choice]:
    """Search for better choices.

    Parameters
    ----------
    given : Transshipment
    start : Choice
    likely : Likely
    seed : int
    stop : callable
        Tells whether time is up.

    Yields
    ------
    Choice
        The best one so far, after every cycle.
    """
    rng, best = np.random.default_rng(seed), start
    usd = float(given.fixed_usd[given.n_plants :].mean())
    for _ in range(CYCLES):
        trials = TRIALS * int(best.opened.sum())
        choice = best
        for number in range(trials):
            if stop():
                break
            opened = _moved(choice.opened, likely, rng)
            allowance = rng.exponential(usd * WARM * (COLD / WARM) ** (number / trials))
            if not _holds(given, opened):
                continue
            trial = neighbour_of(given, choice, opened, allowance)
            if trial is not None and trial.key < (choice.missing, choice.usd + allowance):
                choice = trial
                best = min(best, choice, key=lambda found: found.key)
        yield best
        if stop():
            break


def _moved(opened: Mask, likely: Likely, rng: np.random.Generator) -> Mask:
    """Return a choice after a random move; likelier members are opened more often."""
    ranked = likely.sites if rng.random() < SITES else likely.plants
    present = ranked[opened[ranked]]
    closable = present[~likely.locked[present]]
    spare = ranked[~opened[ranked]][: len(present) + SPARE]
    kind, moved = rng.random(), opened.copy()
    if kind >= OPEN and len(closable):
        moved[rng.choice(closable)] = False
    if kind < OPEN + EXCHANGE and len(spare):
        moved[spare[int(len(spare) * rng.random() ** 2)]] = True
    return moved


def _holds(given: Transshipment, opened: Mask) -> bool:
    """Tell whether plants and sites have the capacity for the demand."""
    demand, room = given.network.demand.sum(axis=1), given.network.room * opened
    plants, sites = room[:, : given.n_plants], room[:, given.n_plants :]
    return bool((plants.sum(axis=1) >= demand).all() and (sites.sum(axis=1) >= demand).all())
