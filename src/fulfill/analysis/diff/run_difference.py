"""Two runs side by side: what went in, what was decided, and the cost from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.analysis.diff.cost_bridge import BridgeStep, CostBridge, cost_bridge
from fulfill.analysis.diff.decision_changes import KEPT, flow_changes, shares, site_changes
from fulfill.analysis.diff.input_changes import input_changes
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.difference import Difference, difference
from fulfill.study.json_file import finite
from fulfill.study.open_run import open_run
from fulfill.study.question_outputs import BRIDGE
from fulfill.study.run import Run


@dataclass(frozen=True, repr=False, eq=False)
class RunDifference:
    """What changed from one run to another.

    Attributes
    ----------
    before, after : Run
        With plans.
    bridge : CostBridge
        The cost of one in steps to that of the other.
    inputs_changed, sites, flows : DataFrame
        Columns of `question_outputs.INPUTS_CHANGED`, `SITES_CHANGED` and `FLOWS_CHANGED`.
    """

    before: Run
    after: Run
    bridge: CostBridge
    inputs_changed: pd.DataFrame
    sites: pd.DataFrame
    flows: pd.DataFrame

    def __repr__(self) -> str:
        bridge, moved = self.bridge, (self.sites["change"] != KEPT).sum()
        return (
            f"<RunDifference {bridge.from_usd:,.0f} to {bridge.to_usd:,.0f} USD: "
            f"{len(self.inputs_changed)} inputs, {moved} sites, {len(self.flows)} flows changed>"
        )

    @property
    def steps(self) -> pd.DataFrame:
        """The bridge as a table with the columns of `question_outputs.BRIDGE`."""
        rows = [(one.step, one.part, one.usd) for one in self.bridge.steps]
        return pd.DataFrame(rows, columns=list(BRIDGE.keys))

    @property
    def totals(self) -> pd.DataFrame:
        """The bridge by step, with the columns of `question_outputs.BRIDGE_TOTALS`."""
        return self.steps.groupby("step", sort=False)[["usd"]].sum().reset_index()

    @property
    def difference(self) -> Difference:
        """How far the optima of both problems lie apart."""
        ends = ((run.outcome.objective, run.outcome.bound) for run in (self.before, self.after))
        return difference(*ends)


def diff(before: Run | str | Path, after: Run | str | Path) -> RunDifference:
    """Compare two runs.

    Parameters
    ----------
    before, after : Run, str or Path
        Runs with plans, or their folders.

    Returns
    -------
    RunDifference

    Raises
    ------
    InputError
        F520 for every run without a plan; otherwise as `open_run`.
    """
    runs = [_opened(run) for run in (before, after)]
    without = [
        Fault("F520", run.folder.name if run.folder else "", value=run.outcome.status)
        for run in runs
        if not run.found
    ]
    if without:
        raise InputError(without)
    old, new = runs
    return RunDifference(
        old,
        new,
        cost_bridge(old, new),
        input_changes(old, new),
        site_changes(old, new),
        flow_changes(old, new),
    )


def _opened(run: Run | str | Path) -> Run:
    return run if isinstance(run, Run) else open_run(run)


def summary(found: RunDifference) -> dict[str, Any]:
    """Return what ``fulfill diff --json`` prints.

    Parameters
    ----------
    found : RunDifference

    Returns
    -------
    dict
        Keys of `question_summaries.DIFF_SUMMARY`; NaN and infinities are None.
    """
    bridge = found.bridge
    old, new = shares(found.before), shares(found.after)
    moved = found.sites[found.sites["change"] != KEPT]
    held: Mapping[str, Any] = {
        "from_usd": bridge.from_usd,
        "to_usd": bridge.to_usd,
        **found.difference.record,
        "bridge": [_record(one) for one in bridge.steps],
        "notes": list(bridge.notes),
        "inputs_changed": found.inputs_changed.to_dict("records"),
        "decisions_changed": {
            "sites": moved.to_dict("records"),
            "flows": found.flows.to_dict("records"),
            **{name: {"before": old[name], "after": new[name]} for name in old},
        },
    }
    return dict(finite(held))


def _record(step: BridgeStep) -> dict[str, Any]:
    return {"step": step.step, "part": step.part, "usd": step.usd}
