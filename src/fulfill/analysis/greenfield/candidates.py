"""Towns that would serve the orders over the fewest road kilometres, as rows for sites.csv.

The multi-source Weber problem on the road network, with the towns of the demand as possible places:
a p-median whose cost is orders times kilometres. It knows no rents, duties or capacities; these
decide when the rows are in sites.csv and a plan is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.distances import reached_by_road, road_rules
from fulfill.inputs.geography.roads import read_roads, road_km
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.inputs.ranges import stated_range
from fulfill.inputs.spelling import new_ids, slug
from fulfill.location.p_median import Median, p_median
from fulfill.model.arrays import Array, Mask

FIGURES = ("rent_usd_m2_month", "labour_usd_hour", "pick_usd_order", "storage_usd_m3_month")
"""Columns of sites.csv that are taken from the nearest market."""
SPREAD = 0.25
"""Range of a figure taken from another market whose row gives none, as a share of it."""
IMPOSSIBLE = 100.0
"""Cost of a pair of places without a road, over that of the longest road."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Towns for sites.

    Attributes
    ----------
    table : DataFrame
        In the form of `outputs.CANDIDATES`, the town with most orders first.
    sites : DataFrame
        sites.csv of the network with a row more for each town that is new, as text.
    mean_km, bound_km : float
        Kilometres from a town to its consumers, the mean of all orders, and what no choice of so
        many towns is below.
    new : int
        Towns that are no site of the network, nor near one.
    towns : int
        Towns among which was chosen.
    left_out : float
        Orders a year of zones that roads do not reach.
    """

    table: pd.DataFrame
    sites: pd.DataFrame
    mean_km: float
    bound_km: float
    new: int
    towns: int
    left_out: float

    @property
    def record(self) -> dict[str, Any]:
        """What ``fulfill candidates --json`` prints; NaN is None."""
        rows = self.table.astype(object).where(self.table.notna(), None)
        return {
            "mean_km": self.mean_km,
            "bound_km": self.bound_km,
            "towns": self.towns,
            "orders_left_out": self.left_out,
            "candidates": rows.to_dict("records"),
        }


@dataclass(frozen=True)
class Greenfield:
    """What is asked of candidates.

    Attributes
    ----------
    number : int
        Towns to choose.
    ownership : str
        ``own`` or ``shared``: the market from which rents and fees are taken.
    least_people : float
        Population from which a town can be a site; rural zones never are.
    inbound_weight : float
        Kilometres to consumers that a kilometre from the nearest seaport or airport counts as, for
        each order.
    near_km : float
        Road kilometres to a site of the network up to which a town is not new.
    """

    number: int
    ownership: str = "shared"
    least_people: float = 20_000.0
    inbound_weight: float = 0.0
    near_km: float = 25.0


def candidates(problem: Problem, asked: Greenfield) -> Candidates:
    """Choose towns for sites.

    Parameters
    ----------
    problem : Problem
    asked : Greenfield

    Returns
    -------
    Candidates

    Raises
    ------
    InputError
        F550 where so many towns cannot be chosen, or do not reach every zone; F551 where the
        network has no site of this ownership in a country.
    """
    number, weight = asked.number, asked.inbound_weight
    network, orders = problem.network, problem.orders.sum(axis=(1, 2))
    dry = reached_by_road(network, problem.demand.zones)
    zones, wanted = problem.demand.zones[dry].reset_index(drop=True), orders[dry]
    towns = zones[_is_town(zones, asked.least_people)].reset_index(drop=True)
    if not 1 <= number <= len(towns):
        detail = f"{len(towns)} towns of {asked.least_people:,.0f} people or more"
        raise InputError([Fault("F550", "--number", value=str(number), detail=detail)])
    km = _road_km(network, towns, zones)
    supplied = km + weight * _supply_km(network, towns)[:, None] if weight else km
    worst = IMPOSSIBLE * float(supplied[np.isfinite(supplied)].max(initial=1.0))
    found = p_median(np.where(np.isfinite(supplied), supplied, worst) * wanted, number)
    serves = np.searchsorted(found.chosen, found.serves)
    reached = np.isfinite(supplied[found.serves, np.arange(len(zones))])
    if (wanted[~reached] > 0).any():
        names = zones.loc[~reached & (wanted > 0), "name"]
        detail = f"{len(names)} zones stay without a road to a town, such as {names.iloc[0]}"
        if weight:
            detail += ", or the town without one to a seaport or airport of its country"
        raise InputError([Fault("F550", "--number", value=str(number), detail=detail)])
    table = _table(network, towns.iloc[found.chosen], asked.ownership)
    own_km = np.where(reached, km[found.serves, np.arange(len(zones))], 0.0)
    served = np.bincount(serves, wanted, number)
    table["x_orders_year"] = served
    with np.errstate(invalid="ignore"):
        table["x_mean_km"] = np.bincount(serves, wanted * own_km, number) / served
    table = table.sort_values("x_orders_year", ascending=False, ignore_index=True, kind="stable")
    new = table[table["x_nearest_km"] > asked.near_km]
    return Candidates(
        table=table,
        sites=_with_new_rows(network, new),
        new=len(new),
        mean_km=float(own_km @ wanted / wanted.sum()),
        bound_km=_bound_km(found, own_km, wanted),
        towns=len(towns),
        left_out=float(orders[~dry].sum()),
    )


def _is_town(zones: pd.DataFrame, least_people: float) -> Mask:
    """Tell which zones are towns; a rural zone stands for the villages of a state."""
    people = zones["population"].to_numpy(float)
    return np.asarray((zones["zone_class"] != "rural") & (people >= least_people))


def _bound_km(found: Median, own_km: Array, wanted: Array) -> float:
    """Return the bound of the mean kilometres: what the choice costs less the gap of its cost."""
    return float((own_km @ wanted - (found.cost - found.bound)) / wanted.sum())


def _points(places: pd.DataFrame) -> Array:
    return places[["lat", "lon"]].to_numpy(float)


def _road_km(network: Network, start: pd.DataFrame, goal: pd.DataFrame) -> Array:
    """Return road kilometres between places of one country, infinite between countries."""
    graph = read_roads(network.roads) if network.roads else None
    countries = (start["country"].to_numpy(object), goal["country"].to_numpy(object))
    return road_km(graph, road_rules(network), _points(start), _points(goal), *countries)


def _supply_km(network: Network, towns: pd.DataFrame) -> Array:
    """Return road kilometres from the nearest seaport or airport of the country, (n_towns,)."""
    gateways = network["gateways"]
    ports = gateways[gateways["kind"] != "crossing"]
    return np.asarray(_road_km(network, towns, ports).min(axis=1, initial=np.inf))


def _table(network: Network, towns: pd.DataFrame, ownership: str) -> pd.DataFrame:
    """Return the towns as rows of sites.csv with the figures of the nearest market."""
    # as they are written, so that figures, ranges and currency belong together
    sites = network.written["sites"]
    market = sites[sites["ownership"] == ownership].reset_index(drop=True)
    missing = sorted(set(towns["country"]) - set(market["country"]))
    if missing:
        detail = f"no {ownership} site in {', '.join(missing)}"
        raise InputError([Fault("F551", "sites.csv", column="ownership", detail=detail)])
    to_market, to_site = _road_km(network, towns, market), _road_km(network, towns, sites)
    nearest, site = to_market.argmin(axis=1), to_site.argmin(axis=1)
    market_km = np.take_along_axis(to_market, nearest[:, None], axis=1)[:, 0]
    rows = market.iloc[nearest].reset_index(drop=True)
    return pd.DataFrame(
        {
            "site_id": new_ids(
                map(slug, towns["country"] + " " + towns["name"] + " " + ownership),
                sites["site_id"],
            ),
            "name": towns["name"].to_numpy(object),
            "country": towns["country"].to_numpy(object),
            "state": towns["state"].to_numpy(object),
            "lat": towns["lat"].to_numpy(float),
            "lon": towns["lon"].to_numpy(float),
            "ownership": ownership,
            **{name: rows[name].to_numpy(float) for name in FIGURES},
            "currency": rows["currency"].to_numpy(object),
            "source": [
                f"figures of {one}, the nearest {ownership} site, {km:,.0f} km away"
                for one, km in zip(rows["site_id"], market_km, strict=True)
            ],
            "source_date": rows["source_date"].to_numpy(object),
            "status": "assumption",
            "range": [_range(row) for _, row in rows.iterrows()],
            "x_nearest_site": sites["site_id"].to_numpy(object)[site],
            "x_nearest_km": np.take_along_axis(to_site, site[:, None], axis=1)[:, 0],
        }
    )


def _range(row: pd.Series) -> str:
    """Return the range of each figure of a row of sites.csv, as it stands there or assumed."""
    texts = []
    for name in FIGURES:
        value = float(row[name])
        if value > 0:
            assumed = value * (1 - SPREAD), value * (1 + SPREAD)
            low, high = stated_range(str(row["range"] or ""), name) or assumed
            texts.append(f"{name}={low:.4g}..{high:.4g}")
    return "; ".join(texts)


def _with_new_rows(network: Network, new: pd.DataFrame) -> pd.DataFrame:
    """Return sites.csv with rows for new towns."""
    written = network.written["sites"]
    new = new[[name for name in new if name in written]]
    own = [name for name in written if not str(name).startswith("_")]
    return pd.concat([written[own], new], ignore_index=True)
