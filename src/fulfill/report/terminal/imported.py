"""Terminal output of an import of orders."""

from __future__ import annotations

from pathlib import Path

from fulfill.inputs.importing.import_orders import ImportedOrders
from fulfill.report.terminal.console import PlainConsole
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.run_folder import IMPORT_NETWORK, IMPORT_PAGE
from fulfill.study.vocabulary import WHOLE, shown


def print_import(imported: ImportedOrders, folder: Path) -> None:
    """Print what came in, what became of it, how it was read, and what to do next.

    Parameters
    ----------
    imported : ImportedOrders
    folder : Path
        Folder of its files.
    """
    console, figures = PlainConsole(), imported.figures
    for file in imported.files:
        parts = [
            file.encoding,
            shown(file.delimiter, "delimiter") if file.delimiter else "",
            *(shown(style, "decimal") for style in dict.fromkeys(file.decimals.values())),
            shown(file.date_order, "date_order"),
        ]
        text = _("{file}: {rows} rows; {recognised}")
        recognised = listed(filter(None, parts))
        name = f"{file.file} ({file.sheet})" if file.sheet else file.file
        console.print(text.format(file=name, rows=shown(file.rows, WHOLE), recognised=recognised))
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
