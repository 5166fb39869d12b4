"""The documentation says what the program does: commands, faults, columns, the worked example."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from command_names import COMMANDS, named
from conftest import study_of
from fulfill.cli.main import main
from fulfill.inputs.faults import RULES
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import DEMAND_TABLES, NETWORK_TABLES
from fulfill.location.mip.formulation import CONSTRAINTS
from fulfill.study import outputs
from fulfill.study.optimize import optimize
from fulfill.study.output import Output

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
TABLES = [("network", table) for table in NETWORK_TABLES] + [
    ("demand", table) for table in DEMAND_TABLES
]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated pages, as `make docs` writes them."""
    folder = tmp_path_factory.mktemp("generated")
    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def page(folder: Path, name: str) -> str:
    return (folder / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(generated: Path, command: str) -> None:
    assert COMMANDS[command].help
    assert f"## fulfill {command}\n" in page(generated, "commands")
    assert f"| `fulfill {command}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{command}`" in page(DOCS, "architecture")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_documented_under_its_command_with_its_meaning(
    generated: Path, name: str
) -> None:
    section = page(generated, "commands").split(f"## fulfill {name}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(--[\w-]+).*?` \| (.+) \|$", section, flags=re.MULTILINE))
    options = [param for param in COMMANDS[name].params if param.param_type_name == "option"]
    assert {param.opts[0] for param in options} == set(rows)
    assert all(len(meaning) > 10 for meaning in rows.values()), rows


