"""Terminal output of a baseline: cost, sites, findings, and the ledger beside the model."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.table import Table

from fulfill.report.terminal.console import PlainConsole, columns
from fulfill.report.terminal.plan import key_figures, site_table
from fulfill.study.capacity_use import over_capacity
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.ledger import Reconciled
from fulfill.study.outputs import CAPACITY, LEDGER_PARTS
from fulfill.study.present import Baseline
from fulfill.study.run import Run
from fulfill.study.verdict import conditions_in_words, why_unserved
from fulfill.study.vocabulary import DAY, conversion, money, shown

OVER = CAPACITY.pick(
    "resource_name", "kind", "period_name", "used", "capacity", "unit", "utilisation"
)
MOST = 10
"""Resources beyond their capacity that are listed; capacity.csv has all."""


def print_baseline(run: Run, folder: Path) -> None:
    """Print the summary of a baseline on stdout.

    Parameters
    ----------
    run : Run
        Of `baseline.read_baseline`.
    folder : Path
        Folder of the run.
    """
    console, plan, priced = PlainConsole(), run.plan, run.baseline or Baseline()
    text = _("the present network costs {cost} a year under the rules of {day}")
    cost = money(run.outcome.objective)
    console.print(text.format(cost=cost, day=shown(plan.as_of, DAY)))
    if run.outcome.conditions:
        texts = conditions_in_words(run.outcome)
        console.print(_("conditions: {texts}").format(texts=texts))
    if len(plan.sites):
        console.table(site_table(plan))
    console.table(key_figures(plan))
    if words := conversion():
        console.print(words)
    for orders, reason in why_unserved(plan.unserved):
        console.print(_("not served: {n} orders, {reason}").format(n=orders, reason=reason))
    for chosen in priced.chosen:
        console.print(_(chosen))
    over = over_capacity(plan.capacity)
    if len(over):
        console.table(_over(over))
    for finding in priced.findings:
        console.print(_("finding  {text}").format(text=finding))
    if priced.reconciled is not None:
        _print_ledger(console, priced.reconciled)
    clean = _("audit    clean")
    faults = _("audit    FAULTS: {faults}").format(faults="; ".join(run.audit.faults))
    console.print(clean if run.audit.clean else faults)
    made = _("results  {folder}  ({files}, CSV tables)")
    console.tell(made.format(folder=folder, files=listed(("baseline.html", "report.html"))))


def _over(rows: pd.DataFrame) -> Table:
    """Return the resources beyond their capacity, the worst first."""
    table = columns(*((item.heading, item.is_number) for item in OVER))
    for row in rows.head(MOST).to_dict("records"):
        table.add_row(*(item.shown(row[item.key]) for item in OVER))
    return table


def _print_ledger(console: PlainConsole, reconciled: Reconciled) -> None:
    keys = ["part", "model_usd", "ledger_usd", "difference_usd", "how"]
    keys += ["factor", "scaled_usd"] if reconciled.factors else []
    figures = LEDGER_PARTS.pick(*keys)
    table = columns(*((item.heading, item.is_number) for item in figures))
    for row in reconciled.rows.to_dict("records"):
        table.add_row(*(item.shown(row[item.key]) for item in figures))
    console.table(table)
    console.print(reconciled.verdict)
