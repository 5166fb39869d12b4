"""The terminal shows names as they are: no markup, no escape sequences; and it starts fast."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fulfill.analysis.compare.comparison import Comparison
from fulfill.report.plain_text import cleaned
from fulfill.report.terminal.comparison import print_comparison
from fulfill.report.terminal.console import PlainConsole, lines
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


def test_a_cell_of_a_table_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    table = lines()
    table.add_row(HOSTILE, "x")
    PlainConsole().print(table)
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
