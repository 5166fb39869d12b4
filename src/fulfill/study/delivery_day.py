"""From a run to the vehicle routes of a day: orders, stops, own vans or carrier, and routes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.distances import reached_by_road
from fulfill.inputs.geography.land import Land
from fulfill.inputs.network import Network
from fulfill.inputs.schema import SPEEDS, VEHICLES
from fulfill.inputs.stop_list import read_stop_list
from fulfill.routing.day.continuous_approximation import own_usd_per_order, with_density
from fulfill.routing.day.districts import District
from fulfill.routing.day.fleet import delivery_vehicles
from fulfill.routing.day.linehaul import linehaul
from fulfill.routing.day.route_stops import EngineOptions, road_map, route_stops
from fulfill.routing.day.stops import STOP_COLUMNS, place_orders, service_minutes, whole_orders
from fulfill.routing.day.tables import (
    UNSERVED_COLUMNS,
    VISIT_COLUMNS,
    unserved_table,
    vehicle_table,
    visit_table,
    zone_costs,
)
from fulfill.study.day_orders import (
    RunFlows,
    flows_of,
    orders_a_day,
    own_zones,
    pick_period,
    pick_sites,
    weekly_loads,
)
from fulfill.study.outputs import DRIVER_SHEET
from fulfill.study.run import Run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DayOptions:
    """Options of a delivery day, as of `fulfill route`.

    Attributes
    ----------
    sites : tuple of str
        Site ids; empty for the site that dispatches the most orders.
    period : str or None
        Period id; None for the period of `day`, or the peak period of the sites.
    day : date or None
        Date whose period is taken.
    stops : Path or None
        CSV file with the user's own stops.
    engine : str
        ``auto``, ``ruin``, ``pyvrp`` or ``ortools``.
    seconds : float or None
        Time limit; None for a fixed number of iterations, which is reproducible.
    seed : int
        Seed of the placement of stops and of the engine.
    """

    sites: tuple[str, ...] = ()
    period: str | None = None
    day: date | None = None
    stops: Path | None = None
    engine: str = "auto"
    seconds: float | None = None
    seed: int = 0


@dataclass(frozen=True)
class DayRoutes:
    """Routes of a day, with the data that they were computed from.

    Attributes
    ----------
    network : Network
        With the vehicles of the day.
    period : str
        Period id.
    depots : DataFrame
        site_id, name, country, lat, lon.
    stops : DataFrame
        Stops to be served.
    districts : tuple of District
        The audited routes.
    visits, vehicles, zones, unserved, linehaul : DataFrame
        Tables as written to the folder of the day.
    courses : list of (n, 2) array
        Line of each row of `linehaul`, lat and lon.
    kpis : dict
        Key figures of summary.json.
    seconds : float
        Computing time.
    """

    network: Network
    period: str
    depots: pd.DataFrame
    stops: pd.DataFrame
    districts: tuple[District, ...]
    visits: pd.DataFrame
    vehicles: pd.DataFrame
    zones: pd.DataFrame
    unserved: pd.DataFrame
    linehaul: pd.DataFrame
    courses: list[Array]
    kpis: dict[str, Any]
    seconds: float


def route_day(
    run: Run,
    options: DayOptions | None = None,
    network: Network | None = None,
    progress: Callable[[str], None] | None = None,
) -> DayRoutes:
    """Route a delivery day of a run.

    Parameters
    ----------
    run : Run
        With a plan.
    options : DayOptions
        Sites, period and engine.
    network : Network, optional
        Network with other vehicles, speeds or parameters than those of the run.
    progress : callable, optional
        Receives a line before each district is routed.

    Returns
    -------
    DayRoutes
        With audited routes.

    Raises
    ------
    InputError
        Where the run, the stops or an option is wrong, or the network has no vehicles.
    SolverError
        Where an engine fails or the audit finds a fault.
    """
    begun = time.perf_counter()
    options = options or DayOptions()
    network = network or run.study.problem.network
    check_vehicles(network)
    flows = flows_of(run, network)
    names = pick_sites(flows, options.sites)
    period = pick_period(flows, names, options.period, options.day)
    sites = (
        network["sites"].set_index("site_id", drop=False).loc[list(names)].reset_index(drop=True)
    )
    depots = sites[["site_id", "name", "country", "lat", "lon"]]
    rng = np.random.default_rng(options.seed)
    orders = orders_a_day(flows, names, period)
    orders = orders.assign(
        expected=orders["orders"], orders=whole_orders(orders["orders"].to_numpy(float), rng)
    )
    roads = road_map(network)
    zones, stops, by_carrier = _wanted(flows, options, depots, orders, roads.land, rng)
    engine = EngineOptions(options.engine, options.seconds, options.seed)
    districts = route_stops(
        depots, stops, network["vehicles"], network["speeds"], roads, engine, progress
    )
    loads = weekly_loads(flows, names, period, by_carrier)
    trucks = linehaul(loads, network)
    return _described(
        network, period, depots, stops, districts, zones, trucks, time.perf_counter() - begun
    )


def _wanted(
    flows: RunFlows,
    options: DayOptions,
    depots: pd.DataFrame,
    orders: pd.DataFrame,
    land: Land,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the zones of a day, the stops to be routed, and the orders that the carrier takes."""
    network = flows.network
    if options.stops is not None:
        # A user's stops have no zone, so that no carrier price can be compared with their routes.
        return pd.DataFrame(), read_stops(options.stops, network), orders.iloc[:0]
    zones = choose(flows, depots, orders)
    own = orders[orders["zone_id"].isin(zones.loc[zones["delivery"] == "own", "zone_id"])]
    stops = place_orders(zones, own, network.parameters, land, rng)
    return zones, stops, orders[~orders["zone_id"].isin(set(own["zone_id"]))]


