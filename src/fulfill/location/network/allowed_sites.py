"""Which choices of sites a plan may have, and the nearest one that obeys the rules on sites."""

from __future__ import annotations

import numpy as np

from fulfill.model.arrays import Index, Mask
from fulfill.model.instance import LocationInstance
from fulfill.model.site_rules import broken_rules, cheapest_choice

LESS = 1e-3
"""Weight of the fixed costs against the number of sites that are opened or closed."""


def allowed(instance: LocationInstance, size: Index) -> bool:
    """Tell whether a choice observes locks, number of sites, rules, offered sizes and budget.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.

    Returns
    -------
    bool
    """
    limits = instance.limits
    is_open = np.flatnonzero(size >= 0)
    if limits.max_sites is not None and len(is_open) > limits.max_sites:
        return False
    if np.isin(is_open, limits.closed).any() or not np.isin(limits.opened, is_open).all():
        return False
    if not np.isfinite(instance.fixed_usd[is_open, size[is_open]]).all():
        return False
    if len(broken_rules(limits.rules, size >= 0)):
        return False
    return float(instance.invest_usd[is_open, size[is_open]].sum()) <= limits.budget_usd


def obeying(instance: LocationInstance, size: Index, kept: Mask | None = None) -> Index:
    """Return the nearest choice that obeys the rules on sites: fewest sites opened and closed.

    Of choices equally near, the one with the least fixed cost is taken; newly opened sites get
    their cheapest size. Where no choice obeys all rules, some stay broken.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.
    kept : (I,), optional
        Sites that stay as they are.

    Returns
    -------
    ndarray of int, shape (I,)
        The given choice if it obeys the rules or there are none.
    """
    limits, is_open = instance.limits, size >= 0
    if not len(broken_rules(limits.rules, is_open)):
        return size
    fixed = instance.fixed_usd.min(axis=1)
    dearest = max(float(np.abs(fixed[np.isfinite(fixed)]).max(initial=0.0)), 1e-9)
    cost = np.where(is_open, -1.0, 1.0) + LESS * fixed / dearest
    stays = np.zeros(len(size), bool) if kept is None else kept
    cost[stays & ~is_open] = np.inf
    cost[list(limits.closed)] = np.inf
    locked = (stays & is_open) | np.isin(np.arange(len(size)), limits.opened)
    opened = cheapest_choice(limits.rules, cost, locked, limits.max_sites).is_open
    cheapest = instance.fixed_usd.argmin(axis=1)
    return np.where(opened, np.where(is_open, size, cheapest), -1)
