"""The manifest of a folder: what wrote it, from which inputs, and the hashes of its files."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder, is_plain, read_folder
from fulfill.study.json_file import FORMAT, is_number, read_json, write_json
from fulfill.study.output_folder import MANIFEST

PLAN, COMPARISON, DAY, LAYERS, IMPORT = "plan", "comparison", "day", "layers", "import"
"""Kinds of folders: of `fulfill optimize`, `compare`, `route`, `export` and `import`."""
CANDIDATES = "candidates"
"""Kind of folder of `fulfill candidates`."""
DIFF, EXPLANATION, ALTERNATIVES = "diff", "explanation", "alternatives"
"""Kinds of folders of `fulfill diff`, `explain` and `alternatives`."""
STRESS, ASK = "stress", "ask"
"""Kinds of folders of the commands of the same name."""
ROADMAP = "roadmap"
"""Kind of folder of `fulfill roadmap`."""
SCENARIOS = "scenarios"
"""Kind of folder of `fulfill scenarios`."""
SIMULATION = "simulation"
"""Kind of folder of `fulfill simulate`."""
SWEEP, FRONTIER = "sweep", "frontier"
"""Kinds of folders of `fulfill sweep` and `frontier`."""
CONVERSION = "conversion"
"""Kind of folder of `fulfill convert`."""
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
    "llvmlite",
)
"""What the path of a search depends on, besides the kind of processor: sums of compiled loops are
rounded as its vector instructions add them."""
INPUTS = {PLAN: {"network", "demand"}}
"""What the inputs of a folder are called, by kind."""
KEYS = {
    "format_version": int,
    "kind": str,
    "versions": dict,
    "inputs": dict,
    "options": dict,
    "seconds": dict,
    "ended_by": str,
    "files": dict,
    "digest": str,
}
"""Keys of a manifest with their types."""


def processor() -> str:
    """Return the kind of processor that machine code is made for, as LLVM calls it."""
    from llvmlite.binding import get_host_cpu_name

    return str(get_host_cpu_name())


def write_manifest(
    folder: Path,
    kind: str,
    inputs: Mapping[str, InputFolder],
    options: Mapping[str, Any],
    seconds: Mapping[str, float],
    ended_by: str = "",
) -> None:
    """Write manifest.json, after all other files of a folder.

    It identifies the sources of a folder, and of the machine only the kind of its processor.

    Parameters
    ----------
    folder : Path
        Folder with all its other files.
    kind : str
        One of the kinds above.
    inputs : Mapping of str to InputFolder
        Input folders by kind.
    options : Mapping
        Options of the command.
    seconds : Mapping of str to float
        Computing time by stage.
    ended_by : str
        Why the search of a plan ended, see `Outcome`; empty for other kinds of folders.
    """
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    content = {
        "format_version": FORMAT,
        "kind": kind,
        "versions": versions(),
        "inputs": {name: files.hashes for name, files in inputs.items()},
        "options": dict(options),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
        "ended_by": ended_by,
        "files": read_folder(folder, names, "").hashes,
    }
    write_json(folder / MANIFEST, {**content, "digest": digest(content)})


def read_manifest(folder: Path, kind: str = PLAN) -> dict[str, Any]:
    """Return the content of manifest.json.

    Parameters
    ----------
    folder : Path
        Folder that was written by this package.
    kind : str
        Kind that it must be of.

    Returns
    -------
    dict
        With the keys and types of `KEYS`; `inputs` and `files` have hashes by name of file.

    Raises
    ------
    InputError
        F311 for everything that is missing, unknown or of a wrong type, and where the digest shows
        that the manifest was edited; F348 where the folder is of another kind.
    """
    content = read_json(folder, MANIFEST)
    shown = f"{folder.name}/{MANIFEST}"
    faults = [Fault("F311", shown, column=name, detail=text) for name, text in _wrong(content)]
    if not faults and content["kind"] != kind:
        faults = [Fault("F348", shown, column="kind", value=content["kind"][:40])]
    if not faults and content["digest"] != digest(content):
        faults = [Fault("F311", shown, column="digest", detail="the manifest was edited")]
    if faults:
        raise InputError(faults)
    return content


def changed_files(folder: Path, names: Iterable[str], recorded: Mapping[str, str]) -> list[Fault]:
    """Compare files with the hashes taken when they were written.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    names : iterable of str
        Files to compare; those that are neither there nor recorded are skipped.
    recorded : Mapping of str to str
        Hash by name.

    Returns
    -------
    list of Fault
        F311 or F347, one for each file that is missing, was changed or was added.
    """
    names = list(dict.fromkeys(names))
    try:
        now = read_folder(folder, names, "", own_files=True).hashes
    except InputError as error:
        return list(error.faults)
    faults = []
    for name in names:
        if now.get(name) != recorded.get(name):
            both = name in now and name in recorded
            what = "changed" if both else "added" if name in now else "removed"
            detail = f"{what} since the run was written"
            faults.append(Fault("F311", f"{folder.name}/{name}", detail=detail))
    return faults


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest without its own entry `digest`."""
    rest = {name: value for name, value in content.items() if name != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _wrong(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with the keys and types of a manifest, as key and text."""
    found = [(name, "missing") for name in KEYS if name not in content]
    found += [(name[:40], "unknown") for name in content if name not in KEYS]
    found += [
        (name, f"no {'object' if kind is dict else 'text'}")
        for name, kind in KEYS.items()
        if name in content and not isinstance(content[name], kind)
    ]
    if found:
        return found
    if set(content["inputs"]) != INPUTS.get(content["kind"], set(content["inputs"])):
        found.append(("inputs", "not those of a run"))
    tables = {**content["inputs"], "files": content["files"]}
    for name, hashes in tables.items():
        if not isinstance(hashes, dict) or not all(isinstance(one, str) for one in hashes.values()):
            found.append((name[:40], "no object of hashes"))
        elif not all(map(is_plain, hashes)):
            found.append((name[:40], "a path in place of the name of a file"))
    if not all(isinstance(text, str) for text in content["versions"].values()):
        found.append(("versions", "a version is no text"))
    if not all(map(is_number, content["seconds"].values())):
        found.append(("seconds", "a time is no number"))
    return found


def versions() -> dict[str, str]:
    """Return the versions of what results depend on, and the kind of processor."""
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        "processor": processor(),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
