"""What a comparison leaves behind: its tables as CSV, a summary as JSON, and one page that opens without a network."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import numpy as np
import pandas as pd
from bokeh.embed import components
from bokeh.models import FactorRange, NumeralTickFormatter
from bokeh.plotting import figure
from bokeh.resources import Resources

from fulfill.analysis.compare.comparison import MODES, SHARES, Comparison
from fulfill.report.cells import shown
from fulfill.report.html.charts import CHANNEL_COLOR, INK, PALE
from fulfill.study.run_folder import input_folders

MODE_COLOR = {"direct_only": "#d95f02", "local_only": "#1b6ca8", "mixed": "#2a9d6f"}
Column = tuple[str, str, str]
"""Column of a frame, its heading, and the form of its values; text where the form is empty."""
SHARE_COLUMNS: tuple[Column, ...] = tuple(
    (f"share_{name}", name.replace("_", " "), "{:.1%}") for name in SHARES
)
MODE_COLUMNS: tuple[Column, ...] = (
    ("as_of", "rules of", ""),
    ("mode", "mode", ""),
    ("status", "status", ""),
    ("objective", "cost, USD a year", "{:,.0f}"),
    ("gap", "gap", "{:.2%}"),
    ("contribution_usd", "contribution, USD a year", "{:,.0f}"),
    ("landed_cost_usd_per_order", "landed cost per order", "{:,.2f}"),
    ("lead_time_days_mean", "lead time, days", "{:.1f}"),
    ("share_within_3_days", "within 3 days", "{:.1%}"),
    ("share_within_5_days", "within 5 days", "{:.1%}"),
    ("cancellation_rate", "cancelled", "{:.1%}"),
    ("co2e_kg_per_order", "kg CO2e per order", "{:.2f}"),
    ("n_sites", "sites", "{:.0f}"),
    *SHARE_COLUMNS,
)
BREAK_EVEN_COLUMNS: tuple[Column, ...] = (
    ("country", "country", ""),
    ("product", "product", ""),
    ("sites_of", "sites of", ""),
    ("winner", "winner", ""),
    ("orders", "orders a year", "{:,.0f}"),
    ("mail_usd_per_order", "worth by mail", "{:,.2f}"),
    ("local_usd_per_order", "worth from stock", "{:,.2f}"),
    ("gain_usd_per_order", "gain of stock", "{:,.2f}"),
    ("break_even_orders_year", "break-even orders a year", "{:,.0f}"),
    ("price_usd", "price", "{:,.2f}"),
    ("break_even_price_usd", "break-even price", "{:,.2f}"),
    ("duty_rate", "duty rate", "{:.1%}"),
    ("break_even_duty_rate", "break-even duty rate", "{:.1%}"),
    ("value_ratio", "value ratio", "{:.3f}"),
    ("break_even_value_ratio", "break-even ratio", "{:.3f}"),
)
PRODUCT_COLUMNS: tuple[Column, ...] = (
    ("product", "product", ""),
    ("winner", "winner", ""),
    ("orders", "orders a year", "{:,.0f}"),
    ("mail_usd_per_order", "worth by mail", "{:,.2f}"),
    ("local_usd_per_order", "worth from stock", "{:,.2f}"),
    ("local_entry_usd_per_order", "entry and safety stock", "{:,.2f}"),
    *SHARE_COLUMNS,
)
CLASS_COLUMNS: tuple[Column, ...] = (
    ("as_of", "rules of", ""),
    ("mode", "mode", ""),
    ("country", "country", ""),
    ("zone_class", "class", ""),
    ("orders", "orders a year", "{:,.0f}"),
    ("lead_time_days", "lead time, days", "{:.1f}"),
    ("share_within_3_days", "within 3 days", "{:.1%}"),
    ("share_within_5_days", "within 5 days", "{:.1%}"),
    ("cancellation_rate", "cancelled", "{:.1%}"),
    *SHARE_COLUMNS,
)


def page(comparison: Comparison) -> str:
    """Return the page."""
    script, charts = components(
        {"cost_chart": cost_chart(comparison), "share_chart": share_chart(comparison)}
    )
    days = list(dict.fromkeys(comparison.modes["as_of"]))
    names = " and ".join(files.name for files in input_folders(comparison.study).values())
    return Template(_file("comparison_page.html")).substitute(
        title=escape(f"Ways to fulfil: {names}"),
        style=_file("page.css"),
        library=Resources(mode="inline", components=["bokeh"]).render_js(),
        script=script,
        days=escape(", ".join(days)),
        verdict=_verdict(comparison),
        modes=_table(comparison.modes, MODE_COLUMNS),
        break_even=_by(comparison.break_even, ("as_of",), BREAK_EVEN_COLUMNS),
        products=_by(comparison.products, ("as_of", "mode"), PRODUCT_COLUMNS),
        zone_classes=_table(comparison.zone_classes, CLASS_COLUMNS),
        inputs=escape(names),
        **charts,
    )


def cost_chart(comparison: Comparison) -> figure:
    """Draw the cost of each mode on each date as grouped bars; a mode without a plan has none."""
    rows = comparison.modes[comparison.modes["objective"].notna()]
    names = [mode for mode in MODES if mode in set(comparison.modes["mode"])]
    days = list(dict.fromkeys(comparison.modes["as_of"]))
    canvas = figure(
        x_range=FactorRange(*days), height=300, sizing_mode="stretch_width", toolbar_location=None
    )
    width = 0.8 / len(names)
    for number, mode in enumerate(names):
        part = rows[rows["mode"] == mode]
        places = [
            days.index(day) + 0.5 + (number - (len(names) - 1) / 2) * width for day in part["as_of"]
        ]
        cost = part["objective"].to_numpy()
        canvas.vbar(
            x=places,
            top=cost,
            width=width * 0.92,
            color=MODE_COLOR[mode],
            legend_label=mode.replace("_", " "),
        )
    canvas.y_range.start = 0
    canvas.yaxis.formatter = NumeralTickFormatter(format="0.[0] a")
    return _dressed(canvas)


def share_chart(comparison: Comparison) -> figure:
    """Draw the channels' shares of the mixed plan of each date as stacked bars."""
    rows = comparison.modes[
        (comparison.modes["mode"] == "mixed") & comparison.modes["objective"].notna()
    ]
    days = list(dict.fromkeys(comparison.modes["as_of"]))
    canvas = figure(
        x_range=FactorRange(*days),
        y_range=(0, 1),
        height=300,
        sizing_mode="stretch_width",
        toolbar_location=None,
    )
    below = np.zeros(len(rows))
    for name in SHARES:
        share = rows[f"share_{name}"].to_numpy(float)
        if not (share > 0).any():
            continue
        canvas.vbar(
            x=rows["as_of"].tolist(), bottom=below, top=below + share, width=0.6, color=CHANNEL_COLOR[name],
            legend_label=name.replace("_", " "),
        )  # fmt: skip
        below = below + share
    canvas.yaxis.formatter = NumeralTickFormatter(format="0 %")
    return _dressed(canvas)


