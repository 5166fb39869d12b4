"""Charts of channels: their shares, and what stock gains over mail by product."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange, HoverTool
from numpy.typing import NDArray

from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.report.html.names import product_names, unique_names
from fulfill.report.html.style import CHANNEL_COLOR, INK, Chart, Entry, chart, hover
from fulfill.study.currency import currency, in_currency
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import CENTS, PERCENT, WHOLE_PERCENT, money, shown

Array = NDArray[np.float64]
KINDS = (*CHANNELS, "unserved")
LEAST_SHARE = 5e-4
"""Share of all orders up to which a channel has no bar: it would not be seen."""


def channel_share(plan: Plan, problem: Problem) -> Chart:
    """Draw the share of each channel in all orders, and by country, zone class and product.

    Parameters
    ----------
    plan : Plan
        With tables.
    problem : Problem
        Names of the products.

    Returns
    -------
    Chart
        Stacked bars.
    """
    table = _shares(plan, problem)
    names = list(table.index)
    canvas = chart(
        46 + 26 * len(names),
        y_range=FactorRange(*reversed(names), range_padding=0.05),
        x_range=(0, 1),
    )
    left = np.zeros(len(table))
    entries = []
    for channel in table.columns:
        share = table[channel].to_numpy(float)
        source = ColumnDataSource(
            {
                "name": names,
                "left": left,
                "middle": left + share / 2,
                "right": left + share,
                "share": 100.0 * share,
                "label": _percent(share),
            }
        )
        color = CHANNEL_COLOR[channel]
        bar = canvas.hbar(
            y="name", left="left", right="right", height=0.74, color=color, source=source
        )
        canvas.text(
            "middle",
            "name",
            "label",
            source=source,
            text_align="center",
            text_baseline="middle",
            text_font_size="11px",
            text_color="white",
        )
        words = shown(channel, "channel")
        canvas.add_tools(HoverTool(renderers=[bar], tooltips=f"@name: {words} @share{{0.0}} %"))
        entries.append(Entry(color, words))
        left = left + share
    canvas.xaxis.visible = False
    parts = listed(
        f"{shown(name, 'channel')} {shown(table[name].iloc[0], PERCENT)}" for name in table
    )
    return Chart(canvas, _("Of all orders: {shares}.").format(shares=parts), tuple(entries))


def stock_gain(rows: pd.DataFrame, problem: Problem) -> Chart:
    """Draw what an order from stock gains over the same order by mail, by product.

    Parameters
    ----------
    rows : DataFrame
        Of `mail_or_stock`.
    problem : Problem
        Names of the products.

    Returns
    -------
    Chart
        A bar for each product and country, to the right where stock is better.
    """
    known = rows[np.isfinite(rows["gain_usd_per_order"])]
    known = known.sort_values("gain_usd_per_order", ascending=False, kind="stable")
    products = product_names(problem)
    several = len(set(known["country"])) > 1
    names = [
        f"{products[row.product]} ({row.country})" if several else products[row.product]
        for row in known.itertuples(index=False)
    ]
    gain = known["gain_usd_per_order"].to_numpy(float)
    canvas = chart(
        60 + 22 * len(names),
        y_range=FactorRange(*reversed(names)),
        x_axis_label=_("{currency} an order").format(currency=currency()),
    )
    canvas.xgrid.visible = True
    source = ColumnDataSource(
        {
            "name": names,
            "gain": in_currency(gain),
            "text": [money(usd, CENTS) for usd in gain],
            "color": [CHANNEL_COLOR["local" if usd > 0 else "direct_mail"] for usd in gain],
            "mailed": [shown(share, WHOLE_PERCENT) for share in known["share_direct_mail"]],
        }
    )
    bars = canvas.hbar(y="name", right="gain", height=0.72, color="color", source=source)
    hover(canvas, bars, _("<b>@name</b><br>gain of stock @text an order; @mailed mailed"))
    canvas.ray(x=0, y=0, angle=np.pi / 2, color=INK)
    canvas.ray(x=0, y=0, angle=-np.pi / 2, color=INK)
    better = int((gain > 0).sum())
    text = _("Stock is better in {better} of {number} pairs of product and country.").format(
        better=better, number=len(gain)
    )
    entries = (
        Entry(CHANNEL_COLOR["local"], _("stock is better")),
        Entry(CHANNEL_COLOR["direct_mail"], _("mail is better")),
    )
    return Chart(canvas, text, entries)


def _shares(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels in potential orders, one row for each bar."""
    columns = [name for name in KINDS if plan.kpis["channel_share"].get(name, 0.0) > LEAST_SHARE]
    countries = problem.network["countries"].set_index("country")["name"].to_dict()
    pieces = [
        pd.DataFrame([plan.kpis["channel_share"]], index=[_("All orders")]),
        _shares_of_zones(plan, "country").rename(index=lambda code: countries.get(code) or code),
        _shares_of_zones(plan, "zone_class").rename(
            index=lambda name: (
                _("{zone_class} zones").format(zone_class=shown(name, "zone_class")).capitalize()
            )
        ),
        _shares_of_products(plan, problem),
    ]
    table = pd.concat(pieces).reindex(columns=columns).fillna(0.0)
    return table.set_axis(list(unique_names(pd.Series(table.index.astype(str))).values()))


def _shares_of_zones(plan: Plan, column: str) -> pd.DataFrame:
    """Return the share of channels by a column of zones.csv."""
    zones = plan.zones.fillna(0.0)
    orders = pd.DataFrame({name: zones[f"share_{name}"] * zones["orders"] for name in KINDS})
    whole = zones.groupby(column)["orders"].sum()
    return orders.groupby(zones[column]).sum().div(whole, axis=0)


def _shares_of_products(plan: Plan, problem: Problem) -> pd.DataFrame:
    """Return the share of channels by product name."""
    served = plan.flows[plan.flows["leg"] == "outbound"]
    orders = served.pivot_table(index="product", columns="channel", values="orders", aggfunc="sum")
    wanted = pd.Series(problem.orders.sum(axis=(0, 2)), index=problem.products)
    share = orders.reindex(problem.products).fillna(0.0).div(wanted, axis=0)
    share["unserved"] = (1.0 - share.sum(axis=1)).clip(lower=0.0)
    return share.rename(index=product_names(problem))


def _percent(share: Array) -> list[str]:
    """Return labels, empty where a bar is too short to carry one."""
    return [f"{part:.0%}" if part >= 0.045 else "" for part in share]
