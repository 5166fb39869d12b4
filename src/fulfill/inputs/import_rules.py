"""Rules and remedies of the faults of imported files, by code; `faults.RULES` has them all."""

from __future__ import annotations

IMPORT_RULES: dict[str, tuple[str, str]] = {
    "F400": (
        "an imported file is a text whose encoding is known, XLSX or Parquet",
        "give --encoding, for instance --encoding gb18030, or save it as 'CSV UTF-8'",
    ),
    "F401": (
        "an imported file has a header with two known names of columns or more",
        "name the columns under [columns] in a file for --map",
    ),
    "F402": ("an imported file has rows below its header", "export it again"),
    "F403": (
        "every row of an imported file is as long as the header",
        "put texts that contain the delimiter in quotes, or export the file again",
    ),
    "F404": (
        "--map names fields and columns that exist",
        "correct the entry under [columns]; an empty name leaves a field out",
    ),
    "F405": (
        "one column of an imported file holds a field",
        "add the entry that is meant to the file for --map",
    ),
    "F406": (
        "a cell of a column of numbers is a number",
        "correct the cell, or name another column under [columns] in the file for --map",
    ),
    "F407": (
        "the numbers of a column have one decimal separator",
        "give --decimal point or --decimal comma, or correct the cells",
    ),
    "F408": (
        "it can be told whether a mark in a number separates decimals or thousands",
        "give --decimal point or --decimal comma",
    ),
    "F409": (
        "a file for --map has the declared sections and entries",
        "correct the entry; the page 'From an order export to a plan' lists them",
    ),
    "F410": (
        "an export has order ids, dates, articles and places",
        "name the column under [columns] in a file for --map, or give all rows one value under "
        "[values]",
    ),
    "F411": (
        "it is known what the status of an order means",
        "add the entry under [status] to the file for --map",
    ),
    "F412": (
        "the prices of an export are in one known currency",
        "give --currency, for instance --currency MXN; import other currencies one by one",
    ),
    "F413": (
        "an order stands in one file",
        "give every export once; where two shops number alike, import them one by one",
    ),
    "F414": (
        "it is known which goods a category has",
        "add the entry under [categories] to the file for --map",
    ),
    "F415": (
        "an order of the export can be placed",
        "see the reasons; name columns and values in a file for --map",
    ),
    "F416": (
        "the orders are those of one year",
        "give first and last day under [dates] in a file for --map",
    ),
    "F440": (
        "--out names the folder of a network, or a new folder",
        "name another folder; a network has a file network.toml",
    ),
    "F441": (
        "a rate card has a table of prices by weight",
        "name its columns under [columns], or its zones under [zones], in a file for --map",
    ),
    "F442": (
        "it is known which service of the network a card prices, and where",
        "give --service, or the entry that is named in a file for --map",
    ),
    "F443": (
        "the weight breaks of a card have neither gap nor overlap",
        "correct the card, or give the entry that is named in a file for --map",
    ),
    "F444": (
        "a price is above zero; where there is none, the cell says so",
        "write the price, or 'n/a' where the carrier offers none",
    ),
    "F445": (
        "it is known where the zones of a card lie",
        "add the sheet with the zones, or the entry under [zones] in a file for --map",
    ),
    "F446": (
        "it is known in what unit weights are written",
        "add the entry under [values] to the file for --map",
    ),
    "F447": (
        "it is known which volume a carrier bills as a kilogram",
        "add the entry under [values] to the file for --map; 0: volume is not billed",
    ),
    "F448": (
        "it is known from which day a card holds",
        "add the entry under [values] to the file for --map",
    ),
    "F449": (
        "it is known what a surcharge is for, and whether it is a share or an amount",
        "correct the cell, or add the entry under [surcharges] to the file for --map",
    ),
    "F450": (
        "it is known whether prices contain value-added tax",
        "add the entry under [values] to the file for --map",
    ),
    "F451": (
        "states, cities, postcodes and distances of zones are known",
        "correct the cell; states may be abbreviated, postcodes may be prefixes or ranges",
    ),
    "F452": (
        "every site is offered once",
        "give the offers different names, or leave one out",
    ),
    "F453": (
        "an offer has a header or lines with three known figures or more, a fee among them",
        "name the figures as on the page 'From a rate card to a plan'",
    ),
    "F454": (
        "it is known where the site of an offer is",
        "write latitude and longitude, or the city with its state, or the postcode",
    ),
    "F455": (
        "it is known for what a fee is paid",
        "write the unit into the name of the figure, for instance 'storage per pallet and month'",
    ),
    "F456": (
        "the fees and capacities of an offer are above zero",
        "write the figure, or 'n/a' where there is none",
    ),
    "F457": (
        "figures that an offer lacks can be taken from a shared site of the network",
        "add the figures to the offer, or give a network with shared sites in --network",
    ),
    "F460": (
        "an export for `fulfill calibrate` has order ids and the dates of order, cancellation, and "
        "delivery or dispatch",
        "export these columns, or name them under [columns] in a file for --map",
    ),
    "F461": (
        "it is known for which day an order was promised",
        "name the column promise_date under [columns] in a file for --map, or give --promise-days",
    ),
    "F462": (
        "a sampling weight is a number above 0",
        "correct the cell; leave out the rows that stand for no order",
    ),
    "F463": (
        "there are orders whose dates say what became of them",
        "see the reasons; name columns in a file for --map, or complete the dates",
    ),
    "W460": (
        "lost orders and cancelled orders rest on evidence of their own",
        "attribute the study to one of conversion_eta and cancel_lambda, and set the other to 0 or "
        "to a source of its own, such as `fulfill calibrate`: otherwise the same lost sales count "
        "twice; a warning",
    ),
    "W400": (
        "the orders cover every period of the calendar",
        "import a whole year, or read the plan as one for the periods covered; a warning",
    ),
    "W401": (
        "the population of every zone is known",
        "fill `population` in zones.csv: it bounds the orders that carriers take; a warning",
    ),
    "W440": (
        "a zone of a card ends at the borders of states",
        "the zone of most people or postcodes of the state is used; a warning",
    ),
    "W441": (
        "every zone of a card has prices and places",
        "such a zone is left out; add what is missing to the card; a warning",
    ),
    "W442": (
        "a contract ends within the year of the plan",
        "the plan does not price what is paid after its year; a warning",
    ),
    "W443": (
        "every number of a file stands in a table that is understood",
        "see the cells that are not read; name the columns in a file for --map; a warning",
    ),
}
