"""Run folders: the list of their files, and how they are written: beside their place, renamed when whole.

A run travels: it keeps a copy of the files that it was made from, so that it can be checked and used
on another machine.
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

import pandas as pd

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder
from fulfill.study.run import Run
from fulfill.study.study import Study

FORMAT = 2
"""Format of the JSON files and tables; raised whenever an older reader would go wrong."""
MANIFEST = "manifest.json"
"""File by which a folder is known to be a run."""
SUMMARY = "summary.json"
CERTIFICATE = "certificate.npz"
WARM_START = "start.npz"
INPUTS = "inputs"
"""Folder with a copy of the network and the demand that the run was made from."""
TABLES = ("sites", "flows", "zones", "costs", "capacity", "channels")
"""Tables of a plan that become a CSV file of the same name."""
PRIVATE_FLEET = "own_delivery.csv"
"""Prices of own vans that routing found, in the form of the input table of this name."""
ROUNDS = "rounds.csv"
VEHICLES = "vehicles.csv"
ARCS = "arcs.csv"
LAYERS = "plan.gpkg"
REPORT = "report.html"
COMPARISON_PAGE = "comparison.html"
ROUTE_PAGE = "route.html"
STOPS = "stops.csv"
DRIVER_SHEET = "driver_sheet.csv"
DIGITS = "%.15g"
"""Fifteen digits drop the last noise of floating point and let an audit find every figure to 1e-9."""
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
    """Hand out a temporary folder and give it its name when the block ends well.

    Raises
    ------
    InputError
        F308 where the target exists and may not be overwritten, or cannot be written at all.
    """
    check_target(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(
            [Fault("F308", "--out", value=str(target), detail=error.strerror or str(error))]
        ) from None
    try:
        yield draft
        draft.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    finally:
        if draft.exists():
            shutil.rmtree(draft)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse a place that a run may not take: what exists, and with `overwrite` what is no run of ours.

    Raises
    ------
    InputError
        F308; `--overwrite` deletes a folder, so it takes only an empty one or one with a
        manifest.json.
    """
    if not os.path.exists(target):  # Path.exists would raise on a name too long to be
        return
    if not overwrite:
        raise InputError(
            [
                Fault(
                    "F308",
                    "--out",
                    value=str(target),
                    detail="it exists; choose another or add --overwrite",
                )
            ]
        )
    if not target.is_dir() or (any(target.iterdir()) and not (target / MANIFEST).is_file()):
        raise InputError(
            [
                Fault(
                    "F308",
                    "--out",
                    value=str(target),
                    detail="it is no run of fulfill and is not overwritten",
                )
            ]
        )


def next_folder(parent: Path, name: str) -> Path:
    """Return a path under `parent` that does not exist yet: name, name-2, name-3, ..."""
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run"
    target, number = parent / name, 1
    while target.exists():
        number += 1
        target = parent / f"{name}-{number}"
    return target


def write_run_data(run: Run, folder: Path, writing: float = 0.0) -> None:
    """Write what an audit needs: the JSON files, CSV tables, certificate, warm start and inputs.

    Where there is no plan the tables are left out; a solver's bound has no certificate.

    Parameters
    ----------
    folder : an existing empty folder, as `new_folder` hands out
    writing : seconds spent on other files of the run, for the manifest
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
    write_json(folder / MANIFEST, manifest(inputs, asked, seconds))


def input_folders(study: Study) -> dict[str, InputFolder]:
    """Return the input folders of a study by kind, as they were when they were read."""
    source = study.provenance
    return {"network": source.network.folder, "demand": source.demand.folder}


def recorded_options(study: Study) -> dict[str, Any]:
    """Return what was asked, enough to ask it again: the options of a manifest."""
    named = {kind: files.label for kind, files in input_folders(study).items() if files.label}
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
    return asked


def summary(run: Run) -> dict[str, Any]:
    """Return what summary.json holds; infinities become null."""
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
        "open_sites": plan.sites[["site_id", "size"]].to_dict("records") if run.found else [],
        "kpis": plan.kpis,
        "audit": {"clean": run.audit.clean, "faults": list(run.audit.faults)},
    }
    if run.rounds is not None:
        held["rounds"] = json.loads(run.rounds.table.to_json(orient="records"))
    plain: dict[str, Any] = finite(held)
    return plain


def peak_mib() -> float:
    """Return the largest memory that this process has used, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024.0**2 if platform.system() == "Darwin" else 1024.0), 1)


def manifest(
    inputs: Mapping[str, InputFolder], options: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Return what a run rests on: versions, hashes of the input files, options, timings; nothing of the machine."""
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


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table in the form that all tables of a run have: UTF-8, LF, comma, point."""
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", float_format=DIGITS)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping as readable JSON."""
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Return summary.json or manifest.json of a run.

    Raises
    ------
    InputError
        F101 where the folder is no run, F311 where the file cannot be read, F320 where another
        version of the program wrote it in another form.
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
    """Replace numbers that JSON cannot hold by null."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else None
    return value
