"""Why a site is open or closed, why an order goes its way, and what a little more is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fulfill.analysis.explanations.marginal_values import gateway_values, site_value, tariff_values
from fulfill.analysis.explanations.opening_price import opening_prices
from fulfill.analysis.explanations.order_ways import order_ways
from fulfill.analysis.explanations.service_explanation import explain_product, explain_zone
from fulfill.analysis.explanations.single_site import explain_site, record_of
from fulfill.analysis.explanations.site_explanation import explain_sites
from fulfill.inputs.faults import InputError
from fulfill.study.kpis import LOSS_PARTS
from fulfill.study.optimize import optimize
from fulfill.study.resolve import resolve
from fulfill.study.run import Run
from fulfill.study.study import load


@pytest.fixture(scope="module")
def toy_run() -> Run:
    """The toy by decomposition, so that it has sites and prices to start from."""
    return optimize(load("toy", "toy", gap=0.0, method="decomposition"))


def codes(error: InputError) -> list[str]:
    return [fault.code for fault in error.faults]


def test_without_an_open_site_is_a_locked_run_within_the_gaps(toy_run: Run) -> None:
    (found,) = explain_sites(toy_run, workers=1)
    assert (found.site_id, found.is_open) == ("site-a", True)
    locked = optimize(load("toy", "toy", gap=0.0, closed=("site-a",)))
    cost = locked.outcome.objective
    assert found.without_usd - found.gap_usd <= cost + 0.01
    assert found.without_usd >= locked.outcome.bound - 0.01
    change = cost - toy_run.outcome.objective
    assert found.difference.low - 0.01 <= change <= found.difference.high + 0.01
    assert found.difference.distinguishable
    assert found.next_best == ("site-b",)
    moved = found.taken_over.set_index("place")["orders_change"]
    assert moved["site-a"] < 0 < moved["site-b"]
    assert moved.sum() == pytest.approx(0.0, abs=1e-6)
    assert "throughput_base (peak)" in found.binding
    record = found.record
    assert list(record)[:4] == ["site_id", "open", "with_usd", "without_usd"]
    assert record["with_usd"] == toy_run.outcome.objective


@pytest.mark.slow
def test_a_closed_site_says_what_it_costs_and_which_price_brings_it_in(toy_run: Run) -> None:
    single = explain_site(toy_run, "site-b")
    found, prices = single.site, single.prices
    assert single.value is None
    assert not found.is_open
    assert found.without_usd == toy_run.outcome.objective
    locked = optimize(load("toy", "toy", gap=0.0, opened=("site-b",)))
    assert found.with_usd >= locked.outcome.bound - 0.01
    assert found.difference.high < 0
    rent = next(one for one in prices if one.column == "rent_usd_m2_month")
    assert 0 < rent.needed_usd < rent.now_usd
    assert rent.checked_usd <= 0.01
    cell = f"network/sites[site-b].rent_usd_m2_month={rent.needed_usd!r}"
    at_price = optimize(load("toy", "toy", gap=0.0, overrides=[cell], opened=("site-b",)))
    gap = found.gap_usd + at_price.outcome.gap_usd + 0.01
    assert at_price.outcome.objective == pytest.approx(toy_run.outcome.objective, abs=gap)
    assert all(one["local"] for one in record_of(single)["price_to_open"])


def test_no_plan_with_a_site_has_no_price(toy_run: Run) -> None:
    answer = resolve(toy_run.study.with_(opened=("site-b",)), toy_run)
    assert opening_prices(toy_run, "site-b", replace(answer, decisions=None), 1.0) == []


def test_more_capacity_saves_and_more_duty_costs(toy_run: Run) -> None:
    more = site_value(toy_run, "site-a")
    assert more.checked_usd < 0
    assert more.kept_usd == 0
    assert more.record["local"] is True
    (duty,) = tariff_values(toy_run, ["apparel", "no such class"])
    assert duty.kept_usd > 0
    assert duty.checked_usd <= duty.kept_usd + 0.01
    (gate,) = gateway_values(toy_run)
    assert gate.name == "mx-port"
    assert gate.kept_usd >= 0


def test_the_ways_of_an_order_are_priced_as_in_the_plan(toy_run: Run) -> None:
    ways = order_ways(toy_run, "zone-1", "shirt", "normal")
    assert [way.start for way in ways] == ["site-a", "direct mail"]
    flows = toy_run.flows[(toy_run.flows["to"] == "zone-1") & (toy_run.flows["product"] == "shirt")]
    assert ways[0].orders == pytest.approx(
        flows.loc[flows["period"] == "normal", "orders"].sum(), rel=1e-6
    )
    for way in ways:
        landed = sum(usd for part, usd in way.parts.items() if part not in LOSS_PARTS)
        assert way.landed_usd == pytest.approx(landed)
        assert way.record["contribution_usd_per_order"] == -way.cost_usd
    by_mail = ways[1].parts
    assert by_mail["mail_freight"] == pytest.approx(9.0)
    assert by_mail["courier_tax"] == pytest.approx(6.7)


def test_what_is_not_stocked_is_held_back(toy_run: Run) -> None:
    ways = order_ways(toy_run, "zone-1", "gadget", "normal")
    assert ways[0].held_back == "not_stocked"
    assert ways[0].orders == 0


def test_who_serves_a_zone_and_a_product(toy_run: Run) -> None:
    zone = explain_zone(toy_run, "zone-1")
    assert zone.served_by["share"].sum() == pytest.approx(1.0)
    assert {one["product"] for one in zone.compared} == {"shirt", "gadget"}
    product = explain_product(toy_run, "shirt")
    assert product.record["product_id"] == "shirt"
    assert product.compared[0]["country"] == "MX"
    assert [one.kind for one in product.values] == ["tariff"]


def test_what_cannot_be_explained_is_refused(toy_run: Run) -> None:
    with pytest.raises(InputError) as caught:
        explain_sites(toy_run, ["site-z", "nowhere"])
    assert codes(caught.value) == ["F308", "F308"]
    with pytest.raises(InputError) as caught:
        order_ways(toy_run, "zone-9", "shirt", "never")
    assert codes(caught.value) == ["F308", "F308"]
    for ask in (explain_zone, explain_product):
        with pytest.raises(InputError) as caught:
            ask(toy_run, "nothing")
        assert codes(caught.value) == ["F308"]
