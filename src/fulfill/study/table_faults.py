"""Differences between what a run says and what was recomputed: tables and summary.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.study.csv_files import typed
from fulfill.study.json_file import is_number
from fulfill.study.output import Output
from fulfill.study.outputs import EXACT_TABLES, TABLES_FILE
from fulfill.study.plan import Plan
from fulfill.study.run_folder import SUMMARY
from fulfill.study.unserved import reasons

SAME = 1e-9
"""Relative difference above which two figures disagree."""
LAST_DIGIT = 1e-14
"""Relative difference of two numbers that are equal in fifteen digits."""
NEGLIGIBLE = 1e-6
"""Amount of a row that may be left by rounding."""
Array = NDArray[np.float64]
Unlike = Callable[[Array, Array], NDArray[np.bool_]]
KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    # table: (key columns, the column whose zero makes a row negligible)
    "sites": (("site_id",), ""),
    "flows": (
        ("leg", "from", "to", "channel", "product", "period", "via", "transport", "service_id"),
        "orders",
    ),
    "zones": (("zone_id",), ""),
    "costs": (("part", "site", "period"), "usd_year"),
    "capacity": (("resource", "kind", "period"), "used"),
    "channels": (("channel",), ""),
    "unserved": (("reason", "country", "product", "limits"), "orders"),
}


def table_faults(name: str, written: pd.DataFrame, table: pd.DataFrame) -> Iterator[str]:
    """Compare an exact table of a run with the one recomputed, cell by cell.

    Parameters
    ----------
    name : str
        Key of `KEYS`.
    written, table : DataFrame
        As in the run, and recomputed.

    Yields
    ------
    str
        A fault.
    """
    key, amount = KEYS[name]
    declared = EXACT_TABLES[name]
    compared = _Compared(f"{TABLES_FILE}, {name}", "recomputed", declared, written, table, key)
    yield from compared.faults(amount, _unlike)


def csv_faults(name: str, written: pd.DataFrame, exact: pd.DataFrame) -> Iterator[str]:
    """Compare a CSV table of a run with its exact table, cell by cell.

    Parameters
    ----------
    name : str
        Key of `KEYS`.
    written : DataFrame
        Of `csv_files.read_output`.
    exact : DataFrame
        Of `exact_tables.read_exact_tables`.

    Yields
    ------
    str
        A fault.

    Raises
    ------
    InputError
        F311 where a cell of a numeric column is not a number.
    """
    declared = EXACT_TABLES[name]
    said = f"in {TABLES_FILE}, rounded"
    numbers, table = typed(written, declared), declared.rounded(exact)
    compared = _Compared(declared.name, said, declared, numbers, table, KEYS[name][0])
    yield from compared.faults("", _not_equal)


@dataclass(frozen=True)
class _Compared:
    """A table of a run, and what it should be.

    Attributes
    ----------
    place : str
        What faults name.
    said : str
        Where the other values come from, in words.
    declared : Output
        Which columns are numbers.
    written, table : DataFrame
        As in the run, and as it should be.
    key : tuple of str
        Columns that identify a row.
    """

    place: str
    said: str
    declared: Output
    written: pd.DataFrame
    table: pd.DataFrame
    key: tuple[str, ...]

    def faults(self, amount: str, unlike: Unlike) -> Iterator[str]:
        """Yield every fault.

        Rows that are on one side only are none where their `amount` is negligible, if one is named:
        rounding may leave such a row.
        """
        written, table, key = self.written, self.table, list(self.key)
        if list(written.columns) != list(table.columns):
            yield f"{self.place}: its columns are {', '.join(map(str, written.columns))}"
            return
        twice = written.duplicated(key)
        if twice.any():
            yield f"{self.place}: {_row(written[twice], key)} occurs twice"
            return
        match = _positions(written[key], table[key])
        alone, missing = match < 0, np.ones(len(table), bool)
        missing[match[~alone]] = False
        for rows, text in (
            (written[alone], f"no such row {self.said}"),
            (table[missing], f"the row is missing, which is {self.said}"),
        ):
            left = rows[~(rows[amount].abs() < NEGLIGIBLE)] if amount else rows
            if len(left):
                yield f"{self.place}: {_row(left, key)}: {text} ({len(left)} such)"
        yield from self._cell_faults(written[~alone], table.iloc[match[~alone]], unlike)

    def _cell_faults(
        self, written: pd.DataFrame, table: pd.DataFrame, unlike: Unlike
    ) -> Iterator[str]:
        """Compare the cells of the rows that are on both sides."""
        key = list(self.key)
        for column in table.columns.drop(key):
            first, second = written[column].to_numpy(), table[column].to_numpy()
            is_number = self.declared.is_number(column)
            wrong = unlike(first, second) if is_number else np.asarray(first != second, bool)
            if wrong.any():
                row = int(wrong.argmax())
                more = f" ({int(wrong.sum())} such)" if wrong.sum() > 1 else ""
                values = f"{first[row]} written, {second[row]} {self.said}"
                yield f"{self.place}: {_row(written[wrong], key)}, {column}: {values}{more}"


def _row(rows: pd.DataFrame, key: list[str]) -> str:
    """Return the key of the first row."""
    return " / ".join(rows[key].iloc[0])


def _positions(asked: pd.DataFrame, known: pd.DataFrame) -> NDArray[np.int64]:
    """Return the position of each row among the known ones, -1 where it is none of them."""
    same = len(asked) == len(known) and all(
        (asked[column].to_numpy() == known[column].to_numpy()).all() for column in known.columns
    )
    if same:
        return np.arange(len(known))
    place = pd.MultiIndex.from_frame(known).get_indexer(pd.MultiIndex.from_frame(asked))
    return np.asarray(place, np.int64)


def _unlike(first: Array, second: Array) -> NDArray[np.bool_]:
    """Return which numbers differ by more than `SAME` of their size.

    Near zero it is that of the largest in the column.
    """
    size = np.fmax(np.abs(first), np.abs(second))
    finite = size[np.isfinite(size)]
    # A sum that is nearly zero has the rounding error of its terms, not of its own size.
    floor = SAME * float(np.clip(finite.max(), 1.0, 1000.0)) if finite.size else SAME
    with np.errstate(invalid="ignore"):
        near = (np.abs(first - second) <= SAME * size + floor) | (first == second)
    return np.asarray(~(near | (np.isnan(first) & np.isnan(second))))


def _not_equal(first: Array, second: Array) -> NDArray[np.bool_]:
    """Return which numbers differ by more than the last of the digits in a CSV file."""
    with np.errstate(invalid="ignore"):
        near = (np.abs(first - second) <= LAST_DIGIT * np.abs(second)) | (first == second)
    return np.asarray(~(near | (np.isnan(first) & np.isnan(second))))


def summary_faults(
    claimed: Mapping[str, Any], plan: Plan, resolution: int | None
) -> tuple[str, ...]:
    """Compare the entries of summary.json other than the bound.

    Parameters
    ----------
    claimed : Mapping
        Content of the file.
    plan : Plan
        Recomputed; without tables where there is said to be no plan.
    resolution : int or None
        Number of zones that was asked for.

    Returns
    -------
    tuple of str
        One fault for each entry that differs or that no plan has.
    """
    outcome = plan.outcome
    sites = plan.sites[["site_id", "size"]].to_dict("records") if len(plan.sites) else []
    found = {
        "status": outcome.status,
        "objective": outcome.objective,
        "bound_of": outcome.bound_of,
        "gap": outcome.gap,
        "gap_usd": outcome.gap_usd,
        "as_of": plan.as_of,
        "zones": len(plan.zones) or None,
        "zones_asked": resolution,
        "conditions": list(outcome.conditions),
        "open_sites": sites,
        "kpis": plan.kpis,
        "unserved_reasons": reasons(plan.unserved) if len(plan.zones) else {},
        "audit": {"clean": True, "faults": []},
    }
    faults = [
        f"{SUMMARY}, {'.'.join(path)}: {_at(claimed, path)} written, {value} recomputed"
        for path, value in _leaves(found)
        if not _agrees(_at(claimed, path), value, path[0], abs(outcome.objective))
    ]
    known = {path for path, _ in _leaves(found)}
    faults += [
        f"{SUMMARY}, {'.'.join(path)[:80]}: unknown"
        for path, _ in _leaves({name: claimed[name] for name in found})
        if path not in known
    ]
    return tuple(faults)


def _at(claimed: Any, path: tuple[str, ...]) -> Any:
    """Return the entry of nested mappings at a path, None where there is none."""
    for part in path:
        claimed = claimed.get(part) if isinstance(claimed, Mapping) else None
    return claimed


def _agrees(said: Any, value: Any, name: str, objective: float) -> bool:
    """Return whether an entry of summary.json agrees with the recomputed value."""
    if not isinstance(value, float) or not is_number(said):
        return bool(said == value) or (
            said is None and isinstance(value, float) and not np.isfinite(value)
        )
    # A gap is the difference of two nearly equal numbers: its error is relative to these.
    scale = {"gap": 1.0, "gap_usd": objective}.get(name, 1.0)
    return bool(abs(value - said) <= SAME * max(abs(value), scale))


def _leaves(
    content: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value of nested mappings with its path."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value
