"""A year with given sites: all of them are paid for, also those that the year does not need."""

from __future__ import annotations

import pytest

import fulfill
from fulfill.analysis.scenarios.network_years import Effort, plan_alone, plan_with_sites
from fulfill.analysis.scenarios.scenario_file import Scenario


def test_a_site_that_a_year_does_not_need_is_paid_for() -> None:
    run = fulfill.load("toy", "toy", method="decomposition", gap=0.01).optimize()
    instance = run.instance
    planned = tuple(sorted(zip(run.sites["site_id"], run.sites["size"], strict=True)))
    others = [site for site in instance.sites if site not in dict(planned)]
    more = tuple(sorted([*planned, (others[0], instance.sizes[0])]))
    scenario, effort = Scenario("as planned", 1.0), Effort(0.01, 10.0)
    alone = plan_alone(run, (scenario, None, None), effort)
    few, many = plan_with_sites(run, (scenario, alone, [planned, more]), effort)
    assert few.faults == many.faults == ()
    assert many.sites == more
    paid = instance.fixed_usd[instance.sites.index(others[0]), 0]
    assert few.cost < many.cost <= few.cost + paid + 0.01
    assert many.cost == pytest.approx(few.cost + paid, rel=0.2)
