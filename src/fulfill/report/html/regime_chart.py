"""Time line of the rules: what entry of Chinese goods is taxed, before and after a plan's day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import ColumnDataSource, NumeralTickFormatter, Span
from markupsafe import Markup

from fulfill.inputs.problem import Problem
from fulfill.inputs.tariffs import Regime, courier_entry, regime_on
from fulfill.model.economics.inbound import overseas_groups
from fulfill.report.html.page import html_table
from fulfill.report.html.style import DASHED, INK, LINE, Chart, Entry, chart, hover, label_months
from fulfill.study.language import Message, listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import DAY, PERCENT, Figure, shown

BEFORE, AFTER = timedelta(days=3 * 366), timedelta(days=183)
"""Time before the plan's day, and after the last change of a rule, that is drawn."""
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Colours of the countries in turn; of Okabe and Ito."""


def regime_rates(problem: Problem) -> pd.DataFrame:
    """Return what entry is taxed from each day on which a rule changes.

    Parameters
    ----------
    problem : Problem
        Tariffs, products and orders.

    Returns
    -------
    DataFrame
        from (date), country, entry (``courier`` or ``formal``), rate: the mean over the products
        of the country by potential orders, a share of the customs value. Courier rates are
        all-in where the rule says so, formal ones are the duty without VAT; NaN where no rule lets
        any product in.
    """
    network = problem.network
    tariffs, fees = network["tariffs"], network["entry_fees"]
    rows = [
        (day, country, entry, rate)
        for day in _changes(problem)
        for country, entry, rate in _rates(problem, regime_on(tariffs, fees, day))
    ]
    return pd.DataFrame(rows, columns=["from", "country", "entry", "rate"])


def _changes(problem: Problem) -> list[date]:
    """Return the days on which a rule changes, the first for what held before them."""
    tariffs = problem.network["tariffs"]
    begins = set(tariffs["valid_from"].dt.date)
    ends = {day + timedelta(days=1) for day in tariffs["valid_to"].dropna().dt.date}
    start = problem.regime.as_of - BEFORE
    return [start, *sorted(day for day in begins | ends if day > start)]


def _rates(problem: Problem, regime: Regime) -> Iterator[tuple[str, str, float]]:
    """Yield country, kind of entry and mean rate on a day."""
    network = problem.network
    products: list[Any] = list(network["products"].itertuples(index=False))
    zones = problem.demand.zones["country"].to_numpy()
    groups = overseas_groups(network["origins"], network["products"], network["goods_costs"])
    for country, vat in network["countries"][["country", "vat_rate"]].itertuples(index=False):
        orders = problem.orders[zones == country].sum(axis=(0, 2))
        if orders.sum() <= 0:
            continue
        courier = [
            courier_entry(
                regime,
                country,
                groups[row.product_id],
                row.tariff_class,
                row.price_usd,
                network.value_base,
                vat,
            ).rule
            for row in products
        ]
        formal = [
            regime.find(
                country,
                "formal",
                groups[row.product_id],
                row.tariff_class,
                row.transfer_value_usd,
            )
            for row in products
        ]
        for entry, rules in (("courier", courier), ("formal", formal)):
            rates = np.array([np.nan if rule is None else rule.rate for rule in rules])
            weight = np.where(np.isnan(rates), 0.0, orders)
            known = weight.sum() > 0
            mean = np.nansum(rates * weight) / weight.sum() if known else np.nan
            yield str(country), entry, float(mean)


def regime_chart(rates: pd.DataFrame, problem: Problem) -> Chart:
    """Draw the rates over time, with the day of the plan.

    Parameters
    ----------
    rates : DataFrame
        Of `regime_rates`.
    problem : Problem
        Names of the countries, and the day.

    Returns
    -------
    Chart
        A step line for each country and kind of entry.
    """
    as_of = problem.regime.as_of
    end = max(rates["from"].max(), as_of) + AFTER
    canvas = chart(
        280,
        x_axis_type="datetime",
        x_range=(pd.Timestamp(rates["from"].min()), pd.Timestamp(end)),
        y_axis_label=_("share of the customs value"),
    )
    canvas.xgrid.visible = True
    label_months(canvas)
    canvas.yaxis.formatter = NumeralTickFormatter(format="0 %")
    countries = problem.network["countries"]
    names = dict(zip(countries["country"], countries["name"], strict=True))
    order = list(dict.fromkeys(rates["country"]))
    entries, told = [], []
    for (country, entry), rows in rates.groupby(["country", "entry"], sort=False):
        color = COLORS[order.index(country) % len(COLORS)]
        words = entry_words(str(entry), names[country])
        days, values = [*rows["from"], end], [*rows["rate"], rows["rate"].iloc[-1]]
        source = ColumnDataSource(
            {
                "day": pd.to_datetime(days),
                "rate": values,
                "text": [shown(rate, PERCENT) for rate in values],
                "entry": [words] * len(days),
                "since": [shown(day, DAY) for day in days],
            }
        )
        dash = "solid" if entry == "courier" else "dashed"
        line = canvas.step(
            "day", "rate", mode="after", source=source, color=color, line_dash=dash, line_width=2.2
        )
        hover(canvas, line, _("<b>@entry</b><br>@text from @since"))
        entries.append(Entry(color, words, LINE if entry == "courier" else DASHED))
        told.append(f"{words} {shown(_on(rows, as_of), PERCENT)}")
    canvas.add_layout(
        Span(location=pd.Timestamp(as_of), dimension="height", line_color=INK, line_dash="dotted")
    )
    canvas.y_range.start = 0
    text = _("On {day}, the day of the plan (dotted): {rates}.").format(
        day=shown(as_of, DAY), rates=listed(told, "; ")
    )
    return Chart(canvas, text, tuple(entries))


def regime_table(rates: pd.DataFrame, problem: Problem) -> Markup:
    """Return the rates from each day on which one of them changes.

    Parameters
    ----------
    rates : DataFrame
        Of `regime_rates`.
    problem : Problem
        Names of the countries.

    Returns
    -------
    Markup
        Table with a column for each country and kind of entry.
    """
    countries = problem.network["countries"]
    names = dict(zip(countries["country"], countries["name"], strict=True))
    wide = rates.pivot_table(
        index="from", columns=["country", "entry"], values="rate", sort=False, dropna=False
    )
    changed = wide.round(6).ne(wide.round(6).shift()).any(axis=1)
    pairs: list[Any] = wide.columns.to_list()
    columns = {f"{place} {entry}": entry_words(entry, names[place]) for place, entry in pairs}
    rows = wide[changed].set_axis(list(columns), axis=1).reset_index()
    return html_table(
        rows,
        [
            Figure("from", "", DAY, Message("from the"), Message("first day of these rates")),
            *(
                Figure(key, "", PERCENT, words, Message("mean rate"))
                for key, words in columns.items()
            ),
        ],
        caption=_("Mean rates from each day on which one changes"),
    )


def entry_words(entry: str, country: str) -> str:
    """Return the label of a kind of entry into a country."""
    if entry == "courier":
        return _("courier tax, {country}").format(country=country)
    return _("duty on stock from overseas, {country}").format(country=country)


def _on(rows: pd.DataFrame, day: date) -> float:
    """Return the rate that holds on a day."""
    return float(rows.loc[rows["from"] <= day, "rate"].iloc[-1])
