"""The variables of the mixed-integer program; see `formulation`.

Variables: ``x`` orders of a cell by a lane, ``s`` unserved orders, ``v`` orders leaving a site,
``f`` orders brought in by a route, ``u`` orders in a band of a size, ``n`` yearly orders of a
product at a size, ``y`` a site opens at a size, ``w`` a product is stocked in a country, ``a`` a
plant with a minimum volume or a fixed cost is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.mip.rows import LinearModel
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import MAIL, LocationInstance


@dataclass(frozen=True)
class Columns:
    """Column numbers of the variables of a model, and the indices of the sparse ones.

    Attributes
    ----------
    x, lane, product, period : (n_x,)
        Allocation variables, and what each stands for.
    s : (Z, K, T)
    v : (I, K, T)
    f, route, route_product, route_period : (n_f,)
        Inbound flows, and what each stands for.
    u : (I, M, B, T)
    n : (I, K, M)
        Empty where the instance has no stock block.
    y : (I, M)
    w : (K, C)
        Empty where the instance has no stock block.
    a : (O,)
        Empty where no plant has a minimum volume or a fixed cost.
    """

    x: Index
    lane: Index
    product: Index
    period: Index
    s: Index
    v: Index
    f: Index
    route: Index
    route_product: Index
    route_period: Index
    u: Index
    n: Index
    y: Index
    w: Index
    a: Index


def allowed_orders(instance: LocationInstance, cost: Array) -> Mask:
    """Tell which lanes may serve a product in a period.

    Parameters
    ----------
    instance : LocationInstance
    cost : (L, K, T)
        See `LocationInstance.lane_cost`.

    Returns
    -------
    ndarray of bool, shape (L, K, T)
    """
    n_sites = len(instance.sites)
    wanted = instance.demand[instance.lane_zone] > 0
    shut = np.zeros(n_sites + 1, bool)
    shut[list(instance.limits.closed)] = True
    allowed = np.isfinite(cost) & wanted & ~shut[instance.lane_site][:, None, None]
    if instance.inbound is None:
        return np.asarray(allowed)
    route_usd = instance.inbound.route_usd
    reached = np.zeros((n_sites + 1, *instance.shape[1:]), bool)
    np.logical_or.at(reached, instance.inbound.route_site, np.isfinite(route_usd))
    reached[MAIL] = True
    # rows (6) force the orders of unreached sites to zero: without them the model is smaller
    return np.asarray(allowed & reached[instance.lane_site])


def add_variables(
    model: LinearModel, instance: LocationInstance, allowed: Mask | None = None
) -> Columns:
    """Add the variables of an instance; those that must be zero are left out.

    Parameters
    ----------
    model : LinearModel
        Changed.
    instance : LocationInstance
    allowed : (L, K, T), optional
        Which lanes may serve a product in a period; `allowed_orders` by default.

    Returns
    -------
    Columns
    """
    _, n_products, n_periods = instance.shape
    n_sites, n_sizes = instance.fixed_usd.shape
    cost = instance.lane_cost()
    route_usd = np.zeros((0, n_products, n_periods))
    if instance.inbound is not None:
        route_usd = instance.inbound.route_usd
    lane, product, period = np.nonzero(
        allowed_orders(instance, cost) if allowed is None else allowed
    )
    x = model.add_variables(
        (len(lane),),
        cost[lane, product, period],
        instance.demand[instance.lane_zone[lane], product, period],
    )
    free = np.isfinite(instance.unserved_usd)[None, :, None]
    penalty = np.where(free, instance.unserved_usd[None, :, None], 0.0)
    s = model.add_variables(
        instance.shape,
        np.broadcast_to(penalty, instance.shape),
        np.where(free, instance.demand, 0.0),
    )
    fee = 0.0 if instance.stock is None else instance.stock.storage_usd
    v = model.add_variables((n_sites, n_products, n_periods), fee)
    route, route_product, route_period = np.nonzero(np.isfinite(route_usd))
    f = model.add_variables((len(route),), route_usd[route, route_product, route_period])
    n_bands = instance.capacity.shape[2]
    handling = np.broadcast_to(
        instance.handling_usd[:, :, :, None], (n_sites, n_sizes, n_bands, n_periods)
    )
    u = model.add_variables((n_sites, n_sizes, n_bands, n_periods), handling, instance.capacity)
    n = np.zeros((0, 0, 0), np.int64)
    if instance.stock is not None:
        n = model.add_variables((n_sites, n_products, n_sizes), instance.stock.secant_usd)
    y, w, a = _yes_or_no(model, instance)
    return Columns(
        x, lane, product, period, s, v, f, route, route_product, route_period, u, n, y, w, a
    )


def _yes_or_no(model: LinearModel, instance: LocationInstance) -> tuple[Index, Index, Index]:
    """Add the variables of sites, stocking and plants; return their columns."""
    offered = np.isfinite(instance.fixed_usd)
    y = model.add_variables(
        offered.shape,
        np.where(offered, instance.fixed_usd, 0.0),
        offered.astype(float),
        integer=True,
    )
    w = a = np.zeros((0, 0), np.int64)
    if instance.stock is not None:
        entry_usd = instance.stock.entry_usd
        w = model.add_variables(entry_usd.shape, entry_usd, 1.0, integer=True)
    if instance.inbound is not None:
        least, fixed = instance.inbound.origin_min_m3, instance.inbound.origin_fixed_usd
        if (least > 0).any() or (fixed > 0).any():
            a = model.add_variables(fixed.shape, fixed, 1.0, integer=True)
    return y, w, a


@dataclass(frozen=True)
class DirectShipments:
    """Orders that plants ship straight to consumers; every array has shape (n,).

    Attributes
    ----------
    x, plant, period
        Column number, plant and period.
    m3
        Volume that a potential order takes of the plant's capacity.
    """

    x: Index
    plant: Index
    period: Index
    m3: Array

    def of(self, plants: Mask) -> DirectShipments:
        """Return the orders of some plants.

        Parameters
        ----------
        plants : (O,) of bool
        """
        here = plants[self.plant]
        return DirectShipments(self.x[here], self.plant[here], self.period[here], self.m3[here])


def direct_shipments(columns: Columns, instance: LocationInstance) -> DirectShipments:
    """Return the allocation variables of direct shipments.

    Parameters
    ----------
    columns : Columns
    instance : LocationInstance
    """
    plant = instance.lane_plant[columns.lane]
    here = plant >= 0
    lane, product, period = columns.lane[here], columns.product[here], columns.period[here]
    units = instance.units[instance.lane_option[lane], product, period]
    return DirectShipments(
        columns.x[here], plant[here], period, units * instance.volume_m3[product]
    )
