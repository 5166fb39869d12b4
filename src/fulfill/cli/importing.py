"""Commands that bring files of other programs into the form of a case: import."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note

if TYPE_CHECKING:
    from fulfill.inputs.network import Network

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


network_options = shared.together(
    (
        click.option(
            "--out",
            required=True,
            metavar="NETWORK",
            type=click.Path(path_type=Path),
            help="Network whose tables are replaced, or a folder to create as a copy of --network.",
        ),
        click.option(
            "--network",
            metavar="NAME|DIR",
            help="Network to copy where --out does not exist yet.  "
            f"[default: {shared.DEFAULT_NETWORK}]",
        ),
        click.option(
            "--currency",
            metavar="CODE",
            help="Currency of the prices, such as MXN.  [default: what the files say]",
        ),
    )
)
"""Options of an import into the tables of a network."""


@contextmanager
def network_draft(
    out: Path, network: str | None, sources: tuple[Path, ...]
) -> Iterator[tuple[Network, Path]]:
    """Read the network of an import, and yield it with the folder to change.

    Parameters
    ----------
    out : Path
        Existing or new folder.
    network : str or None
        Network to copy into a new folder.
    sources : tuple of Path
        Files that are imported.

    Yields
    ------
    Network
    Path
        A copy of the network, which takes the place of `out` when the block succeeds.

    Raises
    ------
    InputError
        F440 where `out` is no network, otherwise as `output_folder.new_folder`.
    """
    from fulfill.inputs.faults import Fault, InputError
    from fulfill.inputs.folder import locate
    from fulfill.inputs.network import SETTINGS, read_network
    from fulfill.study.output_folder import new_folder, updated_folder

    if out.is_dir() and (out / SETTINGS).is_file():
        if network is not None:
            raise click.UsageError("--network is for a new folder; --out is a network already")
        found = read_network(out)
        with updated_folder(out) as draft:
            yield found, draft
            read_network(draft)  # so that what is written can be planned
        return
    if out.exists():
        raise InputError([Fault("F440", "--out", value=str(out))])
    place = locate("network", network or shared.DEFAULT_NETWORK)
    found = read_network(place)
    with new_folder(out, sources=[*sources, place]) as draft:
        found.folder.write(draft / "copy")
        for file in (draft / "copy").iterdir():
            file.rename(draft / file.name)
        (draft / "copy").rmdir()
        yield found, draft
        read_network(draft)


@import_files.command("rates", epilog="Example: fulfill import rates card.xlsx --out mine/network")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@network_options
@click.option(
    "--map",
    "map_file",
    type=FILE,
    help="TOML file with the columns, zones, services and terms that are not recognised.",
)
@click.option("--card", metavar="NAME", help="Name of the card.  [default: that of the file]")
@click.option(
    "--service",
    metavar="ID",
    help="Service of services.csv or mail_services.csv that the card prices.",
)
@reading_options
@shared.answer
def rates(
    files: tuple[Path, ...],
    out: Path,
    network: str | None,
    currency: str | None,
    map_file: Path | None,
    card: str | None,
    service: str | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Bring a carrier's rate card into a network: CSV or XLSX, as the carrier writes it.

    Prices by weight and zone, the places of the zones, surcharges and terms are recognised. Every
    filled cell is read or counted with the reason why not; rates.html shows both.
    """
    from fulfill.inputs.importing.card_map import read_card_map
    from fulfill.inputs.importing.import_rates import import_rates
    from fulfill.inputs.importing.order_lines import Reading
    from fulfill.report.drawing import check_drawn
    from fulfill.report.network_import import rates_record, write_rates
    from fulfill.report.terminal.imported import print_rates

    with network_draft(out, network, files) as (found, draft):
        imported = import_rates(
            files,
            found,
            reading=Reading(**reading),
            mapped=read_card_map(map_file),
            card=card,
            currency=currency,
            service=service,
        )
        lost = write_rates(imported, draft)
    for warning in imported.warnings:
        note(f"warning: {warning}")
    if as_json:
        click.echo(json.dumps(rates_record(imported), indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_rates(imported, out)
    check_drawn(out, lost)


@import_files.command("quotes", epilog="Example: fulfill import quotes 3pl.xlsx --out mine/network")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@network_options
@reading_options
@shared.answer
def quotes(
    files: tuple[Path, ...],
    out: Path,
    network: str | None,
    currency: str | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Bring offers of logistics providers (3PL) into a network: CSV or XLSX.

    A row or a sheet is an offer: place, fees for orders, storage and receiving, monthly minimum,
    onboarding, capacity. Units are converted and said; figures that an offer lacks come from the
    nearest shared site and are named. quotes.html shows all of it.
    """
    from fulfill.inputs.importing.import_quotes import import_quotes
    from fulfill.inputs.importing.order_lines import Reading
    from fulfill.report.drawing import check_drawn
    from fulfill.report.network_import import quotes_record, write_quotes
    from fulfill.report.terminal.imported import print_quotes

    with network_draft(out, network, files) as (found, draft):
        imported = import_quotes(files, found, reading=Reading(**reading), currency=currency)
        lost = write_quotes(imported, draft)
    for warning in imported.warnings:
        note(f"warning: {warning}")
    if as_json:
        click.echo(json.dumps(quotes_record(imported), indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_quotes(imported, out)
    check_drawn(out, lost)
