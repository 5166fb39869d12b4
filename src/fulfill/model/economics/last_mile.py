"""Delivery options: last-mile services from a site, the same across the border, direct mail.

A *delivery option* (`option` in the code) is one row of services.csv, such a row used across the
border or over a ferry, or one row of mail_services.csv. The cost of delivering an order depends on
option, product and period; only the price by distance and the emissions depend on the lane. So
costs are kept by option (a few hundred rows), not by zone and site. A row that a carrier's rate
card prices is one option for each zone of the card (`rate_cards.py`). Own vans are one option for
each country and zone class; their whole price is in the lanes, from own_delivery.csv.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.origins import can_mail
from fulfill.inputs.rate_cards import RateCards
from fulfill.model.economics.carbon import emission_factors, kg_co2e_per_kg
from fulfill.model.economics.rate_cards import (
    NO_CARD,
    Names,
    by_card_zone,
    card_prices,
    destination_states,
    lane_zones,
)

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ROAD = "road"
OWN_VANS = "own-vans"
"""`service_id` of the delivery options of own_delivery.csv."""
NO_FERRY = -1
"""The ferry of an option that takes none."""
ON_CARD = ("card", "card_zone", "card_state")
"""What an option has besides if a rate card prices it; empty texts if none does."""
NO_ORIGIN = -1
"""The origin of an option from a site or by mail."""
HOURS_A_DAY = 24.0
VAN_KM = 30.0
"""Kilometres at the end of a lane that go by van; the rest is line-haul by truck.

An assumption of the carbon part."""


@dataclass(frozen=True)
class CrossBorderTerms:
    """What crossing the border adds to a last-mile service.

    Attributes
    ----------
    fee_usd : float
        Per order.
    days : float
        Added to the lead time.
    """

    fee_usd: float
    days: float


@dataclass(frozen=True)
class DeliveryOptions:
    """The delivery options to a consumer.

    Attributes
    ----------
    table : DataFrame
        Columns channel, service_id, country, zone_class, km_from, km_to, base_usd, usd_kg,
        usd_100km, days_mean, days_p90, volumetric_kg_m3, from_country (empty but for mail), card,
        card_zone, card_state, ferry: the row of ferries.csv, and origin: the row of origins.csv of
        a direct shipment; -1 for none; mode: ``road``, ``air`` by mail, or a mode of
        lane_rates.csv. The row number is the index of the option.
    cards : RateCards
        The rate cards that price the options which name one.
    rate_usd : (n_options, n_products)
        Price of an order by lane_rates.csv: infinite where the option does not carry the product,
        NaN where the prices of the table hold.
    """

    table: pd.DataFrame
    cards: RateCards
    rate_usd: Array

    def __len__(self) -> int:
        return len(self.table)

    @property
    def own(self) -> NDArray[np.bool_]:
        """Tell which options are own vans, (n_options,): free of carriers' surcharges."""
        return np.asarray((self.table["service_id"] == OWN_VANS).to_numpy(bool))

    @property
    def rated(self) -> NDArray[np.bool_]:
        """Tell which options lane_rates.csv has changed, (n_options,)."""
        return np.asarray(~np.isnan(self.rate_usd).all(axis=1))

    def take(self, rows: Index) -> DeliveryOptions:
        """Return the options of the given rows, in their order."""
        table = self.table.iloc[rows].reset_index(drop=True)
        return DeliveryOptions(table, self.cards, self.rate_usd[rows])

    def price(self, weight_kg: Array, volume_m3: Array) -> Array:
        """Return the price of an order by its weight, without that of a rate card.

        The first kilogram is in the base price; mail pays by chargeable weight, the larger of
        weight and volume times `volumetric_kg_m3`. An option with a rate card pays here only what
        border and ferry add.

        Parameters
        ----------
        weight_kg, volume_m3 : (n_products,)

        Returns
        -------
        ndarray, shape (n_options, n_products)
            USD per order.
        """
        table = self.table
        heavy = np.maximum(
            weight_kg[None, :],
            volume_m3[None, :] * table["volumetric_kg_m3"].to_numpy(float)[:, None],
        )
        mail = (table["channel"] == "direct_mail").to_numpy()[:, None]
        # the base price of a last-mile service covers the first kilogram, that of mail none
        charged = np.where(mail, heavy, np.maximum(heavy - 1.0, 0.0))
        price = (
            table["base_usd"].to_numpy(float)[:, None]
            + table["usd_kg"].to_numpy(float)[:, None] * charged
        )
        return np.where(np.isnan(self.rate_usd), price, self.rate_usd)

    def card_price(self, weight_kg: Array, volume_m3: Array) -> Array:
        """Return the price of an order by rate card, surcharges included.

        A card says itself what a peak costs, so the price factors of the calendar do not apply.

        Parameters
        ----------
        weight_kg, volume_m3 : (n_products,)

        Returns
        -------
        ndarray, shape (n_options, n_products, n_periods)
            USD per order; zero without a card, infinite where the card does not carry the product.
        """
        return card_prices(self.cards, self.table, weight_kg, volume_m3)


