"""Orders from given sites as a linear program over clusters of zones: what must still be priced.

It tells which prices of orders in time, emissions, throughput and shared capacities bound a choice
of sites. Nothing is proven here: the cuts at these prices are computed over all zones and products,
and hold at any prices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fulfill.location.feasibility.cuts import Prices
from fulfill.location.feasibility.pairs import Pairs
from fulfill.location.feasibility.shared import NONE, Shared
from fulfill.model.arrays import Array, Index, Mask

if TYPE_CHECKING:
    from scipy.sparse import coo_array

SOLVED = 0
"""SciPy's status of a solution."""
LARGE = 1e6
"""Stands for no limit, per potential order."""


@dataclass(frozen=True)
class Needs:
    """What a plan of given sites must keep.

    Attributes
    ----------
    in_time : (J,)
        Orders in time, as shares of all potential orders; 0 where a target is not held.
    co2 : float
        kg CO2e per potential order; infinite where it is not held.
    """

    in_time: Array
    co2: float


@dataclass(frozen=True)
class Missed:
    """What given sites miss.

    Attributes
    ----------
    share : float
        Sum of the shares by which targets are missed.
    prices : Prices
        At which this is proven, as far as clusters stand for their zones.
    """

    share: float
    prices: Prices


def missed(pairs: Pairs, size: Index, needs: Needs, seconds: float) -> Missed | None:
    """Return the least that given sites miss, and the prices that say so.

    Parameters
    ----------
    pairs : Pairs
        Of `clusters.clustered`.
    size : (I,)
        -1 for closed.
    needs : Needs
    seconds : float
        Time limit.

    Returns
    -------
    Missed or None
        None where the time was up.
    """
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    orders = _orders(pairs, size, needs)
    supply = _supply(pairs, size)
    width = len(orders.zone) + len(supply.path) + len(needs.in_time)
    blocks = [
        _cells(pairs, orders, width),
        _throughput(pairs, size, orders, width),
        _shared(pairs, orders, supply, width),
        _balance(pairs, orders, supply, width),
        _targets(orders, needs, width),
    ]
    if np.isfinite(needs.co2):
        blocks.append(_emissions(orders, needs, width))
    cost = np.zeros(width)
    cost[width - len(needs.in_time) :] = 1.0 / np.maximum(pairs.scope, 1e-12)
    found = linprog(
        cost,
        A_ub=vstack([block.matrix for block in blocks], format="csr"),
        b_ub=np.concatenate([block.most for block in blocks]),
        # with goods on their way the program is many times larger, and the simplex method slow
        method="highs" if pairs.shared is None else "highs-ipm",
        options={"time_limit": max(seconds, 0.1)},
    )
    if (
        found.status != SOLVED or found.fun is None
    ):  # serving nothing and missing everything is a solution
        return None
    duals = np.maximum(-found.ineqlin.marginals, 0.0)
    ends = np.cumsum([len(block.most) for block in blocks])
    _, through, shared, _, service, *co2 = np.split(duals, ends[:-1])
    throughput = np.zeros((len(size), pairs.demand.shape[2]))
    throughput.ravel()[blocks[1].place] = through
    priced = shared.reshape(-1, pairs.demand.shape[2])
    if pairs.shared is not None:
        priced[np.isinf(pairs.shared.capacity)] = 0.0
    kilo = float(co2[0][0]) if co2 else 0.0
    return Missed(float(found.fun), Prices(service, kilo, throughput, priced))


@dataclass(frozen=True)
class _Orders:
    """The orders that can be served, one variable each; arrays (n,), `in_time` (J, n)."""

    zone: Index
    site: Index
    product: Index
    period: Index
    units: Array
    kilos: Array
    in_time: Array


@dataclass(frozen=True)
class _Supply:
    """m3 of goods that are brought to sites, one variable each; arrays (m,)."""

    path: Index
    goods: Index
    period: Index


@dataclass(frozen=True)
class _Rows:
    """Rows of the program with their largest values; `place` tells what each is about."""

    matrix: coo_array
    most: Array
    place: Index = field(default_factory=lambda: np.zeros(0, np.int64))


def _orders(pairs: Pairs, size: Index, needs: Needs) -> _Orders:
    """Return the orders that open sites, and what needs no site, can serve."""
    sites = np.r_[np.flatnonzero(size >= 0), len(size)]
    within, emitted = pairs.within[:, :, sites], pairs.emitted[:, sites]
    reached: Mask = np.asarray(np.isfinite(emitted))
    allowed = reached[:, :, None, None] & pairs.carried[sites][None]
    allowed &= (pairs.demand > 0)[:, None]
    if np.isinf(needs.co2):  # what is not in time helps nothing then
        useful: Mask = np.asarray(within.any(axis=0))
        allowed &= useful[:, :, None, :]
    zone, site, product, period = np.nonzero(allowed)
    units = pairs.units[sites][site, product, period]
    return _Orders(
        zone, sites[site], product, period, units,
        kilos=pairs.weight[product] * units * emitted[zone, site],
        in_time=within[:, zone, site, period],
    )  # fmt: skip


