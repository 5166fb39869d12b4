"""What a network and a demand must agree in: states, service classes, lanes, periods, and rows that no data use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.network_checks import ANY
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import state_name
from fulfill.inputs.tables import ROW
from fulfill.inputs.tariffs import Regime

EVERY_STATE = "*"
"""The state of carriers.csv that stands for every state not named."""
LISTED = 5
"""Names that a message lists before it counts the rest."""


def demand_faults(network: Network, demand: Demand, channels: tuple[str, ...]) -> list[Fault]:
    """Return every fault of a network and a demand together, besides unknown products, periods and countries."""
    faults = [*_state_faults(network, demand), *_season_faults(network, demand)]
    if set(channels) - {"direct_mail"}:
        faults += _service_faults(network, demand)
    if "direct_mail" in channels:
        faults += _air_faults(network, demand)
    unknown = [*_lane_end_faults(network, demand)]
    return [
        *faults,
        *unknown,
        *([] if unknown or network.roads else _missing_lane_faults(network, demand, channels)),
    ]


def unused_row_warnings(network: Network, demand: Demand, regime: Regime) -> list[Fault]:
    """Return warnings of rows that were meant to override a fallback and do not."""
    return [
        *_unused_states(network, demand),
        *_unused_classes(network),
        *_unsold_products(network, demand),
        *_fallback_classes(network, regime),
    ]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _state_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find regions that fall to the row * although rows with names are there, and named rows that match no zone.

    A known state without a row takes the row * by right; an unknown name may be a row's, spelt
    otherwise.
    """
    carriers, zones = network["carriers"], demand.zones
    for country in sorted(set(zones["country"])):
        rows, here = carriers[carriers["country"] == country], zones[zones["country"] == country]
        named = rows[rows["state"] != EVERY_STATE]
        if named.empty or len(named) == len(rows):
            continue
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
                detail = f"no state of {country} and no zone's" + near(
                    nearest(state, set(here["state"]) - {""})
                )
                yield Fault(
                    "F212", f"{network.folder.name}/carriers.csv", int(line), "state", state, detail
                )


def _season_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find periods of the calendar that a country's seasonality leaves out: nothing would be ordered in them."""
    if not demand.orders.empty:
        return
    file = f"{demand.folder.name}/seasonality.csv"
    for country, rows in demand.seasonality.groupby("country"):
        if country in set(demand.zones["country"]):
            for period in network["calendar"]["period_id"]:
                if period not in set(rows["period_id"]):
                    yield Fault(
                        "F314",
                        file,
                        column="period_id",
                        value=period,
                        detail=f"no row for {country}",
                    )


def _service_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find zone classes that no last-mile service of their country covers."""
    services, zones = network["services"], demand.zones
    covered = set(zip(services["country"], services["zone_class"], strict=True))
    by_mail = set(
        zip(*(network["mail_services"][name] for name in ("country", "zone_class")), strict=True)
    )
    for pair, rows in zones.groupby(["country", "zone_class"]):
        if pair in by_mail - covered:  # a class that mail does not cover either is F305
            detail = f"{len(rows)} zones, the first in row {int(rows[ROW].iloc[0])} of zones.csv"
            file = f"{network.folder.name}/services.csv"
            yield Fault(
                "F314", file, column="zone_class", value=" ".join(map(str, pair)), detail=detail
            )


def _air_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find countries that mail serves but mail_capacity.csv leaves out: nothing could fly."""
    served = set(network["mail_services"]["country"]) & set(demand.zones["country"])
    file = f"{network.folder.name}/mail_capacity.csv"
    for country in sorted(served - set(network["mail_capacity"]["country"])):
        yield Fault(
            "F314", file, column="country", value=country, detail="mail_services.csv serves it"
        )


def _places(network: Network, demand: Demand) -> dict[str, set[str]]:
    tables = {
        "origin": network["origins"],
        "gateway": network["gateways"],
        "site": network["sites"],
    }
    ids = {kind: set(table[f"{kind}_id"]) for kind, table in tables.items()}
    return {**ids, "zone": set(demand.zones["zone_id"])}


