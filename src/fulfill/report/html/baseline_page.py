"""Page of a baseline: what the present network costs, what it breaks, and the books beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.plan_tables import site_table
from fulfill.study.capacity_use import over_capacity
from fulfill.study.ledger import Reconciled
from fulfill.study.outputs import CAPACITY, COSTS, LEDGER, LEDGER_PARTS, PLAN_KPIS
from fulfill.study.present import Baseline
from fulfill.study.run import Run
from fulfill.study.vocabulary import DAY, KEY_FIGURES, money, shown

OVER = CAPACITY.pick(
    "resource_name", "kind", "period_name", "used", "capacity", "unit", "utilisation"
)


def write_baseline_page(run: Run, path: Path) -> None:
    """Write the page of a baseline.

    Parameters
    ----------
    run : Run
        Of `baseline.read_baseline`.
    path : Path
        File to write.
    """
    plan, problem = run.plan, run.problem
    priced = run.baseline or Baseline()
    known = PLAN_KPIS.pick(*(key for key in KEY_FIGURES if key in plan.kpis))
    over = over_capacity(plan.capacity)
    parts = plan.parts[plan.parts["usd_year"].abs() > 0.5]
    write_page(
        path,
        "baseline.html",
        problem.network.title,
        {},
        as_of=shown(plan.as_of, DAY),
        names=(problem.network.name, problem.demand.name),
        cost=money(run.outcome.objective),
        conditions=run.outcome.conditions,
        findings=priced.findings,
        over_table=html_table(over, OVER) if len(over) else "",
        chosen=priced.chosen,
        audit_faults=run.audit.faults,
        key_figures=[(item, item.in_short(plan.kpis[item.key])) for item in known],
        cost_table=html_table(
            parts.sort_values("usd_year", ascending=False),
            [one for one in COSTS.figures if one.key in parts],
        ),
        site_table=site_table(plan, problem),
        **_ledger(priced.reconciled),
    )


def _ledger(reconciled: Reconciled | None) -> dict[str, Any]:
    """Return the tables of the ledger; empty without one."""
    if reconciled is None:
        return {"verdict": "", "ledger_table": "", "month_table": "", "scaled": False}
    keys = ["part", "model_usd", "ledger_usd", "difference_usd", "how"]
    keys += ["factor", "scaled_usd"] if reconciled.factors else []
    return {
        "verdict": reconciled.verdict,
        "ledger_table": html_table(reconciled.rows, LEDGER_PARTS.pick(*keys)),
        "month_table": html_table(reconciled.table, LEDGER.figures),
        "scaled": bool(reconciled.factors),
    }
