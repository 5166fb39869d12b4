"""Branch and bound over the sites: what lies between the Lagrangian bound and the optimum.

A node holds some sites open and some closed. Its bound is raised from the multipliers of its
parent, and its relaxed solution is made a plan. The node with the least bound is split next, by the
site that its relaxed solutions opened about half of the time. The bound of the instance is that of
the least leaf.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.network.ascent import ascend, begin
from fulfill.location.network.reference import Reference
from fulfill.location.network.relaxation import Relaxed, evaluate, local_lanes
from fulfill.model.arrays import Array
from fulfill.model.certificate import NO, YES, Certificate, Leaf
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import Multipliers

ROUNDS, STEP = 80, 0.3
"""Rounds of raising the bound of a node, and their first step."""
NODES = 150
"""Nodes at most."""


@dataclass(frozen=True)
class Node:
    """A case of the search.

    Attributes
    ----------
    parent : int
        Number of the node above, -1 for the root.
    site, side : int
        What tells it from its sibling: the site is closed (`NO`) or open (`YES`).
    opened, closed : tuple of int
        Sites held open and closed, locks of the instance included.
    bound : float
        Proven for the case, USD.
    prices : Multipliers
        That prove it.
    frequency : (I,)
        Share of rounds in which each site was open.
    """

    parent: int
    site: int
    side: int
    opened: tuple[int, ...]
    closed: tuple[int, ...]
    bound: float
    prices: Multipliers
    frequency: Array


def root_node(
    instance: LocationInstance, bound: float, prices: Multipliers, frequency: Array
) -> Node:
    """Return the node of the whole instance.

    Parameters
    ----------
    instance : LocationInstance
    bound : float
        Proven by the prices, USD.
    prices : Multipliers
    frequency : (I, M)
        See `Ascent`.

    Returns
    -------
    Node
    """
    opened, closed = instance.limits.opened, instance.limits.closed
    return Node(-1, -1, YES, opened, closed, bound, prices, frequency.sum(axis=1))


def split_site(instance: LocationInstance, node: Node) -> int:
    """Return the site by which a node is split, -1 where every site is decided.

    Parameters
    ----------
    instance : LocationInstance
    node : Node

    Returns
    -------
    int
    """
    undecided = np.array(np.isfinite(instance.fixed_usd).any(axis=1))
    undecided[[*node.opened, *node.closed]] = False
    most = instance.limits.max_sites
    if not undecided.any() or (most is not None and len(node.opened) >= most):
        return -1
    halfway = np.where(undecided, -np.abs(node.frequency - 0.5), -np.inf)
    return int(halfway.argmax())


def case_of(instance: LocationInstance, node: Node) -> LocationInstance:
    """Return the instance with the sites that a node holds open and closed.

    Parameters
    ----------
    instance : LocationInstance
    node : Node

    Returns
    -------
    LocationInstance
    """
    limits = replace(instance.limits, opened=node.opened, closed=node.closed)
    return replace(instance, limits=limits)


def children(
    instance: LocationInstance,
    nodes: list[Node],
    number: int,
    reference: Reference | None,
    target: float,
) -> tuple[tuple[Node, Relaxed], tuple[Node, Relaxed]] | None:
    """Split a node.

    Parameters
    ----------
    instance : LocationInstance
    nodes : list of Node
    number : int
        Of the node.
    reference : Reference or None
        What multipliers of cells move relative to.
    target : float
        Cost of the best plan, USD.

    Returns
    -------
    tuple or None
        Both nodes, each with the relaxed solution that proves its bound; None where every site is
        decided.
    """
    node = nodes[number]
    site = split_site(instance, node)
    if site < 0:
        return None
    found: list[tuple[Node, Relaxed]] = []
    for side in (NO, YES):
        opened = node.opened if side == NO else (*node.opened, site)
        closed = (*node.closed, site) if side == NO else node.closed
        child = replace(node, parent=number, site=site, side=side, opened=opened, closed=closed)
        case = case_of(instance, child)
        lanes = local_lanes(case)
        state = replace(begin(case, lanes, node.prices, reference), step=STEP)
        state = ascend(case, lanes, state, ROUNDS, target, lambda now: now.bound >= target)
        relaxed = evaluate(case, lanes, state.best)
        prices = relaxed.proving(state.best)
        frequency = state.frequency.sum(axis=1)
        child = replace(child, bound=relaxed.proven, prices=prices, frequency=frequency)
        found.append((child, relaxed))
    return found[0], found[1]


def certificate_of(nodes: list[Node], breakpoints: Array) -> Certificate:
    """Return what the bound of the least leaf can be recomputed from.

    Parameters
    ----------
    nodes : list of Node
    breakpoints : ndarray
        See `Leaf`.

    Returns
    -------
    Certificate
    """
    parents = {node.parent for node in nodes}
    leaves = tuple(
        Leaf(**vars(node.prices), breakpoints=breakpoints)
        for number, node in enumerate(nodes)
        if number not in parents
    )
    parent, site, side = (
        np.array([getattr(node, name) for node in nodes]) for name in ("parent", "site", "side")
    )
    return Certificate(leaves, parent, site, np.full(len(nodes), -1), side)
