"""The command line: options in, library calls, exit code out.

Exit codes: 0 a plan (or the answer asked for) · 1 input faults, all listed · 2 wrong usage · 3
proven infeasible · 4 limit reached without a plan · 5 solver failure. Commands import their stage
when they run, so `--help` is instant.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.inputs.faults import Fault, FulfillError, InputError

OK, FAULTS, INFEASIBLE_EXIT, NO_PLAN_EXIT, SOLVER_EXIT = 0, 1, 3, 4, 5
DEFAULT_NETWORK, DEFAULT_DEMAND = "mexico-us-border", "mexico-2026"
DEFAULT_CHANNELS = "direct_mail,local,cross_border,nearshore"


class Commands(click.Group):
    """A group that turns our exceptions into messages and exit codes, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            print_faults(error.faults)
            ctx.exit(FAULTS)
        except FulfillError as error:
            click.echo(f"solver failure: {error}", err=True)
            ctx.exit(SOLVER_EXIT)
        except KeyboardInterrupt:
            click.echo("interrupted before there was a plan; nothing was written", err=True)
            ctx.exit(NO_PLAN_EXIT)


def print_faults(faults: Any) -> None:
    """Print every fault with a number, and that nothing was written."""
    for number, fault in enumerate(faults, 1):
        click.echo(f"{number}. {fault}", err=True)
    wrong = sum(not fault.warning for fault in faults)
    click.echo(f"{wrong} fault{'s' * (wrong != 1)} in the input; nothing was written.", err=True)


class Figure(click.FloatRange):
    """A number in a range; nan and infinity are none, though Python would read them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or fail as click does for wrong usage."""
        number = super().convert(value, param, ctx)
        return (
            number
            if math.isfinite(number)
            else self.fail(f"{value!r} is not a finite number.", param, ctx)
        )


if TYPE_CHECKING:
    DateType = click.ParamType[date]
else:  # generic for type checkers only: not in every click that we take
    DateType = click.ParamType


class Day(DateType):
    """A date written YYYY-MM-DD; another form is an input fault (exit code 1), as in the tables."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or raise F203."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # Python would take 20261101 and week dates too
            raise InputError([Fault("F203", param.opts[0] if param else "date", value=str(value))])
        return day


def problem_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which problem is meant."""
    for option in reversed(
        [
            click.option(
                "--network",
                default=DEFAULT_NETWORK,
                metavar="NAME|DIR",
                show_default=True,
                help="Network folder or embedded name.",
            ),
            click.option(
                "--demand",
                default=DEFAULT_DEMAND,
                metavar="NAME|DIR",
                show_default=True,
                help="Demand folder or embedded name.",
            ),
            click.option(
                "--channels",
                default=DEFAULT_CHANNELS,
                callback=lambda _, __, text: tuple(
                    name.strip() for name in text.split(",") if name.strip()
                ),
                metavar="A,B",
                show_default=True,
                help="Channels that may be used.",
            ),
            click.option(
                "--orders-per-year",
                type=Figure(min=1, max=1e9),
                help="Potential orders a year, in place of the demand's own.",
            ),
            click.option(
                "--us-share",
                type=Figure(0, 1),
                help="Share of orders from US zones, in place of the demand's own.",
            ),
            click.option(
                "--income-exponent",
                type=Figure(0, 2),
                help="e in population x internet x income^e.",
            ),
        ]
    ):
        command = option(command)
    return command


def plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what plan is wanted."""
    for option in reversed(
        [
            click.option(
                "--resolution",
                type=click.IntRange(min=1),
                help="Merge zones to about this number, for a quick look.  [default: every zone for itself]",
            ),
            click.option(
                "--method",
                type=click.Choice(["auto", "decomposition", "monolith"]),
                default="auto",
                show_default=True,
                help="How to solve: by size, or forced.",
            ),
            click.option(
                "--open",
                "opened",
                multiple=True,
                metavar="SITE",
                help="Lock a site open; repeat for more.",
            ),
            click.option(
                "--close",
                "closed",
                multiple=True,
                metavar="SITE",
                help="Lock a site closed; repeat for more.",
            ),
            click.option(
                "--sites", "max_sites", type=click.IntRange(min=0), help="At most this many sites."
            ),
            click.option(
                "--service",
                "services",
                multiple=True,
                metavar="[SCOPE:]3d=0.7",
                help="Share of all orders within days, of a country or zone class; repeat for more.",
            ),
            click.option(
                "--budget", "budget_usd", type=Figure(min=0), help="Most to spend on opening, USD."
            ),
            click.option("--co2-cap", "co2_kg", type=Figure(min=0), help="Most CO2e, kg a year."),
            click.option(
                "--gap",
                type=Figure(min=0),
                default=0.003,
                show_default=True,
                help="Stop at this relative gap.",
            ),
            click.option(
                "--time-limit",
                type=Figure(min=0, max=1e7, min_open=True),
                default=60.0,
                show_default=True,
                help="Seconds for building and solving.",
            ),
            click.option(
                "--seed",
                type=click.IntRange(0, 2**31 - 1),
                default=0,
                show_default=True,
                help="Seed of whatever is random.",
            ),
        ]
    ):
        command = option(command)
    return command


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="fulfill")
def main() -> None:
    """Where to put overseas warehouses, how much goes through each, and which orders to mail from abroad."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--network", default=DEFAULT_NETWORK, show_default=True, help="Embedded network to copy."
)
@click.option(
    "--demand", default=DEFAULT_DEMAND, show_default=True, help="Embedded demand to copy."
)
def init(folder: Path, network: str, demand: str) -> None:
    """Copy the example tables to FOLDER, to edit them."""
    from fulfill.inputs.network import locate
    from fulfill.study.run_folder import new_folder

    sources = {"network": locate("networks", network), "demand": locate("demand", demand)}
    with new_folder(folder) as draft:
        for name, source in sources.items():
            shutil.copytree(source, draft / name)
    click.echo(f"{folder}/network and {folder}/demand are yours to edit; then:")
    click.echo(f"  fulfill check --network {folder}/network --demand {folder}/demand")
    click.echo(f"  fulfill optimize --network {folder}/network --demand {folder}/demand")


@main.command()
@problem_options
@click.option("--as-of", type=Day(), help="Day whose rules hold.  [default: the network's]")
def check(as_of: date | None, **options: Any) -> None:
    """Check the tables: every fault at once, with file, row, column, value, rule and remedy."""
    from fulfill.inputs.problem import load_problem

    problem = load_problem(as_of=as_of, **options)
    for warning in problem.warnings:
        click.echo(f"warning: {warning}", err=True)
    network = problem.network
    click.echo(
        f"No fault: {network.name} with {len(network['sites'])} sites, {len(network['gateways'])} gateways, "
        f"{len(network['tariffs'])} tariff rows; {problem.demand.name} with {len(problem.demand.zones)} zones and "
        f"{problem.orders.sum():,.0f} orders a year; rules of {problem.regime.as_of}."
    )


