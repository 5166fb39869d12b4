"""A network and a demand as the input tables of an Anura project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fulfill.inputs.anura.losses import Loss
from fulfill.inputs.anura.tables import (
    ALL,
    CONSIDER,
    EXISTING,
    HORIZON,
    INCLUDE,
    MAX,
    MIN,
    OPEN,
    POTENTIAL,
    THROUGHPUT,
)
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.lane_rate_checks import priced
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import ANY_PRODUCT
from fulfill.inputs.site_rows import rows_by_site
from fulfill.model.economics.warehouse import capital_recovery
from fulfill.report.anura.export_losses import export_losses

MONTHS = 12.0
DIGITS = 12
DEPOT_GROUP = "Facilities"
"""Type of the groups of sites."""


@dataclass(frozen=True, eq=False)
class Scale:
    """From amounts of a year to those of a project.

    Attributes
    ----------
    year_days : float
        Days of the calendar.
    share : float
        Days of the project over those of the calendar.
    periods : tuple of str
        Names of the periods in the project.
    """

    year_days: float
    share: float
    periods: tuple[str, ...]

    @property
    def a_period(self) -> float:
        """Part of a yearly amount in a period, on the mean."""
        return self.share / len(self.periods)


def scale_of(problem: Problem, days: int | None) -> Scale:
    """Return how amounts of a problem are scaled.

    Parameters
    ----------
    problem : Problem
    days : int or None
        Days of the project; None for those of the calendar.

    Returns
    -------
    Scale

    Raises
    ------
    InputError
        F549 where days are given for a calendar of several periods.
    """
    names = tuple(map(str, problem.network["calendar"]["period_id"]))
    year = float(problem.days.sum())
    if days is None:
        return Scale(year, 1.0, names if len(names) > 1 else (HORIZON,))
    if len(names) > 1:
        detail = f"the calendar has {len(names)} periods"
        raise InputError([Fault("F549", "--days", value=str(days), detail=detail)])
    return Scale(year, days / year, (HORIZON,))


def project_tables(
    problem: Problem, days: int | None = None
) -> tuple[dict[str, pd.DataFrame], list[Loss]]:
    """Return a problem as input tables of an Anura project, without those that have no rows.

    Parameters
    ----------
    problem : Problem
    days : int, optional
        Days of the project, see `scale_of`.

    Returns
    -------
    tables : dict of str to DataFrame
        By the name of the table in the schema, amounts in USD, m3, kg and days.
    losses : list of Loss
        What is not carried.

    Raises
    ------
    InputError
        F549, see `scale_of`.
    """
    scale = scale_of(problem, days)
    lanes = _lanes(problem)
    tables = {
        **_settings(problem, scale),
        "Facilities": pd.concat([_sites(problem, scale), _origins(problem, scale)]),
        "Customers": _customers(problem),
        "Products": _products(problem),
        "CustomerDemand": _demand(problem, scale),
        "ProductionPolicies": _production(problem),
        **_lane_tables(problem, lanes, scale),
        "WarehousingPolicies": _handling(problem),
        **_expansions(problem, scale),
        **_site_rules(problem),
    }
    filled = {name: with_plain_numbers(table) for name, table in tables.items() if len(table)}
    return filled, export_losses(problem, len(lanes))


def with_plain_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose amounts do not show that they were converted to a year and back.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    DataFrame
        With floats of `DIGITS` digits.
    """
    floats = table.select_dtypes("float")
    return table.assign(
        **{
            str(name): [float(f"{value:.{DIGITS}g}") for value in values]
            for name, values in floats.items()
        }
    )


