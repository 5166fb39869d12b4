"""Table of disruptions: capacity that is lost, or added, all year or in a period."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Table, identifier, number, text
from fulfill.inputs.schema.shared import PROVENANCE

SITE, GATEWAY, CARRIER, MAIL = "site", "gateway", "carrier", "mail"
DISRUPTED = (SITE, GATEWAY, CARRIER, MAIL)
"""What a row may be about."""
ANY_PERIOD = "any"
"""Stands for every period of the year."""
DISRUPTIONS = Table(
    "disruptions",
    "capacity that is lost or added, all year or in a period; rows for the same capacity multiply",
    (
        text(
            "kind",
            "whose capacity: a site, a gateway (port, airport or crossing), the carriers of a "
            "state, or air mail to a country",
            REQUIRED,
            DISRUPTED,
            key=True,
        ),
        identifier(
            "id",
            "id of the site or gateway; of carriers country and state, such as MX Jalisco; of "
            "mail the country",
            key=True,
        ),
        identifier(
            "period_id", "a period of calendar.csv; any: all year", key=True, default=ANY_PERIOD
        ),
        number(
            "capacity_factor",
            "-",
            "what is left of the capacity: 0 lost, 0.5 half, above 1 more than usual",
            0,
            5,
            wall=False,
        ),
        *PROVENANCE,
    ),
    required=False,
    open_rows=True,
)
