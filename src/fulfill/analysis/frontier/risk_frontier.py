"""Expected cost against CVaR for the sites of a network: one frontier, little more than one search.

The scenarios by themselves and the costs of choices are those of `analysis.scenarios`, planned once
for all weights.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fulfill.analysis.frontier.kept_years import KeptNetwork, KeptYears
from fulfill.analysis.frontier.risk_curve import RiskCurve, trace_curve
from fulfill.analysis.scenarios.network_years import Sites, Year
from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioOptions, open_scenarios
from fulfill.analysis.scenarios.scenario_file import Scenario
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.run import Run

POINTS = 5
"""Weights, where none are asked for: quarters."""


@dataclass(frozen=True, eq=False)
class RiskFrontier:
    """Choices of sites between the least expected cost and the least CVaR.

    Attributes
    ----------
    run : Run
        The plan of the figures of the tables.
    scenarios : tuple of Scenario
    curve : RiskCurve of Sites
    base : Sites
        Those of the run.
    years : tuple of tuple of Year
        At each weight, each scenario with the sites of the point.
    audit_faults : tuple of str
        What the audits of all plans found.
    n_kept, n_planned : int
        Choices whose costs were kept, and those that were planned.
    seconds : float
        Spent on planning.
    """

    run: Run
    scenarios: tuple[Scenario, ...]
    curve: RiskCurve[Sites]
    base: Sites
    years: tuple[tuple[Year, ...], ...]
    audit_faults: tuple[str, ...]
    n_kept: int
    n_planned: int
    seconds: float

    def sites(self, number: int) -> Sites:
        """Return the sites of a point."""
        return self.curve.choices[self.curve.best[number]]

    def is_new(self, number: int) -> bool:
        """Tell whether a point has other sites than the point before."""
        return number == 0 or self.curve.best[number] != self.curve.best[number - 1]


def trace_risk_frontier(
    run: Run,
    scenarios: Sequence[Scenario],
    level: float,
    number: int,
    kept: KeptYears,
    options: ScenarioOptions | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> RiskFrontier:
    """Choose sites at weights of CVaR in equal steps from 0 to 1.

    Parameters
    ----------
    run : Run
        With a plan; its sites are one of the choices, and searches start from it.
    scenarios : sequence of Scenario
    level : float
        Of CVaR: the mean over the worst ``1 - level`` of the probability.
    number : int
        Weights, both ends included.
    kept : KeptYears
        Where plans are found and kept.
    options : ScenarioOptions, optional
        Of the search at each weight; its measure of risk is not used.
    tell : callable
        Called with what is being done.

    Returns
    -------
    RiskFrontier

    Raises
    ------
    InputError
        F509 where the run has no plan, F508 where no choice has a plan in every scenario.
    """
    asked, begun = options or ScenarioOptions(), time.perf_counter()
    with open_scenarios(run, scenarios, asked, tell) as network:
        keeping = KeptNetwork(network, kept)
        weights = np.linspace(0.0, 1.0, number).tolist()
        try:
            curve = trace_curve(keeping.years, level, weights, [network.base], asked.limits)
        except ValueError as error:
            raise InputError([Fault("F508", "scenarios.csv", detail=str(error))]) from None
    return RiskFrontier(
        run=run,
        scenarios=tuple(scenarios),
        curve=curve,
        base=network.base,
        years=tuple(network.tried[curve.choices[place]] for place in curve.best),
        audit_faults=network.faults,
        n_kept=keeping.n_kept,
        n_planned=keeping.n_planned,
        seconds=time.perf_counter() - begun,
    )
