"""Every table's columns: type, unit, key, default, range and meaning.

This is the only place that says what an input table looks like. The reader (`tables.py`), the
checks and the data dictionary of the docs are made from it.
"""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Parameter, Table, day, identifier, number, text

COUNTRIES = ("MX", "US")
STATUSES = ("in_force", "announced", "estimate", "assumption")
ZONE_CLASSES = ("metropolitan", "urban", "rural")
OWNERSHIPS = ("own", "shared")
SIZES = ("S", "M", "L")
WINDOW = {"lat": (-60.0, 75.0), "lon": (-180.0, 180.0)}
"""Degrees in which any place of a network may lie."""
COUNTRY_WINDOW = {"MX": ((14.0, 33.0), (-119.0, -86.0)), "US": ((24.0, 50.0), (-125.0, -66.0))}
"""Degrees (lat, lon) in which a site or zone of a country must lie: catches swapped coordinates."""


PLACE = (
    number("lat", "degrees", "latitude, WGS84", *WINDOW["lat"]),
    number("lon", "degrees", "longitude, WGS84", *WINDOW["lon"]),
)
PROVENANCE = (
    text("source", "who says so: the public name, with an id of your own if you like", REQUIRED),
    text("source_date", "date of the source, as exact as known", ""),
    text("status", "how far it can be relied on", REQUIRED, STATUSES),
    text(
        "range",
        "column=low..high; ... of the figures that are assumed: required where status is assumption",
        "",
    ),
)

PARAMETERS = Table(
    "parameters",
    "single figures of the model; every one listed in the data dictionary must be there",
    (
        identifier("parameter", "name of the figure", key=True),
        number("value", "", "its value in the unit of the data dictionary", low=None),
        *PROVENANCE,
    ),
)


