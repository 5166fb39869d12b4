"""Rules and remedies of the faults of contracts.csv; `faults.RULES` has them all."""

from __future__ import annotations

CONTRACT_RULES: dict[str, tuple[str, str]] = {
    "F527": (
        "the first tier of a contract begins at 0 orders a month",
        "add the row with tier_from 0, or set tier_from of the lowest row to 0",
    ),
    "F528": (
        "all rows of a contract have the same kind, currency, minimum and terms",
        "repeat the values of the first row in the others",
    ),
    "F529": (
        "each tier of a contract with a fee has one; a lease has one row, no fee and no minimum",
        "fill fee_usd_order, with 0 where the tier is free; write rent into sites.csv and "
        "site_sizes.csv",
    ),
    "W527": (
        "a site has one fee for an order",
        "the fee of contracts.csv is used; set pick_usd_order of sites.csv to 0 to say so",
    ),
    "W528": (
        "what a size costs a month is paid besides the minimum of the contract",
        "if fixed_usd_month of site_sizes.csv is meant to be that minimum, set it to 0",
    ),
}
