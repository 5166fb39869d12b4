"""The p-median against enumeration, published optima and its laws."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import shortest_path

from fulfill.location.p_median import p_median
from fulfill.model.arrays import Array

BENCH = Path(__file__).parents[3] / "shared" / "bench" / "pmed"


def cheapest(cost: Array, number: int) -> float:
    choices = itertools.combinations(range(len(cost)), number)
    return min(float(cost[list(one)].min(axis=0).sum()) for one in choices)


def orlib(name: str) -> tuple[Array, int]:
    """Return distances by shortest path, and p; of an edge given twice the last one counts."""
    numbers = np.array((BENCH / f"{name}.txt").read_text().split(), dtype=int)
    n_nodes, n_edges, number = numbers[:3].tolist()
    km = np.zeros((n_nodes, n_nodes))
    for one, other, length in numbers[3 : 3 + 3 * n_edges].reshape(-1, 3).tolist():
        km[one - 1, other - 1] = km[other - 1, one - 1] = length
    return shortest_path(km, directed=False), number


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_tiny_cases_by_enumeration(places: int, zones: int, number: int, seed: int) -> None:
    number = min(number, places)
    cost = np.random.default_rng(seed).uniform(0, 10, (places, zones)).round(1)
    found = p_median(cost, number)
    best = cheapest(cost, number)
    assert found.bound <= best + 1e-9 <= found.cost + 2e-9
    assert found.cost <= best * 1.1 + 1e-9
    assert len(set(found.chosen.tolist())) == number
    assert set(found.serves.tolist()) <= set(found.chosen.tolist())
    assert cost[found.serves, np.arange(zones)].sum() == pytest.approx(found.cost)


def test_pairs_out_of_the_question_leave_the_bound_tight() -> None:
    points = np.random.default_rng(3).uniform(0, 100, (60, 2))
    cost = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    island = np.arange(60) < 20
    apart = island[:, None] != island[None, :]
    found = p_median(np.where(apart, 1e4, cost), 4)
    assert found.cost < 1e4
    assert found.cost - found.bound <= 0.02 * found.cost


def test_more_places_never_cost_more() -> None:
    cost = np.random.default_rng(5).uniform(0, 10, (30, 40))
    costs = [p_median(cost, number).cost for number in range(1, 31)]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(cost.min(axis=0).sum())


def test_the_same_cost_gives_the_same_places() -> None:
    cost = np.random.default_rng(7).uniform(0, 10, (40, 50))
    one, other = p_median(cost, 5), p_median(cost.copy(), 5)
    np.testing.assert_array_equal(one.chosen, other.chosen)
    assert one.bound == other.bound


@pytest.mark.parametrize(("cost", "number"), [(np.ones((2, 2)), 0), (np.ones((2, 2)), 3)])
def test_a_number_out_of_range_is_refused(cost: Array, number: int) -> None:
    with pytest.raises(ValueError, match="cannot be chosen"):
        p_median(cost, number)


def test_an_infinite_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        p_median(np.array([[1.0, np.inf]]), 1)


@pytest.mark.skipif(not BENCH.exists(), reason="public instances (../shared/bench) are not here")
@pytest.mark.parametrize(
    "name",
    [
        f"pmed{number}" if number <= 7 else pytest.param(f"pmed{number}", marks=pytest.mark.slow)
        for number in range(1, 21)
    ],
)
def test_published_optima_within_one_percent(name: str) -> None:
    with (BENCH / "optima.csv").open() as file:
        optima = {row[0]: float(row[-1]) for row in list(csv.reader(file))[1:]}
    found = p_median(*orlib(name))
    assert found.bound <= optima[name] + 1e-6
    assert optima[name] <= found.cost <= optima[name] * 1.01
