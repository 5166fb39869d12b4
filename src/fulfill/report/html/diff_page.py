"""Page of a diff: the cost from one run to the other, and what changed in inputs and decisions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange
from markupsafe import Markup

from fulfill.analysis.diff.decision_changes import KEPT, shares
from fulfill.analysis.diff.run_difference import RunDifference
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.style import BLUE, GREEN, INK, RED, Chart, chart
from fulfill.study.currency import in_currency
from fulfill.study.language import translated as _
from fulfill.study.question_outputs import (
    BRIDGE,
    BRIDGE_TOTALS,
    FLOWS_CHANGED,
    INPUTS_CHANGED,
    SITES_CHANGED,
)
from fulfill.study.vocabulary import PERCENT, WHOLE, Figure, figure, shown

SITE_COLUMNS = SITES_CHANGED.pick(*SITES_CHANGED.keys[1:])
FLOW_COLUMNS = FLOWS_CHANGED.pick(*FLOWS_CHANGED.keys[1:])
MOST = 40
"""Rows of a table on the page; the CSV file has all."""
LEAST_SHARE = 0.01
"""Share of the largest step below which steps are drawn as one."""


def write_diff_page(found: RunDifference, path: Path) -> None:
    """Write the page of a diff.

    Parameters
    ----------
    found : RunDifference
    path : Path
        File to write.
    """
    bridge, cost = found.bridge, figure("objective")
    names = [run.folder.name if run.folder else "" for run in (found.before, found.after)]
    steps, moved = found.steps, found.sites[found.sites["change"] != KEPT]
    old, new = shares(found.before), shares(found.after)
    write_page(
        path,
        "diff.html",
        _("From {first} to {second}").format(first=names[0], second=names[1]),
        {"bridge": bridge_chart(steps)} if len(steps) else {},
        names=names,
        from_usd=cost.with_unit(bridge.from_usd),
        to_usd=cost.with_unit(bridge.to_usd),
        change=BRIDGE["usd"].with_unit(round(bridge.to_usd - bridge.from_usd, 2)),
        doubt=str(found.difference),
        notes=bridge.notes,
        total_table=html_table(found.totals, BRIDGE_TOTALS.figures),
        step_table=html_table(steps, BRIDGE.figures),
        inputs=_first(found.inputs_changed, INPUTS_CHANGED.figures),
        inputs_left=max(0, len(found.inputs_changed) - MOST),
        sites=html_table(moved, SITE_COLUMNS) if len(moved) else "",
        flows=_first(found.flows, FLOW_COLUMNS),
        flows_left=max(0, len(found.flows) - MOST),
        mail=[shown(one["mail_share"], PERCENT) for one in (old, new)],
    )


def _first(rows: pd.DataFrame, figures: Sequence[Figure]) -> Markup | str:
    return html_table(rows.head(MOST), figures) if len(rows) else ""


def bridge_chart(steps: pd.DataFrame) -> Chart:
    """Draw the steps of a cost bridge.

    Parameters
    ----------
    steps : DataFrame
        Columns of `question_outputs.BRIDGE`, with a row at least.

    Returns
    -------
    Chart
        Waterfall of the changes of a year's cost, in the order of the steps.
    """
    large = steps["usd"].abs() >= LEAST_SHARE * steps["usd"].abs().max()
    rows = steps[large]
    names = [
        f"{shown(step, 'bridge_step')}: {shown(part, 'bridge_part')}"
        for step, part in zip(rows["step"], rows["part"], strict=True)
    ]
    usd = rows["usd"].tolist()
    if not large.all():
        names.append(_("all other parts"))
        usd.append(float(steps.loc[~large, "usd"].sum()))
    value = in_currency(np.array(usd))
    end = np.cumsum(value)
    names, start = [*names, _("Change")], np.append(end - value, 0.0)
    amount, end = np.append(value, end[-1]), np.append(end, end[-1])
    color = np.where(amount > 0, RED, GREEN)
    color[-1] = BLUE
    left, right = np.minimum(start, end), np.maximum(start, end)
    canvas = chart(40 + 27 * len(names), y_range=FactorRange(*reversed(names)))
    label = [f" {shown(one, WHOLE)}" for one in amount]
    source = ColumnDataSource(
        {"name": names, "left": left, "right": right, "color": color, "label": label}
    )
    canvas.hbar(y="name", left="left", right="right", height=0.7, color="color", source=source)
    canvas.text(
        "right", "name", "label", source=source,
        text_baseline="middle", text_font_size="12px", text_color=INK,
    )  # fmt: skip
    room = 0.25 * max(float(right.max() - left.min()), 1.0)
    canvas.x_range.start, canvas.x_range.end = float(left.min()) * 1.05, float(right.max()) + room
    canvas.xaxis.visible = False
    canvas.xgrid.visible = True
    return Chart(canvas, _("The table of the steps has the figures."))
