"""Run folders: whole or not at all, and nothing of the machine in them."""

from __future__ import annotations

import getpass
import json
import socket
from pathlib import Path

import numpy as np
import pytest

from conftest import TOY_NETWORK
from fulfill.audit.plan import Audit
from fulfill.inputs.faults import InputError
from fulfill.inputs.network import read_network
from fulfill.model.decisions import Outcome
from fulfill.study.plan import Plan
from fulfill.study.run import Run
from fulfill.study.run_folder import (
    FORMAT,
    manifest,
    new_folder,
    next_folder,
    read_json,
    summary,
    write_json,
)
from fulfill.study.study import load


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_run_gets_its_name(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "run"
    with new_folder(target) as draft:
        assert not target.exists()
        assert draft.parent == target.parent
        (draft / "a.csv").write_text("1")
    assert names(target) == ["a.csv"]
    assert names(target.parent) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_broken_run_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def broken() -> None:
        with new_folder(tmp_path / "run") as draft:
            (draft / "a.csv").write_text("1")
            raise error

    with pytest.raises(error):
        broken()
    assert names(tmp_path) == []


def old_run(target: Path) -> None:
    with new_folder(target) as draft:
        write_json(draft / "manifest.json", {"format_version": FORMAT})
        (draft / "old.csv").write_text("old")


def test_an_existing_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    with pytest.raises(InputError, match="F308 --out"), new_folder(tmp_path / "run"):
        pytest.fail("the block must not run")
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]


def test_overwriting_replaces_a_run_whole(tmp_path: Path) -> None:
    old_run(tmp_path / "run")
    with new_folder(tmp_path / "run", overwrite=True) as draft:
        (draft / "new.csv").write_text("new")
    assert names(tmp_path / "run") == ["new.csv"]
    assert names(tmp_path) == ["run"]


def test_a_broken_run_keeps_the_one_that_it_would_replace(tmp_path: Path) -> None:
    old_run(tmp_path / "run")

    def broken() -> None:
        with new_folder(tmp_path / "run", overwrite=True):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert names(tmp_path / "run") == ["manifest.json", "old.csv"]
    assert names(tmp_path) == ["run"]


def test_overwriting_never_deletes_what_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.doc").write_text("years of work")
    (tmp_path / "file").write_text("a file")
    for target in (tmp_path / "home", tmp_path / "file"):
        with (
            pytest.raises(InputError, match="it is no run of fulfill"),
            new_folder(target, overwrite=True),
        ):
            pytest.fail("the block must not run")
    assert names(tmp_path / "home") == ["thesis.doc"]
    (tmp_path / "empty").mkdir()
    with new_folder(tmp_path / "empty", overwrite=True) as draft:
        (draft / "a").write_text("1")
    assert names(tmp_path / "empty") == ["a"]


def test_a_place_where_nothing_can_be_written_is_an_input_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path / "file" / "run", tmp_path / ("x" * 300)):
        with pytest.raises(InputError, match="F308 --out"), new_folder(target):
            pytest.fail("the block must not run")


def test_names_of_runs_count_up_and_stay_inside(tmp_path: Path) -> None:
    assert next_folder(tmp_path, "toy").name == "toy"
    for _ in range(2):
        next_folder(tmp_path, "toy").mkdir()
    assert next_folder(tmp_path, "toy").name == "toy-3"
    for name in ("../../etc", "a/b", "..", ""):
        assert next_folder(tmp_path, name).parent == tmp_path


def test_the_manifest_names_inputs_by_content_and_no_machine() -> None:
    content = manifest(
        {"network": read_network(TOY_NETWORK).folder}, {"gap": "0.01"}, {"plan": 1.23456}
    )
    text = json.dumps(content)
    assert len(content["inputs"]["network"]["sites.csv"]) == 64
    assert content["seconds"] == {"plan": 1.235}
    assert content["options"] == {"gap": "0.01"}
    assert content["versions"]["ortools"]
    for secret in (
        str(TOY_NETWORK),
        str(TOY_NETWORK.parents[1]),
        str(Path.home()) + "/",
        socket.gethostname(),
    ):
        assert secret not in text
    assert f'"{getpass.getuser()}"' not in text
    assert "not installed" not in text


def test_a_summary_is_json_even_without_a_plan(tmp_path: Path) -> None:
    outcome = Outcome("INFEASIBLE", np.inf, -np.inf, "solver", "toy", 0.5)
    plan = Plan(outcome, "2026-11-01", kpis={"x": float("nan")})
    content = summary(Run(load("toy", "toy"), plan, Audit(np.inf, ())))
    write_json(tmp_path / "summary.json", content)
    read = read_json(tmp_path, "summary.json")
    assert read["status"] == "INFEASIBLE"
    assert read["objective"] is read["bound"] is read["gap"] is read["kpis"]["x"] is None
    assert read["open_sites"] == []
    assert read["peak_mib"] > 0


def test_another_folder_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"F101 .*summary\.json"):
        read_json(tmp_path, "summary.json")


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "summary.json", {"format_version": 1})
    with pytest.raises(InputError, match=r"F320 .*summary\.json, value '1'"):
        read_json(tmp_path, "summary.json")
