"""Orders of a delivery day from a run: site, period, zones, and the carrier prices of the plan."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.geography.distances import landing_of
from fulfill.inputs.network import Network
from fulfill.inputs.periods import period_of
from fulfill.inputs.rate_cards import RateCards, cards_on
from fulfill.model.economics.last_mile import OWN_VANS
from fulfill.model.economics.rate_cards import (
    NO_CARD,
    by_card_zone,
    card_prices,
    destination_states,
    lane_zones,
)
from fulfill.study.run import Run


@dataclass(frozen=True)
class RunFlows:
    """Flows of a run, from which a delivery day is derived.

    Attributes
    ----------
    outbound : DataFrame
        from, to, channel, product, period, service_id, distance_km, dispatched; the orders that a
        site delivers in its own country.
    inbound : DataFrame
        from, to, product, period, via, dispatched.
    zones : DataFrame
        zones.csv of the run.
    network : Network
        With the vehicles and prices to use.
    cards : RateCards
        The rate cards of the network on the as-of date of the run.
    """

    outbound: pd.DataFrame
    inbound: pd.DataFrame
    zones: pd.DataFrame
    network: Network
    cards: RateCards


def flows_of(run: Run, network: Network) -> RunFlows:
    """Return the flows and zones of a run.

    Parameters
    ----------
    run : Run
        With a plan.
    network : Network
        Network to route on.

    Returns
    -------
    RunFlows
        Flows of the plan on this network.

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
    cards = cards_on(network.tables, run.study.problem.regime.as_of)
    return RunFlows(flows[home], flows[flows["leg"] == "inbound"], zones, network, cards)


def own_zones(flows: RunFlows) -> set[str]:
    """Return the zones to which the plan delivers by own vans; empty where it has no vans."""
    return set(flows.outbound.loc[flows.outbound["service_id"] == OWN_VANS, "to"])


