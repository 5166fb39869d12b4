"""Inbound routes: from an origin through a gateway to a site, and what moving goods on them costs.

A route from overseas lands at a seaport or airport and goes on by road, through a land crossing
where the site lies in the other country (in bond: duty is paid where the site is). A route from a
nearshore plant goes by road.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.model.economics.carbon import emission_factors, kg_co2e_per_kg

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Names = NDArray[np.object_]


@dataclass(frozen=True)
class Routes:
    """Candidate inbound routes; every array has shape (n_routes,).

    Attributes
    ----------
    site, origin
        Row of sites.csv and of origins.csv.
    gateway, crossing
        Row of gateways.csv, -1 for none.
    entry_mode
        How the goods enter the country of the site: sea or air through its own port or airport,
        otherwise road.
    usd_m3, usd_kg
        Price of freight without handling at gateways; infinite where a leg has no freight row.
    border_usd_m3, border_usd_kg
        The part of it up to the first port or airport, which belongs to the customs value.
    fee_usd_m3
        Terminals, crossing and broker.
    days, days_sd
        Mean and standard deviation of the time from door to door.
    kg_co2e_kg
        Emissions per kilogram of goods.
    """

    site: Index
    origin: Index
    gateway: Index
    crossing: Index
    entry_mode: Names
    usd_m3: Array
    usd_kg: Array
    border_usd_m3: Array
    border_usd_kg: Array
    fee_usd_m3: Array
    days: Array
    days_sd: Array
    kg_co2e_kg: Array

    def __len__(self) -> int:
        return len(self.site)

    def take(self, rows: Index) -> Routes:
        """Return the routes of the given rows, in their order.

        Parameters
        ----------
        rows : (n,) of int

        Returns
        -------
        Routes
        """
        return Routes(
            site=self.site[rows],
            origin=self.origin[rows],
            gateway=self.gateway[rows],
            crossing=self.crossing[rows],
            entry_mode=self.entry_mode[rows],
            usd_m3=self.usd_m3[rows],
            usd_kg=self.usd_kg[rows],
            border_usd_m3=self.border_usd_m3[rows],
            border_usd_kg=self.border_usd_kg[rows],
            fee_usd_m3=self.fee_usd_m3[rows],
            days=self.days[rows],
            days_sd=self.days_sd[rows],
            kg_co2e_kg=self.kg_co2e_kg[rows],
        )


@dataclass(frozen=True)
class FreightCost:
    """Freight of one order, USD, each (n_routes, n_products, n_periods).

    Attributes
    ----------
    total
        From origin to site, without fees of gateways.
    to_border
        The part of it up to the first port or airport.
    """

    total: Array
    to_border: Array


@dataclass(frozen=True)
class _Leg:
    """One leg of each route; every array has shape (n_routes,)."""

    usd_m3: Array
    usd_kg: Array
    days: Array
    variance: Array
    kg_co2e_kg: Array


def inbound_routes(
    origins: pd.DataFrame,
    gateways: pd.DataFrame,
    sites: pd.DataFrame,
    freight: pd.DataFrame,
    emissions: pd.DataFrame,
    distances: Distances,
) -> Routes:
    """Return every route that exists: from overseas by every gateway, from nearshore by road.

    Parameters
    ----------
    origins, gateways, sites, freight, emissions : DataFrame
        Tables of the network. A gateway without capacity makes no route.
    distances : Distances
        A pair at an infinite distance makes no route.
    """
    origin, gateway, site = _listed(distances, (gateways["capacity_m3_month"] > 0).to_numpy())
    by_road = gateway < 0
    made_in, to = origins["country"].to_numpy()[origin], sites["country"].to_numpy()[site]
    # the row -1 of routes without a gateway reads the last entry, which is of no gateway
    seaport = np.array([*(gateways["kind"] == "seaport"), False])[gateway]
    entered = np.where(by_road, made_in, np.array([*gateways["country"], ""], object)[gateway])
    crossing = _crossing(distances, origin, gateway, site)
    main_mode = np.where(by_road, "", np.where(seaport, "sea", "air")).astype(object)
    main = _leg(
        freight,
        emissions,
        main_mode,
        (made_in, entered),
        _km(distances.origin_gateway, origin, gateway),
    )
    land = _leg(
        freight,
        emissions,
        np.full(len(origin), "road", object),
        (entered, to),
        np.where(
            by_road,
            distances.origin_site[origin, site],
            _km(distances.gateway_site.T, site, gateway),
        ),
    )
    fee, dwell = (gateways[name].to_numpy(float) for name in ("fee_usd_m3", "dwell_days"))
    return Routes(
        site=site,
        origin=origin,
        gateway=gateway,
        crossing=crossing,
        entry_mode=np.where(by_road | (entered != to), "road", main_mode).astype(object),
        usd_m3=main.usd_m3 + land.usd_m3,
        usd_kg=main.usd_kg + land.usd_kg,
        border_usd_m3=main.usd_m3,
        border_usd_kg=main.usd_kg,
        fee_usd_m3=_at(fee, gateway) + _at(fee, crossing),
        days=main.days + land.days + _at(dwell, gateway) + _at(dwell, crossing),
        days_sd=np.sqrt(main.variance + land.variance),
        kg_co2e_kg=main.kg_co2e_kg + land.kg_co2e_kg,
    )


def order_freight(routes: Routes, products: pd.DataFrame, freight_factor: Array) -> FreightCost:
    """Return the freight of one order of each product.

    Parameters
    ----------
    routes : Routes
    products : DataFrame
        Columns volume_m3, weight_kg.
    freight_factor : (n_periods,)
        Price of the period over the usual price.
    """
    volume, weight = products["volume_m3"].to_numpy(float), products["weight_kg"].to_numpy(float)

    def priced(usd_m3: Array, usd_kg: Array) -> Array:
        usual = usd_m3[:, None] * volume + usd_kg[:, None] * weight
        return np.asarray(usual[:, :, None] * freight_factor)

    return FreightCost(
        total=priced(routes.usd_m3, routes.usd_kg),
        to_border=priced(routes.border_usd_m3, routes.border_usd_kg),
    )


def _listed(distances: Distances, passable: NDArray[np.bool_]) -> tuple[Index, Index, Index]:
    """Return origin, gateway (-1 by road all the way) and site of every pair in reach.

    Only gateways that are passable count.
    """
    by_gateway = (
        np.isfinite(distances.origin_gateway)[:, :, None]
        & (np.isfinite(distances.gateway_site) & passable[:, None])[None, :, :]
    )
    origin, gateway, site = np.nonzero(by_gateway)
    near_origin, near_site = np.nonzero(np.isfinite(distances.origin_site))
    return (
        np.concatenate([origin, near_origin]),
        np.concatenate([gateway, np.full(len(near_origin), -1)]),
        np.concatenate([site, near_site]),
    )


def _crossing(distances: Distances, origin: Index, gateway: Index, site: Index) -> Index:
    """Return the row of the land crossing that each route passes, -1 for none."""
    lands = gateway >= 0
    number = distances.origin_site_crossing[origin, site]
    number[lands] = distances.gateway_site_crossing[gateway[lands], site[lands]]
    return np.where(number >= 0, np.array([*distances.crossings, -1])[number], -1)


def _leg(
    freight: pd.DataFrame,
    emissions: pd.DataFrame,
    mode: Names,
    countries: tuple[Names, Names],
    km: Array,
) -> _Leg:
    """Price one leg of each route, from the first to the second of its countries.

    A pair of countries without a freight row costs and takes infinity. An empty mode is no leg: it
    costs nothing.
    """
    key = pd.MultiIndex.from_arrays([mode, *countries])
    rows = freight.set_index(["mode", "from_country", "to_country"]).reindex(key)
    price = {
        name: rows[name].to_numpy(float)
        for name in ("usd_m3", "usd_kg", "usd_m3_km", "fixed_days", "km_day", "days_cv")
    }
    none, missing = mode == "", np.isnan(price["km_day"])
    days = price["fixed_days"] + km / price["km_day"]
    kg_tkm = emission_factors(emissions, mode)

    def known(value: Array) -> Array:
        return np.where(none, 0.0, np.where(missing, np.inf, value))

    return _Leg(
        usd_m3=known(price["usd_m3"] + price["usd_m3_km"] * km),
        usd_kg=known(price["usd_kg"]),
        days=known(days),
        variance=known((price["days_cv"] * days) ** 2),
        kg_co2e_kg=np.where(none, 0.0, kg_co2e_per_kg(kg_tkm, km)),
    )


def _at(value: Array, row: Index) -> Array:
    """Return what is paid or waited at the gateway of a row, zero for none (-1)."""
    return np.append(value, 0.0)[row]


def _km(km: Array, place: Index, gateway: Index) -> Array:
    """Return the length of the leg between each place and its gateway, zero for none (-1)."""
    return np.column_stack([km, np.zeros(len(km))])[place, gateway]
