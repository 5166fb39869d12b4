"""Commands for questions about runs: diff."""

from __future__ import annotations

import json
from pathlib import Path

import click

from fulfill.cli import options as shared
from fulfill.cli.echo import is_quiet


@click.command(epilog="Example: fulfill diff runs/first runs/second")
@click.argument("first", metavar="RUN1", type=click.Path(path_type=Path))
@click.argument("second", metavar="RUN2", type=click.Path(path_type=Path))
@shared.out
@shared.overwrite
@shared.answer
def diff(first: Path, second: Path, out: Path | None, overwrite: bool, as_json: bool) -> None:
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
        lost = write_diff(found, draft)
    if as_json:
        click.echo(json.dumps(summary(found), indent=2))
    elif not is_quiet():
        print_diff(found, target)
    check_drawn(target, lost)
