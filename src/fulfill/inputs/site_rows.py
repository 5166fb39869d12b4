"""Rows of a table by site: sizes and bands, of the site itself or of its ownership."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from fulfill.inputs.cells import TEXT
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.schema.places import ANY_SITE


def rows_by_site(sites: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that hold for each site.

    A site with rows of its own has these only; any other has those of its ownership.

    Parameters
    ----------
    sites : DataFrame
        In the form of sites.csv.
    table : DataFrame
        In the form of site_sizes.csv or bands.csv.

    Returns
    -------
    DataFrame
        With the site in `site_id`, in the order of sites; those with rows of their own come last.
    """
    general: dict[str, list[int]] = {}
    own: dict[str, list[int]] = {}
    for place, (site, ownership) in enumerate(
        zip(table["site_id"], table["ownership"], strict=True)
    ):
        rows, name = (general, ownership) if site == ANY_SITE else (own, site)
        rows.setdefault(name, []).append(place)
    named = zip(sites["site_id"], sites["ownership"], strict=True)
    held = [
        (site, ownership, place)
        for site, ownership in sorted(named, key=lambda pair: pair[0] in own)
        for place in own.get(site, general.get(ownership, []))
    ]
    columns = ["site_id", "ownership"]
    keys = pd.DataFrame([pair for *pair, _ in held], columns=columns, dtype=TEXT)
    rest = table.drop(columns=columns).iloc[[place for *_, place in held]]
    return pd.concat([keys, rest.reset_index(drop=True)], axis=1)


def row_faults(folder: str, tables: Mapping[str, pd.DataFrame], name: str) -> Iterator[Fault]:
    """Find rows for sites that do not exist, or of another ownership.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
    name : str
        Table of the rows.

    Yields
    ------
    Fault
        F208 and F214.
    """
    ownership = tables["sites"].set_index("site_id")["ownership"].to_dict()
    rows = tables[name][tables[name]["site_id"] != ANY_SITE]
    columns = (rows[column] for column in (ROW, "site_id", "ownership"))
    for line, site, given in zip(*columns, strict=True):
        place = f"{folder}/{name}.csv", int(line)
        if site not in ownership:
            yield Fault("F208", *place, "site_id", str(site), "not in sites.csv")
        elif ownership[site] != given:
            detail = f"{site} is {ownership[site]} in sites.csv"
            yield Fault("F214", *place, "ownership", str(given), detail)


def with_sunk_opening(
    sites: pd.DataFrame, site_sizes: pd.DataFrame, sunk: Iterable[str]
) -> pd.DataFrame:
    """Return the sizes of sites with the opening of present ones paid.

    The present size of a site, and any size that costs less to open, is opened without cost; a
    larger one costs the difference.

    Parameters
    ----------
    sites : DataFrame
        In the form of sites.csv.
    site_sizes : DataFrame
        In the form of site_sizes.csv, amounts in USD.
    sunk : iterable of str
        Present sites as `site_id:size`.

    Returns
    -------
    DataFrame
        In the form of site_sizes.csv, with rows of its own for each present site.

    Raises
    ------
    InputError
        F308 for every text that names no site, or no size in which the site is offered.
    """
    rows, faults = site_sizes, list[Fault]()
    for text in sunk:
        site, _, size = text.rpartition(":")
        offered = rows_by_site(sites[sites["site_id"] == site], rows)
        present = offered.loc[offered["size"] == size, "opening_usd"]
        if present.empty:
            sizes = ", ".join(offered["size"]) or "there is no such site"
            faults.append(Fault("F308", "--sunk", value=text, detail=f"sizes: {sizes}"))
            continue
        further = (offered["opening_usd"] - present.iloc[0]).clip(lower=0.0)
        own = offered.assign(opening_usd=further)[list(rows.columns)]
        rows = pd.concat([rows[rows["site_id"] != site], own], ignore_index=True)
    if faults:
        raise InputError(faults)
    return rows
