"""Page of a simulation: the plan beside it, backlogs over the year, and promises by week."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from fulfill.analysis.simulation.profiles import ASSUMPTIONS, DAY_OF_WEEK
from fulfill.analysis.simulation.simulation import OPTIMISTIC, Simulation
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.simulation_charts import backlog_chart, promise_chart
from fulfill.study.language import listed
from fulfill.study.simulation_outputs import ASSUMED, SIMULATED, SIMULATED_FIGURES
from fulfill.study.vocabulary import DAY, Figure, shown

NUMBERS = ("planned", "simulated", "low", "high")


class AsText(Figure):
    """A column of numbers in forms of their own, which are texts already."""

    is_number = True

    def shown(self, value: Any) -> str:
        """Return a text as it is."""
        return str(value)


def write_simulation_page(simulation: Simulation, path: Path) -> None:
    """Write the page of a simulation.

    Parameters
    ----------
    simulation : Simulation
    path : Path
        File to write.
    """
    run, table = simulation.run, simulation.figures
    whole, worse = table["resource"] == "", table["verdict"] == OPTIMISTIC
    write_page(
        path,
        "simulation.html",
        run.problem.network.title,
        {
            "backlog": backlog_chart(simulation.backlog),
            "promises": promise_chart(simulation.promises),
        },
        as_of=shown(run.plan.as_of, DAY),
        names=(run.problem.network.name, run.problem.demand.name),
        replications=len(simulation.years),
        seed=simulation.seed,
        optimistic=listed(
            SIMULATED_FIGURES[key].label for key in table.loc[whole & worse, "figure"]
        ),
        sites=listed(dict.fromkeys(table.loc[~whole & worse, "resource_name"])),
        whole_table=_table(table[whole], "figure"),
        part_table=_table(table[~whole], "resource_name", "figure"),
        assumptions=html_table(_assumptions(simulation), ASSUMED),
    )


def _table(rows: pd.DataFrame, *names: str) -> Markup:
    """Return figures as a table, each number in the form of its figure."""
    figures = [SIMULATED_FIGURES[key] for key in rows["figure"]]
    texts = {
        name: [one.with_unit(value) for one, value in zip(figures, rows[name], strict=True)]
        for name in NUMBERS
    }
    shown_rows = rows.assign(figure=[one.label for one in figures], **texts)
    numbers = [AsText(one.key, "", "", one.words, one.meaning) for one in SIMULATED.pick(*NUMBERS)]
    return html_table(shown_rows, [*SIMULATED.pick(*names), *numbers, SIMULATED["verdict"]])


def _assumptions(simulation: Simulation) -> pd.DataFrame:
    """Return what a simulation assumes beyond the tables of the network."""
    given = not simulation.run.problem.network["daily_profile"].empty
    assumed = [one for one in ASSUMPTIONS if not (given and one is DAY_OF_WEEK)]
    return pd.DataFrame(
        {
            "name": [one.name for one in assumed],
            "values": [", ".join(f"{value:g}" for value in one.values) for one in assumed],
            "factors": [f"{one.low:g}..{one.high:g}" for one in assumed],
            "source": [one.source for one in assumed],
        }
    )
