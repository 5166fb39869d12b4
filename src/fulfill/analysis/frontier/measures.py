"""What cost is traded against: a limit of the model, the value of a plan, and the unit of a price.

Lead time is the share of the orders that arrive within some days, which the model limits
(constraint 9). A mean lead time would need a row, a multiplier and a certificate of its own; the
mean of each plan is told beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from fulfill.analysis.sweep.points import Limit
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.spelling import suggest
from fulfill.location.feasibility.members import BUDGET as BUDGET_MEMBER
from fulfill.location.feasibility.members import CO2 as CO2_MEMBER
from fulfill.location.feasibility.members import SERVICE
from fulfill.model.limits import ServiceTarget
from fulfill.study.study import Study

LEAD_TIME, CO2, RURAL, BUDGET, CHANGES = "lead-time", "co2", "rural-coverage", "budget", "changes"
AGAINST = (LEAD_TIME, CO2, RURAL, BUDGET, CHANGES)
DAYS = {LEAD_TIME: 3, RURAL: 5}
"""Days within which orders are to arrive, where none are given."""
SCOPE = {LEAD_TIME: "", RURAL: "rural"}
MOST_DAYS = 60
SHARE_STEP = 1e-4
"""What shares are rounded to."""


@dataclass(frozen=True)
class Measure:
    """What cost is traded against.

    Attributes
    ----------
    against : str
        One of `AGAINST`.
    days : int
        Days within which orders arrive; 0 where that does not matter.
    today : tuple of str
        Sites of today that changes are counted from.
    """

    against: str
    days: int = 0
    today: tuple[str, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether it is a share of orders, of which more is better; otherwise less is better."""
        return self.against in DAYS

    @property
    def option(self) -> str:
        """Field of `PlanOptions` that limits it."""
        names = {CO2: "co2_kg", BUDGET: "budget_usd", CHANGES: "max_changes"}
        return names.get(self.against, "service")

    @property
    def member(self) -> str:
        """Kind of the limit in `location.feasibility`; empty where any value can be planned."""
        names = {CO2: CO2_MEMBER, BUDGET: BUDGET_MEMBER, CHANGES: ""}
        return names.get(self.against, SERVICE)

    @property
    def key(self) -> str:
        """Name of its value in `sweep.answers.attained`."""
        if not self.is_share:
            return self.option
        return str(self.target(1.0)).partition("=")[0]

    @property
    def per(self) -> float:
        """Amount that a price is of: a point of coverage, a tonne, a USD, a change."""
        return {CO2: 1_000.0, BUDGET: 1.0, CHANGES: 1.0}.get(self.against, 0.01)

    def target(self, share: float) -> ServiceTarget:
        """Return the service target that a share is of."""
        return ServiceTarget(SCOPE[self.against], self.days, share)

    def limit(self, value: float) -> Limit:
        """Return the limit of a value.

        Parameters
        ----------
        value : float
            Share of orders, kg CO2e a year, USD, or number of changes.

        Returns
        -------
        Limit
        """
        if self.is_share:
            target = str(self.target(value))
            return Limit(((self.option, target),), f"--service {target}")
        if self.against == CHANGES:
            words = " ".join(
                [*(f"--today {site}" for site in self.today), f"--changes {value:.0f}"]
            )
            return Limit((("today", self.today), (self.option, int(value))), words)
        name = "--co2-cap" if self.against == CO2 else "--budget"
        return Limit(((self.option, value),), f"{name} {value:.15g}")

    def rounded(self, value: float) -> float:
        """Return a limit to the digits that it is asked with, never a stricter one."""
        if self.is_share:
            return round(math.floor(value / SHARE_STEP + 1e-6) * SHARE_STEP, 6)
        return float(math.ceil(value - 1e-6))

    def is_stricter(self, value: float, other: float) -> bool:
        """Tell whether a limit is stricter than another, by more than its rounding."""
        step = SHARE_STEP if self.is_share else 1.0
        return (value - other if self.is_share else other - value) > step * 0.5


def choose_measure(
    study: Study, against: str, days: int | None = None, today: Iterable[str] = ()
) -> Measure:
    """Return what cost is traded against.

    Parameters
    ----------
    study : Study
        Of the base.
    against : str
        One of `AGAINST`.
    days : int or None
        Days within which orders arrive; None for those of `DAYS`.
    today : iterable of str
        Sites of today, of `changes`; those of the study where none are given.

    Returns
    -------
    Measure

    Raises
    ------
    InputError
        F523 for an unknown name and for an option that has no meaning for the measure, F308 for
        an unknown site, and the faults of a limit that the tables do not offer: F308 without rural
        zones, F309 without emissions.
    """
    faults, sites = [], tuple(today) or study.options.today
    if against not in AGAINST:
        raise InputError([Fault("F523", "--against", value=against, detail=", ".join(AGAINST))])
    if days is not None and against not in DAYS:
        detail = f"it is for {' and '.join(DAYS)}"
        faults.append(Fault("F523", "--within", value=str(days), detail=detail))
    if days is not None and not 1 <= days <= MOST_DAYS:
        faults.append(Fault("F523", "--within", value=str(days), detail=f"1 to {MOST_DAYS} days"))
    if against == CHANGES and not sites:
        faults.append(
            Fault("F523", "--today", detail="changes are counted from the sites of today")
        )
    known = study.problem.network["sites"]["site_id"]
    faults += [
        Fault("F308", "--today", value=site, detail=f"no such site; {suggest(site, known)}")
        for site in sites
        if site not in set(known)
    ]
    if faults:
        raise InputError(faults)
    if against == CHANGES:
        return Measure(against, today=sites)
    found = Measure(against, (days or DAYS[against]) if against in DAYS else 0)
    loosest = found.limit(SHARE_STEP if found.is_share else 1e15)
    study.with_(**loosest.on(study.options))
    return found
