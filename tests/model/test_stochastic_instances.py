"""Capacitated location under uncertain demand: samples, files, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fulfill.model.stochastic_instances import read_scenario_file, sampled_demand

ORLIB = "2 3\n10 100\n10 200\n4 8 12\n5 10 5\n6 6 6\n"
PARTS = {
    "fixed_costs": [5, 6],
    "capacities": [10, 12],
    "costs": [[1, 2, 3], [3, 2, 1]],
    "demands": [[1, 2, 3], [4, 0, 5]],
}


def test_a_sample_follows_the_published_recipe(tmp_path: Path) -> None:
    path = tmp_path / "cap.txt"
    path.write_text(ORLIB)
    given = sampled_demand(path, 5, 3)
    assert given.fixed.tolist() == [10, 10]
    assert given.capacity.tolist() == [100, 200]
    assert given.unit_usd.tolist() == [[2, 2, 1], [3, 1, 1]]
    expected = np.random.default_rng(3).random((3, 5)) * np.array([[4], [5], [6]])
    assert given.demand.tolist() == expected.T.tolist()
    assert given.required == 15
    with pytest.raises(ValueError, match="positive"):
        sampled_demand(path, 0, 3)


def test_a_file_of_scenarios_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(PARTS))
    given = read_scenario_file(path)
    assert given.demand.tolist() == PARTS["demands"]
    assert given.probability.tolist() == [0.5, 0.5]
    assert given.required == 9


@pytest.mark.parametrize(
    ("parts", "message"),
    [({"fixed_costs": [5]}, "different sizes"), ({"costs": [[-1] * 3] * 2}, "finite")],
)
def test_faulty_files_are_refused(tmp_path: Path, parts: dict[str, object], message: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(PARTS | parts))
    with pytest.raises(ValueError, match=message):
        read_scenario_file(path)
    path.write_text("{}")
    with pytest.raises(ValueError, match="no fixed_costs"):
        read_scenario_file(path)


def test_less_capacity_than_demand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(PARTS))
    with pytest.raises(ValueError, match="below the demand"):
        replace(read_scenario_file(path), required=8.0)
    with pytest.raises(ValueError, match="add up"):
        replace(read_scenario_file(path), probability=np.array([0.5, 0.6]))
