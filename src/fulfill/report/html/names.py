"""Names of things on the axes of charts, which must be unique."""

from __future__ import annotations

import pandas as pd

from fulfill.inputs.problem import Problem


def unique_names(names: pd.Series) -> dict[str, str]:
    """Return a label for each id; ids with the same name have the id appended.

    Parameters
    ----------
    names : Series
        Names by id.

    Returns
    -------
    dict of str to str
        Labels by id.
    """
    return {
        str(key): str(name) if (names == name).sum() == 1 else f"{name} ({key})"
        for key, name in names.items()
    }


def period_names(problem: Problem) -> dict[str, str]:
    """Return a label for each period of the calendar."""
    calendar = problem.network["calendar"]
    return unique_names(pd.Series(calendar["name"].to_numpy(), index=problem.periods))


def product_names(problem: Problem) -> dict[str, str]:
    """Return a label for each product."""
    return unique_names(problem.network["products"].set_index("product_id")["name"])
