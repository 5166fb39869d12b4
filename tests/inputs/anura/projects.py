"""A small Anura project of a year in four periods, and the textbook cases of the docs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TEXTBOOK = Path(__file__).parents[3] / "docs" / "textbook"

Rows = list[dict[str, object]]
PLACES = {"Country": "MX", "Status": "Include"}


def facility(name: str, lat: float, lon: float, **cells: object) -> dict[str, object]:
    return {"FacilityName": name, "Latitude": lat, "Longitude": lon, **PLACES, **cells}


def customer(name: str, lat: float, lon: float) -> dict[str, object]:
    return {"CustomerName": name, "Latitude": lat, "Longitude": lon, **PLACES}


def lane(start: str, goal: str, cost: float, **cells: object) -> dict[str, object]:
    return {"OriginName": start, "DestinationName": goal, "UnitCost": cost, **cells}


def small_project() -> dict[str, Rows]:
    """Return two plants, two depots and three customers, with two products."""
    products, customers = ("box", "crate"), ("a", "b", "c")
    periods = {"q1": "2026-01-01", "q2": "2026-04-02", "q3": "2026-07-02", "q4": "2026-10-01"}
    lanes = [
        lane("north", "depot-1", 1.0, TransportTime=2),
        lane("south", "depot-1", 3.0, TransportTime=4),
        lane("south", "depot-2", 1.0, TransportTime=1),
        lane("south", "depot-2", 0.5, TransportTime=3, ModeName="Rail"),
        lane("south", "c", 6.0, TransportTime=5, ProductName="box"),
        *(lane("depot-1", goal, cost, TransportTime=1) for goal, cost in (("a", 1.0), ("b", 2.0))),
        *(lane("depot-2", goal, cost, TransportTime=1) for goal, cost in (("b", 1.5), ("c", 1.0))),
    ]
    return {
        "ModelSettings": [
            {
                "ModelStartDate": "2026-01-01",
                "ModelEndDate": "2026-12-31",
                "PrimaryQuantityUOM": "EA",
                "PrimaryVolumeUOM": "M3",
                "PrimaryWeightUOM": "KG",
                "PrimaryTimeUOM": "DAY",
            }
        ],
        "Periods": [{"PeriodName": name, "StartDate": day} for name, day in periods.items()],
        "Facilities": [
            facility("north", 25.7, -100.3, ThroughputCapacity=500),
            facility("south", 16.9, -92.1, FacilityStatus="Consider", FixedOperatingCost=50),
            facility(
                "depot-1", 22.2, -101.0, ThroughputCapacity=600, FixedOperatingCost=300,
                FacilityStatus="Open",
            ),
            facility(
                "depot-2", 19.1, -98.2, ThroughputCapacity=400, FixedOperatingCost=200,
                FacilityStatus="Consider", InitialState="Potential", FixedStartupCost=100,
            ),
        ],
        "Customers": [
            customer("a", 23.2, -102.9), customer("b", 19.2, -96.2), customer("c", 17.1, -96.7)
        ],
        "Products": [
            {"ProductName": name, "UnitValue": 5, "UnitPrice": 20, "UnitVolume": 1, "UnitWeight": 2}
            for name in products
        ],
        "CustomerDemand": [
            {
                "CustomerName": one,
                "ProductName": product,
                "PeriodName": period,
                "Quantity": 100 + 10 * number,
                "PenaltyCost": 500,
            }
            for one in customers
            for product in products
            for number, period in enumerate(periods)
        ],
        "ProductionPolicies": [
            {"FacilityName": plant, "ProductName": product, "UnitCost": cost}
            for plant, cost in (("north", 4.0), ("south", 5.0))
            for product in products
        ],
        "TransportationPolicies": lanes,
        "CustomerFulfillmentPolicies": [
            {
                "CustomerName": row["DestinationName"],
                "SourceName": row["OriginName"],
                "ProductName": row.get("ProductName", "ALL"),
            }
            for row in lanes
            if row["DestinationName"] in customers
        ],
        "ReplenishmentPolicies": [
            {"FacilityName": "depot-1", "SourceName": "north"},
            {"FacilityName": "depot-1", "SourceName": "south"},
            {"FacilityName": "depot-2", "SourceName": "south"},
        ],
        "WarehousingPolicies": [
            {"FacilityName": "depot-1", "ProductName": "ALL", "OutboundHandlingCost": 0.25}
        ],
        "FlowConstraints": [
            {
                "OriginName": "depot-1", "DestinationName": "b", "ProductName": "ALL",
                "PeriodName": "ALL", "ConstraintType": "Max", "ConstraintValue": 120,
            }
        ],
        "FacilityCountConstraints": [
            {
                "FacilityName": "Depots", "ConstraintType": "Max", "ConstraintValue": 2,
                "CountingRule": "Facilities",
            }
        ],
        "Groups": [
            {"GroupName": "Depots", "GroupType": "Facilities", "MemberName": name}
            for name in ("depot-1", "depot-2")
        ],
    }  # fmt: skip


def write_project(folder: Path, project: dict[str, Rows]) -> Path:
    """Write a project as CSV files."""
    folder.mkdir(exist_ok=True)
    for name, rows in project.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    return folder
