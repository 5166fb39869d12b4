"""Commands for checking runs: audit."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet
from fulfill.cli.exit_codes import OK, SOLVER_EXIT


@click.command(epilog="Example: fulfill audit runs/first")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--network", metavar="NAME|DIR", help="Network to check against.  [default: copy in the run]"
)
@click.option(
    "--demand", metavar="NAME|DIR", help="Demand to check against.  [default: copy in the run]"
)
@shared.answer
def audit(run: Path, network: str | None, demand: str | None, as_json: bool) -> None:
    """Check RUN independently: inputs, cost, constraints, tables, and a certified bound."""
    from fulfill.report.terminal.plan import print_audit
    from fulfill.study.verify import summary, verify

    found = verify(run, network, demand)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif found.faults or not is_quiet():
        print_audit(found)
    sys.exit(SOLVER_EXIT if found.faults else OK)