def _supply(pairs: Pairs, size: Index) -> _Supply:
    """Return the goods that can be brought to open sites whose supply is limited."""
    if pairs.shared is None:
        none = np.zeros(0, np.int64)
        return _Supply(none, none, none)
    is_open = size[pairs.shared.path_site] >= 0
    return _Supply(*np.nonzero(pairs.shared.path_open & is_open[:, None, None]))


def _cells(pairs: Pairs, orders: _Orders, width: int) -> _Rows:
    """No more orders than there are."""
    cell = np.ravel_multi_index((orders.zone, orders.product, orders.period), pairs.demand.shape)
    used, row = np.unique(cell, return_inverse=True)
    columns = np.arange(len(cell))
    matrix = _sparse(row, columns, np.ones(len(cell)), (len(used), width))
    return _Rows(matrix, pairs.demand.ravel()[used])


def _throughput(pairs: Pairs, size: Index, orders: _Orders, width: int) -> _Rows:
    """No more orders from a site than its size handles."""
    n_periods = pairs.demand.shape[2]
    local = np.flatnonzero(orders.site < len(size))
    flat = orders.site[local] * n_periods + orders.period[local]
    used, row = np.unique(flat, return_inverse=True)
    site, period = np.divmod(used, n_periods)
    matrix = _sparse(row, local, orders.units[local], (len(used), width))
    return _Rows(matrix, pairs.capacity[site, size[site], period], used)


def _shared(pairs: Pairs, orders: _Orders, supply: _Supply, width: int) -> _Rows:
    """No more of the shared capacities than there is."""
    shared, n_periods = pairs.shared, pairs.demand.shape[2]
    if shared is None:
        return _nothing(width)
    entries = [_delivered(pairs, shared, orders), _landed(shared, supply, len(orders.zone))]
    place, period, column, taken = map(np.concatenate, zip(*entries, strict=True))
    # a capacity without a limit in a period is one that is large enough
    most = np.where(np.isfinite(shared.capacity), shared.capacity, LARGE)
    matrix = _sparse(place * n_periods + period, column, taken, (most.size, width))
    return _Rows(matrix, most.ravel())


def _delivered(pairs: Pairs, shared: Shared, orders: _Orders) -> tuple[Index, Index, Index, Array]:
    """Return what orders take of carriers and air: capacity, period, column and amount."""
    local = orders.site < len(pairs.units) - 1
    place = np.where(local, shared.zone_carrier[orders.zone], shared.zone_air[orders.zone])
    kg = shared.mail_kg[orders.zone, orders.product, orders.period]
    taken = orders.units * np.where(local, 1.0, kg)
    some = np.flatnonzero(place != NONE)
    return place[some], orders.period[some], some, taken[some]


def _landed(shared: Shared, supply: _Supply, first: int) -> tuple[Index, Index, Index, Array]:
    """Return what goods take of gateways and plants: capacity, period, column and amount."""
    share = shared.landing[supply.period]
    passed = shared.passed[supply.path]
    column, nth, period = np.nonzero((passed != NONE)[:, :, None] & (share > 0)[:, None, :])
    return passed[column, nth], period, first + column, share[column, period]


def _balance(pairs: Pairs, orders: _Orders, supply: _Supply, width: int) -> _Rows:
    """No more m3 from a site whose supply is limited than are brought there."""
    shared = pairs.shared
    if shared is None:
        return _nothing(width)
    shape = (len(pairs.units) - 1, shared.path_open.shape[1], pairs.demand.shape[2])
    out = np.flatnonzero(np.isin(orders.site, shared.path_site))
    product = orders.product[out]
    leaving = np.ravel_multi_index(
        (orders.site[out], shared.goods[product], orders.period[out]), shape
    )
    brought = np.ravel_multi_index(
        (shared.path_site[supply.path], supply.goods, supply.period), shape
    )
    used, row = np.unique(np.r_[leaving, brought], return_inverse=True)
    columns = np.r_[out, len(orders.zone) + np.arange(len(brought))]
    values = np.r_[orders.units[out] * shared.volume_m3[product], np.full(len(brought), -1.0)]
    return _Rows(_sparse(row, columns, values, (len(used), width)), np.zeros(len(used)))


def _targets(orders: _Orders, needs: Needs, width: int) -> _Rows:
    """As many orders in time as are needed, but for what is missed."""
    n_targets = len(needs.in_time)
    target, column = np.nonzero(orders.in_time)
    rows = np.r_[target, np.arange(n_targets)]
    columns = np.r_[column, width - n_targets + np.arange(n_targets)]
    values = -np.r_[orders.in_time[target, column], np.ones(n_targets)]
    return _Rows(_sparse(rows, columns, values, (n_targets, width)), -needs.in_time)


def _emissions(orders: _Orders, needs: Needs, width: int) -> _Rows:
    """No more emissions than the cap."""
    columns = np.arange(len(orders.kilos))
    matrix = _sparse(np.zeros_like(columns), columns, orders.kilos, (1, width))
    return _Rows(matrix, np.array([needs.co2]))


def _nothing(width: int) -> _Rows:
    """No rows."""
    none = np.zeros(0, np.int64)
    return _Rows(_sparse(none, none, np.zeros(0), (0, width)), np.zeros(0))


def _sparse(rows: Index, columns: Index, values: Array, shape: tuple[int, int]) -> coo_array:
    from scipy.sparse import coo_array

    return coo_array((values, (rows, columns)), shape=shape)
