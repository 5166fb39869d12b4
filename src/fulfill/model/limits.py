"""Constraints that a planner imposes on a plan: locks, rules, service targets, budget and caps."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.problem import Problem
from fulfill.model.arrays import Mask
from fulfill.model.limit_checks import choice_faults
from fulfill.model.site_rules import SiteRule, site_rules

REPORTED_DAYS = (3, 5)
"""Numbers of days within which the reports say how many orders arrive, whatever is asked."""
_SERVICE = re.compile(r"(?:(?P<scope>\w+):)?(?P<days>[0-9]{1,3})d=(?P<share>[0-9]*\.?[0-9]+)")


@dataclass(frozen=True)
class ServiceTarget:
    """A service target: a share of the orders of a scope that must arrive in time.

    Attributes
    ----------
    scope : str
        A country or a zone class; empty for all zones.
    days : int
        Largest lead time.
    share : float
        Least share of the orders, in (0, 1].
    """

    scope: str
    days: int
    share: float

    def __str__(self) -> str:
        """Return the target as a planner writes it; `parse_service` reads it back to the digit."""
        share = np.format_float_positional(self.share, trim="-")
        return f"{self.scope and self.scope + ':'}{self.days}d={share}"


@dataclass(frozen=True)
class BoundTarget(ServiceTarget):
    """A service target of an instance (constraint 9).

    Attributes
    ----------
    zones : (Z,)
        Whether a zone is in the scope.
    """

    zones: Mask


@dataclass(frozen=True)
class Limits:
    """Constraints that a planner imposes (9 to 12, 14, 15); infinity and None mean no limit.

    Attributes
    ----------
    opened, closed : tuple of int
        Indices of sites locked open or closed.
    max_sites : int or None
        Largest number of open sites.
    budget_usd : float
        Largest sum of investments, USD.
    co2_kg : float
        Largest emissions, kg CO2e a year.
    max_gateway_share : float
        Largest share of the formal inbound volume that passes one gateway.
    targets : tuple of BoundTarget
        Service targets with their zones.
    rules : tuple of SiteRule
        Which sites may be open together.
    single_source : bool
        Whether each zone is served from stock by one site at most.
    """

    opened: tuple[int, ...] = ()
    closed: tuple[int, ...] = ()
    max_sites: int | None = None
    budget_usd: float = np.inf
    co2_kg: float = np.inf
    max_gateway_share: float = 1.0
    targets: tuple[BoundTarget, ...] = ()
    rules: tuple[SiteRule, ...] = ()
    single_source: bool = False


def build_limits(
    problem: Problem,
    *,
    opened: tuple[str, ...] = (),
    closed: tuple[str, ...] = (),
    max_sites: int | None = None,
    budget_usd: float | None = None,
    co2_kg: float | None = None,
    targets: tuple[ServiceTarget, ...] = (),
    single_source: bool = False,
) -> Limits:
    """Resolve a planner's options against the sites, zones and site rules of a problem.

    Parameters
    ----------
    problem : Problem
    opened, closed : tuple of str
        Identifiers of sites.
    max_sites : int or None
    budget_usd, co2_kg : float or None
        USD; kg CO2e a year.
    targets : tuple of ServiceTarget
    single_source : bool

    Returns
    -------
    Limits

    Raises
    ------
    InputError
        F308 for an unknown site, country or class, F309 for limits that contradict one another: a
        site locked open and closed, more sites locked open than may be open, or sites locked open
        that cost more to open than the budget; F322 where the rules of group_limits.csv leave no
        choice of sites.
    """
    ids = pd.Index(problem.network["sites"]["site_id"])
    faults = choice_faults(problem, (opened, closed), max_sites, budget_usd)
    bound = [_bound(target, problem.demand.zones) for target in targets]
    faults += [
        Fault("F308", "--service", value=target.scope, detail="no zone of that country or class")
        for target in bound
        if not target.zones.any()
    ]
    if faults:
        raise InputError(faults)
    return Limits(
        opened=tuple(int(i) for i in ids.get_indexer(opened)),
        closed=tuple(int(i) for i in ids.get_indexer(closed)),
        max_sites=max_sites,
        budget_usd=np.inf if budget_usd is None else budget_usd,
        co2_kg=np.inf if co2_kg is None else co2_kg,
        targets=tuple(bound),
        rules=site_rules(problem),
        single_source=single_source,
    )


def _bound(target: ServiceTarget, zones: pd.DataFrame) -> BoundTarget:
    """Return the target with the zones of its scope."""
    inside = np.ones(len(zones), bool)
    if target.scope:
        inside = (
            (zones["country"] == target.scope) | (zones["zone_class"] == target.scope)
        ).to_numpy()
    return BoundTarget(target.scope, target.days, target.share, inside)


def parse_service(text: str) -> ServiceTarget | Fault:
    """Parse ``[country:|zone_class:]3d=0.7``.

    The fault is returned, not raised, so that it is reported with all other faults of the options.

    Parameters
    ----------
    text : str

    Returns
    -------
    ServiceTarget or Fault
        F309 where the text is malformed or out of range.
    """
    match = _SERVICE.fullmatch(text.strip())
    if match is None:
        return Fault("F309", "--service", value=text, detail="write [country:|zone_class:]3d=0.7")
    target = ServiceTarget(match["scope"] or "", int(match["days"]), float(match["share"]))
    if not 0 < target.share <= 1 or target.days < 1:
        return Fault("F309", "--service", value=text, detail="share in (0, 1], days at least 1")
    return target


def service_days(targets: tuple[ServiceTarget, ...]) -> tuple[int, ...]:
    """Return the numbers of days that targets and reports ask for.

    Parameters
    ----------
    targets : tuple of ServiceTarget

    Returns
    -------
    tuple of int
        Ascending, `REPORTED_DAYS` included.
    """
    return tuple(sorted({*REPORTED_DAYS, *(target.days for target in targets)}))
