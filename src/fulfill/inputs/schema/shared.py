"""What tables share: countries, statuses, windows, and the columns of place and provenance."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, USD, number, text

_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
    "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
    "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
    "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
    "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRY_CODES = tuple(_CODES.split())
"""Codes of countries and territories, ISO 3166-1 alpha-2."""
STATUSES = ("in_force", "announced", "measured", "estimate", "assumption")
WINDOW = {"lat": (-60.0, 75.0), "lon": (-180.0, 180.0)}
"""Degrees in which any place of a network may lie."""
PLACE = (
    number("lat", "degrees", "latitude, WGS84", *WINDOW["lat"]),
    number("lon", "degrees", "longitude, WGS84", *WINDOW["lon"]),
)
CURRENCY = text(
    "currency",
    "currency of all amounts of the row, also of those whose column is named after USD; "
    "exchange_rates.csv has the rate of any other than USD",
    USD,
)
PROVENANCE = (
    text("source", "who published the figure, with an id of your own if you like", REQUIRED),
    text("source_date", "date of the source, as exact as known", ""),
    text("status", "how far it can be relied on", REQUIRED, STATUSES),
    text(
        "range",
        "column=low..high; ... of the assumed figures: required where status is assumption",
        "",
    ),
)
