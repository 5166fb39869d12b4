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
HELD = 100.0
"""Factor by which missing an order of a target that is held costs more than what limits give."""
PROMISING, WEIGHTS = 5, (0.0, 0.25, 0.5, 0.75, 1.0)
"""Sites of a zone and product that are kept at each weight of orders in time against emissions."""
LARGE = 1e6
"""Stands for no limit, per potential order."""


@dataclass(frozen=True)
class Needs:
    """What a plan of given sites must keep, and what it costs to miss it.

    Attributes
    ----------
    in_time : (J,)
        Orders in time, as shares of all potential orders; 0 where a target is not held.
    co2 : float
        kg CO2e per potential order; infinite where it is not held.
    per_order : (J,)
        Cost of an order in time that is missed; infinite where none may be.
    per_kilo : float
        Cost of a kg CO2e per potential order beyond the cap; infinite where it must be kept.
    """

    in_time: Array
    co2: float
    per_order: Array
    per_kilo: float = np.inf


@dataclass(frozen=True)
class Missed:
    """What given sites miss.

    Attributes
    ----------
    cost : float
        That of orders that may not be missed is large.
    in_time : (J,)
        Orders in time that are missed, as shares of all potential orders.
    co2 : float
        kg CO2e per potential order beyond the cap.
    prices : Prices
        At which the cost is proven, as far as clusters stand for their zones.
    """

    cost: float
    in_time: Array
    co2: float
    prices: Prices


