"""The files of an input folder, read once and then kept in memory.

A hash taken only when a run is written could belong to a file that was edited during the
optimisation. Every file is therefore read once, and the same bytes are parsed, hashed and copied
into the run, which can then be verified on another machine.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.workbook import ENDING, TABLES_OF, is_workbook, read_sheets

log = logging.getLogger(__name__)

KINDS = {"network": "networks", "demand": "demand"}
"""Top folder of the embedded inputs, by kind."""
LARGEST_FILE = 2**29
"""Bytes of the largest file that is read."""


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


def read_folder(
    folder: Path, names: Iterable[str], label: str | None = None, *, own_files: bool = False
) -> InputFolder:
    """Read those of the named files that a folder has.

    Absent files are skipped, and other files of the folder are ignored.

    Parameters
    ----------
    folder : Path
        A folder, or a workbook whose sheets are the files of a network or a demand.
    names : iterable of str
        Names of files.
    label : str, optional
        See `InputFolder`; by default `portable(folder)`.
    own_files : bool
        Refuse symbolic links, as in a run, whose files all lie in its folder.

    Returns
    -------
    InputFolder

    Raises
    ------
    InputError
        F101 where there is no such folder, F102 for every file that cannot be read, F347 for
        every one that is too large, is no regular file or does not lie in the folder, F480 to
        F483 where a workbook or its cells cannot be read.
    """
    if is_workbook(folder) and not own_files:
        return _read_workbook(folder, tuple(names), label)
    if not folder.is_dir():
        raise InputError([Fault("F101", folder.name, detail="there is no such folder")])
    # "." and ".." have no name of their own
    files, faults, name = {}, [], folder.name or folder.resolve().name
    for file in dict.fromkeys(names):
        path, shown = folder / file, f"{name}/{file}"
        if not is_plain(file):
            faults.append(Fault("F347", shown, detail="a path, not the name of a file"))
            continue
        if not (os.path.lexists(path) if own_files else path.is_file()):
            continue
        try:
            files[file] = read_regular(path, shown, links=not own_files)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    log.debug("read %s: %d files, %d bytes", name, len(files), sum(map(len, files.values())))
    return InputFolder(name, files, portable(folder) if label is None else label)


def _read_workbook(place: Path, names: tuple[str, ...], label: str | None) -> InputFolder:
    """Read those of the named files of a network or a demand that a workbook has as sheets."""
    kind = next(kind for kind in TABLES_OF if f"{kind}.toml" in names)
    content = read_regular(place, place.name, links=True)
    sheets = read_sheets(content, place.name, kind)
    files = {name: sheets[name] for name in names if name in sheets}
    log.debug("read %s: %d sheets of the %s", place.name, len(files), kind)
    return InputFolder(f"{place.name}/{kind}", files, portable(place) if label is None else label)


def is_plain(name: str) -> bool:
    """Return whether a text is the name of a file, not a path that may lead out of a folder."""
    return name not in ("", ".", "..") and not any(character in name for character in "/\\\0")


def read_own_file(path: Path) -> bytes:
    """Return the content of a file of a run, which must not be a link out of its folder.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        F101 where there is no file, otherwise as `read_regular`.
    """
    if not os.path.lexists(path):
        raise InputError([Fault("F101", path.name)])
    return read_regular(path, path.name, links=False)


def read_regular(path: Path, shown: str, *, links: bool) -> bytes:
    """Return the content of a regular file of at most `LARGEST_FILE` bytes.

    A pipe or device would be waited for; a file such as those of /proc may be endless.

    Parameters
    ----------
    path : Path
    shown : str
        Name of the file in faults.
    links : bool
        Whether the file may be a symbolic link.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        F102 where it cannot be read, F347 where it is too large, a link or no regular file.
    """
    if not links and path.is_symlink():
        raise InputError([Fault("F347", shown, detail="a symbolic link")])
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise InputError([Fault("F347", shown, detail="no regular file")])
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError([Fault("F102", shown, detail=error.strerror or str(error))]) from None
    if len(content) > LARGEST_FILE:
        detail = f"larger than {LARGEST_FILE // 2**20} MiB"
        raise InputError([Fault("F347", shown, detail=detail)])
    return content


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
    """Return the folder or workbook that an option names: an embedded one or the user's own.

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
        F308 where there is neither, F480 where it is a file but no workbook.
    """
    found = embedded(kind, name_or_folder)
    if found is not None:
        return found
    place = Path(name_or_folder)
    if name_or_folder and (place.is_dir() or is_workbook(place)):
        return place
    if name_or_folder and place.is_file():
        detail = f"a file that does not end in {ENDING}"
        raise InputError([Fault("F480", f"--{kind}", value=name_or_folder, detail=detail)])
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
