"""Figures of all outputs: key, unit, format, label and meaning of each.

Terminal, pages, the reference of outputs and the tests read this module; `outputs.py` lists the
figures of each table. Labels are English here, and translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.schema import USD
from fulfill.study.currency import currency, in_currency, rate_of_results
from fulfill.study.labels import VALUES
from fulfill.study.language import Message, day, listed, millions, number
from fulfill.study.language import translated as _

UNDEFINED = "\N{EN DASH}"
"""Text shown where there is no value."""
BY_MAIL = "direct mail"
"""Value in flows.csv and zones.csv in place of a site, for mailed orders."""
WHOLE, CENTS, MILLS, TENTH = "{:,.0f}", "{:,.2f}", "{:,.3f}", "{:,.1f}"
PERCENT, WHOLE_PERCENT, FINE_PERCENT = "{:.1%}", "{:.0%}", "{:.2%}"
DAY = "date"
"""Form of a date."""
TOLD = frozenset(
    {"", "1", "share", "orders", "sites", "zones", "stops", "vehicles", "parcels", "ISO date"}
)
"""Units that label or format already imply; any other unit is shown with the figure."""
DECIMALS = {
    "": 0, "USD": 2, "orders": 3, "parcels": 3, "share": 4, "1": 4, "days": 2, "h": 3,
    "h on the clock": 4, "s": 2, "km": 2, "km²": 2, "m³": 3, "kg": 3, "see unit": 3,
    "people": 0, "rows": 0, "sites": 0, "vehicles": 0, "stops": 2, "degrees north": 5,
    "degrees east": 5,
}  # fmt: skip
"""Decimals of a figure in a CSV file, by unit; those of a mean per order are `PER_ORDER`."""
PER_ORDER = 4
MILLIONS_FROM = 1e7
"""Amount from which a key figure is shown in millions."""


@dataclass(frozen=True)
class Figure:
    """A key figure or a column of a table.

    Attributes
    ----------
    key : str
        As in summary.json and in the header of a CSV file.
    unit : str
        Unit of the value in the file; ``share`` is a fraction of 1, an empty text no unit.
    form : str
        Format for `str.format`, `DAY`, or the name of a catalogue of `VALUES`; empty for plain
        text.
    words : str
        Label in English; `label` is that of the context's language.
    meaning : str
        Definition in English, for the reference; `definition` is that of the context's language.
    digits : int or None
        Decimals in a CSV file where those of the unit do not fit; see `decimals`.
    """

    key: str
    unit: str
    form: str
    words: str
    meaning: str
    digits: int | None = None

    @property
    def decimals(self) -> int:
        """Decimals to which the value is rounded in a CSV file."""
        if self.digits is not None:
            return self.digits
        return PER_ORDER if self.key.endswith("_per_order") else DECIMALS[self.unit]

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers, which are aligned to the right."""
        return self.form.startswith("{")

    @property
    def label(self) -> str:
        """Label in the language of the context."""
        return _(self.words)

    @property
    def definition(self) -> str:
        """Definition in the language of the context."""
        return _(self.meaning)

    @property
    def heading(self) -> str:
        """Label and unit in the language and currency of the context, for the head of a column."""
        return self._headed(currency() if self.is_money else self.unit)

    @property
    def file_heading(self) -> str:
        """Label and unit of the values in a file, in the language of the context."""
        return self._headed(self.unit)

    def _headed(self, unit: str) -> str:
        if unit in TOLD:
            return self.label
        return _("{label}, {unit}").format(label=self.label, unit=_(unit))

    @property
    def is_money(self) -> bool:
        """Whether the values are amounts of money: in files USD, else as the context says."""
        return self.unit == USD

    def shown(self, value: Any) -> str:
        """Return a value without its unit."""
        return shown(in_currency(value) if self.is_money else value, self.form)

    def with_unit(self, value: Any) -> str:
        """Return a value with its unit."""
        text = self.shown(value)
        if self.unit in TOLD or text == UNDEFINED:
            return text
        return _("{value} {unit}").format(value=text, unit=self._shown_unit)

    def in_short(self, value: Any) -> str:
        """Return a value with its unit, with large amounts in millions."""
        if not self.is_number or pd.isna(value):
            return self.with_unit(value)
        amount = in_currency(value) if self.is_money else value
        if not MILLIONS_FROM <= abs(amount) < np.inf:
            return self.with_unit(value)
        text = millions(amount)
        if self.unit in TOLD:
            return text
        return _("{millions} {unit}").format(millions=text, unit=self._shown_unit)

    @property
    def _shown_unit(self) -> str:
        return currency() if self.is_money else _(self.unit)


