"""Commands for plans under other rules and other figures: compare, stress, ask."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Day, Figure
from fulfill.study.language import translated as _


@click.command(
    epilog="Example: fulfill compare --as-of 2024-12-01 --as-of 2026-11-01 --resolution 100"
)
@shared.problem_options
@shared.plan_options
@click.option(
    "--as-of",
    "days",
    type=Day(),
    multiple=True,
    help="Date of the tax and tariff rules; may be repeated.  [default: the network's]",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def compare(
    days: tuple[date, ...],
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Compare direct mail, local fulfilment and a mix.

    Gap and time limit apply to each plan.
    """
    from fulfill.analysis.compare.comparison import compare as compare_plans
    from fulfill.analysis.compare.comparison import summary
    from fulfill.report.comparison_folder import write_comparison
    from fulfill.report.drawing import check_drawn
    from fulfill.report.terminal.comparison import print_comparison
    from fulfill.report.terminal.plan import live_progress

    study = shared.load_study(min(days, default=None), options)
    shared.show_in(currency, study.problem.network)
    last = max(days, default=study.problem.regime.as_of)
    default = Path("runs") / f"compare-{study.problem.demand.name}-{last}"
    sources = shared.input_folders(options)
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        limits = study.options.gap, study.options.time_limit
        with live_progress(*limits, hidden=is_quiet()) as report:
            comparison = compare_plans(study, days, report, note)
        lost = write_comparison(comparison, draft)
    if as_json:
        click.echo(json.dumps(summary(comparison), indent=2))
    elif not is_quiet():
        print_comparison(comparison, target)
    check_drawn(target, lost)
    finish(comparison.status, comparison.audit_faults)


@click.command(epilog="Example: fulfill stress runs/first --period busiest")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--period",
    default="year",
    show_default=True,
    metavar="year|busiest|ID",
    help="How long each loss lasts: the year, the period in which most of it is used, or a period "
    "of the calendar.",
)
@click.option(
    "--pairs",
    type=click.IntRange(0, 20),
    default=4,
    show_default=True,
    help="Number of the largest losses that are also lost two at a time.",
)
@click.option(
    "--thorough",
    type=click.IntRange(0, 100),
    default=8,
    show_default=True,
    help="Number of the largest losses whose allocation is searched for, up to 15 s each.",
)
@click.option(
    "--remedies",
    type=click.IntRange(0, 20),
    default=3,
    show_default=True,
    help="Number of the largest losses for which spare capacity and other sites are tried.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def stress(
    run: Path, currency: str, out: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Lose in turn each site, gateway, crossing and carrier of the plan of RUN."""
    from fulfill.analysis.stress.stress import StressOptions, summary
    from fulfill.analysis.stress.stress import stress as lose
    from fulfill.report.drawing import check_drawn
    from fulfill.report.risk_folder import write_stress
    from fulfill.report.terminal.stress import print_stress
    from fulfill.study.open_run import open_run

    default = run.parent / f"{run.name}-stress"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[run]) as (target, draft):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        begun = time.perf_counter()
        found = lose(planned, StressOptions(**options), note)
        lost = write_stress(found, draft, options, time.perf_counter() - begun)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_stress(found, target)
        click.echo(_(shared.NOT_AUDITED).format(run=run))
    check_drawn(target, lost)
    finish(planned.outcome.status, found.faults)


@click.command(epilog="Example: fulfill ask runs/first --joint 0")
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--resolution",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="Merge zones to about this number, so that many plans can be made.",
)
@click.option(
    "--groups",
    type=click.Path(path_type=Path),
    metavar="GROUPS.csv",
    help="Figures that move together, edited from the groups.csv that this command writes.  "
    "[default: figures of a column with a range]",
)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=60,
    show_default=True,
    help="Number of groups that plans are made for, those with the most exposure; not with "
    "--groups.",
)
@click.option(
    "--joint",
    type=click.IntRange(0, 10_000),
    default=64,
    show_default=True,
    help="Number of samples of all groups at once.",
)
@click.option(
    "--seconds",
    type=Figure(min=0, max=1e6, min_open=True),
    default=10.0,
    show_default=True,
    help="Processor time of each search for a better plan, seconds.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Seed of the samples.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def ask(
    run: Path | None,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Tell which figures to have confirmed first, before the plan of RUN is decided on.

    Without RUN, the embedded network is planned.
    """
    from fulfill.analysis.questions.ask import AskOptions, summary
    from fulfill.analysis.questions.ask import ask as ask_about
    from fulfill.analysis.questions.groups import read_groups
    from fulfill.report.drawing import check_drawn
    from fulfill.report.risk_folder import write_asked
    from fulfill.report.terminal.ask import print_asked
    from fulfill.study.coarse import at_resolution

    edited = options.pop("groups")
    resolution = options.pop("resolution")
    sources = [path for path in (run, edited) if path]
    with shared.planned_study(run, "ask", out, overwrite=overwrite, sources=sources) as (
        target,
        draft,
        study,
        planned,
    ):
        begun = time.perf_counter()
        shared.show_in(currency, study.problem.network)
        kept = at_resolution(study, resolution, planned)
        groups = read_groups(edited, kept.problem) if edited else None
        found = ask_about(kept, AskOptions(groups, **options), note)
        asked = {**options, "resolution": resolution}
        lost = write_asked(found, draft, asked, time.perf_counter() - begun)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_asked(found, target)
    check_drawn(target, lost)
