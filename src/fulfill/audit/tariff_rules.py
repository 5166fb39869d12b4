"""Which row of tariffs.csv answers an entry: the auditor's own reading of the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.problem import Problem


@dataclass(frozen=True)
class Rule:
    """What an entry pays: rate and user fee as shares of the base, and a fee per parcel in USD."""

    rate: float
    fee_share: float
    base: str
    fixed_usd: float


@dataclass(frozen=True)
class Rules:
    """The rows of tariffs.csv in force on a day, and the value of one formal entry in USD."""

    rows: tuple[dict[Any, Any], ...]
    entry_value_usd: float

    @classmethod
    def of(cls, problem: Problem) -> Rules:
        """Return the rules of a problem's day."""
        table, day = problem.network["tariffs"], pd.Timestamp(problem.regime.as_of)
        holds = (table["valid_from"] <= day) & ~(table["valid_to"] < day)
        open_end = {"value_to_usd": np.inf, "fee_max_usd": np.inf}
        rows = tuple(table[holds].fillna(open_end).to_dict("records"))
        return cls(rows, problem.network.parameters["entry_value_usd"])

    def find(
        self, country: str, kind: str, group: str, tariff_class: str, value: float
    ) -> Rule | None:
        """Return the rule of an entry: a named group beats `any`, then a named class does.

        Value bands are (from, to]; a value of zero is in the lowest one.
        """
        fits = [
            row
            for row in self.rows
            if (row["destination"], row["entry_kind"]) == (country, kind)
            and row["origin_group"] in (group, "any")
            and row["tariff_class"] in (tariff_class, "any")
            and (row["value_from_usd"] < value or row["value_from_usd"] == value == 0)
            and value <= row["value_to_usd"]
        ]
        if not fits:
            return None
        row = min(fits, key=lambda r: (r["origin_group"] == "any", r["tariff_class"] == "any"))
        least = max(row["fee_rate"] * self.entry_value_usd, row["fee_min_usd"])
        fee_share = min(least, row["fee_max_usd"]) / self.entry_value_usd
        return Rule(row["rate"], fee_share, row["base"], row["fixed_usd"])
