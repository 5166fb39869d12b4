"""Lanes of a project: who may be supplied by whom, at what price and in what time."""

from __future__ import annotations

import pandas as pd

from fulfill.inputs.anura.horizon import Horizon
from fulfill.inputs.anura.losses import ASSUMED, CHANGED, NOT_CARRIED, Loss
from fulfill.inputs.anura.places import DAYS, Places
from fulfill.inputs.anura.project import Project
from fulfill.inputs.anura.tables import ALL, MAX
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.schema import ANY_PRODUCT

SOURCES = (
    ("CustomerFulfillmentPolicies", "CustomerName"),
    ("ReplenishmentPolicies", "FacilityName"),
    ("ProcurementPolicies", "FacilityName"),
)
"""Tables of sourcing, with the column of the destination."""
ENDS = ["OriginName", "DestinationName"]
RAIL, USUAL = "rail", ""
ASSUMED_DAYS = 1.0
LEAST_DAYS = 0.01
DAYS_RANGE = "days_mean=0.01..30"


def find_lanes(project: Project, places: Places) -> tuple[pd.DataFrame, list[Fault], list[Loss]]:
    """Return the rows of TransportationPolicies that a sourcing policy allows.

    Without any table of sourcing every row is a lane.

    Parameters
    ----------
    project : Project
    places : Places

    Returns
    -------
    lanes : DataFrame
        Rows of TransportationPolicies, with the columns mode and sourcing (cost of a unit).
    faults : list of Fault
        F545 for sources without a price, F547 for lanes of which only one mode can be carried.
    losses : list of Loss
    """
    sourcing = _sourcing(project)
    losses = _policy_losses(project)
    if sourcing is None:
        lanes = project["TransportationPolicies"].assign(sourcing=0.0)
        faults: list[Fault] = []
    else:
        faults = _without_price(project, sourcing)
        lanes, unused = _allowed(project["TransportationPolicies"], sourcing)
        losses += unused
    lanes, between = _lanes_of_the_model(lanes, places)
    lanes = lanes.assign(mode=lanes["ModeName"].str.lower().map({RAIL: RAIL}).fillna(USUAL))
    other = int(((lanes["mode"] == USUAL) & (lanes["ModeName"] != "")).sum())
    if other:
        reason = "modes are road and rail; the only other mode of a lane is written as by road"
        remedy = "nothing, if the lane has one mode"
        losses.append(Loss(CHANGED, "TransportationPolicies", "ModeName", other, reason, remedy))
    again = lanes[lanes.duplicated([*ENDS, "ProductName", "mode"])]
    faults += [
        Fault("F547", f"{project.name}/TransportationPolicies.csv", int(line), "ModeName", mode)
        for line, mode in zip(again[ROW], again["ModeName"], strict=True)
    ]
    return lanes.sort_values(ROW, kind="stable"), faults, [*losses, *between]


def _allowed(transport: pd.DataFrame, sourcing: pd.DataFrame) -> tuple[pd.DataFrame, list[Loss]]:
    """Return the lanes that sources use; one product of a general price is a lane of its own."""
    lanes = transport.drop(columns=["Status"]).merge(sourcing, on=ENDS)
    product, source = lanes["ProductName"], lanes["SourceProduct"]
    lanes = lanes[(product == source) | (product == ALL) | (source == ALL)]
    lanes = lanes.assign(
        ProductName=lanes["ProductName"].where(product != ALL, lanes["SourceProduct"]),
        general=lanes["SourceProduct"] == ALL,
    )
    lanes = lanes.sort_values(["general", ROW], kind="stable")
    lanes = lanes.drop_duplicates([*ENDS, "ProductName", "ModeName"])
    unused = int((~transport[ROW].isin(lanes[ROW])).sum())
    if not unused:
        return lanes, []
    reason = "no sourcing policy names the origin as a source of the destination"
    remedy = "add a sourcing policy"
    return lanes, [Loss(NOT_CARRIED, "TransportationPolicies", "", unused, reason, remedy)]


def _sourcing(project: Project) -> pd.DataFrame | None:
    """Return the rows of all tables of sourcing; None where there are none."""
    frames = [
        project[name].rename(
            columns={
                goal: "DestinationName",
                "SourceName": "OriginName",
                "ProductName": "SourceProduct",
                "UnitCost": "sourcing",
            }
        )
        for name, goal in SOURCES
    ]
    columns = ["OriginName", "DestinationName", "SourceProduct", "sourcing"]
    parts = [
        frame.assign(table=name, line=frame[ROW])[[*columns, "table", "line"]]
        for frame, (name, _) in zip(frames, SOURCES, strict=True)
        if len(frame)
    ]
    return pd.concat(parts, ignore_index=True) if parts else None


def _policy_losses(project: Project) -> list[Loss]:
    """Name the policies that fix shares; a plan chooses the cheapest."""
    losses = []
    for name, _ in SOURCES:
        rows = int((project[name]["OptimizationPolicy"] != "To Optimize").sum())
        if rows:
            reason, remedy = "a plan chooses its sources by cost", "set it to To Optimize"
            losses.append(Loss(NOT_CARRIED, name, "OptimizationPolicy", rows, reason, remedy))
    return losses


