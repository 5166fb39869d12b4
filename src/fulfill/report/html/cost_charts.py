"""Charts of costs: how they reduce the revenue of an order, for the plan and for each channel."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, FactorRange
from bokeh.transform import dodge
from numpy.typing import NDArray

from fulfill.inputs.problem import CHANNELS
from fulfill.report.html.style import (
    BLUE,
    CHANNEL_COLOR,
    GREEN,
    INK,
    RED,
    Chart,
    Entry,
    chart,
    hover,
)
from fulfill.study.currency import currency, in_currency
from fulfill.study.labels import COST_GROUPS
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import CENTS, shown

Array = NDArray[np.float64]
LEAST_SHARE = 0.005
"""Least share of the orders for which a channel has its own bars."""
LEAST_STEP_USD = 5e-4
"""Largest step that is left out, USD per order."""


def cost_bridge(plan: Plan) -> Chart:
    """Draw how costs reduce the net revenue of a dispatched order to its contribution.

    Parameters
    ----------
    plan : Plan
        With costs.

    Returns
    -------
    Chart
        Waterfall chart, USD per order.
    """
    steps = cost_steps(plan)
    value = in_currency(steps["usd_per_order"].to_numpy(float))
    end = np.cumsum(value)
    start = np.append(end - value, 0.0)
    amount, end = np.append(value, end[-1]), np.append(end, end[-1])
    left, right = np.minimum(start, end), np.maximum(start, end)
    names = [*steps["name"], _("Contribution")]
    color = np.where(amount < 0, RED, BLUE)
    color[0], color[-1] = BLUE, GREEN if amount[-1] >= 0 else RED
    canvas = chart(
        40 + 27 * len(names),
        y_range=FactorRange(*reversed(names)),
        x_axis_label=_("{currency} an order").format(currency=currency()),
    )
    source = ColumnDataSource(
        {
            "name": names,
            "left": np.nan_to_num(left),
            "right": np.nan_to_num(right),
            "color": color,
            "label": [f" {shown(step, CENTS)}" for step in amount],
        }
    )
    canvas.hbar(y="name", left="left", right="right", height=0.7, color="color", source=source)
    canvas.text(
        "right",
        "name",
        "label",
        source=source,
        text_baseline="middle",
        text_font_size="12px",
        text_color=INK,
    )
    canvas.x_range.start = min(0.0, float(np.nan_to_num(left).min())) * 1.05
    canvas.x_range.end = max(float(np.nan_to_num(right).max()) * 1.3, 1.0)
    canvas.xgrid.visible = True
    text = _("Net revenue {revenue}, contribution {contribution}, in {currency}.").format(
        revenue=shown(amount[0], CENTS),
        contribution=shown(amount[-1], CENTS),
        currency=currency(),
    )
    return Chart(canvas, text)


def channel_bridge(plan: Plan) -> Chart:
    """Draw the steps from revenue to contribution of an order by each channel.

    Parameters
    ----------
    plan : Plan
        With costs.

    Returns
    -------
    Chart
        A waterfall for each channel that has at least `LEAST_SHARE` of the orders, side by side.
    """
    steps = channel_steps(plan)
    names, channels = [*steps.index, _("Contribution")], list(steps.columns)
    canvas = chart(
        40 + (12 + 11 * len(channels)) * len(names),
        y_range=FactorRange(*reversed(names)),
        x_axis_label=_("{currency} an order").format(currency=currency()),
    )
    canvas.xgrid.visible = True
    thick = 0.84 / max(len(channels), 1)
    entries, told = [], []
    for number, channel in enumerate(channels):
        usd = steps[channel].to_numpy(float)
        seen = np.append(np.abs(usd) > LEAST_STEP_USD, True)
        value = in_currency(usd)
        end = np.cumsum(value)
        start = np.append(end - value, 0.0)
        end = np.append(end, end[-1])
        start = np.where(seen, start, np.nan)
        aside = (len(channels) - 1) / 2 - number
        words = shown(channel, "channel")
        source = ColumnDataSource(
            {
                "name": names,
                "channel": [words] * len(names),
                "left": np.minimum(start, end),
                "right": np.maximum(start, end),
                "text": [f"{shown(step, CENTS)} {currency()}" for step in (*value, end[-1])],
            }
        )
        bars = canvas.hbar(
            y=dodge("name", aside * thick, range=canvas.y_range),
            left="left",
            right="right",
            height=thick * 0.9,
            color=CHANNEL_COLOR[channel],
            source=source,
        )
        hover(canvas, bars, "<b>@channel</b>, @name: @text")
        entries.append(Entry(CHANNEL_COLOR[channel], words))
        told.append(f"{words} {shown(end[-1], CENTS)}")
    text = _("Contribution of an order, {currency}: {channels}.").format(
        currency=currency(), channels=listed(told)
    )
    return Chart(canvas, text, tuple(entries))


def channel_steps(plan: Plan) -> pd.DataFrame:
    """Return the bars of the chart of channels.

    Parameters
    ----------
    plan : Plan
        With costs and flows.

    Returns
    -------
    DataFrame
        A row for each group of costs, revenue first, and a column for each channel with at least
        `LEAST_SHARE` of the orders; USD per dispatched order of the channel, income positive.
    """
    sold = plan.flows[plan.flows["leg"] == "outbound"]
    dispatched = sold.groupby("channel")["dispatched"].sum()
    shares = plan.kpis["channel_share"]
    kept = [name for name in CHANNELS if shares.get(name, 0.0) >= LEAST_SHARE]
    costs = plan.parts.set_index("part")
    table = pd.DataFrame(
        {
            name: {
                group: -costs[f"{name}_usd"].reindex(parts).sum() / dispatched[name]
                for group, parts in _groups(plan).items()
            }
            for name in kept
        },
        index=list(_groups(plan)),
    )
    return table[(table.abs() > LEAST_STEP_USD).any(axis=1)]


def cost_steps(plan: Plan) -> pd.DataFrame:
    """Return the bars of the cost chart, revenue first.

    A part of costs.csv that is in no group of `COST_GROUPS` has its own bar.

    Parameters
    ----------
    plan : Plan
        With costs.

    Returns
    -------
    DataFrame
        name, usd_per_order and usd_year; income is positive.
    """
    costs = plan.parts.set_index("part")
    rows = [
        {
            "name": name,
            "usd_per_order": -costs["usd_per_order"].reindex(parts).sum(min_count=1),
            "usd_year": -costs["usd_year"].reindex(parts).sum(),
        }
        for name, parts in _groups(plan).items()
    ]
    table = pd.DataFrame(rows)
    is_first = table.index == 0
    kept = (table["usd_per_order"].abs() > LEAST_STEP_USD) | is_first
    return table[kept].reset_index(drop=True)


def _groups(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the parts of each bar by its label; a part that is in no group has its own bar."""
    grouped = {part for parts in COST_GROUPS.values() for part in parts}
    others = [part for part in plan.parts["part"] if part not in grouped]
    named = {_(name): parts for name, parts in COST_GROUPS.items()}
    return named | {shown(part, "part").capitalize(): (part,) for part in others}
