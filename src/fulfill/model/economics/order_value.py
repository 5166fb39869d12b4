"""What one order is worth by one way: revenue, cancellation, returns, payment loss, carrier, courier tax.

The goods of an order from a site are not in here: their landed cost is the inbound route's
(`inbound.py`). The goods of a mailed order are. Formula and letters: `landed.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.inputs.tariffs import Regime
from fulfill.model.economics import duty
from fulfill.model.economics.cancellation import Patience, conversion, expected_cancelled
from fulfill.model.economics.inbound import cheapest_goods
from fulfill.model.economics.last_mile import Ways
from fulfill.model.economics.returns import return_cost

Array = NDArray[np.float64]
COURIER_CHANNELS = ("direct_mail", "cross_border")
"""Channels in which the consumer's parcel passes customs: the price is all-in, the courier tax is paid out of it."""


@dataclass(frozen=True)
class OrderValue:
    """Costs (revenue negative) by part, and orders placed, dispatched (units) and delivered, all per potential order.

    Every array has shape (n_ways, n_products, n_periods).
    """

    parts: dict[str, Array]
    placed: Array
    units: Array
    delivered: Array


def lead_times(problem: Problem, ways: Ways, delay_days: float = 0.0) -> tuple[Array, Array]:
    """Return mean and 90th percentile of the lead time, each (n_ways, n_periods)."""
    calendar = problem.network["calendar"]
    mail = (ways.table["channel"] == "direct_mail").to_numpy()[:, None]
    late = delay_days + np.where(
        mail,
        calendar["mail_delay_days"].to_numpy(float),
        calendar["last_mile_delay_days"].to_numpy(float),
    )
    table = ways.table
    return table["days_mean"].to_numpy(float)[:, None] + late, table["days_p90"].to_numpy(float)[
        :, None
    ] + late


def value_orders(problem: Problem, ways: Ways, delay_days: float = 0.0) -> OrderValue:
    """Price every way with all lead times `delay_days` longer."""
    figures, calendar = problem.network.parameters, problem.network["calendar"]
    products = problem.network["products"]
    channel = ways.table["channel"].to_numpy()
    mail = (channel == "direct_mail")[:, None, None]
    placed, early, gone = _survival(problem, ways, delay_days)
    units, delivered = placed * (1.0 - early), placed * (1.0 - gone)
    net, tax = _net_and_tax(problem, ways, channel)
    source = np.where(
        mail, cheapest_goods(problem, "CN")[None, :, None], cheapest_goods(problem)[None, :, None]
    )
    goods = np.where(
        np.isfinite(source), source, 0.0
    )  # what is not made overseas is not mailed, so nothing to salvage
    reverse = np.where(mail, figures["reverse_usd_mail"], figures["reverse_usd_local"])
    salvage = np.where(mail, figures["return_salvage_mail"], figures["return_salvage_local"])
    psi = np.where(mail, figures["payment_loss_mail"], figures["payment_loss_local"])
    back = return_cost(
        products["return_rate"].to_numpy(float)[None, :, None], net, reverse, goods, salvage
    )
    carrier = ways.price(
        products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float)
    )[:, :, None]
    parts = {
        "revenue": -delivered * net,
        "payment_loss": delivered * psi * net,
        "returns": delivered * back,
        "cancellation": (units - delivered) * (reverse - salvage * goods),
        "goods": np.where(mail, units * source, 0.0),
        "mail_freight": np.where(
            mail, units * carrier * calendar["mail_factor"].to_numpy(float), 0.0
        ),
        "courier_tax": units * tax,
        "last_mile": np.where(
            mail, 0.0, units * carrier * calendar["last_mile_factor"].to_numpy(float)
        ),
    }
    shape = (len(ways), len(products), len(calendar))
    filled = {name: np.broadcast_to(value, shape) for name, value in parts.items()}
    return OrderValue(
        filled, *(np.broadcast_to(count, shape) for count in (placed, units, delivered))
    )


def _survival(problem: Problem, ways: Ways, delay_days: float) -> tuple[Array, Array, Array]:
    """Return orders placed, share cancelled by dispatch and by the door, (n_ways, n_products, n_periods) broadcast."""
    figures, products = problem.network.parameters, problem.network["products"]
    mail = (ways.table["channel"] == "direct_mail").to_numpy()[:, None, None]
    patience = Patience(*(figures[f"cancel_{name}"] for name in ("p0", "h0", "lambda", "gamma")))
    promise = np.where(
        mail,
        products["promise_mail_days"].to_numpy(float)[None, :, None],
        products["promise_local_days"].to_numpy(float)[None, :, None],
    )
    mean, p90 = (days[:, None, :] for days in lead_times(problem, ways, delay_days))
    gone = expected_cancelled(mean, p90, promise, patience)
    left = np.minimum(
        np.where(mail, figures["mail_dispatch_days"], figures["local_dispatch_days"]) + delay_days,
        mean,
    )
    early = np.minimum(expected_cancelled(left, left, promise, patience), gone)
    return (
        conversion(mean, figures["conversion_reference_days"], figures["conversion_eta"]),
        early,
        gone,
    )


def _net_and_tax(problem: Problem, ways: Ways, channel: NDArray[np.object_]) -> tuple[Array, Array]:
    """Return net revenue and courier tax of a delivered order, (n_ways, n_products, 1).

    A product whose value exceeds what courier entry admits gets an infinite tax: that way is closed
    to it.
    """
    network, regime = problem.network, problem.regime
    price = network["products"]["price_usd"].to_numpy(float)
    vat = network["countries"].set_index("country")["vat_rate"]
    courier = np.isin(channel, COURIER_CHANNELS)
    country = ways.table["country"].to_numpy()
    taxes = {}
    for place in np.unique(country[courier]):
        taxes[place] = [
            _courier_tax_of(
                regime, str(place), tariff_class, usd, network.value_base, float(vat[place])
            )
            for tariff_class, usd in zip(
                network["products"]["tariff_class"], price.tolist(), strict=True
            )
        ]
    none = np.zeros(len(price))
    tax = np.stack(
        [
            np.asarray(taxes[c]) if is_courier else none
            for c, is_courier in zip(country, courier, strict=True)
        ]
    )
    net = np.where(
        courier[:, None],
        price[None, :],
        price[None, :] / (1.0 + vat.reindex(country).to_numpy(float)[:, None]),
    )
    return net[:, :, None], tax[:, :, None]


def _courier_tax_of(
    regime: Regime, country: str, tariff_class: str, price: float, value_base: str, vat_rate: float
) -> float:
    """Return the tax of one Chinese parcel, USD.

    The value of an all-in price depends on the rate, and the rate on the band of the value: the
    price's own band gives the first rate, the value that follows from it the band that counts.
    """
    guess = price / (1.0 + vat_rate) if value_base == "net_price" else price
    rule = regime.find(country, "courier", "CN", tariff_class, guess)
    if rule is None:
        return float("inf")
    value = float(duty.courier_value(price, value_base, vat_rate, rule.rate))
    rule = regime.find(country, "courier", "CN", tariff_class, value) or rule
    return float(duty.courier_tax(value, rule.rate, rule.fixed_usd))
