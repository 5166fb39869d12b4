"""Commands for the map layers of a run: export."""

from __future__ import annotations

from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import say


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "form",
    type=click.Choice(["flatgeobuf", "geojson", "geoparquet", "gpkg", "kepler"]),
    default="geojson",
    show_default=True,
    help="File format.",
)
@shared.out
@shared.overwrite
def export(run: Path, form: str, out: Path | None, overwrite: bool) -> None:
    """Write the map layers of RUN in a format of GIS, or as a map for kepler.gl."""
    from fulfill.inputs.folder import read_folder
    from fulfill.report.gis.export import FILES, changes, export_layers
    from fulfill.study.manifest import LAYERS, write_manifest

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
