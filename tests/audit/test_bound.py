"""The audited bound: below every plan for any multipliers, tight for good ones, fully checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfill.audit.bound import audit_bound
from fulfill.audit.plan import audit_plan
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.network.warmup import compile_kernels
from fulfill.location.solution import LocationParams, LocationSolution
from fulfill.model.certificate import NO, YES, Certificate, Leaf, whole
from fulfill.model.instance import LocationInstance
from fulfill.model.site_rules import SiteRule
from instances import crowded_instance, with_flow_limits

SEEDS = range(3)
RULES = (
    SiteRule("one of two", "at_most", (0, 1), 1),
    SiteRule("one", "at_least", (1, 2), 1),
    SiteRule("this only if that", "only_if", (2,), 1, (0,)),
)


@pytest.fixture(scope="module")
def solved() -> list[tuple[LocationInstance, LocationSolution, LocationSolution]]:
    """Crowded instances with limits of flows, answered exactly and by the decomposition."""
    compile_kernels()
    found = []
    for seed in SEEDS:
        instance = crowded_instance(seed)
        instance = replace(instance, limits=replace(instance.limits, rules=RULES))
        instance = with_flow_limits(instance, seed)
        exact = solve_exact(instance, LocationParams(gap=1e-6, time_limit=60))
        found.append(
            (instance, exact, solve_decomposed(instance, LocationParams(gap=0.05, time_limit=3)))
        )
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_certificate_proves_what_the_method_claims_and_no_more_than_the_optimum(
    solved: list, seed: int
) -> None:
    instance, exact, found = solved[seed]
    assert audit_plan(instance, exact.decisions, exact.objective).clean
    finding = audit_bound(instance, found.certificate)
    assert finding.faults == ()
    assert finding.bound >= found.bound - 1e-9 * abs(found.bound)
    assert 0.8 * exact.objective < finding.bound <= exact.objective
    assert 0 < finding.rounding < 1e-9 * finding.bound


def any_leaf(instance: LocationInstance, seed: int, scale: float) -> Leaf:
    """Multipliers drawn at random, of the right signs; none for rows without a limit."""
    rng = np.random.default_rng(seed)
    zones, products, periods = instance.shape
    sites = len(instance.sites)

    def drawn(*shape: int, upto: float = 1.0) -> np.ndarray:
        return np.asarray(
            scale * upto * rng.uniform(0, 1, shape) * (rng.uniform(0, 1, shape) < rng.uniform(0, 1))
        )

    breaks = np.sort(rng.uniform(0, 1, (sites, products, 5)), axis=2)
    share = np.concatenate(
        [np.zeros((sites, products, 1)), breaks, np.ones((sites, products, 1))], axis=2
    )
    assert instance.stock is not None
    assert instance.flow_limits is not None
    return Leaf(
        cell=rng.normal(0, 15, instance.shape),
        stocking=drawn(zones, products, 2),
        gateway=drawn(2, periods, upto=50),
        origin=drawn(2, periods, upto=50) * np.array([[0.0], [1.0]]),
        share=drawn(2, upto=50),
        mail=drawn(2, periods),
        carrier=drawn(2, periods),
        storage=drawn(sites, periods, upto=20),
        service=drawn(1, upto=3),
        co2=drawn(),
        budget=drawn(upto=0.2),
        rules=drawn(len(instance.limits.rules), upto=2000),
        flow=drawn(len(instance.flow_limits.names), periods, upto=5),
        throughput=rng.normal(2, 2 * scale, (sites, len(instance.sizes), periods)),
        breakpoints=share * instance.stock.safety.reach[:, :, None] * (1 + scale),
    )


@settings(max_examples=60)
@given(
    which=st.sampled_from(SEEDS),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
)
def test_no_multipliers_whatever_prove_more_than_a_plan_costs(
    solved: list, which: int, seed: int, scale: float
) -> None:
    instance, exact, _ = solved[which]
    finding = audit_bound(instance, whole(any_leaf(instance, seed, scale)))
    assert finding.faults == ()
    assert np.isfinite(finding.bound)
    assert finding.bound <= exact.objective


def test_the_order_of_the_sums_does_not_matter_beyond_the_rounding(solved: list) -> None:
    instance, _, found = solved[0]
    order = np.random.default_rng(0).permutation(len(instance.lane_zone))
    columns = ("lane_zone", "lane_site", "lane_option", "lane_usd", "lane_co2")
    shuffled = replace(instance, **{name: getattr(instance, name)[order] for name in columns})
    n_products = instance.shape[1]
    cells = (order[:, None] * n_products + np.arange(n_products)).ravel()
    limits = replace(instance.flow_limits, lanes=instance.flow_limits.lanes[:, cells])
    shuffled = replace(shuffled, flow_limits=limits)
    one, other = (audit_bound(given, found.certificate) for given in (instance, shuffled))
    assert abs(one.bound - other.bound) <= one.rounding


@pytest.mark.parametrize("dearer", [1.0, -1.0, 5.0])
def test_other_multipliers_prove_another_bound(solved: list, dearer: float) -> None:
    instance, _, found = solved[0]
    leaf = found.certificate.leaves[0]
    moved = replace(leaf, cell=leaf.cell + dearer)
    before, after = (audit_bound(instance, whole(one)).bound for one in (leaf, moved))
    assert abs(after - before) > 1e-6 * before


Tamper = Callable[[Leaf], Leaf]


def changed(name: str, value: Callable[[np.ndarray], np.ndarray]) -> Tamper:
    return lambda leaf: replace(leaf, **{name: value(getattr(leaf, name))})


def one_infinite(values: np.ndarray) -> np.ndarray:
    return np.where(np.arange(values.size).reshape(values.shape) == 0, np.inf, values)


FALSE: dict[str, tuple[Tamper, str]] = {
    "a negative price": (
        changed("mail", lambda value: value - 1.0),
        "mail: a multiplier in leaf 0 is negative",
    ),
    "a negative figure": (
        changed("co2", lambda value: value - 1.0),
        "co2: a multiplier in leaf 0 is negative",
    ),
    "an infinite price": (
        changed("throughput", one_infinite),
        "throughput: a figure in leaf 0 is none or too large",
    ),
    "no figure": (
        changed("cell", lambda value: value * np.nan),
        "cell: a figure in leaf 0 is none or too large",
    ),
    "a price beyond sense": (
        changed("throughput", lambda value: value + 1e300),
        "throughput: a figure in leaf 0 is none",
    ),
    "another shape": (changed("cell", lambda value: value[1:]), "cell: shape (5, 2, 2) in leaf 0"),
    "no sites": (
        changed("breakpoints", lambda value: value[:0]),
        "breakpoints: shape (0, 2) in leaf 0",
    ),
    "points that end too soon": (
        changed("breakpoints", lambda value: 0.5 * value),
        "breakpoints: those of i0 end before",
    ),
    "points that start above zero": (
        changed("breakpoints", lambda value: value + 1.0),
        "breakpoints: those of leaf 0 do not",
    ),
    "points that fall": (
        changed("breakpoints", lambda value: value[:, :, ::-1]),
        "breakpoints: those of leaf 0 do not ascend",
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_certificate_proves_nothing(solved: list, name: str) -> None:
    instance, _, found = solved[0]
    tamper, verdict = FALSE[name]
    finding = audit_bound(instance, whole(tamper(found.certificate.leaves[0])))
    assert finding.bound == -np.inf
    assert any(fault.startswith(verdict) for fault in finding.faults), finding.faults


@pytest.mark.parametrize(
    "name",
    [
        field.name
        for field in fields(Leaf)
        if field.name not in ("cell", "throughput", "breakpoints")
    ],
)
def test_every_multiplier_has_its_sign_checked(solved: list, name: str) -> None:
    instance, _, found = solved[0]
    finding = audit_bound(
        instance, whole(changed(name, lambda value: value - 1e6)(found.certificate.leaves[0]))
    )
    assert [fault.split(":")[0] for fault in finding.faults] == [name]


def test_a_price_on_a_row_without_a_limit_proves_nothing(solved: list) -> None:
    instance, _, found = solved[0]
    leaf = found.certificate.leaves[0]
    assert audit_bound(instance, whole(replace(leaf, origin=leaf.origin + 1.0))).bound == -np.inf


def test_room_without_end_may_not_be_priced_above_its_cost(solved: list) -> None:
    instance, _, found = solved[0]
    leaf = found.certificate.leaves[0]
    endless = replace(
        instance, capacity=np.where(np.arange(2)[:, None] == 1, np.inf, instance.capacity)
    )
    assert (
        audit_bound(endless, whole(replace(leaf, throughput=0 * leaf.throughput + 1.5))).bound > 0
    )
    assert (
        audit_bound(endless, whole(replace(leaf, throughput=0 * leaf.throughput + 2.5))).bound
        == -np.inf
    )


def test_a_case_that_cannot_be_proves_anything(solved: list) -> None:
    instance, _, found = solved[0]
    leaf = found.certificate.leaves[0]
    never = replace(
        instance, fixed_usd=np.where(np.arange(3)[:, None] == 0, np.inf, instance.fixed_usd)
    )
    closed = replace(instance, limits=replace(instance.limits, closed=(0,)))
    for case in (never, closed):  # site 0 cannot be open, so only the other case counts
        assert audit_bound(case, split(leaf)).bound == audit_bound(closed, whole(leaf)).bound


def split(leaf: Leaf, product: int = -1) -> Certificate:
    """Return the two cases of site 0, or of a product there, with the same multipliers."""
    sides = np.array([YES, NO, YES])
    return Certificate(
        (leaf, leaf),
        np.array([-1, 0, 0]),
        np.array([-1, 0, 0]),
        np.array([-1, product, product]),
        sides,
    )


@pytest.mark.parametrize("product", [-1, 0])
def test_cases_prove_at_least_what_one_leaf_does_and_at_most_the_optimum(
    solved: list, product: int
) -> None:
    for instance, exact, found in solved:
        one = audit_bound(instance, found.certificate)
        two = audit_bound(instance, split(found.certificate.leaves[0], product))
        assert two.faults == ()
        assert one.bound - one.rounding <= two.bound <= exact.objective


def test_the_cases_of_a_site_are_the_locked_instances(solved: list) -> None:
    instance, _, found = solved[0]
    leaf = found.certificate.leaves[0]
    proven = []
    for limits in ({"closed": (0,)}, {"opened": (0,)}):
        case = replace(instance, limits=replace(instance.limits, **limits))
        proven.append(audit_bound(case, whole(leaf)).bound)
        assert proven[-1] <= solve_exact(case, LocationParams(gap=1e-6, time_limit=60)).objective
    assert proven[0] != proven[1]
    assert audit_bound(instance, split(leaf)).bound == pytest.approx(min(proven), rel=1e-12)


FALSE_TREES = {
    "one side only": (
        {"parent": [-1, 0], "site": [-1, 0], "product": [-1, -1], "side": [1, 1]},
        "do not cover",
    ),
    "the same side twice": ({"side": [1, 1, 1]}, "the cases below node 0 do not cover everything"),
    "two sites": ({"site": [-1, 0, 1]}, "the cases below node 0 do not cover everything"),
    "two products": ({"product": [-1, 0, 1]}, "the cases below node 0 do not cover everything"),
    "an unknown site": ({"site": [-1, 9, 9]}, "a site or product that the instance does not have"),
    "two roots": ({"parent": [-1, -1, 0]}, "more than one root"),
    "a circle": ({"parent": [-1, 2, 1]}, "a node precedes its parent"),
    "a leaf without multipliers": (
        {
            "parent": [-1, 0, 0, 1, 1],
            "site": [-1, 0, 0, 1, 1],
            "product": [-1] * 5,
            "side": [1, 0, 1, 0, 1],
        },
        "3 cases, multipliers for 2",
    ),
}


@pytest.mark.parametrize("name", FALSE_TREES)
def test_cases_that_leave_something_out_prove_nothing(solved: list, name: str) -> None:
    instance, _, found = solved[0]
    arrays, verdict = FALSE_TREES[name]
    false = replace(
        split(found.certificate.leaves[0]),
        **{key: np.array(value) for key, value in arrays.items()},
    )
    finding = audit_bound(instance, false)
    assert finding.bound == -np.inf
    assert any(fault.startswith("branches: ") and verdict in fault for fault in finding.faults), (
        finding.faults
    )
