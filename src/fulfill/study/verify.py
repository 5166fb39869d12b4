"""Check of a run folder against its inputs: cost, constraints, tables and bound.

The inputs are read from the run's own copy and compared with the hashes taken when the plan was
made. The plan is read from the exact tables, whose every figure is recomputed; the CSV files must
have the same figures, rounded, so that a change in either cannot go unnoticed.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.audit.bound import audit_bound
from fulfill.audit.flow_limits import flow_limit_faults
from fulfill.audit.key_figures import NOT_INDEPENDENT
from fulfill.audit.plan import audit_plan
from fulfill.inputs.faults import InputError
from fulfill.location.solve import method_of
from fulfill.model.certificate_file import load
from fulfill.model.decisions import BASELINE, INFEASIBLE, NO_PLAN, Decisions, Outcome, status_of
from fulfill.model.instance import LocationInstance
from fulfill.study.conditions import bounded_instance, conditions
from fulfill.study.csv_files import read_output
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.json_file import finite
from fulfill.study.kpis import tabulate
from fulfill.study.labels import VALUES
from fulfill.study.language import Message
from fulfill.study.manifest import changed_files, read_manifest
from fulfill.study.open_run import (
    INPUT_FILES,
    figure,
    input_places,
    read_options,
    read_summary,
    study_of,
)
from fulfill.study.optimize import key_figure_faults
from fulfill.study.output_folder import MANIFEST
from fulfill.study.outputs import EXACT_TABLES, TABLES_FILE
from fulfill.study.plan import Plan
from fulfill.study.run import PricedModel, Run, build_model
from fulfill.study.run_folder import (
    ARCS,
    AUDITED_FILES,
    BASELINE_PAGE,
    CERTIFICATE,
    CONTRACT_FEES,
    CONTRACT_TERMS,
    DERIVED_FILES,
    EXPOSURES,
    INPUTS,
    LAYERS,
    LEDGER,
    PRIVATE_FLEET,
    PROJECT,
    REPORT,
    ROUNDS,
    SUMMARY,
    VEHICLES,
    WARM_START,
    write_run_data,
)
from fulfill.study.run_reader import read_decisions
from fulfill.study.study import Study
from fulfill.study.table_faults import SAME, csv_faults, summary_faults, table_faults

log = logging.getLogger(__name__)
UNCHECKED = (
    *map(Message, NOT_INDEPENDENT),
    Message(
        "the data of the input tables, and that the options of manifest.json are those requested"
    ),
    Message(
        "the cost of an order by delivery option, computed from the tables by the planning code"
    ),
    Message(
        "{files} and `rounds` of {summary}: the routes of a mean day, beyond their hashes",
        files=f"{PRIVATE_FLEET}, {ROUNDS}, {VEHICLES}",
        summary=SUMMARY,
    ),
    Message(
        "{keys} and peak_mib of {summary}",
        keys="merging_usd, mail_only_usd, contracts, currency, ended_by, cut_by_clock, seconds, "
        "wall_seconds",
        summary=SUMMARY,
    ),
    Message("versions, ended_by, seconds and `from` of {manifest}", manifest=MANIFEST),
    Message(
        "{start}, {arcs}, {exposures}, {contracts} and {report}, beyond their hashes",
        contracts=f"{CONTRACT_FEES}, {CONTRACT_TERMS}",
        start=WARM_START,
        arcs=ARCS,
        exposures=EXPOSURES,
        report=REPORT,
    ),
    Message(
        "{ledger}, and the ledger and `saving` in {summary}, beyond their hashes",
        ledger=LEDGER,
        summary=SUMMARY,
    ),
    Message("{layers}, which a GIS changes when it opens it", layers=f"{LAYERS}, {PROJECT}"),
    Message("that nobody wrote new hashes into the manifest after changing what is named here"),
)
"""Parts of a run that an audit does not check."""
CERTIFYING = ("decomposition",)
"""Methods whose bound always has a certificate."""


@dataclass(frozen=True)
class Check:
    """One item that was checked.

    Attributes
    ----------
    name : str
        What was checked. Texts may be a `Message`, which the terminal shows in other languages.
    claimed, recomputed : float, str or None
        Value in the run and recomputed value; None where there is no single value.
    faults : tuple of str
        What is wrong; empty if nothing is.
    unverified : str
        What of the item rests on the run's word; empty where all of it was checked.
    """

    name: str
    claimed: float | str | None
    recomputed: float | str | None
    faults: tuple[str, ...] = ()
    unverified: str = ""

    @property
    def verdict(self) -> str:
        """``FAULT``, ``not checked`` or ``ok``."""
        if self.faults:
            return Message("FAULT")
        return Message("not checked") if self.unverified else Message("ok")

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

    @property
    def not_checked(self) -> tuple[str, ...]:
        """Parts of the run that were not checked, those of this run first."""
        return (*(check.unverified for check in self.checks if check.unverified), *UNCHECKED)

    def __repr__(self) -> str:
        lines = [f"{check.name}: {check.verdict}" for check in self.checks]
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
    manifest, options = read_manifest(folder), read_options(folder)
    places = input_places(folder, network, demand)
    checks = [_inputs(manifest["inputs"], places), *_files(folder, manifest["files"])]
    if checks[0].faults:
        # Figures recomputed from other inputs would say nothing about this run.
        log.info("inputs of %s differ from those of the run, nothing is recomputed", folder)
        return RunAudit(tuple(checks))
    log.debug("rebuilding the instance of %s from its inputs", folder)
    for check in _checks(folder, claimed, study_of(folder, options, places)):
        log.debug("%s: %s", check.name, check.verdict)
        checks.append(check)
    audit = RunAudit(tuple(checks))
    log.info("%s: %d checks, %d faults", folder, len(checks), len(audit.faults))
    return audit


def _inputs(recorded: Mapping[str, Mapping[str, str]], places: Mapping[str, Path]) -> Check:
    """Compare the hashes of the input files with those in the manifest."""
    faults, number = [], 0
    for kind, place in places.items():
        then = recorded[kind]
        number += len(then)
        faults += [
            f"input {kind}/{fault.file.rpartition('/')[2]}: {fault.detail}"
            for fault in changed_files(place, [*INPUT_FILES[kind], *then], then)
        ]
    same = Message("{n} the same", n=number - len(faults))
    return Check(Message("input files"), Message("{n} files", n=number), same, tuple(faults))


def _files(folder: Path, recorded: Mapping[str, str]) -> Iterator[Check]:
    """Compare the hashes of the run's files with those in the manifest, and name other files."""
    drawn = (ARCS, EXPOSURES, CONTRACT_FEES, CONTRACT_TERMS, REPORT, BASELINE_PAGE)
    there = [name for name in drawn if os.path.lexists(folder / name)]
    changed = changed_files(folder, [*AUDITED_FILES, *there], recorded)
    faults = [str(fault) for fault in changed]
    known = {MANIFEST, INPUTS, *AUDITED_FILES, *DERIVED_FILES}
    faults += [
        f"{MANIFEST}, files: a run has no {name[:80]}" for name in recorded if name not in known
    ]
    same = Message("{n} the same", n=len(recorded) - len(faults))
    there_are = Message("{n} files", n=len(recorded))
    yield Check(Message("files of the run"), there_are, same, tuple(faults))
    for name in (LAYERS, PROJECT):
        if changed_files(folder, [name], recorded):
            changed_map = Message("{layers}, which was changed or removed", layers=name)
            yield Check(name, None, None, unverified=changed_map)
    others = sorted({path.name for path in folder.iterdir()} - known)
    if others:
        unverified = Message("of no run: {names}", names=", ".join(others)[:200])
        there_are = Message("{n} files", n=len(others))
        yield Check(Message("other files"), there_are, None, unverified=unverified)


