"""Whether locks, number of sites, budget and rules on sites leave a choice of sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.inputs.site_rows import rows_by_site
from fulfill.inputs.spelling import suggest
from fulfill.model.arrays import Array, Mask
from fulfill.model.site_rules import (
    SiteRule,
    broken_rules,
    cheapest_choice,
    rule_in_words,
    site_rules,
)


@dataclass(frozen=True)
class _Locks:
    """What limits the choice of sites besides the rules.

    Attributes
    ----------
    locked, closed : (n_sites,)
    most : int or None
        Largest number of open sites.
    """

    locked: Mask
    closed: Mask
    most: int | None


def choice_faults(
    problem: Problem,
    locks: tuple[tuple[str, ...], tuple[str, ...]],
    max_sites: int | None,
    budget_usd: float | None,
) -> list[Fault]:
    """Find sites that do not exist, and limits on the choice of sites that contradict one another.

    Parameters
    ----------
    problem : Problem
    locks : tuple of tuple of str
        Sites locked open, and sites locked closed.
    max_sites : int or None
    budget_usd : float or None

    Returns
    -------
    list of Fault
        F308; where there is none, F309; where there is none either, F322.
    """
    network = problem.network
    ids = pd.Index(network["sites"]["site_id"])
    unknown = [
        Fault("F308", option, value=name, detail=f"no such site; {suggest(name, ids)}")
        for option, names in zip(("--open", "--close"), locks, strict=True)
        for name in names
        if name not in ids
    ]
    return (
        unknown
        or list(_lock_faults(network, locks, max_sites, budget_usd))
        or list(_rule_faults(problem, locks, max_sites, budget_usd))
    )


def _lock_faults(
    network: Network,
    locks: tuple[tuple[str, ...], tuple[str, ...]],
    max_sites: int | None,
    budget_usd: float | None,
) -> Iterator[Fault]:
    """Find limits that sites locked open exceed, whatever the rest of the plan."""
    opened = sorted(set(locks[0]))
    for name in sorted(set(opened) & set(locks[1])):
        yield Fault("F309", "--open", value=name, detail="it is closed too")
    if max_sites is not None and len(opened) > max_sites:
        detail = f"{len(opened)} sites are locked open: {', '.join(opened)}"
        yield Fault("F309", "--sites", value=str(max_sites), detail=detail)
    if budget_usd is not None and opened:
        sites = network["sites"]
        sizes = rows_by_site(sites, network["site_sizes"])
        cost = sizes.groupby("site_id")["opening_usd"].min().loc[opened]
        if cost.sum() > budget_usd * (1 + 1e-9):
            listed = ", ".join(f"{name} {usd:,.0f}" for name, usd in cost.items())
            detail = (
                f"opening the sites locked open costs at least {cost.sum():,.0f} USD ({listed})"
            )
            yield Fault("F309", "--budget", value=f"{budget_usd:g}", detail=detail)


def _rule_faults(
    problem: Problem,
    given: tuple[tuple[str, ...], tuple[str, ...]],
    max_sites: int | None,
    budget_usd: float | None,
) -> Iterator[Fault]:
    """Find rules on sites that no choice can obey together with the options.

    The fault names rules of which none can be left out without leaving a choice.
    """
    network, rules = problem.network, site_rules(problem)
    if not rules:
        return
    ids = pd.Index(network["sites"]["site_id"])
    locks = _Locks(ids.isin(given[0]), ids.isin(given[1]), max_sites)
    if _possible(rules, locks):
        yield from _budget_conflict(network, rules, locks, budget_usd)
        return
    names = tuple(dict.fromkeys(rule.name for rule in rules))
    for name in names:
        fewer = tuple(rule for rule in rules if rule.name != name)
        if not _possible(fewer, locks):
            rules = fewer
    kept = tuple(dict.fromkeys(rule.name for rule in rules))
    detail = "; ".join([*kept, *_locks_in_words(rules, locks, ids)])
    yield Fault(
        "F322",
        f"{network.folder.name}/group_limits.csv",
        _line_of(network, kept[0]),
        "number",
        detail=f"no choice obeys all of: {detail}",
    )


def _possible(rules: tuple[SiteRule, ...], locks: _Locks) -> bool:
    """Tell whether a choice of sites obeys the rules."""
    cost = np.where(locks.closed, np.inf, 0.0)
    choice = cheapest_choice(rules, cost, locks.locked, locks.most)
    return not len(broken_rules(rules, choice.is_open))


def _locks_in_words(rules: tuple[SiteRule, ...], locks: _Locks, ids: pd.Index) -> Iterator[str]:
    """Yield the options without which the rules would leave a choice."""
    concerned = np.zeros(len(ids), bool)
    for rule in rules:
        concerned[[*rule.sites, *rule.needed]] = True
    for option, mask in (("--open", locks.locked), ("--close", locks.closed)):
        yield from (f"{option} {name}" for name in ids[mask & concerned])
    if locks.most is not None and _possible(rules, _Locks(locks.locked, locks.closed, None)):
        yield f"--sites {locks.most}"


def _budget_conflict(
    network: Network, rules: tuple[SiteRule, ...], locks: _Locks, budget_usd: float | None
) -> Iterator[Fault]:
    """Find a budget below what any choice that obeys the rules costs to open."""
    if budget_usd is None:
        return
    sites = network["sites"]
    sizes = rows_by_site(sites, network["site_sizes"])
    least: Array = (
        sizes.groupby("site_id")["opening_usd"].min().loc[sites["site_id"]].to_numpy(float)
    )
    choice = cheapest_choice(rules, np.where(locks.closed, np.inf, least), locks.locked, locks.most)
    usd = float(least[choice.is_open].sum())
    if usd > budget_usd * (1 + 1e-9):
        opened = ", ".join(sites["site_id"][choice.is_open])
        detail = f"the rules need sites that cost at least {usd:,.0f} USD to open, such as {opened}"
        yield Fault("F322", "--budget", value=f"{budget_usd:g}", detail=detail)


def _line_of(network: Network, name: str) -> int:
    """Return the row of group_limits.csv that a rule comes from."""
    table = network["group_limits"]
    columns = (table[column] for column in ("group_id", "rule", "needs_id", "number", ROW))
    return next(
        int(line)
        for group, rule, needs, number, line in zip(*columns, strict=True)
        if rule_in_words(group, rule, needs, int(number)) == name
    )