def _settings(problem: Problem, scale: Scale) -> dict[str, pd.DataFrame]:
    """Return the horizon, its periods and the units."""
    calendar = problem.network["calendar"].sort_values("starts", kind="stable")
    first: date = calendar["starts"].iloc[0].date()
    last = first + timedelta(days=round(scale.year_days * scale.share) - 1)
    symbols = {"Quantity": "EA", "Volume": "M3", "Weight": "KG", "Time": "DAY"}
    settings = {"ModelStartDate": str(first), "ModelEndDate": str(last)}
    settings |= {f"Primary{kind}UOM": symbol for kind, symbol in symbols.items()}
    units = [
        {"UnitOfMeasureName": symbol, "Type": kind, "Symbol": symbol, "Ratio": 1.0}
        for kind, symbol in symbols.items()
    ]
    periods = pd.DataFrame(
        {
            "PeriodName": calendar["period_id"],
            "StartDate": calendar["starts"].dt.strftime("%Y-%m-%d"),
        }
    )
    return {
        "ModelSettings": pd.DataFrame([settings]),
        "Periods": periods if len(periods) > 1 else periods.iloc[:0],
        "UnitsOfMeasure": pd.DataFrame(units),
    }


def _place(frame: pd.DataFrame, name: str, id_: str) -> dict[str, object]:
    """Return the columns of a place."""
    return {
        name: frame[id_],
        "Status": INCLUDE,
        "Region": frame.get("state", ""),
        "Country": frame["country"],
        "Latitude": frame["lat"],
        "Longitude": frame["lon"],
    }


def _sizes(problem: Problem) -> pd.DataFrame:
    """Return the sizes of every site, smallest first, with yearly costs."""
    network = problem.network
    sizes = rows_by_site(network["sites"], network["site_sizes"])
    rent = sizes["site_id"].map(network["sites"].set_index("site_id")["rent_usd_m2_month"])
    parameters = network.parameters
    yearly = capital_recovery(parameters["capital_rate"], parameters["horizon_years"])
    return sizes.assign(
        fixed=MONTHS * (rent * sizes["area_m2"] + sizes["fixed_usd_month"]),
        opening=sizes["opening_usd"] * yearly,
    ).sort_values(["site_id", "orders_day"], kind="stable")


def _sites(problem: Problem, scale: Scale) -> pd.DataFrame:
    """Return the warehouses with their smallest size."""
    sites = problem.network["sites"]
    smallest = _sizes(problem).drop_duplicates("site_id").set_index("site_id")
    smallest = smallest.loc[sites["site_id"]].reset_index()
    rules = problem.network["group_limits"]
    kept = rules[(rules["rule"] == "at_least") & (rules["number"] >= 1)]["group_id"]
    open_ = sites["site_id"].isin(kept).to_numpy()
    return pd.DataFrame(
        {
            **_place(sites.reset_index(drop=True), "FacilityName", "site_id"),
            "FacilityStatus": np.where(open_, OPEN, CONSIDER),
            "InitialState": np.where(smallest["opening"] > 0, POTENTIAL, EXISTING),
            "FixedStartupCost": smallest["opening"] * scale.share,
            "FixedOperatingCost": smallest["fixed"] * scale.a_period,
            "ThroughputCapacity": smallest["orders_day"] * scale.year_days * scale.a_period,
        }
    )


def _origins(problem: Problem, scale: Scale) -> pd.DataFrame:
    """Return the origins, which are facilities with production policies."""
    origins = problem.network["origins"].reset_index(drop=True)
    volume = volume_of_goods(problem).reindex(origins["origin_id"]).to_numpy(float)
    capacity = origins["capacity_m3_month"] * MONTHS * scale.a_period / volume
    return pd.DataFrame(
        {
            **_place(origins, "FacilityName", "origin_id"),
            "FacilityStatus": np.where(origins["fixed_usd_year"] > 0, CONSIDER, OPEN),
            "InitialState": EXISTING,
            "FixedStartupCost": 0.0,
            "FixedOperatingCost": origins["fixed_usd_year"] * scale.a_period,
            "ThroughputCapacity": capacity,
        }
    )


def volume_of_goods(problem: Problem) -> pd.Series:
    """Return the volume of an order from each origin, m3; NaN where its products differ.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Series
        By origin.
    """
    volumes = problem.network["products"].set_index("product_id")["volume_m3"]
    goods = problem.network["goods_costs"]
    by_origin = goods["product_id"].map(volumes).groupby(goods["origin_id"])
    return by_origin.first().where(by_origin.min() == by_origin.max())


