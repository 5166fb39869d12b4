"""The cheapest paths of sites against all combinations."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fulfill.location.path_program import Pool, YearLimits, cheapest_paths
from fulfill.model.arrays import Array
from fulfill.model.site_paths import SitePaths, SiteTerms, site_paths, unpaid_shares

N_SITES, N_YEARS = 3, 2
NONE = YearLimits(np.full(N_YEARS, np.inf), np.full(N_YEARS, np.inf))


def random_paths(seed: int) -> SitePaths:
    rng = np.random.default_rng(seed)
    present = rng.integers(-1, 2, N_SITES)
    return site_paths(
        SiteTerms(
            fixed_usd=rng.uniform(10, 100, (N_YEARS, N_SITES, 2)),
            opening_usd=np.sort(rng.uniform(0, 200, (N_SITES, 2)), axis=1),
            closing_usd=rng.uniform(0, 50, (N_SITES, 2)),
            term_years=rng.integers(1, 3, (N_SITES, 2)),
            present=present,
            present_years=np.zeros(N_SITES, int),
            locked_open=np.zeros(N_SITES, bool),
            recovery=0.3,
            unpaid=unpaid_shares(0.1, 4, N_YEARS),
        )
    )


def by_hand(cost: Array, paths: SitePaths, limits: YearLimits, pool: Pool = ()) -> float:
    """Return the least cost of all combinations of paths."""
    best = np.inf
    for choice in itertools.product(range(len(paths.size)), repeat=N_SITES):
        site = np.arange(N_SITES)
        total = cost[site, choice].sum()
        spent = paths.investment_usd[site, choice].sum(axis=0)
        changes = paths.changed[site, choice].sum(axis=0)
        if (spent > limits.budget_usd + 1e-9).any() or (changes > limits.most_changes).any():
            continue
        sizes = paths.size[list(choice)].T
        for year, choices in enumerate(pool):
            total += min(
                (usd for size, usd in choices if np.array_equal(size, sizes[year])), default=np.inf
            )
        best = min(best, total)
    return best


@pytest.mark.parametrize("seed", range(8))
def test_the_program_finds_the_cheapest_paths(seed: int) -> None:
    rng, paths = np.random.default_rng(seed + 100), random_paths(seed)
    cost = paths.cost_usd.sum(axis=2) - rng.uniform(0, 200, (N_SITES, len(paths.size)))
    limits = YearLimits(rng.uniform(0, 300, N_YEARS), np.array([1.0, 2.0]))
    for given in (NONE, limits):
        found, wanted = cheapest_paths(cost, paths, given), by_hand(cost, paths, given)
        if found is None:
            assert np.isinf(wanted)
            continue
        assert found.value == pytest.approx(wanted)
        assert found.bound <= found.value
        assert found.bound == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(8))
def test_paths_over_a_pool_have_the_sizes_of_its_choices(seed: int) -> None:
    rng, paths = np.random.default_rng(seed + 200), random_paths(seed)
    cost = paths.cost_usd.sum(axis=2)
    pool = [
        [(rng.integers(-1, 2, N_SITES), float(rng.uniform(0, 500))) for _ in range(6)]
        for _ in range(N_YEARS)
    ]
    found, wanted = cheapest_paths(cost, paths, NONE, pool), by_hand(cost, paths, NONE, pool)
    if found is None:
        assert np.isinf(wanted)
        return
    assert found.value == pytest.approx(wanted)
    for year, number in enumerate(found.chosen):
        assert np.array_equal(paths.size[found.path, year], pool[year][number][0])
