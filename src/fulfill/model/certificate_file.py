"""Reading the file of a certificate, of either kind: the names of its arrays tell which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.model.array_file import read_arrays
from fulfill.model.branching_certificate import BranchingCertificate
from fulfill.model.certificate import FORMAT_VERSION, RANKS, TREE, Certificate, Leaf

AnyCertificate = Certificate | BranchingCertificate
Arrays = dict[str, NDArray[Any]]

NETWORK: tuple[Mapping[str, int], ...] = (
    {name: axes + 1 for name, axes in RANKS.items()},
    dict.fromkeys(TREE, 1),
)
"""Axes of the arrays of a `Certificate`; those of a group are equally long."""
BRANCHING: tuple[Mapping[str, int], ...] = (
    {"prices": 2},
    {"price": 1},
    dict.fromkeys(("parent", "site", "side"), 1),
)
"""Axes of the arrays of a `BranchingCertificate`."""
WHOLE = {*TREE, "price"}
"""Arrays of whole numbers."""


def load(path: Path) -> AnyCertificate:
    """Read a certificate.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Certificate or BranchingCertificate

    Raises
    ------
    InputError
        F101 where there is no file, F311 where it is no certificate: arrays missing or unknown, of
        a wrong number of axes, or with values that are not finite; F320 where its format is another
        one.
    """
    arrays = read_arrays(path, FORMAT_VERSION)
    branching = "prices" in arrays
    wrong = _wrong(arrays, BRANCHING if branching else NETWORK)
    if wrong:
        raise InputError(
            [Fault("F311", path.name, column=name, detail=text) for name, text in wrong]
        )
    arrays = {
        name: value.astype(np.int64 if name in WHOLE else float) for name, value in arrays.items()
    }
    certificate: AnyCertificate = (
        BranchingCertificate(**arrays) if branching else _of_leaves(arrays)
    )
    if len(certificate.ends()) != len(arrays["price" if branching else "cell"]):
        detail = "leaves of the tree and of the arrays"
        raise InputError([Fault("F311", path.name, column="parent", detail=detail)])
    return certificate


def _of_leaves(arrays: Arrays) -> Certificate:
    """Return the certificate whose leaves are stacked in `arrays`."""
    leaves = tuple(
        Leaf(**{name: arrays[name][n] for name in RANKS}) for n in range(len(arrays["cell"]))
    )
    return Certificate(leaves, **{name: arrays[name] for name in TREE})


def _wrong(arrays: Arrays, groups: tuple[Mapping[str, int], ...]) -> list[tuple[str, str]]:
    """Return what is wrong with the arrays of a file, as name and text."""
    wanted = {name: axes for group in groups for name, axes in group.items()}
    found = [(name, "missing") for name in sorted(set(wanted) - set(arrays))]
    found += [(name, "unknown") for name in sorted(set(arrays) - set(wanted))]
    for name in sorted(set(wanted) & set(arrays)):
        value, kinds = arrays[name], "iu" if name in WHOLE else "fiu"
        if value.dtype.kind not in kinds or value.ndim != wanted[name]:
            found.append(
                (
                    name,
                    f"{value.ndim} axes of {value.dtype}, {wanted[name]} axes of numbers expected",
                )
            )
        elif not np.isfinite(value).all():
            found.append((name, "a figure is infinite or none"))
    for group in groups:
        lengths = {len(arrays[name]) for name in group if name in arrays and arrays[name].ndim}
        if not found and (len(lengths) != 1 or 0 in lengths):
            found.append(
                (next(iter(group)), f"arrays of {', '.join(map(str, sorted(lengths)))} entries")
            )
    return found
