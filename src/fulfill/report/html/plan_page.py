"""The page of a run: one HTML file that a planner can open, print and pass on, without a network connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from bokeh.embed import components
from bokeh.resources import Resources

from fulfill.audit.plan import Audit
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import STATUSES
from fulfill.model.decisions import OPTIMAL
from fulfill.report.cells import shown
from fulfill.report.gis.places import place_table
from fulfill.report.html.charts import channel_share, cost_bridge, site_load, throughput
from fulfill.report.html.map import LEAD_TIMES, NO_ORDER, plan_map
from fulfill.study.plan import Plan

TILES = (
    # key, words, form
    ("orders", "potential orders a year", "{:,.0f}"),
    ("landed_cost_usd_per_order", "landed cost per order", "{:,.2f} USD"),
    ("contribution_usd", "contribution a year", "{:,.0f} USD"),
    ("lead_time_days_mean", "mean lead time", "{:.1f} days"),
    ("co2e_kg_per_order", "CO2e per order", "{:.2f} kg"),
    ("share_within_3_days", "delivered within 3 days", "{:.1%}"),
    ("share_within_5_days", "delivered within 5 days", "{:.1%}"),
    ("cancellation_rate", "cancelled before the door", "{:.1%}"),
    ("unserved_share", "not served", "{:.1%}"),
)
RESOURCES = {
    "throughput_base": "handling, base",
    "throughput_overtime": "handling, overtime",
    "throughput_temporary": "handling, temporary staff",
    "storage": "storage",
    "gateway": "gateway",
    "mail": "air capacity for mail",
    "carrier": "last-mile carriers",
}
TIGHTEST = 15
AT_LIMIT = 0.999
Column = tuple[str, str, str]
"""Column of a frame, its heading, and the form of its values; text where the form is empty."""


def write_report(
    plan: Plan,
    problem: Problem,
    finding: Audit,
    layers: Mapping[str, gpd.GeoDataFrame],
    path: Path,
    vans: str = "",
) -> None:
    """Write the page of a plan; `layers` are those of `layers.plan_layers`, `vans` a section on own vans."""
    drawings = {
        "map": plan_map(plan, problem, layers),
        "channel_chart": channel_share(plan, problem),
        "cost_chart": cost_bridge(plan),
    }
    if len(plan.sites):
        drawings |= {
            "throughput_chart": throughput(plan, problem),
            "load_chart": site_load(plan, problem),
        }
    script, divs = components(drawings)
    page = _template("page.html").substitute(
        # Only bokeh's core: its widgets and tables would add a megabyte that the page does not use.
        library=Resources(mode="inline", components=["bokeh"]).render_js(),
        style=_file("page.css"),
        script=script,
        **{
            name: div
            for name, div in divs.items()
            if name not in ("throughput_chart", "load_chart")
        },
        **_opening(plan, problem, finding),
        **_tables(plan, problem),
        **_grounds(problem),
        sites=_site_sections(plan, problem, divs),
        vans=vans,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def _file(name: str) -> str:
    return files("fulfill.report.html").joinpath(name).read_text(encoding="utf-8")


def _template(name: str) -> Template:
    return Template(_file(name))


def _opening(plan: Plan, problem: Problem, finding: Audit) -> dict[str, str]:
    """Return what stands above the charts: title, verdict, key figures, key of the map."""
    figures = [
        (_figure(plan.kpis[key], form), words) for key, words, form in TILES if key in plan.kpis
    ]
    figures.append((f"{len(plan.sites)}", "open sites"))
    limits = [limit for limit, _ in LEAD_TIMES[:-1]]
    words = [
        f"up to {limits[0]:g} days",
        *(f"{low:g} to {high:g}" for low, high in pairwise(limits)),
    ]
    words += [f"over {limits[-1]:g}", "not served"]
    colors = [*(color for _, color in LEAD_TIMES), NO_ORDER]
    swatches = zip(colors, words, strict=True)
    return {
        "title": escape(problem.network.title),
        "network": escape(problem.network.name),
        "demand": escape(f"{problem.demand.name} ({problem.demand.title})"),
        "channels_allowed": escape(", ".join(problem.channels).replace("_", " ")),
        "as_of": plan.as_of,
        "verdict": _verdict(plan, finding),
        "tiles": "".join(
            f'<div class="tile"><b>{value}</b><span>{name}</span></div>' for value, name in figures
        ),
        "lead_time_key": "".join(
            f'<span><i style="background:{color}"></i>{text}</span>' for color, text in swatches
        ),
    }


def _figure(value: float, form: str) -> str:
    """Return a key figure; tens of millions are given in millions, which fit a tile and can be remembered."""
    if abs(value) >= 1e7:
        return form.replace(",.0f}", ",.1f} million").format(value / 1e6)
    return shown(value, form)


def _verdict(plan: Plan, finding: Audit) -> str:
    """Say how good the plan is and whether the audit agrees, in sentences."""
    outcome = plan.outcome
    word = "Proven best" if outcome.status == OPTIMAL else "A plan that is not proven best"
    audit = '<span class="good">clean</span>: cost and every constraint were recomputed without the solver.'
    if not finding.clean:
        faults = escape("; ".join(finding.faults))
        audit = f'<span class="bad">the audit disagrees in {len(finding.faults)} point(s)</span>: {faults}'
    return (
        f"<p><b>{outcome.status}.</b> {word}: it costs {outcome.objective:,.0f} USD a year, counting what decisions "
        f"can change. {_bound(plan)}</p>"
        f"<p>Solved for {escape(outcome.bound_of)}; found in {outcome.seconds:,.1f} s.</p><p>Audit: {audit}</p>"
    )


def _bound(plan: Plan) -> str:
    outcome = plan.outcome
    if not np.isfinite(outcome.bound):
        return "How much better a plan can be is not known: the search found no bound."
    kind = (
        "which a recomputation certifies"
        if outcome.bound_kind == "certified"
        else "on the solver's word"
    )
    return (
        f"No plan costs less than {outcome.bound:,.0f} USD, {kind}: at most {outcome.gap_usd:,.0f} USD a year "
        f"({outcome.gap:.2%}) could still be saved."
    )


def _tables(plan: Plan, problem: Problem) -> dict[str, str]:
    """Return the tables of channels, cost parts and capacities."""
    channels = plan.channels[plan.channels["orders"] > 0]
    parts = plan.costs[plan.costs["usd_year"].abs() > 0.5].sort_values("usd_year", ascending=False)
    return {
        "channel_table": html_table(
            channels.assign(channel=channels["channel"].str.replace("_", " ")),
            (
                ("channel", "channel", ""),
                ("orders", "orders a year", "{:,.0f}"),
                ("share", "share", "{:.1%}"),
                ("lead_time_days", "lead time, days", "{:.1f}"),
                ("cancellation_rate", "cancelled", "{:.1%}"),
            ),
        ),
        "cost_table": html_table(
            parts.assign(part=parts["part"].str.replace("_", " ")),
            (
                ("part", "part", ""),
                ("usd_year", "USD a year", "{:,.0f}"),
                ("usd_per_order", "USD per order", "{:,.2f}"),
            ),
        ),
        "capacity_table": html_table(
            _in_words(tightest(plan), problem),
            (
                ("resource", "resource", ""),
                ("kind", "what", ""),
                ("period", "tightest in", ""),
                ("used", "used", "{:,.0f}"),
                ("capacity", "capacity", "{:,.0f}"),
                ("unit", "unit", ""),
                ("utilisation", "use", "{:.1%}"),
                ("full", "periods at the limit", "{:.0f}"),
            ),
        ),
    }


def _site_sections(plan: Plan, problem: Problem, divs: Mapping[str, str]) -> str:
    """Return table and charts of the open sites."""
    if not len(plan.sites):
        return "<section><h2>Open sites</h2><p>No site is opened: every order that is served is mailed.</p></section>"
    sites = plan.sites.assign(
        place=plan.sites["state"] + ", " + plan.sites["country"],
        peak=plan.sites["peak_period"].map(_period_names(problem)),
    )
    table = html_table(
        sites,
        (
            ("name", "site", ""),
            ("place", "state", ""),
            ("ownership", "building", ""),
            ("size", "size", ""),
            ("orders_year", "orders a year", "{:,.0f}"),
            ("mean_utilisation", "mean use of base", "{:.0%}"),
            ("peak_utilisation", "peak use of base", "{:.0%}"),
            ("peak", "peak in", ""),
            ("fixed_usd_year", "fixed USD a year", "{:,.0f}"),
            ("opening_usd", "opening USD, once", "{:,.0f}"),
        ),
    )
    charts = {name: divs[name] for name in ("throughput_chart", "load_chart")}
    return _template("page_sites.html").substitute(site_table=table, **charts)


def tightest(plan: Plan, number: int = TIGHTEST) -> pd.DataFrame:
    """Return the capacity rows of the resources with the highest use, each in its tightest period.

    `full` counts the periods in which the resource is at its limit.
    """
    capacity = plan.capacity.assign(full=plan.capacity["utilisation"] >= AT_LIMIT)
    rows: pd.DataFrame = capacity[np.isfinite(capacity["utilisation"])]
    rows = rows.assign(full=rows.groupby(["resource", "kind"])["full"].transform("sum"))
    worst: pd.DataFrame = rows.sort_values(
        ["utilisation", "used"], ascending=False
    ).drop_duplicates(["resource", "kind"])
    worst = worst.sort_values(["utilisation", "full", "used"], ascending=False)
    return worst.head(number).reset_index(drop=True)


def _in_words(rows: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Replace ids of a capacity table by names."""
    names = place_table(problem)["name"].groupby(level="id").first()
    countries = problem.network["countries"].set_index("country")["name"]
    return rows.assign(
        resource=[names.get(name, countries.get(name, name)) for name in rows["resource"]],
        kind=[RESOURCES.get(kind, kind) for kind in rows["kind"]],
        period=rows["period"].map(_period_names(problem)),
    )


