"""Delivery options and lanes to zones with the prices of lane_rates.csv.

A row with a price makes a delivery option of its own, shared by all lanes with the same price and
times: from a site, or from a plant straight to the consumer. The services of carriers no longer
carry a product over a lane for which a row of the usual mode holds; other modes stand beside them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.schema import ANY_PRODUCT, BESIDE
from fulfill.model.economics.lane_rates import (
    Array,
    Index,
    LaneRates,
    leg_rates,
    of_mode,
    rates_between,
)
from fulfill.model.economics.last_mile import (
    NO_FERRY,
    NO_ORIGIN,
    ON_CARD,
    ROAD,
    DeliveryOptions,
    Lanes,
    lane_carbon,
)

RATE = "lane-rate"
"""`service_id` of an option of lane_rates.csv; one beside the road names its mode too, and one for
a single product that product."""


@dataclass(frozen=True)
class Ends:
    """Tables of the places and goods that lanes to zones join.

    Attributes
    ----------
    zones, origins, sites, products, emissions : DataFrame
    access_factor : float
        Road over straight line near a place.
    """

    zones: pd.DataFrame
    origins: pd.DataFrame
    sites: pd.DataFrame
    products: pd.DataFrame
    emissions: pd.DataFrame
    access_factor: float


def with_lane_rates(
    options: DeliveryOptions,
    lanes: Lanes,
    table: pd.DataFrame,
    ends: Ends,
    distances: Distances,
    channels: Collection[str],
) -> tuple[DeliveryOptions, Lanes]:
    """Return delivery options and lanes with the rows of lane_rates.csv.

    Parameters
    ----------
    options : DeliveryOptions
    lanes : Lanes
        Of the services of carriers, own vans and mail.
    table : DataFrame
        In the form of lane_rates.csv.
    ends : Ends
    distances : Distances
    channels : collection of str
        The channels that may be used.

    Returns
    -------
    DeliveryOptions
        The given options first, then those that carry fewer products, then those of the table.
    Lanes
    """
    if table.empty:
        return options, lanes
    options, lanes = _without_rated_products(options, lanes, of_mode(table, ""), ends)
    zone_ids = ends.zones["zone_id"]
    for mode in ("", *BESIDE):
        rows = of_mode(table, mode)
        for kind, starts in (("site", ends.sites), ("origin", ends.origins)):
            rates = rates_between(rows, starts[f"{kind}_id"], zone_ids, ends.products)
            way = kind, mode or ROAD
            options, lanes = _with_rows(options, lanes, rates, way, ends, distances, channels)
    return options, lanes


def _without_rated_products(
    options: DeliveryOptions, lanes: Lanes, table: pd.DataFrame, ends: Ends
) -> tuple[DeliveryOptions, Lanes]:
    """Take from the lanes of sites the products for which a row of the table holds."""
    rates = leg_rates(table, ends.sites["site_id"], ends.zones["zone_id"], ends.products)
    # row -1 of the sites, mail, is free of rates
    held = np.concatenate([~np.isnan(rates.usd), np.zeros_like(rates.usd[:1], bool)])
    taken = held[lanes.site, lanes.zone]
    changed = np.flatnonzero(taken.any(axis=1) & ~taken.all(axis=1))
    cases, member = np.unique(
        np.column_stack([lanes.option[changed], taken[changed]]), axis=0, return_inverse=True
    )
    fewer = options.take(cases[:, 0])
    fewer.rate_usd[cases[:, 1:].astype(bool)] = np.inf
    option = lanes.option.copy()
    option[changed] = len(options) + member.ravel()
    kept = np.flatnonzero(~taken.all(axis=1))
    return _joined(options, fewer), _take(lanes, kept, option[kept])


def _with_rows(
    options: DeliveryOptions,
    lanes: Lanes,
    rates: LaneRates,
    way: tuple[str, str],
    ends: Ends,
    distances: Distances,
    channels: Collection[str],
) -> tuple[DeliveryOptions, Lanes]:
    """Add the options and lanes of the rows with a price.

    `way` is ``site`` or ``origin``, where the lanes start, and the mode of the rows.
    """
    kind, mode = way
    starts = ends.sites if kind == "site" else ends.origins
    home = starts["country"].to_numpy()[rates.start] == ends.zones["country"].to_numpy()[rates.goal]
    channel = _channel(kind, home)
    open_to = {*channels, "local"} if "nearshore" in channels else set(channels)
    priced = np.isfinite(rates.usd).any(axis=1)
    rows = np.flatnonzero(priced & np.isin(channel, sorted(open_to)))
    if not len(rows):
        return options, lanes
    site = rates.start[rows] if kind == "site" else np.full(len(rows), -1)
    zone, product = rates.goal[rows], rates.product_id[rows]
    described = pd.DataFrame(
        {
            "channel": channel[rows],
            "service_id": _service(mode, product),
            "mode": mode,
            "country": ends.zones["country"].to_numpy()[zone],
            "zone_class": ends.zones["zone_class"].to_numpy()[zone],
            "days_mean": rates.days_mean[rows],
            "days_p90": rates.days_p90[rows],
            "origin": NO_ORIGIN if kind == "site" else rates.start[rows],
        }
    )
    usd = np.where(np.isnan(rates.usd[rows]), np.inf, rates.usd[rows])
    cases = pd.concat([described, pd.DataFrame(usd, described.index)], axis=1)
    number = cases.groupby(list(cases), sort=False).ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    constant = {"km_from": 0.0, "km_to": np.inf, "ferry": NO_FERRY}
    free = dict.fromkeys(("base_usd", "usd_kg", "usd_100km", "volumetric_kg_m3"), 0.0)
    unnamed = dict.fromkeys(("from_country", *ON_CARD), "")
    added = described.iloc[first].reset_index(drop=True).assign(**constant, **free, **unnamed)
    km = _km(kind, rates.start[rows], zone, distances, ends)
    more = Lanes(
        zone=zone,
        site=site,
        option=len(options) + number.astype(np.int64),
        crossing=np.where(site < 0, -1, distances.site_zone_crossing[site, zone]),
        km=km,
        distance_usd=np.zeros(len(rows)),
        kg_co2e_kg=lane_carbon(km, np.zeros(len(rows), bool), ends.emissions, mode),
    )
    return _joined(options, DeliveryOptions(added, options.cards, usd[first])), _concatenated(
        lanes, more
    )


def _service(mode: str, product: np.ndarray) -> np.ndarray:
    """Return `service_id` of the options of rows, by mode and product."""
    name = RATE if mode == ROAD else f"{RATE}-{mode}"
    return np.where(product == ANY_PRODUCT, name, name + " " + product)


def _channel(kind: str, home: np.ndarray) -> np.ndarray:
    """Return the channel of each row: from a site, or from a plant of the consumer's country."""
    if kind == "site":
        return np.where(home, "local", "cross_border").astype(object)
    return np.full(len(home), "nearshore", object)


