"""Terminal output of explanations: sites, a zone or product, an order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fulfill.analysis.explanations.marginal_values import MarginalValue
from fulfill.analysis.explanations.order_ways import Way
from fulfill.analysis.explanations.service_explanation import ServiceExplanation
from fulfill.analysis.explanations.single_site import SingleSite
from fulfill.analysis.explanations.site_explanation import (
    SiteExplanation,
    certain_in_words,
    explanation_table,
)
from fulfill.report.terminal.console import PlainConsole
from fulfill.report.terminal.questions import as_table, print_conversion
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import BREAK_EVEN
from fulfill.study.question_outputs import (
    MARGINAL_VALUE,
    OPENING_PRICE,
    SERVED_BY,
    SITE_EXPLANATION,
    TAKEN_OVER,
    WAY_PARTS,
)
from fulfill.study.run_folder import EXPLANATION_PAGE
from fulfill.study.vocabulary import CENTS, TENTH, WHOLE, money, shown

COLUMNS = SITE_EXPLANATION.pick(
    "name", "open", "with_usd", "without_usd", "gap_usd", "difference_low_usd",
    "difference_high_usd", "distinguishable", "next_best",
)  # fmt: skip
SIDES = BREAK_EVEN.pick(
    "country", "orders", "mail_usd_per_order", "local_usd_per_order", "gain_usd_per_order",
    "winner", "break_even_orders_year",
)  # fmt: skip
MOVED = TAKEN_OVER.pick("name", "orders_before", "orders_after", "orders_change")
MOST = 8


def print_sites(found: Sequence[SiteExplanation], single: SingleSite | None, folder: Path) -> None:
    """Print the explanations of sites on stdout.

    Parameters
    ----------
    found : sequence of SiteExplanation
    single : SingleSite or None
        What is known besides where a single site was asked for.
    folder : Path
        Folder of their files.
    """
    console = PlainConsole()
    console.table(as_table(explanation_table(found), COLUMNS))
    if len(found) == 1:
        one = found[0]
        console.print(one.verdict)
        console.print(str(one.difference))
        if len(one.taken_over):
            console.table(as_table(one.taken_over.head(MOST), MOVED))
        if one.binding:
            text = _("used fully: {capacities}")
            console.print(text.format(capacities=listed(one.binding)))
    else:
        console.print(certain_in_words(found))
    if single is not None and single.prices:
        console.table(as_table(pd.DataFrame(map(vars, single.prices)), OPENING_PRICE.figures))
        console.print(_("each price moved alone; local, and checked by a new search"))
    if single is not None and single.value is not None:
        _print_values(console, [single.value])
    print_conversion(console)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=EXPLANATION_PAGE))


def print_service(found: ServiceExplanation) -> None:
    """Print who serves a zone or product on stdout.

    Parameters
    ----------
    found : ServiceExplanation
    """
    console = PlainConsole()
    console.table(as_table(found.served_by, SERVED_BY.figures))
    if found.kind == "product":
        console.table(as_table(pd.DataFrame(found.compared), SIDES))
    for one in found.compared if found.kind == "zone" else ():
        first = _("{product} in {period}: {ways}")
        ways = listed(
            [
                _("{start} {usd} an order").format(
                    start=way["from"], usd=money(way["contribution_usd_per_order"], CENTS)
                )
                for way in one["ways"]
            ]
        )
        console.print(first.format(product=one["product"], period=one["period"], ways=ways))
    _print_values(console, found.values)
    print_conversion(console)


def print_order(ways: Sequence[Way]) -> None:
    """Print the two best ways of an order side by side on stdout.

    Parameters
    ----------
    ways : sequence of Way
        The cheapest first.
    """
    console = PlainConsole()
    if not ways:
        console.print(_("no way of this order is open: neither mail nor an open site reaches it"))
        return
    for number, way in enumerate(ways[:2], 1):
        text = _(
            "{number}. {start} ({service}): contribution {contribution}, landed cost {landed}, "
            "{days} days; {orders} orders a year go this way"
        )
        console.print(
            text.format(
                number=number,
                start=way.start,
                service=way.service_id,
                contribution=money(-way.cost_usd, CENTS),
                landed=money(way.landed_usd, CENTS),
                days=shown(way.days, TENTH),
                orders=shown(way.orders, WHOLE),
            )
        )
        if way.held_back:
            console.print(shown(way.held_back, "held_back"))
    console.table(as_table(_side_by_side(ways), WAY_PARTS.figures))
    print_conversion(console)


def _side_by_side(ways: Sequence[Way]) -> pd.DataFrame:
    """Return the parts of the two best ways, NaN where there is a single way."""
    parts = dict.fromkeys(part for way in ways[:2] for part in way.parts)
    rows = [
        (
            part,
            ways[0].parts.get(part, 0.0),
            ways[1].parts.get(part, 0.0) if len(ways) > 1 else float("nan"),
        )
        for part in parts
    ]
    return pd.DataFrame(rows, columns=list(WAY_PARTS.keys))


def _print_values(console: PlainConsole, values: Sequence[MarginalValue]) -> None:
    if values:
        console.table(as_table(pd.DataFrame(map(vars, values)), MARGINAL_VALUE.figures))
        console.print(
            _("change of the cost of a year for one unit; local: for a small step and these sites")
        )
