"""The package keeps its shape: imports flow one way, files and functions stay short."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "fulfill"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = {
    "inputs", "model", "location", "routing", "audit", "study", "analysis", "report", "cli",
}  # fmt: skip
PRINTING = ("cli", "report/terminal")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def is_kernel(function: ast.FunctionDef) -> bool:
    return any("njit" in ast.unparse(one) for one in function.decorator_list)


def test_imports_flow_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_is_nine_folders() -> None:
    assert {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} == FOLDERS
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_and_no_function_is_long(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    for function in functions(path):
        assert function.end_lineno - function.lineno < 60, function.name


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_function_but_a_kernel_has_many_parameters(path: Path) -> None:
    for function in functions(path):
        taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        named = [one for one in taken if one.arg not in ("self", "cls")]
        # a command takes an option each
        if not is_kernel(function) and not name_of(path).startswith("cli/"):
            assert len(named) <= 8, function.name


def test_only_the_command_line_and_the_terminal_print() -> None:
    for path in SOURCES:
        if not name_of(path).startswith(PRINTING):
            calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
            assert not [n for n in calls if ast.unparse(n.func) == "print"], name_of(path)


def test_there_is_no_module_for_odds_and_ends() -> None:
    assert not {path.stem for path in SOURCES} & {"utils", "util", "helpers", "common", "misc"}


def test_tests_lie_where_the_code_lies() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if (path / "__init__.py").exists()}
    assert folders - {"benchmarks", "reliability"} <= FOLDERS
