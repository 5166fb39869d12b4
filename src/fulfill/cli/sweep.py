"""Commands for plans at many points of the inputs: sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.json_file import finite

if TYPE_CHECKING:
    from fulfill.analysis.sweep.answers import Answer
    from fulfill.analysis.sweep.axes import Figure
    from fulfill.analysis.sweep.points import Point
    from fulfill.analysis.sweep.sweep import Sweep
    from fulfill.study.run import Run
    from fulfill.study.study import Study


@click.command(
    epilog="Example: fulfill sweep runs/first --vary 'network/tariffs[MC-4].rate=0.2..0.4:5' "
    "--vary 'network/parameters[cancel_lambda]*=0.5,1,2'"
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--vary",
    "axes",
    multiple=True,
    metavar="FIGURE=VALUES",
    help="Vary a figure: values with commas, or LOW..HIGH:NUMBER; *= for multiples, += for "
    "increases; * in the key for every row.  Several make a grid.",
)
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Points of your own: a figure in each head, a point in each row.",
)
@click.option(
    "--sample",
    "number",
    type=click.IntRange(min=1),
    metavar="N",
    help="N points of a Latin hypercube over --vary, drawn with --seed, in place of the grid.",
)
@click.option(
    "--grade",
    type=click.Choice(["quick", "full"]),
    default="full",
    show_default=True,
    help="full: choose sites at every point; quick: keep those of the base.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Plan on the workers of a Dask scheduler, such as tcp://host:8786.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes of this machine.  [default: one a core]",
)
@shared.problem_options
@shared.plan_options
@shared.as_of_year
@shared.rules
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def sweep(
    run: Path | None,
    axes: tuple[str, ...],
    listed: Path | None,
    number: int | None,
    grade: str,
    scheduler: str | None,
    workers: int | None,
    as_of: date | None,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Plan at many points of the inputs, from RUN or from the options of a problem.

    Finished points are kept in OUT.points: the same command continues from them.
    """
    from fulfill.analysis.sweep.axes import parse_axes
    from fulfill.analysis.sweep.points import choose_points
    from fulfill.analysis.sweep.tables import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.sweep_folder import write_sweep
    from fulfill.report.terminal.sweep import print_sweep
    from fulfill.study.manifest import SWEEP
    from fulfill.study.open_run import open_run

    check_options(run, {"as_of": as_of, **options}, scheduler, workers)
    base = open_run(run) if run else None
    study = base.study if base else shared.load_study(as_of, options)
    shared.show_in(currency, study.problem.network)
    asked = choose_points(study, parse_axes(axes, study), listed, number, options["seed"])
    default = Path("runs") / f"sweep-{run.name if run else study.problem.demand.name}"
    sources = [run] if run else shared.input_folders(options)
    again = overwrite or (out is not None and is_kind(out, SWEEP))
    with shared.output_folder(out, default, overwrite=again, sources=sources) as (target, draft):
        found, kept = answer(base or study, asked, target, grade, scheduler, workers)
        lost = write_sweep(found, draft)
    if as_json:
        click.echo(json.dumps(finite(summary(found)), indent=2))
    elif not is_quiet():
        print_sweep(found, target, kept)
    check_drawn(target, lost)
    finish(found.run.outcome.status, found.audit_faults)


def check_options(
    run: Path | None,
    options: Mapping[str, Any],
    scheduler: str | None = None,
    workers: int | None = None,
    own: tuple[str, ...] = ("seed",),
) -> None:
    """Refuse options that have no meaning together.

    Parameters
    ----------
    run : Path or None
    options : mapping of str to object
        Those of the problem and the plan.
    scheduler : str or None
    workers : int or None
    own : tuple of str
        Options of a problem that mean something beside a run too: the seed of a sample.

    Raises
    ------
    InputError
        F519 for each option of a problem beside a run, whose problem is its own; F518 for processes
        of this machine beside a scheduler.
    """
    faults, context = [], click.get_current_context()
    if run is not None:
        named = {param.name: param.opts[0] for param in context.command.params}
        faults += [
            Fault("F519", named[name], detail="RUN has its own problem")
            for name in options
            if name not in own and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        ]
    if scheduler and workers:
        faults.append(Fault("F519", "--workers", detail="--scheduler has workers of its own"))
    if faults:
        raise InputError(faults)


def is_kind(folder: Path, kind: str) -> bool:
    """Return whether a folder is of a kind whose points are kept, so that it may be made again."""
    from fulfill.study.manifest import read_manifest

    try:
        read_manifest(folder, kind)
    except InputError:
        return False
    return True


def answer(
    base: Run | Study,
    asked: tuple[tuple[Figure, ...], list[Point]],
    target: Path,
    grade: str,
    scheduler: str | None,
    workers: int | None,
) -> tuple[Sweep, Path]:
    """Plan the base, unless there is one, and the points that are not kept.

    Parameters
    ----------
    base : Run or Study
    asked : (tuple of Figure, list of Point)
        What varies, and the points.
    target : Path
        Folder of the sweep.
    grade, scheduler, workers
        As given.

    Returns
    -------
    sweep : Sweep
    kept : Path
        Folder of the finished points.
    """
    from fulfill.analysis.sweep.kept_points import KeptPoints, cause_of, points_folder
    from fulfill.analysis.sweep.sweep import base_start, check_points, sweep_points
    from fulfill.analysis.sweep.workers import open_workers
    from fulfill.study.run import Run

    check_points(base.study if isinstance(base, Run) else base, asked[1])
    folder = points_folder(target)
    run = planned(base, folder)
    kept = KeptPoints(folder, cause_of(run, grade, base_start(run, grade)))
    opened = open_workers(run, workers, scheduler)
    try:
        return sweep_points(run, *asked, grade, kept, opened, tell), folder
    except KeyboardInterrupt:
        note(f"finished points are kept in {folder}: the same command continues from them")
        raise


def planned(base: Run | Study, folder: Path) -> Run:
    """Return the base with its plan; without one the command ends.

    Parameters
    ----------
    base : Run or Study
    folder : Path
        Folder of the finished points, in which the plan of a study is kept.

    Returns
    -------
    Run
    """
    from fulfill.analysis.sweep.base_run import base_run
    from fulfill.report.terminal.plan import live_progress
    from fulfill.study.run import Run

    if isinstance(base, Run):
        run = base
    else:
        limits = base.options.gap, base.options.time_limit
        with live_progress(*limits, hidden=is_quiet()) as report:
            run = base_run(base, folder, report)
    if not run.found:
        finish(run.outcome.status, run.audit.faults)
    return run


def tell(point: Point, answer: Answer, done: int, total: int) -> None:
    """Say on stderr that a point is finished."""
    cost = f"{answer.objective:,.0f} USD" if answer.objective is not None else answer.status
    changes = " ".join(point.changes)
    note(f"{done:,} of {total:,} points, {answer.seconds:.1f} s: {cost}, {changes}")
