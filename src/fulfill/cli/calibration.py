"""Command for figures from the records of past orders: calibrate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet
from fulfill.cli.importing import FILE, reading_options


@click.command(epilog="Example: fulfill calibrate orders.csv --out measured.csv")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="ORDERS...")
@click.option(
    "--out",
    required=True,
    metavar="TABLE",
    type=click.Path(path_type=Path),
    help="CSV file to create, with rows for parameters.csv of a network.",
)
@click.option(
    "--page",
    metavar="FILE.html",
    type=click.Path(path_type=Path),
    help="Page to create, with the curves, the parameters and the lead times.",
)
@click.option(
    "--map",
    "map_file",
    type=FILE,
    help="TOML file with the columns and statuses that are not recognised.",
)
@click.option(
    "--weights",
    metavar="COLUMN",
    help="Column with the number of orders that each stands for, as in a case-control sample.",
)
@click.option(
    "--promise-days",
    type=click.IntRange(0, 365),
    help="Days promised to buyers, for orders without a promised date.",
)
@click.option(
    "--gamma",
    type=click.FloatRange(0.1, 4.0),
    help="Curvature of the hazard after the promise.  [default: estimated from 30 late "
    "cancellations on, else 1]",
)
@reading_options
@shared.answer
def calibrate(
    files: tuple[Path, ...],
    out: Path,
    page: Path | None,
    map_file: Path | None,
    weights: str | None,
    promise_days: int | None,
    gamma: float | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Estimate cancellation and lead times from the dates of past ORDERS.

    The files have order ids and the dates of order, cancellation, promise, and delivery or
    dispatch. The table has what the data support; the reason is given for what they do not.
    """
    from fulfill.analysis.calibration.calibrate import calibrate as estimate
    from fulfill.inputs.importing.order_histories import read_order_histories
    from fulfill.inputs.importing.order_lines import Reading
    from fulfill.inputs.importing.order_map import read_map
    from fulfill.report.calibration_files import record, write_calibration
    from fulfill.report.terminal.calibrated import print_calibration

    histories = read_order_histories(
        files,
        read_map(map_file),
        Reading(**reading),
        weights=weights,
        promise_days=promise_days,
    )
    found = estimate(histories, gamma)
    write_calibration(found, out, page)
    if as_json:
        click.echo(json.dumps(record(found), indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_calibration(found, out, page)
