"""What the terminal shows: a live line on stderr while a plan is sought, one summary on stdout when it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console, JustifyMethod
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fulfill.audit.plan import Audit
from fulfill.report.cells import shown
from fulfill.study.plan import Plan
from fulfill.study.verify import UNCHECKED, RunAudit

KPI_LINES = (
    # key, label, format
    ("orders", "potential orders a year", "{:,.0f}"),
    ("landed_cost_usd_per_order", "landed cost per order", "{:,.2f} USD"),
    ("contribution_usd", "contribution a year", "{:,.0f} USD"),
    ("lead_time_days_mean", "mean lead time", "{:.1f} days"),
    ("share_within_3_days", "within 3 days", "{:.1%}"),
    ("share_within_5_days", "within 5 days", "{:.1%}"),
    ("cancellation_rate", "cancelled", "{:.1%}"),
    ("unserved_share", "not served", "{:.1%}"),
    ("co2e_kg_per_order", "CO2e per order", "{:.2f} kg"),
)


@contextmanager
def live_progress(target_gap: float) -> Iterator[Callable[[Any], None]]:
    """Show incumbent, bound and gap on stderr while the block runs; yield the function that takes reports."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(
        *columns,
        console=console,
        transient=not console.is_terminal,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("building the model", total=1.0)

        def report(progress: Any) -> None:
            if progress.gap == float("inf"):
                bar.update(task, description=f"bound {progress.bound:,.0f} USD, no plan yet")
                return
            done = min(1.0, target_gap / progress.gap) if progress.gap > 0 else 1.0
            text = f"plan {progress.incumbent:,.0f}  bound {progress.bound:,.0f}  gap {progress.gap:.2%}"
            bar.update(task, description=text, completed=done)

        yield report


def print_summary(plan: Plan, finding: Audit, folder: Path) -> None:
    """Print the one summary of a run on stdout."""
    console = Console(highlight=False, width=110)
    outcome = plan.outcome
    console.print(
        f"\n[bold]{outcome.status}[/bold]  under the rules of {plan.as_of}, {outcome.seconds:.1f} s"
    )
    if not len(plan.sites):
        if outcome.status in ("INFEASIBLE", "NO_PLAN"):
            why = {
                "INFEASIBLE": "No plan meets all constraints.",
                "NO_PLAN": "The limit came before a plan.",
            }
            console.print(why[outcome.status])
            console.print(f"results  {folder}")
            return
        console.print("No site is opened.")
    console.print(
        f"cost {outcome.objective:,.0f} USD a year (logistics, taxes, fixed cost, lost contribution); "
        f"{outcome.bound_kind} bound {outcome.bound:,.0f}; gap {outcome.gap:.2%} = {outcome.gap_usd:,.0f} USD\n"
        f"bound holds for {outcome.bound_of}"
    )
    if outcome.merging_usd is not None:
        share = outcome.merging_usd / (outcome.objective or float("nan"))
        console.print(
            f"merging zones: the same sites cost {outcome.merging_usd:+,.0f} USD ({shown(share, '{:+.2%}')}) "
            "with every zone for itself"
        )
    if len(plan.sites):
        console.print(_sites(plan))
    table = Table(box=None, show_header=False, padding=(0, 2))
    for key, label, form in KPI_LINES:
        table.add_row(label, shown(plan.kpis[key], form))
    shares = ", ".join(
        f"{name} {share:.1%}" for name, share in plan.kpis["channel_share"].items() if share > 0
    )
    table.add_row("channels", shares)
    console.print(table)
    console.print(
        f"audit    {'clean' if finding.clean else 'FAULTS: ' + '; '.join(finding.faults)}"
    )
    console.print(f"results  {folder}  (report.html, plan.gpkg, CSV tables)")


def print_audit(audit: RunAudit) -> None:
    """Print what was checked in a run, claimed and recomputed, then what is wrong and what no audit checks."""
    console = Console(highlight=False, width=110)
    table = Table(box=None, padding=(0, 2), header_style="bold")
    for name in ("checked", "claimed", "recomputed", "difference", ""):
        table.add_column(name, justify="left" if name in ("checked", "") else "right")
    for check in audit.checks:
        difference = "" if check.difference is None else f"{check.difference:.3g}"
        cells = (check.name, _shown(check.claimed), _shown(check.recomputed), difference)
        table.add_row(*cells, "FAULT" if check.faults else "ok")
    console.print(table)
    for number, fault in enumerate(audit.faults, 1):
        console.print(f"{number}. {fault}", markup=False)
    console.print("\nNot checked:", *(f"- {line}" for line in UNCHECKED), sep="\n", markup=False)


def _shown(value: float | str | None) -> str:
    return f"{value:,.6f}" if isinstance(value, float) else value or ""


def _sites(plan: Plan) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="bold")
    columns: tuple[tuple[str, JustifyMethod], ...] = (
        ("site", "left"),
        ("country", "left"),
        ("kind", "left"),
        ("size", "left"),
        ("orders a year", "right"),
        ("peak use of base", "right"),
        ("fixed USD a year", "right"),
    )
    for name, side in columns:
        table.add_column(name, justify=side)
    for row in plan.sites.itertuples(index=False):
        table.add_row(
            str(row.name), str(row.country), str(row.ownership), str(row.size), f"{row.orders_year:,.0f}",
            f"{shown(row.peak_utilisation, '{:.0%}')} ({row.peak_period})", f"{row.fixed_usd_year:,.0f}",
        )  # fmt: skip
    return table
