"""The option --lang: in force for a whole command, and for nothing but what people read."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from command_names import ANSWERING, COMMANDS
from fulfill.cli.main import main
from fulfill.study.language import language

TOY = ("--network", "toy", "--demand", "toy")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of the toy in two languages, with what the command printed beside it."""
    folder, runs = tmp_path_factory.mktemp("languages"), {}
    for code in ("en", "zh"):
        runs[code] = folder / code
        asked = ["optimize", *TOY, "--gap", "0", "--lang", code, "--out", str(runs[code])]
        done = CliRunner().invoke(main, asked)
        assert done.exit_code == 0, done.output
        (folder / f"{code}.txt").write_text(done.output, encoding="utf-8")
    return runs


def test_page_and_summary_are_in_the_language(runs: dict[str, Path]) -> None:
    words = {
        "en": ("conditions: none", '<html lang="en">'),
        "zh": ("条件：无", '<html lang="zh-CN">'),
    }
    for code, (line, head) in words.items():
        assert line in runs[code].with_suffix(".txt").read_text(encoding="utf-8")
        assert head in (runs[code] / "report.html").read_text(encoding="utf-8")


def test_files_for_programs_do_not_depend_on_the_language(runs: dict[str, Path]) -> None:
    tables = sorted(path.name for path in runs["en"].glob("*.csv"))
    assert {"flows.csv", "exposures.csv"} <= set(tables)
    for name in tables:
        assert (runs["zh"] / name).read_bytes() == (runs["en"] / name).read_bytes()
    summaries = [
        json.loads((runs[code] / "summary.json").read_text(encoding="utf-8")) for code in runs
    ]
    for one in summaries:
        for key in ("seconds", "wall_seconds", "peak_mib"):
            del one[key]
    assert summaries[0] == summaries[1]
    with closing(sqlite3.connect(runs["zh"] / "plan.gpkg")) as database:
        titles = {row[0] for row in database.execute("select title from gpkg_data_columns")}
    assert "orders a year" in titles


def test_a_run_in_another_language_passes_its_audit(runs: dict[str, Path]) -> None:
    done = CliRunner().invoke(main, ["audit", str(runs["zh"]), "--lang", "es"])
    assert done.exit_code == 0, done.output
    assert "indicadores clave" in done.output
    assert "FALLA" not in done.output


def test_json_is_english_in_every_language(runs: dict[str, Path]) -> None:
    asked = ["audit", str(runs["en"]), "--json", "--lang"]
    english, chinese = (CliRunner().invoke(main, [*asked, code]).output for code in ("en", "zh"))
    assert json.loads(english) == json.loads(chinese)


def test_the_language_may_come_from_the_environment() -> None:
    asked = ["check", *TOY]
    done = CliRunner().invoke(main, asked, env={"FULFILL_LANG": "es"})
    assert "Sin fallas: toy con 2" in done.output
    done = CliRunner().invoke(main, [*asked, "--lang", "en"], env={"FULFILL_LANG": "es"})
    assert "No fault: toy with 2 sites" in done.output
    done = CliRunner().invoke(main, asked, env={"FULFILL_LANG": "fr"})
    assert done.exit_code == 2
    assert "'fr' is not one of 'en', 'es', 'zh'" in done.output


def test_a_language_ends_with_its_command() -> None:
    CliRunner().invoke(main, ["lane", "--network", "toy", "site-a", "mx-port", "--lang", "zh"])
    assert language() == "en"


def test_faults_and_help_are_english_in_every_language() -> None:
    done = CliRunner().invoke(main, ["check", "--network", "nowhere", "--lang", "es"])
    assert done.exit_code == 1
    assert "fault in the input; nothing was written." in done.output
    told = [CliRunner().invoke(main, ["check", "--lang", code, "--help"]) for code in ("en", "es")]
    assert told[0].output == told[1].output


@pytest.mark.parametrize("name", ANSWERING)
def test_every_command_has_the_option(name: str) -> None:
    options = [option for one in COMMANDS[name].params for option in one.opts]
    assert "--lang" in options


def test_help_loads_no_locale_data() -> None:
    code = "import sys, fulfill.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "babel" not in done.stdout.split()


def test_wrong_usage_leaves_the_language_as_it_was() -> None:
    done = CliRunner().invoke(main, ["optimize", *TOY, "--lang", "zh", "--sites", "many"])
    assert done.exit_code == 2
    # `done` holds what a command that could not be parsed has left
    assert language() == "en"
