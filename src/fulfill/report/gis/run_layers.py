"""The map layers of a run: those of its plan and the routes of its own vans."""

from __future__ import annotations

import geopandas as gpd

from fulfill.inputs.network import Network
from fulfill.report.gis.day_layers import route_lines
from fulfill.report.gis.layers import ROUTES, plan_layers
from fulfill.report.gis.places import WGS84
from fulfill.study.integrated import Rounds
from fulfill.study.run import Run


def map_layers(run: Run) -> dict[str, gpd.GeoDataFrame]:
    """Return the map layers of a run.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    dict of str to GeoDataFrame
        The layers of plan.gpkg by name, all in EPSG:4326. `routes` is there for a run with own vans
        that was computed; one read from a folder has it in its plan.gpkg only.

    Raises
    ------
    ValueError
        Where the run has no plan.
    """
    if not run.found:
        raise ValueError(f"there is no plan to show: {run.outcome.status}")
    layers = plan_layers(run.plan, run.problem)
    return layers if run.rounds is None else layers | van_layers(run.problem.network, run.rounds)


def van_layers(network: Network, rounds: Rounds) -> dict[str, gpd.GeoDataFrame]:
    """Return the map layer of the van routes.

    Parameters
    ----------
    network : Network
        Its roads are followed.
    rounds : Rounds
        With the routed mean days.

    Returns
    -------
    dict of str to GeoDataFrame
        The layer `ROUTES`; empty where the plan uses no vans.
    """
    if not rounds.days:
        return {}
    lines = [line for day in rounds.days for line in route_lines(network, day.depot, day.visits)]
    return {ROUTES: gpd.GeoDataFrame(rounds.vehicles, geometry=lines, crs=WGS84)}
