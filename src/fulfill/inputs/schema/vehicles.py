"""Tables of a delivery day: vehicles, speeds, stops."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, clock, identifier, number, text
from fulfill.inputs.schema.shared import COUNTRY_CODES, PLACE, PROVENANCE

DUTIES = ("delivery", "linehaul")
ROAD_KINDS = ("street", "road")
VEHICLES = Table(
    "vehicles",
    "a site's own vehicles: vans to the doors, trucks between gateways, sites and hubs",
    (
        identifier("type_id", "name in other tables", key=True),
        Column("country", "text", "country in which it runs", key=True, choices=COUNTRY_CODES),
        text("name", "name for people", REQUIRED),
        text("duty", "delivery to doors, or linehaul of full loads", REQUIRED, DUTIES),
        number("parcels", "orders", "orders that fit", 1, 1e5),
        number("load_kg", "kg", "weight that it carries", 1, 1e5),
        number("load_m3", "m3", "volume that it carries", 0.01, 1e3),
        clock("shift_start", "time of day at which the shift begins", 8.0),
        number("shift_hours", "h", "length of the shift, break included", 0.5, 24),
        number("break_minutes", "min", "length of the driver's break", 0, 240, 0.0),
        number(
            "break_after_hours",
            "h",
            "hours into the shift by which the break has begun",
            0,
            24,
            5.0,
        ),
        Column("trips", "integer", "most trips a day", "trips", default=1.0, low=1, high=20),
        number("reload_minutes", "min", "time at the depot before each further trip", 0, 600, 30.0),
        number("usd_km", "USD/km", "cost by distance: energy, tyres, upkeep", 0, 100),
        number("usd_hour", "USD/h", "cost by time: the driver", 0, 500),
        number(
            "usd_day", "USD/day", "cost of a day on which it runs: capital, insurance", 0, 10000
        ),
        number("range_km", "km", "longest distance in a day; empty: no limit", 1, None, None),
        Column(
            "available",
            "integer",
            "vehicles a site has; empty: as many as wanted",
            "vehicles",
            default=None,
            low=0,
        ),
        *PROVENANCE,
    ),
    required=False,
)
SPEEDS = Table(
    "speeds",
    "speed of vehicles by kind of road and hour; the bands of a kind cover the day",
    (
        Column(
            "road_kind",
            "text",
            "street inside a town, or road between towns",
            key=True,
            choices=ROAD_KINDS,
        ),
        clock("from_hour", "time of day at which the band begins", key=True),
        clock("to_hour", "time of day at which it ends"),
        number("kmh", "km/h", "mean speed, lights and traffic included", 1, 130),
        *PROVENANCE,
    ),
    required=False,
)
STOPS = Table(
    "stops",
    "the stops of a day: your own list, instead of stops placed at random in the zones; "
    "`latitude`, `longitude`, `long` and `lng` are read as `lat` and `lon`, and further columns "
    "(name, address, phone) are kept for the drivers",
    (
        identifier("stop_id", "name in the results", key=True),
        *PLACE,
        number("orders", "orders", "parcels to hand over", 1, 1e5, 1.0),
        number("weight_kg", "kg", "their weight together", 0, 1e5, 0.0),
        number(
            "ready",
            "h",
            "time of day before which nobody is there, 9:30 or 9.5; empty: somebody is",
            0,
            48,
            None,
        ),
        number(
            "due",
            "h",
            "time of day by which service must begin; before `ready`: on the next day, as is any "
            "time above 24; empty: any time",
            0,
            48,
            None,
        ),
        number(
            "minutes", "min", "time at the stop; empty: by the network's parameters", 0, 600, None
        ),
    ),
)
