"""The price of an order by a carrier's rate card: zone of the card, weight break, surcharges.

With `w` and `v` the weight and volume of a product, `D` the divisor and `r` the rounding of the
card, an order is billed at the weight

    b = r * ceil(max(w, v / D) / r)

and costs, in the break (from, to] that contains `b`,

    p = max(minimum, base + usd_kg * max(b - included, 0)).

In period `t` every surcharge `s` that applies adds `(share_s p + usd_s + usd_kg_s b)` times the
share of the days of the period in its season. Shares are of the card's price alone, as carriers
bill them: no surcharge is charged on another one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.rate_cards import DECIMALS, RateCards, billable_kg
from fulfill.inputs.schema.rate_cards import ANY, OTHER_STATES

Array = NDArray[np.float64]
Names = NDArray[np.object_]
NO_CARD = ""
"""Card, zone and state of a delivery option whose price is in its own row."""


def by_card_zone(services: pd.DataFrame, cards: RateCards) -> pd.DataFrame:
    """Return the delivery options of services: one a row, or one a zone where a card prices it.

    A row with a card becomes one option for each zone of the card that it has prices for and that
    its distance band can meet, and for each state that has surcharges of its own besides the other
    states together.

    Parameters
    ----------
    services : DataFrame
        Rows of services.csv or mail_services.csv, with km_from and km_to.
    cards : RateCards

    Returns
    -------
    DataFrame
        With card_zone and card_state, `NO_CARD` in rows without a card. The own price of a row with
        a card is zero.
    """
    plain = services.assign(card_zone=NO_CARD, card_state=NO_CARD)
    carded = plain["card"] != NO_CARD
    if not carded.any():
        return plain
    near = cards.zones.groupby(["card", "country", "card_zone"], sort=False).agg(
        near_km=("km_from", "min"), far_km=("km_to", "max")
    )
    priced = cards.rates[["card", "service_id", "card_zone"]].drop_duplicates()
    states = _surcharge_states(cards)
    free = plain[carded].fillna({"base_usd": 0.0, "usd_kg": 0.0})
    met = (
        free.drop(columns=["card_zone", "card_state"])
        .merge(priced, on=["card", "service_id"])
        .merge(near.reset_index(), on=["card", "country", "card_zone"])
        .query("km_from < far_km and near_km < km_to")
        .merge(states, on=["card", "country"])
    )
    return pd.concat([plain[~carded], met[plain.columns]], ignore_index=True)


def _surcharge_states(cards: RateCards) -> pd.DataFrame:
    """Return card, country and card_state: states with surcharges of their own, and the others."""
    named = cards.surcharges.loc[cards.surcharges["to_state"] != ANY, ["card", "country"]].assign(
        card_state=cards.surcharges["to_state"]
    )
    others = cards.zones[["card", "country"]].assign(card_state=OTHER_STATES)
    return pd.concat([named, others]).drop_duplicates()


def destination_states(cards: RateCards, card: str, country: str, states: Names) -> Names:
    """Return the card_state of consumers' states, see `by_card_zone`; of the shape of `states`."""
    table = _surcharge_states(cards)
    here = (table["card"] == card) & (table["country"] == country)
    return np.where(np.isin(states, table.loc[here, "card_state"]), states, OTHER_STATES)


def lane_zones(
    cards: RateCards, card: str, country: str, from_state: Names, to_state: Names, km: Array
) -> Names:
    """Return the zone of a card between places.

    Parameters
    ----------
    cards : RateCards
    card, country : str
        The card, and the consumers' country.
    from_state, to_state, km : array
        State of the site (empty where unknown, and for mail from abroad), state of the consumer and
        distance by road; the three broadcast against each other.

    Returns
    -------
    ndarray
        Names of the zones, of the shape of all three together; empty where the card has none.
    """
    rows = cards.zones[(cards.zones["card"] == card) & (cards.zones["country"] == country)]
    bands = dict(list(rows.groupby(["from_state", "to_state"], sort=False)))
    number = {(str(start), str(goal)): place for place, (start, goal) in enumerate(bands)}
    # the last row is that of pairs without a band, the last column lies beyond the last band
    most = max((len(band) for band in bands.values()), default=0)
    ends = np.full((len(bands) + 1, most), np.inf)
    names = np.full((len(bands) + 1, most + 1), NO_CARD, object)
    for place, band in enumerate(bands.values()):
        ends[place, : len(band)] = band["km_to"]
        names[place, : len(band)] = band["card_zone"]
    starts, start_at = np.unique(from_state.astype(str), return_inverse=True)
    goals, goal_at = np.unique(to_state.astype(str), return_inverse=True)
    chosen = [[_most_specific(number, start, goal) for goal in goals] for start in starts]
    pair = np.array(chosen).reshape(len(starts), len(goals))[
        start_at.reshape(from_state.shape), goal_at.reshape(to_state.shape)
    ]
    return np.asarray(names[pair, (ends[pair] < km[..., None]).sum(axis=-1)], object)