def _checks(folder: Path, claimed: Mapping[str, Any], study: Study) -> Iterator[Check]:
    """Yield every check except those of the files."""
    model = build_model(study.planned_problem(), study.options)
    instance = model.instance
    in_words = bounded_instance(study, len(instance.zones), str(claimed["bound_kind"]))
    asked = conditions(study, len(instance.zones))
    proven, faults = _proven(folder, claimed, study, instance)
    if claimed["status"] in (INFEASIBLE, NO_PLAN):
        yield _no_plan_check(folder, claimed, proven)
        yield _bound_check(claimed, proven, np.inf, faults)
        outcome = Outcome(
            claimed["status"], np.inf, figure(claimed["bound"]), "", in_words, 0.0, conditions=asked
        )
        day = study.problem.regime.as_of.isoformat()
        wrong = summary_faults(claimed, Plan(outcome, day), study.options.resolution)
        yield Check(SUMMARY, Message("status, sites, kpis"), None, wrong)
        return
    try:
        exact = read_exact_tables(folder / TABLES_FILE)
        decisions = read_decisions(exact["sites"], exact["flows"], instance, model.economics)
    except InputError as error:
        texts = tuple(str(fault) for fault in error.faults)
        yield Check(Message("plan"), TABLES_FILE, Message("unreadable"), texts)
        return
    found = audit_plan(instance, decisions, figure(claimed["objective"]), model.economics)
    cost = tuple(fault for fault in found.faults if fault.startswith("cost:"))
    broken = tuple(fault for fault in found.faults if fault not in cost)
    table = model.economics.delivery_options.table
    broken += flow_limit_faults(model.problem, instance, decisions, table)
    yield Check(Message("cost, USD"), figure(claimed["objective"]), found.objective, cost)
    is_plan = claimed["status"] != BASELINE
    yield _kept(broken) if is_plan else _findings(claimed["baseline"], broken)
    yield _bound_check(claimed, proven, found.objective, faults)
    bound = (
        figure(claimed["bound"], -np.inf)
        if proven is None or faults
        else min(proven, found.objective)
    )
    outcome = Outcome(
        status_of(found.objective, bound) if is_plan else BASELINE,
        found.objective,
        bound,
        claimed["bound_kind"],
        in_words,
        0.0,
        conditions=asked,
    )
    plan = tabulate(model.problem, model.economics, instance, decisions, outcome)
    yield _key_figure_check(claimed, model, decisions)
    yield _exact_check(exact, plan.tables)
    for name, table in exact.items():
        yield _csv_check(folder, name, table)
    wrong = summary_faults(claimed, plan, study.options.resolution)
    yield Check(SUMMARY, Message("status, gap, sites, kpis"), None, wrong)


