"""The folder that a command writes: reserved before the work begins, complete or not there at all.

Everything is written to a draft next to the target, which is renamed when it is complete. To
replace a folder, the old one is renamed away, the draft gets its name, and then the old one is
deleted. Three hidden names next to a target ``NAME`` belong to it::

    .NAME.fulfill-lock   locked by the process that writes NAME; a killed process loses the lock
    .NAME.fulfill-new    the draft
    .NAME.fulfill-old    the folder that is being replaced

Whoever obtains the lock of a name may put in order what a killed process left under that name.
Every command that writes a folder does so for all names next to its target.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import shutil
import signal
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from fulfill.inputs.faults import Fault, InputError

log = logging.getLogger(__name__)
MANIFEST = "manifest.json"
"""File that identifies a folder as written by this package."""
LOCK, DRAFT, REPLACED = ".fulfill-lock", ".fulfill-new", ".fulfill-old"
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories of control characters, undecodable bytes and line breaks."""
LONGEST_NAME = 240
"""Bytes of a folder's name; file systems allow 255, and the hidden names are longer."""


@contextmanager
def new_folder(
    target: Path, *, overwrite: bool = False, sources: Iterable[Path] = ()
) -> Iterator[Path]:
    """Reserve a folder, and create it when the block succeeds.

    Parameters
    ----------
    target : Path
        Folder to create.
    overwrite : bool
        Replace an existing folder that this package wrote.
    sources : iterable of Path
        Files and folders that the result is made from; the target must not contain them.

    Yields
    ------
    Path
        Empty folder to write to; it is deleted if the block raises, and an existing target is then
        left as it was.

    Raises
    ------
    InputError
        F340 where the target exists, F341 where it must not be replaced, F342 where it contains
        a source or lies inside a run, F343 where it cannot be written, F344 where another process
        is writing it.
    """
    sources = tuple(sources)

    def check() -> None:
        check_target(target, overwrite=overwrite, sources=sources)

    with _draft(target, check) as draft:
        _make(target, draft.mkdir)
        yield draft


@contextmanager
def updated_folder(target: Path) -> Iterator[Path]:
    """Reserve an existing folder, and replace it when the block succeeds.

    Parameters
    ----------
    target : Path
        Existing folder, of this package or not.

    Yields
    ------
    Path
        A copy of the folder, to change; it is deleted if the block raises, and the target is then
        left as it was.

    Raises
    ------
    InputError
        F341 where the target is a symbolic link or no folder, F343 and F344 as `new_folder`.
    """

    def check() -> None:
        if target.is_symlink() or not target.is_dir():
            raise InputError([Fault("F341", "--out", value=str(target), detail="no plain folder")])

    with _draft(target, check) as draft:
        _make(target, partial(shutil.copytree, target, draft, symlinks=True))
        yield draft


def _make(target: Path, create: Callable[[], object]) -> None:
    """Create the draft of a target; F343 where that fails."""
    try:
        create()
    except OSError as error:
        raise _unwritable(target, error) from None


@contextmanager
def _draft(target: Path, check: Callable[[], None]) -> Iterator[Path]:
    """Yield a name beside a target whose folder becomes the target when the block succeeds."""
    check()
    place = Path(os.path.abspath(target))  # the block may change the working directory
    draft = _beside(place, DRAFT)
    with ExitStack() as cleanup:
        try:
            _create_parents(place.parent, cleanup)
            clean_up(place.parent)
            if not cleanup.enter_context(_locked(place)):
                raise InputError([Fault("F344", "--out", value=str(target))])
            # The process that had the lock may have created the target since the first check.
            check()
            cleanup.callback(_recover, place)
        except OSError as error:
            raise _unwritable(target, error) from None
        yield draft
        with _signals_held():
            if os.path.lexists(place):
                place.rename(_beside(place, REPLACED))
            draft.rename(place)


@contextmanager
def next_folder(
    parent: Path, name: str, sources: Iterable[Path] = ()
) -> Iterator[tuple[Path, Path]]:
    """Reserve the first free of the folders name, name-2, name-3, ...

    Parameters
    ----------
    parent : Path
        Folder to create it in.
    name : str
        Characters that are awkward in file names are replaced by hyphens.
    sources : iterable of Path
        See `new_folder`.

    Yields
    ------
    target : Path
        Folder that is created when the block succeeds.
    draft : Path
        Empty folder to write to, see `new_folder`.

    Raises
    ------
    InputError
        F342 or F343, see `new_folder`.
    """
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-") or "run"
    sources, number = tuple(sources), 0
    with ExitStack() as reserved:
        while True:
            number += 1
            target = parent / (name if number == 1 else f"{name}-{number}")
            try:
                draft = reserved.enter_context(new_folder(target, sources=sources))
            except InputError as error:
                if {fault.code for fault in error.faults} <= {"F340", "F344"}:
                    continue  # it exists, or another process is writing it
                raise
            break
        yield target, draft