def test_bring_your_own_data_shows_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page(DOCS / "tutorials", "bring_your_own_data")
    (zones,) = re.findall(r"```text\n(zone_id.*?)```", text, re.DOTALL)
    (site,) = re.findall(r"```text\n(my-queretaro.*?)```", text, re.DOTALL)
    (spread,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    shown = dict(re.findall(r"\$ fulfill (init) [^\n]+\n(.*?)```", text, re.DOTALL))
    checks = re.findall(r"\$ fulfill check [^\n]+\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    folder = Path("my-case")

    def printed(*args: str) -> str:
        return CliRunner().invoke(main, [*args]).output

    def check(site: str, zones: str) -> str:
        (folder / "network/sites.csv").write_text(sites + site, encoding="utf-8")
        (folder / "demand/zones.csv").write_text(zones, encoding="utf-8")
        tables = ("--network", f"{folder}/network", "--demand", f"{folder}/demand")
        return printed("check", *tables)

    assert printed("init", "my-case") == shown["init"]
    sites = (folder / "network/sites.csv").read_text(encoding="utf-8")
    (folder / "demand/zones.csv").write_text(zones, encoding="utf-8")
    exec(spread, {})
    wrong = site.replace("20.59,-100.39", "-100.39,20.59").replace("5.20", '"5,20"')
    assert check(wrong, zones.replace("921000,metropolitan", "921000,city")) == checks[0]
    orders = (folder / "demand/orders.csv").read_text(encoding="utf-8")
    unknown = orders.replace("cdmx", "mexico-city", 1)
    (folder / "demand/orders.csv").write_text(unknown, encoding="utf-8")
    assert check(site, zones) == checks[1]
    (folder / "demand/orders.csv").write_text(orders, encoding="utf-8")
    assert check(site, zones) == checks[2]


def test_the_excel_page_shows_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page(DOCS / "tutorials", "excel")
    shown = dict(re.findall(r"\$ fulfill (init|check) [^\n]+\n(.*?)```", text, re.DOTALL))
    monkeypatch.chdir(tmp_path)

    def printed(*args: str) -> str:
        return CliRunner().invoke(main, [*args]).output

    assert printed("init", "--workbook", "case.xlsx") == shown["init"]
    book = openpyxl.load_workbook("case.xlsx")
    sites = book["sites"]
    for cell in sites[82]:
        sites.cell(83, cell.column, cell.value)
    sites["A83"] = "my-site"
    (rent,) = (cell.column for cell in sites[1] if cell.value == "rent_usd_m2_month")
    sites.cell(83, rent, "cheap")
    book.save("case.xlsx")
    tables = ("--network", "case.xlsx", "--demand", "case.xlsx")
    assert printed("check", *tables) == shown["check"]
    assert Path("case.faults.xlsx").is_file()


def test_files_of_the_repository_that_the_pages_name_exist() -> None:
    folders = "benchmarks|docs|scripts|src|tests"
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.glob("**/[!_]*.md")):
        text = path.read_text(encoding="utf-8")
        named = re.findall(rf"(?<![\w/.-])(?:{folders})/[\w./-]+\.(?:py|md)\b", text)
        assert [name for name in named if not (ROOT / name).is_file()] == [], path.name


def test_options_that_the_handwritten_pages_name_exist() -> None:
    known = {
        form for command in COMMANDS.values() for param in command.params for form in param.opts
    }
    for path in (ROOT / "README.md", *DOCS.glob("**/[!_]*.md")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"\bfulfill (" + "|".join(main.commands) + r")\b", line):
                found = re.findall(r"(?<![\w-])--[a-z][\w-]+", line)
                assert set(found) <= known | {"--help"}, (path.name, line)


def test_commands_that_the_pages_show_can_be_typed() -> None:
    shown = []
    for path in (ROOT / "README.md", *DOCS.glob("**/[!_]*.md")):
        text = path.read_text(encoding="utf-8")
        shown += re.findall(r"(?:`|^\$ )(fulfill [a-z]+ [^`\n]+)(?:`|$)", text, re.MULTILINE)
    typed = [shlex.split(text, comments=True) for text in shown if not re.search("…|--help", text)]
    assert len(typed) > 30
    for _, *words in typed:
        name, args = named(words)
        COMMANDS[name].make_context(name, args, parent=click.Context(main))


def test_every_fault_is_in_the_index_with_rule_and_remedy(generated: Path) -> None:
    rows = re.findall(
        r"^\| `([FW]\d+)` \| (.+?) \| (.+?) \|$", page(generated, "errors"), flags=re.MULTILINE
    )
    assert sorted(code for code, _, _ in rows) == sorted(RULES)
    assert all(len(rule) > 10 and len(remedy) > 10 for _, rule, remedy in rows)


def test_every_fault_that_the_program_reports_has_a_rule() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    assert set(re.findall(r"\"([FW]\d{3})\"", sources)) == set(RULES)


@pytest.mark.parametrize(("kind", "table"), TABLES, ids=lambda value: getattr(value, "name", value))
def test_every_column_is_in_the_dictionary(generated: Path, kind: str, table: object) -> None:
    section = (
        page(generated, "data_dictionary")
        .split(f"### {kind}: {table.name}.csv\n")[1]
        .split("\n### ")[0]
    )
    for column in table.columns:
        rows = [
            line
            for line in section.splitlines()
            if line.split(" | ")[0].strip("|* ") == f"`{column.name}`"
        ]
        row = next(iter(rows), "")
        assert row, f"{table.name}.{column.name} is missing"
        assert row.count(" | ") >= 5, row


def test_the_parameters_of_the_embedded_network_are_those_of_the_dictionary(
    generated: Path,
) -> None:
    text = page(generated, "data_dictionary")
    sections = re.findall(
        r"^### (network|demand): rows of parameters\.csv\n(.*?)(?=^##|\Z)",
        text,
        re.MULTILINE | re.DOTALL,
    )
    folders = {"network": "networks/mexico-us-border", "demand": "demand/mexico-2026"}
    assert {kind for kind, _ in sections} == set(folders)
    for kind, section in sections:
        rows = pd.read_csv(ROOT / folders[kind] / "parameters.csv")["parameter"]
        assert re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) == rows.tolist()


def test_every_column_and_key_that_is_written_is_in_the_reference_with_its_meaning(
    generated: Path,
) -> None:
    text = page(generated, "outputs")
    written = [item for item in vars(outputs).values() if isinstance(item, Output)]
    assert len(written) > 25
    for output in written:
        sections = re.findall(
            rf"^### [^\n]*\b{re.escape(output.name)}\n(.*?)(?=^##|\Z)",
            text,
            re.MULTILINE | re.DOTALL,
        )
        row = r"^\| `([^`]+)` \|.*\| \S(?:\\\||[^|])* \|$"
        keys = [re.findall(row, part, re.MULTILINE) for part in sections]
        assert list(output.keys) in keys, output.name


def test_the_committed_reference_is_current(generated: Path) -> None:
    committed = DOCS / "reference"
    names = {path.name for path in generated.iterdir()}
    assert {path.name for path in committed.iterdir()} == names
    stale = [name for name in sorted(names) if page_differs(generated, committed, name)]
    assert stale == [], "run `python docs/generate.py docs/reference` and commit"


