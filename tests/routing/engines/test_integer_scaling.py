"""Integer units: rounding never makes an infeasible route feasible."""

from dataclasses import replace

import numpy as np

from fulfill.routing.engines.integer_scaling import INFINITE, scale_to_integers
from routing.days import day, with_vehicle


def test_integers_stay_as_they_are():
    whole = np.array([[0.0, 3.0], [3.0, 0.0]])
    base = replace(day(1), km=(whole,), hours=(whole,), service=np.ones(1), demand=np.ones((1, 2)))
    scaling = scale_to_integers(base)
    assert (scaling.km, scaling.hour, scaling.load) == (1, 1, (1, 1))
    assert scaling.distances(whole, ranged=True).tolist() == [[0, 3], [3, 0]]


def test_times_and_loads_are_rounded_up_capacities_and_closings_down():
    scaling = scale_to_integers(day(6))
    assert scaling.hours_up(1.00001) == 10_001
    assert scaling.hours_down(1.00009) == 10_000
    # dimensions: whole parcels, kg in hundredths
    assert scaling.load == (1, 100)
    assert scaling.capacity((10.9, 0.019)) == [10, 1]


def test_a_distance_against_a_range_is_rounded_up_else_to_the_nearest():
    scaling = scale_to_integers(day(6))
    km = np.array([[0.0, 1.0002], [np.inf, 0.0]])
    assert scaling.distances(km, ranged=False).tolist() == [[0, 1000], [INFINITE, 0]]
    assert scaling.distances(km, ranged=True).tolist() == [[0, 1001], [INFINITE, 0]]


def test_rates_keep_their_ratio():
    scaling = scale_to_integers(with_vehicle(day(6), cost_per_km=0.4, cost_per_hour=9.0))
    ratio = scaling.per_hour[0] * scaling.hour / (scaling.per_km[0] * scaling.km)
    assert abs(ratio / (9.0 / 0.4) - 1.0) < 0.005
