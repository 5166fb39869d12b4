"""Limits and their changes as a planner writes them: the option or row, and a phrase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fulfill.inputs.columns import ROW
from fulfill.location.feasibility import bottleneck
from fulfill.location.feasibility.members import (
    BUDGET,
    CLOSE,
    CO2,
    OPEN,
    SERVICE,
    SITES,
    Member,
)
from fulfill.location.feasibility.shared import AIR, CARRIER, GATEWAY, PLANT
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import BoundTarget, ServiceTarget
from fulfill.model.site_rules import CHANGES, rule_in_words
from fulfill.study.conditions import in_time, most_changes, rule_on_sites
from fulfill.study.conflict import Bottleneck, Change, Constraint, FullCapacity, Repair
from fulfill.study.currency import Dollars
from fulfill.study.language import Message, counted
from fulfill.study.names import names_of
from fulfill.study.study import Study

CAPACITIES = {
    GATEWAY: ("gateways", "gateway_id", "gateway"),
    PLANT: ("origins", "origin_id", "origin"),
    CARRIER: ("carriers", "", ""),
    AIR: ("mail_capacity", "country", "country"),
    bottleneck.SITE: ("site_sizes", "", "site"),
}
"""Table, its column of ids if a row is one capacity, and kind of `names_of`."""


def as_constraint(study: Study, instance: LocationInstance, member: Member) -> Constraint:
    """Return a limit with its words and where it comes from.

    Parameters
    ----------
    study : Study
    instance : LocationInstance
        Of the study.
    member : Member

    Returns
    -------
    Constraint
    """
    if member.kind in (SERVICE, SITES, BUDGET, CO2):
        option, words = _at(instance, member, member.limit)
        return Constraint(words, option)
    if member.kind in (OPEN, CLOSE):
        site = instance.sites[member.place[0]]
        words = (
            Message("{site} locked open", site=site)
            if member.kind == OPEN
            else Message("{site} locked closed", site=site)
        )
        return Constraint(words, f"--{member.kind} {site}")
    if instance.limits.rules[member.place[0]].kind == CHANGES:
        return Constraint(most_changes(study.options), f"--changes {study.options.max_changes}")
    row = _rule_row(study, instance, member)
    file = f"{study.problem.network.folder.name}/group_limits.csv"
    return Constraint(rule_on_sites(row), file, int(row[ROW]))


def as_bottleneck(
    study: Study, instance: LocationInstance, member: Member, found: bottleneck.Bottleneck
) -> Bottleneck:
    """Return what keeps a target from being reached with its words and rows.

    Parameters
    ----------
    study : Study
    instance : LocationInstance
        Of the study.
    member : Member
        The target.
    found : location.feasibility.bottleneck.Bottleneck

    Returns
    -------
    Bottleneck
    """
    full = tuple(_capacity(study, instance, one) for one in found.full)
    return Bottleneck(as_constraint(study, instance, member), found.attainable, full)


def _capacity(
    study: Study, instance: LocationInstance, full: bottleneck.FullCapacity
) -> FullCapacity:
    """Return a capacity with its words, its periods and where it comes from."""
    problem = study.planned_problem()
    names, network = names_of(problem), problem.network
    periods = tuple(
        (instance.periods[period], names["period"][instance.periods[period]])
        for period in full.periods
    )
    table, key, kind = CAPACITIES[full.kind]
    row = None
    if key:
        rows = network[table]
        row = int(rows.loc[rows[key] == full.name, ROW].iloc[0])
    name = names[kind][full.name] if kind else full.name
    words = _capacity_words(full.kind, name)
    return FullCapacity(
        full.kind,
        full.name,
        words,
        periods,
        len(periods) == len(instance.periods),
        f"{network.folder.name}/{table}.csv",
        row,
    )


def _capacity_words(kind: str, name: str) -> Message:
    """Return a capacity as a phrase."""
    if kind == GATEWAY:
        return Message("gateway {name}", name=name)
    if kind == PLANT:
        return Message("plant {name}", name=name)
    if kind == CARRIER:
        return Message("carriers of {name}", name=name)
    if kind == AIR:
        return Message("air mail to {name}", name=name)
    return Message("throughput of {name}", name=name)


def as_repair(
    study: Study,
    instance: LocationInstance,
    changed: Mapping[Member, float],
    least: float,
    sites: tuple[int, ...],
) -> Repair:
    """Return changes of limits with their words.

    Parameters
    ----------
    study : Study
    instance : LocationInstance
        Of the study.
    changed : mapping of Member to float
        New value of each limit.
    least : float
        Shares of limits that these limits are proven to give at least.
    sites : tuple of int
        Sites of the plan that shows it.

    Returns
    -------
    Repair
    """
    changes = tuple(_change(study, instance, member, value) for member, value in changed.items())
    cost = sum(change.share for change in changes)
    return Repair(changes, min(least, cost), tuple(instance.sites[site] for site in sites))


def _change(study: Study, instance: LocationInstance, member: Member, value: float) -> Change:
    """Return a change of a limit with its words."""
    before = as_constraint(study, instance, member)
    option, words = _after(study, instance, member, value)
    gone = member.kind not in (SERVICE, SITES, BUDGET, CO2)
    return Change(option, words, 0.0 if gone else value, before.words, member.given_up(value))


def _after(
    study: Study, instance: LocationInstance, member: Member, value: float
) -> tuple[str, Message]:
    """Return the option that changes a limit, and what holds then."""
    if member.kind == SERVICE and value <= 0.0:  # no option asks for a share of nothing
        option, words = _at(instance, member, member.limit)
        return _without(option), Message("without the target: {target}", target=words)
    if member.kind in (SERVICE, SITES, BUDGET, CO2):
        return _at(instance, member, value)
    if member.kind in (OPEN, CLOSE):
        site = instance.sites[member.place[0]]
        words = (
            Message("{site} need not be open", site=site)
            if member.kind == OPEN
            else Message("{site} may be open", site=site)
        )
        return _without(f"--{member.kind} {site}"), words
    if instance.limits.rules[member.place[0]].kind == CHANGES:
        return _without("--changes"), Message("any number of sites opened or closed")
    row = _rule_row(study, instance, member)
    option = Message("without row {row} of group_limits.csv", row=str(row[ROW]))
    return option, Message("without the rule: {rule}", rule=rule_on_sites(row))


def _without(option: str) -> Message:
    """Return the instruction to leave out an option."""
    return Message("without {option}", option=option)


def _at(instance: LocationInstance, member: Member, value: float) -> tuple[str, Message]:
    """Return the option for a limit at a value, and the limit in words."""
    if member.kind == SERVICE:
        bound: BoundTarget = instance.limits.targets[member.place[0]]
        target = ServiceTarget(bound.scope, bound.days, value)
        return f"--service {target}", in_time(target)
    if member.kind == SITES:
        words = counted("at most {n} site", "at most {n} sites", round(value))
        return f"--sites {value:.0f}", words
    text = np.format_float_positional(value, precision=6, trim="-")
    if member.kind == BUDGET:
        words = Message("at most {usd:,.15g} invested in sites", usd=Dollars(value))
        return f"--budget {text}", words
    return f"--co2-cap {text}", Message("at most {kg:,.15g} kg CO2e a year", kg=value)


def _rule_row(study: Study, instance: LocationInstance, member: Member) -> Mapping[str, Any]:
    """Return the row of group_limits.csv that a rule comes from."""
    name = instance.limits.rules[member.place[0]].name
    rows: list[Any] = study.problem.network["group_limits"].to_dict("records")
    found: Mapping[str, Any] = next(
        row
        for row in rows
        if rule_in_words(row["group_id"], row["rule"], row["needs_id"], int(row["number"])) == name
    )
    return found
