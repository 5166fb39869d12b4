"""Tables of a demand: zones, product mix, seasons, orders."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, identifier, number, text
from fulfill.inputs.schema.shared import COUNTRY_CODES, PLACE, PROVENANCE

ZONE_CLASSES = ("metropolitan", "urban", "rural")
ZONES = Table(
    "zones",
    "where orders come from",
    (
        identifier("zone_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("country", "country", REQUIRED, COUNTRY_CODES),
        text("state", "state: short or official name, or usual abbreviation", ""),
        *PLACE,
        number("population", "people", "people of the zone", 0, 1e8, wall=False),
        number("internet_share", "-", "share of people who use the internet", 0, 1, 1.0),
        number(
            "income_index",
            "-",
            "income of households over the national mean",
            0,
            20,
            1.0,
            wall=False,
        ),
        text("zone_class", "metropolitan, urban or rural", REQUIRED, ZONE_CLASSES),
        text("source", "where population and point come from", ""),
    ),
)
COUNTRY_SHARES = Table(
    "country_shares",
    "share of the countries in the orders of a year, in place of the parameter us_share",
    (
        Column("country", "id", "country", key=True, choices=COUNTRY_CODES),
        number("share", "-", "share of the orders of a year", 0, 1),
        *PROVENANCE,
    ),
    required=False,
)
MIX = Table(
    "mix",
    "share of the products in a country's orders",
    (
        Column("country", "text", "country", key=True, choices=COUNTRY_CODES),
        identifier("product_id", "product", key=True),
        number("share", "-", "share of the country's orders", 0, 1),
        *PROVENANCE,
    ),
    required=False,
)
SEASONALITY = Table(
    "seasonality",
    "orders a day in a period over the mean day of the year",
    (
        Column("country", "text", "country", key=True, choices=COUNTRY_CODES),
        identifier("period_id", "period", key=True),
        number(
            "intensity",
            "-",
            "orders a day over the mean day; scaled so that the year keeps its total",
            0,
            100,
        ),
        *PROVENANCE,
    ),
    required=False,
)
ORDERS = Table(
    "orders",
    "orders by zone, product and period: your own numbers, used in place of mix and seasonality",
    (
        identifier("zone_id", "zone", key=True, refers="zones"),
        identifier("product_id", "product", key=True),
        identifier("period_id", "period", key=True),
        number("orders", "orders", "potential orders in the period"),
    ),
    required=False,
)