def check_target(target: Path, *, overwrite: bool = False, sources: Iterable[Path] = ()) -> None:
    """Reject a folder that cannot be written or must not be replaced.

    Parameters
    ----------
    target, overwrite, sources
        See `new_folder`.

    Raises
    ------
    InputError
        F340 to F343, see `new_folder`.
    """
    wrong = _name_fault(target)
    if wrong:
        raise InputError([Fault("F343", "--out", value=str(target), detail=wrong)])
    try:
        exists = os.path.lexists(target)
        _check_parent(target)
        _check_overlap(target, sources)
        if exists:
            _check_replaceable(target, overwrite)
    except OSError as error:
        raise _unwritable(target, error) from None


def is_marked(folder: Path) -> bool:
    """Return whether this package wrote a folder, in any version."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return isinstance(content["format_version"], int) and "fulfill" in content["versions"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def clean_up(parent: Path) -> None:
    """Put in order what killed processes left next to the folders of a parent.

    A complete new folder whose old one was already renamed away gets its name, and an old one whose
    successor is missing gets its name back; drafts and replaced folders are deleted.

    Parameters
    ----------
    parent : Path
        Existing folder.
    """
    pattern = re.compile(r"\.(.+)(?:\.fulfill-lock|\.fulfill-new|\.fulfill-old)")
    names = {found[1] for path in parent.iterdir() if (found := pattern.fullmatch(path.name))}
    for target in (parent / name for name in sorted(names)):
        try:
            with _locked(target) as alone:
                if alone:
                    log.info("deleting what a killed process left of %s", target.name)
                    _recover(target)
        except OSError as error:  # such as the lock of another user
            log.info("left alone what belongs to %s: %s", target.name, error)


def _recover(target: Path) -> None:
    """Finish the replacement that was begun, or delete the draft; the lock must be held."""
    draft, replaced = _beside(target, DRAFT), _beside(target, REPLACED)
    with _signals_held():
        if replaced.is_dir() and not os.path.lexists(target):
            # The old folder is renamed away only when the draft is complete.
            (draft if draft.is_dir() else replaced).rename(target)
            log.warning("%s: an interrupted replacement was completed", target.name)
        for left in (draft, replaced):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold back the signals that end a program until the block is done."""
    ending = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _locked(target: Path) -> Iterator[bool]:
    """Hold the lock of a target; yields whether it was obtained."""
    path = _beside(target, LOCK)
    handle = _lock(path)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            path.unlink(missing_ok=True)  # before it is released: another process may then hold it
            os.close(handle)


def _lock(path: Path) -> int | None:
    """Return the descriptor of a locked file, None where another process has locked it."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except FileNotFoundError:
            pass
        os.close(handle)  # its owner deleted it between opening and locking: try again


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name}{suffix}")


def _create_parents(folder: Path, cleanup: ExitStack) -> None:
    """Create a folder with its parents; those still empty at the end are removed again."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in reversed(missing):
        cleanup.callback(_remove_if_empty, place)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _name_fault(target: Path) -> str:
    """Return what is wrong with the name of a target; empty where nothing is."""
    if not target.name or target.name == "..":
        return "it names no new folder"
    if any(unicodedata.category(one) in UNPRINTABLE for one in str(target)):
        return "a line break or control character in the name"
    if len(os.fsencode(target.name)) > LONGEST_NAME:
        return f"the name is longer than {LONGEST_NAME} bytes"
    return ""


def _check_parent(target: Path) -> None:
    """Reject a target in a place where no folder can be created."""
    parent = next(place for place in target.absolute().parents if os.path.lexists(place))
    detail = ""
    if not parent.exists():
        detail = f"{parent} is a symbolic link to nothing"
    elif not parent.is_dir():
        detail = f"{parent} is a file"
    elif not os.access(parent, os.W_OK | os.X_OK):
        detail = f"no permission to write in {parent}"
    if detail:
        raise InputError([Fault("F343", "--out", value=str(target), detail=detail)])


def _check_overlap(target: Path, sources: Iterable[Path]) -> None:
    """Reject a target that is or contains a source, or lies inside a folder of this package."""
    place = Path(os.path.realpath(target))
    for source in map(os.path.realpath, sources):
        if Path(source) == place or place in Path(source).parents:
            detail = f"{os.path.basename(source)} would be deleted"
            raise InputError([Fault("F342", "--out", value=str(target), detail=detail)])
    for parent in place.parents:
        if is_marked(parent):
            detail = f"inside {parent.name}, which fulfill wrote"
            raise InputError([Fault("F342", "--out", value=str(target), detail=detail)])


def _check_replaceable(target: Path, overwrite: bool) -> None:
    """Reject an existing target, except a folder of this package or an empty one to overwrite."""
    if target.is_symlink():
        detail = "a symbolic link; name the folder that it leads to"
        raise InputError([Fault("F341", "--out", value=str(target), detail=detail)])
    if not overwrite:
        raise InputError([Fault("F340", "--out", value=str(target), detail="it exists")])
    if not target.is_dir():
        raise InputError([Fault("F341", "--out", value=str(target), detail="a file")])
    if any(target.iterdir()) and not is_marked(target):
        detail = f"no {MANIFEST} of fulfill in it"
        raise InputError([Fault("F341", "--out", value=str(target), detail=detail)])


def _unwritable(target: Path, error: OSError) -> InputError:
    detail = error.strerror or str(error)
    return InputError([Fault("F343", "--out", value=str(target), detail=detail)])
