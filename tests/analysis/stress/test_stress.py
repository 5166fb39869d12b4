"""Losses of a plan on the toy, where every answer is exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import fulfill
from conftest import Folders
from fulfill.analysis.stress.findings import sentences
from fulfill.analysis.stress.losses import losses_of, pairs_of, together
from fulfill.analysis.stress.stress import Stress, StressOptions, stress, summary
from fulfill.analysis.stress.withstanding import Question, capacities_used_up, withstand
from fulfill.inputs.faults import InputError
from fulfill.model.disruptions import Disruption

ALONE = StressOptions(workers=0, pairs=3)


@pytest.fixture(scope="module")
def run() -> fulfill.Run:
    return fulfill.load("toy", "toy", gap=0.0).optimize()


@pytest.fixture(scope="module")
def found(run: fulfill.Run) -> Stress:
    return stress(run, ALONE)


def test_everything_with_a_capacity_is_lost(run: fulfill.Run) -> None:
    losses = {(loss.kind, loss.id): loss for loss in losses_of(run)}
    assert set(losses) == {
        ("site", "site-a"),
        ("gateway", "mx-port"),
        ("mail", "MX"),
        ("carrier", "MX A"),
    }
    assert losses["site", "site-a"].period == "year"
    busiest = {loss.id: loss.period for loss in losses_of(run, "busiest")}
    assert busiest["site-a"] == "peak"
    one, other = (losses[key] for key in (("site", "site-a"), ("mail", "MX")))
    assert pairs_of([one, other]) == [(one, other)]
    both = together(one, other)
    assert (both.kind, both.id) == ("pair", "site-a + MX")
    assert both.cells.count("capacity_factor=0") == 2


def test_a_loss_never_helps_and_lies_in_its_interval(found: Stress) -> None:
    losses = found.losses
    assert (losses["loss_usd"] >= 0).all()
    assert (losses["loss_usd_low"] <= losses["loss_usd"] + 1e-6).all()
    assert (losses["loss_usd"] <= losses["loss_usd_high"] + 1e-6).all()
    assert losses["loss_usd"].is_monotonic_decreasing
    assert found.faults == ()


def test_a_loss_costs_what_its_overrides_cost(run: fulfill.Run, found: Stress) -> None:
    # the toy has one open site: with it locked, the plan of the overrides keeps the sites
    for row in found.losses.to_dict("records"):
        again = run.study.optimize(
            overrides=row["set"].split("; "), opened=("site-a",), closed=("site-b",)
        )
        assert row["loss_usd"] == pytest.approx(
            again.outcome.objective - run.outcome.objective, abs=1e-3
        )


def test_a_loss_in_one_period_costs_less_than_in_the_year(run: fulfill.Run, found: Stress) -> None:
    year = found.losses.set_index(["kind", "id"])["loss_usd"]
    peak = stress(run, replace(ALONE, period="peak", pairs=0, remedies=0)).losses
    assert set(peak["period"]) == {"peak"}
    for row in peak.itertuples():
        assert 0 < row.loss_usd < year[row.kind, row.id]


def test_a_second_loss_is_listed_only_where_it_matters(found: Stress) -> None:
    pairs = found.losses[found.losses["kind"] == "pair"]
    single = found.losses[found.losses["kind"] != "pair"].set_index("id")["loss_usd"]
    for row in pairs.itertuples():
        assert row.loss_usd > max(single[name] for name in row.id.split(" + "))
    # without the port the site has no goods: losing both is losing one
    assert "site-a + mx-port" not in set(pairs["id"])


def test_more_capacity_never_costs_more(run: fulfill.Run, found: Stress) -> None:
    assert (found.remedies["bought_back_usd"] > 0).all()
    lost = Disruption("mail", "MX", 0.5)
    more = Disruption("site", "site-a", 1.5)
    costs = [withstand(run, Question(what)).objective for what in ((lost,), (lost, more), ())]
    assert costs[0] >= costs[1] - 1e-6
    assert costs[0] >= costs[2]


def test_used_up_capacities_are_found(toy: Folders) -> None:
    toy.set("network/site_sizes.csv", 2, "orders_day", "1")
    run = toy.study(gap=0.0, opened=("site-a",)).optimize()
    assert run.decisions is not None
    assert ("site", "site-a") in capacities_used_up(run.instance, run.decisions)


def test_lead_time_and_cancelled_orders_are_those_of_the_tables(run: fulfill.Run) -> None:
    now = withstand(run, Question(()))
    assert now.lead_days == pytest.approx(run.kpis["lead_time_days_mean"])
    out = run.flows[run.flows["leg"] == "outbound"]
    assert now.cancelled == pytest.approx((out["placed"] - out["delivered"]).sum())
    assert now.objective == pytest.approx(run.outcome.objective)


def test_a_decomposed_plan_gives_the_same_losses_within_its_gaps(found: Stress) -> None:
    quick = stress(fulfill.load("toy", "toy", method="decomposition", gap=0.001).optimize(), ALONE)
    exact = found.losses.set_index(["kind", "id"])["loss_usd"]
    for row in quick.losses.itertuples():
        assert row.loss_usd_low - 1e-6 <= exact[row.kind, row.id] <= row.loss_usd_high + 1e-6


def test_what_is_printed_for_programs(found: Stress) -> None:
    said = summary(found)
    assert said["base_usd"] == pytest.approx(33_350.5)
    first = said["losses"][0]
    assert {"kind", "id", "period", "loss_usd", "loss_usd_low", "loss_usd_high"} <= set(first)
    assert {"lead_time_days", "cancelled_orders"} <= set(first)
    assert said["audit"] == {"clean": True, "faults": []}


def test_words(found: Stress) -> None:
    assert "depends most on" in sentences(found)[0]
    none = replace(found, losses=found.losses.iloc[:0])
    assert sentences(none) == ["The plan uses nothing that has a capacity."]
    lost = found.losses.assign(loss_usd=np.inf)
    assert "there is no plan" in sentences(replace(found, losses=lost))[0]
    helpless = replace(found, remedies=pd.DataFrame(columns=found.remedies.columns))
    assert len(sentences(helpless)) == 1


def test_what_cannot_be_asked_is_refused(run: fulfill.Run, toy: Folders) -> None:
    with pytest.raises(InputError, match="F501"):
        losses_of(run, "summer")
    impossible = toy.study(service=("1d=1",)).optimize()
    with pytest.raises(InputError, match="F502"):
        stress(impossible, ALONE)
