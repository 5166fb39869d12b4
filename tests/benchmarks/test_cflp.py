"""The benchmark of public instances: plan and certificate of every line are audited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cflp
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.model.public_instances import read_instance
from location.cflp.reference import branched_arrays, brute_force, random_arrays


def written(folder: Path, arrays) -> str:
    """Write an instance in the layout of the OR-Library."""
    rows = [list(arrays.cost.shape), *np.column_stack([arrays.capacity, arrays.fixed]).tolist()]
    for demand, cost in zip(arrays.demand.tolist(), arrays.cost.T, strict=True):
        rows += [[demand], (demand * cost).tolist()]
    path = folder / "instance.txt"
    path.write_text("\n".join(" ".join(map(repr, row)) for row in rows))
    return str(path)


@pytest.mark.parametrize("method", ["auto", "decomposition"])
def test_a_line_says_whether_the_bound_is_certified(tmp_path: Path, method: str) -> None:
    arrays = random_arrays(3)
    path = written(tmp_path, arrays)
    options = cflp._options([path, "--method", method, "--format", "orlib", "--seconds", "5"])
    line = cflp.measure(path, options)
    assert line["audit"] == "clean"
    assert line["bound_kind"] == "certified"
    assert line["certified"] is True
    assert line["certificate_faults"] == []
    assert line["audited_bound"] <= brute_force(arrays)[0] * (1 + 1e-12)
    assert line["certificate_kib"] > 0


def test_a_bound_that_is_not_proven_is_not_certified(tmp_path: Path) -> None:
    instance = read_instance(written(tmp_path, branched_arrays(1)), "orlib")
    answer = solve_location(instance, LocationParams(gap=1e-6))
    assert cflp.audited_bound(instance, answer)["certified"]
    higher = replace(answer, bound=answer.bound * (1 + 1e-6))
    assert not cflp.audited_bound(instance, higher)["certified"]
    weak = replace(answer.certificate, prices=np.zeros_like(answer.certificate.prices))
    assert not cflp.audited_bound(instance, replace(answer, certificate=weak))["certified"]
    false = replace(answer.certificate, side=1 - answer.certificate.side)
    assert cflp.audited_bound(instance, replace(answer, certificate=false))["certified"] is False
    assert cflp.audited_bound(instance, replace(answer, certificate=None)) == {"certified": False}
