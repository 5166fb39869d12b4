"""Which column of an export holds which field, by a table of names in several languages.

The tables lie in `aliases/`, one for each kind of file. A field has groups of names: the languages,
and `preferred`, which wins over them, because an export with both a postcode of the delivery and a
bare `zip` means the delivery. Within a group, two columns for one field are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fulfill.inputs.faults import Fault
from fulfill.inputs.spelling import fold, suggest

PREFERRED = "preferred"


@dataclass(frozen=True)
class Aliases:
    """Names of the columns of a kind of file.

    Attributes
    ----------
    names : mapping of str to (str, bool)
        Field, and whether the name is preferred, by the folded name of a column.
    fields : tuple of str
        All fields.
    """

    names: Mapping[str, tuple[str, bool]]
    fields: tuple[str, ...]

    def with_names(self, given: Iterable[str]) -> Aliases:
        """Return aliases that also know the names which a map gives, so that a header is found."""
        more = {fold(name): ("", False) for name in given}
        return Aliases({**more, **self.names}, self.fields)


@cache
def read_aliases(kind: str) -> Aliases:
    """Read a table of names.

    Parameters
    ----------
    kind : str
        Name of a file in `aliases/`, without its ending.

    Returns
    -------
    Aliases
    """
    place = files("fulfill.inputs.importing").joinpath("aliases", f"{kind}.toml")
    table = tomllib.loads(place.read_text(encoding="utf-8"))
    names = {
        fold(name): (field, group == PREFERRED)
        for field, groups in table.items()
        for group, listed in groups.items()
        for name in listed
    }
    return Aliases(names, tuple(table))


def names_known(cells: Iterable[str], aliases: Aliases) -> int:
    """Return how many different names of columns a row has."""
    return len({name for cell in cells if (name := fold(cell)) in aliases.names})


def match_header(
    header: Iterable[str], aliases: Aliases, given: Mapping[str, str], place: str, row: int
) -> tuple[dict[str, str], list[Fault]]:
    """Find the column of each field.

    Parameters
    ----------
    header : iterable of str
        Names of the columns.
    aliases : Aliases
        Known names.
    given : mapping of str to str
        Name of the column by field, from the map; an empty name means that no column is to be
        taken. Fields of other kinds of files are F404.
    place : str
        File and sheet, for messages.
    row : int
        Row of the header, for messages.

    Returns
    -------
    columns : dict of str to str
        Name of the column by field; fields without one are left out.
    faults : list of Fault
        F404 where the map names no column or field of the file, F405 where two columns may hold one
        field.
    """
    header = list(header)
    by_fold = {fold(name): name for name in reversed(header)}
    columns: dict[str, str] = {}
    faults = []
    for field, name in given.items():
        if field not in aliases.fields:
            detail = suggest(field, aliases.fields, 20)
            faults.append(Fault("F404", "--map", column="columns", value=field, detail=detail))
        elif name and fold(name) not in by_fold:
            detail = f"{field}; {suggest(name, header, 20)}"
            faults.append(Fault("F404", place, row, value=name, detail=detail))
        elif name:
            columns[field] = name if name in header else by_fold[fold(name)]
    taken = set(columns.values())
    found: dict[str, dict[bool, list[str]]] = {}
    for name in header:
        field, preferred = aliases.names.get(fold(name), ("", False))
        if field and field not in given and name not in taken:
            found.setdefault(field, {}).setdefault(preferred, []).append(name)
    for field, groups in found.items():
        best = groups.get(True) or groups[False]
        if len(best) > 1:
            entry = f'{field} = "{best[0]}"'
            detail = f"{', '.join(map(repr, best))} may all be {field}: [columns] {entry}"
            faults.append(Fault("F405", place, row, value=best[1], detail=detail))
        columns[field] = best[0]
    return columns, faults
