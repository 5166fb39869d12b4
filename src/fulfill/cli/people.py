"""Commands for the map layers of a run: export."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note, say
from fulfill.cli.types import DATABASE, FormatOrDatabase
from fulfill.inputs.faults import Fault
from fulfill.study.language import translated as _

WORKBOOK = "xlsx"
"""Format of the results as an Excel workbook."""


@click.command(epilog="Example: fulfill export runs/first --to gpkg")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=FormatOrDatabase(["flatgeobuf", "geojson", "geoparquet", "gpkg", "kepler", "xlsx"]),
    metavar="[flatgeobuf|geojson|geoparquet|gpkg|kepler|xlsx|postgresql://...]",
    default="geojson",
    show_default=True,
    help="File format, or the address of a database with PostGIS.",
)
@click.option(
    "--schema", default="fulfill", show_default=True, help="Schema of the tables in a database."
)
@shared.out
@shared.overwrite
@shared.answer
def export(
    run: Path, form: str, schema: str, out: Path | None, overwrite: bool, as_json: bool
) -> None:
    """Write RUN for other programs: map layers, a map for kepler.gl, a workbook, or PostGIS."""
    from fulfill.inputs.folder import read_folder
    from fulfill.report.gis.export import FILES, changes, export_layers, export_postgis
    from fulfill.report.workbook import results
    from fulfill.study.manifest import LAYERS, write_manifest

    if form.startswith(DATABASE):
        place = export_postgis(run, form, schema=schema, overwrite=overwrite)
        if as_json:
            click.echo(json.dumps({"database": place, "schema": schema}))
        elif not is_quiet():
            say(_("{place}: schema {schema}").format(place=place, schema=schema))
        return
    default = run.parent / f"{run.name}-{form}"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[run]) as (target, draft):
        warnings: list[Fault] = []
        if form == WORKBOOK:
            read = results.FILES
            paths = [results.export_workbook(run, draft)]
        else:
            warnings = [fault for fault in changes(run, form) if fault.warning]
            for warning in warnings:
                note(f"warning: {warning}")
            read = FILES[form]
            paths = export_layers(run, draft, form)
        written = [path.name for path in paths]
        inputs = {"run": read_folder(run, read, "", own_files=True)}
        write_manifest(draft, LAYERS, inputs, {"to": form}, {})
    if as_json:
        click.echo(json.dumps({"folder": str(target), "files": sorted(written)}))
    if as_json or is_quiet():
        return
    say(f"{target}: {', '.join(sorted(written))}")
    if not warnings:
        say(_(shared.NOT_AUDITED).format(run=run))
