"""The option --currency: pages, summaries and the block of JSON in pesos; files in USD."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import without_drawings
from fulfill.cli.main import main
from fulfill.inputs.folder import locate

RATES = """date,currency,units_per_usd,source,status
2026-10-30,MXN,20,made up,estimate
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, tuple[str, ...]]:
    """A run of the toy in pesos: its folder, what the command printed, and its inputs."""
    folder = tmp_path_factory.mktemp("currency")
    shutil.copytree(locate("network", "toy"), folder / "network")
    (folder / "network" / "exchange_rates.csv").write_text(RATES, encoding="utf-8")
    inputs = ("--network", str(folder / "network"), "--demand", "toy", "--gap", "0")
    asked = ["optimize", *inputs, "--budget", "1000000", "--currency", "mxn"]
    done = CliRunner().invoke(main, [*asked, "--out", str(folder / "run")])
    assert done.exit_code == 0, done.output
    return folder / "run", done.stdout, inputs


@pytest.fixture(scope="module")
def certified(run: tuple[Path, str, tuple[str, ...]]) -> Path:
    """The same run by the method that leaves a certificate."""
    folder = run[0].parent / "certified"
    inputs = [*run[2], "--method", "decomposition", "--budget", "1000000"]
    with without_drawings():
        done = CliRunner().invoke(main, ["optimize", *inputs, "--out", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


def texts(page: Path) -> str:
    """Return what a page shows, the texts of its charts included, without the library of bokeh."""
    content = page.read_text(encoding="utf-8")
    scripts = re.findall(r"<script.*?</script>", content, flags=re.DOTALL)
    charts = [one for one in scripts if "docs_json" in one and len(one) < 2_000_000]
    shown = re.sub(r"<(script|style).*?</\1>", "", content, flags=re.DOTALL)
    return html.unescape(" ".join([shown, *charts]))


def test_terminal_and_page_are_in_pesos_and_say_the_rate(
    run: tuple[Path, str, tuple[str, ...]],
) -> None:
    folder, printed, _inputs = run
    assert "cost 667,010 MXN a year" in printed
    assert "at most 20,000,000 MXN invested" in printed
    rate = "amounts are converted from USD at 20 MXN per USD of 2026-10-30 (made up)"
    assert rate in printed
    page = texts(folder / "report.html")
    assert "Money is MXN." in page
    assert "20 MXN per USD of 2026-10-30 (made up)" in page
    assert "MXN an order" in page
    rest = page.replace("converted from USD", "").replace("per USD of", "")
    assert re.findall(r".{30}\bUSD\b", rest.replace("layers are in USD", "")) == []


def test_json_keeps_dollars_and_adds_a_block(run: tuple[Path, str, tuple[str, ...]]) -> None:
    folder, _printed, _inputs = run
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["objective"] == pytest.approx(33350.5)
    block = summary["currency"]
    assert (block["code"], block["units_per_usd"], block["date"]) == ("MXN", 20, "2026-10-30")
    assert block["amounts"]["objective"] == pytest.approx(20 * 33350.5)
    landed = summary["kpis"]["landed_cost_usd_per_order"]
    assert block["amounts"]["landed_cost_mxn_per_order"] == pytest.approx(20 * landed)
    sites = (folder / "sites.csv").read_text(encoding="utf-8")
    assert "fixed_usd_year" in sites
    assert "7000" in sites
    assert CliRunner().invoke(main, ["audit", str(folder)]).exit_code == 0


def test_a_comparison_is_in_pesos(run: tuple[Path, str, tuple[str, ...]], tmp_path: Path) -> None:
    _folder, _printed, inputs = run
    asked = ["compare", *inputs, "--currency", "MXN", "--out", str(tmp_path / "compared")]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    assert "cost a year, MXN" in done.stdout
    assert "20 MXN per USD" in done.stdout
    summary = json.loads((tmp_path / "compared" / "summary.json").read_text(encoding="utf-8"))
    ((day, modes),) = summary["dates"].items()
    converted = summary["currency"]["amounts"][day]["mixed"]
    assert converted["objective"] == pytest.approx(20 * modes["mixed"]["objective"])
    page = texts(tmp_path / "compared" / "comparison.html")
    assert "MXN a year: logistics" in page


def test_a_currency_without_a_rate_is_refused(tmp_path: Path) -> None:
    asked = ["optimize", "--network", "toy", "--demand", "toy", "--currency", "EUR"]
    done = CliRunner().invoke(main, [*asked, "--out", str(tmp_path / "run")])
    assert done.exit_code == 1
    assert "F324 --currency, value 'EUR'" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("asked", "page", "shown"),
    [
        (["diff", "RUN", "RUN"], "diff.html", "667,010 MXN"),
        (["explain", "RUN", "--site", "site-a"], "explanation.html", "667,010 MXN"),
        (["alternatives", "RUN", "--within", "0.5"], "alternatives.html", "667,010 MXN"),
        (
            ["frontier", "RUN", "--against", "budget", "--points", "2"],
            "frontier.html",
            "MXN of budget",
        ),
        (["explain", "RUN", "--order", "zone-1,shirt,peak"], "", "MXN, landed cost"),
        (["explain", "RUN", "--zone", "zone-1"], "", "MXN an order"),
    ],
)
def test_questions_about_a_run_are_in_pesos(
    run: tuple[Path, str, tuple[str, ...]],
    certified: Path,
    tmp_path: Path,
    asked: list[str],
    page: str,
    shown: str,
) -> None:
    place = ["--out", str(tmp_path / "out")] if page else []
    folder = certified if asked[0] in ("alternatives", "frontier") else run[0]
    line = [str(folder) if one == "RUN" else one for one in asked]
    done = CliRunner().invoke(main, [*line, "--currency", "mxn", *place])
    assert done.exit_code == 0, done.output
    assert "20 MXN per USD of 2026-10-30" in done.stdout
    told = texts(tmp_path / "out" / page) if page else done.stdout
    assert shown in told
    rest = re.sub("from USD|per USD of|(are|stay) in USD", "", told)
    assert re.findall(r".{0,40}\bUSD\b", rest) == []
