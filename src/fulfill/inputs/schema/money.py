"""The tables of duties, taxes and fees that are paid at the border."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Table, day, identifier, number, text
from fulfill.inputs.schema.shared import COUNTRIES, PROVENANCE

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
            "where the goods come from; a named group takes precedence over any",
            REQUIRED,
            ("CN", "USMCA", "any"),
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
        number("rate", "-", "courier: all-in rate (it contains VAT); else: duty", 0, 5),
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

ENTRY_FEES = Table(
    "entry_fees",
    "fees of formal and preferential entries besides those in tariffs.csv, by date; "
    "every row that applies is charged",
    (
        identifier("fee_id", "your name of the row", key=True),
        text("fee", "the fee; its rows follow one another in time (MPF)", REQUIRED),
        text("destination", "country of entry", REQUIRED, COUNTRIES),
        text("entry_kind", "kind of entry", REQUIRED, ("formal", "preferential")),
        text("origin_group", "where the goods come from", "any", ("CN", "USMCA", "any")),
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