def _kept(broken: tuple[str, ...]) -> Check:
    """Say whether a plan keeps the constraints."""
    kept = Message("kept")
    result = Message("broken") if broken else kept
    return Check(Message("constraints (1) to (16)"), kept, result, broken)


def _findings(claimed: Mapping[str, Any], broken: tuple[str, ...]) -> Check:
    """Compare the limits that a present network breaks with those that it says it breaks."""
    said = claimed.get("findings")
    n_said = len(said) if isinstance(said, list) else 0
    there_are, should_be = (Message("{n} findings", n=n) for n in (n_said, len(broken)))
    faults = tuple(f"{SUMMARY}, baseline.findings: not written: {text}" for text in broken)
    if said == list(broken):
        faults = ()
    elif not faults:
        faults = (f"{SUMMARY}, baseline.findings: there are none",)
    return Check(Message("findings of the present network"), there_are, should_be, faults)


def _no_plan_check(folder: Path, claimed: Mapping[str, Any], proven: float | None) -> Check:
    """Look for files of a plan where there is said to be none."""
    written = tuple(
        f"{name}: it is there, though there is said to be no plan"
        for name in (*AUDITED_FILES, *DERIVED_FILES)
        if name not in (SUMMARY, CERTIFICATE, REPORT) and os.path.lexists(folder / name)
    )
    if claimed["status"] == INFEASIBLE and proven == np.inf:
        return Check(Message("plan"), INFEASIBLE, Message("proven by the certificate"), written)
    unproven = Message(
        "that there is no plan (status {status}), which only the run says", status=claimed["status"]
    )
    return Check(Message("plan"), claimed["status"], Message("not recomputed"), written, unproven)


