"""Run folders: written beside their final place, renamed when whole, so that a killed run leaves nothing half done."""

from __future__ import annotations

import hashlib
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

from fulfill.audit.plan import Audit
from fulfill.inputs.faults import Fault, InputError
from fulfill.model.decisions import Plan

MANIFEST = "manifest.json"
"""File by which a folder is known to be a run."""
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


def summary(plan: Plan, finding: Audit) -> dict[str, Any]:
    """Return what summary.json holds; infinities become null."""
    outcome = plan.outcome
    held: dict[str, Any] = finite(
        {
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
            "open_sites": plan.sites[["site_id", "size"]].to_dict("records")
            if len(plan.sites)
            else [],
            "kpis": plan.kpis,
            "audit": {"clean": finding.clean, "faults": list(finding.faults)},
        }
    )
    return held


def peak_mib() -> float:
    """Return the largest memory that this process has used, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024.0**2 if platform.system() == "Darwin" else 1024.0), 1)


def manifest(
    inputs: Mapping[str, Path], options: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, Any]:
    """Return what a run rests on: versions, hashes of the input files, options, timings; nothing of the machine."""
    return {
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in LIBRARIES},
        },
        "inputs": {name: hashes(folder) for name, folder in inputs.items()},
        "options": dict(options),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


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
        F101 where the folder is no run, F311 where the file cannot be read.
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
    return content


def portable(given: str) -> str | None:
    """Return how a manifest may name an input folder: an embedded name, or a path inside the working folder.

    None for any other place: where things lie on a machine is no business of a run.
    """
    if not Path(given).is_dir():
        return given
    inside, here = Path(given).resolve(), Path.cwd().resolve()
    return inside.relative_to(here).as_posix() if inside.is_relative_to(here) else None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder by name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def finite(value: Any) -> Any:
    """Replace numbers that JSON cannot hold by null."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float):
        return float(value) if abs(value) < float("inf") else None
    return value
