"""The file of `fulfill ask --groups`: which figures move together, and between which ends."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Table, identifier, number, text

FIGURE_GROUPS = Table(
    "groups",
    "a figure that may move; all figures of a group move together",
    (
        text("group", "name of the group, any text", REQUIRED),
        identifier("file", "table of the network, without .csv", key=True),
        text("key", "key of the row, as in --set", REQUIRED, key=True),
        identifier("column", "column of the figure", key=True),
        number("low", "that of the column", "lower end", None),
        number("high", "that of the column", "upper end", None),
        text("source", "source of the figure; not read", ""),
    ),
)
