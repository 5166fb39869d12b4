"""Files of a calibration: rows of parameters.csv and a page; and its record for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.analysis.calibration.calibrate import Calibration, parameter_rows
from fulfill.report.html.calibration_page import write_calibration_page
from fulfill.study.calibration_outputs import CALIBRATED, LEAD_TIMES
from fulfill.study.csv_files import write_csv
from fulfill.study.json_file import finite
from fulfill.study.new_files import new_files


def write_calibration(calibration: Calibration, table: Path, page: Path | None = None) -> None:
    """Write the supported parameters, and a page if it is asked for.

    Parameters
    ----------
    calibration : Calibration
    table : Path
        CSV file to create, in the form of parameters.csv.
    page : Path, optional
        HTML file to create.

    Raises
    ------
    InputError
        F340 and F343, see `new_files`.
    """
    places = {"--out": table, **({"--page": page} if page else {})}
    with new_files(places) as drafts:
        write_csv(parameter_rows(calibration), drafts["--out"])
        if page:
            write_calibration_page(calibration, drafts["--page"])


def record(calibration: Calibration) -> dict[str, Any]:
    """Return what `fulfill calibrate --json` prints.

    Parameters
    ----------
    calibration : Calibration

    Returns
    -------
    dict
        NaN is None.
    """
    histories = calibration.histories
    content: dict[str, Any] = finite(
        {
            "parameters": _records(calibration.parameters[list(CALIBRATED.keys)]),
            "lead_times": _records(calibration.lead_times[list(LEAD_TIMES.keys)]),
            "orders_in": histories.orders_in,
            "orders_used": len(histories.frame),
            "orders_refused": histories.refused,
            "first_day": str(histories.first),
            "last_day": str(histories.last),
            "rise": calibration.rise,
            "until_dispatch": histories.until_dispatch,
        }
    )
    return content


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows of a table, with values of Python."""
    return [
        {str(name): value for name, value in row.items()}
        for row in table.astype(object).to_dict("records")
    ]
