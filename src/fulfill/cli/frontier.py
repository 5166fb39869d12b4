"""Commands for cost against another measure: frontier."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.scenarios import (
    SCENARIO_OPTIONS,
    recorded_scenarios,
    scenario_options,
    scenarios_asked,
    write_usual,
)
from fulfill.cli.sweep import check_options, is_kind, planned, tell
from fulfill.cli.types import Against, cvar_level
from fulfill.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from fulfill.analysis.frontier.frontier import Frontier
    from fulfill.analysis.frontier.measures import Measure
    from fulfill.analysis.frontier.risk_frontier import RiskFrontier
    from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioOptions
    from fulfill.analysis.scenarios.scenario_file import Scenario
    from fulfill.study.run import Run
    from fulfill.study.study import Study

LIMITS = 6
"""Points along limits, where no number is asked for."""


@click.command(
    epilog="Example: fulfill frontier runs/first --against lead-time --within 3 --points 6"
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--against",
    required=True,
    type=Against(["lead-time", "co2", "rural-coverage", "budget", "changes", "cvar"]),
    help="Orders within some days, CO2e, rural orders within some days, investment in sites, "
    "number of sites opened and closed from those of --today, or the mean cost of the worst "
    "possible years: cvar:LEVEL, such as cvar:0.9 (or cvar) for the worst tenth, with "
    "--scenarios, --usual, --choices, --rounds, --seconds and --gap (of cvar 0.005 by default).",
)
@click.option(
    "--points",
    "number",
    type=click.IntRange(2, 100),
    help="Plans, the cheapest and the best attainable among them; of cvar its weights in equal "
    "steps.  [default: 6; 5 of cvar]",
)
@click.option(
    "--within",
    "days",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Days of lead-time and rural-coverage.  [default: 3 and 5]",
)
@scenario_options
@shared.problem_options
@shared.plan_options
@shared.as_of_year
@shared.rules
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def frontier(
    run: Path | None,
    against: str,
    number: int | None,
    days: int | None,
    as_of: date | None,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Trade cost for another measure: plans with bounds from the cheapest to the best attainable.

    From RUN or from the options of a problem. Finished points are kept in OUT.points: the same
    command continues from them.
    """
    from fulfill.report.drawing import check_drawn
    from fulfill.study.manifest import FRONTIER
    from fulfill.study.open_run import open_run

    level, years = cvar_level(against), {name: options.pop(name) for name in SCENARIO_OPTIONS}
    if click.get_current_context().get_parameter_source("gap") is ParameterSource.COMMANDLINE:
        years["gap"] = options["gap"]
    _check(run, against, days, {"as_of": as_of, **options})
    base = open_run(run) if run else None
    study = base.study if base else shared.load_study(as_of, options)
    shared.show_in(currency, study.problem.network)
    if years["usual"] is not None:
        write_usual(study.problem, years["usual"], years["file"])
        return
    question = (
        _against_limit(base or study, against, days, options["today"], number)
        if level is None
        else _against_cvar(base or study, level, number, years)
    )
    default = Path("runs") / f"frontier-{run.name if run else study.problem.demand.name}"
    sources = [run] if run else shared.input_folders(options)
    again = overwrite or (out is not None and is_kind(out, FRONTIER))
    with shared.output_folder(out, default, overwrite=again, sources=sources) as (target, draft):
        found, kept = question.trace(target)
        lost = question.write(found, draft)
    if as_json:
        click.echo(json.dumps(question.summary(found), indent=2))
    elif not is_quiet():
        question.show(found, target, kept)
    check_drawn(target, lost)
    finish(found.run.outcome.status, found.audit_faults)


def _check(run: Path | None, against: str, days: int | None, options: Mapping[str, Any]) -> None:
    """Refuse options that have no meaning together."""
    context = click.get_current_context()
    if cvar_level(against) is not None:
        check_options(run, options, own=("gap",))
        if days is not None:
            detail = "it is for lead-time and rural-coverage"
            raise InputError([Fault("F523", "--within", value=str(days), detail=detail)])
        return
    named = {param.name: param.opts[0] for param in context.command.params}
    faults = [
        Fault("F552", named[name], detail=f"--against {against} has no possible years")
        for name in SCENARIO_OPTIONS
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]
    if faults:
        raise InputError(faults)
    check_options(run, options, own=("today",))


@dataclass(frozen=True)
class _Question:
    """What differs between the measures that cost is traded for.

    Attributes
    ----------
    trace : callable
        From the folder of the frontier to the frontier and the folder of what is kept for it.
    write, summary, show : callable
        Write its files to a folder, return its JSON, print it.
    """

    trace: Callable[[Path], tuple[Any, Path]]
    write: Callable[[Any, Path], tuple[str, ...]]
    summary: Callable[[Any], dict[str, Any]]
    show: Callable[[Any, Path, Path], None]


