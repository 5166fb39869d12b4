"""A plan that shows that limits leave one, looked for at any cost."""

from __future__ import annotations

import numpy as np

from fulfill.location.feasibility.held_limits import plan_of_sites
from fulfill.location.feasibility.least_change import LeastChange
from fulfill.location.feasibility.site_program import SiteChoice
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance


def searched_plan(instance: LocationInstance, seconds: float) -> Decisions | None:
    """Return a plan that keeps all limits of an instance, whatever it costs.

    Parameters
    ----------
    instance : LocationInstance
    seconds : float
        Time for each of the two choices of sites.

    Returns
    -------
    Decisions or None
        None where none was found, which proves nothing.
    """
    least = LeastChange(instance)
    choice = least.ask({}, seconds).choice
    return None if choice is None else shown_plan(least, instance, choice, seconds)


def shown_plan(
    least: LeastChange, instance: LocationInstance, choice: SiteChoice, seconds: float
) -> Decisions | None:
    """Return a plan of a choice of sites that was not ruled out, or of those with most to spare.

    Parameters
    ----------
    least : LeastChange
        Of the instance.
    instance : LocationInstance
    choice : SiteChoice
    seconds : float
        Time in which sites with more to spare are looked for.

    Returns
    -------
    Decisions or None
        None where none was found, which proves nothing.
    """
    # where emissions are capped, a plan is found at the prices of a choice
    capped = bool(np.isfinite(instance.limits.co2_kg) and instance.limits.targets)
    decisions = None if capped and choice.prices is None else plan_of_sites(instance, choice)
    if decisions is not None or seconds <= 0.0 or not instance.limits.targets:
        return decisions
    surest = least.surest_sites(instance, seconds)
    return None if surest is None else plan_of_sites(instance, surest)
