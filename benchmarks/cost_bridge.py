"""Explain the change of the embedded plan between two states of its tables, group by group.

    git archive COMMIT networks demand | tar x -C BEFORE
    python benchmarks/cost_bridge.py BEFORE [--resolution N] [--gap G] [--seconds S]

The tables in BEFORE are changed into today's in steps; each step puts in the rows of one group and
plans again. A step's change of cost therefore holds for this order of the steps, and is only as
exact as the gaps of its two plans. Prints one JSON line for each step; the last one has today's
tables as they are.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NETWORK, DEMAND = "networks/mexico-us-border", "demand/mexico-2026"
Row = dict[str, str]


@dataclass(frozen=True)
class Group:
    """Rows that are put in together.

    Attributes
    ----------
    name : str
    files : tuple of str
        Tables of the network or the demand, by path.
    member : callable
        Whether a row of these tables belongs to the group.
    """

    name: str
    files: tuple[str, ...]
    member: Callable[[Row], bool] = lambda row: True


def _parameter(name: str) -> Callable[[Row], bool]:
    return lambda row: row["parameter"] == name


GROUPS = (
    Group("sea and air freight", (f"{NETWORK}/freight.csv",)),
    Group(
        "US duties",
        (
            f"{NETWORK}/tariffs.csv",
            f"{NETWORK}/tariff_headings.csv",
            f"{NETWORK}/heading_rates.csv",
        ),
        lambda row: row.get("destination", "US") == "US",
    ),
    Group(
        "Mexican duties",
        (f"{NETWORK}/tariffs.csv", f"{NETWORK}/heading_rates.csv"),
        lambda row: row["destination"] == "MX",
    ),
    Group("last mile prices", (f"{NETWORK}/services.csv",)),
    Group("peak surcharges", (f"{NETWORK}/calendar.csv",)),
    Group("cancellation", (f"{NETWORK}/parameters.csv",), _parameter("cancel_lambda")),
    Group("rents and crossings", (f"{NETWORK}/sites.csv", f"{NETWORK}/gateways.csv")),
    Group("income of zones", (f"{DEMAND}/zones.csv", f"{DEMAND}/parameters.csv")),
)


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before", type=Path, help="folder with networks/ and demand/")
    parser.add_argument("--resolution", type=int, default=200, help="number of zones")
    parser.add_argument("--gap", type=float, default=0.003)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a plan")
    asked = parser.parse_args(argv)
    clean, cost = True, None
    with tempfile.TemporaryDirectory() as place:
        for name in steps(asked.before, Path(place)):
            found = plan(Path(place), asked)
            change = None if cost is None else found["cost"] - cost
            cost = found["cost"]
            clean &= found["audit_clean"]
            print(json.dumps({"step": name, "change": change, **found}), flush=True)
    return 0 if clean else 1


def steps(before: Path, place: Path) -> Iterator[str]:
    """Make the tables of one step after the other in a folder; yield the step's name."""
    for folder in (NETWORK, DEMAND):
        shutil.copytree(before / folder, place / folder)
    yield "before"
    for group in GROUPS:
        for file in group.files:
            put_in(ROOT / file, place / file, group.member)
        yield group.name
    for folder in (NETWORK, DEMAND):
        shutil.rmtree(place / folder)
        shutil.copytree(ROOT / folder, place / folder)
    yield "today"


def put_in(source: Path, target: Path, member: Callable[[Row], bool]) -> None:
    """Replace the rows of a group in a table, also where the table was not there before."""
    header, rows = _read(source)
    kept = [row for row in _read(target)[1] if not member(row)] if target.is_file() else []
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, header, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*kept, *(row for row in rows if member(row))])


def _read(file: Path) -> tuple[list[str], list[Row]]:
    """Return header and rows of a table."""
    with file.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        rows = list(reader)
    return list(reader.fieldnames or ()), rows


def plan(place: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Plan the tables of a step and return its key figures."""
    import fulfill

    study = fulfill.load(
        str(place / NETWORK),
        str(place / DEMAND),
        resolution=asked.resolution,
        gap=asked.gap,
        time_limit=asked.seconds,
    )
    run = study.optimize()
    outcome, kpis = run.outcome, run.kpis
    return {
        "cost": round(outcome.objective),
        "bound": round(outcome.bound),
        "gap": round(outcome.gap, 5),
        "seconds": round(outcome.seconds, 1),
        "sites": len(run.sites),
        "contribution_usd": round(kpis["contribution_usd"]),
        "cancellation_rate": round(kpis["cancellation_rate"], 4),
        "lead_time_days_mean": round(kpis["lead_time_days_mean"], 2),
        **{name: round(share, 4) for name, share in kpis["channel_share"].items()},
        "audit_clean": run.audit.clean,
    }


if __name__ == "__main__":
    sys.exit(main())