def check_vehicles(network: Network) -> None:
    """Reject a network without the tables that routing needs.

    Parameters
    ----------
    network : Network
        With or without vehicles.

    Raises
    ------
    InputError
        F101 for each missing table.
    """
    missing = [
        Fault("F101", f"{network.folder.name}/{table.name}.csv", detail="routing needs it")
        for table in (VEHICLES, SPEEDS)
        if network[table.name].empty
    ]
    if missing:
        raise InputError(missing)


def read_stops(path: Path, network: Network) -> pd.DataFrame:
    """Read a user's list of stops.

    Parameters
    ----------
    path : Path
        CSV file, columns as in docs/reference/data_dictionary.md.
    network : Network
        Its parameters give the service time of stops without one.

    Returns
    -------
    DataFrame
        Stops with `minutes` filled in and an empty `zone_id`; further columns of the list last.

    Raises
    ------
    InputError
        With every fault of the file.
    """
    if not path.is_file():
        raise InputError([Fault("F101", path.name)])
    taken = {*STOP_COLUMNS, *VISIT_COLUMNS, *UNSERVED_COLUMNS, *DRIVER_SHEET.keys}
    frame, faults = read_stop_list(path.read_bytes(), path.name, network, taken)
    if faults:
        raise InputError(faults)
    minutes = frame["minutes"].fillna(
        pd.Series(service_minutes(frame["orders"].to_numpy(float), network.parameters))
    )
    return frame.assign(minutes=minutes, zone_id="")


