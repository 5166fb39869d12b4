"""A carrier's rate card as it comes into the tables of a network.

Every filled cell of the files is read, or counted with the reason why it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import USD
from fulfill.inputs.currencies import rates_on
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing import card_sheets as uses
from fulfill.inputs.importing.card_map import CardMap
from fulfill.inputs.importing.card_prices import (
    CellNumbers,
    ZonePrices,
    price_texts,
    read_cells,
    zone_prices,
)
from fulfill.inputs.importing.card_rows import CardRows, card_rows, network_tables
from fulfill.inputs.importing.card_sheets import (
    CardSheet,
    cell_counts,
    cells_not_read,
    number_warnings,
)
from fulfill.inputs.importing.card_surcharges import (
    Surcharge,
    claim_lines,
    read_surcharges,
    surcharge_texts,
)
from fulfill.inputs.importing.card_tables import find_tables
from fulfill.inputs.importing.card_terms import CardTerms, read_terms
from fulfill.inputs.importing.grids import Grid, read_grids
from fulfill.inputs.importing.order_lines import Reading, Recognised
from fulfill.inputs.network import Network

READ = (uses.HEADING, uses.PRICE, uses.ZONE, uses.SURCHARGE, uses.TERM)
Lines = list[tuple[int, int, list[int]]]


@dataclass(frozen=True, eq=False)
class ImportedRates:
    """A rate card in the form of a network.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Whole tables of the network that are new, as text.
    rows : CardRows
        The rows of the card.
    not_read : DataFrame
        Cells that are not read: file, cell, text, reason.
    files : tuple of Recognised
        What was recognised in each sheet.
    figures : dict
        The reconciliation and the terms, as `fulfill import rates --json` prints them.
    warnings : tuple of Fault
    """

    tables: dict[str, pd.DataFrame]
    rows: CardRows
    not_read: pd.DataFrame
    files: tuple[Recognised, ...]
    figures: dict[str, Any]
    warnings: tuple[Fault, ...]


def import_rates(
    paths: Sequence[Path],
    network: Network,
    *,
    reading: Reading,
    mapped: CardMap,
    card: str | None = None,
    currency: str | None = None,
    service: str | None = None,
) -> ImportedRates:
    """Read a rate card.

    Parameters
    ----------
    paths : sequence of Path
        CSV or XLSX files of one card.
    network : Network
        Its services, exchange rates and other cards are used.
    reading : Reading
        How the files are read where they do not show it.
    mapped : CardMap
    card : str, optional
        Name of the card in the network; by default that of the first file.
    currency : str, optional
        Currency of the prices, where the card does not say it.
    service : str, optional
        Service of the network that the card prices, where it is not the only one.

    Returns
    -------
    ImportedRates

    Raises
    ------
    InputError
        With every fault of the files: those of `read_grids`, `zone_prices`, `read_surcharges`,
        `read_terms` and `card_rows`; F441 where there is no table of prices, F412 and F323 for the
        currency, F447, F448 and F450 for terms that are not known.
    """
    sheets = _sheets(paths, mapped, reading.encoding)
    name = card or paths[0].stem
    rows, terms, numbers, code = _understood(
        sheets, network, reading, mapped, (name, currency, service)
    )
    tables, replaced = network_tables(rows, network, name)
    return ImportedRates(
        tables=tables,
        rows=rows,
        not_read=cells_not_read(sheets, READ),
        files=tuple(_recognised(*one) for one in zip(sheets, numbers, strict=True)),
        figures={
            "card": name,
            "currency": code,
            **cell_counts(sheets, READ),
            **_figures(rows, terms),
            "replaced": replaced,
        },
        warnings=(*rows.warnings, *number_warnings(sheets)),
    )


def _understood(
    sheets: Sequence[CardSheet],
    network: Network,
    reading: Reading,
    mapped: CardMap,
    given: tuple[str, str | None, str | None],
) -> tuple[CardRows, CardTerms, list[CellNumbers], str]:
    """Return rows, terms, numbers of each sheet and currency of a card, or raise all its faults.

    `given` are the name of the card, its currency and its service, as far as the user gives them.
    """
    name, currency, service = given
    lines = [claim_lines(sheet, mapped.surcharges) for sheet in sheets]
    terms, faults = read_terms(sheets, mapped, reading.date_order)
    numbers, found = _numbers(sheets, lines, reading.decimal)
    code, wrong = _currency(currency, numbers, terms, network)
    prices, surcharges, bad = _read(sheets, lines, numbers, mapped, terms, reading)
    faults += [*found, *wrong, *bad, *_unknown_terms(terms, sheets[0].grid)]
    try:
        rows = card_rows(sheets, prices, surcharges, terms, mapped, network, (name, code, service))
    except InputError as error:
        faults += error.faults
    if not faults and rows.rates.empty:
        detail = "no price is offered in a country of the service"
        faults.append(Fault("F441", sheets[0].grid.place, detail=detail))
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    return rows, terms, numbers, code


def _figures(rows: CardRows, terms: CardTerms) -> dict[str, Any]:
    """Return what a card has, and its terms."""
    return {
        "prices": len(rows.rates),
        "card_zones": int(rows.rates["card_zone"].nunique()),
        "zone_rules": len(rows.zones),
        "surcharges": len(rows.surcharges),
        "services": sorted(set(rows.rates["service_id"])),
        "divisor_cm3_kg": terms.divisor_cm3_kg,
        "valid_from": terms.valid_from,
        "valid_to": terms.valid_to,
        "missing": rows.missing,
    }


def _sheets(paths: Sequence[Path], mapped: CardMap, encoding: str | None) -> list[CardSheet]:
    """Return the sheets of a card with their tables; F441 without a table of prices."""
    sheets = [
        find_tables(grid, mapped.columns, mapped.zones, mapped.surcharges)
        for grid in _grids(paths, encoding)
    ]
    if not any(sheet.of(uses.PRICE) for sheet in sheets):
        shown = next(str(text) for text in sheets[0].grid.cells.flat if text)
        raise InputError([Fault("F441", sheets[0].grid.place, value=shown[:80])])
    return sheets


def _grids(paths: Sequence[Path], encoding: str | None) -> list[Grid]:
    """Return the cells of all files."""
    grids, faults = [], list[Fault]()
    for path in paths:
        try:
            grids += read_grids(path, encoding)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return grids


def _numbers(
    sheets: Sequence[CardSheet], lines: Sequence[Lines], decimal: str | None
) -> tuple[list[CellNumbers], list[Fault]]:
    """Return the numbers of the tables of each sheet."""
    numbers, faults = [], list[Fault]()
    for sheet, own in zip(sheets, lines, strict=True):
        texts = {**price_texts(sheet), **surcharge_texts(sheet, own)}
        found, wrong = read_cells(sheet.grid, texts, decimal)
        numbers.append(found)
        faults += wrong
    return numbers, faults


def _currency(
    given: str | None, numbers: Sequence[CellNumbers], terms: CardTerms, network: Network
) -> tuple[str, list[Fault]]:
    """Return the currency: as given, by the signs of the prices, or by the texts of the card."""
    signs = set().union(*(one.currencies for one in numbers))
    known = {given} if given else signs or set(terms.currencies)
    if len(known) != 1:
        detail = f"the card names {', '.join(sorted(known))}" if known else ""
        return USD, [Fault("F412", "--currency", detail=detail)]
    code = str(known.pop())
    rates = rates_on(network.written["exchange_rates"], network.as_of)
    if code != USD and code not in rates:
        detail = f"no rate on or before {network.as_of} in exchange_rates.csv"
        return code, [Fault("F323", "--currency", value=code, detail=detail)]
    return code, []


def _read(
    sheets: Sequence[CardSheet],
    lines: Sequence[Lines],
    numbers: Sequence[CellNumbers],
    mapped: CardMap,
    terms: CardTerms,
    reading: Reading,
) -> tuple[list[tuple[Grid, ZonePrices]], list[Surcharge], list[Fault]]:
    """Return prices by zone with their sheets, and surcharges, without the VAT in them."""
    prices, surcharges, faults = [], list[Surcharge](), list[Fault]()
    net = 1.0 / (1.0 + (terms.vat_rate or 0.0))
    several = sum(bool(sheet.of(uses.PRICE)) for sheet in sheets) > 1
    unit = mapped.values.get("weight_unit", "")
    for sheet, own, known in zip(sheets, lines, numbers, strict=True):
        found, wrong = zone_prices(sheet, known, unit, terms.max_kg)
        for zone in found:
            breaks = tuple(
                replace(one, base=one.base * net, rate=one.rate * net) for one in zone.breaks
            )
            title = (sheet.grid.sheet or sheet.grid.file) if several else ""
            prices.append((sheet.grid, replace(zone, service=zone.service or title, breaks=breaks)))
        charged, bad = read_surcharges(
            sheet, own, known, mapped.surcharges, terms.valid_from[:4], reading.date_order
        )
        surcharges += [replace(one, order=one.order * net, kg=one.kg * net) for one in charged]
        faults += [*wrong, *bad]
    return prices, surcharges, faults


def _unknown_terms(terms: CardTerms, grid: Grid) -> Iterator[Fault]:
    """Find terms without which a card cannot be priced."""
    if terms.divisor_cm3_kg is None and "divisor" not in terms.texts:
        yield Fault("F447", grid.place, detail='[values] divisor_cm3_kg = "5000"')
    if not terms.valid_from:
        yield Fault("F448", grid.place, detail='[values] valid_from = "2026-01-01"')
    if terms.vat_rate is None:
        text = terms.texts["vat"][:80]
        detail = '[values] vat_rate = "0.16", or "0" where they contain none'
        yield Fault("F450", grid.place, value=text, detail=detail)


def _recognised(sheet: CardSheet, numbers: CellNumbers) -> Recognised:
    """Return what was recognised in a sheet."""
    columns: Mapping[str, str] = {}
    tables, grid = sheet.tables, sheet.grid
    if tables:
        first = tables[0]
        columns = {name: first.columns[column] for name, column in first.fields.items()}
        columns |= {f"zone {zone}": zone for zone in first.zones.values()}
    unknown = (grid.cells[r, c] for r, c in np.argwhere(sheet.use == uses.UNKNOWN_COLUMN))
    return Recognised(
        file=grid.file,
        sheet=grid.sheet,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        skipped=tables[0].header if tables else 0,
        rows=sum(len(table.rows) for table in tables),
        columns=dict(columns),
        unused=tuple(dict.fromkeys(map(str, unknown))),
        decimals=numbers.decimals,
        date_order="",
    )
