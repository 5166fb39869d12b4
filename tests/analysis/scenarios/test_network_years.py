"""A year with given sites: all of them are paid for, also those that the year does not need."""

from __future__ import annotations

from itertools import product

import pytest

import fulfill
from fulfill.analysis.scenarios.network_years import (
    Effort,
    bound_with_sites,
    opened_sites,
    plan_alone,
    plan_with_sites,
)
from fulfill.analysis.scenarios.scenario_file import Scenario, of_scenario
from fulfill.inputs.overrides import parse_override
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.study.resolve import changed_model, with_sites_kept


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


@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_no_allocation_to_given_sites_costs_less_than_their_bound(method: str) -> None:
    run = fulfill.load("toy", "toy", method=method, gap=0.01).optimize()
    instance, effort = run.instance, Effort(1e-4, 10.0)
    scenario = Scenario(
        "dear", 1.0, (parse_override("network/sites[site-a].rent_usd_m2_month=60"),)
    )
    model = changed_model(of_scenario(run.study, scenario), run)
    alone = plan_alone(run, (scenario, None, None), effort)
    raised = 0
    for opened in product((False, True), repeat=len(instance.sites)):
        sites = tuple(
            (site, instance.sizes[0])
            for site, is_open in zip(instance.sites, opened, strict=True)
            if is_open
        )
        year = plan_with_sites(run, (scenario, alone, [sites]), effort)[0]
        bound, faults = bound_with_sites(run, (scenario, year, sites), effort)
        kept = with_sites_kept(model.instance, opened_sites(instance, sites))
        exact = solve_location(kept, LocationParams(gap=1e-9), "monolith").objective
        assert faults == ()
        assert 0.99 * exact < bound <= exact * (1 + 1e-9)
        assert bound <= year.cost * (1 + 1e-9)
        raised += bound > alone.bound * 1.01
    assert raised  # sites that are not the best of this year
