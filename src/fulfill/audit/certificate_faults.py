"""Checks that a certificate is well formed: branching tree, shapes, signs and break points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from fulfill.model.arrays import Array, Index
from fulfill.model.certificate import NO, YES, Certificate, Leaf
from fulfill.model.instance import LocationInstance
from fulfill.model.multipliers import FREE, shapes

LARGEST = 1e15
"""Multipliers beyond this are rejected: no price is that high, and sums could overflow."""
COVER = 1e-12
"""Relative shortfall accepted at the last break point: the rounding of the sum behind it."""


def certificate_faults(instance: LocationInstance, certificate: Certificate) -> list[str]:
    """Check that a certificate can be evaluated and that its leaves cover every plan.

    Parameters
    ----------
    instance : LocationInstance
        Instance that the certificate is for.
    certificate : Certificate
        Branching tree with the multipliers and break points of its leaves.

    Returns
    -------
    list of str
        What is wrong; empty for a well-formed certificate.
    """
    faults = list(_tree_faults(instance, certificate))
    for number, leaf in enumerate(certificate.leaves):
        faults += _leaf_faults(instance, leaf, number)
    if not faults:  # the reach can only be computed from arrays of the right shape
        faults += _reach_faults(instance, certificate)
    return faults


def _tree_faults(instance: LocationInstance, certificate: Certificate) -> Iterator[str]:
    """Check that the leaves cover every case: each split has exactly one branch for either side."""
    parent, side = certificate.parent, certificate.side
    site, product = certificate.site, certificate.product
    number = np.arange(len(parent))
    if parent[0] != -1 or (parent[1:] < 0).any() or (parent >= number).any():
        yield "branches: a node precedes its parent, or there is more than one root"
        return
    if (
        (site[1:] < 0).any()
        or (site >= len(instance.sites)).any()
        or (product >= len(instance.products)).any()
    ):
        yield "branches: a split names a site or product that the instance does not have"
    if len(certificate.ends()) != len(certificate.leaves):
        cases, leaves = len(certificate.ends()), len(certificate.leaves)
        yield f"branches: {cases} cases, multipliers for {leaves}"
    yield from split_faults(parent, (site, product), side)


def split_faults(parent: Index, keys: tuple[Index, ...], side: Index) -> Iterator[str]:
    """Check that every split has exactly one branch for either side.

    Parameters
    ----------
    parent : (N,)
        Node above each node; node 0 is the root, and no node precedes its parent.
    keys : tuple of (N,)
        What the parent of a node is split by.
    side : (N,)
        `NO` or `YES`.

    Yields
    ------
    str
        A fault for each split that leaves something out.
    """
    total = np.bincount(parent[1:], minlength=len(parent))
    below = [np.flatnonzero(side[1:] == one) + 1 for one in (NO, YES)]
    count = [np.bincount(parent[nodes], minlength=len(parent)) for nodes in below]
    covered = (total == 2) & (count[0] == 1) & (count[1] == 1)
    for key in keys:
        at = np.full((2, len(parent)), -1)
        for row, nodes in zip(at, below, strict=True):
            row[parent[nodes]] = key[nodes]
        covered &= at[0] == at[1]
    for node in np.flatnonzero((total > 0) & ~covered):
        yield f"branches: the cases below node {node} do not cover everything"


def _shapes(instance: LocationInstance) -> dict[str, tuple[int, ...]]:
    """Return the shape that each array of a leaf must have.

    `breakpoints` has a free last axis, left out here.
    """
    sizes = instance.axis_sizes
    return shapes(sizes) | {"breakpoints": (sizes["sites"], sizes["products"])}


def _leaf_faults(instance: LocationInstance, leaf: Leaf, number: int) -> Iterator[str]:
    """Check shapes, figures and signs."""
    wanted = _shapes(instance)
    for name in (field.name for field in fields(leaf)):
        value = getattr(leaf, name)
        shape = value.shape[:2] if name == "breakpoints" else value.shape
        if shape != wanted[name]:
            yield f"{name}: shape {shape} in leaf {number}, the instance has {wanted[name]}"
        elif not (np.abs(value) <= LARGEST).all():
            yield f"{name}: a figure in leaf {number} is none or too large"
        elif name not in FREE and (value < 0).any():
            yield f"{name}: a multiplier in leaf {number} is negative ({value.min():.6g})"
    points = leaf.breakpoints
    if (
        points.ndim != 3
        or points.shape[2] < 2
        or (points[:, :, 0] != 0).any()
        or (np.diff(points, axis=2) < 0).any()
    ):
        yield f"breakpoints: those of leaf {number} do not ascend from zero"


def _reach_faults(instance: LocationInstance, certificate: Certificate) -> Iterator[str]:
    """Check that the break points cover every volume that can leave a site.

    Beyond its last point a secant lies above the concave cost and would not give a lower bound.
    """
    if instance.stock is None:
        return
    last = np.min([leaf.breakpoints[:, :, -1] for leaf in certificate.leaves], axis=0)
    for i, lanes in lanes_by_site(instance):
        if (last[i] < _most_leaving(instance, lanes) * (1.0 - COVER)).any():
            yield (
                f"breakpoints: those of {instance.sites[i]} end before the yearly orders "
                "that can leave it"
            )


def lanes_by_site(instance: LocationInstance) -> Iterator[tuple[int, Index]]:
    """Yield every site with its lanes, sorted by zone.

    Parameters
    ----------
    instance : LocationInstance
        What was planned.

    Yields
    ------
    site : int
        Index of the site.
    lanes : (n,)
        Indices of its lanes, those of a zone adjacent.
    """
    order = np.lexsort((instance.lane_zone, instance.lane_site))
    start = np.searchsorted(instance.lane_site[order], np.arange(len(instance.sites) + 1))
    for i in range(len(instance.sites)):
        yield i, order[start[i] : start[i + 1]]


def _most_leaving(instance: LocationInstance, lanes: Index) -> Array:
    """Return the largest yearly volume of each product that can leave a site, (K,), orders."""
    if not len(lanes):
        return np.zeros(instance.shape[1])
    zone, start = np.unique(instance.lane_zone[lanes], return_index=True)
    most = np.maximum.reduceat(instance.units[instance.lane_option[lanes]], start, axis=0)
    return np.asarray((most * instance.demand[zone]).sum(axis=(0, 2)))
