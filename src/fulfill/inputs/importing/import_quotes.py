"""Offers of logistics providers (3PL) into sites of a network.

Units are converted with stated factors. What an offer lacks comes from the nearest shared site of
the network; such rows have the status `assumption`, and never a fee of nothing.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.inputs.currencies import rates_on
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.importing.card_rows import with_rows
from fulfill.inputs.importing.card_sheets import (
    HEADING,
    CardSheet,
    cell_counts,
    cells_not_read,
    number_warnings,
)
from fulfill.inputs.importing.card_terms import currencies_in
from fulfill.inputs.importing.drafts import table_texts
from fulfill.inputs.importing.grids import read_grids
from fulfill.inputs.importing.numbers import CURRENCY_SIGNS
from fulfill.inputs.importing.order_lines import Reading, Recognised
from fulfill.inputs.importing.quote_figures import SiteFigures, site_figures
from fulfill.inputs.importing.quote_places import SitePlace, site_places
from fulfill.inputs.importing.quotes import FEES, FIGURE, Offer, find_offers, with_values
from fulfill.inputs.network import Network
from fulfill.inputs.schema import BANDS, SITE_SIZES, SITES, USD
from fulfill.inputs.spelling import fold

READ = (HEADING, FIGURE)
SIZE = "M"
"""Size in which an offered site is opened."""
MONTHS_OF_PLAN = 12.0
SHARED = "shared"
Rows = tuple[dict[str, str], dict[str, str], list[dict[str, str]]]
"""Row of sites.csv, row of site_sizes.csv and rows of bands.csv."""


@dataclass(frozen=True, eq=False)
class ImportedQuotes:
    """Offers in the form of a network.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Whole tables of the network that are new, as text.
    offers : DataFrame
        What the offers say after conversion, see `import_outputs.OFFERS`.
    missing : list of dict
        site_id, like (site of the network) and figures (taken from it).
    not_read : DataFrame
        Cells that are not read: file, cell, text, reason.
    files : tuple of Recognised
    figures : dict
        As `fulfill import quotes --json` prints them.
    warnings : tuple of Fault
    """

    tables: dict[str, pd.DataFrame]
    offers: pd.DataFrame
    missing: list[dict[str, Any]]
    not_read: pd.DataFrame
    files: tuple[Recognised, ...]
    figures: dict[str, Any]
    warnings: tuple[Fault, ...]


def import_quotes(
    paths: Sequence[Path], network: Network, *, reading: Reading, currency: str | None = None
) -> ImportedQuotes:
    """Read offers of logistics providers.

    Parameters
    ----------
    paths : sequence of Path
        CSV or XLSX files: a row an offer, or a sheet an offer.
    network : Network
        Its shared sites are used for what offers lack.
    reading : Reading
        How the files are read where they do not show it.
    currency : str, optional
        Currency of the fees, where the offers do not say it.

    Returns
    -------
    ImportedQuotes

    Raises
    ------
    InputError
        With every fault of the files: those of `read_grids` and `with_values`, F453 where there is
        no offer, F412 and F323 for currencies, F454 and F452 for sites, and those of
        `site_figures`.
    """
    sheets, offers, files, faults = _offers(paths, reading)
    if not offers and not faults:
        faults.append(Fault("F453", paths[0].name))
    if faults:
        raise InputError(faults)
    ids, money, rows, figures = _sites(offers, network, currency)
    tables, replaced = _tables(rows, ids, network)
    missing = [
        {"site_id": one, "like": two.like, "figures": list(two.assumed)}
        for one, two in zip(ids, figures, strict=True)
        if two.assumed
    ]
    return ImportedQuotes(
        tables=tables,
        offers=pd.DataFrame([{**sites, **sizes} for sites, sizes, _ in rows]),
        missing=missing,
        not_read=cells_not_read(sheets, READ),
        files=tuple(files),
        figures={
            "sites": ids,
            "currency": ", ".join(dict.fromkeys(money)),
            **cell_counts(sheets, READ),
            "conversions": [
                dataclasses.asdict(one)
                for one in dict.fromkeys(c for site in figures for c in site.conversions)
            ],
            "replaced": replaced,
            "missing": missing,
        },
        warnings=(*_term_warnings(offers, ids), *number_warnings(sheets)),
    )


def _sites(
    offers: Sequence[Offer], network: Network, currency: str | None
) -> tuple[list[str], list[str], list[Rows], list[SiteFigures]]:
    """Return site_id, currency, rows and figures of each offer, or raise all their faults."""
    places, faults = site_places(offers)
    money, found = _currencies(offers, currency, network)
    faults += found
    known = [place for place in places if place]
    ids = [_site_id(place) for place in known]
    figures = list[SiteFigures]()
    for offer, place, code in zip(offers, places, money, strict=True):
        if place and code:
            one, found = site_figures(offer, place, network, _rate(network, code), ids)
            figures.append(one)
            faults += found
    place_of_file = offers[0].sheet.grid.place
    faults += [
        Fault("F452", place_of_file, value=one)
        for one, number in Counter(ids).items()
        if number > 1
    ]
    if faults:
        raise InputError(list(dict.fromkeys(faults)))
    rows = [_rows(*one) for one in zip(ids, offers, known, figures, money, strict=True)]
    return ids, money, rows, figures


def _offers(
    paths: Sequence[Path], reading: Reading
) -> tuple[list[CardSheet], list[Offer], list[Recognised], list[Fault]]:
    """Return the sheets of all files, their offers, what was recognised, and faults."""
    sheets, offers, files, faults = (
        list[CardSheet](),
        list[Offer](),
        list[Recognised](),
        list[Fault](),
    )
    for path in paths:
        try:
            grids = read_grids(path, reading.encoding)
        except InputError as error:
            faults += error.faults
            continue
        for grid in grids:
            sheet, found = find_offers(grid)
            found, numbers, wrong = with_values(sheet, found, reading.decimal)
            sheets.append(sheet)
            offers += found
            faults += wrong
            first = found[0] if found else None
            files.append(
                Recognised(
                    file=grid.file,
                    sheet=grid.sheet,
                    encoding=grid.encoding,
                    delimiter=grid.delimiter,
                    skipped=0,
                    rows=len(found),
                    columns={n: c.name for n, c in first.cells.items()} if first else {},
                    unused=(),
                    decimals=numbers.decimals,
                    date_order="",
                )
            )
    return sheets, offers, files, faults


def _currencies(
    offers: Sequence[Offer], given: str | None, network: Network
) -> tuple[list[str], list[Fault]]:
    """Return the currency of each offer: as given, by its fees, or by the texts of its sheet."""
    rates = rates_on(network.written["exchange_rates"], network.as_of)
    codes, faults = [], list[Fault]()
    for offer in offers:
        words = " ".join(cell.words for name, cell in offer.cells.items() if name in FEES)
        signs = {code for sign, code in CURRENCY_SIGNS.items() if sign in words.upper()}
        whole = " ".join(map(str, offer.sheet.grid.cells.flat))
        known = {given} if given else signs or currencies_in(words) or currencies_in(whole)
        code = str(known.pop()) if len(known) == 1 else ""
        codes.append(code)
        place = offer.sheet.grid.place
        if not code:
            faults.append(Fault("F412", place, value=offer.text("name")))
        elif code != USD and code not in rates:
            detail = f"no rate on or before {network.as_of} in exchange_rates.csv"
            faults.append(Fault("F323", place, value=code, detail=detail))
    return codes, list(dict.fromkeys(faults))


def _rate(network: Network, code: str) -> float:
    """Return units of a currency per USD."""
    rates = rates_on(network.written["exchange_rates"], network.as_of)
    return rates[code].units_per_usd if code in rates else 1.0


def _site_id(place: SitePlace) -> str:
    return fold(place.name).replace(" ", "-")


def _rows(site: str, offer: Offer, place: SitePlace, figures: SiteFigures, code: str) -> Rows:
    """Return the row of sites.csv, that of site_sizes.csv, and those of bands.csv."""
    said = f"offer of {place.name}: {offer.sheet.grid.place}"

    def provenance(columns: Sequence[str]) -> dict[str, str]:
        assumed = [name for name in columns if name in figures.ranges]
        source = said
        if assumed:
            source += f"; assumed: {', '.join(f'{n} ({figures.ranges[n][2]})' for n in assumed)}"
        ranges = "; ".join(
            f"{n}={figures.ranges[n][0]:.6g}..{figures.ranges[n][1]:.6g}" for n in assumed
        )
        status = "assumption" if assumed else "measured"
        return {"source": source, "source_date": "", "status": status, "range": ranges}

    def cells(columns: Sequence[str]) -> dict[str, str]:
        return {name: f"{figures.values[name]:.10g}" for name in columns} | {"currency": code}

    of_site = ("labour_usd_hour", "pick_usd_order", "storage_usd_m3_month")
    of_size = ("storage_m3", "orders_day", "opening_usd", "fixed_usd_month")
    sites = {
        "site_id": site,
        "name": place.name,
        "country": place.country,
        "state": place.state,
        "lat": f"{place.lat:.6g}",
        "lon": f"{place.lon:.7g}",
        "ownership": SHARED,
        "rent_usd_m2_month": "0",
        **cells(of_site),
        **provenance(of_site),
    }
    sizes = {
        "ownership": SHARED,
        "size": SIZE,
        "site_id": site,
        "area_m2": "0",
        "minutes_order": "0",
        **cells(of_size),
        **provenance(of_size),
    }
    bands = [
        {
            "ownership": SHARED,
            "band": band,
            "site_id": site,
            "capacity_factor": f"{factor:.6g}",
            "price_factor": price,
            "delay_days": "0",
            "source": f"{said}; {words}",
            "source_date": "",
            "status": sizes["status"],
            "range": f"capacity_factor={factor * 0.5:.6g}..{factor * 2:.6g}"
            if sizes["status"] == "assumption"
            else "",
        }
        for band, factor, price, words in figures.bands
    ]
    return sites, sizes, bands


def _tables(
    rows: Sequence[Rows],
    ids: list[str],
    network: Network,
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the whole tables of the network with the sites, and the sites that it had before."""
    parts = (
        (SITES, [sites for sites, _, _ in rows]),
        (SITE_SIZES, [sizes for _, sizes, _ in rows]),
        (BANDS, [band for _, _, bands in rows for band in bands]),
    )
    tables, replaced = {}, list[str]()
    for table, new in parts:
        old = table_texts(network, table)
        if "site_id" in old:
            if table is SITES:
                replaced = [one for one in ids if one in set(old["site_id"])]
            old = old[~old["site_id"].isin(ids)]
        if new or len(old):
            tables[table.name] = with_rows(table, old, pd.DataFrame(new))
    return tables, replaced


def _term_warnings(offers: Sequence[Offer], ids: Sequence[str]) -> list[Fault]:
    """Warn of contracts that are longer than the year of a plan."""
    return [
        Fault("W442", offer.sheet.grid.place, value=site, detail=f"{months:g} months")
        for offer, site in zip(offers, ids, strict=True)
        if (months := offer.values.get("term", 0.0)) > MONTHS_OF_PLAN
    ]
