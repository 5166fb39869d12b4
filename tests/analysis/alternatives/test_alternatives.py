"""Plans of nearly the cost of a run that differ in sites."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from fulfill.analysis.alternatives.alternative_plans import CRITERIA, alternatives, summary
from fulfill.inputs.faults import InputError
from fulfill.location.pricing import price
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load


@pytest.fixture(scope="module")
def small() -> Run:
    """The embedded network with few zones."""
    return optimize(
        load("mexico-us-border", "mexico-2026", resolution=20, gap=0.02, method="decomposition")
    )


@pytest.mark.slow
def test_alternatives_differ_in_two_sites_and_stay_within(small: Run) -> None:
    found = alternatives(small, number=3, within=0.02, workers=1)
    assert len(found.plans) == 3
    limit = small.outcome.objective * 1.02
    sets = [set(small.sites["site_id"])]
    for plan in found.plans:
        assert small.outcome.bound <= plan.objective <= limit
        sets.append({site for site, _ in plan.open_sites})
    assert all(len(a ^ b) >= 2 for a, b in combinations(sets, 2))
    assert set(found.shared) == set.intersection(*sets)
    costs = [plan.objective for plan in found.plans]
    assert costs == sorted(costs)
    for plan in found.plans:
        for name in plan.better_at:
            gain = plan.figures[name] - found.itself.figures[name]
            assert gain > 0 if name == "rural_share_within_5_days" else gain < 0
        assert set(plan.figures) == set(CRITERIA)
        assert plan.figures["worst_cost_usd"] >= plan.objective - 1e-6
    said = summary(found)
    assert list(said["plans"][0])[:4] == ["objective", "bound", "open_sites", "better_at"]
    assert found.table["above_run_usd"].iloc[0] == 0


@pytest.mark.slow
def test_too_few_plans_are_said(planned: Run) -> None:
    run = optimize(load("toy", "toy", gap=0.0, method="decomposition"))
    found = alternatives(run, number=4, within=0.5, workers=1)
    assert [{site for site, _ in plan.open_sites} for plan in found.plans] == [{"site-b"}]
    assert found.verdict.startswith("1 of 4 plans")
    locked = optimize(load("toy", "toy", gap=0.0, closed=("site-a",)))
    assert found.plans[0].objective >= locked.outcome.bound - 0.01
    assert found.itself.objective == pytest.approx(planned.outcome.objective)
    assert np.isfinite(price(run.instance, run.decisions))


def test_what_cannot_be_asked_is_refused(planned: Run) -> None:
    with pytest.raises(InputError) as caught:
        alternatives(replace(planned, warm_start=None), number=0, within=0.0)
    assert [fault.code for fault in caught.value.faults] == ["F309", "F309", "F349"]
