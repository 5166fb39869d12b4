from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fulfill.model.decisions import EXHAUSTED, INTERRUPTED, PROVEN, TIME_LIMIT, Outcome
from fulfill.study.verdict import conditions_in_words, could_be_saved, headline, why_unserved

POOR = Outcome("FEASIBLE", 1000.0, 501.0, "certified", "the toy", 1.0, ended_by=TIME_LIMIT)


@pytest.mark.parametrize(
    ("ended_by", "line"),
    [
        (
            TIME_LIMIT,
            "Plan found, cut by the time limit: up to 499 USD a year (49.90%) could be saved; "
            "allow more time (--time-limit) or merge zones (--resolution)",
        ),
        (
            INTERRUPTED,
            "Plan found, INTERRUPTED: up to 499 USD a year (49.90%) could be saved; "
            "let it run on, or merge zones (--resolution)",
        ),
        (
            EXHAUSTED,
            "Plan found: up to 499 USD a year (49.90%) could be saved; "
            "more time does not help; merge zones (--resolution) or try another --method",
        ),
        (PROVEN, "Plan found"),  # a gap of half was asked for
    ],
)
def test_a_large_gap_is_said_with_its_cause_and_its_remedy(ended_by: str, line: str) -> None:
    assert headline(replace(POOR, ended_by=ended_by)) == line


@pytest.mark.parametrize(
    ("bound", "poor"), [(979.0, True), (980.0, False), (981.0, False), (-np.inf, True)]
)
def test_two_per_cent_is_the_limit(bound: float, poor: bool) -> None:
    outcome = replace(POOR, bound=bound)
    assert outcome.is_poor == poor
    assert ("could be saved" in headline(outcome)) == poor


@pytest.mark.parametrize(
    ("ended_by", "line"),
    [(TIME_LIMIT, "cut by the time limit"), (INTERRUPTED, "INTERRUPTED"), (EXHAUSTED, "")],
)
def test_a_cut_search_is_said_at_a_small_gap_too(ended_by: str, line: str) -> None:
    outcome = replace(POOR, bound=995.0, ended_by=ended_by)
    assert headline(outcome) == "Plan found" + (f", {line}" if line else "")


def test_without_a_bound_nothing_is_said_about_savings() -> None:
    line = headline(replace(POOR, bound=-np.inf))
    assert "how much could be saved is not known" in line


@pytest.mark.parametrize("ended_by", [TIME_LIMIT, INTERRUPTED, EXHAUSTED])
def test_without_a_plan_the_cause_is_said(ended_by: str) -> None:
    none = Outcome("NO_PLAN", np.inf, -np.inf, "certified", "the toy", 1.0, ended_by=ended_by)
    words = {TIME_LIMIT: "time limit", INTERRUPTED: "INTERRUPTED", EXHAUSTED: "search ended"}
    assert words[ended_by] in headline(none)
    proven = replace(none, status="INFEASIBLE", ended_by=PROVEN)
    assert headline(proven) == "Impossible: no plan satisfies all constraints"


def test_what_could_be_saved_says_who_vouches_for_it() -> None:
    assert could_be_saved(POOR) == (
        "no plan costs less than 501 USD, which is proven and was computed a second time: at most "
        "499 USD a year (49.90%) could still be saved"
    )
    assert "as reported by the solver" in could_be_saved(replace(POOR, bound_kind="solver"))
    assert "found no bound" in could_be_saved(replace(POOR, bound=-np.inf))


def test_conditions_are_one_text() -> None:
    assert conditions_in_words(POOR) == ""
    assert conditions_in_words(replace(POOR, conditions=("a", "b"))) == "a; b"


def test_reasons_are_listed_by_their_orders() -> None:
    rows = [
        ("capacity", "MX", "shirt", "throughput site-a", 700.0),
        ("capacity", "US", "shirt", "throughput site-a", 300.0),
        ("margin", "MX", "shirt", "", 2000.4),
        ("search", "MX", "shirt", "", 0.4),
        ("reach", "MX", "shirt", "", 5.0),
    ]
    table = pd.DataFrame(rows, columns=["reason", "country", "product", "limits", "orders"])
    assert why_unserved(table) == [
        ("2,000", "by mail and from the open sites, serving costs more than not serving"),
        ("1,000", "no capacity left (throughput site-a)"),
        ("5", "no delivery option reaches the zone"),
    ]
    assert why_unserved(table, 1)[1:] == [("1,005", "2 more reasons in unserved.csv")]
    assert why_unserved(table.iloc[:0]) == []
