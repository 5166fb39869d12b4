"""Whatever fails while a plan is drawn: its data are kept, and the command says what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import DrawingError
from fulfill.report.drawing import draw
from fulfill.report.run_folder import save_run
from fulfill.study.run import Run
from fulfill.study.verify import verify


def failing(error: BaseException) -> Any:
    def step(*_: object, **__: object) -> None:
        raise error

    return step


def test_a_step_that_fails_leaves_nothing_and_the_others_go_on(tmp_path: Path) -> None:
    def half(place: Path) -> None:
        (place / "half.html").write_text("<html>")
        raise RuntimeError("no font")

    def whole(place: Path) -> None:
        (place / "a.csv").write_text("1")
        (place / "b.csv").write_text("2")

    lost = draw(tmp_path, {"page": half, "tables": whole, "map": failing(KeyboardInterrupt())})
    assert lost == ("page: no font", "map: KeyboardInterrupt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    ("broken", "error", "missing"),
    [
        ("fulfill.report.html.plan_page.write_report", ValueError("x"), {"report.html"}),
        ("fulfill.report.gis.geopackage.write_geopackage", OSError("full"), {"plan.gpkg"}),
        ("fulfill.report.tabular.tables.arcs", KeyError("id"), {"arcs.csv"}),
        ("fulfill.report.html.plan_page.write_report", KeyboardInterrupt(), {"report.html"}),
        (
            "fulfill.report.gis.run_layers.map_layers",
            MemoryError(),
            {"report.html", "plan.gpkg", "plan.qgs"},
        ),
    ],
)
def test_a_run_that_cannot_be_drawn_is_kept_and_audited(
    planned: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    error: BaseException,
    missing: set[str],
) -> None:
    monkeypatch.setattr(broken, failing(error))
    with pytest.raises(DrawingError) as refused:
        save_run(planned, tmp_path / "run")
    assert all(name in str(refused.value) for name in missing)
    there = {path.name for path in (tmp_path / "run").iterdir()}
    assert {"sites.csv", "summary.json", "manifest.json", "inputs"} <= there
    assert not missing & there
    assert verify(tmp_path / "run").clean


@pytest.mark.parametrize(
    ("command", "broken"),
    [
        ("optimize", "fulfill.report.html.plan_page.write_report"),
        ("compare", "fulfill.report.comparison_folder.page"),
        ("route", "fulfill.report.html.day_page.write_day_page"),
    ],
)
def test_every_command_says_what_is_missing(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, broken: str
) -> None:
    monkeypatch.setattr(broken, failing(ValueError("no font")))
    given = [str(run)] if command == "route" else ["--network", "toy", "--demand", "toy"]
    shown = CliRunner().invoke(main, [command, *given, "--out", str(tmp_path / "out")])
    assert shown.exit_code == 5
    assert "has all data, but not" in shown.stderr
    assert "no font" in shown.stderr
    assert (tmp_path / "out" / "manifest.json").is_file()
