"""Page of a sweep."""

from __future__ import annotations

from typing import Any

from fulfill.analysis.sweep.statements import statements
from fulfill.analysis.sweep.sweep import Sweep
from fulfill.analysis.sweep.tables import effect_table, point_table, site_table
from fulfill.report.html import page as base
from fulfill.report.html.page import html_table
from fulfill.report.html.style import Chart
from fulfill.report.html.sweep_charts import response, stability, tornado
from fulfill.study.language import translated as _
from fulfill.study.run_folder import input_folders
from fulfill.study.sweep_outputs import EFFECTS, POINTS, SITE_SHARES
from fulfill.study.vocabulary import DAY, shown

MOST_ROWS = 300
"""Points that the page lists; sweep.csv has all."""
EFFECT_COLUMNS = EFFECTS.pick(
    "figure",
    "present_value",
    "value",
    "above_base_usd",
    "above_base_low_usd",
    "above_base_high_usd",
    "distinguishable",
    "sites_changed",
    "share_direct_mail",
)
POINT_COLUMNS = POINTS.pick(
    "point",
    "point_kind",
    "overrides",
    "status",
    "objective",
    "gap",
    "above_base_usd",
    "distinguishable",
    "n_sites",
    "share_direct_mail",
    "lead_time_days_mean",
    "cancellation_rate",
)


def page(found: Sweep) -> str:
    """Render the page of a sweep.

    Parameters
    ----------
    found : Sweep

    Returns
    -------
    str
        HTML.
    """
    study = found.run.study
    folders = [files.label or files.name for files in input_folders(study).values()]
    names = _("{network} and {demand}").format(network=folders[0], demand=folders[1])
    points, effects, sites = point_table(found), effect_table(found), site_table(found)
    drawings: dict[str, Chart] = {}
    planned = effects[effects["above_base_usd"].notna()]
    if not planned.empty:
        drawings["tornado"] = tornado(planned)
    if not sites.empty:
        drawings["stability"] = stability(sites)
    responses: list[dict[str, Any]] = []
    for column, figure in enumerate(found.figures):
        pair = response(found, column)
        if pair is not None:
            named = {"cost": f"cost_{column}", "mail": f"mail_{column}"}
            drawings |= dict(zip(named.values(), pair, strict=True))
            responses.append({"figure": figure.name, **named})
    return base.page(
        "sweep.html",
        _("Sweep: {names}").format(names=names),
        drawings,
        day=shown(study.problem.regime.as_of.isoformat(), DAY),
        statements=statements(found),
        audit_faults=found.audit_faults,
        effects=html_table(effects, EFFECT_COLUMNS, under_heading=True),
        responses=responses,
        sites=html_table(sites, SITE_SHARES.figures, under_heading=True),
        points=html_table(points.head(MOST_ROWS), POINT_COLUMNS, under_heading=True),
        n_more=max(len(points) - MOST_ROWS, 0),
        merged=study.options.resolution,
        inputs=names,
    )