def money(usd: Any, form: str = WHOLE) -> str:
    """Return an amount of money with its unit, in the currency of the context.

    Parameters
    ----------
    usd : float
        Amount, USD.
    form : str
        Format for `str.format`.

    Returns
    -------
    str
        Such as ``1,250 MXN``.
    """
    return Figure("", USD, form, "", "").with_unit(usd)


def conversion() -> str:
    """Return how amounts are converted, in the language of the context; empty for USD."""
    rate = rate_of_results()
    if rate is None:
        return ""
    text = _(
        "amounts are converted from USD at {rate} {currency} per USD of {day} ({source}); CSV "
        "tables and map layers are in USD"
    )
    units, when = number(rate.units_per_usd, "{:,.10g}"), day(rate.day.isoformat())
    return text.format(rate=units, currency=rate.currency, day=when, source=rate.source)


def shown(value: Any, form: str = "") -> str:
    """Format a value for terminal and pages, in the language of the context.

    Parameters
    ----------
    value : object
        Number, text, or a missing value.
    form : str
        See `Figure`.

    Returns
    -------
    str
        An infinite share is ``unknown`` (a gap without a bound), an infinite amount ``never``.
    """
    if pd.isna(value):
        return UNDEFINED
    if form == DAY:
        return day(str(value))
    if not form.startswith("{"):
        text = str(value)
        # What no catalogue has is a name of the inputs, which stays as it is.
        return _(VALUES[form][text]) if text in VALUES.get(form, {}) else text
    if np.isinf(value):
        return _("unknown") if form.endswith("%}") or value < 0 else _("never")
    return number(value, form)


def limits_shown(limits: str) -> str:
    """Return the limits of a reason of unserved.csv in the language of the context.

    Parameters
    ----------
    limits : str
        Kinds of limits, each with an id where it has one, separated by semicolons.

    Returns
    -------
    str
        The kinds translated, the ids as they are.
    """
    parts = [limit.partition(" ") for limit in limits.split("; ")]
    return listed((f"{shown(kind, 'limit_kind')}{gap}{name}" for kind, gap, name in parts), "; ")


def named(form: str, keys: Iterable[str]) -> list[str]:
    """Return the labels of keys in a catalogue of `VALUES`."""
    return [shown(key, form) for key in keys]


def taken_over(mode: str) -> str:
    """Return the remark on a mixed plan taken from another mode; empty for one of its own.

    Parameters
    ----------
    mode : str
        Mode whose plan it is.

    Returns
    -------
    str
        One sentence, or an empty text.
    """
    if mode == "mixed":
        return ""
    return _(TAKEN_OVER).format(mode=shown(mode, "mode"))


TAKEN_OVER = (
    "The search of the mixed mode found no better plan than the {mode} one, which is used; "
    "try a longer time limit."
)

