"""Page of a frontier: the curve, its table, and what plans open otherwise."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.statements import statements
from fulfill.analysis.frontier.tables import (
    PRICES,
    a_unit,
    frontier_table,
    in_unit,
    measure_figure,
    unit_in_words,
)
from fulfill.report.html.frontier_chart import curve
from fulfill.report.html.page import html_table, write_page
from fulfill.study.frontier_outputs import FRONTIER
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import named, names_of
from fulfill.study.run_folder import input_folders
from fulfill.study.vocabulary import DAY, Figure, shown


def frontier_columns(found: Frontier) -> tuple[Figure, ...]:
    """Return the columns that people read, with the unit of the measure.

    Parameters
    ----------
    found : Frontier

    Returns
    -------
    tuple of Figure
    """
    own = {key: measure_figure(found.measure, key) for key in ("limit", "attained")}
    keys = (
        "point limit objective gap price_low_usd price_high_usd distinguishable plan_of n_sites "
        "lead_time_days_mean share_direct_mail share_unserved"
    )
    return tuple(own.get(key, FRONTIER[key]) for key in keys.split())


def write_frontier_page(found: Frontier, path: Path) -> None:
    """Write the page of a frontier.

    Parameters
    ----------
    found : Frontier
    path : Path
        File to write.
    """
    study, names = found.run.study, names_of(found.run.problem)["site"]
    folders = [files.label or files.name for files in input_folders(study).values()]
    inputs = _("{network} and {demand}").format(network=folders[0], demand=folders[1])
    table = frontier_table(found)
    for key in ("limit", "attained"):
        table[key] = in_unit(found.measure, table[key])
    for key in PRICES:
        table[key] = a_unit(found.measure, table[key])
    columns = frontier_columns(found)
    own = table[table["on_frontier"] == "yes"]
    moved = [
        {
            "point": columns[1].with_unit(limit),
            "opened": listed(named(opened.split(), names)),
            "closed": listed(named(closed.split(), names)),
        }
        for limit, opened, closed in zip(
            *(own[key].tolist() for key in ("limit", "opened", "closed")), strict=True
        )
        if opened or closed
    ]
    write_page(
        path,
        "frontier.html",
        _("Cost against: {measure}").format(measure=columns[1].label),
        {"curve": curve(found, table)},
        day=shown(study.problem.regime.as_of.isoformat(), DAY),
        statements=statements(found),
        audit_faults=found.audit_faults,
        table=html_table(table, columns, under_heading=True),
        unit=unit_in_words(found.measure),
        moved=moved,
        merged=study.options.resolution,
        inputs=inputs,
    )
