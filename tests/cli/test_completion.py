"""Completion of commands, options and site ids in a shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from fulfill.cli.main import main

PROGRAM = Path(sys.executable).with_name("fulfill")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def completed(*args: str) -> list[str]:
    """Return what a shell would offer for the last of some arguments."""
    shell = ShellComplete(main, {}, "fulfill", "_FULFILL_COMPLETE")
    return [item.value for item in shell.get_completions(list(args[:-1]), args[-1])]


def test_sites_of_the_network_named_so_far_are_offered() -> None:
    embedded = completed("optimize", "--close", "mx-")
    assert "mx-cdmx-3pl" in embedded
    assert all(site.startswith("mx-") for site in embedded)
    toy = completed("optimize", "--network", "toy", "--open", "")
    assert toy
    assert not set(toy) & set(embedded)


def test_an_unreadable_network_offers_nothing(tmp_path: Path) -> None:
    assert completed("optimize", "--network", str(tmp_path), "--open", "") == []
    (tmp_path / "sites.csv").write_text("name\nx\n")
    assert completed("optimize", "--network", str(tmp_path), "--open", "x") == []


def test_the_documented_lines_print_the_script_of_their_shell() -> None:
    documented = re.findall(
        r"^\| (\w+) \|.*`.*_FULFILL_COMPLETE=(\w+) fulfill", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert [shell for shell, _ in documented] == ["bash", "zsh", "fish"]
    for shell, instruction in documented:
        assert instruction == f"{shell}_source"
        if shell == "bash" and shutil.which("bash") is None:
            continue
        env = {"_FULFILL_COMPLETE": instruction}
        printed = CliRunner().invoke(main, [], prog_name="fulfill", env=env)
        assert printed.exit_code == 0
        assert f"_FULFILL_COMPLETE={shell}_complete" in printed.output


@pytest.mark.skipif(not (shutil.which("bash") and PROGRAM.exists()), reason="no bash or no script")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("opt", ["optimize"]),
        ("optimize --with-r", ["--with-routing"]),
        ("optimize --network toy --open site-", ["site-a", "site-b"]),
    ],
)
def test_bash_completes_what_is_typed(typed: str, offered: list[str]) -> None:
    words = ["fulfill", *typed.split()]
    script = (
        'eval "$(_FULFILL_COMPLETE=bash_source fulfill)"\n'
        f"COMP_WORDS=({' '.join(words)})\nCOMP_CWORD={len(words) - 1}\n"
        f"_fulfill_completion fulfill {words[-1]}\n"
        "echo ${COMPREPLY[@]}"
    )
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == offered, done.stderr
