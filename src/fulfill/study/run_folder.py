"""Files of a run folder.

A run keeps a copy of its input files, so that it can be checked and used on another machine.
"""

from __future__ import annotations

import json
import platform
import resource
from pathlib import Path
from typing import Any

from fulfill.inputs.folder import InputFolder
from fulfill.study import outputs
from fulfill.study.contract_use import contract_terms_table
from fulfill.study.csv_files import write_csv, write_output
from fulfill.study.currency import currency_block
from fulfill.study.exact_tables import write_exact_tables
from fulfill.study.json_file import FORMAT, finite, write_json
from fulfill.study.manifest import PLAN, write_manifest
from fulfill.study.outputs import EXACT_TABLES, PLAN_KPIS, PLAN_SUMMARY, TABLES_FILE
from fulfill.study.run import Run
from fulfill.study.study import Study
from fulfill.study.unserved import reasons

SUMMARY = "summary.json"
CERTIFICATE = "certificate.npz"
WARM_START = "start.npz"
INPUTS = "inputs"
"""Folder with a copy of the network and the demand of the run."""
PRIVATE_FLEET = "own_delivery.csv"
"""Costs of own vans from routing, in the form of the input table of this name."""
ROUNDS = "rounds.csv"
VEHICLES = "vehicles.csv"
ARCS = "arcs.csv"
EXPOSURES = "exposures.csv"
CONTRACT_FEES, CONTRACT_TERMS = "contract_fees.csv", "contract_terms.csv"
LEDGER = "ledger.csv"
LAYERS = "plan.gpkg"
PROJECT = "plan.qgs"
REPORT = "report.html"
PLAN_WORKBOOK = "plan.xlsx"
COMPARISON_PAGE = "comparison.html"
ROUTE_PAGE = "route.html"
BASELINE_PAGE = "baseline.html"
DIFF_PAGE = "diff.html"
EXPLANATION_PAGE = "explanation.html"
ALTERNATIVES_PAGE = "alternatives.html"
SCENARIOS_PAGE = "scenarios.html"
SIMULATION_PAGE = "simulation.html"
SWEEP_PAGE = "sweep.html"
FRONTIER_PAGE = "frontier.html"
IMPORT_PAGE = "import.html"
STRESS_PAGE = "stress.html"
ASK_PAGE = "ask.html"
ROADMAP_PAGE = "roadmap.html"
FIGURE_GROUPS = "groups.csv"
IMPORT_RECORD = "import.json"
RATES_PAGE, RATES_RECORD = "rates.html", "rates.json"
QUOTES_PAGE, QUOTES_RECORD = "quotes.html", "quotes.json"
"""Files of an import of a rate card or of offers, beside the tables of the network."""
IMPORT_NETWORK = "network"
"""Folder of an import with the network whose products are those of the orders."""
AUDITED_FILES = (
    SUMMARY,
    CERTIFICATE,
    WARM_START,
    TABLES_FILE,
    *(table.name for table in EXACT_TABLES.values()),
    PRIVATE_FLEET,
    ROUNDS,
    VEHICLES,
    LEDGER,
)
"""Files that runs are read from, as far as a run has them."""
DERIVED_FILES = (
    ARCS,
    EXPOSURES,
    CONTRACT_FEES,
    CONTRACT_TERMS,
    LAYERS,
    PROJECT,
    REPORT,
    BASELINE_PAGE,
)
"""Files drawn from the plan, which nothing but `export` reads."""


def write_run_data(run: Run, folder: Path) -> None:
    """Write what an audit needs: JSON files, tables, certificate, warm start and inputs.

    Without a plan there are no tables; a solver's bound has no certificate.

    Parameters
    ----------
    run : Run
        Run to write.
    folder : Path
        Existing empty folder, such as that of `output_folder.new_folder`.
    """
    write_tables(run, folder)
    write_records(run, folder)
    write_run_manifest(run, folder)


def write_tables(run: Run, folder: Path) -> None:
    """Write the tables of the plan, if there is one: exact ones, and rounded ones for people.

    Parameters
    ----------
    run, folder
        See `write_run_data`.
    """
    if run.found:
        write_exact_tables(run.plan.tables, folder / TABLES_FILE)
        for name, table in run.plan.tables.items():
            write_output(EXACT_TABLES[name], table, folder)


