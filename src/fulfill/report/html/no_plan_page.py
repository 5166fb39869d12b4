"""Page of a run without a plan: what contradicts what, and what would have to give."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange, NumeralTickFormatter

from fulfill.model.decisions import EXHAUSTED, INFEASIBLE, INTERRUPTED
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.style import BLUE, FEW_TICKS, INK, Chart, chart, label_above
from fulfill.study.conflict import Conflict, Repair
from fulfill.study.conflict_outputs import REPAIRS
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import named, names_of
from fulfill.study.run import Run
from fulfill.study.verdict import headline
from fulfill.study.vocabulary import DAY, PERCENT, figure, money, shown

NO_CONFLICT = Conflict((), False, ())
LABEL_WIDTH = 52
"""Characters of a line of the labels of the chart, which a phone has room for."""
LINE, BAR = 15, 12
"""Pixels of a line of a label, and of a bar."""


def write_no_plan_page(run: Run, path: Path) -> None:
    """Write the page of a run without a plan.

    Parameters
    ----------
    run : Run
        Proven infeasible, with or without its conflict, or ended before a plan was found.
    path : Path
        File to write.
    """
    outcome, problem = run.outcome, run.study.problem
    conflict = run.conflict or NO_CONFLICT
    site_names = names_of(problem)["site"]
    contradicting = {str(one.words) for one in conflict.constraints}
    write_page(
        path,
        "no_plan.html",
        problem.network.title,
        # a single bar has nothing to be compared with
        {"given_up": given_up_chart(conflict.repairs)} if len(conflict.repairs) > 1 else {},
        as_of=shown(run.plan.as_of, DAY),
        names=(problem.network.name, problem.demand.name, problem.demand.title),
        headline=headline(outcome),
        proven=outcome.status == INFEASIBLE,
        ended_by=outcome.ended_by,
        exhausted=EXHAUSTED,
        interrupted=INTERRUPTED,
        bound=money(outcome.bound) if np.isfinite(outcome.bound) else "",
        seconds=figure("seconds").shown(outcome.seconds),
        conflict=conflict,
        least=_least(conflict, site_names),
        repair_table=html_table(_repairs(conflict, site_names), REPAIRS.figures),
        several=any(len(repair.changes) > 1 for repair in conflict.repairs),
        others=[text for text in outcome.conditions if str(text) not in contradicting],
        audit_faults=run.audit.faults,
        warnings=problem.warnings,
    )


def _repairs(conflict: Conflict, site_names: dict[str, str]) -> pd.DataFrame:
    """Return the changes of all repairs, as the table shows them."""
    rows = []
    for number, repair in enumerate(conflict.repairs, 1):
        least, sites = shown(repair.least, PERCENT), _sites(repair, site_names)
        if len(repair.changes) > 1:
            least = _("{share} together").format(share=least)
        for place, change in enumerate(repair.changes):
            told = (_(change.before), _(change.words), _(change.option), change.share)
            rows.append(("", *told, "", "") if place else (str(number), *told, least, sites))
    return pd.DataFrame(rows, columns=REPAIRS.keys)


def _least(conflict: Conflict, site_names: dict[str, str]) -> dict[str, Any]:
    """Return the words of the cheapest repair; empty where none was found."""
    if not conflict.repairs:
        return {}
    repair = conflict.repairs[0]
    return {
        "n": len(repair.changes),
        "words": _in_words(repair),
        "option": repair.option,
        "cost": shown(repair.cost, PERCENT),
        "proven": shown(repair.least, PERCENT),
        "sites": _sites(repair, site_names),
    }


def _in_words(repair: Repair) -> str:
    """Return the changes of a repair in a row."""
    return listed([_(change.words) for change in repair.changes], "; ")


def _sites(repair: Repair, site_names: dict[str, str]) -> str:
    """Return the names of the sites that show a repair."""
    return listed(named(repair.sites, site_names)) or _("no site")


def given_up_chart(repairs: tuple[Repair, ...]) -> Chart:
    """Draw what each repair gives up, and what is proven to be the least.

    Parameters
    ----------
    repairs : tuple of Repair
        The cheapest first, at least one.

    Returns
    -------
    Chart
    """
    labels = [
        "\n".join(textwrap.wrap(f"{number}. {_in_words(repair)}", LABEL_WIDTH))
        for number, repair in enumerate(repairs, 1)
    ]
    height = 21 + LINE * max(label.count("\n") + 1 for label in labels)
    cost = np.array([repair.cost for repair in repairs])
    source = ColumnDataSource(
        {
            "row": labels,
            "cost": cost,
            "least": [repair.least for repair in repairs],
            "told": [shown(share, PERCENT) for share in cost],
        }
    )
    canvas = chart(60 + height * len(labels), y_range=FactorRange(*reversed(labels)))
    canvas.hbar(y="row", right="cost", height=BAR / height, source=source, color=BLUE)
    canvas.scatter(
        x="least", y="row", marker="dash", angle=np.pi / 2, size=BAR + 8, source=source,
        line_color=INK, line_width=3,
    )  # fmt: skip
    canvas.text(
        x="cost", y="row", text="told", x_offset=8, text_baseline="middle", source=source,
        text_font_size="12px", text_color=INK,
    )  # fmt: skip
    label_above(canvas, labels)
    canvas.x_range.start, canvas.x_range.end = 0.0, max(1.2 * float(cost.max()), 0.01)
    canvas.xaxis.formatter = NumeralTickFormatter(format="0%")
    canvas.xaxis.ticker.desired_num_ticks = FEW_TICKS
    canvas.xgrid.visible = True
    text = _("Bars: share of the limits that is given up. Marks: the least that is proven.")
    return Chart(canvas, text)