# fmt: off
SHARED = (
    Figure("site_id", "", "", "site", "id of a site"),
    Figure("zone_id", "", "", "zone", "id of a zone"),
    Figure("name", "", "", "name", "name for people"),
    Figure("country", "", "", "country", "ISO 3166 code"),
    Figure("state", "", "", "state", "state of the country"),
    Figure("lat", "degrees north", "{:.4f}", "latitude", "WGS 84"),
    Figure("lon", "degrees east", "{:.4f}", "longitude", "WGS 84"),
    Figure("population", "people", WHOLE, "people", "people of the zone"),
    Figure("zone_class", "", "zone_class", "class", "metropolitan, urban or rural"),
    Figure("ownership", "", "ownership", "building",
           "`own` building or `shared` with a logistics provider"),
    Figure("size", "", "", "size", "size in which the site is opened"),
    Figure("channel", "", "channel", "channel", "how an order is fulfilled; `unserved` is none"),
    Figure("product", "", "", "product", "id of a product"),
    Figure("product_name", "", "", "product", "name of the product"),
    Figure("period", "", "", "period", "id of a period of the calendar"),
    Figure("period_name", "", "", "period", "name of the period"),
    Figure("mode", "", "mode", "mode", "`direct_only`, `local_only` or `mixed`"),
    Figure("as_of", "ISO date", DAY, "rules of", "day whose tax and tariff rules price the plan"),
    Figure("status", "", "status", "status",
           "`OPTIMAL` (gap at most 1e-4), `FEASIBLE`, `INFEASIBLE` or `NO_PLAN`; `BASELINE` of a "
           "present network"),
    Figure("objective", "USD", WHOLE, "cost a year",
           "logistics, taxes, fixed cost, lost contribution of a year; goods and revenue cancel"),
    Figure("bound", "USD", WHOLE, "bound a year", "no plan of the instance named costs less"),
    Figure("bound_kind", "", "bound_kind", "bound by",
           "`certified`: proven by recomputation; `solver`: as reported by the solver; `none`: of "
           "a baseline"),
    Figure("gap", "share", FINE_PERCENT, "gap", "(objective - bound) / objective", digits=6),
    Figure("ended_by", "", "", "search ended by",
           "`proven` (the gap asked for, or that there is no plan), `time_limit`, `interrupted` "
           "(Ctrl-C) or `exhausted` (the method had nothing left to try)"),
    Figure("seconds", "s", TENTH, "time", "building the model and solving, without reading"),
    Figure("peak_mib", "MiB", TENTH, "memory", "largest memory that the process has used"),
    Figure("audit", "", "", "audit", "`clean`: true or false; `faults`: faults found by the audit"),
    Figure("conflict", "", "", "conflict",
           "limits that together leave no plan: `constraint` (a phrase), `file` (option or table) "
           "and `row` (null for an option)"),
    Figure("proven_irreducible", "", "", "proven irreducible",
           "whether plans were found that keep all but any one of these limits"),
    Figure("bottlenecks", "", "", "bottlenecks",
           "targets that no choice of sites reaches: `target` (option), `attainable` (share of its "
           "orders that arrive in time at most) and `full`, the capacities of a minimum cut: "
           "`kind` (gateway, plant, carrier, mail or site), `id`, `periods`, `file` and `row` "
           "(null where it follows from several rows); none where no site reaches the others in "
           "time"),
    Figure("repairs", "", "", "repairs",
           "what makes a plan possible, the cheapest first: `change` (options to give), `amount` "
           "(new value of the limit; 0 for one left out, null for several), `cost` (shares of the "
           "limits given up, a lock counts 1), `cost_at_least` (proven), `sites` (of the plan that "
           "shows it)"),
    Figure("open_sites", "", "", "open sites", "open sites with their sizes"),
    Figure("kpis", "", "", "key figures", "the key figures listed below"),
    Figure("orders", "orders", WHOLE, "orders a year", "potential orders of a year"),
    Figure("orders_year", "orders", WHOLE, "orders a year", "orders of a year"),
    Figure("lead_time_days", "days", TENTH, "lead time",
           "mean days from order to delivery, over the orders served; none where none is served"),
    Figure("lead_time_days_mean", "days", TENTH, "mean lead time",
           "mean days from order to delivery over all orders served, delays at the peak included"),
    Figure("share_within_3_days", "share", PERCENT, "within 3 days",
           "part of potential orders that arrives within 3 days; a service target of other "
           "days adds a figure `share_within_<n>_days`"),
    Figure("share_within_5_days", "share", PERCENT, "within 5 days",
           "part of potential orders that arrives within 5 days"),
    Figure("cancellation_rate", "share", PERCENT, "cancelled",
           "part of placed orders that is cancelled before delivery: 1 - delivered / placed"),
    Figure("landed_cost_usd_per_order", "USD", CENTS, "landed cost per order",
           "all costs up to the delivery of an order, over dispatched orders"),
    Figure("contribution_usd", "USD", WHOLE, "contribution a year",
           "revenue of delivered orders less every cost of serving them"),
    Figure("unserved_share", "share", PERCENT, "not served",
           "part of potential orders that is not accepted"),
    Figure("co2e_kg_per_order", "kg", CENTS, "CO2e per order",
           "CO2 equivalent of all transport, over dispatched orders"),
    Figure("format_version", "", "{:.0f}", "format", "format of the file; another is refused"),
    Figure("channel_share", "share", PERCENT, "channels",
           "part of potential orders by channel, `unserved` last"),
    Figure("share_direct_mail", "share", PERCENT, "direct mail", "part of orders that is mailed"),
    Figure("share_local", "share", PERCENT, "local", "part of orders from stock of overseas goods"),
    Figure("share_cross_border", "share", PERCENT, "cross-border",
           "part of orders from a site on the other side of the border"),
    Figure("share_nearshore", "share", PERCENT, "nearshore", "part of orders of nearshore goods"),
    Figure("share_unserved", "share", PERCENT, "not served",
           "part of potential orders that is not accepted"),
    Figure("utilisation", "share", PERCENT, "use", "used over capacity; none without a limit"),
    Figure("peak_utilisation", "share", WHOLE_PERCENT, "peak use of base",
           "orders handled over base capacity in the busiest period; overtime is used above 1"),
    Figure("used", "see unit", WHOLE, "used", "use of the resource in the period"),
    Figure("capacity", "see unit", WHOLE, "capacity", "limit of the resource in the period"),
    Figure("mail_usd_per_order", "USD", CENTS, "contribution by mail",
           "contribution of the mean order by direct mail; none where mail reaches no zone"),
    Figure("local_usd_per_order", "USD", CENTS, "contribution from stock",
           "contribution of the mean order from the open sites; none where they reach no zone"),
    Figure("winner", "", "channel", "better channel",
           "`local` where the gain of stock is positive, otherwise `direct_mail`; empty: nothing "
           "to compare"),
    Figure("leg", "", "", "leg", "`inbound` to a site or `outbound` to a zone"),
    Figure("main_site", "", "", "main site",
           "site that serves most orders of the zone, or `direct mail`; empty: nothing served"),
    Figure("main_site_name", "", "", "main site", "name of the main site"),
    Figure("main_channel", "", "channel", "main channel",
           "channel of most orders of the zone; empty where nothing is served"),
    Figure("main_channel_share", "share", PERCENT, "by the main channel",
           "part of potential orders that the main channel serves; none where nothing is served"),
    Figure("second_channel", "", "channel", "second channel",
           "channel of second most orders of the zone; empty where one channel serves all"),
    # a routed day and the vehicles of a plan
    Figure("vehicle", "", "", "vehicle", "site, type and running number"),
    Figure("type_id", "", "", "type", "id of a vehicle type of vehicles.csv of the network"),
    Figure("trip", "", "{:.0f}", "trip", "number of the trip of the vehicle, from 1"),
    Figure("trips", "", "{:.0f}", "trips", "trips of the vehicle"),
    Figure("sequence", "", "{:.0f}", "stop", "number of the stop of the vehicle, from 1"),
    Figure("stop_id", "", "", "stop", "id of a stop"),
    Figure("stops", "stops", WHOLE, "stops", "stops of the vehicle"),
    Figure("parcels", "parcels", WHOLE, "parcels", "parcels carried"),
    Figure("weight_kg", "kg", TENTH, "weight", "weight of the parcels"),
    Figure("arrival", "h on the clock", TENTH, "arrives",
           "arrival at the stop; 26 is 2:00 of the next day"),
    Figure("begin", "h on the clock", TENTH, "begins", "begin of service, after any waiting"),
    Figure("departure", "h on the clock", TENTH, "departs", "end of service"),
    Figure("leg_km", "km", TENTH, "distance", "distance from the previous stop, or from the site"),
    Figure("leg_hours", "h", TENTH, "driving", "driving time from the previous stop, or the site"),
    Figure("km", "km", WHOLE, "km", "distance driven by the vehicle, return to the site included"),
    Figure("hours", "h", TENTH, "hours", "from leaving the site to the return"),
    Figure("leaves", "h on the clock", TENTH, "leaves",
           "departure from the site; 26 is 2:00 of the next day"),
    Figure("returns", "h on the clock", TENTH, "back", "last return to the site"),
    Figure("break_begins", "h on the clock", TENTH, "break", "start of the break, if any"),
    Figure("load_share", "share", WHOLE_PERCENT, "load",
           "parcels or weight over the vehicle's capacity, the higher, in the fullest trip"),
    Figure("usd", "USD", CENTS, "cost", "cost of the vehicle's day"),
    Figure("usd_per_order", "USD", CENTS, "cost an order", "cost over orders"),
    Figure("back_km", "km", TENTH, "return", "distance back to the site, part of `km`"),
    Figure("stops_per_vehicle", "stops", TENTH, "stops a vehicle", "mean over the vehicles"),
    Figure("km_per_vehicle", "km", TENTH, "distance a vehicle", "mean over the vehicles"),
    Figure("hours_per_vehicle", "h", TENTH, "time of a vehicle", "mean over the vehicles"),
    Figure("own_usd_per_order", "USD", CENTS, "own, an order",
           "cost of own delivery over its orders, dispatch and second attempts included"),
)
# fmt: on
KEY_FIGURES = (
    "orders",
    "landed_cost_usd_per_order",
    "contribution_usd",
    "lead_time_days_mean",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    "unserved_share",
    "co2e_kg_per_order",
)
"""Key figures of a plan, in the order in which they are shown."""
_BY_KEY = {figure.key: figure for figure in SHARED}