def _customers(problem: Problem) -> pd.DataFrame:
    zones = problem.demand.zones.reset_index(drop=True)
    return pd.DataFrame(_place(zones, "CustomerName", "zone_id"))


def _products(problem: Problem) -> pd.DataFrame:
    products = problem.network["products"]
    return pd.DataFrame(
        {
            "ProductName": products["product_id"],
            "Status": INCLUDE,
            "UnitValue": products["transfer_value_usd"],
            "UnitPrice": products["price_usd"],
            "UnitVolume": products["volume_m3"],
            "UnitWeight": products["weight_kg"],
        }
    )


def _demand(problem: Problem, scale: Scale) -> pd.DataFrame:
    """Return the orders that are not 0."""
    zone, product, period = np.nonzero(problem.orders)
    return pd.DataFrame(
        {
            "CustomerName": problem.demand.zones["zone_id"].to_numpy()[zone],
            "ProductName": problem.network["products"]["product_id"].to_numpy()[product],
            "PeriodName": np.array(scale.periods)[period],
            "Status": INCLUDE,
            "Quantity": problem.orders[zone, product, period] * scale.share,
            "DemandStatus": INCLUDE,
            "PenaltyCost": problem.network.parameters["unserved_penalty_usd"],
        }
    )


def _production(problem: Problem) -> pd.DataFrame:
    goods = problem.network["goods_costs"]
    return pd.DataFrame(
        {
            "FacilityName": goods["origin_id"],
            "ProductName": goods["product_id"],
            "Status": INCLUDE,
            "UnitCost": goods["goods_usd"],
        }
    )


def _lanes(problem: Problem) -> pd.DataFrame:
    """Return the lanes with prices of their own, without those of gateways, with USD an order.

    A price by weight or volume, or with a minimum, depends on the product: such a row becomes one
    for each product.
    """
    network = problem.network
    rates = priced(network["lane_rates"])
    gateways = network["gateways"]["gateway_id"]
    rates = rates[~rates["from_id"].isin(gateways) & ~rates["to_id"].isin(gateways)]
    by_product = (rates[["usd_kg", "usd_m3"]].notna().any(axis=1)) | (rates["minimum_usd"] > 0)
    expanded = by_product & (rates["product_id"] == ANY_PRODUCT)
    products = network["products"][["product_id"]]
    named = rates[expanded].drop(columns="product_id").merge(products, how="cross")
    key = ["from_id", "to_id", "product_id", "mode"]
    own = pd.MultiIndex.from_frame(rates[key])
    named = named[~pd.MultiIndex.from_frame(named[key]).isin(own)]
    rates = pd.concat([rates[~expanded], named], ignore_index=True)
    sizes = network["products"].set_index("product_id")[["weight_kg", "volume_m3"]]
    goods = sizes.reindex(rates["product_id"]).fillna(0.0)
    price = (
        rates["usd_order"].fillna(0.0)
        + rates["usd_kg"].fillna(0.0) * goods["weight_kg"].to_numpy()
        + rates["usd_m3"].fillna(0.0) * goods["volume_m3"].to_numpy()
    )
    return rates.assign(price=np.maximum(price, rates["minimum_usd"]))


def _lane_tables(problem: Problem, lanes: pd.DataFrame, scale: Scale) -> dict[str, pd.DataFrame]:
    """Return prices, sources and limits of lanes."""
    product = lanes["product_id"].replace({ANY_PRODUCT: ALL})
    prices = pd.DataFrame(
        {
            "OriginName": lanes["from_id"],
            "DestinationName": lanes["to_id"],
            "ProductName": product,
            "ModeName": lanes["mode"],
            "Status": INCLUDE,
            "UnitCost": lanes["price"],
            "TransportTime": lanes["days_mean"],
        }
    )
    to_zone = lanes["to_id"].isin(problem.demand.zones["zone_id"])

    def sources(rows: pd.Series, goal: str) -> pd.DataFrame:
        table = {goal: lanes["to_id"], "ProductName": product, "SourceName": lanes["from_id"]}
        return pd.DataFrame(table)[rows].drop_duplicates().assign(Status=INCLUDE)

    limited = lanes[lanes["orders_day"].notna()]
    limits = pd.DataFrame(
        {
            "OriginName": limited["from_id"],
            "DestinationName": limited["to_id"],
            "ProductName": limited["product_id"].replace({ANY_PRODUCT: ALL}),
            "ModeName": ALL,
            "PeriodName": ALL,
            "PeriodNameGroupBehavior": "Enumerate",
            "ConstraintType": MAX,
            "Status": INCLUDE,
            "ConstraintValue": limited["orders_day"] * scale.year_days * scale.a_period,
        }
    )
    return {
        "TransportationPolicies": prices,
        "CustomerFulfillmentPolicies": sources(to_zone, "CustomerName"),
        "ReplenishmentPolicies": sources(~to_zone, "FacilityName"),
        "FlowConstraints": limits,
    }


