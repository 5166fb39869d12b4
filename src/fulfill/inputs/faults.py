"""Exceptions and numbered input faults.

::

    FulfillError              anything this package raises on purpose
    ├── InputError            the tables or options are wrong (also a ValueError); carries every fault
    └── SolverError           a solver refused, crashed or broke its word; carries its own text

An infeasible problem is no exception: it is a status of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RULES: dict[str, tuple[str, str]] = {
    # code: (the rule, what to do); the error index of the docs is made from this table
    "F101": ("the folder has every required file", "add the file, or copy one with `fulfill init`"),
    "F102": (
        "a table is UTF-8 text",
        "save it as 'CSV UTF-8'; a binary or Latin-1 file cannot be read",
    ),
    "F103": (
        "a table has a header and at least one row",
        "add rows, or copy the table with `fulfill init`",
    ),
    "F104": ("columns are separated by commas", "save with commas, not semicolons or tabs"),
    "F105": (
        "every required column is there",
        "add the column; the data dictionary gives its meaning",
    ),
    "F106": ("only declared columns are there", "remove or rename the column"),
    "F107": (
        "every row has as many cells as the header",
        "quote texts that hold commas, remove stray ones",
    ),
    "F108": (
        "a settings file is valid TOML with the declared keys",
        "correct the key or the syntax",
    ),
    "F109": ("a header names a column once", "remove the repeated column"),
    "F201": ("a required cell is filled", "fill the cell"),
    "F202": (
        "a number column holds plain numbers",
        "write 1234.5: no text, no thousands separator, no unit",
    ),
    "F203": ("a date is written YYYY-MM-DD", "write the date as 2026-11-01"),
    "F204": ("a flag is yes or no", "write yes or no"),
    "F205": ("a value lies in its column's range", "correct the value, or its unit"),
    "F206": (
        "a value is one of the column's choices",
        "use one of the choices, spelled as in the data dictionary",
    ),
    "F207": ("a key occurs once", "remove or rename the duplicate row"),
    "F208": (
        "an identifier is known in the table it points to",
        "add the row there, or correct the spelling",
    ),
    "F209": (
        "an assumption gives the range of the figure",
        "write `range` as column=low..high, separated by ;",
    ),
    "F210": ("a figure lies inside its own range", "correct the figure or the range"),
    "F211": (
        "a place lies inside the model's window",
        "check lat and lon: they look swapped or mistyped",
    ),
    "F212": (
        "a state is one of its country's, or a region that zones.csv and carriers.csv both name",
        "write the state's short or official name or its usual abbreviation; remove a row of carriers.csv for no zone",
    ),
    "F213": (
        "products.csv and tariffs.csv spell a tariff class alike",
        "correct the spelling; if the classes differ, add a row of tariffs.csv for the product's class",
    ),
    "F214": ("two figures of a row agree", "correct one of the two figures"),
    "F301": (
        "a network and a demand name the same things",
        "correct the id in the demand, or add it to the network",
    ),
    "F302": (
        "every product has a tariff row on the as-of date",
        "add a row, or extend valid_from / valid_to",
    ),
    "F303": (
        "tariff rows of equal specificity do not overlap",
        "end one row before the other begins",
    ),
    "F304": ("value bands leave no gap", "extend value_to_usd of the lower band"),
    "F305": (
        "a zone can be reached by a lane",
        "add a last-mile service that covers the zone, or a mail service",
    ),
    "F306": (
        "the periods make up one year",
        "correct `days`: months without their events, and the events",
    ),
    "F307": ("shares add up to one", "correct the shares"),
    "F308": (
        "options name things that exist",
        "use an id of the network; `fulfill check` lists them",
    ),
    "F309": ("an option has a valid form and value", "see `fulfill optimize --help`"),
    "F310": ("a place is near a road", "move the point, or add an override to lanes.csv"),
    "F311": ("a file of a run is as the run wrote it", "take the run's own file, or optimize anew"),
    "F312": (
        "hour bands cover the day once",
        "let each band of speeds.csv begin where the one before ends, 0 to 24",
    ),
    "F313": (
        "the distance bands of a service join without gap or overlap from 0 km",
        "let the first band begin at 0 and each further one where the one before ends, km_to above km_from",
    ),
    "F314": (
        "every ownership, zone class, period and country that occurs has its rows",
        "add the row: an intensity or a capacity may be 0, but is never so by omission",
    ),
    "F315": (
        "a lane has one length, whichever way it is written",
        "keep the row that is right, remove the other",
    ),
    "F316": (
        "a row of lanes.csv joins site and zone, gateway and site, or origin and gateway or site",
        "correct the ids, or remove the row: it would change nothing",
    ),
    "F317": (
        "without a road graph every road lane is in lanes.csv",
        "add the lanes, or name a road graph by `roads` in network.toml",
    ),
    "F318": (
        "the periods stand in the order of time",
        "sort calendar.csv by `starts`; give each period its own year",
    ),
    "F319": (
        "some channel can deliver goods",
        "allow another channel, or add freight, a gateway, a plant or mail",
    ),
    "F320": (
        "a saved file has the format of this version",
        "optimize anew, or read it with the version of fulfill that its manifest names",
    ),
    "W301": (
        "capacity covers the demand of a period",
        "expect unserved orders or add capacity; a warning",
    ),
    "W302": (
        "a row that names a state, class or product is used by the data",
        "correct the name if it was meant for data that take another row; a warning",
    ),
    "W303": (
        "goods of a class that tariffs.csv names have a row of their own",
        "add or extend a row of the class if the row `any` was not meant for it; a warning",
    ),
    "W306": (
        "goods can reach every channel and site",
        "add freight, a gateway, a plant or mail; a warning",
    ),
    "W310": (
        "a plain name is that of an embedded folder",
        "write ./name for the folder in the current directory; a warning",
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the input, and what to do about it.

    `row` is the line of the file as a spreadsheet counts it (the header is row 1), 0 where the
    whole file is meant.
    """

    code: str
    file: str
    row: int = 0
    column: str = ""
    value: str = ""
    detail: str = ""

    @property
    def warning(self) -> bool:
        """Whether the run may go on all the same."""
        return self.code.startswith("W")

    def __str__(self) -> str:
        rule, remedy = RULES[self.code]
        place = (
            self.file
            + (f", row {self.row}" if self.row else "")
            + (f", column {self.column}" if self.column else "")
        )
        shown = f", value {self.value!r}" if self.value else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.code} {place}{shown}: {rule}{detail}. Remedy: {remedy}."


class FulfillError(Exception):
    """Base of everything that this package raises on purpose."""


class InputError(FulfillError, ValueError):
    """The input is wrong; `faults` holds all that was found, not the first one only."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Sequence[Fault] = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SolverError(FulfillError):
    """A solver failed; the text is the solver's own, with the name of the solver before it."""
