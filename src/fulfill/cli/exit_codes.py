"""Exit codes; others read them, so they do not change."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

OK, FAULTS, INFEASIBLE_EXIT, NO_PLAN_EXIT, SOLVER_EXIT = 0, 1, 3, 4, 5


def finish(status: str, audit_faults: Sequence[str]) -> None:
    """Leave with the exit code that a plan's status and audit deserve."""
    if audit_faults:
        click.echo("the audit found the plan wrong:\n  " + "\n  ".join(audit_faults), err=True)
        sys.exit(SOLVER_EXIT)
    sys.exit({"INFEASIBLE": INFEASIBLE_EXIT, "NO_PLAN": NO_PLAN_EXIT}.get(status, OK))