def missed(pairs: Pairs, size: Index, needs: Needs, seconds: float) -> Missed | None:
    """Return what given sites miss at least cost, and the prices that say so.

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
    n_targets, capped = len(needs.in_time), np.isfinite(needs.co2)
    # the last columns are what is missed: orders in time, and emissions where the cap may give
    beyond = int(capped and np.isfinite(needs.per_kilo))
    width = len(orders.zone) + len(supply.path) + n_targets + beyond
    blocks = [
        _cells(pairs, orders, width),
        _throughput(pairs, size, orders, width),
        _shared(pairs, orders, supply, width),
        _balance(pairs, orders, supply, width),
        _targets(orders, needs, width - beyond - n_targets, width),
    ]
    if capped:
        blocks.append(_emissions(orders, needs, width))
    cost = np.zeros(width)
    cost[width - beyond - n_targets :] = np.r_[_per_order(pairs, needs), [needs.per_kilo] * beyond]
    found = linprog(
        cost,
        A_ub=vstack([block.matrix for block in blocks], format="csr"),
        b_ub=np.concatenate([block.most for block in blocks]),
        # with goods on their way the program is many times larger, and the simplex method slow
        method="highs" if pairs.shared is None else "highs-ipm",
        options={"time_limit": max(seconds, 0.1)},
    )
    # serving nothing and missing everything is a solution
    if found.status != SOLVED or found.fun is None:
        return None
    assert found.x is not None
    given = found.x[width - beyond - n_targets :]
    co2 = float(given[n_targets]) if beyond else 0.0
    prices = _prices(pairs, len(size), blocks, found.ineqlin.marginals)
    return Missed(float(found.fun), given[:n_targets], co2, prices)


def _per_order(pairs: Pairs, needs: Needs) -> Array:
    """Return the cost of an order in time that is missed, large where none may be."""
    gives = [*needs.per_order, needs.per_kilo]
    largest = max((cost for cost in gives if np.isfinite(cost)), default=1.0 / HELD)
    held = HELD * largest / np.maximum(pairs.scope, 1e-12)
    return np.where(np.isfinite(needs.per_order), needs.per_order, held)


def _prices(pairs: Pairs, n_sites: int, blocks: list[_Rows], marginals: Array) -> Prices:
    """Return the dual prices of the rows of the program."""
    duals = np.maximum(-marginals, 0.0)
    ends = np.cumsum([len(block.most) for block in blocks])
    _, through, shared, _, service, *co2 = np.split(duals, ends[:-1])
    throughput = np.zeros((n_sites, pairs.demand.shape[2]))
    throughput.ravel()[blocks[1].place] = through
    priced = shared.reshape(-1, pairs.demand.shape[2])
    if pairs.shared is not None:
        priced[np.isinf(pairs.shared.capacity)] = 0.0
    return Prices(service, float(co2[0][0]) if co2 else 0.0, throughput, priced)


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
    within, brought = pairs.within[:, :, sites], pairs.brought[sites]
    emitted = pairs.emitted[:, sites, None]
    reached: Mask = np.asarray(np.isfinite(pairs.emitted[:, sites]))
    allowed = reached[:, :, None, None] & pairs.carried[sites][None]
    allowed &= (pairs.demand > 0)[:, None]
    if np.isinf(needs.co2):  # what is not in time helps nothing then
        useful: Mask = np.asarray(within.any(axis=0))
        allowed &= useful[:, :, None, :]
    else:
        allowed &= _promising(pairs, sites)[:, :, :, None]
    zone, site, product, period = np.nonzero(allowed)
    units = pairs.units[sites][site, product, period]
    return _Orders(
        zone, sites[site], product, period, units,
        kilos=pairs.weight[product] * units * (emitted + brought)[zone, site, product],
        in_time=within[:, zone, site, period],
    )  # fmt: skip


def _promising(pairs: Pairs, sites: Index) -> Mask:
    """Tell which sites serve a zone and product well, in time or with few emissions, (Z, n, K).

    All others make the program large and are hardly ever used. What needs no site is kept.
    """
    fast = pairs.within[:, :, sites].sum(axis=(0, 3))[:, :, None]
    lane = pairs.emitted[:, sites]
    # unreached sites come last
    lane = np.where(np.isfinite(lane), lane, lane.max(initial=0.0, where=np.isfinite(lane)))
    clean = -(lane[:, :, None] + pairs.brought[sites])
    kept = np.zeros(clean.shape, bool)
    kept[:, -1] = True
    for weight in WEIGHTS:
        worth = weight * _spread(fast) + (1.0 - weight) * _spread(clean)
        last = min(PROMISING, len(sites)) - 1
        kept |= worth >= -np.partition(-worth, last, axis=1)[:, last, None]
    return kept


def _spread(figure: Array) -> Array:
    """Return a figure on a scale from 0 to 1 along its sites, the second axis."""
    low, high = figure.min(axis=1, keepdims=True), figure.max(axis=1, keepdims=True)
    spread: Array = (figure - low) / np.maximum(high - low, 1e-12)
    return spread


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


def _targets(orders: _Orders, needs: Needs, first: int, width: int) -> _Rows:
    """As many orders in time as are needed, but for what is missed."""
    n_targets = len(needs.in_time)
    target, column = np.nonzero(orders.in_time)
    rows = np.r_[target, np.arange(n_targets)]
    columns = np.r_[column, first + np.arange(n_targets)]
    values = -np.r_[orders.in_time[target, column], np.ones(n_targets)]
    return _Rows(_sparse(rows, columns, values, (n_targets, width)), -needs.in_time)


def _emissions(orders: _Orders, needs: Needs, width: int) -> _Rows:
    """No more emissions than the cap, but for what it gives, which is the last column."""
    columns, kilos = np.arange(len(orders.kilos)), orders.kilos
    if np.isfinite(needs.per_kilo):
        columns, kilos = np.r_[columns, width - 1], np.r_[kilos, -1.0]
    matrix = _sparse(np.zeros_like(columns), columns, kilos, (1, width))
    return _Rows(matrix, np.array([needs.co2]))


def _nothing(width: int) -> _Rows:
    """No rows."""
    none = np.zeros(0, np.int64)
    return _Rows(_sparse(none, none, np.zeros(0), (0, width)), np.zeros(0))


def _sparse(rows: Index, columns: Index, values: Array, shape: tuple[int, int]) -> coo_array:
    from scipy.sparse import coo_array

    return coo_array((values, (rows, columns)), shape=shape)
