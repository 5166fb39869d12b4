"""Exposure of a plan to the uncertain figures of the inputs, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fulfill.analysis.exposure.figure_groups import FigureGroup, figure_groups, moved
from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.study.outputs import EXPOSURES
from fulfill.study.run import Run

PRICED_TABLES = (
    "parameters",
    "products",
    "goods_costs",
    "tariffs",
    "freight",
    "gateways",
    "calendar",
    "services",
    "mail_services",
    "rate_cards",
    "surcharges",
    "sites",
    "site_sizes",
    "bands",
)
"""Tables whose figures price a plan. Those that limit it, or that only routes of vehicles need, are
not among them."""


ASKED = {
    "origins": "factory",
    "carriers": "carrier",
    "mail_capacity": "mail",
    "products": "records",
    "goods_costs": "factory",
    "tariffs": "broker",
    "freight": "forwarder",
    "gateways": "port",
    "calendar": "carrier",
    "services": "carrier",
    "mail_services": "mail",
    "rate_cards": "carrier",
    "surcharges": "carrier",
    "sites": "site",
    "site_sizes": "site",
    "bands": "site",
}
OF_FINANCE = ("capital_rate", "horizon_years", "vat_credit_days", "insurance_rate", "holding_rate")
LEAST_USD = 1.0
"""Exposure below which a group has no effect on the plan, USD a year."""


@dataclass(frozen=True)
class Exposure:
    """What a group of figures may do to the result of a plan that is kept.

    Attributes
    ----------
    group : FigureGroup
    low_usd, high_usd : float
        Change of the plan's yearly contribution with the figures at the low and at the high end of
        their ranges, USD.
    """

    group: FigureGroup
    low_usd: float
    high_usd: float

    @property
    def usd(self) -> float:
        """Difference of the results at both ends, USD a year."""
        return max(self.low_usd, self.high_usd, 0.0) - min(self.low_usd, self.high_usd, 0.0)


def exposures(run: Run) -> list[Exposure]:
    """Price the plan of a run with each group of uncertain figures at both ends of its range.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    list of Exposure
        The largest first. One group moves at a time; sites and flows of the plan are kept, so a
        new plan could lose less and gain more.
    """
    held, problem = HeldPlan(run), run.problem
    base = held.result(problem)
    found = []
    for group in figure_groups(problem, PRICED_TABLES):
        low, high = (held.result(moved(problem, group, end)) for end in (group.low, group.high))
        found.append(Exposure(group, low - base, high - base))
    return sorted(found, key=lambda one: (-one.usd, one.group.name))


def exposure_table(found: Sequence[Exposure]) -> pd.DataFrame:
    """Return exposures as a table.

    Parameters
    ----------
    found : sequence of Exposure
        Of `exposures`.

    Returns
    -------
    DataFrame
        Columns of `study.outputs.EXPOSURES`; groups without an effect are left out.
    """
    rows = [
        (
            one.group.name,
            one.group.table,
            ",".join(one.group.key),
            one.group.column,
            len(one.group.rows),
            one.low_usd,
            one.high_usd,
            one.usd,
            whom_to_ask(one.group),
        )
        for one in found
        if one.usd >= LEAST_USD
    ]
    return pd.DataFrame(rows, columns=list(EXPOSURES.keys))


def whom_to_ask(group: FigureGroup) -> str:
    """Return who could confirm the figures of a group, a key of the vocabulary's `ask`."""
    if group.table == "parameters":
        return "finance" if group.key[0] in OF_FINANCE else "records"
    return ASKED[group.table]
