"""Table of contracts for sites: fees of a 3PL by volume, and terms of leases."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, number, text
from fulfill.inputs.schema.places import OWNERSHIPS, SITE_OF_ROW
from fulfill.inputs.schema.shared import PROVENANCE

INCREMENTAL, ALL_UNITS, LEASE = "incremental", "all_units", "lease"
CONTRACT_KINDS = (INCREMENTAL, ALL_UNITS, LEASE)
"""A fee for the orders of each tier, one fee for all orders of a month, or rent without a fee."""
CONTRACTS = Table(
    "contracts",
    "contracts for sites: the fee for an order by monthly volume, a row for each tier, the least "
    "fee of a month and the shortest term; without rows an order costs pick_usd_order of sites.csv",
    (
        Column("ownership", "text", "own or shared", key=True, choices=OWNERSHIPS),
        SITE_OF_ROW,
        Column(
            "tier_from",
            "number",
            "orders a month from which the fee holds: 0 in the first row of a contract",
            "orders/month",
            key=True,
            low=0.0,
        ),
        text(
            "kind",
            "incremental: each order pays the fee of the tier it falls in; all_units: all orders "
            "of a month pay the fee of the tier reached; lease: no fee, terms only",
            REQUIRED,
            CONTRACT_KINDS,
        ),
        number(
            "fee_usd_order",
            "USD/order",
            "fee for an order, in place of pick_usd_order; empty for a lease",
            0,
            50,
            None,
        ),
        number(
            "minimum_usd_month",
            "USD/month",
            "least fee of a month, paid also without orders; 0: none",
            0,
            1e6,
        ),
        number("minimum_term_months", "months", "shortest term of the contract; 0: none", 0, 360),
        number("notice_months", "months", "notice before it ends; 0: none", 0, 60),
        *PROVENANCE,
    ),
    required=False,
)
