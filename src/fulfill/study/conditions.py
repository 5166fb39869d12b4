"""Conditions of a study in words: what a plan keeps to, and what its bound holds under."""

from __future__ import annotations

from collections.abc import Iterator

from fulfill.inputs.problem import offered_channels
from fulfill.model.limits import ServiceTarget
from fulfill.study.study import Study
from fulfill.study.vocabulary import named

NUMBER = "{:,.15g}"


def conditions(study: Study, n_planned: int) -> tuple[str, ...]:
    """Return everything that a study imposes beyond the tables as they were read.

    Parameters
    ----------
    study : Study
        Problem and options.
    n_planned : int
        Number of zones that are planned, after merging.

    Returns
    -------
    tuple of str
        One text for each condition; empty where a plan is free to choose.
    """
    return tuple(_conditions(study, n_planned))


def _conditions(study: Study, n_planned: int) -> Iterator[str]:
    options, n_zones = study.options, len(study.problem.demand.zones)
    yield from (f"{site} locked open" for site in options.opened)
    yield from (f"{site} locked closed" for site in options.closed)
    if options.max_sites is not None:
        yield f"at most {options.max_sites} site{'s' * (options.max_sites != 1)}"
    if options.budget_usd is not None:
        yield f"at most {NUMBER.format(options.budget_usd)} USD invested in sites"
    if options.co2_kg is not None:
        yield f"at most {NUMBER.format(options.co2_kg)} kg CO2e a year"
    yield from map(_in_time, options.service)
    offered = offered_channels(study.problem.network)
    channels = [name for name in offered if name in study.problem.channels]
    if len(channels) < len(offered):
        yield f"channels allowed: {', '.join(named('channel', channels))}"
    if n_planned < n_zones:
        yield f"zones merged from {n_zones:,} to {n_planned:,}"
    yield from (str(override) for override in study.provenance.overrides)
    if study.problem.network.left_out:
        yield f"left out: {', '.join(study.problem.network.left_out)}"
    if study.provenance.private_fleet is not None:
        yield "own vans at what their routes cost"


def _in_time(target: ServiceTarget) -> str:
    """Return a service target as a sentence."""
    scope = f" of {target.scope}" if target.scope else ""
    share, days = NUMBER.format(100.0 * target.share), target.days
    return f"at least {share}% of the orders{scope} within {days} day{'s' * (days != 1)}"
