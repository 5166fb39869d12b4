"""Command for several years: roadmap."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Figure


@click.command(
    epilog="Example: fulfill roadmap runs/first --today mx-monterrey-3pl:M --phases phases.csv"
)
@click.argument("run", required=False, type=click.Path(path_type=Path))
@click.option(
    "--today",
    default="",
    metavar="SITES",
    help="Sites that are open today, as SITE:SIZE,SITE:SIZE (SITE:SIZE:YEARS where a contract "
    "binds for so many years), or the folder of a run.  [default: those of the baseline that RUN "
    "was compared with; else none]",
)
@click.option(
    "--phases",
    type=click.Path(path_type=Path),
    metavar="PHASES.csv",
    help="The years: rules, growth, budget, number of changes, overrides.  [default: those of the "
    "embedded network, for it]",
)
@click.option(
    "--discount-rate",
    type=Figure(min=0, max=1),
    help="A share a year.  [default: capital_rate of the network]",
)
@click.option(
    "--closing-months",
    type=Figure(min=0, max=60),
    default=3.0,
    show_default=True,
    help="Closing costs so many months of a site's rent and overhead, where site_sizes.csv does "
    "not say it (assumption, 1 to 6).",
)
@click.option(
    "--own-term",
    type=Figure(min=0, max=30),
    default=3.0,
    show_default=True,
    help="Least years that an own site is kept, where contracts.csv does not say it (assumption, "
    "1 to 5).",
)
@click.option(
    "--shared-term",
    type=Figure(min=0, max=30),
    default=1.0,
    show_default=True,
    help="The same for shared space (assumption, 0 to 2).",
)
@click.option(
    "--resolution",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="Merge zones to about this number, so that many plans can be made.",
)
@click.option(
    "--gap",
    type=Figure(min=0, max=1, min_open=True),
    default=0.01,
    show_default=True,
    help="Relative gap at which the search ends.",
)
@click.option(
    "--time-limit",
    "seconds",
    type=Figure(min=0, max=1e6, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds of the search; price of waiting and paybacks come after it.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def roadmap(
    run: Path | None,
    phases: Path | None,
    resolution: int,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Say when to open, grow, shrink and close sites over the years of PHASES, from those of today.

    Without RUN, the embedded network is planned.
    """
    from fulfill.analysis.roadmap.roadmap import RoadmapOptions
    from fulfill.analysis.roadmap.roadmap import roadmap as find_roadmap
    from fulfill.analysis.roadmap.tables import summary
    from fulfill.analysis.roadmap.terms import ChangeCosts, phases_of
    from fulfill.report.drawing import check_drawn
    from fulfill.report.roadmap_folder import write_roadmap
    from fulfill.report.terminal.roadmap import print_roadmap
    from fulfill.study.coarse import at_resolution

    asked = {"resolution": resolution, **options}
    costs = ChangeCosts(
        options.pop("closing_months"), options.pop("own_term"), options.pop("shared_term")
    )
    sources = [path for path in (run, phases) if path]
    with shared.planned_study(run, "roadmap", out, overwrite=overwrite, sources=sources) as (
        target,
        draft,
        study,
        planned,
    ):
        begun = time.perf_counter()
        shared.show_in(currency, study.problem.network)
        years = phases_of(study, phases)
        start = at_resolution(study, resolution, planned)
        found = find_roadmap(start, years, RoadmapOptions(costs=costs, **options), note)
        lost = write_roadmap(found, draft, asked, time.perf_counter() - begun)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_roadmap(found, target)
    check_drawn(target, lost)
    finish(found.status, found.faults)
