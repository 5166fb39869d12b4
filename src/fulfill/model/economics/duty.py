"""Duty and tax of one order, by the tariff rules of a day and by value base.

Courier entries pay one all-in rate on the courier value, VAT included. Formal entries pay duty and
a user fee on the customs value, and VAT on the sum where the country has one; the VAT is either
credited later (a float cost) or a cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fulfill.inputs.tariffs import Regime, courier_entry
from fulfill.model.economics.freight import FreightCost, Index, Names
from fulfill.model.economics.inventory import HoldingRates, holding_cost

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FormalEntry:
    """How a shipment is declared at formal entry.

    Attributes
    ----------
    entry_value_usd : float
        Value of one entry, over which its user fee is spread.
    insurance_rate : float
        Insurance as a share of the transfer value.
    """

    entry_value_usd: float
    insurance_rate: float


@dataclass(frozen=True)
class BorderTaxes:
    """What formal entry costs one order, USD, each (n_routes, n_products, n_periods).

    Attributes
    ----------
    duty
        Duty and user fee.
    import_vat
        Cost of import VAT: the VAT itself, or its float where it is credited.
    """

    duty: Array
    import_vat: Array


@dataclass(frozen=True)
class _Rate:
    """Duty rate, user fee as a share of the base, and the base ("cif" or "fob")."""

    rate: float
    fee_share: float
    base: str


def courier_tax(value: ArrayLike, rate: ArrayLike, fixed_usd: ArrayLike = 0.0) -> Array:
    """Return the tax of a courier parcel: all-in rate on its value and a fixed fee.

    Parameters
    ----------
    value : array_like
        Customs value, USD.
    rate : array_like
        Share of the value, VAT included.
    fixed_usd : array_like
        Fee per parcel, USD.

    Returns
    -------
    ndarray
        USD; the arguments broadcast.
    """
    tax: Array = np.asarray(rate, float) * np.asarray(value, float) + np.asarray(fixed_usd, float)
    return tax


def courier_taxes(
    regime: Regime, country: str, products: pd.DataFrame, value_base: str, vat_rate: float
) -> Array:
    """Return the courier tax of one parcel of each product.

    Parameters
    ----------
    regime : Regime
    country : str
        Where the parcels enter.
    products : DataFrame
        Columns price_usd, tariff_class.
    value_base : str
        See `fulfill.inputs.tariffs.courier_value`.
    vat_rate : float
        VAT of the country, a share.

    Returns
    -------
    ndarray, shape (n_products,)
        USD; infinite where courier entry is closed to the product.
    """
    taxes = []
    for tariff_class, price in zip(
        products["tariff_class"], products["price_usd"].astype(float).tolist(), strict=True
    ):
        entry = courier_entry(regime, country, tariff_class, price, value_base, vat_rate)
        if entry.rule is None:
            taxes.append(np.inf)
        else:
            taxes.append(float(courier_tax(entry.value, entry.rule.rate, entry.rule.fixed_usd)))
    return np.array(taxes)


def formal_duty(base: ArrayLike, rate: ArrayLike, fee_share: ArrayLike) -> Array:
    """Return duty and user fee of a formal entry.

    Parameters
    ----------
    base : array_like
        Customs value, CIF or FOB, USD.
    rate, fee_share : array_like
        Shares of the base.

    Returns
    -------
    ndarray
        USD; the arguments broadcast.
    """
    owed: Array = (np.asarray(rate, float) + np.asarray(fee_share, float)) * np.asarray(base, float)
    return owed


def import_vat(base: ArrayLike, duties: ArrayLike, vat_rate: float) -> Array:
    """Return VAT paid at the border, on the customs value and the duties.

    Parameters
    ----------
    base, duties : array_like
        USD; they broadcast.
    vat_rate : float
        Share of their sum.
    """
    vat: Array = vat_rate * (np.asarray(base, float) + np.asarray(duties, float))
    return vat


def formal_entry_taxes(
    regime: Regime,
    made_in: Names,
    enters: Names,
    freight: FreightCost,
    products: pd.DataFrame,
    countries: pd.DataFrame,
    entry: FormalEntry,
    holding: HoldingRates,
) -> BorderTaxes:
    """Return duty with fees, and the cost of import VAT, of each route.

    Goods made in the site's country pass no border. Goods of a nearshore plant enter the US free of
    duty for the share that meets the rules of origin and at the ordinary rate for the rest.

    Parameters
    ----------
    regime : Regime
    made_in, enters : (n_routes,)
        Country of the route's origin and of its site.
    freight : FreightCost
        Freight up to the border belongs to the customs value.
    products : DataFrame
        Columns tariff_class, transfer_value_usd, roo_share.
    countries : DataFrame
        Columns country, vat_rate, vat_credited.
    entry : FormalEntry
    holding : HoldingRates
    """
    transfer = products["transfer_value_usd"].to_numpy(float)
    cif = transfer[None, :, None] * (1.0 + entry.insurance_rate) + freight.to_border
    by_country = countries.set_index("country")
    duties, vat = np.zeros_like(cif), np.zeros_like(cif)
    for place in np.unique(enters):
        for source in np.unique(made_in[enters == place]):
            if source == place:
                continue
            rows: Index = np.flatnonzero((enters == place) & (made_in == source))
            group = "CN" if source == "CN" else "USMCA"
            duties[rows] = _duties(regime, (str(place), group), cif[rows], products, entry)
            # What cannot be entered has an infinite duty already, and owes no VAT.
            payable = np.where(np.isfinite(duties[rows]), duties[rows], 0.0)
            due = import_vat(cif[rows], payable, float(by_country["vat_rate"][place]))
            credited = bool(by_country["vat_credited"][place])
            # credited VAT costs only the interest until it is returned
            wait = holding_cost(holding.capital, due, holding.vat_credit_days)
            vat[rows] = wait if credited else due
    return BorderTaxes(duties, vat)


def _duties(
    regime: Regime, into_of: tuple[str, str], cif: Array, products: pd.DataFrame, entry: FormalEntry
) -> Array:
    """Return the duty of routes into one country from one origin group, shaped like `cif`."""
    country, group = into_of
    duties = np.empty_like(cif)
    columns = ("tariff_class", "transfer_value_usd", "roo_share")
    for k, (tariff_class, value, roo) in enumerate(
        zip(*(products[name] for name in columns), strict=True)
    ):
        share = float(roo) if group == "USMCA" else 0.0
        ordinary = _formal_rate(regime, (country, "formal", group, tariff_class, value), entry)
        # Looked up only where it counts: a tariff look-up is slow.
        preferential = (
            _formal_rate(regime, (country, "preferential", group, tariff_class, value), entry)
            if share
            else ordinary
        )
        duties[:, k] = sum(
            part * formal_duty(cif[:, k] if row.base == "cif" else value, row.rate, row.fee_share)
            for part, row in ((1.0 - share, ordinary), (share, preferential))
            if part > 0  # a part that is none has no rule to pay by
        )
    return duties


def _formal_rate(
    regime: Regime, goods: tuple[str, str, str, str, float], entry: FormalEntry
) -> _Rate:
    """Return what formal entry of goods pays; a missing preference is the ordinary rule.

    Without either the goods cannot be entered: the rate is infinite.
    """
    country, kind, group, tariff_class, value = goods
    rule = regime.find(country, kind, group, tariff_class, value)
    if rule is None:
        rule = regime.find(country, "formal", group, tariff_class, value)
    if rule is None:
        return _Rate(np.inf, 0.0, "cif")
    return _Rate(rule.rate, rule.fee_share(entry.entry_value_usd), rule.base)


def break_even_value_ratio(
    courier_rate: float,
    vat_rate: float,
    duty_rate: float,
    fee_rate: float,
    value_base: str = "net_price",
) -> float:
    """Return up to which value ratio formal entry pays less tax than courier entry.

    Import VAT is credited, freight outside both bases. Both sides hand VAT on the net price to the
    state: the courier inside its rate, the seller on the sale. With transfer value T, price C and
    ``ratio = T / (C / (1 + vat))`` the two are equal at::

        net_price      ratio = (courier - vat) / (duty + fee)
        all_in_price   ratio = [1 - (1 + vat) / (1 + courier)] / (duty + fee)
        price          ratio = [courier (1 + vat) - vat] / (duty + fee)

    Parameters
    ----------
    courier_rate, vat_rate, duty_rate, fee_rate : float
        Shares of their base.
    value_base : {"net_price", "all_in_price", "price"}
        What the courier value rests on.

    Returns
    -------
    float
        Infinite where formal entry pays neither duty nor fee.

    Raises
    ------
    ValueError
        For another value base.
    """
    duties = duty_rate + fee_rate
    if duties <= 0:
        return float("inf")
    if value_base == "net_price":
        return (courier_rate - vat_rate) / duties
    if value_base == "all_in_price":
        return (1.0 - (1.0 + vat_rate) / (1.0 + courier_rate)) / duties
    if value_base == "price":
        return (courier_rate * (1.0 + vat_rate) - vat_rate) / duties
    raise ValueError(f"`value_base` {value_base!r} is not one of net_price, all_in_price, price")
