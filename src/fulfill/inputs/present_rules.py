"""Rules and remedies of the files of a present network, for `faults.RULES`."""

PRESENT_RULES: dict[str, tuple[str, str]] = {
    "F470": (
        "with dated rules, the lanes of a rate card and their prices by distance are the same all "
        "year",
        "give the new prices by weight or as a surcharge, or price each part of the year with a "
        "date of its own",
    ),
    "F471": (
        "the tables of a present network name sites, zones, products, periods and origins of the "
        "network and demand",
        "correct the id, or add it to the table of the network or demand",
    ),
    "F472": (
        "a lane or route carries what a present network moves",
        "correct from, to, channel, via or service_id, or leave the last three empty; or add the "
        "service or freight to the network",
    ),
    "F473": (
        "orders leave sites of the present network",
        "add the site to the file of --sites, or correct the id",
    ),
    "F474": (
        "a present site has one of the sizes in which the network offers it",
        "correct the size, or add a row for the site to site_sizes.csv",
    ),
    "F475": (
        "a present network serves no more orders than the demand has",
        "correct the orders, or the demand, whose orders include those that are not served",
    ),
    "F476": (
        "as many orders come into a site as leave it, by product and period",
        "correct the inbound rows, or leave them out for the cheapest routes",
    ),
    "F477": (
        "a ledger has months as YYYY-MM, each month of the year from one year only",
        "write the month as 2025-03, and keep twelve months at most",
    ),
    "F478": (
        "a plan is compared with a baseline of the same demand, dates and prices",
        "price the baseline again with the same inputs and options; only sites may differ",
    ),
    "F479": (
        "a baseline is a run of `fulfill baseline`",
        "name the folder that `fulfill baseline` wrote",
    ),
}
