"""Commands for the input tables: init, check, lane."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.types import parse_point


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
    click.echo(f"Edit the tables in {folder}/network and {folder}/demand, then run:")
    click.echo(f"  fulfill check --network {folder}/network --demand {folder}/demand")
    click.echo(f"  fulfill optimize --network {folder}/network --demand {folder}/demand")


@click.command()
@shared.problem_options
@shared.as_of
def check(as_of: date | None, **options: Any) -> None:
    """Check the tables and list every fault with file, row, column, value, rule and remedy."""
    problem = shared.load_study(as_of, options).problem
    network = problem.network
    click.echo(
        f"No fault: {network.name} with {len(network['sites'])} sites, "
        f"{len(network['gateways'])} gateways, {len(network['tariffs'])} tariff rows; "
        f"{problem.demand.name} with {len(problem.demand.zones)} zones and "
        f"{problem.orders.sum():,.0f} orders a year; rules of {problem.regime.as_of}."
    )


@click.command()
@click.argument("start", metavar="LAT,LON")
@click.argument("goal", metavar="LAT,LON")
@click.option(
    "--network",
    default=shared.DEFAULT_NETWORK,
    metavar="NAME|DIR",
    show_default=True,
    help="Network whose roads are used.",
)
@shared.as_json
def lane(start: str, goal: str, network: str, as_json: bool) -> None:
    """Print road kilometres, hours and the border crossing between two points."""
    from fulfill.inputs.folder import locate
    from fulfill.inputs.geography.crossings import lane as find_lane
    from fulfill.inputs.geography.distances import crossing_table, road_rules
    from fulfill.inputs.geography.roads import read_roads
    from fulfill.inputs.map_checks import check_maps
    from fulfill.inputs.network import read_network

    ends = [parse_point(text) for text in (start, goal)]
    found = check_maps(read_network(locate("network", network)))
    graph = read_roads(found.roads) if found.roads else None
    crossings = crossing_table(found, freight=False)
    road = find_lane(graph, road_rules(found), ends[0], ends[1], crossings)
    if as_json:
        km, hours = round(road.road_km, 1), round(road.hours, 2)
        click.echo(json.dumps({"road_km": km, "hours": hours, "crossing": road.crossing}))
        return
    click.echo(f"road_km   {road.road_km:,.0f}")
    click.echo(f"hours     {road.hours:,.1f}")
    click.echo(f"crossing  {road.crossing or '-'}")