def page_differs(generated: Path, committed: Path, name: str) -> bool:
    return (generated / name).read_bytes() != (committed / name).read_bytes()


def test_every_numbered_constraint_is_in_the_formulation() -> None:
    listed = re.findall(r"^(\d+)\. \*\*", page(DOCS, "formulation"), flags=re.MULTILINE)
    assert [int(number) for number in listed] == list(range(1, 17))
    numbers = {
        int(number)
        for rule in CONSTRAINTS
        for number in re.findall(r"^\((\d+)\)", rule.__doc__ or "")
    }
    assert numbers == set(range(1, 17))


def test_readme_names_the_two_commands_and_the_assumptions() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("run", "test"):
        assert f"make {target}" in text
        assert f"\n{target}:" in makefile
    assert "assumptions" in text
    assert "ODbL" in text
    assert "CC-BY" in text


def test_the_toy_on_paper_is_the_program_to_the_cent(toy_problem: Problem) -> None:
    text = page(DOCS, "toy")
    planned = optimize(study_of(toy_problem, method="monolith", gap=0.0))
    assert planned.audit.clean
    assert round(planned.plan.outcome.objective, 2) == 33350.50
    assert round(planned.plan.kpis["contribution_usd"], 2) == 14649.50
    assert "= 33,350.50 USD" in text
    assert "**14,649.50**" in text
    assert planned.plan.sites["site_id"].tolist() == ["site-a"]


@pytest.mark.parametrize(
    ("label", "options"),
    [
        ("none", {"max_sites": 0}),
        ("B only", {"opened": ("site-b",), "closed": ("site-a",)}),
        ("A and B", {"opened": ("site-a", "site-b")}),
    ],
)
def test_the_toys_other_choices_cost_what_the_page_says(
    toy_problem: Problem, label: str, options: dict[str, object]
) -> None:
    row = next(line for line in page(DOCS, "toy").splitlines() if line.startswith(f"| {label} |"))
    contribution, objective = (float(cell.replace(",", "")) for cell in row.split(" | ")[1:3])
    planned = optimize(study_of(toy_problem, method="monolith", gap=0.0, **options))
    assert round(planned.plan.outcome.objective, 2) == objective
    assert round(planned.plan.kpis["contribution_usd"], 2) == contribution


def test_the_toys_costs_of_an_order_follow_from_its_tables(toy_problem: Problem) -> None:
    text = page(DOCS, "toy")
    planned = optimize(study_of(toy_problem, method="monolith", gap=0.0))
    costs = planned.plan.parts.set_index("part")["usd_year"]
    assert costs["courier_tax"] == pytest.approx(450 * 6.70)
    assert costs["mail_freight"] == pytest.approx(450 * 9.00)
    assert costs["duty"] == pytest.approx(2750 * 2.322)
    assert costs["freight"] == pytest.approx(2750 * 1.50)
    assert costs["gateway"] == pytest.approx(2750 * 0.10)
    for figure in (" 6.70 |", " 9.00 |", " 2.322 |", "**8.078**", "**6.078**"):
        assert figure in text


def test_the_page_generator_takes_no_option_for_a_folder(tmp_path: Path) -> None:
    command = [sys.executable, str(DOCS / "generate.py"), "--unknown"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage" in done.stderr
    assert not list(tmp_path.iterdir())


def test_every_letter_of_the_formulation_stands_once_in_its_table_of_letters() -> None:
    text = page(DOCS, "formulation")
    table, rest = text.split("## Letters")[1].split("## Sets")
    first_column = " ".join(re.findall(r"^\| (.*?) \|", table, flags=re.MULTILINE))
    greek = r"\u03b1-\u03c9"
    letter = rf"(?<![A-Za-z{greek}./-])([A-Za-z{greek}])(?![A-Za-z{greek}.])"
    # a letter with an index, like p_d, is one more use of the letter and not a second meaning
    named = re.findall(letter + r"(?!_|\d)", re.sub(r"\w_\w+|[a-z]0", "", first_column))
    assert sorted(named) == sorted(set(named))
    formulas = re.findall(r"```text\n(.*?)```", rest, flags=re.DOTALL)
    formulas += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", rest)
    used = {found for formula in formulas for found in re.findall(letter, formula)}
    assert len(used) > 40
    assert used <= set(named)
