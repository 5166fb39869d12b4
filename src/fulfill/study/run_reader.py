"""The decisions that the exact tables of a run imply."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.study.lane_starts import lane_starts
from fulfill.study.outputs import TABLES_FILE

Index = NDArray[np.int64]


def read_decisions(
    sites: pd.DataFrame, flows: pd.DataFrame, instance: LocationInstance, economics: Economics
) -> Decisions:
    """Return the decisions that the sites and flows of a plan imply.

    A product counts as stocked in a country if any of it leaves a site there.

    Parameters
    ----------
    sites, flows : DataFrame
        Exact tables of the plan.
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
        F311 for every row that refers to something the instance does not have, and for orders that
        are no number.
    """
    orders, outbound = flows["orders"].to_numpy(float), (flows["leg"] == "outbound").to_numpy(bool)
    opened = np.zeros(instance.fixed_usd.shape)
    site, size = _rows(sites, "sites", {"site_id": instance.sites, "size": instance.sizes})
    refused = _unknown(sites, "sites", "size", ~np.isfinite(instance.fixed_usd[site, size]))
    refused += _refused(flows, "flows", "orders", ~np.isfinite(orders), "no number of orders")
    if refused:
        raise InputError(refused)
    np.add.at(opened, (site, size), 1.0)
    lane, k, t = _served(flows[outbound], instance, economics)
    cell = pd.DataFrame({"lane": lane, "k": k, "t": t, "orders": orders[outbound]})
    # Orders of nearshore and of overseas goods share a lane but are two rows of the flows.
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


def _rows(table: pd.DataFrame, name: str, axes: dict[str, tuple[str, ...]]) -> tuple[Index, ...]:
    """Return the positions of each column's cells along the axis given for it."""
    faults, found = [], []
    for column, names in axes.items():
        place = pd.Index(names).get_indexer(pd.Index(table[column]))
        faults += _unknown(table, name, column, place < 0)
        found.append(np.asarray(place, np.int64))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _unknown(table: pd.DataFrame, name: str, column: str, wrong: NDArray[np.bool_]) -> list[Fault]:
    return _refused(table, name, column, wrong, "the run's inputs have no such entry")


def _refused(
    table: pd.DataFrame, name: str, column: str, wrong: NDArray[np.bool_], detail: str
) -> list[Fault]:
    values = table[column].to_numpy()
    return [
        Fault("F311", TABLES_FILE, _line(table, row), f"{name}.{column}", str(values[row]), detail)
        for row in np.flatnonzero(wrong).tolist()
    ]


def _line(table: pd.DataFrame, row: int) -> int:
    """Return the line of a row in the CSV file, which has the same rows below its header."""
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
        "flows",
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
            "transport": inbound.modes,
        }
    )
    product, period = _rows(
        flows, "flows", {"product": instance.products, "period": instance.periods}
    )
    # the mode to the gateway follows from the gateway
    asked = flows[list(routes.columns)].assign(transport=flows["transport"].str.split("+").str[-1])
    return _matched(flows, asked, routes), product, period


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
                TABLES_FILE,
                _line(flows, row),
                f"flows.{asked.columns[0]}",
                " / ".join(asked.iloc[row]),
                "it matches several lanes or routes"
                if twice[row]
                else "the run's inputs have no such lane or route",
            )
            for row in np.flatnonzero(wrong).tolist()
        ]
        raise InputError(faults)
    return np.asarray(number[found], np.int64)
