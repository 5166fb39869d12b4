"""Fees of contracts by monthly volume, in an instance: what an order costs depends on all orders.

An instance handles orders in bands at a price per order, that of a contract's first tier. A
contract adds to it, for a month with q orders, ``max(fee(q) - M, 0) - fee_1 q``: what the fee of
the tiers exceeds the monthly minimum M, which is a fixed cost of the site, less what the bands
have charged. A period of n months is n equal months.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fulfill.inputs.schema.contracts import ALL_UNITS, LEASE
from fulfill.inputs.site_rows import rows_by_site
from fulfill.model.arrays import Array, Index, Mask

if TYPE_CHECKING:
    from fulfill.model.instance import LocationInstance

ROUNDING = 1e-9
"""Share of a tier's first order by which rounding may miss it."""


@dataclass(frozen=True)
class ContractFees:
    """Fees of the sites with a contract; axes: contracts N, tiers J, periods T.

    Attributes
    ----------
    site : (N,)
        Index of the site.
    tier_from : (N, J)
        Orders a month from which a tier holds, ascending from 0; infinite after the last tier.
    fee_usd : (N, J)
        USD per order.
    all_units : (N,)
        Whether the fee of the tier reached holds for all orders of the month.
    minimum_usd_month : (N,)
        Least fee, USD a month; part of `LocationInstance.fixed_usd`.
    months : (T,)
        Length of the periods, times their probability in an instance of scenarios.
    bands : tuple of Array, or None
        Capacity and price of the bands, (I, M, B, T) and (I, M, B), where those of the instance
        are replaced by an envelope of the fees (`location.fee_envelope`).
    """

    site: Index
    tier_from: Array
    fee_usd: Array
    all_units: Mask
    minimum_usd_month: Array
    months: Array
    bands: tuple[Array, Array] | None = None

    def monthly_fee(self, orders: Array) -> Array:
        """Return the fee of the tiers for the orders of a month, without the minimum.

        Parameters
        ----------
        orders : (N, T)
            Orders a month.

        Returns
        -------
        ndarray, shape (N, T)
            USD a month.
        """
        q = orders[:, :, None]
        first = self.tier_from[:, None, :]
        last = np.concatenate([first[..., 1:], np.full_like(first[..., :1], np.inf)], axis=-1)
        inside = np.clip(q - np.where(np.isfinite(first), first, 0.0), 0.0, last - _finite(first))
        by_tier = np.where(np.isfinite(first), inside, 0.0) * self.fee_usd[:, None, :]
        whole = orders * np.take_along_axis(self.fee_usd, self.reached(orders), axis=1)
        return np.where(self.all_units[:, None], whole, by_tier.sum(axis=-1))

    def reached(self, orders: Array) -> Index:
        """Return the tier that the orders of a month reach.

        Parameters
        ----------
        orders : (N, T)
            Orders a month.

        Returns
        -------
        ndarray of int, shape (N, T)
        """
        inside = orders[:, :, None] * (1.0 + ROUNDING) >= self.tier_from[:, None, :]
        return np.asarray(inside.sum(axis=-1) - 1)

    def above_minimum(self, orders: Array) -> Array:
        """Return what the fee of each period exceeds the minimum.

        Parameters
        ----------
        orders : (N, T)
            Orders of the periods.

        Returns
        -------
        ndarray, shape (N, T)
            USD.
        """
        fee = self.monthly_fee(orders / self.months)
        return np.asarray(self.months * np.maximum(fee - self.minimum_usd_month[:, None], 0.0))

    def added_usd(self, orders: Array) -> Array:
        """Return what the contracts add to the price of the bands; negative for a discount.

        Parameters
        ----------
        orders : (I, T)
            Orders that leave each site.

        Returns
        -------
        ndarray, shape (I, T)
            USD; zero at sites without a contract.
        """
        added: Array = np.zeros_like(orders)
        here = orders[self.site]
        added[self.site] = self.above_minimum(here) - self.fee_usd[:, :1] * here
        return added

    def scaled(self, factor: float) -> ContractFees:
        """Return the fees in another unit of money.

        Parameters
        ----------
        factor : float
            Units per USD.
        """
        return replace(
            self,
            fee_usd=self.fee_usd * factor,
            minimum_usd_month=self.minimum_usd_month * factor,
        )


def _finite(first: Array) -> Array:
    return np.where(np.isfinite(first), first, 0.0)


def contract_fees(sites: pd.DataFrame, contracts: pd.DataFrame, days: Array) -> ContractFees | None:
    """Read the fees of the sites.

    Parameters
    ----------
    sites, contracts : DataFrame
        Tables of the network; a site without rows of its own has those of its ownership.
    days : (T,)
        Length of the periods.

    Returns
    -------
    ContractFees or None
        None where no site has a contract with a fee.
    """
    rows = rows_by_site(sites, contracts)
    rows = rows[rows["kind"] != LEASE].sort_values("tier_from", kind="stable")
    if rows.empty:
        return None
    number = pd.Index(sites["site_id"]).get_indexer(pd.Index(rows["site_id"]))
    site, row = np.unique(number, return_inverse=True)
    tier = rows.groupby("site_id", sort=False).cumcount().to_numpy()
    shape = len(site), int(tier.max()) + 1
    tier_from, fee = np.full(shape, np.inf), np.zeros(shape)
    tier_from[row, tier] = rows["tier_from"].to_numpy(float)
    fee[row, tier] = rows["fee_usd_order"].to_numpy(float)
    all_units, minimum = np.zeros(len(site), bool), np.zeros(len(site))
    all_units[row] = (rows["kind"] == ALL_UNITS).to_numpy()
    minimum[row] = rows["minimum_usd_month"].to_numpy(float)
    return ContractFees(site, tier_from, fee, all_units, minimum, days * 12.0 / days.sum())


def charged_bands(instance: LocationInstance) -> tuple[Array, Array]:
    """Return capacity and price of the bands, (I, M, B, T) and (I, M, B), without any envelope.

    Parameters
    ----------
    instance : LocationInstance
    """
    contracts = instance.contracts
    if contracts is None or contracts.bands is None:
        return instance.capacity, instance.handling_usd
    return contracts.bands


def contract_usd(instance: LocationInstance, orders: Array) -> Array:
    """Return what contracts add to the price of the bands, (I, T), USD; see `added_usd`.

    Parameters
    ----------
    instance : LocationInstance
    orders : (I, T)
        Orders that leave each site.
    """
    contracts = instance.contracts
    return np.zeros_like(orders) if contracts is None else contracts.added_usd(orders)