def write_records(run: Run, folder: Path) -> None:
    """Write what an audit needs besides the tables and the manifest, which comes last.

    Parameters
    ----------
    run, folder
        See `write_run_data`.
    """
    if run.certificate is not None:
        run.certificate.save(folder / CERTIFICATE)
    if run.warm_start is not None:
        run.warm_start.save(folder / WARM_START)
    if run.rounds is not None:
        write_output(outputs.ROUNDS, run.rounds.table, folder)
        if run.rounds.private_fleet is not None:
            # Not rounded: the plan is priced by it, and an audit reads it as an input table.
            write_csv(run.rounds.private_fleet, folder / PRIVATE_FLEET)
            write_output(outputs.VEHICLES, run.rounds.vehicles, folder)
    if run.baseline is not None and run.baseline.reconciled is not None:
        write_output(outputs.LEDGER, run.baseline.reconciled.table, folder)
    for kind, files in input_folders(run.study).items():
        files.write(folder / INPUTS / kind)
    write_json(folder / SUMMARY, summary(run))


def write_run_manifest(run: Run, folder: Path, writing: float = 0.0) -> None:
    """Write the manifest of a run.

    Parameters
    ----------
    run : Run
        Run to write.
    folder : Path
        Folder with all other files of the run.
    writing : float
        Seconds spent on these files.
    """
    asked = recorded_options(run.study)
    if run.began_from:
        asked["from"] = run.began_from
    if run.rounds is not None:
        asked["with_routing"] = True
    seconds = {"plan": run.outcome.seconds, "writing": writing}
    inputs, ended = input_folders(run.study), run.outcome.ended_by
    write_manifest(folder, PLAN, inputs, asked, seconds, ended)


def input_folders(study: Study) -> dict[str, InputFolder]:
    """Return the input folders of a study by kind, with the bytes as they were read."""
    source = study.provenance
    return {"network": source.network.folder, "demand": source.demand.folder}


def recorded_options(study: Study) -> dict[str, Any]:
    """Return the options of a study as recorded in a manifest.

    Parameters
    ----------
    study : Study
        Problem and options.

    Returns
    -------
    dict
        Enough to build the study again from its inputs.
    """
    folders = input_folders(study)
    named = {kind: files.label for kind, files in folders.items() if files.label}
    overrides = [str(override) for override in study.provenance.overrides]
    asked: dict[str, Any] = {
        **named,
        "as_of": study.problem.regime.as_of.isoformat(),
        "channels": list(study.problem.channels),
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in study.options.given().items()
        },
    }
    if overrides:
        asked["overrides"] = overrides
    if study.provenance.sunk:
        asked["sunk"] = list(study.provenance.sunk)
    if order := folders["network"].date_order:
        asked["date_order"] = order
    return asked


def summary(run: Run) -> dict[str, Any]:
    """Return the content of summary.json.

    Parameters
    ----------
    run : Run
        With or without a plan.

    Returns
    -------
    dict
        Infinities and NaN are None.
    """
    outcome, plan = run.outcome, run.plan
    held: dict[str, Any] = {
        "format_version": FORMAT,
        "status": outcome.status,
        "objective": outcome.objective,
        "bound": outcome.bound,
        "bound_kind": outcome.bound_kind,
        "bound_of": outcome.bound_of,
        "gap": outcome.gap,
        "gap_usd": outcome.gap_usd,
        "merging_usd": outcome.merging_usd,
        "mail_only_usd": outcome.mail_only_usd,
        "seconds": round(outcome.seconds, 3),
        "wall_seconds": outcome.wall_seconds,
        "peak_mib": peak_mib(),
        "as_of": plan.as_of,
        "zones": len(plan.zones) if run.found else None,
        "zones_asked": run.study.options.resolution,
        "ended_by": outcome.ended_by,
        "cut_by_clock": outcome.cut_by_clock,
        "conditions": list(outcome.conditions),
        "open_sites": plan.sites[["site_id", "size"]].to_dict("records") if run.found else [],
        "kpis": plan.kpis,
        "unserved_reasons": reasons(plan.unserved) if run.found else {},
        "audit": {"clean": run.audit.clean, "faults": list(run.audit.faults)},
    }
    if run.found and len(terms := contract_terms_table(run)):
        held["contracts"] = json.loads(terms.to_json(orient="records"))
    if run.rounds is not None:
        held["rounds"] = json.loads(run.rounds.table.to_json(orient="records"))
    if run.baseline is not None:
        held["baseline"] = run.baseline.record
    if run.saving is not None:
        held["saving"] = run.saving.record
    if run.conflict is not None:
        held |= run.conflict.record
    amounts = PLAN_SUMMARY.converted(held) | PLAN_KPIS.converted(plan.kpis)
    plain: dict[str, Any] = finite(held | currency_block(amounts))
    return plain


def peak_mib() -> float:
    """Return the peak memory of this process, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # ru_maxrss is in bytes on macOS and in KiB on Linux.
    return round(peak / (1024.0**2 if platform.system() == "Darwin" else 1024.0), 1)
