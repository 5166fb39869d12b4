"""Page of the losses of a plan."""

from __future__ import annotations

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
    intervals = (drawn[key] for key in ("loss_usd", "loss_usd_low", "loss_usd_high"))
    text = _("Bars: the loss that was found. Lines: the interval of the loss with the best "
             "allocation.")  # fmt: skip
    return base.page(
        "stress.html",
        problem.network.title,
        {"losses": interval_chart(names, *intervals, text)} if len(drawn) else {},
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


def sentences(found: Stress) -> list[str]:
    """Return what the losses of a plan say, in the language of the context.

    Parameters
    ----------
    found : Stress

    Returns
    -------
    list of str
        The largest loss alone, and the remedy that buys most of it back.
    """
    alone = found.losses[found.losses["kind"] != PAIR]
    if alone.empty:
        return [_("The plan uses nothing that has a capacity.")]
    worst = alone.iloc[0]
    if not worst["loss_usd"] < float("inf"):
        return [_("Without {name} there is no plan.").format(name=worst["name"])]
    text = _(
        "The plan depends most on {name} ({kind}): its loss costs {loss} a year, between {low} and "
        "{high} with the best allocation."
    )
    amounts = {key: money(worst[f"loss_usd{end}"])
               for key, end in (("loss", ""), ("low", "_low"), ("high", "_high"))}  # fmt: skip
    told = [
        text.format(name=worst["name"], kind=shown(worst["kind"], "lost"), **amounts)
    ]
    remedies = found.remedies[found.remedies["loss"] == worst["id"]]
    if len(remedies):
        best = remedies.iloc[0]
        text = _("What buys most of it back: {remedy} {id}, {usd} a year.")
        remedy, usd = shown(best["kind"], "remedy"), money(best["bought_back_usd"])
        told.append(text.format(remedy=remedy, id=best["id"], usd=usd).replace(" ,", ","))
    return told
