"""Choices of sites that differ by a site or two."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.scenarios.near_choices import near_choices

OPENED = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])


def test_a_site_that_most_scenarios_open_comes_first() -> None:
    usual = np.array([[1.0, 0.0], [0.9, 0.0], [0.0, 1.0]])
    first = near_choices(OPENED, usual)[0]
    assert first.tolist() == [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def test_every_change_of_one_site_and_every_swap() -> None:
    usual = np.array([[0.5, 0.5], [0.5, 0.0], [0.0, 1.0]])
    found = {one.tobytes() for one in near_choices(OPENED, usual)}
    # the other size of the first, the second opened, two closed, and the second for either
    assert len(found) == 6
    assert OPENED.tobytes() not in found


def test_what_no_scenario_opens_is_not_opened() -> None:
    found = near_choices(OPENED, OPENED)
    assert len(found) == 2
    assert all(one.sum() == 1.0 for one in found)
