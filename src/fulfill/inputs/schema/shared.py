"""What tables share: countries, statuses, windows, and the columns of place and provenance."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, number, text

COUNTRIES = ("MX", "US")
STATUSES = ("in_force", "announced", "estimate", "assumption")
WINDOW = {"lat": (-60.0, 75.0), "lon": (-180.0, 180.0)}
"""Degrees in which any place of a network may lie."""
COUNTRY_WINDOW = {"MX": ((14.0, 33.0), (-119.0, -86.0)), "US": ((24.0, 50.0), (-125.0, -66.0))}
"""Degrees (lat, lon) in which a site or zone of a country must lie; reveals swapped coordinates."""
PLACE = (
    number("lat", "degrees", "latitude, WGS84", *WINDOW["lat"]),
    number("lon", "degrees", "longitude, WGS84", *WINDOW["lon"]),
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
