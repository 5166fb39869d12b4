"""Write the twenty years of docs/scenarios.md from the usual ones.

fulfill scenarios RUN --usual usual.csv
python benchmarks/twenty_years.py usual.csv twenty.csv
"""

from __future__ import annotations

import sys

import pandas as pd

PLANNED, OTHER = 0.43, 0.03
"""Probability of the year as planned and of each of the 19 others."""
PEAKS = "demand/seasonality[*,{period}].intensity*"
EVENTS = ("hot_sale", "buen_fin", "black_friday", "navidad")
LAREDO = "Laredo closed for two weeks"
MORE = {
    "sea freight at 0.6": ("network/freight[sea,*,*].usd_m3*", 0.6),
    "air freight at 1.5": ("network/freight[air,*,*].usd_kg*", 1.5),
    "a fifth more orders": ("demand/parameters[orders_per_year]*", 1.2),
    "a fifth fewer orders": ("demand/parameters[orders_per_year]*", 0.8),
    "half as much cancellation again": ("network/parameters[cancel_lambda]*", 1.5),
}


def main() -> None:
    """Add eight years to the usual ones and set the probabilities."""
    usual = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
    laredo = usual[usual["scenario"] == LAREDO]
    both = "peak of 1.5 and Laredo closed"
    rows = [(name, figure, str(value)) for name, (figure, value) in MORE.items()]
    for name, factor in (("peak of 1.25", 1.25), ("peak of 2", 2.0), (both, 1.5)):
        rows += [(name, PEAKS.format(period=period), str(factor)) for period in EVENTS]
    rows += [(both, row.figure, row.value) for row in laredo.itertuples()]
    more = pd.DataFrame(rows, columns=["scenario", "figure", "value"])
    cited = {"source": "assumption: a year to plan for", "source_date": "", "status": "assumption"}
    years = pd.concat([usual, more.assign(**cited, range="")], ignore_index=True)
    planned = years["scenario"] == "as planned"
    years["probability"] = OTHER
    years.loc[planned, "probability"] = PLANNED
    years["range"] = f"probability={OTHER / 2}..{OTHER * 2}"
    years.loc[planned, "range"] = "probability=0.25..1"
    years.to_csv(sys.argv[2], index=False)


if __name__ == "__main__":
    main()
