"""Which price of a closed site would bring it in: rent, fee of an order, storage fee, labour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fulfill.inputs.overrides import parse_override
from fulfill.location.pricing import price
from fulfill.study.json_file import finite
from fulfill.study.resolve import Answer, changed_model, resolve
from fulfill.study.run import Run
from fulfill.study.study import Study

PRICES = ("rent_usd_m2_month", "pick_usd_order", "storage_usd_m3_month", "labour_usd_hour")
"""Columns of sites.csv that are moved one at a time."""
TRIAL = 0.5
"""Factor at which the cost of a plan is compared, to see how much of it a price makes."""


@dataclass(frozen=True)
class OpeningPrice:
    """A price of a closed site at which a plan with it costs as much as the run.

    Attributes
    ----------
    column : str
        Column of sites.csv.
    now_usd, needed_usd : float
        Price of today, and the price needed; NaN where even nothing would not do.
    checked_usd : float
        Cost of the plan that is searched for at that price with the site open, less the cost of the
        run, USD a year; NaN where there is no such price.
    """

    column: str
    now_usd: float
    needed_usd: float
    checked_usd: float

    @property
    def record(self) -> dict[str, Any]:
        """The price as JSON; NaN is None."""
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return dict(finite({**held, "local": True}))


def opening_prices(run: Run, site: str, answer: Answer, seconds: float) -> list[OpeningPrice]:
    """Return the prices that would bring a closed site in, each moved alone.

    The cost of a plan is linear in each of these prices, so the price needed follows from the plan
    that opens the site; it is checked by a new search. A search that finds a better plan there has
    a `checked_usd` below zero: the site then comes in at a somewhat higher price already.

    Parameters
    ----------
    run : Run
        With a plan that does not open the site.
    site : str
        Id of the site.
    answer : Answer
        Of the run with the site locked open.
    seconds : float
        Time limit of each check.

    Returns
    -------
    list of OpeningPrice
        Of the prices that the site has; empty where there is no plan with it.
    """
    if answer.decisions is None:
        return []
    table = run.problem.network["sites"].set_index("site_id")
    study, cost = run.study, run.outcome.objective
    opened = tuple(dict.fromkeys((*study.options.opened, site)))
    written = study.problem.network.written["sites"].set_index("site_id")
    found = []
    for column in PRICES:
        now = float(table[column].loc[site])
        if not now > 0:
            continue
        # a cell is written in the currency of its row
        cell = f"network/sites[{site}].{column}="
        unit = float(written[column].loc[site]) / now

        def at(value: float, cell: str = cell, unit: float = unit) -> Study:
            changed = parse_override(f"{cell}{value * unit!r}")
            changes = [*study.provenance.overrides, changed]
            return study.with_(overrides=changes, opened=opened, closed=_without(run, site))

        trial = changed_model(at(now * TRIAL), run)
        saved = answer.objective - price(trial.instance, answer.decisions)
        slope = saved / (now * (1.0 - TRIAL))
        needed = now - (answer.objective - cost) / slope if slope > 0 else np.nan
        if not needed >= 0:
            found.append(OpeningPrice(column, now, np.nan, np.nan))
            continue
        checked = resolve(at(needed).with_(time_limit=seconds), run)
        found.append(OpeningPrice(column, now, needed, checked.objective - cost))
    return found


def _without(run: Run, site: str) -> tuple[str, ...]:
    return tuple(one for one in run.study.options.closed if one != site)
