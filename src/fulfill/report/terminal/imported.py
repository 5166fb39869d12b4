"""Terminal output of an import of orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fulfill.inputs.importing.import_orders import ImportedOrders
from fulfill.inputs.importing.import_quotes import ImportedQuotes
from fulfill.inputs.importing.import_rates import ImportedRates
from fulfill.inputs.importing.order_lines import Recognised
from fulfill.inputs.importing.quote_figures import (
    ADDED,
    LEFT_OUT,
    PER_PIECE,
    PERIOD,
    VOLUME,
)
from fulfill.report.terminal.console import PlainConsole
from fulfill.study.language import Message, listed
from fulfill.study.language import translated as _
from fulfill.study.run_folder import IMPORT_NETWORK, IMPORT_PAGE, QUOTES_PAGE, RATES_PAGE
from fulfill.study.vocabulary import CENTS, PERCENT, WHOLE, shown


def print_import(imported: ImportedOrders, folder: Path) -> None:
    """Print what came in, what became of it, how it was read, and what to do next.

    Parameters
    ----------
    imported : ImportedOrders
    folder : Path
        Folder of its files.
    """
    console, figures = PlainConsole(), imported.figures
    _print_files(console, imported.files)
    text = _("{n} orders: {placed} placed in {zones} zones and {products} products, {lost} refused")
    console.print(
        text.format(
            n=shown(figures["orders_in"], WHOLE),
            placed=shown(figures["orders_placed"], WHOLE),
            zones=shown(figures["zones"], WHOLE),
            products=shown(figures["products"], WHOLE),
            lost=shown(len(imported.refused), WHOLE),
        )
    )
    for reason, n in figures["orders_refused"].items():
        console.print(f"  {shown(n, WHOLE)}  {shown(reason, 'refusal')}")
    for kind, n in figures["repaired"].items():
        text = _("put right: {what} {n}")
        console.print(text.format(what=shown(kind, "evidence"), n=shown(n, WHOLE)))
    console.tell(_("What was understood: {path}").format(path=folder / IMPORT_PAGE))
    options = f"--network {folder / IMPORT_NETWORK} --demand {folder}"
    console.tell(f"  fulfill check {options}")
    console.tell(f"  fulfill optimize {options}")


def print_rates(imported: ImportedRates, folder: Path) -> None:
    """Print what a rate card says, what was not read, and what to do next.

    Parameters
    ----------
    imported : ImportedRates
    folder : Path
        Folder of the network.
    """
    console, figures = PlainConsole(), imported.figures
    _print_files(console, imported.files)
    text = _(
        "card {card}: {prices} prices in {currency}, {zones} zones, {rules} places of zones, "
        "{surcharges} surcharges; services {services}"
    )
    console.print(
        text.format(
            card=figures["card"],
            prices=shown(figures["prices"], WHOLE),
            currency=figures["currency"],
            zones=shown(figures["card_zones"], WHOLE),
            rules=shown(figures["zone_rules"], WHOLE),
            surcharges=shown(figures["surcharges"], WHOLE),
            services=listed(figures["services"]),
        )
    )
    for row in imported.rows.surcharges.to_dict("records"):
        text = _("surcharge {name}: {amount}")
        console.print(text.format(name=row["surcharge"], amount=_amount(row)))
    if figures["replaced"]:
        console.print(_("a card of this name was replaced"))
    for row in figures["missing"]:
        text = _("{name}: {figures} as before; the files do not give them")
        console.print(text.format(name=row["service_id"], figures=", ".join(row["figures"])))
    _print_cells(console, figures)
    _print_next(console, folder, RATES_PAGE)


def _amount(row: Mapping[Any, str]) -> str:
    """Return what a surcharge costs, and in which zones."""
    if float(row["share"]):
        amount = _("{share} of the price").format(share=shown(float(row["share"]), PERCENT))
    elif float(row["usd_kg"]):
        amount = _("{price} per kg").format(price=shown(float(row["usd_kg"]), CENTS))
    else:
        amount = _("{price} per parcel").format(price=shown(float(row["usd_order"]), CENTS))
    parts = [amount]
    if row["zone_class"] == "rural":
        parts.append(_("in rural zones"))
    if row["peak_to"]:
        parts.append(
            _("from {first} to {last}").format(first=row["peak_from"], last=row["peak_to"])
        )
    return ", ".join(parts)


def print_quotes(imported: ImportedQuotes, folder: Path) -> None:
    """Print what offers say, what was converted or is missing, and what to do next.

    Parameters
    ----------
    imported : ImportedQuotes
    folder : Path
        Folder of the network.
    """
    console, figures = PlainConsole(), imported.figures
    _print_files(console, imported.files)
    text = _("sites offered: {sites}; fees in {currency}")
    console.print(text.format(sites=listed(figures["sites"]), currency=figures["currency"]))
    if figures["replaced"]:
        console.print(_("sites replaced: {sites}").format(sites=listed(figures["replaced"])))
    for text in conversion_texts(figures["conversions"]):
        console.print(text)
    for row in figures["missing"]:
        text = _("{name}: assumed as at {like}: {figures}")
        names = ", ".join(row["figures"])
        console.print(text.format(name=row["site_id"], like=row["like"], figures=names))
    _print_cells(console, figures)
    _print_next(console, folder, QUOTES_PAGE)


SMALL = "{:,.4g}"
CONVERSIONS = {
    VOLUME: Message("{figure} per {unit}: counted as {factor} m³ ({low} to {high})"),
    PERIOD: Message("{figure} per {unit}: {factor} times a month"),
    ADDED: Message("{figure}: added to the fee of an order, at {factor} m³ ({low} to {high})"),
    PER_PIECE: Message("{figure} by the piece: added to the fee of an order"),
    LEFT_OUT: Message("{figure}: left out, as the fee of an order is that of another site"),
}


def conversion_texts(conversions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return how figures of offers were converted, in words.

    Parameters
    ----------
    conversions : iterable of mapping
        Fields of `quote_figures.Conversion`.

    Returns
    -------
    list of str
    """
    return [
        _(CONVERSIONS[one["kind"]].template).format(
            figure=shown(one["figure"], "offer_figure"),
            unit=shown(one["unit"], "offer_unit") if one["unit"] else "",
            **{name: shown(one[name], SMALL) for name in ("factor", "low", "high")},
        )
        for one in conversions
    ]


