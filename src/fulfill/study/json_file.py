"""JSON files of a run: written with finite numbers only, and read as strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file

FORMAT = 7
"""Format of the JSON files and tables; raised whenever an older reader would go wrong."""
LARGEST = 1e300
"""Numbers beyond this are refused, among them infinities; sums of them could overflow."""


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as indented JSON.

    Parameters
    ----------
    path : Path
        File to write.
    content : Mapping
        See `finite` for infinities and NaN.

    Raises
    ------
    ValueError
        Where a number is infinite or NaN, which JSON cannot represent.
    """
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Return summary.json or manifest.json of a run.

    Parameters
    ----------
    folder : Path
        Run folder.
    name : str
        Name of the file.

    Returns
    -------
    dict
        Content of the file; all its numbers are finite.

    Raises
    ------
    InputError
        F348 where the folder is not a run, F311 or F347 where the file cannot be read, F320 where
        another version of the program wrote it in a different format.
    """
    path, shown = folder / name, f"{folder.name}/{name}"
    if not path.exists():
        raise InputError([Fault("F348", shown, detail="no such file")])
    try:
        content = json.loads(read_own_file(path).decode("utf-8"))
        wrong = _wrong_number(content)
    except RecursionError:
        raise InputError([Fault("F311", shown, detail="nested too deeply")]) from None
    except InputError:  # a ValueError too
        raise
    except ValueError as error:
        raise InputError([Fault("F311", shown, detail=str(error))]) from None
    if not isinstance(content, dict):
        raise InputError([Fault("F311", shown, detail="no object")])
    if wrong:
        raise InputError([Fault("F311", shown, value=wrong, detail="no possible figure")])
    found = content.get("format_version", "none")
    if found != FORMAT or isinstance(found, bool):
        detail = f"this version reads format {FORMAT}"
        raise InputError([Fault("F320", shown, value=str(found)[:40], detail=detail)])
    return content


def finite(value: Any) -> Any:
    """Replace infinities and NaN, which JSON cannot represent, by None.

    Parameters
    ----------
    value : object
        Number, text, or nested dicts and lists of these.

    Returns
    -------
    object
        Of the same structure.
    """
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else None
    return value


def is_number(value: object) -> bool:
    """Return whether a value of a JSON file is a number; `true` is none, though Python's is."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong_number(value: object) -> str:
    """Return the first number that is infinite, NaN or beyond `LARGEST`; empty if none is."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return next(filter(None, map(_wrong_number, items)), "")
    # False for NaN; an int beyond the floats is compared exactly
    fits = not isinstance(value, int | float) or abs(value) <= LARGEST
    return "" if fits else repr(value)[:40]
