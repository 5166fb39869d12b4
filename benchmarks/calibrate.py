"""Coverage of the intervals of `fulfill calibrate`, and how often it sees a slope that is none.

Orders are simulated day by day from a known hazard and handed over as histories; the figures are
how many of the sets have an interval that covers the truth::

    python benchmarks/calibrate.py [--sets 1000] [--orders 5000]
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fulfill.analysis.calibration.calibrate import calibrate
from fulfill.inputs.importing.order_histories import OrderHistories
from fulfill.model.economics.cancellation import CancellationHazard, cancelled_by

NAMES = {"cancel_p0": "p0", "cancel_h0": "h0", "cancel_lambda": "lambda_", "cancel_gamma": "gamma"}
CASES = {
    "linear": (CancellationHazard(0.01, 0.002, 0.02, 1.0), False),
    "curved": (CancellationHazard(0.01, 0.002, 0.02, 1.4), False),
    "few": (CancellationHazard(0.01, 0.0005, 0.005, 1.0), False),
    "case-control": (CancellationHazard(0.01, 0.002, 0.02, 1.0), True),
}
"""Known hazards, and whether one in five of the orders that were kept is sampled."""
FLAT = CancellationHazard(0.01, 0.002, 0.002, 1.0)
"""The hazard goes on after the promise as before it: there is no slope."""
KEPT_SHARE = 0.2
FIRST = date(2025, 1, 1)


def simulated(
    hazard: CancellationHazard, seed: int, n: int, *, case_control: bool = False
) -> OrderHistories:
    """Return histories of orders with a known hazard.

    Parameters
    ----------
    hazard : CancellationHazard
    seed : int
    n : int
        Number of orders before any sampling.
    case_control : bool
        Keep all cancelled orders and one in five of the others, with weights.

    Returns
    -------
    OrderHistories
    """
    rng = np.random.default_rng(seed)
    promise = rng.integers(3, 9, n)
    lead = np.maximum(np.rint(rng.lognormal(np.log(6.0), 0.45, n)), 1).astype(np.int64)
    draw = rng.random(n)
    # the day is the first one on which the share cancelled by then reaches the draw
    days = np.arange(int(lead.max()) + 1)
    by_day = cancelled_by(days[None, :], promise[:, None], hazard)
    day = (by_day < draw[:, None]).sum(axis=1)
    cancelled = day <= lead
    sampled = cancelled | (rng.random(n) < KEPT_SHARE) if case_control else np.ones(n, bool)
    frame = pd.DataFrame(
        {
            "lane": "",
            "promise": promise,
            "seen": np.where(cancelled, day, lead),
            "cancelled": cancelled,
            "delivered": ~cancelled,
            "weight": np.where(cancelled | (not case_control), 1.0, 1.0 / KEPT_SHARE),
        }
    )[sampled].reset_index(drop=True)
    return OrderHistories(
        frame=frame,
        orders_in=len(frame),
        refused={},
        first=FIRST,
        last=FIRST + timedelta(days=365),
        until_dispatch=False,
        is_weighted=case_control,
    )


def covered(
    hazard: CancellationHazard, sets: int, orders: int, *, case_control: bool = False
) -> tuple[Counter[str], Counter[str]]:
    """Return in how many sets each parameter has an interval, and in how many it covers the truth.

    Parameters
    ----------
    hazard : CancellationHazard
    sets, orders : int
    case_control : bool

    Returns
    -------
    given, covering : Counter
        By the name of the parameter.
    """
    given, covering = Counter[str](), Counter[str]()
    for seed in range(sets):
        found = calibrate(simulated(hazard, seed, orders, case_control=case_control)).parameters
        for row in found[found["supported"]].itertuples():
            given[row.name] += 1
            covering[row.name] += row.low <= getattr(hazard, NAMES[row.name]) <= row.high
    return given, covering


def false_slopes(sets: int, orders: int) -> int:
    """Return in how many sets without a slope one is seen."""
    found = (calibrate(simulated(FLAT, seed, orders)).parameters for seed in range(sets))
    return sum(bool(one.set_index("name").loc["cancel_lambda", "supported"]) for one in found)


def report(sets: int, orders: int) -> Iterator[str]:
    """Yield the rows of the table, as Markdown."""
    yield "| hazard | p0 | h0 | lambda | gamma |"
    yield "|---|---:|---:|---:|---:|"
    for name, (hazard, case_control) in CASES.items():
        given, covering = covered(hazard, sets, orders, case_control=case_control)
        cells = [f"{covering[key]} of {given[key]}" for key in NAMES]
        yield f"| {name} | {' | '.join(cells)} |"
    yield f"\nslope seen where there is none: {false_slopes(sets, orders)} of {sets}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=5000)
    asked = parser.parse_args()
    for line in report(asked.sets, asked.orders):
        print(line, flush=True)
