"""Rules and remedies of the faults of questions about runs; `faults.RULES` has them all."""

from __future__ import annotations

QUESTION_RULES: dict[str, tuple[str, str]] = {
    "F520": (
        "a run that is compared or explained has a plan",
        "name a run of `fulfill optimize` or `fulfill baseline` that found one",
    ),
    "F522": (
        "what is explained was optimised",
        "plan the same inputs with `fulfill optimize`; a present network has no other plan",
    ),
    "F523": (
        "cost is traded for a measure that the model limits, with the options of that measure",
        "give --against with one of the measures named, --within for lead-time and rural-coverage, "
        "--today for changes",
    ),
    "F552": (
        "possible years belong to a frontier against cvar",
        "leave the option out, or ask --against cvar:LEVEL",
    ),
    "F521": (
        "the parts of the cost of a run add up to its objective",
        "check both runs with `fulfill audit`, and plan again the one that has faults",
    ),
    "F510": (
        "the phases of a roadmap are its years 1, 2, ... in their order",
        "number the rows from 1 on, a row for each year, five at most",
    ),
    "F511": (
        "growth of a group of orders names a country, zone class or product and a share",
        "write GROUP=SHARE, several separated by semicolons, such as MX=0.02; rural=-0.01",
    ),
    "F512": (
        "overrides of a phase are written as in --set",
        "write network/TABLE[KEY].COLUMN=VALUE, several separated by semicolons",
    ),
    "F513": (
        "a site of today is named with a size that it has",
        "write --today SITE:SIZE,SITE:SIZE with ids of sites.csv, SITE:SIZE:YEARS where its "
        "contract binds for that number of years, or name a folder of a run",
    ),
    "F514": (
        "a roadmap starts from a plan, and what changes from year to year stands in its phases",
        "name a run of `fulfill optimize` without --budget, and give --phases",
    ),
}