def _print_cells(console: PlainConsole, figures: dict[str, Any]) -> None:
    """Print how many cells were read, and why others were not."""
    text = _("{n} filled cells: {read} read")
    read = sum(figures["cells_read"].values())
    console.print(text.format(n=shown(figures["cells_in"], WHOLE), read=shown(read, WHOLE)))
    for reason, n in figures["cells_not_read"].items():
        console.print(f"  {shown(n, WHOLE)}  {shown(reason, 'unread')}")


def _print_next(console: PlainConsole, folder: Path, page: str) -> None:
    """Print where the page is, and the command that checks the network."""
    console.tell(_("What was understood: {path}").format(path=folder / page))
    console.tell(f"  fulfill check --network {folder}")


def _print_files(console: PlainConsole, files: Iterable[Recognised]) -> None:
    """Print how each file was read."""
    for file in files:
        parts = [
            file.encoding,
            shown(file.delimiter, "delimiter") if file.delimiter else "",
            *(shown(style, "decimal") for style in dict.fromkeys(file.decimals.values())),
            shown(file.date_order, "date_order") if file.date_order else "",
        ]
        text = _("{file}: {rows} rows; {recognised}")
        recognised = listed(filter(None, parts))
        name = f"{file.file} ({file.sheet})" if file.sheet else file.file
        console.print(text.format(file=name, rows=shown(file.rows, WHOLE), recognised=recognised))
