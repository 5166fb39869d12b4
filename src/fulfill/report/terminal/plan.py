"""Terminal output of a plan: progress of the search, then a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from fulfill.audit.plan import Audit
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Outcome
from fulfill.report.plain_text import one_line
from fulfill.report.terminal.console import PlainConsole, columns, lines
from fulfill.study.outputs import PLAN_KPIS, SITES
from fulfill.study.plan import Plan
from fulfill.study.verdict import conditions_in_words, headline, why_unserved
from fulfill.study.verify import RunAudit
from fulfill.study.vocabulary import (
    FINE_PERCENT,
    KEY_FIGURES,
    PERCENT,
    WHOLE,
    shown,
)

SITE_COLUMNS = SITES.pick(
    "name", "country", "ownership", "size", "orders_year", "peak_utilisation", "fixed_usd_year"
)


@contextmanager
def live_progress(
    target_gap: float, time_limit: float, *, hidden: bool = False
) -> Iterator[Callable[[Any], None]]:
    """Show incumbent, bound, gap and the time left on stderr while the block runs.

    Parameters
    ----------
    target_gap : float
        Relative gap at which the progress bar is full.
    time_limit : float
        Seconds after which the search ends in any case.
    hidden : bool
        Show nothing, as where stderr is no terminal.

    Yields
    ------
    callable
        Receives the progress of the search.
    """
    console = PlainConsole(stderr=True)
    words, left = TextColumn("{task.description}"), TextColumn("{task.fields[left]}")
    parts = (words, BarColumn(bar_width=12), left)
    hidden = hidden or not console.is_terminal
    with Progress(*parts, console=console, transient=hidden, disable=hidden) as bar:
        task = bar.add_task("building the model", total=1.0, left="")

        def report(progress: Any) -> None:
            left = f"{max(time_limit - progress.seconds, 0.0):.0f} s left"
            bound = shown(progress.bound, WHOLE)
            if progress.gap == float("inf"):
                bar.update(task, description=f"bound {bound} USD, no plan yet", left=left)
                return
            done = min(1.0, target_gap / progress.gap) if progress.gap > 0 else 1.0
            plan, gap = shown(progress.incumbent, WHOLE), shown(progress.gap, FINE_PERCENT)
            words = f"plan {plan}  bound {bound}  gap {gap}"
            bar.update(task, description=words, completed=done, left=left)

        yield report


def print_summary(plan: Plan, finding: Audit, folder: Path) -> None:
    """Print the summary of a run on stdout.

    Parameters
    ----------
    plan : Plan
        With or without tables.
    finding : Audit
        Result of checking the plan.
    folder : Path
        Folder of the run.
    """
    console = PlainConsole()
    outcome = plan.outcome
    about = f"  under the rules of {plan.as_of}, {outcome.seconds:.1f} s"
    console.print(Text.assemble("\n", (headline(outcome), "bold"), one_line(about)))
    if outcome.status in (INFEASIBLE, NO_PLAN):
        console.print(_conditions(outcome))
        console.tell(f"results  {folder}")
        return
    if not len(plan.sites):
        console.print("No site is opened.")
    for line in _cost(outcome):
        console.print(line)
    if len(plan.sites):
        console.table(_sites(plan))
    console.table(_key_figures(plan))
    for orders, reason in why_unserved(plan.unserved):
        console.print(f"not served: {orders} orders, {reason}")
    faults = "; ".join(finding.faults)
    console.print(f"audit    {'clean' if finding.clean else f'FAULTS: {faults}'}")
    console.tell(f"results  {folder}  (report.html, plan.gpkg, CSV tables)")


def print_audit(audit: RunAudit) -> None:
    """Print the checks of a run, its faults, and what an audit does not check.

    Parameters
    ----------
    audit : RunAudit
        Result of `verify`.
    """
    console = PlainConsole()
    numbers = ("claimed", "recomputed", "difference")
    table = columns(("checked", False), *((name, True) for name in numbers), ("", False))
    for check in audit.checks:
        difference = "" if check.difference is None else f"{check.difference:.3g}"
        cells = (check.name, _checked(check.claimed), _checked(check.recomputed), difference)
        table.add_row(*cells, check.verdict)
    console.table(table)
    for number, fault in enumerate(audit.faults, 1):
        console.print(f"{number}. {fault}")
    console.print()
    console.print("Not checked:", *(f"- {line}" for line in audit.not_checked), sep="\n")


def _checked(value: float | str | None) -> str:
    return f"{value:,.6f}" if isinstance(value, float) else value or ""


def _cost(outcome: Outcome) -> Iterator[str]:
    """Yield the cost of the plan, its optimality gap and its conditions in words."""
    gap, still = shown(outcome.gap, FINE_PERCENT), shown(outcome.gap_usd, WHOLE)
    yield (
        f"cost {shown(outcome.objective, WHOLE)} USD a year "
        "(logistics, taxes, fixed cost, lost contribution); "
        f"{outcome.bound_kind} bound {shown(outcome.bound, WHOLE)}; gap {gap} = {still} USD"
    )
    yield f"bound holds for {outcome.bound_of}; {_conditions(outcome)}"
    if outcome.merging_usd is not None:
        share = outcome.merging_usd / (outcome.objective or float("nan"))
        yield (
            "aggregation error: without merging zones the same sites cost "
            f"{outcome.merging_usd:+,.0f} USD ({share:+.2%})"
        )


def _conditions(outcome: Outcome) -> str:
    return f"conditions: {conditions_in_words(outcome) or 'none'}"


def _key_figures(plan: Plan) -> Table:
    table = lines()
    for item in PLAN_KPIS.pick(*KEY_FIGURES):
        table.add_row(item.words, item.with_unit(plan.kpis[item.key]))
    shares = plan.kpis["channel_share"].items()
    used = [f"{shown(name, 'channel')} {shown(part, PERCENT)}" for name, part in shares if part > 0]
    table.add_row(PLAN_KPIS["channel_share"].words, ", ".join(used))
    return table


def _sites(plan: Plan) -> Table:
    table = columns(*((item.heading, item.is_number) for item in SITE_COLUMNS))
    for row in plan.sites.to_dict("records"):
        cells = {item.key: item.shown(row[item.key]) for item in SITE_COLUMNS}
        cells["peak_utilisation"] += f" ({row['peak_period']})"
        table.add_row(*cells.values())
    return table
