"""Duty rates of tariff classes, worked out from the headings of their goods.

A class stands for goods of several headings of the customs tariff. Where a row of tariffs.csv says
`headings` instead of a rate, the class pays the mean over its headings in tariff_headings.csv,
weighted by their share of the customs value. A heading pays the sum of its duties in force in
heading_rates.csv: the base duty and what is added to it. Of the rows of one duty, one that names
the heading takes precedence over `any`, and among those one that names the origin group: so a row
with rate 0 exempts a heading from a duty on all goods.

The row of tariffs.csv is split where a duty of its headings begins or ends. A heading without a
base duty is a fault, never free.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.ranges import stated_range
from fulfill.inputs.schema import BASE_DUTY

Tables = Mapping[str, pd.DataFrame]
NEEDED = frozenset(("tariffs", "tariff_headings", "heading_rates"))
ANY = "any"
OPEN_END = np.datetime64("9999-12-31", "D")
DIGITS = 6
"""Decimals of a class rate; more would pretend an exactness that the weights do not have."""


@dataclass(frozen=True)
class _Duties:
    """Rows of heading_rates.csv that may apply to a row of tariffs.csv, the best fitting first.

    Attributes
    ----------
    heading, duty : ndarray of str, shape (n_duties,)
    starts, ends : ndarray of datetime64[D], shape (n_duties,)
        First and last day in force.
    figures : ndarray, shape (n_duties, 3)
        Rate, lowest and highest rate.
    """

    heading: NDArray[np.str_]
    duty: NDArray[np.str_]
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    figures: NDArray[np.float64]

    def of(self, heading: str, day: np.datetime64) -> NDArray[np.float64]:
        """Return rate, lowest and highest rate of a heading on a day, NaN without a base duty."""
        mine = np.flatnonzero(
            np.isin(self.heading, [heading, ANY]) & (self.starts <= day) & (day <= self.ends)
        )
        duties, best = np.unique(self.duty[mine], return_index=True)
        if BASE_DUTY not in duties:
            return np.full(3, np.nan)
        return np.asarray(self.figures[mine[best]].sum(axis=0))


@dataclass(frozen=True)
class _Span:
    """Days on which the headings of a class pay the same.

    Attributes
    ----------
    starts, ends : datetime64[D]
        First and last day.
    figures : ndarray, shape (n_headings, 3)
        Rate, lowest and highest rate by heading; NaN for a heading without a base duty.
    """

    starts: np.datetime64
    ends: np.datetime64
    figures: NDArray[np.float64]


def with_class_rates(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables with the rate and range of every row of tariffs.csv that takes headings.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a network as written.

    Returns
    -------
    dict of str to DataFrame
        In tariffs, a row whose rate changes with time has become several; `rule_id` then ends in
        the first day of each. A rate that cannot be worked out is NaN; `heading_faults` says why.
    """
    if not set(tables) >= NEEDED or not tables["tariffs"]["rate"].isna().any():
        return dict(tables)
    tariffs, headings = tables["tariffs"], tables["tariff_headings"]
    split = []
    for row in tariffs.to_dict("records"):
        mine = headings[headings["tariff_class"] == row["tariff_class"]]
        if np.isnan(row["rate"]):
            spans = _spans(row, mine["heading"].tolist(), tables["heading_rates"])
            split += _rated(row, mine["weight"].to_numpy(float), spans)
        else:
            split.append(row)
    rated = pd.DataFrame(split, columns=tariffs.columns).astype(tariffs.dtypes)
    return {**tables, "tariffs": rated}


