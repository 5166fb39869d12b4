"""Page of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from fulfill.analysis.compare.comparison import SHARES, Comparison
from fulfill.analysis.compare.differences import cut_searches, in_words
from fulfill.report.html import page as base
from fulfill.report.html.comparison_charts import cost_chart, share_chart
from fulfill.report.html.page import NUMBER, html_table, part
from fulfill.study import outputs
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.run_folder import input_folders
from fulfill.study.vocabulary import DAY, Figure, figure, shown, taken_over

SHARE_KEYS = tuple(f"share_{name}" for name in SHARES)
MODE_COLUMNS = outputs.MODES.pick(
    "status",
    "objective",
    "gap",
    "contribution_usd",
    "landed_cost_usd_per_order",
    "lead_time_days_mean",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    "co2e_kg_per_order",
    "n_sites",
    *SHARE_KEYS,
)
BREAK_EVEN_COLUMNS = outputs.BREAK_EVEN.pick(
    "country",
    "product",
    "sites_of",
    "winner",
    "orders",
    "mail_usd_per_order",
    "local_usd_per_order",
    "gain_usd_per_order",
    "break_even_orders_year",
    "price_usd",
    "break_even_price_usd",
    "duty_rate",
    "break_even_duty_rate",
    "value_ratio",
    "break_even_value_ratio",
)
PRODUCT_COLUMNS = outputs.PRODUCTS.pick(
    "product",
    "winner",
    "orders",
    "mail_usd_per_order",
    "local_usd_per_order",
    "local_entry_usd_per_order",
    *SHARE_KEYS,
)
CLASS_COLUMNS = outputs.ZONE_CLASSES.pick(
    "as_of",
    "mode",
    "country",
    "zone_class",
    "orders",
    "lead_time_days",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    *SHARE_KEYS,
)


def page(comparison: Comparison) -> str:
    """Render the page of a comparison.

    Parameters
    ----------
    comparison : Comparison
        Plans of all dates and modes.

    Returns
    -------
    str
        HTML.
    """
    folders = [files.name for files in input_folders(comparison.study).values()]
    names = _("{network} and {demand}").format(network=folders[0], demand=folders[1])
    modes, classes = comparison.modes, _named(comparison, comparison.zone_classes)
    return base.page(
        "comparison.html",
        _("Fulfilment modes: {names}").format(names=names),
        _charts(comparison),
        days=[shown(day, DAY) for day in dict.fromkeys(modes["as_of"])],
        verdicts=list(_verdicts(modes)),
        audit_faults=comparison.audit_faults,
        conditions=comparison.conditions,
        modes=[_mode_table(str(day), rows) for day, rows in modes.groupby("as_of")],
        merged=comparison.study.options.resolution,
        break_even=_by(_named(comparison, comparison.break_even), ("as_of",), BREAK_EVEN_COLUMNS),
        products=_by(_named(comparison, comparison.products), ("as_of", "mode"), PRODUCT_COLUMNS),
        zone_classes="" if classes.empty else html_table(classes, _used(classes, CLASS_COLUMNS)),
        inputs=names,
    )


def _charts(comparison: Comparison) -> dict[str, Any]:
    """Return the charts that have something to show."""
    planned = comparison.modes[comparison.modes["objective"].notna()]
    charts = {} if planned.empty else {"cost_chart": cost_chart(comparison)}
    if (planned["mode"] == "mixed").any():
        charts["share_chart"] = share_chart(comparison)
    return charts


def _mode_table(day: str, rows: pd.DataFrame) -> Markup:
    """Return the plans of a date, a row for each figure so that the table fits any width."""
    return part(
        "figures.html",
        caption=_("Plans under the rules of {day}").format(day=shown(day, DAY)),
        names=[shown(mode, "mode") for mode in rows["mode"]],
        rows=[
            (column, [column.shown(value) for value in rows[column.key]])
            for column in _used(rows, MODE_COLUMNS)
        ],
        number=NUMBER,
    )


def _named(comparison: Comparison, rows: pd.DataFrame) -> pd.DataFrame:
    """Replace the ids of countries and products by their names."""
    network = comparison.study.problem.network
    names = {
        "country": network["countries"].set_index("country")["name"],
        "product": network["products"].set_index("product_id")["name"],
    }
    return rows.assign(
        **{
            column: rows[column].map(known).fillna(rows[column])
            for column, known in names.items()
            if column in rows
        }
    )


def _verdicts(modes: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield for each date what the mix saves over the other modes; no cost where it has no plan."""
    cost_of = figure("objective").with_unit
    for day, rows in modes.groupby("as_of"):
        found = rows.set_index("mode")
        cost = found["objective"]
        if pd.isna(cost.get("mixed", np.nan)):
            yield {"date": shown(day, DAY), "cost": ""}
            continue
        mixed = found.loc["mixed"]
        yield {
            "date": shown(day, DAY),
            "cost": cost_of(cost["mixed"]),
            "differences": in_words(rows),
            "cut": cut_searches(rows),
            "mailed": figure("share_direct_mail").shown(mixed["share_direct_mail"]),
            "n_sites": outputs.MODES["n_sites"].shown(mixed["n_sites"]),
            "taken_from": taken_over(str(mixed["taken_from"])),
        }


def _by(
    rows: pd.DataFrame, key: Sequence[str], columns: Sequence[Figure]
) -> list[dict[str, object]]:
    """Return a table for each value of the key columns; only those of the last date are open."""
    if rows.empty:
        return []
    last = rows["as_of"].max()
    return [
        {
            "heading": listed(figure(k).shown(v) for k, v in zip(key, values, strict=True)),
            "is_last": values[0] == last,
            "table": html_table(part, _used(part, columns)),
        }
        for values, part in rows.groupby(list(key), sort=False)
    ]


def _used(rows: pd.DataFrame, columns: Sequence[Figure]) -> list[Figure]:
    """Return the columns without the shares of channels that no row uses."""
    return [
        column
        for column in columns
        if column.key not in SHARE_KEYS
        # What is not served is always said.
        or column.key == "share_unserved"
        or (rows[column.key] > 0).any()
    ]
