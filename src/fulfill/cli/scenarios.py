"""Command for one choice of sites for several possible years: scenarios."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Figure, Risk
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.language import translated as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fulfill.analysis.scenarios.scenario_file import Scenario
    from fulfill.inputs.problem import Problem
    from fulfill.model.risk import RiskMeasure
    from fulfill.study.study import Study


scenario_options = shared.together(
    [
        click.option(
            "--scenarios",
            "file",
            type=click.Path(path_type=Path),
            metavar="SCENARIOS.csv",
            help="Possible years with their probabilities, each by the figures that differ from "
            "RUN.  [default: the usual ones]",
        ),
        click.option(
            "--usual",
            type=click.Path(path_type=Path),
            metavar="FILE.csv",
            help="Only write the usual scenarios of the network of RUN to a new file, to be "
            "edited.",
        ),
        click.option(
            "--choices",
            "most",
            type=click.IntRange(min=1),
            default=4,
            show_default=True,
            help="Number of choices of sites that are tried in all years at a time.",
        ),
        click.option(
            "--rounds",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Number of times that each year is planned by itself; from the second on at "
            "prices of sites, which raise the bound.",
        ),
        click.option(
            "--seconds",
            type=Figure(min=0, max=1e6, min_open=True),
            default=8.0,
            show_default=True,
            help="Processor time of each search at most, seconds.",
        ),
    ]
)
"""Options on possible years, and on the search for one choice of sites for them."""
SCENARIO_OPTIONS = ("file", "usual", "most", "rounds", "seconds")
"""Names of their values."""


@click.command(
    epilog="Example: fulfill scenarios runs/first --scenarios scenarios.csv --risk cvar:0.9:0.5"
)
@click.argument("run", type=click.Path(path_type=Path))
@scenario_options
@click.option(
    "--risk",
    type=Risk(),
    default="expected",
    show_default=True,
    help="What is minimised: the average cost; regret: the most that the sites cost above the best "
    "plan for a year; cvar:LEVEL:WEIGHT, such as cvar:0.9:0.5: half the average and half the mean "
    "of the worst tenth.",
)
@click.option(
    "--gap",
    type=Figure(min=0, max=1, min_open=True),
    default=0.005,
    show_default=True,
    help="Relative gap at which each search ends, and the search for the choice.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def scenarios(
    run: Path,
    file: Path | None,
    usual: Path | None,
    risk: RiskMeasure,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Choose the sites of RUN anew, once for several possible years.

    Sites and sizes are chosen before it is known which year comes; what is sent where adapts to it.
    """
    from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioOptions, plan_for_scenarios
    from fulfill.analysis.scenarios.tables import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.scenarios_folder import write_scenarios
    from fulfill.report.terminal.scenarios import print_scenarios
    from fulfill.study.open_run import open_run

    if usual is not None:
        write_usual(open_run(run).problem, usual, file)
        return
    default = run.parent / f"{run.name}-scenarios"
    sources = [path for path in (run, file) if path]
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        asked = scenarios_asked(planned.study, file)
        begun = time.perf_counter()
        found = plan_for_scenarios(planned, asked, ScenarioOptions(risk, **options), note)
        recorded = {"risk": str(risk), "scenarios": recorded_scenarios(asked), **options}
        lost = write_scenarios(found, draft, recorded, time.perf_counter() - begun)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_scenarios(found, target)
        click.echo(_(shared.NOT_AUDITED).format(run=run))
    check_drawn(target, lost)
    finish(planned.outcome.status, found.faults)


def scenarios_asked(study: Study, file: Path | None) -> list[Scenario]:
    """Return the scenarios of a file, or the usual ones of a network.

    Parameters
    ----------
    study : Study
        Its tables have the figures.
    file : Path or None

    Returns
    -------
    list of Scenario

    Raises
    ------
    InputError
        See `scenario_file.read_scenarios`.
    """
    from fulfill.analysis.scenarios.scenario_file import read_scenarios, scenarios_of
    from fulfill.analysis.scenarios.usual import usual_scenarios

    if file is not None:
        return read_scenarios(file, study)
    return scenarios_of(usual_scenarios(study.problem), study)


def write_usual(problem: Problem, place: Path, file: Path | None) -> None:
    """Write the usual scenarios of a network to a new file.

    Parameters
    ----------
    problem : Problem
        Its network.
    place : Path
        File to write.
    file : Path or None
        The option ``--scenarios``, which has no meaning here.

    Raises
    ------
    InputError
        F507 where `file` is given, F340 where `place` exists.
    """
    from fulfill.analysis.scenarios.usual import usual_scenarios
    from fulfill.study.csv_files import write_csv
    from fulfill.study.new_files import new_files

    if file is not None:
        raise InputError([Fault("F507", "--usual", detail="it is given with --scenarios")])
    table = usual_scenarios(problem)
    with new_files({"--usual": place}) as drafts:
        write_csv(table, drafts["--usual"])
    if not is_quiet():
        click.echo(_("{n} rows written to {file}").format(n=len(table), file=place))


def recorded_scenarios(scenarios: Sequence[Scenario]) -> list[dict[str, object]]:
    """Return scenarios as a manifest has them."""
    return [
        {
            "scenario": one.name,
            "probability": one.probability,
            "overrides": [str(change) for change in one.overrides],
        }
        for one in scenarios
    ]