@dataclass(frozen=True)
class Lanes:
    """Lanes from sites (or, by mail, from abroad) to zones; every array has shape (n_lanes,).

    Attributes
    ----------
    zone, site, option, crossing
        Indices; site -1 is direct mail, crossing -1 a domestic lane.
    km
        By road, or by air on a mail lane.
    distance_usd
        Price by distance inside the band, USD per order.
    kg_co2e_kg
        Emissions per kilogram of goods.
    """

    zone: Index
    site: Index
    option: Index
    crossing: Index
    km: Array
    distance_usd: Array
    kg_co2e_kg: Array

    def __len__(self) -> int:
        return len(self.zone)


def allowed_options(
    services: pd.DataFrame,
    mail_services: pd.DataFrame,
    own_delivery: pd.DataFrame,
    ferries: pd.DataFrame,
    channels: Collection[str],
    crossing: CrossBorderTerms,
    n_products: int,
    cards: RateCards,
) -> DeliveryOptions:
    """Return the delivery options that the channels allow.

    Parameters
    ----------
    services, mail_services, own_delivery : DataFrame
        Tables of the network.
    ferries : DataFrame
        Rows of ferries.csv that lanes take; the index is that of the whole table.
    channels : collection of str
        The channels that may be used.
    crossing : CrossBorderTerms
    n_products : int
    cards : RateCards
        Of the as-of date.
    """
    services = services.assign(
        volumetric_kg_m3=0.0, ferry=NO_FERRY, origin=NO_ORIGIN, from_country=""
    )
    vans = _own_fleet_options(services)
    services = by_card_zone(services, cards)
    parts = []
    if "local" in channels or "nearshore" in channels:
        parts.append(services.assign(channel="local"))
        if not own_delivery.empty:
            parts.append(vans)
    if "cross_border" in channels:
        parts.append(
            services.assign(
                channel="cross_border",
                base_usd=services["base_usd"] + crossing.fee_usd,
                days_mean=services["days_mean"] + crossing.days,
                days_p90=services["days_p90"] + crossing.days,
            )
        )
    if "direct_mail" in channels:
        mail = mail_services.assign(
            channel="direct_mail",
            km_from=0.0,
            km_to=np.inf,
            usd_100km=0.0,
            ferry=NO_FERRY,
            origin=NO_ORIGIN,
        )
        parts.append(by_card_zone(mail, cards))
    parts += [_over_ferries(part, ferries) for part in parts]
    table = pd.concat(parts, ignore_index=True)
    table["mode"] = np.where(table["channel"] == "direct_mail", "air", ROAD)
    return DeliveryOptions(table, cards, np.full((len(table), n_products), np.nan))


def _over_ferries(options: pd.DataFrame, ferries: pd.DataFrame) -> pd.DataFrame:
    """Return carriers' options over each ferry of their country: later, and dearer by its charge.

    Mail needs no ferry, and own vans take none.
    """
    carried = options[(options["channel"] != "direct_mail") & (options["service_id"] != OWN_VANS)]
    over = []
    columns = (ferries[name] for name in ("country", "hours", "usd_order"))
    for number, country, hours, usd in zip(ferries.index, *columns, strict=True):
        there = carried[carried["country"] == country]
        over.append(
            there.assign(
                ferry=number,
                base_usd=there["base_usd"] + usd,
                days_mean=there["days_mean"] + hours / HOURS_A_DAY,
                days_p90=there["days_p90"] + hours / HOURS_A_DAY,
            )
        )
    return pd.concat(over) if over else carried.iloc[:0]


