"""Conditions of a study in words: what a plan keeps to, and what its bound holds for.

The texts are messages: English in the files of a run, and translated where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fulfill.inputs.network import Network
from fulfill.inputs.problem import offered_channels
from fulfill.inputs.schema.site_rules import AT_LEAST, ONLY_IF
from fulfill.model.limits import ServiceTarget
from fulfill.model.site_rules import site_rules
from fulfill.study.currency import Dollars
from fulfill.study.labels import VALUES
from fulfill.study.language import Message, counted
from fulfill.study.study import PlanOptions, Study


def conditions(study: Study, n_planned: int) -> tuple[Message, ...]:
    """Return the rules on sites, and everything that a study imposes beyond the tables as read.

    Parameters
    ----------
    study : Study
        Problem and options.
    n_planned : int
        Number of zones that are planned, after merging.

    Returns
    -------
    tuple of Message
        One text for each condition; empty where a plan is free to choose.
    """
    return tuple(_conditions(study, n_planned))


def _conditions(study: Study, n_planned: int) -> Iterator[Message]:
    options, n_zones = study.options, len(study.problem.demand.zones)
    yield from (Message("{site} locked open", site=site) for site in options.opened)
    yield from (Message("{site} locked closed", site=site) for site in options.closed)
    yield from _totals(options)
    yield from map(in_time, options.service)
    yield from _rules_on_sites(study)
    offered = offered_channels(study.problem.network)
    channels = [name for name in offered if name in study.problem.channels]
    if len(channels) < len(offered):
        labels = [Message(VALUES["channel"][name]) for name in channels]
        yield Message("channels allowed: {channels}", channels=_row(labels))
    if options.rules == "dated":
        year = study.problem.regime.as_of.year
        yield Message("in each period of {year} the rules of its own days", year=str(year))
    if n_planned < n_zones:
        yield Message("zones merged from {before:,} to {n:,}", before=n_zones, n=n_planned)
    yield from (Message(str(override)) for override in study.provenance.overrides)
    yield from (Message("opening of {site} already paid", site=s) for s in study.provenance.sunk)
    if study.problem.network.left_out:
        yield Message("left out: {tables}", tables=_row(_left_out(study.problem.network)))
    if study.provenance.private_fleet is not None:
        yield Message("own vans at what their routes cost")


def _totals(options: PlanOptions) -> Iterator[Message]:
    """Yield the limits on the plan as a whole."""
    if options.max_sites is not None:
        yield counted("at most {n} site", "at most {n} sites", options.max_sites)
    if options.budget_usd is not None:
        yield Message("at most {usd:,.15g} invested in sites", usd=Dollars(options.budget_usd))
    if options.co2_kg is not None:
        yield Message("at most {kg:,.15g} kg CO2e a year", kg=options.co2_kg)
    if options.max_changes is not None:
        yield most_changes(options)
    if options.single_source:
        yield Message("each zone served from stock by one site at most")


def most_changes(options: PlanOptions) -> Message:
    """Return the limit on sites that are opened or closed as a phrase.

    Parameters
    ----------
    options : PlanOptions
        With `max_changes`.
    """
    return Message(
        "at most {n} sites opened or closed, today {sites}",
        n=options.max_changes,
        sites=", ".join(options.today) or "none",
    )


def _rules_on_sites(study: Study) -> Iterator[Message]:
    """Yield the rules of group_limits.csv."""
    if site_rules(study.problem):
        yield from map(rule_on_sites, study.problem.network["group_limits"].to_dict("records"))


def rule_on_sites(row: Mapping[Any, Any]) -> Message:
    """Return a row of group_limits.csv in the words of `site_rules.rule_in_words`.

    Parameters
    ----------
    row : mapping

    Returns
    -------
    Message
    """
    number, group = int(row["number"]), row["group_id"]
    if row["rule"] == ONLY_IF:
        return Message(
            "{group} open only if at least {number} of {needs} is open",
            group=group,
            number=number,
            needs=row["needs_id"],
        )
    if row["rule"] == AT_LEAST:
        return Message("at least {number} of {group} open", number=number, group=group)
    return Message("at most {number} of {group} open", number=number, group=group)


def _left_out(network: Network) -> list[Message]:
    """Return what is not part of the case, each with the files that are absent."""
    return [
        Message("{what} (no {files})", what=Message(what), files=_joined(files))
        for what, files in network.left_out.items()
    ]


def _joined(files: list[str]) -> str | Message:
    """Return the names of files, the last after an "and"."""
    *first, last = files
    return Message("{first} and {last}", first=", ".join(first), last=last) if first else last


def _row(texts: list[Message]) -> Message:
    """Return texts in a row, as one message."""
    row = texts[0]
    for text in texts[1:]:
        row = Message("{first}, {last}", first=row, last=text)
    return row


def in_time(target: ServiceTarget) -> Message:
    """Return a service target as a phrase.

    Parameters
    ----------
    target : ServiceTarget

    Returns
    -------
    Message
    """
    share, days = 100.0 * target.share, target.days
    if target.scope:
        return counted(
            "at least {share:,.15g}% of the orders of {scope} within {n} day",
            "at least {share:,.15g}% of the orders of {scope} within {n} days",
            days,
            share=share,
            scope=target.scope,
        )
    return counted(
        "at least {share:,.15g}% of the orders within {n} day",
        "at least {share:,.15g}% of the orders within {n} days",
        days,
        share=share,
    )


def instance_in_words(study: Study, n_planned: int) -> Message:
    """Describe the instance that a bound is valid for.

    Parameters
    ----------
    study : Study
        What was asked.
    n_planned : int
        Number of zones that are planned, after merging.

    Returns
    -------
    Message
        Number of zones, products, periods and sites.
    """
    problem, asked = study.problem, study.options.resolution
    size: dict[str, int] = {
        "zones": n_planned,
        "products": len(problem.products),
        "periods": len(problem.periods),
        "sites": len(problem.network["sites"]),
        "before": len(problem.demand.zones),
    }
    if n_planned == size["before"]:
        return Message(
            "{zones:,} zones, {products} products, {periods} periods, {sites} sites", **size
        )
    if asked and asked < n_planned:
        return Message(
            "{zones:,} zones (merged from {before:,}, the fewest possible; {asked:,} asked), "
            "{products} products, {periods} periods, {sites} sites",
            asked=asked,
            **size,
        )
    return Message(
        "{zones:,} zones (merged from {before:,}), {products} products, {periods} periods, "
        "{sites} sites",
        **size,
    )


def bounded_instance(study: Study, n_planned: int, bound_kind: str) -> Message:
    """Describe the instance that a bound of a kind is valid for.

    Parameters
    ----------
    study : Study
        What was asked.
    n_planned : int
        Number of zones that are planned, after merging.
    bound_kind : str
        ``certified`` or ``solver``; a certified bound is that of zones which may be split.

    Returns
    -------
    Message
    """
    words = instance_in_words(study, n_planned)
    if study.options.single_source and bound_kind == "certified":
        return Message("{instance}, without single sourcing", instance=words)
    return words
