"""Sizes of the sites of a plan: none larger, and none open, without need."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fulfill.location.pricing import handling_cost
from fulfill.model.arrays import Array
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.model.site_rules import cheapest_choice

TOLERANCE = 1e-9
"""Share of a capacity that rounding may exceed it by."""


def cheapest_sizes(instance: LocationInstance, decisions: Decisions) -> Decisions:
    """Give every open site the cheapest size that holds what leaves it; close empty sites.

    Parameters
    ----------
    instance : LocationInstance
    decisions : Decisions

    Returns
    -------
    Decisions
        The same flows. Sites that are locked open or that a rule needs stay open; none costs more
        than before, and none needs a larger investment.
    """
    leaving = leaving_orders(instance, decisions)
    n_sites, n_sizes = decisions.opened.shape
    is_open = decisions.opened.any(axis=1)
    cost = np.full((n_sites, n_sizes), np.inf)
    for size in range(n_sizes):
        opened = np.zeros((n_sites, n_sizes))
        opened[:, size] = is_open
        handled = handling_cost(instance, opened, leaving).sum(axis=1)
        cost[:, size] = np.where(
            _fits(instance, leaving, size), instance.fixed_usd[:, size] + handled, np.inf
        )
    present = decisions.opened.argmax(axis=1)
    sites = np.arange(n_sites)
    dearer = instance.invest_usd > instance.invest_usd[sites, present][:, None]
    cost[dearer] = np.inf
    best = cost.argmin(axis=1)
    # a present size that rounding overfills stays as it is
    best = np.where(cost[sites, best] < cost[sites, present], best, present)
    used = np.isin(sites, instance.limits.opened) | (leaving.sum(axis=(1, 2)) > 0)
    # an empty site stays open only where a rule on sites needs it
    idle = np.where(is_open, np.maximum(cost[sites, best], 0.0), np.inf)
    choice = cheapest_choice(instance.limits.rules, idle, used & is_open)
    opened = np.zeros_like(decisions.opened)
    kept = np.flatnonzero(choice.is_open)
    opened[kept, best[kept]] = 1.0
    return replace(decisions, opened=opened)


def _fits(instance: LocationInstance, leaving: Array, size: int) -> Array:
    """Tell which sites could be of a size: throughput and storage hold what leaves them."""
    room = instance.capacity[:, size].sum(axis=1)
    fits = (leaving.sum(axis=1) <= room * (1.0 + TOLERANCE)).all(axis=1)
    stock = instance.stock
    if stock is None:
        return np.asarray(fits)
    level = stock.level * instance.volume_m3[:, None, None]
    stored = np.einsum("ikt,ktu->iu", leaving, level)
    safety = stock.secant_usd[:, :, size] * stock.safety.m3_per_usd * leaving.sum(axis=2)
    held = stored + safety.sum(axis=1)[:, None]
    return np.asarray(
        fits & (held <= stock.storage_m3[:, size, None] * (1 + TOLERANCE)).all(axis=1)
    )
