"""Seeded changes to the files of an input folder, as people and programs make them.

Each kind of mutation takes the files by path (``network/sites.csv``) and a random generator, and
returns the changed files with what is expected of the program: that it refuses them, that it
returns the same plan, that the plan earns no more than before, or that it either refuses them or
returns a plan that the auditor accepts.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

Files = Mapping[str, bytes]
Rows = list[list[str]]


class Expected(Enum):
    """What the program must do with a variant."""

    REFUSED = "refused"
    SAME = "the same plan"
    NO_BETTER = "a plan that earns no more, or refused"
    AUDITED = "an audited plan, or refused"


@dataclass(frozen=True)
class Variant:
    """Changed files of one network and one demand.

    Attributes
    ----------
    kind, detail : str
        Name of the mutation, and where it was made.
    files : mapping of str to bytes
        All files by path.
    expected : Expected
    """

    kind: str
    detail: str
    files: Files
    expected: Expected


HOSTILE_CELLS = (
    "abc", "nan", "inf", "-inf", "1e999", "1,5", "1.234,5", "1_000", "0x10", "12 USD", "50%", "--1",
    "=1+1", "#REF!", "#N/A", "NULL", "None", "١٢", "½", "1/8/2026", "2026-13-45", "yes please",
    "\x00", "\x1b[31m", "9" * 400,
)  # fmt: skip
"""Texts that are neither a number, nor a date, nor a flag."""

WORSE = {
    # columns whose increase makes a plan dearer, whatever the plan
    "network/freight.csv": ("usd_m3", "usd_kg", "usd_m3_km"),
    "network/gateways.csv": ("fee_usd_m3",),
    "network/sites.csv": ("rent_usd_m2_month", "labour_usd_hour", "pick_usd_order"),
    "network/site_sizes.csv": ("opening_usd", "fixed_usd_month", "minutes_order"),
    "network/services.csv": ("base_usd", "usd_kg", "usd_100km"),
    "network/mail_services.csv": ("base_usd", "usd_kg"),
    "network/goods_costs.csv": ("goods_usd",),
    "network/tariffs.csv": ("rate", "fixed_usd"),
}
SCARCER = {
    # columns whose decrease leaves less room for any plan
    "network/gateways.csv": ("capacity_m3_month",),
    "network/site_sizes.csv": ("storage_m3", "orders_day"),
    "network/bands.csv": ("capacity_factor",),
    "network/carriers.csv": ("orders_1000_people_day",),
    "network/mail_capacity.csv": ("kg_day",),
}
SOURCES_OF_SUPPLY = (
    "network/freight.csv", "network/gateways.csv", "network/services.csv",
    "network/mail_services.csv", "network/sites.csv", "network/goods_costs.csv",
)  # fmt: skip
"""Tables whose rows are ways to serve somebody: without one of them no plan gets better."""


def parsed(content: bytes) -> Rows:
    """Return the rows of a CSV file."""
    return [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if row]


def written(rows: Rows, **options: Any) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **options).writerows(rows)
    return text.getvalue().encode()


def _pick(rng: np.random.Generator, among: Any) -> Any:
    return among[int(rng.integers(len(among)))]


def _table(files: Files, rng: np.random.Generator) -> tuple[str, Rows]:
    path = _pick(rng, sorted(name for name in files if name.endswith(".csv")))
    return path, parsed(files[path])


def _numeric(rows: Rows) -> list[tuple[int, int]]:
    """Return row and column of every cell that holds a plain number."""
    found = []
    for i, row in enumerate(rows[1:], 1):
        for j, cell in enumerate(row):
            try:
                float(cell)
            except ValueError:
                continue
            found.append((i, j))
    return found


def hostile_cell(files: Files, rng: np.random.Generator) -> Variant:
    """Put a text that is no number into a cell that holds one."""
    while True:
        path, rows = _table(files, rng)
        # ids, names and sources may be any text: only figures are certain to be refused
        cells = [
            (i, j)
            for i, j in _numeric(rows)
            if not rows[0][j].endswith(("_id", "name", "source", "source_date", "range", "x_"))
        ]
        if cells:
            break
    i, j = _pick(rng, cells)
    text = _pick(rng, HOSTILE_CELLS)
    rows[i][j] = text
    detail = f"{path} row {i + 1} {rows[0][j]} = {text[:20]!r}"
    return Variant("hostile cell", detail, {**files, path: written(rows)}, Expected.REFUSED)


def negative_cell(files: Files, rng: np.random.Generator) -> Variant:
    """Change the sign, or the magnitude, of one figure."""
    while True:
        path, rows = _table(files, rng)
        cells = _numeric(rows)
        if cells:
            break
    i, j = _pick(rng, cells)
    old = rows[i][j]
    rows[i][j] = f"{float(old) * _pick(rng, (-1.0, 1e3, 1e-3, 1e9, 0.0)):.12g}"
    detail = f"{path} row {i + 1} {rows[0][j]} = {rows[i][j]} (was {old})"
    return Variant("other figure", detail, {**files, path: written(rows)}, Expected.AUDITED)


def blank_cell(files: Files, rng: np.random.Generator) -> Variant:
    """Empty one cell."""
    path, rows = _table(files, rng)
    i, j = int(rng.integers(1, len(rows))), int(rng.integers(len(rows[0])))
    rows[i][j] = ""
    detail = f"{path} row {i + 1} {rows[0][j]} emptied"
    return Variant("blank cell", detail, {**files, path: written(rows)}, Expected.AUDITED)


def dearer(files: Files, rng: np.random.Generator) -> Variant:
    """Raise a price."""
    path = _pick(rng, sorted(WORSE))
    rows = parsed(files[path])
    j = rows[0].index(_pick(rng, [name for name in WORSE[path] if name in rows[0]]))
    i = int(rng.integers(1, len(rows)))
    old = float(rows[i][j] or 0.0)
    rows[i][j] = f"{old * _pick(rng, (1.01, 1.5, 3.0)) + 0.01:.12g}"
    detail = f"{path} row {i + 1} {rows[0][j]} = {rows[i][j]} (was {old:g})"
    return Variant("dearer", detail, {**files, path: written(rows)}, Expected.NO_BETTER)


def scarcer(files: Files, rng: np.random.Generator) -> Variant:
    """Lower a capacity, at times to nothing."""
    path = _pick(rng, sorted(SCARCER))
    rows = parsed(files[path])
    j = rows[0].index(_pick(rng, SCARCER[path]))
    i = int(rng.integers(1, len(rows)))
    old = rows[i][j]
    rows[i][j] = f"{float(old) * _pick(rng, (0.9, 0.5, 0.01, 0.0)):.12g}"
    detail = f"{path} row {i + 1} {rows[0][j]} = {rows[i][j]} (was {old})"
    return Variant("scarcer", detail, {**files, path: written(rows)}, Expected.NO_BETTER)


def without_supply(files: Files, rng: np.random.Generator) -> Variant:
    """Remove one row of a table of supply."""
    path = _pick(rng, SOURCES_OF_SUPPLY)
    rows = parsed(files[path])
    i = int(rng.integers(1, len(rows)))
    detail = f"{path} without row {i + 1}: {','.join(rows[i][:3])}"
    del rows[i]
    return Variant("without supply", detail, {**files, path: written(rows)}, Expected.NO_BETTER)


def without_row(files: Files, rng: np.random.Generator) -> Variant:
    """Remove one row of any table."""
    path, rows = _table(files, rng)
    i = int(rng.integers(1, len(rows)))
    detail = f"{path} without row {i + 1}: {','.join(rows[i][:3])}"
    del rows[i]
    return Variant("without row", detail, {**files, path: written(rows)}, Expected.AUDITED)


def without_column(files: Files, rng: np.random.Generator) -> Variant:
    """Remove one column of any table."""
    path, rows = _table(files, rng)
    j = int(rng.integers(len(rows[0])))
    name = rows[0][j]
    changed = [row[:j] + row[j + 1 :] for row in rows]
    detail = f"{path} without column {name}"
    return Variant("without column", detail, {**files, path: written(changed)}, Expected.AUDITED)


def renamed_column(files: Files, rng: np.random.Generator) -> Variant:
    """Misspell the name of a column."""
    path, rows = _table(files, rng)
    j = int(rng.integers(len(rows[0])))
    old = rows[0][j]
    rows[0][j] = _pick(rng, (old + "s", old.upper() + "2", old[:-1], "Unnamed: 3", ""))
    detail = f"{path} column {old} is called {rows[0][j]!r}"
    # an empty column without a name is what spreadsheets leave at the end of a table
    empty = not rows[0][j] and not any(row[j] for row in rows[1:])
    expected = Expected.AUDITED if empty else Expected.REFUSED
    return Variant("renamed column", detail, {**files, path: written(rows)}, expected)


def repeated_row(files: Files, rng: np.random.Generator) -> Variant:
    """Repeat a row of a table; the same key twice is a fault."""
    path, rows = _table(files, rng)
    i = int(rng.integers(1, len(rows)))
    rows.insert(int(rng.integers(1, len(rows) + 1)), list(rows[i]))
    detail = f"{path} row {i + 1} twice: {','.join(rows[i][:3])}"
    return Variant("repeated row", detail, {**files, path: written(rows)}, Expected.REFUSED)


def dangling_id(files: Files, rng: np.random.Generator) -> Variant:
    """Change an identifier in one place, so that what refers to it finds nothing."""
    while True:
        path, rows = _table(files, rng)
        columns = [
            j
            for j, name in enumerate(rows[0])
            if name
            in ("product_id", "period_id", "zone_id", "origin_id", "ownership", "zone_class")
        ]
        if columns:
            break
    i, j = int(rng.integers(1, len(rows))), _pick(rng, columns)
    old = rows[i][j]
    rows[i][j] = old + "x"
    detail = f"{path} row {i + 1} {rows[0][j]} = {old}x"
    return Variant("dangling id", detail, {**files, path: written(rows)}, Expected.REFUSED)


def missing_file(files: Files, rng: np.random.Generator) -> Variant:
    """Delete a file."""
    path = _pick(rng, sorted(files))
    left = {name: content for name, content in files.items() if name != path}
    return Variant("missing file", path, left, Expected.AUDITED)


def broken_file(files: Files, rng: np.random.Generator) -> Variant:
    """Cut, empty or garble a file as a failed copy does."""
    path = _pick(rng, sorted(files))
    content = files[path]
    garbled = {
        "empty": b"",
        "binary": bytes(rng.integers(0, 256, 200, dtype=np.uint8)),
        "UTF-16": content.decode().encode("utf-16"),
        "semicolons": content.replace(b",", b";"),
        "zero bytes": content[:30] + b"\0" + content[30:],
        "open quote": content[:40] + b'"' + content[40:],
        "header only": content.splitlines()[0] + b"\n",
    }
    name = _pick(rng, sorted(garbled))
    expected = Expected.AUDITED if path.endswith(".toml") else Expected.REFUSED
    if name == "open quote":  # a quote inside a cell is a letter like any other
        expected = Expected.AUDITED
    detail = f"{path}: {name}"
    return Variant("broken file", detail, {**files, path: garbled[name]}, expected)


def harmless(files: Files, rng: np.random.Generator) -> Variant:
    """Write a table in another of the ways in which it says the same."""
    path, rows = _table(files, rng)
    order = rng.permutation(len(rows[0]))
    plain = written(rows)
    forms = {
        "column order": written([[row[j] for j in order] for row in rows]),
        "spaces": written([[f" {cell} " for cell in row] for row in rows]),
        "byte order mark": b"\xef\xbb\xbf" + plain,
        "CRLF": plain.replace(b"\n", b"\r\n"),
        "quotes": written(rows, quoting=csv.QUOTE_ALL),
        "blank lines": plain.replace(b"\n", b"\n\n"),
        "empty rows of commas": plain + b"," * (len(rows[0]) - 1) + b"\n",
        "no last line end": plain.rstrip(b"\n"),
        "decomposed accents": unicodedata.normalize("NFD", plain.decode()).encode(),
        "own column": written(
            [[*row, "x_note" if i == 0 else "mine"] for i, row in enumerate(rows)]
        ),
    }
    name = _pick(rng, sorted(forms))
    return Variant("harmless", f"{path}: {name}", {**files, path: forms[name]}, Expected.SAME)


MUTATIONS: tuple[Callable[[Files, np.random.Generator], Variant], ...] = (
    hostile_cell, negative_cell, blank_cell, dearer, scarcer, without_supply, without_row,
    without_column, renamed_column, repeated_row, dangling_id, missing_file, broken_file, harmless,
)  # fmt: skip


def variant(files: Files, seed: int) -> Variant:
    """Return the variant of a seed; the kinds take turns."""
    return MUTATIONS[seed % len(MUTATIONS)](files, np.random.default_rng(seed))
