"""Commands for plans under different rules: compare."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Day


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
