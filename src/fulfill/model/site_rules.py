"""Rules on which sites may be open together, and the cheapest choice of sites that obeys them.

A rule is a row over the open sites: ``sum of weight x open >= least``. The choice is a small 0-1
program, solved exactly; its linear relaxation gives the prices of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fulfill.inputs.problem import Problem
from fulfill.inputs.schema.site_rules import AT_LEAST, AT_MOST, ONLY_IF
from fulfill.inputs.site_rule_checks import group_members
from fulfill.model.arrays import Array, Index, Mask

CHANGES = "changes"
"""Kind of the rule on sites that are opened or closed from those of today."""
WHOLE = 1e-6
"""Distance from 0 or 1 up to which a site of the linear relaxation counts as closed or open."""


@dataclass(frozen=True)
class SiteRule:
    """A rule on open sites, of an instance.

    Attributes
    ----------
    name : str
        The row of group_limits.csv in words.
    kind : str
        ``at_least`` or ``at_most``: so many of `sites` are open; ``only_if``: the one site of
        `sites` is open only if so many of `needed` are; ``changes``: so many at most of `sites` are
        open or of `needed` closed.
    sites : tuple of int
        Indices of the sites of the group.
    number : int
    needed : tuple of int
        Indices of the sites that ``only_if`` counts; of ``changes`` the sites of today.
    """

    name: str
    kind: str
    sites: tuple[int, ...]
    number: int
    needed: tuple[int, ...] = ()


def site_rules(problem: Problem) -> tuple[SiteRule, ...]:
    """Return the rules of a problem; `only_if` gives one rule for each site of its group.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    tuple of SiteRule
        In the order of group_limits.csv; empty where direct mail is the only channel, as no site
        is then asked for.
    """
    network = problem.network
    if problem.channels == ("direct_mail",):
        return ()
    members = group_members(network["sites"], network["site_groups"])
    place = {name: i for i, name in enumerate(network["sites"]["site_id"])}
    rules: list[SiteRule] = []
    columns = ("group_id", "rule", "needs_id", "number")
    for group, kind, needs, number in zip(
        *(network["group_limits"][name].tolist() for name in columns), strict=True
    ):
        name = rule_in_words(group, kind, needs, int(number))
        sites = tuple(place[site] for site in members[group])
        if kind == ONLY_IF:
            needed = tuple(place[site] for site in members[needs])
            rules += [SiteRule(name, kind, (site,), int(number), needed) for site in sites]
        else:
            rules.append(SiteRule(name, kind, sites, int(number)))
    return tuple(rules)


def change_rule(site_ids: Sequence[str], today: Iterable[str], most: int) -> SiteRule:
    """Return the rule that few sites are opened or closed from those of today.

    Parameters
    ----------
    site_ids : sequence of str
        All sites, in the order of the instance.
    today : iterable of str
        Sites that are open today.
    most : int
        Largest number of sites that are opened or closed.

    Returns
    -------
    SiteRule
    """
    present = set(today)
    inside = tuple(i for i, name in enumerate(site_ids) if name in present)
    outside = tuple(i for i, name in enumerate(site_ids) if name not in present)
    return SiteRule(f"at most {most} changes of the sites of today", CHANGES, outside, most, inside)


def rule_in_words(group: str, kind: str, needs: str, number: int) -> str:
    """Return a row of group_limits.csv as a phrase.

    Parameters
    ----------
    group, kind, needs : str
    number : int
    """
    if kind == ONLY_IF:
        return f"{group} open only if at least {number} of {needs} is open"
    return f"{kind.replace('_', ' ')} {number} of {group} open"


def rule_rows(rules: tuple[SiteRule, ...], n_sites: int) -> tuple[Array, Array]:
    """Return rules as rows ``weight @ open >= least``.

    Parameters
    ----------
    rules : tuple of SiteRule
    n_sites : int

    Returns
    -------
    weight : ndarray, shape (n_rules, n_sites)
    least : ndarray, shape (n_rules,)
    """
    weight, least = np.zeros((len(rules), n_sites)), np.zeros(len(rules))
    for row, rule in enumerate(rules):
        if rule.kind == AT_LEAST:
            weight[row, list(rule.sites)], least[row] = 1.0, rule.number
        elif rule.kind == AT_MOST:
            weight[row, list(rule.sites)], least[row] = -1.0, -rule.number
        elif rule.kind == CHANGES:
            weight[row, list(rule.sites)], weight[row, list(rule.needed)] = -1.0, 1.0
            least[row] = len(rule.needed) - rule.number
        else:
            weight[row, list(rule.needed)] = 1.0
            weight[row, rule.sites[0]] -= rule.number
    return weight, least


def broken_rules(rules: tuple[SiteRule, ...], is_open: Mask) -> Index:
    """Return the numbers of the rules that a choice of sites breaks.

    Parameters
    ----------
    rules : tuple of SiteRule
    is_open : (n_sites,)
    """
    weight, least = rule_rows(rules, len(is_open))
    return np.flatnonzero(weight @ is_open < least)


@dataclass(frozen=True)
class SiteChoice:
    """A choice of sites, and what the rules are worth there.

    Attributes
    ----------
    is_open : (n_sites,)
        It breaks a rule only where no choice obeys all.
    prices : (n_rules,)
        What the cheapest choice would cost less if a row allowed one more, non-negative.
    """

    is_open: Mask
    prices: Array


def cheapest_choice(
    rules: tuple[SiteRule, ...], cost: Array, locked: Mask, most: int | None = None
) -> SiteChoice:
    """Return the sites that obey the rules at the least cost.

    Parameters
    ----------
    rules : tuple of SiteRule
    cost : (n_sites,)
        What opening a site costs, of any sign; infinite for a site that stays closed.
    locked : (n_sites,)
        Sites that are open whatever they cost.
    most : int, optional
        Largest number of open sites.

    Returns
    -------
    SiteChoice
        The prices are those of the linear relaxation. Breaking a rule by one costs more than all
        sites together, so a choice that breaks one tells that none obeys all.
    """
    room = None if most is None else max(most - int(locked.sum()), 0)
    free = _without_rules(cost, locked, room)
    if not len(broken_rules(rules, free)):
        return SiteChoice(free, np.zeros(len(rules)))
    sites = np.flatnonzero(np.isfinite(cost) & ~locked)
    weight, least = rule_rows(rules, len(cost))
    left = least - weight[:, locked].sum(axis=1)
    unit = max(float(np.abs(cost[sites]).max(initial=0.0)), 1e-9)
    opened, prices = _solved(cost[sites] / unit, weight[:, sites], left, room)
    is_open = locked.copy()
    is_open[sites[opened]] = True
    return SiteChoice(is_open, prices * unit)


def _without_rules(cost: Array, locked: Mask, room: int | None) -> Mask:
    """Return the locked sites and those that pay, the best if there is room for some only."""
    taken = (cost < 0) & ~locked
    if room is not None:
        rank = np.argsort(np.where(taken, cost, np.inf), kind="stable")
        taken[rank[room:]] = False
    return taken | locked


def _solved(cost: Array, weight: Array, least: Array, room: int | None) -> tuple[Mask, Array]:
    """Return the sites that the program opens, and the prices of its rules.

    Every rule has a slack whose price is above the cost of all sites together.
    """
    from scipy.optimize import Bounds, LinearConstraint, linprog, milp

    n_rules, n_sites = weight.shape
    dear = 1.0 + float(np.abs(cost).sum())
    objective = np.concatenate([cost, np.full(n_rules, dear)])
    rows, limit = np.hstack([-weight, -np.eye(n_rules)]), -least
    if room is not None:
        counted = np.concatenate([np.ones(n_sites), np.zeros(n_rules)])
        rows, limit = np.vstack([rows, counted]), np.append(limit, room)
    upper = np.concatenate([np.ones(n_sites), np.full(n_rules, np.inf)])
    lower = np.zeros(len(upper))
    relaxed = linprog(  # type: ignore[call-overload]  # its types know no array of bounds
        objective, A_ub=rows, b_ub=limit, bounds=np.column_stack([lower, upper]), method="highs-ds"
    )
    prices = np.maximum(-relaxed.ineqlin.marginals[:n_rules], 0.0)
    opened = relaxed.x[:n_sites]
    if (np.minimum(opened, 1.0 - opened) > WHOLE).any():
        whole = np.concatenate([np.ones(n_sites), np.zeros(n_rules)])
        constraint = LinearConstraint(rows, ub=limit)
        found = milp(
            objective,
            integrality=whole,
            bounds=Bounds(lower, upper),
            constraints=constraint,
            options={"mip_rel_gap": 0.0},
        )
        assert found.x is not None  # the slacks make every choice feasible
        opened = found.x[:n_sites]
    return np.asarray(opened > 0.5), np.asarray(prices)
