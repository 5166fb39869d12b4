"""The results of a run as a workbook: the figures of the plan, with charts, and no formula."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.report.workbook.results import export_workbook
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.outputs import EXACT_TABLES, TABLES_FILE


def test_the_sheets_hold_the_tables_of_the_plan(run: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export_workbook(run, tmp_path))
    tables = read_exact_tables(run / TABLES_FILE)
    assert book.sheetnames[0] == "summary"
    assert len(book.sheetnames) == 1 + len(tables)
    for sheet, (name, table) in zip(book.worksheets[1:], tables.items(), strict=True):
        rows = list(sheet.iter_rows(values_only=True))
        assert len(rows) == max(1, len(table)) + (len(table) > 0)
        assert sheet.freeze_panes == "B2"
        assert all(EXACT_TABLES[name].name in cell.comment.text for cell in sheet[1])
        for place, column in enumerate(table.columns):
            if EXACT_TABLES[name].is_number(column):
                given = [row[place] for row in rows[1:]]
                numbers = table[column].to_numpy(float)
                kept = [a for a in given if a is not None]
                assert kept == pytest.approx(numbers[numbers == numbers].tolist(), rel=1e-14)
    assert len(book["summary"]._charts) == 4
    assert book["channels"].cell(2, 3).number_format.endswith("%")
    formulas = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []


def test_the_same_run_gives_the_same_file(run: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    assert (
        export_workbook(run, tmp_path).read_bytes()
        == export_workbook(run, tmp_path / "b").read_bytes()
    )


def test_the_command_writes_a_folder_and_says_so(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    done = CliRunner().invoke(main, ["export", str(run), "--to", "xlsx", "--out", str(target)])
    assert done.exit_code == 0, done.output
    assert {path.name for path in target.iterdir()} == {"plan.xlsx", "manifest.json"}
    assert "plan.xlsx" in done.output
    done = CliRunner().invoke(main, ["export", str(run), "--to", "xlsx", "--lang", "es", "--out",
                                     str(tmp_path / "es")])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "resumen" in openpyxl.load_workbook(tmp_path / "es" / "plan.xlsx").sheetnames


def test_a_changed_run_is_refused(run: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(run, tmp_path / "copied"))
    (copied / "summary.json").write_text("{}")
    with pytest.raises(InputError) as caught:
        export_workbook(copied, tmp_path)
    assert [fault.code for fault in caught.value.faults] == ["F311"]
    assert not (tmp_path / "plan.xlsx").exists()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.slow
def test_libreoffice_shows_it(run: Path, tmp_path: Path) -> None:
    path = export_workbook(run, tmp_path)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,"
                "false,false,-1", "--outdir", str(tmp_path), str(path)]  # fmt: skip
    subprocess.run(command, capture_output=True, check=True, timeout=300)
    table = read_exact_tables(run / TABLES_FILE)["sites"]
    shown = (tmp_path / "plan-sites.csv").read_text(encoding="utf-8").splitlines()
    assert len(shown) == len(table) + 1
    assert shown[1].startswith(table["site_id"].iloc[0])
