"""Contracts as bands: the largest convex cost below the fees of a site.

The cost of a month at a site, bands and contract together, is piecewise linear in its orders. A
monthly minimum and fees that rise leave it convex, and bands of ascending price are the same cost.
Fees that fall do not: the bands of the lower convex envelope then cost less than the contract
between two of its corners. Methods search and prove on the envelope, plans are priced by the
contract (`pricing.price`), and the difference is part of the gap.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.contracts import ContractFees
from fulfill.model.instance import LocationInstance


def with_fee_envelope(instance: LocationInstance) -> LocationInstance:
    """Return an instance whose bands are the envelope of the contracts.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    LocationInstance
        The same without contracts. No plan costs more at its bands than at those of the contract.
    """
    contracts = instance.contracts
    if contracts is None or contracts.bands is not None:
        return instance
    months = contracts.months
    hulls = {
        (int(site), size): _hull(
            *_corners(
                contracts,
                row,
                # bands of the largest period: in one with less of a band, an order costs no less
                (instance.capacity[site, size] / months).max(axis=1),
                instance.handling_usd[site, size],
            )
        )
        for row, site in enumerate(contracts.site)
        for size in range(len(instance.sizes))
    }
    n_bands = instance.capacity.shape[2]
    n_steps = max([n_bands, *(len(width) for width, _ in hulls.values())])
    more = n_steps - n_bands
    capacity = np.pad(instance.capacity, ((0, 0), (0, 0), (0, more), (0, 0)))
    price = np.pad(instance.handling_usd, ((0, 0), (0, 0), (0, more)), mode="edge")
    for (site, size), (width, slope) in hulls.items():
        # what disruptions leave of a period's capacity is filled in ascending order of price
        room = instance.capacity[site, size].sum(axis=0)
        filled = np.minimum(np.cumsum(width)[:, None] * months, room)
        capacity[site, size] = 0.0
        capacity[site, size, : len(width)] = np.diff(filled, axis=0, prepend=0.0)
        # rounding may not leave less room than the size has
        capacity[site, size, len(width) - 1] += room - filled[-1]
        price[site, size] = slope[-1]
        price[site, size, : len(slope)] = slope
    return replace(
        instance,
        bands=tuple(f"step {number + 1}" for number in range(n_steps)),
        capacity=capacity,
        handling_usd=price,
        contracts=replace(contracts, bands=(instance.capacity, instance.handling_usd)),
    )


def _corners(
    contracts: ContractFees, row: int, capacity: Array, price: Array
) -> tuple[Array, Array]:
    """Return the corners of the monthly cost of a contract, ascending orders and their USD.

    Where the fee jumps, as at a tier for all units, both sides are corners.

    Parameters
    ----------
    contracts : ContractFees
    row : int
        Of the contract.
    capacity, price : (B,)
        Orders a month and USD per order of the bands.
    """
    order = np.argsort(price, kind="stable")
    filled = np.concatenate([[0.0], np.cumsum(capacity[order])])
    banded = np.concatenate([[0.0], np.cumsum(capacity[order] * price[order])])
    tiers = np.flatnonzero(contracts.tier_from[row] <= filled[-1])
    first, fee = contracts.tier_from[row, tiers], contracts.fee_usd[row, tiers]
    least = float(contracts.minimum_usd_month[row])
    last = np.append(first[1:], filled[-1])
    paid = first * fee
    if not contracts.all_units[row]:
        paid = np.concatenate([[0.0], np.cumsum(np.diff(first) * fee[:-1])])
    points, costs = [], []
    for begins, ends, at_first, usd in zip(first, last, paid, fee, strict=True):
        inside = filled[(filled > begins) & (filled < ends)]
        reaches = begins + (least - at_first) / usd if usd > 0 else ends
        here = np.unique([begins, ends, *inside, np.clip(reaches, begins, ends)])
        above = np.maximum(at_first + usd * (here - begins) - least, 0.0)
        points.append(here)
        costs.append(np.interp(here, filled, banded) + above - contracts.fee_usd[row, 0] * here)
    return np.concatenate(points), np.concatenate(costs)


def _hull(points: Array, costs: Array) -> tuple[Array, Array]:
    """Return widths and slopes of the lower convex envelope of points, the slopes ascending.

    Parameters
    ----------
    points : (n,)
        Ascending from 0; of those at one place the cheapest counts.
    costs : (n,)
    """
    corner: list[tuple[float, float]] = []
    for point, cost in sorted(zip(points.tolist(), costs.tolist(), strict=True)):
        if corner and point == corner[-1][0]:
            continue  # dearer than the one before at the same place
        while len(corner) > 1 and _above(corner[-2], corner[-1], (point, cost)):
            corner.pop()
        corner.append((point, cost))
    if len(corner) < 2:  # a size without capacity
        return np.zeros(1), np.zeros(1)
    at, usd = np.array(corner).T
    return np.diff(at), np.diff(usd) / np.diff(at)


def _above(
    left: tuple[float, float], middle: tuple[float, float], right: tuple[float, float]
) -> bool:
    """Tell whether a point lies on or above the line between its neighbours."""
    rise = (right[1] - left[1]) * (middle[0] - left[0])
    return (middle[1] - left[1]) * (right[0] - left[0]) >= rise
