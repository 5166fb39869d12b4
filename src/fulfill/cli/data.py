"""Commands for the input tables: init, check, lane."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, say
from fulfill.cli.exit_codes import FAULTS
from fulfill.cli.types import PlacesCommand, parse_places
from fulfill.inputs.faults import InputError
from fulfill.study.language import listed
from fulfill.study.language import translated as _


@click.command(epilog="Example: fulfill init mine")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--workbook",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help="Write an Excel workbook with a sheet a table, instead of FOLDER.",
)
@click.option(
    "--network", default=shared.DEFAULT_NETWORK, show_default=True, help="Network to copy."
)
@click.option("--demand", default=shared.DEFAULT_DEMAND, show_default=True, help="Demand to copy.")
@shared.answer
def init(
    folder: Path | None, workbook: Path | None, network: str, demand: str, as_json: bool
) -> None:
    """Copy example tables to FOLDER, or to a workbook, for editing."""
    from fulfill.inputs.folder import locate
    from fulfill.report.case_files import new_case_folder, new_case_workbook

    if (folder is None) == (workbook is None):
        raise click.UsageError("Give either FOLDER or --workbook.")
    sources = {"network": locate("network", network), "demand": locate("demand", demand)}
    with shared.faults_marked(sources.values()):
        if folder is not None:
            new_case_folder(folder, sources)
            written = {kind: str(folder / kind) for kind in sources}
        elif workbook is not None:
            new_case_workbook(workbook, sources)
            written = dict.fromkeys(sources, str(workbook))
    if as_json:
        click.echo(json.dumps(written))
    if as_json or is_quiet():
        return
    if workbook is None:
        say(_("Edit the tables in {network} and {demand}, then run:").format(**written))
    else:
        say(_("Edit the sheets of {workbook}, then run:").format(workbook=workbook))
    options = " ".join(f"--{kind} {place}" for kind, place in written.items())
    say(f"  fulfill check {options}")
    say(f"  fulfill optimize {options}")


@click.command(epilog="Example: fulfill check --network mine/network --demand mine/demand")
@shared.problem_options
@shared.as_of
@shared.answer
def check(as_of: date | None, as_json: bool, **options: Any) -> None:
    """Check the tables and list every fault with file, row, column, value, rule and remedy."""
    try:
        study = shared.load_study(as_of, options)
    except InputError as error:
        if not as_json:
            raise
        click.echo(json.dumps([fault.record for fault in error.faults], indent=2))
        sys.exit(FAULTS)
    if as_json:
        click.echo(json.dumps([fault.record for fault in study.warnings], indent=2))
    if as_json or is_quiet():
        return
    from fulfill.study.vocabulary import DAY, WHOLE, shown

    problem, network = study.problem, study.problem.network
    text = _(
        "No fault: {network} with {sites} sites, {gateways} gateways, {tariffs} tariff rows; "
        "{demand} with {zones} zones and {orders} orders a year; rules of {day}."
    )
    say(
        text.format(
            network=network.name,
            sites=len(network["sites"]),
            gateways=len(network["gateways"]),
            tariffs=len(network.written["tariffs"]),
            demand=problem.demand.name,
            zones=len(problem.demand.zones),
            orders=shown(problem.orders.sum(), WHOLE),
            day=shown(problem.regime.as_of, DAY),
        )
    )


@click.command(cls=PlacesCommand, epilog="Example: fulfill lane us-ontario-3pl 32.52,-117.02")
@click.argument("start", metavar="PLACE")
@click.argument("goal", metavar="PLACE")
@click.option(
    "--network",
    default=shared.DEFAULT_NETWORK,
    metavar="NAME|DIR|XLSX",
    show_default=True,
    help="Network whose roads are used.",
)
@shared.date_order
@shared.answer
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
    from fulfill.study.vocabulary import TENTH, WHOLE, shown

    place = locate("network", network)
    with shared.faults_marked([place]):
        found = check_maps(read_network(place, date_order=date_order))
    a, b = parse_places((start, goal), found)
    graph = read_roads(found.roads) if found.roads else None
    crossings = crossing_table(found, freight=False)
    road = find_lane(graph, road_rules(found), a, b, crossings, shores_of(found))
    if as_json:
        km, hours = round(road.road_km, 1), round(road.hours, 2)
        answer = {"road_km": km, "hours": hours, "crossing": road.crossing}
        click.echo(json.dumps({**answer, "ferries": road.ferries}))
        return
    if is_quiet():
        return
    say(_("road_km   {km}").format(km=shown(road.road_km, WHOLE)))
    say(_("hours     {hours}").format(hours=shown(road.hours, TENTH)))
    say(_("crossing  {crossing}").format(crossing=road.crossing or "-"))
    say(_("ferries   {ferries}").format(ferries=listed(road.ferries) or "-"))
