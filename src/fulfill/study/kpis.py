"""What a plan amounts to: its tables and key figures, from the decisions and the unit economics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.geography.distances import crossing_table
from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.model.decisions import Decisions, Outcome
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import MAIL, LocationInstance, leaving_orders
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import BY_MAIL

Array = NDArray[np.float64]
LOSS_PARTS = ("revenue", "payment_loss", "returns", "cancellation", "unserved")
"""Parts of the objective that are no cost of bringing an order to the door."""
TIE = 1e-9
"""Relative difference below which figures are equal when the largest is named: rounding names nothing."""


def describe(
    problem: Problem,
    economics: Economics,
    instance: LocationInstance,
    decisions: Decisions,
    outcome: Outcome,
) -> Plan:
    """Return the plan that decisions amount to."""
    flows = _outbound(problem, economics, instance, decisions)
    inbound = _inbound(problem, economics, instance, decisions)
    used = band_use(instance, decisions)
    costs = _costs(problem, economics, instance, decisions, used)
    missing = _missing(instance, decisions)
    zones = _zones(problem, economics, instance, flows, missing)
    channels = _channels(instance, flows, missing)
    costs["usd_per_order"] = costs["usd_year"] / (float(flows["dispatched"].sum()) or np.nan)
    return Plan(
        outcome=outcome,
        as_of=problem.regime.as_of.isoformat(),
        kpis=_kpis(
            economics, instance, flows, costs, channels, used, inbound_co2(instance, decisions)
        ),
        sites=_sites(problem, economics, instance, decisions, used),
        flows=pd.concat([_public(flows), inbound], ignore_index=True),
        zones=zones,
        costs=costs,
        capacity=_capacity(instance, decisions, used),
        channels=channels,
    )


def band_use(instance: LocationInstance, decisions: Decisions) -> Array:
    """Return orders handled in each band when the bands fill in order of price, (n_sites, n_bands, n_periods)."""
    leaving = leaving_orders(instance, decisions).sum(axis=1)
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    capacity = (
        instance.capacity[site, size] * np.asarray(decisions.opened.any(axis=1))[:, None, None]
    )
    order = np.argsort(instance.handling_usd[site, size], axis=1, kind="stable")
    sorted_capacity = np.take_along_axis(capacity, order[:, :, None], axis=1)
    before = np.cumsum(sorted_capacity, axis=1) - sorted_capacity
    filled = np.clip(leaving[:, None, :] - before, 0.0, sorted_capacity)
    used: Array = np.zeros_like(filled)
    np.put_along_axis(used, order[:, :, None], filled, axis=1)
    return used


def _missing(instance: LocationInstance, decisions: Decisions) -> Array:
    served = np.zeros(instance.shape)
    np.add.at(
        served,
        (instance.lane_zone[decisions.lane], decisions.product, decisions.period),
        decisions.orders,
    )
    return np.maximum(instance.demand - served, 0.0)


def nearshore_share(problem: Problem, instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the share of a site's goods that came from nearshore plants, (n_sites, n_products, n_periods)."""
    total = np.zeros((len(instance.sites), *instance.shape[1:]))
    near = np.zeros_like(total)
    inbound = instance.required_inbound
    if len(inbound.route_site):
        local = (problem.network["origins"]["country"] != "CN").to_numpy()[inbound.route_origin]
        np.add.at(total, inbound.route_site, decisions.inbound)
        np.add.at(near, inbound.route_site[local], decisions.inbound[local])
    return np.asarray(np.divide(near, total, out=np.zeros_like(near), where=total > 0))


def _outbound(
    problem: Problem, economics: Economics, instance: LocationInstance, decisions: Decisions
) -> pd.DataFrame:
    """Return one row a lane, product, period and channel with orders; internal columns begin with an underscore."""
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    way, site, zone = instance.lane_way[lane], instance.lane_site[lane], instance.lane_zone[lane]
    table = economics.ways.table
    kind = table["channel"].to_numpy()[way]
    share = np.where(
        kind == "local", nearshore_share(problem, instance, decisions)[site, k, t], 0.0
    )
    names = np.array([*instance.sites, BY_MAIL])
    gates = np.array([*crossing_table(problem.network, freight=True)["gateway_id"], ""])
    frame = pd.DataFrame(
        {
            "leg": "outbound",
            "from": names[site],
            "to": np.array(instance.zones)[zone],
            "channel": kind,
            "product": np.array(instance.products)[k],
            "period": np.array(instance.periods)[t],
            "via": gates[economics.lanes.crossing[lane]],
            "service_id": table["service_id"].to_numpy()[way],
            "orders": orders,
            "distance_km": economics.lanes.km[lane],
            "lead_time_days": economics.lead_days[way, t],
            "_zone": zone, "_site": site, "_way": way, "_lane": lane, "_product": k, "_period": t,
        }
    )  # fmt: skip
    mixed = np.flatnonzero(share > 0)
    near = frame.iloc[mixed].assign(channel="nearshore", orders=orders[mixed] * share[mixed])
    frame["orders"] = frame["orders"] * (1.0 - share)
    frame = pd.concat([frame[frame["orders"] > 0], near], ignore_index=True)
    at = (frame["_way"].to_numpy(), frame["_product"].to_numpy(), frame["_period"].to_numpy())
    amount = frame["orders"].to_numpy()
    return frame.assign(
        placed=economics.placed[at] * amount,
        dispatched=economics.units[at] * amount,
        delivered=economics.delivered[at] * amount,
    )


