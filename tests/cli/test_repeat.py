"""The same command writes the same bytes, in other processes and with other numbers of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TOY = ("--network", "toy", "--demand", "toy")
SEARCH = ("--method", "decomposition", "--gap", "0.0001", "--quiet")


def test_plan_and_proof_repeat_byte_for_byte(tmp_path: Path) -> None:
    for name, threads in (("first", "1"), ("second", "2")):
        subprocess.run(
            [sys.executable, "-m", "fulfill", "optimize", *TOY, *SEARCH, "--out", name],
            cwd=tmp_path,
            env={**os.environ, "NUMBA_NUM_THREADS": threads},
            check=True,
        )
    for file in ("tables.npz", "sites.csv", "flows.csv", "certificate.npz"):
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
