"""Complete run folders: the data that an audit needs, map layers and the page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.analysis.exposure.exposures import exposure_table, exposures
from fulfill.report.aside import aside
from fulfill.report.drawing import check_drawn, draw
from fulfill.study import contract_outputs, outputs
from fulfill.study.contract_use import contract_fees_table, contract_terms_table
from fulfill.study.csv_files import write_output
from fulfill.study.output_folder import new_folder
from fulfill.study.run import Run
from fulfill.study.run_folder import (
    ARCS,
    BASELINE_PAGE,
    EXPOSURES,
    LAYERS,
    PROJECT,
    REPORT,
    write_records,
    write_run_manifest,
    write_tables,
)

log = logging.getLogger(__name__)


def save_run(run: Run, folder: Path, *, overwrite: bool = False) -> Path:
    """Write a run folder; it is complete or not there at all.

    Parameters
    ----------
    run : Run
        With or without a plan.
    folder : Path
        Folder to create.
    overwrite : bool
        Replace an existing run.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        F340 to F344 where the folder exists and must not be overwritten, or cannot be written.
    DrawingError
        Where map layers or page could not be drawn; the folder has everything else.
    """
    with new_folder(folder, overwrite=overwrite) as draft:
        lost = write_run(run, draft)
    check_drawn(folder, lost)
    return folder


def write_run(run: Run, folder: Path) -> tuple[str, ...]:
    """Write all files of a run: tables, and beside them layers and page.

    Parameters
    ----------
    run : Run
        Without a plan there are neither tables nor map layers, and the page says why.
    folder : Path
        Existing empty folder.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    begun = time.perf_counter()
    with aside(partial(write_tables, run, folder)):
        write_records(run, folder)
        lost = _draw(run, folder) if run.found else _draw_answer(run, folder)
    write_run_manifest(run, folder, time.perf_counter() - begun)
    return lost


def _draw_answer(run: Run, folder: Path) -> tuple[str, ...]:
    """Draw the page of a run without a plan."""
    from fulfill.report.html.no_plan_page import write_no_plan_page

    return draw(folder, {REPORT: lambda place: write_no_plan_page(run, place / REPORT)})


def _draw(run: Run, folder: Path) -> tuple[str, ...]:
    # Imported here, as these packages take seconds to load and a run without a plan needs few.
    from fulfill.report.gis.geopackage import write_geopackage
    from fulfill.report.gis.qgis_project import write_project
    from fulfill.report.gis.run_layers import map_layers
    from fulfill.report.html.baseline_page import write_baseline_page
    from fulfill.report.html.plan_page import write_report
    from fulfill.report.private_fleet import van_section
    from fulfill.report.tabular.tables import arcs

    @cache
    def layers() -> dict[str, Any]:
        return map_layers(run)

    vans = "" if run.rounds is None else van_section(run.rounds)
    with aside(partial(_write_exposures, run, folder)):
        lost = draw(
            folder,
            {
                **_contract_tables(run),
                ARCS: lambda place: write_output(outputs.ARCS, arcs(run.plan, run.problem), place),
                LAYERS: lambda place: write_geopackage(layers(), place / LAYERS, run.plan.as_of),
                PROJECT: lambda place: write_project(
                    layers(), place / PROJECT, LAYERS, run.problem.network.title
                ),
            },
        )
    if run.baseline is not None:
        page = {BASELINE_PAGE: lambda place: write_baseline_page(run, place / BASELINE_PAGE)}
        lost += draw(folder, page)
    return lost + draw(
        folder,
        {
            REPORT: lambda place: write_report(
                run, layers(), place / REPORT, vans, _read_exposures(folder)
            ),
        },
    )


def _contract_tables(run: Run) -> dict[str, Callable[[Path], Any]]:
    """Return what writes the tables on contracts; nothing where no open site has one."""
    tables = {
        contract_outputs.CONTRACT_FEES: contract_fees_table(run),
        contract_outputs.CONTRACT_TERMS: contract_terms_table(run),
    }
    return {
        output.name: partial(write_output, output, table)
        for output, table in tables.items()
        if len(table)
    }


def _write_exposures(run: Run, folder: Path) -> None:
    """Write what the plan depends on; a plan that cannot be priced under other figures has none."""
    if run.model.spans:  # a kept plan is priced under the rules of one date
        return
    try:
        write_output(outputs.EXPOSURES, exposure_table(exposures(run)), folder)
    except Exception:  # the plan and its tables are worth keeping without them
        log.warning("%s could not be computed", EXPOSURES, exc_info=True)


def _read_exposures(folder: Path) -> pd.DataFrame:
    path = folder / EXPOSURES
    return pd.read_csv(path, keep_default_na=False) if path.exists() else pd.DataFrame()
