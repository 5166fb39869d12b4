"""DeliveryOptions to the door: distance bands, channels, prices by weight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.inputs.rate_cards import cards_on
from fulfill.model.economics.last_mile import (
    NO_FERRY,
    CrossBorderTerms,
    DeliveryOptions,
    Lanes,
    allowed_options,
    lanes_to_zones,
    price_multiplier,
)


def options_of(problem: Problem) -> DeliveryOptions:
    network = problem.network
    return allowed_options(
        network["services"],
        network["mail_services"],
        network["own_delivery"],
        network["ferries"],
        problem.channels,
        CrossBorderTerms(fee_usd=3.0, days=2.0),
        len(network["products"]),
        cards_on(network.tables, problem.regime.as_of),
    )


def lanes(problem: Problem) -> tuple[DeliveryOptions, Lanes]:
    network, delivery_options = problem.network, options_of(problem)
    zones, distances = problem.demand.zones, measure(network, problem.demand.zones)
    tables = (network[name] for name in ("sites", "origins", "own_delivery", "emissions"))
    return delivery_options, lanes_to_zones(delivery_options, distances, zones, *tables)


def test_the_toy_has_a_lane_for_every_pair_in_reach(toy_problem: Problem) -> None:
    delivery_options, found = lanes(toy_problem)
    table = delivery_options.table
    local = [
        (site, zone, table["base_usd"][option])
        for site, zone, option in zip(found.site, found.zone, found.option, strict=True)
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
    delivery_options, found = lanes(toy.problem())
    here = (found.site == 0) & (found.zone == 0)
    assert delivery_options.table["base_usd"].to_numpy()[found.option[here]].tolist() == (
        [base] if base else []
    )


def test_weight_beyond_the_first_kilogram_and_volumetric_mail(toy: Folders) -> None:
    toy.set("network/services.csv", 2, "usd_kg", "0.5")
    toy.set("network/mail_services.csv", 2, "volumetric_kg_m3", "200")
    delivery_options = options_of(toy.problem())
    price = delivery_options.price(np.array([0.4, 3.0]), np.array([0.01, 0.01]))
    kind = delivery_options.table["channel"].to_numpy()
    assert price[(kind == "local") & (delivery_options.table["km_from"] == 0)].tolist() == [
        [2.0, 3.0]
    ]
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
    problem = replace(toy.problem(), channels=channels)
    assert options_of(problem).table["channel"].tolist() == kinds


def test_cross_border_is_dearer_and_later_and_needs_a_border(toy: Folders) -> None:
    delivery_options, found = lanes(toy.problem(channels=("local", "cross_border")))
    table = delivery_options.table
    cross, local = table[table["channel"] == "cross_border"], table[table["channel"] == "local"]
    np.testing.assert_allclose(cross["base_usd"].to_numpy() - local["base_usd"].to_numpy(), 3)
    np.testing.assert_allclose(cross["days_mean"].to_numpy() - local["days_mean"].to_numpy(), 2)
    assert not np.isin(found.option, cross.index).any()


def test_mail_has_lanes_only_from_an_origin_that_mails(toy_problem: Problem) -> None:
    tables = toy_problem.network.tables
    at_home = tables["origins"].assign(direct_mail="no")
    network = replace(toy_problem.network, tables={**tables, "origins": at_home})
    delivery_options, found = lanes(replace(toy_problem, network=network))
    assert "direct_mail" in delivery_options.table["channel"].tolist()
    assert len(found) > 0
    assert (found.site >= 0).all()


def test_emissions_of_a_lane(toy_problem: Problem) -> None:
    _, found = lanes(toy_problem)
    here = (found.site == 0) & (found.zone == 1)  # 200 km: 170 by truck, 30 by van
    assert found.kg_co2e_kg[here] == pytest.approx(0.1 * 0.17 + 0.8 * 0.03)
    mailed = found.site < 0
    np.testing.assert_allclose(found.kg_co2e_kg[mailed], 1.0 * found.km[mailed] / 1000 + 0.8 * 0.03)
    assert (found.km[mailed] > 10_000).all()


def test_only_carriers_ask_more_in_a_peak(toy: Folders) -> None:
    rows = "site_id,zone_id,usd_order,source,source_date,status,range\n"
    toy.write("network/own_delivery.csv", rows + "site-a,zone-1,1.25,ledger,2026,in_force,\n")
    delivery_options = options_of(toy.problem(channels=("local",)))
    factor = price_multiplier(delivery_options, np.array([1.0, 1.3]))
    assert sorted(factor.tolist()) == sorted(
        [[1.0, 1.0 if own else 1.3] for own in delivery_options.own]
    )
    assert delivery_options.own.any()
    assert not delivery_options.own.all()


FERRIES = pd.DataFrame(
    {"country": ["US", "MX", "MX"], "hours": [1.0, 6.0, 48.0], "usd_order": [9.0, 1.5, 0.0]}
)


@pytest.mark.parametrize("channels", [("local",), ("cross_border",), ("local", "direct_mail")])
def test_over_a_ferry_a_carrier_is_dearer_and_later(
    toy_problem: Problem, channels: tuple[str, ...]
) -> None:
    network = toy_problem.network
    tables = (network[name] for name in ("services", "mail_services", "own_delivery"))
    terms = CrossBorderTerms(fee_usd=3.0, days=2.0)
    cards = cards_on(network.tables, toy_problem.regime.as_of)
    table = allowed_options(*tables, FERRIES, channels, terms, 2, cards).table
    dry = table[table["ferry"] == NO_FERRY]
    carried = dry[dry["channel"] != "direct_mail"]
    assert set(table["ferry"]) == {NO_FERRY, 1, 2}  # the toy has no service in the US
    for ferry, usd, days in ((1, 1.5, 0.25), (2, 0.0, 2.0)):
        over = table[table["ferry"] == ferry]
        assert over["channel"].tolist() == carried["channel"].tolist()
        np.testing.assert_allclose(over["base_usd"] - carried["base_usd"].to_numpy(), usd)
        np.testing.assert_allclose(over["days_mean"] - carried["days_mean"].to_numpy(), days)
        np.testing.assert_allclose(over["days_p90"] - carried["days_p90"].to_numpy(), days)
    assert dry.index.tolist() == list(range(len(dry)))  # ferries come last


def test_a_lane_over_a_ferry_has_the_options_of_that_ferry_only(toy_problem: Problem) -> None:
    network, zones = toy_problem.network, toy_problem.demand.zones
    found = measure(network, zones)
    ferry = found.site_zone_ferry.copy()
    ferry[:, 0] = 1
    tables = (network[name] for name in ("services", "mail_services", "own_delivery"))
    cards = cards_on(network.tables, toy_problem.regime.as_of)
    options = allowed_options(*tables, FERRIES, ("local",), CrossBorderTerms(3.0, 2.0), 2, cards)
    rest = (network[name] for name in ("sites", "origins", "own_delivery", "emissions"))
    lane = lanes_to_zones(options, replace(found, site_zone_ferry=ferry), zones, *rest)
    taken = options.table["ferry"].to_numpy()[lane.option]
    assert (taken == np.where(lane.zone == 0, 1, NO_FERRY)).all()
    assert (lane.zone == 0).any()
