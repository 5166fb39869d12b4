"""A case as a workbook: it comes back the same, edited by hand, with its faults in the cells."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfill.cli.main import main
from fulfill.inputs.columns import ROW
from fulfill.inputs.folder import InputFolder, locate, read_folder
from fulfill.inputs.workbook import ABOUT, FAULTS, LISTS, files_of, read_sheets
from fulfill.report.workbook.case import write_case
from fulfill.study.optimize import optimize
from fulfill.study.study import load


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the toy case as a workbook in the working directory."""
    monkeypatch.chdir(tmp_path)
    made = run("init", "--workbook", "toy.xlsx", "--network", "toy", "--demand", "toy")
    assert made.exit_code == 0, made.output
    return tmp_path / "toy.xlsx"


def assert_same_tables(a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame]) -> None:
    assert list(a) == list(b)
    for name, table in a.items():
        pd.testing.assert_frame_equal(
            table.drop(columns=ROW), b[name].drop(columns=ROW), check_exact=True
        )


@pytest.mark.parametrize(
    ("network", "demand"), [("toy", "toy"), ("mexico-us-border", "mexico-2026")]
)
def test_an_embedded_case_comes_back_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, network: str, demand: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run("init", "--workbook", "c.xlsx", "--network", network, "--demand", demand)
    before, after = load(network, demand).problem, load("c.xlsx", "c.xlsx").problem
    assert_same_tables(dict(before.network.written), dict(after.network.written))
    assert_same_tables(dict(before.demand.tables), dict(after.demand.tables))
    assert (before.orders == after.orders).all()
    assert before.network.roads == after.network.roads
    assert before.network.outlines == after.network.outlines


def test_the_plan_is_the_same_and_its_run_needs_no_workbook(toy: Path) -> None:
    before = optimize(load("toy", "toy"))
    done = run("optimize", "--network", "toy.xlsx", "--demand", "toy.xlsx", "--out", "r")
    assert done.exit_code == 0, done.output
    after = optimize(load("toy.xlsx", "toy.xlsx"))
    assert after.outcome.objective == before.outcome.objective
    toy.unlink()
    assert run("audit", "r").exit_code == 0


def test_a_workbook_becomes_a_folder_again(toy: Path) -> None:
    assert run("init", "mine", "--network", "toy.xlsx", "--demand", "toy.xlsx").exit_code == 0
    before, after = load("toy", "toy").problem, load("mine/network", "mine/demand").problem
    assert_same_tables(dict(before.network.written), dict(after.network.written))


def test_the_sheets_explain_themselves(toy: Path) -> None:
    book = openpyxl.load_workbook(toy)
    assert book.sheetnames[0] == ABOUT
    assert book[LISTS].sheet_state == "hidden"
    assert set(book.sheetnames) == {*files_of("network"), *files_of("demand"), ABOUT, LISTS}
    sites = book["sites"]
    header = {cell.value: cell for cell in sites[1]}
    assert sites.freeze_panes == "B2"
    assert "USD" in header["rent_usd_m2_month"].comment.text
    assert header["site_id"].font.bold
    assert not header["currency"].font.bold
    listed = {str(rule.sqref).split(":")[0] for rule in sites.data_validations.dataValidation}
    assert header["ownership"].column_letter + "2" in listed
    assert book["tariffs"]["A1"].value is not None


def test_it_replaces_nothing(toy: Path) -> None:
    before = toy.read_bytes()
    assert "F340" in run("init", "--workbook", "toy.xlsx").output
    assert "F343" in run("init", "--workbook", "toy.csv").output
    assert "F343" in run("init", "--workbook", "none/toy.xlsx").output
    assert run("init").exit_code == 2
    assert toy.read_bytes() == before
    assert [path.name for path in toy.parent.iterdir()] == ["toy.xlsx"]


