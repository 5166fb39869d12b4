"""The routing instance refuses what does not fit together, and says which features it has."""

from dataclasses import replace

import numpy as np
import pytest

from fulfill.routing.instance import Break, features
from routing.days import day, with_vehicle


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"demand": np.ones((5, 2))}, "demand is not stops by dimensions"),
        ({"ready": np.zeros(5)}, "ready is not one figure a stop"),
        ({"km": (np.zeros((3, 3)),)}, "km is not square over the places"),
        ({"service": np.full(6, -1.0)}, "negative or no number"),
        ({"due": np.full(6, np.nan)}, "a window is no number"),
        ({"vehicles": ()}, "there is no vehicle type"),
        ({"depot_capacity": np.ones((2, 2))}, "depot capacity is not depots by dimensions"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        day(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"depot": 1}, "a depot or a profile that is not there"),
        ({"capacity": (1.0,)}, "not one capacity a dimension"),
        ({"trips": 0}, "fewer than one trip"),
        ({"closes": 7.0}, "closes before it opens"),
        ({"cost_per_km": -1.0}, "negative cost"),
    ],
)
def test_a_vehicle_type_that_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        with_vehicle(day(), **changes)


def test_features_name_what_an_engine_must_know():
    base = day()
    assert features(base) == frozenset()
    assert features(with_vehicle(base, rest=Break(0.5, 11.0, 13.0), trips=2)) == {
        "breaks",
        "second trips",
    }
    assert features(with_vehicle(base, range_km=90.0, max_hours=8.0)) == {"range", "shift length"}
    # a shift length beyond the ends of the shift does not bind
    assert features(with_vehicle(base, max_hours=11.0)) == frozenset()
    assert features(replace(base, depot_capacity=np.ones((1, 2)))) == {"depot capacity"}


def test_the_instance_of_some_stops_keeps_their_figures_in_the_order_given():
    base = day()
    some = base.only(np.array([4, 1]))
    assert some.stops == ("s4", "s1")
    assert (some.demand == base.demand[[4, 1]]).all()
    assert some.km[0][1, 2] == base.km[0][5, 2]
