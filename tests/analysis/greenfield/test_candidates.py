"""Towns for sites on the toy and the embedded network."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fulfill.analysis.greenfield.candidates import Greenfield, candidates
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.study.study import load

TOY = Greenfield(1, "own", least_people=0, near_km=50)


@pytest.fixture(scope="module")
def problem() -> Problem:
    return load("toy", "toy").problem


def test_one_town_is_where_the_orders_are(problem: Problem) -> None:
    found = candidates(problem, TOY)
    orders = problem.orders.sum(axis=(1, 2))
    assert found.table.loc[0, "name"] == f"Zone {orders.argmax() + 1}"
    assert found.table["x_orders_year"].sum() == pytest.approx(orders.sum())
    assert found.bound_km <= found.mean_km + 1e-9


def test_a_town_for_every_zone_is_nowhere_far(problem: Problem) -> None:
    found = candidates(problem, dataclasses.replace(TOY, number=3))
    assert found.mean_km == pytest.approx(0)
    assert found.towns == 3


def test_rows_can_be_planned_and_say_where_their_figures_are_from(problem: Problem) -> None:
    found = candidates(problem, dataclasses.replace(TOY, number=3))
    new = found.table[found.table["x_nearest_km"] > TOY.near_km]
    assert found.new == len(new) == 1
    assert new["name"].tolist() == ["Zone 2"]
    assert len(found.sites) == len(problem.network["sites"]) + 1
    row = found.sites.iloc[-1]
    assert row["status"] == "assumption"
    assert row["range"] == "rent_usd_m2_month=3.75..6.25; labour_usd_hour=4.5..7.5"
    assert "nearest own site" in row["source"]
    assert found.sites["site_id"].is_unique


def test_more_towns_than_there_are_is_a_fault(problem: Problem) -> None:
    with pytest.raises(InputError, match="F550 --number"):
        candidates(problem, dataclasses.replace(TOY, number=4))
    with pytest.raises(InputError, match="0 towns of"):
        candidates(problem, dataclasses.replace(TOY, least_people=1e9))


def test_a_country_without_such_a_site_is_a_fault(problem: Problem) -> None:
    with pytest.raises(InputError, match="F551"):
        candidates(problem, dataclasses.replace(TOY, ownership="shared"))


def test_freight_from_ports_needs_a_port(problem: Problem) -> None:
    gateways = problem.network["gateways"]
    assert candidates(problem, dataclasses.replace(TOY, inbound_weight=1.0)).mean_km >= 0
    inland = problem.network.with_table("gateways", gateways.iloc[:0])
    without = dataclasses.replace(problem, network=inland)
    with pytest.raises(InputError, match="to a seaport or airport of its country"):
        candidates(without, dataclasses.replace(TOY, inbound_weight=1.0))


@pytest.fixture(scope="module")
def embedded() -> Problem:
    return load().problem


@pytest.mark.slow
def test_a_country_needs_a_town_of_its_own(embedded: Problem) -> None:
    with pytest.raises(InputError, match="stay without a road to a town"):
        candidates(embedded, Greenfield(1))


def test_towns_of_the_embedded_network(embedded: Problem) -> None:
    found = candidates(embedded, Greenfield(4))
    assert set(found.table["country"]) == {"MX", "US"}
    assert found.mean_km - found.bound_km <= 0.02 * found.mean_km
    served = found.table["x_orders_year"].sum() + found.left_out
    assert served == pytest.approx(embedded.orders.sum())
    mean = np.average(found.table["x_mean_km"], weights=found.table["x_orders_year"])
    assert mean == pytest.approx(found.mean_km)
    assert not found.table.isna().any(axis=None)


@pytest.mark.slow
def test_inbound_freight_draws_towns_towards_ports(embedded: Problem) -> None:
    plain, drawn = (
        candidates(embedded, Greenfield(4, inbound_weight=weight)) for weight in (0.0, 3.0)
    )
    assert drawn.mean_km > plain.mean_km
    assert not pd.Series(drawn.table["name"]).equals(pd.Series(plain.table["name"]))
