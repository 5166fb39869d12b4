"""Independent cost of an order at every delivery option, by the formulas of docs/formulation.md.

A delivery option is a row of services.csv, the same row behind a border crossing or a ferry, a row
of mail_services.csv, or own vans in a country and zone class; a row with a rate card is one for
each zone of the card and each state with surcharges. Nothing of `model/economics` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import erfc

from fulfill.audit.lane_rates import order_usd, rated_options, row_of
from fulfill.audit.rate_cards import Cards
from fulfill.audit.tariff_rules import Rules
from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]

NORMAL = NormalDist()
QUANTILES = 32
"""Number of equally likely lead times over which the cancellation probability is averaged."""
OWN = "own-vans"
"""`service_id` of flows that are delivered by own vans."""


@dataclass(frozen=True)
class DeliveryOptions:
    """Delivery options of a network, one row each.

    Attributes
    ----------
    table : DataFrame
        channel, service_id, country, zone_class, km_from, km_to, base_usd, usd_kg, usd_100km,
        volumetric_kg_m3, days_mean, days_p90, ferry_id (empty for none), from_country, card,
        card_zone, card_state (all three empty without a rate card), rate_row: row of
        lane_rates.csv whose price holds, -1 for none.
    mail, courier : (n_options,)
        Whether an option is direct mail, and whether its parcels clear customs one by one.
    """

    table: pd.DataFrame
    mail: NDArray[np.bool_]
    courier: NDArray[np.bool_]

    def column(self, name: str) -> Array:
        """Return a numeric column of the table, (n_options, 1, 1)."""
        return self.table[name].to_numpy(float)[:, None, None]


@dataclass(frozen=True)
class OptionOrders:
    """Outcome of one potential order; every array has shape (n_options, n_products, n_periods).

    Attributes
    ----------
    placed, dispatched, delivered : Array
        Orders per potential order.
    parts : dict of str to Array
        USD per potential order by part, without the part of the price that depends on distance.
    """

    placed: Array
    dispatched: Array
    delivered: Array
    parts: dict[str, Array]


def delivery_options(problem: Problem) -> DeliveryOptions:
    """List the delivery options of a problem's channels.

    Parameters
    ----------
    problem : Problem
        Its tables of services and its channels are used.

    Returns
    -------
    DeliveryOptions
        Options of closed channels are left out.
    """
    network, channels = problem.network, set(problem.channels)
    open_to = {
        "local": bool(channels & {"local", "nearshore"}),
        "cross_border": "cross_border" in channels,
        "direct_mail": "direct_mail" in channels,
        "nearshore": "nearshore" in channels,
    }
    cards = Cards.of(problem)
    services = _with_card_zones(
        network["services"].assign(volumetric_kg_m3=0.0, from_country=""), cards
    )
    later, fee = (
        network.parameters["cross_border_days"],
        network.parameters["cross_border_fee_usd"],
    )
    across = services.assign(
        channel="cross_border",
        base_usd=services["base_usd"] + fee,
        days_mean=services["days_mean"] + later,
        days_p90=services["days_p90"] + later,
    )
    mail = network["mail_services"].assign(
        channel="direct_mail", km_from=0.0, km_to=np.inf, usd_100km=0.0
    )
    vans = _vans(network["services"]).assign(volumetric_kg_m3=0.0, from_country="")
    parts = [services.assign(channel="local"), across, _with_card_zones(mail, cards), vans]
    shipped = pd.concat(parts[:2]).merge(
        network["ferries"][["country", "ferry_id", "hours", "usd_order"]], on="country"
    )
    for name in ("days_mean", "days_p90"):
        shipped[name] += shipped["hours"] / 24.0
    shipped["base_usd"] += shipped["usd_order"]
    parts.append(shipped.drop(columns=["hours", "usd_order"]))
    parts = [part.assign(rate_row=-1) for part in parts]
    if len(network["lane_rates"]):
        parts.append(rated_options(problem))
    table = pd.concat(parts, ignore_index=True)
    table = table.fillna({"ferry_id": ""})
    table = table[table["channel"].map(open_to)].reset_index(drop=True)
    channel = table["channel"].to_numpy()
    return DeliveryOptions(
        table, channel == "direct_mail", np.isin(channel, ("direct_mail", "cross_border"))
    )


def _with_card_zones(services: pd.DataFrame, cards: Cards) -> pd.DataFrame:
    """Return a row for each option of the services, see `DeliveryOptions`."""
    rows: list[dict[Any, Any]] = []
    for row in services.to_dict("records"):
        if row["card"] == "":
            rows.append({**row, "card_zone": "", "card_state": ""})
            continue
        where = (row["card"], row["service_id"], row["country"], row["km_from"], row["km_to"])
        rows += [
            {**row, "card_zone": zone, "card_state": state, "base_usd": 0.0, "usd_kg": 0.0}
            for zone in cards.zones_met(*where)
            for state in cards.states(row["card"], row["country"])
        ]
    return pd.DataFrame(rows, columns=[*services.columns, "card_zone", "card_state"])


def _vans(services: pd.DataFrame) -> pd.DataFrame:
    """Return the options of own vans: as fast as the cheapest service of the nearest band.

    Prices by rate card are not compared: they count as dearer than any other.
    """
    near = services[services["km_from"] == 0].fillna({"base_usd": np.inf})
    row = near.groupby(["country", "zone_class"])["base_usd"].idxmin().to_numpy()
    return services.loc[row].assign(
        channel="local", service_id=OWN, km_to=np.inf, base_usd=0.0, usd_kg=0.0, usd_100km=0.0,
        card="", card_zone="", card_state="",
    )  # fmt: skip


def lead_days(
    problem: Problem, options: DeliveryOptions, later: float = 0.0
) -> tuple[Array, Array]:
    """Return the distribution parameters of the lead time by delivery option.

    Parameters
    ----------
    problem : Problem
        Its calendar adds the delays of peak periods.
    options : DeliveryOptions
        Of the problem.
    later : float, optional
        Days added to every lead time.

    Returns
    -------
    mean, p90 : (n_options, 1, n_periods) array
        Mean and 90th percentile, days.
    """
    calendar = problem.network["calendar"]
    delay = np.where(
        options.mail[:, None, None],
        calendar["mail_delay_days"].to_numpy(float),
        calendar["last_mile_delay_days"].to_numpy(float),
    )
    return (
        options.column("days_mean") + delay + later,
        options.column("days_p90") + delay + later,
    )


def _law(mean: Array, p90: Array) -> tuple[Array, Array]:
    """Return mu and sigma of a lognormal distribution from its mean and 90th percentile.

    They solve ``z90 sigma - sigma^2 / 2 = ln(p90 / mean)``; of the two roots the smaller sigma is
    taken. A p90 below the mean is treated as a fixed time. The left side has a maximum: a larger
    ratio than any lognormal distribution can have is replaced by the largest possible one.
    """
    z90 = NORMAL.inv_cdf(0.9)
    log_ratio = np.minimum(np.maximum(np.log(p90 / mean), 0.0), z90**2 / 2)
    sigma = z90 - np.sqrt(np.maximum(z90**2 - 2 * log_ratio, 0.0))
    return np.log(mean) - sigma**2 / 2, sigma


def in_time(mean: Array, p90: Array, days: float) -> Array:
    """Return the probability ``P(L <= days)`` of a lognormal lead time.

    Parameters
    ----------
    mean, p90 : array
        Mean and 90th percentile of the lead time, days; of equal shape.
    days : float
        Promised days.

    Returns
    -------
    array
        Probability, of the shape of `mean`.
    """
    mu, sigma = _law(mean, p90)
    sure = sigma < 1e-12
    z = (np.log(days) - mu) / np.where(sure, 1.0, sigma)
    return np.asarray(np.where(sure, mu <= np.log(days), erfc(-z / np.sqrt(2)) / 2), float)


def cancelled(problem: Problem, days: Array, promise: Array) -> Array:
    """Return the share of orders that is cancelled before a given lead time has passed.

    Parameters
    ----------
    problem : Problem
        Its parameters ``cancel_*`` are used.
    days : array
        Lead time, days.
    promise : array
        Promised lead time, days; the hazard rises after it. Broadcast against `days`.

    Returns
    -------
    array
        Share between 0 and 1.
    """
    figures = problem.network.parameters
    on_time, late = np.minimum(days, promise), np.maximum(days - promise, 0.0)
    hazard = (
        figures["cancel_h0"] * on_time + figures["cancel_lambda"] * late ** figures["cancel_gamma"]
    )
    return np.asarray(1.0 - (1.0 - figures["cancel_p0"]) * np.exp(-hazard))


def option_orders(problem: Problem, options: DeliveryOptions, later: float = 0.0) -> OptionOrders:
    """Compute conversion, cancellation and cost of a potential order by delivery option.

    Parameters
    ----------
    problem : Problem
        Its parameters, products and calendar are used.
    options : DeliveryOptions
        Of the problem.
    later : float, optional
        Days added to every lead time, to measure the cost of delay.

    Returns
    -------
    OptionOrders
        Arrays of shape (n_options, n_products, n_periods).
    """
    figures, products = problem.network.parameters, problem.network["products"]
    mail = options.mail[:, None, None]
    promise = np.where(
        mail,
        _by_product(products, "promise_mail_days"),
        _by_product(products, "promise_local_days"),
    )
    mean, p90 = lead_days(problem, options, later)
    mu, sigma = _law(mean, p90)
    nodes = [NORMAL.inv_cdf((q + 0.5) / QUANTILES) for q in range(QUANTILES)]
    by_option = sum(cancelled(problem, np.exp(mu + sigma * z), promise) for z in nodes) / QUANTILES
    gone = np.asarray(by_option)
    left = np.where(mail, figures["mail_dispatch_days"], figures["local_dispatch_days"]) + later
    # Orders cancelled before dispatch cost nothing but the sale; later ones also come back.
    early = np.minimum(cancelled(problem, np.minimum(left, mean), promise), gone)
    placed = np.exp(
        -figures["conversion_eta"] * (mean - figures["conversion_reference_days"])
    ) * np.ones_like(gone)
    dispatched, delivered = placed * (1.0 - early), placed * (1.0 - gone)
    parts = _option_costs(problem, options, dispatched, delivered)
    return OptionOrders(placed, dispatched, delivered, parts)


def _by_product(products: pd.DataFrame, name: str) -> Array:
    """Return a column of products.csv, (1, n_products, 1)."""
    return products[name].to_numpy(float)[None, :, None]


def _option_costs(
    problem: Problem, options: DeliveryOptions, dispatched: Array, delivered: Array
) -> dict[str, Array]:
    """Return USD per potential order by part; revenue is negative."""
    network = problem.network
    figures, products, calendar = network.parameters, network["products"], network["calendar"]
    mail = options.mail[:, None, None]

    def split(name: str) -> Array:
        return np.where(mail, figures[f"{name}_mail"], figures[f"{name}_local"])

    vat = options.table["country"].map(network["countries"].set_index("country")["vat_rate"])
    price = _by_product(products, "price_usd")
    net = np.where(
        options.courier[:, None, None], price, price / (1.0 + vat.to_numpy(float)[:, None, None])
    )
    goods = np.where(mail, _mailed_goods(problem, options), lowest_goods(problem))
    fetched = split("return_salvage") * np.where(np.isfinite(goods), goods, 0.0)
    weight, volume = _by_product(products, "weight_kg"), _by_product(products, "volume_m3")
    charged = np.where(
        mail,
        np.maximum(weight, volume * options.column("volumetric_kg_m3")),
        np.maximum(weight - 1.0, 0.0),
    )
    carrier = options.column("base_usd") + options.column("usd_kg") * charged
    carrier = _at_lane_rates(problem, options, carrier)
    on_card = _card_prices(problem, options)
    mail_price = carrier * calendar["mail_factor"].to_numpy(float) + on_card
    delivery_price = carrier * calendar["last_mile_factor"].to_numpy(float) + on_card
    back = net + split("reverse_usd") - fetched
    return {
        "revenue": -delivered * net,
        "payment_loss": split("payment_loss") * delivered * net,
        "returns": _by_product(products, "return_rate") * delivered * back,
        "cancellation": (dispatched - delivered) * (split("reverse_usd") - fetched),
        "goods": np.where(mail, dispatched * goods, 0.0),
        "mail_freight": np.where(mail, dispatched * mail_price, 0.0),
        "courier_tax": dispatched * _courier_taxes(problem, options)[:, :, None],
        "last_mile": np.where(mail, 0.0, dispatched * delivery_price),
    }


def _at_lane_rates(problem: Problem, options: DeliveryOptions, carrier: Array) -> Array:
    """Return prices with those of lane_rates.csv, (n_options, n_products, 1).

    Infinite for a product that a row is not for.
    """
    carrier = np.array(carrier)
    rated = np.flatnonzero(options.table["rate_row"] >= 0)
    row = options.table["rate_row"].to_numpy(np.int64)[rated]
    ends = problem.network["lane_rates"].iloc[row]
    start, goal, mode = (ends[name].to_numpy(object) for name in ("from_id", "to_id", "mode"))
    for k in range(len(problem.products)):
        product = np.full(len(row), k)
        usd = order_usd(problem, row, product)
        holds = row_of(problem, start, goal, product, mode) == row
        carrier[rated, k, 0] = np.where(holds, usd, np.inf)
    return carrier


def _card_prices(problem: Problem, options: DeliveryOptions) -> Array:
    """Return the price of an order by rate card, USD, zero for options without one.

    The shape is (n_options, n_products, n_periods).
    """
    cards, products = Cards.of(problem), problem.network["products"]
    parcels = list(zip(products["weight_kg"], products["volume_m3"], strict=True))
    usd = np.zeros((len(options.table), len(parcels), len(problem.periods)))
    for row, option in enumerate(options.table.to_dict("records")):
        if option["card"] != "":
            usd[row] = cards.prices(option, parcels)
    return usd


def lowest_goods(problem: Problem, origins: pd.DataFrame | None = None) -> Array:
    """Return the lowest goods cost of each product.

    Parameters
    ----------
    problem : Problem
        Its tables of origins and goods costs are used.
    origins : DataFrame, optional
        Rows of origins.csv that count; by default all.

    Returns
    -------
    (1, n_products, 1) array
        USD; infinite for a product without such an origin.
    """
    network = problem.network
    among = network["origins"] if origins is None else origins
    table = network["goods_costs"]
    table = table[table["origin_id"].isin(among["origin_id"])]
    least = table.groupby("product_id")["goods_usd"].min().reindex(problem.products)
    return least.fillna(np.inf).to_numpy(float)[None, :, None]


def _senders(problem: Problem, from_country: str) -> pd.DataFrame:
    """Return the origins that send parcels by a mail service; an empty country is any."""
    origins = problem.network["origins"]
    sends = origins[origins["direct_mail"] == "yes"]
    return sends[sends["country"] == from_country] if from_country else sends


def _mailed_goods(problem: Problem, options: DeliveryOptions) -> Array:
    """Return the goods cost of a mailed order, (n_options, n_products, 1), USD."""
    by_country = {
        country: lowest_goods(problem, _senders(problem, country))[0]
        for country in options.table["from_country"].unique()
    }
    return np.stack([by_country[country] for country in options.table["from_country"]])


def _courier_taxes(problem: Problem, options: DeliveryOptions) -> Array:
    """Return the tax of a parcel by option and product, USD; zero where none is due.

    Which origin the goods of a cross-border parcel have is unknown: the dearest tax is taken.
    """
    network, rules = problem.network, Rules.of(problem)
    vat = network["countries"].set_index("country")["vat_rate"]
    products = list(
        zip(network["products"]["tariff_class"], network["products"]["price_usd"], strict=True)
    )
    stock = network["origins"]
    if (stock["kind"] == "overseas").any():
        stock = stock[stock["kind"] == "overseas"]
    due = np.zeros((len(options.table), len(products)))
    cases: Any = options.table[options.courier].groupby(["channel", "country", "from_country"])
    for (channel, place, start), rows in cases:
        senders = _senders(problem, start) if channel == "direct_mail" else stock
        base, vat_rate = network.value_base, float(vat[place])
        taxes = [
            [courier_tax(rules, (place, group), base, vat_rate, *item) for item in products]
            for group in senders["origin_group"].unique()
        ]
        due[rows.index] = np.max(taxes, axis=0) if taxes else np.inf
    return due


def courier_tax(
    rules: Rules,
    entering: tuple[str, str],
    value_base: str,
    vat_rate: float,
    tariff_class: str,
    price: float,
) -> float:
    """Return the tax of courier entry, ``rate V + fee``.

    If the price includes the tax, its value `V` is found with the rate of the price's own value
    band; the band of `V` then determines the tax. A value that falls between two bands is not
    admitted.

    Parameters
    ----------
    rules : Rules
        Tariff rules in force.
    entering : tuple of str
        Destination, and tariff group of the origin of the goods.
    value_base : {'price', 'net_price', 'all_in_price'}
        What the customs value is derived from.
    vat_rate : float
        Of the destination, a share.
    tariff_class : str
        Of the product.
    price : float
        Consumer price, USD.

    Returns
    -------
    float
        USD per parcel; infinite where courier entry does not admit the parcel.
    """
    country, group = entering
    first = price / (1.0 + vat_rate) if value_base == "net_price" else price
    rule = rules.find(country, "courier", group, tariff_class, first)
    if rule is None:
        return np.inf
    value = price / (1.0 + rule.rate) if value_base == "all_in_price" else first
    rule = rules.find(country, "courier", group, tariff_class, value)
    return np.inf if rule is None else rule.rate * value + rule.fixed_usd
