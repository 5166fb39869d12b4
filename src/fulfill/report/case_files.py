"""Copies of a network and a demand to edit: as folders, or as a workbook."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from fulfill.inputs.demand import FILES as DEMAND_FILES
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder, embedded, read_folder
from fulfill.inputs.network import MAPS_OF, SETTINGS, read_files
from fulfill.inputs.workbook import ENDING, is_workbook
from fulfill.report.workbook.case import write_case
from fulfill.study.output_folder import new_folder

LICENCE = "LICENSE-DATA.md"


def new_case_folder(folder: Path, sources: Mapping[str, Path]) -> None:
    """Copy a network and a demand into a new folder.

    Parameters
    ----------
    folder : Path
        Must not exist yet.
    sources : mapping of str to Path
        Folders or workbooks by kind, ``network`` and ``demand``.

    Raises
    ------
    InputError
        F340 to F344 where the folder cannot be written.
    """
    with new_folder(folder, sources=sources.values()) as draft:
        for kind, source in sources.items():
            if is_workbook(source):
                _read(kind, source).write(draft / kind)
            else:
                shutil.copytree(source, draft / kind)


def new_case_workbook(path: Path, sources: Mapping[str, Path]) -> None:
    """Write a network and a demand as a new workbook.

    Roads and outlines are no tables. The workbook names the embedded network that has them; those
    of another network are copied beside the workbook.

    Parameters
    ----------
    path : Path
        Must end in ``.xlsx`` and not exist yet.
    sources : mapping of str to Path
        Folders or workbooks by kind, ``network`` and ``demand``.

    Raises
    ------
    InputError
        F340 where the file exists, F343 where it cannot be written there, otherwise see
        `write_case`.
    """
    if path.suffix.lower() != ENDING:
        detail = f"the name ends in {ENDING}"
        raise InputError([Fault("F343", "--workbook", value=str(path), detail=detail)])
    if os.path.lexists(path):
        raise InputError([Fault("F340", "--workbook", value=str(path), detail="it exists")])
    folders = {kind: _read(kind, source) for kind, source in sources.items()}
    folders["network"], maps = _without_maps(folders["network"], sources["network"])
    for name, content in maps.items():
        beside = path.with_name(name)
        if os.path.lexists(beside) and beside.read_bytes() != content:
            raise InputError([Fault("F340", "--workbook", value=str(beside), detail="it exists")])
    licences = [source / LICENCE for source in sources.values()]
    texts = tuple(file.read_text(encoding="utf-8") for file in licences if file.is_file())
    if not path.parent.is_dir():
        detail = "there is no such folder"
        raise InputError([Fault("F343", "--workbook", value=str(path), detail=detail)])
    draft = path.with_name(f".{path.name}.draft")
    try:
        write_case(draft, folders, texts)
        os.link(draft, path)  # unlike a rename, it never replaces a file
        for name, content in maps.items():
            path.with_name(name).write_bytes(content)
    except FileExistsError:
        raise InputError([Fault("F340", "--workbook", value=str(path))]) from None
    finally:
        draft.unlink(missing_ok=True)


def _read(kind: str, source: Path) -> InputFolder:
    """Return the files of a network, with its roads and outlines, or of a demand."""
    if kind == "demand":
        return read_folder(source, DEMAND_FILES)
    folder, _, faults = read_files(source)
    if faults:
        raise InputError(faults)
    return folder


def _without_maps(folder: InputFolder, source: Path) -> tuple[InputFolder, dict[str, bytes]]:
    """Return a network without the files that are no tables, and those that must lie beside it."""
    tables = {n: text for n, text in folder.files.items() if n.endswith((".csv", ".toml"))}
    maps = {name: content for name, content in folder.files.items() if name not in tables}
    if f"\n{MAPS_OF}" in tables[SETTINGS].decode():
        return replace(folder, files=tables), {}
    if maps and embedded("network", source.name) == source:
        line = f"{MAPS_OF} = {json.dumps(source.name)}\n"
        tables[SETTINGS] = tables[SETTINGS].rstrip() + b"\n" + line.encode()
        maps = {}
    return replace(folder, files=tables), maps
