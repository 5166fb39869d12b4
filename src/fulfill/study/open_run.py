"""Run folders read back: the study of a run, and the run itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.audit.plan import Audit
from fulfill.inputs import demand as demand_folder
from fulfill.inputs import network as network_folder
from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import read_demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate, read_own_file
from fulfill.inputs.network import read_network
from fulfill.inputs.schema import OWN_DELIVERY
from fulfill.inputs.tables import read_table as read_input
from fulfill.model import certificate_file, warm_start
from fulfill.model.decisions import (
    BASELINE,
    FEASIBLE,
    INFEASIBLE,
    NO_BOUND,
    NO_PLAN,
    OPTIMAL,
    PROVEN,
    Outcome,
)
from fulfill.study.conditions import bounded_instance, conditions
from fulfill.study.contract_outputs import CONTRACT_SUMMARY
from fulfill.study.csv_files import originals
from fulfill.study.exact_tables import read_exact_tables
from fulfill.study.json_file import is_number, read_json
from fulfill.study.manifest import changed_files, read_manifest
from fulfill.study.output_folder import MANIFEST
from fulfill.study.outputs import (
    BASELINE_SUMMARY,
    CONFLICT_SUMMARY,
    CONVERTED_SUMMARY,
    PLAN_SUMMARY,
    ROUTED_SUMMARY,
    SAVING_SUMMARY,
    TABLES_FILE,
)
from fulfill.study.plan import Plan
from fulfill.study.present import Baseline, Saving
from fulfill.study.run import Run
from fulfill.study.run_folder import (
    AUDITED_FILES,
    CERTIFICATE,
    INPUTS,
    PRIVATE_FLEET,
    SUMMARY,
    WARM_START,
)
from fulfill.study.study import PlanOptions, Study, ask

INPUT_FILES = {"network": network_folder.FILES, "demand": demand_folder.FILES}
"""Files of an input folder that the program reads, by kind."""
NUMBERS = (
    "objective",
    "bound",
    "gap",
    "gap_usd",
    "merging_usd",
    "mail_only_usd",
    "seconds",
    "peak_mib",
)
"""Keys of summary.json whose values are numbers or null."""
STATUSES = (OPTIMAL, FEASIBLE, INFEASIBLE, NO_PLAN, BASELINE)
OPTIONS: dict[str, type] = {
    **dict.fromkeys(("network", "demand", "as_of", "date_order", "from", "method", "rules"), str),
    **dict.fromkeys(
        ("channels", "overrides", "opened", "closed", "service", "sunk", "today"), list
    ),
    **dict.fromkeys(("with_routing", "single_source"), bool),
}
"""Types of the options of a manifest; `Study.with_` checks those that are numbers."""


def open_run(folder: str | Path) -> Run:
    """Read a run folder.

    The files are compared with the hashes in the manifest. Nothing is recomputed; use `Run.verify`
    to check the plan.

    Parameters
    ----------
    folder : str or Path
        Run folder.

    Returns
    -------
    Run
        With the faults that its audit recorded.

    Raises
    ------
    InputError
        Where the folder is not a run, or one of its files cannot be read or was changed.
    """
    folder = Path(folder)
    claimed, manifest = read_summary(folder), read_manifest(folder)
    places = input_places(folder)
    changed = changed_files(folder, AUDITED_FILES, manifest["files"])
    for kind, place in places.items():
        recorded = manifest["inputs"][kind]
        changed += changed_files(place, [*INPUT_FILES[kind], *recorded], recorded)
    if changed:
        raise InputError(changed)
    study = study_of(folder, read_options(folder), places)
    plan = Plan(
        outcome=_told(outcome_of(claimed), study),
        as_of=str(claimed["as_of"]),
        kpis=_undefined(claimed["kpis"]),
        **_tables(folder, claimed),
    )
    bound = folder / CERTIFICATE
    sites_and_prices = folder / WARM_START
    return Run(
        study,
        plan,
        Audit(plan.outcome.objective, tuple(claimed.get("audit", {}).get("faults", ()))),
        certificate_file.load(bound) if bound.is_file() else None,
        warm_start.load(sites_and_prices) if sites_and_prices.is_file() else None,
        baseline=_baseline(claimed),
        saving=_saving(claimed),
        folder=folder,
    )


def _baseline(claimed: Mapping[str, Any]) -> Baseline | None:
    """Return what a summary says of a present network, without its ledger."""
    if "baseline" not in claimed:
        return None
    findings, chosen = (claimed["baseline"].get(name, ()) for name in ("findings", "chosen"))
    return Baseline(tuple(map(str, findings)), tuple(map(str, chosen)))


def _saving(claimed: Mapping[str, Any]) -> Saving | None:
    """Return what a summary says of the saving against a baseline."""
    if "saving" not in claimed:
        return None
    said = claimed["saving"]
    amounts = (figure(said.get(name)) for name in ("baseline_usd", "saving_usd"))
    return Saving(str(said.get("baseline", "")), *amounts)


def read_warm_start(folder: Path) -> tuple[warm_start.WarmStart, str]:
    """Return the warm start that a run left, and the name of the run.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    warm_start : WarmStart
        Sites and prices to start a search from.
    name : str
        Name of the folder.

    Raises
    ------
    InputError
        F348 where the folder is not a run, F349 where it has none, F311 or F320 where it cannot be
        read.
    """
    changed = changed_files(folder, [WARM_START], read_manifest(folder)["files"])
    if changed:
        raise InputError(changed)
    if not (folder / WARM_START).exists():
        raise InputError([Fault("F349", "--from", value=folder.name)])
    return warm_start.load(folder / WARM_START), folder.name


def read_summary(folder: Path) -> dict[str, Any]:
    """Return summary.json of a run of `fulfill optimize`.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    dict
        With the keys of `outputs.PLAN_SUMMARY`, their values of the right types.

    Raises
    ------
    InputError
        F348 where the folder is not a run; F311 or F320 where a file cannot be read, and F311 for
        every key that is missing, unknown or of a wrong type.
    """
    claimed = read_json(folder, SUMMARY)
    if not {"status", "bound_kind", "kpis"} <= set(claimed):
        raise InputError([Fault("F348", f"{folder.name}/{SUMMARY}")])
    faults = [Fault("F311", SUMMARY, column=name, detail=text) for name, text in _wrong(claimed)]
    if faults:
        raise InputError(faults)
    return claimed


def _wrong(claimed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with the keys and types of a summary, as key and text."""
    more = (
        ROUTED_SUMMARY,
        BASELINE_SUMMARY,
        SAVING_SUMMARY,
        CONFLICT_SUMMARY,
        CONTRACT_SUMMARY,
        CONVERTED_SUMMARY,
    )
    known = {*PLAN_SUMMARY.keys, *(key for one in more for key in one.keys)}
    found = [(name, "missing") for name in PLAN_SUMMARY.keys if name not in claimed]
    found += [(name[:40], "unknown") for name in claimed if name not in known]
    if found:
        return found
    kpis, audit = claimed["kpis"], claimed["audit"]
    figures = {name: claimed[name] for name in NUMBERS}
    if isinstance(kpis, dict):
        shares = kpis.get("channel_share", {})
        figures |= {name: value for name, value in kpis.items() if name != "channel_share"}
        figures |= shares if isinstance(shares, dict) else {"channel_share": shares}
    found = [
        (name[:40], "no number")
        for name, value in figures.items()
        if value is not None and not is_number(value)
    ]
    right = {
        "status": claimed["status"] in STATUSES,
        "bound_kind": claimed["bound_kind"]
        in ((NO_BOUND,) if claimed["status"] == BASELINE else ("certified", "solver")),
        "baseline": (claimed["status"] == BASELINE) == ("baseline" in claimed)
        and isinstance(claimed.get("baseline", {}), dict)
        and all(
            isinstance(claimed.get("baseline", {}).get(name, []), list)
            for name in ("findings", "chosen")
        ),
        "saving": isinstance(claimed.get("saving", {}), dict),
        "bound_of": isinstance(claimed["bound_of"], str),
        "as_of": isinstance(claimed["as_of"], str),
        "open_sites": isinstance(claimed["open_sites"], list),
        "kpis": isinstance(kpis, dict),
        "audit": isinstance(audit, dict)
        and isinstance(audit.get("clean"), bool)
        and isinstance(audit.get("faults"), list)
        and all(isinstance(one, str) for one in audit["faults"]),
    }
    return found + [(name, "no such value") for name, fits in right.items() if not fits]


