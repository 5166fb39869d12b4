"""Lead times by lane: figures on paper, and intervals that cover the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.analysis.calibration.lead_times import lead_times


def delivered(days: object, lane: object = "a", weight: object = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"lane": lane, "seen": days, "weight": weight})


def test_means_and_quantiles_of_each_lane() -> None:
    days = [*range(1, 101), 7]
    found = lead_times(delivered(days, ["a"] * 100 + ["b"]))
    assert found["lane"].tolist() == ["a", "b"]
    first = found.loc[0]
    assert (first["orders"], first["mean"], first["p90"], first["p95"]) == (100, 50.5, 90, 95)
    spread = np.std(np.arange(1, 101), ddof=1) / 10
    assert first["high"] - first["mean"] == pytest.approx(1.959964 * spread)
    # one order has no interval
    assert found.loc[1, ["mean", "p95"]].tolist() == [7, 7]
    assert found.loc[1, ["low", "high", "p95_low", "p95_high"]].isna().all()


def test_weights_stand_for_orders() -> None:
    weighted = lead_times(delivered([2, 4], weight=[1.0, 3.0]))
    assert weighted.loc[0, ["mean", "p90"]].tolist() == [3.5, 4.0]


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    hits = np.zeros(2)
    for seed in range(200):
        days = np.random.default_rng(seed).exponential(10.0, 1000)
        row = lead_times(delivered(days)).loc[0]
        truth = -10.0 * np.log(0.05)
        hits += row["low"] <= 10.0 <= row["high"], row["p95_low"] <= truth <= row["p95_high"]
    # 190 are expected; fewer than 180 come about in 2 of 1,000 cases
    assert (hits >= 180).all()
    assert (hits <= 199).all()
