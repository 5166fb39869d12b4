"""The orders of a day from a run: which site, period and zones, and what the plan pays the carrier for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network
from fulfill.model.economics.last_mile import OWN_VANS
from fulfill.study.run import Run


@dataclass(frozen=True)
class RunFlows:
    """What a day is made from: the flows of a run, its zones and the network it was planned on.

    Attributes
    ----------
    outbound : from, to, channel, product, period, service_id, distance_km, dispatched; parcels that
        leave a site for a door in its own country
    inbound : from, to, product, period, via, dispatched
    zones : zones.csv of the run
    """

    outbound: pd.DataFrame
    inbound: pd.DataFrame
    zones: pd.DataFrame
    network: Network


def flows_of(run: Run, network: Network) -> RunFlows:
    """Return the flows and zones of a run.

    Raises
    ------
    InputError
        F101 where the run has no plan.
    """
    if not run.found:
        detail = f"there is no plan: {run.outcome.status}"
        raise InputError([Fault("F101", "flows.csv", detail=detail)])
    flows, zones = run.flows, run.zones
    home = (flows["leg"] == "outbound") & flows["channel"].isin(["local", "nearshore"])
    return RunFlows(flows[home], flows[flows["leg"] == "inbound"], zones, network)


def own_zones(flows: RunFlows) -> set[str]:
    """Return the zones to which the plan sends own vans; none where it was made without them."""
    return set(flows.outbound.loc[flows.outbound["service_id"] == OWN_VANS, "to"])


def pick_sites(flows: RunFlows, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sites asked for, or the one that sends the most orders.

    Raises
    ------
    InputError
        F308 for every site from which the run sends nothing to a door of its country.
    """
    sent = flows.outbound.groupby("from")["dispatched"].sum()
    unknown = [name for name in wanted if name not in sent.index]
    if unknown or sent.empty:
        detail = "open sites of the run: " + ", ".join(sent.index)
        raise InputError(
            [Fault("F308", "--site", value=name, detail=detail) for name in unknown or ("",)]
        )
    return wanted or (str(sent.idxmax()),)


def pick_period(
    flows: RunFlows, sites: tuple[str, ...], period: str | None, day: date | None
) -> str:
    """Return the period asked for, that of a date, or the one with the most orders a day at the sites.

    Raises
    ------
    InputError
        F308 for a period that the calendar does not have.
    """
    calendar = flows.network["calendar"]
    if period is not None:
        if period not in set(calendar["period_id"]):
            detail = "periods: " + ", ".join(calendar["period_id"])
            raise InputError([Fault("F308", "--period", value=period, detail=detail)])
        return period
    if day is not None:
        return period_of(calendar, day)
    own = flows.outbound[flows.outbound["from"].isin(sites)]
    days = calendar.set_index("period_id")["days"]
    return str((own.groupby("period")["dispatched"].sum() / days).idxmax())


def period_of(calendar: pd.DataFrame, day: date) -> str:
    """Return the period of a day in any year: an event that covers it, else the month that began last."""
    starts = [pd.Timestamp(value).date() for value in calendar["starts"]]
    here = [start.replace(year=day.year) for start in starts]
    rows = list(zip(calendar["period_id"], calendar["kind"], here, calendar["days"], strict=True))
    for name, kind, start, days in rows:
        if kind == "event" and start <= day < start + timedelta(days=float(days)):
            return str(name)
    months = [(start if start <= day else start.replace(year=start.year - 1), name) for name, k, start, _ in rows
              if k == "month"]  # fmt: skip
    return str(max(months)[1]) if months else str(rows[0][0])


def orders_a_day(flows: RunFlows, sites: tuple[str, ...], period: str) -> pd.DataFrame:
    """Return the orders of a delivery day by zone and product, with the carrier's price.

    Columns zone_id, product, orders (a fraction), weight_kg of one, depot_km, carrier_usd of one.
    """
    network = flows.network
    out = flows.outbound
    out = out[
        out["from"].isin(sites) & (out["period"] == period) & (out["dispatched"] > 0)
    ].reset_index(drop=True)
    calendar = network["calendar"].set_index("period_id").to_dict("index")[period]
    days = float(calendar["days"]) * network.parameters["delivery_days_week"] / 7.0
    kinds = flows.zones.set_index("zone_id")
    weight = (
        out["product"].map(network["products"].set_index("product_id")["weight_kg"]).astype(float)
    )
    priced = out.assign(
        country=out["to"].map(kinds["country"]),
        zone_class=out["to"].map(kinds["zone_class"]),
        weight_kg=weight,
        orders=out["dispatched"] / days,
        zone_id=out["to"],
    )
    price = carrier_price(priced, network) * float(calendar["last_mile_factor"])
    priced = priced.assign(total_usd=price * priced["orders"])
    grouped = priced.groupby(["zone_id", "product"], sort=True).agg(
        orders=("orders", "sum"), weight_kg=("weight_kg", "first"), depot_km=("distance_km", "min"),
        total_usd=("total_usd", "sum"),
    )  # fmt: skip
    grouped["carrier_usd"] = grouped.pop("total_usd") / grouped["orders"]
    return grouped.reset_index()


