"""Duty and tax of one order, by the tariff rules of a day and by value base.

Courier entries pay one all-in rate on the courier value, VAT included. Formal entries pay duty and
user fees on the customs value, and VAT on the sum where the country has one; the VAT is either
credited later (a float cost) or a cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fulfill.inputs.tariffs import Duty, Regime, courier_entry
from fulfill.model.economics.freight import FreightCost, Index, Names
from fulfill.model.economics.inventory import HoldingRates, holding_cost

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FormalEntry:
    """How a shipment is declared at formal entry.

    Attributes
    ----------
    entry_value_usd : float
        Value of one entry, over which its user fees are spread.
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
        Duty and user fees.
    import_vat
        Cost of import VAT: the VAT itself, or its float where it is credited.
    """

    duty: Array
    import_vat: Array


@dataclass(frozen=True)
class BorderPassage:
    """How the goods of each route come into the country of its site, each (n_routes,).

    Attributes
    ----------
    made_in, enters
        Country of the route's origin and of its site.
    group
        Tariff group of the origin.
    mode
        Transport mode of entry: sea, air or road.
    """

    made_in: Names
    group: Names
    enters: Names
    mode: Names


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
    regime: Regime,
    country: str,
    origin_group: str,
    products: pd.DataFrame,
    value_base: str,
    vat_rate: float,
) -> Array:
    """Return the courier tax of one parcel of each product.

    Parameters
    ----------
    regime : Regime
    country, origin_group : str
        Where the parcels enter, and where their goods come from.
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
        entry = courier_entry(
            regime, country, origin_group, tariff_class, price, value_base, vat_rate
        )
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
    passage: BorderPassage,
    freight: FreightCost,
    products: pd.DataFrame,
    countries: pd.DataFrame,
    entry: FormalEntry,
    holding: HoldingRates,
) -> BorderTaxes:
    """Return duty with fees, and the cost of import VAT, of each route.

    Goods made in the site's country pass no border. Where their origin's group has a preferential
    rule, goods enter by it for the share that meets the rules of origin, and by the ordinary rule
    for the rest.

    Parameters
    ----------
    regime : Regime
    passage : BorderPassage
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
    # a lane that is forbidden to a product has infinite freight already, and owes no tax on it
    carried = np.where(np.isfinite(freight.to_border), freight.to_border, 0.0)
    cif = transfer[None, :, None] * (1.0 + entry.insurance_rate) + carried
    by_country = countries.set_index("country")
    duties, vat = np.zeros_like(cif), np.zeros_like(cif)
    listed = pd.DataFrame({"to": passage.enters, "of": passage.group, "mode": passage.mode})
    abroad = listed[passage.enters != passage.made_in]
    crossing: Any = abroad.groupby(["to", "of", "mode"])
    for (to, of, mode), group in crossing:
        rows: Index = group.index.to_numpy()
        entering = _Entering(to, of, mode)
        duties[rows] = _duties(regime, entering, cif[rows], products, entry)
        # What cannot be entered has an infinite duty already, and owes no VAT.
        payable = np.where(np.isfinite(duties[rows]), duties[rows], 0.0)
        due = import_vat(cif[rows], payable, float(by_country["vat_rate"][to]))
        # credited VAT costs only the interest until it is returned
        wait = holding_cost(holding.capital, due, holding.vat_credit_days)
        vat[rows] = wait if bool(by_country["vat_credited"][to]) else due
    return BorderTaxes(duties, vat)


@dataclass(frozen=True)
class _Entering:
    """Goods of one origin group that enter one country by one transport mode."""

    country: str
    origin_group: str
    mode: str


def _duties(
    regime: Regime, entering: _Entering, cif: Array, products: pd.DataFrame, entry: FormalEntry
) -> Array:
    """Return the duty with fees of routes that enter alike, shaped like `cif`."""
    duties = np.empty_like(cif)
    columns = ("tariff_class", "transfer_value_usd", "roo_share")
    for k, (tariff_class, fob, roo) in enumerate(
        zip(*(products[name] for name in columns), strict=True)
    ):
        formal, preferential = (
            regime.find(entering.country, kind, entering.origin_group, tariff_class, fob)
            for kind in ("formal", "preferential")
        )
        share = float(roo) if preferential else 0.0
        duties[:, k] = sum(
            part
            * _owed(
                rule,
                {"cif": cif[:, k], "fob": np.asarray(fob)},
                entering.mode,
                entry.entry_value_usd,
            )
            for part, rule in ((1.0 - share, formal), (share, preferential))
            if part > 0  # a part that is none has no rule to pay by
        )
    return duties


def _owed(
    rule: Duty | None, values: Mapping[str, Array], mode: str, entry_value_usd: float
) -> Array:
    """Return duty and fees of goods of given CIF and FOB values; infinite without a rule."""
    if rule is None:  # the goods cannot be entered
        return np.full(values["cif"].shape, np.inf)
    owed = np.zeros(values["cif"].shape)
    for base, value in values.items():
        rate = rule.rate if base == rule.base else 0.0
        owed += formal_duty(value, rate, rule.fee_share(base, entry_value_usd, mode))
    return owed


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
