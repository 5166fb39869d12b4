"""A certificate: all data from which a certified bound can be recomputed.

The bound is the least of the bounds of its *leaves*. A leaf is a case (some sites open, some
closed, some products not kept at some sites) with its own multipliers; a tree of splits defines the
cases, so that anyone can check that they cover everything. One leaf without a split is the plain
Lagrangian bound (docs/formulation.md, "The bound").
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from fulfill.model.array_file import save_arrays
from fulfill.model.arrays import Array, Index
from fulfill.model.multipliers import AXES, Multipliers

FILE = "certificate.npz"
FORMAT_VERSION = 4
"""Version of the file's format; 1 was that of files that named none, 2 that of files
without multipliers of rules on sites, 3 that of files without those of limits of flows."""
NO, YES = 0, 1
"""Sides of a split: the site is closed / open, or the product never leaves the site / may leave
it."""


@dataclass(frozen=True)
class Leaf(Multipliers):
    """The multipliers of one case and the breakpoints of the safety-stock cost.

    Attributes
    ----------
    breakpoints : (I, K, J + 1)
        Yearly orders between which secants are drawn below the concave cost of safety stock: from
        zero, ascending, to at least what can leave the site in a year.
    """

    breakpoints: Array


@dataclass(frozen=True, repr=False)
class Certificate:
    """Leaves, and the tree of splits above them.

    Attributes
    ----------
    leaves : tuple of Leaf
        One for each node without children, in the order of the nodes.
    parent : (N,)
        Number of the node above; node 0 is the root, with parent -1.
    site, product : (N,)
        What the node's parent is split by: the site (product -1), or the product at the site.
    side : (N,)
        `NO` or `YES`, which of the two cases the node is.
    """

    leaves: tuple[Leaf, ...]
    parent: Index
    site: Index
    product: Index
    side: Index

    def __repr__(self) -> str:
        return f"Certificate({len(self.leaves)} leaves, {len(self.parent)} nodes)"

    def path(self, node: int) -> list[int]:
        """Return the nodes from a node up to below the root.

        Parameters
        ----------
        node : int

        Returns
        -------
        list of int
        """
        found = []
        while self.parent[node] >= 0:
            found.append(node)
            node = int(self.parent[node])
        return found

    def ends(self) -> list[int]:
        """Return the nodes without children, in the order of `leaves`."""
        return [int(node) for node in np.setdiff1d(np.arange(len(self.parent)), self.parent)]

    def save(self, path: Path) -> None:
        """Write the certificate as .npz; the arrays of the leaves are stacked.

        Parameters
        ----------
        path : Path
        """
        leaves = {name: np.stack([getattr(leaf, name) for leaf in self.leaves]) for name in RANKS}
        tree = {name: getattr(self, name) for name in TREE}
        save_arrays(path, FORMAT_VERSION, {**leaves, **tree})


TREE = tuple(field.name for field in fields(Certificate) if field.name != "leaves")
RANKS = {**{name: len(axes) for name, axes in AXES.items()}, "breakpoints": 3}
"""Number of axes of each array of a leaf."""


def whole(leaf: Leaf) -> Certificate:
    """Return the certificate of a bound without splits.

    Parameters
    ----------
    leaf : Leaf
        Covers every case.

    Returns
    -------
    Certificate
    """
    return Certificate((leaf,), *(np.array([value]) for value in (-1, -1, -1, YES)))
