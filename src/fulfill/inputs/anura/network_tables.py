"""An Anura project as a network and a demand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pandas as pd

from fulfill.inputs.anura.horizon import Horizon, find_horizon
from fulfill.inputs.anura.lanes import find_lanes, lane_table
from fulfill.inputs.anura.losses import ASSUMED, CHANGED, NOT_CARRIED, Loss
from fulfill.inputs.anura.places import (
    CUBIC_METRES,
    DAYS,
    KILOGRAMS,
    Places,
    country_codes,
    find_places,
    origin_tables,
    site_tables,
    unknown_names,
)
from fulfill.inputs.anura.project import Project, read_project
from fulfill.inputs.anura.tables import ALL, CONSIDER, FIXED, INCLUDE, MAX, MIN, OPEN, SCHEMA
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.schema import NETWORK_PARAMETERS

SOURCE = f"converted from Anura tables ({SCHEMA})"
NEUTRAL = {
    "horizon_years": 1.0,
    "cancel_gamma": 1.0,
    "entry_value_usd": 100.0,
    "road_factor": 1.0,
    "road_access_factor": 1.0,
    "road_speed_kmh": 60.0,
    "max_gateway_share": 1.0,
    "street_detour": 1.0,
    "people_km2": 1000.0,
    "rural_people_km2": 100.0,
    "block_m": 100.0,
    "stop_minutes": 1.0,
    "delivery_days_week": 5.0,
}
"""Parameters that cannot be 0; all others are, so that they cost nothing and limit nothing."""
PENALTY_TIMES = 100.0
"""Penalty of an order that is not served, in dearest ways, where the project has none."""
RULES = {MAX: ("at_most",), MIN: ("at_least",), FIXED: ("at_least", "at_most")}
EVERY = "all-facilities"
"""Group of all sites."""


@dataclass(frozen=True, eq=False)
class Converted:
    """A project in the form of a network and a demand.

    Attributes
    ----------
    network, demand : mapping of str to DataFrame
        Tables by name.
    settings : mapping of str to str
        Content of the settings file by kind, ``network`` and ``demand``.
    losses : tuple of Loss
        What is not the same.
    horizon_days : int
        Days of the project; the tables are those of a year.
    """

    network: Mapping[str, pd.DataFrame]
    demand: Mapping[str, pd.DataFrame]
    settings: Mapping[str, str]
    losses: tuple[Loss, ...]
    horizon_days: int


def convert_project(place: Path) -> Converted:
    """Convert an Anura project into tables of a network and a demand.

    Parameters
    ----------
    place : Path
        Folder with CSV files, or a workbook.

    Returns
    -------
    Converted

    Raises
    ------
    InputError
        F541 to F548 and the faults of tables (`project.read_project`), all at once.
    """
    project = read_project(place)
    horizon, faults = find_horizon(project)
    places, found, losses = find_places(project)
    lanes, lane_faults, lane_losses = find_lanes(project, places)
    faults += [*_unit_faults(project), *found, *unknown_names(project, places), *lane_faults]
    if horizon is None:
        raise InputError(faults)
    orders, found = _orders(project, horizon)
    faults += found
    if faults:
        raise InputError(faults)
    sites, site_losses = site_tables(project, places, horizon)
    origins, origin_losses = origin_tables(project, places, horizon)
    rates, rate_losses = lane_table(lanes, project, horizon)
    rules, rule_losses = _site_rules(project, places)
    products, product_losses = _products(project)
    penalty, penalty_losses = _penalty(project, origins["goods_costs"], rates)
    network = {
        "calendar": _calendar(horizon),
        "countries": _countries(places),
        "parameters": _parameters(penalty, assumed=bool(penalty_losses)),
        "products": products,
        "lane_rates": rates,
        **sites,
        **origins,
        **rules,
    }
    demand = {"zones": _zones(places), "orders": orders, "parameters": _demand_parameters(orders)}
    lost = (project.losses, losses, site_losses, origin_losses, lane_losses, rate_losses)
    more = (rule_losses, product_losses, penalty_losses, _of_a_year(horizon), _unsaid(project))
    return Converted(
        {name: _with_source(table) for name, table in network.items()},
        {
            name: _with_source(table) if name == "parameters" else table
            for name, table in demand.items()
        },
        _settings(project, horizon),
        tuple(dict.fromkeys(chain(*lost, *more))),
        horizon.days,
    )


def _settings(project: Project, horizon: Horizon) -> dict[str, str]:
    """Return the content of network.toml and demand.toml."""
    name = json.dumps(project.name, ensure_ascii=False)
    title = json.dumps(f"{project.name}, {SOURCE}", ensure_ascii=False)
    text = f"name = {name}\ntitle = {title}\n"
    rules = f'as_of = "{horizon.periods["starts"].iloc[0]}"\ndirect_mail_value_base = "price"\n'
    return {"network": text + rules, "demand": text}


def _unit_faults(project: Project) -> list[Fault]:
    """Find primary units that cannot be converted."""
    known = {"Volume": CUBIC_METRES, "Weight": KILOGRAMS, "Time": DAYS}
    file = f"{project.name}/ModelSettings.csv"
    return [
        Fault(
            "F543",
            file,
            int(project["ModelSettings"][ROW].iloc[0]),
            f"Primary{kind}UOM",
            project.units[kind],
            f"one of {', '.join(symbols)}",
        )
        for kind, symbols in known.items()
        if project.units[kind] not in symbols
    ]


def _with_source(table: pd.DataFrame) -> pd.DataFrame:
    """Add the columns of provenance that a table does not have."""
    if "group_id" in table and "rule" not in table:
        return table
    given = {"source": SOURCE, "status": "estimate", "range": ""}
    return table.assign(**{name: text for name, text in given.items() if name not in table})


def _calendar(horizon: Horizon) -> pd.DataFrame:
    return horizon.periods.assign(name=horizon.periods["period_id"], kind="month")[
        ["period_id", "name", "kind", "starts", "days"]
    ]


def _countries(places: Places) -> pd.DataFrame:
    codes = country_codes(places)
    return pd.DataFrame({"country": codes, "name": codes, "vat_rate": 0.0, "vat_credited": "yes"})


def _parameters(penalty: float, *, assumed: bool) -> pd.DataFrame:
    """Return the parameters: those of no cost and no limit, and the penalty of the project."""
    names = [one.name for one in NETWORK_PARAMETERS if one.required]
    values = {**dict.fromkeys(names, 0.0), **NEUTRAL, "unserved_penalty_usd": penalty}
    table = pd.DataFrame({"parameter": list(values), "value": list(values.values())})
    is_penalty = (table["parameter"] == "unserved_penalty_usd") & assumed
    spread = f"value={penalty / 10:.15g}..{penalty * 10:.15g}"
    return table.assign(
        status=is_penalty.map({True: "assumption", False: "estimate"}),
        range=is_penalty.map({True: spread, False: ""}),
    )


def _products(project: Project) -> tuple[pd.DataFrame, list[Loss]]:
    """Return products.csv; what an Anura project does not say of them costs nothing."""
    frame, units = project["Products"], project.units
    value = frame["UnitValue"].where(frame["UnitValue"] > 0, frame["UnitPrice"])
    table = pd.DataFrame(
        {
            "product_id": frame["ProductName"],
            "name": frame["ProductName"],
            "family": "all",
            "abc": "A",
            "price_usd": frame["UnitPrice"],
            "transfer_value_usd": value,
            "weight_kg": frame["UnitWeight"] * KILOGRAMS[units["Weight"]],
            "volume_m3": frame["UnitVolume"] * CUBIC_METRES[units["Volume"]],
            "tariff_class": "none",
            "return_rate": 0.0,
            "roo_share": 0.0,
            "skus": 1,
            "demand_cv": 0.0,
            "stocking": "replenished",
            "season_days": 365,
            "salvage_share": 1.0,
            "certification_usd_sku": 0.0,
            "promise_local_days": 90,
            "promise_mail_days": 90,
        }
    )
    unknown = int((~(frame["UnitValue"] > 0)).sum())
    if not unknown:
        return table, []
    reason = "no UnitValue: the price is written; without duties it moves no cost of the plan"
    remedy = "fill transfer_value_usd before adding tariffs.csv"
    return table, [Loss(ASSUMED, "products", "transfer_value_usd", unknown, reason, remedy)]


def _zones(places: Places) -> pd.DataFrame:
    frame = places.customers
    return pd.DataFrame(
        {
            "zone_id": frame["CustomerName"],
            "name": frame["CustomerName"],
            "country": frame["Country"],
            "state": frame["Region"],
            "lat": frame["Latitude"],
            "lon": frame["Longitude"],
            "population": 0,
            "zone_class": "urban",
            "source": SOURCE,
        }
    )


def _orders(project: Project, horizon: Horizon) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the orders of a year by zone, product and period."""
    demand = project["CustomerDemand"]
    demand = demand[demand["DemandStatus"] != "Exclude"]
    period = horizon.named(demand["PeriodName"])
    file, known = f"{project.name}/CustomerDemand.csv", ", ".join(horizon.periods["period_id"][:5])
    faults = [
        Fault("F546", file, int(line), "PeriodName", name, f"periods: {known}")
        for line, name in zip(
            demand.loc[period == "", ROW], demand.loc[period == "", "PeriodName"], strict=True
        )
    ]
    faults += [
        Fault("F542", file, int(line), "ProductName", ALL)
        for line in demand.loc[demand["ProductName"] == ALL, ROW]
    ]
    orders = pd.DataFrame(
        {
            "zone_id": demand["CustomerName"],
            "product_id": demand["ProductName"],
            "period_id": period,
            "orders": demand["Quantity"] * horizon.a_year,
        }
    )
    return orders, faults


