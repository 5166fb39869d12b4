from __future__ import annotations

import numpy as np
import pytest

from fulfill.study.coverage import ALL, coverage_curve
from fulfill.study.run import Run


def test_the_curve_passes_through_the_key_figures(planned: Run) -> None:
    assert planned.decisions is not None
    curve = coverage_curve(planned.model, planned.decisions).set_index(["zone_class", "days"])
    for days in (3, 5):
        expected = planned.kpis[f"share_within_{days}_days"]
        assert curve.loc[(ALL, days), "share"] == pytest.approx(expected)


def test_the_curve_of_each_class_rises_to_what_is_served(planned: Run) -> None:
    assert planned.decisions is not None
    curve = coverage_curve(planned.model, planned.decisions, (1, 2, 5, 20, 400))
    for name, rows in curve.groupby("zone_class"):
        share = rows.sort_values("days")["share"].to_numpy()
        assert (np.diff(share) >= 0).all(), name
        assert share[-1] <= 1 + 1e-9
    whole = curve[(curve["zone_class"] == ALL) & (curve["days"] == 400)]["share"].iloc[0]
    assert whole == pytest.approx(1 - planned.kpis["unserved_share"])
