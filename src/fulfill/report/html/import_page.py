"""Page of an import of orders: what came in, how it was read, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from fulfill.inputs.importing.import_orders import ImportedOrders
from fulfill.inputs.importing.order_lines import Recognised
from fulfill.inputs.network import Network
from fulfill.report.html import page as base
from fulfill.report.html.import_charts import class_curve, month_chart, zone_map
from fulfill.report.html.page import html_table
from fulfill.study.import_outputs import (
    IMPORT_RECORD,
    READ_FILES,
    REASON_COUNTS,
    REFUSED,
    SEASON,
    SEGMENTS,
)
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import shown

TILES = (
    "orders_in",
    "orders_placed",
    "zones",
    "products",
    "orders_with_several_products",
    "cancelled",
    "returned",
)
SHOWN_REFUSED = 50
"""Refused orders that the page lists; refused.csv has all."""


def page(imported: ImportedOrders, network: Network) -> str:
    """Render the page of an import.

    Parameters
    ----------
    imported : ImportedOrders
    network : Network
        Its outlines are drawn, and its products are named.

    Returns
    -------
    str
        HTML.
    """
    figures = imported.figures
    drawings = {
        "map": zone_map(imported.zones, network),
        "months": month_chart(imported.by_day),
        "classes": class_curve(imported.segments.volume),
    }
    likes = [str(network["products"]["name"].iloc[row]) for row in imported.segments.table["like"]]
    refused = imported.refused
    return base.page(
        "import.html",
        _("Orders imported"),
        drawings,
        files=listed(dict.fromkeys(file.file for file in imported.files)),
        key_figures=[(IMPORT_RECORD[key], IMPORT_RECORD[key].shown(figures[key])) for key in TILES],
        refused=len(refused),
        money=_money(imported),
        currency=figures["currency"],
        rate=str(imported.rate) if imported.rate else "",
        read_table=html_table(read_files(imported.files), READ_FILES),
        repaired=listed(_counted(figures["repaired"])),
        placed_by=listed(_counted(figures["placed_by"])),
        conflicts=figures["conflicts"].get("state", 0),
        reasons="" if refused.empty else html_table(_reasons(refused), REASON_COUNTS),
        refused_table=""
        if refused.empty
        else html_table(refused.head(SHOWN_REFUSED), REFUSED.pick(*REFUSED.keys)),
        most=SHOWN_REFUSED,
        segments=html_table(imported.segments.table.assign(like=likes), SEGMENTS),
        season=html_table(imported.season, SEASON),
        missing=[
            (row["product_id"], row["like"], ", ".join(row["figures"])) for row in imported.missing
        ],
        warnings=[str(warning) for warning in imported.warnings],
    )


def _money(imported: ImportedOrders) -> list[str]:
    """Return the values that came in, were placed and were refused; none without prices."""
    figures = imported.figures
    if figures["value_in"] is None:
        return []
    lost = sum(figures["value_refused"].values())
    amounts = figures["value_in"], figures["value_placed"], lost
    return [IMPORT_RECORD["value_in"].shown(amount) for amount in amounts]


def read_files(files: Sequence[Recognised]) -> pd.DataFrame:
    """Return a row for each file or worksheet.

    Parameters
    ----------
    files : sequence of Recognised

    Returns
    -------
    DataFrame
        With the columns of `READ_FILES`.
    """
    return pd.DataFrame(
        [
            {
                "place": f"{file.file} ({file.sheet})" if file.sheet else file.file,
                "encoding": file.encoding,
                "delimiter": shown(file.delimiter, "delimiter") if file.delimiter else "",
                "skipped": file.skipped,
                "rows": file.rows,
                "date_order": file.date_order,
                "decimals": listed(
                    shown(style, "decimal") for style in dict.fromkeys(file.decimals.values())
                ),
                "columns": "; ".join(f"{name} = {text}" for name, text in file.columns.items()),
                "unused": listed(file.unused),
            }
            for file in files
        ]
    )


def _counted(counts: dict[str, int]) -> list[str]:
    """Return numbers with what they are numbers of."""
    return [f"{shown(name, 'evidence')} {shown(n, '{:,.0f}')}" for name, n in counts.items()]


def _reasons(refused: pd.DataFrame) -> pd.DataFrame:
    """Return the number and value of refused orders by reason."""
    groups = refused.groupby("reason")["value"]
    table = pd.DataFrame({"orders": groups.size(), "value": groups.sum()}).reset_index()
    return table.sort_values("orders", ascending=False, kind="stable")
