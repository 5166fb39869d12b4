"""Checks that compare tables: identifiers, calendar, shares, tariff rules, capacity.

They run whenever a `Problem` is built, so that a change of any one table, date or channel is
checked against all the others. Neighbouring modules: `network_checks` needs no demand,
`coverage_checks` looks for rows that are missing or unused, `supply_checks` for goods that cannot
reach anyone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import SHARE_TOLERANCE, Demand, share_faults
from fulfill.inputs.disruption_checks import disruption_faults
from fulfill.inputs.entry_fees import double_fee_faults
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.origins import mail_group, parcel_groups
from fulfill.inputs.site_rows import rows_by_site
from fulfill.inputs.tariffs import Regime, courier_entry, overlap_faults
from fulfill.inputs.windows import window_faults, windows_of


def cross_faults(
    network: Network, demand: Demand, regime: Regime, channels: tuple[str, ...]
) -> list[Fault]:
    """Compare the tables of a network and a demand with one another.

    Parameters
    ----------
    network, demand
    regime : Regime
        The tariff rules of the as-of date.
    channels : tuple of str
        The channels that may be used; they decide which tariff rules are needed.

    Returns
    -------
    list of Fault
        F205, F211, F301 to F304, F306, F307, F314, F362 and F500; empty where the tables
        agree.
    """
    return [
        *_reference_faults(network, demand),
        *overlap_faults(network["tariffs"], f"{network.folder.name}/tariffs.csv"),
        *double_fee_faults(network["entry_fees"], f"{network.folder.name}/entry_fees.csv"),
        *_calendar_faults(network),
        *_prebuild_order_faults(network),
        *_own_delivery_faults(network, demand),
        *share_faults(demand),
        *_mix_share_faults(demand),
        *_prebuild_share_faults(network),
        *_empty_year_faults(demand),
        *_missing_country_faults(demand),
        *_tariff_faults(network, demand, regime, channels),
        *window_faults(
            demand.zones, f"{demand.folder.name}/zones.csv", windows_of(network["countries"])
        ),
        *disruption_faults(network.folder.name, network.tables, demand.zones),
    ]


def capacity_warnings(
    network: Network, orders: NDArray[np.float64], days: NDArray[np.float64]
) -> list[Fault]:
    """Warn of periods in which all sites together, at their largest, cannot handle the orders.

    Parameters
    ----------
    network : Network
    orders : ndarray, shape (n_zones, n_products, n_periods)
        Potential orders.
    days : ndarray, shape (n_periods,)

    Returns
    -------
    list of Fault
        W301, one for each such period.
    """
    sizes, bands = (
        rows_by_site(network["sites"], network[table]).groupby("site_id")
        for table in ("site_sizes", "bands")
    )
    capacity_day = float((sizes["orders_day"].max() * bands["capacity_factor"].sum()).sum())
    by_period = orders.sum(axis=(0, 1))
    names = network["calendar"]["period_id"]
    return [
        Fault(
            "W301",
            f"{network.folder.name}/site_sizes.csv",
            column="orders_day",
            value=str(names[t]),
            detail=f"{by_period[t]:,.0f} orders, sites can handle {capacity_day * days[t]:,.0f}",
        )
        for t in np.flatnonzero(by_period > capacity_day * days)
    ]


def _reference_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find countries, products and periods of a demand that the network does not have."""
    tables = {"zones": demand.zones, "mix": demand.mix}
    tables |= {"seasonality": demand.seasonality, "orders": demand.orders}
    known = {
        "country": (network["countries"]["country"], f"countries.csv of {network.name}"),
        "product_id": (network["products"]["product_id"], network.name),
        "period_id": (network["calendar"]["period_id"], network.name),
    }
    for name, frame in tables.items():
        columns = ("country",) if name == "zones" else ("period_id", "product_id")
        for column in (one for one in columns if one in frame):
            values, holder = known[column]
            unknown = frame[~frame[column].isin(values)]
            for line, value in zip(unknown[ROW], unknown[column], strict=True):
                file = f"{demand.folder.name}/{name}.csv"
                yield Fault("F301", file, int(line), column, str(value), f"not in {holder}")


