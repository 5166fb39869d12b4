"""The same command writes the same bytes, in other processes and with other numbers of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fulfill.study.run_folder import write_run_data
from fulfill.study.study import load

TOY = ("--network", "toy", "--demand", "toy")
SEARCH = ("--method", "decomposition", "--gap", "0.0001", "--quiet")


@pytest.mark.slow
def test_plan_and_proof_repeat_byte_for_byte(tmp_path: Path) -> None:
    for name, threads in (("first", "1"), ("second", "2")):
        subprocess.run(
            [sys.executable, "-m", "fulfill", "optimize", *TOY, *SEARCH, "--out", name],
            cwd=tmp_path,
            env={**os.environ, "NUMBA_NUM_THREADS": threads},
            check=True,
        )
    assert_alike(tmp_path / "first", tmp_path / "second")


def test_a_second_search_of_a_process_finds_the_same(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        found = load("toy", "toy", method="decomposition", gap=1e-4).optimize()
        write_run_data(found, tmp_path / name)
    assert_alike(tmp_path / "first", tmp_path / "second")


def assert_alike(first: Path, second: Path) -> None:
    for file in ("tables.npz", "sites.csv", "flows.csv", "certificate.npz"):
        assert (first / file).read_bytes() == (second / file).read_bytes()
