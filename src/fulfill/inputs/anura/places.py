"""Facilities, suppliers and customers of a project as sites, origins and zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from fulfill.inputs.anura.horizon import MONTHS, Horizon
from fulfill.inputs.anura.losses import CHANGED, NOT_CARRIED, Loss
from fulfill.inputs.anura.project import Project
from fulfill.inputs.anura.tables import ALL, CONSIDER, POTENTIAL, THROUGHPUT
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

SIZES = ("S", "M", "L")
OWNERSHIP = "shared"
"""Of all sites: a price of handling an order, and no rent by area."""
CUBIC_METRES = {"M3": 1.0, "CBM": 1.0, "CFT": 0.028316846592, "L": 0.001}
KILOGRAMS = {"KG": 1.0, "LB": 0.45359237, "G": 0.001}
DAYS = {"DAY": 1.0, "HR": 1 / 24, "MIN": 1 / 1440}
"""Units that are converted, by symbol."""
INBOUND = (("ReplenishmentPolicies", "FacilityName"), ("ProcurementPolicies", "FacilityName"))


@dataclass(frozen=True, eq=False)
class Places:
    """What the places of a project are.

    Attributes
    ----------
    sites, plants, suppliers, customers : DataFrame
        Rows of Facilities, Suppliers and Customers.
    """

    sites: pd.DataFrame
    plants: pd.DataFrame
    suppliers: pd.DataFrame
    customers: pd.DataFrame

    @property
    def sites_named(self) -> set[str]:
        """Names of the sites."""
        return set(self.sites["FacilityName"])

    @property
    def origins_named(self) -> set[str]:
        """Names of plants and suppliers."""
        return set(self.plants["FacilityName"]) | set(self.suppliers["SupplierName"])

    @property
    def zones_named(self) -> set[str]:
        """Names of the customers."""
        return set(self.customers["CustomerName"])


def find_places(project: Project) -> tuple[Places, list[Fault], list[Loss]]:
    """Tell warehouses from plants.

    Parameters
    ----------
    project : Project

    Returns
    -------
    places : Places
    faults : list of Fault
        F542 for plants that are no facility, F548 for facilities that make goods and take in more.
    losses : list of Loss
    """
    facilities = project["Facilities"]
    losses = []
    made = project["ProductionPolicies"]
    makes = facilities["FacilityName"].isin(made["FacilityName"])
    takes_in = pd.concat([project[name][["FacilityName", ROW]] for name, _ in INBOUND])
    both = facilities[makes & facilities["FacilityName"].isin(takes_in["FacilityName"])]
    faults = [
        Fault("F548", f"{project.name}/Facilities.csv", int(line), "FacilityName", name)
        for line, name in zip(both[ROW], both["FacilityName"], strict=True)
    ]
    plants = facilities[makes]
    started = int((plants["FixedStartupCost"] > 0).sum())
    if started:
        reason, remedy = "a plant has no cost of opening", "add it to FixedOperatingCost"
        losses.append(Loss(NOT_CARRIED, "Facilities", "FixedStartupCost", started, reason, remedy))
    idle = (plants["FixedOperatingCost"] > 0) & (plants["FacilityStatus"] != CONSIDER)
    if idle.any():
        reason = "the fixed cost of a plant is paid only if it makes something"
        remedy = "add it to the cost of the plan where the plant stays idle"
        losses.append(
            Loss(CHANGED, "Facilities", "FacilityStatus", int(idle.sum()), reason, remedy)
        )
    free = (facilities["InitialState"] == POTENTIAL) & (facilities["FixedStartupCost"] == 0)
    if (free & ~makes).any():
        reason = "a potential facility without a startup cost is planned like an existing one"
        rows = int((free & ~makes).sum())
        losses.append(Loss(CHANGED, "Facilities", "InitialState", rows, reason, "nothing"))
    places = Places(facilities[~makes], plants, project["Suppliers"], project["Customers"])
    return places, faults, losses


def country_codes(places: Places) -> list[str]:
    """Return the countries of sites and customers."""
    return sorted({*places.sites["Country"], *places.customers["Country"]})


def site_tables(
    project: Project, places: Places, horizon: Horizon
) -> tuple[dict[str, pd.DataFrame], list[Loss]]:
    """Return sites.csv and site_sizes.csv.

    Parameters
    ----------
    project : Project
    places : Places
    horizon : Horizon

    Returns
    -------
    tables : dict of str to DataFrame
        Without provenance.
    losses : list of Loss
    """
    frame = places.sites
    handling, losses = _handling(project, places)
    sites = pd.DataFrame(
        {
            "site_id": frame["FacilityName"],
            "name": frame["FacilityName"],
            "country": frame["Country"],
            "state": frame["Region"],
            "lat": frame["Latitude"],
            "lon": frame["Longitude"],
            "ownership": OWNERSHIP,
            "rent_usd_m2_month": 0.0,
            "labour_usd_hour": 0.0,
            "pick_usd_order": frame["FacilityName"].map(handling).fillna(0.0),
            "storage_usd_m3_month": 0.0,
        }
    )
    steps, lost = _steps(project)
    sizes = _sizes(frame, steps, _most_a_day(project, horizon), horizon)
    losses = [*losses, *_capacity_losses(frame, horizon), *lost]
    return {"sites": sites, "site_sizes": sizes}, losses


def _sizes(
    sites: pd.DataFrame,
    steps: Mapping[str, list[tuple[float, float]]],
    most: float,
    horizon: Horizon,
) -> pd.DataFrame:
    """Return the sizes of every site: its present capacity, then its expansions."""
    rows = []
    for site in sites.to_dict("records"):
        name = site["FacilityName"]
        capacity = site["ThroughputCapacity"]
        base = most if pd.isna(capacity) else horizon.a_day(capacity)
        opening = site["FixedStartupCost"] if site["InitialState"] == POTENTIAL else 0.0
        larger = [(horizon.a_day(units), cost) for units, cost in steps.get(name, [])]
        for size, (orders_day, cost) in zip(SIZES, [(base, 0.0), *larger], strict=False):
            rows.append(
                {
                    "ownership": OWNERSHIP,
                    "size": size,
                    "site_id": name,
                    "area_m2": 0.0,
                    "storage_m3": 0.0,
                    "orders_day": orders_day,
                    "minutes_order": 0.0,
                    "opening_usd": (opening + cost) * horizon.a_year,
                    "fixed_usd_month": horizon.a_month(site["FixedOperatingCost"]),
                }
            )
    return pd.DataFrame(rows)


def _capacity_losses(sites: pd.DataFrame, horizon: Horizon) -> Iterator[Loss]:
    """Say where a capacity a day differs from what the project says."""
    capacity, days = sites["ThroughputCapacity"], horizon.periods["days"]
    place = CHANGED, "Facilities", "ThroughputCapacity"
    if capacity.isna().any():
        reason = "no limit: the largest demand of a day is written, which no plan exceeds"
        remedy = "raise orders_day of site_sizes.csv where the demand grows"
        yield Loss(*place, int(capacity.isna().sum()), reason, remedy)
    if days.min() < days.max():
        reason = "capacity of a period is a capacity a day, so that longer periods have more of it"
        remedy = "compare capacity.csv of a plan with the capacities of the project"
        yield Loss(*place, int(capacity.notna().sum()), reason, remedy)


def _most_a_day(project: Project, horizon: Horizon) -> float:
    """Return the largest demand of a day, on the mean of its period."""
    demand = project["CustomerDemand"]
    quantity = demand["Quantity"].groupby(horizon.named(demand["PeriodName"])).sum()
    days = horizon.periods.set_index("period_id")["days"]
    return float((horizon.a_year * quantity / days).max())


def _handling(project: Project, places: Places) -> tuple[dict[str, float], list[Loss]]:
    """Return the cost of handling a unit by facility, where it is the same for all products."""
    table = project["WarehousingPolicies"]
    total = table["InboundHandlingCost"] + table["OutboundHandlingCost"]
    products = len(project["Products"])
    costs, differ = {}, 0
    for name, rows in table.assign(total=total).groupby("FacilityName"):
        whole = (rows["ProductName"] == ALL).any() or len(rows) == products
        if name in places.sites_named and whole and rows["total"].min() == rows["total"].max():
            costs[str(name)] = float(rows["total"].iloc[0])
        else:
            differ += len(rows)
    if not differ:
        return costs, []
    reason = "a site has one handling price for all products, a plant has none"
    remedy = "add the cost to UnitCost of the lanes from the facility"
    column = "InboundHandlingCost + OutboundHandlingCost"
    return costs, [Loss(NOT_CARRIED, "WarehousingPolicies", column, differ, reason, remedy)]


def _steps(project: Project) -> tuple[dict[str, list[tuple[float, float]]], list[Loss]]:
    """Return capacity and one-off cost of the expansions of each facility, without the base."""
    expansions, costs = project["CapacityExpansions"], project["StepCosts"]
    found: dict[str, list[tuple[float, float]]] = {}
    lost = 0
    for row in expansions.to_dict("records"):
        steps = costs[costs["StepCostName"] == row["ExpansionCost"]].sort_values("ThroughputLevel")
        paid = steps[steps["ThroughputLevel"] > 0]
        if row["ExpansionType"] != THROUGHPUT or paid.empty or len(paid) >= len(SIZES):
            lost += 1
            continue
        ends = [*paid["ThroughputLevel"].iloc[1:], row["MaxExpansionUnits"]]
        found[row["EntityName"]] = list(zip(ends, paid["Cost"], strict=True))
    if not lost:
        return found, []
    reason = f"a site grows in throughput only, in {len(SIZES)} sizes at most with named step costs"
    remedy = "merge steps of the step cost"
    return found, [Loss(NOT_CARRIED, "CapacityExpansions", "ExpansionType", lost, reason, remedy)]


def origin_tables(
    project: Project, places: Places, horizon: Horizon
) -> tuple[dict[str, pd.DataFrame], list[Loss]]:
    """Return origins.csv and goods_costs.csv.

    Parameters
    ----------
    project : Project
    places : Places
    horizon : Horizon

    Returns
    -------
    tables : dict of str to DataFrame
        Without provenance.
    losses : list of Loss
    """
    volumes = project["Products"].set_index("ProductName")["UnitVolume"]
    volumes = volumes * CUBIC_METRES[project.units["Volume"]]
    plants = places.plants.rename(columns={"FacilityName": "name"})
    suppliers = places.suppliers.rename(columns={"SupplierName": "name"})
    suppliers = suppliers.assign(
        FixedOperatingCost=0.0,
        ThroughputCapacity=suppliers["SupplierCapacity"] / len(horizon.periods),
    )
    frame = pd.concat([plants, suppliers], ignore_index=True)
    goods = _goods(project, horizon)
    made = goods.groupby("origin_id")["product_id"].apply(list).to_dict()
    losses = []
    capacity, uneven = [], 0
    for name, units in zip(frame["name"], frame["ThroughputCapacity"], strict=True):
        sizes = {float(volumes.get(product, 0.0)) for product in made.get(name, [])}
        uneven += int(len(sizes) > 1 and not pd.isna(units))
        one = sizes.pop() if len(sizes) == 1 else float("nan")
        capacity.append(horizon.a_month(units) * one)
    if uneven:
        reason = "a limit of an origin is a volume, and its products have different volumes"
        remedy = "write orders_day of goods_costs.csv, or capacity_m3_month of origins.csv"
        losses.append(Loss(NOT_CARRIED, "Facilities", "ThroughputCapacity", uneven, reason, remedy))
    origins = pd.DataFrame(
        {
            "origin_id": frame["name"],
            "name": frame["name"],
            "country": frame["Country"],
            "lat": frame["Latitude"],
            "lon": frame["Longitude"],
            "kind": "nearshore",
            "direct_mail": "no",
            "capacity_m3_month": capacity,
            "fixed_usd_year": [
                MONTHS * horizon.a_month(cost) for cost in frame["FixedOperatingCost"]
            ],
        }
    )
    return {"origins": origins, "goods_costs": goods}, losses


def _goods(project: Project, horizon: Horizon) -> pd.DataFrame:
    """Return cost and daily limit of the goods of every origin."""
    made = project["ProductionPolicies"].rename(columns={"FacilityName": "origin_id"})
    bought = project["SupplierCapabilities"].rename(
        columns={"SupplierName": "origin_id", "SupplyCapacity": "units"}
    )
    frame = pd.concat([made.assign(units=float("nan")), bought], ignore_index=True)
    return pd.DataFrame(
        {
            "product_id": frame["ProductName"],
            "origin_id": frame["origin_id"],
            "goods_usd": frame["UnitCost"],
            "orders_day": frame["units"] / horizon.days,
        }
    )


def unknown_names(project: Project, places: Places) -> Iterator[Fault]:
    """Find names that are in no table of their kind, such as those of groups."""
    products = {*project["Products"]["ProductName"], ALL}
    origins, sites, zones = places.origins_named, places.sites_named, places.zones_named
    sources, goals = origins | sites, sites | zones
    known = {
        ("CustomerDemand", "CustomerName"): zones,
        ("TransportationPolicies", "OriginName"): sources,
        ("TransportationPolicies", "DestinationName"): goals,
        ("CustomerFulfillmentPolicies", "CustomerName"): zones,
        ("CustomerFulfillmentPolicies", "SourceName"): sources,
        ("ReplenishmentPolicies", "FacilityName"): sites,
        ("ReplenishmentPolicies", "SourceName"): sources,
        ("ProcurementPolicies", "FacilityName"): sites,
        ("ProcurementPolicies", "SourceName"): sources,
        ("ProductionPolicies", "FacilityName"): sources,
        ("SupplierCapabilities", "SupplierName"): origins,
        ("WarehousingPolicies", "FacilityName"): sources,
        ("CapacityExpansions", "EntityName"): sources,
    }
    with_products = [name for name, frame in project.tables.items() if "ProductName" in frame]
    known |= {(name, "ProductName"): products for name in with_products if name != "Products"}
    for (name, column), names in known.items():
        frame = project[name]
        wrong = frame[~frame[column].isin(names)]
        for line, value in zip(wrong[ROW], wrong[column], strict=True):
            yield Fault("F542", f"{project.name}/{name}.csv", int(line), column, str(value))
