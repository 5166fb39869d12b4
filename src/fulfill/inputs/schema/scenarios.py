"""The file of `fulfill scenarios`: several possible years, each by what differs from the tables."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Table, number, text
from fulfill.inputs.schema.shared import PROVENANCE

SCENARIOS = Table(
    "scenarios",
    "a figure that differs in a possible year; a scenario of several rows has the probability in "
    "each",
    (
        text("scenario", "name of the possible year, any text", REQUIRED, key=True),
        number("probability", "-", "probability of the scenario; those of all add up to 1", 0, 1),
        text("figure", "figure that differs, as in --vary: `network/TABLE[KEY].COLUMN`, with `*` "
             "behind it for a multiple, `+` for an increase, and `*` in the key for every row; "
             "empty for a year as the tables have it", "", key=True),
        text("value", "new value, factor or increase", ""),
        *PROVENANCE,
    ),
)  # fmt: skip
