"""Two-stage programs in SMPS format, for tests and benchmarks.

Three files of one name: ``.cor`` (the program of one scenario, as MPS), ``.tim`` (the first column
and row of each stage) and ``.sto`` (the scenarios). Read are those of the kind of SIPLIB's SSLP
(S. Ahmed et al., SIPLIB): first-stage variables 0 or 1, scenarios that replace right-hand sides.
What is of another kind is refused. Format: J. R. Birge et al. (1987), A standard input format for
multiperiod stochastic linear programs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fulfill.model.arrays import Array, Mask

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True)
class TwoStageProgram:
    """Least ``f y + sum_s p_s q z_s`` with ``T y + W z_s`` within limits that depend on ``s``.

    Attributes
    ----------
    fixed : (n,)
        Cost of each first-stage variable, which is 0 or 1.
    first_rows : (m, n)
        Rows of the first stage.
    first_lower, first_upper : (m,)
        Their limits, infinite where there is none.
    cost, upper : (k,)
        Cost and upper limit of the second-stage variables, whose lower limit is 0.
    integer : (k,)
        Which of them are whole numbers.
    technology : (r, n)
        ``T``.
    recourse : csr_array (r, k)
        ``W``.
    row_lower, row_upper : (S, r)
        Limits of the second-stage rows by scenario.
    probability : (S,)
    """

    fixed: Array
    first_rows: Array
    first_lower: Array
    first_upper: Array
    cost: Array
    upper: Array
    integer: Mask
    technology: Array
    recourse: csr_array
    row_lower: Array
    row_upper: Array
    probability: Array


@dataclass
class _Core:
    """What a core file says (mutable while it is read)."""

    senses: dict[str, str] = field(default_factory=dict)
    columns: dict[str, dict[str, float]] = field(default_factory=dict)
    integer: set[str] = field(default_factory=set)
    rhs: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    upper: dict[str, float] = field(default_factory=dict)


def read_smps(path: str | Path) -> TwoStageProgram:
    """Read an instance.

    Parameters
    ----------
    path : str or Path
        Of the core file; the other two lie beside it.

    Returns
    -------
    TwoStageProgram

    Raises
    ------
    ValueError
        Where a file has a part that is not read, see the module.
    OSError
        Where one of the files cannot be read.
    """
    core_path = Path(path)
    core = _read_core(core_path)
    column, row = _second_stage(core_path.with_suffix(".tim"))
    names, rows = list(core.columns), list(core.senses)
    objective = rows.pop(0)
    if core.senses[objective] != "N" or column not in names or row not in rows:
        raise ValueError(f"{path}: rows or stages in an order that is not read")
    first, second = names[: names.index(column)], names[names.index(column) :]
    above, below = rows[: rows.index(row)], rows[rows.index(row) :]
    binary = all(name in core.integer and core.upper.get(name) == 1.0 for name in first)
    if not binary or any(core.columns[name].keys() & set(above) for name in second):
        raise ValueError(f"{path}: first stages other than of 0 and 1 are not read")
    probability, rhs = _scenarios(core_path.with_suffix(".sto"), core, below)
    first_limits = _limits(core, above, np.array([[core.rhs[name] for name in above]]))
    row_lower, row_upper = _limits(core, below, rhs)
    return TwoStageProgram(
        fixed=_costs(core, objective, first),
        first_rows=_matrix(core, above, first).toarray(),
        first_lower=first_limits[0][0],
        first_upper=first_limits[1][0],
        cost=_costs(core, objective, second),
        upper=np.array([core.upper.get(name, np.inf) for name in second]),
        integer=np.array([name in core.integer for name in second]),
        technology=_matrix(core, below, first).toarray(),
        recourse=_matrix(core, below, second),
        row_lower=row_lower,
        row_upper=row_upper,
        probability=probability,
    )


def _lines(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the section and the words of each line that is not the head of a section."""
    section = ""
    for line in path.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if not words or line.startswith("*"):
            continue
        if line[0].isspace():
            yield section, words
        else:
            section = words[0]


def _pairs(words: list[str]) -> Iterator[tuple[str, float]]:
    """Yield names and numbers that follow each other."""
    for name, number in zip(words[::2], words[1::2], strict=True):
        yield name, float(number)


def _read_core(path: Path) -> _Core:
    """Read the program of one scenario."""
    core, whole = _Core(), False
    for section, words in _lines(path):
        if section == "ROWS":
            core.senses[words[1]] = words[0]
        elif section == "COLUMNS" and "'MARKER'" in words:
            whole = words[-1] == "'INTORG'"
        elif section == "COLUMNS":
            core.columns.setdefault(words[0], {}).update(_pairs(words[1:]))
            if whole:
                core.integer.add(words[0])
        elif section == "RHS":
            core.rhs.update(_pairs(words[1:]))
        elif section == "BOUNDS" and words[0] in ("UP", "BV"):
            core.upper[words[2]] = 1.0 if words[0] == "BV" else float(words[3])
        else:
            raise ValueError(f"{path}: not read: {section} {' '.join(words)}")
    return core


def _second_stage(path: Path) -> tuple[str, str]:
    """Return the first column and row of the second of two stages."""
    stages = [words for section, words in _lines(path) if section == "PERIODS"]
    if len(stages) != 2:
        raise ValueError(f"{path}: {len(stages)} stages, 2 expected")
    return stages[1][0], stages[1][1]


def _scenarios(path: Path, core: _Core, rows: list[str]) -> tuple[Array, Array]:
    """Return probabilities (S,) and right-hand sides (S, r)."""
    place = {name: number for number, name in enumerate(rows)}
    usual = [core.rhs[name] for name in rows]
    probability: list[float] = []
    rhs: list[list[float]] = []
    for section, words in _lines(path):
        if section != "SCENARIOS":
            raise ValueError(f"{path}: only scenarios are read, not {section}")
        if words[0] == "SC":
            if words[2].strip("'") != "ROOT":
                raise ValueError(f"{path}: scenario {words[1]} does not start at 'ROOT'")
            probability.append(float(words[3]))
            rhs.append(usual.copy())
            continue
        if words[0].lower() != "rhs" or any(name not in place for name in words[1::2]):
            raise ValueError(f"{path}: only right-hand sides may vary: {' '.join(words)}")
        for name, number in _pairs(words[1:]):
            rhs[-1][place[name]] = number
    total = sum(probability)
    # SIPLIB's probabilities are printed with six digits
    if not probability or abs(total - 1.0) > 1e-4:
        raise ValueError(f"{path}: probabilities add up to {total}")
    return np.array(probability) / total, np.array(rhs)


def _costs(core: _Core, objective: str, names: list[str]) -> Array:
    return np.array([core.columns[name].get(objective, 0.0) for name in names])


def _matrix(core: _Core, rows: list[str], names: list[str]) -> csr_array:
    """Return the coefficients of columns in rows."""
    from scipy.sparse import csr_array

    place = {name: number for number, name in enumerate(rows)}
    entries = [
        (place[row], column, number)
        for column, name in enumerate(names)
        for row, number in core.columns[name].items()
        if row in place
    ]
    found, columns, numbers = (np.array(part) for part in zip(*entries, strict=True))
    return csr_array((numbers, (found, columns)), shape=(len(rows), len(names)))


def _limits(core: _Core, rows: list[str], rhs: Array) -> tuple[Array, Array]:
    """Return lower and upper limits of rows from their senses, of the shape of `rhs`."""
    senses = np.array([core.senses[name] for name in rows])
    return np.where(senses == "L", -np.inf, rhs), np.where(senses == "G", np.inf, rhs)
