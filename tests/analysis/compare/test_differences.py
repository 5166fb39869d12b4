"""What is said of the difference of two plans, and that it holds for the optima."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Folders
from fulfill.analysis.compare.comparison import compare
from fulfill.analysis.compare.differences import against_mixed, cut_searches, in_words
from fulfill.study.study import load

AMOUNT = st.floats(0.0, 1e6)


def pair(cost: float, bound: float) -> dict[str, Any]:
    return {"objective": cost, "bound": bound}


@pytest.mark.parametrize(
    ("mode", "mixed", "interval", "verdict"),
    [
        (pair(1200, 1100), pair(1000, 990), (100, 210), "saves"),
        (pair(1050, 990), pair(1000, 950), (0, 100), "not_distinguishable"),
        (pair(1055, 950), pair(1000, 1000), (0, 55), "not_distinguishable"),
        (pair(1000, 1000), pair(1000, 1000), (0, 0), "not_distinguishable"),
        (pair(1001, 1001), pair(1000, 1000), (1, 1), "saves"),
        (pair(1200, -np.inf), pair(1000, 990), (0, 210), "not_distinguishable"),
        (pair(1200, 1100), pair(1000, -np.inf), (100, np.nan), "saves"),
    ],
)
def test_a_restriction_is_never_cheaper(
    mode: dict[str, Any], mixed: dict[str, Any], interval: tuple[float, float], verdict: str
) -> None:
    found = against_mixed(mode, mixed, restricted=True)
    assert found["above_mixed_usd"] == mode["objective"] - mixed["objective"]
    ends = [found["above_mixed_low_usd"], found["above_mixed_high_usd"]]
    assert ends == pytest.approx(interval, nan_ok=True)
    assert found["difference"] == verdict


def test_without_the_law_a_mode_may_be_cheaper() -> None:
    """Direct-only ignores sites locked open, which the mix must pay for."""
    found = against_mixed(pair(900, 890), pair(1000, 990), restricted=False)
    assert found["difference"] == "costs_more"
    assert (found["above_mixed_low_usd"], found["above_mixed_high_usd"]) == (-110, -90)
    found = against_mixed(pair(995, 890), pair(1000, 990), restricted=False)
    assert found["difference"] == "not_distinguishable"


def test_direct_only_ignores_rules_on_sites_and_is_then_no_plan_of_the_mix(toy: Folders) -> None:
    toy.write("network/site_groups.csv", "group_id,site_id\nboth,site-a\nboth,site-b\n")
    toy.write(
        "network/group_limits.csv",
        "group_id,rule,needs_id,number,source,source_date,status,range\n"
        "both,at_least,,2,board,2026-10,in_force,\n",
    )
    # mail is so cheap that no plan would open a site by itself
    cheap = ["network/mail_services[parcel,MX,urban].usd_kg=0.1"]
    study = toy.study(gap=0.0, method="monolith", overrides=cheap)
    modes = compare(study).modes.set_index("mode")
    assert modes.loc["direct_only", "n_sites"] == 0
    assert modes.loc["mixed", "n_sites"] == 2
    assert modes.loc["mixed", "taken_from"] == "mixed"
    assert modes.loc["direct_only", "objective"] < modes.loc["mixed", "objective"] - 1.0
    assert modes.loc["direct_only", "difference"] == "costs_more"


@pytest.mark.parametrize("cost", [np.nan, np.inf])
def test_without_a_plan_there_is_no_difference(cost: float) -> None:
    for mode, mixed in ((pair(cost, 1.0), pair(5.0, 4.0)), (pair(5.0, 4.0), pair(cost, 1.0))):
        found = against_mixed(mode, mixed, restricted=True)
        assert found["difference"] == ""
        assert np.isnan(found["above_mixed_usd"])


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_the_interval_holds_the_difference_of_the_optima(
    optimum: float, more: float, over: float, under: float, over_mixed: float, under_mixed: float
) -> None:
    mixed = pair(optimum + over_mixed, optimum - under_mixed)
    mode = pair(optimum + more + over, optimum + more - under)
    found = against_mixed(mode, mixed, restricted=True)
    slack = 1e-9 * (optimum + more + over + over_mixed + 1.0)
    assert found["above_mixed_low_usd"] - slack <= more <= found["above_mixed_high_usd"] + slack
    assert not (found["difference"] == "saves" and more <= 0)
    assert found["difference"] != "costs_more"


def rows(*modes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(modes)


def told(mode: dict[str, Any], mixed: dict[str, Any], *, restricted: bool = True) -> str:
    difference = against_mixed(mode, mixed, restricted=restricted)
    (line,) = in_words(rows({"mode": "local_only", **mode, **difference}))
    return line


def test_the_sentence_carries_the_uncertainty() -> None:
    assert told(pair(1200, 1100), pair(1000, 990)) == (
        "the mix saves between 100 and 210 USD a year against local-only (200 as planned)"
    )
    assert told(pair(1001, 1001), pair(1000, 1000)) == (
        "the mix saves 1 USD a year against local-only (1 as planned)"
    )
    assert told(pair(1050, 990), pair(1000, 950)) == (
        "the mix and local-only are not distinguishable: local-only costs between 0 and 100 USD a "
        "year more (50 as planned)"
    )
    assert told(pair(900, 890), pair(1000, 990), restricted=False) == (
        "the mix costs more: between 90 and 110 USD a year more than local-only (100 as planned)"
    )


@pytest.mark.slow
def test_a_comparison_at_a_wide_gap_says_how_little_it_knows() -> None:
    sure = compare(load("toy", "toy", gap=0.0, method="monolith")).modes
    assert sure["difference"].tolist() == ["saves", "saves", ""]
    assert sure["above_mixed_usd"].tolist()[:2] == pytest.approx([6649.5, 1575.0], rel=1e-3)
    wide = compare(load("toy", "toy", gap=0.4, method="decomposition")).modes
    for known, row in zip(sure.to_dict("records")[:2], wide.to_dict("records")[:2], strict=True):
        low, high = row["above_mixed_low_usd"], row["above_mixed_high_usd"]
        assert low - 1e-6 <= known["above_mixed_usd"] <= high + 1e-6
        assert high - low > 100.0
        assert row["difference"] == ("saves" if low > 1.0 else "not_distinguishable")


def test_a_search_that_was_cut_is_named() -> None:
    row = {"status": "FEASIBLE", "bound_kind": "certified", "seconds": 1.0, "mode": "mixed"}
    cut = rows(
        {**row, **pair(1000, 500), "ended_by": "time_limit"},
        {**row, **pair(1000, 500), "ended_by": "proven"},
        {**row, **pair(np.nan, 500), "ended_by": "time_limit"},
    )
    (line,) = cut_searches(cut)
    assert line.startswith("mixed: Plan found, cut by the time limit: up to 500 USD a year")