def _own_delivery_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find zones of own_delivery.csv that are unknown, or across a border from their site.

    A site's own vans cross no border, so such a row could never be used.
    """
    table = network["own_delivery"]
    site_country = table["site_id"].map(network["sites"].set_index("site_id")["country"])
    zone_country = table["zone_id"].map(demand.zones.set_index("zone_id")["country"])
    file = f"{network.folder.name}/own_delivery.csv"
    for line, zone, there, home in zip(
        table[ROW], table["zone_id"], zone_country, site_country, strict=True
    ):
        if pd.isna(there):
            detail = f"not in zones.csv of {demand.name}"
            yield Fault("F301", file, int(line), "zone_id", str(zone), detail)
        elif there != home:
            detail = f"it is in {there}, the site in {home}"
            yield Fault("F205", file, int(line), "zone_id", str(zone), detail)


def _calendar_faults(network: Network) -> Iterator[Fault]:
    """Find a calendar that does not make up a year; half a day allows for rounded periods."""
    total = float(network["calendar"]["days"].sum())
    if not 364.5 <= total <= 366.5:
        file = f"{network.folder.name}/calendar.csv"
        detail = "365 or 366 expected"
        yield Fault("F306", file, column="days", value=f"{total:g}", detail=detail)


def _prebuild_order_faults(network: Network) -> Iterator[Fault]:
    """Find goods that would land in or after the period in which they are sold."""
    position = {name: place for place, name in enumerate(network["calendar"]["period_id"])}
    prebuild = network["prebuild"]
    file = f"{network.folder.name}/prebuild.csv"
    for line, sold, lands in zip(
        prebuild[ROW], prebuild["period_id"], prebuild["lands_in"], strict=True
    ):
        if position.get(lands, -1) >= position.get(sold, len(position)):
            yield Fault("F205", file, int(line), "lands_in", str(lands), f"not before {sold}")


def _mix_share_faults(demand: Demand) -> Iterator[Fault]:
    """Find countries whose product shares do not add up to one."""
    file = f"{demand.folder.name}/mix.csv"
    for country, total in demand.mix.groupby("country")["share"].sum().items():
        if abs(total - 1.0) > SHARE_TOLERANCE:
            detail = f"country {country}"
            yield Fault("F307", file, column="share", value=f"{total:g}", detail=detail)


def _prebuild_share_faults(network: Network) -> Iterator[Fault]:
    """Find periods of which more than the whole demand would land early."""
    file = f"{network.folder.name}/prebuild.csv"
    for period, total in network["prebuild"].groupby("period_id")["share"].sum().items():
        if total > 1.0 + 1e-9:
            detail = f"period {period}: at most 1"
            yield Fault("F307", file, column="share", value=f"{total:g}", detail=detail)


def _missing_country_faults(demand: Demand) -> Iterator[Fault]:
    """Find countries with zones but without mix or seasonality, where orders are spread by them."""
    if not demand.orders.empty:
        return
    present = set(demand.zones["country"])
    detail = "no row for a country that has zones"
    for name, frame in (("mix", demand.mix), ("seasonality", demand.seasonality)):
        file = f"{demand.folder.name}/{name}.csv"
        for country in sorted(present - set(frame["country"])):
            yield Fault("F301", file, column="country", value=country, detail=detail)


def _empty_year_faults(demand: Demand) -> Iterator[Fault]:
    """Find demands without any order, and countries whose zone weights or intensities sum to zero.

    Orders are spread in proportion to these weights; a sum of zero leaves nothing to divide by.
    """
    folder = demand.folder.name
    if not demand.orders.empty:
        if not demand.orders["orders"].sum() > 0:
            detail = "there is no order at all"
            yield Fault("F205", f"{folder}/orders.csv", column="orders", value="0", detail=detail)
        return
    zones, seasonality = demand.zones, demand.seasonality
    weight = (
        zones["population"]
        * zones["internet_share"]
        * zones["income_index"] ** demand.parameters["income_exponent"]
    )
    for name, column, value, country_of_row in (
        ("zones", "population", weight, zones["country"]),
        ("seasonality", "intensity", seasonality["intensity"], seasonality["country"]),
    ):
        total = value.groupby(country_of_row).sum()
        for country in total.index[total <= 0]:
            detail = f"the weights of all rows of {country} sum to zero"
            yield Fault("F205", f"{folder}/{name}.csv", column=column, value="0", detail=detail)


def _tariff_faults(
    network: Network, demand: Demand, regime: Regime, channels: tuple[str, ...]
) -> Iterator[Fault]:
    """Find products without the tariff rules that the channels need."""
    if regime.untaxed:
        return
    asked = set(channels)
    zones = set(demand.zones["country"])
    # A site abroad serves a country only by cross-border orders; without that channel, goods
    # enter only the countries that have zones.
    served = {*zones, *network["countries"]["country"]} if "cross_border" in asked else zones
    stocked = set(network["sites"]["country"]) & served if asked - {"direct_mail"} else set()
    by_courier = _courier_groups(network, zones, asked)
    columns = ("product_id", "tariff_class", "transfer_value_usd", "price_usd")
    for product, tariff_class, transfer, price in zip(
        *(network["products"][name] for name in columns), strict=True
    ):
        for country in sorted(stocked):
            yield from _formal_faults(network, regime, country, product, tariff_class, transfer)
        for country, group in by_courier:
            yield from _courier_faults(network, regime, (country, group), tariff_class, price)


def _courier_groups(network: Network, zones: set[str], asked: set[str]) -> list[tuple[str, str]]:
    """Return the countries that parcels enter, each with every tariff group of theirs."""
    origins, mail = network["origins"], network["mail_services"]
    groups: set[tuple[str, str]] = set()
    if "direct_mail" in asked:
        starts = zip(mail["country"], mail["from_country"], strict=True)
        groups |= {(country, mail_group(origins, start)) for country, start in starts}
    if "cross_border" in asked:
        groups |= {(country, group) for country in zones for group in parcel_groups(origins)}
    return sorted((country, group) for country, group in groups if country in zones and group)


def _formal_faults(
    network: Network,
    regime: Regime,
    country: str,
    product: str,
    tariff_class: str,
    transfer_value_usd: float,
) -> Iterator[Fault]:
    """Find groups of origin from which a product has no rule for formal entry into a country."""
    origins = network["origins"]
    for group in sorted(set(origins.loc[origins["country"] != country, "origin_group"])):
        if regime.find(country, "formal", group, tariff_class, transfer_value_usd) is None:
            file = f"{network.folder.name}/tariffs.csv"
            detail = f"{product} into {country} on {regime.as_of}, goods of {group}"
            detail += f"; of a country {group}, origin_groups.csv can name the group"
            yield Fault("F302", file, column="tariff_class", value=tariff_class, detail=detail)


def _courier_faults(
    network: Network,
    regime: Regime,
    entering: tuple[str, str],
    tariff_class: str,
    price_usd: float,
) -> Iterator[Fault]:
    """Find a product whose parcel falls between two value bands of courier entry.

    `entering` is the country of entry and the tariff group of the goods.
    """
    value = _courier_gap(network, regime, entering, tariff_class, price_usd)
    if value is not None:
        file = f"{network.folder.name}/tariffs.csv"
        detail = f"courier entry into {entering[0]} at {value:g} USD on {regime.as_of}"
        yield Fault("F304", file, column="value_to_usd", value=tariff_class, detail=detail)


def _courier_gap(
    network: Network,
    regime: Regime,
    entering: tuple[str, str],
    tariff_class: str,
    price_usd: float,
) -> float | None:
    """Return the customs value at which no courier rule applies, None where one does.

    A value above every band is no gap: courier entry is simply closed to the product.
    """
    country, group = entering
    vat = network["countries"].set_index("country")["vat_rate"].get(country, 0.0)
    entry = courier_entry(
        regime, country, group, tariff_class, price_usd, network.value_base, float(vat)
    )
    if entry.rule is not None or entry.value > regime.highest(country, "courier", group):
        return None
    return entry.value
