"""What a conversion cannot carry, changes or assumes: one row each, for the list beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd

NOT_CARRIED = "not carried"
CHANGED = "changed"
ASSUMED = "assumed"


@dataclass(frozen=True)
class Loss:
    """One thing that is not the same after a conversion.

    Attributes
    ----------
    kind : str
        `NOT_CARRIED`, `CHANGED` or `ASSUMED`.
    table : str
        Table of the source, or for what is assumed of the result.
    column : str
        Column, or columns; empty for the whole table.
    rows : int
        Number of rows.
    reason, remedy : str
        Why, and what to do.
    """

    kind: str
    table: str
    column: str
    rows: int
    reason: str
    remedy: str


def loss_table(losses: Iterable[Loss]) -> pd.DataFrame:
    """Return losses as a table, what is not carried first.

    Parameters
    ----------
    losses : iterable of Loss

    Returns
    -------
    DataFrame
        A column for each attribute of `Loss`.
    """
    order = (NOT_CARRIED, CHANGED, ASSUMED)
    rows = sorted(dict.fromkeys(losses), key=lambda loss: order.index(loss.kind))
    return pd.DataFrame([asdict(loss) for loss in rows], columns=[one.name for one in fields(Loss)])
