"""Kills and tamperings at random: nothing half written, nothing lost, nothing changed unseen.

The script runs in a process of its own, because it forks copies of itself to kill.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRONG_KILLS = (
    "tracebacks",
    "half_runs",
    "left_after_term",
    "next_failed",
    "left_over",
    "lost_runs",
)


def figures(what: str, number: int, seed: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "reliability.py", what,
         "--number", str(number), "--seed", str(seed)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *sys.path])},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    *cases, last = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(last)
    assert not cases, "\n".join(cases)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("number", "seed"), [(3, 1), (200, 0)])
def test_a_kill_leaves_no_half_run_and_loses_none(number: int, seed: int) -> None:
    found = figures("kills", number, seed)
    assert found["kills"] == number
    assert {name: found[name] for name in WRONG_KILLS} == dict.fromkeys(WRONG_KILLS, 0)
    assert found.get("survived", 0) < number


@pytest.mark.slow
@pytest.mark.parametrize(("number", "seed"), [(5, 1), (400, 0)])
def test_every_change_of_a_run_is_detected_or_named_as_not_checked(number: int, seed: int) -> None:
    found = figures("tamperings", number, seed)
    assert found["tamperings"] == number
    assert found["missed"] == found["tracebacks"] == 0
    told = sum(found.get(name, 0) for name in ("detected", "listed", "harmless"))
    assert told == number
    assert found["detected"] > number / 2
