"""fulfill diff, explain and alternatives, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import without_drawings
from fulfill.cli.main import main

TOY = ("--network", "toy", "--demand", "toy", "--gap", "0", "--method", "decomposition")


def fulfill(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The toy, and the toy at a dearer freight."""
    folder = tmp_path_factory.mktemp("runs")
    first, second = folder / "first", folder / "second"
    dearer = ("--set", "network/freight[sea,CN,MX].usd_m3=500")
    with without_drawings():
        assert fulfill("optimize", *TOY, "--out", first, "--quiet").exit_code == 0
        assert fulfill("optimize", *TOY, *dearer, "--out", second, "--quiet").exit_code == 0
    return first, second


def test_diff_adds_up_and_writes_its_files(runs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "diff"
    found = fulfill("diff", *runs, "--out", out, "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    total = sum(round(row["usd"] * 100) for row in said["bridge"])
    assert total == round(said["to_usd"] * 100) - round(said["from_usd"] * 100)
    assert said["inputs_changed"][0]["after"] == "network/freight[sea,CN,MX].usd_m3=500"
    assert set(said["decisions_changed"]) == {"sites", "flows", "mail_share", "unserved_share"}
    names = {path.name for path in out.iterdir()}
    assert names == {
        "bridge.csv", "inputs_changed.csv", "sites_changed.csv", "flows_changed.csv",
        "summary.json", "diff.html", "manifest.json",
    }  # fmt: skip


def test_diff_of_a_folder_that_is_no_run(runs: tuple[Path, Path], tmp_path: Path) -> None:
    found = fulfill("diff", runs[0], tmp_path, "--out", tmp_path / "diff")
    assert found.exit_code == 1
    assert not (tmp_path / "diff").exists()


def test_diff_in_words(runs: tuple[Path, Path], tmp_path: Path) -> None:
    found = fulfill("diff", *runs, "--out", tmp_path / "diff", "--lang", "es")
    assert found.exit_code == 0, found.output
    assert "costo de un año" in found.stdout


def test_explain_a_site_and_all_sites(runs: tuple[Path, Path], tmp_path: Path) -> None:
    one = fulfill("explain", runs[0], "--site", "site-a", "--out", tmp_path / "a", "--json")
    assert one.exit_code == 0, one.output
    said = json.loads(one.stdout)
    wanted = {
        "site_id", "open", "with_usd", "without_usd", "difference_low_usd",
        "difference_high_usd", "distinguishable", "next_best", "value_of_capacity",
    }  # fmt: skip
    assert wanted <= set(said)
    every = fulfill("explain", runs[0], "--out", tmp_path / "b")
    assert every.exit_code == 0, every.output
    assert "Site A" in every.stdout
    page = (tmp_path / "b" / "explanation.html").read_text()
    assert "Who would take its orders" in page


def test_explain_an_order_a_zone_and_a_product(runs: tuple[Path, Path]) -> None:
    order = fulfill("explain", runs[0], "--order", "zone-1,gadget,normal")
    assert order.exit_code == 0, order.output
    assert "not stocked in the country" in order.stdout
    zone = fulfill("explain", runs[0], "--zone", "zone-1", "--json")
    assert json.loads(zone.stdout)["zone_id"] == "zone-1"
    product = fulfill("explain", runs[0], "--product", "shirt")
    assert "a point of duty more" in product.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("--site", "site-a", "--zone", "zone-1"),
        ("--order", "zone-1,shirt"),
        ("--zone", "zone-1", "--out", "somewhere"),
    ],
)
def test_explain_refuses_what_does_not_fit(runs: tuple[Path, Path], wrong: tuple[str, ...]) -> None:
    found = fulfill("explain", runs[0], *wrong)
    assert found.exit_code == 1
    assert "F309" in found.stderr


@pytest.mark.usefixtures("undrawn")
def test_a_present_network_is_not_explained(runs: tuple[Path, Path], tmp_path: Path) -> None:
    sites = tmp_path / "present.csv"
    sites.write_text("site_id,size\nsite-a,S\n")
    base, toy = tmp_path / "base", ("--network", "toy", "--demand", "toy")
    flows = runs[0] / "flows.csv"
    made = fulfill("baseline", *toy, "--sites", sites, "--flows", flows, "--out", base, "--quiet")
    assert made.exit_code == 0, made.output
    found = fulfill("explain", base, "--out", tmp_path / "why")
    assert found.exit_code == 1
    assert "F522" in found.stderr
    compared = fulfill("diff", base, runs[0], "--out", tmp_path / "diff")
    assert compared.exit_code == 0, compared.output


def test_alternatives_write_a_page(runs: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "other"
    asked = ("--number", "1", "--within", "0.5", "--out", out)
    found = fulfill("alternatives", runs[0], *asked, "--json")
    assert found.exit_code == 0, found.output
    (plan,) = json.loads(found.stdout)["plans"]
    assert plan["open_sites"] == [{"site_id": "site-b", "size": "S"}]
    assert "Plan 1" in (out / "alternatives.html").read_text()
