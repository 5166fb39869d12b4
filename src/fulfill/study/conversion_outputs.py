"""What `fulfill convert` writes besides tables of a network, a demand or an Anura project."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import WHOLE, Figure

# fmt: off
_LOSS = (
    Figure("kind", "", "", "what", "`not carried`, `changed` or `assumed`"),
    Figure("table", "", "", "table",
           "table of the source; of what is assumed, of the result"),
    Figure("column", "", "", "column", "column, or columns; empty for the whole table"),
    Figure("rows", "", WHOLE, "rows", "number of rows", digits=0),
    Figure("reason", "", "", "why", "why it is not the same"),
    Figure("remedy", "", "", "remedy", "what to do"),
)
LOSSES = output(
    "not_carried.csv", "something that a conversion cannot carry, changes or assumes",
    "kind table column rows reason remedy", _LOSS,
)
CONVERSION_SUMMARY = output(
    "convert --json", "of a conversion", "format_version folders tables losses",
    (
        Figure("folders", "", "", "folders", "folders with the tables, by kind"),
        Figure("tables", "", "", "tables", "rows by table"),
        Figure("losses", "", "", "losses", "the rows of not_carried.csv"),
    ),
)
# fmt: on
