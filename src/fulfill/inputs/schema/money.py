"""The tables of duties, taxes and fees that are paid at the border."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, day, identifier, number, text
from fulfill.inputs.schema.shared import COUNTRY_CODES, PROVENANCE

HEADINGS = "headings"
"""Stands for a duty rate that is worked out from the headings of the class."""
BASE_DUTY = "base"
"""The duty that every heading pays; others are added to it."""
EXCHANGE_RATES = Table(
    "exchange_rates",
    "exchange rates by date; the newest on or before the as-of date of the network is used",
    (
        Column("date", "date", "day of the rate", "YYYY-MM-DD", key=True),
        Column("currency", "id", "code of ISO 4217, such as MXN", key=True),
        number("units_per_usd", "units/USD", "units of the currency for one USD", 1e-6, 1e6),
        *PROVENANCE,
    ),
    required=False,
)
TARIFFS = Table(
    "tariffs",
    "what is paid at the border, by date; the row in force on the as-of date is used",
    (
        identifier("rule_id", "your name of the rule", key=True),
        text("destination", "country of entry", REQUIRED, COUNTRY_CODES),
        text(
            "entry_kind",
            "courier parcel, formal (bulk) or preferential (bulk, rules of origin)",
            REQUIRED,
            ("courier", "formal", "preferential"),
        ),
        text(
            "origin_group",
            "where the goods come from: a group of origin_groups.csv, or the code of a country "
            "without a group; a named group takes precedence over any",
            REQUIRED,
        ),
        text(
            "tariff_class",
            "class in products.csv, case ignored; a named class takes precedence over any",
            "any",
        ),
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
        number(
            "rate",
            "-",
            "courier: all-in rate (it contains VAT); else: duty. The word headings: the mean over "
            "the headings of the class, by tariff_headings.csv and heading_rates.csv",
            0,
            5,
            word=HEADINGS,
        ),
        text("base", "what the rate applies to", REQUIRED, ("courier_value", "cif", "fob")),
        number(
            "fee_rate",
            "-",
            "customs user fee of the rule, on the same base (Mexico's DTA); "
            "fees of their own base, bounds or transport mode: entry_fees.csv",
            0,
            0.5,
            0.0,
        ),
        number("fee_min_usd", "USD/entry", "smallest user fee of one formal entry", 0, None, 0.0),
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
    required=False,
    absent="duties and parcel taxes at the border",
)

TARIFF_HEADINGS = Table(
    "tariff_headings",
    "the headings of the customs tariff that stand for a tariff class, and their weights in it",
    (
        identifier("tariff_class", "class in products.csv", key=True),
        identifier("heading", "heading of the harmonized system, six digits (610910)", key=True),
        text("name", "what it covers, for readers"),
        number("weight", "-", "share of the class by customs value; only ratios count"),
        *PROVENANCE,
    ),
    required=False,
)

HEADING_RATES = Table(
    "heading_rates",
    "duties by heading and date; a heading pays the sum of its duties in force, of each duty the "
    "row that fits best",
    (
        identifier("rate_id", "your name of the row", key=True),
        text("destination", "country of entry", REQUIRED, COUNTRY_CODES),
        text(
            "origin_group",
            "where the goods come from, as in tariffs.csv; a named group takes precedence over any",
            "any",
        ),
        identifier(
            "heading",
            "heading in tariff_headings.csv, or any; a named heading takes precedence over any, "
            "also over a named group",
        ),
        text(
            "duty",
            "base (the general rate, which every heading needs) or your name of a duty that is "
            "added to it, such as section-301; a rate of 0 exempts a heading from a duty on any",
            REQUIRED,
        ),
        day("valid_from", "first day in force"),
        day("valid_to", "last day in force; empty: open", None),
        number("rate", "-", "share of the customs value", 0, 5),
        *PROVENANCE,
    ),
    required=False,
)

ENTRY_FEES = Table(
    "entry_fees",
    "fees of formal and preferential entries besides those in tariffs.csv, by date; "
    "every row that applies is charged",
    (
        identifier("fee_id", "your name of the row", key=True),
        text("fee", "the fee; its rows follow one another in time (MPF)", REQUIRED),
        text("destination", "country of entry", REQUIRED, COUNTRY_CODES),
        text("entry_kind", "kind of entry", REQUIRED, ("formal", "preferential")),
        text("origin_group", "where the goods come from, as in tariffs.csv", "any"),
        text(
            "transport_mode",
            "how the goods enter the country: sea and air through its own ports and airports, "
            "road through a land crossing",
            "any",
            ("sea", "air", "road", "any"),
        ),
        day("valid_from", "first day in force"),
        day("valid_to", "last day in force; empty: open", None),
        number("rate", "-", "share of the base", 0, 0.5),
        text("base", "what the rate applies to", REQUIRED, ("cif", "fob")),
        number("min_usd", "USD/entry", "smallest fee of one entry", 0, None, 0.0),
        number("max_usd", "USD/entry", "largest fee of one entry; empty: none", 0, None, None),
        *PROVENANCE,
    ),
    required=False,
)
