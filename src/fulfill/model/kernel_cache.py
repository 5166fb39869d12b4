"""The decorator of every compiled function, and the folder of its machine code.

Numba recompiles a function when its own file changes, but not when a function changes that it calls
in another file. So the machine code is kept in a folder named by a hash of all sources that hold
kernels: after any change a new folder is used, and folders of other sources beside it are removed
once they are `STALE_S` old, since a process that started before the change may still write to
them. A cache that the user names by the environment variable ``NUMBA_CACHE_DIR`` is used as it is.

Threads that wait for each other sleep: by default those of OpenMP keep their cores busy meanwhile,
and with other work on the machine every parallel loop then lasts ten times as long. A user's
``OMP_WAIT_POLICY`` is respected.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when numba starts its threads

import numba
from llvmlite.binding import get_host_cpu_name

PACKAGE = Path(__file__).resolve().parents[1]
FAMILIES = ("location", "routing")
"""Folders of the package whose modules hold kernels."""
PREFIX = "kernels-"
STALE_S = 3600.0


def cache_folder(package: Path = PACKAGE) -> Path:
    """Return where the kernels of a package of these sources and this version of numba are kept.

    Parameters
    ----------
    package : Path
        Folder of the package.

    Returns
    -------
    Path
        ``<package>/__pycache__/kernels-<hash>``, whether it exists or not.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for family in FAMILIES:
        for path in sorted((package / family).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return package / "__pycache__" / f"{PREFIX}{digest.hexdigest()[:12]}"


def prepare_cache(folder: Path) -> bool:
    """Make a cache folder, remove old ones of other sources, tell whether it can be written to.

    Parameters
    ----------
    folder : Path
        What `cache_folder` returned.

    Returns
    -------
    bool
        False where the package is installed in a place that the user cannot write to.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True)
            for old in folder.parent.glob(f"{PREFIX}*"):
                if old != folder and time.time() - old.stat().st_mtime > STALE_S:
                    shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def njit(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return numba's decorator for a compiled function whose machine code is kept.

    Parameters
    ----------
    **options
        What `numba.njit` takes, ``cache`` excepted.

    Returns
    -------
    callable
        The decorator.
    """
    decorator: Callable[[Callable[..., Any]], Any] = numba.njit(cache=True, **options)
    return decorator


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Let parallel loops use at most so many threads.

    Parameters
    ----------
    number : int

    Yields
    ------
    None
    """
    usual = numba.get_num_threads()
    numba.set_num_threads(min(number, usual))
    try:
        yield
    finally:
        numba.set_num_threads(usual)


def compile_once(name: str, kernels: Callable[[], None], folder: Path | None = None) -> None:
    """Compile kernels unless their machine code is kept.

    What is kept is loaded when a kernel is first called. In a folder that the user chose, the code
    may be of other sources: there the kernels are called.

    Parameters
    ----------
    name : str
        Name of the kernels.
    kernels : callable
        Calls each of them.
    folder : Path, optional
        Where the machine code is kept; that of this process by default.
    """
    folder = folder or KEPT
    if folder is None:
        kernels()
        return
    # machine code is made for one kind of processor
    mark = folder / f"{name}-{get_host_cpu_name()}.compiled"
    if not mark.exists():
        kernels()
        mark.touch()


KEPT: Path | None = None
"""Folder of the machine code of these sources, None where numba looks for a place."""
if "NUMBA_CACHE_DIR" not in os.environ:
    _folder = cache_folder()
    if prepare_cache(_folder):
        KEPT = _folder
        numba.config.CACHE_DIR = str(_folder)
