"""Use of the capacities of a plan: bands, storage, gateways, mail, carriers, lanes and plants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.model.decisions import Decisions
from fulfill.model.flow_use import brought_orders, sent_orders
from fulfill.model.instance import MAIL, LocationInstance, leaving_orders
from fulfill.study.names import id_and_name

Array = NDArray[np.float64]


def band_use(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders handled in each band, the cheapest bands filled first.

    What exceeds the capacity of an open site, as in a present network, is handled in its dearest
    band, whose use is then above its capacity.

    Parameters
    ----------
    instance : LocationInstance
        Capacities and prices of the bands.
    decisions : Decisions
        The plan.

    Returns
    -------
    (n_sites, n_bands, n_periods) array
        Orders.
    """
    leaving = leaving_orders(instance, decisions).sum(axis=1)
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    capacity = (
        instance.capacity[site, size] * np.asarray(decisions.opened.any(axis=1))[:, None, None]
    )
    order = np.argsort(instance.handling_usd[site, size], axis=1, kind="stable")
    sorted_capacity = np.take_along_axis(capacity, order[:, :, None], axis=1)
    before = np.cumsum(sorted_capacity, axis=1) - sorted_capacity
    filled = np.clip(leaving[:, None, :] - before, 0.0, sorted_capacity)
    beyond = np.maximum(leaving - sorted_capacity.sum(axis=1), 0.0)
    offered = np.asarray(sorted_capacity.sum(axis=2) > 0)
    last = offered.shape[1] - 1 - offered[:, ::-1].argmax(axis=1)
    last = np.where(offered.sum(axis=1) > 0, last, 0)
    filled[site, last] += np.where(decisions.opened.sum(axis=1)[:, None] > 0, beyond, 0.0)
    used: Array = np.zeros_like(filled)
    np.put_along_axis(used, order[:, :, None], filled, axis=1)
    return used


BEYOND = 1e-6
"""Share of a capacity by which rounding may exceed it."""
NAMED = {"storage": "site", "gateway": "gateway", "mail": "country"}
"""What the id of a resource belongs to, by kind; that of a carrier's region is its name."""


def capacity_table(
    instance: LocationInstance,
    decisions: Decisions,
    used: Array,
    names: Mapping[str, Mapping[str, str]],
) -> pd.DataFrame:
    """Return the use and capacity of every resource in each period in which it is used.

    Parameters
    ----------
    instance : LocationInstance
        Capacities.
    decisions : Decisions
        The plan.
    used : (n_sites, n_bands, n_periods)
        Of `band_use`.
    names : Mapping of str to Mapping of str to str
        Of `names.names_of`.

    Returns
    -------
    DataFrame
        Columns of `outputs.CAPACITY`.
    """
    rows, size = np.nonzero(decisions.opened)
    sites = [instance.sites[row] for row in rows.tolist()]
    room = np.repeat(
        instance.required_stock.storage_m3[rows, size, None], len(instance.periods), axis=1
    )
    offered = instance.capacity[rows, size]
    # A use below 1e-9 is rounding left by the solver, not a flow.
    resources: list[tuple[str, str, Any, Array, Array]] = [
        # kind, unit, names of the resources, use and capacity of each by period
        *(
            (f"throughput_{band}", "orders", sites, *_added(pieces, used[rows], offered))
            for band, pieces in instance.whole_bands.items()
        ),
        ("storage", "m3", sites, stock_m3(instance, decisions)[rows], room),
        ("gateway", "m3", instance.required_inbound.gateways, *gateway_m3(instance, decisions)),
        ("mail", "kg", instance.countries, *mail_kg(instance, decisions)),
        ("carrier", "orders", instance.carriers.regions, *carrier_orders(instance, decisions)),
        *_limited_flows(instance, decisions),
    ]
    pieces = []
    for kind, unit, resource, use, capacity in resources:
        i, t = np.nonzero((use > 1e-9) & np.isfinite(capacity))
        of_kind = "site" if kind.startswith("throughput_") else NAMED.get(kind, "")
        frame = pd.DataFrame(
            {
                **id_and_name("resource", resource, names.get(of_kind, {}), i),
                "kind": kind,
                **id_and_name("period", instance.periods, names["period"], t),
                "used": use[i, t],
                "capacity": capacity[i, t],
                "unit": unit,
                "utilisation": use[i, t] / capacity[i, t],
            }
        )
        pieces.append(frame)
    return pd.concat(pieces, ignore_index=True)


