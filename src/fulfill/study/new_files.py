"""Single files that a command writes: all of them or none, and never over another file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fulfill.inputs.faults import Fault, InputError


@contextmanager
def new_files(places: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """Give drafts to write to, and put them in place when nothing has failed.

    Parameters
    ----------
    places : mapping of str to Path
        Files to write, by the option that names them.

    Yields
    ------
    dict of str to Path
        Drafts by option, in the folders of the files.

    Raises
    ------
    InputError
        F340 where a file exists, F343 where there is no folder for it or two have one name.
    """
    faults = []
    for option, path in places.items():
        if os.path.lexists(path):
            faults.append(Fault("F340", option, value=str(path), detail="it exists"))
        elif not path.parent.is_dir():
            detail = "there is no such folder"
            faults.append(Fault("F343", option, value=str(path), detail=detail))
    if len({path.absolute() for path in places.values()}) < len(places):
        faults.append(Fault("F343", " and ".join(places), detail="both name one file"))
    if faults:
        raise InputError(faults)
    drafts = {option: path.with_name(f".{path.name}.draft") for option, path in places.items()}
    placed: list[Path] = []
    try:
        yield drafts
        for option, path in places.items():
            os.link(drafts[option], path)  # unlike a rename, it never replaces a file
            placed.append(path)
    except FileExistsError as error:
        for path in placed:
            path.unlink()
        raise InputError([Fault("F340", "--out", value=str(error.filename2))]) from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
