"""A step of writing that runs beside the rest, in a process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

PATIENCE_S = 120.0
"""Seconds that a step may still take when everything else is written."""


def _run(step: Callable[[], None]) -> None:
    """Run a step and end the process; what goes wrong is told where it runs again."""
    try:
        step()
    except BaseException:  # an interrupt of the user too
        os._exit(1)


@contextmanager
def aside(step: Callable[[], None]) -> Iterator[None]:
    """Run a step in a child process while the block runs.

    The child is a fork, which has all the data without copying them. Where there is no safe fork,
    and where the child fails, the step runs here, so that its exception is raised here too.

    Parameters
    ----------
    step : callable
        Writes files that it may write again.

    Yields
    ------
    None
    """
    # a daemon, such as a worker of a pool, may have no children
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        step()
        yield
        return
    child = multiprocessing.get_context("fork").Process(target=_run, args=(step,), daemon=True)
    with warnings.catch_warnings():
        # The other threads are idle ones of numba, which a step that only writes never calls.
        warnings.simplefilter("ignore", DeprecationWarning)
        child.start()
    try:
        yield
    finally:
        child.join(PATIENCE_S)
        if child.exitcode != 0:
            log.info("the step beside the others ended with %s; again", child.exitcode)
            child.kill()
            child.join()
            step()
