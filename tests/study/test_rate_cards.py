"""Rate cards from the command line: checked, planned, changed for one question, routed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cards import TWO_BREAKS, equal_card, mail_card, write_card
from conftest import Folders
from fulfill.cli.main import main
from fulfill.study.csv_files import read_csv
from fulfill.study.optimize import optimize

pytestmark = pytest.mark.usefixtures("undrawn")


def fulfill(toy: Folders, command: str, *options: str) -> str:
    """Return the output of a command on the folders of a test, which must succeed."""
    asked = [command, "--network", str(toy.network), "--demand", str(toy.demand), *options]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    return done.output


def objective(folder: Path) -> float:
    return float(json.loads((folder / "summary.json").read_text())["objective"])


def test_the_command_line_plans_with_a_card_and_checks_the_run(toy: Folders) -> None:
    equal_card(toy)
    assert "No fault" in fulfill(toy, "check")
    fulfill(toy, "optimize", "--out", str(toy.root / "run"))
    assert objective(toy.root / "run") == pytest.approx(33350.50)
    assert CliRunner().invoke(main, ["audit", str(toy.root / "run")]).exit_code == 0


def test_a_card_in_pesos_costs_what_the_same_card_in_dollars_does(toy: Folders) -> None:
    charges = [{"usd_order": "0.3"}, {"surcharge_id": "oversize", "surcharge": "oversize",
               "usd_kg": "0.05"}]  # fmt: skip
    equal_card(toy, charges)
    fulfill(toy, "optimize", "--out", str(toy.root / "dollars"))
    toy.write(
        "network/exchange_rates.csv",
        "date,currency,units_per_usd,source,source_date,status\n"
        "2026-10-30,MXN,20,made up,,estimate\n",
    )
    for file, amounts in (
        ("rate_cards", [(2, "base_usd", "40"), (3, "base_usd", "80")]),
        ("surcharges", [(2, "usd_order", "6"), (3, "usd_kg", "1")]),
    ):
        for row, column, value in amounts:
            toy.set(f"network/{file}.csv", row, column, value)
            toy.set(f"network/{file}.csv", row, "currency", "MXN")
    fulfill(toy, "optimize", "--out", str(toy.root / "pesos"))
    assert objective(toy.root / "pesos") == pytest.approx(
        objective(toy.root / "dollars"), abs=0.005
    )
    assert objective(toy.root / "pesos") > 33350.50
    assert CliRunner().invoke(main, ["audit", str(toy.root / "pesos")]).exit_code == 0


def test_check_lists_the_faults_of_a_card(toy: Folders) -> None:
    equal_card(toy)
    toy.set("network/rate_cards.csv", 2, "kg_from", "1")
    done = CliRunner().invoke(
        main, ["check", "--network", str(toy.network), "--demand", str(toy.demand)]
    )
    assert done.exit_code == 1
    assert "F350 network/rate_cards.csv, row 2, column kg_from" in done.output


def test_a_cell_of_a_card_is_changed_for_one_question(toy: Folders) -> None:
    equal_card(toy, [{"share": "0"}])
    cheap, dear = (toy.root / name for name in ("cheap", "dear"))
    price = "network/rate_cards[regional,ground,1,0,2026-01-01].base_usd"
    fulfill(toy, "optimize", "--set", f"{price}=1.50", "--out", str(cheap))
    fulfill(toy, "optimize", "--set", "network/surcharges[fuel].share=0.5", "--out", str(dear))
    assert objective(cheap) < 33350.50 < objective(dear)
    zone = CliRunner().invoke(main, ["audit", str(dear)])
    assert zone.exit_code == 0


def test_an_override_that_breaks_the_card_is_refused(toy: Folders) -> None:
    equal_card(toy)
    cell = "network/rate_cards[regional,ground,1,0,2026-01-01].kg_to=5"
    fulfill(toy, "optimize", "--set", cell, "--out", str(toy.root / "small"))
    write_card(toy, TWO_BREAKS, [{}])
    done = CliRunner().invoke(
        main,
        ["optimize", "--network", str(toy.network), "--demand", str(toy.demand), "--set", cell],
    )
    assert done.exit_code == 1
    assert "F350" in done.output


def test_what_no_card_carries_goes_another_way_or_is_not_served(toy: Folders) -> None:
    write_card(toy, [{"kg_to": "2"}], [{}])
    toy.set("network/products.csv", 3, "weight_kg", "2.1")  # a gadget, above the last break
    run = optimize(toy.study())
    assert run.audit.clean
    sold = run.plan.flows.query("leg == 'outbound' and product == 'gadget'")
    assert set(sold["channel"]) <= {"direct_mail"}
    only = optimize(toy.study(channels=("local",)))
    assert only.audit.clean
    left = only.plan.unserved.query("product == 'gadget'")["orders"].sum()
    assert left == pytest.approx(300.0)


def test_a_routed_day_pays_the_card_of_its_period(toy: Folders) -> None:
    """The page of a day compares own vans with what the card asks of each zone."""
    toy.set("demand/zones.csv", 3, "state", "B")
    toy.set("network/carriers.csv", 2, "state", "*")
    peak = {"surcharge_id": "peak", "surcharge": "peak", "usd_order": "0.5",
            "peak_from": "2026-12-10", "peak_to": "2026-12-19"}  # fmt: skip
    remote = {"surcharge_id": "far", "surcharge": "remote", "usd_order": "0.25", "to_state": "B"}
    equal_card(toy, [{"share": "0.1"}, peak, remote])
    mail_card(toy, [{"base_usd": "30"}])
    fulfill(toy, "optimize", "--out", str(toy.root / "run"))
    for period, more in (("normal", 0.0), ("peak", 0.5)):
        out = toy.root / period
        asked = ["route", str(toy.root / "run"), "--period", period, "--out", str(out)]
        done = CliRunner().invoke(main, asked)
        assert done.exit_code == 0, done.output
        zones = (
            read_csv(out / "zones.csv").set_index("zone_id")["carrier_usd_per_order"].astype(float)
        )
        assert zones["zone-1"] == pytest.approx(2.2 + more)
        assert zones["zone-2"] == pytest.approx(2.2 + 0.25 + more)
