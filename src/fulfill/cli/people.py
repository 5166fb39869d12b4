"""Commands for the map layers of a run: export."""

from __future__ import annotations

from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import say
from fulfill.cli.types import DATABASE, FormatOrDatabase


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=FormatOrDatabase(["flatgeobuf", "geojson", "geoparquet", "gpkg", "kepler"]),
    metavar="[flatgeobuf|geojson|geoparquet|gpkg|kepler|postgresql://...]",
    default="geojson",
    show_default=True,
    help="File format, or the address of a database with PostGIS.",
)
@click.option(
    "--schema", default="fulfill", show_default=True, help="Schema of the tables in a database."
)
@shared.out
@shared.overwrite
def export(run: Path, form: str, schema: str, out: Path | None, overwrite: bool) -> None:
    """Write the map layers of RUN in a format of GIS, as a map for kepler.gl, or to PostGIS."""
    from fulfill.inputs.folder import read_folder
    from fulfill.report.gis.export import FILES, changes, export_layers, export_postgis
    from fulfill.study.manifest import LAYERS, write_manifest

    if form.startswith(DATABASE):
        place = export_postgis(run, form, schema=schema, overwrite=overwrite)
        say(f"{place}: schema {schema}")
        return
    default = run.parent / f"{run.name}-{form}"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[run]) as (target, draft):
        warnings = [fault for fault in changes(run, form) if fault.warning]
        for warning in warnings:
            click.echo(f"warning: {warning}", err=True)
        written = [path.name for path in export_layers(run, draft, form)]
        inputs = {"run": read_folder(run, FILES[form], "", own_files=True)}
        write_manifest(draft, LAYERS, inputs, {"to": form}, {})
    say(f"{target}: {', '.join(sorted(written))}")
    if not warnings:
        say(shared.NOT_AUDITED.format(run=run))
