"""Checks that goods can reach consumers at all, by mail or through sites that freight can supply.

Without them, a forgotten freight row would lead to a plan without stock, which looks like advice
against stock. Only the tables are checked, no distances: a site that passes may still be out of
reach by road.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.geography.crossings import joins
from fulfill.inputs.lane_rate_checks import priced
from fulfill.inputs.network import Network
from fulfill.inputs.origins import can_mail, is_overseas, mail_group
from fulfill.inputs.tariffs import Regime


@dataclass(frozen=True)
class Supply:
    """What the tables allow to be supplied.

    Attributes
    ----------
    overseas : frozenset of str
        Countries whose sites freight can reach from overseas.
    nearshore : frozenset of str
        Countries whose sites freight can reach from nearshore plants.
    mail : frozenset of str
        Consumers' countries to which at least one product can be mailed.
    """

    overseas: frozenset[str]
    nearshore: frozenset[str]
    mail: frozenset[str]


def supply(network: Network, regime: Regime) -> Supply:
    """Find out which countries the tables allow to be supplied.

    Parameters
    ----------
    network : Network
    regime : Regime
        The tariff rules of the as-of date; they decide what may enter as a parcel.

    Returns
    -------
    Supply
    """
    origins = network["origins"]
    works = origins["origin_id"].isin(network["goods_costs"]["origin_id"]) & (
        origins["capacity_m3_month"] != 0
    )
    abroad = is_overseas(origins)
    hubs = set(origins.loc[works & abroad, "country"])
    gateways = network["gateways"][network["gateways"]["capacity_m3_month"] > 0]
    mode = gateways["kind"].map({"seaport": "sea", "airport": "air"})
    pairs = set(
        zip(
            *(network["freight"][name] for name in ("mode", "from_country", "to_country")),
            strict=True,
        )
    )
    rates = priced(network["lane_rates"])
    rated = set(zip(rates["from_id"], rates["to_id"], strict=True))
    names = origins.loc[works & abroad, "origin_id"]
    lands = [
        country
        for by, gate, country in zip(mode, gateways["gateway_id"], gateways["country"], strict=True)
        if any((by, hub, country) in pairs for hub in hubs)
        or any((name, gate) in rated for name in names)
    ]
    crossings = gateways[gateways["kind"] == "crossing"]
    countries = set(network["sites"]["country"])
    site_country = network["sites"].set_index("site_id")["country"]

    def by_rate(starts: pd.Series) -> frozenset[str]:
        reached = rates.loc[rates["from_id"].isin(starts), "to_id"].map(site_country)
        return frozenset(reached.dropna())

    # what lands in one country can be trucked to another only through a crossing
    def by_road(starts: set[str]) -> frozenset[str]:
        return frozenset(
            goal
            for goal in countries
            for start in starts
            if ("road", start, goal) in pairs
            and (start == goal or joins(crossings, start, goal).any())
        )

    return Supply(
        by_road(set(lands)) | (by_rate(gateways["gateway_id"]) if lands else frozenset()),
        by_road(set(origins.loc[works & ~abroad, "country"]))
        | by_rate(origins.loc[works & ~abroad, "origin_id"]),
        _mail(network, regime),
    )


def _mail(network: Network, regime: Regime) -> frozenset[str]:
    """Return the countries with a mail service, air capacity and courier entry for some product."""
    origins, capacity, products = network["origins"], network["mail_capacity"], network["products"]
    flown = set(capacity.loc[capacity["kg_day"] > 0, "country"])
    vat = network["countries"].set_index("country")["vat_rate"]
    net, reached = network.value_base == "net_price", set()
    services = network["mail_services"][["country", "from_country"]].drop_duplicates()
    for country, start in services.itertuples(index=False):
        if country not in flown or country not in vat.index:
            continue
        hubs = origins.loc[can_mail(origins, start), "origin_id"]
        made = network["goods_costs"]["origin_id"].isin(hubs)
        sold = products["product_id"].isin(network["goods_costs"].loc[made, "product_id"])
        lowest = products.loc[sold, "price_usd"].min()  # NaN, below nothing, where none is made
        declared = lowest / (1.0 + (float(vat[country]) if net else 0.0))
        if declared <= regime.highest(country, "courier", mail_group(origins, start)):
            reached.add(str(country))
    return frozenset(reached)


def supply_faults(
    network: Network,
    zones: pd.DataFrame,
    regime: Regime,
    channels: tuple[str, ...],
    *,
    chosen: bool = True,
) -> list[Fault]:
    """Find channels and sites that cannot be supplied.

    Parameters
    ----------
    network : Network
    zones : DataFrame
        In the form of zones.csv.
    regime : Regime
        The tariff rules of the as-of date.
    channels : tuple of str
        The channels that may be used.
    chosen : bool
        Whether they are fewer than the network offers.

    Returns
    -------
    list of Fault
        One fault F319 where no channel can deliver anything, else a warning W306 for each channel
        and for the sites of each country that cannot be supplied.
    """
    found, asked = supply(network, regime), set(channels)
    reached = found.overseas if asked & {"local", "cross_border"} else frozenset[str]()
    reached |= found.nearshore if "nearshore" in asked else frozenset[str]()
    mailed = found.mail & set(zones["country"]) if "direct_mail" in asked else frozenset[str]()
    if not reached and not mailed:
        detail = "no goods can be brought to any site, and nothing can be mailed"
        if len(asked) == 1:
            detail = "nothing can be supplied by this channel"
        return [Fault("F319", "--channels", value=", ".join(channels), detail=detail)]
    warnings = []
    if "direct_mail" in asked and not mailed:
        file, detail = f"{network.folder.name}/mail_services.csv", "nothing can be mailed"
        warnings.append(Fault("W306", file, value="direct_mail", detail=detail))
    if "nearshore" in asked and chosen and reached and not found.nearshore:
        # where nobody chose channels, a network without plants is common
        origins, detail = f"{network.folder.name}/origins.csv", "no plant can supply a site"
        warnings.append(Fault("W306", origins, value="nearshore", detail=detail))
    return [*warnings, *_stock_warnings(network, asked, reached)]


def _stock_warnings(network: Network, asked: set[str], reached: frozenset[str]) -> Iterator[Fault]:
    """Warn of channels with stock that have no goods, and of sites that freight cannot reach."""
    stock = sorted(asked - {"direct_mail"})
    file = f"{network.folder.name}/freight.csv"
    if stock and not reached:
        detail = "no freight row, gateway or plant brings goods to any site: no site will be opened"
        yield Fault("W306", file, value=", ".join(stock), detail=detail)
    if reached:
        sites = network["sites"]
        for country, ids in sites[~sites["country"].isin(reached)].groupby("country")["site_id"]:
            detail = f"nothing can be brought to {', '.join(ids)}"
            yield Fault("W306", file, value=str(country), detail=detail)
