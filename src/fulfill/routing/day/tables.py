"""Tables of a day's routes: visits, vehicles, cost by zone, stops that were not served."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.routing.day.districts import District
from fulfill.routing.day.stops import STOP_COLUMNS
from fulfill.routing.infeasibility import REASONS
from fulfill.routing.solution import Route, Unserved, driven_km, route_cost

VISIT_COLUMNS = [
    "vehicle",
    "trip",
    "sequence",
    "stop_id",
    "zone_id",
    "lat",
    "lon",
    "orders",
    "weight_kg",
    "arrival",
    "begin",
    "departure",
    "leg_km",
    "leg_hours",
    "site_id",
]
VEHICLE_COLUMNS = [
    "vehicle",
    "site_id",
    "type_id",
    "trips",
    "stops",
    "parcels",
    "weight_kg",
    "km",
    "hours",
    "leaves",
    "returns",
    "break_begins",
    "load_share",
    "usd",
    "usd_per_order",
    "back_km",
]
UNSERVED_COLUMNS = ["stop_id", "zone_id", "orders", "reason", "meaning", "detail", "remedy"]
REMEDIES = {
    "capacity": "split the stop or use a larger vehicle",
    "unreachable": "check its place: no mapped road leads there",
    "range": "use a vehicle of longer range or the carrier",
    "shift": "give it to the carrier, or serve it from a nearer site",
    "window": "widen its window or move the shift",
    "break": "lengthen the shift in vehicles.csv, or give it to the carrier",
    "depot": "send it from another site",
    "fleet": "add vehicles in vehicles.csv, or give it to the carrier",
}


def visit_table(
    depots: pd.DataFrame, stops: pd.DataFrame, districts: tuple[District, ...]
) -> pd.DataFrame:
    """Return one row a visit in driving order.

    Parameters
    ----------
    depots : DataFrame
        Columns site_id, by number of the depot.
    stops : DataFrame
        Stops of the day; their columns are repeated in the table.

    Returns
    -------
    DataFrame
        `VISIT_COLUMNS`, then the further columns of a stop list; times are hours since midnight of
        the day of departure.
    """
    rows: list[tuple[object, ...]] = []
    for district, route, label in _named(districts):
        rows += _visits(district, route, label, depots)
    found = pd.DataFrame(
        rows, columns=["row", *(n for n in VISIT_COLUMNS if n not in stops.columns)]
    )
    there = stops.iloc[found.pop("row").to_numpy(int)].reset_index(drop=True)
    return pd.concat([found, there], axis=1)[[*VISIT_COLUMNS, *further_columns(stops)]]


def further_columns(stops: pd.DataFrame) -> list[str]:
    """Return the names of the columns of a stop list that only people read."""
    return [str(name) for name in stops if name not in STOP_COLUMNS]


def _named(districts: tuple[District, ...]) -> list[tuple[District, Route, str]]:
    """Return every route with a label: site, type and a running number."""
    named = []
    number = 0
    for district in districts:
        for route in district.solution.routes:
            number += 1
            kind = district.instance.vehicles[route.vehicle]
            site = district.instance.depots[kind.depot]
            named.append((district, route, f"{site}/{kind.name}-{number:03d}"))
    return named


def _visits(
    district: District, route: Route, label: str, depots: pd.DataFrame
) -> list[tuple[object, ...]]:
    """Return the rows of one route."""
    instance = district.instance
    kind = instance.vehicles[route.vehicle]
    km, hours = instance.km[kind.profile], instance.hours[kind.profile]
    rows: list[tuple[object, ...]] = []
    sequence = 0
    for trip, stops in enumerate(route.trips):
        place, free = kind.depot, route.departures[trip]
        for stop, begin in zip(stops, route.starts[trip], strict=True):
            sequence += 1
            target = instance.place_of(stop)
            arrival = free + float(hours[place, target])
            if (
                kind.rest is not None
                and route.rest is not None
                and free - 1e-9 <= route.rest < begin
            ):
                arrival = (
                    max(arrival, route.rest) + kind.rest.hours if arrival >= route.rest else arrival
                )
            arrival = min(arrival, begin)
            free = begin + float(instance.service[stop])
            leg = float(km[place, target]), float(hours[place, target])
            times = arrival, begin, free
            number = label, trip + 1, sequence
            site = depots["site_id"].iloc[kind.depot]
            rows.append((int(district.stops[stop]), *number, *times, *leg, site))
            place = target
    return rows


def vehicle_table(districts: tuple[District, ...], visits: pd.DataFrame) -> pd.DataFrame:
    """Return one row a vehicle.

    Parameters
    ----------
    visits : DataFrame
        See `visit_table`.

    Returns
    -------
    DataFrame
        `VEHICLE_COLUMNS`; `load_share` is that of the fullest trip, `back_km` the legs back to the
        site.
    """
    carried = visits.groupby("vehicle")[["orders", "weight_kg", "leg_km"]].sum().to_dict("index")
    rows = []
    for district, route, label in _named(districts):
        instance, kind = district.instance, district.instance.vehicles[route.vehicle]
        loads = np.array([instance.demand[list(trip)].sum(axis=0) for trip in route.trips])
        km, usd = driven_km(instance, route), route_cost(instance, route)
        orders = float(carried[label]["orders"])
        leaves, returns = route.departures[0], route.returns[-1]
        rows.append(
            (
                *(label, instance.depots[kind.depot], kind.name),
                *(len(route.trips), sum(map(len, route.trips))),
                *(orders, float(carried[label]["weight_kg"])),
                *(km, returns - leaves, leaves, returns),
                np.nan if route.rest is None else route.rest,
                float((loads / np.array(kind.capacity)).max()),
                *(usd, usd / orders),
                km - float(carried[label]["leg_km"]),
            )
        )
    return pd.DataFrame(rows, columns=VEHICLE_COLUMNS)


def zone_costs(visits: pd.DataFrame, vehicles: pd.DataFrame) -> pd.DataFrame:
    """Return what the routes cost an order of each zone.

    A vehicle's cost is shared by the time that its stops take. The legs out and back are shared
    equally by its orders, for all of them caused them.

    Returns
    -------
    DataFrame
        zone_id, routed_usd_per_order, routed_orders.
    """
    total = vehicles.set_index("vehicle")
    first = visits.groupby(["vehicle", "trip"])["sequence"].transform("min") == visits["sequence"]
    near = visits["departure"] - visits["begin"] + visits["leg_hours"].where(~first, 0.0)
    hours = visits["vehicle"].map(total["hours"])
    orders = visits["vehicle"].map(total["parcels"])
    local = near.groupby(visits["vehicle"]).transform("sum")
    part = near / hours + (1.0 - local / hours) * visits["orders"] / orders
    usd = part * visits["vehicle"].map(total["usd"])
    zones = pd.DataFrame(
        {"zone_id": visits["zone_id"], "usd": usd, "routed_orders": visits["orders"]}
    )
    summed = zones.groupby("zone_id", sort=True).sum().reset_index()
    summed["routed_usd_per_order"] = summed.pop("usd") / summed["routed_orders"]
    return summed


def _why(entry: Unserved, abroad: str) -> tuple[str, str, str, str]:
    """Return reason, its meaning, detail and remedy of a stop that is not served."""
    remedy = REMEDIES[entry.reason]
    if entry.reason == "unreachable" and abroad:
        remedy = f"it lies in {abroad}: serve it from a site there"
    return entry.reason, REASONS[entry.reason], entry.text, remedy


def unserved_table(stops: pd.DataFrame, districts: tuple[District, ...]) -> pd.DataFrame:
    """Return the stops without a vehicle: why, and what would serve them.

    Returns
    -------
    DataFrame
        `UNSERVED_COLUMNS`, then the further columns of a stop list.
    """
    rows: list[tuple[object, ...]] = []
    further = further_columns(stops)
    for district in districts:
        for entry in district.solution.unserved:
            stop = stops.iloc[int(district.stops[entry.stop])]
            why = _why(entry, district.abroad[entry.stop])
            rows.append((stop["stop_id"], stop["zone_id"], stop["orders"], *why, *stop[further]))
    return pd.DataFrame(rows, columns=[*UNSERVED_COLUMNS, *further])
