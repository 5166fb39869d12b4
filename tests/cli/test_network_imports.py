"""`fulfill import rates` and `fulfill import quotes` as a planner meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from fulfill.cli.main import main
from inputs.importing.cards import MAKES, Make, offers_csv, offers_workbook
from report.html.test_page import BROWSER, dom

RATES_KEYS = {
    "card", "currency", "cells_in", "cells_read", "cells_not_read", "prices", "card_zones",
    "zone_rules", "surcharges", "services", "replaced", "missing", "files", "warnings",
}  # fmt: skip


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def rates(make: Make, folder: Path, out: Path, *options: object) -> Result:
    """Import the card of a make."""
    if make.service == "mail-standard":
        path = folder / "map.toml"
        path.write_text('[values]\ncountry = "MX"\n', encoding="utf-8")
        options = (*options, "--map", path)
    card = make.write(make.truth, folder)
    return run("import", "rates", card, "--service", make.service, "--out", out, *options)


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with a card and two offers."""
    folder = tmp_path_factory.mktemp("network")
    done = rates(MAKES["mexican"], folder, folder / "net")
    assert done.exit_code == 0, done.output
    done = run("import", "quotes", offers_csv(folder), "--out", folder / "net")
    assert done.exit_code == 0, done.output
    return folder / "net"


def test_check_finds_the_network_sound(network: Path) -> None:
    found = run("check", "--network", network)
    assert found.exit_code == 0
    assert found.stdout.startswith("No fault")
    assert "83 sites" in found.stdout


@pytest.mark.parametrize("make", [pytest.param("chinese", marks=pytest.mark.slow), "american"])
def test_check_finds_cards_of_other_makes_sound(make: str, tmp_path: Path) -> None:
    done = rates(MAKES[make], tmp_path, tmp_path / "net")
    assert done.exit_code == 0, done.output
    found = run("check", "--network", tmp_path / "net")
    assert (found.exit_code, found.stdout[:8]) == (0, "No fault")


def test_the_terminal_says_what_was_understood(tmp_path: Path) -> None:
    done = rates(MAKES["american"], tmp_path, tmp_path / "net")
    assert "card ground: 160 prices in USD, 4 zones, 4 places of zones, 3 surcharges" in done.stdout
    assert "us-ground: days_mean, days_p90 as before" in done.stdout
    assert "filled cells" in done.stdout
    done = run("import", "quotes", offers_workbook(tmp_path), "--out", tmp_path / "net")
    assert "sites offered: laredo-one, otay-mesa-two; fees in USD" in done.stdout
    assert "storage per ft²: counted as 0.08361 m³ (0.07432 to 0.09662)" in done.stdout
    assert "otay-mesa-two: assumed as at us-san-diego-3pl" in done.stdout


def test_json_has_the_keys_that_others_read(tmp_path: Path) -> None:
    done = rates(MAKES["mexican"], tmp_path, tmp_path / "net", "--json")
    found = json.loads(done.stdout)
    assert set(found) >= RATES_KEYS
    assert found == json.loads((tmp_path / "net" / "rates.json").read_text(encoding="utf-8"))
    again = rates(MAKES["mexican"], tmp_path, tmp_path / "net", "--json")
    assert json.loads(again.stdout)["replaced"] is True
    done = run("import", "quotes", offers_csv(tmp_path), "--out", tmp_path / "net", "--json")
    assert json.loads(done.stdout)["sites"] == ["logistica-norte", "almacenes-bajio"]


def test_a_fault_leaves_the_network_as_it_was(network: Path, tmp_path: Path) -> None:
    def content() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in network.iterdir()}

    before = content()
    (tmp_path / "card.csv").write_text("Peso;Zona 1\n0-1;5.5\n", encoding="utf-8")
    done = run("import", "rates", tmp_path / "card.csv", "--out", network)
    assert done.exit_code == 1
    assert {"F412", "F442", "F446", "F447", "F448"} <= set(done.stderr.replace(".", " ").split())
    assert content() == before
    assert [path.name for path in network.parent.iterdir() if path.name.startswith(".net")] == []


def test_a_folder_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    done = rates(MAKES["mexican"], tmp_path, tmp_path / "other")
    assert done.exit_code == 1
    assert "F440" in done.stderr
    assert list((tmp_path / "other").iterdir()) == []


def test_a_network_to_copy_is_for_a_new_folder(network: Path, tmp_path: Path) -> None:
    done = rates(MAKES["mexican"], tmp_path, network, "--network", "toy")
    assert done.exit_code == 2
    assert "--network is for a new folder" in done.stderr


def test_the_card_of_an_imported_demand_goes_into_its_network(tmp_path: Path) -> None:
    lines = [
        "Order ID,Order date,Category,Price,Currency,Postcode,Country",
        "A1,2025-01-01,Home,10.5,USD,44100,MX",
        "A2,2025-12-31,Home,10.5,USD,06600,MX",
    ]
    (tmp_path / "shop.csv").write_text("\n".join(lines), encoding="utf-8")
    mine = tmp_path / "mine"
    assert run("import", "orders", tmp_path / "shop.csv", "--out", mine).exit_code == 0
    assert rates(MAKES["mexican"], tmp_path, mine / "network").exit_code == 0
    assert run("check", "--network", mine / "network", "--demand", mine).exit_code == 0


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_the_pages_show_without_a_fault_in_chromium(network: Path, tmp_path: Path) -> None:
    for name, words in (
        ("rates.html", ("Rate card imported", "zone-3", "Combustible", "How the files were read")),
        ("quotes.html", ("Offers imported", "Almacenes Bajío", "almacenes-bajio")),
    ):
        text, messages = dom(network / name, tmp_path)
        assert not [line for line in messages if "ERROR" in line or "Uncaught" in line]
        for word in words:
            assert word.casefold() in text.casefold()


@pytest.mark.usefixtures("undrawn")
def test_a_plan_of_the_toy_pays_by_the_card(tmp_path: Path) -> None:
    card = (
        "Prices in USD without VAT;effective 2026-01-01;dim divisor 5000\n"
        "Weight (kg);Price\nup to 30;7.25\n"
    )
    (tmp_path / "flat.csv").write_text(card, encoding="utf-8")
    net = tmp_path / "net"
    done = run(
        "import", "rates", tmp_path / "flat.csv", "--network", "toy", "--service", "ground",
        "--out", net,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    plan = run(
        "optimize", "--network", net, "--demand", "toy", "--channels", "local", "--out",
        tmp_path / "plan", "--json",
    )  # fmt: skip
    assert plan.exit_code == 0, plan.output
    found = json.loads(plan.stdout)
    assert found["audit"]["clean"]
    costs = pd.read_csv(tmp_path / "plan" / "costs.csv").groupby("part")["usd_year"].sum()
    orders = pd.read_csv(tmp_path / "plan" / "channels.csv").set_index("channel")["orders"]
    assert orders["local"] > 0
    assert costs["last_mile"] == pytest.approx(7.25 * orders["local"])
