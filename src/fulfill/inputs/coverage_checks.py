"""Rows that must exist for every zone, state, period and lane, and rows that nothing uses.

A missing row never means "free" or "no limit": it is a fault. A row that names a state, class or
product which no data use is usually a misspelling, and is warned of.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault
from fulfill.inputs.lane_rate_checks import lane_rate_faults, priced
from fulfill.inputs.network import Network
from fulfill.inputs.network_checks import ANY
from fulfill.inputs.origins import is_overseas
from fulfill.inputs.schema import ANY_PRODUCT
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import state_name
from fulfill.inputs.tariffs import Regime

EVERY_STATE = "*"
"""The state in carriers.csv that stands for every state without a row of its own."""
LISTED = 5
"""Most names that a message lists; the rest are only counted."""


def coverage_faults(network: Network, demand: Demand, channels: tuple[str, ...]) -> list[Fault]:
    """Find zones, states, classes, periods and lanes without the rows that the channels need.

    Parameters
    ----------
    network, demand
    channels : tuple of str
        The channels that may be used, all of them known.

    Returns
    -------
    list of Fault
        F208, F212, F305, F314, F316 and F317; empty where nothing is missing.
    """
    faults = [
        *_reach_faults(network, demand, channels),
        *_state_faults(network, demand),
        *_season_faults(network, demand),
    ]
    if set(channels) - {"direct_mail"}:
        faults += _service_faults(network, demand)
    if "direct_mail" in channels:
        faults += _air_faults(network, demand)
    misnamed = [*_lane_end_faults(network, demand), *lane_rate_faults(network, demand)]
    faults += misnamed
    # a misspelt end would be reported a second time as a missing lane
    if not misnamed and not network.roads:
        faults += _missing_lane_faults(network, demand, channels)
    return faults


def absent_table_warnings(network: Network) -> list[Fault]:
    """Say once what is not part of the case, because its tables are absent (W304)."""
    if not network.left_out:
        return []
    parts = (f"{what} (no {' and '.join(files)})" for what, files in network.left_out.items())
    return [Fault("W304", network.folder.name, detail="left out: " + ", ".join(parts))]


def unused_row_warnings(network: Network, demand: Demand, regime: Regime) -> list[Fault]:
    """Warn of rows meant for one state, class or product that no data use.

    Such a row was meant to replace a fallback (the state `*`, the class `any`), which then applies
    instead.

    Parameters
    ----------
    network, demand
    regime : Regime
        The tariff rules of the as-of date.

    Returns
    -------
    list of Fault
        W302 and W303.
    """
    return [
        *_unused_states(network, demand),
        *_unused_classes(network),
        *_unsold_products(network, demand),
        *_fallback_classes(network, regime),
    ]


def _listed(names: list[str]) -> str:
    """Return the names as a message shows them, shortened to `LISTED`."""
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _pairs(frame: pd.DataFrame, column: str) -> set[tuple[str, str]]:
    """Return the combinations of country and a column that occur in a table."""
    return set(zip(frame["country"], frame[column], strict=True))


def _reach_faults(network: Network, demand: Demand, channels: tuple[str, ...]) -> Iterator[Fault]:
    """Find zones that no service covers and states without carrier capacity."""
    covered: set[tuple[str, str]] = set()
    if "direct_mail" in channels:
        covered |= _pairs(network["mail_services"], "zone_class")
    if set(channels) - {"direct_mail"}:
        covered |= _pairs(network["services"], "zone_class")
    zones, file = demand.zones, f"{demand.folder.name}/zones.csv"
    rated = (
        set(priced(network["lane_rates"])["to_id"]) if set(channels) - {"direct_mail"} else set()
    )
    columns = ("country", "zone_class", "zone_id", ROW)
    for country, kind, zone, line in zip(*(zones[name] for name in columns), strict=True):
        if (country, kind) not in covered and zone not in rated:
            value, detail = f"{country} {kind}", f"zone {zone}"
            yield Fault("F305", file, int(line), "zone_class", value, detail)
    if network["carriers"].empty:
        return
    carriers, file = _pairs(network["carriers"], "state"), f"{network.folder.name}/carriers.csv"
    for country, state in sorted(_pairs(zones, "state")):
        if (country, state) not in carriers and (country, EVERY_STATE) not in carriers:
            value, detail = f"{country} {state}", "no carrier row, and no * row"
            yield Fault("F305", file, column="state", value=value, detail=detail)


def _state_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find unknown regions that would silently take the row `*`, and named rows without any zone.

    A known state without a row of its own takes the row `*` on purpose. An unknown name may be a
    misspelling of a row's name, and its capacity would then be the wrong one.
    """
    carriers, zones = network["carriers"], demand.zones
    for country in sorted(set(zones["country"])):
        rows, here = carriers[carriers["country"] == country], zones[zones["country"] == country]
        named = rows[rows["state"] != EVERY_STATE]
        if named.empty or len(named) == len(rows):
            continue  # without names nothing can be misspelt; without `*` F305 finds the zone
        strange = here[
            [
                name not in set(named["state"]) and not state_name(country, name)
                for name in here["state"]
            ]
        ]
        for state, group in strange.groupby("state", sort=False):
            detail = f"no state of {country}" + near(nearest(str(state), named["state"]))
            detail = detail if state else f"empty, but carriers.csv names states of {country}"
            detail += f"; {len(group)} zones" if len(group) > 1 else ""
            file = f"{demand.folder.name}/zones.csv"
            yield Fault("F212", file, int(group[ROW].iloc[0]), "state", str(state), detail)
        for state, line in zip(named["state"], named[ROW], strict=True):
            if state not in set(here["state"]) and not state_name(country, state):
                file = f"{network.folder.name}/carriers.csv"
                detail = f"no state of {country}, and no zone has it" + near(
                    nearest(state, set(here["state"]) - {""})
                )
                yield Fault("F212", file, int(line), "state", state, detail)


