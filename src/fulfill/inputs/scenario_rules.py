"""Rules and remedies of the faults of scenarios; `faults.RULES` has them all."""

from __future__ import annotations

SCENARIO_RULES: dict[str, tuple[str, str]] = {
    "F506": (
        "a scenario has one probability above 0 in all its rows, and all together have 1",
        "write the same probability into every row of a scenario, and make the sum of the "
        "scenarios 1",
    ),
    "F507": (
        "a row of scenarios.csv names a figure of the tables and its value, or neither",
        "name figures as in --set, such as network/tariffs[MC-4].rate, and give a value; leave "
        "both empty for a year as the tables have it",
    ),
    "F508": (
        "a choice of sites for all scenarios needs a plan in each of them",
        "plan the scenario by itself, its changes given as --set; loosen limits or leave it out",
    ),
    "F509": (
        "scenarios start from a plan",
        "name a run of `fulfill optimize` that found one",
    ),
}
