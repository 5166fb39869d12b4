"""The tax and tariff rules in force on a date, with one rule for each entry or none.

A row that names the origin group takes precedence over `any`; among those, a row that names the
tariff class takes precedence over `any`. Two equally specific rows that hold on the same day for
the same value would leave the rule undefined; they are an overlap, and a fault. Value bands exclude
their lower end and include their upper one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.entry_fees import Fee, applicable_fees, fees_on
from fulfill.inputs.faults import Fault

FILE = "tariffs.csv"


@dataclass(frozen=True)
class Duty:
    """What one customs entry pays: the tariff row that applies.

    Attributes
    ----------
    rule_id : str
        Key of the row in tariffs.csv.
    rate : float
        Share of the base: the all-in rate of courier entry (VAT included), otherwise the duty.
    base : str
        What `rate` applies to: courier_value, cif or fob.
    fixed_usd : float
        Fixed fee per parcel, USD.
    fees : tuple of Fee
        Customs user fees besides the duty: that of the row and those of entry_fees.csv.
    """

    rule_id: str
    rate: float
    base: str
    fixed_usd: float
    fees: tuple[Fee, ...] = ()

    def fee_share(self, base: str, entry_value_usd: float, transport_mode: str) -> float:
        """Return the user fees on one base as a share of it.

        Parameters
        ----------
        base : str
            ``cif`` or ``fob``; fees on the other base are not counted.
        entry_value_usd : float
            Value of one formal entry, USD; the bounds of a fee apply to the entry as a whole.
        transport_mode : str
            How the goods enter: sea, air or road.

        Returns
        -------
        float
        """
        return sum(
            fee.share(entry_value_usd, transport_mode) for fee in self.fees if fee.base == base
        )


@dataclass(frozen=True)
class Regime:
    """The tariff rows and entry fees in force on one day.

    Attributes
    ----------
    as_of : date
    rows : DataFrame
        The rows of tariffs.csv that hold on that day.
    fee_rows : DataFrame
        The rows of entry_fees.csv that hold on that day.
    untaxed : bool
        There is no tariffs.csv: duties are not part of the case, and every entry is free of them.
    """

    as_of: date
    rows: pd.DataFrame
    fee_rows: pd.DataFrame
    untaxed: bool = False

    def find(
        self, destination: str, entry_kind: str, origin_group: str, tariff_class: str, value: float
    ) -> Duty | None:
        """Return the rule that applies to goods of a value.

        Parameters
        ----------
        destination : str
            Country of entry.
        entry_kind : str
            courier, formal or preferential.
        origin_group : str
            Of the country of origin, see `inputs.origins`.
        tariff_class : str
            Class of the product.
        value : float
            Customs value, USD; zero belongs to the lowest band.

        Returns
        -------
        Duty or None
            None where no row applies. The goods cannot enter then: it does not mean free of duty.
        """
        if self.untaxed:
            fees = applicable_fees(self.fee_rows, destination, entry_kind, origin_group)
            return Duty("", 0.0, "cif", 0.0, tuple(fees))
        found = [
            (rule, row)
            for rule, row in self._by_entry.get((destination, entry_kind), ())
            if row["origin_group"] in (origin_group, "any")
            and row["tariff_class"] in (tariff_class, "any")
            and (row["value_from_usd"] < value or row["value_from_usd"] == value == 0)
            and not value > row["value_to_usd"]  # an open end is NaN
        ]
        if not found:
            return None
        # the origin group outranks the class; without overlaps no two rows have the same rank
        rule, _ = max(
            found,
            key=lambda pair: (
                pair[1]["origin_group"] == origin_group,
                pair[1]["tariff_class"] == tariff_class,
            ),
        )
        fees = self._entry_fees(destination, entry_kind, origin_group)
        return replace(rule, fees=(*rule.fees, *fees))

    def _entry_fees(self, destination: str, entry_kind: str, origin_group: str) -> tuple[Fee, ...]:
        """Return the fees of entry_fees.csv for an entry, looked up once."""
        entry = (destination, entry_kind, origin_group)
        if entry not in self._known_fees:
            self._known_fees[entry] = applicable_fees(self.fee_rows, *entry)
        return self._known_fees[entry]

    @cached_property
    def _known_fees(self) -> dict[tuple[str, str, str], tuple[Fee, ...]]:
        return {}

    @cached_property
    def _by_entry(self) -> dict[tuple[str, str], list[tuple[Duty, dict[Any, Any]]]]:
        """Rules with their own fee, and their rows, by country and kind of entry."""
        listed: dict[tuple[str, str], list[tuple[Duty, dict[Any, Any]]]] = {}
        for row in self.rows.to_dict("records"):
            high = row["fee_max_usd"]
            fee = Fee(
                name=str(row["rule_id"]),
                rate=float(row["fee_rate"]),
                base=str(row["base"]),
                min_usd=float(row["fee_min_usd"]),
                max_usd=float(high) if pd.notna(high) else np.inf,
            )
            rule = Duty(
                rule_id=str(row["rule_id"]),
                rate=float(row["rate"]),
                base=str(row["base"]),
                fixed_usd=float(row["fixed_usd"]),
                fees=(fee,),
            )
            listed.setdefault((row["destination"], row["entry_kind"]), []).append((rule, row))
        return listed

    def highest(self, destination: str, entry_kind: str, origin_group: str) -> float:
        """Return the largest customs value for which any row may apply.

        Parameters
        ----------
        destination, entry_kind, origin_group : str
            As in `find`; rows of every tariff class count.

        Returns
        -------
        float
            USD; infinite for an open band, 0 where there is no row.
        """
        if self.untaxed:
            return float("inf")
        rows = self.rows
        hit = rows[
            (rows["destination"] == destination)
            & (rows["entry_kind"] == entry_kind)
            & rows["origin_group"].isin([origin_group, "any"])
        ]
        return float(hit["value_to_usd"].fillna(np.inf).max()) if len(hit) else 0.0


@dataclass(frozen=True)
class CourierEntry:
    """What courier entry makes of one parcel.

    Attributes
    ----------
    value : float
        Customs value that the parcel declares, USD.
    rule : Duty or None
        The row that answers for it, None where no row does: courier entry is closed to the product.
    """

    value: float
    rule: Duty | None


def courier_value(price: float, value_base: str, vat_rate: float, courier_rate: float) -> float:
    """Return the customs value of a courier parcel, USD.

    Parameters
    ----------
    price : float
        What the consumer pays, USD.
    value_base : {"net_price", "all_in_price", "price"}
        The price without the country's VAT, without the all-in courier tax, or as it is.
    vat_rate, courier_rate : float
        Shares of the value.

    Raises
    ------
    ValueError
        For another value base.
    """
    if value_base == "net_price":
        return price / (1.0 + vat_rate)
    if value_base == "all_in_price":
        return price / (1.0 + courier_rate)
    if value_base == "price":
        return price
    raise ValueError(f"`value_base` {value_base!r} is not one of net_price, all_in_price, price")


def courier_entry(
    regime: Regime,
    country: str,
    origin_group: str,
    tariff_class: str,
    price: float,
    value_base: str,
    vat_rate: float,
) -> CourierEntry:
    """Find the rule of a parcel and the value that it declares.

    The value of an all-in price depends on the rate, and the rate on the band of the value: the
    band of the price itself gives the first rate, the value that follows from it the band that
    counts.

    Parameters
    ----------
    regime : Regime
    country, origin_group, tariff_class : str
        Where the parcel enters, where its goods come from, and what they are.
    price : float
        What the consumer pays, USD.
    value_base : str
        See `courier_value`.
    vat_rate : float
        VAT of the country, a share.
    """
    value = courier_value(price, value_base, vat_rate, courier_rate=0.0)
    rule = regime.find(country, "courier", origin_group, tariff_class, value)
    if rule is not None and value_base == "all_in_price":
        value = courier_value(price, value_base, vat_rate, rule.rate)
        rule = regime.find(country, "courier", origin_group, tariff_class, value)
    return CourierEntry(value, rule)


def regime_on(tariffs: pd.DataFrame, entry_fees: pd.DataFrame, as_of: date) -> Regime:
    """Return the rules in force on a day.

    Parameters
    ----------
    tariffs, entry_fees : DataFrame
        In the form of the tables of these names; an empty `valid_to` means "until further notice".
    as_of : date

    Returns
    -------
    Regime
    """
    day = np.datetime64(as_of, "s")
    holds = (tariffs["valid_from"] <= day) & (
        tariffs["valid_to"].isna() | (tariffs["valid_to"] >= day)
    )
    return Regime(as_of, tariffs[holds], fees_on(entry_fees, as_of), untaxed=tariffs.empty)


def _day_number(days: pd.Series) -> pd.Series:
    """Return days as numbers that can be compared; an open end is infinity."""
    number = pd.Series(days.to_numpy().astype("datetime64[D]").astype(float), index=days.index)
    return number.where(days.notna(), np.inf)


def overlap_faults(tariffs: pd.DataFrame, file: str = FILE) -> list[Fault]:
    """Find equally specific rows that hold on a common day for a common value.

    Only rows with the same destination, kind of entry, origin group and class can clash: of any
    other two rows for the same goods, one is more specific and takes precedence.

    Parameters
    ----------
    tariffs : DataFrame
        In the form of tariffs.csv.
    file : str
        Name of the file, for messages.

    Returns
    -------
    list of Fault
        F303 for overlaps, F205 for rows that end before they begin.
    """
    faults = []
    same = ["destination", "entry_kind", "origin_group", "tariff_class"]
    starts, ends = _day_number(tariffs["valid_from"]), _day_number(tariffs["valid_to"])
    top = tariffs["value_to_usd"].fillna(np.inf)
    for _, group in tariffs.groupby(same, sort=False):
        index = group.index.to_numpy()
        start, end = starts[index].to_numpy(), ends[index].to_numpy()
        low, high = group["value_from_usd"].to_numpy(), top[index].to_numpy()
        # days include both ends, value bands only the upper one: hence <= for days, < for values
        clash = (
            (start[:, None] <= end[None, :])
            & (start[None, :] <= end[:, None])
            & (low[:, None] < high[None, :])
            & (low[None, :] < high[:, None])
        )
        for first, second in np.argwhere(np.triu(clash, 1)):
            one, two = group.iloc[first], group.iloc[second]
            faults.append(
                Fault(
                    "F303",
                    file,
                    int(two[ROW]),
                    "rule_id",
                    two["rule_id"],
                    f"overlaps {one['rule_id']} of row {int(one[ROW])}",
                )
            )
    wrong = tariffs[ends < starts]
    faults += [Fault("F205", file, int(line), "valid_to", str(day.date()), "ends before it begins")
               for line, day in zip(wrong[ROW], wrong["valid_to"], strict=True)]  # fmt: skip
    return faults
