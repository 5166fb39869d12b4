"""Exit codes, which are part of the interface and do not change."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from fulfill.cli.echo import say

OK, FAULTS, INFEASIBLE_EXIT, NO_PLAN_EXIT, SOLVER_EXIT = 0, 1, 3, 4, 5


def finish(status: str, audit_faults: Sequence[str]) -> None:
    """Exit with the code for a plan's status and audit.

    Parameters
    ----------
    status : str
        Status of the plan.
    audit_faults : sequence of str
        Printed on stderr; any fault is a solver failure.

    Raises
    ------
    SystemExit
        Always.
    """
    if audit_faults:
        say("the audit found the plan wrong:\n  " + "\n  ".join(audit_faults), err=True)
        sys.exit(SOLVER_EXIT)
    sys.exit({"INFEASIBLE": INFEASIBLE_EXIT, "NO_PLAN": NO_PLAN_EXIT}.get(status, OK))