def test_edited_by_hand(toy: Path) -> None:
    book = openpyxl.load_workbook(toy)
    sites = book["sites"]
    names = [cell.value for cell in sites[1]]
    place = {name: number for number, name in enumerate(names, 1)}
    last = max(row[0].row for row in sites.iter_rows() if row[0].value)
    added = last + 1
    for column in range(1, len(names) + 1):
        sites.cell(added, column, sites.cell(last, column).value)
    sites.cell(added, 1, "mx-added")
    sites.cell(added, place["currency"], "MXN")
    sites.cell(added, place["rent_usd_m2_month"], "cheap")
    rates = book["exchange_rates"]
    columns = [cell.value for cell in rates[1]]
    given = {
        "currency": "MXN", "units_per_usd": 18.5, "valid_from": "2026-01-01", "source": "made up",
        "date": "2026-01-01", "source_date": "2026-01-01", "status": "estimate",
    }  # fmt: skip
    for number, name in enumerate(columns, 1):
        rates.cell(2, number, given.get(name))
    lanes = book["lanes"]
    for row in list(lanes.iter_rows(values_only=True)):
        if sites.cell(last, 1).value in row[:2]:
            lanes.append([*("mx-added" if one == sites.cell(last, 1).value else one
                            for one in row)])  # fmt: skip
    book.save(toy)
    options = ("--network", "toy.xlsx", "--demand", "toy.xlsx")
    checked = run("check", *options)
    cell = f"{sites.cell(added, place['rent_usd_m2_month']).coordinate}"
    assert checked.exit_code == 1
    assert f"F202 toy.xlsx/sites!{cell}, column rent_usd_m2_month, value 'cheap'" in checked.output
    assert "toy.faults.xlsx" in checked.output
    marked = openpyxl.load_workbook("toy.faults.xlsx")
    note = marked["sites"][cell].comment.text
    assert "F202" in note
    assert "Remedy" in note
    assert marked["sites"][cell].fill.start_color.rgb == "FFFFC7CE"
    assert [one.value for one in marked[FAULTS][2]][:4] == ["sites", cell, "F202", "cheap"]
    # whoever corrects the copy can go on with it
    marked["sites"][cell].value = 90
    marked.save("corrected.xlsx")
    options = ("--network", "corrected.xlsx", "--demand", "corrected.xlsx")
    done = run("optimize", *options, "--out", "r")
    assert done.exit_code == 0, done.output
    table = load("corrected.xlsx", "corrected.xlsx").problem.network["sites"]
    rent = table.set_index("site_id")["rent_usd_m2_month"]["mx-added"]
    assert rent == pytest.approx(90 / 18.5)


def test_copies_with_marks_lie_where_asked(toy: Path) -> None:
    book = openpyxl.load_workbook(toy)
    book["demand_parameters"]["B2"] = "=1+1"
    book.save(toy)
    options = ("--network", "toy", "--demand", "toy.xlsx", "--faults", "marks")
    assert "F482 toy.xlsx/demand_parameters!B2, value '=1+1'" in run("check", *options).output
    marked = openpyxl.load_workbook("marks/toy.faults.xlsx")
    assert marked[FAULTS]["D2"].value == "=1+1"
    assert marked[FAULTS]["D2"].data_type == "s"
    assert [path.name for path in Path("marks").iterdir()] == ["toy.faults.xlsx"]


def test_faults_are_told_where_their_copy_cannot_be_written(
    toy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    book = openpyxl.load_workbook(toy)
    book["demand_parameters"]["B2"] = "many"
    book.save(toy)
    Path("toy.faults.xlsx").mkdir()
    checked = run("check", "--network", "toy", "--demand", "toy.xlsx")
    assert checked.exit_code == 1
    assert "F202 toy.xlsx/demand_parameters!B2" in checked.output
    assert "no copy with the faults marked" in caplog.text
    assert {path.name for path in Path().iterdir()} == {"toy.xlsx", "toy.faults.xlsx"}


FORMULAS = st.one_of(
    st.sampled_from(["=1+1", "@x", "+5", "-3", "=cmd|'/c calc'!A1", '=HYPERLINK("http://a")']),
    st.builds(
        str.__add__,
        st.sampled_from("=+-@"),
        st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
    ),
)


@settings(max_examples=30, deadline=None)
@given(FORMULAS)
def test_no_text_becomes_a_formula(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("w") / "c.xlsx"
    kinds = ("network", "demand")
    folders = {kind: read_folder(locate(kind, "toy"), files_of(kind).values()) for kind in kinds}
    quoted = text.replace('"', '""')
    header = folders["demand"].files["parameters.csv"].split(b"\n")[0]
    content = header + f'\n"{quoted}"{",1" * header.count(b",")}\n'.encode()
    files = {**folders["demand"].files, "parameters.csv": content}
    write_case(path, {**folders, "demand": InputFolder("demand", files)})
    cell = openpyxl.load_workbook(path)["demand_parameters"]["A2"]
    assert cell.data_type == "s"
    back = read_sheets(path.read_bytes(), "c.xlsx", "demand")["parameters.csv"].decode()
    assert pd.Series(back.splitlines()[1]).str.contains(text.replace('"', '""'), regex=False).all()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.slow
def test_libreoffice_opens_it_and_saves_the_same_case(toy: Path) -> None:
    command = ["soffice", f"-env:UserInstallation=file://{toy.parent}/profile", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "saved", str(toy)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert "repair" not in (done.stdout + done.stderr).lower()
    before = load("toy", "toy").problem
    after = load("saved/toy.xlsx", "saved/toy.xlsx").problem
    assert_same_tables(dict(before.network.written), dict(after.network.written))
    assert_same_tables(dict(before.demand.tables), dict(after.demand.tables))
