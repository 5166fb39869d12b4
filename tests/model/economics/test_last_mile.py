"""Ways to the door: distance bands, channels, prices by weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.economics.last_mile import lanes_to_zones, ways_to_door


def lanes(problem: Problem):
    ways = ways_to_door(problem)
    return ways, lanes_to_zones(problem, ways, measure(problem.network, problem.demand.zones))


def test_the_toy_has_a_lane_for_every_pair_in_reach(toy_problem: Problem) -> None:
    ways, found = lanes(toy_problem)
    table = ways.table
    local = [
        (site, zone, table["base_usd"][way])
        for site, zone, way in zip(found.site, found.zone, found.way, strict=True)
        if site >= 0
    ]
    near, far = 2.0, 4.0
    assert sorted(local) == [
        (0, 0, near),
        (0, 1, near),
        (0, 2, far),
        (1, 0, far),
        (1, 1, far),
        (1, 2, near),
    ]
    assert sorted(found.zone[found.site < 0]) == [0, 1, 2]


@pytest.mark.parametrize(
    ("km", "base"), [("0", 2), ("300", 2), ("300.1", 4), ("1000", 4), ("1000.1", None)]
)
def test_distance_bands_exclude_their_lower_and_include_their_upper_end(
    toy: Folders, km: str, base: float | None
) -> None:
    toy.set("network/lanes.csv", 5, "road_km", km)  # site-a, zone-1
    ways, found = lanes(toy.problem())
    here = (found.site == 0) & (found.zone == 0)
    assert ways.table["base_usd"].to_numpy()[found.way[here]].tolist() == ([base] if base else [])


def test_weight_beyond_the_first_kilogram_and_volumetric_mail(toy: Folders) -> None:
    toy.set("network/services.csv", 2, "usd_kg", "0.5")
    toy.set("network/mail_services.csv", 2, "volumetric_kg_m3", "200")
    ways = ways_to_door(toy.problem())
    price = ways.price(np.array([0.4, 3.0]), np.array([0.01, 0.01]))
    kind = ways.table["channel"].to_numpy()
    assert price[(kind == "local") & (ways.table["km_from"] == 0)].tolist() == [[2.0, 3.0]]
    assert price[kind == "direct_mail"].tolist() == [
        [3 + 6 * 2.0, 3 + 6 * 3.0]
    ]  # 0.01 m3 weighs 2 kg


def test_distance_inside_the_band_is_paid(toy: Folders) -> None:
    toy.set("network/services.csv", 2, "usd_100km", "1.5")
    _, found = lanes(toy.problem())
    here = (found.site == 0) & (found.zone == 1)
    assert found.distance_usd[here] == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("channels", "kinds"),
    [
        (("direct_mail",), ["direct_mail"]),
        (("local",), ["local", "local"]),
        (("nearshore",), ["local", "local"]),
        (("cross_border",), ["cross_border", "cross_border"]),
        (
            ("direct_mail", "local", "cross_border"),
            ["local", "local", "cross_border", "cross_border", "direct_mail"],
        ),
    ],
)
def test_channels_choose_the_ways(
    toy: Folders, channels: tuple[str, ...], kinds: list[str]
) -> None:
    assert (
        ways_to_door(replace(toy.problem(), channels=channels)).table["channel"].tolist() == kinds
    )


def test_cross_border_is_dearer_and_later_and_needs_a_border(toy: Folders) -> None:
    ways, found = lanes(toy.problem(channels=("local", "cross_border")))
    table = ways.table
    cross, local = table[table["channel"] == "cross_border"], table[table["channel"] == "local"]
    np.testing.assert_allclose(cross["base_usd"].to_numpy() - local["base_usd"].to_numpy(), 3)
    np.testing.assert_allclose(cross["days_mean"].to_numpy() - local["days_mean"].to_numpy(), 2)
    assert not np.isin(found.way, cross.index).any()


def test_emissions_of_a_lane(toy_problem: Problem) -> None:
    _, found = lanes(toy_problem)
    here = (found.site == 0) & (found.zone == 1)  # 200 km: 170 by truck, 30 by van
    assert found.kg_co2e_kg[here] == pytest.approx(0.1 * 0.17 + 0.8 * 0.03)
    mailed = found.site < 0
    np.testing.assert_allclose(found.kg_co2e_kg[mailed], 1.0 * found.km[mailed] / 1000 + 0.8 * 0.03)
    assert (found.km[mailed] > 10_000).all()
