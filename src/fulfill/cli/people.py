"""Commands for the map layers of a run: export."""

from __future__ import annotations

from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import say


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["geojson", "gpkg", "kepler"]),
    default="geojson",
    show_default=True,
    help="File format.",
)
@shared.out
@shared.overwrite
def export(run: Path, form: str, out: Path | None, overwrite: bool) -> None:
    """Write the map layers of RUN as GeoJSON or GeoPackage, or as tables for kepler.gl."""
    from fulfill.report.gis.layers import export_layers
    from fulfill.study.run_folder import SUMMARY, check_target, new_folder, next_folder, read_json

    read_json(run, SUMMARY)
    target = out or next_folder(run.parent, f"{run.name}-{form}")
    check_target(target, overwrite=overwrite)
    with new_folder(target, overwrite=overwrite) as draft:
        written = [path.name for path in export_layers(run, draft, form)]
    say(f"{target}: {', '.join(sorted(written))}")
