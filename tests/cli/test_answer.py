"""What commands print: help with an example, JSON, nothing."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from command_names import ANSWERING, COMMANDS, named
from fulfill.cli.main import main
from fulfill.inputs.faults import RULES

TOY = ("--network", "toy", "--demand", "toy")


@pytest.mark.parametrize("name", ANSWERING)
def test_every_help_ends_with_an_example_that_is_a_command(name: str) -> None:
    shown = CliRunner().invoke(main, [*name.split(), "--help"], terminal_width=200).output
    example = shown.strip().splitlines()[-1].strip()
    assert example.startswith("Example: fulfill ")
    _, program, *words = shlex.split(example)
    command, args = named(words)
    assert (program, command) == ("fulfill", name)
    COMMANDS[name].make_context(name, args, parent=click.Context(main))


def test_the_help_of_the_program_ends_with_an_example_too() -> None:
    last = CliRunner().invoke(main, ["--help"]).output.strip().splitlines()[-1].strip()
    _, program, command, *args = shlex.split(last)
    assert program == "fulfill"
    main.commands[command].make_context(command, args, parent=click.Context(main))


@pytest.mark.parametrize("name", ANSWERING)
def test_every_command_can_answer_in_json_and_be_quiet(name: str) -> None:
    options = {text for param in COMMANDS[name].params for text in param.opts}
    assert {"--json", "--quiet"} <= options


@pytest.mark.usefixtures("undrawn")
def test_quiet_prints_nothing_but_faults(tmp_path: Path) -> None:
    runner = CliRunner()
    out = ["--out", str(tmp_path / "run")]
    done = runner.invoke(main, ["optimize", *TOY, *out, "--quiet"])
    assert (done.exit_code, done.output) == (0, "")
    assert runner.invoke(main, ["audit", str(tmp_path / "run"), "--quiet"]).output == ""
    assert runner.invoke(main, ["check", *TOY, "--quiet"]).output == ""
    wrong = runner.invoke(main, ["optimize", *TOY, "--quiet", "--close", "nowhere"])
    assert wrong.exit_code == 1
    assert "nowhere" in wrong.output


def test_check_lists_faults_as_json() -> None:
    done = CliRunner().invoke(main, ["check", *TOY, "--set", "network/sites[none].lat=1", "--json"])
    assert done.exit_code == 1
    faults = json.loads(done.stdout)
    assert faults
    rule, remedy = RULES[faults[0]["code"]]
    assert (faults[0]["rule"], faults[0]["remedy"]) == (rule, remedy)
    clean = CliRunner().invoke(main, ["check", *TOY, "--json"])
    assert clean.exit_code == 0
    assert isinstance(json.loads(clean.stdout), list)
