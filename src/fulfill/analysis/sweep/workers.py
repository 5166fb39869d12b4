"""Workers that answer the points of a sweep: processes of this machine, or a Dask cluster.

Both begin tasks by `submit` and return futures of `concurrent.futures`. A task gets the base run,
which every worker holds, and bytes: it reads and writes no file, so that a cluster needs none in
common. A process that is killed breaks the pool of this machine, which `sweep` opens again; Dask
gives the tasks of a killed worker to another one.
"""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.util import find_spec
from typing import Any, Protocol

from fulfill.inputs.faults import Fault, InputError, SolverError
from fulfill.study.executor import Executor
from fulfill.study.run import Run

OPTION = "--scheduler"
WAIT_S = 30.0
"""Seconds in which a scheduler must answer, and at least one worker have joined it."""

_held: dict[str, Run] = {}
"""Base runs of the sweeps that this worker of a cluster takes part in."""


class Workers(Protocol):
    """What begins tasks about the base run."""

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task that takes the run and the arguments."""


Open = Callable[[], AbstractContextManager[Workers]]
"""Starts the workers, and ends them when the block is left."""


def open_workers(run: Run, number: int | None, scheduler: str | None) -> Open:
    """Return how the workers of a sweep are started.

    Parameters
    ----------
    run : Run
        The base, with a plan.
    number : int or None
        Processes of this machine, None for one a core.
    scheduler : str or None
        Address of a Dask scheduler; its workers are used instead.

    Returns
    -------
    callable

    Raises
    ------
    InputError
        F519 where Dask is not installed.
    """
    if scheduler is None:
        return partial(Executor, run, number)
    if find_spec("distributed") is None:
        raise InputError([Fault("F519", OPTION, value=scheduler, detail="not installed: dask")])
    return partial(_cluster, run, scheduler)


class _ClusterWorkers:
    """Workers of a cluster that hold the base run."""

    def __init__(self, executor: Any, name: str) -> None:
        self._executor, self._name = executor, name

    def submit(self, task: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Begin a task on a worker."""
        future: Future[Any] = self._executor.submit(_about_run, self._name, task, *arguments)
        return future


@contextmanager
def _cluster(run: Run, address: str) -> Iterator[Workers]:
    """Connect to a scheduler and hand the base run to its workers, also to those that join later.

    Raises
    ------
    InputError
        F519 where no scheduler answers or it has no worker.
    SolverError
        Where the connection is lost, or a point ended one worker after another.
    """
    from distributed import Client, KilledWorker
    from distributed.comm import CommClosedError

    try:
        client = Client(address, timeout=WAIT_S, set_as_default=False)
        client.wait_for_workers(1, timeout=WAIT_S)
    except (OSError, ValueError, TimeoutError) as error:
        detail = str(error).splitlines()[0] if str(error) else "no worker joined it"
        raise InputError([Fault("F519", OPTION, value=address, detail=detail)]) from None
    name = f"fulfill-{uuid.uuid4().hex}"
    plugin = _base_plugin(name, pickle.dumps((run, run.model), protocol=5))
    try:
        client.register_plugin(plugin)
        yield _ClusterWorkers(client.get_executor(pure=False), name)
        client.unregister_worker_plugin(name)
    except KilledWorker as error:
        detail = str(error).splitlines()[0]
        raise SolverError(f"dask: {detail}; finished points are kept") from None
    except (CommClosedError, TimeoutError) as error:
        raise SolverError(f"dask: lost {address} ({error}); finished points are kept") from None
    finally:
        client.close()


def _base_plugin(name: str, pickled: bytes) -> Any:
    """Return the plugin of workers that holds the base run."""
    from distributed import WorkerPlugin

    class HoldBase(WorkerPlugin):  # type: ignore[misc]  # mypy skips distributed
        """Reads the base run when a worker starts, and drops it at the end."""

        def __init__(self) -> None:
            self.name = name

        def setup(self, worker: Any) -> None:
            hold(name, pickled)

        def teardown(self, worker: Any) -> None:
            drop(name)

    return HoldBase()


def hold(name: str, pickled: bytes) -> None:
    """Read the base run of a sweep in a worker."""
    run, model = pickle.loads(pickled)
    run.__dict__["model"] = model
    _held[name] = run


def drop(name: str) -> None:
    """Forget the base run of a sweep in a worker."""
    _held.pop(name, None)


def _about_run(name: str, task: Callable[..., Any], *arguments: Any) -> Any:
    """Do a task in a worker."""
    return task(_held[name], *arguments)