def _period_names(problem: Problem) -> dict[str, str]:
    return dict(zip(problem.periods, problem.network["calendar"]["name"], strict=True))


def _grounds(problem: Problem) -> dict[str, str]:
    """Return what the plan rests on: status of the data, warnings, attributions."""
    counts = data_status(problem)
    total = counts[list(STATUSES)].sum()
    known, assumed = int(total.sum()), int(total["assumption"])
    rows = pd.concat([counts, total.to_frame().T.assign(table="all tables")], ignore_index=True)
    forms = (
        ("table", "table", ""),
        *((status, status.replace("_", " "), "{:,.0f}") for status in STATUSES),
    )
    return {
        "known": f"{known:,}",
        "assumed": f"{assumed:,}",
        "assumed_share": f"{assumed / max(known, 1):.0%}",
        "warnings": "".join(f"<p>Warning: {escape(str(fault))}</p>" for fault in problem.warnings),
        "data_table": html_table(rows, forms, last_is_sum=True),
        "attributions": " ".join(_attributions(problem)),
    }


def data_status(problem: Problem) -> pd.DataFrame:
    """Return for each input file how many of its rows are in force, announced, estimates and assumptions."""
    rows = []
    for side in (problem.network, problem.demand):
        for name, table in sorted(side.tables.items()):
            if "status" in table and len(table):
                counts = table["status"].value_counts()
                known = {status: int(counts.get(status, 0)) for status in STATUSES}
                rows.append({"table": f"{side.folder.name}/{name}", **known})
    return pd.DataFrame(rows, columns=["table", *STATUSES])