def _own_fleet_options(services: pd.DataFrame) -> pd.DataFrame:
    """Return the delivery options of own vans, as fast as the cheapest service of the nearest band.

    Services with a rate card count after those with a price of their own. The price of own vans is
    zero here: it is in the lanes.
    """
    nearest = services[services["km_from"] == 0].sort_values("base_usd", kind="stable")
    fast = nearest.drop_duplicates(["country", "zone_class"])
    free = dict.fromkeys(("base_usd", "usd_kg", "usd_100km"), 0.0)
    no_card = dict.fromkeys(ON_CARD, NO_CARD)
    return fast.assign(service_id=OWN_VANS, channel="local", km_to=np.inf, **free, **no_card)


def price_multiplier(delivery_options: DeliveryOptions, last_mile_factor: Array) -> Array:
    """Return what the price of an order by distance is multiplied by in each period.

    Own vans have no surcharge.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    last_mile_factor : (n_periods,)
        Price of the period over the usual price.

    Returns
    -------
    ndarray, shape (n_options, n_periods)
    """
    return np.where(delivery_options.own[:, None], 1.0, last_mile_factor)


def lanes_to_zones(
    delivery_options: DeliveryOptions,
    distances: Distances,
    zones: pd.DataFrame,
    sites: pd.DataFrame,
    origins: pd.DataFrame,
    own_delivery: pd.DataFrame,
    emissions: pd.DataFrame,
) -> Lanes:
    """Return every lane that a delivery option serves.

    Country, zone class, ferry and distance band (of own vans: own_delivery.csv) must fit, with a
    rate card also zone of the card and state. A mail service has lanes only where there is an
    origin from which it collects.

    Parameters
    ----------
    delivery_options : DeliveryOptions
    distances : Distances
    zones, sites, origins, own_delivery, emissions : DataFrame
        Tables of the demand and the network.
    """
    own_usd = _own_prices(own_delivery, sites, zones)
    mail_km = _mail_km(delivery_options.table, origins, zones)
    places = _card_places(delivery_options, distances, zones, sites)
    # options that differ only by their rate card have the same lanes within reach
    reached: dict[tuple[Any, ...], tuple[Index, Index]] = {}
    pieces = [(np.zeros(0, np.int64),) * 3]
    terms_of = ("channel", "country", "zone_class", "ferry", "km_from", "km_to", "from_country")
    columns = (*terms_of, *ON_CARD)
    rows = zip(
        delivery_options.own, *(delivery_options.table[name] for name in columns), strict=True
    )
    for number, (*terms, from_country, card, card_zone, card_state) in enumerate(rows):
        key = (*terms, from_country)
        if key not in reached:
            mailed_to = np.isfinite(mail_km[number])
            reached[key] = _in_reach(tuple(terms), distances, zones, sites, own_usd, mailed_to)
        site, zone = reached[key]
        charged = _charged(places, terms[2], (card, card_zone, card_state), site, zone)
        pieces.append((zone[charged], site[charged], np.full(charged.sum(), number)))
    zone, site, option = (np.concatenate([piece[part] for piece in pieces]) for part in range(3))
    mailed = site < 0
    km = np.where(mailed, mail_km[option, zone], distances.site_zone[site, zone])
    by_distance = delivery_options.table["usd_100km"].to_numpy(float)[option] * km / 100.0
    return Lanes(
        zone=zone,
        site=site,
        option=option,
        crossing=np.where(mailed, -1, distances.site_zone_crossing[site, zone]),
        km=km,
        distance_usd=np.where(delivery_options.own[option], own_usd[site, zone], by_distance),
        kg_co2e_kg=lane_carbon(km, mailed, emissions),
    )


def _in_reach(
    terms: tuple[Any, ...],
    distances: Distances,
    zones: pd.DataFrame,
    sites: pd.DataFrame,
    own_usd: Array,
    mailed_to: NDArray[np.bool_],
) -> tuple[Index, Index]:
    """Return site and zone of the lanes that fit an option, whatever the zone of its rate card.

    `terms` are own, channel, country, zone_class, ferry, km_from and km_to of the option;
    `mailed_to`, (n_zones,), tells whether there is an origin from which it mails.
    """
    own, channel, country, zone_class, ferry, km_from, km_to = terms
    zone_country = zones["country"].to_numpy()
    fits = (zone_country == country) & (zones["zone_class"].to_numpy() == zone_class)
    if channel == "direct_mail":
        zone = np.flatnonzero(fits & mailed_to)
        return np.full(len(zone), -1), zone
    km = distances.site_zone
    inside = (km <= km_to) & ((km > km_from) | (km_from == 0)) & np.isfinite(km)
    inside &= distances.site_zone_ferry == ferry
    inside = inside & np.isfinite(own_usd) if own else inside
    domestic = sites["country"].to_numpy()[:, None] == zone_country[None, :]
    right_side = domestic if channel == "local" else ~domestic
    site, zone = np.nonzero(inside & right_side & fits[None, :])
    return site, zone


