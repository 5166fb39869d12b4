"""Terminal output of candidates: the towns, and what to do with them."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.greenfield.candidates import Candidates
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.candidate_outputs import CANDIDATES
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import TENTH, WHOLE, shown

SHOWN = CANDIDATES.pick(
    "site_id", "name", "state", "x_orders_year", "x_mean_km", "x_nearest_site", "x_nearest_km"
)


def print_candidates(found: Candidates, folder: Path) -> None:
    """Print candidates on stdout.

    Parameters
    ----------
    found : Candidates
    folder : Path
        Folder of their files.
    """
    console = PlainConsole()
    text = _(
        "{n} of {towns} towns: {km} km by road to an order on average; no choice of so many is "
        "below {bound} km"
    )
    km, bound = shown(found.mean_km, TENTH), shown(found.bound_km, TENTH)
    console.print(text.format(n=len(found.table), towns=found.towns, km=km, bound=bound))
    if found.left_out > 0:
        text = _("not counted: {n} orders a year of zones that roads do not reach")
        console.print(text.format(n=shown(found.left_out, WHOLE)))
    table = columns(*((item.heading, item.is_number) for item in SHOWN))
    for row in found.table.to_dict("records"):
        table.add_row(*(item.shown(row[item.key]) for item in SHOWN))
    console.table(table)
    console.print(
        _(
            "rents, fees and labour are those of the nearest market; towns without a site nearby: "
            "{new}, added in {file}; copy it into the network, then check and optimize"
        ).format(new=found.new, file=folder / "sites.csv")
    )
