"""The decisions of a present network: its sites, who serves whom, and how goods come in.

Where the files leave a choice, the cheapest lane or route is taken; how often is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.spelling import near, nearest
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.study.kpis import route_gateways, route_transport
from fulfill.study.lane_starts import lane_starts
from fulfill.study.language import Message
from fulfill.study.run import PricedModel
from fulfill.study.vocabulary import BY_MAIL

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ROUNDED = 1e-3
"""Orders a row by which written orders may differ from those of the demand by rounding."""
BALANCE = 1e-3
"""Relative difference up to which goods brought in are scaled to those that leave a site."""


@dataclass(frozen=True)
class Present:
    """Tables of a present network, checked each by itself.

    Attributes
    ----------
    sites, flows : DataFrame
        In the form of `schema.present.PRESENT_SITES` and `PRESENT_FLOWS`.
    sites_file, flows_file : str
        Names for messages.
    """

    sites: pd.DataFrame
    flows: pd.DataFrame
    sites_file: str
    flows_file: str


def present_decisions(
    present: Present, model: PricedModel
) -> tuple[Decisions, tuple[Message, ...]]:
    """Return the decisions that a present network amounts to.

    Parameters
    ----------
    present : Present
        Its tables.
    model : PricedModel
        Of the network and demand.

    Returns
    -------
    decisions : Decisions
        In the indices of the instance.
    chosen : tuple of Message
        What the tables left open and how it was chosen, in words.

    Raises
    ------
    InputError
        F471 to F476 for everything in which the tables do not fit the model or each other.
    """
    instance, faults = model.instance, list[Fault]()
    opened = _opened(present, instance, faults)
    outbound = present.flows["leg"] == "outbound"
    rows = present.flows[outbound & (present.flows["orders"] > 0)]
    rows = _known(rows, present.flows_file, _outbound_axes(instance), faults)
    faults += _from_no_site(rows, present, instance)
    lanes, n_chosen = _cheapest(rows, *_lane_candidates(rows, model), present.flows_file, faults)
    lanes["orders"] = _to_demand(lanes, instance, present.flows_file, faults)
    inbound_rows = present.flows[~outbound & (present.flows["orders"] > 0)]
    inbound_rows = _known(inbound_rows, present.flows_file, _inbound_axes(instance), faults)
    if faults:
        raise InputError(faults)
    cell = lanes.groupby(["place", "k", "t"], sort=False, as_index=False)["orders"].sum()
    lane, k, t = (cell[name].to_numpy(np.int64) for name in ("place", "k", "t"))
    served = cell["orders"].to_numpy(float)
    nothing = np.zeros((instance.n_routes, *instance.shape[1:]))
    stocked = np.zeros((instance.shape[1], len(instance.countries)))
    decisions = Decisions(opened, stocked, lane, k, t, served, nothing)
    leaving = leaving_orders(instance, decisions)
    n_cheapest = _bring_in(decisions.inbound, inbound_rows, leaving, model, present.flows_file)
    np.maximum.at(stocked.T, instance.site_country, (leaving.sum(axis=2) > 0).astype(float))
    return decisions, tuple(_in_words(n_chosen, len(rows), n_cheapest, int((leaving > 0).sum())))


def _in_words(services: int, rows: int, cells: int, all_cells: int) -> Iterator[Message]:
    if services:
        yield Message(
            "the delivery of {n:,} of {all:,} rows is not given in full: the cheapest is taken",
            n=services,
            all=rows,
        )
    if cells:
        yield Message(
            "how goods come in is not given for {n:,} of {all:,} products of a site and period: "
            "the cheapest route is taken",
            n=cells,
            all=all_cells,
        )


def _opened(present: Present, instance: LocationInstance, faults: list[Fault]) -> Array:
    """Return the sites in their sizes, (n_sites, n_sizes) of 0 and 1."""
    opened = np.zeros(instance.fixed_usd.shape)
    axes = {"site_id": instance.sites}
    sites = _known(present.sites, present.sites_file, axes, faults)
    site = pd.Index(instance.sites).get_indexer(pd.Index(sites["site_id"]))
    size = pd.Index(instance.sizes).get_indexer(pd.Index(sites["size"]))
    offered = (size >= 0) & np.isfinite(instance.fixed_usd[site, size])
    for row in np.flatnonzero(~offered).tolist():
        sizes = np.array(instance.sizes)[np.isfinite(instance.fixed_usd[site[row]])]
        line, text = int(sites[ROW].iloc[row]), str(sites["size"].iloc[row])
        detail = f"{sites['site_id'].iloc[row]} is offered in {', '.join(sizes)}"
        faults.append(Fault("F474", present.sites_file, line, "size", text, detail))
    opened[site[offered], size[offered]] = 1.0
    return opened


def _outbound_axes(instance: LocationInstance) -> dict[str, tuple[str, ...]]:
    return {
        "from": (*instance.sites, *instance.required_inbound.origins, BY_MAIL),
        "to": instance.zones,
        "product": instance.products,
        "period": instance.periods,
    }


def _inbound_axes(instance: LocationInstance) -> dict[str, tuple[str, ...]]:
    return {
        "from": instance.required_inbound.origins,
        "to": instance.sites,
        "product": instance.products,
        "period": instance.periods,
    }


def _known(
    rows: pd.DataFrame, file: str, axes: Mapping[str, tuple[str, ...]], faults: list[Fault]
) -> pd.DataFrame:
    """Return the rows whose ids exist; add a fault for each other id and row."""
    known = np.ones(len(rows), bool)
    for column, names in axes.items():
        unknown = ~rows[column].isin(names).to_numpy(bool)
        known &= ~unknown
        at, values = rows.loc[unknown, ROW], rows.loc[unknown, column].astype(str)
        similar = {value: near(nearest(value, names)) for value in values.unique()[:20]}
        faults += [
            Fault("F471", file, int(line), column, value, similar.get(value, "").lstrip("; "))
            for line, value in zip(at, values, strict=True)
        ]
    return rows[known]


def _from_no_site(rows: pd.DataFrame, present: Present, instance: LocationInstance) -> list[Fault]:
    """Find orders that leave a site which the present network does not have."""
    wrong = rows["from"].isin(instance.sites) & ~rows["from"].isin(present.sites["site_id"])
    detail = f"not in {present.sites_file}"
    return [
        Fault("F473", present.flows_file, int(line), "from", str(site), detail)
        for line, site in zip(rows.loc[wrong, ROW], rows.loc[wrong, "from"], strict=True)
    ]


def _lane_candidates(rows: pd.DataFrame, model: PricedModel) -> tuple[pd.DataFrame, Array]:
    """Return the lanes that each row may mean, and what an order costs on them.

    Returns
    -------
    candidates : DataFrame
        Columns row (position), place (lane), k, t.
    cost : (n_candidates,)
        USD an order; infinite where the lane does not carry the product.
    """
    instance, options = model.instance, model.economics.delivery_options.table
    lanes = pd.DataFrame(
        {
            "from": lane_starts(instance),
            "to": np.array(instance.zones, object)[instance.lane_zone],
            "of_channel": options["channel"].to_numpy(object)[instance.lane_option],
            "of_service_id": options["service_id"].to_numpy(object)[instance.lane_option],
            "of_transport": options["mode"].to_numpy(object)[instance.lane_option],
            "place": np.arange(len(instance.lane_zone)),
        }
    )
    # what a site delivers of nearshore goods shares a lane with goods from overseas
    here = rows["from"].isin(instance.sites) & (rows["channel"] == "nearshore")
    asked = rows.assign(channel=rows["channel"].mask(here, "local"))
    found = _positions(asked, instance).merge(lanes, on=["from", "to"])
    found = found[_as_asked(found, ("channel", "service_id", "transport"))]
    lane, k, t = (found[name].to_numpy(np.int64) for name in ("place", "k", "t"))
    option = instance.lane_option[lane]
    by_distance = instance.lane_usd[lane] * instance.price_multiplier[option, k, t]
    return found[["row", "place", "k", "t"]], instance.option_cost[option, k, t] + by_distance


def _route_candidates(rows: pd.DataFrame, model: PricedModel) -> tuple[pd.DataFrame, Array]:
    """Return the routes that each row may mean, and what an order costs; see `_lane_candidates`."""
    instance, inbound = model.instance, model.instance.required_inbound
    routes = pd.DataFrame(
        {
            "from": np.array(inbound.origins, object)[inbound.route_origin],
            "to": np.array(instance.sites, object)[inbound.route_site],
            "of_via": route_gateways(inbound, "+"),
            "of_transport": route_transport(model.problem.network, inbound),
            "place": np.arange(instance.n_routes),
        }
    )
    found = _positions(rows, instance).merge(routes, on=["from", "to"])
    found = found[_as_asked(found, ("via", "transport"))]
    # an empty `via` means the road of a plant where there is one
    straight = found["row"].isin(found.loc[(found["via"] == "") & (found["of_via"] == ""), "row"])
    found = found[~straight | (found["of_via"] == "")]
    route, k, t = (found[name].to_numpy(np.int64) for name in ("place", "k", "t"))
    return found[["row", "place", "k", "t"]], inbound.route_usd[route, k, t]


def _as_asked(found: pd.DataFrame, names: Iterable[str]) -> NDArray[np.bool_]:
    """Return which candidates have the values of their rows; an empty cell leaves the choice."""
    fits = np.ones(len(found), bool)
    for name in names:
        fits &= ((found[name] == "") | (found[name] == found[f"of_{name}"])).to_numpy(bool)
    return fits


def _positions(rows: pd.DataFrame, instance: LocationInstance) -> pd.DataFrame:
    """Return rows with their number and the positions of product and period."""
    return rows.assign(
        row=np.arange(len(rows)),
        k=pd.Index(instance.products).get_indexer(pd.Index(rows["product"])),
        t=pd.Index(instance.periods).get_indexer(pd.Index(rows["period"])),
    )


def _cheapest(
    rows: pd.DataFrame, candidates: pd.DataFrame, cost: Array, file: str, faults: list[Fault]
) -> tuple[pd.DataFrame, int]:
    """Return for each row the cheapest place that carries its product, and how many had a choice.

    The frame has the columns row, place, k, t, orders and `ROW`; a row without a place is a fault.
    """
    carried = candidates.assign(usd=cost)[np.isfinite(cost)]
    carried = carried.sort_values(["row", "usd", "place"], kind="stable")
    best = carried.drop_duplicates("row")
    n_chosen = int((carried["row"].value_counts() > 1).sum())
    missing = np.setdiff1d(np.arange(len(rows)), best["row"])
    reached = np.isin(missing, candidates["row"])
    for row, exists in zip(missing.tolist(), reached.tolist(), strict=True):
        what = rows.iloc[row]
        text = " / ".join(
            filter(
                None,
                what[["from", "to", "channel", "via", "transport", "service_id"]],
            )
        )
        detail = (
            f"it does not carry {what['product']} in {what['period']}"
            if exists
            else "there is no such connection"
        )
        faults.append(Fault("F472", file, int(what[ROW]), "from", text, detail))
    chosen = rows.iloc[best["row"].to_numpy()]
    lines = {"orders": chosen["orders"].to_numpy(float), ROW: chosen[ROW].to_numpy()}
    return best[["row", "place", "k", "t"]].assign(**lines), n_chosen


def _to_demand(
    lanes: pd.DataFrame, instance: LocationInstance, file: str, faults: list[Fault]
) -> Array:
    """Return the orders of each row, those of a cell scaled to its demand if they are nearly so."""
    zone = instance.lane_zone[lanes["place"].to_numpy(np.int64)]
    k, t = lanes["k"].to_numpy(np.int64), lanes["t"].to_numpy(np.int64)
    cell = np.ravel_multi_index((zone, k, t), instance.shape)
    orders, n_cells = lanes["orders"].to_numpy(float), int(np.prod(instance.shape))
    served = np.bincount(cell, weights=orders, minlength=n_cells)
    rounding = ROUNDED * np.bincount(cell, minlength=n_cells)
    wanted = instance.demand.ravel()
    first = lanes[ROW].groupby(cell).min()
    for one in np.flatnonzero(served > wanted + rounding).tolist():
        z, product, period = np.unravel_index(one, instance.shape)
        what = f"{instance.zones[z]}, {instance.products[product]}, {instance.periods[period]}"
        detail = f"{served[one]:,.10g} orders of {what}; the demand has {wanted[one]:,.10g}"
        faults.append(Fault("F475", file, int(first[one]), "orders", f"{served[one]:.10g}", detail))
    same = np.abs(served - wanted) <= rounding
    scale = np.where(same & (served > 0), wanted / np.where(served > 0, served, 1.0), 1.0)
    return np.asarray(orders * scale[cell])


def _bring_in(
    inbound: Array, rows: pd.DataFrame, leaving: Array, model: PricedModel, file: str
) -> int:
    """Fill the inbound flows: those given, and the cheapest route where none is.

    Parameters
    ----------
    inbound : (n_routes, n_products, n_periods)
        Zeros, which are replaced.
    rows : DataFrame
        Inbound rows of known ids.
    leaving : (n_sites, n_products, n_periods)
        Orders that leave each site.
    model, file
        See `present_decisions`.

    Returns
    -------
    int
        Number of sites, products and periods for which the cheapest route was chosen.

    Raises
    ------
    InputError
        F472 where there is no route, F476 where more or less comes in than leaves.
    """
    faults, of_site = list[Fault](), model.instance.required_inbound.route_site
    given, _ = _cheapest(rows, *_route_candidates(rows, model), file, faults)
    route, k, t = (given[name].to_numpy(np.int64) for name in ("place", "k", "t"))
    np.add.at(inbound, (route, k, t), given["orders"].to_numpy(float))
    brought = np.zeros_like(leaving)
    np.add.at(brought, of_site, inbound)
    unlike = (brought > 0) & (np.abs(brought - leaving) > BALANCE * leaving + ROUNDED)
    faults += _unbalanced(unlike, brought, leaving, model.instance, file)
    if faults:
        raise InputError(faults)
    inbound *= np.divide(leaving, brought, out=np.ones_like(leaving), where=brought > 0)[of_site]
    open_cells = (leaving > 0) & (brought == 0)
    for site in np.flatnonzero(open_cells.any(axis=(1, 2))).tolist():
        k, t = np.nonzero(open_cells[site])
        routes = np.flatnonzero(of_site == site)
        usd = model.instance.required_inbound.route_usd[routes][:, k, t]
        if not len(routes) or not np.isfinite(usd).any(axis=0).all():
            name = model.instance.sites[site]
            detail = "no route brings every product there that leaves it"
            faults.append(Fault("F472", file, column="to", value=name, detail=detail))
            continue
        inbound[routes[usd.argmin(axis=0)], k, t] = leaving[site, k, t]
    if faults:
        raise InputError(faults)
    return int(open_cells.sum())


def _unbalanced(
    unlike: NDArray[np.bool_], brought: Array, leaving: Array, instance: LocationInstance, file: str
) -> Iterator[Fault]:
    """Yield a fault for each site, product and period with other goods in than out."""
    for site, k, t in np.argwhere(unlike).tolist():
        what = f"{instance.products[k]}, {instance.periods[t]}"
        detail = f"{what}: {brought[site, k, t]:,.6f} come in, {leaving[site, k, t]:,.6f} leave"
        yield Fault("F476", file, 0, "orders", instance.sites[site], detail)
