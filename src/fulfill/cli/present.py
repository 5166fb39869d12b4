"""Command for a present network: baseline."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet
from fulfill.cli.exit_codes import finish


def _file(name: str, meaning: str, *, required: bool = False) -> shared.Decorator:
    """Return an option for a CSV file."""
    path = click.Path(path_type=Path)
    return click.option(name, type=path, metavar="FILE", required=required, help=meaning)


@click.command(
    epilog="Example: fulfill baseline --sites runs/first/sites.csv --flows runs/first/flows.csv"
)
@shared.problem_options
@_file("--sites", "Present sites: site_id, size, opening (sunk or counted).", required=True)
@_file("--flows", "Who serves whom: in the form of flows.csv of a run; inbound rows are optional.")
@_file("--orders", "Instead of --flows: orders by zone, product, period and site, or mail.")
@_file("--ledger", "Books to compare with: month, site_id, part, amount, currency.")
@click.option(
    "--scale-to-ledger", is_flag=True, help="Give the cost times ledger over model, by part, too."
)
@click.option(
    "--resolution",
    type=click.IntRange(min=1),
    help="Merge zones to about this number, as for the plan that it is compared with.",
)
@shared.as_of_year
@shared.rules
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def baseline(
    as_of: date | None,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Price the present network: its sites, who serves whom, and what is mailed."""
    from fulfill.report.drawing import check_drawn
    from fulfill.report.run_folder import write_run
    from fulfill.report.terminal.baseline import print_baseline
    from fulfill.study.baseline import PresentFiles, baseline_summary, read_baseline

    names = ("sites", "flows", "orders", "ledger")
    files = PresentFiles(**{name: options.pop(name) for name in names})
    scale = options.pop("scale_to_ledger")
    study = shared.load_study(as_of, options)
    shared.show_in(currency, study.problem.network)
    default = Path("runs") / f"baseline-{study.problem.demand.name}-{study.problem.regime.as_of}"
    sources = [*shared.input_folders(options), *files.all]
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        run = read_baseline(study, files, scale=scale)
        lost = write_run(run, draft)
    if as_json:
        click.echo(json.dumps(baseline_summary(run), indent=2))
    elif not is_quiet():
        print_baseline(run, target)
    check_drawn(target, lost)
    finish(run.outcome.status, run.audit.faults)
