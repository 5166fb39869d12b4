"""Inbound routes: from an origin through a gateway to a site; price, time and emissions of a cubic metre or kilogram.

A route from overseas lands at a seaport or airport and goes on by road, through a land crossing
where the site lies in the other country (in bond: duty is paid where the site is). A route from a
nearshore plant goes by road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.network import Network

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Texts = NDArray[Any]
"""Codes of modes and countries, as str or object."""


@dataclass(frozen=True)
class Routes:
    """Candidate inbound routes; every array has shape (n_routes,).

    Attributes
    ----------
    site, origin : index
    gateway, crossing : index into gateways.csv, -1 for none
    usd_m3, usd_kg : price of freight without handling at gateways
    border_usd_m3, border_usd_kg : the part of it up to the first port or airport, in the customs
        value
    fee_usd_m3 : terminals, crossing and broker
    days, days_sd : door to door
    kg_co2e_kg : emissions per kilogram of goods
    """

    site: Index
    origin: Index
    gateway: Index
    crossing: Index
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
        """Return the routes of the given rows."""
        return Routes(**{name: value[rows] for name, value in self.__dict__.items()})


def inbound_routes(network: Network, distances: Distances) -> Routes:
    """Return every route that exists, from all origins through all gateways to all sites."""
    overseas = (
        np.isfinite(distances.origin_gateway)[:, :, None]
        & np.isfinite(distances.gateway_site)[None, :, :]
    )
    origin, gateway, site = np.nonzero(overseas)
    by_ship = _legs(network, distances, origin, gateway, site)
    origin, site = np.nonzero(np.isfinite(distances.origin_site))
    by_truck = _legs(network, distances, origin, None, site)
    return Routes(
        **{
            name: np.concatenate([getattr(by_ship, name), getattr(by_truck, name)])
            for name in by_ship.__dict__
        }
    )


def _legs(
    network: Network, distances: Distances, origin: Index, gateway: Index | None, site: Index
) -> Routes:
    """Add up the legs of the routes given by index arrays."""
    gateways, sites = network["gateways"], network["sites"]
    emission = network["emissions"].set_index("mode")["kg_tkm"]
    start = network["origins"]["country"].to_numpy()[origin]
    to = sites["country"].to_numpy()[site]
    if gateway is None:
        land_km = distances.origin_site[origin, site]
        crossing = distances.origin_site_crossing[origin, site]
        first = {
            name: np.zeros(len(origin)) for name in ("usd_m3", "usd_kg", "days", "variance", "co2")
        }
        land_from, gateway_row = start, np.full(len(origin), -1)
        fee, dwell = np.zeros(len(origin)), np.zeros(len(origin))
    else:
        land_km = distances.gateway_site[gateway, site]
        crossing = distances.gateway_site_crossing[gateway, site]
        mode = np.where(gateways["kind"].to_numpy()[gateway] == "seaport", "sea", "air")
        land_from, gateway_row = gateways["country"].to_numpy()[gateway], gateway
        km = distances.origin_gateway[origin, gateway]
        first = _leg(network["freight"], mode, start, land_from, km)
        first["co2"] = emission.reindex(mode).to_numpy() * km / 1000.0
        fee, dwell = (
            gateways["fee_usd_m3"].to_numpy()[gateway],
            gateways["dwell_days"].to_numpy()[gateway],
        )
    land = _leg(network["freight"], np.full(len(origin), "road"), land_from, to, land_km)
    gate = np.where(crossing >= 0, np.array([*distances.crossings, -1])[crossing], -1)
    passes = gate >= 0
    return Routes(
        site=site,
        origin=origin,
        gateway=gateway_row,
        crossing=gate,
        usd_m3=first["usd_m3"] + land["usd_m3"],
        usd_kg=first["usd_kg"] + land["usd_kg"],
        border_usd_m3=first["usd_m3"],
        border_usd_kg=first["usd_kg"],
        fee_usd_m3=fee + np.where(passes, gateways["fee_usd_m3"].to_numpy()[gate], 0.0),
        days=first["days"]
        + land["days"]
        + dwell
        + np.where(passes, gateways["dwell_days"].to_numpy()[gate], 0.0),
        days_sd=np.sqrt(first["variance"] + land["variance"]),
        kg_co2e_kg=first["co2"] + emission["road"] * land_km / 1000.0,
    )


def _leg(
    freight: pd.DataFrame, mode: Texts, start: Texts, goal: Texts, km: Array
) -> dict[str, Array]:
    """Return price and time of legs; a pair of countries without a freight row costs and takes infinity."""
    key = pd.MultiIndex.from_arrays([mode, start, goal])
    rows = freight.set_index(["mode", "from_country", "to_country"]).reindex(key)
    price = {
        name: rows[name].to_numpy(float)
        for name in ("usd_m3", "usd_kg", "usd_m3_km", "fixed_days", "km_day", "days_cv")
    }
    missing = np.isnan(price["km_day"])
    days = price["fixed_days"] + km / price["km_day"]
    return {
        "usd_m3": np.where(missing, np.inf, price["usd_m3"] + price["usd_m3_km"] * km),
        "usd_kg": np.where(missing, np.inf, price["usd_kg"]),
        "days": np.where(missing, np.inf, days),
        "variance": np.where(missing, np.inf, (price["days_cv"] * days) ** 2),
    }
