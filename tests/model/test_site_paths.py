"""Paths of sites over years: what they cost, and which are forbidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fulfill.model.economics.warehouse import capital_recovery
from fulfill.model.site_paths import CLOSED, SitePaths, SiteTerms, site_paths, unpaid_shares

RATE, LIFE = 0.12, 5
RECOVERY = capital_recovery(RATE, LIFE)


def terms(**changes: Any) -> SiteTerms:
    """A site of two sizes over three years: opening 100 and 300, a yearly cost of 10 and 20."""
    given: dict[str, Any] = {
        "fixed_usd": np.tile([10.0, 20.0], (3, 1, 1)),
        "opening_usd": np.array([[100.0, 300.0]]),
        "closing_usd": np.array([[7.0, 9.0]]),
        "term_years": np.ones((1, 2), int),
        "present": np.array([CLOSED]),
        "present_years": np.array([0]),
        "locked_open": np.array([False]),
        "recovery": RECOVERY,
        "unpaid": unpaid_shares(RATE, LIFE, 3),
    }
    return SiteTerms(**{**given, **changes})


def place(paths: SitePaths, *sizes: int) -> int:
    return int(np.flatnonzero((paths.size == sizes).all(axis=1))[0])


def test_an_opening_is_paid_off_by_its_yearly_parts() -> None:
    unpaid = unpaid_shares(RATE, LIFE, 6)
    debt = 1.0
    for year in range(6):
        assert unpaid[year] == pytest.approx(debt)
        debt = max(debt * (1 + RATE) - RECOVERY, 0.0) if year < LIFE else 0.0
    assert unpaid_shares(0.0, 4, 2).tolist() == [1.0, 0.75, 0.5]


def test_closing_pays_what_is_not_paid_off_and_its_own_cost() -> None:
    paths = site_paths(terms())
    path = place(paths, 1, CLOSED, CLOSED)
    assert paths.cost_usd[0, path].tolist() == pytest.approx(
        [20.0, 300.0 * paths_unpaid(1) + 9.0, 0.0]
    )
    assert paths.investment_usd[0, path].tolist() == [300.0, 0.0, 0.0]
    assert paths.changed[0, path].tolist() == [True, True, False]


def paths_unpaid(years: int) -> float:
    return float(unpaid_shares(RATE, LIFE, 3)[years])


def test_growing_opens_the_difference_and_shrinking_gives_it_up() -> None:
    paths = site_paths(terms())
    path = place(paths, 0, 1, 0)
    assert paths.investment_usd[0, path].tolist() == [100.0, 200.0, 0.0]
    assert paths.change_usd[0, path].tolist() == pytest.approx([0.0, 0.0, 200 * paths_unpaid(1)])


def test_the_opening_of_today_is_paid_until_the_site_closes() -> None:
    paths = site_paths(terms(present=np.array([0])))
    assert paths.change_usd[0, place(paths, 0, 0, 0)].tolist() == [0.0, 0.0, 0.0]
    assert paths.investment_usd[0, place(paths, 1, 1, 1)].tolist() == [200.0, 0.0, 0.0]
    again = place(paths, CLOSED, 0, 0)
    assert paths.investment_usd[0, again].tolist() == [0.0, 100.0, 0.0]
    assert paths.change_usd[0, again].tolist() == pytest.approx(
        [7.0, 100 * RECOVERY, 100 * RECOVERY]
    )


def test_a_minimum_term_forbids_to_close_and_to_shrink_but_not_to_grow() -> None:
    paths = site_paths(terms(term_years=np.array([[2, 2]])))
    cost = paths.cost_usd[0].sum(axis=1)
    assert np.isinf(cost[place(paths, 0, CLOSED, CLOSED)])
    assert np.isinf(cost[place(paths, CLOSED, 1, 0)])
    assert np.isfinite(cost[place(paths, 0, 1, 1)])
    assert np.isinf(cost[place(paths, 0, 1, CLOSED)])
    assert np.isfinite(cost[place(paths, 0, 0, CLOSED)])


def test_a_contract_of_today_and_a_lock_forbid_to_close() -> None:
    bound = site_paths(terms(present=np.array([1]), present_years=np.array([1])))
    cost = bound.cost_usd[0].sum(axis=1)
    assert np.isinf(cost[place(bound, 0, 0, 0)])
    assert np.isfinite(cost[place(bound, 1, 0, 0)])
    locked = site_paths(terms(locked_open=np.array([True])))
    assert np.isinf(locked.cost_usd[0, place(locked, CLOSED, 0, 0)]).any()


def test_longer_terms_never_cost_less() -> None:
    short, long = site_paths(terms()), site_paths(terms(term_years=np.full((1, 2), 3)))
    assert (long.cost_usd >= short.cost_usd).all()
