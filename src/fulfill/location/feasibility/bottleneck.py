"""The capacities that keep orders from arriving in time, whatever sites are open: a minimum cut.

Orders in time are a flow from plants through gateways, sites and carriers to the zones. What passes
at most is what the capacities of a cut let through, with the orders that reach their zones without
them (Ford, Fulkerson 1956, doi 10.4153/CJM-1956-045-5; here with shares of goods that land in
several periods, so that the cut is the dual of a linear program).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fulfill.location.feasibility.cuts import Cut, Prices, cuts_at
from fulfill.location.feasibility.order_program import Needs, missed
from fulfill.location.feasibility.pairs import Pairs
from fulfill.model.arrays import Mask

SITE = "site"
"""Kind of a capacity that is the throughput of a site."""
NEGLIGIBLE = 1e-3
"""Share of the highest price below which a capacity is not of the cut."""
PROVEN = 1e-6
"""Share of all orders by which a target must be missed."""


@dataclass(frozen=True)
class Asked:
    """What is asked of the orders.

    Attributes
    ----------
    target : int
        Index of the service target.
    share : float
        Share of its orders that must arrive in time.
    offered : (I,)
        Sites that are offered at any size.
    """

    target: int
    share: float
    offered: Mask


@dataclass(frozen=True)
class FullCapacity:
    """A capacity of a cut.

    Attributes
    ----------
    kind : str
        ``gateway``, ``plant``, ``carrier``, ``mail`` or ``site``.
    name : str
        Id of the gateway, plant or site, carrier region, or country.
    periods : tuple of int
        Indices of the periods in which it is full.
    """

    kind: str
    name: str
    periods: tuple[int, ...]


@dataclass(frozen=True)
class Bottleneck:
    """What keeps a service target from being reached.

    Attributes
    ----------
    attainable : float
        Share of the orders of the target that arrive in time at most, whatever sites are open; an
        upper bound.
    full : tuple of FullCapacity
        The capacities of the cut; none where no site reaches the other orders in time.
    """

    attainable: float
    full: tuple[FullCapacity, ...]


def prices_of_all(
    pairs: Pairs, small: Pairs, asked: Asked, seconds: float
) -> tuple[Prices, Mask] | None:
    """Return the prices at which all sites together miss a target, and the sites that are open.

    Parameters
    ----------
    pairs : Pairs
    small : Pairs
        Clusters of `pairs`.
    asked : Asked
    seconds : float
        Time limit.

    Returns
    -------
    tuple of Prices and ndarray of bool, shape (I,), or None
        None where nothing is missed, or where the time was up.
    """
    room = pairs.capacity.sum(axis=2)
    size = np.where(asked.offered & (room.max(axis=1) > 0), room.argmax(axis=1), -1)
    in_time = np.zeros(len(pairs.scope))
    in_time[asked.target] = asked.share * pairs.scope[asked.target]
    found = missed(small, size, Needs(in_time, np.inf, np.ones(len(in_time))), seconds)
    if found is None or found.prices.service[asked.target] <= 0.0:
        return None
    return found.prices, np.asarray(size >= 0)


def bottleneck(
    pairs: Pairs, names: tuple[str, ...], asked: Asked, priced: tuple[Prices, Mask]
) -> Bottleneck | None:
    """Return what keeps a target from being reached even with every site at its largest size.

    Parameters
    ----------
    pairs : Pairs
    names : tuple of str, (I,)
        Ids of the sites.
    asked : Asked
    priced : tuple of Prices and ndarray of bool, shape (I,)
        Of `prices_of_all`.

    Returns
    -------
    Bottleneck or None
        None where it is not proven that the target cannot be reached.
    """
    prices, scope = priced[0], float(pairs.scope[asked.target])
    most = min(_most(cut, asked.offered) for cut in cuts_at(pairs, *priced))
    most /= float(prices.service[asked.target])
    if most >= asked.share * scope - PROVEN:
        return None
    return Bottleneck(max(most, 0.0) / scope, tuple(_full(pairs, names, prices)))


def _most(cut: Cut, offered: Mask) -> float:
    """Return what a cut allows if every offered site is open at the size that adds most."""
    most = float(cut.base.sum())
    if cut.size is not None:
        most += float(np.maximum(cut.size[offered].max(axis=1), 0.0).sum())
    if cut.site is not None:
        most += float(cut.site[:, offered].sum())
    return most


def _full(pairs: Pairs, names: tuple[str, ...], prices: Prices) -> Iterator[FullCapacity]:
    """Yield the capacities that have a price, those that sites share first."""
    of = [(SITE, name) for name in names]
    priced = list(prices.throughput)
    if pairs.shared is not None:
        of = [*zip(pairs.shared.kinds, pairs.shared.names, strict=True), *of]
        priced = [*prices.shared, *priced]
    least = NEGLIGIBLE * max((float(row.max()) for row in priced), default=0.0)
    for (kind, name), row in zip(of, priced, strict=True):
        periods = np.flatnonzero(row > least)
        if len(periods):
            yield FullCapacity(kind, name, tuple(periods.tolist()))
