"""Orders by day of the week, as daily_profile.csv has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.schema import WEEKDAYS


def weekday_weights(table: pd.DataFrame) -> NDArray[np.float64] | None:
    """Return the orders of each day of the week over those of the mean day.

    Parameters
    ----------
    table : DataFrame
        In the form of daily_profile.csv.

    Returns
    -------
    ndarray, shape (7,), or None
        From Monday, with a mean of one; None for a table without rows.
    """
    if table.empty:
        return None
    weight = table.set_index("weekday")["weight"].reindex(WEEKDAYS).to_numpy(float)
    return np.asarray(weight / weight.mean())


def daily_profile_faults(folder: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Find weekdays without a row, and a week without orders.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        With daily_profile.

    Yields
    ------
    Fault
        F533 and F534.
    """
    table, file = tables["daily_profile"], f"{folder}/daily_profile.csv"
    if table.empty:
        return
    for day in WEEKDAYS:
        if day not in set(table["weekday"]):
            yield Fault("F533", file, column="weekday", value=day)
    if table["weight"].sum() == 0:
        yield Fault("F534", file, int(table[ROW].iloc[0]), "weight", "0")


def unused_delay_warnings(folder: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Warn of delays of bands that are not used because there is a daily profile.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        With daily_profile and bands.

    Yields
    ------
    Fault
        W533.
    """
    if tables["daily_profile"].empty:
        return
    rows = tables["bands"][tables["bands"]["delay_days"] > 0]
    for line, value in zip(rows[ROW], rows["delay_days"], strict=True):
        yield Fault("W533", f"{folder}/bands.csv", int(line), "delay_days", f"{value:g}")
