"""Terminal output of a routed day."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from fulfill.report.plain_text import one_line
from fulfill.report.terminal.console import PlainConsole, lines
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import DAY_KPIS, LINEHAUL
from fulfill.study.vocabulary import conversion, shown

FIGURES = DAY_KPIS.pick(
    "orders",
    "orders_own",
    "orders_carrier",
    "stops",
    "stops_unserved",
    "vehicles",
    "stops_per_vehicle",
    "km_per_vehicle",
    "hours_per_vehicle",
    "km",
    "usd",
    "own_usd_per_order",
    "carrier_usd_per_order_same_zones",
)


def print_day(day: DayRoutes, folder: Path) -> None:
    """Print the summary of a routed day on stdout.

    Parameters
    ----------
    day : DayRoutes
        Routed day.
    folder : Path
        Folder of its files.
    """
    console = PlainConsole()
    sites = Text(one_line(", ".join(day.depots["name"])), "bold")
    about = _("a day of {period}, {n} districts, {seconds} s").format(
        period=day.period, n=len(day.districts), seconds=shown(day.seconds, "{:.1f}")
    )
    console.print(Text("\n").append_text(sites).append(one_line(f"  {about}")))
    table = lines()
    table.columns[1].justify = "right"
    for item in FIGURES:
        table.add_row(item.label, item.with_unit(day.kpis[item.key]))
    console.table(table)
    if words := conversion():
        console.print(words)
    trips, usd = LINEHAUL.pick("trips_week", "usd_week")
    for kind, part in day.linehaul.groupby("kind", sort=True):
        count, cost = trips.shown(part["trips_week"].sum()), usd.with_unit(part["usd_week"].sum())
        told = {"kind": shown(kind, "linehaul"), "n": count, "cost": cost}
        console.print(_("{kind}: {n} trucks a week, {cost}").format(**told))
    for meaning, part in day.unserved.groupby("meaning", sort=True):
        stops = _("not served: {n} stops, {meaning}").format(n=len(part), meaning=_(str(meaning)))
        console.print(stops, soft_wrap=True)
    console.print(_("audit    clean"))
    made = _("results  {folder}  ({files}, CSV tables)")
    files = ("route.html", "driver_sheet.csv", "routes.gpkg")
    console.tell(made.format(folder=folder, files=listed(files)))
