"""Exceptions and numbered input faults.

::

    FulfillError              anything this package raises on purpose
    ├── InputError            the tables or options are wrong; carries every fault; a ValueError
    ├── SolverError           a solver refused, crashed or returned an invalid result
    └── DrawingError          a map or page is missing from a folder that is otherwise written

An infeasible problem is not an error: it is a status of the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fulfill.inputs.fault_rules import RULES as RULES

SHOWN = 10
"""Most faults of one code in one column of a file that a report lists; the others are counted."""


@dataclass(frozen=True)
class Fault:
    """One fault of the input, with its place; its rule and remedy are those of `RULES`.

    Attributes
    ----------
    code : str
        Key of `RULES`; codes that begin with W are warnings.
    file : str
        Folder and name of the file, or the option.
    row : int
        Row of the file as a spreadsheet counts it (the header is row 1); 0 where the fault is one
        of the whole file.
    column : str
        Name of the column, key or parameter; empty where there is none.
    value : str
        The offending value; empty where there is none.
    detail : str
        What the rule alone does not say.
    cell : str
        Cell of the sheet, such as D7, where the file is a sheet of a workbook; otherwise empty.
    """

    code: str
    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    detail: str = ""
    cell: str = ""

    @property
    def warning(self) -> bool:
        """Whether the input can be used in spite of the fault."""
        return self.code.startswith("W")

    @property
    def record(self) -> dict[str, str | int]:
        """Place, value, rule and remedy by name."""
        rule, remedy = RULES[self.code]
        return {**vars(self), "rule": rule, "remedy": remedy}

    def __str__(self) -> str:
        rule, remedy = RULES[self.code]
        row = f", row {self.row}" if self.row else ""
        place = (
            self.file
            + (f"!{self.cell}" if self.cell else row)
            + (f", column {self.column}" if self.column else "")
        )
        shown = f", value {self.value!r}" if self.value else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code} {place}{shown}: {rule}{detail}. Remedy: {remedy}."


class FulfillError(Exception):
    """Base class of everything that this package raises on purpose."""


class InputError(FulfillError, ValueError):
    """The input is wrong.

    Attributes
    ----------
    faults : sequence of Fault
        Everything that was found, not only the first fault; without repeats. The text of the
        exception is abridged where there are many of a kind, see `abridged`.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(dict.fromkeys(faults))
        listed, counted = abridged(self.faults)
        super().__init__("\n".join([*map(str, listed), *counted]))

    def __reduce__(self) -> tuple[type[InputError], tuple[Sequence[Fault]]]:
        """Pickle by the faults: by default an exception is made again from its text."""
        return InputError, (self.faults,)


def abridged(faults: Iterable[Fault]) -> tuple[list[Fault], list[str]]:
    """Return the faults that a report lists, and what it says of the others.

    A mistake in one column of a long table is made in every row of it.

    Parameters
    ----------
    faults : iterable of Fault

    Returns
    -------
    listed : list of Fault
        The first `SHOWN` of each code, file and column, in the given order.
    counted : list of str
        One line for each code, file and column with more.
    """
    listed: list[Fault] = []
    number: Counter[tuple[str, str, str]] = Counter()
    last: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        kind = fault.code, fault.file, fault.column
        number[kind] += 1
        if number[kind] <= SHOWN:
            listed.append(fault)
        last[kind] = fault
    counted = [
        f"{code} {file}{f', column {column}' if column else ''}: "
        f"{number[code, file, column] - SHOWN:,} more"
        + (f", the last in row {fault.row:,}" if fault.row else "")
        for (code, file, column), fault in last.items()
        if number[code, file, column] > SHOWN
    ]
    return listed, counted


class SolverError(FulfillError):
    """A solver failed; the text is its own, preceded by its name."""


class DrawingError(FulfillError):
    """A map or page could not be drawn; everything else of the folder is written."""