def _without_price(project: Project, sourcing: pd.DataFrame) -> list[Fault]:
    """Find sources whose way has no row in TransportationPolicies for their products."""
    products = len(project["Products"])
    priced = project["TransportationPolicies"][[*ENDS, "ProductName"]].drop_duplicates()
    found = sourcing.merge(priced, on=ENDS)
    general = found["ProductName"] == ALL
    same = found["ProductName"] == found["SourceProduct"]
    found = found[general | same | (found["SourceProduct"] == ALL)]
    rows = found.assign(general=general).groupby(["table", "line"])
    whole = rows["general"].any() | (rows["ProductName"].nunique() == products)
    faults = []
    for row in sourcing.to_dict("records"):
        key = row["table"], row["line"]
        if key in whole.index and (whole[key] or row["SourceProduct"] != ALL):
            continue
        detail = f"to {row['DestinationName']}"
        detail += ", for every product" if key in whole.index else ""
        place = f"{project.name}/{row['table']}.csv", int(row["line"]), "SourceName"
        faults.append(Fault("F545", *place, row["OriginName"], detail))
    return faults


def _lanes_of_the_model(lanes: pd.DataFrame, places: Places) -> tuple[pd.DataFrame, list[Loss]]:
    """Leave out lanes from site to site, and from customers."""
    from_origin = lanes["OriginName"].isin(places.origins_named)
    to_zone = lanes["DestinationName"].isin(places.zones_named)
    to_site = lanes["DestinationName"].isin(places.sites_named)
    carried = (from_origin & to_site) | to_zone
    if carried.all():
        return lanes, []
    reason = "goods go from an origin to a site or customer, and from a site to a customer"
    remedy = "add the price of the first stage to the lanes from the plant"
    rows = int((~carried).sum())
    return lanes[carried], [Loss(NOT_CARRIED, "TransportationPolicies", "", rows, reason, remedy)]


def lane_table(
    lanes: pd.DataFrame, project: Project, horizon: Horizon
) -> tuple[pd.DataFrame, list[Loss]]:
    """Return lane_rates.csv.

    Parameters
    ----------
    lanes : DataFrame
        Of `find_lanes`.
    project : Project
    horizon : Horizon

    Returns
    -------
    table : DataFrame
        With status and range, without source. A time that is not given is an assumption.
    losses : list of Loss
    """
    days = lanes["TransportTime"] * DAYS[project.units["Time"]]
    unknown = days.isna()
    days = days.fillna(ASSUMED_DAYS)
    table = pd.DataFrame(
        {
            "from_id": lanes["OriginName"],
            "to_id": lanes["DestinationName"],
            "product_id": lanes["ProductName"].replace({ALL: ANY_PRODUCT}),
            "mode": lanes["mode"],
            "usd_order": lanes["UnitCost"] + lanes["sourcing"],
            "days_mean": days.clip(lower=LEAST_DAYS),
            "days_p90": days.clip(lower=LEAST_DAYS),
            "status": unknown.map({True: "assumption", False: "estimate"}),
            "range": unknown.map({True: DAYS_RANGE, False: ""}),
        }
    ).reset_index(drop=True)
    limits, losses = _lane_limits(project, horizon, table)
    table = table.assign(orders_day=limits)
    if not unknown.any():
        return table, losses
    reason = f"no TransportTime: {ASSUMED_DAYS:g} day is written; it moves no cost of the plan"
    remedy = "fill days_mean and days_p90 before asking for service in days"
    loss = Loss(ASSUMED, "lane_rates", "days_mean", int(unknown.sum()), reason, remedy)
    return table, [loss, *losses]


def _lane_limits(
    project: Project, horizon: Horizon, table: pd.DataFrame
) -> tuple[pd.Series, list[Loss]]:
    """Return the orders a day that a lane takes, from the limits of single lanes."""
    limits = pd.Series(float("nan"), index=table.index)
    lost = 0
    for row in project["FlowConstraints"].to_dict("records"):
        product = ANY_PRODUCT if row["ProductName"] == ALL else row["ProductName"]
        of_lane = (table["from_id"] == row["OriginName"]) & (
            table["to_id"] == row["DestinationName"]
        )
        meant = of_lane & (table["product_id"] == product)
        carried = (
            row["ConstraintType"] == MAX
            and row["ModeName"] in ("", ALL)
            and row["PeriodName"] in ("", ALL, *horizon.periods["period_id"][:1])
            and int(of_lane.sum()) == int(meant.sum()) == 1
        )
        if carried:
            limits[meant] = horizon.a_day(row["ConstraintValue"])
        else:
            lost += 1
    if not lost:
        return limits, []
    reason = "only an upper limit of one lane, for all its products and periods alike, is carried"
    remedy = "write orders_day of lane_rates.csv"
    return limits, [Loss(NOT_CARRIED, "FlowConstraints", "ConstraintType", lost, reason, remedy)]
