"""The tutorials of the docs run from top to bottom, and show what their texts promise."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import pytest

TUTORIALS = Path(__file__).resolve().parents[1] / "docs" / "tutorials"
NOTEBOOKS = sorted(
    path.name
    for path in TUTORIALS.glob("*.md")
    if "file_format: mystnb" in path.read_text(encoding="utf-8")
)


def read_notebook(path: Path) -> Any:
    """Return a text notebook in the form of Jupyter."""
    core = pytest.importorskip("myst_nb.core.read")
    config = pytest.importorskip("myst_parser.config.main")
    return core.read_myst_markdown_notebook(
        path.read_text(encoding="utf-8"), config.MdParserConfig()
    )


def executed(name: str, folder: Path) -> list[Any]:
    """Return the code cells of a tutorial that was run in an empty folder, with their outputs."""
    client = pytest.importorskip("nbclient")
    notebook = read_notebook(TUTORIALS / name)
    with warnings.catch_warnings():
        # of the packages of Jupyter, which are not under test
        warnings.simplefilter("ignore")
        client.NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": str(folder)}}
        ).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells: list[Any]) -> str:
    """Return what the cells print and return, as text."""
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs
    )


def maps(cells: list[Any]) -> int:
    return sum(
        output.get("data", {}).get("text/html", "").startswith("<iframe srcdoc=")
        for cell in cells
        for output in cell.outputs
    )


def test_there_are_two_notebooks_and_every_cell_is_formatted_as_code() -> None:
    assert NOTEBOOKS == ["default_case.md", "own_orders.md"]
    for name in NOTEBOOKS:
        cells = [c for c in read_notebook(TUTORIALS / name).cells if c.cell_type == "code"]
        assert len(cells) > 10
        for cell in cells:
            compile(cell.source, name, "exec")
            assert max(map(len, cell.source.splitlines())) <= 100, cell.source


@pytest.mark.slow
def test_own_orders_become_a_plan_a_map_and_layers(tmp_path: Path) -> None:
    cells = executed("own_orders.md", tmp_path)
    text = shown(cells)
    for code in ("F205", "F211", "F206"):
        assert code in text
    assert "25 zones, 3 products, 4 periods" in text
    assert "my-3pl S" in text
    assert "audit: clean" in text
    assert re.search(r"without the 3PL: \+[\d,]+ USD a year, \d+ sites, my-3pl closed", text)
    assert maps(cells) == 1
    assert (tmp_path / "runs" / "seller" / "report.html").is_file()
    assert str(tmp_path) not in text


@pytest.mark.slow
def test_the_default_case_is_planned_questioned_and_compared(tmp_path: Path) -> None:
    cells = executed("default_case.md", tmp_path)
    text = shown(cells)
    assert "audit: clean" in text
    assert "could still be saved" in text
    assert text.count(": ok") >= 10
    assert "2024-12-01" in text
    assert maps(cells) == 2
    assert cells[-1].outputs[0]["data"]["text/plain"] == "True"
