"""Commands for cost against another measure: frontier."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.sweep import check_options, is_kind, planned, tell

if TYPE_CHECKING:
    from fulfill.analysis.frontier.frontier import Frontier
    from fulfill.analysis.frontier.measures import Measure
    from fulfill.study.run import Run
    from fulfill.study.study import Study


@click.command(
    epilog="Example: fulfill frontier runs/first --against lead-time --within 3 --points 6"
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--against",
    required=True,
    type=click.Choice(["lead-time", "co2", "rural-coverage", "budget", "changes"]),
    help="Orders within some days, CO2e, rural orders within some days, investment in sites, or "
    "number of sites opened and closed from those of --today.",
)
@click.option(
    "--points",
    "number",
    type=click.IntRange(2, 100),
    default=6,
    show_default=True,
    help="Plans, the cheapest and the best attainable among them.",
)
@click.option(
    "--within",
    "days",
    type=click.IntRange(min=1),
    metavar="DAYS",
    help="Days of lead-time and rural-coverage.  [default: 3 and 5]",
)
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
    number: int,
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
    from fulfill.analysis.frontier.measures import choose_measure
    from fulfill.analysis.frontier.tables import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.frontier_folder import write_frontier
    from fulfill.report.terminal.frontier import print_frontier
    from fulfill.study.manifest import FRONTIER
    from fulfill.study.open_run import open_run

    check_options(run, {"as_of": as_of, **options}, own=("today",))
    base = open_run(run) if run else None
    study = base.study if base else shared.load_study(as_of, options)
    shared.show_in(currency, study.problem.network)
    measure = choose_measure(study, against, days, options["today"])
    default = Path("runs") / f"frontier-{run.name if run else study.problem.demand.name}"
    sources = [run] if run else shared.input_folders(options)
    again = overwrite or (out is not None and is_kind(out, FRONTIER))
    with shared.output_folder(out, default, overwrite=again, sources=sources) as (target, draft):
        found, kept = trace(base or study, measure, number, target)
        lost = write_frontier(found, draft)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_frontier(found, target, kept)
    check_drawn(target, lost)
    finish(found.run.outcome.status, found.audit_faults)


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
