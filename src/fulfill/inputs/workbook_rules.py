"""Rules and remedies of the faults of workbooks and of numbers of other regions."""

from __future__ import annotations

WORKBOOK_RULES: dict[str, tuple[str, str]] = {
    "F480": (
        "a workbook is an .xlsx file",
        "save it as 'Excel Workbook (.xlsx)'; other formats, and files with a password, are not "
        "read",
    ),
    "F481": (
        "a sheet is a table, or called notes or x_...",
        "correct its name; or begin it with x_ to keep it for yourself, or remove it",
    ),
    "F482": (
        "a formula has the value that a spreadsheet computed",
        "open the workbook in a spreadsheet and save it, or write the value",
    ),
    "F483": ("a cell has a value, not an error of the spreadsheet", "correct the formula"),
    "F484": (
        "a cell of a workbook holds at most 32,767 characters",
        "shorten the text, or work with CSV files: fulfill init FOLDER",
    ),
    "F485": (
        "a sheet of a workbook holds at most 1,048,575 rows below its header",
        "use the CSV file of the run",
    ),
    "F486": (
        "a number can be read in one way only",
        "write numbers without thousands separators; 1234.5 or 1234,5 all over the file",
    ),
}
"""Part of `faults.RULES`, in the same form."""