def figure(key: str) -> Figure:
    """Return the figure of a key that has the same meaning everywhere.

    Parameters
    ----------
    key : str
        Key, or ``share_within_<n>_days`` for any number of days.

    Returns
    -------
    Figure
        Shared by all outputs.

    Raises
    ------
    KeyError
        Where no figure has this key.
    """
    if key in _BY_KEY:
        return _BY_KEY[key]
    days = key.removeprefix("share_within_").removesuffix("_days")
    if key == f"share_within_{days}_days" and days.isdigit():
        n = int(days)
        meaning = Message("part of potential orders that arrives within {n} days", n=n)
        return Figure(key, "share", PERCENT, Message("within {n} days", n=n), meaning)
    raise KeyError(key)


def figures(*keys: str) -> tuple[Figure, ...]:
    """Return the figures of keys that have the same meaning everywhere; see `figure`."""
    return tuple(figure(key) for key in keys)


def headings(figures: Iterable[Figure]) -> dict[str, str]:
    """Return the headings of a table that is a file, in the language of the context, none twice.

    Parameters
    ----------
    figures : iterable of Figure
        Columns of a table or layer, such as `Output.figures`.

    Returns
    -------
    dict of str to str
        Label and unit by key; where two are the same, the later has its key appended.
    """
    found: dict[str, str] = {}
    for one in figures:
        words = one.file_heading
        found[one.key] = words if words not in found.values() else f"{words} [{one.key}]"
    return found
