"""Terminal output of a plan: progress of the search, then a summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from fulfill.audit.plan import Audit
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Outcome
from fulfill.report.plain_text import one_line
from fulfill.report.terminal.console import PlainConsole, columns, lines
from fulfill.study.conflict import Conflict
from fulfill.study.language import counted, listed
from fulfill.study.language import translated as _
from fulfill.study.outputs import PLAN_KPIS, SITES
from fulfill.study.plan import Plan
from fulfill.study.present import Saving
from fulfill.study.verdict import conditions_in_words, could_be_saved, headline, why_unserved
from fulfill.study.verify import RunAudit
from fulfill.study.vocabulary import (
    DAY,
    FINE_PERCENT,
    KEY_FIGURES,
    PERCENT,
    conversion,
    figure,
    money,
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
        task = bar.add_task(_("building the model"), total=1.0, left="")

        def report(progress: Any) -> None:
            left = _("{n} s left").format(n=round(max(time_limit - progress.seconds, 0.0)))
            if progress.gap == float("inf"):
                words = _("bound {bound}, no plan yet").format(bound=money(progress.bound))
                bar.update(task, description=words, left=left)
                return
            done = min(1.0, target_gap / progress.gap) if progress.gap > 0 else 1.0
            words = _("plan {plan}  bound {bound}  gap {gap}").format(
                plan=figure("objective").shown(progress.incumbent),
                bound=figure("bound").shown(progress.bound),
                gap=shown(progress.gap, FINE_PERCENT),
            )
            bar.update(task, description=words, completed=done, left=left)

        yield report


def print_summary(
    plan: Plan,
    finding: Audit,
    folder: Path,
    saving: Saving | None = None,
    conflict: Conflict | None = None,
    contracts: pd.DataFrame | None = None,
) -> None:
    """Print the summary of a run on stdout.

    Parameters
    ----------
    plan : Plan
        With or without tables.
    finding : Audit
        Result of checking the plan.
    folder : Path
        Folder of the run.
    saving : Saving, optional
        Against a baseline.
    conflict : Conflict, optional
        Why there is no plan.
    contracts : DataFrame, optional
        Of `contract_use.contract_terms_table`.
    """
    console = PlainConsole()
    outcome = plan.outcome
    about = _("under the rules of {day}, {seconds} s").format(
        day=shown(plan.as_of, DAY), seconds=shown(outcome.seconds, "{:.1f}")
    )
    console.print(Text.assemble("\n", (headline(outcome), "bold"), one_line(f"  {about}")))
    if outcome.status in (INFEASIBLE, NO_PLAN):
        console.print(_conditions(outcome))
        for line in conflict.lines if conflict else ():
            console.print(line)
        console.tell(_("results  {folder}").format(folder=folder))
        return
    if not len(plan.sites):
        console.print(_("No site is opened."))
    for line in (*_cost(outcome), *([saving.in_words] if saving else [])):
        console.print(line)
    if len(plan.sites):
        console.table(site_table(plan))
    for line in _contracts(contracts):
        console.print(line)
    console.table(key_figures(plan))
    if words := conversion():
        console.print(words)
    for orders, reason in why_unserved(plan.unserved):
        text = _("not served: {n} orders, {reason}").format(n=orders, reason=reason)
        console.print(text)
    if finding.clean:
        console.print(_("audit    clean"))
    else:
        console.print(_("audit    FAULTS: {faults}").format(faults="; ".join(finding.faults)))
    made = _("results  {folder}  ({files}, CSV tables)")
    console.tell(made.format(folder=folder, files=listed(("report.html", "plan.gpkg"))))


def print_audit(audit: RunAudit) -> None:
    """Print the checks of a run, its faults, and what an audit does not check.

    Parameters
    ----------
    audit : RunAudit
        Result of `verify`.
    """
    console = PlainConsole()
    numbers = (_("claimed"), _("recomputed"), _("difference"))
    table = columns((_("checked"), False), *((name, True) for name in numbers), ("", False))
    for check in audit.checks:
        difference = "" if check.difference is None else shown(check.difference, "{:.3g}")
        cells = (_(check.name), _checked(check.claimed), _checked(check.recomputed), difference)
        table.add_row(*cells, _(check.verdict))
    console.table(table)
    for number, fault in enumerate(audit.faults, 1):
        console.print(f"{number}. {fault}")
    console.print()
    console.print(_("Not checked:"), *(f"- {_(line)}" for line in audit.not_checked), sep="\n")


def _checked(value: float | str | None) -> str:
    if isinstance(value, float):
        return shown(value, "{:,.6f}")
    return "" if value is None else _(value)


def _cost(outcome: Outcome) -> Iterator[str]:
    """Yield the cost of the plan, what could still be saved, and its conditions in words."""
    yield _("cost {cost} a year (logistics, taxes, fixed cost, lost contribution)").format(
        cost=money(outcome.objective)
    )
    yield could_be_saved(outcome)
    yield _("this holds for {instance}; {conditions}").format(
        instance=_(outcome.bound_of), conditions=_conditions(outcome)
    )
    if outcome.merging_usd is not None:
        share = outcome.merging_usd / (outcome.objective or float("nan"))
        yield _(
            "aggregation error: without merging zones the same sites cost {usd} ({share})"
        ).format(usd=money(outcome.merging_usd, "{:+,.0f}"), share=shown(share, "{:+.2%}"))


def _contracts(terms: pd.DataFrame | None) -> Iterator[str]:
    """Yield what the contracts of open sites cost, and what they commit to beyond the year."""
    if terms is None or terms.empty:
        return
    yield counted(
        "contract of one open site: fees {paid} a year, {unused} of them without use",
        "contracts of {n} open sites: fees {paid} a year, {unused} of them without use",
        len(terms),
        paid=money(terms["paid_usd_year"].sum()),
        unused=money(terms["unused_minimum_usd"].sum()),
    )
    if terms["beyond_year_usd"].sum() > 0:
        text = _("committed after the year planned: {usd}, until {day} at the latest")
        last = shown(terms["committed_until"].max(), DAY)
        yield text.format(usd=money(terms["beyond_year_usd"].sum()), day=last)


def _conditions(outcome: Outcome) -> str:
    if not outcome.conditions:
        return _("conditions: none")
    return _("conditions: {texts}").format(texts=conditions_in_words(outcome))


def key_figures(plan: Plan) -> Table:
    """Return the key figures of a plan as a table.

    Parameters
    ----------
    plan : Plan
        With key figures.
    """
    table = lines()
    for item in PLAN_KPIS.pick(*KEY_FIGURES):
        table.add_row(item.label, item.with_unit(plan.kpis[item.key]))
    shares = plan.kpis["channel_share"].items()
    used = [f"{shown(name, 'channel')} {shown(part, PERCENT)}" for name, part in shares if part > 0]
    table.add_row(PLAN_KPIS["channel_share"].label, listed(used))
    return table


def site_table(plan: Plan) -> Table:
    """Return the open sites of a plan as a table.

    Parameters
    ----------
    plan : Plan
        With sites.
    """
    table = columns(*((item.heading, item.is_number) for item in SITE_COLUMNS))
    for row in plan.sites.to_dict("records"):
        cells = {item.key: item.shown(row[item.key]) for item in SITE_COLUMNS}
        cells["peak_utilisation"] += f" ({row['peak_period']})"
        table.add_row(*cells.values())
    return table
