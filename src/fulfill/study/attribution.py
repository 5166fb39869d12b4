"""The cost of a plan by order: every part of the objective laid on the orders that cause it.

What an order pays by itself (carrier, courier tax, revenue, cancellation) is its own. What orders
share is divided by the orders dispatched:

- inbound cost and plants: among the goods that a site sells of a product in a period, those of a
  nearshore plant apart from those from overseas;
- handling and its delay: among the orders of a site in a period;
- rent, overhead and opening: among the orders of a site in the year;
- certification and set-up: among the orders of a product from the sites of a country;
- safety stock: among the orders of a product from a site.

The cost of an order not served belongs to no flow, nor does that of a site that serves none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.model.contracts import contract_usd
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import MAIL, LocationInstance, leaving_orders
from fulfill.study.priced import Priced, nearshore_routes, nearshore_share

Array = NDArray[np.float64]
Index = NDArray[np.int64]
MADE = 1e-9
"""Share of all goods below which a plant makes nothing."""


def attributed_costs(priced: Priced, used: Array, flows: pd.DataFrame) -> pd.DataFrame:
    """Return the cost of each flow to a zone by part.

    Parameters
    ----------
    priced : Priced
        The plan with its model.
    used : (n_sites, n_bands, n_periods) array
        Orders handled in each band.
    flows : DataFrame
        Flows to zones: channel, orders, dispatched, and the indices _site, _lane, _way, _product
        and _period.

    Returns
    -------
    DataFrame
        Index of `flows`, a column for each part of costs.csv but `unserved`; USD a year.
    """
    economics, instance, decisions = priced.economics, priced.instance, priced.decisions
    nearshore = nearshore_share(priced.problem, instance, decisions)
    parts = _own_costs(economics, instance, flows)
    sold = flows[flows["_site"] != MAIL]
    site, k, t = (sold[name].to_numpy() for name in ("_site", "_product", "_period"))
    dispatched = sold["dispatched"].to_numpy(float)
    shares = nearshore[site, k, t]
    near = np.where(sold["channel"] == "nearshore", 1.0, np.where(_mixed(sold), shares, 0.0))
    shared = {
        name: dispatched * (near * by_source[1][site, k, t] + (1 - near) * by_source[0][site, k, t])
        for name, by_source in _inbound_costs(priced)
    }
    for name, unit in _site_costs(economics, instance, decisions, used):
        shared[name] = dispatched * np.broadcast_to(unit, nearshore.shape)[site, k, t]
    for name, cost in shared.items():
        column = parts.setdefault(name, np.zeros(len(flows)))
        column[(flows["_site"] != MAIL).to_numpy()] += cost
    return pd.DataFrame(parts, index=flows.index)


def _mixed(sold: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which flows carry goods of both sources: those that are not told apart by channel."""
    return (sold["channel"] == "cross_border").to_numpy()


def _own_costs(
    economics: Economics, instance: LocationInstance, flows: pd.DataFrame
) -> dict[str, Array]:
    """Return what orders pay by themselves, by part."""
    way, k, t = (flows[name].to_numpy() for name in ("_way", "_product", "_period"))
    orders = flows["orders"].to_numpy(float)
    parts = {
        name: np.asarray(value[way, k, t] * orders, float)
        for name, value in economics.value.parts.items()
    }
    # the price by distance belongs to a lane
    by_distance = instance.lane_usd[flows["_lane"].to_numpy()]
    parts["last_mile"] = parts["last_mile"] + (
        by_distance * economics.price_multiplier[way, k, t] * orders
    )
    return parts


def _inbound_costs(priced: Priced) -> Iterator[tuple[str, Array]]:
    """Yield the inbound parts per order, (overseas and nearshore, sites, products, periods)."""
    economics, instance, decisions = priced.economics, priced.instance, priced.decisions
    inbound = instance.required_inbound
    route, k, t = np.nonzero(decisions.inbound > 0)
    amount = decisions.inbound[route, k, t]
    shape = (2, len(instance.sites), *instance.shape[1:])
    is_near = nearshore_routes(priced.problem, instance)[route].astype(int)
    cell = np.ravel_multi_index((is_near, inbound.route_site[route], k, t), shape)

    def per_order(usd: Array) -> Array:
        total = np.bincount(cell, weights=usd, minlength=math.prod(shape)).astype(float)
        arrived = np.bincount(cell, weights=amount, minlength=len(total)).astype(float)
        return _per(total, arrived).reshape(shape)

    for name, value in economics.inbound.parts.items():
        yield name, per_order(value[route, k, t] * amount)
    origin = inbound.route_origin[route]
    made = np.bincount(origin, weights=amount, minlength=len(inbound.origins)).astype(float)
    fixed = np.where(made > MADE * made.sum(), inbound.origin_fixed_usd, 0.0)
    yield "plants", per_order(_per(fixed, made)[origin] * amount)


def _site_costs(
    economics: Economics, instance: LocationInstance, decisions: Decisions, used: Array
) -> Iterator[tuple[str, Array]]:
    """Yield the costs of sites per order, broadcasting to (sites, products, periods)."""
    leaving = leaving_orders(instance, decisions)
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    is_open = decisions.opened.max(axis=1) > 0.5
    rent = np.where(is_open, economics.warehouses.fixed_usd_year[site, size], 0.0)
    whole = np.where(is_open, economics.fixed_usd[site, size], 0.0)
    of_year = leaving.sum(axis=(1, 2))
    yield "rent_and_overhead", _per(rent, of_year)[:, None, None]
    yield "opening", _per(whole - rent, of_year)[:, None, None]
    of_period = leaving.sum(axis=1)
    plain = (used * economics.warehouses.handling_usd[site, size][:, :, None]).sum(axis=1)
    delayed = (used * instance.handling_usd[site, size][:, :, None]).sum(axis=1)
    yield "handling", _per(plain + contract_usd(instance, of_period), of_period)[:, None, :]
    yield "peak_delay", _per(delayed - plain, of_period)[:, None, :]
    of_product = leaving.sum(axis=2)
    by_country = np.zeros_like(economics.entry_usd)
    np.add.at(by_country.T, instance.site_country, of_product)
    entry = _per(economics.entry_usd * decisions.stocked, by_country)
    yield "entry", entry.T[instance.site_country][:, :, None]
    yield "storage", economics.storage_usd
    yield "safety_stock", _per(economics.safety.cost(of_product), of_product)[:, :, None]


def _per(usd: Array, orders: Array) -> Array:
    """Return a cost per order; zero where there is no order that it could be laid on."""
    return np.divide(usd, orders, out=np.zeros(np.shape(usd)), where=orders > 0)
