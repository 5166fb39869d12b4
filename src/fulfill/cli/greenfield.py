"""Command for sites that the network does not have yet: candidates."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet


@click.command(epilog="Example: fulfill candidates --number 8 --ownership shared --out towns")
@shared.problem_options
@shared.as_of
@click.option(
    "--number",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="Towns to choose.",
)
@click.option(
    "--ownership",
    type=click.Choice(["own", "shared"]),
    default="shared",
    show_default=True,
    help="Kind of site: whose rent and fees are taken from the nearest market.",
)
@click.option(
    "--least-people",
    type=click.FloatRange(min=0),
    default=20_000,
    show_default=True,
    help="Population from which a town can be chosen.",
)
@click.option(
    "--inbound-weight",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Kilometres to consumers that a kilometre from the nearest seaport or airport counts as.",
)
@click.option(
    "--near",
    "near_km",
    type=click.FloatRange(min=0),
    default=25.0,
    show_default=True,
    metavar="KM",
    help="Road kilometres to a site of the network up to which a town is not new.",
)
@shared.out
@shared.overwrite
@shared.answer
def candidates(
    as_of: date | None, out: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Find towns for new sites: those with the fewest road kilometres to the orders.

    Any town of the demand may be chosen. The result is rows for sites.csv, which a plan weighs
    with rent, duty and capacity.
    """
    from fulfill.analysis.greenfield.candidates import Greenfield
    from fulfill.analysis.greenfield.candidates import candidates as find_towns
    from fulfill.report.candidates_folder import summary, write_candidates
    from fulfill.report.terminal.candidates import print_candidates

    asked = Greenfield(**{one.name: options.pop(one.name) for one in fields(Greenfield)})
    study = shared.load_study(as_of, options)
    default = Path("runs") / f"candidates-{study.problem.demand.name}-{asked.number}"
    sources = shared.input_folders(options)
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        found = find_towns(study.problem, asked)
        write_candidates(found, study, draft, asked)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2, ensure_ascii=False))
    elif not is_quiet():
        print_candidates(found, target)
