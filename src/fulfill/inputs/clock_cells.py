"""Times of day as people and spreadsheets write them, into hours."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault

Texts = Mapping[str, list[str]]
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?(?:\s*\+(?P<days>[01]))?",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d+\.?\d*|\.\d+")
_ROUNDING = 1e-3
"""Minutes by which a time may miss a full minute: spreadsheets write nine digits of a fraction."""


def clock_cells(
    columns: Texts, file: str, lines: list[int]
) -> tuple[dict[str, list[str]], list[Fault]]:
    """Write times of day as hours.

    A spreadsheet saves 9:30 as 9:30 or, in a cell without a time format, as the fraction 0.3958 of
    a day. Fractions are recognised where all figures of all columns are below 1 and at least one is
    a full minute as a fraction of a day, but not as hours.

    Parameters
    ----------
    columns : mapping of list of str
        Cells of each column of times, without surrounding blanks.
    file : str
        Name of the file, for messages.
    lines : list of int
        Row of each cell, for messages.

    Returns
    -------
    columns : dict of list of str
        Hours as plain numbers; what is neither a time nor a number stays as it is.
    faults : list of Fault
        F331 for a time that does not exist, and for figures that may be hours as well as fractions
        of a day.
    """
    faults: list[Fault] = []
    hours: dict[str, list[str]] = {}
    for name, cells in columns.items():
        hours[name] = [_clock_hours(cell) for cell in cells]
        faults += [
            Fault("F331", file, line, name, cell)
            for line, cell, text in zip(lines, cells, hours[name], strict=True)
            if ":" in text
        ]
    figures = {
        name: np.array([float(cell) if _FIGURE.fullmatch(cell) else np.nan for cell in cells])
        for name, cells in columns.items()
    }
    doubtful = {name: _fractions_only(values) for name, values in figures.items()}
    every = np.concatenate([*figures.values(), np.zeros(0)])
    below_one = not (every >= 1.0).any()
    proven = any(mask.any() for mask in doubtful.values())
    if below_one and proven:
        return {name: _of_days(cells, figures[name]) for name, cells in hours.items()}, faults
    if below_one:
        # 0.5 throughout may be half past midnight as well as noon.
        doubtful = {name: values > 0.0 for name, values in figures.items()}
    for name, mask in doubtful.items():
        for row in np.flatnonzero(mask)[:1]:
            share = figures[name][row]
            detail = f"{_shown(share)} as hours, {_shown(24.0 * share)} as a fraction of a day"
            more = f"; {mask.sum()} rows" if mask.sum() > 1 else ""
            faults.append(Fault("F331", file, lines[row], name, columns[name][row], detail + more))
    return hours, faults


def _clock_hours(cell: str) -> str:
    """Return a time such as 9:30, 6:00 PM or 02:00 +1 as hours; any other text as it is."""
    match = _CLOCK.fullmatch(cell)
    if match is None:
        return cell
    hour, half = int(match["hour"]), (match["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return cell
        hour = hour % 12 + (12 if half == "p" else 0)
    minutes = 60 * hour + int(match["minute"]) + int(match["second"] or 0) / 60.0
    return repr(minutes / 60.0 + 24.0 * int(match["days"] or 0))


def _fractions_only(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which figures are a full minute as a fraction of a day, but not as hours."""
    of_day, of_hour = values * 24.0 * 60.0, values * 60.0
    full = np.abs(of_day - np.round(of_day)) < _ROUNDING
    return (
        (values > 0.0) & (values < 1.0) & full & (np.abs(of_hour - np.round(of_hour)) > _ROUNDING)
    )


def _of_days(cells: list[str], values: NDArray[np.float64]) -> list[str]:
    """Return the cells with each figure, a fraction of a day, as hours of whole seconds."""
    return [
        cell if np.isnan(value) else repr(round(value * 86_400.0) / 3_600.0)
        for cell, value in zip(cells, values.tolist(), strict=True)
    ]


def _shown(hours: float) -> str:
    """Return hours as HH:MM."""
    minutes = round(hours * 60.0)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
