"""Checks of lane_rates.csv: every row is for a lane of the model, and says all that is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.origins import is_overseas
from fulfill.inputs.schema import ANY_PRODUCT, BESIDE
from fulfill.inputs.spelling import near, nearest

LEGS = (("origin", "gateway"), ("gateway", "site"), ("origin", "site"))
TO_ZONES = (("site", "zone"), ("origin", "zone"))
PRICES = ("usd_order", "usd_kg", "usd_m3")


@dataclass(frozen=True)
class _Places:
    """Country of every place by kind and id; kind of gateways, and which origins are overseas."""

    country: dict[str, dict[str, str]]
    gateway_kind: dict[str, str]
    overseas: dict[str, bool]

    def lane(self, start: str, goal: str) -> tuple[str, str] | None:
        """Return the kinds of places that a lane of the model joins, None where there is none."""
        found = [
            (one, other)
            for one, other in (*LEGS, *TO_ZONES)
            if start in self.country[one] and goal in self.country[other]
        ]
        return found[0] if found else None

    def usual_mode(self, goal: str) -> str:
        """Return the mode of a lane that a row without one is for."""
        return {"seaport": "sea", "airport": "air"}.get(self.gateway_kind.get(goal, ""), "road")


def priced(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of lane_rates.csv that allow a lane at a price of their own."""
    return table[table["allowed"] & table[list(PRICES)].notna().any(axis=1)]


def lane_rate_faults(network: Network, demand: Demand) -> list[Fault]:
    """Find rows of lane_rates.csv that name nothing, contradict themselves or say too little.

    Parameters
    ----------
    network, demand

    Returns
    -------
    list of Fault
        F207, F208, F316, F317, F356, F357 and F363; empty where nothing is wrong.
    """
    table, places = network["lane_rates"], _places(network, demand)
    file = f"{network.folder.name}/lane_rates.csv"
    faults: list[Fault] = [*_repeated(table, places, file)]
    for row in table.to_dict("records"):
        start, goal = row["from_id"], row["to_id"]
        unknown = [*_unknown_names(row, file, places, network)]
        faults += unknown
        lane = places.lane(start, goal)
        if unknown:
            continue
        if lane is None or not _inside(lane, start, goal, places):
            detail = "from an origin, gateway or site, in the direction of the goods"
            if lane == ("origin", "zone"):
                detail = "a shipment from abroad: its prices belong to mail_services.csv"
            value = f"{start}, {goal}"
            faults.append(Fault("F316", file, int(row[ROW]), "from_id + to_id", value, detail))
            continue
        faults += [
            Fault("F363", file, int(row[ROW]), column, "", detail)
            for column, detail in _incomplete(row, lane, network, places)
        ]
        faults += [*_mode_faults(row, file, places, network)]
        by_rate = lane == ("site", "zone") or (lane in LEGS and row["mode"] in BESIDE)
        priced_here = by_rate and bool(_given(row)) and row["allowed"]
        if priced_here and not _has_length(network, start, goal):
            detail = f"{start} - {goal}: emissions.csv needs its length"
            faults.append(Fault("F317", file, int(row[ROW]), "to_id", goal, detail))
    return faults


def _repeated(table: pd.DataFrame, places: _Places, file: str) -> Iterator[Fault]:
    """Find rows that name the usual mode of a lane which another row leaves empty."""
    usual = table["to_id"].map(places.usual_mode)
    mode = table["mode"].where(table["mode"] != "", usual)
    keys = table[["from_id", "to_id", "product_id"]].assign(mode=mode)
    again = keys.duplicated() & ~table.duplicated([*keys.columns])
    for line, cells in zip(table.loc[again, ROW], keys[again].to_numpy(str), strict=True):
        value, detail = ", ".join(cells), "an empty mode is the usual one"
        yield Fault("F207", file, int(line), "from_id + to_id + product_id + mode", value, detail)


def _mode_faults(
    row: dict[Any, Any], file: str, places: _Places, network: Network
) -> Iterator[Fault]:
    """Find modes that a lane cannot have, or whose emissions are not known."""
    mode, usual = row["mode"], places.usual_mode(row["to_id"])
    possible = (usual, *BESIDE) if usual == "road" else (usual,)
    if mode and mode not in possible:
        detail = f"goods go there by {' or '.join(possible)}"
        yield Fault("F356", file, int(row[ROW]), "mode", mode, detail)
        return
    emitting = set(network["emissions"]["mode"])
    if mode in BESIDE and emitting and mode not in emitting:
        detail = "emissions.csv has no row for it"
        yield Fault("F357", file, int(row[ROW]), "mode", mode, detail)


