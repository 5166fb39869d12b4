"""Names for people beside the ids in the tables of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from fulfill.inputs.problem import Problem


def names_of(problem: Problem) -> dict[str, dict[str, str]]:
    """Return the name of every id, by what the id belongs to.

    Parameters
    ----------
    problem : Problem
        What was planned; with merged zones if they were merged.

    Returns
    -------
    dict of str to dict of str to str
        For site, gateway, origin, product, period, country and zone: name by id.
    """
    network = problem.network
    tables = {
        "site": (network["sites"], "site_id"),
        "gateway": (network["gateways"], "gateway_id"),
        "origin": (network["origins"], "origin_id"),
        "product": (network["products"], "product_id"),
        "period": (network["calendar"], "period_id"),
        "country": (network["countries"], "country"),
        "zone": (problem.demand.zones, "zone_id"),
    }
    return {
        kind: dict(zip(table[key].astype(str), table["name"].astype(str), strict=True))
        for kind, (table, key) in tables.items()
    }


def named(ids: Iterable[str], names: Mapping[str, str]) -> list[str]:
    """Return the name of each id; an id without a name, such as `direct mail`, stays as it is."""
    return [names.get(one) or one for one in ids]


def column(values: Iterable[str], row: NDArray[np.integer]) -> ExtensionArray:
    """Return a text column that has, in each row, the value at a position.

    Each value is turned into a text of the column once, not once a row.

    Parameters
    ----------
    values : iterable of str
        Distinct values.
    row : (n_rows,) array of int
        Position of the value of each row; negative positions count from the end.

    Returns
    -------
    ExtensionArray
        Of text.
    """
    return pd.array(list(values), dtype="str").take(row)


def id_and_name(
    title: str, ids: Sequence[str], names: Mapping[str, str], row: NDArray[np.integer]
) -> dict[str, ExtensionArray]:
    """Return two columns: ids, and beside them the names.

    Parameters
    ----------
    title : str
        Title of the column of ids; the other is called `<title>_name`.
    ids : sequence of str
        Distinct ids.
    names : Mapping of str to str
        Of `names_of`.
    row : (n_rows,) array of int
        See `column`.

    Returns
    -------
    dict of str to ExtensionArray
        By title.
    """
    return {title: column(ids, row), f"{title}_name": column(named(ids, names), row)}
