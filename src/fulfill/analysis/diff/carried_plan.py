"""The decisions of a run in the model of another run, as far as that model has them.

Zones, products, periods, sites, sizes, lanes and routes are found by their ids. Orders follow the
demand of the other run. What cannot be kept is counted: orders whose way is gone are not served.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, leaving_orders
from fulfill.study.lane_starts import lane_starts
from fulfill.study.language import Message, counted
from fulfill.study.run import PricedModel

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NEGLIGIBLE = 0.5
"""Orders a year up to which nothing is said of them."""


@dataclass(frozen=True)
class CarriedPlan:
    """The decisions of a run under the demand, and under demand and figures, of another run.

    Attributes
    ----------
    at_old_figures : Decisions
        In the indices of the old model: the orders of both runs' cells scaled to the new demand.
    old_demand : (Z, K, T) of the old model
        New orders of the cells that both runs have; zero in all others.
    at_new_figures : Decisions
        The same decisions in the indices of the new model.
    new_demand : (Z, K, T) of the new model
        The same orders.
    notes : tuple of Message
        What of the old decisions could not be kept.
    """

    at_old_figures: Decisions
    old_demand: Array
    at_new_figures: Decisions
    new_demand: Array
    notes: tuple[Message, ...]


def carried_plan(old: PricedModel, decisions: Decisions, new: PricedModel) -> CarriedPlan:
    """Return the decisions of a run under the demand and the figures of another.

    Parameters
    ----------
    old : PricedModel
        Model of the run.
    decisions : Decisions
        Of the run, in the indices of its model.
    new : PricedModel
        Model of the other run.

    Returns
    -------
    CarriedPlan
    """
    before, after = old.instance, new.instance
    axes = [
        _places(getattr(before, axis), getattr(after, axis))
        for axis in ("zones", "products", "periods")
    ]
    old_demand, new_demand = _shared_demand(before.demand.shape, after.demand, axes)
    scaled = _scaled(before, decisions, old_demand)
    kept, notes = _in_new_indices(old, scaled, new, axes)
    fresh = float(after.demand.sum() - new_demand.sum())
    if fresh > NEGLIGIBLE:
        text = Message(
            "{n:,.0f} orders of zones, products or periods that only the second run has are in the "
            "step of decisions",
            n=fresh,
        )
        notes.append(text)
    return CarriedPlan(scaled, old_demand, kept, new_demand, tuple(notes))


def _places(old: tuple[str, ...], new: tuple[str, ...]) -> Index:
    """Return the position of each old name among the new ones, -1 where it is gone."""
    return np.asarray(pd.Index(new).get_indexer(pd.Index(old)), np.int64)


def _shared_demand(shape: tuple[int, ...], demand: Array, axes: list[Index]) -> tuple[Array, Array]:
    """Return the new orders of shared cells on the old axes and on the new ones."""
    here = np.ix_(*(np.flatnonzero(place >= 0) for place in axes))
    there = np.ix_(*(place[place >= 0] for place in axes))
    on_old, on_new = np.zeros(shape), np.zeros_like(demand)
    on_old[here] = demand[there]
    on_new[there] = demand[there]
    return on_old, on_new


def _scaled(instance: LocationInstance, decisions: Decisions, demand: Array) -> Decisions:
    """Return decisions whose orders follow a demand, with the goods that they need."""
    was = instance.demand
    ratio = np.divide(demand, was, out=np.zeros_like(demand), where=was > 0)
    at = instance.lane_zone[decisions.lane], decisions.product, decisions.period
    moved = replace(decisions, orders=decisions.orders * ratio[at])
    before, after = leaving_orders(instance, decisions), leaving_orders(instance, moved)
    more = np.divide(after, before, out=np.zeros_like(after), where=before > 0)
    inbound = decisions.inbound * more[instance.required_inbound.route_site]
    return replace(moved, inbound=inbound)


def _in_new_indices(
    old: PricedModel, decisions: Decisions, new: PricedModel, axes: list[Index]
) -> tuple[Decisions, list[Message]]:
    """Return decisions in the indices of another model, and what could not be kept."""
    before, after = old.instance, new.instance
    opened, notes = _sites(before, decisions.opened, after)
    lane = _lane_places(old, new)[decisions.lane]
    product, period = axes[1][decisions.product], axes[2][decisions.period]
    carried = (lane >= 0) & (product >= 0) & (period >= 0)
    option = np.where(carried, after.lane_option[lane], 0)
    carried &= np.isfinite(after.option_cost[option, product, period])
    site = after.lane_site[lane]
    is_open = np.asarray(opened.any(axis=1))
    carried &= (site < 0) | is_open[site]
    kept = replace(
        decisions,
        opened=opened,
        stocked=np.zeros((len(after.products), len(after.countries))),
        lane=lane[carried],
        product=product[carried],
        period=period[carried],
        orders=decisions.orders[carried],
        inbound=np.zeros((after.n_routes, *after.demand.shape[1:])),
    )
    kept, supplied = _supplied(before, decisions, kept, after, axes)
    lost = float(decisions.orders[~carried].sum()) + supplied
    if lost > NEGLIGIBLE:
        text = Message(
            "{n:,.0f} orders whose way the second run does not have count as not served in the "
            "step of prices; the step of decisions brings them back",
            n=lost,
        )
        notes.append(text)
    leaves = (leaving_orders(after, kept).sum(axis=2) > 0).astype(float)
    np.maximum.at(kept.stocked.T, after.site_country, leaves)
    return kept, notes


def _sites(
    before: LocationInstance, opened: Array, after: LocationInstance
) -> tuple[Array, list[Message]]:
    """Return the open sites of a plan in another model, and those that it does not offer."""
    held: Array = np.zeros(after.fixed_usd.shape)
    site, size = np.nonzero(opened > 0.5)
    to_site, to_size = _places(before.sites, after.sites), _places(before.sizes, after.sizes)
    gone = []
    for i, m in zip(site.tolist(), size.tolist(), strict=True):
        at = to_site[i], to_size[m]
        if min(at) >= 0 and np.isfinite(after.fixed_usd[at]):
            held[at] = 1.0
        else:
            gone.append(f"{before.sites[i]}:{before.sizes[m]}")
    if not gone:
        return held, []
    text = counted(
        "the second run does not offer the site {sites}; it is closed in the step of prices",
        "the second run does not offer {n} sites ({sites}); they are closed in the step of prices",
        len(gone),
        sites=", ".join(gone),
    )
    return held, [text]


def _lane_places(old: PricedModel, new: PricedModel) -> Index:
    """Return the position of each lane of a model among those of another, -1 where it is gone."""
    return _first_places(*(_lane_names(model) for model in (new, old)))


def _first_places(known: pd.MultiIndex, asked: pd.MultiIndex) -> Index:
    """Return where each entry occurs first among the known ones, -1 where it does not."""
    once = ~known.duplicated(keep="first")
    place = known[once].get_indexer(asked)
    return np.append(np.flatnonzero(once), -1)[place]


def _lane_names(model: PricedModel) -> pd.MultiIndex:
    options, instance = model.economics.delivery_options.table, model.instance
    option = instance.lane_option
    return pd.MultiIndex.from_arrays(
        [
            lane_starts(instance),
            np.array(instance.zones, object)[instance.lane_zone],
            options["channel"].to_numpy(object)[option],
            options["service_id"].to_numpy(object)[option],
        ]
    )


def _supplied(
    before: LocationInstance,
    decisions: Decisions,
    kept: Decisions,
    after: LocationInstance,
    axes: list[Index],
) -> tuple[Decisions, float]:
    """Bring in what leaves the sites: by the old routes, or by the cheapest where these are gone.

    Returns
    -------
    decisions : Decisions
    lost : float
        Orders of sites that no route supplies, which are taken out.
    """
    inbound = after.required_inbound
    route = _route_places(before, after)
    share = np.zeros_like(kept.inbound)
    r, k, t = np.nonzero(decisions.inbound > 0)
    at = route[r], axes[1][k], axes[2][t]
    usable = (at[0] >= 0) & (at[1] >= 0) & (at[2] >= 0)
    target = tuple(place[usable] for place in at)
    amount = np.where(np.isfinite(inbound.route_usd[target]), 1.0, 0.0)
    np.add.at(share, target, amount * decisions.inbound[r[usable], k[usable], t[usable]])
    leaving = leaving_orders(after, kept)
    brought = np.zeros_like(leaving)
    np.add.at(brought, inbound.route_site, share)
    for i, p, u in np.argwhere((leaving > 0) & (brought <= 0)).tolist():
        routes = np.flatnonzero(inbound.route_site == i)
        usd = inbound.route_usd[routes, p, u]
        if len(routes) and np.isfinite(usd.min()):
            share[routes[usd.argmin()], p, u] = brought[i, p, u] = 1.0
    site = after.lane_site[kept.lane]
    empty = (site >= 0) & (brought[site, kept.product, kept.period] <= 0)
    lost = float(kept.orders[empty].sum())
    served = replace(
        kept,
        **{name: getattr(kept, name)[~empty] for name in ("lane", "product", "period", "orders")},
    )
    leaving = leaving_orders(after, served)
    rate = np.divide(leaving, brought, out=np.zeros_like(leaving), where=brought > 0)
    return replace(served, inbound=share * rate[inbound.route_site]), lost


def _route_places(before: LocationInstance, after: LocationInstance) -> Index:
    """Return the position of each route among those of another instance, -1 where it is gone."""
    return _first_places(*(_route_names(one) for one in (after, before)))


def _route_names(instance: LocationInstance) -> pd.MultiIndex:
    inbound = instance.required_inbound
    gates = np.array([*inbound.gateways, ""], object)
    return pd.MultiIndex.from_arrays(
        [
            np.array(inbound.origins, object)[inbound.route_origin],
            np.array(instance.sites, object)[inbound.route_site],
            gates[inbound.route_gateway],
            gates[inbound.route_crossing],
            inbound.modes,
        ]
    )
