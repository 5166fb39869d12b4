"""Allocation to given sites as a linear program: every capacity observed at the least cost.

With sites, sizes and assortments given, and safety stock at its marginal cost, the program of
docs/formulation.md has no integers left. Its dual values are the multipliers at which no allocation
to these sites is cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.mip.formulation import ALLOCATION
from fulfill.location.mip.highs import LpAnswer, solve_lp
from fulfill.location.mip.rows import LinearModel
from fulfill.location.mip.variables import Columns, add_variables, allowed_orders
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance, Stock
from fulfill.model.multipliers import Multipliers, with_prices, zero_multipliers

STRICTER = 1e-7
"""Share by which service levels and carbon cap are tightened, so that what the solver's tolerance
lets through still keeps them."""


@dataclass(frozen=True)
class ExactAllocation:
    """The cheapest allocation to given sites, and the multipliers that prove it.

    Attributes
    ----------
    draft : Decisions
        Without inbound flows.
    prices : Multipliers
        Of the side rows and of the throughput of the chosen sizes; zero for cells.
    """

    draft: Decisions
    prices: Multipliers


def allocate_exactly(
    instance: LocationInstance, size: Index, assortment: Mask, slope: Array
) -> ExactAllocation | None:
    """Allocate all demand to given sites with a given assortment at the least cost.

    Parameters
    ----------
    instance : LocationInstance
    size : (I,)
        -1 for closed.
    assortment : (I, K)
    slope : (I, K)
        Marginal cost of safety stock, USD per order.

    Returns
    -------
    ExactAllocation or None
        None where no allocation observes the limits.

    Raises
    ------
    SolverError
        Where the solver fails.
    """
    given = _given_sites(instance, size, assortment, slope)
    cost = given.lane_cost()
    # mail, site -1, is the last row
    stocked = np.vstack(
        [assortment & (size >= 0)[:, None], np.ones((1, assortment.shape[1]), bool)]
    )
    allowed = allowed_orders(given, cost) & stocked[given.lane_site][:, :, None]
    model = LinearModel(offset=instance.constant_usd)
    columns = add_variables(model, given, allowed)
    opened = (size[:, None] == np.arange(instance.fixed_usd.shape[1])).astype(float)
    model.fix(columns.y, opened)
    for constraint in ALLOCATION:
        constraint(model, columns, given)
    answer = solve_lp(model)
    if answer is None:
        return None
    return ExactAllocation(
        _draft(instance, columns, answer.values, opened),
        _prices(instance, model, answer, size),
    )


def _given_sites(
    instance: LocationInstance, size: Index, assortment: Mask, slope: Array
) -> LocationInstance:
    """Return the instance without routes to what is not stocked, its safety stock linear."""
    inbound, stock = instance.inbound, instance.stock
    if inbound is not None:
        kept = (assortment & (size >= 0)[:, None])[inbound.route_site]
        inbound = replace(inbound, route_usd=np.where(kept[:, :, None], inbound.route_usd, np.inf))
    if stock is not None:
        stock = _linear_stock(stock, size, slope)
    limits = replace(
        instance.limits,
        co2_kg=instance.limits.co2_kg * (1.0 - STRICTER),
        targets=tuple(
            replace(target, share=target.share * (1.0 + STRICTER))
            for target in instance.limits.targets
        ),
    )
    return replace(instance, inbound=inbound, stock=stock, limits=limits)


def _linear_stock(stock: Stock, size: Index, slope: Array) -> Stock:
    """Return stock whose safety part costs its slope and takes the room that rows (3) count."""
    secant = stock.secant_usd[np.arange(len(size)), :, np.maximum(size, 0)]
    room = secant * stock.safety.m3_per_usd
    per_usd = np.divide(room, slope, out=np.zeros_like(room), where=slope > 0)
    return replace(
        stock,
        safety=replace(stock.safety, m3_per_usd=per_usd),
        secant_usd=np.broadcast_to(slope[:, :, None], stock.secant_usd.shape),
    )


def _draft(instance: LocationInstance, columns: Columns, values: Array, opened: Array) -> Decisions:
    """Return the decisions of an optimum, without inbound flows."""
    orders = values[columns.x]
    used = (
        orders
        > 1e-9 * instance.demand[instance.lane_zone[columns.lane], columns.product, columns.period]
    )
    return Decisions(
        opened=opened,
        stocked=np.zeros((instance.shape[1], len(instance.countries))),
        lane=columns.lane[used],
        product=columns.product[used],
        period=columns.period[used],
        orders=orders[used],
        inbound=np.zeros((instance.n_routes, *instance.shape[1:])),
    )


def _prices(
    instance: LocationInstance, model: LinearModel, answer: LpAnswer, size: Index
) -> Multipliers:
    """Return the dual values of the side rows as multipliers."""

    def paid(family: str) -> Array:
        """Return what a unit more of a family's limits would save."""
        return -answer.duals[model.families[family]]

    prices = zero_multipliers(instance.axis_sizes)
    throughput = prices.throughput.copy()
    sites = np.flatnonzero(size >= 0)
    throughput[sites, size[sites]] = paid("throughput")[sites]
    found = {"throughput": throughput, "service": -paid("service")}
    for name, family in (
        ("gateway", "gateway"), ("origin", "origin"), ("mail", "mail"), ("carrier", "carrier"),
        ("storage", "storage"), ("share", "gateway_share"), ("flow", "flow_limit"),
    ):  # fmt: skip
        if family in model.families:
            found[name] = paid(family)
    if "co2" in model.families:
        found["co2"] = paid("co2")[0]
    return with_prices(prices, **found)
