"""Costs of a site: fixed by size, handling by throughput band, one-off costs annualised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.schema import SIZES
from fulfill.inputs.schema.contracts import LEASE
from fulfill.inputs.site_rows import rows_by_site
from fulfill.model.economics.backlog import PIECE, DelayPieces

Array = NDArray[np.float64]
BANDS = ("base", "overtime", "temporary")


@dataclass(frozen=True)
class Warehouses:
    """Costs and capacities of the sites by size.

    A size that is not offered has an infinite fixed cost. Where the delay of bands follows from the
    backlog of weekdays, each band is cut into the pieces of `backlog.DelayPieces`.

    Attributes
    ----------
    bands : tuple of str
        Names of the bands, or of their pieces: ``base``, ``base:2`` and so on.
    fixed_usd_year, opening_usd, storage_m3 : (n_sites, n_sizes)
        Rent, overhead and the minimum of a contract a year; one-off cost; room for stock.
    orders_day, handling_usd : (n_sites, n_sizes, n_bands)
        Capacity of a band and price per order in it, by contract that of the first tier.
    delay_days : (n_sites, n_bands)
        What an order in the band waits longer; in a piece, what one more order adds to all waits.
    storage_usd_m3_month : (n_sites,)
        Storage fee of a shared site.
    """

    bands: tuple[str, ...]
    fixed_usd_year: Array
    opening_usd: Array
    storage_m3: Array
    orders_day: Array
    handling_usd: Array
    delay_days: Array
    storage_usd_m3_month: Array


def capital_recovery(rate: float, years: float) -> float:
    """Return the yearly share of a one-off cost, the capital recovery factor.

    ``rate / (1 - (1 + rate)^-years)``: 0.277 at 12 % over 5 years.

    Parameters
    ----------
    rate : float
        Rate of money, a share a year.
    years : float
        Horizon over which the cost is spread.
    """
    return 1.0 / years if rate == 0 else rate / (1.0 - (1.0 + rate) ** -years)


def warehouses(
    sites: pd.DataFrame,
    site_sizes: pd.DataFrame,
    bands: pd.DataFrame,
    contracts: pd.DataFrame,
    *,
    pieces: DelayPieces | None = None,
) -> Warehouses:
    """Read sites, sizes, bands and contracts into arrays.

    Parameters
    ----------
    sites, site_sizes, bands, contracts : DataFrame
        Tables of the network; a site without rows of its own has those of its ownership.
    pieces : DelayPieces, optional
        Of every band, in place of `delay_days` of the table.
    """
    by_size = rows_by_site(sites, site_sizes).set_index(["site_id", "size"])
    by_band = rows_by_site(sites, bands).set_index(["site_id", "band"])

    def looked_up(rows: pd.DataFrame, names: tuple[str, ...], column: str) -> Array:
        asked = pd.MultiIndex.from_product([sites["site_id"], names])
        return rows[column].reindex(asked).to_numpy(float).reshape(len(sites), len(names))

    def sized(column: str) -> Array:
        return looked_up(by_size, SIZES, column)

    def banded(column: str) -> Array:
        return looked_up(by_band, BANDS, column)

    # a size without a row for this ownership is not offered
    offered = ~np.isnan(sized("orders_day"))
    rent = sites["rent_usd_m2_month"].to_numpy(float)[:, None]
    pick, least = _first_tiers(sites, contracts)
    fixed = 12.0 * (rent * sized("area_m2") + sized("fixed_usd_month") + least[:, None])
    labour = sites["labour_usd_hour"].to_numpy(float)[:, None] * sized("minutes_order") / 60.0
    base_price = labour + pick[:, None]
    share = np.ones(1) if pieces is None else pieces.share
    capacity, price = (
        np.repeat(np.nan_to_num(banded(name)), len(share), axis=1)
        for name in ("capacity_factor", "price_factor")
    )
    capacity = capacity * np.tile(share, len(BANDS))
    delay = np.nan_to_num(banded("delay_days"))
    if pieces is not None:
        delay = np.tile(pieces.delay_days, (len(sites), len(BANDS)))
    return Warehouses(
        bands=tuple(
            f"{band}{PIECE}{number}" if number > 1 else band
            for band in BANDS
            for number in range(1, len(share) + 1)
        ),
        fixed_usd_year=np.where(offered, fixed, np.inf),
        opening_usd=np.where(offered, sized("opening_usd"), np.inf),
        storage_m3=np.nan_to_num(sized("storage_m3")),
        orders_day=np.nan_to_num(sized("orders_day"))[:, :, None] * capacity[:, None, :],
        handling_usd=np.nan_to_num(base_price)[:, :, None] * price[:, None, :],
        delay_days=delay,
        storage_usd_m3_month=sites["storage_usd_m3_month"].to_numpy(float),
    )


def _first_tiers(sites: pd.DataFrame, contracts: pd.DataFrame) -> tuple[Array, Array]:
    """Return the fee for an order, by contract in its first tier, and the monthly minimum, USD."""
    rows = rows_by_site(sites, contracts)
    first = rows[(rows["kind"] != LEASE) & (rows["tier_from"] == 0)].set_index("site_id")
    names = pd.Index(sites["site_id"])
    fee = first["fee_usd_order"].reindex(names).to_numpy(float)
    least = first["minimum_usd_month"].reindex(names).fillna(0.0).to_numpy(float)
    return np.where(np.isnan(fee), sites["pick_usd_order"].to_numpy(float), fee), least


def storage_fee(stores: Warehouses, products: pd.DataFrame, level: Array, days: Array) -> Array:
    """Return the storage fee of cycle and pre-built stock.

    Parameters
    ----------
    stores : Warehouses
    products : DataFrame
        Column volume_m3.
    level : (n_products, n_periods, n_periods)
        See `inventory.StockByPeriod`.
    days : (n_periods,)

    Returns
    -------
    ndarray, shape (n_sites, n_products, n_periods)
        USD per dispatched order.
    """
    volume = products["volume_m3"].to_numpy(float)
    months = level @ (days * 12.0 / days.sum())
    return np.asarray(stores.storage_usd_m3_month[:, None, None] * (volume[:, None] * months)[None])
