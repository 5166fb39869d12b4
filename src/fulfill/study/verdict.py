"""What a run found, in the words of terminal, page and repr: first line, conditions, unserved.

All texts are in the language of the context.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.model.decisions import (
    BASELINE,
    EXHAUSTED,
    INFEASIBLE,
    INTERRUPTED,
    NO_PLAN,
    TIME_LIMIT,
    Outcome,
)
from fulfill.study.labels import STATUS_SENTENCES
from fulfill.study.language import Message, listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import FINE_PERCENT, WHOLE, limits_shown, money, shown

ENDED = {
    TIME_LIMIT: Message("{status}, cut by the time limit"),
    INTERRUPTED: Message("{status}, INTERRUPTED"),
}
"""First line of a plan whose search was cut."""
NO_PLAN_BECAUSE = {
    TIME_LIMIT: Message("{status}: the time limit was reached before a plan was found; {advice}"),
    INTERRUPTED: Message("{status}: INTERRUPTED before a plan was found; {advice}"),
    EXHAUSTED: Message("{status}: the search ended before a plan was found; {advice}"),
}
ADVICE = {
    TIME_LIMIT: Message("allow more time (--time-limit) or merge zones (--resolution)"),
    INTERRUPTED: Message("let it run on, or merge zones (--resolution)"),
    EXHAUSTED: Message(
        "more time does not help; merge zones (--resolution) or try another --method"
    ),
}
SHOWN_REASONS = 6
"""Largest number of reasons that are listed for unserved orders; unserved.csv has all."""


def headline(outcome: Outcome) -> str:
    """Return the status in one line: what ended the search, and what a large gap means.

    Parameters
    ----------
    outcome : Outcome
        Of any run.

    Returns
    -------
    str
        Begins with the status; no full stop at the end.
    """
    status, ended_by = shown(outcome.status, "status"), outcome.ended_by
    if outcome.status == INFEASIBLE:
        return _("{status}: {meaning}").format(
            status=status, meaning=_(STATUS_SENTENCES[outcome.status])
        )
    if outcome.status == NO_PLAN:
        cause = ended_by if ended_by in ADVICE else EXHAUSTED
        return _(NO_PLAN_BECAUSE[cause]).format(status=status, advice=_(ADVICE[cause]))
    line = _(ENDED[ended_by]).format(status=status) if ended_by in ENDED else status
    if not outcome.is_poor:
        return line
    if not np.isfinite(outcome.gap):
        return _("{status}: how much could be saved is not known; {advice}").format(
            status=line, advice=_(ADVICE[ended_by])
        )
    return _("{status}: up to {usd} a year ({gap}) could be saved; {advice}").format(
        status=line,
        usd=money(outcome.gap_usd),
        gap=shown(outcome.gap, FINE_PERCENT),
        advice=_(ADVICE[ended_by]),
    )


def could_be_saved(outcome: Outcome) -> str:
    """Return in one line what the bound says: how much cheaper another plan could be.

    Parameters
    ----------
    outcome : Outcome
        With a plan.

    Returns
    -------
    str
        No capital at the begin, no full stop at the end.
    """
    if outcome.status == BASELINE:
        return _("nothing was optimised, so it is not said how much could be saved")
    if not np.isfinite(outcome.bound):
        return _("the search found no bound, so it is not known how much could still be saved")
    if outcome.bound_kind == "certified":
        text = _(
            "no plan costs less than {bound}, which is proven and was computed a second time: at "
            "most {usd} a year ({gap}) could still be saved"
        )
    else:
        text = _(
            "no plan costs less than {bound}, as reported by the solver: at most {usd} a year "
            "({gap}) could still be saved"
        )
    return text.format(
        bound=money(outcome.bound),
        usd=money(outcome.gap_usd),
        gap=shown(outcome.gap, FINE_PERCENT),
    )


def conditions_in_words(outcome: Outcome) -> str:
    """Return the conditions of a plan and its bound as one text; empty where there are none."""
    return listed(map(_, outcome.conditions), "; ")


def why_unserved(table: pd.DataFrame, most: int = SHOWN_REASONS) -> list[tuple[str, str]]:
    """Return unserved orders and their reason, the most orders first.

    Parameters
    ----------
    table : DataFrame
        Of `unserved.unserved_table`.
    most : int
        Largest number of reasons; the others are added up in one more.

    Returns
    -------
    list of (str, str)
        Number of orders, and the reason with the limits that were reached; less than half an order
        is left out.
    """
    if table.empty:
        return []
    total = table.groupby(["reason", "limits"], sort=True)["orders"].sum()
    total = total[total >= 0.5].sort_values(ascending=False, kind="stable")
    reasons = [
        (shown(orders, WHOLE), _reason(reason, limits))
        for reason, limits, orders in total.head(most).reset_index().to_numpy().tolist()
    ]
    if len(total) > most:
        rest = total.iloc[most:]
        others = _("{n} more reasons in unserved.csv").format(n=len(rest))
        reasons.append((shown(rest.sum(), WHOLE), others))
    return reasons


def _reason(reason: str, limits: str) -> str:
    """Return a reason with the limits that were reached, if any."""
    words = shown(reason, "unserved_reason")
    if not limits:
        return words
    return _("{reason} ({limits})").format(reason=words, limits=limits_shown(limits))
