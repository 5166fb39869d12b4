"""The files of an input folder, read once and then kept in memory.

A hash taken only when a run is written could belong to a file that was edited during the
optimisation. Every file is therefore read once, and the same bytes are parsed, hashed and copied
into the run, which can then be verified on another machine.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fulfill.inputs.faults import Fault, InputError

log = logging.getLogger(__name__)

KINDS = {"network": "networks", "demand": "demand"}
"""Top folder of the embedded inputs, by kind."""


@dataclass(frozen=True, repr=False, eq=False)
class InputFolder:
    """The files of a network or a demand as they were when they were read.

    Attributes
    ----------
    name : str
        Name of the folder, for messages.
    files : mapping of str to bytes
        Content of every file that the package reads, by name.
    label : str or None
        How a run names the folder: the name of an embedded one, or a path inside the working
        folder. None for any other place, so that no path of the user's machine gets into a run.
    date_order : str or None
        Order of day and month in dates that a spreadsheet rewrote, ``dmy`` or ``mdy``; None to go
        by the dates themselves.
    """

    name: str
    files: Mapping[str, bytes]
    label: str | None = None
    date_order: str | None = None

    def __repr__(self) -> str:
        return f"<InputFolder {self.name}: {len(self.files)} files>"

    @cached_property
    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file by name."""
        return {name: hashlib.sha256(self.files[name]).hexdigest() for name in sorted(self.files)}

    def write(self, folder: Path) -> None:
        """Write the files into a new folder.

        Parameters
        ----------
        folder : Path
            Must not exist yet; its parents are created.

        Raises
        ------
        FileExistsError
            Where the folder exists.
        """
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def read_folder(folder: Path, names: Iterable[str], label: str | None = None) -> InputFolder:
    """Read those of the named files that a folder has.

    Absent files are skipped, and other files of the folder are ignored.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Names of files.
    label : str, optional
        See `InputFolder`; by default `portable(folder)`.

    Returns
    -------
    InputFolder

    Raises
    ------
    InputError
        F101 where there is no such folder, F102 for every file that cannot be read.
    """
    if not folder.is_dir():
        raise InputError([Fault("F101", folder.name, detail="there is no such folder")])
    # "." and ".." have no name of their own
    files, faults, name = {}, [], folder.name or folder.resolve().name
    for file in dict.fromkeys(names):
        path = folder / file
        if not path.is_file():
            continue
        try:
            files[file] = path.read_bytes()
        except OSError as error:
            faults.append(Fault("F102", f"{name}/{file}", detail=error.strerror or str(error)))
    if faults:
        raise InputError(faults)
    log.debug("read %s: %d files, %d bytes", name, len(files), sum(map(len, files.values())))
    return InputFolder(name, files, portable(folder) if label is None else label)


def embedded(kind: str, name: str) -> Path | None:
    """Return the folder of an embedded network or demand.

    An installed package has the data inside it; in a checkout they are top folders of the
    repository.

    Parameters
    ----------
    kind : str
        ``network`` or ``demand``.
    name : str

    Returns
    -------
    Path or None
        None where nothing of this name is embedded.
    """
    here = Path(__file__).resolve().parents[1]
    for root in (here / "data", here.parents[1]):
        found = root / KINDS[kind] / name
        # the name of a folder only: `..` or a path would lead out of the embedded data
        if name and found.is_dir() and Path(name).name == name:
            return found
    return None


def locate(kind: str, name_or_folder: str) -> Path:
    """Return the folder that an option names: an embedded one or the user's own.

    An embedded name means the embedded folder in whichever directory the command is run. A folder
    of the same name in the current directory is written ``./name``; see `shadowed`.

    Parameters
    ----------
    kind : str
        ``network`` or ``demand``.
    name_or_folder : str

    Returns
    -------
    Path

    Raises
    ------
    InputError
        F308 where there is neither.
    """
    found = embedded(kind, name_or_folder)
    if found is not None:
        return found
    if name_or_folder and Path(name_or_folder).is_dir():
        return Path(name_or_folder)
    names = ", ".join(embedded_names(kind))
    detail = f"no such folder, and no embedded {kind} of this name; embedded: {names}"
    raise InputError([Fault("F308", f"--{kind}", value=name_or_folder, detail=detail)])


def embedded_names(kind: str) -> list[str]:
    """Return the names of the embedded networks or demands."""
    here = Path(__file__).resolve().parents[1]
    roots = (here / "data" / KINDS[kind], here.parents[1] / KINDS[kind])
    return sorted({path.name for root in roots if root.is_dir() for path in root.iterdir()})


def shadowed(kind: str, name: str) -> tuple[Fault, ...]:
    """Warn where an embedded folder hides one of the same name in the current directory.

    Parameters
    ----------
    kind : str
        ``network`` or ``demand``.
    name : str
        As the user wrote it.

    Returns
    -------
    tuple of Fault
        W310, or nothing.
    """
    found = embedded(kind, name)
    here = Path(name)
    if found is None or not here.is_dir() or here.resolve() == found:
        return ()
    detail = f"the embedded {kind} is used; write ./{name} for the folder here"
    return (Fault("W310", f"--{kind}", value=name, detail=detail),)


def portable(folder: Path) -> str | None:
    """Return how a manifest may name a folder.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    str or None
        The embedded name, or the path relative to the working directory; None outside it.
    """
    place, here = folder.resolve(), Path.cwd().resolve()
    for kind in KINDS:
        if embedded(kind, place.name) == place:
            return place.name
    return f"./{place.relative_to(here).as_posix()}" if place.is_relative_to(here) else None
