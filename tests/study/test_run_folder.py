"""The JSON files of a run: finite figures, and nothing of the machine in them."""

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
from fulfill.study.json_file import read_json, write_json
from fulfill.study.manifest import KEYS, LAYERS, digest, read_manifest, write_manifest
from fulfill.study.plan import Plan
from fulfill.study.run import Run
from fulfill.study.run_folder import summary
from fulfill.study.study import load


def test_the_manifest_names_inputs_by_content_and_no_machine(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1")
    inputs = {"network": read_network(TOY_NETWORK).folder}
    write_manifest(tmp_path, LAYERS, inputs, {"gap": "0.01"}, {"plan": 1.23456})
    content = read_manifest(tmp_path, LAYERS)
    text = json.dumps(content)
    assert set(content) == set(KEYS)
    assert list(content["files"]) == ["a.csv"]
    assert len(content["inputs"]["network"]["sites.csv"]) == 64
    assert content["seconds"] == {"plan": 1.235}
    assert content["options"] == {"gap": "0.01"}
    assert content["versions"]["ortools"]
    assert content["versions"]["processor"]
    for secret in (
        str(TOY_NETWORK),
        str(TOY_NETWORK.parents[1]),
        str(Path.home()) + "/",
        # short names may be part of another word
        f'"{socket.gethostname()}"',
        f'"{getpass.getuser()}"',
    ):
        assert secret not in text
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
    with pytest.raises(InputError, match=r"F348 .*summary\.json"):
        read_json(tmp_path, "summary.json")


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    write_json(tmp_path / "summary.json", {"format_version": 1})
    with pytest.raises(InputError, match=r"F320 .*summary\.json, value '1'"):
        read_json(tmp_path, "summary.json")


@pytest.mark.parametrize(
    "text",
    [
        '{"format_version": 7, "objective": Infinity}',
        '{"format_version": 7, "objective": -Infinity}',
        '{"format_version": 7, "kpis": {"a": [NaN]}}',
        '{"format_version": 7, "objective": 1e999}',
        '{"format_version": 7, "objective": 1' + "0" * 400 + "}",
        '{"format_version": 7, "objective": 1' + "0" * 5000 + "}",
        '{"format_version": 7, "kpis": ' + "[" * 9000 + "]" * 9000 + "}",
        '{"format_version": 3',
        "[1]",
        "\udcff",
    ],
)
def test_what_is_no_figure_or_no_json_is_a_fault(tmp_path: Path, text: str) -> None:
    (tmp_path / "summary.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=r"F311 .*summary\.json"):
        read_json(tmp_path, "summary.json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"surprise": 1}, "column surprise: .*unknown"),
        ({"files": []}, "column files: .*no object"),
        ({"files": {"a.csv": 1}}, "column files: .*no object of hashes"),
        ({"files": {"/proc/kmsg": ""}}, "column files: .*a path"),
        ({"inputs": {"network": {"../../x": ""}}}, "column network: .*a path"),
        ({"inputs": {"network": [1]}}, "column network: .*no object of hashes"),
        ({"versions": {"python": 3}}, "column versions"),
        ({"seconds": {"plan": "long"}}, "column seconds"),
        ({"kind": 7}, "column kind: .*no text"),
        ({"digest": "0" * 64}, "column digest: .*edited"),
        ({"options": {"seed": 1}}, "column digest: .*edited"),
    ],
)
def test_a_manifest_that_was_edited_is_refused(
    tmp_path: Path, change: dict[str, object], words: str
) -> None:
    write_manifest(tmp_path, LAYERS, {}, {}, {})
    content = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**content, **change}))
    with pytest.raises(InputError, match=f"F311 .*{words}"):
        read_manifest(tmp_path, LAYERS)


def test_a_missing_key_and_another_kind_are_refused(tmp_path: Path) -> None:
    write_manifest(tmp_path, LAYERS, {}, {}, {})
    with pytest.raises(InputError, match=r"F348 .*value 'layers'"):
        read_manifest(tmp_path)
    content = json.loads((tmp_path / "manifest.json").read_text())
    del content["options"]
    (tmp_path / "manifest.json").write_text(json.dumps({**content, "digest": digest(content)}))
    with pytest.raises(InputError, match=r"column options: .*missing"):
        read_manifest(tmp_path, LAYERS)
