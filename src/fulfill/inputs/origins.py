"""Origins: which lie overseas, from which parcels are mailed, which tariff group they belong to.

What origins.csv leaves open follows from the countries: an origin in a country of countries.csv is
reached by road, any other lies overseas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.cells import TEXT
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

OVERSEAS, NEARSHORE = "overseas", "nearshore"
EARLIER_GROUPS = {"USMCA": ("MX", "US")}
"""Tariff groups that had these countries before origin_groups.csv was a table."""


def with_whole_origins(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a network with every origin's kind, mail and tariff group filled in.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Checked tables; origins, countries, origin_groups and tariffs are read.

    Returns
    -------
    dict of str to DataFrame
        The same tables if one of the four is missing. Otherwise origins has ``overseas`` or
        ``nearshore`` in `kind`, ``yes`` or ``no`` in `direct_mail`, and the column `origin_group`.
    """
    if not {"origins", "countries", "origin_groups", "tariffs"} <= set(tables):
        return dict(tables)
    origins = tables["origins"]
    country = origins["country"]
    home = country.isin(tables["countries"]["country"])
    kind = origins["kind"].where(
        origins["kind"] != "", np.where(home, NEARSHORE, OVERSEAS).astype(object)
    )
    mails = np.where(kind == OVERSEAS, "yes", "no").astype(object)
    group = country.map(_groups(tables))
    whole = {
        "kind": kind,
        "direct_mail": origins["direct_mail"].where(origins["direct_mail"] != "", mails),
        "origin_group": group.fillna(country),
    }
    typed = {name: column.astype(TEXT) for name, column in whole.items()}
    return {**tables, "origins": origins.assign(**typed)}


def _groups(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the tariff group of every country that is not a group of its own."""
    named = tables["origin_groups"]
    return earlier_groups(tables) or dict(zip(named["country"], named["origin_group"], strict=True))


def earlier_groups(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the tariff groups of tables from before origin_groups.csv.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a network: origin_groups and tariffs are read.

    Returns
    -------
    dict of str to str
        Group of `EARLIER_GROUPS` by country; empty where origin_groups.csv has any row, or no
        tariff names such a group.
    """
    if len(tables["origin_groups"]):
        return {}
    named = set(tables["tariffs"]["origin_group"])
    return {
        country: group
        for group, members in EARLIER_GROUPS.items()
        for country in members
        if group in named
    }


def group_warnings(folder: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Say that tables of an earlier version are read as they were meant (W324).

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        The whole tables of a network.

    Yields
    ------
    Fault
        One, with the rows to write.
    """
    if groups := earlier_groups(tables):
        rows = " and ".join(f"{country},{group}" for country, group in groups.items())
        detail = f"read as if it had the rows {rows}"
        yield Fault("W324", f"{folder}/origin_groups.csv", detail=detail)


def is_overseas(origins: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which origins bring their goods by sea or air through a gateway, (n_origins,)."""
    return (origins["kind"] == OVERSEAS).to_numpy(bool)


def can_mail(origins: pd.DataFrame, from_country: str) -> NDArray[np.bool_]:
    """Tell from which origins a mail service collects, (n_origins,).

    Parameters
    ----------
    origins : DataFrame
        As of `with_whole_origins`.
    from_country : str
        Country that the service names; empty for all.
    """
    mails = (origins["direct_mail"] == "yes").to_numpy(bool)
    return mails & ((origins["country"] == from_country).to_numpy(bool) | (from_country == ""))


def mail_group(origins: pd.DataFrame, from_country: str) -> str:
    """Return the tariff group of the parcels of a mail service; empty where nothing is mailed."""
    groups = origins.loc[can_mail(origins, from_country), "origin_group"]
    return str(groups.iloc[0]) if len(groups) else ""


def parcel_groups(origins: pd.DataFrame) -> list[str]:
    """Return the tariff groups that a cross-border parcel may belong to.

    It holds goods from the stock of a site. Those of a plant share the site with goods from
    overseas, and nothing tells them apart at the border, so they are declared as the latter.

    Parameters
    ----------
    origins : DataFrame
        As of `with_whole_origins`.

    Returns
    -------
    list of str
        Groups of the origins overseas, sorted; those of all origins where none is overseas.
    """
    overseas = is_overseas(origins)
    return sorted(set(origins.loc[overseas if overseas.any() else slice(None), "origin_group"]))


def mail_faults(folder: str, origins: pd.DataFrame, mail_services: pd.DataFrame) -> Iterator[Fault]:
    """Find mail services whose parcels would belong to no tariff group, or to several.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    origins : DataFrame
        As of `with_whole_origins`.
    mail_services : DataFrame
        In the form of mail_services.csv.

    Yields
    ------
    Fault
        F214, and F208 for a country in which no origin mails.
    """
    file = f"{folder}/mail_services.csv"
    collects: dict[str, str] = {}
    columns = (ROW, "service_id", "from_country")
    for line, service, country in zip(*(mail_services[name] for name in columns), strict=True):
        place = file, int(line), "from_country", str(country)
        groups = sorted(set(origins.loc[can_mail(origins, country), "origin_group"]))
        if country and not groups:
            yield Fault("F208", *place, "no origin of origins.csv in this country can mail")
        if len(groups) > 1:
            where = country or "any country"
            detail = f"{service} collects in {where}, goods of {', '.join(groups)}: name a country"
            yield Fault("F214", *place, detail)
        if collects.setdefault(service, country) != country:
            detail = f"{service} collects in {collects[service] or 'any country'} further up"
            yield Fault("F214", *place, detail)