def _most_specific(number: dict[tuple[str, str], int], start: str, goal: str) -> int:
    """Return the number of the bands between two states, -1 for none."""
    ranked = ((start, goal), (start, OTHER_STATES), (OTHER_STATES, goal), (OTHER_STATES,) * 2)
    return next((number[pair] for pair in ranked if pair in number), -1)


def card_prices(cards: RateCards, table: pd.DataFrame, weight_kg: Array, volume_m3: Array) -> Array:
    """Return the price of an order by the rate card of each delivery option.

    Parameters
    ----------
    cards : RateCards
    table : DataFrame
        Delivery options with card, service_id, card_zone, card_state, country, zone_class; the
        index is 0, 1, ...
    weight_kg, volume_m3 : (n_products,)

    Returns
    -------
    ndarray, shape (n_options, n_products, n_periods)
        USD per order; zero for an option without a card, infinite for a product above its last
        weight break.
    """
    usd = np.zeros((len(table), len(weight_kg), cards.season_share.shape[1]))
    charged: dict[tuple[str, ...], tuple[Array, Array, Array]] = {}
    priced = table[table["card"] != NO_CARD]
    rates = dict(list(cards.rates.groupby(["card", "service_id", "card_zone"], sort=False)))
    for key, options in priced.groupby(["card", "service_id", "card_zone"], sort=False):
        price, kg = _break_prices(rates[key], weight_kg, volume_m3)
        places = ["country", "zone_class", "card_state"]
        for place, rows in options.groupby(places, sort=False):
            where = tuple(map(str, (*key[:2], *place)))
            if where not in charged:
                charged[where] = _surcharge_rates(cards, *where)
            share, usd_order, usd_kg = charged[where]
            usd[rows.index] = price[:, None] * (1.0 + share) + usd_order + kg[:, None] * usd_kg
    return usd


def _break_prices(breaks: pd.DataFrame, weight_kg: Array, volume_m3: Array) -> tuple[Array, Array]:
    """Return price before surcharges, USD, and billable weight, kg, of each product."""
    divisor, step = (float(breaks[name].iloc[0]) for name in ("divisor_cm3_kg", "round_up_kg"))
    kg = billable_kg(weight_kg, volume_m3, divisor, step)
    ends = breaks["kg_to"].to_numpy(float)
    at = np.searchsorted(ends, np.round(kg, DECIMALS), side="left")
    carried, row = at < len(breaks), np.minimum(at, len(breaks) - 1)
    base, usd_kg, included, least = (
        breaks[name].to_numpy(float)[row]
        for name in ("base_usd", "usd_kg", "kg_included", "min_usd")
    )
    price = np.maximum(least, base + usd_kg * np.maximum(kg - included, 0.0))
    return np.where(carried, price, np.inf), kg


def _surcharge_rates(
    cards: RateCards, card: str, service: str, country: str, zone_class: str, state: str
) -> tuple[Array, Array, Array]:
    """Return the surcharges of a place by period: share of the price, USD, USD per kg."""
    rows = cards.surcharges
    applies = (
        (rows["card"] == card)
        & (rows["country"] == country)
        & rows["service_id"].isin([service, ANY])
        & rows["zone_class"].isin([zone_class, ANY])
        & rows["to_state"].isin([state, ANY])
    ).to_numpy()
    charged = cards.season_share[applies]
    share, usd_order, usd_kg = (
        rows.loc[applies, name].to_numpy(float) @ charged
        for name in ("share", "usd_order", "usd_kg")
    )
    return share, usd_order, usd_kg
