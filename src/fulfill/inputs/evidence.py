"""A warning where one study is the evidence for orders never placed and for orders withdrawn.

`conversion_eta` lowers the orders that are placed, `cancel_lambda` those that are kept; the two
multiply. A study of lost sales measures one of them, or both together: used for both, the same
orders are lost twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.spelling import fold

LOST, WITHDRAWN = "conversion_eta", "cancel_lambda"
_MARK = re.compile(r"\b[A-Z]{2,4}-[0-9]+\b|\b10\.[0-9]{4,}/[^\s;,]+")
"""Marks of a source: an id such as CX-8, and a DOI."""


def evidence_warnings(folder: str, parameters: pd.DataFrame) -> Iterator[Fault]:
    """Warn where conversion and cancellation rest on one source.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    parameters : DataFrame
        In the form of parameters.csv.

    Yields
    ------
    Fault
        W460, where both figures are above 0 and their sources have an id, a DOI or the whole text
        in common.
    """
    rows = {str(row["parameter"]): row for row in parameters.to_dict("records")}
    if not {LOST, WITHDRAWN} <= set(rows):
        return
    lost, withdrawn = rows[LOST], rows[WITHDRAWN]
    if not (lost["value"] > 0.0 and withdrawn["value"] > 0.0):
        return
    common = _marks(lost["source"]) & _marks(withdrawn["source"])
    if common:
        shown = ", ".join(sorted(common))
        line = int(withdrawn.get(ROW, 0))
        detail = f"{LOST} and {WITHDRAWN} rest on it"
        yield Fault("W460", f"{folder}/parameters.csv", line, "source", shown[:80], detail)


def _marks(source: str) -> set[str]:
    """Return the marks in a text about a source, and the text itself without regard to spelling."""
    return {*_MARK.findall(source), fold(source)} - {""}
