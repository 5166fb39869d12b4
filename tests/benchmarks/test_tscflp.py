"""The benchmark of two-stage instances: what a line says, and that plan and bound are audited."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fulfill.location.solve import METHODS
from tscflp import METHODS as TSCFLP_METHODS

ROOT = Path(__file__).resolve().parents[2]
INSTANCE = ROOT.parent / "shared" / "bench" / "tscflp_mp" / "PSC1-C3-50-5.txt.gz"
KEYS = {
    "instance", "objective", "bound", "gap", "best_known", "to_best_known", "seconds", "peak_mib",
    "bound_kind", "status", "audit", "proven",
}  # fmt: skip


def test_every_method_that_the_benchmark_offers_exists() -> None:
    assert set(TSCFLP_METHODS) <= set(METHODS)


@pytest.mark.slow
@pytest.mark.skipif(not INSTANCE.exists(), reason="public instances (../shared/bench) are not here")
def test_a_line_says_how_good_the_plan_is() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "tscflp.py"), str(INSTANCE)]
    done = subprocess.run([*command, "--seconds", "4"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = [json.loads(text) for text in done.stdout.splitlines()]
    assert set(line) == KEYS
    assert line["best_known"] == 13057564
    assert line["audit"] == "clean"
    assert line["bound"] <= line["best_known"] <= line["objective"] * 1.01
    assert line["proven"] == pytest.approx(line["bound"])
    assert 0 <= line["gap"] < 0.05
