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
        Duty rate and the user fee of the row, as shares of the base.
    base : {'courier_value', 'cif', 'fob'}
        Customs value that the rate applies to.
    fixed_usd : float
        Fee per parcel, USD.
    kind : {'courier', 'formal', 'preferential'}
        Kind of entry that the row is for.
    """

    rate: float
    fee_share: float
    base: str
    fixed_usd: float
    kind: str


@dataclass(frozen=True)
class Rules:
    """The rows of tariffs.csv in force on a date.

    Attributes
    ----------
    rows : tuple of dict
        Rows by column; open ends of value bands and fees are infinite.
    fees : tuple of dict
        The rows of entry_fees.csv in force, likewise.
    entry_value_usd : float
        Value of one formal entry, over which its user fees are spread, USD.
    free : bool
        The network has no tariffs.csv: no entry owes a duty.
    """

    rows: tuple[dict[Any, Any], ...]
    fees: tuple[dict[Any, Any], ...]
    entry_value_usd: float
    free: bool

    @classmethod
    def of(cls, problem: Problem) -> Rules:
        """Return the rules in force on the as-of date of a problem."""
        day = pd.Timestamp(problem.regime.as_of)

        def in_force(name: str, *open_ends: str) -> tuple[dict[Any, Any], ...]:
            table = problem.network[name]
            holds = (table["valid_from"] <= day) & ~(table["valid_to"] < day)
            return tuple(table[holds].fillna(dict.fromkeys(open_ends, np.inf)).to_dict("records"))

        return cls(
            in_force("tariffs", "value_to_usd", "fee_max_usd"),
            in_force("entry_fees", "max_usd"),
            problem.network.parameters["entry_value_usd"],
            len(problem.network["tariffs"]) == 0,
        )

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
            Tariff group of the origin of the goods.
        tariff_class : str
            Of the goods.
        value : float
            Customs value, USD.

        Returns
        -------
        Rule or None
            None where no row applies.
        """
        if self.free:
            return Rule(0.0, 0.0, "cif", 0.0, kind)
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
        return Rule(row["rate"], fee_share, row["base"], row["fixed_usd"], kind)

    def other_fees(self, country: str, kind: str, group: str, mode: str) -> dict[str, float]:
        """Return the fees of entry_fees.csv that an entry owes.

        Parameters
        ----------
        country, kind, group : str
            As in `find`.
        mode : {'sea', 'air', 'road'}
            How the goods enter the country.

        Returns
        -------
        dict of str to float
            Sum of the fees by base, 'cif' and 'fob', as shares of it.
        """
        shares = {"cif": 0.0, "fob": 0.0}
        for row in self.fees:
            due = (
                (row["destination"], row["entry_kind"]) == (country, kind)
                and row["origin_group"] in ("any", group)
                and row["transport_mode"] in ("any", mode)
            )
            if due:
                usd = min(row["max_usd"], max(row["min_usd"], row["rate"] * self.entry_value_usd))
                shares[row["base"]] += usd / self.entry_value_usd
        return shares