def _key_figure_check(
    claimed: Mapping[str, Any], model: PricedModel, decisions: Decisions
) -> Check:
    """Compare the key figures with those of the independent formulas."""
    kpis = claimed["kpis"]
    faults = tuple(f"{SUMMARY}, {fault}" for fault in key_figure_faults(model, decisions, kpis))
    claims, found = Message("{n} figures", n=len(kpis)), Message("from the tables")
    return Check(Message("key figures, second formula"), claims, found, faults)


def _proven(
    folder: Path, claimed: Mapping[str, Any], study: Study, instance: LocationInstance
) -> tuple[float | None, tuple[str, ...]]:
    """Return the bound that the certificate proves, None where none is claimed, and faults."""
    there = os.path.lexists(folder / CERTIFICATE)
    if claimed["bound_kind"] != "certified":
        faults = tuple(
            f"{name}: it is there, though the bound is said to be a solver's"
            for name in (CERTIFICATE, WARM_START)
            if os.path.lexists(folder / name)
        )
        if claimed["status"] == BASELINE:
            return None, faults
        # With routing, the bound may be that of an earlier round with another method.
        method = method_of(instance, study.options.method)
        if method in CERTIFYING and "rounds" not in claimed:
            faults += (f"{CERTIFICATE}: it is missing, though method {method} leaves one",)
        return None, faults
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
    kinds, kind = VALUES["bound_kind"], claimed["bound_kind"]
    name, said = (
        Message("bound ({kind}), USD", kind=Message(kinds.get(kind, kind))),
        claimed["bound"],
    )
    if proven is not None:
        bound = min(proven, objective)
        if not faults and not _same(figure(said, bound if np.isinf(bound) else np.nan), bound):
            claim = "no bound" if said is None else f"{said:.6f} USD"
            faults = (f"bound: the run claims {claim}, its certificate proves {bound:.6f} USD",)
        return Check(name, figure(said, bound), bound, faults)
    if said is None:
        return Check(name, Message("none"), Message("none"), faults)
    if said - figure(claimed["objective"]) > SAME * abs(said):  # false without a plan
        faults = (*faults, f"bound: {said:.6f} USD lies above the cost of the plan")
    unproven = Message(
        "the bound {usd:,.0f} USD and the status that follows from it: the solver's word", usd=said
    )
    return Check(name, float(said), Message("not recomputed"), faults, unproven)


def _same(first: float, second: float) -> bool:
    return first == second or abs(first - second) <= SAME * max(abs(first), abs(second))


def _exact_check(exact: Mapping[str, pd.DataFrame], plan: Mapping[str, pd.DataFrame]) -> Check:
    """Compare the exact tables of the run with those recomputed."""
    faults = tuple(fault for name in exact for fault in table_faults(name, exact[name], plan[name]))
    rows, found = (
        Message("{n} rows", n=sum(map(len, tables.values()))) for tables in (exact, plan)
    )
    return Check(TABLES_FILE, rows, found, faults)


def _csv_check(folder: Path, name: str, exact: pd.DataFrame) -> Check:
    """Compare a CSV table of the run with its exact table."""
    declared = EXACT_TABLES[name]
    try:
        written = read_output(declared, folder)
        faults = tuple(csv_faults(name, written, exact))
    except InputError as error:
        return Check(declared.name, None, None, tuple(str(fault) for fault in error.faults))
    there_are, should_be = (Message("{n} rows", n=len(rows)) for rows in (written, exact))
    return Check(declared.name, there_are, should_be, faults)


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
                "checked": not check.unverified,
                "faults": list(check.faults),
            }
            for check in audit.checks
        ],
        "not_checked": list(audit.not_checked),
    }
    return dict(finite(shown))
