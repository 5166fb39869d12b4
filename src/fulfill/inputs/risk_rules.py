"""Rules and remedies of the files and options of `ask` and `stress`, for `faults.RULES`."""

RISK_RULES: dict[str, tuple[str, str]] = {
    "F500": (
        "a row of disruptions.csv names a site, gateway, carrier, country or period that exists",
        "correct the id or the period, or remove the row",
    ),
    "F501": (
        "a loss is for the year, for the busiest period, or for a period of the calendar",
        "write year, busiest, or a period_id of calendar.csv",
    ),
    "F502": (
        "a run that is questioned has a plan",
        "name a folder of `fulfill optimize` whose status is OPTIMAL or FEASIBLE",
    ),
    "F503": (
        "a row of the file of --groups names a figure of the network",
        "correct file, key or column; `fulfill ask` writes the file groups.csv to start from",
    ),
    "F504": (
        "the lower end of a range is below its upper end",
        "correct low and high, or remove the row",
    ),
    "F505": (
        "figures are asked for under the rules of one day",
        "make the plan without --rules dated",
    ),
}
