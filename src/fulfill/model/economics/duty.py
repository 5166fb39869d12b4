"""Duty and tax of one order, by regime and value base.

Courier entries pay one all-in rate on the courier value, VAT included. Formal entries pay duty and
a user fee on the customs value, and VAT on the sum where the country has one; the VAT is either
credited later (a float cost) or a cost.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def courier_value(
    price: ArrayLike, value_base: str, vat_rate: float, courier_rate: ArrayLike
) -> Array:
    """Return the customs value of a courier parcel, USD.

    Parameters
    ----------
    price : array_like
        What the consumer pays.
    value_base : {"net_price", "all_in_price", "price"}
        The price without the country's VAT, without the all-in courier tax, or as it is.
    """
    price = np.asarray(price, float)
    if value_base == "net_price":
        return price / (1.0 + vat_rate)
    if value_base == "all_in_price":
        return price / (1.0 + np.asarray(courier_rate, float))
    if value_base == "price":
        return price
    raise ValueError(f"`value_base` {value_base!r} is not one of net_price, all_in_price, price")


def courier_tax(value: ArrayLike, rate: ArrayLike, fixed_usd: ArrayLike = 0.0) -> Array:
    """Return the tax of a courier parcel, USD: all-in rate on its value and a fixed fee."""
    tax: Array = np.asarray(rate, float) * np.asarray(value, float) + np.asarray(fixed_usd, float)
    return tax


def formal_duty(base: ArrayLike, rate: ArrayLike, fee_share: ArrayLike) -> Array:
    """Return duty and user fee of a formal entry, USD, on the customs value `base` (CIF or FOB)."""
    owed: Array = (np.asarray(rate, float) + np.asarray(fee_share, float)) * np.asarray(base, float)
    return owed


def import_vat(base: ArrayLike, duties: ArrayLike, vat_rate: float) -> Array:
    """Return VAT paid at the border, USD: on the customs value and the duties."""
    vat: Array = vat_rate * (np.asarray(base, float) + np.asarray(duties, float))
    return vat


def break_even_value_ratio(
    courier_rate: float,
    vat_rate: float,
    duty_rate: float,
    fee_rate: float,
    value_base: str = "net_price",
) -> float:
    """Return the largest transfer value over net price at which formal entry pays less tax than courier entry.

    Import VAT credited, freight outside both bases. With ``r = T / (C / (1 + v))``: ``r = (q - v) /
    (i + d)`` for the net price as courier value, ``r = [1 - (1 + v) / (1 + q)] / (i + d)`` for an
    all-in price, and ``r = [q (1 + v) - v] / (i + d)`` for the price itself. Both sides hand VAT on
    the net price to the state: the courier inside its rate, the seller on the sale.
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