def _dressed(canvas: figure) -> figure:
    """Take away what carries no information."""
    canvas.outline_line_color = None
    canvas.axis.axis_line_color = PALE
    canvas.axis.major_tick_line_color = None
    canvas.axis.minor_tick_line_color = None
    canvas.axis.major_label_text_color = INK
    canvas.axis.major_label_text_font_size = "12px"
    canvas.grid.grid_line_color = PALE
    canvas.xgrid.visible = False
    if canvas.legend:
        canvas.add_layout(canvas.legend[0], "below")
        canvas.legend.orientation = "horizontal"
        canvas.legend.border_line_color = None
    return canvas


def _file(name: str) -> str:
    return files("fulfill.report.html").joinpath(name).read_text(encoding="utf-8")


def _verdict(comparison: Comparison) -> str:
    """Say for each date which mode wins, and by how much."""
    lines = []
    for day, rows in comparison.modes.groupby("as_of"):
        cost = rows.set_index("mode")["objective"]
        if pd.isna(cost.get("mixed", np.nan)):
            lines.append(f"<p><b>{escape(str(day))}.</b> No plan was found for the mix.</p>")
            continue
        mixed = rows.set_index("mode").loc["mixed"]
        saved = [
            f"{cost[mode] - cost['mixed']:,.0f} USD less than {mode.replace('_', '-')}"
            for mode in MODES[:-1]
            if pd.notna(cost.get(mode, np.nan))
        ]
        lines.append(
            f"<p><b>{escape(str(day))}.</b> The mix costs {cost['mixed']:,.0f} USD a year, {' and '.join(saved)}; "
            f"{mixed['share_direct_mail']:.1%} of the orders go by mail; open sites: {mixed['n_sites']:.0f}."
            f"{fallback(str(mixed['taken_from']))}</p>"
        )
    if comparison.audit_faults:
        lines.append(
            f'<p class="bad">The audit disagrees: {escape("; ".join(comparison.audit_faults))}</p>'
        )
    return "".join(lines)


def fallback(taken_from: str) -> str:
    """Return the sentence for a mix that is another mode's plan; nothing where it is its own."""
    if taken_from == "mixed":
        return ""
    other = taken_from.replace("_", "-")
    return f" The search of the mix found nothing better than the {other} plan, which it takes; try a longer time limit."


def _by(rows: pd.DataFrame, key: Sequence[str], columns: Sequence[Column]) -> str:
    """Return a table for each value of the key columns; all but the last date's folded away."""
    if rows.empty:
        return "<p>There is nothing to compare.</p>"
    last = rows["as_of"].max()
    parts = []
    for values, part in rows.groupby(list(key), sort=False):
        heading = escape(", ".join(str(value).replace("_", " ") for value in values))
        shown = " open" if values[0] == last else ""
        table = _table(part, columns)
        parts.append(
            f'<details{shown}><summary>{heading}</summary><div class="wide">{table}</div></details>'
        )
    return "".join(parts)


def _table(rows: pd.DataFrame, columns: Sequence[Column]) -> str:
    """Return an HTML table; texts stand left, and channels that no row uses are left out."""
    used = (
        [name for name, _, _ in SHARE_COLUMNS if (rows[name] > 0).any()]
        if SHARE_COLUMNS[0][0] in rows
        else []
    )
    columns = [column for column in columns if column not in SHARE_COLUMNS or column[0] in used]
    side = [' class="text"' if not form else "" for _, _, form in columns]
    head = "".join(
        f"<th{place}>{escape(words)}</th>"
        for place, (_, words, _) in zip(side, columns, strict=True)
    )
    lines = []
    for row in rows.to_dict("records"):
        cells = zip(side, columns, strict=True)
        lines.append(
            "".join(f"<td{place}>{cell(row[name], form)}</td>" for place, (name, _, form) in cells)
        )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def cell(value: Any, form: str) -> str:
    """Return a value as a reader sees it: a dash for none, `never` for an infinite volume, `unknown` for a gap."""
    if not form:
        return escape(str(value).replace("_", " "))
    if np.isposinf(value):
        return "unknown" if form.endswith("%}") else "never"
    return shown(value, form)
