"""Independent costs of the inbound flows, from the tables by the formulas of docs/formulation.md.

The legs of a route follow from the indices of its origin, gateway, crossing and site in the
instance. Their cost, time and emissions are computed here from freight.csv, gateways.csv,
tariffs.csv and the distances. Nothing of `model/economics` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.lane_rates import leg_days, order_usd, row_of
from fulfill.audit.tariff_rules import Rule, Rules
from fulfill.inputs.geography.distances import Distances
from fulfill.inputs.problem import Problem
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NO_RULE = Rule(np.inf, 0.0, "cif", 0.0, "formal")
"""Rule of goods without a row in tariffs.csv: an infinite rate, for they cannot be imported."""


@dataclass(frozen=True)
class Legs:
    """Totals over the legs of inbound routes; every array has shape (n_routes,).

    Attributes
    ----------
    border_usd_m3, border_usd_kg : Array
        Freight by freight.csv up to the port or airport, which belongs to the CIF value, USD per m3
        and per kg; NaN where there is no row for the leg.
    land_usd_m3, land_usd_kg : Array
        Freight of the last leg, likewise.
    fee_usd_m3 : Array
        Fees of gateway and crossing, USD per m3.
    days, days_variance : Array
        Mean (days) and variance (days squared) of the time from origin to site.
    co2e_kg_per_kg : Array
        Emissions, kg CO2e per kg of goods.
    """

    border_usd_m3: Array
    border_usd_kg: Array
    land_usd_m3: Array
    land_usd_kg: Array
    fee_usd_m3: Array
    days: Array
    days_variance: Array
    co2e_kg_per_kg: Array


def route_legs(problem: Problem, distances: Distances, instance: LocationInstance) -> Legs:
    """Add up the legs of every inbound route.

    Parameters
    ----------
    problem : Problem
        Its network has the freight, gateway and emission tables.
    distances : Distances
        Distances between the places of the problem.
    instance : LocationInstance
        Only the indices of its routes are used.

    Returns
    -------
    Legs
        In the order of the routes; NaN where freight.csv has no row for a leg.
    """
    network, gateways = problem.network, problem.network["gateways"]
    origin, site = instance.required_inbound.route_origin, instance.required_inbound.route_site
    gate, crossing = (
        instance.required_inbound.route_gateway,
        instance.required_inbound.route_crossing,
    )
    start = network["origins"]["country"].to_numpy()[origin]
    goal = network["sites"]["country"].to_numpy()[site]
    lands = gate >= 0
    kind = np.where(_of_gateway(gateways["kind"], gate) == "seaport", "sea", "air")
    middle = np.where(lands, _of_gateway(gateways["country"], gate), start)
    by_land = instance.required_inbound.modes.astype(str)
    overseas, overland = np.zeros(len(site)), distances.origin_site[origin, site]
    overseas[lands] = distances.origin_gateway[origin[lands], gate[lands]]
    overland[lands] = distances.gateway_site[gate[lands], site[lands]]
    first = _leg(problem, kind, start, middle, overseas)
    # Nearshore routes have no gateway, hence no first leg: its lookup would give NaN.
    start_id, gate_id, site_id = _end_ids(problem, instance)
    first = _timed(problem, first, start_id, gate_id)
    first = {name: np.where(lands, value, 0.0) for name, value in first.items()}
    last = _leg(problem, by_land, middle, goal, overland)
    last = _timed(problem, last, np.where(lands, gate_id, start_id), site_id, by_land)
    stay = {
        name: _paid(gateways[name], gate) + _paid(gateways[name], crossing)
        for name in ("fee_usd_m3", "dwell_days")
    }
    return Legs(
        border_usd_m3=first["usd_m3"],
        border_usd_kg=first["usd_kg"],
        land_usd_m3=last["usd_m3"],
        land_usd_kg=last["usd_kg"],
        fee_usd_m3=stay["fee_usd_m3"],
        days=first["days"] + last["days"] + stay["dwell_days"],
        days_variance=first["variance"] + last["variance"],
        co2e_kg_per_kg=first["co2e"] + last["co2e"],
    )


def _leg(
    problem: Problem,
    mode: NDArray[np.str_],
    start: NDArray[np.object_],
    goal: NDArray[np.object_],
    km: Array,
) -> dict[str, Array]:
    """Return price, time and emissions of single legs; NaN without a row in freight.csv."""
    asked = pd.DataFrame({"mode": mode, "from_country": start, "to_country": goal})
    row = asked.merge(problem.network["freight"], how="left", validate="many_to_one")
    row = row.merge(problem.network["emissions"][["mode", "kg_tkm"]], how="left", on="mode")
    days = row["fixed_days"].to_numpy(float) + km / row["km_day"].to_numpy(float)
    return {
        "usd_m3": row["usd_m3"].to_numpy(float) + row["usd_m3_km"].to_numpy(float) * km,
        "usd_kg": row["usd_kg"].to_numpy(float),
        "days": days,
        "variance": (row["days_cv"].to_numpy(float) * days) ** 2,
        "co2e": row["kg_tkm"].to_numpy(float) * km / 1000.0,
    }


def _paid(column: pd.Series, row: Index) -> Array:
    """Return the figures of a column of gateways.csv; zero for routes without a gateway (-1)."""
    return np.asarray(np.nan_to_num(_of_gateway(column, row).astype(float)))


def _end_ids(
    problem: Problem, instance: LocationInstance
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]]:
    """Return the ids of origin, gateway (NaN for none) and site of each route."""
    network, inbound = problem.network, instance.required_inbound
    return (
        network["origins"]["origin_id"].to_numpy(object)[inbound.route_origin],
        _of_gateway(network["gateways"]["gateway_id"], inbound.route_gateway),
        network["sites"]["site_id"].to_numpy(object)[inbound.route_site],
    )


def _timed(
    problem: Problem,
    leg: dict[str, Array],
    start: NDArray[np.object_],
    goal: NDArray[np.object_],
    mode: NDArray[np.str_] | str = "",
) -> dict[str, Array]:
    """Return a leg with the times that lane_rates.csv gives in place of its own."""
    mean, variance = leg_days(problem, start, goal, mode)
    said = ~np.isnan(mean)
    days = np.where(said, mean, leg["days"])
    return {**leg, "days": days, "variance": np.where(said, variance, leg["variance"])}


def goods_costs(
    problem: Problem, instance: LocationInstance, legs: Legs, route: Index, k: Index, t: Index
) -> dict[str, Array]:
    """Return the cost of inbound orders by part.

    Parameters
    ----------
    problem : Problem
        What was planned.
    instance : LocationInstance
        Only the indices of its routes are used.
    legs : Legs
        Of the routes of the instance.
    route, k, t : (n,)
        Index of route, product and period.

    Returns
    -------
    dict of str to (n,) array
        USD per order: goods, freight, gateway, duty, import_vat and holding. Infinite where the
        origin does not make the product or no tariff rule admits it.
    """
    network, figures = problem.network, problem.network.parameters
    products = network["products"]
    volume = products["volume_m3"].to_numpy(float)[k]
    weight = products["weight_kg"].to_numpy(float)[k]
    transfer = products["transfer_value_usd"].to_numpy(float)[k]
    factor = network["calendar"]["freight_factor"].to_numpy(float)[t]
    goods = goods_at_origins(problem)[instance.required_inbound.route_origin[route], k]
    to_border = legs.border_usd_m3[route] * volume + legs.border_usd_kg[route] * weight
    to_site = legs.land_usd_m3[route] * volume + legs.land_usd_kg[route] * weight
    start, gate, site = (ends[route] for ends in _end_ids(problem, instance))
    lands = instance.required_inbound.route_gateway[route] >= 0
    first = order_usd(problem, row_of(problem, start, gate, k), k)
    mode = instance.required_inbound.modes[route]
    last = order_usd(problem, row_of(problem, np.where(lands, gate, start), site, k, mode), k)
    to_border = np.where(np.isnan(first), to_border, first)
    to_site = np.where(np.isnan(last), to_site, last)
    # NaN, so that goods on a forbidden lane can never agree with a claimed figure
    to_border, to_site = (np.where(np.isinf(usd), np.nan, usd) for usd in (to_border, to_site))
    moved = (to_border + to_site) * factor
    cif = transfer * (1.0 + figures["insurance_rate"]) + to_border * factor
    duty, vat = _border_taxes(problem, instance, route, k, cif)
    days = legs.days[route] + cycle_days(problem)[k] + days_ahead(problem)[t]
    return {
        "goods": goods,
        "freight": moved + figures["insurance_rate"] * transfer,
        "gateway": legs.fee_usd_m3[route] * volume,
        "duty": duty,
        "import_vat": vat,
        "holding": figures["holding_rate"] * (goods + moved + duty) * days / 365.0,
    }


def goods_at_origins(problem: Problem) -> Array:
    """Return goods cost, (n_origins, n_products); infinite where an origin does not make it."""
    network, table = problem.network, problem.network["goods_costs"]
    cost = np.full((len(network["origins"]), len(network["products"])), np.inf)
    row = pd.Index(network["origins"]["origin_id"]).get_indexer(pd.Index(table["origin_id"]))
    column = pd.Index(problem.products).get_indexer(pd.Index(table["product_id"]))
    cost[row, column] = table["goods_usd"].to_numpy(float)
    return cost


def _border_taxes(
    problem: Problem, instance: LocationInstance, route: Index, k: Index, cif: Array
) -> tuple[Array, Array]:
    """Return duty with user fees, and the cost of import VAT, of each inbound order, USD."""
    network, figures = problem.network, problem.network.parameters
    products: Any = network["products"]
    origin = instance.required_inbound.route_origin[route]
    made_in = network["origins"]["country"].to_numpy()[origin]
    group = network["origins"]["origin_group"].to_numpy()[origin]
    enters = network["sites"]["country"].to_numpy()[instance.required_inbound.route_site[route]]
    fob = products["transfer_value_usd"].to_numpy(float)[k]
    rules, duty = Rules.of(problem), np.zeros(len(route))
    case = pd.DataFrame(
        {"to": enters, "of": group, "by": _entry_mode(problem, instance, route), "product": k}
    )
    crossing = case[enters != made_in]  # what is made in the country passes no border
    cases: Any = crossing.groupby(["to", "of", "by", "product"])
    for (place, source, mode, product), rows in cases:
        at, goods = rows.index.to_numpy(), products.iloc[product]
        for share, rule in _entries(rules, place, source, goods):
            value = cif[at] if rule.base == "cif" else fob[at]
            fees = rules.other_fees(place, rule.kind, source, mode)
            owed = (rule.rate + rule.fee_share) * value + fees["cif"] * cif[at]
            duty[at] += share * (owed + fees["fob"] * fob[at])
    countries = network["countries"].set_index("country").loc[enters]
    due = np.where(enters == made_in, 0.0, countries["vat_rate"].to_numpy(float) * (cif + duty))
    # Creditable VAT is refunded after some days: it costs the capital tied up until then.
    floating = figures["capital_rate"] * due * figures["vat_credit_days"] / 365.0
    return duty, np.where(countries["vat_credited"].to_numpy(bool), floating, due)


def _of_gateway(column: pd.Series, row: Index) -> NDArray[np.object_]:
    """Return the cells of a column of gateways.csv; NaN for routes without a gateway (-1)."""
    return column.reset_index(drop=True).reindex(row).to_numpy(object)


def _entry_mode(problem: Problem, instance: LocationInstance, route: Index) -> NDArray[np.object_]:
    """Return how the goods of each route enter the country of their site.

    Only a port or airport of that country is an entry by sea or air: goods that land in the other
    country come over the border by road, as those of a plant do.
    """
    inbound, network = instance.required_inbound, problem.network
    site = network["sites"]["country"].to_numpy()[inbound.route_site[route]]
    gateway = inbound.route_gateway[route]
    landed = _of_gateway(network["gateways"]["country"], gateway)
    kind = _of_gateway(
        network["gateways"]["kind"].map({"seaport": "sea", "airport": "air"}), gateway
    )
    return np.where((gateway >= 0) & (landed == site), kind, "road").astype(object)


def _entries(rules: Rules, country: str, group: str, goods: Any) -> list[tuple[float, Rule]]:
    """Return the rules by which goods enter a country, each with the share of them that it is for.

    The share that meets the rules of origin enters by the preferential rule, if there is one.
    """
    asked = group, goods["tariff_class"], goods["transfer_value_usd"]
    ordinary = rules.find(country, "formal", *asked) or NO_RULE
    preferred = rules.find(country, "preferential", *asked)
    if preferred is None:
        return [(1.0, ordinary)]
    meets = goods["roo_share"]
    return [entry for entry in ((1.0 - meets, ordinary), (meets, preferred)) if entry[0] > 0]


def cycle_days(problem: Problem) -> Array:
    """Return the mean days of cycle stock.

    Parameters
    ----------
    problem : Problem
        Its products and the parameter `review_days` are used.

    Returns
    -------
    (n_products,) array
        Half a season where a season's goods are bought at once, half a review period otherwise.
    """
    products = problem.network["products"]
    bought_once = (products["stocking"] == "seasonal").to_numpy()
    between = np.where(
        bought_once, products["season_days"], problem.network.parameters["review_days"]
    )
    return np.asarray(between / 2.0)


def days_ahead(problem: Problem) -> Array:
    """Return the mean days that goods wait because they landed before their period of sale.

    The time runs from the middle of the period of landing to the middle of the period of sale.

    Parameters
    ----------
    problem : Problem
        Its calendar and pre-build table are used.

    Returns
    -------
    (n_periods,) array
        Days, by period of sale; zero where nothing lands early.
    """
    table = problem.network["prebuild"]
    ends = np.cumsum(problem.days)
    middle = pd.Series(ends - problem.days / 2.0, index=problem.periods)
    gap = middle.loc[table["period_id"]].to_numpy() - middle.loc[table["lands_in"]].to_numpy()
    waited = (table["share"] * gap).groupby(table["period_id"]).sum()
    return waited.reindex(problem.periods).fillna(0.0).to_numpy(float)
