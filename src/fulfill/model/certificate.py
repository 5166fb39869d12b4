"""A certificate: all data from which a certified bound can be recomputed, and its file.

The bound is the least of the bounds of its *leaves*. A leaf is a case (some sites open, some
closed, some products not kept at some sites) with its own multipliers; a tree of splits defines the
cases, so that anyone can check that they cover everything. One leaf without a split is the plain
Lagrangian bound (docs/formulation.md, "The bound").
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.model.array_file import read_arrays, save_arrays
from fulfill.model.arrays import Array, Index
from fulfill.model.multipliers import AXES, Multipliers

FILE = "certificate.npz"
FORMAT_VERSION = 2
"""Version of the file's format; 1 was that of files that named none."""
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


def load(path: Path) -> Certificate:
    """Read a certificate.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Certificate

    Raises
    ------
    InputError
        F101 where there is no file, F311 where it is no certificate: arrays missing or unknown, of
        a wrong number of axes, or with values that are not finite; F320 where its format is another
        one.
    """
    arrays = read_arrays(path, FORMAT_VERSION)
    faults = [Fault("F311", path.name, column=name, detail=text) for name, text in _wrong(arrays)]
    if faults:
        raise InputError(faults)
    number = len(arrays["cell"])
    leaves = tuple(
        Leaf(**{name: arrays[name][n].astype(float) for name in RANKS}) for n in range(number)
    )
    certificate = Certificate(leaves, **{name: arrays[name].astype(np.int64) for name in TREE})
    if len(certificate.ends()) != number:
        detail = "leaves of the tree and of the arrays"
        raise InputError([Fault("F311", path.name, column="parent", detail=detail)])
    return certificate


def _wrong(arrays: dict[str, NDArray[Any]]) -> list[tuple[str, str]]:
    """Return what is wrong with the arrays of a file, as name and text."""
    wanted = {**{name: axes + 1 for name, axes in RANKS.items()}, **dict.fromkeys(TREE, 1)}
    found = [(name, "missing") for name in sorted(set(wanted) - set(arrays))]
    found += [(name, "unknown") for name in sorted(set(arrays) - set(wanted))]
    for name in sorted(set(wanted) & set(arrays)):
        value, kinds = arrays[name], "iu" if name in TREE else "fiu"
        if value.dtype.kind not in kinds or value.ndim != wanted[name]:
            found.append(
                (
                    name,
                    f"{value.ndim} axes of {value.dtype}, {wanted[name]} axes of numbers expected",
                )
            )
        elif not np.isfinite(value).all():
            found.append((name, "a figure is infinite or none"))
    for family in (RANKS, TREE):
        lengths = {len(arrays[name]) for name in family if name in arrays and arrays[name].ndim}
        if not found and (len(lengths) != 1 or 0 in lengths):
            found.append(
                (next(iter(family)), f"arrays of {', '.join(map(str, sorted(lengths)))} entries")
            )
    return found