def _demand_parameters(orders: pd.DataFrame) -> pd.DataFrame:
    values = {
        "orders_per_year": float(orders["orders"].sum()),
        "us_share": 0.0,
        "income_exponent": 0.0,
    }
    return pd.DataFrame({"parameter": list(values), "value": list(values.values())})


def _penalty(
    project: Project, goods: pd.DataFrame, lanes: pd.DataFrame
) -> tuple[float, list[Loss]]:
    """Return the penalty of an order that is not served: that of the project, or an assumption."""
    given = project["CustomerDemand"]["PenaltyCost"].dropna()
    if len(given) == len(project["CustomerDemand"]) and given.min() == given.max():
        return float(given.iloc[0]), []
    dearest = float(goods["goods_usd"].max() + 2 * lanes["usd_order"].max())
    penalty = PENALTY_TIMES * max(dearest, 1.0)
    if len(given):
        reason = "one penalty holds for all orders, and the rows have several or none"
        remedy = "write one PenaltyCost in every row of CustomerDemand"
        lost = Loss(NOT_CARRIED, "CustomerDemand", "PenaltyCost", len(given), reason, remedy)
        return penalty, [lost, _assumed_penalty()]
    return penalty, [_assumed_penalty()]


def _assumed_penalty() -> Loss:
    reason = f"no common PenaltyCost: {PENALTY_TIMES:g} times the dearest way to a customer"
    remedy = "expect all orders to be served where capacity allows, or set unserved_penalty_usd"
    return Loss(ASSUMED, "parameters", "unserved_penalty_usd", 1, reason, remedy)


