"""Lead time and cancellation of a site by the model with a daily profile, and as simulated.

One site and product, 1,000 orders a day of base capacity: the model's wait is that of the fluid
backlog of the assumed weekdays, its cancellation that of the lead time plus a mean wait. Prints a
JSON line for each utilisation.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from analysis.simulation.settings import one_site
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.simulation import interval
from fulfill.analysis.simulation.year import Simulator
from fulfill.model.economics.backlog import days_late, delay_pieces

REPLICATIONS = 20
CAPACITY = 1000.0


def measured(utilisation: float, allowed_days: float, *, random: bool) -> dict[str, object]:
    """Return the figures of a utilisation, by the model and simulated.

    Parameters
    ----------
    utilisation : float
    allowed_days : float
        Days until dispatch, which a lead time contains.
    random : bool
        False: every day brings what is expected, and its hours are alike.
    """
    usual = Profile.usual()
    profile = usual if random else replace(Profile.even(), weekday=usual.weekday)
    setting = one_site(CAPACITY * utilisation, capacity=CAPACITY, dispatch=allowed_days)
    wait = days_late(usual.weekday, allowed_days, utilisation)
    transit, streams = setting.streams.transit, setting.streams
    arrives = streams.transit.delivered(
        np.full(1, wait), streams.promise[:, None], setting.patience
    )
    simulator = Simulator(setting, profile)
    sources = np.random.SeedSequence(0).spawn(REPLICATIONS)
    years = [simulator.run(np.random.default_rng(source)) for source in sources]
    pieces = delay_pieces(usual.weekday, allowed_days)
    full = int(np.searchsorted(np.cumsum(pieces.share), utilisation - 1e-9))
    found = {
        "lead_days": [year.lead_days for year in years],
        "cancelled": [1.0 - year.delivered / year.placed for year in years],
        "wait_days": [year.site_days for year in years],
    }
    model = {
        "lead_days": float(transit.mean[0, 1]) + wait,
        "cancelled": 1.0 - float(arrives[0, 1]),
        "wait_days": wait,
    }
    line: dict[str, object] = {
        "utilisation": utilisation,
        "allowed_days": allowed_days,
        "random": random,
        "marginal_delay_days": round(float(pieces.delay_days[full]), 4),
    }
    for name, values in found.items():
        _, low, high = interval(np.array(values))
        line[name] = {
            "model": round(model[name], 6),
            "low": round(float(low), 6),
            "high": round(float(high), 6),
        }
    return line


def main() -> None:
    """Print the figures of each utilisation."""
    for random, allowed in ((True, 0.5), (False, 0.0)):
        for utilisation in (0.6, 0.8, 0.95, 1.0):
            print(json.dumps(measured(utilisation, allowed, random=random)))


if __name__ == "__main__":
    main()
