"""Tables of rate cards: prices by zone of the card and weight break, zones, surcharges."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, day, identifier, number, text
from fulfill.inputs.schema.demand import ZONE_CLASSES
from fulfill.inputs.schema.shared import COUNTRY_CODES, PROVENANCE

ANY = "any"
"""Stands in surcharges.csv for every service of the card, every class and every state."""
OTHER_STATES = "*"
"""Stands in rate_zones.csv for every state that no row of the card names."""
RATE_CARDS = Table(
    "rate_cards",
    "prices of a carrier's rate card by its zones and weight breaks; the rows in force on the "
    "as-of date are used",
    (
        identifier(
            "card",
            "your name of the card; services.csv and mail_services.csv name it too",
            key=True,
        ),
        identifier("service_id", "service of services.csv or mail_services.csv", key=True),
        identifier("card_zone", "zone of the card, as rate_zones.csv names it", key=True),
        Column(
            "kg_from",
            "number",
            "lower end of the weight break, excluded (0: included); weight is billable weight: "
            "the larger of weight and volume over the divisor, rounded up",
            "kg",
            key=True,
            low=0,
        ),
        Column("valid_from", "date", "first day of the price", "YYYY-MM-DD", key=True),
        day("valid_to", "last day of the price; empty: open", None),
        number(
            "kg_to",
            "kg",
            "upper end, included; empty: no end. Above the last break the service carries nothing",
            0,
            None,
            None,
        ),
        number("base_usd", "USD/order", "price of a parcel of the break", 0, 1e4),
        number("usd_kg", "USD/kg", "price of a kilogram above `kg_included`", 0, 1e4, 0.0),
        number("kg_included", "kg", "weight that `base_usd` pays for", 0, 1e4, 0.0),
        number("min_usd", "USD/order", "least price of a parcel, before surcharges", 0, 1e4, 0.0),
        number(
            "divisor_cm3_kg",
            "cm3/kg",
            "volume that is billed as one kilogram; 0: volume is not billed",
            0,
            1e6,
        ),
        number(
            "round_up_kg",
            "kg",
            "billable weight is rounded up to a multiple of this; 0: not rounded",
            0,
            100,
            0.0,
        ),
        *PROVENANCE,
    ),
    required=False,
)
RATE_ZONES = Table(
    "rate_zones",
    "zone of a rate card between a site's state and a consumer's, by distance if the card does so",
    (
        identifier("card", "card", key=True, refers="rate_cards"),
        Column("country", "text", "consumer's country", key=True, choices=COUNTRY_CODES),
        text(
            "from_state",
            "state of the site; * stands for every state that the card does not name, "
            "and for mail from abroad",
            OTHER_STATES,
            key=True,
        ),
        text(
            "to_state",
            "state of the consumer; * stands for every state that the card does not name. "
            "`from_state` outranks `to_state`",
            OTHER_STATES,
            key=True,
        ),
        Column(
            "km_from",
            "number",
            "lower end of the road distance band, excluded (0: included)",
            "km",
            key=True,
            default=0.0,
            low=0,
        ),
        number("km_to", "km", "upper end, included; empty: no end", 0, None, None),
        identifier("card_zone", "zone of the card, as rate_cards.csv names it"),
        *PROVENANCE,
    ),
    required=False,
)
SURCHARGES = Table(
    "surcharges",
    "surcharges on the prices of rate cards, by date; every row that applies is charged",
    (
        identifier("surcharge_id", "your name of the row", key=True),
        text("surcharge", "the surcharge; its rows follow one another in time (fuel)", REQUIRED),
        identifier("card", "card", refers="rate_cards"),
        identifier("service_id", "service of the card, or any", default=ANY),
        text("country", "consumer's country", REQUIRED, COUNTRY_CODES),
        text("zone_class", "class of the zone, or any", ANY, (*ZONE_CLASSES, ANY)),
        text("to_state", "state of the consumer, or any", ANY),
        day("valid_from", "first day in force"),
        day("valid_to", "last day in force; empty: open", None),
        day(
            "peak_from",
            "first day of the season in which it is charged; the season comes back every year. "
            "Empty: charged all year. A period pays it by the share of its days in the season",
            None,
        ),
        day("peak_to", "last day of the season", None),
        number("share", "-", "share of the card's price, other surcharges left out", 0, 10, 0.0),
        number("usd_order", "USD/order", "charge on a parcel", 0, 1e4, 0.0),
        number("usd_kg", "USD/kg", "charge on a billable kilogram", 0, 1e4, 0.0),
        *PROVENANCE,
    ),
    required=False,
)
