"""The setting of a simulation from a run: its decisions, and the tables of its network.

Decisions are read as numbers of orders. What they mean in orders placed, lead times, stock and
capacity a day is worked out here from the tables, without the formulas of `model/economics`; times
of inbound legs are those of the auditor.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.simulation.buyers import Patience, Transit
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.setting import NONE, YEAR, Limits, Setting, Ships, Sites, Streams
from fulfill.analysis.simulation.year import Simulator
from fulfill.audit.contracts import first_fees
from fulfill.audit.goods_flows import Legs, cycle_days, route_legs
from fulfill.audit.site_costs import open_sites
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.periods import period_of
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import MAIL
from fulfill.study.run import Run

Array = NDArray[np.float64]
Index = NDArray[np.int64]
USED = 1e-6
"""Orders below which a band or a route counts as not used."""


def planned_year(run: Run, profile: Profile) -> Setting:
    """Return what a run has planned, by day.

    Parameters
    ----------
    run : Run
        With a plan.
    profile : Profile
        Its weekdays spread the orders of a period over its days.

    Returns
    -------
    Setting

    Raises
    ------
    InputError
        F348 where the run has no plan; F540 where a period with orders has no day of its own.
    """
    decisions = run.decisions
    if decisions is None:
        name = run.folder.name if run.folder else ""
        raise InputError([Fault("F348", name, detail="it has no plan")])
    problem = run.problem
    period, weekday = _calendar(problem)
    open_rows = np.flatnonzero(decisions.opened.any(axis=1))
    place = np.full(len(run.instance.sites) + 1, NONE)
    place[open_rows] = np.arange(len(open_rows))
    streams = _streams(run, decisions, place)
    sites = _sites(run, decisions, open_rows)
    _refuse_periods_without_days(problem, streams, period)
    carriers, mail, days = run.instance.carriers, run.instance.mail, problem.days
    figures = problem.network.parameters
    patience = Patience(*(figures[f"cancel_{name}"] for name in ("p0", "h0", "lambda", "gamma")))
    setting = Setting(
        period=period,
        weekday=weekday,
        streams=streams,
        sites=sites,
        limits=Limits(carriers.orders / days, mail.capacity_kg / days),
        ships=_ships(run, decisions, place, period),
        patience=patience,
    )
    return _stocked(setting, run, decisions, open_rows, profile)


def calendar_year(problem: Problem) -> date:
    """Return the first day of the year in which the calendar of a problem starts."""
    return date(pd.Timestamp(problem.network["calendar"]["starts"].iloc[0]).year, 1, 1)


def _calendar(problem: Problem) -> tuple[Index, Index]:
    """Return the period and the weekday of each day of a year."""
    calendar, first = problem.network["calendar"], calendar_year(problem)
    days = [first + timedelta(days=number) for number in range(YEAR)]
    rows = pd.Index(calendar["period_id"])
    period = rows.get_indexer(pd.Index([period_of(calendar, day) for day in days]))
    return period.astype(np.int64), np.array([day.weekday() for day in days])


def _refuse_periods_without_days(problem: Problem, streams: Streams, period: Index) -> None:
    """Refuse orders of a period that other periods cover."""
    days = np.bincount(period, minlength=streams.placed.shape[1])
    empty = np.flatnonzero((days == 0) & (streams.placed.sum(axis=0) > USED))
    if len(empty):
        raise InputError(
            [
                Fault("F540", "calendar.csv", column="period_id", value=problem.periods[row])
                for row in empty
            ]
        )


def _streams(run: Run, decisions: Decisions, place: Index) -> Streams:
    """Return the flows of a plan, those that behave alike added up."""
    instance, problem = run.instance, run.problem
    lane = decisions.lane
    zone, site = instance.lane_zone[lane], instance.lane_site[lane]
    option, plant = instance.lane_option[lane], instance.lane_plant[lane]
    by_mail = (site == MAIL) & (plant < 0)
    of_zone = instance.zone_country[zone], instance.carriers.zone_region[zone]
    key = np.stack(
        [
            np.where(site == MAIL, NONE, place[site]),
            np.where(by_mail, of_zone[0], NONE),
            np.where(site == MAIL, NONE, of_zone[1]),
            decisions.product,
            option,
        ]
    )
    kinds, at = np.unique(key, axis=1, return_inverse=True)
    potential = np.zeros((kinds.shape[1], len(instance.periods)))
    np.add.at(potential, (at.ravel(), decisions.period), decisions.orders)
    home, mail, region, product, option = kinds
    table = run.economics.delivery_options.table.iloc[option]
    calendar, figures = problem.network["calendar"], problem.network.parameters
    mailed = (mail != NONE)[:, None]
    delay = np.where(
        mailed,
        calendar["mail_delay_days"].to_numpy(float),
        calendar["last_mile_delay_days"].to_numpy(float),
    )
    mean, p90 = (table[name].to_numpy(float)[:, None] + delay for name in ("days_mean", "days_p90"))
    # buyers order less where the announced time is longer
    placed = np.exp(figures["conversion_eta"] * (figures["conversion_reference_days"] - mean))
    products = problem.network["products"].iloc[product]
    courier = table["channel"].isin(["direct_mail", "cross_border"]).to_numpy()
    vat = problem.network["countries"].set_index("country")["vat_rate"]
    price = products["price_usd"].to_numpy(float)
    net = price / (1.0 + vat.loc[table["country"]].to_numpy(float))
    local, by_air = (figures[f"{name}_dispatch_days"] for name in ("local", "mail"))
    return Streams(
        site=home,
        mail=mail,
        region=region,
        product=product,
        placed=potential * placed,
        potential=1.0 / placed,
        transit=Transit.of(mean, p90),
        promise=np.where(
            mailed[:, 0], products["promise_mail_days"], products["promise_local_days"]
        ).astype(float),
        dispatch=np.where(mailed[:, 0], by_air, local),
        kg=np.where(mailed[:, 0], instance.mail.weight_kg[option, product], 0.0),
        revenue_usd=np.where(courier, price, net),
    )


def _sites(run: Run, decisions: Decisions, rows: Index) -> Sites:
    """Return the open sites; bands are in order of price."""
    instance, network = run.instance, run.problem.network
    parts = instance.whole_bands
    size = decisions.opened[rows].argmax(axis=1)
    ids = tuple(instance.sites[row] for row in rows)
    table = open_sites(run.problem, instance, decisions)
    table = table.assign(fee=first_fees(run.problem, table))
    sites = table.set_index("site_id").loc[list(ids)]
    bands = network["bands"]
    whose = pd.Series(ids).where(pd.Series(ids).isin(bands["site_id"]), "any")
    factor = bands.set_index(["ownership", "site_id", "band"])["price_factor"]
    base = sites["labour_usd_hour"] * sites["minutes_order"] / 60.0 + sites["fee"]
    wanted = pd.MultiIndex.from_arrays(
        [
            np.repeat(sites["ownership"].to_numpy(object), len(parts)),
            np.repeat(whose.to_numpy(object), len(parts)),
            np.tile(np.array(list(parts), object), len(ids)),
        ]
    )
    price = factor.reindex(wanted).to_numpy(float).reshape(len(ids), -1)
    price = price * base.to_numpy(float)[:, None]
    offered = instance.capacity[rows, size]
    whole = np.stack([offered[:, pieces].sum(axis=1) for pieces in parts.values()], axis=1)
    daily = whole / run.problem.days
    daily = np.where(_used_bands(run, ids) | (np.arange(len(parts)) == 0)[:, None],
                     daily, 0.0)  # fmt: skip
    order = np.argsort(price, axis=1, kind="stable")
    return Sites(
        ids=ids,
        capacity=np.take_along_axis(daily, order[:, :, None], axis=1),
        base_year=whole[:, 0].sum(axis=1),
        handling_usd=np.nan_to_num(np.take_along_axis(price, order, axis=1)),
        dispatch=network.parameters["local_dispatch_days"],
        promise=network["products"]["promise_local_days"].to_numpy(float),
    )


def _used_bands(run: Run, ids: tuple[str, ...]) -> NDArray[np.bool_]:
    """Tell which bands the plan uses, (I, B, T)."""
    instance, table = run.instance, run.capacity
    bands = tuple(instance.whole_bands)
    used = np.zeros((len(ids), len(bands), len(instance.periods)), bool)
    table = table[table["kind"].str.startswith("throughput_") & (table["used"] > USED)]
    names = ids, bands, instance.periods
    columns = table["resource"], table["kind"].str.removeprefix("throughput_"), table["period"]
    used[tuple(pd.Index(name).get_indexer(pd.Index(column)) for name, column in
               zip(names, columns, strict=True))] = True  # fmt: skip
    return used


def _ships(run: Run, decisions: Decisions, place: Index, period: Index) -> Ships:
    """Return the routes that the plan uses, goods landing evenly over the days of a period."""
    instance, problem = run.instance, run.problem
    inbound = instance.required_inbound
    routes = np.flatnonzero((decisions.inbound > USED).any(axis=(1, 2)))
    legs = _legs_of(route_legs(problem, run.model.distances, instance), routes)
    days = np.maximum(np.bincount(period, minlength=len(instance.periods)), 1)
    landed = (decisions.inbound[routes] @ inbound.landing / days)[:, :, period]
    # cycle stock: goods land on average so many days before they are sold
    ahead = np.rint(cycle_days(problem)).astype(np.int64)
    for product, early in enumerate(ahead):
        landed[:, product] = np.roll(landed[:, product], -int(early), axis=1)
    gates = [
        tuple(int(gate[route]) for gate in (inbound.route_gateway, inbound.route_crossing)
              if gate[route] >= 0)
        for route in routes
    ]  # fmt: skip
    dwell = problem.network["gateways"]["dwell_days"].to_numpy(float)
    travel = legs.days - np.array([sum(dwell[gate] for gate in passed) for passed in gates])
    n_sites, n_products = int(place.max()) + 1, instance.shape[1]
    return Ships(
        site=place[inbound.route_site[routes]],
        gates=tuple(gates),
        days=np.maximum(travel, 0.0),
        days_sd=np.sqrt(legs.days_variance),
        landed=landed,
        sold=np.zeros((n_sites, n_products, YEAR)),
        stock=np.zeros((n_sites, n_products)),
        volume_m3=instance.volume_m3,
        gate_ids=inbound.gateways,
        gate_m3=(inbound.gateway_m3 / problem.days)[:, period],
        dwell=dwell,
    )


def _legs_of(legs: Legs, routes: Index) -> Legs:
    """Return the legs of some routes."""
    return Legs(**{name: value[routes] for name, value in vars(legs).items()})


def _stocked(
    setting: Setting, run: Run, decisions: Decisions, rows: Index, profile: Profile
) -> Setting:
    """Return the setting with what the plan sells by day, and the stock that it begins with.

    On the day with the least stock, goods for cycle stock aside, what the plan calls safety stock
    is left.
    """
    simulator, streams, ships = Simulator(setting, profile), setting.streams, setting.ships
    leaving = simulator.expected * simulator.dispatched[:, setting.period]
    sold = np.zeros_like(ships.sold)
    stocked = streams.site != NONE
    np.add.at(sold, (streams.site[stocked], streams.product[stocked]), leaving[stocked])
    early, ahead = np.zeros_like(ships.sold), np.rint(cycle_days(run.problem)).astype(np.int64)
    np.add.at(early, ships.site, ships.landed)
    held = np.zeros(ships.stock.shape)
    for product, days in enumerate(ahead):
        held[:, product] = early[:, product, YEAR - int(days) :].sum(axis=1)
        early[:, product] = np.roll(early[:, product], int(days), axis=1)
    lowest = np.cumsum(early - sold, axis=2).min(axis=2, initial=0.0)
    stock = _safety(run, ships, sold.sum(axis=2), rows) + held - lowest
    return replace(setting, ships=replace(ships, sold=sold, stock=stock))


def _safety(run: Run, ships: Ships, sold: Array, rows: Index) -> Array:
    """Return the safety stock of each open site and product, orders, (I, K).

    Replenished goods: service factor times the standard deviation of the demand of a lead time and
    a review, for every SKU; demand of other places of the country moves along with the correlation
    of the tables. Seasonal goods are bought once, and have none.
    """
    problem = run.problem
    figures, products = problem.network.parameters, problem.network["products"]
    weight = np.zeros(ships.stock.shape)
    days, variance = np.zeros_like(weight), np.zeros_like(weight)
    goods = ships.landed.sum(axis=2)
    dwell = np.array([sum(ships.dwell[gate] for gate in gates) for gates in ships.gates], float)
    np.add.at(weight, ships.site, goods)
    np.add.at(days, ships.site, goods * (ships.days + dwell)[:, None])
    np.add.at(variance, ships.site, goods * (ships.days_sd**2)[:, None])
    days, variance = (part / np.maximum(weight, USED) for part in (days, variance))
    country = problem.demand.zones["country"].to_numpy(object)
    orders = problem.orders.sum(axis=2)
    home = problem.network["sites"]["country"].to_numpy(object)[rows]
    of_country = np.array([orders[country == name].sum(axis=0) for name in home])
    of_country = np.where(of_country > 0, of_country, orders.sum(axis=0)).reshape(sold.shape)
    share = sold / np.maximum(of_country, USED)
    skus = products["skus"].to_numpy(float)
    daily = of_country / skus / YEAR
    # the coefficient of variation is of a week: seven days vary by sqrt(7) of one
    of_day = products["demand_cv"].to_numpy(float) * daily * np.sqrt(7.0)
    correlation = figures["demand_correlation"]
    pooled = (1.0 - correlation) * share + correlation * share**2
    of_demand = (days + figures["review_days"]) * of_day**2 * pooled
    of_lead = (daily * share) ** 2 * variance
    safety = figures["stock_service_factor"] * skus * np.sqrt(of_demand + of_lead)
    return np.where(products["stocking"] == "seasonal", 0.0, safety)
