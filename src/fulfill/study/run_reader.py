"""Tables of a run folder, and the decisions that sites.csv and flows.csv imply."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import read_own_file
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.study.csv_files import read_csv
from fulfill.study.lane_starts import lane_starts
from fulfill.study.outputs import PLAN_TABLES

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Return a CSV table of a run with every cell as text.

    Parameters
    ----------
    folder : Path
        Run folder.
    name : str
        Name of the table, without `.csv`.

    Returns
    -------
    DataFrame
        Of str; empty cells are empty texts.

    Raises
    ------
    InputError
        F101 where it is missing, F311 where it cannot be parsed or lacks a column, F347 where it
        is no regular file.
    """
    path = folder / f"{name}.csv"
    content = read_own_file(path)
    try:
        table = read_csv(BytesIO(content))
    except (ValueError, pd.errors.ParserError) as error:
        raise InputError([Fault("F311", path.name, detail=str(error))]) from None
    declared = next(one for one in PLAN_TABLES if one.name == path.name)
    missing = [name for name in declared.keys if name not in table.columns]
    if missing:
        detail = f"it lacks {', '.join(missing)}"
        raise InputError([Fault("F311", path.name, detail=detail)])
    return table


def read_typed(folder: Path, name: str) -> pd.DataFrame:
    """Return a CSV table of a run with numeric columns as float64.

    Parameters
    ----------
    folder : Path
        Run folder.
    name : str
        Name of the table, without `.csv`.

    Returns
    -------
    DataFrame
        Empty cells of numeric columns are NaN.

    Raises
    ------
    InputError
        F101 where it is missing, F311 where it cannot be parsed.
    """
    return typed(read_table(folder, name), f"{name}.csv")


def typed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table of texts with its numeric columns as float64.

    Parameters
    ----------
    table : DataFrame
        Of `csv_files.read_csv`.
    name : str
        Name of the file.

    Returns
    -------
    DataFrame
        Empty cells of numeric columns are NaN.

    Raises
    ------
    InputError
        F311 where a cell of a numeric column is no number.
    """
    declared = next(one for one in PLAN_TABLES if one.name == name)
    changed = {
        column: numbers(table, column, name)
        for column in table.columns
        if declared.is_number(column)
    }
    return table.assign(**changed)


def numbers(table: pd.DataFrame, column: str, file: str) -> Array:
    """Return a column of texts as float64.

    Parameters
    ----------
    table : DataFrame
        Of `read_table`.
    column : str
        Name of the column.
    file : str
        File that a fault refers to.

    Returns
    -------
    (n_rows,) array
        NaN for empty cells.

    Raises
    ------
    InputError
        F311 where the column is missing or a cell is not a number.
    """
    try:
        return np.asarray(table[column].replace("", "nan").astype(float))
    except KeyError:
        raise InputError(
            [Fault("F311", file, column=column, detail="the column is missing")]
        ) from None
    except ValueError as error:
        raise InputError([Fault("F311", file, column=column, detail=str(error))]) from None


def read_decisions(folder: Path, instance: LocationInstance, economics: Economics) -> Decisions:
    """Return the decisions that sites.csv and flows.csv of a run imply.

    A product counts as stocked in a country if any of it leaves a site there.

    Parameters
    ----------
    folder : Path
        Run folder.
    instance : LocationInstance
        Built from the inputs of the run.
    economics : Economics
        Delivery options of the lanes.

    Returns
    -------
    Decisions
        In the indices of the instance.

    Raises
    ------
    InputError
        F311 for every row that refers to something the instance does not have.
    """
    sites, flows = read_table(folder, "sites"), read_table(folder, "flows")
    orders = numbers(flows, "orders", "flows.csv")
    outbound = _is(flows, "leg", "outbound")
    opened = np.zeros(instance.fixed_usd.shape)
    site, size = _rows(sites, "sites.csv", {"site_id": instance.sites, "size": instance.sizes})
    refused = _unknown(sites, "sites.csv", "size", ~np.isfinite(instance.fixed_usd[site, size]))
    if refused:
        raise InputError(refused)
    np.add.at(opened, (site, size), 1.0)
    lane, k, t = _served(flows[outbound], instance, economics)
    cell = pd.DataFrame({"lane": lane, "k": k, "t": t, "orders": orders[outbound]})
    # Orders of nearshore and of overseas goods share a lane but are two rows of flows.csv.
    summed = cell.groupby(["lane", "k", "t"], sort=False, as_index=False)["orders"].sum()
    inbound = np.zeros((instance.n_routes, *instance.shape[1:]))
    np.add.at(inbound, _brought(flows[~outbound], instance), orders[~outbound])
    decisions = Decisions(
        opened,
        np.zeros((instance.shape[1], len(instance.countries))),
        summed["lane"].to_numpy(),
        summed["k"].to_numpy(),
        summed["t"].to_numpy(),
        summed["orders"].to_numpy(),
        inbound,
    )
    leaves = (leaving_orders(instance, decisions).sum(axis=2) > 0).astype(float)
    np.maximum.at(decisions.stocked.T, instance.site_country, leaves)
    return decisions


def _is(table: pd.DataFrame, column: str, value: str) -> NDArray[np.bool_]:
    if column not in table.columns:
        raise InputError(
            [Fault("F311", "flows.csv", column=column, detail="the column is missing")]
        )
    return np.asarray((table[column] == value).to_numpy(bool))


def _rows(table: pd.DataFrame, file: str, axes: dict[str, tuple[str, ...]]) -> tuple[Index, ...]:
    """Return the positions of each column's cells along the axis given for it."""
    faults, found = [], []
    for column, names in axes.items():
        if column not in table.columns:
            raise InputError([Fault("F311", file, column=column, detail="the column is missing")])
        place = pd.Index(names).get_indexer(pd.Index(table[column]))
        faults += _unknown(table, file, column, place < 0)
        found.append(np.asarray(place, np.int64))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _unknown(table: pd.DataFrame, file: str, column: str, wrong: NDArray[np.bool_]) -> list[Fault]:
    values = table[column].to_numpy()
    return [
        Fault(
            "F311",
            file,
            _line(table, int(row)),
            column,
            str(values[row]),
            "the run's inputs have no such entry",
        )
        for row in np.flatnonzero(wrong)
    ]