@main.command()
@click.argument("start", metavar="LAT,LON")
@click.argument("goal", metavar="LAT,LON")
@click.option(
    "--network",
    default=DEFAULT_NETWORK,
    metavar="NAME|DIR",
    show_default=True,
    help="Network whose roads are used.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def lane(start: str, goal: str, network: str, as_json: bool) -> None:
    """Print road kilometres, hours and the border crossing between two points."""
    from fulfill.inputs.geography.distances import crossing_table, road_rules
    from fulfill.inputs.geography.roads import lane as find_lane
    from fulfill.inputs.geography.roads import read_roads
    from fulfill.inputs.network import locate, read_network

    ends = [parse_point(text) for text in (start, goal)]
    found, faults = read_network(locate("networks", network))
    if found is None:
        raise InputError(faults)
    graph = read_roads(found.roads) if found.roads else None
    way = find_lane(
        graph, road_rules(found), ends[0], ends[1], crossing_table(found, freight=False)
    )
    if as_json:
        click.echo(
            json.dumps(
                {
                    "road_km": round(way.road_km, 1),
                    "hours": round(way.hours, 2),
                    "crossing": way.crossing,
                }
            )
        )
        return
    click.echo(
        f"road_km   {way.road_km:,.0f}\nhours     {way.hours:,.1f}\ncrossing  {way.crossing or '-'}"
    )


@main.command(context_settings={"ignore_unknown_options": False})
@problem_options
@plan_options
@click.option("--as-of", type=Day(), help="Day whose rules hold.  [default: the network's]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the run.  [default: a new one under runs/]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Begin from the sites and prices of a run.",
)
@click.option(
    "--with-routing",
    is_flag=True,
    help="Offer own vans at what their routes cost: plan and route until sites repeat.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def optimize(
    as_of: date | None,
    out: Path | None,
    overwrite: bool,
    with_routing: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Choose sites, allocate demand, and say which orders to mail: the main job."""
    from fulfill.inputs.problem import load_problem
    from fulfill.report.run_folder import write_run
    from fulfill.report.terminal.plan import live_progress, print_summary
    from fulfill.study.optimize import PlanOptions
    from fulfill.study.optimize import optimize as find_plan
    from fulfill.study.run_folder import check_target, new_folder, next_folder, summary

    start = options["start"].name if options["start"] else None
    asked = in_manifest({**options, "start": start, "with_routing": with_routing or None})
    problem = load_problem(as_of=as_of, **{name: options.pop(name) for name in PROBLEM_OPTIONS})
    target = out or next_folder(Path("runs"), f"{problem.demand.name}-{problem.regime.as_of}")
    check_target(target, overwrite=overwrite)
    for warning in problem.warnings:
        click.echo(f"warning: {warning}", err=True)
    routed = None
    with live_progress(options["gap"]) as report:
        if with_routing:
            from fulfill.study.integrated import optimize_with_routing

            routed = optimize_with_routing(
                problem, PlanOptions(**options), report, lambda line: click.echo(line, err=True)
            )
            planned = routed.planned
        else:
            planned = find_plan(problem, PlanOptions(**options), report)
    with new_folder(target, overwrite=overwrite) as draft:
        write_run(planned, draft, asked, routed)
    content = summary(planned.plan, planned.audit)
    if as_json:
        click.echo(json.dumps(content, indent=2))
    else:
        print_summary(planned.plan, planned.audit, target)
    finish(planned.plan.outcome.status, planned.audit.faults)


@main.command()
@problem_options
@plan_options
@click.option(
    "--as-of",
    "days",
    type=Day(),
    multiple=True,
    help="Day whose rules hold; repeat for a time line.  [default: the network's]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder of the comparison.  [default: a new one under runs/]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def compare(
    days: tuple[date, ...], out: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Compare direct mail, local fulfilment and a mix; gap and time limit are those of each single plan."""
    from fulfill.analysis.compare.comparison import compare as compare_plans
    from fulfill.analysis.compare.comparison import on_dates, summary
    from fulfill.inputs.problem import load_problem
    from fulfill.report.html.comparison_page import write_comparison
    from fulfill.report.terminal.comparison import print_comparison
    from fulfill.report.terminal.plan import live_progress
    from fulfill.study.optimize import PlanOptions
    from fulfill.study.run_folder import check_target, new_folder, next_folder

    asked = in_manifest(options)
    problem = load_problem(
        as_of=min(days, default=None), **{name: options.pop(name) for name in PROBLEM_OPTIONS}
    )
    problems = on_dates(problem, days or [problem.regime.as_of])
    target = out or next_folder(
        Path("runs"), f"compare-{problem.demand.name}-{problems[-1].regime.as_of}"
    )
    check_target(target, overwrite=overwrite)
    with live_progress(options["gap"]) as report:
        comparison = compare_plans(
            problems, PlanOptions(**options), report, lambda line: click.echo(line, err=True)
        )
    with new_folder(target, overwrite=overwrite) as draft:
        write_comparison(comparison, draft, asked)
    if as_json:
        click.echo(json.dumps(summary(comparison), indent=2))
    else:
        print_comparison(comparison, target)
    finish(comparison.status, comparison.audit_faults)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["geojson", "gpkg", "kepler"]),
    default="geojson",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: a new one beside the run]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")
