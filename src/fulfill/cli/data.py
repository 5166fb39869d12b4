"""Commands for the input tables: init, check, lane."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import say
from fulfill.cli.types import PlacesCommand, parse_places


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--network", default=shared.DEFAULT_NETWORK, show_default=True, help="Network to copy."
)
@click.option("--demand", default=shared.DEFAULT_DEMAND, show_default=True, help="Demand to copy.")
def init(folder: Path, network: str, demand: str) -> None:
    """Copy example tables to FOLDER for editing."""
    from fulfill.inputs.folder import locate
    from fulfill.study.output_folder import new_folder

    sources = {"network": locate("network", network), "demand": locate("demand", demand)}
    with new_folder(folder, sources=sources.values()) as draft:
        for name, source in sources.items():
            shutil.copytree(source, draft / name)
    say(f"Edit the tables in {folder}/network and {folder}/demand, then run:")
    say(f"  fulfill check --network {folder}/network --demand {folder}/demand")
    say(f"  fulfill optimize --network {folder}/network --demand {folder}/demand")


@click.command()
@shared.problem_options
@shared.as_of
def check(as_of: date | None, **options: Any) -> None:
    """Check the tables and list every fault with file, row, column, value, rule and remedy."""
    problem = shared.load_study(as_of, options).problem
    network = problem.network
    say(
        f"No fault: {network.name} with {len(network['sites'])} sites, "
        f"{len(network['gateways'])} gateways, {len(network['tariffs'])} tariff rows; "
        f"{problem.demand.name} with {len(problem.demand.zones)} zones and "
        f"{problem.orders.sum():,.0f} orders a year; rules of {problem.regime.as_of}."
    )


@click.command(cls=PlacesCommand)
@click.argument("start", metavar="PLACE")
@click.argument("goal", metavar="PLACE")
@click.option(
    "--network",
    default=shared.DEFAULT_NETWORK,
    metavar="NAME|DIR",
    show_default=True,
    help="Network whose roads are used.",
)
@shared.date_order
@shared.as_json
def lane(start: str, goal: str, network: str, date_order: str | None, as_json: bool) -> None:
    """Print road kilometres, hours, border crossing and ferries between two places.

    A PLACE is LAT,LON in degrees, or the id of a site, gateway or origin.
    """
    from fulfill.inputs.folder import locate
    from fulfill.inputs.geography.crossings import lane as find_lane
    from fulfill.inputs.geography.distances import crossing_table, road_rules, shores_of
    from fulfill.inputs.geography.roads import read_roads
    from fulfill.inputs.map_checks import check_maps
    from fulfill.inputs.network import read_network

    found = check_maps(read_network(locate("network", network), date_order=date_order))
    a, b = parse_places((start, goal), found)
    graph = read_roads(found.roads) if found.roads else None
    crossings = crossing_table(found, freight=False)
    road = find_lane(graph, road_rules(found), a, b, crossings, shores_of(found))
    if as_json:
        km, hours = round(road.road_km, 1), round(road.hours, 2)
        answer = {"road_km": km, "hours": hours, "crossing": road.crossing}
        click.echo(json.dumps({**answer, "ferries": road.ferries}))
        return
    say(f"road_km   {road.road_km:,.0f}")
    say(f"hours     {road.hours:,.1f}")
    say(f"crossing  {road.crossing or '-'}")
    say(f"ferries   {', '.join(road.ferries) or '-'}")
