"""The file of `fulfill roadmap --phases`: the years of a roadmap."""

from __future__ import annotations

from fulfill.inputs.columns import Column, Table, number, text
from fulfill.inputs.schema.shared import PROVENANCE

MOST_YEARS = 5
"""Years of a roadmap at most: every path of a site over them is listed."""
PHASES = Table(
    "phases",
    "a year of a roadmap: its rules, its demand, and what may change in it",
    (
        Column("year", "integer", "number of the year", key=True, low=1, high=MOST_YEARS),
        Column("as_of", "date", "day whose tax and tariff rules hold all year"),
        number("growth", "share", "growth of all orders on the year before, in year 1 on the "
               "demand as it is", -0.99, 10.0),
        text("group_growth", "growth besides of the orders of a country, zone class or product, "
             "such as `MX=0.02; rural=-0.01`; the factors of an order multiply; empty: none"),
        number("budget_usd", "USD", "largest sum of openings in the year; empty: no limit", 0.0,
               default=None),
        Column("most_changes", "integer", "largest number of sites that open, close or change "
               "their size in the year; empty: no limit", "sites", default=None, low=0,
               high=10_000),
        text("overrides", "other values in cells in this year, as in --set, separated by `;`; "
             "those of an earlier year do not carry over"),
        *PROVENANCE,
    ),
)  # fmt: skip
