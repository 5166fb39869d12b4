"""Many questions at once over processes that share the arrays of one run.

Threads of OpenMP do not survive a fork, so the processes are started anew. What they begin with is
pickled once; its arrays lie in one block of shared memory that every process reads in place.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory
from types import TracebackType
from typing import Any, TypeVar

from fulfill.study.resolve import FULL, Answer, resolve
from fulfill.study.run import Run

Item = TypeVar("Item")
Result = TypeVar("Result")
ALIGNED = 64
"""Bytes to which every array is aligned in the shared block."""

_held: dict[str, Any] = {}
"""The run of this process and the block that its arrays lie in (set once, by `_begin`)."""


class Executor(AbstractContextManager["Executor"]):
    """Answers questions about a run over several processes, each on one thread.

    Parameters
    ----------
    start : Run
        With a plan; questions are changes to its study.
    workers : int, optional
        Processes; as many as there are cores by default, 0 for none but this one.

    Examples
    --------
    >>> with Executor(run) as executor:
    ...     answers = executor.map([{"closed": (site,)} for site in run.sites["site_id"]])
    """

    def __init__(self, start: Run, workers: int | None = None) -> None:
        self._start = start
        self._pool: ProcessPoolExecutor | None = None
        if workers == 0:
            return
        self._block, pickled, spans = _shared((start, start.model))
        self._pool = ProcessPoolExecutor(
            workers or len(os.sched_getaffinity(0)),
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(self._block.name, pickled, spans),
        )

    def map(
        self,
        changes: Iterable[Mapping[str, Any]],
        grade: str = FULL,
        sites: Sequence[Sequence[Mapping[str, str]]] | None = None,
    ) -> list[Answer]:
        """Answer questions.

        Parameters
        ----------
        changes : iterable of mapping
            Arguments of `Study.with_`, one mapping for each question.
        grade : str
            See `resolve`.
        sites : sequence of sequence of mapping, optional
            Choices of sites that each question tries first, see `resolve`.

        Returns
        -------
        list of Answer
            In the order of the questions, whatever process answered them.

        Raises
        ------
        InputError
            For the first question that the study refuses.
        """
        asked = list(changes)
        begin: Sequence[Sequence[Mapping[str, str]]] = [()] * len(asked) if sites is None else sites
        return list(self.each(partial(_answer, grade=grade), zip(asked, begin, strict=True)))

    def submit(self, task: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Begin a task about the run.

        Parameters
        ----------
        task : callable
            Function of a module that takes the run and the arguments.
        *arguments
            Values that can be pickled.

        Returns
        -------
        Future
            Of what the task returns. Without processes it is done already.
        """
        if self._pool is None:
            done: Future[Result] = Future()
            done.set_result(task(self._start, *arguments))
            return done
        return self._pool.submit(_about_run, task, *arguments)

    def each(self, task: Callable[[Run, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Do a task for each of some items.

        Parameters
        ----------
        task : callable
            Takes the run and an item; a function of a module, or a `partial` of one.
        items : iterable

        Yields
        ------
        object
            What the task returns, in the order of the items.
        """
        listed = list(items)
        if self._pool is None:
            return (task(self._start, item) for item in listed)
        return self._pool.map(_about_run, [task] * len(listed), listed)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes and free the shared memory."""
        if self._pool is None:
            return
        self._pool.shutdown(cancel_futures=True)
        self._block.close()
        self._block.unlink()


def _shared(value: object) -> tuple[SharedMemory, bytes, list[tuple[int, int]]]:
    """Pickle a value with its arrays in shared memory.

    Returns
    -------
    block : SharedMemory
    pickled : bytes
        The value without its arrays.
    spans : list of (int, int)
        Where each array begins and ends in the block.
    """
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    spans, end = [], 0
    for buffer in buffers:
        start = -(-end // ALIGNED) * ALIGNED
        end = start + buffer.raw().nbytes
        spans.append((start, end))
    block = SharedMemory(create=True, size=max(end, 1))
    room = memoryview(block.buf or b"")
    for buffer, (start, stop) in zip(buffers, spans, strict=True):
        room[start:stop] = buffer.raw()
    room.release()
    return block, pickled, spans


def _begin(name: str, pickled: bytes, spans: list[tuple[int, int]]) -> None:
    """Read the run of a new process."""
    block = SharedMemory(name=name)
    room = memoryview(block.buf or b"")
    run, model = pickle.loads(pickled, buffers=[room[start:stop] for start, stop in spans])
    run.__dict__["model"] = model
    _held.update(block=block, run=run)


def _about_run(task: Callable[..., Result], *arguments: Any) -> Result:
    """Do a task in a process."""
    return task(_held["run"], *arguments)


def _answer(
    run: Run, question: tuple[Mapping[str, Any], Sequence[Mapping[str, str]]], grade: str
) -> Answer:
    """Answer one question: changes of the study, and choices of sites to try first."""
    changes, sites = question
    return resolve(run.study.with_(**changes), run, grade, threads=1, sites=sites)
