"""Commands for plans under different rules: compare."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import say
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Day


@click.command()
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
@shared.as_json
def compare(
    days: tuple[date, ...], out: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Compare direct mail, local fulfilment and a mix.

    Gap and time limit apply to each plan.
    """
    from fulfill.analysis.compare.comparison import compare as compare_plans
    from fulfill.analysis.compare.comparison import summary
    from fulfill.report.comparison_folder import write_comparison
    from fulfill.report.terminal.comparison import print_comparison
    from fulfill.report.terminal.plan import live_progress
    from fulfill.study.run_folder import check_target, new_folder, next_folder

    study = shared.load_study(min(days, default=None), options)
    last = max(days, default=study.problem.regime.as_of)
    name = f"compare-{study.problem.demand.name}-{last}"
    target = out or next_folder(Path("runs"), name)
    check_target(target, overwrite=overwrite)
    with live_progress(study.options.gap) as report:
        comparison = compare_plans(study, days, report, lambda line: say(line, err=True))
    with new_folder(target, overwrite=overwrite) as draft:
        write_comparison(comparison, draft)
    if as_json:
        click.echo(json.dumps(summary(comparison), indent=2))
    else:
        print_comparison(comparison, target)
    finish(comparison.status, comparison.audit_faults)
