"""Check of a run folder against its inputs: cost, constraints, tables and bound.

The inputs are read from the run's own copy and compared with the hashes taken when the plan was
made. The plan is read from sites.csv and flows.csv rather than from an internal file, so that a
change in the published tables cannot go unnoticed.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.bound import audit_bound
from fulfill.audit.key_figures import NOT_INDEPENDENT
from fulfill.audit.plan import audit_plan
from fulfill.inputs import demand as demand_folder
from fulfill.inputs import network as network_folder
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_folder
from fulfill.model.certificate import load
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Decisions, Outcome, status_of
from fulfill.study.conditions import conditions
from fulfill.study.kpis import tabulate
from fulfill.study.open_run import figure, input_places, read_options, read_summary, study_of
from fulfill.study.optimize import instance_in_words, key_figure_faults
from fulfill.study.plan import Plan
from fulfill.study.run import PricedModel, Run, build_model
from fulfill.study.run_folder import (
    CERTIFICATE,
    MANIFEST,
    SUMMARY,
    finite,
    read_json,
    write_run_data,
)
from fulfill.study.run_reader import numbers, read_decisions, read_table
from fulfill.study.study import Study
from fulfill.study.unserved import reasons

log = logging.getLogger(__name__)
INPUT_FILES = {"network": network_folder.FILES, "demand": demand_folder.FILES}
"""Files of an input folder that the program reads, by kind."""
SAME = 1e-9
"""Relative difference above which two figures disagree."""
KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    # table: (key columns, the column whose zero makes a row negligible)
    "sites": (("site_id",), ""),
    "flows": (("leg", "from", "to", "channel", "product", "period", "via", "service_id"), "orders"),
    "zones": (("zone_id",), ""),
    "costs": (("part",), ""),
    "capacity": (("resource", "kind", "period"), "used"),
    "channels": (("channel",), ""),
    "unserved": (("reason", "country", "product", "limits"), "orders"),
}
UNCHECKED = (
    *NOT_INDEPENDENT,
    "the data of the input tables, and that the options of manifest.json are those requested",
    "the cost of an order by delivery option, computed from the tables by the planning code",
    "own_delivery.csv: the route costs of a mean day",
    "a bound of kind solver, which only the solver vouches for",
    "merging_usd, ended_by, seconds and peak_mib of summary.json",
    "arcs.csv, plan.gpkg and report.html, which are derived from the same plan",
)
"""Parts of a run that an audit does not check."""


@dataclass(frozen=True)
class Check:
    """One item that was checked.

    Attributes
    ----------
    name : str
        What was checked.
    claimed, recomputed : float, str or None
        Value in the run and recomputed value; None where there is no single value.
    faults : tuple of str
        What is wrong; empty if nothing is.
    """

    name: str
    claimed: float | str | None
    recomputed: float | str | None
    faults: tuple[str, ...] = ()

    @property
    def difference(self) -> float | None:
        """Recomputed less claimed value; None where they are not numbers."""
        if isinstance(self.claimed, float) and isinstance(self.recomputed, float):
            return self.recomputed - self.claimed
        return None


@dataclass(frozen=True, repr=False)
class RunAudit:
    """Result of checking a run.

    Attributes
    ----------
    checks : tuple of Check
        In the order in which they were made.
    """

    checks: tuple[Check, ...]

    def __repr__(self) -> str:
        lines = [f"{check.name}: {'FAULT' if check.faults else 'ok'}" for check in self.checks]
        return "\n".join([*lines, *self.faults[:5]])

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """Faults of all checks."""
        return tuple(fault for check in self.checks for fault in check.faults)


def verify(
    run: Run | str | Path, network: str | None = None, demand: str | None = None
) -> RunAudit:
    """Check a run of `fulfill optimize` against its inputs.

    Parameters
    ----------
    run : Run, str or Path
        A run or its folder; a run that was not saved is written to a temporary folder first.
    network, demand : str, optional
        Names or folders of the inputs, in place of the run's own copy.

    Returns
    -------
    RunAudit
        With every fault found; a wrong run raises no exception.

    Raises
    ------
    InputError
        Where the folder is not a run or the inputs are not found.
    """
    if isinstance(run, Run) and run.folder is None:
        with tempfile.TemporaryDirectory() as place:
            write_run_data(run, Path(place))
            return _verify_folder(Path(place), network, demand)
    folder = run.folder if isinstance(run, Run) else Path(run)
    return _verify_folder(Path(folder or "."), network, demand)


def _verify_folder(folder: Path, network: str | None, demand: str | None) -> RunAudit:
    claimed = read_summary(folder)
    options, recorded = read_options(folder), read_json(folder, MANIFEST).get("inputs")
    if not isinstance(recorded, dict):
        raise InputError([Fault("F311", MANIFEST, detail="it names no inputs")])
    places = input_places(folder, network, demand)
    inputs = _inputs(recorded, places)
    if inputs.faults:
        # Figures recomputed from other inputs would say nothing about this run.
        log.info("inputs of %s differ from those of the run, nothing is recomputed", folder)
        return RunAudit((inputs,))
    log.debug("rebuilding the instance of %s from its inputs", folder)
    checks = [inputs]
    for check in _checks(folder, claimed, study_of(folder, options, places)):
        log.debug("%s: %s", check.name, "fault" if check.faults else "ok")
        checks.append(check)
    audit = RunAudit(tuple(checks))
    log.info("%s: %d checks, %d faults", folder, len(checks), len(audit.faults))
    return audit


def _inputs(recorded: Mapping[str, Any], places: Mapping[str, Path]) -> Check:
    """Compare the hashes of the input files with those in the manifest."""
    faults, number = [], 0
    for kind, place in places.items():
        then = recorded.get(kind, {})
        then = then if isinstance(then, dict) else {}
        now = read_folder(place, [*INPUT_FILES[kind], *map(str, then)]).hashes
        number += len(then)
        for name in sorted({*now, *then}):
            if now.get(name) != then.get(name):
                in_both = name in now and name in then
                what = "changed since" if in_both else "new since" if name in now else "missing of"
                faults.append(f"input {kind}/{name}: {what} the run")
    return Check(
        "input files", f"{number} files", f"{number - len(faults)} the same", tuple(faults)
    )


def _checks(folder: Path, claimed: Mapping[str, Any], study: Study) -> Iterator[Check]:
    """Yield every check except that of the inputs."""
    model = build_model(study.planned_problem(), study.options)
    problem, economics, instance = model.problem, model.economics, model.instance
    proven, faults = _proven(folder, claimed, instance)
    if claimed["status"] in (INFEASIBLE, NO_PLAN):
        written = tuple(
            f"{name}.csv: it is there, though there is said to be no plan"
            for name in KEYS
            if (folder / f"{name}.csv").exists()
        )
        yield Check("plan", str(claimed["status"]), "none", written)
        yield _bound_check(claimed, proven, np.inf, faults)
        return
    try:
        decisions = read_decisions(folder, instance, economics)
    except InputError as error:
        yield Check(
            "plan",
            "sites.csv, flows.csv",
            "unreadable",
            tuple(str(fault) for fault in error.faults),
        )
        return
    found = audit_plan(instance, decisions, figure(claimed["objective"]), economics)
    cost = tuple(fault for fault in found.faults if fault.startswith("cost:"))
    broken = tuple(fault for fault in found.faults if fault not in cost)
    yield Check("cost, USD", figure(claimed["objective"]), found.objective, cost)
    yield Check("constraints (1) to (13)", "kept", "broken" if broken else "kept", broken)
    yield _bound_check(claimed, proven, found.objective, faults)
    bound = figure(claimed["bound"]) if proven is None or faults else min(proven, found.objective)
    outcome = Outcome(
        status_of(found.objective, bound), found.objective, bound, str(claimed["bound_kind"]),
        instance_in_words(instance, study), 0.0,
        conditions=conditions(study, len(instance.zones)),
    )  # fmt: skip
    plan = tabulate(problem, economics, instance, decisions, outcome)
    yield _key_figure_check(claimed, model, decisions)
    for name in KEYS:
        yield _table_check(folder, name, getattr(plan, name))
    yield _summary_check(claimed, plan)


def _key_figure_check(
    claimed: Mapping[str, Any], model: PricedModel, decisions: Decisions
) -> Check:
    """Compare the key figures with those of the independent formulas."""
    kpis = claimed["kpis"] if isinstance(claimed["kpis"], dict) else {}
    faults = tuple(f"{SUMMARY}, {fault}" for fault in key_figure_faults(model, decisions, kpis))
    return Check("key figures, second formula", f"{len(kpis)} figures", "from the tables", faults)


def _proven(
    folder: Path, claimed: Mapping[str, Any], instance: Any
) -> tuple[float | None, tuple[str, ...]]:
    """Return the bound that the certificate proves, None where none is claimed, and faults."""
    there, certified = (folder / CERTIFICATE).is_file(), claimed["bound_kind"] == "certified"
    if not certified:
        return None, (
            f"{CERTIFICATE}: it is there, though the bound is said to be a solver's",
        ) if there else ()
    if not there:
        return None, () if claimed["bound"] is None else (
            f"{CERTIFICATE}: it is missing, though the bound is said to be certified",
        )
    try:
        finding = audit_bound(instance, load(folder / CERTIFICATE))
    except InputError as error:
        return None, tuple(str(fault) for fault in error.faults)
    return finding.bound, tuple(f"{CERTIFICATE}, {fault}" for fault in finding.faults)


def _bound_check(
    claimed: Mapping[str, Any], proven: float | None, objective: float, faults: tuple[str, ...]
) -> Check:
    """Compare the bound; that of a solver can only be compared with the cost of the plan."""
    said = figure(claimed["bound"])
    if proven is None:
        cost = figure(claimed["objective"])
        if said - cost > SAME * abs(cost):  # false where either is NaN
            faults = (*faults, f"bound: {said:.6f} USD lies above the cost of the plan")
        return Check(f"bound ({claimed['bound_kind']}), USD", said, "not recomputed", faults)
    bound = min(proven, objective)
    if not faults and not _same(said, bound):
        faults = (f"bound: the run claims {said:.6f} USD, its certificate proves {bound:.6f} USD",)
    return Check("bound (certified), USD", said, bound, faults)


def _same(first: float, second: float) -> bool:
    return first == second or abs(first - second) <= SAME * max(abs(first), abs(second))


def _table_check(folder: Path, name: str, table: pd.DataFrame) -> Check:
    """Compare a CSV table of the run with the one recomputed, cell by cell."""
    file = f"{name}.csv"
    try:
        written = read_table(folder, name)
        faults = tuple(_differences(file, written, table, *KEYS[name]))
    except InputError as error:
        return Check(file, None, None, tuple(str(fault) for fault in error.faults))
    return Check(file, f"{len(written)} rows", f"{len(table)} rows", faults)


def _differences(
    file: str, written: pd.DataFrame, table: pd.DataFrame, key: tuple[str, ...], amount: str
) -> Iterator[str]:
    if list(written.columns) != list(table.columns):
        yield f"{file}: its columns are {', '.join(written.columns)}"
        return
    columns = [column for column in table.columns if column not in key]
    for column in table.columns:
        kind = table[column]
        written[column] = (
            numbers(written, column, file)
            if pd.api.types.is_numeric_dtype(kind)
            else written[column].astype(str)
        )
    texts = table.assign(**{name: table[name].astype(str) for name in key})
    twice = written.duplicated(list(key))
    if twice.any():
        yield f"{file}: {' / '.join(written.loc[twice, list(key)].iloc[0])} occurs twice"
        return
    both = written.merge(
        texts, on=list(key), how="outer", suffixes=("|run", "|new"), indicator="_in"
    )
    if amount:  # rounding may leave a row with a negligible amount on one side only
        empty = both[[f"{amount}|run", f"{amount}|new"]].fillna(0.0).abs().max(axis=1) < 1e-6
        both = both[~(empty & (both["_in"] != "both"))]
    for side, text in (
        ("left_only", "no such row is recomputed"),
        ("right_only", "the row is missing"),
    ):
        rows = both[both["_in"] == side]
        if len(rows):
            yield f"{file}: {' / '.join(rows[list(key)].iloc[0])}: {text} ({len(rows)} such)"
    both = both[both["_in"] == "both"]
    for column in columns:
        run, new = both[f"{column}|run"], both[f"{column}|new"]
        wrong = _unlike(run, new)
        if wrong.any():
            row = both[wrong].iloc[0]
            name = " / ".join(row[list(key)])
            more = f" ({int(wrong.sum())} such)" if wrong.sum() > 1 else ""
            values = f"{row[f'{column}|run']} written, {row[f'{column}|new']} recomputed"
            yield f"{file}: {name}, {column}: {values}{more}"


def _unlike(run: pd.Series[Any], new: pd.Series[Any]) -> NDArray[np.bool_]:
    """Return which cells differ.

    Numbers differ by more than `SAME` of their size; near zero, of the largest in the column.
    """
    if not pd.api.types.is_numeric_dtype(new):
        return np.asarray(run.astype(str) != new.astype(str))
    first, second = run.to_numpy(float), new.to_numpy(float)
    size = np.fmax(np.abs(first), np.abs(second))
    finite = size[np.isfinite(size)]
    # A sum that is nearly zero has the rounding error of its terms, not of its own size.
    floor = SAME * float(np.clip(finite.max(), 1.0, 1000.0)) if finite.size else SAME
    with np.errstate(invalid="ignore"):
        near = (np.abs(first - second) <= SAME * size + floor) | (first == second)
    return np.asarray(~(near | (np.isnan(first) & np.isnan(second))))


def _summary_check(claimed: Mapping[str, Any], plan: Plan) -> Check:
    """Compare the entries of summary.json other than cost and bound."""
    outcome = plan.outcome
    found = {
        "status": outcome.status,
        "bound_of": outcome.bound_of,
        "gap": outcome.gap,
        "gap_usd": outcome.gap_usd,
        "as_of": plan.as_of,
        "conditions": list(outcome.conditions),
        "open_sites": plan.sites[["site_id", "size"]].to_dict("records"),
        "kpis": plan.kpis,
        "unserved_reasons": reasons(plan.unserved),
    }
    # A gap is the difference of two nearly equal numbers: its error is relative to these.
    scale = {"gap": 1.0, "gap_usd": abs(outcome.objective)}
    faults = []
    for name, value in _leaves(found):
        said: Any = claimed
        for part in name:
            said = said.get(part) if isinstance(said, Mapping) else None
        if isinstance(value, float) and isinstance(said, int | float):
            allowed = SAME * max(abs(value), scale.get(name[0], 1.0))
            same = abs(value - said) <= allowed
        else:
            same = said == value or (
                said is None and isinstance(value, float) and not np.isfinite(value)
            )
        if not same:
            faults.append(f"{SUMMARY}, {'.'.join(name)}: {said} written, {value} recomputed")
    return Check(SUMMARY, "status, gap, sites, kpis", None, tuple(faults))


def _leaves(
    content: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value of nested mappings with its path."""
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def summary(audit: RunAudit) -> dict[str, Any]:
    """Return the result of an audit as printed by ``fulfill audit --json``.

    Parameters
    ----------
    audit : RunAudit
        Result of `verify`.

    Returns
    -------
    dict
        clean, checks and not_checked; infinities and NaN are None.
    """
    shown: dict[str, Any] = {
        "clean": audit.clean,
        "checks": [
            {
                "name": check.name,
                "claimed": check.claimed,
                "recomputed": check.recomputed,
                "difference": check.difference,
                "ok": not check.faults,
                "faults": list(check.faults),
            }
            for check in audit.checks
        ],
        "not_checked": list(UNCHECKED),
    }
    return dict(finite(shown))
