"""Warnings of numbers beyond the usual range of their column: a slip of unit or decimal point.

What cannot be is refused when a table is read; what is merely unusual is said and used as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from fulfill.inputs.columns import ROW, Column, Parameter, Table
from fulfill.inputs.faults import Fault


def sanity_warnings(
    folder: str, tables: Mapping[str, pd.DataFrame], declared: Iterable[Table]
) -> Iterator[Fault]:
    """Warn of numbers above the usual range of their column.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        Checked tables, amounts in USD.
    declared : iterable of Table
        Their declarations.

    Yields
    ------
    Fault
        W321.
    """
    for table in declared:
        frame = tables[table.name]
        if ROW not in frame:  # made by the program, not read from a file
            continue
        for column in table.columns:
            if column.wall or column.high is None:
                continue
            beyond = frame[column.name].to_numpy() > column.high
            if not beyond.any():
                continue
            above = frame[beyond]
            for line, value in zip(above[ROW], above[column.name], strict=True):
                yield _warning(f"{folder}/{table.name}.csv", int(line), column, float(value))


def parameter_warnings(
    folder: str, parameters: pd.DataFrame, declared: Iterable[Parameter]
) -> Iterator[Fault]:
    """Warn of parameters above their usual range.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    parameters : DataFrame
        In the form of parameters.csv, amounts in USD.
    declared : iterable of Parameter

    Yields
    ------
    Fault
        W321.
    """
    usual = {one.name: one for one in declared if not one.wall}
    columns = (parameters[name] for name in (ROW, "parameter", "value"))
    for line, name, value in zip(*columns, strict=True):
        if name in usual and value > usual[name].high:
            detail = f"{name} is usually up to {usual[name].high:g} {usual[name].unit}"
            yield Fault(
                "W321", f"{folder}/parameters.csv", int(line), "value", f"{value:g}", detail
            )


def _warning(file: str, line: int, column: Column, value: float) -> Fault:
    detail = f"usually up to {column.high:g} {column.unit}"
    return Fault("W321", file, line, column.name, f"{value:g}", detail)
