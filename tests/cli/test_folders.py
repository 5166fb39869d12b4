"""What the commands do with folders: refused before the work, never at the expense of an input."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import TOY_DEMAND, TOY_NETWORK, Folders
from fulfill.cli.main import main

TOY = ("--network", "toy", "--demand", "toy")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the toy, to be copied."""
    folder = tmp_path_factory.mktemp("written") / "R"
    assert run("optimize", *TOY, "--out", folder).exit_code == 0
    assert run("audit", folder).exit_code == 0
    return folder


@pytest.fixture
def away(written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a run of the toy."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(written, tmp_path / "R")
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every path below a folder, and what the files hold."""
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("export", "R", "--out", "R", "--overwrite"), "F342"),
        (("route", "R", "--out", "R", "--overwrite"), "F342"),
        (("route", "R", "--out", "R/day"), "F342"),
        (("export", "R", "--out", "R/inputs", "--overwrite"), "F342"),
        (("optimize", "--network", "R/inputs/network", "--demand", "R/inputs/demand",
          "--out", "R", "--overwrite"), "F342"),
        (("compare", "--network", "R/inputs/network", "--demand", "toy",
          "--out", "R", "--overwrite"), "F342"),
        (("optimize", *TOY, "--out", "R"), "F340"),
        (("optimize", *TOY, "--out", "a\nb"), "F343"),
        (("compare", *TOY, "--out", "x" * 300), "F343"),
        (("optimize", *TOY, "--out", "file", "--overwrite"), "F341"),
        (("optimize", *TOY, "--out", "nowhere", "--overwrite"), "F341"),
        (("optimize", *TOY, "--out", "file/run"), "F343"),
        (("export", "plain", "--out", "map"), "F348"),
        (("route", "plain", "--out", "day"), "F348"),
        (("audit", "plain"), "F348"),
        (("export", "nothing"), "F348"),
        (("optimize", *TOY, "--from", "plain", "--out", "next"), "F348"),
        (("optimize", *TOY, "--from", "R", "--out", "next"), "F349"),
    ],
)  # fmt: skip
def test_it_is_refused_before_anything_is_planned(
    away: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: str
) -> None:
    (away / "file").write_text("mine")
    (away / "plain").mkdir()
    (away / "nowhere").symlink_to(away / "gone")
    before = contents(away)
    monkeypatch.setattr("fulfill.study.optimize.solve_location", lambda *_: pytest.fail("planned"))
    shown = run(*arguments)
    assert shown.exit_code == 1, shown.output
    assert code in shown.stderr
    assert contents(away) == before


@pytest.mark.slow
def test_a_run_may_start_from_the_one_that_it_replaces(away: Path) -> None:
    options = (*TOY, "--method", "decomposition", "--gap", 0.05)
    assert run("optimize", *options, "--out", "R", "--overwrite").exit_code == 0
    assert run("optimize", *options, "--from", "R", "--out", "R", "--overwrite").exit_code == 0
    assert run("audit", "R").exit_code == 0


@pytest.mark.usefixtures("undrawn")
def test_stray_files_in_an_input_folder_change_nothing(toy: Folders) -> None:
    for side in ("network", "demand"):
        toy.write(f"{side}/notes.csv", "caf\xe9,1\n".encode("latin-1"))
        toy.write(f"{side}/empty.csv", b"")
        (toy.root / side / "old.csv").mkdir()
        (toy.root / side / "link.csv").symlink_to("/nowhere")
    inputs = ("--network", toy.network, "--demand", toy.demand)
    assert run("check", *inputs).exit_code == 0
    out = toy.root / "run"
    assert run("optimize", *inputs, "--out", out).exit_code == 0
    assert run("audit", out).exit_code == 0
    kept = {path.name for path in (out / "inputs" / "network").iterdir()}
    assert kept == {path.name for path in TOY_NETWORK.iterdir()}
    assert not {"notes.csv", "empty.csv", "old.csv", "link.csv"} & kept


def test_inputs_may_be_links_of_the_user(toy: Folders) -> None:
    shutil.move(toy.demand / "zones.csv", toy.root / "zones.csv")
    (toy.demand / "zones.csv").symlink_to(toy.root / "zones.csv")
    assert run("check", "--network", toy.network, "--demand", toy.demand).exit_code == 0
    assert (TOY_DEMAND / "zones.csv").is_file()
