"""What a plan rests on: the status of the data, and the attributions that licences require."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import STATUSES
from fulfill.report.html.page import html_table
from fulfill.study.labels import VALUES
from fulfill.study.language import translated as _
from fulfill.study.outputs import EXPOSURES
from fulfill.study.vocabulary import WHOLE, WHOLE_PERCENT, Figure, shown

ASKED_FIRST = 5
ASK_COLUMNS = EXPOSURES.pick("figure", "rows", "low_usd", "high_usd", "exposure_usd", "ask")
DATA_COLUMNS = (
    Figure("table", "", "", "table", "table of the inputs"),
    *(Figure(key, "", WHOLE, VALUES["data_status"][key], "rows") for key in STATUSES),
)


def grounds(problem: Problem) -> dict[str, Any]:
    """Return status and attributions of the data, for the template.

    Parameters
    ----------
    problem : Problem
        What was planned.

    Returns
    -------
    dict
        Texts and a table.
    """
    counts = data_status(problem)
    total = counts[list(STATUSES)].sum()
    known, assumed = int(total.sum()), int(total["assumption"])
    rows = pd.concat([counts, total.to_frame().T.assign(table=_("all tables"))], ignore_index=True)
    share = assumed / known if known else np.nan
    return {
        "known": shown(known, WHOLE),
        "assumed": shown(assumed, WHOLE),
        "assumed_share": shown(share, WHOLE_PERCENT),
        "data_table": html_table(
            rows, DATA_COLUMNS, caption=_("Status of the data"), last_is_sum=True
        ),
        "attributions": _attributions(problem),
    }


def ask_table(exposed: pd.DataFrame | None) -> Markup | str:
    """Return the figures to ask for first, empty where they are not known.

    Parameters
    ----------
    exposed : DataFrame or None
        Of `exposures.exposure_table`.

    Returns
    -------
    Markup or str
        Table of the `ASKED_FIRST` widest groups.
    """
    if exposed is None or exposed.empty:
        return ""
    caption = _("Change of the yearly contribution with these figures at the ends of their ranges")
    return html_table(exposed.head(ASKED_FIRST), ASK_COLUMNS, caption=caption)


def data_status(problem: Problem) -> pd.DataFrame:
    """Return the number of rows of each input table by data status, as they are written.

    Rows that are worked out from others, such as the duties of a class by day, do not count.

    Parameters
    ----------
    problem : Problem
        Its network and demand are counted.

    Returns
    -------
    DataFrame
        table, and a column for each of `STATUSES`; tables without a status are left out.
    """
    rows = []
    network, demand = problem.network, problem.demand
    for folder, tables in ((network.folder, network.written), (demand.folder, demand.tables)):
        for name, table in sorted(tables.items()):
            if "status" in table and len(table):
                counts = table["status"].value_counts()
                known = {status: int(counts.get(status, 0)) for status in STATUSES}
                rows.append({"table": f"{folder.name}/{name}", **known})
    return pd.DataFrame(rows, columns=["table", *STATUSES])


def _attributions(problem: Problem) -> list[str]:
    """Return the attributions that the licences of the data require."""
    lines = []
    if problem.network.roads is not None:
        lines.append(_("Roads: © OpenStreetMap contributors, Open Database License (ODbL)."))
    if problem.demand.zones["source"].str.contains("GeoNames").any():
        lines.append(_("Places: GeoNames, Creative Commons Attribution 4.0 (CC-BY 4.0), changed."))
    return lines
