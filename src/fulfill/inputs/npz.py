"""Arrays of an .npz file from an untrusted source.

Nothing in a file is executed, and nothing is unpacked before its size is known: the size of every
array follows from its header, and the sum is limited. A few megabytes can otherwise unpack to more
than the memory of the machine.
"""

from __future__ import annotations

import io
import math
import zipfile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

LARGEST_BYTES = 2**31
"""Total size of the arrays of a file; the largest of the embedded networks have a tenth of it."""
SUFFIX = ".npy"
KINDS = "biufU"
"""Kinds of arrays that are read: flags, integers, floats and texts."""


def read_npz(content: bytes, largest_bytes: int = LARGEST_BYTES) -> dict[str, NDArray[Any]]:
    """Read all arrays of an .npz file.

    Parameters
    ----------
    content : bytes
        Content of the file.
    largest_bytes : int
        Total size of the arrays above which the file is refused.

    Returns
    -------
    dict of str to ndarray
        By name.

    Raises
    ------
    ValueError
        With the reason, where the file is damaged, encrypted, too large, or holds anything else
        than plain arrays of numbers and texts.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if len(set(names)) < len(names):
                raise ValueError("an array occurs twice")
            declared = {name: _declared_bytes(archive, name) for name in names}
            total = sum(declared.values())
            if total > largest_bytes:
                most = f"at most {largest_bytes / 2**20:,.0f} MiB"
                raise ValueError(f"arrays of {total / 2**20:,.0f} MiB, {most} are read")
            return {name.removesuffix(SUFFIX): _array(archive, name) for name in names}
    # Libraries raise errors of many kinds for a damaged or encrypted archive.
    except Exception as error:
        raise ValueError(str(error) or type(error).__name__) from None


def _declared_bytes(archive: zipfile.ZipFile, name: str) -> int:
    """Return the size of an array by its header, which must be that in the archive."""
    if not name.endswith(SUFFIX):
        raise ValueError(f"{name} is no array")
    with archive.open(name) as file:
        shape, dtype = _header(file)
        header = file.tell()
    if dtype.kind not in KINDS:
        raise ValueError(f"{name} is an array of {dtype}, neither numbers nor texts")
    size = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or header + size != archive.getinfo(name).file_size:
        raise ValueError(f"{name} has another size than its header says")
    return size


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"version {version} of the array format")
    return shape, dtype


def _array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with archive.open(name) as file:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return array
