"""Commands for planning: optimize, route."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from fulfill.cli import options as shared
from fulfill.cli.completion import complete_sites
from fulfill.cli.echo import is_quiet, note
from fulfill.cli.exit_codes import finish
from fulfill.cli.types import Day, Figure
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.language import translated as _


@click.command(
    epilog="Example: fulfill optimize --close mx-cdmx-3pl --service 3d=0.6 --out runs/without"
)
@shared.problem_options
@shared.plan_options
@shared.as_of_year
@shared.rules
@shared.out
@shared.overwrite
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Start the search from the sites and prices of a run.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Say the saving against a run of `fulfill baseline`, whose paid openings stay paid.",
)
@click.option(
    "--with-routing",
    is_flag=True,
    help="Allow own vans at the cost of their routes: plan and route until the sites repeat.",
)
@shared.currency
@shared.answer
def optimize(
    as_of: date | None,
    currency: str,
    out: Path | None,
    overwrite: bool,
    start: Path | None,
    baseline: Path | None,
    with_routing: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Choose sites, allocate demand, and decide which orders to mail."""
    from fulfill.analysis.conflicts.explain import with_conflict
    from fulfill.report.drawing import check_drawn
    from fulfill.report.run_folder import write_run
    from fulfill.report.terminal.plan import live_progress, print_summary
    from fulfill.study.contract_use import contract_terms_table
    from fulfill.study.integrated import optimize_with_routing
    from fulfill.study.open_run import read_warm_start
    from fulfill.study.optimize import optimize as find_plan
    from fulfill.study.run_folder import summary
    from fulfill.study.saving import beside, open_baseline, with_saving

    study = shared.load_study(as_of, options)
    shared.show_in(currency, study.problem.network)
    present = open_baseline(baseline) if baseline else None
    study = beside(study, present) if present else study
    problem = study.problem
    default = Path("runs") / f"{problem.demand.name}-{problem.regime.as_of}"
    sources = shared.input_folders(options)
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        warm_start = read_warm_start(start) if start else None
        limits = study.options.gap, study.options.time_limit
        with live_progress(*limits, hidden=is_quiet()) as report:
            if with_routing:
                run = optimize_with_routing(study, report, note)
            else:
                run = find_plan(study, progress=report, start=warm_start)
        run = with_conflict(with_saving(run, present) if present else run)
        lost = write_run(run, draft)
    if as_json:
        click.echo(json.dumps(summary(run), indent=2))
    elif not is_quiet():
        contracts = contract_terms_table(run) if run.found else None
        print_summary(run.plan, run.audit, target, run.saving, run.conflict, contracts)
    check_drawn(target, lost)
    finish(run.outcome.status, run.audit.faults)


@click.command(
    epilog="Example: fulfill route runs/first --site mx-ixtapaluca --period black_friday"
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="ID",
    shell_complete=complete_sites,
    help="Open site; may be repeated.  [default: largest]",
)
@click.option("--period", metavar="ID", help="Period of the calendar.  [default: the site's peak]")
@click.option("--date", "day", type=Day(), help="Date whose period is used.")
@click.option(
    "--stops", type=click.Path(path_type=Path), help="CSV file of stops, instead of sampled ones."
)
@click.option(
    "--network",
    metavar="NAME|DIR|XLSX",
    help="Network with the vehicles to use.  [default: that of the run]",
)
@shared.date_order
@click.option(
    "--engine",
    type=click.Choice(["auto", "ruin", "pyvrp", "ortools"]),
    default="auto",
    show_default=True,
    help="Routing engine.",
)
@click.option(
    "--seconds",
    type=Figure(min=0, max=1e6, min_open=True),
    help="Time limit.  [default: a number of iterations, which is reproducible]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Seed of all random numbers.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def route(
    run: Path,
    network: str | None,
    currency: str,
    date_order: str | None,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Route a delivery day of a site of RUN: stops, vehicles, drivers' sheets, carriers, trucks."""
    from fulfill.inputs.folder import locate
    from fulfill.inputs.map_checks import check_maps
    from fulfill.inputs.network import read_network
    from fulfill.report.day_folder import day_summary, write_day
    from fulfill.report.drawing import check_drawn
    from fulfill.report.terminal.day import print_day
    from fulfill.study.delivery_day import DayOptions, route_day
    from fulfill.study.open_run import open_run

    if options["period"] and options["day"]:
        detail = "give --period or --date"
        raise InputError([Fault("F309", "--date", value=str(options["day"]), detail=detail)])
    if date_order and not network:
        detail = "it is for the dates of --network; RUN has recorded its own"
        raise InputError([Fault("F309", "--date-order", value=date_order, detail=detail)])
    sources = [run, *shared.input_folders({"network": network})]
    sources += [options["stops"]] if options["stops"] else []
    default = run.parent / f"{run.name}-routes"
    with shared.output_folder(out, default, overwrite=overwrite, sources=sources) as (
        target,
        draft,
    ):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        found = None
        if network:
            place = locate("network", network)
            with shared.faults_marked([place]):
                found = check_maps(read_network(place, date_order=date_order))
        day = route_day(planned, DayOptions(**options), found, note)
        asked = {
            name: str(value)
            for name, value in {"network": day.network.folder.label, **options}.items()
            if value not in (None, (), "") and name != "stops"
        }
        lost = write_day(day, draft, run, {**asked, "sites": list(day.depots["site_id"])})
    if as_json:
        click.echo(json.dumps(day_summary(day), indent=2))
    elif not is_quiet():
        print_day(day, target)
        click.echo(_(shared.NOT_AUDITED).format(run=run))
    check_drawn(target, lost)
