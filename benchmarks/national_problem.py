"""The embedded network and demand at another size.

More or fewer zones, sites, periods, products and scenarios.

Every cost part, tariff rule and market figure is the embedded tables'. What is made up here, with
its range, so that a size other than the embedded one exists at all:

- a split zone's people fall into seeded random shares, their points into the disc that so many
  people fill at `PEOPLE_KM2` (a metropolitan area has 1,000 to 6,000 people a km2);
- a new site stands where the most populous zone without a site near is and copies the row of the
  nearest own building of its country: rent and wages are its market's;
- a scenario multiplies the demand of each country and product by a factor of `DEMAND_RANGE` (mean 1
  over scenarios) and the bookable capacity of gateways and mail by one of `SUPPLY_RANGE`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.demand import Demand, read_demand
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.problem import Problem, build_problem
from fulfill.model.instance import LocationInstance
from fulfill.model.scenarios import Scenario

Given = TypeVar("Given", Network, Demand)

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NETWORK, DEMAND = "mexico-us-border", "mexico-2026"
PEOPLE_KM2 = 3000.0
SHARES = 4.0
"""Concentration of the shares of a split zone: most pieces have half to twice the mean."""
NEAR_KM = 20.0
"""A zone with a site of its country this near needs no further one."""
FAR_KM = 3000.0
"""Stands for the way to a site abroad where sites are chosen by distance."""
DEMAND_RANGE, SUPPLY_RANGE = (0.7, 1.3), (0.8, 1.0)
FACTORS = ("freight_factor", "mail_factor", "last_mile_factor", "capacity_factor")
DELAYS = ("mail_delay_days", "last_mile_delay_days")


class Year(NamedTuple):
    """The tables that name periods."""

    calendar: pd.DataFrame
    prebuild: pd.DataFrame
    seasonality: pd.DataFrame


class Size(NamedTuple):
    """How large an instance is to be."""

    zones: int
    sites: int
    periods: int
    products: int
    orders_per_year: float
    seed: int


def national_problem(size: Size) -> Problem:
    """Return the problem of a size.

    Raises
    ------
    ValueError
        Where the size cannot be had from the embedded tables.
    """
    network, demand = _embedded()
    rng = np.random.default_rng(size.seed)
    network, demand = first_products(network, demand, size.products)
    year = resized(Year(network["calendar"], network["prebuild"], demand.seasonality), size.periods)
    sites = chosen_sites(network["sites"], demand.zones, size.sites)
    zones = split_zones(demand.zones, size.zones, rng)
    network = _with_tables(network, sites=sites, calendar=year.calendar, prebuild=year.prebuild)
    figures = demand.tables["parameters"]
    total = figures["value"].mask(figures["parameter"] == "orders_per_year", size.orders_per_year)
    demand = _with_tables(
        demand,
        zones=zones,
        seasonality=year.seasonality,
        parameters=figures.assign(value=total),
    )
    return fewer_zones(build_problem(network, demand), size.zones)


def national_scenarios(instance: LocationInstance, number: int, seed: int) -> list[Scenario]:
    """Return scenarios of equal probability.

    They vary demand by country and product, and the bookable capacity of gateways and mail.
    """
    rng = np.random.default_rng(seed)
    if number == 1:
        return [Scenario("base", 1.0)]
    demand = rng.uniform(*DEMAND_RANGE, (number, len(instance.countries), len(instance.products)))
    demand /= demand.mean(axis=0)
    supply = rng.uniform(*SUPPLY_RANGE, number)
    return [
        Scenario(
            f"s{n}",
            1.0 / number,
            demand[n][instance.zone_country][:, :, None],
            gateway=supply[n],
            mail=supply[n],
        )
        for n in range(number)
    ]


def first_products(network: Network, demand: Demand, number: int) -> tuple[Network, Demand]:
    """Return network and demand with the first products only.

    Their shares are scaled to add up to one in each country again.
    """
    products = network["products"]
    if not 1 <= number <= len(products):
        raise ValueError(f"products: 1 to {len(products)}")
    kept = products.iloc[:number]
    goods, mix = (
        table[table["product_id"].isin(kept["product_id"])]
        for table in (network["goods_costs"], demand.mix)
    )
    mix = mix.assign(share=mix["share"] / mix.groupby("country")["share"].transform("sum"))
    return _with_tables(network, products=kept, goods_costs=goods), _with_tables(demand, mix=mix)


def split_zones(zones: pd.DataFrame, number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return so many zones by splitting the most populous; as they are where they suffice."""
    pieces = _pieces(zones["population"].to_numpy(float), number)
    parent = np.repeat(np.arange(len(zones)), pieces)
    split = zones.iloc[parent].reset_index(drop=True)
    share = rng.gamma(SHARES, size=len(parent))
    share /= np.bincount(parent, share)[parent]
    radius = np.sqrt(
        split["population"].to_numpy(float) / (np.pi * PEOPLE_KM2) * rng.random(len(parent))
    )
    angle = rng.uniform(0.0, 2.0 * np.pi, len(parent))
    moved = np.where(pieces[parent] > 1, radius, 0.0)
    lat = split["lat"].to_numpy(float)
    part = _count_within(parent)
    return split.assign(
        zone_id=_numbered(split["zone_id"], part),
        population=split["population"] * np.where(pieces[parent] > 1, share, 1.0),
        lat=lat + moved * np.sin(angle) / 111.0,
        lon=split["lon"] + moved * np.cos(angle) / (111.0 * np.cos(np.radians(lat))),
    )


