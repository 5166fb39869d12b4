"""Tables of a present network: its sites, its flows or orders, and its ledger."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, identifier, number, text
from fulfill.inputs.schema.places import SIZES
from fulfill.inputs.schema.shared import CURRENCY

SUNK, COUNTED = "sunk", "counted"
BY_POST = "mail"
"""Value of orders sent by mail in place of a site."""


def _of_a_run(*names: str) -> tuple[Column, ...]:
    """Return columns that the tables of a run have besides and that are not read."""
    return tuple(text(name, "as a run writes it; not read") for name in names)


PRESENT_SITES = Table(
    "present_sites",
    "a site that there is today; sites.csv of a run can be used",
    (
        identifier("site_id", "site of sites.csv of the network", key=True),
        text("size", "present size, one in which the network offers the site", REQUIRED, SIZES),
        text(
            "opening",
            "sunk: the opening is paid; counted: its yearly share is part of the cost; empty: "
            "counted where opening_usd is filled, as in sites.csv of a run, else sunk",
            "",
            ("", SUNK, COUNTED),
        ),
        text("opening_usd", "whether there is an opening to pay, see `opening`"),
        *_of_a_run(
            "name", "country", "state", "lat", "lon", "ownership", "orders_year",
            "mean_utilisation", "peak_utilisation", "peak_period", "peak_period_name",
            "fixed_usd_year",
        ),
    ),
)  # fmt: skip
PRESENT_FLOWS = Table(
    "present_flows",
    "orders that move from one place to another today; flows.csv of a run can be used",
    (
        text("leg", "outbound to a zone, or inbound to a site", "outbound",
             ("outbound", "inbound"), key=True),
        identifier("from", "outbound: site, plant, or `direct mail`; inbound: origin", key=True),
        identifier("to", "outbound: zone; inbound: site", key=True),
        text("channel", "channel; empty: the cheapest between the two places", key=True),
        identifier("product", "product", key=True),
        identifier("period", "period of the calendar", key=True),
        text("via", "inbound: gateway, crossing, or gateway+crossing; empty: the cheapest",
             key=True),
        text("transport", "modes, as in flows.csv of a run: `road`, `rail`, `air`; inbound such as "
             "`sea+rail`; empty: the cheapest", key=True),
        text("service_id", "outbound: last-mile or mail service; empty: the cheapest", key=True),
        number("orders", "orders",
               "outbound: potential orders a year; inbound: orders brought in, as dispatched"),
        *_of_a_run(
            "from_name", "to_name", "to_state", "product_name", "period_name", "via_name",
            "distance_km", "lead_time_days", "placed", "dispatched", "delivered",
        ),
    ),
)  # fmt: skip
PRESENT_ORDERS = Table(
    "present_orders",
    "orders of a zone, product and period by the site that sends them today",
    (
        identifier("zone_id", "zone of zones.csv of the demand", key=True),
        identifier("product_id", "product", key=True),
        identifier("period_id", "period of the calendar", key=True),
        identifier("site_id", f"site that sends them, or `{BY_POST}` for mail from overseas",
                   key=True),
        text("service_id", "last-mile or mail service; empty: the cheapest", key=True),
        number("orders", "orders", "potential orders a year, as in orders.csv of the demand"),
    ),
)  # fmt: skip
LEDGER = Table(
    "ledger",
    "what the books say a month cost, by part",
    (
        text("month", "month as YYYY-MM", REQUIRED, key=True),
        text("site_id", "site; empty: of no site, or of all", key=True),
        text("part", "part of costs.csv, or any other name for what the model does not have",
             REQUIRED, key=True),
        number("amount", "USD", "cost in the currency of the row; income negative", low=None),
        CURRENCY,
    ),
)  # fmt: skip
PRESENT_TABLES = (PRESENT_SITES, PRESENT_FLOWS, PRESENT_ORDERS, LEDGER)
