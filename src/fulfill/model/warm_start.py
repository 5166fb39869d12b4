"""What a later run can start from: the sites of a plan, and multipliers relative to it.

The multiplier of a cell is stored as its difference to what the plan pays there. After a change of
rules, prices or locks what the plan pays is recomputed and the difference is kept; any multipliers
give a valid bound, so a poor warm start costs time and cannot make a bound wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.model.array_file import read_arrays, save_arrays
from fulfill.model.arrays import Array, Index
from fulfill.model.multipliers import AXES, FREE, Multipliers

FILE = "start.npz"
FORMAT_VERSION = 4
"""Version of the file's format; 1 was that of files that named none, 2 that of files
without multipliers of rules on sites, 3 that of files without those of limits of flows."""
NAMES = ("zones", "products", "periods", "sites")
SHAPES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in NAMES},
    "size": ("sites",),
    "assortment": ("sites", "products"),
    "rho": ("sites", "periods"),
    "volume": ("sites", "products"),
}
"""Axes of the arrays of a warm start besides its multipliers."""
WHOLE = ("size", "assortment")
LARGEST = 1e15
"""Figures beyond this are refused: no price or volume is that high, and sums could overflow."""


@dataclass(frozen=True, repr=False)
class WarmStart:
    """Sites, prices and multipliers of an earlier plan.

    Attributes
    ----------
    zones, products, periods, sites : names along the axes Z, K, T, I
    size : (I,)
        Chosen size, -1 closed.
    assortment : (I, K) 0/1
        What a site may stock.
    rho : (I, T)
        Prices of throughput, USD per order.
    volume : (I, K)
        Yearly orders.
    multipliers : Multipliers
        Those of the plan's bound; `cell` is told from the plan: the multiplier of a cell less what
        the plan pays there, USD per potential order.
    """

    zones: NDArray[np.str_]
    products: NDArray[np.str_]
    periods: NDArray[np.str_]
    sites: NDArray[np.str_]
    size: Index
    assortment: Index
    rho: Array
    volume: Array
    multipliers: Multipliers

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(getattr(self, name))} {name}" for name in NAMES)
        return f"WarmStart({sizes}, {int((self.size >= 0).sum())} open)"

    def save(self, path: Path) -> None:
        """Write the warm start as .npz; single precision is accurate enough to start from.

        Parameters
        ----------
        path : Path
        """
        arrays = {name: getattr(self, name) for name in PLAN}
        arrays |= {name: getattr(self.multipliers, name) for name in AXES}
        small = {
            name: value.astype(np.float32) if value.dtype.kind == "f" else value
            for name, value in arrays.items()
        }
        save_arrays(path, FORMAT_VERSION, small)


PLAN = tuple(SHAPES)
"""The arrays of a warm start besides its multipliers."""


def load(path: Path) -> WarmStart:
    """Read the warm start that a run left.

    Parameters
    ----------
    path : Path

    Returns
    -------
    WarmStart

    Raises
    ------
    InputError
        F101 where there is no file, F311 where it is no warm start, F320 where its format is
        another one.
    """
    arrays = read_arrays(path, FORMAT_VERSION)
    faults = [Fault("F311", path.name, column=name, detail=text) for name, text in _wrong(arrays)]
    if faults:
        raise InputError(faults)
    read = {
        name: value.astype(float) if value.dtype.kind == "f" else value
        for name, value in arrays.items()
    }
    multipliers = Multipliers(**{name: read[name] for name in AXES})
    return WarmStart(**{name: read[name] for name in PLAN}, multipliers=multipliers)


def _wrong(arrays: dict[str, NDArray[Any]]) -> list[tuple[str, str]]:
    """Return what is wrong with the arrays of a file, as name and text."""
    wanted = {**SHAPES, **AXES}
    found = [(name, "missing") for name in sorted(set(wanted) - set(arrays))]
    found += [(name, "unknown") for name in sorted(set(arrays) - set(wanted))]
    for name in sorted(set(wanted) & set(arrays)):
        value, axes = arrays[name], len(wanted[name])
        if value.ndim != axes or value.dtype.kind not in _kinds(name):
            detail = f"{value.ndim} axes of {value.dtype}, {axes} axes of {_words(name)} expected"
            found.append((name, detail))
        elif value.dtype.kind == "f" and not (np.abs(value) <= LARGEST).all():
            found.append((name, "a figure is infinite, none or too large"))
        elif name in AXES and name not in FREE and (value < 0).any():
            found.append((name, "a multiplier is negative"))
    if found:
        return found
    length = {axis: len(arrays[axis]) for axis in NAMES}
    for name, along in wanted.items():
        shape = arrays[name].shape
        # A run with other gateways, targets or sizes is accepted, see `decomposition`.
        if any(length.get(axis, n) != n for axis, n in zip(along, shape, strict=True)):
            found.append((name, f"shape {shape}, not that of {', '.join(along)}"))
    return found


def _kinds(name: str) -> str:
    """Return the kinds of arrays that a name may have."""
    return "U" if name in NAMES else "iu" if name in WHOLE else "f"


def _words(name: str) -> str:
    return {"U": "texts", "iu": "whole numbers", "f": "fractional numbers"}[_kinds(name)]


def check_warm_start(warm_start: WarmStart, n_sizes: int, **axes: tuple[str, ...]) -> None:
    """Refuse a warm start of other zones, products, periods or sites.

    Parameters
    ----------
    warm_start : WarmStart
    n_sizes : int
        Number of sizes of the sites.
    **axes : tuple of str
        Names along the axes of `NAMES`.

    Raises
    ------
    InputError
        F311 with the first name that differs, one fault for each axis, and where a site has a size
        that is none.
    """
    faults = []
    if ((warm_start.size < -1) | (warm_start.size >= n_sizes)).any():
        detail = f"-1 for closed, or a size from 0 to {n_sizes - 1}"
        faults.append(Fault("F311", FILE, column="size", detail=detail))
    for name in NAMES:
        old, new = list(getattr(warm_start, name)), list(axes[name])
        if old != new:
            pairs = zip([*old, "nothing"], [*new, "nothing"], strict=False)
            one, other = next((one, other) for one, other in pairs if one != other)
            detail = (
                f"the run has {len(old)}, this problem {len(new)}; "
                f"first difference: {one} / {other}"
            )
            faults.append(Fault("F311", FILE, column=name, detail=detail))
    if faults:
        raise InputError(faults)
