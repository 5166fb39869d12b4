"""What to ask whom, in words that can be sent."""

from __future__ import annotations

from collections.abc import Iterator

from fulfill.analysis.exposure.exposures import whom_to_ask
from fulfill.analysis.questions.ask import Asked
from fulfill.analysis.questions.groups import Group, row_keys, table_of
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import NETWORK_PARAMETERS, NETWORK_TABLES
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import shown

ROWS = 4
"""Rows that a request names; it counts the others."""


def requests(found: Asked) -> Iterator[str]:
    """Yield a request for each group to ask for first, in the language of the context.

    Parameters
    ----------
    found : Asked

    Yields
    ------
    str
        Whom, what, and which figures the plan assumes.
    """
    for group in found.ask_first:
        whom = shown(whom_to_ask(group.parts[0]), "ask")
        figures = "; ".join(_figures(found.run.problem, group))
        text = _("Ask {whom}. Please confirm {figures}.")
        yield text.format(whom=whom, figures=figures)


def _figures(problem: Problem, group: Group) -> Iterator[str]:
    """Yield what the figures of each part are, with the values that the plan assumes."""
    for part in group.parts:
        meaning, unit = _declared(part.table, part.column, part.rows.tolist(), problem)
        table = table_of(problem, part.table)
        keys = [row_keys(table, part.table)[row] for row in part.rows]
        now = table[part.column].to_numpy(float)[part.rows]
        if len(keys) > ROWS:
            more = _("{n} more").format(n=len(keys) - ROWS)
            keys = [*keys[:ROWS], more]
        yield (
            _("{meaning} ({rows}): now {now}, between {low} and {high} {unit}")
            .format(
                meaning=meaning,
                rows=listed(keys),
                now=_span(now.min(), now.max()),
                low=_span(part.low.min(), part.low.max()),
                high=_span(part.high.min(), part.high.max()),
                unit=unit,
            )
            .rstrip()
        )


def _span(low: float, high: float) -> str:
    """Return a figure, or the least and the largest of several."""
    form = "{:,.6g}"
    first, last = shown(float(low), form), shown(float(high), form)
    return first if first == last else f"{first}\N{EN DASH}{last}"


def _declared(table: str, column: str, rows: list[int], problem: Problem) -> tuple[str, str]:
    """Return meaning and unit of a column, or of a parameter."""
    if table == "parameters":
        names = problem.network["parameters"]["parameter"].tolist()
        one = next(item for item in NETWORK_PARAMETERS if item.name == names[rows[0]])
        return one.meaning, one.unit if one.unit != "-" else ""
    (declared,) = (item for item in NETWORK_TABLES if item.name == table)
    (found,) = (item for item in declared.columns if item.name == column)
    return found.meaning, found.unit if found.unit != "-" else ""
