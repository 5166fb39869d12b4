"""Tables of time: the calendar, orders by weekday, and goods that land before they are sold."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, day, identifier, number, text
from fulfill.inputs.schema.shared import PROVENANCE

CALENDAR = Table(
    "calendar",
    "the periods of the year: months without their events, and the events",
    (
        identifier("period_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("kind", "month or sales event", REQUIRED, ("month", "event")),
        day(
            "starts",
            "first day; the period comes back every year, and 29 February is 1 March of a year "
            "without it",
        ),
        number(
            "days", "days", "days of the period; a month's without those of its events", 0.01, 366
        ),
        number("freight_factor", "-", "price of freight for goods sold in this period", 0, 10, 1.0),
        number("mail_factor", "-", "price of direct mail", 0, 10, 1.0),
        number("last_mile_factor", "-", "price of the last mile", 0, 10, 1.0),
        number("mail_delay_days", "days", "days that direct mail takes longer", 0, 60, 0.0),
        number("last_mile_delay_days", "days", "days that the last mile takes longer", 0, 60, 0.0),
        number("capacity_factor", "-", "capacity of carriers and air in the period", 0, 5, 1.0),
        *PROVENANCE,
    ),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAILY_PROFILE = Table(
    "daily_profile",
    "orders by day of the week; where it is given, the delay of a throughput band follows from the "
    "backlog of busy days, and `delay_days` of bands.csv is not used",
    (
        Column("weekday", "text", "day of the week", key=True, choices=WEEKDAYS),
        number("weight", "-", "orders of the day, relative to those of the other days", 0, 100),
        *PROVENANCE,
    ),
    required=False,
)
PREBUILD = Table(
    "prebuild",
    "share of the demand of a period that lands in an earlier one; the rest lands in the period",
    (
        identifier("period_id", "period in which the goods are sold", key=True, refers="calendar"),
        identifier("lands_in", "earlier period in which they land", key=True, refers="calendar"),
        number("share", "-", "share of the period's demand", 0, 1),
        *PROVENANCE,
    ),
    required=False,
)