def _handling(problem: Problem) -> pd.DataFrame:
    """Return what an order costs at a site, in its smallest size."""
    sites = problem.network["sites"]
    minutes = _sizes(problem).drop_duplicates("site_id").set_index("site_id")["minutes_order"]
    labour = sites["labour_usd_hour"] * sites["site_id"].map(minutes) / 60.0
    table = pd.DataFrame(
        {
            "FacilityName": sites["site_id"],
            "ProductName": ALL,
            "Status": INCLUDE,
            "InboundHandlingCost": 0.0,
            "OutboundHandlingCost": labour + sites["pick_usd_order"],
        }
    )
    return table[table["OutboundHandlingCost"] > 0]


def _expansions(problem: Problem, scale: Scale) -> dict[str, pd.DataFrame]:
    """Return the larger sizes of a site as steps of its capacity."""
    expansions, steps = [], []
    for site, sizes in _sizes(problem).groupby("site_id", sort=False):
        if len(sizes) < 2:
            continue
        capacity = (sizes["orders_day"] * scale.year_days * scale.a_period).tolist()
        cost = ((sizes["fixed"] + sizes["opening"]) * scale.share).tolist()
        name = f"{site} sizes"
        expansions.append(
            {
                "EntityName": site,
                "ExpansionType": THROUGHPUT,
                "ExpansionCost": name,
                "MaxExpansionUnits": capacity[-1],
                "Status": INCLUDE,
            }
        )
        steps += [
            {
                "StepCostName": name,
                "StepCostBehavior": "Stepwise",
                "ThroughputLevel": level,
                "Cost": paid - cost[0],
                "Status": INCLUDE,
            }
            for level, paid in zip([0.0, *capacity[:-1]], cost, strict=True)
        ]
    return {"CapacityExpansions": pd.DataFrame(expansions), "StepCosts": pd.DataFrame(steps)}


def _site_rules(problem: Problem) -> dict[str, pd.DataFrame]:
    """Return the numbers of sites that may be open, and the groups that they count."""
    groups, limits = problem.network["site_groups"], problem.network["group_limits"]
    counts = pd.DataFrame(_counts(limits, set(problem.network["sites"]["site_id"])))
    members = pd.DataFrame(
        {
            "GroupName": groups["group_id"],
            "GroupType": DEPOT_GROUP,
            "MemberName": groups["site_id"],
            "Status": INCLUDE,
        }
    )
    return {"FacilityCountConstraints": counts, "Groups": members}


def _counts(limits: pd.DataFrame, sites: set[str]) -> Iterator[dict[str, object]]:
    """Yield the rows of FacilityCountConstraints; a single site that stays open has a state."""
    types = {"at_most": MAX, "at_least": MIN}
    for row in limits.to_dict("records"):
        state = row["group_id"] in sites and row["rule"] == "at_least"
        if row["rule"] in types and not state:
            yield {
                "FacilityName": row["group_id"],
                "FacilityNameGroupBehavior": "Aggregate",
                "PeriodName": ALL,
                "PeriodNameGroupBehavior": "Aggregate",
                "ConstraintType": types[row["rule"]],
                "ConstraintValue": int(row["number"]),
                "Status": INCLUDE,
                "CountingRule": "Facilities",
            }
