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
from fulfill.study.vocabulary import CENTS, WHOLE, Figure, shown

RATES_TILES = ("cells_in", "prices", "card_zones", "zone_rules", "surcharges")
NUMERIC = (*declared.CARD_BREAK, *declared.CARD_ZONES, *declared.CARD_SURCHARGES, *declared.OFFERS)
KILOGRAMS = "{:,.2f}"
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
        *_price_sections(rows.rates),
        *_section(_("Where the zones lie"), _numeric(rows.zones), declared.CARD_ZONES),
        *_section(_("Surcharges"), _numeric(rows.surcharges), declared.CARD_SURCHARGES),
    ]
    note = _(
        "Card {card}, prices in {currency}, from {day}. "
        "Volume that is billed as one kilogram: {divisor} cm³."
    ).format(
        card=figures["card"],
        currency=figures["currency"],
        day=figures["valid_from"],
        divisor=shown(figures["divisor_cm3_kg"], WHOLE),
    )
    record = declared.RATES_RECORD
    return _page(
        _("Rate card imported"),
        [(record[key], record[key].shown(figures[key])) for key in RATES_TILES],
        imported,
        sections=sections,
        notes=[note],
        missing=[
            (row["service_id"], row["country"], ", ".join(row["figures"])) for row in rows.missing
        ],
    )


def _price_sections(rates: pd.DataFrame) -> list[Section]:
    """Return a table for each service: its weight breaks down, the zones of the card across."""
    sections = []
    for service, rows in rates.groupby("service_id", sort=False):
        number = rows.assign(price=[_price(row) for row in rows.to_dict("records")])
        number = _numeric(number)
        table = number.pivot_table(
            index=["kg_from", "kg_to"], columns="card_zone", values="price", aggfunc="first",
            dropna=False, sort=False,
        )  # fmt: skip
        table = table.dropna(how="all").reset_index().sort_values("kg_from")
        zones = [str(name) for name in table.columns if name not in ("kg_from", "kg_to")]
        columns = (*declared.CARD_BREAK, *(Figure(one, "", "", one, one) for one in zones))
        title = _("Prices of {service}").format(service=service)
        sections += _section(title, table, columns)
    return sections


def _price(row: Mapping[Any, str]) -> str:
    """Return the price of a break in words."""
    base, rate = float(row["base_usd"]), float(row["usd_kg"])
    text = shown(base, CENTS)
    if not rate:
        return text
    return _("{price} + {rate} per kg above {kg}").format(
        price=text, rate=shown(rate, CENTS), kg=shown(float(row["kg_included"]), KILOGRAMS)
    )


def _numeric(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of texts with numbers in the columns that are shown as such."""
    numeric = {one.key for one in NUMERIC if one.is_number}
    return rows.assign(
        **{name: pd.to_numeric(rows[name]) for name in rows.columns if name in numeric}
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
    record = declared.QUOTES_RECORD
    lacking = sum(len(row["figures"]) for row in imported.missing)
    counts = {
        "cells_in": imported.figures["cells_in"],
        "sites": len(imported.offers),
        "missing": lacking,
    }
    return _page(
        _("Offers imported"),
        [(record[key], shown(number, WHOLE)) for key, number in counts.items()],
        imported,
        sections=_section(_("Sites"), _numeric(imported.offers), declared.OFFERS),
        notes=conversion_texts(imported.figures["conversions"]),
        missing=[(r["site_id"], r["like"], ", ".join(r["figures"])) for r in imported.missing],
    )


def _section(title: str, rows: pd.DataFrame, columns: Sequence[Figure]) -> list[Section]:
    """Return a titled table; nothing without rows."""
    if rows.empty:
        return []
    return [(title, html_table(rows.head(SHOWN_ROWS), columns))]


def _page(title: str, tiles: Sequence[tuple[Figure, str]], imported: Any, **content: Any) -> str:
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
        key_figures=tiles,
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
