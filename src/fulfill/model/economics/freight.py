"""Inbound routes: from an origin through a gateway to a site, and what moving goods on them costs.

A route from overseas lands at a seaport or airport and goes on by road, through a land crossing
where the site lies in the other country (in bond: duty is paid where the site is). A route from a
nearshore plant goes by road.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.schema import BESIDE
from fulfill.model.economics.carbon import emission_factors, kg_co2e_per_kg
from fulfill.model.economics.lane_rates import LegRates, leg_rates, of_mode

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Names = NDArray[np.object_]


@dataclass(frozen=True)
class Routes:
    """Candidate inbound routes; arrays have shape (n_routes,) where nothing else is said.

    Attributes
    ----------
    site, origin
        Row of sites.csv and of origins.csv.
    gateway, crossing
        Row of gateways.csv, -1 for none.
    mode
        Of the leg to the site: road, or a mode beside it that lane_rates.csv has.
    entry_mode
        How the goods enter the country of the site: sea or air through its own port or airport,
        otherwise road.
    order_usd : (n_routes, n_products)
        Freight of an order without handling at gateways, at the usual price of the year; infinite
        where a leg has no price or is forbidden.
    border_usd : (n_routes, n_products)
        The part of it up to the first port or airport, which belongs to the customs value.
    fee_usd_m3
        Terminals, crossing and broker.
    days, days_sd
        Mean and standard deviation of the time from door to door.
    kg_co2e_kg
        Emissions per kilogram of goods.
    limited
        Whether a leg has a capacity in lane_rates.csv.
    """

    site: Index
    origin: Index
    gateway: Index
    crossing: Index
    mode: Names
    entry_mode: Names
    order_usd: Array
    border_usd: Array
    fee_usd_m3: Array
    days: Array
    days_sd: Array
    kg_co2e_kg: Array
    limited: NDArray[np.bool_]

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
            mode=self.mode[rows],
            entry_mode=self.entry_mode[rows],
            order_usd=self.order_usd[rows],
            border_usd=self.border_usd[rows],
            fee_usd_m3=self.fee_usd_m3[rows],
            days=self.days[rows],
            days_sd=self.days_sd[rows],
            kg_co2e_kg=self.kg_co2e_kg[rows],
            limited=self.limited[rows],
        )


@dataclass(frozen=True)
class FreightTables:
    """Tables of the network that price the legs of inbound routes, and say what they emit.

    Attributes
    ----------
    freight, lane_rates, emissions : DataFrame
    """

    freight: pd.DataFrame
    lane_rates: pd.DataFrame
    emissions: pd.DataFrame


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
    """One leg of each route: `order_usd` (n_routes, n_products), the others (n_routes,)."""

    order_usd: Array
    days: Array
    variance: Array
    kg_co2e_kg: Array


def inbound_routes(
    origins: pd.DataFrame,
    gateways: pd.DataFrame,
    sites: pd.DataFrame,
    products: pd.DataFrame,
    tariffs: FreightTables,
    distances: Distances,
) -> Routes:
    """Return every route that exists: from overseas by every gateway, from nearshore by land.

    Parameters
    ----------
    origins, gateways, sites, products : DataFrame
        Tables of the network. A gateway without capacity makes no route.
    tariffs : FreightTables
    distances : Distances
        A pair at an infinite distance makes no route unless lane_rates.csv has a price for it.
    """
    rates = {
        mode or "road": _rates(
            of_mode(tariffs.lane_rates, mode), origins, gateways, sites, products
        )
        for mode in ("", *BESIDE)
    }
    passable = (gateways["capacity_m3_month"] > 0).to_numpy()
    origin, gateway, site, mode = _listed(distances, rates, passable)
    by_land = gateway < 0
    made_in, to = origins["country"].to_numpy()[origin], sites["country"].to_numpy()[site]
    # the row -1 of routes without a gateway reads the last entry, which is of no gateway
    seaport = np.array([*(gateways["kind"] == "seaport"), False])[gateway]
    entered = np.where(by_land, made_in, np.array([*gateways["country"], ""], object)[gateway])
    crossing = _crossing(distances, origin, gateway, site)
    main_mode = np.where(by_land, "", np.where(seaport, "sea", "air")).astype(object)
    lands = np.flatnonzero(~by_land)
    ends = origin[lands], gateway[lands]
    main_km, land_km = _lengths(distances, origin, gateway, site)
    main = _leg(tariffs, main_mode, (made_in, entered), main_km, products)
    to_gateway = rates["road"].origin_gateway
    main = _rated(main, lands, to_gateway, ends)
    land = _leg(tariffs, mode, (entered, to), land_km, products)
    land, limited = _rated_by_mode(land, rates, mode, (origin, gateway, site))
    limited[lands] |= to_gateway.limited[ends]
    fee, dwell = (gateways[name].to_numpy(float) for name in ("fee_usd_m3", "dwell_days"))
    return Routes(
        site=site,
        origin=origin,
        gateway=gateway,
        crossing=crossing,
        mode=mode,
        entry_mode=np.where(by_land | (entered != to), "road", main_mode).astype(object),
        order_usd=main.order_usd + land.order_usd,
        border_usd=main.order_usd,
        fee_usd_m3=_at(fee, gateway) + _at(fee, crossing),
        days=main.days + land.days + _at(dwell, gateway) + _at(dwell, crossing),
        days_sd=np.sqrt(main.variance + land.variance),
        kg_co2e_kg=main.kg_co2e_kg + land.kg_co2e_kg,
        limited=limited,
    )


def order_freight(routes: Routes, freight_factor: Array) -> FreightCost:
    """Return the freight of one order of each product.

    Parameters
    ----------
    routes : Routes
    freight_factor : (n_periods,)
        Price of the period over the usual price.
    """
    return FreightCost(
        total=routes.order_usd[:, :, None] * freight_factor,
        to_border=routes.border_usd[:, :, None] * freight_factor,
    )


@dataclass(frozen=True)
class _Rates:
    """What lane_rates.csv says of the legs of inbound routes."""

    origin_gateway: LegRates
    gateway_site: LegRates
    origin_site: LegRates


def _rates(
    table: pd.DataFrame,
    origins: pd.DataFrame,
    gateways: pd.DataFrame,
    sites: pd.DataFrame,
    products: pd.DataFrame,
) -> _Rates:
    """Return the rates of every leg."""
    origin, gateway, site = (
        frame[f"{kind}_id"]
        for kind, frame in (("origin", origins), ("gateway", gateways), ("site", sites))
    )
    return _Rates(
        leg_rates(table, origin, gateway, products),
        leg_rates(table, gateway, site, products),
        leg_rates(table, origin, site, products),
    )


def _listed(
    distances: Distances, rates: dict[str, _Rates], passable: NDArray[np.bool_]
) -> tuple[Index, Index, Index, Names]:
    """Return origin, gateway (-1 by land all the way), site and mode to the site of every route.

    A pair is in reach where it has a length, or a rate; by a mode beside the road, where it has a
    rate. Only gateways that are passable count.
    """
    first = np.isfinite(distances.origin_gateway) | rates["road"].origin_gateway.priced
    last = {mode: rated.gateway_site.priced for mode, rated in rates.items()}
    near = {mode: rated.origin_site.priced for mode, rated in rates.items()}
    last["road"] = last["road"] | np.isfinite(distances.gateway_site)
    near["road"] = near["road"] | np.isfinite(distances.origin_site)
    found = []
    for mode, reached in last.items():
        by_gateway = first[:, :, None] & (reached & passable[:, None])[None, :, :]
        near_origin, near_site = np.nonzero(near[mode])
        routes = (*np.nonzero(by_gateway),), (near_origin, np.full(len(near_origin), -1), near_site)
        found += [(*ends, np.full(len(ends[0]), mode, object)) for ends in routes]
    origin, gateway, site, modes = (np.concatenate(part) for part in zip(*found, strict=True))
    return origin, gateway, site, modes


def _crossing(distances: Distances, origin: Index, gateway: Index, site: Index) -> Index:
    """Return the row of the land crossing that each route passes, -1 for none."""
    lands = gateway >= 0
    number = distances.origin_site_crossing[origin, site]
    number[lands] = distances.gateway_site_crossing[gateway[lands], site[lands]]
    return np.where(number >= 0, np.array([*distances.crossings, -1])[number], -1)


def _leg(
    tariffs: FreightTables,
    mode: Names,
    countries: tuple[Names, Names],
    km: Array,
    products: pd.DataFrame,
) -> _Leg:
    """Price one leg of each route, from the first to the second of its countries.

    A pair of countries without a freight row costs and takes infinity, and so does a mode that
    freight.csv does not have. An empty mode is no leg: it costs nothing.
    """
    key = pd.MultiIndex.from_arrays([mode, *countries])
    rows = tariffs.freight.set_index(["mode", "from_country", "to_country"]).reindex(key)
    price = {
        name: rows[name].to_numpy(float)
        for name in ("usd_m3", "usd_kg", "usd_m3_km", "fixed_days", "km_day", "days_cv")
    }
    none, missing = mode == "", np.isnan(price["km_day"])
    days = price["fixed_days"] + km / price["km_day"]
    volume, weight = products["volume_m3"].to_numpy(float), products["weight_kg"].to_numpy(float)
    usd_m3 = price["usd_m3"] + price["usd_m3_km"] * km

    def known(value: Array) -> Array:
        return np.where(none, 0.0, np.where(missing, np.inf, value.T)).T

    return _Leg(
        order_usd=known(usd_m3[:, None] * volume + price["usd_kg"][:, None] * weight),
        days=known(days),
        variance=known((price["days_cv"] * days) ** 2),
        # a lane without a length is only there where emissions are not part of the case
        kg_co2e_kg=kg_co2e_per_kg(
            np.where(none, 0.0, emission_factors(tariffs.emissions, mode)),
            np.where(np.isfinite(km), km, 0.0),
        ),
    )


def _rated(leg: _Leg, rows: Index, rates: LegRates, ends: tuple[Index, Index]) -> _Leg:
    """Return a leg with the rates of its lanes in place of the tariffs.

    Parameters
    ----------
    leg : _Leg
    rows : (n,)
        Routes whose leg joins the places of the rates.
    rates : LegRates
    ends : (n,), (n,)
        Positions of the places that the leg of these routes joins.
    """
    usd, days, sd = rates.usd[ends], rates.days[ends], rates.days_sd[ends]
    order_usd, mean, variance = leg.order_usd.copy(), leg.days.copy(), leg.variance.copy()
    order_usd[rows] = np.where(np.isnan(usd), order_usd[rows], usd)
    mean[rows] = np.where(np.isnan(days), mean[rows], days)
    variance[rows] = np.where(np.isnan(days), variance[rows], sd**2)
    return replace(leg, order_usd=order_usd, days=mean, variance=variance)


def _rated_by_mode(
    land: _Leg, rates: dict[str, _Rates], mode: Names, ends: tuple[Index, Index, Index]
) -> tuple[_Leg, NDArray[np.bool_]]:
    """Return the legs to sites with the rates of their modes, and which have a capacity.

    `ends` are origin, gateway (-1 by land all the way) and site of each route.
    """
    origin, gateway, site = ends
    limited = np.zeros(len(site), bool)
    for name, rated in rates.items():
        for here, starts, lane in (
            (gateway >= 0, gateway, rated.gateway_site),
            (gateway < 0, origin, rated.origin_site),
        ):
            rows = np.flatnonzero(here & (mode == name))
            joined = starts[rows], site[rows]
            land = _rated(land, rows, lane, joined)
            limited[rows] = lane.limited[joined]
    return land, limited


def _lengths(
    distances: Distances, origin: Index, gateway: Index, site: Index
) -> tuple[Array, Array]:
    """Return the length of the legs of each route, km: to the gateway (0 without), and to the site.

    By land all the way, the gateway is -1.
    """
    lands, by_land = np.flatnonzero(gateway >= 0), np.flatnonzero(gateway < 0)
    overseas, overland = np.zeros(len(site)), np.zeros(len(site))
    overseas[lands] = distances.origin_gateway[origin[lands], gateway[lands]]
    overland[lands] = distances.gateway_site[gateway[lands], site[lands]]
    overland[by_land] = distances.origin_site[origin[by_land], site[by_land]]
    return overseas, overland


def _at(value: Array, row: Index) -> Array:
    """Return what is paid or waited at the gateway of a row, zero for none (-1)."""
    return np.append(value, 0.0)[row]
