"""Fees of customs entries besides the duty: each with its own base, floor, cap and transport mode.

The US merchandise processing fee (MPF) has a floor and a cap, the harbor maintenance fee (HMF) has
neither and is due on sea entries only. They are therefore separate rows of entry_fees.csv, and
every row that applies to an entry is charged. Rows of the same `fee` follow one another in time:
two that applied to the same entry would charge it twice.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

FILE = "entry_fees.csv"
ANY = "any"
"""Stands for every origin group, or every transport mode."""


@dataclass(frozen=True)
class Fee:
    """One fee of a formal or preferential entry.

    Attributes
    ----------
    name : str
        For messages.
    rate : float
        Share of the base.
    base : str
        ``cif`` or ``fob``.
    min_usd, max_usd : float
        Bounds of the fee of one entry, USD; the upper one may be infinite.
    transport_mode : str
        ``sea``, ``air`` or ``road``: how goods enter that owe the fee; ``any`` for all.
    """

    name: str
    rate: float
    base: str
    min_usd: float = 0.0
    max_usd: float = np.inf
    transport_mode: str = ANY

    def share(self, entry_value_usd: float, transport_mode: str) -> float:
        """Return the fee as a share of the base.

        Parameters
        ----------
        entry_value_usd : float
            Value of one entry, USD, positive; the bounds apply to the fee of the whole entry.
        transport_mode : str
            How the goods enter: sea, air or road.

        Returns
        -------
        float
            0 for goods that enter by a mode for which the fee is not due.
        """
        if self.transport_mode not in (ANY, transport_mode):
            return 0.0
        return min(max(self.rate * entry_value_usd, self.min_usd), self.max_usd) / entry_value_usd


def fees_on(entry_fees: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return the rows of entry_fees.csv in force on a day; an empty `valid_to` is an open end."""
    day = np.datetime64(as_of, "s")
    until = entry_fees["valid_to"]
    return entry_fees[(entry_fees["valid_from"] <= day) & (until.isna() | (until >= day))]


def applicable_fees(
    rows: pd.DataFrame, destination: str, entry_kind: str, origin_group: str
) -> tuple[Fee, ...]:
    """Return the fees that an entry owes, whichever way the goods enter.

    Parameters
    ----------
    rows : DataFrame
        What `fees_on` returned.
    destination : str
        Country of entry.
    entry_kind : str
        formal or preferential.
    origin_group : str
        As in tariffs.csv.

    Returns
    -------
    tuple of Fee
    """
    hit = rows[
        (rows["destination"] == destination)
        & (rows["entry_kind"] == entry_kind)
        & rows["origin_group"].isin([origin_group, ANY])
    ]
    columns = ("fee", "rate", "base", "min_usd", "max_usd", "transport_mode")
    return tuple(
        Fee(name, float(rate), base, float(low), np.inf if np.isnan(high) else float(high), mode)
        for name, rate, base, low, high, mode in zip(*(hit[c] for c in columns), strict=True)
    )


def double_fee_faults(entry_fees: pd.DataFrame, file: str = FILE) -> list[Fault]:
    """Find rows that would charge the same fee twice to one entry, and rows that end too early.

    Parameters
    ----------
    entry_fees : DataFrame
        In the form of entry_fees.csv.
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Fault
        F303 for a fee charged twice, F205 for rows that end before they begin.
    """
    faults = []
    open_end = np.datetime64("9999-12-31", "s")
    end = entry_fees["valid_to"].fillna(open_end)
    rows = entry_fees.assign(valid_to=end)
    for _, group in rows.groupby(["fee", "destination", "entry_kind"], sort=False):
        listed = group.to_dict("records")
        for place, later in enumerate(listed):
            for earlier in listed[:place]:
                if _common_entry(earlier, later):
                    detail = f"charges {later['fee']} again besides row {int(earlier[ROW])}"
                    faults.append(
                        Fault("F303", file, int(later[ROW]), "fee_id", later["fee_id"], detail)
                    )
    wrong = rows[rows["valid_to"] < rows["valid_from"]]
    faults += [Fault("F205", file, int(line), "valid_to", str(day.date()), "ends before it begins")
               for line, day in zip(wrong[ROW], wrong["valid_to"], strict=True)]  # fmt: skip
    return faults


def _common_entry(one: Mapping[Hashable, Any], other: Mapping[Hashable, Any]) -> bool:
    """Tell whether two rows of a fee apply to the same entry on a common day."""
    same = all(
        one[name] == other[name] or ANY in (one[name], other[name])
        for name in ("origin_group", "transport_mode")
    )
    return same and bool(
        one["valid_from"] <= other["valid_to"] and other["valid_from"] <= one["valid_to"]
    )
