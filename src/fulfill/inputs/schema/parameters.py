"""Parameters: the rows that parameters.csv of a network and of a demand must have."""

from __future__ import annotations

from fulfill.inputs.columns import Parameter, Table, identifier, number
from fulfill.inputs.schema.shared import PROVENANCE

PARAMETERS = Table(
    "parameters",
    "parameters of the model; every one listed in the data dictionary must be there",
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
    Parameter("review_days", "days", 0.0, 365.0, "days between two replenishments of a SKU"),
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
    Parameter(
        "payment_loss_local",
        "-",
        0.0,
        0.5,
        "share of net revenue lost to unpaid or disputed orders from a site",
    ),
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
        "street distance over the great circle, between stops close together",
    ),
    Parameter(
        "street_reach_km",
        "km",
        0.0,
        100.0,
        "great circle up to which stops are close together; beyond it, the road graph is used",
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
        "own delivery besides vehicle and driver: second attempts, customer service",
    ),
    Parameter(
        "delivery_days_week", "days/week", 1.0, 7.0, "days a week on which orders are delivered"
    ),
)
DEMAND_PARAMETERS = (
    Parameter("orders_per_year", "orders", 1.0, 1e9, "potential orders of the seller a year"),
    Parameter(
        "us_share",
        "-",
        0.0,
        1.0,
        "share of the orders that come from US zones, the rest from the other country; "
        "of other countries see country_shares.csv",
        required=False,
    ),
    Parameter("income_exponent", "-", 0.0, 2.0, "e in population x internet x income^e"),
)