def _attributions(problem: Problem) -> Iterator[str]:
    yield f"Made by fulfill from the tables of {escape(problem.network.name)} and {escape(problem.demand.name)}."
    if problem.network.roads is not None:
        yield "Roads: © OpenStreetMap contributors, Open Database License (ODbL)."
    if problem.demand.zones["source"].str.contains("GeoNames").any():
        yield "Places: GeoNames, Creative Commons Attribution 4.0 (CC-BY 4.0), changed."


def html_table(rows: pd.DataFrame, columns: Sequence[Column], *, last_is_sum: bool = False) -> str:
    """Return an HTML table; numbers stand right."""
    side = ["" if not form else ' class="n"' for _, _, form in columns]
    head = "".join(
        f"<th{place}>{escape(words)}</th>"
        for place, (_, words, _) in zip(side, columns, strict=True)
    )
    lines = []
    for number, row in enumerate(rows.to_dict("records"), 1):
        cells = [
            f"<td{place}>{_cell(row[name], form)}</td>"
            for place, (name, _, form) in zip(side, columns, strict=True)
        ]
        mark = ' class="sum"' if last_is_sum and number == len(rows) else ""
        lines.append(f"<tr{mark}>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(value: Any, form: str) -> str:
    if not form:
        return escape(str(value))
    return shown(value, form)
