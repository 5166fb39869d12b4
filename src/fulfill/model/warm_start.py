"""What a later run can start from: the sites of a plan, and multipliers relative to it.

The multiplier of a cell is stored as its difference to what the plan pays there. After a change of
rules, prices or locks what the plan pays is recomputed and the difference is kept; any multipliers
give a valid bound, so a poor warm start costs time and cannot make a bound wrong.
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

FILE = "start.npz"
FORMAT_VERSION = 2
"""Version of the file's format; 1 was that of files that named none."""
NAMES = ("zones", "products", "periods", "sites")


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


PLAN = tuple(field.name for field in fields(WarmStart) if field.name != "multipliers")
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
    wanted = {*PLAN, *AXES}
    found = [(name, "missing") for name in sorted(wanted - set(arrays))]
    found += [(name, "unknown") for name in sorted(set(arrays) - wanted)]
    found += [
        (name, "a figure is infinite or none")
        for name in sorted(wanted & set(arrays))
        if arrays[name].dtype.kind == "f" and not np.isfinite(arrays[name]).all()
    ]
    return found


def check_warm_start(warm_start: WarmStart, **axes: tuple[str, ...]) -> None:
    """Refuse a warm start of other zones, products, periods or sites.

    Parameters
    ----------
    warm_start : WarmStart
    **axes : tuple of str
        Names along the axes of `NAMES`.

    Raises
    ------
    InputError
        F311 with the first name that differs, one fault for each axis.
    """
    faults = []
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