def export(run: Path, form: str, out: Path | None, overwrite: bool) -> None:
    """Write the map layers of RUN as GeoJSON, as a GeoPackage, or as the tables that kepler.gl reads."""
    from fulfill.report.gis.layers import export_layers
    from fulfill.study.run_folder import check_target, new_folder, next_folder, read_json

    read_json(run, "summary.json")
    target = out or next_folder(run.parent, f"{run.name}-{form}")
    check_target(target, overwrite=overwrite)
    with new_folder(target, overwrite=overwrite) as draft:
        written = [path.name for path in export_layers(run, draft, form)]
    click.echo(f"{target}: {', '.join(sorted(written))}")


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--network",
    metavar="NAME|DIR",
    help="Network of the run.  [default: the one its manifest names]",
)
@click.option(
    "--demand", metavar="NAME|DIR", help="Demand of the run.  [default: the one its manifest names]"
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def audit(run: Path, network: str | None, demand: str | None, as_json: bool) -> None:
    """Check RUN again: inputs, cost, every constraint, every table, and a certified bound from its multipliers."""
    from fulfill.report.terminal.plan import print_audit
    from fulfill.study.verify import audit_run, summary

    found = audit_run(run, network, demand)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    else:
        print_audit(found)
    sys.exit(SOLVER_EXIT if found.faults else OK)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--site",
    "sites",
    multiple=True,
    metavar="ID",
    help="Open site; repeat for several.  [default: largest]",
)
@click.option("--period", metavar="ID", help="Period of the calendar.  [default: the site's peak]")
@click.option("--date", "day", type=Day(), help="A day; its period is taken.")
@click.option(
    "--stops", type=click.Path(path_type=Path), help="Your own stops, in place of placed ones."
)
@click.option(
    "--network",
    metavar="NAME|DIR",
    help="Network of the run.  [default: the one its manifest names]",
)
@click.option(
    "--engine",
    type=click.Choice(["auto", "ruin", "pyvrp", "ortools"]),
    default="auto",
    show_default=True,
    help="What finds the routes.",
)
@click.option(
    "--seconds",
    type=Figure(min=0, max=1e6, min_open=True),
    help="Time limit.  [default: steps, repeatable]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="Seed of whatever is random.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to write to.  [default: a new one beside the run]",
)
@click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def route(
    run: Path, network: str | None, out: Path | None, overwrite: bool, as_json: bool, **options: Any
) -> None:
    """Route a day of an open site of RUN: stops, vehicles, drivers' sheets, own vans or the carrier by zone, trucks."""
    from fulfill.inputs.network import locate, read_network
    from fulfill.report.day_folder import day_summary, write_day
    from fulfill.report.terminal.day import print_day
    from fulfill.study.delivery_day import DayOptions, route_day
    from fulfill.study.run_folder import (
        MANIFEST,
        check_target,
        new_folder,
        next_folder,
        portable,
        read_json,
    )

    if options["period"] and options["day"]:
        raise InputError(
            [Fault("F309", "--date", value=str(options["day"]), detail="give --period or --date")]
        )
    name = network or read_json(run, MANIFEST).get("options", {}).get("network") or ""
    target = out or next_folder(run.parent, f"{run.name}-routes")
    check_target(target, overwrite=overwrite)
    found, faults = read_network(locate("networks", name))
    if found is None:
        raise InputError(faults)
    day = route_day(run, found, DayOptions(**options))
    asked = {
        key: str(value)
        for key, value in options.items()
        if value not in (None, ()) and key != "stops"
    }
    with new_folder(target, overwrite=overwrite) as draft:
        write_day(
            day,
            draft,
            run,
            {"network": portable(name), "sites": list(day.depots["site_id"]), **asked},
        )
    if as_json:
        click.echo(json.dumps(day_summary(day), indent=2))
    else:
        print_day(day, target)


PROBLEM_OPTIONS = (
    "network",
    "demand",
    "channels",
    "orders_per_year",
    "us_share",
    "income_exponent",
)


def in_manifest(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest keeps of the options: all that were given, inputs by a name that travels."""
    from fulfill.study.run_folder import portable

    named = {kind: portable(options[kind]) for kind in ("network", "demand")}
    return {
        name: value
        for name, value in {**options, **named}.items()
        if value not in (None, ()) and name != "channels"
    }


def finish(status: str, audit_faults: tuple[str, ...]) -> None:
    """Leave with the exit code that a plan's status and audit deserve."""
    if audit_faults:
        click.echo("the audit found the plan wrong:\n  " + "\n  ".join(audit_faults), err=True)
        sys.exit(SOLVER_EXIT)
    sys.exit({"INFEASIBLE": INFEASIBLE_EXIT, "NO_PLAN": NO_PLAN_EXIT}.get(status, OK))


def parse_point(text: str) -> tuple[float, float]:
    """Read LAT,LON."""
    parts = text.split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        raise InputError(
            [
                Fault(
                    "F309",
                    "LAT,LON",
                    value=text,
                    detail="write two numbers with a comma, e.g. 19.43,-99.13",
                )
            ]
        ) from None
    return lat, lon
