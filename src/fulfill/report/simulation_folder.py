"""Files of a simulation, written to a given folder."""

from __future__ import annotations

import time
from pathlib import Path

from fulfill.analysis.simulation.simulation import Simulation, summary
from fulfill.inputs.folder import read_folder
from fulfill.report.answer_folder import write_answer
from fulfill.report.html.simulation_page import write_simulation_page
from fulfill.study import simulation_outputs as outputs
from fulfill.study.manifest import SIMULATION, write_manifest
from fulfill.study.output_folder import MANIFEST
from fulfill.study.outputs import TABLES_FILE
from fulfill.study.run_folder import SIMULATION_PAGE, SUMMARY


def write_simulation(
    simulation: Simulation, folder: Path, run: Path, seconds: float
) -> tuple[str, ...]:
    """Write summary.json, a CSV file for each table, simulation.html and manifest.json.

    Parameters
    ----------
    simulation : Simulation
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    run : Path
        Folder of the run that was simulated.
    seconds : float
        Time of the simulation.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    begun = time.perf_counter()
    tables = simulation.figures, simulation.backlog, simulation.promises
    lost = write_answer(
        folder,
        dict(zip(outputs.SIMULATION_TABLES, tables, strict=True)),
        summary(simulation),
        SIMULATION_PAGE,
        lambda path: write_simulation_page(simulation, path),
    )
    inputs = {"run": read_folder(run, [MANIFEST, SUMMARY, TABLES_FILE])}
    options = {"replications": len(simulation.years), "seed": simulation.seed}
    took = {"simulation": seconds, "writing": time.perf_counter() - begun}
    write_manifest(folder, SIMULATION, inputs, options, took)
    return lost