def _season_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find periods without an intensity for a country: nothing would be ordered in them."""
    if not demand.orders.empty:
        return
    file = f"{demand.folder.name}/seasonality.csv"
    for country, rows in demand.seasonality.groupby("country"):
        if country in set(demand.zones["country"]):
            for period in network["calendar"]["period_id"]:
                if period not in set(rows["period_id"]):
                    detail = f"no row for {country}"
                    yield Fault("F314", file, column="period_id", value=period, detail=detail)


def _service_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find zone classes that no last-mile service of their country covers."""
    services, zones = network["services"], demand.zones
    if services.empty:
        return
    covered = _pairs(services, "zone_class")
    by_mail = _pairs(network["mail_services"], "zone_class")
    for pair, rows in zones.groupby(["country", "zone_class"]):
        if pair in by_mail - covered:  # a class that mail does not cover either is F305
            detail = f"{len(rows)} zones, the first in row {int(rows[ROW].iloc[0])} of zones.csv"
            file = f"{network.folder.name}/services.csv"
            value = " ".join(map(str, pair))
            yield Fault("F314", file, column="zone_class", value=value, detail=detail)


def _air_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find countries with a mail service but no air capacity: nothing could be mailed."""
    served = set(network["mail_services"]["country"]) & set(demand.zones["country"])
    file = f"{network.folder.name}/mail_capacity.csv"
    for country in sorted(served - set(network["mail_capacity"]["country"])):
        detail = "mail_services.csv serves it"
        yield Fault("F314", file, column="country", value=country, detail=detail)


def _places(network: Network, demand: Demand) -> dict[str, set[str]]:
    """Return the ids of every kind of place that a lane can join."""
    tables = {
        "origin": network["origins"],
        "gateway": network["gateways"],
        "site": network["sites"],
    }
    ids = {kind: set(table[f"{kind}_id"]) for kind, table in tables.items()}
    return {**ids, "zone": set(demand.zones["zone_id"])}


def _lane_end_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find rows of lanes.csv that would change nothing: unknown places, or no lane of the model."""
    places = _places(network, demand)
    known = sorted(set().union(*places.values()))
    joined = (("site", "zone"), ("gateway", "site"), ("origin", "gateway"), ("origin", "site"))
    file = f"{network.folder.name}/lanes.csv"
    columns = ("from_id", "to_id", ROW)
    for start, goal, line in zip(
        *(network["lanes"][name].tolist() for name in columns), strict=True
    ):
        strange = [
            (column, name)
            for column, name in zip(columns, (start, goal), strict=False)
            if name not in known
        ]
        for column, name in strange:
            detail = "no origin, gateway, site or zone" + near(nearest(name, known))
            yield Fault("F208", file, int(line), column, name, detail)
        directions = [(start, goal), (goal, start)]
        if not strange and not any(
            a in places[one] and b in places[other] for one, other in joined for a, b in directions
        ):
            value, detail = f"{start}, {goal}", "the model has no such lane"
            yield Fault("F316", file, int(line), "from_id + to_id", value, detail)


def _missing_lane_faults(
    network: Network, demand: Demand, channels: tuple[str, ...]
) -> Iterator[Fault]:
    """Find road lanes that lanes.csv must give because there is no road graph; one fault a place.

    A lane to another country is only needed if a land crossing takes freight and, from a site, if
    cross-border orders are allowed.
    """
    if not set(channels) - {"direct_mail"}:
        return
    lanes, gateways, sites = network["lanes"], network["gateways"], network["sites"]
    rates = network["lane_rates"]
    written = {frozenset(pair) for pair in zip(lanes["from_id"], lanes["to_id"], strict=True)}
    decided = rates[~rates["allowed"] | rates.index.isin(priced(rates).index)]
    whole = decided[decided["product_id"] == ANY_PRODUCT]
    written |= {frozenset(pair) for pair in zip(whole["from_id"], whole["to_id"], strict=True)}
    by_road = (network["freight"]["mode"] == "road").any()
    served = not network["services"].empty
    crossings = gateways[(gateways["kind"] == "crossing") & (gateways["capacity_m3_month"] > 0)]
    ports, plants = gateways[gateways["kind"] != "crossing"], network["origins"]
    plants = plants[~is_overseas(plants)] if "nearshore" in channels else plants.iloc[:0]
    file = f"{network.folder.name}/lanes.csv"
    for one, start, other, goal, abroad, needed in (
        ("gateway_id", ports, "site_id", sites, True, by_road),
        ("origin_id", plants, "site_id", sites, True, by_road),
        ("site_id", sites, "zone_id", demand.zones, "cross_border" in channels, served),
    ):
        if not needed:  # no tariff has a price by distance: a lane is there if it has a rate
            continue
        ends = list(zip(goal[other], goal["country"], strict=True))
        for name, country in zip(start[one], start["country"], strict=True):
            reached = {country} | (_neighbours(crossings, country) if abroad else set())
            missing = [
                end
                for end, where in ends
                if where in reached and frozenset((name, end)) not in written
            ]
            if missing:
                detail = f"no lane to {_listed(missing)}"
                yield Fault("F317", file, column="from_id", value=name, detail=detail)


