"""The mixed-integer program of an instance, numbered as in docs/formulation.md.

HiGHS solves it through MathOpt.

`variables` has the variables. Every constraint family is one function, which adds the rows of an
instance to a model, given the numbers of its columns; those on the choice of sites are in
`site_constraints`.

Linking (4) is aggregated over products and periods, (13) over periods: a weaker relaxation with the
same plans.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from fulfill.location.fee_envelope import with_fee_envelope
from fulfill.location.mip.highs import solve_mip
from fulfill.location.mip.rows import LinearModel, keys_of
from fulfill.location.mip.site_constraints import (
    choice,
    linking,
    single_sourcing,
    site_rules,
    sizes,
)
from fulfill.location.mip.variables import Columns, add_variables, direct_shipments
from fulfill.location.pricing import price
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.model.arrays import Array
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Decisions, status_of
from fulfill.model.instance import MAIL, Inbound, LocationInstance, leaving_orders, plant_capacity


def solve_exact(instance: LocationInstance, params: LocationParams) -> LocationSolution:
    """Solve an instance by one MIP.

    Parameters
    ----------
    instance : LocationInstance
    params : LocationParams

    Returns
    -------
    LocationSolution
        Its bound is that of the solver.

    Raises
    ------
    SolverError
        Where HiGHS refuses the model or fails.
    """
    begun = time.perf_counter()
    model, columns = build_model(with_fee_envelope(instance))

    def report(incumbent: float, bound: float, seconds: float) -> None:
        if params.progress:
            params.progress(Progress(incumbent, bound, time.perf_counter() - begun))

    left = max(params.time_limit - (time.perf_counter() - begun), 1.0)
    answer = solve_mip(model, gap=params.gap, seconds=left, seed=params.seed, report=report)
    if answer.values is None:
        status = INFEASIBLE if answer.infeasible else NO_PLAN
        return LocationSolution(
            status,
            None,
            np.inf,
            answer.bound,
            "solver",
            time.perf_counter() - begun,
            interrupted=answer.interrupted,
        )
    decisions = read_decisions(instance, columns, answer.values)
    objective = price(instance, decisions)
    bound = min(answer.bound, objective)
    status = status_of(objective, bound)
    return LocationSolution(
        status,
        decisions,
        objective,
        bound,
        "solver",
        time.perf_counter() - begun,
        interrupted=answer.interrupted,
    )


def read_decisions(instance: LocationInstance, columns: Columns, values: Array) -> Decisions:
    """Turn column values into decisions.

    Parameters
    ----------
    instance : LocationInstance
    columns : Columns
    values : (n_columns,)

    Returns
    -------
    Decisions
    """
    used = values[columns.x] > 1e-7
    inbound = np.zeros((instance.n_routes, *instance.shape[1:]))
    inbound[columns.route, columns.route_product, columns.route_period] = np.maximum(
        values[columns.f], 0.0
    )
    decisions = Decisions(
        opened=np.round(values[columns.y]),
        stocked=np.round(values[columns.w]) if columns.w.size else np.zeros((instance.shape[1], 1)),
        lane=columns.lane[used],
        product=columns.product[used],
        period=columns.period[used],
        orders=values[columns.x][used],
        inbound=inbound,
    )
    if not columns.w.size:
        return decisions
    # within its gap a solver may pay for stocking what it then does not stock
    sold = np.zeros_like(decisions.stocked)
    np.maximum.at(
        sold.T,
        instance.site_country,
        (leaving_orders(instance, decisions).sum(axis=2) > 0).astype(float),
    )
    return replace(decisions, stocked=decisions.stocked * sold)


def build_model(instance: LocationInstance) -> tuple[LinearModel, Columns]:
    """Build the MIP of an instance.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    model : LinearModel
    columns : Columns
    """
    model = LinearModel(offset=instance.constant_usd)
    columns = add_variables(model, instance)
    for constraint in CONSTRAINTS:
        constraint(model, columns, instance)
    return model, columns


def allocation(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(1) Allocate every cell fully; unserved is an option."""
    demand = instance.demand
    rows = model.add_rows(
        "allocation",
        demand,
        demand,
        demand.shape,
        keys_of(instance.zones, instance.products, instance.periods),
    )
    model.add_entries(
        rows[instance.lane_zone[columns.lane], columns.product, columns.period], columns.x, 1.0
    )
    model.add_entries(rows, columns.s, 1.0)


