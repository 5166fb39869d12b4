"""Independent lookup of the tariff rule of an entry in tariffs.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.problem import Problem


@dataclass(frozen=True)
class Rule:
    """Charges on an entry.

    Attributes
    ----------
    rate, fee_share : float
        Duty rate and customs user fee, as shares of the base.
    base : {'courier_value', 'cif', 'fob'}
        Customs value that the rate applies to.
    fixed_usd : float
        Fee per parcel, USD.
    """

    rate: float
    fee_share: float
    base: str
    fixed_usd: float


@dataclass(frozen=True)
class Rules:
    """The rows of tariffs.csv in force on a date.

    Attributes
    ----------
    rows : tuple of dict
        Rows by column; open ends of value bands and fees are infinite.
    entry_value_usd : float
        Value of one formal entry, over which its user fee is spread, USD.
    """

    rows: tuple[dict[Any, Any], ...]
    entry_value_usd: float

    @classmethod
    def of(cls, problem: Problem) -> Rules:
        """Return the rules in force on the as-of date of a problem."""
        table, day = problem.network["tariffs"], pd.Timestamp(problem.regime.as_of)
        holds = (table["valid_from"] <= day) & ~(table["valid_to"] < day)
        open_end = {"value_to_usd": np.inf, "fee_max_usd": np.inf}
        rows = tuple(table[holds].fillna(open_end).to_dict("records"))
        return cls(rows, problem.network.parameters["entry_value_usd"])

    def find(
        self, country: str, kind: str, group: str, tariff_class: str, value: float
    ) -> Rule | None:
        """Return the rule of an entry.

        A row that names the origin group precedes one for `any`; among those, a row that names the
        tariff class does. Value bands are open below and closed above, (from, to]; a value of zero
        belongs to the lowest band.

        Parameters
        ----------
        country : str
            Destination.
        kind : {'courier', 'formal', 'preferential'}
            Kind of entry.
        group : str
            Origin group, such as CN or USMCA.
        tariff_class : str
            Of the goods.
        value : float
            Customs value, USD.

        Returns
        -------
        Rule or None
            None where no row applies.
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
