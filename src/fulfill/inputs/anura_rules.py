"""Rules and remedies of the faults of conversions from and to Anura tables."""

from __future__ import annotations

ANURA_RULES: dict[str, tuple[str, str]] = {
    "F541": (
        "an Anura project has the tables of a network study, as CSV files or sheets named after "
        "them",
        "add the table; needed are ModelSettings, Facilities, Customers, Products, CustomerDemand "
        "and TransportationPolicies",
    ),
    "F542": (
        "a name is in the table of its kind; groups are read in FacilityCountConstraints only",
        "correct the name, add its row, or write a row for each member of the group",
    ),
    "F543": (
        "amounts are in the primary unit of their kind, and that unit is known",
        "convert the amounts, or the primary unit in ModelSettings",
    ),
    "F545": (
        "a source has a price for the way to its destination",
        "add a row to TransportationPolicies; write 0 where the way is free",
    ),
    "F546": (
        "a project has one row of ModelSettings, periods inside its horizon, and demand in them",
        "correct the dates, or write demand by period",
    ),
    "F547": (
        "a lane has one mode, or road and rail",
        "keep the cheapest mode of the lane, or set the others to Exclude",
    ),
    "F548": (
        "a facility makes goods or takes them in, not both",
        "split it into a plant and a warehouse joined by a lane",
    ),
    "F549": (
        "--days belongs to a conversion of one period, from a year to so many days",
        "leave it out, or convert a network with one period",
    ),
}
"""Part of `faults.RULES`, in the same form."""
