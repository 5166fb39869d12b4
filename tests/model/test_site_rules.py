"""Rules on sites: the cheapest choice against enumeration, and prices that never overstate it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Folders
from fulfill.model.site_rules import (
    SiteRule,
    broken_rules,
    cheapest_choice,
    rule_rows,
    site_rules,
)

KINDS = ("at_least", "at_most", "only_if")


def drawn_rules(rng: np.random.Generator, n_sites: int) -> tuple[SiteRule, ...]:
    """Return one to three rules on up to all sites."""
    rules = []
    for _ in range(int(rng.integers(1, 4))):
        kind = KINDS[rng.integers(3)]
        group, needed = (
            tuple(rng.permutation(n_sites)[: rng.integers(1, n_sites)].tolist()) for _ in range(2)
        )
        if kind == "only_if":
            rules.append(SiteRule(kind, kind, group[:1], int(rng.integers(1, 3)), needed))
        else:
            rules.append(SiteRule(kind, kind, group, int(rng.integers(0, len(group) + 1))))
    return tuple(rules)


def obeys(rule: SiteRule, is_open: np.ndarray) -> bool:
    """Tell whether a choice obeys a rule, from its words."""
    if rule.kind == "only_if":
        return not is_open[rule.sites[0]] or is_open[list(rule.needed)].sum() >= rule.number
    count = is_open[list(rule.sites)].sum()
    return bool(count >= rule.number if rule.kind == "at_least" else count <= rule.number)


@settings(max_examples=150)
@given(st.integers(0, 10**6))
def test_the_cheapest_choice_is_that_of_enumeration(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_sites = int(rng.integers(2, 7))
    rules, cost = drawn_rules(rng, n_sites), rng.normal(0.0, 1e4, n_sites)
    locked = rng.random(n_sites) < 0.15
    cost[(rng.random(n_sites) < 0.15) & ~locked] = np.inf
    most = int(rng.integers(locked.sum(), n_sites + 1)) if seed % 2 else None
    found = cheapest_choice(rules, cost, locked, most)
    choices = [np.array(bits, bool) for bits in itertools.product((0, 1), repeat=n_sites)]
    costs = [
        float(cost[choice].sum())
        for choice in choices
        if choice[locked].all()
        and np.isfinite(cost[choice]).all()
        and (most is None or choice.sum() <= most)
        and all(obeys(rule, choice) for rule in rules)
    ]
    weight, least = rule_rows(rules, n_sites)
    broken = broken_rules(rules, found.is_open)
    assert broken.tolist() == [n for n, rule in enumerate(rules) if not obeys(rule, found.is_open)]
    assert bool(len(broken)) == (not costs)
    assert (found.prices >= 0).all()
    if costs:
        assert float(cost[found.is_open].sum()) == pytest.approx(min(costs), abs=1e-6)
        # at the prices of the rules, the best of all choices never costs more than the optimum
        paid = cost - found.prices @ weight
        free = cheapest_choice((), paid, locked, most).is_open
        bound = float(paid[free].sum() + found.prices @ least)
        assert bound <= min(costs) + 1e-6 * np.abs(found.prices).sum() + 1e-6


def test_prices_close_the_gap_where_rules_count_disjoint_groups() -> None:
    cost = np.array([-5.0, -3.0, 4.0, 7.0, -1.0])
    rules = (SiteRule("two", "at_most", (0, 1), 1), SiteRule("one", "at_least", (2, 3), 1))
    found = cheapest_choice(rules, cost, np.zeros(5, bool))
    assert found.is_open.tolist() == [True, False, True, False, True]
    weight, least = rule_rows(rules, 5)
    paid = cost - found.prices @ weight
    assert paid.clip(max=0).sum() + found.prices @ least == pytest.approx(-2.0)


def test_rules_that_the_best_sites_obey_have_no_price() -> None:
    rules = (SiteRule("two", "at_most", (0, 1), 2),)
    found = cheapest_choice(rules, np.array([-5.0, -3.0, 4.0]), np.zeros(3, bool))
    assert found.is_open.tolist() == [True, True, False]
    assert found.prices.tolist() == [0.0]


GROUPS = "group_id,site_id\nboth,site-a\nboth,site-b\n"
LIMITS = "group_id,rule,needs_id,number,source,source_date,status,range\n"


def test_the_rows_of_the_tables_become_rules(toy: Folders) -> None:
    toy.write("network/site_groups.csv", GROUPS)
    toy.write(
        "network/group_limits.csv",
        f"{LIMITS}both,at_most,,1,board,,in_force,\nsite-b,only_if,site-a,1,board,,in_force,\n"
        "both,only_if,site-a,1,board,,in_force,\n",
    )
    rules = site_rules(toy.problem())
    b_needs_a = "site-b open only if at least 1 of site-a is open"
    both_need_a = "both open only if at least 1 of site-a is open"
    assert rules == (
        SiteRule("at most 1 of both open", "at_most", (0, 1), 1),
        SiteRule(b_needs_a, "only_if", (1,), 1, (0,)),
        # a rule for each site of the group
        SiteRule(both_need_a, "only_if", (0,), 1, (0,)),
        SiteRule(both_need_a, "only_if", (1,), 1, (0,)),
    )


def test_direct_mail_alone_has_no_sites_to_rule(toy: Folders) -> None:
    toy.write("network/site_groups.csv", GROUPS)
    toy.write("network/group_limits.csv", f"{LIMITS}both,at_least,,2,board,,in_force,\n")
    assert len(site_rules(toy.problem())) == 1
    assert site_rules(toy.problem(channels=("direct_mail",))) == ()


def test_without_tables_there_are_no_rules(toy: Folders) -> None:
    assert site_rules(toy.problem()) == ()
