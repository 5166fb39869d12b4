"""Page section of a plan with own vans."""

from __future__ import annotations

from markupsafe import Markup

from fulfill.report.html.page import html_table, part
from fulfill.study.integrated import Rounds
from fulfill.study.outputs import ROUNDS

ROUND_COLUMNS = ROUNDS.pick(
    "round",
    "kind",
    "planned_usd",
    "routed_usd",
    "sites",
    "sites_changed",
    "own_orders_day",
    "own_usd_per_order",
    "vehicles_day",
    "stops_per_vehicle",
    "km_per_vehicle",
    "chosen",
)


def van_section(rounds: Rounds) -> Markup:
    """Return the section of the page on the rounds of planning and routing."""
    return part("vans.html", table=html_table(rounds.table, ROUND_COLUMNS))