def _site_rules(project: Project, places: Places) -> tuple[dict[str, pd.DataFrame], list[Loss]]:
    """Return groups and rules: what must stay open, and how many may be."""
    groups: list[dict[str, object]] = []
    limits: list[dict[str, object]] = []
    open_ = places.sites[places.sites["FacilityStatus"] == OPEN]["FacilityName"]
    limits += [{"group_id": name, "rule": "at_least", "number": 1} for name in open_]
    members = project["Groups"]
    lost = 0
    for row in project["FacilityCountConstraints"].to_dict("records"):
        named = row["FacilityName"]
        sites = _members(named, members, places)
        if (
            not sites
            or row["CountingRule"] != "Facilities"
            or row["ConstraintType"] not in RULES
            or row["PeriodName"] not in ("", ALL)
        ):
            lost += 1
            continue
        group = EVERY if named in ("", ALL) else named
        if group not in places.sites_named:
            groups += [{"group_id": group, "site_id": site} for site in sites]
        limits += [
            {"group_id": group, "rule": rule, "number": int(row["ConstraintValue"])}
            for rule in RULES[row["ConstraintType"]]
        ]
    tables = {}
    if groups:
        tables["site_groups"] = pd.DataFrame(groups).drop_duplicates()
    if limits:
        tables["group_limits"] = pd.DataFrame(limits).drop_duplicates().assign(needs_id="")
    if not lost:
        return tables, []
    reason = "a rule counts the open sites of a group of warehouses, over the whole year"
    remedy = "write it into group_limits.csv"
    return tables, [
        Loss(NOT_CARRIED, "FacilityCountConstraints", "ConstraintType", lost, reason, remedy)
    ]


def _members(named: str, groups: pd.DataFrame, places: Places) -> list[str]:
    """Return the sites that a constraint counts; none where plants are counted too."""
    if named in ("", ALL):
        return [] if len(places.plants) else sorted(places.sites_named)
    if named in places.sites_named:
        return [named]
    found = groups[groups["GroupName"] == named]["MemberName"].tolist()
    return found if set(found) <= places.sites_named else []


def _of_a_year(horizon: Horizon) -> list[Loss]:
    """Say where a shorter or longer horizon is repeated to a year."""
    if horizon.a_year == 1.0:
        return []
    reason = (
        f"the horizon has {horizon.days} days: flows and costs are written for a year, "
        f"{horizon.a_year:.6g} times as much"
    )
    remedy = f"convert back with --days {horizon.days}"
    return [Loss(CHANGED, "ModelSettings", "ModelEndDate", 1, reason, remedy)]


def _unsaid(project: Project) -> list[Loss]:
    """Say what every conversion assumes, and which demand need not be served."""
    rows = len(project["Facilities"])
    losses = [
        Loss(
            ASSUMED,
            "parameters",
            "value",
            len(NEUTRAL),
            "duty, value-added tax, cancellation, returns, stock and direct mail have no "
            "counterpart: they cost nothing",
            "add what matters, such as tariffs.csv, countries.csv and parameters.csv",
        ),
        Loss(
            ASSUMED,
            "sites",
            "currency",
            rows,
            "a project names no currency: all amounts are written as USD",
            "add a column currency, and exchange_rates.csv",
        ),
    ]
    consider = project["CustomerDemand"]["DemandStatus"] == CONSIDER
    excluded = ~project["CustomerDemand"]["DemandStatus"].isin([INCLUDE, CONSIDER])
    if consider.any():
        reason = "demand that need not be served has the penalty of all other demand"
        remedy = "set unserved_penalty_usd"
        rows = int(consider.sum())
        losses.append(Loss(CHANGED, "CustomerDemand", "DemandStatus", rows, reason, remedy))
    if excluded.any():
        reason, remedy = "demand that is not served is not written", "add its penalty yourself"
        rows = int(excluded.sum())
        losses.append(Loss(NOT_CARRIED, "CustomerDemand", "DemandStatus", rows, reason, remedy))
    return losses