def _lane_end_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find overrides that would change nothing: of unknown places, or between places that no lane joins."""
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
        ways = [(start, goal), (goal, start)]
        if not strange and not any(
            a in places[one] and b in places[other] for one, other in joined for a, b in ways
        ):
            yield Fault(
                "F316",
                file,
                int(line),
                "from_id + to_id",
                f"{start}, {goal}",
                "the model has no such lane",
            )


def _missing_lane_faults(
    network: Network, demand: Demand, channels: tuple[str, ...]
) -> Iterator[Fault]:
    """Find road lanes that lanes.csv leaves out where there is no graph to measure them on, one fault a place.

    Abroad a lane needs a land crossing that takes freight, and from a site the channel that uses
    it.
    """
    if not set(channels) - {"direct_mail"}:
        return
    lanes, gateways, sites = network["lanes"], network["gateways"], network["sites"]
    written = {frozenset(pair) for pair in zip(lanes["from_id"], lanes["to_id"], strict=True)}
    crossing = bool(((gateways["kind"] == "crossing") & (gateways["capacity_m3_month"] > 0)).any())
    ports, plants = gateways[gateways["kind"] != "crossing"], network["origins"]
    plants = plants[plants["country"] != "CN"] if "nearshore" in channels else plants.iloc[:0]
    file = f"{network.folder.name}/lanes.csv"
    for one, start, other, goal, abroad in (
        ("gateway_id", ports, "site_id", sites, crossing),
        ("origin_id", plants, "site_id", sites, crossing),
        ("site_id", sites, "zone_id", demand.zones, crossing and "cross_border" in channels),
    ):
        ends = list(zip(goal[other], goal["country"], strict=True))
        for name, country in zip(start[one], start["country"], strict=True):
            missing = [
                end
                for end, where in ends
                if (where == country or abroad) and frozenset((name, end)) not in written
            ]
            if missing:
                yield Fault(
                    "F317",
                    file,
                    column="from_id",
                    value=name,
                    detail=f"no lane to {_listed(missing)}",
                )


def _unused_states(network: Network, demand: Demand) -> Iterator[Fault]:
    carriers, zones = network["carriers"], demand.zones
    for country in sorted(set(zones["country"])):
        here = set(zones.loc[zones["country"] == country, "state"])
        rows = carriers[
            (carriers["country"] == country) & ~carriers["state"].isin([EVERY_STATE, *here])
        ]
        if len(rows):
            file, detail = f"{network.folder.name}/carriers.csv", f"{country}: no zone lies there"
            yield Fault(
                "W302",
                file,
                int(rows[ROW].iloc[0]),
                "state",
                _listed(rows["state"].tolist()),
                detail,
            )


def _unused_classes(network: Network) -> Iterator[Fault]:
    tariffs, used = network["tariffs"], set(network["products"]["tariff_class"])
    rows = tariffs[~tariffs["tariff_class"].isin([ANY, *used])]
    if len(rows):
        names = _listed(list(dict.fromkeys(rows["tariff_class"])))
        others = sorted(used - set(tariffs["tariff_class"]))
        detail = "no product has the class" + (
            f"; these take the row any: {_listed(others)}" if others else ""
        )
        yield Fault(
            "W302",
            f"{network.folder.name}/tariffs.csv",
            int(rows[ROW].iloc[0]),
            "tariff_class",
            names,
            detail,
        )


def _unsold_products(network: Network, demand: Demand) -> Iterator[Fault]:
    """Warn of products that no country's mix holds: they are never ordered."""
    products = network["products"]
    rows = products[~products["product_id"].isin(demand.mix["product_id"])]
    if demand.orders.empty and len(rows):
        file, detail = (
            f"{network.folder.name}/products.csv",
            f"not in mix.csv of {demand.name}: never ordered",
        )
        yield Fault(
            "W302",
            file,
            int(rows[ROW].iloc[0]),
            "product_id",
            _listed(rows["product_id"].tolist()),
            detail,
        )


def _fallback_classes(network: Network, regime: Regime) -> Iterator[Fault]:
    """Warn of classes that take the row any on the as-of date though their own row has ended, or others have one.

    Where no class has a row yet, a class of a later day is no sign that one is missing.
    """
    tariffs, classes = network["tariffs"], dict.fromkeys(network["products"]["tariff_class"])
    named = set(tariffs["tariff_class"]) - {ANY}
    begun = tariffs[tariffs["valid_from"] <= np.datetime64(regime.as_of, "s")]
    for (country, kind), rows in regime.rows.groupby(["destination", "entry_kind"]):
        fallback = rows[rows["tariff_class"] == ANY]
        own = set(rows["tariff_class"]) - {ANY}
        earlier = set(
            begun.loc[
                (begun["destination"] == country) & (begun["entry_kind"] == kind), "tariff_class"
            ]
        )
        for name in classes if len(fallback) else ():
            if name not in own and name in (named if own else named & earlier):
                rates = ", ".join(dict.fromkeys(f"{100 * rate:g} %" for rate in fallback["rate"]))
                detail = f"{country} {kind} on {regime.as_of}: it takes the row any at {rates}"
                file, line = f"{network.folder.name}/tariffs.csv", int(fallback[ROW].iloc[0])
                yield Fault("W303", file, line, "tariff_class", name, detail)
