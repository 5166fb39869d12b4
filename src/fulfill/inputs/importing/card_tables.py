"""Where the tables of a rate card stand on its sheets: prices, zones and surcharges.

A table begins with a row of known names. Prices stand in a matrix of weights and zones, or in
columns that are named. Every cell gets a use, so that none is left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from fulfill.inputs.importing.card_sheets import (
    HEADING,
    NOT_A_WEIGHT,
    NOT_OFFERED,
    PRICE,
    SURCHARGE,
    UNKNOWN_COLUMN,
    ZONE,
    CardSheet,
    CardTable,
)
from fulfill.inputs.importing.grids import Grid
from fulfill.inputs.importing.headers import read_aliases
from fulfill.inputs.importing.weights import read_weight, without_weight
from fulfill.inputs.spelling import fold
from fulfill.inputs.states import country_of

PRICED = ("price", "per_kg", "per_parcel", "first_price", "next_price")
PLACES = ("from_place", "to_place", "city", "postcode", "postcode_from", "postcode_to", "km")
_ZONE_WORD = r"zonas?|zones?|zn|z|区域|分区|计费分区|区"
_ZONE = re.compile(rf"(?:{_ZONE_WORD})\s*([0-9]{{1,3}}|[a-z]|[^\W\d_]+)|([0-9]{{1,3}}|[a-z])\s*区")
_AMOUNT = re.compile(r"[^\w]*\d|[a-z]{3}\s*\$?\s*\d", re.IGNORECASE)
_NO_OFFER = {
    "", "na", "n a", "n d", "nd", "no aplica", "no disponible", "sin cobertura", "consultar",
    "on request", "not available", "no service", "sin servicio", "não disponível", "不适用", "无",
    "x",
}  # fmt: skip


@dataclass(frozen=True)
class PriceLine:
    """Prices of a weight in a zone.

    Attributes
    ----------
    row : int
        Row of the grid.
    zone, service, country : str
        As written; empty where the card does not name one.
    weights : tuple of str
        The text of the break, or those of its two ends.
    cells : dict of str to int
        Column of the grid by what it holds, of `PRICED`; empty where no price is offered.
    """

    row: int
    zone: str
    service: str
    country: str
    weights: tuple[str, ...]
    cells: Mapping[str, int]


def zone_key(text: str) -> str | None:
    """Return what distinguishes a zone: 1 for "Zona 1", "zone 01" and "1区".

    Parameters
    ----------
    text : str

    Returns
    -------
    str or None
        None where the text does not say that it is a zone.
    """
    match = _ZONE.fullmatch(fold(text))
    return (match[1] or match[2]).lstrip("0") or "0" if match else None


def surcharge_kind(text: str) -> str:
    """Return the kind of a surcharge by the words in its name; empty where it is not known."""
    words = f" {fold(text)} "
    names = read_aliases("surcharges").names
    return next((kind for name, (kind, _) in names.items() if name in words), "")


def is_no_offer(text: str) -> bool:
    """Tell whether a text in place of a price says that there is none."""
    return bool(text) and fold(text) in _NO_OFFER


def find_tables(
    grid: Grid, columns: Mapping[str, str], zones: Mapping[str, str], kinds: Mapping[str, str]
) -> CardSheet:
    """Find the tables of a sheet.

    Parameters
    ----------
    grid : Grid
    columns : mapping of str to str
        Names of columns by field, from the map.
    zones, kinds : mapping of str to str
        Zones and surcharges that the map names.

    Returns
    -------
    CardSheet
    """
    sheet = CardSheet(grid)
    finder = _Finder(
        sheet,
        {fold(name): one for one, name in columns.items()},
        {fold(zone) for zone in zones},
        {fold(kind) for kind in kinds},
    )
    for row in range(len(grid.cells)):
        for first, last in list(finder.runs(row)):
            if table := finder.table_at(row, first, last):
                sheet.tables.append(table)
    return sheet


@dataclass(frozen=True)
class _Finder:
    """The search for tables on one sheet; `columns`, `zones` and `kinds` are folded names."""

    sheet: CardSheet
    columns: Mapping[str, str]
    zones: set[str]
    kinds: set[str]

    def runs(self, row: int) -> Iterator[tuple[int, int]]:
        """Yield first and last column of the cells of a row that stand side by side."""
        cells = self.sheet.grid.cells[row]
        first = None
        for column, text in enumerate([*cells, ""]):
            free = bool(text) and not self.sheet.use[row, column]
            if free and first is None:
                first = column
            elif not free and first is not None:
                yield first, column - 1
                first = None

    def field(self, text: str) -> str:
        """Return the field that the name of a column stands for; empty for none."""
        given = self.columns.get(fold(text), "")
        known = read_aliases("rates").names
        if zone_key(text) is not None and fold(text) not in known:
            return given  # "Zona 1" is a zone, not the name of a column of zones
        return given or known.get(fold(without_weight(text)), known.get(fold(text), ("", False)))[0]

    def table_at(self, row: int, first: int, last: int) -> CardTable | None:
        """Return the table whose header begins in a row, and mark its cells."""
        names, depth = self._header(row, first, last)
        groups = self._groups(row, depth, names)
        fields: dict[str, int] = {}
        for column, name in names.items():
            if one := self.field(name):
                fields.setdefault(one, column)
        weighed = {"weight", "weight_to"} & fields.keys()
        below = self.sheet.grid.cells[row + depth - 1]
        zones = {
            column: str(below[column]) if column in groups else name
            for column, name in names.items()
            if column not in fields.values() and (column in groups or self._is_zone(name, depth))
        }
        if "surcharge" in fields and {"amount", "price"} & fields.keys():
            return self._surcharges(row, names, fields)
        if weighed and zones and not fields.keys() & set(PRICED):
            table = CardTable(PRICE, row, names, fields, zones, (), groups)
            return self._prices(table, depth)
        if (weighed or "first_price" in fields) and fields.keys() & set(PRICED):
            return self._prices(CardTable(PRICE, row, names, fields, {}, ()), depth)
        if "zone" in fields and fields.keys() & set(PLACES):
            return self._zones(row, names, fields, {})
        states = {c: name for c, name in names.items() if c > first and country_of(name)}
        if len(states) >= 2 and self._is_corner(names[first]):
            return self._zones(row, names, {"from_place": first}, states)
        return None

    def _header(self, row: int, first: int, last: int) -> tuple[dict[int, str], int]:
        """Return the name of each column, of two rows where names are merged or grouped."""
        cells, merged = self.sheet.grid.cells, self.sheet.grid.merged
        names = {column: str(cells[row, column]) for column in range(first, last + 1)}
        if row + 1 == len(cells):
            return names, 1
        below = cells[row + 1]
        tall = any(merged[row + 1, c] and below[c] == name for c, name in names.items())
        grouped = not below[first] and any(self.field(one) == "zone" for one in names.values())
        if not (tall or grouped) or not any(below[first : last + 2]):
            return names, 1
        group = ""
        while last + 1 < cells.shape[1] and below[last + 1]:
            last += 1
        for column in range(first, last + 1):
            group = str(cells[row, column]) or group
            parts = dict.fromkeys(filter(None, (group, str(below[column]))))
            names[column] = " ".join(parts)
        return names, 2

    def _is_zone(self, name: str, depth: int) -> bool:
        """Tell whether the name of a column is a zone: by its words, its group, or the map."""
        grouped = depth == 2 and fold(name).split()[:1] in (["zona"], ["zone"], ["分区"], ["zonas"])
        return zone_key(name) is not None or grouped or fold(name) in self.zones

    def _is_corner(self, text: str) -> bool:
        """Tell whether a cell is the corner of a matrix of zones by origin and destination."""
        words = fold(text).split()
        return any(self.field(word) in ("from_place", "to_place") for word in words) or (
            self.field(text) in ("from_place", "zone")
        )

    def _ends(self, row: int, first: int, last: int) -> bool:
        """Tell whether a row is the header of another table."""
        texts = [str(text) for text in self.sheet.grid.cells[row, first : last + 1] if text]
        # "Zona extendida" and "$35 por envío" are a line of surcharges
        names = [t for t in texts if not (_AMOUNT.match(t) or surcharge_kind(t))]
        known = [one for name in names if (one := self.field(name))]
        zones = sum(zone_key(name) is not None for name in names)
        return len(known) >= 2 or bool(known and zones)

    def _groups(self, row: int, depth: int, names: dict[int, str]) -> dict[int, str]:
        """Return the services above columns of zones: in the header, or above repeated zones."""
        cells, groups, text = self.sheet.grid.cells, dict[int, str](), ""
        keys = {c: zone_key(str(cells[row + depth - 1, c])) for c in names}
        repeated = len(set(keys.values())) < len(keys) and list(keys.values()).count(None) == 1
        at = row if depth == 2 else row - 1
        if at < 0 or not (depth == 2 or repeated):
            return {}
        for column, key in keys.items():
            text = str(cells[at, column]) or text
            if key is not None and text and zone_key(text) is None and self.field(text) != "zone":
                groups[column] = text
                self.sheet.mark(at, column, HEADING)
        return groups

    def _prices(self, table: CardTable, depth: int) -> CardTable:
        """Return a table of prices with its rows."""
        cells, body = self.sheet.grid.cells, list[int]()
        row, names, fields, zones = table.header, table.columns, table.fields, table.zones
        priced = [*zones] or [fields[name] for name in PRICED if name in fields]
        weighed = [c for name, c in fields.items() if name in ("weight", "weight_to")]
        for at in range(row + depth, len(cells)):
            texts = [str(cells[at, column]) for column in names]
            if not any(texts):
                continue
            offered = any(
                re.search(r"\d", cells[at, c]) or is_no_offer(cells[at, c]) for c in priced
            )
            label = str(cells[at, weighed[0]]) if weighed else ""
            # a weight without prices right below the others is a fault, not the end
            emptied = at - 1 in body and read_weight(label) is not None
            if self.sheet.use[at, min(names)] or self._ends(at, *_ends_of(names)):
                break
            if not (offered or emptied):
                break
            if weighed and read_weight(label) is None:
                if self._surcharge(label):
                    break
                for column in (*weighed, *priced):
                    self.sheet.mark(at, column, NOT_A_WEIGHT)
                continue
            body.append(at)
            for column in names:
                used = column in fields.values() or column in zones
                self.sheet.mark(at, column, HEADING if used else UNKNOWN_COLUMN)
            for column in priced:
                self.sheet.mark(
                    at, column, NOT_OFFERED if is_no_offer(cells[at, column]) else PRICE
                )
        self._mark_header(table, depth)
        return replace(table, rows=tuple(body))

    def _surcharge(self, text: str) -> bool:
        """Tell whether a text names a surcharge, by its words or the map."""
        return bool(surcharge_kind(text)) or fold(text) in self.kinds

    def _zones(
        self, row: int, names: dict[int, str], fields: dict[str, int], states: dict[int, str]
    ) -> CardTable:
        """Return a table of zones, by place in rows or as a matrix of states."""
        return self._plain(ZONE, row, names, fields, states)

    def _surcharges(self, row: int, names: dict[int, str], fields: dict[str, int]) -> CardTable:
        """Return a table of surcharges."""
        return self._plain(SURCHARGE, row, names, fields, {})

    def _plain(
        self,
        kind: str,
        row: int,
        names: dict[int, str],
        fields: dict[str, int],
        states: dict[int, str],
    ) -> CardTable:
        """Return a table that ends with its first blank row."""
        cells, body = self.sheet.grid.cells, []
        used = set(names) if kind == SURCHARGE else {*fields.values(), *states}
        for at in range(row + 1, len(cells)):
            if not any(cells[at, list(names)]) or self._ends(at, *_ends_of(names)):
                break
            body.append(at)
            for column in names:
                self.sheet.mark(at, column, kind if column in used else UNKNOWN_COLUMN)
        table = CardTable(kind, row, names, fields, states, tuple(body))
        self._mark_header(table, 1)
        return table

    def _mark_header(self, table: CardTable, depth: int) -> None:
        """Mark the names of the columns, those that hold nothing known as such."""
        used = {*table.fields.values(), *table.zones}
        for row in range(table.header, table.header + depth):
            for column in table.columns:
                known = column in used or table.kind == SURCHARGE
                self.sheet.mark(row, column, HEADING if known else UNKNOWN_COLUMN)


def _ends_of(names: Mapping[int, str]) -> tuple[int, int]:
    """Return first and last column of a header."""
    return min(names), max(names)


def price_lines(sheet: CardSheet, table: CardTable) -> Iterator[PriceLine]:
    """Yield the lines of a table of prices.

    Parameters
    ----------
    sheet : CardSheet
    table : CardTable
        Of the kind `PRICE`.

    Yields
    ------
    PriceLine
        One for each zone and weight; without cells where no price is offered.
    """
    cells, fields = sheet.grid.cells, table.fields

    def text(row: int, name: str) -> str:
        return str(cells[row, fields[name]]) if name in fields else ""

    for row in table.rows:
        names = ("weight",) if "weight" in fields else ("weight_from", "weight_to")
        weights = tuple(text(row, name) for name in names if name in fields)
        country = text(row, "country")
        lines = [(zone, {"price": column}) for column, zone in table.zones.items()] or [
            (text(row, "zone"), {name: fields[name] for name in PRICED if name in fields})
        ]
        for zone, columns in lines:
            service = text(row, "service") or table.groups.get(next(iter(columns.values())), "")
            offered = {n: c for n, c in columns.items() if sheet.use[row, c] != NOT_OFFERED}
            yield PriceLine(row, zone, service, country, weights, offered)
