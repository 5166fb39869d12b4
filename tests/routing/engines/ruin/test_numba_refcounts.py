"""Arrays without reference counts: the same results, and the arrays are the caller's as before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from fulfill.model.kernel_cache import PACKAGE
from fulfill.routing.engines.ruin.numba_refcounts import IS_TESTED, TESTED, without_refcounts

SEARCH = """
import json, sys
import numba
numba.__version__ = sys.argv[1]
import numpy as np
from fulfill.routing.engines.ruin.numba_refcounts import IS_TESTED
from fulfill.routing.solution import RoutingParams
from fulfill.routing.solve import solve_routing
from routing.days import day
ready = np.random.default_rng(0).uniform(8.0, 14.0, 40)
instance = day(40, 0, ready=ready, due=ready + 3.0)
answer = solve_routing(instance, RoutingParams(iterations=3000, seed=1), "ruin")
print(json.dumps([IS_TESTED, answer.objective, str(answer.routes)]))
"""


class Pair(NamedTuple):
    values: np.ndarray
    places: np.ndarray


def moved(pair, rounds):
    total = 0.0
    for n in range(rounds):
        pair.values[pair.places[n % len(pair.places)]] += n
        total += pair.values[n % len(pair.values)]
    return total


@numba.njit
def uncounted(pair, rounds):
    pair = without_refcounts(pair)
    total = 0.0
    for n in range(rounds):
        pair.values[pair.places[n % len(pair.places)]] += n
        total += pair.values[n % len(pair.values)]
    return total


def test_a_kernel_without_counts_computes_the_same_and_leaves_the_arrays_to_the_caller() -> None:
    one, other = (Pair(np.arange(5.0), np.array([3, 1, 4])) for _ in range(2))
    for _ in range(3):
        before = [sys.getrefcount(array) for array in other]
        assert uncounted(other, 1000) == moved(one, 1000)
        assert [sys.getrefcount(array) for array in other] == before
    np.testing.assert_array_equal(other.values, one.values)


def test_the_installed_numba_is_one_that_was_tested() -> None:
    assert IS_TESTED
    ceiling = f"<0.{max(int(version.split('.')[1]) for version in TESTED) + 1}"
    assert ceiling in (PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_search_finds_the_same_routes_with_counts_and_without(tmp_path: Path) -> None:
    found = []
    for version in (numba.__version__, "0.999.0"):
        env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / version)}
        env["PYTHONPATH"] = os.pathsep.join([str(PACKAGE.parent), str(Path(__file__).parents[3])])
        command = [sys.executable, "-c", SEARCH, version]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout))
    assert [is_tested for is_tested, _, _ in found] == [True, False]
    assert found[0][1:] == found[1][1:]
