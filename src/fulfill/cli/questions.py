"""Commands for questions about runs: diff, explain, alternatives."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.completion import complete_sites
from fulfill.cli.echo import is_quiet
from fulfill.cli.types import Figure, split_names
from fulfill.inputs.faults import Fault, InputError


@click.command(epilog="Example: fulfill diff runs/first runs/second")
@click.argument("first", metavar="RUN1", type=click.Path(path_type=Path))
@click.argument("second", metavar="RUN2", type=click.Path(path_type=Path))
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def diff(
    first: Path, second: Path, currency: str, out: Path | None, overwrite: bool, as_json: bool
) -> None:
    """Say what changed from RUN1 to RUN2: inputs, decisions, and the cost, to the cent."""
    from fulfill.analysis.diff.run_difference import diff as compare_runs
    from fulfill.analysis.diff.run_difference import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.question_folders import write_diff
    from fulfill.report.terminal.questions import print_diff

    default = Path("runs") / f"diff-{first.name}-{second.name}"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[first, second]) as (
        target,
        draft,
    ):
        found = compare_runs(first, second)
        shared.show_in(currency, found.after.problem.network)
        lost = write_diff(found, draft)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_diff(found, target)
    check_drawn(target, lost)


@click.command(epilog="Example: fulfill explain runs/first --site mx-villahermosa-3pl")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--site",
    metavar="ID",
    shell_complete=complete_sites,
    help="Site, open or closed; all: every open site.  [default: all]",
)
@click.option("--zone", metavar="ID", help="Who serves a zone, and the ways of its orders.")
@click.option("--product", metavar="ID", help="Who serves a product, and mail against stock.")
@click.option(
    "--order",
    metavar="Z,P,T",
    callback=split_names,
    help="Zone, product and period: its two best ways part by part.",
)
@click.option(
    "--seconds",
    type=Figure(min=0, max=1e6, min_open=True),
    default=10.0,
    show_default=True,
    help="Time limit of the search without, or with, a site.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def explain(
    run: Path,
    site: str | None,
    zone: str | None,
    product: str | None,
    order: tuple[str, ...] | None,
    seconds: float,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Say why RUN opens its sites, or why a zone, product or order is served as it is."""
    asked = {"--site": site, "--zone": zone, "--product": product, "--order": order}
    given = [name for name, value in asked.items() if value]
    if len(given) > 1:
        detail = f"give one of {', '.join(asked)}"
        raise InputError([Fault("F309", given[1], value=str(asked[given[1]]), detail=detail)])
    if zone or product or order:
        if out is not None:
            detail = "only explanations of sites are written to a folder"
            raise InputError([Fault("F309", "--out", value=str(out), detail=detail)])
        _explain_service(run, currency, zone, product, order, as_json=as_json)
        return
    wanted = None if site in (None, "all") else site
    _explain_sites(run, currency, wanted, seconds, (out, overwrite), as_json=as_json)


def _explain_sites(
    run: Path,
    currency: str,
    site: str | None,
    seconds: float,
    place: tuple[Path | None, bool],
    *,
    as_json: bool,
) -> None:
    """Explain a site, or every open one, and write the answer to a folder."""
    from fulfill.analysis.explanations.single_site import explain_site, record_of
    from fulfill.analysis.explanations.site_explanation import explain_sites
    from fulfill.report.drawing import check_drawn
    from fulfill.report.question_folders import write_explanations
    from fulfill.report.terminal.explanations import print_sites
    from fulfill.study.open_run import open_run

    default = Path("runs") / f"explain-{run.name}"
    with shared.output_folder(place[0], default, overwrite=place[1], sources=[run]) as (
        target,
        draft,
    ):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        if site is None:
            found, one = explain_sites(planned, seconds=seconds), None
        else:
            one = explain_site(planned, site, seconds)
            found = [one.site]
        more = record_of(one) if one else {}
        lost = write_explanations(planned, found, more, draft)
    if as_json:
        records = [{**one.record, **more} for one in found]
        click.echo(json.dumps(records[0] if site else {"sites": records}, indent=2))
    elif not is_quiet():
        print_sites(found, one, target)
    check_drawn(target, lost)


def _explain_service(
    run: Path,
    currency: str,
    zone: str | None,
    product: str | None,
    order: tuple[str, ...] | None,
    *,
    as_json: bool,
) -> None:
    """Explain a zone, a product or an order, and print the answer."""
    from fulfill.analysis.explanations.order_ways import order_ways
    from fulfill.analysis.explanations.service_explanation import explain_product, explain_zone
    from fulfill.report.terminal.explanations import print_order, print_service
    from fulfill.study.open_run import open_run

    planned = open_run(run)
    shared.show_in(currency, planned.problem.network)
    if order:
        if len(order) != 3:
            detail = "write zone, product and period, such as --order MX-001,shirt,march"
            value = ",".join(order)
            raise InputError([Fault("F309", "--order", value=value, detail=detail)])
        ways = order_ways(planned, *order)
        if as_json:
            click.echo(json.dumps({"ways": [way.record for way in ways]}, indent=2))
        elif not is_quiet():
            print_order(ways)
        return
    found = explain_zone(planned, zone) if zone else explain_product(planned, str(product))
    if as_json:
        click.echo(json.dumps(found.record, indent=2))
    elif not is_quiet():
        print_service(found)


@click.command(epilog="Example: fulfill alternatives runs/first --number 3 --within 0.005")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--number",
    type=click.IntRange(1, 50),
    default=5,
    show_default=True,
    help="Plans wanted.",
)
@click.option(
    "--within",
    type=Figure(min=0, max=1, min_open=True),
    default=0.01,
    show_default=True,
    help="Largest additional cost, a share of the cost of RUN.",
)
@shared.out
@shared.overwrite
@shared.currency
@shared.answer
def alternatives(
    run: Path,
    number: int,
    within: float,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Find plans of nearly the cost of RUN that differ in sites, and say what each is better at."""
    from fulfill.analysis.alternatives.alternative_plans import alternatives as find_plans
    from fulfill.analysis.alternatives.alternative_plans import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.question_folders import write_alternatives
    from fulfill.report.terminal.alternatives import print_alternatives
    from fulfill.study.open_run import open_run

    default = Path("runs") / f"alternatives-{run.name}"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[run]) as (
        target,
        draft,
    ):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        found = find_plans(planned, number, within)
        lost = write_alternatives(found, draft)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_alternatives(found, target)
    check_drawn(target, lost)
