"""Independent reading of contracts: what a month costs at a site, for the audit of plan and bound.

Nothing of `model/contracts` and `location/fee_envelope` is used but the arrays of an instance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]
Tier = tuple[float, float]
"""Orders a month from which a fee holds, and the fee in USD per order."""
NEARLY = 1e-9
"""Share by which rounding may miss the first order of a tier."""


def month_fee(tiers: Sequence[Tier], all_units: bool, orders: float) -> float:
    """Return the fee for the orders of a month, without the minimum.

    Parameters
    ----------
    tiers : sequence of tuple
        Ascending, the first from 0.
    all_units : bool
        Whether all orders pay the fee of the tier that is reached.
    orders : float
        Orders a month.

    Returns
    -------
    float
        USD.
    """
    if all_units:
        reached = [fee for begins, fee in tiers if orders >= begins * (1.0 - NEARLY)]
        return orders * reached[-1]
    # each tier changes the price of the orders beyond its beginning
    total, before = 0.0, 0.0
    for begins, fee in tiers:
        total, before = total + max(orders - begins, 0.0) * (fee - before), fee
    return total


def contract_charges(problem: Problem, sites: pd.DataFrame, leaving: Array) -> tuple[Array, Array]:
    """Return what the contracts of open sites charge, from the tables.

    Parameters
    ----------
    problem : Problem
        Its table of contracts is used.
    sites : DataFrame
        Of `site_costs.open_sites`.
    leaving : (n_open, n_periods)
        Orders that leave each site.

    Returns
    -------
    minimum : (n_open,) array
        USD a month that is paid without orders.
    above : (n_open, n_periods) array
        USD by which the fee of each period exceeds it, less the price of the first tier, which is
        that of the bands.
    """
    minimum, above = np.zeros(len(sites)), np.zeros(leaving.shape)
    months = problem.days * 12.0 / problem.days.sum()
    for row, rows in enumerate(contract_rows(problem, sites)):
        if rows.empty:
            continue
        tiers = list(zip(rows["tier_from"], rows["fee_usd_order"], strict=True))
        every, least = bool((rows["kind"] == "all_units").all()), rows["minimum_usd_month"].iloc[0]
        minimum[row] = least
        for t, (n, orders) in enumerate(zip(months.tolist(), leaving[row].tolist(), strict=True)):
            fee = month_fee(tiers, every, orders / n)
            above[row, t] = n * max(fee - least, 0.0) - tiers[0][1] * orders
    return minimum, above


def first_fees(problem: Problem, sites: pd.DataFrame) -> Array:
    """Return the price of an order before labour: of a contract's first tier, or pick_usd_order.

    Parameters
    ----------
    problem : Problem
        Its table of contracts is used.
    sites : DataFrame
        Of `site_costs.open_sites`.

    Returns
    -------
    (n_open,) array
        USD.
    """
    given = [
        usd if rows.empty else rows["fee_usd_order"].iloc[0]
        for usd, rows in zip(sites["pick_usd_order"], contract_rows(problem, sites), strict=True)
    ]
    return np.array(given, float)


def contract_rows(problem: Problem, sites: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the tiers of each open site in ascending order, without rows where it has no fee."""
    table = problem.network["contracts"]
    found = []
    for site, ownership in zip(sites["site_id"], sites["ownership"], strict=True):
        own = table[table["site_id"] == site]
        if own.empty:
            own = table[(table["site_id"] == "any") & (table["ownership"] == ownership)]
        found.append(own[own["kind"] != "lease"].sort_values("tier_from", kind="stable"))
    return found


def added_usd(instance: LocationInstance, site: int, period: int, orders: float) -> float:
    """Return what the contract of a site adds to the price of its bands in a period.

    Parameters
    ----------
    instance : LocationInstance
    site, period : int
    orders : float
        That leave the site in the period.

    Returns
    -------
    float
        USD; zero without a contract.
    """
    contracts = instance.contracts
    if contracts is None or site not in contracts.site:
        return 0.0
    tiers, every, least = _terms(instance, site)
    months = float(contracts.months[period])
    above = max(month_fee(tiers, every, orders / months) - least, 0.0)
    return months * above - tiers[0][1] * orders


def best_net_value(instance: LocationInstance, site: int, size: int, price: Array) -> Array | None:
    """Return the most that throughput is worth at prices of it, less what it costs.

    The cost of a site in a period is linear between the beginnings of tiers, the ends of bands and
    the volume that reaches the minimum, so the most is attained at one of them, or just before one
    where the fee jumps.

    Parameters
    ----------
    instance : LocationInstance
    site, size : int
    price : (T,)
        USD per order.

    Returns
    -------
    (T,) array or None
        USD, at least 0, as no orders cost nothing; None where the site has no contract.
    """
    contracts = instance.contracts
    if contracts is None or site not in contracts.site:
        return None
    tiers, every, least = _terms(instance, site)
    best = np.zeros(len(price))
    order = np.argsort(instance.handling_usd[site, size], kind="stable")
    usd = instance.handling_usd[site, size][order].tolist()
    for t, months in enumerate(contracts.months.tolist()):
        room = instance.capacity[site, size, order, t].tolist()
        whole = float(sum(room))
        for volume, fee in _corners(tiers, every, least, months, room):
            if volume > whole:
                continue
            cost, left = 0.0, volume
            for most, each in zip(room, usd, strict=True):
                part = min(left, most)
                cost, left = cost + part * each, left - part
            cost += months * max(fee - least, 0.0) - tiers[0][1] * volume
            best[t] = max(best[t], float(price[t]) * volume - cost)
    return best


def _corners(
    tiers: Sequence[Tier], all_units: bool, least: float, months: float, room: Sequence[float]
) -> list[tuple[float, float]]:
    """Return volumes of a period and the monthly fee there, on both sides of a jump."""
    ends = np.cumsum(room).tolist()
    found = []
    for number, (begins, fee) in enumerate(tiers):
        stops = tiers[number + 1][0] if number + 1 < len(tiers) else max(ends[-1] / months, begins)
        paid = begins * fee if all_units else month_fee(tiers, False, begins)
        inside = [begins, stops, *(end / months for end in ends if begins < end / months < stops)]
        if fee > 0 and begins < begins + (least - paid) / fee < stops:
            inside.append(begins + (least - paid) / fee)
        found += [(month * months, paid + fee * (month - begins)) for month in inside]
    return [*found, (ends[-1], month_fee(tiers, all_units, ends[-1] / months))]


def _terms(instance: LocationInstance, site: int) -> tuple[list[Tier], bool, float]:
    """Return tiers, whether they hold for all units, and the monthly minimum of a site."""
    contracts = instance.contracts
    assert contracts is not None
    row = contracts.site.tolist().index(site)
    pairs = zip(contracts.tier_from[row].tolist(), contracts.fee_usd[row].tolist(), strict=True)
    tiers = [(begins, fee) for begins, fee in pairs if np.isfinite(begins)]
    return tiers, bool(contracts.all_units[row]), float(contracts.minimum_usd_month[row])