def choose(flows: RunFlows, depots: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Choose own vans or the carrier for each zone of a day.

    If the plan has own vans, its choice is kept; otherwise the cheaper of carrier price and
    estimated cost is taken.

    Parameters
    ----------
    flows : RunFlows
        Of the run.
    depots : DataFrame
        Sites of the day.
    orders : DataFrame
        Of `orders_a_day`, with whole `orders` and their `expected` value.

    Returns
    -------
    DataFrame
        Zones with orders, `delivery` (own or carrier) and both prices of an order, USD.
    """
    network = flows.network
    figures = network.parameters
    orders = orders.assign(total_usd=orders["carrier_usd"] * orders["expected"])
    grouped = orders.groupby("zone_id", sort=True).agg(
        orders=("orders", "sum"), expected=("expected", "sum"), depot_km=("depot_km", "min"),
        total_usd=("total_usd", "sum"),
    )  # fmt: skip
    zones = flows.zones.set_index("zone_id").loc[grouped.index]
    zones = zones[["name", "country", "state", "lat", "lon", "population", "zone_class"]].join(
        grouped
    )
    zones["carrier_usd_per_order"] = zones.pop("total_usd") / zones["expected"]
    dense = with_density(zones.assign(orders=zones["expected"]), figures)
    vehicles = delivery_vehicles(network["vehicles"], str(depots["country"].iloc[0]))
    own = (
        own_usd_per_order(dense, vehicles, network["speeds"], figures) + figures["own_delivery_usd"]
    )
    planned = own_zones(flows)
    # Whole zones go to one or the other: a van that is in a zone serves further stops cheaply.
    by_van = zones.index.isin(planned) if planned else own < zones["carrier_usd_per_order"]
    by_van &= reached_by_road(network, zones)
    return zones.assign(
        area_km2=dense["area_km2"], stops=dense["stops"],
        own_estimate_usd_per_order=np.where(np.isfinite(own), own, np.nan),
        delivery=np.where(by_van, "own", "carrier"),
    ).drop(columns=["expected"]).reset_index()  # fmt: skip


def _described(
    network: Network,
    period: str,
    depots: pd.DataFrame,
    stops: pd.DataFrame,
    districts: tuple[District, ...],
    zones: pd.DataFrame,
    trucks: tuple[pd.DataFrame, list[Array]],
    seconds: float,
) -> DayRoutes:
    """Return the routed day with its tables and key figures."""
    visits = visit_table(depots, stops, districts)
    vehicles = vehicle_table(districts, visits)
    if len(zones):
        zones = zones.merge(zone_costs(visits, vehicles), on="zone_id", how="left")
        # The routes cost vehicles and drivers; the dispatch desk and second attempts come on top.
        zones["routed_usd_per_order"] += network.parameters["own_delivery_usd"]
    loads, courses = trucks
    return DayRoutes(
        network=network,
        period=period,
        depots=depots,
        stops=stops,
        districts=districts,
        visits=visits,
        vehicles=vehicles,
        zones=zones,
        unserved=unserved_table(stops, districts),
        linehaul=loads,
        courses=courses,
        kpis=_kpis(stops, visits, vehicles, zones, network.parameters["own_delivery_usd"]),
        seconds=seconds,
    )


def _kpis(
    stops: pd.DataFrame,
    visits: pd.DataFrame,
    vehicles: pd.DataFrame,
    zones: pd.DataFrame,
    own_usd: float,
) -> dict[str, Any]:
    """Return the key figures of a day."""
    served = visits["orders"].sum()
    usd = float(vehicles["usd"].sum()) + own_usd * served
    n_vehicles = len(vehicles) or np.nan
    own = zones[zones["delivery"] == "own"] if len(zones) else zones
    carried = zones[zones["delivery"] == "carrier"] if len(zones) else zones
    asked = (
        float((own["orders"] * own["carrier_usd_per_order"]).sum()) if len(own) else float("nan")
    )
    return {
        "orders": int(stops["orders"].sum() + (carried["orders"].sum() if len(carried) else 0)),
        "orders_own": int(served),
        "orders_carrier": int(carried["orders"].sum()) if len(carried) else 0,
        "zones_own": len(own),
        "zones_carrier": len(carried),
        "stops": len(stops),
        "stops_unserved": len(stops) - len(visits),
        "vehicles": len(vehicles),
        "km": float(vehicles["km"].sum()),
        "hours": float(vehicles["hours"].sum()),
        "usd": usd,
        "own_usd_per_order": usd / (served or np.nan),
        "carrier_usd_per_order_same_zones": asked / own["orders"].sum()
        if len(own)
        else float("nan"),
        "stops_per_vehicle": len(visits) / n_vehicles,
        "km_per_vehicle": float(vehicles["km"].sum()) / n_vehicles,
        "hours_per_vehicle": float(vehicles["hours"].sum()) / n_vehicles,
    }
