"""What a run found, in the words of terminal, page and repr: first line, conditions, unserved."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.model.decisions import (
    EXHAUSTED,
    INFEASIBLE,
    INTERRUPTED,
    NO_PLAN,
    PROVEN,
    TIME_LIMIT,
    Outcome,
)
from fulfill.study.vocabulary import FINE_PERCENT, STATUS_SENTENCES, WHOLE, shown

ENDED = {
    PROVEN: "",
    TIME_LIMIT: ", cut by the time limit",
    INTERRUPTED: ", INTERRUPTED",
    EXHAUSTED: "",
}
BEFORE_A_PLAN = {
    TIME_LIMIT: "the time limit was reached",
    INTERRUPTED: "INTERRUPTED",
    EXHAUSTED: "the search ended",
}
ADVICE = {
    TIME_LIMIT: "allow more time (--time-limit) or merge zones (--resolution)",
    INTERRUPTED: "let it run on, or merge zones (--resolution)",
    EXHAUSTED: "more time does not help; merge zones (--resolution) or try another --method",
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
    status, ended_by = outcome.status, outcome.ended_by
    if status == INFEASIBLE:
        return f"{status}: {STATUS_SENTENCES[status]}"
    if status == NO_PLAN:
        why = BEFORE_A_PLAN.get(ended_by, BEFORE_A_PLAN[EXHAUSTED])
        return f"{status}: {why} before a plan was found; {ADVICE.get(ended_by, ADVICE[EXHAUSTED])}"
    line = f"{status}{ENDED[ended_by]}"
    if not outcome.is_poor:
        return line
    could = "how much could be saved is not known"
    if np.isfinite(outcome.gap):
        gap = shown(outcome.gap, FINE_PERCENT)
        could = f"up to {shown(outcome.gap_usd, WHOLE)} USD a year ({gap}) could be saved"
    return f"{line}: {could}; {ADVICE[ended_by]}"


def conditions_in_words(outcome: Outcome) -> str:
    """Return the conditions of a plan and its bound as one text; empty where there are none."""
    return "; ".join(outcome.conditions)


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
    listed = [
        (
            shown(orders, WHOLE),
            shown(reason, "unserved_reason") + (f" ({limits})" if limits else ""),
        )
        for reason, limits, orders in total.head(most).reset_index().to_numpy().tolist()
    ]
    if len(total) > most:
        rest = total.iloc[most:]
        listed.append((shown(rest.sum(), WHOLE), f"{len(rest)} more reasons in unserved.csv"))
    return listed
