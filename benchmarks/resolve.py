"""Ask changed questions of the default run and print one JSON line for each.

    python benchmarks/resolve.py [--grade quick full] [--limits] [--many N] [--workers N]
        [--seconds S]

The default run is found first (at its default gap). Then each change is asked in each grade, one at
a time; `--limits` asks for twenty service levels and CO2e caps instead; with `--many` so many
changes are asked at once over processes, and one line says how long
they took together. `full` stops at a gap of 0.5 %.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import fulfill
    from fulfill.study.resolve import Answer

GAP = 0.005
ASKED = 32
"""Changes that are asked one at a time."""


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--grade", choices=("quick", "full"), nargs="+", default=["quick", "full"])
    parser.add_argument("--limits", action="store_true", help="service levels and CO2e caps")
    parser.add_argument("--many", type=int, default=0, help="changes asked at once")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of a question")
    options = parser.parse_args(argv)
    import fulfill

    run = fulfill.load().optimize()
    asked = {"gap": GAP, "time_limit": options.seconds}
    clean = True
    if options.many:
        clean = many(run, asked, options)
    for grade in () if options.many else options.grade:
        asks = limits(run) if options.limits else islice(changes(run), ASKED)
        clean &= one_by_one(run, asks, asked, grade)
    return 0 if clean else 1


def changes(run: fulfill.Run) -> Iterator[dict[str, Any]]:
    """Yield changes without end: locks, prices, rules, dates, and combinations of them."""
    opened = run.sites["site_id"].tolist()
    others = [site for site in run.instance.sites if site not in opened]
    for site in opened:
        yield {"closed": (site,)}
    for site in others[:10]:
        yield {"opened": (site,)}
    yield {"as_of": "2024-12-01"}
    yield {"as_of": "2027-01-15"}
    yield {"max_sites": 10}
    yield {"service": ("3d=0.6",)}
    for value in (0.02, 0.05, 0.1):
        yield {"overrides": [f"network/parameters[cancel_lambda]={value}"]}
    for first, second in zip(opened, others * len(opened), strict=False):
        yield {"closed": (first,), "opened": (second,)}
    for first in opened:
        for second in opened:
            if first < second:
                yield {"closed": (first, second)}


def limits(run: fulfill.Run) -> Iterator[dict[str, Any]]:
    """Yield service levels above those of the run, and caps of CO2e below what it emits."""
    from fulfill.location.network.limits import emitted_kg

    for days, shares in (("3d", (0.59, 0.6, 0.62, 0.65, 0.7)), ("5d", (0.8, 0.82, 0.85, 0.9))):
        for share in shares:
            yield {"service": (f"{days}={share}",)}
    assert run.decisions is not None
    emitted = emitted_kg(run.instance, run.decisions)
    for share in (0.99, 0.97, 0.95, 0.92, 0.9, 0.85, 0.8):
        yield {"co2_kg": round(share * emitted)}
    for service, share in (("3d=0.6", 0.97), ("3d=0.62", 0.95), ("5d=0.82", 0.9)):
        yield {"service": (service,), "co2_kg": round(share * emitted)}
    yield {"service": ("3d=0.62", "5d=0.82")}


def one_by_one(
    run: fulfill.Run, asks: Iterable[dict[str, Any]], asked: dict[str, Any], grade: str
) -> bool:
    """Ask changes one at a time; tell whether every audit was clean."""
    from fulfill.study.resolve import resolve

    run.model  # noqa: B018  # built before the first question
    seconds, clean = [], True
    for change in asks:
        begun = time.perf_counter()
        answer = resolve(run.study.with_(**change, **asked), run, grade)
        seconds.append(time.perf_counter() - begun)
        clean &= not answer.faults
        print(json.dumps(_line(change, answer) | {"seconds": round(seconds[-1], 2)}), flush=True)
    summary = {"grade": grade, "median": statistics.median(seconds), "worst": max(seconds)}
    print(json.dumps({name: round(v, 2) if name != "grade" else v for name, v in summary.items()}))
    return clean


def many(run: fulfill.Run, asked: dict[str, Any], options: argparse.Namespace) -> bool:
    """Ask changes at once over processes; tell whether every audit was clean."""
    from fulfill.study.executor import Executor

    wanted = [change | asked for change, _ in zip(changes(run), range(options.many), strict=False)]
    begun = time.perf_counter()
    with Executor(run, options.workers) as executor:
        answers = executor.map(wanted, options.grade[-1])
    spent = time.perf_counter() - begun
    for change, answer in zip(wanted, answers, strict=True):
        print(json.dumps(_line(change, answer)))
    print(json.dumps({"questions": len(answers), "seconds": round(spent, 1)}))
    return not any(answer.faults for answer in answers)


def _line(change: dict[str, Any], answer: Answer) -> dict[str, Any]:
    return {
        "change": {key: str(value) for key, value in change.items()},
        "grade": answer.grade,
        "status": answer.status,
        "objective": answer.objective if answer.decisions is not None else None,
        "bound": answer.bound,
        "gap": round(answer.gap, 6) if answer.decisions is not None else None,
        "seconds": round(answer.seconds, 2),
        "faults": list(answer.faults),
    }


if __name__ == "__main__":
    sys.exit(main())
