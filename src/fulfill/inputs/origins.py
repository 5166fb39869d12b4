"""Origins: which lie overseas, from which parcels are mailed, which tariff group they belong to.

What origins.csv leaves open follows from the countries: an origin in a country of countries.csv is
reached by road, any other lies overseas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

OVERSEAS, NEARSHORE = "overseas", "nearshore"
EARLIER_GROUP = "USMCA"
EARLIER_MEMBERS = ("CA", "MX", "US")
"""The only group of countries before origin_groups.csv came in, and the countries it meant."""


def with_whole_origins(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of a network with every origin's kind, mail and tariff group filled in.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Checked tables; origins, countries, origin_groups and tariffs are read.

    Returns
    -------
    dict of str to DataFrame
        The same tables if one of the three, or tariffs, is missing. Otherwise origins has ``overseas`` or
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
    typed = {name: column.astype("str") for name, column in whole.items()}
    return {**tables, "origins": origins.assign(**typed)}


def _groups(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the tariff group of every country that is not a group of its own."""
    if is_earlier(tables):
        return dict.fromkeys(EARLIER_MEMBERS, EARLIER_GROUP)
    named = tables["origin_groups"]
    return dict(zip(named["country"], named["origin_group"], strict=True))


def is_earlier(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether the tables are of the time when a group of countries had a fixed meaning.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Checked tables.

    Returns
    -------
    bool
        True if tariff rows name the group of that time and no table says who belongs to it.
    """
    named = tables["origin_groups"]
    return named.empty and bool((tables["tariffs"]["origin_group"] == EARLIER_GROUP).any())


def group_warnings(folder: str, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Say that tables of an earlier version are read as they were meant (W324).

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        The whole tables of a network.

    Returns
    -------
    list of Fault
    """
    if not is_earlier(tables):
        return []
    detail = f"{', '.join(EARLIER_MEMBERS)} are taken for {EARLIER_GROUP}"
    return [Fault("W324", f"{folder}/origin_groups.csv", value=EARLIER_GROUP, detail=detail)]


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
