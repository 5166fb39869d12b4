"""Commands that bring files of other programs into the form of a case: import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note

FILE = click.Path(path_type=Path)


@click.group("import")
def import_files() -> None:
    """Bring files as other programs export them into the form of a case."""


def reading_options(command: shared.Command) -> shared.Command:
    """Add the options that settle how a file is to be read."""
    for option in (
        click.option(
            "--encoding",
            metavar="NAME",
            help="Encoding of text files, such as utf-8, latin-1 or gb18030.  "
            "[default: recognised]",
        ),
        click.option(
            "--decimal",
            type=click.Choice(["point", "comma"]),
            help="What separates decimals in numbers.  [default: what the columns show]",
        ),
        click.option(
            "--date-order",
            type=click.Choice(["dmy", "mdy"]),
            help="Order of day and month in dates.  [default: what the dates show]",
        ),
    )[::-1]:
        command = option(command)
    return command


@import_files.command("orders", epilog="Example: fulfill import orders export.csv --out mine")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option(
    "--out",
    required=True,
    metavar="DEMAND",
    type=click.Path(path_type=Path),
    help="Folder to create: the demand, and in it the network with your products.",
)
@click.option(
    "--map",
    "map_file",
    type=FILE,
    help="TOML file with the columns, statuses and categories that are not recognised.",
)
@click.option(
    "--network",
    default=shared.DEFAULT_NETWORK,
    metavar="NAME|DIR",
    show_default=True,
    help="Network whose calendar, exchange rates and products are used.",
)
@click.option(
    "--zones",
    type=click.IntRange(min=1),
    help="Largest number of zones.  [default: the places with 50 orders or more]",
)
@click.option(
    "--zones-of",
    type=click.Choice(["place", "postcode"]),
    default="place",
    show_default=True,
    help="Make zones of places, or of the first three digits of postcodes.",
)
@click.option(
    "--currency",
    metavar="CODE",
    help="Currency of the prices, such as MXN.  [default: what the files say]",
)
@reading_options
@shared.overwrite
@shared.answer
def orders(
    files: tuple[Path, ...],
    out: Path,
    map_file: Path | None,
    network: str,
    zones: int | None,
    zones_of: str,
    currency: str | None,
    overwrite: bool,
    as_json: bool,
    **reading: Any,
) -> None:
    """Make a demand of exports of orders: CSV, XLSX or Parquet, a line an article.

    The files of a shop or marketplace are read as they are. Every order is placed in a zone or
    refused with its reason; import.html shows both, and how the files were read.
    """
    from fulfill.inputs.demand import read_demand
    from fulfill.inputs.folder import locate
    from fulfill.inputs.importing.import_orders import import_orders
    from fulfill.inputs.importing.order_lines import Reading
    from fulfill.inputs.importing.order_map import read_map
    from fulfill.inputs.network import read_network
    from fulfill.report.drawing import check_drawn
    from fulfill.report.import_folder import record, write_import
    from fulfill.report.terminal.imported import print_import
    from fulfill.study.output_folder import new_folder
    from fulfill.study.run_folder import IMPORT_NETWORK
    from fulfill.study.study import load

    place = locate("network", network)
    sources = [*files, place, *([map_file] if map_file else [])]
    with new_folder(out, overwrite=overwrite, sources=sources) as draft:
        mapped, found = read_map(map_file), read_network(place)
        known = read_demand(locate("demand", shared.DEFAULT_DEMAND)).zones
        imported = import_orders(
            files,
            found,
            known,
            reading=Reading(**reading),
            mapped=mapped,
            wanted=zones,
            zones_of=zones_of,
            currency=currency,
        )
        options = {"zones": zones, "zones_of": zones_of, "currency": currency, **reading}
        lost = write_import(imported, found, draft, options)
        load(str(draft / IMPORT_NETWORK), str(draft))  # so that what is written can be planned
    for warning in imported.warnings:
        note(f"warning: {warning}")
    if as_json:
        click.echo(json.dumps(record(imported), indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_import(imported, out)
    check_drawn(out, lost)
