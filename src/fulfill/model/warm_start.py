"""What a later run begins from: the sites of a plan, and its multipliers told from what the plan pays.

A multiplier of a cell is what the plan pays there and a rest. After a change of rules, prices or
locks the first is worked out anew and the rest is kept; any multipliers give a valid bound, so a
poor start costs time and never truth.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.model.certificate import read_arrays

Array = NDArray[np.float64]
Index = NDArray[np.int64]
FILE = "start.npz"
NAMES = ("zones", "products", "periods", "sites")


@dataclass(frozen=True)
class Start:
    """Sites, prices and multipliers of an earlier plan.

    Attributes
    ----------
    zones, products, periods, sites : names along the axes Z, K, T, I
    size : (I,) chosen size, -1 closed;  assortment : (I, K) 0/1 what a site may stock
    rho : (I, T) prices of throughput, USD per order;  volume : (I, K) yearly orders
    rest : (Z, K, T) multiplier of a cell less what the plan pays there, USD per potential order
    stocking, gateway, origin, share, mail, carrier, storage, service, throughput, co2, budget : the
    other multipliers,
        as in `certificate.Leaf`
    """

    zones: NDArray[np.str_]
    products: NDArray[np.str_]
    periods: NDArray[np.str_]
    sites: NDArray[np.str_]
    size: Index
    assortment: Index
    rho: Array
    volume: Array
    rest: Array
    stocking: Array
    gateway: Array
    origin: Array
    share: Array
    mail: Array
    carrier: Array
    storage: Array
    service: Array
    throughput: Array
    co2: Array
    budget: Array

    def save(self, path: Path) -> None:
        """Write as .npz; figures in single precision, which is near enough to begin from."""
        arrays = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        small = {
            name: value.astype(np.float32) if value.dtype.kind == "f" else value
            for name, value in arrays.items()
        }
        np.savez_compressed(path, **small)  # type: ignore[arg-type]


def load(path: Path) -> Start:
    """Read the start that a run left.

    Raises
    ------
    InputError
        F101 where there is no file, F311 where it is none of ours.
    """
    arrays = read_arrays(path)
    wanted = {field.name for field in fields(Start)}
    faults = [
        Fault("F311", path.name, column=name, detail="missing")
        for name in sorted(wanted - set(arrays))
    ]
    faults += [
        Fault("F311", path.name, column=name, detail="unknown")
        for name in sorted(set(arrays) - wanted)
    ]
    faults += [
        Fault("F311", path.name, column=name, detail="a figure is infinite or none")
        for name in sorted(wanted & set(arrays))
        if arrays[name].dtype.kind == "f" and not np.isfinite(arrays[name]).all()
    ]
    if faults:
        raise InputError(faults)
    return Start(
        **{
            name: value.astype(float) if value.dtype.kind == "f" else value
            for name, value in arrays.items()
        }
    )


def check_start(start: Start, **axes: tuple[str, ...]) -> None:
    """Refuse a start of other zones, products, periods or sites.

    Raises
    ------
    InputError
        F311 with the first name that differs, one fault an axis.
    """
    faults = []
    for name in NAMES:
        old, new = list(getattr(start, name)), list(axes[name])
        if old != new:
            pairs = zip([*old, "nothing"], [*new, "nothing"], strict=False)
            first = next((one, other) for one, other in pairs if one != other)
            detail = f"the run has {len(old)}, this problem {len(new)}; first difference: {first[0]} / {first[1]}"
            faults.append(Fault("F311", FILE, column=name, detail=detail))
    if faults:
        raise InputError(faults)
