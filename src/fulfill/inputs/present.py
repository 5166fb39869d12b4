"""Reading the files of a present network."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fulfill.inputs.columns import Table
from fulfill.inputs.faults import Fault
from fulfill.inputs.folder import read_regular
from fulfill.inputs.tables import empty, read_table


def read_present(path: Path, table: Table) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a file that describes a present network.

    Parameters
    ----------
    path : Path
        CSV file.
    table : Table
        Of `schema.present`.

    Returns
    -------
    frame : DataFrame
        The declared columns, and `ROW`; empty where the file as a whole cannot be read.
    faults : list of Fault
        F101 where there is no file, otherwise as `tables.read_table`.
    """
    if not path.exists():
        return empty(table), [Fault("F101", path.name)]
    return read_table(read_regular(path, path.name, links=True), path.name, table)
