"""What the losses of a plan say, in words."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.stress.losses import PAIR
from fulfill.analysis.stress.stress import Stress
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money, shown


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
    if not np.isfinite(worst["loss_usd"]):
        return [_("Without {name} there is no plan.").format(name=worst["name"])]
    text = _(
        "The plan depends most on {name} ({kind}): its loss costs {loss} a year, between {low} and "
        "{high} with the best allocation."
    )
    amounts = {key: money(worst[f"loss_usd{end}"])
               for key, end in (("loss", ""), ("low", "_low"), ("high", "_high"))}  # fmt: skip
    told = [text.format(name=worst["name"], kind=shown(worst["kind"], "lost"), **amounts)]
    remedies = found.remedies[found.remedies["loss"] == worst["id"]]
    if len(remedies):
        best = remedies.iloc[0]
        text = _("What buys most of it back: {remedy} {id}, {usd} a year.")
        remedy, usd = shown(best["kind"], "remedy"), money(best["bought_back_usd"])
        told.append(text.format(remedy=remedy, id=best["id"], usd=usd).replace(" ,", ","))
    return told