def _neighbours(crossings: pd.DataFrame, country: str) -> set[str]:
    """Return the countries to which a land crossing leads from a country."""
    sides = (set(pair.split("-")) for pair in crossings["country"])
    return {other for pair in sides if country in pair for other in pair - {country}}


def _unused_states(network: Network, demand: Demand) -> Iterator[Fault]:
    """Warn of carriers' rows for states in which no zone lies."""
    carriers, zones = network["carriers"], demand.zones
    for country in sorted(set(zones["country"])):
        here = set(zones.loc[zones["country"] == country, "state"])
        rows = carriers[
            (carriers["country"] == country) & ~carriers["state"].isin([EVERY_STATE, *here])
        ]
        if len(rows):
            file, detail = f"{network.folder.name}/carriers.csv", f"{country}: no zone lies there"
            names = _listed(rows["state"].tolist())
            yield Fault("W302", file, int(rows[ROW].iloc[0]), "state", names, detail)


def _unused_classes(network: Network) -> Iterator[Fault]:
    """Warn of tariff classes that no product has."""
    tariffs, used = network["tariffs"], set(network["products"]["tariff_class"])
    rows = tariffs[~tariffs["tariff_class"].isin([ANY, *used])]
    if len(rows):
        names = _listed(list(dict.fromkeys(rows["tariff_class"])))
        others = sorted(used - set(tariffs["tariff_class"]))
        detail = "no product has the class" + (
            f"; these take the row any: {_listed(others)}" if others else ""
        )
        file = f"{network.folder.name}/tariffs.csv"
        yield Fault("W302", file, int(rows[ROW].iloc[0]), "tariff_class", names, detail)


def _unsold_products(network: Network, demand: Demand) -> Iterator[Fault]:
    """Warn of products that no country's mix contains: they are never ordered."""
    products = network["products"]
    rows = products[~products["product_id"].isin(demand.mix["product_id"])]
    if demand.orders.empty and len(rows):
        file = f"{network.folder.name}/products.csv"
        names = _listed(rows["product_id"].tolist())
        detail = f"not in mix.csv of {demand.name}: never ordered"
        yield Fault("W302", file, int(rows[ROW].iloc[0]), "product_id", names, detail)


def _fallback_classes(network: Network, regime: Regime) -> Iterator[Fault]:
    """Warn of classes that take the row `any` although a row of their own was to be expected.

    It was where the class had a row that has ended, or has a row elsewhere while other classes have
    theirs for this country, kind of entry and group of origin. Where no class has a row on the
    as-of date and the class's own begins later, the row `any` is meant to apply until then.
    """
    tariffs, classes = network["tariffs"], dict.fromkeys(network["products"]["tariff_class"])
    named = set(tariffs["tariff_class"]) - {ANY}
    if not named:
        return
    begun = tariffs[tariffs["valid_from"] <= np.datetime64(regime.as_of, "s")]
    keys = ["destination", "entry_kind", "origin_group"]
    earlier: dict[tuple[Hashable, ...], set[str]] = {}
    for *entry, name in zip(*(begun[column] for column in (*keys, "tariff_class")), strict=True):
        earlier.setdefault(tuple(entry), set()).add(name)
    for (country, kind, group), rows in regime.rows.groupby(keys):
        same = (regime.rows["destination"] == country) & (regime.rows["entry_kind"] == kind)
        among = regime.rows[same & regime.rows["origin_group"].isin([group, ANY])]
        fallback = among[among["tariff_class"] == ANY]
        own = set(rows["tariff_class"]) - {ANY}
        ended = named & earlier.get((country, kind, group), set())
        for name in classes if len(fallback) else ():
            if name not in own and name in (named if own else ended):
                rates = ", ".join(dict.fromkeys(f"{100 * rate:g} %" for rate in fallback["rate"]))
                detail = f"{country} {kind} on {regime.as_of}: it takes the row any at {rates}"
                file, line = f"{network.folder.name}/tariffs.csv", int(fallback[ROW].iloc[0])
                yield Fault("W303", file, line, "tariff_class", name, detail)
