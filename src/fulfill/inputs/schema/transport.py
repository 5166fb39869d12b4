"""Tables of transport: freight, last mile, mail, carriers, emissions, lanes, ferries."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, identifier, number, text
from fulfill.inputs.schema.demand import ZONE_CLASSES
from fulfill.inputs.schema.shared import COUNTRY_CODES, PROVENANCE, WINDOW

ANY_PRODUCT = "any"
"""Stands in lane_rates.csv for every product without a row of its own on the lane."""
BESIDE = ("rail",)
"""Modes of lane_rates.csv that stand beside the usual one of a lane: each is a way of its own."""
FREIGHT = Table(
    "freight",
    "price and time of a leg by mode and countries",
    (
        Column("mode", "text", "mode of the leg", key=True, choices=("sea", "air", "road")),
        Column(
            "from_country",
            "text",
            "country where the leg begins",
            key=True,
            choices=COUNTRY_CODES,
        ),
        Column("to_country", "text", "country where the leg ends", key=True, choices=COUNTRY_CODES),
        number("usd_m3", "USD/m3", "price by volume", 0, 1e4, 0.0),
        number("usd_kg", "USD/kg", "price by weight", 0, 1e3, 0.0),
        number("usd_m3_km", "USD/m3/km", "price by volume and distance", 0, 10, 0.0),
        number(
            "fixed_days",
            "days",
            "days besides moving: consolidation, loading, waiting for a departure",
            0,
            90,
            0.0,
            wall=False,
        ),
        number("km_day", "km/day", "distance covered a day under way", 1, 50000, wall=False),
        number("days_cv", "-", "coefficient of variation of the leg's time", 0, 3, 0.0),
        *PROVENANCE,
    ),
    required=False,
    absent="freight by mode and country",
)
CARD = identifier(
    "card",
    "rate card of rate_cards.csv that has the prices in place of this row; empty: none",
    default="",
)
SERVICES = Table(
    "services",
    "last-mile services: price and speed by country, distance band and zone class",
    (
        identifier(
            "service_id", "service: one product of a carrier, a row per band and class", key=True
        ),
        Column("country", "text", "consumer's country", key=True, choices=COUNTRY_CODES),
        Column("zone_class", "text", "class of the zone", key=True, choices=ZONE_CLASSES),
        Column(
            "km_from",
            "number",
            "lower end of the road distance band, excluded (0: included)",
            "km",
            key=True,
            low=0,
        ),
        number("km_to", "km", "upper end, included"),
        number(
            "base_usd",
            "USD/order",
            "price of the first kilogram; empty with a rate card",
            0,
            1000,
            None,
        ),
        number(
            "usd_kg", "USD/kg", "price of a further kilogram; empty with a rate card", 0, 100, None
        ),
        number("usd_100km", "USD/order/100 km", "price by distance inside the band", 0, 10, 0.0),
        CARD,
        number("days_mean", "days", "mean days from dispatch to door", 0.1, 60, wall=False),
        number(
            "days_p90",
            "days",
            "90th percentile of the days from dispatch to door",
            0.1,
            120,
            wall=False,
        ),
        *PROVENANCE,
    ),
    required=False,
    absent="delivery by the services of carriers",
)
OWN_DELIVERY = Table(
    "own_delivery",
    "cost of an order from a site to a zone by own vans; "
    "`optimize --with-routing` derives it from routes",
    (
        identifier("site_id", "site", key=True, refers="sites"),
        identifier("zone_id", "zone of the demand, in the site's country", key=True),
        number(
            "usd_order",
            "USD/order",
            "price of an order in every period, whatever its weight",
            0,
            1000,
        ),
        *PROVENANCE,
    ),
    required=False,
)
MAIL_SERVICES = Table(
    "mail_services",
    "direct-mail services from overseas to the consumer's door",
    (
        identifier("service_id", "service", key=True),
        Column("country", "text", "consumer's country", key=True, choices=COUNTRY_CODES),
        Column("zone_class", "text", "class of the zone", key=True, choices=ZONE_CLASSES),
        text(
            "from_country",
            "country whose origins the service collects from; empty: all that can mail, "
            "which must then be of one tariff group",
            "",
            COUNTRY_CODES,
        ),
        number("base_usd", "USD/order", "price per parcel; empty with a rate card", 0, 1000, None),
        number(
            "usd_kg",
            "USD/kg",
            "price per chargeable kilogram; empty with a rate card",
            0,
            1000,
            None,
        ),
        CARD,
        number(
            "volumetric_kg_m3",
            "kg/m3",
            "volumetric weight of a cubic metre (167 for a divisor of 6000): of the price, "
            "and of the air capacity that a parcel takes",
            0,
            1000,
        ),
        number("days_mean", "days", "mean days from order to door", 0.1, 120, wall=False),
        number(
            "days_p90",
            "days",
            "90th percentile of the days from order to door",
            0.1,
            240,
            wall=False,
        ),
        *PROVENANCE,
    ),
    required=False,
    absent="direct mail from abroad",
)
MAIL_CAPACITY = Table(
    "mail_capacity",
    "air capacity for direct mail that the seller can book",
    (
        Column("country", "id", "consumer's country", key=True, choices=COUNTRY_CODES),
        number("kg_day", "kg/day", "chargeable weight a day in a month of factor 1"),
        *PROVENANCE,
    ),
    required=False,
    absent="direct mail from abroad",
)
CARRIERS = Table(
    "carriers",
    "last-mile capacity by state: orders a day that carriers will take from the seller",
    (
        text("country", "country", REQUIRED, COUNTRY_CODES, key=True),
        identifier(
            "state",
            "state, or a region that zones.csv names; * stands for every other state",
            key=True,
        ),
        number(
            "orders_1000_people_day",
            "orders/1000 people/day",
            "carriers' capacity per head of the state's zones",
        ),
        *PROVENANCE,
    ),
    required=False,
    absent="the capacity of last-mile carriers",
)
EMISSION_MODES = ("sea", "air", "road", "last_mile")
EMISSIONS = Table(
    "emissions",
    "well-to-wheel emissions by mode; every mode has a row, rail only where a lane has it",
    (
        Column("mode", "text", "mode", key=True, choices=(*EMISSION_MODES, *BESIDE)),
        number("kg_tkm", "kg CO2e/t/km", "emission factor", 0, 100, wall=False),
        *PROVENANCE,
    ),
    required=False,
    absent="emissions of CO2e",
)
LANES = Table(
    "lanes",
    "lanes whose real length is better known than from the map; "
    "without a road graph, every road lane",
    (
        identifier("from_id", "site, gateway or origin", key=True),
        identifier("to_id", "site, gateway or zone", key=True),
        number("road_km", "km", "real length, in both directions", 0, 1e5, wall=False),
        number("hours", "h", "real time; empty: length over mean speed", 0, 1e4, None, wall=False),
        *PROVENANCE,
    ),
    required=False,
)
LANE_RATES = Table(
    "lane_rates",
    "prices, times, capacities and prohibitions of single lanes, in one direction: origin to "
    "gateway or site, gateway to site, site to zone, origin to zone of its country; a price "
    "replaces what freight.csv and services.csv say for the lane and product",
    (
        identifier("from_id", "origin, gateway or site", key=True),
        identifier("to_id", "gateway, site or zone", key=True),
        identifier(
            "product_id",
            "product; any: all without a row of their own on the lane",
            key=True,
            default=ANY_PRODUCT,
        ),
        text(
            "mode",
            "mode; empty: the usual one, by sea to a seaport, by air to an airport, otherwise by "
            "road. Rail stands beside the road: the plan takes either or both",
            "",
            ("road", *BESIDE, "sea", "air"),
            key=True,
        ),
        Column("allowed", "flag", "no: nothing of the product may go this way", default=True),
        number(
            "usd_order", "USD/order", "price of an order; added up with the others", 0, None, None
        ),
        number("usd_kg", "USD/kg", "price by weight", 0, None, None),
        number("usd_m3", "USD/m3", "price by volume", 0, None, None),
        number("minimum_usd", "USD/order", "least price of an order", 0, None, 0.0),
        number(
            "days_mean",
            "days",
            "mean days on the lane; to a zone: from dispatch to door; empty: as freight.csv says",
            0.01,
            None,
            None,
        ),
        number("days_p90", "days", "90th percentile of these days", 0.01, None, None),
        number(
            "orders_day",
            "orders/day",
            "orders that the lane takes, in every period alike: of the product, or of all products "
            "together in the row for any; 0: none; empty: no limit",
            0,
            None,
            None,
        ),
        *PROVENANCE,
    ),
    required=False,
)
FERRIES = Table(
    "ferries",
    "ferries to land that no road reaches; roads are used wherever there are some",
    (
        identifier("ferry_id", "name for messages and reports", key=True),
        text("name", "name for people", REQUIRED),
        text("country", "country of both landings", REQUIRED, COUNTRY_CODES),
        number("from_lat", "degrees", "latitude of the landing that roads reach", *WINDOW["lat"]),
        number("from_lon", "degrees", "longitude of the landing that roads reach", *WINDOW["lon"]),
        number("to_lat", "degrees", "latitude of the landing across water", *WINDOW["lat"]),
        number("to_lon", "degrees", "longitude of the landing across water", *WINDOW["lon"]),
        number("km", "km", "length of the passage", 0.1, 5000, wall=False),
        number(
            "hours", "h", "passage, boarding, and the mean wait for a departure", 0, 500, wall=False
        ),
        number("usd_order", "USD/order", "what carriers add to the price of an order", 0, 1000),
        number("usd_vehicle", "USD", "fare of a truck of the line-haul, there and back", 0, 1e5),
        number(
            "orders_day",
            "orders/day",
            "orders that fit on its sailings, in every period alike; empty: no limit of its own",
            0,
            None,
            None,
        ),
        *PROVENANCE,
    ),
    required=False,
)