def _charged(
    places: Mapping[tuple[str, str], tuple[Names, Names]],
    country: str,
    on_card: Sequence[str],
    site: Index,
    zone: Index,
) -> NDArray[np.bool_]:
    """Tell which lanes have the card zone and card_state of an option; all without a rate card."""
    card, card_zone, card_state = on_card
    if card == NO_CARD:
        return np.ones(len(zone), bool)
    zone_of_lane, state_of_zone = places[card, country]
    return np.asarray((zone_of_lane[site, zone] == card_zone) & (state_of_zone[zone] == card_state))


def _card_places(
    delivery_options: DeliveryOptions,
    distances: Distances,
    zones: pd.DataFrame,
    sites: pd.DataFrame,
) -> dict[tuple[str, str], tuple[Names, Names]]:
    """Return the card zone of every lane and the card_state of every zone, by card and country.

    The last row of card zones, which site -1 reads, is that of mail: it has no site and no road.
    """
    cards, table = delivery_options.cards, delivery_options.table
    from_state = np.array([*sites["state"], ""], object)[:, None]
    to_state = zones["state"].to_numpy(object)
    km = np.vstack([distances.site_zone, np.zeros(len(zones))])
    carded = table.loc[table["card"] != NO_CARD, ["card", "country"]].drop_duplicates()
    return {
        (card, country): (
            lane_zones(cards, card, country, from_state, to_state, km),
            destination_states(cards, card, country, to_state),
        )
        for card, country in carded.itertuples(index=False)
    }


def lane_carbon(
    km: Array, mailed: NDArray[np.bool_], emissions: pd.DataFrame, mode: str = ROAD
) -> Array:
    """Return kg CO2e per kilogram of goods, (n_lanes,): by `mode` or air, and by van at the end."""
    by_land, last_mile, air = emission_factors(emissions, (mode, "last_mile", "air"))
    by_truck = kg_co2e_per_kg(by_land, np.maximum(km - VAN_KM, 0.0))
    by_van = kg_co2e_per_kg(last_mile, np.minimum(km, VAN_KM))
    by_air = kg_co2e_per_kg(air, km) + kg_co2e_per_kg(last_mile, VAN_KM)
    return np.where(mailed, by_air, by_truck + by_van)


def _own_prices(own_delivery: pd.DataFrame, sites: pd.DataFrame, zones: pd.DataFrame) -> Array:
    """Return the price of an order by own vans, (n_sites, n_zones), NaN where they do not go.

    Rows of zones that were merged into others are left out.
    """
    zone_ids = pd.Index(zones["zone_id"])
    table = own_delivery[own_delivery["zone_id"].isin(zone_ids)]
    usd = np.full((len(sites), len(zone_ids)), np.nan)
    site = pd.Index(sites["site_id"]).get_indexer(pd.Index(table["site_id"]))
    usd[site, zone_ids.get_indexer(pd.Index(table["zone_id"]))] = table["usd_order"].to_numpy(float)
    return usd


def _mail_km(options: pd.DataFrame, origins: pd.DataFrame, zones: pd.DataFrame) -> Array:
    """Return air km to each zone from the nearest origin of each mail service, for its emissions.

    Shape (n_options, n_zones); infinite where there is none, and for other options.
    """
    points, goals = (frame[["lat", "lon"]].to_numpy(float) for frame in (origins, zones))
    km = np.full((len(options), len(zones)), np.inf)
    mailed = (options["channel"] == "direct_mail").to_numpy(bool)
    for start in options.loc[mailed, "from_country"].unique():
        near = air_km(points[can_mail(origins, start)], goals).min(axis=0, initial=np.inf)
        km[mailed & (options["from_country"] == start).to_numpy(bool)] = near
    return km
