"""Page of a roadmap: a time line of the sites, cash flow, paybacks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from fulfill.analysis.roadmap.roadmap import Roadmap
from fulfill.analysis.roadmap.statements import sentences
from fulfill.analysis.roadmap.tables import (
    CLOSE,
    GROW,
    KEEP,
    OPEN,
    SHRINK,
    assumptions,
    cash_flow,
    payback_table,
    site_table,
)
from fulfill.report.html.names import unique_names
from fulfill.report.html.page import html_table, part, write_page
from fulfill.report.html.style import AMBER, BLUE, INK
from fulfill.study.language import translated as _
from fulfill.study.roadmap_outputs import CASH_FLOW, CHANGE_ASSUMPTIONS, PAYBACK
from fulfill.study.vocabulary import shown

COLORS = {OPEN: BLUE, GROW: BLUE, KEEP: "#cfe0ee", SHRINK: AMBER, CLOSE: AMBER}
INKS = {OPEN: "white", GROW: "white", KEEP: INK, SHRINK: INK, CLOSE: INK}
FLOW = CASH_FLOW.pick(*(key for key in CASH_FLOW.keys if key != "discount"))
WORTH = PAYBACK.pick(*PAYBACK.keys[1:])


def write_roadmap_page(found: Roadmap, path: Path) -> None:
    """Write the page of a roadmap.

    Parameters
    ----------
    found : Roadmap
    path : Path
        File to write.
    """
    problem, worth = found.run.problem, payback_table(found)
    write_page(
        path,
        "roadmap.html",
        problem.network.title,
        {},
        names=(problem.network.name, problem.demand.name),
        zones=len(found.run.instance.zones),
        merged=found.run.study.options.resolution is not None,
        sentences=sentences(found),
        timeline=time_line(site_table(found)) if found.years else "",
        flow=html_table(cash_flow(found), FLOW) if found.years else "",
        worth=html_table(worth, WORTH) if len(worth) else "",
        assumed=html_table(assumptions(found), CHANGE_ASSUMPTIONS.figures),
        audit_faults=found.faults,
    )


def time_line(table: pd.DataFrame) -> Markup:
    """Return the time line of the sites.

    Parameters
    ----------
    table : DataFrame
        Of `tables.site_table`.

    Returns
    -------
    Markup
        Table of coloured cells, one row for each site.
    """
    names = unique_names(table.drop_duplicates("site_id").set_index("site_id")["name"])
    columns = (table[name] for name in ("site_id", "year", "action", "size"))
    cells = {
        (site, year): {
            "color": COLORS[action],
            "ink": INKS[action],
            "label": f"{shown(action, 'roadmap_action')} {size}".strip(),
        }
        for site, year, action, size in zip(*columns, strict=True)
    }
    years = sorted(set(table["year"]))
    return part(
        "heat.html",
        caption=_("Each site by year: what it does, and its size."),
        periods=[_("year {year}").format(year=year) for year in years],
        rows=[(name, [cells.get((site, year)) for year in years]) for site, name in names.items()],
    )
