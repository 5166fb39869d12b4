"""Own vans or the carrier, zone by zone, by a continuous approximation of what a route costs.

A van goes out to the zone, makes m stops, each a local leg and a service apart, and comes back. The
local leg in an area A with s stops is ``k sqrt(A / s)`` (Daganzo 1984, doi 10.1287/trsc.18.4.331)
with k = 0.7124, the constant of a shortest closed route (Beardwood, Halton and Hammersley 1959, doi
10.1017/S0305004100034095; its value by Johnson and McGeoch), times the detour of the streets; m is
what shift and load allow, but never more than there are stops around the zone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.routing.day.fleet import mean_speed, shift_of
from fulfill.routing.day.road_matrix import great_circle_km
from fulfill.routing.day.stops import service_minutes, zone_area_km2

Array = NDArray[np.float64]
LOCAL_LEG = 0.7124
"""k of the local leg, for straight distances."""


def with_density(zones: pd.DataFrame, figures: Mapping[str, float]) -> pd.DataFrame:
    """Return zones with the stops that a day's orders make.

    Orders fall on the blocks of a zone at random, and those of one block are one stop.

    Parameters
    ----------
    zones : DataFrame
        Columns lat, lon, population, zone_class, orders (a day, a fraction).
    figures : mapping of str to float
        Parameters of the network.

    Returns
    -------
    DataFrame
        The zones with area_km2, stops, and near_stops (in the zone and around it).
    """
    area = zone_area_km2(zones, figures)
    blocks = np.maximum(area / (figures["block_m"] / 1000.0) ** 2, 1.0)
    stops = blocks * (1.0 - (1.0 - 1.0 / blocks) ** zones["orders"].to_numpy(float))
    points = zones[["lat", "lon"]].to_numpy(float)
    around = great_circle_km(points, points) <= figures["street_reach_km"]
    return zones.assign(area_km2=area, stops=stops, near_stops=around @ stops)


def own_usd_per_order(
    zones: pd.DataFrame, vehicles: pd.DataFrame, speeds: pd.DataFrame, figures: Mapping[str, float]
) -> Array:
    """Return the estimated cost of own delivery to each zone by the cheapest vehicle.

    Parameters
    ----------
    zones : DataFrame
        Columns orders, stops, area_km2, depot_km, near_stops (stops in the zone and around it).
    vehicles : DataFrame
        The delivery vehicles of the depot's country.
    speeds : DataFrame
        The network's speeds.
    figures : mapping of str to float
        Parameters of the network.

    Returns
    -------
    array of float
        (n_zones,) USD an order, infinite beyond a day's reach.
    """
    best: Array = np.full(len(zones), np.inf)
    for _, vehicle in vehicles.iterrows():
        best = np.minimum(best, _by_vehicle(zones, vehicle, speeds, figures))
    return best


def _by_vehicle(
    zones: pd.DataFrame, vehicle: pd.Series, speeds: pd.DataFrame, figures: Mapping[str, float]
) -> Array:
    """Return the same for one vehicle type."""
    orders, stops, area, away = (
        zones[name].to_numpy(float) for name in ("orders", "stops", "area_km2", "depot_km")
    )
    street, road = (
        mean_speed(speeds, kind, *shift_of(vehicle.to_dict())) for kind in ("street", "road")
    )
    per_stop = orders / np.maximum(stops, 1e-9)
    # The local leg of Daganzo: it depends on the density of stops, not on the shape of the area.
    local_km = LOCAL_LEG * figures["street_detour"] * np.sqrt(area / np.maximum(stops, 1.0))
    local_hours = local_km / street + service_minutes(per_stop, figures) / 60.0
    stem_hours = 2.0 * away / np.where(away > figures["street_reach_km"], road, street)
    working = vehicle["shift_hours"] - vehicle["break_minutes"] / 60.0
    with np.errstate(divide="ignore", invalid="ignore"):
        # Stops of a route: what shift, capacity and range allow, but no more than there are.
        calls = np.minimum(
            (working - stem_hours) / local_hours, vehicle["parcels"] * vehicle["trips"] / per_stop
        )
        if np.isfinite(vehicle["range_km"]):
            calls = np.minimum(calls, (vehicle["range_km"] - 2.0 * away) / local_km)
        calls = np.minimum(calls, np.maximum(zones["near_stops"].to_numpy(float), 1.0))
        km, hours = 2.0 * away + calls * local_km, stem_hours + calls * local_hours
        usd = vehicle["usd_day"] + vehicle["usd_km"] * km + vehicle["usd_hour"] * hours
        found = usd / (calls * per_stop)
    return np.where((calls >= 1.0) & (stops > 0), found, np.inf)
