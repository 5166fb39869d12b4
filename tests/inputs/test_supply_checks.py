"""Channels and sites that nothing can supply: what `fulfill check` says, and what a plan is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from conftest import Folders
from fulfill.cli.main import main
from fulfill.study.vocabulary import UNDEFINED

Spoil = Callable[[Folders], None]


def without(file: str, start: str) -> Spoil:
    def spoil(toy: Folders) -> None:
        lines = toy.text(file).splitlines(keepends=True)
        toy.write(file, "".join(line for line in lines if not line.startswith(start)))

    return spoil


def all_of(*spoils: Spoil) -> Spoil:
    def spoil(toy: Folders) -> None:
        for one in spoils:
            one(toy)

    return spoil


NO_STOCK: dict[str, Spoil] = {
    "no sea row": without("network/freight.csv", "sea,"),
    "no road row": without("network/freight.csv", "road,"),
    "the only seaport is an airport": lambda toy: toy.set(
        "network/gateways.csv", 2, "kind", "airport"
    ),
    "the only port has no capacity": lambda toy: toy.set(
        "network/gateways.csv", 2, "capacity_m3_month", "0"
    ),
}


def fulfill(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def inputs(toy: Folders) -> tuple[object, ...]:
    return "--network", toy.network, "--demand", toy.demand


@pytest.mark.parametrize("story", NO_STOCK)
def test_a_network_that_brings_no_goods_to_sites_is_a_warning_beside_mail_and_else_a_fault(
    toy: Folders, story: str
) -> None:
    NO_STOCK[story](toy)
    warned = [fault for fault in toy.faults() if fault.code == "W306"]
    assert [fault.value for fault in warned] == ["cross_border, local, nearshore"]
    assert [fault.code for fault in toy.faults(channels=("local", "nearshore"))] == ["F319"]


@pytest.mark.parametrize(
    "channels", [("nearshore",), ("nearshore", "direct_mail"), ("nearshore", "local")]
)
def test_nearshore_without_a_plant_is_told(toy: Folders, channels: tuple[str, ...]) -> None:
    codes = [fault.code for fault in toy.faults(channels=channels) if fault.code != "W301"]
    assert codes == (["F319"] if len(channels) == 1 else ["W306"])


NO_MAIL: dict[str, Spoil] = {
    "no air capacity": lambda toy: toy.set("network/mail_capacity.csv", 2, "kg_day", "0"),
    "nothing is made overseas": all_of(
        lambda toy: toy.set("network/origins.csv", 2, "country", "MX"),
        lambda toy: toy.set("network/origins.csv", 2, "lat", "20.7"),
        lambda toy: toy.set("network/origins.csv", 2, "lon", "-103.4"),
        # a plant needs a road to every site: the toy has no road graph
        lambda toy: toy.add("network/lanes.csv", from_id="cn-hub", to_id="site-a"),
        lambda toy: toy.add("network/lanes.csv", from_id="cn-hub", to_id="site-b"),
    ),
    "worth more than courier entry admits": lambda toy: [
        toy.set("network/tariffs.csv", row, "value_to_usd", "10") for row in (2, 3)
    ],
}


@pytest.mark.parametrize("story", NO_MAIL)
def test_mail_that_carries_nothing_is_a_warning_beside_stock_and_else_a_fault(
    toy: Folders, story: str
) -> None:
    NO_MAIL[story](toy)
    assert [fault.value for fault in toy.faults() if fault.code == "W306"] == ["direct_mail"]
    assert [fault.code for fault in toy.faults(channels=("direct_mail",))] == ["F319"]


def test_sites_of_a_country_that_no_freight_reaches_are_named(toy: Folders) -> None:
    toy.add("network/countries.csv", country="US", name="United States")
    toy.set("network/sites.csv", 3, "country", "US")
    hits = [
        fault for fault in toy.faults(channels=("direct_mail", "local")) if fault.code == "W306"
    ]
    assert [(fault.value, fault.detail) for fault in hits] == [
        ("US", "nothing can be brought to site-b")
    ]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("method", ["monolith", "decomposition"])
@pytest.mark.parametrize("story", NO_STOCK)
def test_the_plan_without_stock_is_the_mail_of_the_worked_example_and_clean(
    toy: Folders, tmp_path: Path, story: str, method: str
) -> None:
    NO_STOCK[story](toy)
    run = tmp_path / "run"
    done = fulfill(
        "optimize", *inputs(toy), "--gap", 0, "--method", method, "--time-limit", 5, "--out", run
    )
    assert done.exit_code == 0, done.output
    found = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    assert found["status"] == "OPTIMAL"
    # docs/toy.md: 3,200 orders by mail are worth 2.50 each; 48,000.00 - 8,000.00
    assert found["objective"] == pytest.approx(40_000.0, abs=0.005)
    assert found["bound"] == pytest.approx(40_000.0, abs=0.005)
    assert found["open_sites"] == []
    assert {name for name, share in found["kpis"]["channel_share"].items() if share} == {
        "direct_mail"
    }
    assert found["audit"]["clean"]


MEANS = (
    "landed_cost_usd_per_order",
    "lead_time_days_mean",
    "cancellation_rate",
    "co2e_kg_per_order",
)
NOTHING: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "prices below the goods": (
        lambda toy: [toy.set("network/products.csv", row, "price_usd", "2.32") for row in (2, 3)],
        (),
    ),
    "mail dearer than the goods": (
        lambda toy: toy.set("network/mail_services.csv", 2, "base_usd", "900"),
        ("--channels", "direct_mail"),
    ),
    "sites locked shut": (
        lambda toy: None,
        ("--channels", "local", "--close", "site-a", "--close", "site-b"),
    ),
}


@pytest.mark.parametrize("story", NOTHING)
def test_figures_of_a_plan_that_serves_nothing_are_none_everywhere(
    toy: Folders, tmp_path: Path, story: str
) -> None:
    spoil, options = NOTHING[story]
    spoil(toy)
    run = tmp_path / "run"
    done = fulfill("optimize", *inputs(toy), "--gap", 0, *options, "--out", run)
    assert done.exit_code == 0, done.output
    kpis = json.loads((run / "summary.json").read_text(encoding="utf-8"))["kpis"]
    assert [kpis[name] for name in MEANS] == [None] * len(MEANS)
    assert (kpis["unserved_share"], kpis["share_within_3_days"]) == (1.0, 0.0)
    shown = {line[:25].strip(): line[25:].strip() for line in done.stdout.splitlines()}
    for words in ("landed cost per order", "mean lead time", "cancelled", "CO2e per order"):
        assert shown[words] == UNDEFINED
    assert "nan" not in done.stdout
    page = (run / "report.html").read_text(encoding="utf-8")
    for words in ("landed cost per order", "cancelled"):
        assert f"<b>{UNDEFINED}</b><span>{words}</span>" in page
    assert pd.read_csv(run / "costs.csv")["usd_per_order"].isna().all()
    again = fulfill("audit", run, *inputs(toy))
    assert again.exit_code == 0, again.output


def test_the_audit_refuses_a_figure_where_there_is_none(toy: Folders, tmp_path: Path) -> None:
    NOTHING["prices below the goods"][0](toy)
    run = tmp_path / "run"
    assert fulfill("optimize", *inputs(toy), "--gap", 0, "--out", run).exit_code == 0
    file = run / "summary.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    for false in (0.0, 1.0, 7e15):
        found["kpis"]["cancellation_rate"] = false
        file.write_text(json.dumps(found), encoding="utf-8")
        assert "cancellation_rate" in fulfill("audit", run, *inputs(toy)).output


def test_a_comparison_of_plans_that_serve_nothing_has_dashes(toy: Folders, tmp_path: Path) -> None:
    NOTHING["prices below the goods"][0](toy)
    done = fulfill("compare", *inputs(toy), "--gap", 0, "--out", tmp_path / "both")
    assert done.exit_code == 0, done.output
    (line,) = (line for line in done.stdout.splitlines() if line.strip().startswith("cancelled"))
    assert line.split()[1:] == [UNDEFINED] * 3
    assert pd.read_csv(tmp_path / "both" / "modes.csv")["landed_cost_usd_per_order"].isna().all()