def _against_limit(
    base: Run | Study, against: str, days: int | None, today: tuple[str, ...], number: int | None
) -> _Question:
    """Return the frontier along limits on a measure."""
    from fulfill.analysis.frontier.measures import choose_measure
    from fulfill.analysis.frontier.tables import summary
    from fulfill.report.frontier_folder import write_frontier
    from fulfill.report.terminal.frontier import print_frontier
    from fulfill.study.run import Run

    study = base.study if isinstance(base, Run) else base
    measure = choose_measure(study, against, days, today)

    def traced(target: Path) -> tuple[Frontier, Path]:
        return trace(base, measure, number or LIMITS, target)

    return _Question(traced, write_frontier, summary, print_frontier)


def _against_cvar(
    base: Run | Study, level: float, number: int | None, years: dict[str, Any]
) -> _Question:
    """Return the frontier along weights of CVaR."""
    from fulfill.analysis.frontier.risk_frontier import POINTS
    from fulfill.analysis.frontier.risk_tables import risk_summary
    from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioOptions
    from fulfill.report.frontier_folder import write_risk_frontier
    from fulfill.report.terminal.risk_frontier import print_risk_frontier
    from fulfill.study.run import Run

    study = base.study if isinstance(base, Run) else base
    scenarios = scenarios_asked(study, years["file"])
    search = {name: one for name, one in years.items() if name not in ("file", "usual")}
    options = ScenarioOptions(**search)
    recorded = {
        "against": f"cvar:{level:g}",
        "points": number or POINTS,
        "scenarios": recorded_scenarios(scenarios),
        "search": {**search, "gap": options.gap},  # the option gap is that of the base
    }

    def traced(target: Path) -> tuple[RiskFrontier, Path]:
        return trace_risk(base, scenarios, level, number or POINTS, options, target)

    def write(found: RiskFrontier, draft: Path) -> tuple[str, ...]:
        return write_risk_frontier(found, draft, recorded)

    return _Question(traced, write, risk_summary, print_risk_frontier)


def trace(base: Run | Study, measure: Measure, number: int, target: Path) -> tuple[Frontier, Path]:
    """Plan the base, unless there is one, and the points that are not kept.

    Parameters
    ----------
    base : Run or Study
    measure : Measure
    number : int
        Points wanted.
    target : Path
        Folder of the frontier.

    Returns
    -------
    frontier : Frontier
    kept : Path
        Folder of the finished points.
    """
    from fulfill.analysis.frontier.frontier import trace_frontier
    from fulfill.analysis.sweep.kept_points import KeptPoints, cause_of, points_folder
    from fulfill.analysis.sweep.sweep import base_start
    from fulfill.analysis.sweep.workers import open_workers
    from fulfill.study.resolve import FULL

    folder = points_folder(target)
    run = planned(base, folder)
    kept = KeptPoints(folder, cause_of(run, FULL, base_start(run, FULL)))
    # one worker: each point begins from the plan of the one before
    try:
        return trace_frontier(run, measure, number, kept, open_workers(run, 1, None), tell), folder
    except KeyboardInterrupt:
        note(f"finished points are kept in {folder}: the same command continues from them")
        raise


def trace_risk(
    base: Run | Study,
    scenarios: Sequence[Scenario],
    level: float,
    number: int,
    options: ScenarioOptions,
    target: Path,
) -> tuple[RiskFrontier, Path]:
    """Plan the base, unless there is one, and the years that are not kept.

    Parameters
    ----------
    base : Run or Study
    scenarios : sequence of Scenario
    level : float
        Of CVaR.
    number : int
        Weights wanted.
    options : ScenarioOptions
    target : Path
        Folder of the frontier.

    Returns
    -------
    frontier : RiskFrontier
    kept : Path
        Folder of the planned years.
    """
    from fulfill.analysis.frontier.kept_years import KeptYears
    from fulfill.analysis.frontier.risk_frontier import trace_risk_frontier
    from fulfill.analysis.sweep.kept_points import cause_of, points_folder
    from fulfill.analysis.sweep.sweep import base_start
    from fulfill.study.resolve import FULL

    folder = points_folder(target)
    run = planned(base, folder)
    grade = f"years, gap {options.gap:g}, {options.seconds:g} s"
    kept = KeptYears(folder, cause_of(run, grade, base_start(run, FULL)))
    try:
        return trace_risk_frontier(run, scenarios, level, number, kept, options, note), folder
    except KeyboardInterrupt:
        note(f"planned years are kept in {folder}: the same command continues from them")
        raise
