"""What zones can get from sites at best: the arrays that every proof of infeasibility reads.

Lanes of one zone and one site are taken together, each figure at its best: the largest share in
time, the least emissions and the least orders drawn. Capacities of gateways, plants, carriers and
mail are counted where all orders could fill them (see `shared`); limits of single lanes, room for
stock, minimal volumes of plants, the share of one gateway and single sourcing are left out. So
every plan of the instance is also possible here, and what is impossible here is impossible for the
instance.

Axes: targets J, zones Z, sites I with one more for what needs no site (mail, shipments straight
from a plant), products K, periods T, sizes M. Products that go over the same lanes count as one
unless emissions are limited, which depend on their weight, or shared capacities, which depend on
their volume.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.feasibility.shared import Shared, shared_of
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import MAIL, LocationInstance


@dataclass(frozen=True)
class Pairs:
    """Pairs of a zone and a site at their best; quantities per order of the whole demand.

    Attributes
    ----------
    within : (J, Z, I + 1, T)
        Largest share of orders in time; 0 for zones outside the scope of the target.
    emitted : (Z, I + 1)
        Least kg CO2e per kg of goods from the site to the zone; infinite where no lane is.
    brought : (I + 1, K)
        Least kg CO2e per kg of goods that are brought to the site; 0 where none can be, and where
        emissions have no cap.
    carried : (I + 1, K, T)
        Whether a product can be served at all.
    units : (I + 1, K, T)
        Least orders drawn by one potential order.
    weight : (K,)
        kg of an order.
    demand : (Z, K, T)
        Share of all potential orders.
    scope : (J,)
        Share of all potential orders that a target is about.
    capacity : (I, M, T)
        Orders that a size handles, as a share of all potential orders; 0 where not offered.
    region : (Z,)
        Carrier region of each zone.
    orders : float
        All potential orders of a year.
    shared : Shared or None
        Capacities that several sites draw on; None where none can be filled.
    """

    within: Array
    emitted: Array
    brought: Array
    carried: Mask
    units: Array
    weight: Array
    demand: Array
    scope: Array
    capacity: Array
    region: Index
    orders: float
    shared: Shared | None


def pairs_of(instance: LocationInstance) -> Pairs:
    """Return what the zones of an instance can get from its sites at best.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    Pairs
    """
    n_zones, n_products, n_periods = instance.shape
    n_sites, targets = len(instance.sites), instance.limits.targets
    carries = np.isfinite(instance.option_cost)
    site = np.where(instance.lane_site == MAIL, n_sites, instance.lane_site)
    used_at_all: Mask = np.asarray(carries.any(axis=(1, 2)), bool)
    lanes = np.flatnonzero(used_at_all[instance.lane_option])
    at = instance.lane_zone[lanes], site[lanes]
    option = instance.lane_option[lanes]
    within = np.zeros((len(targets), n_zones, n_sites + 1, n_periods))
    for number, target in enumerate(targets):
        np.maximum.at(within[number], at, instance.option_within[target.days][option])
        within[number, ~target.zones] = 0.0
    emitted = np.full((n_zones, n_sites + 1), np.inf)
    np.minimum.at(emitted, at, instance.lane_co2[lanes])
    carried = np.zeros((n_sites + 1, n_products, n_periods), bool)
    units = np.full(carried.shape, np.inf)
    # the options of a site, each once
    used = np.unique(np.stack([site[lanes], option]), axis=1)
    np.logical_or.at(carried, used[0], carries[used[1]])
    np.minimum.at(units, used[0], np.where(carries, instance.units, np.inf)[used[1]])
    carried &= _supplied(instance)
    total = max(float(instance.demand.sum()), 1e-12)
    capped = bool(np.isfinite(instance.limits.co2_kg))
    units = np.where(carried, units, 0.0)
    offered: Mask = np.asarray(np.isfinite(instance.fixed_usd), bool)
    every = Pairs(
        within=within,
        emitted=emitted,
        brought=_inbound_co2(instance, capped=capped),
        carried=carried,
        units=units,
        weight=instance.weight_kg,
        demand=instance.demand / total,
        scope=np.array([instance.demand[target.zones].sum() for target in targets]) / total,
        capacity=np.where(offered[:, :, None], instance.capacity.sum(axis=2), 0.0) / total,
        region=instance.carriers.zone_region,
        orders=total,
        shared=shared_of(instance, units, mail_helps=bool(within[:, :, n_sites].any())),
    )
    return every if capped or every.shared is not None else _merged_products(every)


def _supplied(instance: LocationInstance) -> Mask:
    """Tell which products a site can be supplied with, (I + 1, K, T); what needs none always."""
    n_sites = len(instance.sites)
    supplied = np.ones((n_sites + 1, *instance.shape[1:]), bool)
    if instance.inbound is not None:
        supplied[:n_sites] = False
        reached = np.isfinite(instance.inbound.route_usd)
        np.logical_or.at(supplied, instance.inbound.route_site, reached)
    return supplied


def _inbound_co2(instance: LocationInstance, *, capped: bool) -> Array:
    """Return the least emissions of bringing a product to a site, (I + 1, K), kg CO2e per kg."""
    least = np.full((len(instance.sites) + 1, instance.shape[1]), np.inf)
    if capped and instance.inbound is not None:
        inbound = instance.inbound
        taken = np.isfinite(inbound.route_usd).any(axis=2)
        emitted = np.where(taken, inbound.route_co2[:, None], np.inf)
        np.minimum.at(least, inbound.route_site, emitted)
    return np.where(np.isfinite(least), least, 0.0)


def _merged_products(pairs: Pairs) -> Pairs:
    """Return the pairs with products that go over the same lanes taken together."""
    n_products = len(pairs.weight)
    kind = np.unique(
        pairs.carried.transpose(1, 0, 2).reshape(n_products, -1), axis=0, return_inverse=True
    )[1].ravel()
    first = np.unique(kind, return_index=True)[1]
    demand = np.zeros((len(pairs.demand), len(first), pairs.demand.shape[2]))
    np.add.at(demand.transpose(1, 0, 2), kind, pairs.demand.transpose(1, 0, 2))
    units = np.full((len(pairs.units), len(first), pairs.units.shape[2]), np.inf)
    np.minimum.at(units.transpose(1, 0, 2), kind, pairs.units.transpose(1, 0, 2))
    return replace(
        pairs,
        carried=pairs.carried[:, first],
        brought=pairs.brought[:, first],
        units=units,
        weight=np.zeros(len(first)),
        demand=demand,
    )
