"""Tables and key figures of a plan, from its decisions and the unit economics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from fulfill.inputs.geography.distances import crossing_table
from fulfill.inputs.network import Network
from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.model.decisions import BASELINE, Decisions, Outcome
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import Inbound, LocationInstance
from fulfill.study.attribution import attributed_costs
from fulfill.study.capacity_use import band_use, capacity_table
from fulfill.study.cost_table import cost_table
from fulfill.study.lane_starts import lane_starts
from fulfill.study.lead_time import mean_lead_days
from fulfill.study.names import column, id_and_name, named, names_of
from fulfill.study.plan import Plan
from fulfill.study.priced import Priced, nearshore_routes, nearshore_share
from fulfill.study.unserved import missing_orders, unserved_table

Array = NDArray[np.float64]
LOSS_PARTS = ("revenue", "payment_loss", "returns", "cancellation", "unserved")
"""Parts of the objective that do not belong to the landed cost of an order."""
TIE = 1e-9
"""Relative difference below which two loads count as equal when the peak period is determined."""


def tabulate(
    problem: Problem,
    economics: Economics,
    instance: LocationInstance,
    decisions: Decisions,
    outcome: Outcome,
) -> Plan:
    """Derive the tables and key figures of a plan.

    Parameters
    ----------
    problem : Problem
        What was planned; with merged zones if they were merged.
    economics : Economics
        Unit economics by part.
    instance : LocationInstance
        Arrays that the decisions refer to.
    decisions : Decisions
        The plan.
    outcome : Outcome
        Status, objective and bound.

    Returns
    -------
    Plan
        With all tables of a run folder.
    """
    priced = Priced(problem, economics, instance, decisions, names_of(problem))
    flows = _outbound(priced)
    used = band_use(instance, decisions)
    parts = attributed_costs(priced, used, flows)
    landed = parts.drop(columns=list(LOSS_PARTS), errors="ignore").sum(axis=1)
    missing = missing_orders(instance, decisions)
    costs = cost_table(priced, used, parts, flows)
    channels = _channels(instance, flows, missing, landed)
    co2_kg = inbound_co2(instance, decisions) + _outbound_co2(instance, flows)
    if problem.network["emissions"].empty:
        co2_kg = np.nan
    unserved = unserved_table(instance, decisions, used, co2_kg)
    if outcome.status == BASELINE:
        unserved["reason"] = unserved["reason"].replace("search", "present")
    products = pd.Series(named(unserved["product"], priced.names["product"]), dtype="str")
    unserved.insert(unserved.columns.tolist().index("limits"), "product_name", products)
    return Plan(
        outcome=outcome,
        as_of=problem.regime.as_of.isoformat(),
        kpis=_kpis(priced, flows, costs, channels, used, co2_kg),
        sites=_sites(priced, used),
        flows=pd.concat([_public(flows), _inbound(priced)], ignore_index=True),
        zones=_zones(priced, flows, missing, landed),
        costs=costs,
        capacity=capacity_table(instance, decisions, used, priced.names),
        channels=channels,
        unserved=unserved,
    )


def _base(amount: pd.Series | Array) -> float:
    """Return a sum for use as a denominator; NaN where it is zero, for a mean is then undefined."""
    return float(amount.sum()) or np.nan


def _cancelled(delivered: ArrayLike, placed: ArrayLike) -> Array:
    """Return the share of placed orders that is not delivered; NaN where none is placed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(1.0 - np.divide(delivered, placed))


def _outbound(priced: Priced) -> pd.DataFrame:
    """Return one row for each lane, product, period and channel with orders.

    Internal columns begin with an underscore.
    """
    problem, economics = priced.problem, priced.economics
    instance, decisions = priced.instance, priced.decisions
    lane, k, t, orders = decisions.lane, decisions.product, decisions.period, decisions.orders
    option, site, zone = (
        instance.lane_option[lane],
        instance.lane_site[lane],
        instance.lane_zone[lane],
    )
    table = economics.delivery_options.table
    local = (table["channel"] == "local").to_numpy()[option]
    share = np.where(local, nearshore_share(problem, instance, decisions)[site, k, t], 0.0)
    known = priced.names
    starts = lane_starts(instance).tolist()
    crossings = [*crossing_table(problem.network, freight=True)["gateway_id"], ""]
    frame = pd.DataFrame(
        {
            "leg": "outbound",
            "from": column(starts, lane),
            "from_name": column(named(starts, {**known["site"], **known["origin"]}), lane),
            **id_and_name("to", instance.zones, known["zone"], zone),
            "to_state": column(problem.demand.zones["state"], zone),
            "channel": column(table["channel"], option),
            **id_and_name("product", instance.products, known["product"], k),
            **id_and_name("period", instance.periods, known["period"], t),
            **id_and_name("via", crossings, known["gateway"], economics.lanes.crossing[lane]),
            "transport": column(table["mode"], option),
            "service_id": column(table["service_id"], option),
            "orders": orders,
            "distance_km": economics.lanes.km[lane],
            "lead_time_days": economics.lead_times.mean[option, t],
            "_zone": zone,
            "_site": site,
            "_way": option,
            "_lane": lane,
            "_product": k,
            "_period": t,
        }
    )
    # A lane carries goods of either source. Its orders are split over the two channels in the
    # proportion in which the goods arrived at the site.
    mixed = np.flatnonzero(share > 0)
    near = frame.iloc[mixed].assign(channel="nearshore", orders=orders[mixed] * share[mixed])
    frame["orders"] = frame["orders"] * (1.0 - share)
    frame = pd.concat([frame[frame["orders"] > 0], near], ignore_index=True)
    at = (frame["_way"].to_numpy(), frame["_product"].to_numpy(), frame["_period"].to_numpy())
    amount = frame["orders"].to_numpy()
    return frame.assign(
        placed=economics.survival.placed[at] * amount,
        dispatched=economics.survival.units[at] * amount,
        delivered=economics.survival.delivered[at] * amount,
    )


