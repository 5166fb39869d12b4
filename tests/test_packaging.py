"""What travels in the wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


TRACKED = {
    ".ci",
    ".git",
    ".git-blame-ignore-revs",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CHANGELOG.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "benchmarks",
    "cli.py",
    "constraints.txt",
    "demand",
    "docs",
    "networks",
    "pyproject.toml",
    "scripts",
    "src",
    "tests",
}
"""What stands at the root of the repository."""


def test_the_root_holds_what_it_should_and_nothing_else() -> None:
    ignored = {
        line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    }
    names = {path.name for path in ROOT.iterdir()}
    found = {name for name in names if not any(fnmatch(name, rule) for rule in ignored)}
    assert not [name for name in found if name.startswith("-")]
    assert found | {".git"} == TRACKED


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it would be installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "-q",
        "-w",
        str(folder),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (found,) = folder.glob("fulfill-*.whl")
    return found


@pytest.mark.slow
def test_the_data_travel_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("networks", "demand"):
        for path in (ROOT / kind).rglob("*"):
            if path.is_file():
                assert f"fulfill/data/{kind}/{path.relative_to(ROOT / kind).as_posix()}" in names
    assert "fulfill/py.typed" in names
    for name in ("places.parquet", "LICENSE-DATA.md"):
        assert f"fulfill/inputs/importing/data/{name}" in names
    assert not [name for name in names if name.startswith("tests/") or "__pycache__" in name]


@pytest.mark.slow
def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "from fulfill.inputs.folder import locate\n"
        "folder = locate('network', 'mexico-us-border')\n"
        "assert folder.parts[-4:] == ('fulfill', 'data', 'networks', 'mexico-us-border'), folder\n"
        "from fulfill.cli.main import main\n"
        "main(['check', '--network', 'toy', '--demand', 'toy'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "No fault" in done.stdout