def _public(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of flows.csv."""
    return flows[[name for name in flows.columns if not name.startswith("_")]]


def _inbound(
    problem: Problem, economics: Economics, instance: LocationInstance, decisions: Decisions
) -> pd.DataFrame:
    """Return one row for each route, product and period that brings goods in."""
    inbound = instance.required_inbound
    route, k, t = np.nonzero(decisions.inbound > 1e-9)
    origins = problem.network["origins"]
    gates = np.array([*inbound.gateways, ""])
    via = np.char.add(
        np.char.add(
            gates[inbound.route_gateway[route]],
            np.where(inbound.route_crossing[route] >= 0, "+", ""),
        ),
        gates[inbound.route_crossing[route]],
    )
    nearshore = (origins["country"] != "CN").to_numpy()[inbound.route_origin[route]]
    amount = decisions.inbound[route, k, t]
    return pd.DataFrame(
        {
            "leg": "inbound",
            "from": np.array(inbound.origins)[inbound.route_origin[route]]
            if len(inbound.origins)
            else "",
            "to": np.array(instance.sites)[inbound.route_site[route]],
            "channel": np.where(nearshore, "nearshore", "local"),
            "product": np.array(instance.products)[k],
            "period": np.array(instance.periods)[t],
            "via": np.char.strip(via, "+"),
            "service_id": "",
            "orders": amount,
            "distance_km": np.nan,
            "lead_time_days": economics.routes.days[route],
            "placed": np.nan,
            "dispatched": amount,
            "delivered": np.nan,
        }
    )


def _costs(
    problem: Problem,
    economics: Economics,
    instance: LocationInstance,
    decisions: Decisions,
    used: Array,
) -> pd.DataFrame:
    """Return the objective by part, USD a year; the parts and the constant add up to the objective."""
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    way = instance.lane_way[lane]
    parts = {
        name: float((value[way, k, t] * orders).sum())
        for name, value in economics.way_parts.items()
    }
    parts["last_mile"] += float(
        (instance.lane_usd[lane] * economics.way_rate[way, k, t] * orders).sum()
    )
    for name, value in economics.route_parts.items():
        parts.setdefault(name, 0.0)
        if len(economics.routes):
            parts[name] += float(
                (np.where(decisions.inbound > 0, value, 0.0) * decisions.inbound).sum()
            )
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    stores, is_open = economics.warehouses, decisions.opened > 0.5
    leaving = leaving_orders(instance, decisions)
    handling = float((used * stores.handling_usd[site, size][:, :, None]).sum())
    parts["rent_and_overhead"] = float(stores.fixed_usd_year[is_open].sum())
    parts["opening"] = float((economics.fixed_usd[is_open] - stores.fixed_usd_year[is_open]).sum())
    parts["entry"] = float((economics.entry_usd * decisions.stocked).sum())
    parts["handling"] = handling
    parts["peak_delay"] = (
        float((used * instance.handling_usd[site, size][:, :, None]).sum()) - handling
    )
    parts["storage"] = float((economics.storage_usd * leaving).sum())
    parts["safety_stock"] = float(economics.safety.cost(leaving.sum(axis=2)).sum())
    missing = _missing(instance, decisions).sum(axis=(0, 2))
    parts["unserved"] = float((missing * np.where(missing > 0, instance.unserved_usd, 0.0)).sum())
    return pd.DataFrame({"part": list(parts), "usd_year": list(parts.values())})


def _kpis(
    economics: Economics, instance: LocationInstance, flows: pd.DataFrame, costs: pd.DataFrame, channels: pd.DataFrame,
    used: Array, inbound_kg: float,
) -> dict[str, Any]:  # fmt: skip
    """Return the key figures of summary.json; NaN where there is no order to take the mean over."""
    total = float(instance.demand.sum())
    amount = flows["orders"].to_numpy()
    served, dispatched, placed = (
        float(flows[name].sum()) or np.nan for name in ("orders", "dispatched", "placed")
    )
    by_part = costs.set_index("part")["usd_year"]
    landed = float(by_part.drop(list(LOSS_PARTS)).sum())
    waiting = float((used * economics.warehouses.delay_days[:, :, None]).sum()) / served
    co2 = float((flows["dispatched"] * _outbound_co2(instance, flows)).sum()) + inbound_kg
    within = {
        days: float((amount * share[flows["_way"], flows["_period"]]).sum()) / (total or np.nan)
        for days, share in economics.within.items()
    }
    return {
        "orders": total,
        "landed_cost_usd_per_order": landed / dispatched,
        "contribution_usd": -float(by_part.sum()),
        "lead_time_days_mean": float((amount * flows["lead_time_days"]).sum()) / served + waiting,
        **{f"share_within_{days}_days": share for days, share in within.items()},
        "cancellation_rate": 1.0 - float(flows["delivered"].sum()) / placed,
        "unserved_share": float(channels.set_index("channel")["share"].get("unserved", 0.0)),
        "co2e_kg_per_order": co2 / dispatched,
        "channel_share": dict(zip(channels["channel"], channels["share"], strict=True)),
    }


def _outbound_co2(instance: LocationInstance, flows: pd.DataFrame) -> Array:
    return np.asarray(
        instance.lane_co2[flows["_lane"].to_numpy()]
        * instance.weight_kg[flows["_product"].to_numpy()]
    )


def inbound_co2(instance: LocationInstance, decisions: Decisions) -> float:
    """Return kg CO2e a year of all inbound routes."""
    return float(
        (
            instance.required_inbound.route_co2[:, None]
            * instance.weight_kg
            * decisions.inbound.sum(axis=2)
        ).sum()
    )


def _channels(instance: LocationInstance, flows: pd.DataFrame, missing: Array) -> pd.DataFrame:
    """Return orders, share, lead time and cancellation by channel; unserved last."""
    total = float(instance.demand.sum()) or np.nan
    rows = []
    for name in CHANNELS:
        part = flows[flows["channel"] == name]
        amount = float(part["orders"].sum())
        days, cancelled = np.nan, np.nan
        if amount:
            days = float((part["orders"] * part["lead_time_days"]).sum()) / amount
            cancelled = 1.0 - float(part["delivered"].sum()) / float(part["placed"].sum())
        rows.append(
            {
                "channel": name,
                "orders": amount,
                "share": amount / total,
                "lead_time_days": days,
                "cancellation_rate": cancelled,
            }
        )
    lost = float(missing.sum())
    rows.append(
        {
            "channel": "unserved",
            "orders": lost,
            "share": lost / total,
            "lead_time_days": np.nan,
            "cancellation_rate": np.nan,
        }
    )
    return pd.DataFrame(rows)


def _zones(
    problem: Problem,
    economics: Economics,
    instance: LocationInstance,
    flows: pd.DataFrame,
    missing: Array,
) -> pd.DataFrame:
    """Return every zone with its orders, lead time, coverage, main site and main channel."""
    columns = ["zone_id", "name", "country", "state", "lat", "lon", "population", "zone_class"]
    zones = problem.demand.zones[columns].copy()
    n_zones = len(zones)
    zone, amount = flows["_zone"].to_numpy(), flows["orders"].to_numpy()

    def added(value: Array) -> Array:
        return np.asarray(np.bincount(zone, weights=value, minlength=n_zones), float)

    served = added(amount)
    zones["orders"] = instance.demand.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        zones["lead_time_days"] = added(amount * flows["lead_time_days"].to_numpy()) / served
        for days, share in economics.within.items():
            in_time = added(amount * share[flows["_way"], flows["_period"]])
            zones[f"share_within_{days}_days"] = in_time / zones["orders"]
        zones["cancellation_rate"] = 1.0 - added(flows["delivered"].to_numpy()) / added(
            flows["placed"].to_numpy()
        )
        for name in CHANNELS:
            zones[f"share_{name}"] = (
                added(amount * (flows["channel"] == name).to_numpy()) / zones["orders"]
            )
        zones["share_unserved"] = missing.sum(axis=(1, 2)) / zones["orders"]
    for column, key in (("main_site", "from"), ("main_channel", "channel")):
        total = flows.groupby(["_zone", key])["orders"].sum().round(6).reset_index()
        ranked = total.sort_values(["_zone", "orders", key], ascending=[True, False, True])
        first = ranked.drop_duplicates("_zone").set_index("_zone")[key]
        zones[column] = pd.Series(range(n_zones)).map(first).fillna("").to_numpy()
    return zones


def _sites(
    problem: Problem,
    economics: Economics,
    instance: LocationInstance,
    decisions: Decisions,
    used: Array,
) -> pd.DataFrame:
    """Return the open sites, largest first."""
    sites = problem.network["sites"]
    rows = np.flatnonzero(decisions.opened.any(axis=1))
    size = decisions.opened.argmax(axis=1)
    base = instance.capacity[rows, size[rows], 0]
    handled = used.sum(axis=1)[rows]
    frame = sites.iloc[rows][
        ["site_id", "name", "country", "state", "lat", "lon", "ownership"]
    ].copy()
    frame["size"] = np.array(instance.sizes)[size[rows]]
    frame["orders_year"] = handled.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        load = np.where(base > 0, handled / base, np.nan)
        frame["mean_utilisation"] = handled.sum(axis=1) / base.sum(axis=1)
    peak = np.fmax.reduce(load, axis=1)
    frame["peak_utilisation"] = peak
    frame["peak_period"] = np.array(instance.periods)[
        (load >= (1.0 - TIE) * peak[:, None]).argmax(axis=1)
    ]
    frame["fixed_usd_year"] = economics.fixed_usd[rows, size[rows]]
    frame["opening_usd"] = instance.invest_usd[rows, size[rows]]
    return frame.sort_values(["orders_year", "site_id"], ascending=[False, True]).reset_index(
        drop=True
    )


def _capacity(instance: LocationInstance, decisions: Decisions, used: Array) -> pd.DataFrame:
    """Return use and capacity of every resource and period that has any use, in the resource's own unit."""
    inbound, stock = instance.required_inbound, instance.required_stock
    mail, carriers = instance.mail, instance.carriers
    rows = np.flatnonzero(decisions.opened.any(axis=1))
    size = decisions.opened.argmax(axis=1)
    pieces = [
        _resource(
            np.array(instance.sites)[rows],
            f"throughput_{band}",
            "orders",
            used[rows, b],
            instance.capacity[rows, size[rows], b],
            instance.periods,
        )
        for b, band in enumerate(instance.bands)
    ]
    leaving = leaving_orders(instance, decisions)
    stored = np.einsum("ikt,ktu,k->iu", leaving, stock.level, instance.volume_m3)
    safety_m3 = stock.secant_usd[np.arange(len(size)), :, size] * stock.safety.m3_per_usd
    stored += (safety_m3 * leaving.sum(axis=2)).sum(axis=1)[:, None]
    room = np.repeat(stock.storage_m3[rows, size[rows]][:, None], len(instance.periods), axis=1)
    pieces.append(
        _resource(
            np.array(instance.sites)[rows], "storage", "m3", stored[rows], room, instance.periods
        )
    )
    landed = np.einsum("rkt,k,tu->ru", decisions.inbound, instance.volume_m3, inbound.landing)
    passed = np.zeros_like(inbound.gateway_m3)
    for gate in (inbound.route_gateway, inbound.route_crossing):
        np.add.at(passed, gate[gate >= 0], landed[gate >= 0])
    pieces.append(
        _resource(
            np.array(inbound.gateways),
            "gateway",
            "m3",
            passed,
            inbound.gateway_m3,
            instance.periods,
        )
    )
    way, zone = instance.lane_way[decisions.lane], instance.lane_zone[decisions.lane]
    units = instance.units[way, decisions.product, decisions.period] * decisions.orders
    mailed = np.zeros_like(mail.capacity_kg)
    np.add.at(
        mailed,
        (instance.zone_country[zone], decisions.period),
        mail.weight_kg[way, decisions.product] * units,
    )
    pieces.append(
        _resource(
            np.array(instance.countries), "mail", "kg", mailed, mail.capacity_kg, instance.periods
        )
    )
    carried = np.zeros_like(carriers.orders)
    local = instance.lane_site[decisions.lane] != MAIL
    np.add.at(carried, (carriers.zone_region[zone][local], decisions.period[local]), units[local])
    pieces.append(
        _resource(
            np.array(carriers.regions),
            "carrier",
            "orders",
            carried,
            carriers.orders,
            instance.periods,
        )
    )
    return pd.concat(pieces, ignore_index=True)


def _resource(
    names: NDArray[np.str_],
    kind: str,
    unit: str,
    used: Array,
    capacity: Array,
    periods: tuple[str, ...],
) -> pd.DataFrame:
    i, t = np.nonzero(used > 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "resource": names[i], "kind": kind, "period": np.array(periods)[t], "used": used[i, t],
                "capacity": capacity[i, t], "unit": unit, "utilisation": used[i, t] / capacity[i, t],
            }
        )  # fmt: skip
