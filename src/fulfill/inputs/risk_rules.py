"""Rules and remedies of the files and options of `ask` and `stress`, for `faults.RULES`."""

RISK_RULES: dict[str, tuple[str, str]] = {
    "F500": (
        "a row of disruptions.csv names a site, gateway, carrier, country or period that exists",
        "correct the id or the period, or remove the row",
    ),
}
