"""The value of an order by each delivery option, and what a day of delay costs.

Revenue, cancellation, returns, payment loss, carrier and courier tax. The goods of an order from a
site are not in here: their landed cost is the inbound route's (`inbound.py`). The goods of a mailed
order are. Formula and letters: `landed.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.origins import mail_group, parcel_groups
from fulfill.inputs.tariffs import Regime
from fulfill.model.economics.cancellation import Survival
from fulfill.model.economics.duty import courier_taxes
from fulfill.model.economics.freight import Names
from fulfill.model.economics.inbound import GoodsCost
from fulfill.model.economics.last_mile import NO_FERRY, DeliveryOptions
from fulfill.model.economics.returns import return_cost

Array = NDArray[np.float64]
COURIER_CHANNELS = ("direct_mail", "cross_border")
"""Channels in which the consumer's parcel passes customs.

Their price is all-in: the courier tax is paid out of it."""


@dataclass(frozen=True)
class ChannelTerms:
    """What differs between orders by mail and orders from a site.

    Attributes
    ----------
    dispatch_days : float
        Days from the order to its dispatch.
    payment_loss : float
        Share of net revenue that is not paid.
    reverse_usd : float
        Cost of taking an order back.
    salvage_share : float
        Share of the goods' cost that is saved when an order comes back.
    """

    dispatch_days: float
    payment_loss: float
    reverse_usd: float
    salvage_share: float


@dataclass(frozen=True)
class OrderRevenue:
    """What a delivered order brings, USD, each (n_options, n_products).

    Attributes
    ----------
    net
        Price without VAT from local stock, the whole price where the courier tax is paid out of it.
    courier_tax
        Infinite where courier entry is closed to the product.
    """

    net: Array
    courier_tax: Array


@dataclass(frozen=True)
class OrderValue:
    """Costs (revenue negative) of one potential order by delivery option.

    Attributes
    ----------
    parts : dict of (n_options, n_products, n_periods)
        USD per potential order.
    """

    parts: dict[str, Array]

    @property
    def total(self) -> Array:
        """Return the sum of the parts, USD, (n_options, n_products, n_periods)."""
        return np.asarray(sum(self.parts.values()))


def net_of_vat(price: Array, countries: pd.DataFrame, country: Names) -> Array:
    """Return prices without the VAT of each place's country.

    Parameters
    ----------
    price : (n_products,)
        USD.
    countries : DataFrame
        Columns country, vat_rate.
    country : (n_places,)

    Returns
    -------
    ndarray, shape (n_places, n_products)
        USD.
    """
    vat = countries.set_index("country")["vat_rate"].reindex(country).to_numpy(float)
    return np.asarray(price[None, :] / (1.0 + vat[:, None]))


def order_revenue(
    delivery_options: DeliveryOptions,
    products: pd.DataFrame,
    countries: pd.DataFrame,
    origins: pd.DataFrame,
    regime: Regime,
    value_base: str,
) -> OrderRevenue:
    """Return net revenue and courier tax of a delivered order.

    A mailed parcel pays the tax of the tariff group of its service's origins. A cross-border parcel
    may hold goods of any group in the stock of its site, and is priced at the dearest of them.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    products : DataFrame
        Columns price_usd, tariff_class.
    countries : DataFrame
        Columns country, vat_rate.
    origins : DataFrame
        As of `fulfill.inputs.origins.with_whole_origins`.
    regime : Regime
    value_base : str
        What the customs value of a parcel rests on, see `fulfill.inputs.tariffs.courier_value`.
    """
    price = products["price_usd"].to_numpy(float)
    vat = countries.set_index("country")["vat_rate"]
    columns = ("channel", "country", "from_country")
    channel, country, start = (delivery_options.table[name].to_numpy() for name in columns)
    by_courier = np.isin(channel, COURIER_CHANNELS)
    tax = np.zeros((len(delivery_options), len(price)))
    entries = zip(channel[by_courier], country[by_courier], start[by_courier], strict=True)
    for kind, place, where in sorted(set(entries)):
        mailed = kind == "direct_mail"
        by_group = [
            courier_taxes(regime, place, group, products, value_base, float(vat[place]))
            for group in ([mail_group(origins, where)] if mailed else parcel_groups(origins))
        ]
        tax[(channel == kind) & (country == place) & (start == where)] = np.max(by_group, axis=0)
    net = np.where(by_courier[:, None], price[None, :], net_of_vat(price, countries, country))
    return OrderRevenue(net, tax)


def goods_by_option(
    delivery_options: DeliveryOptions, goods: GoodsCost, origins: pd.DataFrame
) -> Array:
    """Return what the goods of an order cost at their origin, (n_options, n_products), USD.

    By mail the cheapest origin from which the service collects, from a plant that ships straight
    its own, from a site the cheapest of all.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    goods : GoodsCost
    origins : DataFrame
        In the order of the axis of `goods`.
    """
    cost = np.tile(goods.cheapest, (len(delivery_options), 1))
    channel, start = (delivery_options.table[name] for name in ("channel", "from_country"))
    mailed = (channel == "direct_mail").to_numpy(bool)
    for where in start[mailed].unique():
        cost[mailed & (start == where).to_numpy(bool)] = goods.mailed(origins, where)
    plant = delivery_options.table["origin"].to_numpy(np.int64)
    cost[plant >= 0] = goods.by_origin[plant[plant >= 0]]
    return cost


def order_value(
    delivery_options: DeliveryOptions,
    survival: Survival,
    revenue: OrderRevenue,
    option_goods: Array,
    products: pd.DataFrame,
    calendar: pd.DataFrame,
    by_mail: ChannelTerms,
    from_site: ChannelTerms,
) -> OrderValue:
    """Return the cost of a potential order by each delivery option, revenue negative.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    survival : Survival
    revenue : OrderRevenue
    option_goods : (n_options, n_products)
        See `goods_by_option`.
    products : DataFrame
        Columns return_rate, weight_kg, volume_m3.
    calendar : DataFrame
        Columns mail_factor, last_mile_factor.
    by_mail, from_site : ChannelTerms
    """
    mail = (delivery_options.table["channel"] == "direct_mail").to_numpy()[:, None, None]
    source = option_goods[:, :, None]
    shipped = mail | (delivery_options.table["origin"] >= 0).to_numpy()[:, None, None]
    # What is not made where the service collects is not mailed: there is nothing to save from it.
    returned_goods = np.where(np.isfinite(source), source, 0.0)
    net, tax = revenue.net[:, :, None], revenue.courier_tax[:, :, None]
    reverse = np.where(mail, by_mail.reverse_usd, from_site.reverse_usd)
    salvage = np.where(mail, by_mail.salvage_share, from_site.salvage_share)
    unpaid = np.where(mail, by_mail.payment_loss, from_site.payment_loss)
    back = return_cost(
        products["return_rate"].to_numpy(float)[None, :, None],
        net,
        reverse,
        returned_goods,
        salvage,
    )
    parcel = (products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float))
    carrier = delivery_options.price(*parcel)[:, :, None]
    units, delivered = survival.units, survival.delivered
    by_card = units * delivery_options.card_price(*parcel)
    mail_factor = calendar["mail_factor"].to_numpy(float)
    last_mile_factor = calendar["last_mile_factor"].to_numpy(float)
    parts = {
        "revenue": -delivered * net,
        "payment_loss": delivered * unpaid * net,
        "returns": delivered * back,
        "cancellation": (units - delivered) * (reverse - salvage * returned_goods),
        "goods": np.where(shipped, units * source, 0.0),
        "mail_freight": np.where(mail, units * carrier * mail_factor + by_card, 0.0),
        "courier_tax": units * tax,
        "last_mile": np.where(mail, 0.0, units * carrier * last_mile_factor + by_card),
    }
    return OrderValue({name: np.broadcast_to(value, units.shape) for name, value in parts.items()})


def cost_of_a_day(
    delivery_options: DeliveryOptions,
    today: tuple[OrderValue, Survival],
    a_day_later: tuple[OrderValue, Survival],
    goods: GoodsCost,
    orders: Array,
    countries: tuple[str, ...],
) -> Array:
    """Return what one more day of lead time costs an order from a site, by country.

    The slope of the value of an order, goods included, in its lead time: cancelled and unplaced
    orders at their margin. It is the mean over products by their orders, and the median over the
    local options of the country, ferries left out. A country without these counts those across its
    border, the only ones that its sites can use.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    today, a_day_later : (OrderValue, Survival)
        At the lead times of `delivery_options`, and with each of them one day longer.
    goods : GoodsCost
    orders : (n_zones, n_products, n_periods)
        Potential orders a year.
    countries : tuple of str

    Returns
    -------
    ndarray, shape (n_countries,)
        USD per order and day; zero where there is no delivery option, so that nothing can be late.
    """
    (value, survival), (later, later_survival) = today, a_day_later
    share = orders.sum(axis=(0, 2)) / orders.sum()
    # Infinity less infinity: the option does not carry the product, so a delay costs nothing there.
    with np.errstate(invalid="ignore"):
        loss = later.total - value.total
        loss = loss + (later_survival.units - survival.units) * goods.cheapest[None, :, None]
    by_product = loss.mean(axis=2)
    per_order = np.maximum(np.where(np.isfinite(by_product), by_product, 0.0) @ share, 0.0)
    place, channel = (delivery_options.table[name].to_numpy() for name in ("country", "channel"))
    # A day costs the same whether a site has own vans, a ferry, or a lane with a rate of its own.
    usual_way = ~delivery_options.own & (delivery_options.table["ferry"] == NO_FERRY).to_numpy()
    if (usual_way & ~delivery_options.rated).any():
        usual_way &= ~delivery_options.rated
    local, across = (channel == "local") & usual_way, (channel == "cross_border") & usual_way
    usual = []
    for country in countries:
        own = per_order[local & (place == country)]
        used = own if len(own) else per_order[across & (place != country)]
        usual.append(float(np.median(used)) if len(used) else 0.0)
    return np.array(usual)
