"""One choice of sites for several possible years of a network, with a bound.

Sites and their sizes are chosen before it is known which year comes; what is sent where adapts to
it. What the choice costs in each year, and what choosing with or without knowing the year is worth,
is told as intervals, as every plan is within a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from fulfill.analysis.scenarios.decomposition import (
    Alone,
    Design,
    DesignLimits,
    Years,
    one_for_all,
)
from fulfill.analysis.scenarios.near_choices import near_choices
from fulfill.analysis.scenarios.network_years import (
    Effort,
    Sites,
    Year,
    bound_with_sites,
    forget_models,
    opened_sites,
    plan_alone,
    plan_with_sites,
    sites_of,
)
from fulfill.analysis.scenarios.scenario_file import Scenario
from fulfill.inputs.faults import Fault, InputError
from fulfill.model.arrays import Array
from fulfill.model.risk import EXPECTED, RiskMeasure
from fulfill.study.executor import Executor
from fulfill.study.run import Run

SHOWN = 0.5
"""Share of what sites may cost more than others at which the search for a bound on them ends."""


@dataclass(frozen=True)
class ScenarioOptions:
    """How one choice is searched for.

    Attributes
    ----------
    risk : RiskMeasure
    most : int
        Choices of sites that are tried at a time.
    moves : int
        Times that choices near the best one are tried after each round.
    rounds : int
        Times that every scenario is planned by itself; from the second on with prices of sites.
    gap : float
        Relative gap at which each search ends, and the search for the choice.
    seconds : float
        Processor time of each search at most.
    workers : int or None
        Processes; as many as there are cores by default, 0 for none but this one.
    """

    risk: RiskMeasure = field(default_factory=RiskMeasure)
    most: int = 4
    moves: int = 1
    rounds: int = 1
    gap: float = 0.005
    seconds: float = 8.0
    workers: int | None = None

    @property
    def limits(self) -> DesignLimits:
        """Where the search for one choice ends."""
        return DesignLimits(self.gap, self.most, self.moves, self.rounds)


@dataclass(frozen=True, eq=False)
class PlanForScenarios:
    """One choice of sites for several years.

    Attributes
    ----------
    run : Run
        The plan of the figures of the tables.
    scenarios : tuple of Scenario
    risk : RiskMeasure
    design : Design of Sites
    years : tuple of Year
        Each scenario with the chosen sites.
    alone : tuple of Year
        Each scenario by itself.
    base : tuple of Year
        Each scenario with the sites of the run.
    base_bounds : (S,)
        What each scenario costs at least with the sites of the run, USD.
    faults : tuple of str
        What the audits of all plans found.
    """

    run: Run
    scenarios: tuple[Scenario, ...]
    risk: RiskMeasure
    design: Design[Sites]
    years: tuple[Year, ...]
    alone: tuple[Year, ...]
    base: tuple[Year, ...]
    base_bounds: Array
    faults: tuple[str, ...]

    @property
    def probability(self) -> Array:
        """Probabilities of the scenarios, (S,)."""
        return np.array([one.probability for one in self.scenarios])

    @property
    def best_usd(self) -> Array:
        """Cost of the best plan found of each scenario, whatever it was found for, (S,)."""
        alone = np.array([year.cost for year in self.alone])
        least: Array = np.minimum(alone, self.design.costs.min(axis=0))
        return least

    @property
    def expected_usd(self) -> float:
        """Expected cost of the chosen sites."""
        return float(self.probability @ [year.cost for year in self.years])

    @property
    def perfect_information_usd(self) -> tuple[float, float]:
        """What knowing the year before choosing saves on average, at least and at most.

        The expected cost of the best choice, less the expected cost of the best plan of each year
        (EVPI; Raiffa, Schlaifer 1961).
        """
        chance = self.probability
        bounds = float(chance @ [year.bound for year in self.alone])
        least = self.design.bound if self.risk.kind == EXPECTED else bounds
        most = float((self.design.costs @ chance).min())
        return max(least - float(chance @ self.best_usd), 0.0), max(most - bounds, 0.0)

    @property
    def stochastic_solution_usd(self) -> tuple[float, float] | None:
        """What choosing for all years saves against the sites of the run, at least and at most.

        The expected cost of the sites of the run less that of the best choice (VSS; Birge 1982,
        doi 10.1007/BF01585113). None where not the expected cost was minimised, or where the sites
        of the run have no plan in a scenario.
        """
        before = float(self.probability @ [year.cost for year in self.base])
        if self.risk.kind != EXPECTED or not np.isfinite(before):
            return None
        least = float(self.probability @ self.base_bounds) - self.design.value
        return max(least, 0.0), max(before - self.design.bound, 0.0)


def plan_for_scenarios(
    run: Run,
    scenarios: Sequence[Scenario],
    options: ScenarioOptions | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> PlanForScenarios:
    """Choose sites once for several possible years.

    Parameters
    ----------
    run : Run
        With a plan; its sites are one of the choices, and searches start from it.
    scenarios : sequence of Scenario
    options : ScenarioOptions, optional
    tell : callable
        Called with what is being done.

    Returns
    -------
    PlanForScenarios

    Raises
    ------
    InputError
        F509 where the run has no plan, F508 where no choice has a plan in every scenario.
    """
    asked = options or ScenarioOptions()
    with open_scenarios(run, scenarios, asked, tell) as network:
        try:
            design = one_for_all(network.years, asked.risk, [network.base], asked.limits)
        except ValueError as error:
            raise InputError([Fault("F508", "scenarios.csv", detail=str(error))]) from None
        least = [year.bound for year in network.first]
        if asked.risk.kind == EXPECTED and design.choice != network.base:
            least = network.bounds(network.base, design.value)
    return PlanForScenarios(
        run=run,
        scenarios=tuple(scenarios),
        risk=asked.risk,
        design=design,
        years=network.tried[design.choice],
        alone=network.first,
        base=network.tried[network.base],
        base_bounds=np.array(least),
        faults=network.faults,
    )


@contextmanager
def open_scenarios(
    run: Run,
    scenarios: Sequence[Scenario],
    options: ScenarioOptions,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[ScenarioNetwork]:
    """Open processes that plan scenarios.

    Parameters
    ----------
    run, scenarios, options, tell
        See `plan_for_scenarios`.

    Yields
    ------
    ScenarioNetwork

    Raises
    ------
    InputError
        F509 where the run has no plan, or where there is no scenario.
    """
    if run.decisions is None or not scenarios:
        raise InputError([Fault("F509", "RUN", detail=run.outcome.status)])
    effort = Effort(options.gap, options.seconds)
    with Executor(run, options.workers) as executor:
        try:
            yield ScenarioNetwork(run, executor, tuple(scenarios), effort, tell)
        finally:
            forget_models()


class ScenarioNetwork:
    """Answers about the scenarios of a network (mutable: it keeps what was planned).

    Parameters
    ----------
    run : Run
        With a plan.
    executor : Executor
        Of the run.
    scenarios : tuple of Scenario
    effort : Effort
    tell : callable
        Called with what is being done.

    Attributes
    ----------
    base : Sites
        Those of the run.
    first, latest : sequence of Year
        Each scenario by itself, at no prices and at the latest ones.
    tried : dict of Sites to tuple of Year
        Each scenario with each choice that was tried.
    faults : tuple of str
        What the audits of all plans found.
    """

    def __init__(
        self,
        run: Run,
        executor: Executor,
        scenarios: tuple[Scenario, ...],
        effort: Effort,
        tell: Callable[[str], None],
    ) -> None:
        self.executor, self.scenarios, self.effort, self.tell = executor, scenarios, effort, tell
        self.instance = run.model.instance
        self.base: Sites = tuple(sorted(zip(run.sites["site_id"], run.sites["size"], strict=True)))
        self.first: tuple[Year, ...] = ()
        self.latest: list[Year] = []
        self.tried: dict[Sites, tuple[Year, ...]] = {}
        self.faults: tuple[str, ...] = ()

    @property
    def years(self) -> Years[Sites]:
        """What the search for one choice asks."""
        return Years(
            probability=np.array([one.probability for one in self.scenarios]),
            opened=self.opened,
            alone=self.alone,
            costs=self.costs,
            near=self.near,
        )

    def opened(self, sites: Sites) -> Array:
        """Return a choice as numbers of sites by size, in one row."""
        return opened_sites(self.instance, sites).ravel()

    def near(self, sites: Sites, usual: Array) -> list[Sites]:
        """Return choices that differ by a site or two."""
        shape = self.instance.fixed_usd.shape
        found = near_choices(opened_sites(self.instance, sites), usual.reshape(shape))
        return [sites_of(self.instance, opened) for opened in found]

    def alone(self, prices: Array | None) -> list[Alone[Sites]]:
        """Plan each scenario by itself."""
        self.tell(f"{len(self.scenarios)} scenarios, each by itself")
        starts = [year.start for year in self.latest] or [None] * len(self.scenarios)
        shape = (len(self.scenarios), *self.instance.fixed_usd.shape)
        priced = [None] * len(self.scenarios) if prices is None else list(prices.reshape(shape))
        questions = list(zip(self.scenarios, priced, starts, strict=True))
        found = list(self.executor.each(partial(plan_alone, effort=self.effort), questions))
        unplanned = [
            Fault("F508", "scenarios.csv", value=one.name, detail="no plan was found")
            for one, year in zip(self.scenarios, found, strict=True)
            if not np.isfinite(year.cost)
        ]
        if unplanned:
            raise InputError(unplanned)
        return self.take_alone(found)

    def take_alone(self, found: list[Year]) -> list[Alone[Sites]]:
        """Keep each scenario by itself; later searches start from there."""
        self._note(found)
        self.first, self.latest = self.first or tuple(found), found
        return [Alone(year.sites, year.cost, year.bound) for year in found]

    def costs(self, choices: Sequence[Sites]) -> Array:
        """Plan every scenario with each of some choices."""
        self.tell(f"{len(choices)} choices of sites in {len(self.scenarios)} scenarios")
        questions = [
            (one, year, choices) for one, year in zip(self.scenarios, self.latest, strict=True)
        ]
        task = partial(plan_with_sites, effort=self.effort)
        by_scenario = list(self.executor.each(task, questions))
        for number, choice in enumerate(choices):
            self.take(choice, tuple(years[number] for years in by_scenario))
        return np.array([[year.cost for year in self.tried[choice]] for choice in choices])

    def bounds(self, choice: Sites, value: float) -> list[float]:
        """Bound each scenario with a choice from below, to show what it costs more than a value.

        The most probable scenario comes first. The others keep the bound on all choices where the
        average could not be shown to be more than the value whatever their bounds were.

        Parameters
        ----------
        choice : Sites
            That was tried.
        value : float
            USD, on average.

        Returns
        -------
        list of float
            USD a year.
        """
        chance, years = self.years.probability, self.tried[choice]
        costs = np.array([year.cost for year in years])
        bounds, most = np.array([year.bound for year in self.first]), costs.copy()
        gap = SHOWN * (float(chance @ costs) - value) / max(abs(value), 1e-9)
        task = partial(bound_with_sites, effort=replace(self.effort, gap=gap))
        order = np.argsort(-chance, kind="stable")
        for part in (order[:1], order[1:]):
            if not value < float(chance @ most) < np.inf:
                break
            self.tell(f"{len(part)} of {len(costs)} scenarios bounded with the sites of the run")
            asked = [(self.scenarios[one], years[one], choice) for one in part]
            found = list(self.executor.each(task, asked))
            proven = [bound for bound, _ in found]
            bounds[part] = most[part] = np.clip(proven, bounds[part], costs[part])
            self._keep_faults(fault for _, faults in found for fault in faults)
        return [float(bound) for bound in bounds]

    def take(self, choice: Sites, years: tuple[Year, ...]) -> None:
        """Keep each scenario with a choice."""
        self._note(years)
        self.tried[choice] = years

    def _note(self, years: Sequence[Year]) -> None:
        """Keep what audits found."""
        self._keep_faults(fault for year in years for fault in year.faults)

    def _keep_faults(self, found: Iterable[str]) -> None:
        """Keep faults, each once."""
        self.faults = tuple(dict.fromkeys([*self.faults, *found]))
