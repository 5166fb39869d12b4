"""The planner prints no bound that the auditor does not find."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest
from numba.core.dispatcher import Dispatcher

from conftest import study_of
from fulfill.audit.bound import audit_bound
from fulfill.inputs.problem import Problem
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.location.solve import COMPILERS, METHODS
from fulfill.model.certificate import whole
from fulfill.model.instance import LocationInstance
from fulfill.model.kernel_cache import PACKAGE
from fulfill.study.optimize import optimize, with_audited_bound
from instances import crowded_instance

Answered = tuple[LocationInstance, LocationSolution]


@pytest.fixture(scope="module")
def answered() -> Answered:
    compile_kernels()
    instance = crowded_instance(0)
    return instance, solve_decomposed(instance, LocationParams(gap=0.1, time_limit=3))


def test_the_auditors_bound_is_the_one_that_is_printed(answered: Answered) -> None:
    instance, solution = answered
    audited, faults = with_audited_bound(instance, solution)
    assert faults == ()
    assert audited.bound == audit_bound(instance, solution.certificate).bound
    assert audited.bound >= solution.bound * (1 - 1e-9)
    assert audited.decisions is solution.decisions


def test_a_method_that_claims_too_much_is_found_out(answered: Answered) -> None:
    instance, solution = answered
    true, _ = with_audited_bound(instance, solution)
    audited, faults = with_audited_bound(instance, replace(solution, bound=true.bound * (1 + 1e-8)))
    assert audited.bound == true.bound
    assert [fault.split(":")[0] for fault in faults] == ["bound"]


def test_a_certificate_that_is_none_is_found_out(answered: Answered) -> None:
    instance, solution = answered
    leaf = solution.certificate.leaves[0]
    false = replace(solution, certificate=whole(replace(leaf, carrier=leaf.carrier - 1.0)))
    assert with_audited_bound(instance, false)[1][0].startswith(
        "carrier: a multiplier in leaf 0 is negative"
    )


def test_a_solvers_bound_is_left_as_it_is() -> None:
    instance = crowded_instance(0)
    solution = solve_exact(instance, LocationParams(gap=0.01, time_limit=60))
    assert with_audited_bound(instance, solution) == (solution, ())


def test_a_bound_is_never_above_its_plan(answered: Answered) -> None:
    instance, solution = answered
    audited, _ = with_audited_bound(instance, replace(solution, objective=0.5 * solution.bound))
    assert audited.bound == 0.5 * solution.bound
    assert audited.status == "OPTIMAL"


def test_only_the_kernels_of_the_chosen_method_are_compiled(
    toy_problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    for name in COMPILERS:
        monkeypatch.setitem(COMPILERS, name, lambda name=name: compiled.append(name))
    monkeypatch.setattr("fulfill.location.solve.compile_once", lambda _, kernels: kernels())
    monkeypatch.setitem(METHODS, "decomposition", solve_exact)
    optimize(study_of(toy_problem, method="monolith"))
    assert compiled == []
    optimize(study_of(toy_problem, method="decomposition"))
    assert compiled == ["decomposition"]


def test_size_method_and_outcome_are_logged(
    toy_problem: Problem, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="fulfill.study.optimize"):
        outcome = optimize(study_of(toy_problem, method="monolith")).outcome
    size, method, result = (record.getMessage() for record in caplog.records)
    assert size.startswith(f"instance: {outcome.bound_of}, ")
    assert method == "method: monolith (requested: monolith)"
    assert result.startswith(
        f"status {outcome.status}, objective {outcome.objective:.2f} USD, "
        f"{outcome.bound_kind} bound {outcome.bound:.2f} USD, "
    )


def test_compilation_is_not_counted_in_the_seconds_of_a_plan(
    toy_problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fulfill.study.optimize.compile_method", lambda _: 1000.0)
    assert optimize(study_of(toy_problem, method="monolith")).plan.outcome.seconds < 0


def test_after_warming_up_nothing_is_left_to_compile() -> None:
    def compiled() -> dict[str, int]:
        names = [path.stem for path in (PACKAGE / "location" / "network").glob("*.py")]
        modules = [import_module(f"fulfill.location.network.{name}") for name in names]
        return {
            name: len(value.signatures)
            for module in modules
            for name, value in vars(module).items()
            if isinstance(value, Dispatcher)
        }

    COMPILERS["decomposition"]()
    before = compiled()
    solve_decomposed(crowded_instance(0), LocationParams(gap=0.1, time_limit=3))
    assert compiled() == before