def _added(pieces: list[int], used: Array, offered: Array) -> tuple[Array, Array]:
    """Return two arrays (n_sites, n_bands, n_periods) with the pieces of a band added up."""
    return used[:, pieces].sum(axis=1), offered[:, pieces].sum(axis=1)


def over_capacity(capacity: pd.DataFrame) -> pd.DataFrame:
    """Return the resources that are used beyond their capacity, each in its worst period.

    Parameters
    ----------
    capacity : DataFrame
        Of `capacity_table`.

    Returns
    -------
    DataFrame
        The same columns, the worst first; a plan has no row.
    """
    over = capacity[capacity["utilisation"] > 1.0 + BEYOND]
    worst = over.sort_values("utilisation", ascending=False, kind="stable")
    return worst.drop_duplicates(["resource", "kind"]).reset_index(drop=True)


def stock_m3(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return cycle, pre-built and safety stock of each site and period, (n_sites, n_periods)."""
    leaving, size = leaving_orders(instance, decisions), decisions.opened.argmax(axis=1)
    stock = instance.required_stock
    secant = stock.secant_usd[np.arange(len(size)), :, size]
    safety = secant * stock.safety.m3_per_usd * leaving.sum(axis=2)
    cycle = np.einsum("ikt,ktu,k->iu", leaving, stock.level, instance.volume_m3)
    return np.asarray(cycle + safety.sum(axis=1)[:, None])


def landed_m3(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the volume that each route lands in each period, (n_routes, n_periods), m3."""
    return np.asarray(
        np.einsum(
            "rkt,k,tu->ru",
            decisions.inbound,
            instance.volume_m3,
            instance.required_inbound.landing,
        )
    )


def gateway_m3(instance: LocationInstance, decisions: Decisions) -> tuple[Array, Array]:
    """Return the volume through each gateway in the period of landing, and its capacity, m3."""
    inbound, landed = instance.required_inbound, landed_m3(instance, decisions)
    passed = np.zeros_like(inbound.gateway_m3)
    for gate in (inbound.route_gateway, inbound.route_crossing):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    return passed, inbound.gateway_m3


def mail_kg(instance: LocationInstance, decisions: Decisions) -> tuple[Array, Array]:
    """Return the chargeable weight mailed to each country, and the air capacity, kg."""
    mail, option = instance.mail, instance.lane_option[decisions.lane]
    at = instance.zone_country[instance.lane_zone[decisions.lane]], decisions.period
    mailed = np.zeros_like(mail.capacity_kg)
    weight = mail.weight_kg[option, decisions.product]
    np.add.at(mailed, at, weight * _dispatched(instance, decisions))
    return mailed, mail.capacity_kg


def carrier_orders(instance: LocationInstance, decisions: Decisions) -> tuple[Array, Array]:
    """Return the orders from sites into each carrier region, and the capacity of its carriers."""
    carriers, local = instance.carriers, instance.lane_site[decisions.lane] != MAIL
    region = carriers.zone_region[instance.lane_zone[decisions.lane]]
    carried = np.zeros_like(carriers.orders)
    orders = _dispatched(instance, decisions)[local]
    np.add.at(carried, (region[local], decisions.period[local]), orders)
    return carried, carriers.orders


def _limited_flows(
    instance: LocationInstance, decisions: Decisions
) -> list[tuple[str, str, Any, Array, Array]]:
    """Return kind, unit, names, use and capacity of the limits of flows, one entry a kind."""
    limits = instance.flow_limits
    if limits is None:
        return []
    used, kinds = flow_orders(instance, decisions), np.array(limits.kinds)
    return [
        (
            kind,
            "orders",
            [limits.names[row] for row in np.flatnonzero(kinds == kind)],
            used[kinds == kind],
            limits.orders[kinds == kind],
        )
        for kind in dict.fromkeys(limits.kinds)
    ]


def flow_orders(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the orders that each limit of flows counts in each period, (n_limits, n_periods)."""
    if instance.flow_limits is None:
        return np.zeros((0, instance.shape[2]))
    brought = brought_orders(instance, decisions.inbound)
    return brought + sent_orders(instance, decisions)


def _dispatched(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the dispatched orders of each flow, (n_flows,)."""
    option = instance.lane_option[decisions.lane]
    return np.asarray(
        instance.units[option, decisions.product, decisions.period] * decisions.orders
    )
