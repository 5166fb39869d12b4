"""Page of the figures to have confirmed first."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.questions.ask import Asked
from fulfill.analysis.questions.findings import sentences
from fulfill.analysis.questions.requests import requests
from fulfill.report.html import page as base
from fulfill.report.html.page import html_table
from fulfill.report.html.risk_charts import interval_chart
from fulfill.report.html.style import Chart
from fulfill.study.language import translated as _
from fulfill.study.risk_outputs import QUESTIONS, SITE_SHARES
from fulfill.study.vocabulary import DAY, shown

DRAWN = 20
"""Groups that the chart shows; the table has all."""
COLUMNS = QUESTIONS.pick(
    "group",
    "rows",
    "regret_usd",
    "distinguishable",
    "value_usd",
    "exposure_usd",
    "sites_changed",
    "low_mail_share",
    "high_mail_share",
    "ask",
)
EXPLAINED = QUESTIONS.pick("group", "first_order", "first_order_error")
EXPLAINING = 10
"""Groups with the largest first-order indices that are listed."""


def page(found: Asked) -> str:
    """Render the page.

    Parameters
    ----------
    found : Asked

    Returns
    -------
    str
        HTML.
    """
    problem, table, joint = found.run.problem, found.table, found.joint
    drawings = {"regrets": _regrets(found)} if len(table) else {}
    explained = table.dropna(subset=["first_order"])
    explained = explained.sort_values("first_order", ascending=False).head(EXPLAINING)
    return base.page(
        "ask.html",
        problem.network.title,
        drawings,
        as_of=shown(found.run.plan.as_of, DAY),
        names=(problem.network.name, problem.demand.name),
        zones=len(found.run.instance.zones),
        sentences=sentences(found),
        requests=list(requests(found)),
        question_table=html_table(table, COLUMNS) if len(table) else "",
        left_out=len(found.left_out),
        samples=0 if joint is None else len(joint.plans),
        site_table="" if joint is None else html_table(joint.sites, SITE_SHARES.figures),
        explained_table=html_table(explained, EXPLAINED) if len(explained) else "",
        conditions=found.run.outcome.conditions,
    )


def _regrets(found: Asked) -> Chart:
    """Draw the regret of each group, with what the gap leaves open."""
    ends = found.ends[:DRAWN]
    worst = [max(pair, key=lambda one: one.regret_usd) for pair in ends]
    regret = np.array([one.regret_usd for one in worst])
    gap = np.array([one.gap_usd for one in worst])
    text = _("Bars: the regret that was found. Lines: up to what a still cheaper plan could add.")
    return interval_chart(found.table["group"].head(DRAWN).tolist(), regret, regret, regret + gap,
                          text)  # fmt: skip
