"""Explain the change of the embedded plan between two states of its tables, group by group.

    git archive COMMIT networks demand | tar x -C BEFORE
    python benchmarks/cost_bridge.py BEFORE [--plan RUN] [--resolution N] [--gap G] [--seconds S]

The plan of the tables in BEFORE is found first, or read from the folder RUN. Then the rows of one
group after the other are replaced by today's, and the same plan is priced again: exact, and without
the noise of a search. Where all prices are those of today, a plan is found anew; then demand
changes to today's, and a plan is found again. Prints one JSON line for each step. `bound` is
certified; that of a priced plan comes from the multipliers of the first run and is weaker.
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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fulfill

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
)


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("before", type=Path, help="folder with networks/ and demand/")
    parser.add_argument("--plan", type=Path, help="a run of these tables")
    parser.add_argument("--resolution", type=int, default=None, help="number of zones")
    parser.add_argument("--gap", type=float, default=0.003)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a plan")
    asked = parser.parse_args(argv)
    clean, cost = True, None
    with tempfile.TemporaryDirectory() as place:
        for name, run in steps(asked, Path(place)):
            found = figures(run)
            change = None if cost is None else found["cost"] - cost
            cost, clean = found["cost"], clean and run.audit.clean
            print(json.dumps({"step": name, "change": change, **found}), flush=True)
    return 0 if clean else 1


def steps(asked: argparse.Namespace, place: Path) -> Iterator[tuple[str, fulfill.Run]]:
    """Make the tables of one step after the other in a folder; yield the step and its run."""
    import fulfill
    from fulfill.study.optimize import reprice

    for folder in (NETWORK, DEMAND):
        shutil.copytree(asked.before / folder, place / folder)
    first = fulfill.open_run(asked.plan) if asked.plan else study(place, asked).optimize()
    yield "before", first
    for group in GROUPS:
        for file in group.files:
            put_in(ROOT / file, place / file, group.member)
        yield group.name, reprice(first, study(place, asked), first)
    shutil.rmtree(place / NETWORK)
    shutil.copytree(ROOT / NETWORK, place / NETWORK)
    yield "planned anew", study(place, asked).optimize()
    shutil.rmtree(place / DEMAND)
    shutil.copytree(ROOT / DEMAND, place / DEMAND)
    yield "demand, planned anew", study(place, asked).optimize()


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


def study(place: Path, asked: argparse.Namespace) -> fulfill.Study:
    """Return the question that the tables in a folder ask."""
    import fulfill

    return fulfill.load(
        str(place / NETWORK),
        str(place / DEMAND),
        resolution=asked.resolution,
        gap=asked.gap,
        time_limit=asked.seconds,
    )


def figures(run: fulfill.Run) -> dict[str, Any]:
    """Return the key figures of a run that are compared."""
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
        "audit_faults": list(run.audit.faults),
    }


if __name__ == "__main__":
    sys.exit(main())
