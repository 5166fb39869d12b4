"""Page of explanations: what each site is worth, and who would take its orders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bokeh.models import FactorRange

from fulfill.analysis.explanations.site_explanation import (
    SiteExplanation,
    certain_in_words,
    explanation_table,
)
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.style import AMBER, BLUE, FEW_TICKS, Chart, Entry, chart, in_short
from fulfill.study.currency import in_currency
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import names_of
from fulfill.study.question_outputs import SITE_EXPLANATION, TAKEN_OVER
from fulfill.study.run import Run
from fulfill.study.vocabulary import figure

COLUMNS = SITE_EXPLANATION.pick(
    "name", "open", "with_usd", "without_usd", "gap_usd", "difference_low_usd",
    "difference_high_usd", "distinguishable",
)  # fmt: skip
MOVED = TAKEN_OVER.pick("name", "orders_before", "orders_after", "orders_change")
MOST = 6
"""Places that are listed for the orders of a site; summary.json has all."""


def write_explanation_page(run: Run, found: Sequence[SiteExplanation], path: Path) -> None:
    """Write the page of the explanations of sites.

    Parameters
    ----------
    run : Run
        That is explained.
    found : sequence of SiteExplanation
    path : Path
        File to write.
    """
    names, network = names_of(run.problem)["site"], run.problem.network
    name = run.folder.name if run.folder else ""
    write_page(
        path,
        "explanation.html",
        _("Why these sites: {run}").format(run=name),
        {"interval": interval_chart(found)} if _bounded(found) else {},
        title_of_network=network.title,
        cost=figure("objective").with_unit(run.outcome.objective),
        certain=certain_in_words(found),
        table=html_table(explanation_table(found), COLUMNS),
        sites=[
            {
                "name": one.name,
                "verdict": one.verdict,
                "difference": str(one.difference),
                "next_best": listed([names[site] for site in one.next_best]),
                "binding": listed(one.binding[:MOST]),
                "moved": html_table(one.taken_over.head(MOST), MOVED)
                if len(one.taken_over)
                else "",
            }
            for one in found
        ],
        run=name,
    )


def _bounded(found: Sequence[SiteExplanation]) -> list[SiteExplanation]:
    """Return the explanations whose interval is finite."""
    return [
        one for one in found if np.isfinite(one.difference.low) and np.isfinite(one.difference.high)
    ]


def interval_chart(found: Sequence[SiteExplanation]) -> Chart:
    """Draw what a plan without each site costs more: the interval that gaps leave.

    Parameters
    ----------
    found : sequence of SiteExplanation
        One with a finite interval at least.

    Returns
    -------
    Chart
        A bar a site from the least to the largest difference.
    """
    shown = _bounded(found)
    names = [one.name for one in shown]
    low = in_currency(np.array([one.difference.low for one in shown]))
    high = in_currency(np.array([one.difference.high for one in shown]))
    sure = [one.difference.distinguishable for one in shown]
    canvas = chart(60 + 27 * len(names), y_range=FactorRange(*reversed(names)))
    color = [BLUE if one else AMBER for one in sure]
    canvas.hbar(y=names, left=low, right=high, height=0.6, color=color)
    canvas.xgrid.visible = True
    canvas.xaxis.formatter = in_short()
    canvas.xaxis.ticker.desired_num_ticks = FEW_TICKS
    entries = (Entry(BLUE, _("beyond doubt")), Entry(AMBER, _("not distinguishable")))
    text = _("How much dearer the best plan without the site is, from least to most.")
    return Chart(canvas, text, entries)
