"""Merging zones keeps what must stay apart, and says how many zones that leaves."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.geography.distances import landing_of, reached_by_road
from fulfill.inputs.problem import Problem
from fulfill.study.study import load

KEPT = ["country", "state", "zone_class"]


@pytest.mark.parametrize("asked", [1, 5, 40, 96])
def test_no_fewer_zones_than_the_kept_classes_allow(embedded_problem: Problem, asked: int) -> None:
    merged = merge_zones(embedded_problem, asked)
    zones = embedded_problem.demand.zones
    kept = zones[KEPT].assign(ferry=landing_of(embedded_problem.network, zones))
    fewest = len(kept.drop_duplicates())
    assert len(merged.problem.demand.zones) == fewest == 97
    (warning,) = merged.warnings
    assert (warning.code, warning.file, warning.value) == ("W361", "--resolution", str(asked))
    assert warning.detail.startswith("97 zones stay")
    assert "36 states, 3 classes" in warning.detail


@pytest.mark.parametrize("asked", [97, 120, 400, 1216, 5000])
def test_a_number_that_can_be_reached_is_reached_without_a_word(
    embedded_problem: Problem, asked: int
) -> None:
    merged = merge_zones(embedded_problem, asked)
    assert len(merged.problem.demand.zones) == min(asked, 1216)
    assert merged.warnings == ()


@pytest.mark.parametrize("asked", [60, 150, 600])
def test_merged_zones_keep_their_class_their_orders_and_their_road(
    embedded_problem: Problem, asked: int
) -> None:
    merged = merge_zones(embedded_problem, asked)
    network, before = embedded_problem.network, embedded_problem.demand.zones
    after = merged.problem.demand.zones
    assert (after[KEPT].to_numpy()[merged.member] == before[KEPT].to_numpy()).all()
    assert merged.problem.orders.sum() == pytest.approx(embedded_problem.orders.sum())
    landing = landing_of(network, after)
    assert (landing[merged.member] == landing_of(network, before)).all()
    assert (reached_by_road(network, after) == (landing < 0)).all()
    assert np.bincount(merged.member).min() >= 1


def test_a_study_warns_of_zones_that_stay(toy_problem: Problem) -> None:
    study = load("toy", "toy", resolution=1)
    codes = [warning.code for warning in study.warnings]
    zones = len(study.planned_problem().demand.zones)
    assert ("W361" in codes) == (zones > 1)
    assert load("toy", "toy").warnings == toy_problem.warnings
