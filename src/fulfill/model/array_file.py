"""Arrays of a run in one .npz file, with the version of the format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file
from fulfill.inputs.npz import read_npz

VERSION = "format_version"


def save_arrays(path: Path, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays and the version of their format.

    Parameters
    ----------
    path : Path
    version : int
    arrays : mapping of str to ndarray
    """
    stored: dict[str, Any] = {VERSION: np.asarray(version), **arrays}
    np.savez_compressed(path, **stored)


def read_arrays(path: Path, version: int) -> dict[str, NDArray[Any]]:
    """Read the arrays of a file of this version.

    Parameters
    ----------
    path : Path
    version : int

    Returns
    -------
    dict of ndarray

    Raises
    ------
    InputError
        F101 where there is no file, F311 where it is not an .npz file of plain arrays, F320 where
        its format is of another version or has none, F347 where it is no regular file.
    """
    content = read_own_file(path)
    try:
        arrays = read_npz(content)
    except ValueError as error:
        raise InputError([Fault("F311", path.name, detail=str(error))]) from None
    found = arrays.pop(VERSION, np.array("none"))
    if found.dtype.kind not in "iu" or found.ndim or found != version:
        value = str(found)[:40] if not found.ndim else "an array"
        detail = f"this version of fulfill reads version {version}"
        raise InputError([Fault("F320", path.name, column=VERSION, value=value, detail=detail)])
    return arrays
