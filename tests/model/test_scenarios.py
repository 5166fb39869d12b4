"""Scenarios: periods copied so that the optimum has the least expected cost of one choice."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from fulfill.audit.plan import audit_plan
from fulfill.inputs.problem import Problem
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.solution import LocationParams
from fulfill.model.instance import LocationInstance
from fulfill.model.scenarios import Scenario, with_scenarios
from fulfill.study.run import build_model
from fulfill.study.study import PlanOptions
from instances import tiny_instance, without_safety

EXACT = LocationParams(gap=1e-9, time_limit=60.0)
LOW, HIGH = Scenario("low", 0.5, 0.4, mail=0.5), Scenario("high", 0.5, 1.6, throughput=0.9)


@pytest.fixture
def toy(toy_problem: Problem) -> LocationInstance:
    """The toy with two products, two periods, stock that pools, gateways and mail."""
    return build_model(toy_problem, PlanOptions()).instance


@pytest.fixture
def tight() -> LocationInstance:
    """Two expensive sites, too small for all of a good year, and scarce mail.

    Without safety stock the MIP is exact.
    """
    instance = tiny_instance()
    assert instance.stock is not None
    nothing = without_safety(len(instance.sites), len(instance.products))
    return replace(
        instance,
        stock=replace(instance.stock, safety=nothing),
        fixed_usd=instance.fixed_usd * np.array([10.0, 17.0]),
        capacity=instance.capacity * np.array([1.0, 1.8])[None, :, None, None],
        mail=replace(instance.mail, capacity_kg=np.full_like(instance.mail.capacity_kg, 150.0)),
        unserved_usd=np.full_like(instance.unserved_usd, 4.0),
    )


def optimum(instance: LocationInstance) -> float:
    return solve_exact(instance, EXACT).objective


def test_one_sure_scenario_changes_nothing(toy: LocationInstance) -> None:
    same = with_scenarios(toy, [Scenario("sure", 1.0)])
    assert_same(same, toy, "instance")


def assert_same(one: object, other: object, name: str) -> None:
    """Compare arrays, blocks of arrays and names, field by field."""
    if is_dataclass(one) and not isinstance(one, type):
        for field in fields(one):
            pair = getattr(one, field.name), getattr(other, field.name)
            assert_same(*pair, f"{name}.{field.name}")
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key], f"{name}[{key}]")
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, err_msg=name)
    else:
        assert one == other, name


@pytest.mark.parametrize("chances", [(0.5, 0.5), (0.2, 0.3, 0.5)])
def test_equal_scenarios_give_the_optimum_of_one(
    toy: LocationInstance, chances: tuple[float, ...]
) -> None:
    several = with_scenarios(toy, [Scenario(str(chance), chance) for chance in chances])
    assert optimum(several) == pytest.approx(optimum(toy), rel=1e-7)


def test_the_plan_of_scenarios_is_audited_and_both_methods_agree(toy: LocationInstance) -> None:
    several = with_scenarios(toy, [LOW, HIGH])
    exact, found = solve_exact(several, EXACT), solve_decomposed(several, replace(EXACT, gap=0.01))
    for answer in (exact, found):
        assert answer.decisions is not None
        assert audit_plan(several, answer.decisions, answer.objective).clean
    assert found.bound <= exact.objective * (1 + 1e-9)
    assert exact.bound <= found.objective * (1 + 1e-9)


def test_wait_and_see_is_below_two_stages_and_these_are_below_the_design_for_the_mean(
    tight: LocationInstance,
) -> None:
    scenarios = [LOW, HIGH]
    alone = [optimum(with_scenarios(tight, [replace(one, probability=1.0)])) for one in scenarios]
    wait_and_see = sum(one.probability * cost for one, cost in zip(scenarios, alone, strict=True))
    whole = with_scenarios(tight, scenarios)
    two_stages = optimum(whole)
    mean = Scenario("mean", 1.0, 1.0, throughput=0.95, mail=0.75)
    design = solve_exact(with_scenarios(tight, [mean]), EXACT).decisions
    assert design is not None
    closed = tuple(int(i) for i in np.flatnonzero(~design.opened.any(axis=1)))
    given = replace(
        whole,
        fixed_usd=np.where(design.opened > 0.5, whole.fixed_usd, np.inf),
        limits=replace(
            whole.limits,
            opened=tuple(np.flatnonzero(design.opened.any(axis=1)).tolist()),
            closed=closed,
        ),
    )
    assert wait_and_see < two_stages - 1.0
    assert two_stages < optimum(given) - 1.0


def test_reach_covers_the_expected_demand(toy: LocationInstance) -> None:
    grown = with_scenarios(toy, [replace(LOW, demand=1.2), replace(HIGH, demand=3.0)])
    assert toy.stock is not None
    assert grown.stock is not None
    np.testing.assert_allclose(grown.stock.safety.reach, 2.1 * toy.stock.safety.reach)


@pytest.mark.parametrize("chances", [(), (0.5,), (0.5, 0.6), (1.5, -0.5), (1.0, 0.0)])
def test_chances_that_are_none_are_refused(
    toy: LocationInstance, chances: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        with_scenarios(toy, [Scenario(str(chance), chance) for chance in chances])
