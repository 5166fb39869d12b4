"""Run folders: their files, written to a temporary folder that is renamed when complete.

A run keeps a copy of its input files, so that it can be checked and used on another machine.
"""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder
from fulfill.study.csv_files import write_csv
from fulfill.study.run import Run
from fulfill.study.study import Study
from fulfill.study.unserved import reasons

FORMAT = 3
"""Format of the JSON files and tables; raised whenever an older reader would go wrong."""
MANIFEST = "manifest.json"
"""File that identifies a folder as a run."""
SUMMARY = "summary.json"
CERTIFICATE = "certificate.npz"
WARM_START = "start.npz"
INPUTS = "inputs"
"""Folder with a copy of the network and the demand of the run."""
TABLES = ("sites", "flows", "zones", "costs", "capacity", "channels", "unserved")
"""Tables of a plan that are written to a CSV file of the same name."""
PRIVATE_FLEET = "own_delivery.csv"
"""Costs of own vans from routing, in the form of the input table of this name."""
ROUNDS = "rounds.csv"
VEHICLES = "vehicles.csv"
ARCS = "arcs.csv"
LAYERS = "plan.gpkg"
REPORT = "report.html"
COMPARISON_PAGE = "comparison.html"
ROUTE_PAGE = "route.html"
STOPS = "stops.csv"
DRIVER_SHEET = "driver_sheet.csv"
LIBRARIES = (
    "fulfill",
    "ortools",
    "numpy",
    "scipy",
    "pandas",
    "geopandas",
    "networkx",
    "searoute",
    "numba",
)


@contextmanager
def new_folder(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Provide a temporary folder that is renamed to the target when the block succeeds.

    Parameters
    ----------
    target : Path
        Folder to create.
    overwrite : bool
        Replace an existing run.

    Yields
    ------
    Path
        Empty folder next to the target; it is deleted if the block raises.

    Raises
    ------
    InputError
        F308 where the target exists and must not be overwritten, or cannot be written.
    """
    check_target(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Next to the target, as a folder can only be renamed within a file system.
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(
            [Fault("F308", "--out", value=str(target), detail=error.strerror or str(error))]
        ) from None
    try:
        yield draft
        draft.chmod(0o755)  # mkdtemp gives access to the user only
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        if draft.exists():
            shutil.rmtree(draft)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Reject a target folder that a run must not replace.

    Parameters
    ----------
    target : Path
        Folder to create.
    overwrite : bool
        Replace an existing run.

    Raises
    ------
    InputError
        F308 where the target exists. With `overwrite` it is accepted if it is empty or contains a
        manifest.json, because the folder will be deleted.
    """
    if not os.path.exists(target):  # Path.exists raises if the name is too long
        return
    if not overwrite:
        detail = "it exists; choose another or add --overwrite"
        raise InputError([Fault("F308", "--out", value=str(target), detail=detail)])
    if not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST).is_file()):
        detail = "it is no run of fulfill and is not overwritten"
        raise InputError([Fault("F308", "--out", value=str(target), detail=detail)])


def next_folder(parent: Path, name: str) -> Path:
    """Return a path that does not exist yet: name, name-2, name-3, ...

    Parameters
    ----------
    parent : Path
        Folder to create it in.
    name : str
        Characters that file names cannot have are replaced by hyphens.

    Returns
    -------
    Path
        Not created.
    """
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run"
    target, number = parent / name, 1
    while target.exists():
        number += 1
        target = parent / f"{name}-{number}"
    return target