def throughput(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(2) Fit what leaves a site in a period into the bands of its size."""
    axes = (instance.sites, instance.products, instance.periods)
    leaving = model.add_rows("leaving", 0.0, 0.0, columns.v.shape, keys_of(*axes))
    local = instance.lane_site[columns.lane] != MAIL
    lane, product, period = columns.lane[local], columns.product[local], columns.period[local]
    model.add_entries(
        leaving[instance.lane_site[lane], product, period],
        columns.x[local],
        instance.units[instance.lane_option[lane], product, period],
    )
    model.add_entries(leaving, columns.v, -1.0)
    handled = model.add_rows(
        "throughput",
        0.0,
        0.0,
        (columns.v.shape[0], columns.v.shape[2]),
        keys_of(instance.sites, instance.periods),
    )
    model.add_entries(handled[:, None, :], columns.v, 1.0)
    model.add_entries(handled[:, None, None, :], columns.u, -1.0)
    band = model.add_rows(
        "band",
        -np.inf,
        0.0,
        columns.u.shape,
        keys_of(instance.sites, instance.sizes, instance.bands, instance.periods),
    )
    model.add_entries(band, columns.u, 1.0)
    model.add_entries(band, columns.y[:, :, None, None], -instance.capacity)


def storage(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(3) Fit cycle, safety and pre-built stock of a period into the room of the size."""
    stock = instance.stock
    if stock is None:
        return
    volumes = model.add_rows(
        "volume", 0.0, 0.0, columns.n.shape[:2], keys_of(instance.sites, instance.products)
    )
    model.add_entries(volumes[:, :, None], columns.v, -1.0)
    model.add_entries(volumes[:, :, None], columns.n, 1.0)
    sized = model.add_rows(
        "size_volume", -np.inf, 0.0, columns.y.shape, keys_of(instance.sites, instance.sizes)
    )
    model.add_entries(sized[:, None, :], columns.n, 1.0)
    model.add_entries(sized, columns.y, -instance.capacity.sum(axis=(2, 3)))
    room = model.add_rows(
        "storage",
        -np.inf,
        0.0,
        (len(instance.sites), instance.shape[2]),
        keys_of(instance.sites, instance.periods),
    )
    level = stock.level * instance.volume_m3[:, None, None]
    model.add_entries(room[:, None, None, :], columns.v[:, :, :, None], level[None])
    safety_m3 = stock.secant_usd * stock.safety.m3_per_usd[:, :, None]
    model.add_entries(room[:, None, None, :], columns.n[:, :, :, None], safety_m3[:, :, :, None])
    model.add_entries(room[:, None, :], columns.y[:, :, None], -stock.storage_m3[:, :, None])


def inbound(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(6) Bring in what leaves a site; gateways and plants have capacity when goods land."""
    routes = instance.inbound
    if routes is None:
        return
    axes = (instance.sites, instance.products, instance.periods)
    balance = model.add_rows("inbound", 0.0, 0.0, columns.v.shape, keys_of(*axes))
    site = routes.route_site[columns.route]
    cells = (site, columns.route_product, columns.route_period)
    model.add_entries(balance[cells], columns.f, 1.0)
    model.add_entries(balance, columns.v, -1.0)
    volume = instance.volume_m3[columns.route_product]
    landed = volume[:, None] * routes.landing[columns.route_period]
    keys = keys_of(routes.gateways, instance.periods)
    gateways = model.add_rows("gateway", -np.inf, routes.gateway_m3, routes.gateway_m3.shape, keys)
    for passed in (routes.route_gateway, routes.route_crossing):
        gate = passed[columns.route]
        here = gate >= 0
        model.add_entries(gateways[gate[here]], columns.f[here][:, None], landed[here])
    origin = routes.route_origin[columns.route]
    keys = keys_of(routes.origins, instance.periods)
    room, fixed = plant_capacity(instance), routes.origin_fixed_usd > 0
    limit = np.where(fixed[:, None], 0.0, room)
    origins = model.add_rows("origin", -np.inf, limit, room.shape, keys)
    # no coefficients in the rows of plants without a limit
    here = np.asarray(np.isfinite(room).all(axis=1))[origin]
    model.add_entries(origins[origin[here]], columns.f[here][:, None], landed[here])
    direct = direct_shipments(columns, instance).of(np.asarray(np.isfinite(room).all(axis=1)))
    model.add_entries(origins[direct.plant, direct.period], direct.x, direct.m3)
    if fixed.any():  # a plant that costs something has its capacity only if it is used
        model.add_entries(origins[fixed], columns.a[fixed][:, None], -room[fixed])
    if (routes.origin_min_m3 > 0).any():
        _plant_minimum(model, columns, instance, routes, volume)


def _plant_minimum(
    model: LinearModel,
    columns: Columns,
    instance: LocationInstance,
    routes: Inbound,
    volume: Array,
) -> None:
    """Use a plant at its minimum yearly volume or not at all."""
    least = np.flatnonzero(routes.origin_min_m3 > 0)
    names = tuple(routes.origins[o] for o in least)
    rows = model.add_rows("plant_minimum", 0.0, np.inf, (len(least),), keys_of(names))
    caps = model.add_rows("plant_used", -np.inf, 0.0, (len(least),), keys_of(names))
    # big-M of a plant without capacity limit: twice all goods, since an order may draw more than
    # one unit
    every = float((instance.demand.sum(axis=(0, 2)) * instance.volume_m3).sum())
    top = np.minimum(routes.origin_m3.sum(axis=1), every * 2.0)
    origin = routes.route_origin[columns.route]
    direct = direct_shipments(columns, instance)
    for row, cap, plant in zip(rows, caps, least, strict=True):
        shipped = direct.plant == plant
        for family in (row, cap):
            model.add_entries(family, direct.x[shipped], direct.m3[shipped])
        here = origin == plant
        model.add_entries(row, columns.f[here], volume[here])
        model.add_entries(row, columns.a[plant], -routes.origin_min_m3[plant])
        model.add_entries(cap, columns.f[here], volume[here])
        model.add_entries(cap, columns.a[plant], -top[plant])


def flow_limits(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(16) Keep what passes a lane, and what a plant makes of a product, within its limit."""
    limits = instance.flow_limits
    if limits is None:
        return
    keys = keys_of(limits.names, instance.periods)
    rows = model.add_rows("flow_limit", -np.inf, limits.orders, limits.orders.shape, keys)
    n_products = instance.shape[1]
    sent = limits.lanes[:, columns.lane * n_products + columns.product].tocoo()
    limit, flow = sent.coords
    option, period = instance.lane_option[columns.lane[flow]], columns.period[flow]
    units = instance.units[option, columns.product[flow], period]
    model.add_entries(rows[limit, period], columns.x[flow], units)
    if instance.inbound is not None:
        brought = limits.routes[:, columns.route * n_products + columns.route_product].tocoo()
        limit, flow = brought.coords
        landed = instance.inbound.landing[columns.route_period[flow]]
        model.add_entries(rows[limit], columns.f[flow][:, None], landed)


def mail(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(7) Fit direct mail into the air capacity of a country and period."""
    capacity = instance.mail.capacity_kg
    if np.isinf(capacity).all():
        return
    rows = model.add_rows(
        "mail",
        -np.inf,
        capacity,
        capacity.shape,
        keys_of(instance.countries, instance.periods),
    )
    here = instance.lane_site[columns.lane] == MAIL
    lane, product, period = columns.lane[here], columns.product[here], columns.period[here]
    option = instance.lane_option[lane]
    weight = instance.mail.weight_kg[option, product] * instance.units[option, product, period]
    model.add_entries(
        rows[instance.zone_country[instance.lane_zone[lane]], period], columns.x[here], weight
    )


def carriers(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(8) Fit orders from sites into the capacity of the carriers of a region and period."""
    capacity, region = instance.carriers.orders, instance.carriers.zone_region
    if np.isinf(capacity).all():
        return
    rows = model.add_rows(
        "carrier",
        -np.inf,
        capacity,
        capacity.shape,
        keys_of(instance.carriers.regions, instance.periods),
    )
    here = instance.lane_site[columns.lane] != MAIL
    lane, product, period = columns.lane[here], columns.product[here], columns.period[here]
    units = instance.units[instance.lane_option[lane], product, period]
    model.add_entries(rows[region[instance.lane_zone[lane]], period], columns.x[here], units)


def service(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(9) Deliver at least a share of all orders, unserved ones included, within N days."""
    targets = instance.limits.targets
    need = [target.share * float(instance.demand[target.zones].sum()) for target in targets]
    rows = model.add_rows(
        "service", np.array(need), np.inf, (len(targets),), keys_of(tuple(map(str, targets)))
    )
    for row, target in zip(rows, targets, strict=True):
        here = target.zones[instance.lane_zone[columns.lane]]
        within = instance.option_within[target.days][
            instance.lane_option[columns.lane[here]], columns.period[here]
        ]
        model.add_entries(row, columns.x[here], within)


def diversification(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(11) Let at most a share of the formal inbound volume pass any one gateway."""
    share, inbound = instance.limits.max_gateway_share, instance.inbound
    if share >= 1.0 or inbound is None:
        return
    keys = keys_of(inbound.gateways)
    rows = model.add_rows("gateway_share", -np.inf, 0.0, (len(inbound.gateways),), keys)
    total = model.add_variables((1,), 0.0)
    whole = model.add_rows("formal_volume", 0.0, 0.0, (1,), keys_of(("all",)))
    volume = instance.volume_m3[columns.route_product]
    gate = inbound.route_gateway[columns.route]
    here = gate >= 0
    model.add_entries(rows[gate[here]], columns.f[here], volume[here])
    model.add_entries(whole, columns.f[here], volume[here])
    model.add_entries(whole, total, -1.0)
    model.add_entries(rows, total, -share)


def carbon(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(12) Keep emissions of inbound routes, lanes and mail under the cap."""
    if not np.isfinite(instance.limits.co2_kg):
        return
    row = model.add_rows("co2", -np.inf, instance.limits.co2_kg, (1,), keys_of(("all",)))
    weight = (
        instance.weight_kg[columns.product]
        * instance.units[instance.lane_option[columns.lane], columns.product, columns.period]
    )
    model.add_entries(row, columns.x, instance.lane_co2[columns.lane] * weight)
    if instance.inbound is not None:
        goods = instance.weight_kg[columns.route_product]
        model.add_entries(row, columns.f, instance.inbound.route_co2[columns.route] * goods)


def stocking(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(13) Serve from a country only products stocked there, summed over periods."""
    if not columns.w.size:
        return
    local = instance.lane_site[columns.lane] != MAIL
    lane, product = columns.lane[local], columns.product[local]
    zone, country = instance.lane_zone[lane], instance.site_country[instance.lane_site[lane]]
    shape = (len(instance.zones), len(instance.products), len(instance.countries))
    key, member = np.unique(
        np.ravel_multi_index((zone, product, country), shape), return_inverse=True
    )
    zones, products, countries = np.unravel_index(key, shape)
    rows = model.add_rows("stocking",
        -np.inf, 0.0, (len(key),),
        lambda: [f"{instance.zones[z]},{instance.products[k]},{instance.countries[c]}"
                 for z, k, c in zip(zones, products, countries, strict=True)],
    )  # fmt: skip
    model.add_entries(rows[member], columns.x[local], 1.0)
    model.add_entries(
        rows, columns.w[products, countries], -instance.demand.sum(axis=2)[zones, products]
    )


ALLOCATION = (
    allocation,
    throughput,
    storage,
    inbound,
    flow_limits,
    mail,
    carriers,
    service,
    diversification,
    carbon,
)
"""What remains to be observed where the sites, their sizes and assortments are given."""
CONSTRAINTS = (
    allocation, throughput, storage, linking, sizes, inbound, flow_limits, mail, carriers, service,
    choice, diversification, carbon, stocking, site_rules, single_sourcing,
)  # fmt: skip