def read_options(folder: Path) -> dict[str, Any]:
    """Return the options recorded in the manifest of a run.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    dict
        Options by name, as in `run_folder.recorded_options`.

    Raises
    ------
    InputError
        F311 for every option that is unknown or of a wrong type.
    """
    options: dict[str, Any] = read_manifest(folder)["options"]
    known = {*OPTIONS, *(one.name for one in fields(PlanOptions))}
    wrong = [(name, "unknown") for name in options if name not in known]
    wrong += [
        (name, f"no {OPTIONS[name].__name__}")
        for name, value in options.items()
        if name in OPTIONS and not isinstance(value, OPTIONS[name])
    ]
    wrong += [
        (name, "an entry is no text")
        for name, value in options.items()
        if isinstance(value, list) and not all(isinstance(one, str) for one in value)
    ]
    if wrong:
        faults = [Fault("F311", MANIFEST, column=f"options.{n[:40]}", detail=t) for n, t in wrong]
        raise InputError(faults)
    return options


def input_places(
    folder: Path, network: str | None = None, demand: str | None = None
) -> dict[str, Path]:
    """Return the folders of a run's inputs: its own copy, or the given places.

    Parameters
    ----------
    folder : Path
        Run folder.
    network, demand : str, optional
        Embedded names or folders, in place of the copy.

    Returns
    -------
    dict of str to Path
        By kind, network and demand.

    Raises
    ------
    InputError
        F101 for a missing copy, F347 for one that is a link, F308 for a given place that does not
        exist.
    """
    given = {"network": network, "demand": demand}
    places = {
        kind: locate(kind, name) if name else folder / INPUTS / kind for kind, name in given.items()
    }
    own = folder / INPUTS
    lost = [
        Fault("F101", f"{folder.name}/{INPUTS}/{kind}", detail=f"give --{kind} to say where it is")
        for kind, place in places.items()
        if not place.is_dir()
    ]
    lost += [
        Fault("F347", f"{folder.name}/{INPUTS}/{kind}", detail="a symbolic link")
        for kind, place in places.items()
        if place == own / kind and (own.is_symlink() or place.is_symlink())
    ]
    if lost:
        raise InputError(lost)
    return places