def heading_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find rates that their headings do not give, and contradictions among the headings' duties.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        Tables of a network as written.

    Yields
    ------
    Fault
        F205, F208, F214, F303 and F351.
    """
    headings, rates = tables["tariff_headings"], tables["heading_rates"]
    file = f"{folder}/heading_rates.csv"
    unknown = rates[~rates["heading"].isin([ANY, *headings["heading"]])]
    for line, heading in zip(unknown[ROW], unknown["heading"], strict=True):
        yield Fault("F208", file, int(line), "heading", heading, "not in tariff_headings.csv")
    yield from _duty_faults(rates, file)
    file = f"{folder}/tariffs.csv"
    for row in tables["tariffs"].to_dict("records"):
        if not np.isnan(row["rate"]):
            continue
        where = file, int(row[ROW])
        if stated_range(row["range"], "rate") is not None:
            detail = "the range of a rate from headings follows from the headings"
            yield Fault("F214", *where, "range", row["range"], detail)
        mine = headings[headings["tariff_class"] == row["tariff_class"]]
        if not mine["weight"].sum() > 0:
            detail = "tariff_headings.csv has no heading of this class with a weight"
            yield Fault("F351", *where, "tariff_class", row["tariff_class"], detail)
            continue
        names = mine["heading"].to_numpy(str)
        for span in _spans(row, names.tolist(), rates):
            lacking = names[np.isnan(span.figures[:, 0])]
            if len(lacking):
                until = "" if span.ends == OPEN_END else f" to {span.ends}"
                goods = f"{row['origin_group']} into {row['destination']}"
                detail = f"goods of {goods} from {span.starts}{until}: no base duty"
                yield Fault("F351", *where, "rate", ", ".join(lacking), detail)


def _duty_faults(rates: pd.DataFrame, file: str) -> Iterator[Fault]:
    """Find rows of one duty that fit the same goods equally well on a common day."""
    if rates.empty:
        return
    ends = rates["valid_to"].fillna(pd.Timestamp(OPEN_END))
    wrong = rates[ends < rates["valid_from"]]
    for line, day in zip(wrong[ROW], wrong["valid_to"], strict=True):
        yield Fault("F205", file, int(line), "valid_to", str(day.date()), "ends before it begins")
    same = ["destination", "origin_group", "heading", "duty"]
    ordered = rates.assign(ends=ends).sort_values([*same, "valid_from"], kind="stable")
    # in the order of their beginning, a row overlaps an earlier one if it begins before that ends
    reached = ordered.groupby(same)["ends"].cummax().groupby([ordered[c] for c in same]).shift()
    again = ordered[ordered["valid_from"] <= reached]
    for line, name, duty, heading in zip(
        *(again[c] for c in (ROW, "rate_id", "duty", "heading")), strict=True
    ):
        detail = f"another row of {duty} on {heading} holds on a common day"
        yield Fault("F303", file, int(line), "rate_id", name, detail)


def _spans(row: Mapping[Hashable, Any], headings: list[str], rates: pd.DataFrame) -> list[_Span]:
    """Return what the headings pay under a row of tariffs.csv, over the days of the row."""
    duties = _duties(row, headings, rates)
    first = np.datetime64(row["valid_from"], "D")
    last = OPEN_END if pd.isna(row["valid_to"]) else np.datetime64(row["valid_to"], "D")
    changes = np.concatenate([duties.starts, duties.ends + 1])
    starts = np.unique([first, *changes[(changes > first) & (changes <= last)]])
    spans: list[_Span] = []
    for start, end in zip(starts, [*(starts[1:] - 1), last], strict=True):
        figures = np.array([duties.of(heading, start) for heading in headings]).reshape(-1, 3)
        if spans and np.array_equal(spans[-1].figures, figures, equal_nan=True):
            spans[-1] = _Span(spans[-1].starts, end, figures)
        else:
            spans.append(_Span(start, end, figures))
    return spans


def _duties(row: Mapping[Hashable, Any], headings: list[str], rates: pd.DataFrame) -> _Duties:
    """Return the duties that may apply to the headings of a row of tariffs.csv."""
    fits = rates[
        (rates["destination"] == row["destination"])
        & rates["origin_group"].isin([row["origin_group"], ANY])
        & rates["heading"].isin([*headings, ANY])
    ]
    rank = 2 * (fits["heading"] != ANY).to_numpy(int) + (fits["origin_group"] != ANY).to_numpy(int)
    fits = fits.iloc[np.argsort(-rank, kind="stable")]
    figures = [
        (rate, *(stated_range(text, "rate") or (rate, rate)))
        for rate, text in zip(fits["rate"], fits["range"], strict=True)
    ]
    ends = fits["valid_to"].to_numpy("datetime64[D]")
    return _Duties(
        fits["heading"].to_numpy(str),
        fits["duty"].to_numpy(str),
        fits["valid_from"].to_numpy("datetime64[D]"),
        np.where(np.isnat(ends), OPEN_END, ends),
        np.array(figures, float).reshape(-1, 3),
    )


def _rated(
    row: dict[Hashable, Any], weights: NDArray[np.float64], spans: list[_Span]
) -> list[dict[Hashable, Any]]:
    """Return the rows that a row of tariffs.csv becomes, one a span: mean and range of the rate."""
    rows = []
    for span in spans:
        rate = low = high = np.nan
        weighty = span.figures[weights > 0]
        if len(weighty):
            mean = weights[weights > 0] @ weighty[:, 0] / weights.sum()
            rate, low, high = np.round((mean, weighty[:, 1].min(), weighty[:, 2].max()), DIGITS)
        named = f"{row['rule_id']}-{span.starts}" if len(spans) > 1 else row["rule_id"]
        stated = f"rate={low:g}..{high:g}"
        rows.append(
            {
                **row,
                "rule_id": named,
                "valid_from": span.starts,
                "valid_to": pd.NaT if span.ends == OPEN_END else span.ends,
                "rate": rate,
                "range": "; ".join(filter(None, (stated, row["range"]))),
            }
        )
    return rows
