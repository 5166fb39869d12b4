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
}
