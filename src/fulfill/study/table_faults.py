"""Differences between what a run says and what was recomputed: tables and summary.json."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.study.json_file import is_number
from fulfill.study.plan import Plan
from fulfill.study.run_folder import SUMMARY
from fulfill.study.run_reader import numbers
from fulfill.study.unserved import reasons

SAME = 1e-9
"""Relative difference above which two figures disagree."""
KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    # table: (key columns, the column whose zero makes a row negligible)
    "sites": (("site_id",), ""),
    "flows": (("leg", "from", "to", "channel", "product", "period", "via", "service_id"), "orders"),
    "zones": (("zone_id",), ""),
    "costs": (("part",), ""),
    "capacity": (("resource", "kind", "period"), "used"),
    "channels": (("channel",), ""),
    "unserved": (("reason", "country", "product", "limits"), "orders"),
}


def table_faults(name: str, written: pd.DataFrame, table: pd.DataFrame) -> Iterator[str]:
    """Compare a CSV table of a run with the one recomputed, cell by cell.

    Parameters
    ----------
    name : str
        Key of `KEYS`.
    written : DataFrame
        Of `run_reader.read_table`.
    table : DataFrame
        Recomputed.

    Yields
    ------
    str
        A fault.

    Raises
    ------
    InputError
        F311 where a cell of a numeric column is not a number.
    """
    file, (key, amount) = f"{name}.csv", KEYS[name]
    if list(written.columns) != list(table.columns):
        yield f"{file}: its columns are {', '.join(map(str, written.columns))}"
        return
    written = written.copy()
    for column in table.columns:
        kind = table[column]
        written[column] = (
            numbers(written, column, file)
            if pd.api.types.is_numeric_dtype(kind)
            else written[column].astype(str)
        )
    texts = table.assign(**{name: table[name].astype(str) for name in key})
    twice = written.duplicated(list(key))
    if twice.any():
        yield f"{file}: {' / '.join(written.loc[twice, list(key)].iloc[0])} occurs twice"
        return
    both = written.merge(
        texts, on=list(key), how="outer", suffixes=("|run", "|new"), indicator="_in"
    )
    if amount:  # rounding may leave a row with a negligible amount on one side only
        empty = both[[f"{amount}|run", f"{amount}|new"]].fillna(0.0).abs().max(axis=1) < 1e-6
        both = both[~(empty & (both["_in"] != "both"))]
    for side, text in (
        ("left_only", "no such row is recomputed"),
        ("right_only", "the row is missing"),
    ):
        rows = both[both["_in"] == side]
        if len(rows):
            yield f"{file}: {' / '.join(rows[list(key)].iloc[0])}: {text} ({len(rows)} such)"
    columns = [column for column in table.columns if column not in key]
    yield from _cell_faults(file, both[both["_in"] == "both"], key, columns)


def _cell_faults(
    file: str, both: pd.DataFrame, key: tuple[str, ...], columns: list[str]
) -> Iterator[str]:
    """Compare the cells of the rows that are on both sides."""
    for column in columns:
        run, new = both[f"{column}|run"], both[f"{column}|new"]
        wrong = _unlike(run, new)
        if wrong.any():
            row = both[wrong].iloc[0]
            name = " / ".join(row[list(key)])
            more = f" ({int(wrong.sum())} such)" if wrong.sum() > 1 else ""
            values = f"{row[f'{column}|run']} written, {row[f'{column}|new']} recomputed"
            yield f"{file}: {name}, {column}: {values}{more}"


def _unlike(run: pd.Series[Any], new: pd.Series[Any]) -> NDArray[np.bool_]:
    """Return which cells differ.

    Numbers differ by more than `SAME` of their size; near zero, of the largest in the column.
    """
    if not pd.api.types.is_numeric_dtype(new):
        return np.asarray(run.astype(str) != new.astype(str))
    first, second = run.to_numpy(float), new.to_numpy(float)
    size = np.fmax(np.abs(first), np.abs(second))
    finite = size[np.isfinite(size)]
    # A sum that is nearly zero has the rounding error of its terms, not of its own size.
    floor = SAME * float(np.clip(finite.max(), 1.0, 1000.0)) if finite.size else SAME
    with np.errstate(invalid="ignore"):
        near = (np.abs(first - second) <= SAME * size + floor) | (first == second)
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
