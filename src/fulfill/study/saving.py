"""What a plan saves against a baseline of the same demand, dates and prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.schema import NETWORK_TABLES, PROVENANCE
from fulfill.model.decisions import BASELINE
from fulfill.study.open_run import open_run
from fulfill.study.present import Saving
from fulfill.study.run import Run
from fulfill.study.study import Study

OPTION = "--baseline"
OF_SITES = frozenset(
    ("sites", "site_sizes", "bands", "contracts", "site_groups", "group_limits", "lanes",
     "lane_rates", "own_delivery")
)  # fmt: skip
"""Tables of the network that may differ: what a plan may change is where the sites are."""
UNPRICED = (ROW, *(column.name for column in PROVENANCE))
"""Columns that no cost follows from."""


def open_baseline(folder: Path) -> Run:
    """Read a baseline.

    Parameters
    ----------
    folder : Path
        Folder of `fulfill baseline`.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        F479 where it is a run of another kind, otherwise as `open_run`.
    """
    run = open_run(folder)
    if run.outcome.status != BASELINE:
        detail = f"its status is {run.outcome.status}"
        raise InputError([Fault("F479", OPTION, value=folder.name, detail=detail)])
    return run


def beside(study: Study, baseline: Run) -> Study:
    """Return a study that can be compared with a baseline.

    The opening of present sites is paid in both.

    Parameters
    ----------
    study : Study
        What is to be planned.
    baseline : Run
        Of `open_baseline`.

    Returns
    -------
    Study
        With the sunk openings of the baseline, of the sites that the study has.

    Raises
    ------
    InputError
        F478 for every difference other than in sites.
    """
    faults = list(_differences(study, baseline.study))
    if faults:
        raise InputError(faults)
    sites = set(study.problem.network["sites"]["site_id"])
    sunk = baseline.study.provenance.sunk
    return study.with_(sunk=[one for one in sunk if one.rpartition(":")[0] in sites])


def with_saving(run: Run, baseline: Run) -> Run:
    """Return a run with what its plan saves against a baseline.

    Parameters
    ----------
    run : Run
        Of a study of `beside`; one without a plan stays as it is.
    baseline : Run
        Of `open_baseline`.

    Returns
    -------
    Run
    """
    if not run.found:
        return run
    name = baseline.folder.name if baseline.folder else ""
    usd = baseline.outcome.objective
    return replace(run, saving=Saving(name, usd, usd - run.outcome.objective))


def _differences(study: Study, present: Study) -> Iterator[Fault]:
    """Yield what of a study is not as in the baseline."""
    ours, theirs = study.planned_problem(), present.planned_problem()
    pairs = {
        "--rules": (study.options.rules, present.options.rules),
        "the road graph": (ours.network.roads, theirs.network.roads),
        "the date of the rules": (ours.regime.as_of, theirs.regime.as_of),
        "the zones": (list(ours.demand.zones["zone_id"]), list(theirs.demand.zones["zone_id"])),
        "the products": (ours.products, theirs.products),
        "the periods": (ours.periods, theirs.periods),
    }
    unlike = [what for what, (here, there) in pairs.items() if here != there]
    same_shape = ours.orders.shape == theirs.orders.shape
    if not (same_shape and np.allclose(ours.orders, theirs.orders, rtol=1e-9, atol=1e-9)):
        unlike.append("the orders")
    if ours.network.value_base != theirs.network.value_base:
        unlike.append("direct_mail_value_base of network.toml")
    unlike += [
        f"{table.name}.csv"
        for table in NETWORK_TABLES
        if table.name not in OF_SITES
        and not _priced(ours.network[table.name]).equals(_priced(theirs.network[table.name]))
    ]
    yield from (Fault("F478", OPTION, value=what) for what in unlike)


def _priced(table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of a table that costs follow from."""
    return table.drop(columns=list(UNPRICED), errors="ignore").reset_index(drop=True)