def carrier_price(rows: pd.DataFrame, network: Network) -> NDArray[np.float64]:
    """Return what services.csv asks for an order of each row, in a period of factor 1.

    `rows` has country, service_id, zone_class, distance_km and weight_kg; own vans are compared
    with the cheapest service there.
    """
    price = np.full(len(rows), np.inf)
    km, weight = (rows[name].to_numpy(float) for name in ("distance_km", "weight_kg"))
    extra = np.maximum(weight - 1.0, 0.0)
    by_van = rows["service_id"] == OWN_VANS
    for row in network["services"].to_dict("records"):
        fits = ((rows["service_id"] == row["service_id"]) | by_van) & (
            rows["zone_class"] == row["zone_class"]
        )
        fits &= (rows["country"] == row["country"]) & (km <= row["km_to"])
        fits &= (km > row["km_from"]) | (row["km_from"] == 0)
        asked = row["base_usd"] + row["usd_kg"] * extra + row["usd_100km"] * km / 100.0
        price = np.where(fits, np.minimum(price, asked), price)
    return price


def weekly_loads(
    flows: RunFlows, sites: tuple[str, ...], period: str, by_carrier: pd.DataFrame
) -> pd.DataFrame:
    """Return what trucks carry in a week: replenishment from gateways and plants, carrier parcels to a hub a state.

    The hub of a state is its most populous zone. `by_carrier` has zone_id, product and orders of a
    delivery day.
    """
    network, zones = flows.network, flows.zones.set_index("zone_id")
    places = pd.concat(
        [
            network[f"{kind}s"].set_index(f"{kind}_id")[["lat", "lon"]]
            for kind in ("origin", "gateway", "site")
        ]
        + [zones[["lat", "lon"]]]
    )
    weeks = float(network["calendar"].set_index("period_id")["days"][period]) / 7.0
    goods = flows.inbound[flows.inbound["to"].isin(sites) & (flows.inbound["period"] == period)]
    landed = goods["via"].str.split("+")
    kinds = network["gateways"].set_index("gateway_id")["kind"]
    port = landed.map(
        lambda names: names[0] if kinds.get(names[0]) in ("seaport", "airport") else ""
    )
    gate = landed.map(
        lambda names: next((name for name in names if kinds.get(name) == "crossing"), "")
    )
    brought = pd.DataFrame(
        {
            "kind": "replenishment", "from": port.where(port != "", goods["from"]), "to": goods["to"], "via": gate,
            "product": goods["product"], "orders": goods["dispatched"] / weeks,
        }
    )  # fmt: skip
    hub = zones.sort_values("population").reset_index().groupby("state")["zone_id"].last()
    sent = by_carrier.assign(
        kind="carrier hub", via="", to=by_carrier["zone_id"].map(zones["state"]).map(hub)
    )
    sent["from"] = sites[0]
    sent["orders"] *= network.parameters["delivery_days_week"]
    both = pd.concat([brought, sent[brought.columns]], ignore_index=True)
    products = network["products"].set_index("product_id")
    both["m3_week"] = both["orders"] * both["product"].map(products["volume_m3"]).astype(float)
    both["kg_week"] = both["orders"] * both["product"].map(products["weight_kg"]).astype(float)
    loads = (
        both.groupby(["kind", "from", "to", "via"], sort=True)[["orders", "m3_week", "kg_week"]]
        .sum()
        .reset_index()
    )
    loads = loads[loads["from"].isin(places.index)].rename(columns={"orders": "orders_week"})
    country = network["sites"].set_index("site_id")["country"].loc[sites[0]]
    ends = {
        f"{end}_{axis}": loads[end].map(places[axis])
        for end in ("from", "to")
        for axis in ("lat", "lon")
    }
    return loads.assign(country=country, **ends)
