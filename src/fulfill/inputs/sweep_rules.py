"""Rules and remedies of the faults of sweeps; `faults.RULES` has them all."""

from __future__ import annotations

SWEEP_RULES: dict[str, tuple[str, str]] = {
    "F515": (
        "a sweep varies figures of the tables",
        "write --vary 'network/TABLE[KEY].COLUMN=VALUES', with = for values, *= for multiples or "
        "+= for increases; * in the key stands for every row",
    ),
    "F516": (
        "a figure of a sweep takes the values given",
        "write the values with commas, or LOW..HIGH:NUMBER; only --sample takes LOW..HIGH alone",
    ),
    "F517": (
        "a list of points is a CSV table whose header names figures, a row for each point",
        "write a header such as 'network/products[phone].price_usd*' and a value, or nothing for "
        "the figure as it is, in each cell",
    ),
    "F518": (
        "the points of a sweep are a grid, a list or a sample",
        "give --vary for a grid, --vary with --sample for a sample, or --list alone",
    ),
    "F519": (
        "a sweep starts from a plan, and its workers answer",
        "name a run of `fulfill optimize` that found a plan, or the options of the problem; for "
        "--scheduler install fulfill[dask] and start `dask scheduler`",
    ),
}
