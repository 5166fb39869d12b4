"""Files that are drawn from a plan after its data are written: maps, pages and layers.

A plan may have taken an hour. Whatever goes wrong while it is drawn, its data are kept.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from fulfill.inputs.faults import DrawingError

log = logging.getLogger(__name__)


def draw(folder: Path, steps: Mapping[str, Callable[[Path], object]]) -> tuple[str, ...]:
    """Draw files into a folder; a step that fails leaves none.

    Parameters
    ----------
    folder : Path
        Folder with the data.
    steps : Mapping of str to callable
        Takes the folder to write to; by the name of what it draws.

    Returns
    -------
    tuple of str
        What could not be drawn and why; empty if nothing failed. An interrupt by the user ends the
        step, not the program.
    """
    lost = []
    scratch = folder / ".drawing"
    for name, step in steps.items():
        scratch.mkdir()
        try:
            step(scratch)
            for path in scratch.iterdir():
                path.rename(folder / path.name)
        except (Exception, KeyboardInterrupt) as error:
            log.info("%s could not be drawn", name, exc_info=True)
            lost.append(f"{name}: {str(error) or type(error).__name__}")
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return tuple(lost)


def check_drawn(folder: Path, lost: tuple[str, ...]) -> None:
    """Report what could not be drawn.

    Parameters
    ----------
    folder : Path
        Folder as the user knows it.
    lost : tuple of str
        Of `draw`.

    Raises
    ------
    DrawingError
        Where anything is missing.
    """
    if lost:
        raise DrawingError(f"{folder} has all data, but not " + "; ".join(lost))