def write_run_data(run: Run, folder: Path, writing: float = 0.0) -> None:
    """Write what an audit needs: JSON files, tables, certificate, warm start and inputs.

    Without a plan there are no tables; a solver's bound has no certificate.

    Parameters
    ----------
    run : Run
        Run to write.
    folder : Path
        Existing empty folder, such as that of `new_folder`.
    writing : float
        Seconds spent on other files of the run, for the manifest.
    """
    if run.certificate is not None:
        run.certificate.save(folder / CERTIFICATE)
    if run.warm_start is not None:
        run.warm_start.save(folder / WARM_START)
    if run.found:
        for name in TABLES:
            write_csv(getattr(run.plan, name), folder / f"{name}.csv")
    if run.rounds is not None:
        write_csv(run.rounds.table, folder / ROUNDS)
        if run.rounds.private_fleet is not None:
            write_csv(run.rounds.private_fleet, folder / PRIVATE_FLEET)
            write_csv(run.rounds.vehicles, folder / VEHICLES)
    inputs = input_folders(run.study)
    for kind, files in inputs.items():
        files.write(folder / INPUTS / kind)
    write_json(folder / SUMMARY, summary(run))
    seconds = {"plan": run.outcome.seconds, "writing": writing}
    asked = recorded_options(run.study)
    if run.began_from:
        asked["from"] = run.began_from
    if run.rounds is not None:
        asked["with_routing"] = True
    ended = {"ended_by": run.outcome.ended_by}
    write_json(folder / MANIFEST, {**manifest(inputs, asked, seconds), **ended})


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
        "seconds": round(outcome.seconds, 3),
        "peak_mib": peak_mib(),
        "as_of": plan.as_of,
        "zones": len(plan.zones) if run.found else None,
        "zones_asked": run.study.options.resolution,
        "ended_by": outcome.ended_by,
        "conditions": list(outcome.conditions),
        "open_sites": plan.sites[["site_id", "size"]].to_dict("records") if run.found else [],
        "kpis": plan.kpis,
        "unserved_reasons": reasons(plan.unserved) if run.found else {},
        "audit": {"clean": run.audit.clean, "faults": list(run.audit.faults)},
    }
    if run.rounds is not None:
        held["rounds"] = json.loads(run.rounds.table.to_json(orient="records"))
    plain: dict[str, Any] = finite(held)
    return plain


def peak_mib() -> float:
    """Return the peak memory of this process, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # ru_maxrss is in bytes on macOS and in KiB on Linux.
    return round(peak / (1024.0**2 if platform.system() == "Darwin" else 1024.0), 1)


def manifest(
    inputs: Mapping[str, InputFolder], options: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Return the content of manifest.json.

    It identifies the sources of a run, and nothing of the machine or its user.

    Parameters
    ----------
    inputs : Mapping of str to InputFolder
        Input folders by kind.
    options : Mapping
        Options of the run.
    seconds : Mapping of str to float
        Computing time by stage.

    Returns
    -------
    dict
        Versions, hashes of the input files, options and times.
    """
    return {
        "format_version": FORMAT,
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in LIBRARIES},
        },
        "inputs": {kind: files.hashes for kind, files in inputs.items()},
        "options": dict(options),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as indented JSON.

    Parameters
    ----------
    path : Path
        File to write.
    content : Mapping
        See `finite` for infinities and NaN.

    Raises
    ------
    ValueError
        Where a number is infinite or NaN, which JSON cannot represent.
    """
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Return summary.json or manifest.json of a run.

    Parameters
    ----------
    folder : Path
        Run folder.
    name : str
        Name of the file.

    Returns
    -------
    dict
        Content of the file.

    Raises
    ------
    InputError
        F101 where the folder is not a run, F311 where the file cannot be read, F320 where another
        version of the program wrote it in a different format.
    """
    path = folder / name
    if not path.is_file():
        raise InputError(
            [Fault("F101", f"{folder.name}/{name}", detail="this folder is no run of fulfill")]
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError([Fault("F311", f"{folder.name}/{name}", detail=str(error))]) from None
    if not isinstance(content, dict):
        raise InputError([Fault("F311", f"{folder.name}/{name}", detail="no object")])
    if content.get("format_version") != FORMAT:
        found = content.get("format_version", "none")
        detail = f"this version reads format {FORMAT}"
        raise InputError([Fault("F320", f"{folder.name}/{name}", value=str(found), detail=detail)])
    return content


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def finite(value: Any) -> Any:
    """Replace infinities and NaN, which JSON cannot represent, by None.

    Parameters
    ----------
    value : object
        Number, text, or nested dicts and lists of these.

    Returns
    -------
    object
        Of the same structure.
    """
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else None
    return value