NETWORK_PARAMETERS = (
    Parameter(
        "capital_rate",
        "1/year",
        0.0,
        1.0,
        "interest at which one-off costs are spread over the horizon",
    ),
    Parameter("horizon_years", "years", 0.5, 50.0, "years over which one-off costs are spread"),
    Parameter(
        "holding_rate",
        "1/year",
        0.0,
        2.0,
        "yearly cost of holding stock, share of its landed value",
    ),
    Parameter(
        "stock_service_factor",
        "-",
        0.0,
        5.0,
        "z of the cycle service level that safety stock protects",
    ),
    Parameter(
        "demand_correlation",
        "-",
        0.0,
        1.0,
        "correlation of a SKU's demand between places: 0 pools fully, 1 not at all",
    ),
    Parameter("review_days", "days", 0.1, 365.0, "days between two replenishments of a SKU"),
    Parameter("cancel_p0", "-", 0.0, 0.9, "share cancelled at once, whatever the lead time"),
    Parameter(
        "cancel_h0", "1/day", 0.0, 0.5, "hazard of cancellation a day up to the promised time"
    ),
    Parameter("cancel_lambda", "1/day^gamma", 0.0, 1.0, "hazard of cancellation a day of lateness"),
    Parameter("cancel_gamma", "-", 0.1, 4.0, "curvature of the lateness hazard"),
    Parameter(
        "conversion_eta", "1/day", 0.0, 0.5, "share of orders lost per day of promised lead time"
    ),
    Parameter(
        "conversion_reference_days",
        "days",
        0.0,
        60.0,
        "promised lead time at which demand was measured",
    ),
    Parameter(
        "mail_dispatch_days",
        "days",
        0.0,
        30.0,
        "days until a mailed order has left and cannot be stopped",
    ),
    Parameter(
        "local_dispatch_days", "days", 0.0, 30.0, "days until a local order has left the site"
    ),
    Parameter(
        "payment_loss_mail",
        "-",
        0.0,
        0.5,
        "share of net revenue lost to unpaid or disputed mailed orders",
    ),
    Parameter("payment_loss_local", "-", 0.0, 0.5, "the same for orders from a site"),
    Parameter(
        "reverse_usd_mail",
        "USD/order",
        0.0,
        200.0,
        "cost of taking back a mailed order (refund desk, disposal)",
    ),
    Parameter(
        "reverse_usd_local", "USD/order", 0.0, 200.0, "cost of taking a local order back into stock"
    ),
    Parameter(
        "return_salvage_mail",
        "-",
        0.0,
        1.0,
        "share of goods value saved from a return of a mailed order",
    ),
    Parameter(
        "return_salvage_local",
        "-",
        0.0,
        1.0,
        "share of goods value saved from a return of a local order",
    ),
    Parameter(
        "unserved_penalty_usd",
        "USD/order",
        0.0,
        1000.0,
        "goodwill lost with an order that is not accepted",
    ),
    Parameter(
        "vat_credit_days",
        "days",
        0.0,
        720.0,
        "days until import VAT is credited: a float cost until then",
    ),
    Parameter("insurance_rate", "-", 0.0, 0.1, "insurance, share of the transfer value"),
    Parameter(
        "entry_value_usd",
        "USD",
        100.0,
        1e7,
        "value of one formal entry: spreads fees that have a minimum",
    ),
    Parameter(
        "importer_setup_usd",
        "USD",
        0.0,
        1e6,
        "importer of record and labelling per product and country, once",
    ),
    Parameter(
        "cross_border_fee_usd",
        "USD/order",
        0.0,
        100.0,
        "parcel brokerage and crossing of a cross-border order",
    ),
    Parameter(
        "cross_border_days",
        "days",
        0.0,
        60.0,
        "days that the crossing adds to a cross-border order",
    ),
    Parameter("road_factor", "-", 1.0, 2.0, "real over mapped road length: the map cuts corners"),
    Parameter(
        "road_access_factor",
        "-",
        1.0,
        3.0,
        "road over straight line between a place and its nearest road node",
    ),
    Parameter(
        "road_speed_kmh", "km/h", 10.0, 130.0, "mean truck speed on the road, stops included"
    ),
    Parameter(
        "max_gateway_share",
        "-",
        0.05,
        1.0,
        "largest share of the formal inbound volume through one gateway",
    ),
    Parameter(
        "street_detour",
        "-",
        1.0,
        2.5,
        "way by street over the great circle, between stops that are near",
    ),
    Parameter(
        "street_reach_km",
        "km",
        0.0,
        100.0,
        "great circle up to which stops are near; beyond it roads are used",
    ),
    Parameter(
        "people_km2", "people/km2", 50.0, 50000.0, "people on a built-up square kilometre of a zone"
    ),
    Parameter(
        "rural_people_km2",
        "people/km2",
        1.0,
        5000.0,
        "people on a square kilometre of a rural zone",
    ),
    Parameter("block_m", "m", 1.0, 1000.0, "side of a block: orders inside one block are one stop"),
    Parameter(
        "stop_minutes", "min", 0.1, 60.0, "time at a stop: park, walk, hand over the first order"
    ),
    Parameter("order_minutes", "min", 0.0, 30.0, "time for each further order of a stop"),
    Parameter(
        "own_delivery_usd",
        "USD/order",
        0.0,
        20.0,
        "own delivery besides vehicle and driver: second tries, desk",
    ),
    Parameter(
        "delivery_days_week", "days/week", 1.0, 7.0, "days a week on which orders are delivered"
    ),
)
DEMAND_PARAMETERS = (
    Parameter("orders_per_year", "orders", 1.0, 1e9, "potential orders of the seller a year"),
    Parameter("us_share", "-", 0.0, 1.0, "share of the orders that come from US zones"),
    Parameter("income_exponent", "-", 0.0, 2.0, "e in population x internet x income^e"),
)