def _line(table: pd.DataFrame, row: int) -> int:
    """Return the line number of a row in its file; the header is line 1."""
    return int(table.index.to_numpy()[row]) + 2


def _served(
    flows: pd.DataFrame, instance: LocationInstance, economics: Economics
) -> tuple[Index, Index, Index]:
    """Return lane, product and period of every outbound row."""
    delivery_options = economics.delivery_options.table
    lanes = pd.DataFrame(
        {
            "from": lane_starts(instance),
            "to": np.array(instance.zones)[instance.lane_zone],
            "channel": delivery_options["channel"].to_numpy()[instance.lane_option],
            "service_id": delivery_options["service_id"].to_numpy()[instance.lane_option],
        }
    )
    _, product, period = _rows(
        flows,
        "flows.csv",
        {"to": instance.zones, "product": instance.products, "period": instance.periods},
    )
    # what a site delivers of nearshore goods shares a lane with goods from overseas
    from_site = flows["from"].isin(instance.sites)
    asked = flows[list(lanes.columns)].assign(
        channel=flows["channel"].mask(from_site & (flows["channel"] == "nearshore"), "local")
    )
    return _matched(flows, asked, lanes), product, period


def _brought(flows: pd.DataFrame, instance: LocationInstance) -> tuple[Index, Index, Index]:
    """Return route, product and period of every inbound row."""
    inbound = instance.required_inbound
    gates = np.array([*inbound.gateways, ""], dtype=object)
    joined = gates[inbound.route_gateway] + "+" + gates[inbound.route_crossing]
    routes = pd.DataFrame(
        {
            "from": np.array([*inbound.origins, ""], dtype=object)[inbound.route_origin],
            "to": np.array(instance.sites, dtype=object)[inbound.route_site],
            "via": [text.strip("+") for text in joined],
        }
    )
    product, period = _rows(
        flows, "flows.csv", {"product": instance.products, "period": instance.periods}
    )
    return _matched(flows, flows[list(routes.columns)], routes), product, period


def _matched(flows: pd.DataFrame, asked: pd.DataFrame, known: pd.DataFrame) -> Index:
    """Return, for each requested row, the position of the single known row that is equal to it."""
    place = pd.MultiIndex.from_frame(known)
    unique = pd.MultiIndex.from_frame(known[~known.duplicated(keep=False)])
    wanted = pd.MultiIndex.from_frame(asked)
    number = np.flatnonzero(~known.duplicated(keep=False).to_numpy())
    found = unique.get_indexer(wanted)
    wrong = found < 0
    if wrong.any():
        twice = wanted.isin(place[known.duplicated(keep=False).to_numpy()])
        faults = [
            Fault(
                "F311",
                "flows.csv",
                _line(flows, int(row)),
                value=" / ".join(asked.iloc[row]),
                detail="it matches several lanes or routes"
                if twice[row]
                else "the run's inputs have no such lane or route",
            )
            for row in np.flatnonzero(wrong)
        ]
        raise InputError(faults)
    return np.asarray(number[found], np.int64)
