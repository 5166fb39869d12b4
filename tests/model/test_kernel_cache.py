"""Machine code is kept as long as no source of a kernel has changed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fulfill.model.kernel_cache import (
    FAMILIES,
    PACKAGE,
    STALE_S,
    cache_folder,
    compile_once,
    prepare_cache,
)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package's sources."""
    return Path(
        shutil.copytree(
            PACKAGE, tmp_path / "fulfill", ignore=shutil.ignore_patterns("__pycache__", "data")
        )
    )


def test_a_change_in_a_file_that_other_kernels_call_changes_the_folder(copied: Path) -> None:
    before = cache_folder(copied)
    assert before.name == cache_folder().name
    assert before.parent == copied / "__pycache__"
    source = copied / "routing" / "engines" / "ruin" / "route_state.py"
    source.write_bytes(source.read_bytes() + b"\n")
    assert cache_folder(copied).name != before.name


def test_a_new_folder_ends_old_ones_but_not_those_in_use(tmp_path: Path) -> None:
    new, old, recent = (tmp_path / f"kernels-{name}" for name in ("new", "old", "recent"))
    for folder in (old, recent):
        folder.mkdir()
    long_ago = time.time() - 2 * STALE_S
    os.utime(old, (long_ago, long_ago))
    assert prepare_cache(new)
    assert sorted(tmp_path.iterdir()) == [new, recent]


def test_a_place_that_cannot_be_made_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not prepare_cache(tmp_path / "file" / "kernels-new")


@pytest.mark.parametrize("chosen", [None, "mine"])
def test_kernels_are_kept_where_they_should_be(tmp_path: Path, chosen: str | None) -> None:
    code = (
        "import numba\n"
        "import fulfill.location.network.site_kernels as k, fulfill.model.kernel_cache as c\n"
        "print(k.profitable._cache.cache_path, c.cache_folder(), sep='\\n')\n"
    )
    env = {key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"}
    env["PYTHONPATH"] = str(PACKAGE.parent)
    if chosen:
        env["NUMBA_CACHE_DIR"] = str(tmp_path / chosen)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    used, default = done.stdout.split("\n")[:2]
    assert used.startswith(env.get("NUMBA_CACHE_DIR", default))


def test_kernels_are_compiled_once_a_folder(tmp_path: Path) -> None:
    calls: list[int] = []
    for _ in range(2):
        compile_once("some", lambda: calls.append(1), tmp_path)
    assert calls == [1]
    compile_once("other", lambda: calls.append(2), tmp_path)
    assert calls == [1, 2]


def test_every_kernel_gets_its_decorator_from_one_module() -> None:
    """And stands in a folder that is hashed: its numba names are those that compile nothing."""
    for path in PACKAGE.rglob("*.py"):
        if path.name == "kernel_cache.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [name for node in imports for name in node.names if name.name == "numba"], path
        taken = {name.name for node in froms if node.module == "numba" for name in node.names}
        assert taken <= {"prange", "get_num_threads", "__version__"}, path
        if any(node.module == "fulfill.model.kernel_cache" for node in froms):
            assert path.relative_to(PACKAGE).parts[0] in FAMILIES


def test_importing_the_package_does_not_import_numba() -> None:
    code = "import sys, fulfill; assert 'numba' not in sys.modules"
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
    )
