"""Minimum-cost flows from plants over sites to zones, kept optimal while plants and sites change.

The network simplex method with strongly feasible trees (R. K. Ahuja, T. L. Magnanti, J. B. Orlin
(1993), Network Flows, chapter 11). Periods are independent networks. A closed plant or site keeps
its arc at a prohibitive cost, so that the tree of one choice is feasible for every other one, and
few pivots lead from one to the next. All figures are whole numbers, so that nothing is rounded.

Nodes: 0 the source, then plants, sites before their capacity, sites after it, zones. Arcs: source
to plant, through a site (both with a capacity), plant to site, site to zone, source to zone (an
order that goes missing), and one from every plant and site to the source (for the first tree only).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fulfill.model.arrays import Index, Mask
from fulfill.model.kernel_cache import njit

PROBED = 3
"""Periods after which a choice may be given up."""


class Network(NamedTuple):
    """Arcs of all periods T; plants O, sites I, zones Z.

    Attributes
    ----------
    demand : (T, Z) of int
    room : (T, O + I) of int
        Capacities of plants, then of sites.
    first, second : (T, O, I), (T, I, Z) of int
        Cost per unit; `closed` where there is no connection.
    dear : int
        Cost of a unit that goes missing: more than any way of serving it.
    closed : int
        Cost of a unit through what is closed, more than `dear`.
    """

    demand: Index
    room: Index
    first: Index
    second: Index
    dear: int
    closed: int


class Trees(NamedTuple):
    """A spanning tree and its flows for every period, axes T and nodes N (mutable).

    Attributes
    ----------
    parent, arc, flow : (T, N) of int
        Parent of a node, the arc between them, and the flow on it.
    full : (T, O + I)
        Whether a plant or site outside the tree is used to its capacity.
    """

    parent: Index
    arc: Index
    flow: Index
    full: Mask


def first_trees(network: Network) -> Trees:
    """Return trees in which every order goes missing.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Trees
    """
    n_periods, n_zones = network.demand.shape
    n_plants, n_sites = network.first.shape[1:]
    n_nodes = 1 + n_plants + 2 * n_sites + n_zones
    missing = n_plants + n_sites + n_plants * n_sites + n_sites * n_zones
    arc = np.zeros((n_periods, n_nodes), np.int64)
    arc[:, n_nodes - n_zones :] = missing + np.arange(n_zones)
    others = np.arange(1, n_nodes - n_zones)
    arc[:, 1 : n_nodes - n_zones] = missing + n_zones + others
    flow = np.zeros_like(arc)
    flow[:, n_nodes - n_zones :] = network.demand
    return Trees(np.zeros_like(arc), arc, flow, np.zeros(network.room.shape, bool))


@njit(inline="always")
def _ends(arc, n_plants, n_sites, n_zones):
    """Return the tail and the head of an arc."""
    if arc < n_plants:
        return 0, 1 + arc
    arc -= n_plants
    into, out = 1 + n_plants, 1 + n_plants + n_sites
    if arc < n_sites:
        return into + arc, out + arc
    arc -= n_sites
    if arc < n_plants * n_sites:
        return 1 + arc // n_sites, into + arc % n_sites
    arc -= n_plants * n_sites
    if arc < n_sites * n_zones:
        return out + arc // n_zones, out + n_sites + arc % n_zones
    arc -= n_sites * n_zones
    if arc < n_zones:
        return 0, out + n_sites + arc
    return arc - n_zones, 0


@njit(inline="always")
def _cost(network, opened, t, arc):
    """Return the cost of a unit on an arc."""
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    if arc < n_plants + n_sites:
        return 0 if opened[arc] else network.closed
    arc -= n_plants + n_sites
    if arc < n_plants * n_sites:
        return network.first[t, arc // n_sites, arc % n_sites]
    arc -= n_plants * n_sites
    if arc < n_sites * n_zones:
        return network.second[t, arc // n_zones, arc % n_zones]
    return network.dear if arc < n_sites * n_zones + n_zones else network.closed


@njit()
def price_nodes(network, opened, t, parent, arc, price, depth, stack):
    """Set the prices and depths of all nodes from the tree."""
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    depth[:] = -1
    depth[0], price[0] = 0, 0
    for node in range(1, len(parent)):
        height, v = 0, node
        while depth[v] < 0:
            stack[height] = v
            height += 1
            v = parent[v]
        while height > 0:
            height -= 1
            v = stack[height]
            tail, _ = _ends(arc[v], n_plants, n_sites, n_zones)
            usd = _cost(network, opened, t, arc[v])
            price[v] = price[parent[v]] + (-usd if tail == v else usd)
            depth[v] = depth[parent[v]] + 1


@njit()
def _move_subtree(parent, top, shift, price, depth, stack, mark, number):
    """Shift the prices of a node and of all below it, and set their depths.

    `mark` holds twice the `number` of the last call in which a node was met, plus one if it was
    below `top`.
    """
    mark[0], mark[top] = 2 * number, 2 * number + 1
    price[top] += shift
    depth[top] = depth[parent[top]] + 1
    for node in range(1, len(parent)):
        height, v = 0, node
        while mark[v] < 2 * number:
            stack[height] = v
            height += 1
            v = parent[v]
        kind = mark[v]
        while height > 0:
            height -= 1
            v = stack[height]
            mark[v] = kind
            if kind > 2 * number:
                price[v] += shift
                depth[v] = depth[parent[v]] + 1


@njit()
def _entering_source(network, opened, price, full):
    """Return the arc from the source that is furthest from optimal, -1 for none."""
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    best, chosen = 0, -1
    for o in range(n_plants):
        usd = (0 if opened[o] else network.closed) - price[1 + o]
        usd = -usd if full[o] else usd
        if usd < best:
            best, chosen = usd, o
    zone = 1 + n_plants + 2 * n_sites
    missing = n_plants + n_sites + n_plants * n_sites + n_sites * n_zones
    for z in range(n_zones):
        usd = network.dear - price[zone + z]
        if usd < best:
            best, chosen = usd, missing + z
    return chosen


@njit()
def _entering(network, opened, t, i, price, full):
    """Return the arc of site `i` that is furthest from optimal, -1 for none."""
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    both, out = n_plants + n_sites, 1 + n_plants + n_sites
    best, chosen = 0, -1
    usd = _cost(network, opened, t, n_plants + i) + price[1 + n_plants + i] - price[out + i]
    usd = -usd if full[n_plants + i] else usd
    if usd < best:
        best, chosen = usd, n_plants + i
    if not opened[n_plants + i]:
        return chosen
    for o in range(n_plants):
        usd = network.first[t, o, i] + price[1 + o] - price[1 + n_plants + i]
        if opened[o] and usd < best:
            best, chosen = usd, both + o * n_sites + i
    here = price[out + i]
    for z in range(n_zones):
        usd = network.second[t, i, z] + here - price[out + n_sites + z]
        if usd < best:
            best, chosen = usd, both + n_plants * n_sites + i * n_zones + z
    return chosen


@njit()
def _blocking(network, t, trees, path, join, amount):
    """Return how much fits around a cycle, and what blocks it.

    Parameters
    ----------
    network : Network
    t : int
    trees : Trees
    path : tuple of int
        Nodes where the flow enters and leaves the new arc.
    join : int
        Where their paths to the root meet.
    amount : int
        What fits on the new arc.

    Returns
    -------
    amount, leaving, side : int
        `leaving` is the node below the arc that blocks, -1 for the new arc itself; `side` says on
        whose path it lies.
    """
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    parent, arc, flow = trees.parent[t], trees.arc[t], trees.flow[t]
    leaving, side = -1, 0
    for branch in range(2):
        u = path[branch]
        while u != join:
            tail, _ = _ends(arc[u], n_plants, n_sites, n_zones)
            left = np.int64(1) << 60
            if (tail == u) == (branch == 0):
                left = flow[u]
            elif arc[u] < n_plants + n_sites:
                left = network.room[t, arc[u]] - flow[u]
            # the last blocking arc of the cycle leaves: the tree stays strongly feasible
            if left < amount or (branch == 1 and left <= amount):
                amount, leaving, side = left, u, branch
            u = parent[u]
    return amount, leaving, side


@njit()
def _pivot(network, t, entering, trees, depth):
    """Send what fits around the cycle that an arc closes, and exchange it for one that blocks.

    Returns
    -------
    int
        The end of the arc that now hangs on it, -1 where the tree is the same.
    """
    n_plants, n_sites = network.first.shape[1:]
    n_zones = network.demand.shape[1]
    both = n_plants + n_sites
    parent, arc, flow, full = trees.parent[t], trees.arc[t], trees.flow[t], trees.full[t]
    path = _ends(entering, n_plants, n_sites, n_zones)
    room, was_full = np.int64(1) << 60, False
    if entering < both:
        room, was_full = network.room[t, entering], full[entering]
    if was_full:
        path = path[1], path[0]
    join, other = path
    while join != other:
        if depth[join] >= depth[other]:
            join = parent[join]
        else:
            other = parent[other]
    amount, leaving, side = _blocking(network, t, trees, path, join, room)
    for branch in range(2):
        u = path[branch]
        while u != join:
            tail, _ = _ends(arc[u], n_plants, n_sites, n_zones)
            flow[u] += -amount if (tail == u) == (branch == 0) else amount
            u = parent[u]
    if leaving < 0:
        full[entering] = not was_full
        return -1
    if arc[leaving] < both:
        full[arc[leaving]] = flow[leaving] > 0
    if entering < both:
        full[entering] = False
    _turn(
        trees,
        t,
        (path[side], path[1 - side]),
        leaving,
        entering,
        room - amount if was_full else amount,
    )
    return path[side]


@njit()
def _turn(trees, t, path, leaving, arc, flow):
    """Hang a path of the tree, from its lower end to a node, on another node by a new arc.

    Parameters
    ----------
    trees : Trees
        Updated.
    t : int
    path : tuple of int
        The lower end and the other node.
    leaving : int
        Last node of the path.
    arc, flow : int
        The new arc and its flow.
    """
    u, above = path
    while True:
        parent, old_arc, old_flow = trees.parent[t, u], trees.arc[t, u], trees.flow[t, u]
        trees.parent[t, u], trees.arc[t, u], trees.flow[t, u] = above, arc, flow
        if u == leaving:
            return
        above, u, arc, flow = u, parent, old_arc, old_flow


@njit(nogil=True)
def reoptimise(network, opened, trees, usd, allowance):
    """Make trees optimal for other open plants and sites.

    After a few periods a choice whose costs rise at more than twice the rate that the allowance
    leaves room for is given up.

    Parameters
    ----------
    network : Network
    opened : (O + I,)
        Plants, then sites.
    trees : Trees
        Updated.
    usd : (T,)
        Costs of the periods at the choice before; set to those at this one.
    allowance : float
        Most that the sum of costs may rise, infinite for no limit.

    Returns
    -------
    int
        Units that go missing; -1 where the choice was given up.
    """
    n_periods, n_zones = network.demand.shape
    n_nodes, n_sites = trees.parent.shape[1], network.first.shape[2]
    price, depth = np.zeros(n_nodes, np.int64), np.zeros(n_nodes, np.int64)
    stack = np.zeros(n_nodes, np.int64)
    mark, number, missing, rise = np.zeros(n_nodes, np.int64), 0, 0, 0
    source = len(opened) + network.first.shape[1] * n_sites + n_sites * n_zones
    for t in range(n_periods):
        parent, arc = trees.parent[t], trees.arc[t]
        price_nodes(network, opened, t, parent, arc, price, depth, stack)
        block, idle = 0, 0
        while idle <= n_sites:
            # the arcs of one site after the other, then those from the source
            if block == n_sites:
                entering = _entering_source(network, opened, price, trees.full[t])
            else:
                entering = _entering(network, opened, t, block, price, trees.full[t])
            if entering < 0:
                idle += 1
                block = (block + 1) % (n_sites + 1)
                continue
            idle = 0
            tail, head = _ends(entering, network.first.shape[1], n_sites, n_zones)
            excess = _cost(network, opened, t, entering) + price[tail] - price[head]
            top = _pivot(network, t, entering, trees, depth)
            if top >= 0:
                number += 1
                shift = -excess if top == tail else excess
                _move_subtree(parent, top, shift, price, depth, stack, mark, number)
        before, usd[t] = usd[t], 0
        for v in range(1, n_nodes):
            usd[t] += trees.flow[t, v] * _cost(network, opened, t, arc[v])
            if arc[v] >= source and v > n_nodes - n_zones - 1:
                missing += trees.flow[t, v]
        rise += usd[t] - before
        if t + 1 >= PROBED and rise * n_periods > 2.0 * (t + 1) * max(allowance, 0.0):
            return -1
    return missing


def flows(trees: Trees, n_plants: int, n_sites: int, n_zones: int) -> tuple[Index, Index]:
    """Return the flows on routes and lanes.

    Parameters
    ----------
    trees : Trees
    n_plants, n_sites, n_zones : int

    Returns
    -------
    brought, sent : ndarray of int, shape (T, O, I) and (T, I, Z)
    """
    n_routes = n_plants * n_sites
    number = trees.arc - (n_plants + n_sites)
    found = np.zeros((len(number), n_routes + n_sites * n_zones), np.int64)
    period, node = np.nonzero((number >= 0) & (number < found.shape[1]) & (trees.flow > 0))
    # arcs outside the tree that have no capacity carry nothing
    found[period, number[period, node]] = trees.flow[period, node]
    return (
        found[:, :n_routes].reshape(-1, n_plants, n_sites),
        found[:, n_routes:].reshape(-1, n_sites, n_zones),
    )
