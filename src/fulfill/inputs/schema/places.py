"""Tables of places: countries, origins, gateways, sites, their sizes and bands."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, identifier, number, text
from fulfill.inputs.schema.shared import COUNTRY_CODES, PLACE, PROVENANCE, WINDOW

OWNERSHIPS = ("own", "shared")
SIZES = ("S", "M", "L")
ORIGIN_KINDS = ("overseas", "nearshore")
ANY_SITE = "any"
"""Stands in sizes and bands for every site that has no rows of its own."""
COUNTRY_TABLE = Table(
    "countries",
    "countries with sites or consumers: value-added tax, and the window of their places",
    (
        Column("country", "id", "country code", key=True, choices=COUNTRY_CODES),
        text("name", "name of the country"),
        number("vat_rate", "-", "value-added tax inside the consumer's price; 0 in the US", 0, 0.5),
        Column(
            "vat_credited",
            "flag",
            "import VAT is credited (importer of record with a tax number), else it is a cost",
        ),
        *(
            number(f"{axis}_{end}", "degrees", f"{side} border of the window", *WINDOW[axis], None)
            for axis, end, side in (
                ("lat", "from", "southern"),
                ("lat", "to", "northern"),
                ("lon", "from", "western"),
                ("lon", "to", "eastern"),
            )
        ),
        *PROVENANCE,
    ),
)
ORIGINS = Table(
    "origins",
    "where goods come from: hubs overseas and nearshore plants, in any country",
    (
        identifier("origin_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("country", "country of the place", REQUIRED, COUNTRY_CODES),
        *PLACE,
        text(
            "kind",
            "overseas: goods come by sea or air through a gateway; nearshore: by road all the way; "
            "empty: nearshore in a country of countries.csv, else overseas",
            "",
            ORIGIN_KINDS,
        ),
        text(
            "direct_mail",
            "yes: parcels can be mailed from here; empty: yes from overseas, no from a plant",
            "",
            ("yes", "no"),
        ),
        number(
            "capacity_m3_month", "m3/month", "most that it can ship; empty: no limit", default=None
        ),
        number(
            "minimum_m3_year", "m3/year", "least yearly volume if it is used at all", default=0.0
        ),
        number(
            "fixed_usd_year",
            "USD/year",
            "paid once if it makes anything: line, tooling, staff",
            default=0.0,
        ),
        *PROVENANCE,
    ),
)
ORIGIN_GROUPS = Table(
    "origin_groups",
    "countries of origin that tariffs.csv and entry_fees.csv name together; "
    "a country without a row is a group of its own, named by its code",
    (
        Column("country", "id", "country of origin", key=True, choices=COUNTRY_CODES),
        text("origin_group", "group of the tariff rows for its goods", REQUIRED),
        *PROVENANCE,
    ),
    required=False,
)
GATEWAYS = Table(
    "gateways",
    "ports, airports and land crossings of entry",
    (
        identifier("gateway_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("kind", "what it is", REQUIRED, ("seaport", "airport", "crossing")),
        text(
            "country",
            "country of a port or airport; of a crossing the two that it joins, such as MX-US",
            REQUIRED,
        ),
        *PLACE,
        number(
            "capacity_m3_month", "m3/month", "volume that the seller can bring through in a month"
        ),
        number("fee_usd_m3", "USD/m3", "terminal, drayage and customs broker"),
        number("dwell_days", "days", "mean days from arrival to release, queue included"),
        number(
            "trucks_2024",
            "trucks/year",
            "published inbound trucks; empty where not published",
            default=None,
        ),
        *PROVENANCE,
    ),
    required=False,
    absent="ports, airports and land crossings",
)
SITES = Table(
    "sites",
    "places where a warehouse can be",
    (
        identifier("site_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        Column("country", "text", "country", choices=COUNTRY_CODES, refers="countries"),
        text("state", "state: short or official name, or usual abbreviation", ""),
        *PLACE,
        text("ownership", "own building, or shared (3PL)", REQUIRED, OWNERSHIPS),
        number("rent_usd_m2_month", "USD/m2/month", "rent of an own building", 0, 100),
        number("labour_usd_hour", "USD/h", "loaded cost of a warehouse hour", 0, 200),
        number(
            "pick_usd_order", "USD/order", "fee per order of a shared site (0 for own)", 0, 50, 0.0
        ),
        number(
            "storage_usd_m3_month",
            "USD/m3/month",
            "storage fee of a shared site (0 for own)",
            0,
            200,
            0.0,
        ),
        *PROVENANCE,
    ),
)
SITE_OF_ROW = identifier(
    "site_id",
    "site that the row is for: a site with rows of its own has these only; any: all others of the "
    "ownership",
    key=True,
    default=ANY_SITE,
)
SITE_SIZES = Table(
    "site_sizes",
    "the sizes in which a site can be opened",
    (
        Column("ownership", "text", "own or shared", key=True, choices=OWNERSHIPS),
        Column("size", "text", "S, M or L", key=True, choices=SIZES),
        SITE_OF_ROW,
        number("area_m2", "m2", "rented area (0 for shared)"),
        number("storage_m3", "m3", "stock that fits"),
        number("orders_day", "orders/day", "base throughput"),
        number("minutes_order", "min/order", "labour per order: receiving, put-away, pick, pack"),
        number("opening_usd", "USD", "one-off: racking, systems, hiring"),
        number("fixed_usd_month", "USD/month", "fixed fee or overhead besides rent"),
        number(
            "closing_usd",
            "USD",
            "one-off cost of closing, in `fulfill roadmap`; empty: a number of months of the fixed "
            "cost, by its option",
            default=None,
        ),
        *PROVENANCE,
    ),
)
BANDS = Table(
    "bands",
    "throughput bands of a site, in the order in which they fill",
    (
        Column("ownership", "text", "own or shared", key=True, choices=OWNERSHIPS),
        Column(
            "band", "text", "name of the band", key=True, choices=("base", "overtime", "temporary")
        ),
        SITE_OF_ROW,
        number(
            "capacity_factor",
            "-",
            "capacity of the band, share of the base throughput",
            0,
            5,
            wall=False,
        ),
        number(
            "price_factor",
            "-",
            "handling price in the band, multiple of the base price",
            0,
            10,
            wall=False,
        ),
        number(
            "delay_days", "days", "days that an order in this band waits longer", 0, 30, wall=False
        ),
        *PROVENANCE,
    ),
    required=False,
    absent="overtime and temporary labour at sites",
)