def _km(kind: str, start: Index, zone: Index, distances: Distances, ends: Ends) -> Array:
    """Return the length of each lane.

    That of a direct shipment, and of a lane without a road, is the great circle times the road over
    it near a place: a lane that carries goods has emissions.
    """
    starts = ends.origins if kind == "origin" else ends.sites
    (lat, lon), (to_lat, to_lon) = (
        frame[["lat", "lon"]].to_numpy(float)[rows].T
        for frame, rows in ((starts, start), (ends.zones, zone))
    )
    estimate = geodesic_km(lat, lon, to_lat, to_lon) * ends.access_factor
    if kind == "origin":
        return estimate
    km = distances.site_zone[start, zone]
    return np.where(np.isfinite(km), km, estimate)


def _joined(options: DeliveryOptions, more: DeliveryOptions) -> DeliveryOptions:
    """Return options with more of them at the end."""
    return DeliveryOptions(
        pd.concat([options.table, more.table], ignore_index=True),
        options.cards,
        np.concatenate([options.rate_usd, more.rate_usd]),
    )


def _take(lanes: Lanes, rows: Index, option: Index) -> Lanes:
    """Return lanes of the given rows with other options."""
    parts = {name: value[rows] for name, value in vars(lanes).items()}
    return Lanes(**{**parts, "option": option})


def _concatenated(lanes: Lanes, more: Lanes) -> Lanes:
    """Return lanes with more of them at the end."""
    return Lanes(
        **{name: np.concatenate([value, vars(more)[name]]) for name, value in vars(lanes).items()}
    )