def _public(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of flows.csv."""
    return flows[[name for name in flows.columns if not name.startswith("_")]]


def _inbound(priced: Priced) -> pd.DataFrame:
    """Return one row for each inbound route, product and period with a flow."""
    problem, economics = priced.problem, priced.economics
    instance, decisions = priced.instance, priced.decisions
    inbound = instance.required_inbound
    route, k, t = np.nonzero(decisions.inbound > 1e-9)
    known = priced.names
    nearshore = nearshore_routes(problem, instance)[route]
    amount = decisions.inbound[route, k, t]
    return pd.DataFrame(
        {
            "leg": "inbound",
            **id_and_name("from", inbound.origins, known["origin"], inbound.route_origin[route]),
            **id_and_name("to", instance.sites, known["site"], inbound.route_site[route]),
            "to_state": column(problem.network["sites"]["state"], inbound.route_site[route]),
            "channel": column(("local", "nearshore"), nearshore.astype(int)),
            **id_and_name("product", instance.products, known["product"], k),
            **id_and_name("period", instance.periods, known["period"], t),
            "via": column(route_gateways(inbound, "+"), route),
            "via_name": column(route_gateways(inbound, " + ", known["gateway"]), route),
            "transport": column(route_transport(problem.network, inbound), route),
            "service_id": "",
            "orders": amount,
            "distance_km": np.nan,
            "lead_time_days": economics.routes.days[route],
            "placed": np.nan,
            "dispatched": amount,
            "delivered": np.nan,
        }
    )


def route_transport(network: Network, inbound: Inbound) -> list[str]:
    """Return the modes of each route: to the gateway and from it, or by land all the way.

    Parameters
    ----------
    network : Network
        Its gateways.
    inbound : Inbound
        Routes.

    Returns
    -------
    list of str
        As in ``sea+road``.
    """
    first = network["gateways"]["kind"].map({"seaport": "sea+", "airport": "air+"}).fillna("")
    return [*(np.array([*first, ""], object)[inbound.route_gateway] + inbound.modes)]


def route_gateways(
    inbound: Inbound, joint: str, names: Mapping[str, str] | None = None
) -> list[str]:
    """Return the gateway and the border crossing of each route as one text.

    Parameters
    ----------
    inbound : Inbound
        Routes.
    joint : str
        What joins the two.
    names : Mapping of str to str, optional
        Names to use in place of the ids.

    Returns
    -------
    list of str
        Empty texts for routes that pass neither.
    """
    gates = [*named(inbound.gateways, names or {}), ""]
    return [
        joint.join(filter(None, (gates[gateway], gates[crossing])))
        for gateway, crossing in zip(
            inbound.route_gateway.tolist(), inbound.route_crossing.tolist(), strict=True
        )
    ]


def _kpis(
    priced: Priced,
    flows: pd.DataFrame,
    costs: pd.DataFrame,
    channels: pd.DataFrame,
    used: Array,
    co2_kg: float,
) -> dict[str, Any]:
    """Return the key figures of summary.json; NaN where there is no order to average over."""
    economics, instance = priced.economics, priced.instance
    demand, dispatched = _base(instance.demand), _base(flows["dispatched"])
    by_part = costs.groupby("part", sort=False)["usd_year"].sum()
    cancelled = _cancelled(flows["delivered"].sum(), flows["placed"].sum())
    share = channels.set_index("channel")["share"]
    return {
        "orders": float(instance.demand.sum()),
        "landed_cost_usd_per_order": _landed(by_part) / dispatched,
        "contribution_usd": -float(by_part.sum()),
        "lead_time_days_mean": mean_lead_days(economics, instance, priced.decisions, used),
        **{
            f"share_within_{days}_days": _in_time(flows, shares) / demand
            for days, shares in economics.within.items()
        },
        "cancellation_rate": float(cancelled),
        "unserved_share": float(share["unserved"]),
        "co2e_kg_per_order": co2_kg / dispatched,
        "channel_share": share.to_dict(),
    }


def _landed(by_part: pd.Series) -> float:
    """Return the landed cost of all orders, USD a year."""
    return float(by_part.drop(list(LOSS_PARTS)).sum())


def _in_time(flows: pd.DataFrame, share: Array) -> float:
    """Return the orders that arrive in time; `share` (n_options, n_periods) is the probability."""
    return float((flows["orders"] * share[flows["_way"], flows["_period"]]).sum())


def _outbound_co2(instance: LocationInstance, flows: pd.DataFrame) -> float:
    """Return the emissions of all outbound flows, kg CO2e a year."""
    kg = instance.weight_kg[flows["_product"].to_numpy()]
    return float((flows["dispatched"] * instance.lane_co2[flows["_lane"].to_numpy()] * kg).sum())


def inbound_co2(instance: LocationInstance, decisions: Decisions) -> float:
    """Return the emissions of all inbound flows.

    Parameters
    ----------
    instance : LocationInstance
        Emissions of the routes.
    decisions : Decisions
        The plan.

    Returns
    -------
    float
        kg CO2e a year.
    """
    return float(
        (
            instance.required_inbound.route_co2[:, None]
            * instance.weight_kg
            * decisions.inbound.sum(axis=2)
        ).sum()
    )


def _channels(
    instance: LocationInstance, flows: pd.DataFrame, missing: Array, landed: pd.Series
) -> pd.DataFrame:
    """Return the figures of each channel, with unserved orders last."""
    amounts = flows[["orders", "placed", "dispatched", "delivered"]].assign(
        days=flows["orders"] * flows["lead_time_days"], landed=landed
    )
    table = amounts.groupby(flows["channel"]).sum().reindex(list(CHANNELS)).fillna(0.0)
    orders = np.append(table["orders"].to_numpy(), missing.sum())
    with np.errstate(invalid="ignore"):
        days = table["days"].to_numpy() / table["orders"].to_numpy()
        per_order = table["landed"].to_numpy() / table["dispatched"].to_numpy()
    cancelled = _cancelled(table["delivered"].to_numpy(), table["placed"].to_numpy())
    return pd.DataFrame(
        {
            "channel": [*CHANNELS, "unserved"],
            "orders": orders,
            "share": orders / _base(instance.demand),
            "lead_time_days": np.append(days, np.nan),
            "cancellation_rate": np.append(cancelled, np.nan),
            "landed_cost_usd_per_order": np.append(per_order, np.nan),
        }
    )


def _zones(priced: Priced, flows: pd.DataFrame, missing: Array, landed: pd.Series) -> pd.DataFrame:
    """Return every zone with its orders, lead time, service shares, main site and channels."""
    problem, economics, instance = priced.problem, priced.economics, priced.instance
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
        zones["cancellation_rate"] = _cancelled(
            added(flows["delivered"].to_numpy()), added(flows["placed"].to_numpy())
        )
        zones["landed_cost_usd_per_order"] = added(landed.to_numpy()) / added(
            flows["dispatched"].to_numpy()
        )
        for name in CHANNELS:
            zones[f"share_{name}"] = (
                added(amount * (flows["channel"] == name).to_numpy()) / zones["orders"]
            )
        zones["share_unserved"] = missing.sum(axis=(1, 2)) / zones["orders"]
    site, channel = _ranked(flows, "from"), _ranked(flows, "channel")
    every = pd.RangeIndex(n_zones)
    zones["main_site"] = site[0].reindex(every, fill_value="").to_numpy()
    zones["main_site_name"] = named(zones["main_site"], priced.names["site"])
    zones["main_channel"] = channel[0].reindex(every, fill_value="").to_numpy()
    largest = zones[[f"share_{name}" for name in CHANNELS]].max(axis=1)
    zones["main_channel_share"] = largest.where(zones["main_channel"] != "")
    zones["second_channel"] = channel[1].reindex(every, fill_value="").to_numpy()
    return zones


def _ranked(flows: pd.DataFrame, key: str) -> tuple[pd.Series, pd.Series]:
    """Return the values of a column with most and second most orders of each zone, by `_zone`."""
    # Rounded, so that a tie is decided by name and not by the order of summation.
    total = flows.groupby(["_zone", key])["orders"].sum().round(6).reset_index()
    ranked = total[total["orders"] > 0].sort_values(
        ["_zone", "orders", key], ascending=[True, False, True]
    )
    place = ranked.groupby("_zone").cumcount()
    first, second = (ranked[place == rank].set_index("_zone")[key] for rank in (0, 1))
    return first, second


def _sites(priced: Priced, used: Array) -> pd.DataFrame:
    """Return the open sites, largest first."""
    economics, instance, decisions = priced.economics, priced.instance, priced.decisions
    sites = priced.problem.network["sites"]
    rows = np.flatnonzero(decisions.opened.any(axis=1))
    size = decisions.opened.argmax(axis=1)
    base = instance.capacity[rows, size[rows]][:, instance.whole_bands["base"]].sum(axis=1)
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
    busiest = (load >= (1.0 - TIE) * peak[:, None]).argmax(axis=1)
    frame = frame.assign(
        **id_and_name("peak_period", instance.periods, priced.names["period"], busiest)
    )
    frame["fixed_usd_year"] = economics.fixed_usd[rows, size[rows]]
    frame["opening_usd"] = instance.invest_usd[rows, size[rows]]
    return frame.sort_values(["orders_year", "site_id"], ascending=[False, True]).reset_index(
        drop=True
    )
