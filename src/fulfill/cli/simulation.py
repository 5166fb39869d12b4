"""Commands that follow a plan through time: simulate."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet


@click.command(epilog="Example: fulfill simulate runs/first --replications 50")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--replications",
    type=click.IntRange(2, 10_000),
    default=20,
    show_default=True,
    help="Years to simulate.",
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
def simulate(
    run: Path,
    replications: int,
    seed: int,
    currency: str,
    out: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Simulate the plan of RUN day by day: queues, late ships, cancellations, beside the plan."""
    from fulfill.analysis.simulation.simulation import simulate as simulate_plan
    from fulfill.analysis.simulation.simulation import summary
    from fulfill.report.drawing import check_drawn
    from fulfill.report.simulation_folder import write_simulation
    from fulfill.report.terminal.simulation import print_simulation
    from fulfill.study.open_run import open_run

    default = run.parent / f"{run.name}-simulated"
    with shared.output_folder(out, default, overwrite=overwrite, sources=[run]) as (target, draft):
        planned = open_run(run)
        shared.show_in(currency, planned.problem.network)
        begun = time.perf_counter()
        simulation = simulate_plan(planned, replications, seed)
        lost = write_simulation(simulation, draft, run, time.perf_counter() - begun)
    if as_json:
        click.echo(json.dumps(summary(simulation), indent=2))
    elif not is_quiet():
        print_simulation(simulation, target)
    check_drawn(target, lost)