def study_of(
    folder: Path, options: Mapping[str, Any], places: Mapping[str, Path] | None = None
) -> Study:
    """Return the study of a run folder.

    Parameters
    ----------
    folder : Path
        Run folder.
    options : Mapping
        Options of its manifest.
    places : Mapping of str to Path, optional
        Folders of the inputs; by default the run's own copy.

    Returns
    -------
    Study
        As it was planned.

    Raises
    ------
    InputError
        Where the inputs have faults or the options cannot be read.
    """
    places = places or input_places(folder)
    labels = {kind: options.get(kind, "") for kind in places}
    network = read_network(places["network"], labels["network"], options.get("date_order"))
    demand = read_demand(places["demand"], labels["demand"])
    known = {one.name for one in fields(PlanOptions)}
    try:
        return ask(
            network,
            demand,
            as_of=date.fromisoformat(options["as_of"]),
            channels=options["channels"],
            overrides=options.get("overrides", ()),
            sunk=options.get("sunk", ()),
            private_fleet=read_private_fleet(folder, network["sites"]["site_id"]),
            **{name: value for name, value in options.items() if name in known},
        )
    except InputError:  # a ValueError too, but with faults of its own
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Fault("F311", MANIFEST, column="options", detail=str(error))]) from None


def read_private_fleet(folder: Path, sites: pd.Series) -> pd.DataFrame | None:
    """Return the prices of own vans that a run computed by routing.

    Parameters
    ----------
    folder : Path
        Run folder.
    sites : Series
        Ids of the sites of the network.

    Returns
    -------
    DataFrame or None
        Rows of own_delivery.csv; None where the run has none.

    Raises
    ------
    InputError
        With every fault of the file; F311 for a site that the inputs do not have.
    """
    path = folder / PRIVATE_FLEET
    if not path.exists():
        return None
    table, faults = read_input(read_own_file(path), path.name, OWN_DELIVERY)
    table = originals(table)
    unknown = table[~table["site_id"].isin(sites)]
    detail = "the run's inputs have no such entry"
    faults += [
        Fault("F311", path.name, int(line), "site_id", str(site), detail)
        for line, site in zip(unknown[ROW], unknown["site_id"], strict=True)
    ]
    if faults:
        raise InputError(faults)
    return table


def outcome_of(claimed: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a summary claims.

    Parameters
    ----------
    claimed : Mapping
        Content of summary.json.

    Returns
    -------
    Outcome
        Objective plus infinity and bound minus infinity where the summary has null.
    """
    return Outcome(
        status=str(claimed["status"]),
        objective=figure(claimed["objective"], math.inf),
        bound=figure(claimed["bound"], -math.inf),
        bound_kind=str(claimed["bound_kind"]),
        bound_of=str(claimed["bound_of"]),
        seconds=figure(claimed["seconds"], math.nan),
        merging_usd=claimed.get("merging_usd"),
        conditions=tuple(map(str, claimed.get("conditions", ()))),
        ended_by=str(claimed.get("ended_by", PROVEN)),
        cut_by_clock=claimed.get("cut_by_clock") is True,
        wall_seconds=figure(claimed.get("wall_seconds"), math.nan),
        mail_only_usd=claimed.get("mail_only_usd"),
    )


def _told(outcome: Outcome, study: Study) -> Outcome:
    """Return an outcome whose texts can be shown in other languages.

    The texts of a summary are those of its study, unless somebody changed them.
    """
    n_planned = len(study.planned_problem().demand.zones)
    bounds = (
        bounded_instance(study, n_planned, kind) for kind in ("certified", "solver", NO_BOUND)
    )
    texts = (*conditions(study, n_planned), *bounds)
    known: dict[str, str] = {str(text): text for text in texts}
    return replace(
        outcome,
        bound_of=known.get(outcome.bound_of, outcome.bound_of),
        conditions=tuple(known.get(text, text) for text in outcome.conditions),
    )


def figure(value: object, otherwise: float = math.nan) -> float:
    """Return a number of a summary as float, or `otherwise` for null and anything else."""
    return float(value) if is_number(value) else otherwise  # type: ignore[arg-type]


def _undefined(kpis: Mapping[str, Any]) -> dict[str, Any]:
    """Return key figures with NaN where the summary has null."""
    return {name: math.nan if value is None else value for name, value in kpis.items()}


def _tables(folder: Path, claimed: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the exact tables of a run; none where there is no plan."""
    if claimed["status"] in (INFEASIBLE, NO_PLAN):
        return {}
    return read_exact_tables(folder / TABLES_FILE)
