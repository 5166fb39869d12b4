"""The terminal shows names as they are: no markup, no escape sequences; and it starts fast."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fulfill.analysis.compare.comparison import Comparison
from fulfill.model.decisions import INTERRUPTED
from fulfill.report.plain_text import cleaned, one_line
from fulfill.report.terminal.comparison import print_comparison
from fulfill.report.terminal.console import PlainConsole, columns, lines
from fulfill.report.terminal.day import print_day
from fulfill.report.terminal.plan import print_audit, print_summary
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.run import Run
from fulfill.study.verify import Check, RunAudit

HOSTILE = "[/x][bold]\x1b[2J\x1b]0;title\x07:smile:\x9b1m\u202eend"
SHOWN = "[/x][bold]:smile:1mend"


def test_control_characters_are_left_out_and_line_ends_kept() -> None:
    assert cleaned(HOSTILE) == SHOWN
    assert cleaned("a\nb\tc") == "a\nb\tc"


def test_a_name_within_a_line_has_no_line_ends() -> None:
    assert one_line("a\nb\tc\r\nd\x85e") == "a b c de"
    assert one_line("\u202edlrow\u2069 \x1b[31mred\x1b[0m\u200b") == "dlrow red"


@pytest.mark.parametrize("width", [20, 80, 100, 140])
def test_a_terminal_is_followed_from_80_columns_on(
    planned: Run, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal, for rich
    monkeypatch.setenv("NO_COLOR", "1")
    assert PlainConsole().width == max(width, 80)
    sites = planned.plan.sites.assign(name="Monterrey (Guadalupe - Apodaca)", fixed_usd_year=1.5e6)
    print_summary(replace(planned.plan, sites=sites), planned.audit, Path("run"))
    out = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, out.splitlines())) <= max(width, 80)
    assert {"Monterrey", "(Guadalupe", "Apodaca)", "1,500,000", "33,350"} <= set(out.split())


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_a_pipe_has_one_line_a_record(
    comparison: Comparison,
    width: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    name = "a name of many words " * 20
    modes = comparison.modes.assign(status=name)
    print_comparison(replace(comparison, modes=modes, conditions=(name,) * 5), Path(name))
    out = capsys.readouterr().out.splitlines()
    assert len([line for line in out if line.startswith("  status")]) == 1
    assert len([line for line in out if line.startswith("conditions")]) == 1
    assert sum(name.strip() in line for line in out) == 3


def test_a_table_is_never_narrower_than_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")
    table = columns(("word", False), ("number", True), ("more words than fit", False))
    table.add_row("W" * 60, "197,750,765.67", "one two three")
    PlainConsole().table(table)
    out = capsys.readouterr().out
    for word in ("W" * 60, "197,750,765.67", "three", "number"):
        assert word in out


def test_a_cut_search_and_its_conditions_are_on_the_first_lines(
    planned: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = replace(
        planned.outcome,
        status="FEASIBLE",
        bound=planned.outcome.objective / 2,
        ended_by=INTERRUPTED,
        conditions=("site-a locked open", "at most 1 site"),
    )
    print_summary(replace(planned.plan, outcome=outcome), planned.audit, Path("run"))
    first, _, _, holds, *_ = capsys.readouterr().out.strip().splitlines()
    assert first.startswith("Plan found, INTERRUPTED: up to 16,675 USD a year (50.00%) could be")
    assert holds.endswith("conditions: site-a locked open; at most 1 site")
    print_summary(planned.plan, planned.audit, Path("run"))
    assert "conditions: none" in capsys.readouterr().out


def test_unserved_orders_are_printed_with_their_reasons(
    planned: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.DataFrame(
        [("capacity", "MX", "shirt", "Shirt", "mail MX; co2_cap", 1234.0)],
        columns=planned.plan.unserved.columns,
    )
    print_summary(replace(planned.plan, unserved=table), planned.audit, Path("run"))
    line = "not served: 1,234 orders, no capacity left (mail MX; co2_cap)"
    assert line in capsys.readouterr().out.splitlines()


def test_a_cell_of_a_table_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = lines()
    table.add_row(HOSTILE, "x")
    PlainConsole().table(table)
    assert SHOWN in capsys.readouterr().out


def test_a_plan_is_printed_whatever_its_names(
    planned: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = replace(
        planned.plan,
        sites=planned.plan.sites.assign(name=HOSTILE),
        outcome=replace(planned.plan.outcome, bound_of=HOSTILE),
    )
    print_summary(plan, replace(planned.audit, faults=(HOSTILE,)), Path(HOSTILE))
    out = capsys.readouterr().out
    assert out.count("[/x]") == 4
    assert "\x1b" not in out
    assert "14,650 USD" in out
    assert "direct mail 14.1%, local 85.9%" in out


def test_a_figure_without_a_value_is_a_dash(
    planned: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = replace(planned.plan, kpis={**planned.plan.kpis, "lead_time_days_mean": np.nan})
    print_summary(plan, planned.audit, Path("run"))
    line = next(row for row in capsys.readouterr().out.splitlines() if "mean lead time" in row)
    assert line.split() == ["mean", "lead", "time", "\N{EN DASH}"]


def test_a_day_is_printed_whatever_its_names(
    day: DayRoutes, capsys: pytest.CaptureFixture[str]
) -> None:
    print_day(replace(day, period=HOSTILE, depots=day.depots.assign(name=HOSTILE)), Path("day"))
    out = capsys.readouterr().out
    assert out.count(SHOWN) == 2
    assert "orders of the day" in out


def test_a_comparison_is_printed_with_the_words_of_its_modes(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    modes = comparison.modes.assign(taken_from="local_only", status=HOSTILE)
    print_comparison(replace(comparison, modes=modes), Path(HOSTILE))
    out = capsys.readouterr().out
    assert "direct-only" in out
    assert "no better plan than the local-only one" in out
    assert out.count(SHOWN) == 4


def test_an_audit_is_printed_whatever_its_faults(capsys: pytest.CaptureFixture[str]) -> None:
    check = Check(HOSTILE, HOSTILE, 1.0, (HOSTILE,))
    print_audit(RunAudit((check,)))
    assert capsys.readouterr().out.count("[/x]") == 3


@pytest.mark.parametrize("name", ["console", "plan", "comparison", "day"])
def test_the_terminal_needs_neither_charts_nor_maps(name: str) -> None:
    code = f"import sys, fulfill.report.terminal.{name}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"bokeh", "geopandas"} & set(done.stdout.split()) == set()
