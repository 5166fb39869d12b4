"""Without a route in, nothing leaves a site: MIP, decomposition, auditor and bound agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.cflp.capacitated import is_capacitated
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.lane_costs import mean_cost
from fulfill.location.network.relaxation import inbound_price
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.instance import Inbound, LocationInstance, leaving_orders
from fulfill.model.multipliers import zero_multipliers
from fulfill.model.public_instances import Published, to_instance
from instances import crowded_instance, seeds, within, without_routes

Cut = Callable[[LocationInstance], LocationInstance]
Method = Callable[[LocationInstance, LocationParams], LocationSolution]


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the kernels outside any limit."""
    compile_kernels()


NO_ROUTES = Inbound(
    gateways=(),
    origins=(),
    route_site=np.zeros(0, np.int64),
    route_origin=np.zeros(0, np.int64),
    route_gateway=np.zeros(0, np.int64),
    route_crossing=np.zeros(0, np.int64),
    route_usd=np.zeros((0, 1, 1)),
    route_co2=np.zeros(0),
    gateway_m3=np.zeros((0, 1)),
    origin_m3=np.zeros((0, 1)),
    origin_min_m3=np.zeros(0),
    origin_fixed_usd=np.zeros(0),
    landing=np.eye(1),
)
"""Of one product and period: nothing can be brought in."""


def dear(where: tuple[object, ...]) -> Cut:
    """Routes that stand in the table, but not for these routes, products or periods."""

    def cut(instance: LocationInstance) -> LocationInstance:
        usd = instance.required_inbound.route_usd.copy()
        usd[where] = np.inf
        return within(instance, "inbound", route_usd=usd)

    return cut


def unlimited(seed: int) -> LocationInstance:
    """Relax choice, service and mail in the crowded instance, so that supply alone decides."""
    instance = crowded_instance(seed)
    limits = replace(instance.limits, targets=(), co2_kg=np.inf, max_gateway_share=1.0)
    plenty = np.full_like(instance.mail.capacity_kg, 1e6)
    return within(replace(instance, limits=limits), "mail", capacity_kg=plenty)


CUTS: dict[str, tuple[Cut, tuple[object, ...]]] = {
    # how routes are cut, and what of (site, product, period) then has no supply
    "no route at all": (without_routes, (slice(None), slice(None), slice(None))),
    "no route with a price": (dear((slice(None),)), (slice(None), slice(None), slice(None))),
    "a site without routes": (dear((slice(0, 3),)), (0, slice(None), slice(None))),
    "a product that nothing brings": (dear((slice(None), 1)), (slice(None), 1, slice(None))),
    "a site and product": (dear((slice(3, 6), 0)), (1, 0, slice(None))),
    "a product in one period": (dear((slice(6, 9), 1, 0)), (2, 1, 0)),
}


@pytest.mark.parametrize("name", CUTS)
def test_what_no_route_brings_leaves_no_site_by_either_method_and_the_bound_agrees(
    name: str,
) -> None:
    cut, nothing = CUTS[name]
    instance = cut(unlimited(1))
    exact = solve_exact(instance, LocationParams(gap=1e-6, time_limit=60))
    found = solve_decomposed(instance, LocationParams(gap=0.02, time_limit=5))
    for solution in (exact, found):
        assert solution.decisions is not None
        assert not leaving_orders(instance, solution.decisions)[nothing].any()
        assert audit_plan(instance, solution.decisions, solution.objective).clean
    assert found.certificate is not None
    proven = audit_bound(instance, found.certificate)
    assert proven.faults == ()
    assert proven.bound <= exact.objective * (1 + 1e-9)
    assert proven.bound >= 0.9 * exact.objective, (proven.bound, exact.objective)


@pytest.mark.parametrize("seed", seeds(3))
@pytest.mark.parametrize("method", [solve_exact, solve_decomposed])
def test_without_a_route_nothing_is_opened_and_only_mail_is_left(method: Method, seed: int) -> None:
    instance = without_routes(unlimited(seed))
    solution = method(instance, LocationParams(gap=1e-6, time_limit=5))
    assert solution.decisions is not None
    assert not solution.decisions.opened.any()
    assert (instance.lane_site[solution.decisions.lane] == -1).all()
    closed = replace(instance, limits=replace(instance.limits, closed=(0, 1, 2)))
    alone = solve_exact(closed, LocationParams(gap=1e-6, time_limit=60)).objective
    assert solution.objective == pytest.approx(alone, rel=1e-6)
    assert solution.bound <= alone * (1 + 1e-9)


@pytest.mark.parametrize("seed", seeds(3))
def test_free_inbound_is_a_statement_and_makes_a_plan_cheaper_than_any_route(seed: int) -> None:
    priced = unlimited(seed)
    free = replace(priced, inbound=None)
    params = LocationParams(gap=1e-6, time_limit=60)
    cheap, dear_one = solve_exact(free, params), solve_exact(priced, params)
    assert cheap.decisions is not None
    assert cheap.decisions.opened.any()
    assert cheap.objective < dear_one.objective
    assert audit_plan(free, cheap.decisions, cheap.objective).clean
    found = solve_decomposed(free, LocationParams(gap=0.02, time_limit=5))
    assert found.certificate is not None
    assert audit_bound(free, found.certificate).bound <= cheap.objective * (1 + 1e-9)


def test_free_inbound_is_never_meant_by_leaving_it_out() -> None:
    instance = crowded_instance(0)
    given = {field.name: getattr(instance, field.name) for field in fields(instance)}
    del given["inbound"]
    with pytest.raises(TypeError, match="inbound"):
        LocationInstance(**given)


def test_a_public_instance_says_that_inbound_is_free_and_is_none_of_theirs_without() -> None:
    one = np.ones(2)
    instance = to_instance(Published("orlib", 5 * one, one, one, np.ones((2, 2))))
    assert instance.inbound is None
    assert is_capacitated(instance)
    unsupplied = replace(instance, inbound=NO_ROUTES)
    assert not is_capacitated(unsupplied)
    shut = solve_exact(unsupplied, LocationParams(gap=0.0, time_limit=10))
    assert shut.status == "INFEASIBLE"


@pytest.mark.parametrize(
    "name", ["no route at all", "no route with a price", "a site without routes"]
)
def test_inbound_is_infinite_where_no_route_is_and_such_lanes_cost_infinity(name: str) -> None:
    cut, nothing = CUTS[name]
    instance = cut(unlimited(0))
    price, _ = inbound_price(instance, zero_multipliers(instance.axis_sizes))
    assert np.isinf(price[nothing]).all()
    sites = np.unique(np.atleast_1d(np.arange(3)[nothing[0]]))
    unsupplied = np.isin(instance.lane_site, sites)
    assert (np.isinf(mean_cost(instance)) == unsupplied).all()
