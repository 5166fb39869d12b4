"""Finished points of sweeps, kept in a folder as soon as they are answered.

A point has two files, named by the hash of all that its answer depends on: ``KEY.npz``, from which
its neighbours start, and ``KEY.json``, its figures. Each is written under another name and renamed,
the second last: a point is finished when its ``KEY.json`` is there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from fulfill.analysis.sweep.answers import Answer
from fulfill.analysis.sweep.points import Point
from fulfill.study.json_file import FORMAT, finite
from fulfill.study.manifest import digest, versions
from fulfill.study.run import Run
from fulfill.study.run_folder import input_folders, recorded_options

KEY_DIGITS = 20
SUFFIX = ".points"
"""What follows the name of a sweep's folder in the name of the folder of its points."""


def points_folder(target: Path) -> Path:
    """Return the folder of the finished points of a sweep.

    Parameters
    ----------
    target : Path
        Folder of the sweep.

    Returns
    -------
    Path
        Beside it.
    """
    return target.with_name(f"{target.name}{SUFFIX}")


class KeptPoints:
    """Finished points in a folder.

    Parameters
    ----------
    folder : Path
        Made with the first point.
    cause : str
        Hash of what all answers of a sweep depend on, see `cause_of`.
    """

    def __init__(self, folder: Path, cause: str) -> None:
        self.folder, self.cause = folder, cause

    def key(self, point: Point) -> str:
        """Return the name of a point: a hash of its changes and of the cause."""
        return key_of([self.cause, *point.changes])

    def find(self, point: Point) -> tuple[Answer, bytes] | None:
        """Return what is kept of a point.

        Parameters
        ----------
        point : Point

        Returns
        -------
        (Answer, bytes) or None
            As of `answer_point`; None where it is not finished, or its files were changed.
        """
        found = read_kept(self.folder, self.key(point))
        if found is None:
            return None
        try:
            told = {name: found[0]["answer"][name] for name in _NAMES}
            return Answer(**{**told, "faults": tuple(told["faults"])}), found[1]
        except (LookupError, TypeError):
            return None

    def keep(self, point: Point, answer: Answer, start: bytes) -> None:
        """Keep a finished point.

        Parameters
        ----------
        point : Point
        answer : Answer
        start : bytes
            What neighbours start from.
        """
        told = finite({**asdict(answer), "faults": list(answer.faults)})
        content = {"changes": list(point.changes), "answer": told}
        write_kept(self.folder, self.key(point), content, start)


def key_of(question: Iterable[str]) -> str:
    """Return the name of an answer: a hash of all that it depends on."""
    return _hash("\n".join(question).encode())[:KEY_DIGITS]


def read_kept(folder: Path, key: str) -> tuple[dict[str, Any], bytes] | None:
    """Read what was kept of an answer.

    Parameters
    ----------
    folder : Path
    key : str
        Name of its files.

    Returns
    -------
    (dict, bytes) or None
        As of `write_kept`; None where it is not finished, or its files were changed.
    """
    try:
        content = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
        start = (folder / f"{key}.npz").read_bytes()
        whole = content["digest"] == digest(content) and content["start"] == _hash(start)
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return (content, start) if whole else None


def write_kept(folder: Path, key: str, told: Mapping[str, Any], start: bytes) -> None:
    """Keep an answer.

    Parameters
    ----------
    folder : Path
        Made where it is not there.
    key : str
        Name of its files.
    told : mapping
        Figures of the answer.
    start : bytes
        What later searches start from.
    """
    content: dict[str, Any] = {"format_version": FORMAT, **told, "start": _hash(start)}
    text = json.dumps({**content, "digest": digest(content)}, indent=2, ensure_ascii=False)
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / f"{key}.npz", start)
    _write_whole(folder / f"{key}.json", f"{text}\n".encode())


_NAMES = tuple(one.name for one in fields(Answer))


def cause_of(run: Run, grade: str, start: bytes) -> str:
    """Return the hash of what the answers of a sweep depend on besides the changes.

    Parameters
    ----------
    run : Run
        The base.
    grade : str
    start : bytes
        Stored warm start of the base.

    Returns
    -------
    str
    """
    named = ("network", "demand")
    options = {name: one for name, one in recorded_options(run.study).items() if name not in named}
    content: Mapping[str, Any] = {
        "format_version": FORMAT,
        "versions": versions(),
        "inputs": {kind: files.hashes for kind, files in input_folders(run.study).items()},
        "options": options,
        "grade": grade,
        "start": _hash(start),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that is complete whenever it is there, also after a power failure."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
