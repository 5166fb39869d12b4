"""Page of the losses of a plan."""

from __future__ import annotations

from fulfill.analysis.stress.findings import sentences
from fulfill.analysis.stress.losses import PAIR
from fulfill.analysis.stress.stress import Stress
from fulfill.report.html import page as base
from fulfill.report.html.page import html_table
from fulfill.report.html.risk_charts import interval_chart
from fulfill.study.language import translated as _
from fulfill.study.resolve import QUICK
from fulfill.study.risk_outputs import LOSSES, REMEDIES
from fulfill.study.vocabulary import DAY, money, named, shown

DRAWN = 20
"""Losses that the chart shows; the table has all."""
COLUMNS = LOSSES.pick(
    "kind",
    "name",
    "period",
    "loss_usd",
    "loss_usd_low",
    "loss_usd_high",
    "lead_time_days",
    "cancelled_orders",
    "unserved_orders",
    "grade",
    "set",
)


def page(found: Stress) -> str:
    """Render the page of the losses of a plan.

    Parameters
    ----------
    found : Stress

    Returns
    -------
    str
        HTML.
    """
    problem, losses = found.run.problem, found.losses
    drawn = losses.head(DRAWN)
    kinds = named("lost", drawn["kind"])
    names = [f"{name} ({kind})" for name, kind in zip(drawn["name"], kinds, strict=True)]
    text = _("Bars: the loss that was found. Lines: the interval of the loss with the best "
             "allocation.")  # fmt: skip
    return base.page(
        "stress.html",
        problem.network.title,
        {
            "losses": interval_chart(
                names, drawn["loss_usd"], drawn["loss_usd_low"], drawn["loss_usd_high"], text
            )
        }
        if len(drawn)
        else {},
        as_of=shown(found.run.plan.as_of, DAY),
        names=(problem.network.name, problem.demand.name),
        base=money(found.base_usd),
        sentences=sentences(found),
        any_quick=bool((losses["grade"] == QUICK).any()),
        any_pair=bool((losses["kind"] == PAIR).any()),
        audit_faults=found.faults,
        loss_table=html_table(losses, COLUMNS),
        remedy_table=html_table(found.remedies, REMEDIES.pick(*REMEDIES.keys[1:]))
        if len(found.remedies)
        else "",
        conditions=found.run.outcome.conditions,
    )