def fewer_zones(problem: Problem, number: int) -> Problem:
    """Return the problem with zones merged to a number.

    Below the smallest number that merging allows, only the zones with the most orders are kept.
    The orders of the zones left out go to the others, in proportion.
    """
    problem = merge_zones(problem, number).problem
    if len(problem.demand.zones) <= number:
        return problem
    kept = np.sort(np.argsort(-problem.orders.sum(axis=(1, 2)), kind="stable")[:number])
    orders = problem.orders[kept] * (problem.orders.sum(axis=0) / problem.orders[kept].sum(axis=0))
    zones = problem.demand.zones.iloc[kept].reset_index(drop=True)
    return problem.with_zones(zones, orders)


def chosen_sites(sites: pd.DataFrame, zones: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the given number of sites.

    Those nearest to people, chosen one by one; or all of them, and new ones in populous zones.
    """
    if number < 1:
        raise ValueError("sites: at least 1")
    return (
        _nearest_to_people(sites, zones, number)
        if number <= len(sites)
        else _more_sites(sites, zones, number)
    )


def _nearest_to_people(sites: pd.DataFrame, zones: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return sites added greedily, each bringing people nearest to a site of their country."""
    far, people = _site_zone_km(sites, zones), zones["population"].to_numpy(float)
    near = np.full(len(zones), FAR_KM)
    left = list(range(len(sites)))
    while len(left) > len(sites) - number:
        best = min(left, key=lambda i: float(np.minimum(near, far[i]) @ people))
        near = np.minimum(near, far[best])
        left.remove(best)
    return sites.drop(sites.index[left]).reset_index(drop=True)


def _more_sites(sites: pd.DataFrame, zones: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the sites and new ones at the most populous zones that have none near."""
    rows = [sites]
    near = _site_zone_km(sites, zones).min(axis=0)
    own = sites[sites["ownership"] == "own"]
    nearest = _site_zone_km(own, zones).argmin(axis=0)
    points = zones[["lat", "lon"]].to_numpy(float)
    order = iter(np.argsort(-zones["population"].to_numpy(float), kind="stable"))
    while len(rows) <= number - len(sites):
        place = next((int(z) for z in order if near[z] > NEAR_KM), None)
        if place is None:
            raise ValueError(f"sites: at most {len(sites) + len(rows) - 1} for these zones")
        zone = zones.iloc[place]
        like = own.iloc[[int(nearest[place])]]
        same = {name: zone[name] for name in ("name", "state", "lat", "lon")}
        rows.append(like.assign(site_id=f"new-{zone['zone_id']}", **same))
        abroad = (zones["country"] != zone["country"]).to_numpy()
        near = np.minimum(near, np.where(abroad, FAR_KM, air_km(points[[place]], points)[0]))
    return pd.concat(rows, ignore_index=True)


def _site_zone_km(sites: pd.DataFrame, zones: pd.DataFrame) -> Array:
    km = air_km(sites[["lat", "lon"]].to_numpy(float), zones[["lat", "lon"]].to_numpy(float))
    abroad = sites["country"].to_numpy()[:, None] != zones["country"].to_numpy()[None, :]
    return np.where(abroad, FAR_KM, np.minimum(km, FAR_KM))


def resized(year: Year, number: int) -> Year:
    """Return the year in the given number of periods.

    The longest periods are split, or neighbours with the most similar demand are merged.
    """
    if number < 1:
        raise ValueError("periods: at least 1")
    return (
        _merged_periods(year, number)
        if number < len(year.calendar)
        else _split_periods(year, number)
    )


def _split_periods(year: Year, number: int) -> Year:
    """Split the longest periods into equal parts; goods that landed in one land in its parts."""
    calendar, prebuild, seasonality = year
    pieces = _pieces(calendar["days"].to_numpy(float), number)
    parent = np.repeat(np.arange(len(calendar)), pieces)
    part, days = _count_within(parent), (calendar["days"] / pieces).to_numpy(float)[parent]
    parts = pd.DataFrame({
        "whole": calendar["period_id"].to_numpy()[parent],
        "part": _numbered(calendar["period_id"].iloc[parent], part).to_numpy(),
        "pieces": pieces[parent],
    })  # fmt: skip
    split = calendar.iloc[parent].reset_index(drop=True)
    split = split.assign(
        period_id=parts["part"],
        days=days,
        starts=split["starts"] + pd.to_timedelta((part * days).round(), "D"),
    )
    sold = prebuild.merge(parts.drop(columns="pieces"), left_on="period_id", right_on="whole").drop(
        columns="whole"
    )
    landed = sold.drop(columns="period_id").rename(columns={"part": "period_id"})
    landed = landed.merge(parts, left_on="lands_in", right_on="whole")
    landed = landed.assign(lands_in=landed["part"], share=landed["share"] / landed["pieces"])
    season = seasonality.merge(parts, left_on="period_id", right_on="whole").drop(
        columns="period_id"
    )
    return Year(
        split,
        landed.drop(columns=["whole", "part", "pieces"]),
        season.rename(columns={"part": "period_id"}).drop(columns=["whole", "pieces"]),
    )


def _merged_periods(year: Year, number: int) -> Year:
    """Merge neighbouring periods.

    Days add up; factors and intensities are means weighted by days, shares landed early by orders.
    """
    calendar, prebuild, seasonality = year
    days = calendar["days"].to_numpy(float)
    by_period = (
        seasonality.groupby("period_id")["intensity"]
        .mean()
        .reindex(calendar["period_id"])
        .to_numpy(float)
    )
    group = _alike_neighbours(by_period, days, number)
    first = np.searchsorted(group, np.arange(number))
    ids = calendar["period_id"].to_numpy()
    heir = dict(zip(ids, ids[first][group], strict=True))
    total = np.bincount(group, days)
    merged = calendar.iloc[first].reset_index(drop=True).assign(days=total)
    for column in (*FACTORS, *DELAYS):
        merged[column] = np.bincount(group, days * calendar[column].to_numpy(float)) / total
    orders = pd.Series(by_period * days, index=ids)
    weight = orders / orders.groupby(heir).transform("sum")
    early = prebuild.assign(
        share=prebuild["share"] * prebuild["period_id"].map(weight),
        period_id=prebuild["period_id"].map(heir),
        lands_in=prebuild["lands_in"].map(heir),
    )
    early = early[early["period_id"] != early["lands_in"]]
    columns = {
        name: "sum" if name == "share" else "first"
        for name in early
        if name not in ("period_id", "lands_in")
    }
    early = early.groupby(["period_id", "lands_in"], sort=False, as_index=False).agg(columns)
    in_days = pd.Series(days, index=ids)
    share_of_days = in_days / in_days.groupby(heir).transform("sum")
    season = seasonality.assign(
        intensity=seasonality["intensity"] * seasonality["period_id"].map(share_of_days),
        period_id=seasonality["period_id"].map(heir),
    )
    columns = {
        name: "sum" if name == "intensity" else "first"
        for name in season
        if name not in ("country", "period_id")
    }
    season = season.groupby(["country", "period_id"], sort=False, as_index=False).agg(columns)
    return Year(merged, early, season)


def _alike_neighbours(intensity: Array, days: Array, number: int) -> Index:
    """Return group numbers of periods.

    Neighbours whose daily orders differ least are merged first, so that peaks stay.
    """
    group = np.arange(len(days))
    while group[-1] >= number:
        total = np.bincount(group, days)
        mean = np.bincount(group, days * intensity) / total
        first = int(np.abs(np.diff(np.log(mean))).argmin())
        group[group > first] -= 1
    return group


def _pieces(size: Array, number: int) -> Index:
    """Return in how many pieces each period is split so that there are `number`.

    Each further piece goes to the period whose pieces are the largest.
    """
    pieces = np.ones(len(size), np.int64)
    for _ in range(number - len(size)):
        pieces[int((size / pieces).argmax())] += 1
    return pieces


def _count_within(parent: Index) -> Index:
    """Return 0, 1, ... within each run of equal numbers."""
    return np.arange(len(parent)) - np.searchsorted(parent, parent)


def _numbered(names: pd.Series, part: Index) -> pd.Series:
    """Return names that stay as they are for part 0 and get a number after that."""
    names = names.reset_index(drop=True)
    return names.where(part == 0, names + "-part" + (part + 1).astype(str))


def _with_tables(given: Given, **tables: pd.DataFrame) -> Given:
    return replace(given, tables={**given.tables, **tables})


def _embedded() -> tuple[Network, Demand]:
    return read_network(locate("network", NETWORK)), read_demand(locate("demand", DEMAND))
