"""The certificate of a branch and bound over sites: its tree, and the prices of every leaf.

A split has the two sides of a site, closed and open; nodes without children are the *leaves*. The
prices of a leaf, one per order of every zone, prove its bound (docs/formulation.md, "Branch and
bound"); the least of these is the bound of the instance. Leaves may share prices: those of the root
fix many sites.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from fulfill.model.array_file import save_arrays
from fulfill.model.arrays import Array, Index
from fulfill.model.certificate import FORMAT_VERSION


@dataclass(frozen=True, repr=False)
class BranchingCertificate:
    """A tree of splits by site, and prices for its leaves.

    Attributes
    ----------
    prices : (P, Z)
        alpha of docs/formulation.md, USD per order.
    price : (L,)
        Row of `prices` for each node without children, in the order of the nodes.
    parent : (N,)
        Number of the node above; node 0 is the root, with parent -1.
    site : (N,)
        Site that the node's parent is split by, -1 for the root.
    side : (N,)
        `NO` (closed) or `YES` (open), which of the two cases the node is.
    """

    prices: Array
    price: Index
    parent: Index
    site: Index
    side: Index

    def __repr__(self) -> str:
        return f"BranchingCertificate({len(self.price)} leaves, {len(self.prices)} price vectors)"

    def ends(self) -> Index:
        """Return the nodes without children, in the order of `price`."""
        return np.setdiff1d(np.arange(len(self.parent)), self.parent)

    def save(self, path: Path) -> None:
        """Write the certificate as .npz.

        Parameters
        ----------
        path : Path
        """
        save_arrays(
            path, FORMAT_VERSION, {row.name: getattr(self, row.name) for row in fields(self)}
        )
