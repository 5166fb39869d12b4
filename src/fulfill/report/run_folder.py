"""Complete run folders: the data that an audit needs, map layers and the page."""

from __future__ import annotations

import time
from pathlib import Path

from fulfill.study.csv_files import write_csv
from fulfill.study.run import Run
from fulfill.study.run_folder import ARCS, LAYERS, REPORT, new_folder, write_run_data


def save_run(run: Run, folder: Path, *, overwrite: bool = False) -> Path:
    """Write a run folder; a failure leaves no partial folder.

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
        F308 where the folder exists and must not be overwritten, or cannot be written.
    """
    with new_folder(folder, overwrite=overwrite) as draft:
        write_run(run, draft)
    return folder


def write_run(run: Run, folder: Path) -> None:
    """Write all files of a run.

    Parameters
    ----------
    run : Run
        Without a plan, map layers and page are left out.
    folder : Path
        Existing empty folder.
    """
    begun = time.perf_counter()
    if run.found:
        _draw(run, folder)
    write_run_data(run, folder, time.perf_counter() - begun)


def _draw(run: Run, folder: Path) -> None:
    # Imported here, as these packages take seconds to load and a run without a plan needs none.
    from fulfill.report.gis.layers import plan_layers, write_geopackage
    from fulfill.report.html.plan_page import write_report
    from fulfill.report.private_fleet import van_layers, van_section
    from fulfill.report.tabular.tables import arcs

    write_csv(arcs(run.plan, run.problem), folder / ARCS)
    layers = plan_layers(run.plan, run.problem)
    vans = ""
    if run.rounds is not None:
        layers |= van_layers(run.problem.network, run.rounds)
        vans = van_section(run.rounds)
    write_geopackage(layers, folder / LAYERS)
    write_report(run.plan, run.problem, run.audit, layers, folder / REPORT, vans)