def _places(network: Network, demand: Demand) -> _Places:
    frames = {
        "origin": network["origins"],
        "gateway": network["gateways"],
        "site": network["sites"],
        "zone": demand.zones,
    }
    country = {
        kind: dict(zip(frame[f"{kind}_id"], frame["country"], strict=True))
        for kind, frame in frames.items()
    }
    gateways = network["gateways"]
    kinds = dict(zip(gateways["gateway_id"], gateways["kind"], strict=True))
    origins = network["origins"]
    overseas = dict(zip(origins["origin_id"], is_overseas(origins), strict=True))
    return _Places(country, kinds, overseas)


def _unknown_names(
    row: dict[Any, Any], file: str, places: _Places, network: Network
) -> Iterator[Fault]:
    """Find ends and products of a row that no table has."""
    known = sorted(set().union(*places.country.values()))
    products = set(network["products"]["product_id"]) | {ANY_PRODUCT}
    for column, names in (("from_id", known), ("to_id", known), ("product_id", sorted(products))):
        name = str(row[column])
        if name not in names:
            what = "product" if column == "product_id" else "origin, gateway, site or zone"
            detail = f"no {what}" + near(nearest(name, names))
            yield Fault("F208", file, int(row[ROW]), column, name, detail)


def _inside(lane: tuple[str, str], start: str, goal: str, places: _Places) -> bool:
    """Tell whether the model has a lane: no leg to a land crossing, direct within a country."""
    if places.gateway_kind.get(start) == "crossing" or places.gateway_kind.get(goal) == "crossing":
        return False
    one, other = (
        places.country[kind][name] for kind, name in zip(lane, (start, goal), strict=True)
    )
    if lane == ("origin", "gateway"):
        return places.overseas[start]
    if lane == ("origin", "site"):
        return not places.overseas[start]
    return lane != ("origin", "zone") or one == other


def _incomplete(
    row: dict[Any, Any], lane: tuple[str, str], network: Network, places: _Places
) -> Iterator[tuple[str, str]]:
    """Find what a row lacks or contradicts: column and detail."""
    given, limited = _given(row), not pd.isna(row["orders_day"])
    timed = [name for name in ("days_mean", "days_p90") if not pd.isna(row[name])]
    if not row["allowed"]:
        if given:
            yield given[0], "the row forbids the lane, and has a price for it"
        if limited:
            yield "orders_day", "the row forbids the lane, and has a capacity for it"
        return
    if not given and not limited and not (timed and lane in LEGS):
        yield "usd_order", "the row has neither a price nor a capacity, nor forbids the lane"
    if len(timed) == 1:
        yield timed[0], "days_mean and days_p90 belong together"
    if lane in TO_ZONES and given and not timed:
        yield "days_mean", "a price to a zone needs its days_mean and days_p90"
    if lane in TO_ZONES and timed and limited and not given:
        yield "days_mean", "days to a zone belong to a price: services have their own"
    if lane in LEGS and timed and row["product_id"] != ANY_PRODUCT:
        yield "days_mean", "goods of all products travel together: give the days in a row for any"
    if lane in LEGS and given and not timed and not _known_days(row, lane, network, places):
        yield (
            "days_mean",
            "freight.csv and lanes.csv do not tell the days: give days_mean, days_p90 "
            "in the row for any",
        )


def _given(row: dict[Any, Any]) -> list[str]:
    """Return the columns of prices that a row fills."""
    return [name for name in PRICES if not pd.isna(row[name])]


def _known_days(
    row: dict[Any, Any], lane: tuple[str, str], network: Network, places: _Places
) -> bool:
    """Tell whether a row for any product, or freight.csv and a length, give the days of a leg."""
    rates = network["lane_rates"]
    same = (rates["from_id"] == row["from_id"]) & (rates["to_id"] == row["to_id"])
    same &= rates["mode"].isin(BESIDE) == (row["mode"] in BESIDE)
    if rates.loc[same, "days_mean"].notna().any():
        return True
    if row["mode"] in BESIDE:
        return False
    start, goal = str(row["from_id"]), str(row["to_id"])
    mode = places.usual_mode(goal)
    countries = places.country[lane[0]][start], places.country[lane[1]][goal]
    freight = network["freight"]
    rows = zip(freight["mode"], freight["from_country"], freight["to_country"], strict=True)
    return (mode, *countries) in set(rows) and (mode != "road" or _written(network, start, goal))


def _written(network: Network, start: str, goal: str) -> bool:
    """Tell whether the length of a lane by road is known, from roads or from lanes.csv."""
    lanes = network["lanes"]
    ends = {frozenset(pair) for pair in zip(lanes["from_id"], lanes["to_id"], strict=True)}
    return bool(network.roads) or frozenset((start, goal)) in ends


def _has_length(network: Network, start: str, goal: str) -> bool:
    """Tell whether the length is known of a lane whose emissions count."""
    return network["emissions"].empty or _written(network, start, goal)
