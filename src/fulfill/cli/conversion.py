"""Command for tables of other programs: convert."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet

ANURA = click.Choice(["anura"])


@click.command(epilog="Example: fulfill convert --from anura project mine")
@click.option("--from", "source_form", type=ANURA, help="Form of SOURCE: CSV files or a workbook.")
@click.option("--to", "target_form", type=ANURA, help="Form of OUT; SOURCE is a run or a network.")
@click.argument("source")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--demand",
    metavar="NAME|DIR|XLSX",
    help="With --to, where SOURCE is a network: its demand.",
)
@click.option(
    "--days",
    type=click.IntRange(min=1),
    help="With --to: days of the horizon; amounts of the year are scaled to it.  "
    "[default: those of the calendar]",
)
@shared.overwrite
@shared.answer
def convert(
    source_form: str | None,
    target_form: str | None,
    source: str,
    out: Path,
    demand: str | None,
    days: int | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Convert SOURCE from or to the tables of an Anura project, and list what is not carried.

    OUT is a new folder. --from writes OUT/network and OUT/demand; --to writes OUT/anura, with the
    results of a run. OUT/not_carried.csv lists what was lost, changed or assumed.
    """
    from fulfill.inputs.folder import locate
    from fulfill.report.conversion_folder import from_anura, is_run, to_anura
    from fulfill.report.terminal.conversion import print_conversion

    if (source_form is None) == (target_form is None):
        raise click.UsageError("Give either --from or --to.")
    if source_form and (demand or days):
        raise click.UsageError("--demand and --days belong to --to.")
    run = is_run(Path(source))
    if target_form and run == (demand is not None):
        raise click.UsageError(
            "A run has its demand: leave out --demand." if run else "A network needs --demand."
        )
    place = Path(source) if source_form or run else locate("network", source)
    sources = [place, locate("demand", demand)] if demand else [place]
    with shared.output_folder(out, out, overwrite=overwrite, sources=sources) as (target, draft):
        found = from_anura(place, draft) if source_form else to_anura(source, demand, draft, days)
    if as_json:
        click.echo(json.dumps(found.summary, indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_conversion(found, target)
