"""What changed between two runs, and the bridge from one cost to the other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Folders
from fulfill.analysis.diff.carried_plan import carried_plan
from fulfill.analysis.diff.cost_bridge import DECISIONS, DEMAND, PRICES, TOGETHER, cost_bridge
from fulfill.analysis.diff.run_difference import diff, summary
from fulfill.inputs.faults import InputError
from fulfill.location.pricing import price
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.study import load

CHANGES = {
    "freight": "network/freight[sea,CN,MX].usd_m3",
    "rent": "network/sites[site-a].rent_usd_m2_month",
    "wage": "network/sites[site-b].labour_usd_hour",
    "price": "network/products[shirt].price_usd",
    "hazard": "network/parameters[cancel_lambda]",
}


@cache
def run_of(changes: tuple[tuple[str, float], ...], closed: str, channels: str) -> Run:
    """Plan a toy with some cells changed, a site closed and channels left out."""
    options: dict[str, Any] = {"closed": (closed,)} if closed else {}
    if channels:
        options["channels"] = tuple(channels.split(","))
    cells = [f"{CHANGES[name]}={value!r}" for name, value in changes]
    return optimize(load("toy", "toy", overrides=cells, gap=0.0, **options))


@cache
def variation(seed: int) -> Run:
    """Plan a toy with random prices, perhaps with a site closed or channels left out."""
    random = np.random.default_rng(seed)
    ranges = {"freight": (50, 700), "rent": (1, 9), "wage": (1, 9), "price": (20, 45)}
    changes = [(name, float(random.uniform(*ends))) for name, ends in ranges.items()]
    changes.append(("hazard", float(random.choice([0.0, 0.123]))))
    closed = str(random.choice(["", "site-a", "site-b"]))
    return run_of(tuple(changes), closed, str(random.choice(["", "direct_mail", "local"])))


SEEDS = st.integers(0, 2)


def cents(usd: float) -> int:
    return round(usd * 100)


@settings(max_examples=9)
@given(SEEDS, SEEDS)
def test_the_bridge_adds_up_to_the_cent(first: int, second: int) -> None:
    before, after = variation(first), variation(second)
    bridge = cost_bridge(before, after)
    assert bridge.from_usd == pytest.approx(before.outcome.objective, abs=0.0051)
    assert bridge.to_usd == pytest.approx(after.outcome.objective, abs=0.0051)
    change = cents(bridge.to_usd) - cents(bridge.from_usd)
    assert sum(cents(one.usd) for one in bridge.steps) == change
    by_step = sum(cents(bridge.total(step)) for step in (DEMAND, PRICES, DECISIONS, TOGETHER))
    assert by_step == change


def test_prices_that_move_nothing_are_all_of_the_change(planned: Run) -> None:
    dearer = run_of((("rent", 5.001),), "", "")
    found = diff(planned, dearer)
    assert found.sites["change"].tolist() == ["kept"]
    assert found.flows.empty
    assert {(one.step, one.part) for one in found.bridge.steps} == {(PRICES, "rent_and_overhead")}
    assert found.bridge.total(PRICES) == round(dearer.outcome.objective - 33350.5, 2)


def test_a_lock_changes_decisions_only(planned: Run) -> None:
    without = run_of((), "site-a", "")
    found = diff(planned, without)
    assert {one.step for one in found.bridge.steps} == {DECISIONS}
    assert found.difference.distinguishable
    said = summary(found)
    assert said["inputs_changed"] == [
        {"file": "options", "key": "closed", "column": "", "before": "", "after": "site-a"}
    ]
    assert {row["site_id"]: row["change"] for row in said["decisions_changed"]["sites"]} == {
        "site-a": "closed",
        "site-b": "opened",
    }
    assert said["from_usd"] == 33350.5


def test_decisions_at_changed_prices_cost_what_the_model_says(planned: Run) -> None:
    dearer = run_of((("freight", 600.0), ("hazard", 0.123)), "", "")
    assert planned.decisions is not None
    carried = carried_plan(planned.model, planned.decisions, dearer.model)
    held = price(dearer.instance, carried.at_new_figures)
    bridge = cost_bridge(planned, dearer)
    assert bridge.total(PRICES) == pytest.approx(held - planned.outcome.objective, abs=0.02)
    assert carried.notes == ()


def test_more_demand_is_a_step_of_its_own(planned: Run, toy: Folders) -> None:
    toy.edit("demand/orders.csv", "zone-1,shirt,normal,900", "zone-1,shirt,normal,990")
    bridge = cost_bridge(planned, optimize(toy.study(gap=0.0)))
    assert bridge.total(DEMAND) != 0
    assert bridge.total(PRICES) == 0
    total = cents(bridge.to_usd) - cents(bridge.from_usd)
    assert sum(cents(one.usd) for one in bridge.steps) == total


def test_a_site_that_is_gone_is_said_and_the_sum_is_exact(planned: Run, toy: Folders) -> None:
    for file in ("network/sites.csv", "network/lanes.csv"):
        rows = toy.text(file).splitlines(keepends=True)
        toy.write(file, "".join(row for row in rows if "site-a" not in row))
    found = diff(planned, optimize(toy.study(gap=0.0)))
    notes = " ".join(found.bridge.notes)
    assert "does not offer the site site-a:S" in notes
    assert "2,750 orders whose way the second run does not have" in notes
    total = cents(found.bridge.to_usd) - cents(found.bridge.from_usd)
    assert sum(cents(one.usd) for one in found.bridge.steps) == total
    gone = found.inputs_changed
    assert "site-a" in gone.loc[gone["file"] == "network/sites.csv", "key"].tolist()
    assert (gone.loc[gone["file"] != "options", "after"] == "").all()


def test_a_new_zone_is_in_the_step_of_decisions(planned: Run, toy: Folders) -> None:
    toy.add("demand/zones.csv", zone_id="zone-4", name="Zone 4")
    toy.add("demand/orders.csv", zone_id="zone-4", orders="70")
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id=site, to_id="zone-4", road_km="600")
    after = optimize(toy.study(gap=0.0))
    bridge = cost_bridge(planned, after)
    assert bridge.total(PRICES) == pytest.approx(0, abs=0.01)
    assert any("70 orders of zones" in note for note in bridge.notes)
    total = cents(bridge.to_usd) - cents(bridge.from_usd)
    assert sum(cents(one.usd) for one in bridge.steps) == total


def test_orders_that_must_be_served_make_one_step(planned: Run) -> None:
    mail = run_of((), "", "direct_mail")
    free = replace(mail.instance, unserved_usd=np.full(2, np.inf))
    model = replace(mail.model, instance=free)
    bridge = cost_bridge(planned, replace(mail, solved=(model, mail.decisions)))
    assert {one.step for one in bridge.steps} == {TOGETHER}
    assert len(bridge.notes) == 1


def test_cells_that_differ_are_named(planned: Run, toy: Folders) -> None:
    toy.set("network/sites.csv", 2, "rent_usd_m2_month", "6")
    toy.set("demand/orders.csv", 2, "orders", "901")
    toy.edit("network/network.toml", 'title = "Three zones', 'title = "3 zones')
    found = diff(planned, optimize(toy.study(gap=0.0))).inputs_changed
    rows = set(found[found["file"] != "options"].itertuples(index=False, name=None))
    title = "zones, two sites, one gateway: solvable on paper"
    assert rows == {
        ("network/sites.csv", "site-a", "rent_usd_m2_month", "5.0", "6.0"),
        ("demand/orders.csv", "zone-1,shirt,normal", "orders", "900.0", "901.0"),
        ("network/network.toml", "title", "", f"Three {title}", f"3 {title}"),
    }


def test_a_run_without_a_plan_is_refused(planned: Run) -> None:
    none = optimize(load("toy", "toy", service="MX:1d=0.99"))
    assert not none.found
    with pytest.raises(InputError) as caught:
        diff(planned, none)
    assert [fault.code for fault in caught.value.faults] == ["F520"]


def test_parts_that_do_not_add_up_are_refused(planned: Run) -> None:
    outcome = replace(planned.outcome, objective=planned.outcome.objective + 50.0)
    wrong = replace(planned, plan=replace(planned.plan, outcome=outcome))
    with pytest.raises(InputError) as caught:
        diff(planned, wrong)
    assert [fault.code for fault in caught.value.faults] == ["F521"]