def pick_sites(flows: RunFlows, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the requested sites, or the one that dispatches the most orders.

    Parameters
    ----------
    flows : RunFlows
        Of the run.
    wanted : tuple of str
        Requested site ids; may be empty.

    Returns
    -------
    tuple of str
        At least one site id.

    Raises
    ------
    InputError
        F308 for every site from which the run delivers nothing in its own country.
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
    """Return the requested period, that of a date, or the one with the most orders a day.

    Parameters
    ----------
    flows : RunFlows
        Of the run.
    sites : tuple of str
        Sites whose orders are counted.
    period : str, optional
        Requested period id.
    day : date, optional
        Date whose period is taken.

    Returns
    -------
    str
        Period id.

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


def orders_a_day(flows: RunFlows, sites: tuple[str, ...], period: str) -> pd.DataFrame:
    """Return the orders of a delivery day by zone and product, with the carrier's price.

    Parameters
    ----------
    flows : RunFlows
        Of the run.
    sites : tuple of str
        Sites that dispatch the orders.
    period : str
        Period id.

    Returns
    -------
    DataFrame
        zone_id, product, orders (a mean, not a whole number), weight_kg of an order, depot_km,
        carrier_usd per order.
    """
    network = flows.network
    out = flows.outbound
    out = out[
        out["from"].isin(sites) & (out["period"] == period) & (out["dispatched"] > 0)
    ].reset_index(drop=True)
    period_days = float(network["calendar"].set_index("period_id")["days"][period])
    # The orders of a whole week are delivered on its delivery days only.
    days = period_days * network.parameters["delivery_days_week"] / 7.0
    kinds = flows.zones.set_index("zone_id")
    weight = (
        out["product"].map(network["products"].set_index("product_id")["weight_kg"]).astype(float)
    )
    priced = out.assign(
        country=out["to"].map(kinds["country"]),
        state=out["to"].map(kinds["state"]),
        zone_class=out["to"].map(kinds["zone_class"]),
        weight_kg=weight,
        orders=out["dispatched"] / days,
        zone_id=out["to"],
    )
    price = carrier_price(priced, flows, period)
    priced = priced.assign(total_usd=price * priced["orders"])
    grouped = priced.groupby(["zone_id", "product"], sort=True).agg(
        orders=("orders", "sum"), weight_kg=("weight_kg", "first"), depot_km=("distance_km", "min"),
        total_usd=("total_usd", "sum"),
    )  # fmt: skip
    grouped["carrier_usd"] = grouped.pop("total_usd") / grouped["orders"]
    return grouped.reset_index()


def ferry_charges(flows: RunFlows) -> pd.Series:
    """Return what carriers add to the price of an order for a ferry, USD by zone id."""
    landing = landing_of(flows.network, flows.zones)
    charge = np.array([*flows.network["ferries"]["usd_order"], 0.0])
    return pd.Series(charge[landing], pd.Index(flows.zones["zone_id"]))


def carrier_price(rows: pd.DataFrame, flows: RunFlows, period: str) -> NDArray[np.float64]:
    """Return the price of services.csv, or of its rate cards, for an order of each row.

    Parameters
    ----------
    rows : DataFrame
        from, to, product, country, state, service_id, zone_class, distance_km, weight_kg. For own
        vans the cheapest service is taken as the carrier's price.
    flows : RunFlows
        Of the run.
    period : str
        Period id.

    Returns
    -------
    (n_rows,) array
        USD per order; infinite where no service applies.
    """
    network, products = flows.network, flows.network["products"]
    services = by_card_zone(network["services"], flows.cards)
    parcel = (products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float))
    period_at = network["calendar"]["period_id"].tolist().index(period)
    by_card = card_prices(flows.cards, services, *parcel)[:, :, period_at]
    product = pd.Index(products["product_id"]).get_indexer(pd.Index(rows["product"]))
    factor = float(network["calendar"]["last_mile_factor"].iloc[period_at])
    ferry = rows["to"].map(ferry_charges(flows)).to_numpy(float)
    price = np.full(len(rows), np.inf)
    km, weight = (rows[name].to_numpy(float) for name in ("distance_km", "weight_kg"))
    extra = np.maximum(weight - 1.0, 0.0)  # the base price includes the first kilogram
    by_van = rows["service_id"] == OWN_VANS
    for number, row in enumerate(services.to_dict("records")):
        fits = ((rows["service_id"] == row["service_id"]) | by_van) & (
            rows["zone_class"] == row["zone_class"]
        )
        # Distance bands are open below, except that the first one includes zero.
        fits &= (rows["country"] == row["country"]) & (km <= row["km_to"])
        fits &= (km > row["km_from"]) | (row["km_from"] == 0)
        fits &= _on_card(rows, flows, row)
        own = row["base_usd"] + row["usd_kg"] * extra + row["usd_100km"] * km / 100.0
        asked = factor * (own + ferry) + by_card[number, product]
        price = np.where(fits, np.minimum(price, asked), price)
    return price


def _on_card(
    rows: pd.DataFrame, flows: RunFlows, option: Mapping[Hashable, Any]
) -> NDArray[np.bool_]:
    """Tell which rows have the card zone and the state of an option; all without a rate card."""
    card, country = str(option["card"]), str(option["country"])
    if card == NO_CARD:
        return np.ones(len(rows), bool)
    start = rows["from"].map(flows.network["sites"].set_index("site_id")["state"]).to_numpy(object)
    goal, km = rows["state"].to_numpy(object), rows["distance_km"].to_numpy(float)
    zone = lane_zones(flows.cards, card, country, start, goal, km)
    state = destination_states(flows.cards, card, country, goal)
    return np.asarray((zone == option["card_zone"]) & (state == option["card_state"]))


def weekly_loads(
    flows: RunFlows, sites: tuple[str, ...], period: str, by_carrier: pd.DataFrame
) -> pd.DataFrame:
    """Return the weekly truck loads: replenishment of the sites, and parcels to the carrier's hubs.

    There is one hub for each state, in its most populous zone.

    Parameters
    ----------
    flows : RunFlows
        Of the run.
    sites : tuple of str
        Sites of the day; carrier parcels leave from the first.
    period : str
        Period id.
    by_carrier : DataFrame
        zone_id, product and orders of a delivery day.

    Returns
    -------
    DataFrame
        kind, from, to, via, orders_week, m3_week, kg_week, country, and lat and lon of both ends.
    """
    network = flows.network
    brought = _replenishment(flows, sites, period)
    sent = _hub_parcels(flows, sites, by_carrier)
    both = pd.concat([brought, sent[brought.columns]], ignore_index=True)
    products = network["products"].set_index("product_id")
    both["m3_week"] = both["orders"] * both["product"].map(products["volume_m3"]).astype(float)
    both["kg_week"] = both["orders"] * both["product"].map(products["weight_kg"]).astype(float)
    loads = (
        both.groupby(["kind", "from", "to", "via"], sort=True)[["orders", "m3_week", "kg_week"]]
        .sum()
        .reset_index()
    )
    places = _places(flows)
    loads = loads[loads["from"].isin(places.index)].rename(columns={"orders": "orders_week"})
    country = network["sites"].set_index("site_id")["country"].loc[sites[0]]
    ends = {
        f"{end}_{axis}": loads[end].map(places[axis])
        for end in ("from", "to")
        for axis in ("lat", "lon")
    }
    return loads.assign(country=country, **ends)


def _places(flows: RunFlows) -> pd.DataFrame:
    """Return lat and lon of origins, gateways, sites and zones, by id."""
    tables = [
        flows.network[f"{kind}s"].set_index(f"{kind}_id") for kind in ("origin", "gateway", "site")
    ]
    tables.append(flows.zones.set_index("zone_id"))
    return pd.concat([table[["lat", "lon"]] for table in tables])


def _replenishment(flows: RunFlows, sites: tuple[str, ...], period: str) -> pd.DataFrame:
    """Return the weekly orders that arrive at the sites by road, with start and crossing."""
    network = flows.network
    weeks = float(network["calendar"].set_index("period_id")["days"][period]) / 7.0
    goods = flows.inbound[flows.inbound["to"].isin(sites) & (flows.inbound["period"] == period)]
    # Only the leg by road to the site is a truck load: goods from overseas start at their gateway.
    landed = goods["via"].str.split("+")
    kinds = network["gateways"].set_index("gateway_id")["kind"]
    port = landed.map(
        lambda names: names[0] if kinds.get(names[0]) in ("seaport", "airport") else ""
    )
    gate = landed.map(
        lambda names: next((name for name in names if kinds.get(name) == "crossing"), "")
    )
    return pd.DataFrame(
        {
            "kind": "replenishment",
            "from": port.where(port != "", goods["from"]),
            "to": goods["to"],
            "via": gate,
            "product": goods["product"],
            "orders": goods["dispatched"] / weeks,
        }
    )


def _hub_parcels(flows: RunFlows, sites: tuple[str, ...], by_carrier: pd.DataFrame) -> pd.DataFrame:
    """Return the weekly orders from the first site to the carrier's hub in each state."""
    zones = flows.zones.set_index("zone_id")
    hub = zones.sort_values("population").reset_index().groupby("state")["zone_id"].last()
    sent = by_carrier.assign(
        kind="carrier hub", via="", to=by_carrier["zone_id"].map(zones["state"]).map(hub)
    )
    sent["from"] = sites[0]
    sent["orders"] *= flows.network.parameters["delivery_days_week"]
    return sent
