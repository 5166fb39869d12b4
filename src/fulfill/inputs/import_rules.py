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
}
