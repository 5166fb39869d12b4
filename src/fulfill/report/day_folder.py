"""Files of a routed day, written to a given folder."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.folder import read_folder
from fulfill.report.drawing import draw
from fulfill.routing.clock import clock_text
from fulfill.routing.day.tables import further_columns
from fulfill.study import outputs
from fulfill.study.csv_files import write_output
from fulfill.study.currency import currency_block
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.json_file import FORMAT, finite, write_json
from fulfill.study.manifest import DAY, write_manifest
from fulfill.study.output_folder import MANIFEST
from fulfill.study.run_folder import (
    ROUTE_PAGE,
    SUMMARY,
    peak_mib,
)


def write_day(
    day: DayRoutes, folder: Path, run: Path, options: Mapping[str, Any]
) -> tuple[str, ...]:
    """Write the tables, summary.json, the map layers, route.html and manifest.json of a day.

    Parameters
    ----------
    day : DayRoutes
        Routed day.
    folder : Path
        Existing empty folder.
    run : Path
        Folder of the run that was routed.
    options : Mapping
        Options of the command, for the manifest.

    Returns
    -------
    tuple of str
        What could not be drawn, see `drawing.draw`.
    """
    from fulfill.report.gis.day_layers import day_layers, write_day_layers
    from fulfill.report.html.day_page import write_day_page

    begun = time.perf_counter()
    written = {
        outputs.STOPS: day.visits,
        outputs.DRIVER_SHEET: driver_sheet(day),
        outputs.VEHICLES: day.vehicles,
        outputs.DAY_ZONES: day.zones,
        outputs.UNSERVED: day.unserved,
        outputs.LINEHAUL: day.linehaul,
    }
    for declared, table in written.items():
        write_output(declared, table, folder)
    write_json(folder / SUMMARY, {"format_version": FORMAT, **day_summary(day)})
    layers = cache(lambda: day_layers(day))
    lost = draw(
        folder,
        {
            "map layers": lambda place: write_day_layers(layers(), place),
            ROUTE_PAGE: lambda place: write_day_page(day, layers(), place / ROUTE_PAGE),
        },
    )
    seconds = {"routing": day.seconds, "writing": time.perf_counter() - begun}
    planned = read_folder(run, [MANIFEST, SUMMARY, outputs.TABLES_FILE])
    inputs = {"network": day.network.folder, "run": planned}
    write_manifest(folder, DAY, inputs, options, seconds)
    return lost


def day_summary(day: DayRoutes) -> dict[str, Any]:
    """Return the content of summary.json of a day.

    Parameters
    ----------
    day : DayRoutes
        Routed day; all its districts have passed the audit.

    Returns
    -------
    dict
        Infinities and NaN are None.
    """
    held: dict[str, Any] = finite(
        {
            "period": day.period,
            "sites": day.depots["site_id"].tolist(),
            "engines": sorted({district.solution.engine for district in day.districts}),
            "districts": len(day.districts),
            "seconds": round(day.seconds, 3),
            "peak_mib": peak_mib(),
            "kpis": day.kpis,
            "audit": {"clean": True, "faults": []},
            **currency_block(outputs.DAY_KPIS.converted(day.kpis)),
        }
    )
    return held


def driver_sheet(day: DayRoutes) -> pd.DataFrame:
    """Return the stops of all vehicles in driving order, for drivers.

    Parameters
    ----------
    day : DayRoutes
        Routed day.

    Returns
    -------
    DataFrame
        Columns of `study.outputs.DRIVER_SHEET`, then the further columns of a stop list; times as
        HH:MM, after midnight as HH:MM +1.
    """
    visits = day.visits.merge(
        day.vehicles[["vehicle", "leaves", "break_begins"]], on="vehicle", how="left"
    )
    first = visits["sequence"] == 1
    again = ~first & (visits["trip"] != visits["trip"].shift())
    since = visits["departure"].shift().where(~first, visits["leaves"])
    # A break belongs to the stop before whose service it falls, while driving or waiting.
    rests = (visits["break_begins"] >= since - 1e-9) & (
        visits["break_begins"] < visits["begin"] - 1e-9
    )
    before = np.select(
        [first, again, rests],
        [
            "leave the site at " + visits["leaves"].map(clock_text),
            "load again at the site",
            "break at " + visits["break_begins"].map(clock_text),
        ],
        "",
    )
    return pd.DataFrame(
        {
            "vehicle": visits["vehicle"],
            "stop": visits["sequence"],
            "before": before,
            "drive_km": visits["leg_km"].round(1),
            "arrive": visits["arrival"].map(clock_text),
            "begin": visits["begin"].map(clock_text),
            "leave": visits["departure"].map(clock_text),
            "parcels": visits["orders"].astype(int),
            "weight_kg": visits["weight_kg"].round(1),
            "stop_id": visits["stop_id"],
            "lat": visits["lat"].round(5),
            "lon": visits["lon"].round(5),
        }
    ).join(visits[further_columns(day.stops)])
