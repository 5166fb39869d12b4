"""Changes of a saved run, and whether one that an audit accepts is named as not checked."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.study.manifest import digest

Rng = np.random.Generator
MANIFEST = "manifest.json"
ODD_VALUES = (
    "Infinity", "NaN", "1e999", "-1", "0", "null", "true", '"text"', "[]", "{}", '"../../x"',
    '"/proc/kmsg"', "1" * 5000, "[" * 3000 + "]" * 3000, '{"a": {"b": [1, 2]}}', "-0.0", "1e308",
)  # fmt: skip
ADDED = (
    "certificate.npz", "own_delivery.csv", "rounds.csv", "start.npz", "notes.txt", "vehicles.csv",
    "inputs/network/ferries.csv", "inputs/demand/mix.csv",
)  # fmt: skip
UNCHECKED_SUMMARY = ("merging_usd", "seconds", "peak_mib")
SOLVERS_WORD = ("bound", "bound_kind", "status", "gap", "gap_usd")


def pick(rng: Rng, items: Any) -> Any:
    items = list(items)
    return items[int(rng.integers(len(items)))]


def files(run: Path, suffix: str = "") -> list[Path]:
    return sorted(path for path in run.rglob(f"*{suffix}") if path.is_file())


def flipped_byte(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run))
    content = bytearray(path.read_bytes())
    place = int(rng.integers(len(content)))
    content[place] ^= 1 << int(rng.integers(8))
    path.write_bytes(content)
    return f"{path.name}: bit of byte {place}"


def truncated(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run))
    content = path.read_bytes()
    path.write_bytes(content[: int(rng.integers(len(content)))])
    return f"{path.name}: truncated"


def appended(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run))
    path.write_bytes(path.read_bytes() + pick(rng, [b"\n", b"x", b"\0" * 100, b",,,\n"]))
    return f"{path.name}: appended"


def deleted(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run))
    path.unlink()
    return f"{path.name}: deleted"


def added(run: Path, rng: Rng) -> str:
    name = pick(rng, ADDED)
    other = pick(rng, files(run))
    (run / name).write_bytes(other.read_bytes())
    return f"{name}: a copy of {other.name}"


def swapped(run: Path, rng: Rng) -> str:
    one, other = pick(rng, files(run)), pick(rng, files(run))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"{one.name} and {other.name}: swapped"


def no_file(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run))
    path.unlink()
    kind = pick(rng, ["folder", "pipe", "link", "device", "dangling"])
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"link": "/etc/passwd", "device": "/dev/zero", "dangling": "/none"}[kind])
    return f"{path.name}: a {kind}"


def cell(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run, ".csv"))
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    row, column = int(rng.integers(len(table))), pick(rng, table.columns)
    old = table.loc[row, column]
    try:
        new = repr(float(old) * pick(rng, [0.0, -1.0, 0.9, 1.1, 1 + 1e-7, 1e9]))
    except ValueError:
        new = pick(rng, ["", "x", "nan", "inf", "1e999", old + " ", '"'])
    table.loc[row, column] = new
    table.to_csv(path, index=False)
    return f"{path.name}, row {row}, {column}: {old!r} -> {new!r}"


def row(run: Path, rng: Rng) -> str:
    path = pick(rng, files(run, ".csv"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place, other = (int(rng.integers(len(lines))) for _ in range(2))
    what = pick(rng, ["deleted", "twice", "swapped"])
    if what == "deleted":
        del lines[place]
    elif what == "twice":
        lines.insert(place, lines[place])
    else:
        lines[place], lines[other] = lines[other], lines[place]
    path.write_text("".join(lines), encoding="utf-8")
    return f"{path.name}, line {place}: {what}"


def places(content: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(content, dict | list) and content:
        for key in content if isinstance(content, dict) else range(len(content)):
            yield from places(content[key], (*above, key))
    if above:
        yield above


def json_value(run: Path, rng: Rng) -> str:
    path = run / pick(rng, ["summary.json", MANIFEST])
    content = json.loads(path.read_text(encoding="utf-8"))
    where, odd, marker = pick(rng, list(places(content))), pick(rng, ODD_VALUES), "@@@"
    parent = content
    for key in where[:-1]:
        parent = parent[key]
    what = pick(rng, ["odd", "deleted", "added", "scaled"])
    if what == "deleted" or (what == "scaled" and not isinstance(parent[where[-1]], float)):
        del parent[where[-1]]
    elif what == "scaled":
        parent[where[-1]] *= 1.01
    elif what == "added" and isinstance(parent, dict):
        parent["extra"] = marker
    else:
        parent[where[-1]] = marker
    path.write_text(json.dumps(content, indent=2).replace(f'"{marker}"', odd), encoding="utf-8")
    return f"{path.name}, {where}: {what} {odd[:20]}"


def no_plan(run: Path, rng: Rng) -> str:
    """Turn the run into one without a plan, or with a solver's bound and status OPTIMAL."""
    path = run / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    status = pick(rng, ["INFEASIBLE", "NO_PLAN", "OPTIMAL", "FEASIBLE"])
    content |= {"status": status, "bound_kind": "solver"}
    (run / "certificate.npz").unlink(missing_ok=True)
    if status in ("INFEASIBLE", "NO_PLAN"):
        content |= {"objective": None, "bound": None, "gap": None, "gap_usd": None}
        content |= {"open_sites": [], "kpis": {}}
        for path in files(run, ".csv"):
            if path.parent == run:
                path.unlink()
        for name in ("plan.gpkg", "report.html", "plan.qgs", "start.npz", "tables.npz"):
            (run / name).unlink(missing_ok=True)
    else:
        content |= {"bound": content["objective"], "gap": 0.0, "gap_usd": 0.0}
        if rng.random() < 0.5:
            (run / "start.npz").unlink(missing_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    return f"made {status}"


def arrays(run: Path, rng: Rng) -> str:
    found = files(run, ".npz")
    if not found:
        return flipped_byte(run, rng)
    path = pick(rng, found)
    with np.load(path) as stored:
        content = dict(stored)
    name = pick(rng, content)
    what = pick(
        rng, ["scaled", "nan", "shape", "object", "gone", "more", "huge", "encrypted", "empty"]
    )
    value = content[name]
    number = value.dtype.kind in "fiu"
    new: dict[str, Any] = {
        "scaled": value * 1.5 if number else value[::-1],
        "nan": np.full(value.shape, np.nan),
        "shape": value[None],
        "object": np.full(value.shape, None, object),
        "empty": np.zeros(0),
        "more": value,
    }
    if what == "gone":
        del content[name]
    elif what in new:
        content["more" if what == "more" else name] = new[what]
    np.savez_compressed(path, **content)
    if what == "huge":
        header = io.BytesIO()
        claim = {"descr": "<f8", "fortran_order": False, "shape": (10**9,)}
        np.lib.format.write_array_header_1_0(header, claim)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("huge.npy", header.getvalue())
    elif what == "encrypted":
        raw = bytearray(path.read_bytes())
        for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            raw[raw.find(mark) + place] |= 1
        path.write_bytes(raw)
    return f"{path.name}, {name}: {what}"


def exact_cell(run: Path, rng: Rng) -> str:
    """Change one value of the exact tables, a number or the position of a text."""
    path = run / "tables.npz"
    if not path.is_file():
        return flipped_byte(run, rng)
    with np.load(path) as stored:
        content = dict(stored)
    name = pick(rng, [name for name in content if content[name].ndim and len(content[name])])
    value = content[name]
    place = int(rng.integers(len(value)))
    if value.dtype.kind == "f":
        value[place] = value[place] * pick(rng, [0.0, -1.0, 0.9, 1 + 1e-7, 1e9, np.nan])
    elif value.dtype.kind == "U":
        value[place] = pick(rng, ["", "x", value[place][::-1]])
    else:
        value[place] = pick(rng, [0, 1, np.iinfo(value.dtype).max])
    np.savez_compressed(path, **content)
    return f"{path.name}, {name}, {place}: {value[place]}"


TAMPERINGS: dict[str, Callable[[Path, Rng], str]] = {
    one.__name__: one
    for one in (flipped_byte, truncated, appended, deleted, added, swapped, no_file, cell, row,
                json_value, no_plan, arrays, exact_cell)
}  # fmt: skip


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def seal(run: Path) -> None:
    """Write the hashes of the changed files into the manifest, as a forger would."""
    try:
        content = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
        regular = [path for path in run.iterdir() if path.is_file() and not path.is_symlink()]
        content["files"] = {path.name: sha256(path) for path in regular if path.name != MANIFEST}
        for kind in content["inputs"]:
            place = run / "inputs" / kind
            content["inputs"][kind] = {
                path.name: sha256(path)
                for path in place.iterdir()
                if path.is_file() and not path.is_symlink()
            }
        content["digest"] = digest(content)
        (run / MANIFEST).write_text(json.dumps(content, indent=2), encoding="utf-8")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return  # the manifest itself is spoiled


def explained(original: Path, run: Path, not_checked: list[str]) -> str:
    """Return why an audit may accept a changed run: ``listed``, ``harmless``, or '' if it may not.

    ``listed``: every difference lies in what the audit names as not checked. ``harmless``: the
    content means the same, such as a certificate that proves the same bound.
    """
    listed = " ".join(not_checked)
    names = {path.relative_to(run) for path in files(run)}
    names |= {path.relative_to(original) for path in files(original)}
    reasons = {
        _reason(original / name, run / name, name, listed)
        for name in names
        if not _same(original / name, run / name)
    }
    if "" in reasons:
        return ""
    return "listed" if "listed" in reasons else "harmless"


def _same(one: Path, other: Path) -> bool:
    there = one.is_file() and other.is_file()
    return there and one.read_bytes() == other.read_bytes()


def _reason(before: Path, now: Path, name: Path, listed: str) -> str:
    if name.parts[0] == "inputs":
        return "listed" if "the data of the input tables" in listed else ""
    if not before.is_file() or not now.is_file():
        gone = name.name in ("arcs.csv", "report.html", "plan.gpkg")
        return "listed" if gone or name.name in listed or "there is no plan" in listed else ""
    if name.suffix == ".json":
        return _json_reason(before, now, listed)
    if name.name == "certificate.npz":
        return "harmless"  # the bound was recomputed from it
    if name.name == "tables.npz":
        return "harmless" if _same_arrays(before, now) else ""
    if name.suffix == ".csv" and name.name not in listed:
        one, other = (pd.read_csv(path) for path in (before, now))
        keys = [column for column in one if not pd.api.types.is_float_dtype(one[column])]
        one, other = (frame.sort_values(keys, ignore_index=True) for frame in (one, other))
        try:
            pd.testing.assert_frame_equal(one, other, rtol=2e-9, atol=1e-6, check_dtype=False)
        except AssertionError:
            return ""
        return "harmless"
    return "listed" if name.name in listed else ""


def _same_arrays(before: Path, now: Path) -> bool:
    """Return whether two archives hold the same figures, up to what an audit tells apart."""
    with np.load(before) as one, np.load(now) as other:
        return one.files == other.files and all(
            np.allclose(one[name], other[name], rtol=2e-9, atol=1e-6, equal_nan=True)
            if one[name].dtype.kind == "f"
            else np.array_equal(one[name], other[name])
            for name in one.files
        )


def _json_reason(before: Path, now: Path, listed: str) -> str:
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (before, now))
    if before.name == MANIFEST:
        free = ("versions", "seconds", "options", "files", "inputs", "digest")
    elif "there is no plan" in listed:
        return "listed"
    else:
        word = "the solver's word" in listed
        free = (*UNCHECKED_SUMMARY, *(SOLVERS_WORD if word else ()))
    fixed = [{k: v for k, v in content.items() if k not in free} for content in (one, other)]
    if one == other:
        return "harmless"
    return "listed" if _close(*fixed) else ""


def _close(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_close(one[key], other[key]) for key in one)
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= 2e-9 * max(abs(one), 1.0)
    return bool(one == other)
