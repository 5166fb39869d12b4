"""Terminal output of a simulation: what the plan said beside what was simulated."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.table import Table

from fulfill.analysis.simulation.simulation import OPTIMISTIC, Simulation
from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.run_folder import SIMULATION_PAGE
from fulfill.study.simulation_outputs import SIMULATED, SIMULATED_FIGURES
from fulfill.study.vocabulary import shown

NUMBERS = ("planned", "simulated", "low", "high")


def print_simulation(simulation: Simulation, folder: Path) -> None:
    """Print the figures of the whole plan, and of sites and gateways where it was optimistic.

    Parameters
    ----------
    simulation : Simulation
    folder : Path
        Folder of its files.
    """
    console, table = PlainConsole(), simulation.figures
    text = _("{n} years simulated day by day with the seed {seed}; intervals at 95 % confidence")
    console.print(text.format(n=len(simulation.years), seed=simulation.seed))
    whole = table["resource"] == ""
    console.table(_rows(table[whole], ("figure",)))
    worse = table[~whole & (table["verdict"] == OPTIMISTIC)]
    if len(worse):
        console.print(_("sites and gateways where the plan was too optimistic:"))
        console.table(_rows(worse, ("resource_name", "figure")))
    made = _("results  {folder}  ({files}, CSV tables)")
    console.tell(made.format(folder=folder, files=listed((SIMULATION_PAGE,))))


def _rows(rows: pd.DataFrame, names: tuple[str, ...]) -> Table:
    """Return figures as a table, each number in the form of its figure."""
    heads = [(SIMULATED[name].heading, False) for name in names]
    heads += [(SIMULATED[name].heading, True) for name in NUMBERS]
    table = columns(*heads, (SIMULATED["verdict"].heading, False))
    for row in rows.to_dict("records"):
        figure = SIMULATED_FIGURES[row["figure"]]
        texts = {"figure": figure.heading, "resource_name": str(row["resource_name"])}
        table.add_row(
            *(texts[name] for name in names),
            *(figure.shown(row[name]) for name in NUMBERS),
            shown(row["verdict"], "plan_verdict"),
        )
    return table
