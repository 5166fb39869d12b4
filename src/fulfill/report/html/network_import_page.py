"""Pages of imports into a network: what was read, how, and what was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.import_quotes import ImportedQuotes
from fulfill.inputs.importing.import_rates import ImportedRates
from fulfill.inputs.importing.order_lines import Recognised
from fulfill.report.html import page as base
from fulfill.report.html.import_page import read_files
from fulfill.report.html.page import html_table
from fulfill.report.terminal.imported import conversion_texts
from fulfill.study import import_outputs as declared
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.output import Output
from fulfill.study.vocabulary import Figure, shown

RATES_TILES = ("cells_in", "prices", "card_zones", "zone_rules", "surcharges", "divisor_cm3_kg")
QUOTES_TILES = ("cells_in",)
SHOWN_ROWS = 200
"""Rows of a table that the page lists; the tables of the network have all."""
Section = tuple[str, Markup]


def rates_page(imported: ImportedRates) -> str:
    """Render the page of an import of a rate card.

    Parameters
    ----------
    imported : ImportedRates

    Returns
    -------
    str
        HTML.
    """
    rows, figures = imported.rows, imported.figures
    sections = [
        _section(_("Prices"), rows.rates, declared.CARD_PRICES),
        _section(_("Where the zones lie"), rows.zones, declared.CARD_ZONES),
        _section(_("Surcharges"), rows.surcharges, declared.CARD_SURCHARGES),
    ]
    notes = [
        _("Card {card}, prices in {currency}, from {day}.").format(
            card=figures["card"], currency=figures["currency"], day=figures["valid_from"]
        )
    ]
    missing = [
        (row["service_id"], row["country"], ", ".join(row["figures"]))
        for row in imported.rows.missing
    ]
    return _page(
        _("Rate card imported"),
        declared.RATES_RECORD,
        RATES_TILES,
        imported,
        sections=[section for section in sections if section],
        notes=notes,
        missing=missing,
    )


def quotes_page(imported: ImportedQuotes) -> str:
    """Render the page of an import of offers.

    Parameters
    ----------
    imported : ImportedQuotes

    Returns
    -------
    str
        HTML.
    """
    section = _section(_("Sites"), imported.offers, declared.OFFERS)
    return _page(
        _("Offers imported"),
        declared.QUOTES_RECORD,
        QUOTES_TILES,
        imported,
        sections=[section] if section else [],
        notes=conversion_texts(imported.figures["conversions"]),
        missing=[(r["site_id"], r["like"], ", ".join(r["figures"])) for r in imported.missing],
    )


def _section(title: str, rows: pd.DataFrame, columns: Sequence[Figure]) -> Section | None:
    """Return a titled table; None without rows."""
    if rows.empty:
        return None
    return title, html_table(rows.head(SHOWN_ROWS), columns)


def _page(
    title: str,
    record: Output,
    tiles: Sequence[str],
    imported: Any,
    **content: Any,
) -> str:
    """Render a page of what an import read."""
    figures: Mapping[str, Any] = imported.figures
    files: tuple[Recognised, ...] = imported.files
    warnings: tuple[Fault, ...] = imported.warnings
    not_read: pd.DataFrame = imported.not_read
    return base.page(
        "import_tables.html",
        title,
        {},
        files=listed(dict.fromkeys(file.file for file in files)),
        key_figures=[(record[key], record[key].shown(figures[key])) for key in tiles],
        currency=figures["currency"],
        read=listed(counted_cells(figures["cells_read"], "cell_use")),
        left=listed(counted_cells(figures["cells_not_read"], "unread")),
        not_read="" if not_read.empty else html_table(not_read.head(SHOWN_ROWS), declared.NOT_READ),
        read_table=html_table(read_files(files), declared.READ_FILES),
        warnings=[str(warning) for warning in warnings],
        **content,
    )


def counted_cells(counts: Mapping[str, int], catalogue: str) -> list[str]:
    """Return numbers of cells with what they are.

    Parameters
    ----------
    counts : mapping of str to int
    catalogue : str
        Of `vocabulary.VALUES`, with the words for the keys.

    Returns
    -------
    list of str
    """
    return [f"{shown(name, catalogue)} {shown(n, '{:,.0f}')}" for name, n in counts.items()]