COUNTRY_TABLE = Table(
    "countries",
    "consumer countries and their value-added tax",
    (
        Column("country", "id", "country code", key=True, choices=COUNTRIES),
        text("name", "name of the country"),
        number("vat_rate", "-", "value-added tax inside the consumer's price; 0 in the US", 0, 0.5),
        Column(
            "vat_credited",
            "flag",
            "import VAT is credited (importer of record with a tax number), else it is a cost",
        ),
        *PROVENANCE,
    ),
)
ORIGINS = Table(
    "origins",
    "where goods come from: Chinese hubs and nearshore plants",
    (
        identifier("origin_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("country", "country of the place", REQUIRED, ("CN", "MX", "US")),
        *PLACE,
        number(
            "capacity_m3_month", "m3/month", "most that it can ship; empty: no limit", default=None
        ),
        number(
            "minimum_m3_year", "m3/year", "least yearly volume if it is used at all", default=0.0
        ),
        *PROVENANCE,
    ),
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
            "country of a port or airport; MX-US for a crossing",
            REQUIRED,
            ("MX", "US", "MX-US"),
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
)
SITES = Table(
    "sites",
    "places where a warehouse can be",
    (
        identifier("site_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        Column("country", "text", "country", choices=COUNTRIES, refers="countries"),
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
SITE_SIZES = Table(
    "site_sizes",
    "the sizes in which a site can be opened",
    (
        Column("ownership", "text", "own or shared", key=True, choices=OWNERSHIPS),
        Column("size", "text", "S, M or L", key=True, choices=SIZES),
        number("area_m2", "m2", "rented area (0 for shared)"),
        number("storage_m3", "m3", "stock that fits"),
        number("orders_day", "orders/day", "base throughput"),
        number("minutes_order", "min/order", "labour per order: receiving, put-away, pick, pack"),
        number("opening_usd", "USD", "one-off: racking, systems, hiring"),
        number("fixed_usd_month", "USD/month", "fixed fee or overhead besides rent"),
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
        number("capacity_factor", "-", "capacity of the band, share of the base throughput", 0, 5),
        number(
            "price_factor", "-", "handling price in the band, multiple of the base price", 0, 10
        ),
        number("delay_days", "days", "days that an order in this band waits longer", 0, 30),
        *PROVENANCE,
    ),
)
PRODUCTS = Table(
    "products",
    "product segments: a best seller and the tail of a family are products of their own",
    (
        identifier("product_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("family", "product family", REQUIRED),
        text("abc", "A best sellers, B middle, C long tail", REQUIRED, ("A", "B", "C")),
        number(
            "price_usd", "USD/order", "what the consumer pays for an order, tax included", 0.01, 1e5
        ),
        number(
            "transfer_value_usd",
            "USD/order",
            "declared transfer value of the goods of an order",
            0.01,
            1e5,
        ),
        number("weight_kg", "kg/order", "weight of the packed order", 0.001, 1000),
        number("volume_m3", "m3/order", "volume of the packed order", 1e-6, 10),
        text("tariff_class", "class that tariffs.csv names", REQUIRED),
        number("return_rate", "-", "share of delivered orders that come back", 0, 0.9),
        number("roo_share", "-", "share of nearshore goods that meets the rules of origin", 0, 1),
        number("skus", "SKUs", "number of articles in the segment", 1, 1e6),
        number("demand_cv", "-", "coefficient of variation of one SKU's weekly demand", 0, 20),
        text(
            "stocking",
            "replenished through the year, or bought once for a season",
            REQUIRED,
            ("replenished", "seasonal"),
        ),
        number("season_days", "days", "length of the selling season (365 if replenished)", 1, 365),
        number("salvage_share", "-", "share of the landed value got for what is left over", 0, 1),
        number(
            "certification_usd_sku",
            "USD/SKU",
            "certification and labelling of a SKU for formal import, once",
            0,
            1e5,
        ),
        number(
            "promise_local_days", "days", "lead time that buyers accept from local stock", 0, 90
        ),
        number("promise_mail_days", "days", "lead time that buyers accept from abroad", 0, 90),
        *PROVENANCE,
    ),
)
GOODS_COSTS = Table(
    "goods_costs",
    "true cost of the goods of an order at an origin; no row: that origin does not make the product",
    (
        identifier("product_id", "product", key=True, refers="products"),
        identifier("origin_id", "origin", key=True, refers="origins"),
        number("goods_usd", "USD/order", "cost at the origin", 0, 1e5),
        *PROVENANCE,
    ),
)
TARIFFS = Table(
    "tariffs",
    "what is paid at the border, by date; the row in force on the as-of date is used",
    (
        identifier("rule_id", "your name of the rule", key=True),
        text("destination", "country of entry", REQUIRED, COUNTRIES),
        text(
            "entry_kind",
            "courier parcel, formal (bulk) or preferential (bulk, rules of origin)",
            REQUIRED,
            ("courier", "formal", "preferential"),
        ),
        text(
            "origin_group",
            "where the goods come from; a named group beats any",
            REQUIRED,
            ("CN", "USMCA", "any"),
        ),
        text("tariff_class", "class of products.csv, in any case; a named class beats any", "any"),
        number("value_from_usd", "USD", "lower end of the value band, not included", 0, None, 0.0),
        number(
            "value_to_usd",
            "USD",
            "upper end of the value band, included; empty: no end",
            0,
            None,
            None,
        ),
        day("valid_from", "first day in force"),
        day("valid_to", "last day in force; empty: open", None),
        number("rate", "-", "courier: all-in rate (it contains VAT); else: duty", 0, 5),
        text("base", "what the rate applies to", REQUIRED, ("courier_value", "cif", "fob")),
        number("fee_rate", "-", "customs user fee on the same base (DTA, MPF + HMF)", 0, 0.5, 0.0),
        number("fee_min_usd", "USD/entry", "least user fee of one formal entry", 0, None, 0.0),
        number(
            "fee_max_usd",
            "USD/entry",
            "largest user fee of one formal entry; empty: none",
            0,
            None,
            None,
        ),
        number("fixed_usd", "USD/parcel", "fixed fee per parcel (courier)", 0, None, 0.0),
        *PROVENANCE,
    ),
)
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
            choices=("CN", "MX", "US"),
        ),
        Column("to_country", "text", "country where the leg ends", key=True, choices=COUNTRIES),
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
        ),
        number("km_day", "km/day", "distance covered a day under way", 1, 50000),
        number("days_cv", "-", "coefficient of variation of the leg's time", 0, 3, 0.0),
        *PROVENANCE,
    ),
)
SERVICES = Table(
    "services",
    "last-mile services: price and speed by country, distance band and zone class",
    (
        identifier(
            "service_id", "service: one product of a carrier, a row per band and class", key=True
        ),
        Column("country", "text", "consumer's country", key=True, choices=COUNTRIES),
        Column("zone_class", "text", "class of the zone", key=True, choices=ZONE_CLASSES),
        Column(
            "km_from",
            "number",
            "lower end of the road distance band, left out (0: in)",
            "km",
            key=True,
            low=0,
        ),
        number("km_to", "km", "upper end, included"),
        number("base_usd", "USD/order", "price of the first kilogram", 0, 1000),
        number("usd_kg", "USD/kg", "price of a further kilogram", 0, 100),
        number("usd_100km", "USD/order/100 km", "price by distance inside the band", 0, 10, 0.0),
        number("days_mean", "days", "mean days from dispatch to door", 0.1, 60),
        number("days_p90", "days", "days that nine of ten orders keep", 0.1, 120),
        *PROVENANCE,
    ),
)
OWN_DELIVERY = Table(
    "own_delivery",
    "own vans: what an order from a site costs to a zone by them; `optimize --with-routing` finds it from routes",
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
    "direct-mail services from China to the consumer's door",
    (
        identifier("service_id", "service", key=True),
        Column("country", "text", "consumer's country", key=True, choices=COUNTRIES),
        Column("zone_class", "text", "class of the zone", key=True, choices=ZONE_CLASSES),
        number("base_usd", "USD/order", "price per parcel", 0, 1000),
        number("usd_kg", "USD/kg", "price per chargeable kilogram", 0, 1000),
        number(
            "volumetric_kg_m3",
            "kg/m3",
            "volumetric weight of a cubic metre (167 for a divisor of 6000)",
            0,
            1000,
        ),
        number("days_mean", "days", "mean days from order to door", 0.1, 120),
        number("days_p90", "days", "days that nine of ten orders keep", 0.1, 240),
        *PROVENANCE,
    ),
)
MAIL_CAPACITY = Table(
    "mail_capacity",
    "air capacity for direct mail that the seller can book",
    (
        Column("country", "id", "consumer's country", key=True, choices=COUNTRIES),
        number("kg_day", "kg/day", "chargeable weight a day in a month of factor 1"),
        *PROVENANCE,
    ),
)
CARRIERS = Table(
    "carriers",
    "last-mile capacity by state: orders a day that carriers will take from the seller",
    (
        text("country", "country", REQUIRED, COUNTRIES, key=True),
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
)
CALENDAR = Table(
    "calendar",
    "the periods of the year: months without their events, and the events",
    (
        identifier("period_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("kind", "month or sales event", REQUIRED, ("month", "event")),
        day("starts", "first day"),
        number(
            "days", "days", "days of the period; a month's without those of its events", 0.01, 366
        ),
        number("freight_factor", "-", "price of freight for goods sold in this period", 0, 10, 1.0),
        number("mail_factor", "-", "price of direct mail", 0, 10, 1.0),
        number("last_mile_factor", "-", "price of the last mile", 0, 10, 1.0),
        number("mail_delay_days", "days", "days that direct mail takes longer", 0, 60, 0.0),
        number("last_mile_delay_days", "days", "days that the last mile takes longer", 0, 60, 0.0),
        number("capacity_factor", "-", "capacity of carriers and air in the period", 0, 5, 1.0),
        *PROVENANCE,
    ),
)
PREBUILD = Table(
    "prebuild",
    "share of a period's demand that lands in an earlier period; the rest lands in the period itself",
    (
        identifier("period_id", "period in which the goods are sold", key=True, refers="calendar"),
        identifier("lands_in", "earlier period in which they land", key=True, refers="calendar"),
        number("share", "-", "share of the period's demand", 0, 1),
        *PROVENANCE,
    ),
    required=False,
)
EMISSION_MODES = ("sea", "air", "road", "last_mile")
EMISSIONS = Table(
    "emissions",
    "well-to-wheel emissions by mode; every mode has a row",
    (
        Column("mode", "text", "mode", key=True, choices=EMISSION_MODES),
        number("kg_tkm", "kg CO2e/t/km", "emission factor", 0, 100),
        *PROVENANCE,
    ),
)
LANES = Table(
    "lanes",
    "lanes whose real length is known better than the map's; without a road graph, every road lane",
    (
        identifier("from_id", "site, gateway or origin", key=True),
        identifier("to_id", "site, gateway or zone", key=True),
        number("road_km", "km", "real length, both ways", 0, 1e5),
        number("hours", "h", "real time; empty: length over mean speed", 0, 1e4, None),
        *PROVENANCE,
    ),
    required=False,
)
DUTIES = ("delivery", "linehaul")
ROAD_KINDS = ("street", "road")
VEHICLES = Table(
    "vehicles",
    "vehicles that a site can run itself: vans to the doors, trucks between gateways, sites and hubs",
    (
        identifier("type_id", "name in other tables", key=True),
        Column("country", "text", "country in which it runs", key=True, choices=COUNTRIES),
        text("name", "name for people", REQUIRED),
        text("duty", "delivery to doors, or linehaul of full loads", REQUIRED, DUTIES),
        number("parcels", "orders", "orders that fit", 1, 1e5),
        number("load_kg", "kg", "weight that it carries", 1, 1e5),
        number("load_m3", "m3", "volume that it carries", 0.01, 1e3),
        number("shift_start", "h", "hour on the clock at which the shift begins", 0, 24, 8.0),
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
        number(
            "range_km", "km", "farthest that it drives in a day; empty: no limit", 1, None, None
        ),
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
        Column(
            "from_hour", "number", "hour at which the band begins", "h", key=True, low=0, high=24
        ),
        number("to_hour", "h", "hour at which it ends", 0, 24),
        number("kmh", "km/h", "mean speed, lights and traffic included", 1, 130),
        *PROVENANCE,
    ),
    required=False,
)
STOPS = Table(
    "stops",
    "a day's stops: your own list, in place of stops placed in the zones",
    (
        identifier("stop_id", "name in the results", key=True),
        *PLACE,
        number("orders", "orders", "parcels to hand over", 1, 1e5, 1.0),
        number("weight_kg", "kg", "their weight together", 0, 1e5, 0.0),
        number(
            "ready",
            "h",
            "hour on the clock before which nobody is there; 9.5 is half past nine",
            0,
            24,
            0.0,
        ),
        number("due", "h", "hour by which service must begin", 0, 24, 24.0),
        number(
            "minutes", "min", "time at the stop; empty: by the network's parameters", 0, 600, None
        ),
    ),
)
ZONES = Table(
    "zones",
    "where orders come from",
    (
        identifier("zone_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("country", "country", REQUIRED, COUNTRIES),
        text("state", "state: short or official name, or usual abbreviation", ""),
        *PLACE,
        number("population", "people", "people of the zone", 0, 1e8),
        number("internet_share", "-", "share of people who use the internet", 0, 1, 1.0),
        number("income_index", "-", "income over the national mean", 0, 20, 1.0),
        text("zone_class", "metropolitan, urban or rural", REQUIRED, ZONE_CLASSES),
        text("source", "where population and point come from", ""),
    ),
)
MIX = Table(
    "mix",
    "share of the products in a country's orders",
    (
        Column("country", "text", "country", key=True, choices=COUNTRIES),
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
        Column("country", "text", "country", key=True, choices=COUNTRIES),
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

NETWORK_TABLES = (
    PARAMETERS, COUNTRY_TABLE, ORIGINS, GATEWAYS, SITES, SITE_SIZES, BANDS, PRODUCTS, GOODS_COSTS, TARIFFS, FREIGHT,
    SERVICES, OWN_DELIVERY, MAIL_SERVICES, MAIL_CAPACITY, CARRIERS, CALENDAR, PREBUILD, EMISSIONS, LANES,
    VEHICLES, SPEEDS,
)  # fmt: skip
DEMAND_TABLES = (PARAMETERS, ZONES, MIX, SEASONALITY, ORDERS)
