"""Local search over the sites of a plan, every neighbour priced by its exact allocation.

A neighbour resizes, closes, opens or swaps sites. It is skipped where the relaxed problem proves
that no plan of its kind is cheaper: the bound with a site held at a size is the bound, plus what
this size adds over the best of the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fulfill.location.network.allowed_sites import allowed, obeying
from fulfill.location.network.planning import exact_plan, priced_plan
from fulfill.location.network.relaxation import Relaxed
from fulfill.location.network.site_search import Move, Siting
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers

NEIGHBOURS = 120
"""Neighbours that are priced at most."""


def polished(
    instance: LocationInstance,
    siting: Siting,
    prices: Multipliers,
    relaxed: Relaxed,
    stop: Callable[[], bool],
) -> list[tuple[Decisions, Siting]]:
    """Return ever cheaper plans found from a plan's neighbours.

    Parameters
    ----------
    instance : LocationInstance
    siting : Siting
        Of the plan.
    prices : Multipliers
    relaxed : Relaxed
        At these prices, over all lanes.
    stop : callable
        Tells whether to stop.

    Returns
    -------
    list
        Plans, each cheaper than the one before; empty if no neighbour is.
    """
    found: list[tuple[Decisions, Siting]] = []
    priced, improved = 0, True
    while improved:
        improved = False
        for size in _neighbours(instance, siting, relaxed):
            if priced == NEIGHBOURS or stop():
                return found
            priced += 1
            plan = exact_plan(instance, _with_sizes(siting, size))
            if plan is None or plan[1].cost >= siting.cost * (1 - np.sign(siting.cost) * 1e-9):
                continue
            # with the new sites another assortment may be better
            again = priced_plan(instance, plan[1], prices)
            siting = min(plan[1], again[1], key=lambda one: one.cost)
            found.append(plan if siting is plan[1] else again)
            improved = True
            break
    return found


def _neighbours(instance: LocationInstance, siting: Siting, relaxed: Relaxed) -> Iterator[Index]:
    """Yield the sizes of the neighbours that may be cheaper, those with the least bound first."""
    offered = np.isfinite(instance.fixed_usd)
    added = _added(relaxed, offered)
    moves: list[tuple[float, Move]] = []
    n_sites, n_sizes = offered.shape
    for site in range(n_sites):
        moves += [
            (added[site, size], ((site, size),))
            for size in range(-1, n_sizes)
            if size != siting.size[site]
        ]
    closed = np.flatnonzero(siting.size < 0)
    for site in map(int, np.flatnonzero(siting.size >= 0)):
        for other in closed:
            best = int(added[other, :n_sizes].argmin())
            cost = float(added[site, -1] + added[other, best])
            moves.append((cost, ((site, -1), (int(other), best))))
    moves.sort(key=lambda move: move[0])
    for cost, move in moves:
        if relaxed.bound + cost >= siting.cost:
            return
        size = siting.size.copy()
        for site, new in move:
            size[site] = new
        size = obeying(instance, size, size != siting.size)
        if allowed(instance, size):
            yield size


def _added(relaxed: Relaxed, offered: Mask) -> Array:
    """Return what holding a site at a size adds to the bound, (I, M + 1), the last for closed.

    What the number of sites or a rule forbids is left out: the figures are then too low, never too
    high.
    """
    value = np.where(offered, relaxed.value, np.inf)
    least = np.minimum(value.min(axis=1), 0.0)
    return np.asarray(np.column_stack([value, np.zeros(len(value))]) - least[:, None])


def _with_sizes(siting: Siting, size: Index) -> Siting:
    """Return the siting at other sizes; a newly opened site may stock everything."""
    assortment, volume = siting.assortment.copy(), siting.volume.copy()
    new = (size >= 0) & (siting.size < 0)
    assortment[new] = True
    others = siting.size >= 0
    volume[new] = siting.volume[others].mean(axis=0) if others.any() else 0.0
    return Siting(size, assortment, siting.rho, volume)
