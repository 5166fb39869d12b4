"""Console for results; names from the inputs are printed as plain text.

On a terminal, tables and sentences follow its width, with `FLOOR` columns at least. Words and
numbers are never broken: a table that does not fit is wider than the terminal. Elsewhere, as in a
pipe, there is no width, and every record is one line.
"""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fulfill.report.plain_text import one_line

FLOOR = 80
UNLIMITED = 1_000_000
"""Width of an output that is no terminal."""
PADDING = 2


class PlainConsole(Console):
    """Console that prints strings as they are: no markup, emoji codes or control characters.

    Every string is one line and passes `render_str`; only `Text` made by the program has a style.

    Parameters
    ----------
    **options
        Of `rich.console.Console`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)
        self.width = max(self.width, FLOOR) if self.is_terminal else UNLIMITED

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a string as text on one line, without control sequences of terminals."""
        return super().render_str(one_line(text), **options)

    def tell(self, text: str) -> None:
        """Print a line that is not wrapped, such as one with a path that is to be copied."""
        self.print(text, soft_wrap=True)

    def table(self, table: Table) -> None:
        """Print a table: closer together, then wider than the terminal, where its words need that.

        Parameters
        ----------
        table : Table
            Of `columns` or `lines`, with strings as cells.
        """
        texts = [
            [one_line(str(text)) for text in (column.header, *column.cells)]
            for column in table.columns
        ]
        least = [max((cell_len(word) for text in own for word in text.split()), default=0)
                 for own in texts]  # fmt: skip
        most = [max(map(cell_len, own)) for own in texts]
        gap = PADDING if sum(least) + 2 * PADDING * len(least) <= self.width else 1
        table.padding = (0, gap)
        widths = _narrowed(most, least, self.width - 2 * gap * len(least))
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        usual = self.width
        self.width = max(usual, sum(widths) + 2 * gap * len(widths))
        try:
            self.print(table)
        finally:
            self.width = usual


def _narrowed(most: list[int], least: list[int], room: int) -> list[int]:
    """Return column widths that fit into a room, the widest columns narrowed first.

    None is narrower than `least`: rich would break words instead.
    """
    widths = list(most)
    while sum(widths) > room and widths != least:
        wide = [width if width > low else -1 for width, low in zip(widths, least, strict=True)]
        widths[wide.index(max(wide))] -= 1
    return widths


def columns(*heads: tuple[str, bool], title: str | None = None) -> Table:
    """Return an empty table.

    Parameters
    ----------
    heads : (str, bool)
        Heading of each column, and whether it is numeric, hence aligned to the right.
    title : str, optional
        Line above the table.

    Returns
    -------
    Table
        To which rows are added.
    """
    table = Table(
        box=None, padding=(0, PADDING), header_style="bold", title=title, title_justify="left"
    )
    for words, is_number in heads:
        table.add_column(words, justify="right" if is_number else "left")
    return table


def lines() -> Table:
    """Return an empty table of labels and values, without a heading."""
    table = Table(box=None, show_header=False, padding=(0, PADDING))
    table.add_column()
    table.add_column()
    return table
