"""A plan that shows that limits leave one, from a choice of sites that was not ruled out."""

from __future__ import annotations

import numpy as np

from fulfill.location.feasibility.held_limits import plan_of_sites
from fulfill.location.feasibility.least_change import LeastChange
from fulfill.location.feasibility.site_program import SiteChoice
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance


def shown_plan(
    least: LeastChange, instance: LocationInstance, choice: SiteChoice, seconds: float
) -> Decisions | None:
    """Return a plan that keeps all limits of an instance, whatever it costs.

    Its sites are those of a choice, or those with the most to spare.

    Parameters
    ----------
    least : LeastChange
        Of the same tables and targets; values of limits may differ.
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
    if decisions is not None or seconds <= 0.0:
        return decisions
    if len(instance.limits.targets) < len(least.pairs.scope):
        return None  # a target is given up altogether
    surest = least.surest_sites(instance, seconds)
    return None if surest is None else plan_of_sites(instance, surest)
