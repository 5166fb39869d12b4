"""Workers of a cluster: the answers of this machine, also where one of them is killed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import fulfill
from fulfill.analysis.sweep.axes import parse_axes
from fulfill.analysis.sweep.kept_points import KeptPoints, cause_of
from fulfill.analysis.sweep.points import grid_points
from fulfill.analysis.sweep.sweep import base_start, sweep_points
from fulfill.analysis.sweep.tables import summary
from fulfill.analysis.sweep.workers import open_workers
from fulfill.inputs.faults import InputError
from fulfill.study.resolve import FULL
from fulfill.study.run import Run

VARIED = [
    "network/parameters[cancel_lambda]=0.05..0.5:4",
    "network/products[shirt].price_usd*=0.8..1.2:3",
]
START_S = 120.0


@pytest.fixture(scope="module")
def base() -> Run:
    return fulfill.load("toy", "toy", method="decomposition", gap=0.01).optimize()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def begin(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a process of Dask; `-m dask` is what the program `dask` runs."""
    command = [sys.executable, "-m", "dask", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two worker processes without nannies, which would start them again."""
    pytest.importorskip("distributed", reason="needs fulfill[dask]")
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = begin("scheduler", "--host", address, "--no-dashboard")
    options = ("--no-nanny", "--nthreads", "1", "--no-dashboard")
    workers = [begin("worker", address, *options) for _ in range(2)]
    try:
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def wait_for_workers(address: str, number: int) -> None:
    from distributed import Client

    with Client(address, timeout=START_S, set_as_default=False) as client:
        client.wait_for_workers(number, timeout=START_S)


@pytest.mark.slow
def test_a_cluster_answers_as_this_machine_does_also_if_a_worker_is_killed(
    base: Run, cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, processes = cluster
    wait_for_workers(address, 2)
    axes = parse_axes(VARIED, base.study)
    asked = [axis.figure for axis in axes], grid_points(axes)
    cause = cause_of(base, FULL, base_start(base, FULL))
    told = []
    for name, scheduler in (("here", None), ("there", address)):
        folder = tmp_path / name
        folder.mkdir()
        finished: list[float] = []

        def kill_one(*_: object, finished: list[float] = finished, on: str = name) -> None:
            finished.append(time.perf_counter())
            if on == "there" and len(finished) == 4:
                processes[0].kill()

        opened = open_workers(base, 2 if scheduler is None else None, scheduler)
        found = sweep_points(base, *asked, FULL, KeptPoints(folder, cause), opened, kill_one)
        assert len(finished) == len(found.points) - 1
        told.append(summary(found))
    assert processes[0].wait(START_S) != 0
    assert processes[1].poll() is None
    assert told[0] == told[1]
    assert [path.name for path in sorted((tmp_path / "here").glob("*.json"))] == [
        path.name for path in sorted((tmp_path / "there").glob("*.json"))
    ]


def test_dask_that_is_not_installed_is_said(base: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfill.analysis.sweep.workers.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"fulfill\[dask\]"):
        open_workers(base, None, "tcp://127.0.0.1:1")


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_said(
    base: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="needs fulfill[dask]")
    monkeypatch.setattr("fulfill.analysis.sweep.workers.WAIT_S", 2.0)
    with (
        pytest.raises(InputError, match="F519"),
        open_workers(base, None, f"tcp://127.0.0.1:{free_port()}")(),
    ):
        pytest.fail("no scheduler is there")


@pytest.mark.slow
def test_a_local_process_that_is_killed_is_started_again(base: Run, tmp_path: Path) -> None:
    import multiprocessing
    import os
    import signal

    axes = parse_axes(VARIED, base.study)
    asked = [axis.figure for axis in axes], grid_points(axes)
    cause = cause_of(base, FULL, base_start(base, FULL))
    killed: list[int] = []

    def kill_one(*_: object) -> None:
        if not killed:
            killed.append(int(multiprocessing.active_children()[0].pid or 0))
            os.kill(killed[0], signal.SIGKILL)

    opened = open_workers(base, 2, None)
    found = sweep_points(base, *asked, FULL, KeptPoints(tmp_path, cause), opened, kill_one)
    assert killed
    assert all(answer.objective is not None for answer in found.answers)
