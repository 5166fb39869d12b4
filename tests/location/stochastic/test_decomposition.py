"""Two-stage location under risk against enumeration, its laws, and published values."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog

from fulfill.location.stochastic.binary_recourse import ProgramRecourse
from fulfill.location.stochastic.decomposition import (
    INFEASIBLE,
    LIMIT,
    OPTIMAL,
    StochasticSolution,
    solve_two_stages,
)
from fulfill.location.stochastic.site_sets import MOST_SITES, SiteSets
from fulfill.location.stochastic.transport import Transport
from fulfill.model.risk import CVAR, REGRET, RiskMeasure
from fulfill.model.smps import read_smps
from fulfill.model.stochastic_instances import StochasticLocation, sampled_demand

BENCH = Path(__file__).parents[4] / "shared" / "bench"
EXPECTED = RiskMeasure()
GAP = 1e-6


def random_location(seed: int, n_scenarios: int = 4) -> StochasticLocation:
    """Five sites and seven customers, whose scenarios are not equally likely."""
    rng = np.random.default_rng(seed)
    demand = rng.uniform(0.0, 10.0, (n_scenarios, 7))
    demand[0, 0] = 0.0
    chance = rng.uniform(0.5, 1.5, n_scenarios)
    most = float(demand.sum(axis=1).max())
    return StochasticLocation(
        fixed=rng.uniform(20.0, 60.0, 5),
        capacity=rng.uniform(0.3, 0.8, 5) * most,
        unit_usd=rng.uniform(1.0, 12.0, (5, 7)),
        demand=demand,
        probability=chance / chance.sum(),
        required=most,
    )


def transport_usd(given: StochasticLocation, rows: list[int], demand: np.ndarray) -> float:
    """The least cost of one scenario, by HiGHS."""
    customers = demand.shape[0]
    found = linprog(
        given.unit_usd[rows].ravel(),
        A_ub=np.kron(np.eye(len(rows)), np.ones(customers)),
        b_ub=given.capacity[rows],
        A_eq=np.kron(np.ones(len(rows)), np.eye(customers)),
        b_eq=demand,
    )
    return float(found.fun)


def enumerated(given: StochasticLocation, risk: RiskMeasure) -> float:
    """The optimum by trying every choice of sites."""
    best = np.inf
    n_sites = len(given.fixed)
    for number in range(1, n_sites + 1):
        for rows in map(list, itertools.combinations(range(n_sites), number)):
            if given.capacity[rows].sum() >= given.required:
                costs = [transport_usd(given, rows, demand) for demand in given.demand]
                usd = given.fixed[rows].sum() + risk.value(costs, given.probability)
                best = min(best, usd)
    return best


def solved(given: StochasticLocation, risk: RiskMeasure = EXPECTED) -> StochasticSolution:
    return solve_two_stages(Transport(given), risk, GAP)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "risk", [EXPECTED, RiskMeasure(CVAR, 0.6, 1.0), RiskMeasure(CVAR, 0.8, 0.5)]
)
def test_the_optimum_is_that_of_enumeration(seed: int, risk: RiskMeasure) -> None:
    given = random_location(seed)
    best = enumerated(given, risk)
    answer = solved(given, risk)
    assert answer.status == OPTIMAL
    assert answer.objective == pytest.approx(best, rel=2e-6)
    assert answer.bound <= best * (1.0 + 1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_a_tail_costs_at_least_the_expectation(seed: int) -> None:
    given = random_location(seed, n_scenarios=12)
    values = [
        solved(given, RiskMeasure(CVAR, level, 1.0)).objective for level in (0.0, 0.3, 0.6, 0.9)
    ]
    assert values[0] == pytest.approx(solved(given).objective, rel=2e-6)
    assert all(low <= high * (1.0 + GAP) for low, high in itertools.pairwise(values))


def test_one_scenario_is_the_deterministic_problem() -> None:
    given = random_location(7, n_scenarios=1)
    answer = solved(given, RiskMeasure(CVAR, 0.9, 1.0))
    assert answer.objective == pytest.approx(enumerated(given, EXPECTED), rel=2e-6)


def test_the_cuts_hold_at_every_choice() -> None:
    given = random_location(3)
    transport = Transport(given)
    weights = np.array([0.1, 0.4, 0.0, 0.5])
    found = transport.relax(np.ones(5, bool))
    cut = transport.cut(found.duals, weights)
    for rows in map(list, itertools.combinations(range(5), 4)):
        costs = np.array([transport_usd(given, rows, demand) for demand in given.demand])
        assert cut.constant + cut.slope[rows].sum() <= weights @ costs + 1e-6
    assert cut.constant + cut.slope.sum() == pytest.approx(weights @ found.upper, rel=1e-6)


def test_the_same_sample_gives_the_same_answer() -> None:
    given = random_location(5)
    assert solved(given) == solved(given)


def test_a_required_capacity_that_all_sites_lack_is_infeasible() -> None:
    given = random_location(1)
    answer = solved(replace(given, required=float(given.capacity.sum()) + 1.0))
    assert answer.status == INFEASIBLE
    assert answer.opened == ()


def test_without_time_the_bound_stays_below_the_plan() -> None:
    given = random_location(2)
    answer = solve_two_stages(Transport(given), EXPECTED, GAP, time_limit=0.0)
    assert answer.status == LIMIT
    assert answer.bound < answer.objective < np.inf


def test_regret_and_too_many_sites_are_refused() -> None:
    with pytest.raises(ValueError, match="regret"):
        solved(random_location(0), RiskMeasure(REGRET))
    with pytest.raises(ValueError, match="enumerated"):
        SiteSets(MOST_SITES + 1)


def test_a_published_cvar_value() -> None:
    path = BENCH / "cflp" / "orlib" / "cap43.txt"
    if not path.is_file():
        pytest.skip("the OR-Library files are not beside this checkout")
    given = sampled_demand(path, 100, 2)
    answer = solve_two_stages(Transport(given), RiskMeasure(CVAR, 0.9, 1.0), 1e-4)
    assert answer.status == OPTIMAL
    assert answer.bound <= 643675.941 + 0.01 <= answer.objective * (1.0 + 1e-7) + 0.01
    assert answer.objective <= 643675.941 * (1.0 + 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("sslp_5_25_50", -121.60), ("sslp_10_50_50", -364.64)])
def test_a_published_sslp_value(name: str, value: float) -> None:
    path = BENCH / "stoch" / "sslp" / f"{name}.cor"
    if not path.is_file():
        pytest.skip("the SIPLIB files are not beside this checkout")
    answer = solve_two_stages(ProgramRecourse(read_smps(path)), EXPECTED, GAP)
    assert answer.status == OPTIMAL
    assert answer.objective == pytest.approx(value, abs=1e-6)
