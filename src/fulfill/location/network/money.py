"""The unit of money of a solve, so that steps and tolerances suit every price level.

The constants of the decomposition are in dollars of a network on which a site saves about
`USUAL_USD` an order. Another network is solved in a unit of its own, a power of two of a dollar, in
which it saves about as much: multiplying by a power of two is exact, so that plan, cost and bound
are those of the instance in dollars.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from fulfill.location.network.alternatives import cheapest_alternative
from fulfill.location.network.first_prices import first_prices
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.model.certificate import Certificate, Leaf
from fulfill.model.instance import Inbound, LocationInstance, Stock
from fulfill.model.multipliers import AXES, Multipliers, zero_multipliers
from fulfill.model.warm_start import WarmStart

USUAL_USD = 14.0
"""Mean saving of an order from a site over the cheapest alternative, in the embedded network."""


def units_per_usd(instance: LocationInstance) -> float:
    """Return the number of units of money that a dollar is solved as.

    Parameters
    ----------
    instance : LocationInstance

    Returns
    -------
    float
        A power of two; 1 where no site saves anything.
    """
    nothing = zero_multipliers(instance.axis_sizes)
    saving = cheapest_alternative(instance, nothing).usd - first_prices(instance).cell
    # an order that must be served has no alternative to save over
    counts = np.isfinite(saving) & (saving > 0)
    weight = np.where(counts, instance.demand, 0.0)
    total = float((weight * np.where(counts, saving, 0.0)).sum())
    if total <= 0.0:
        return 1.0
    return float(2.0 ** np.round(np.log2(USUAL_USD * weight.sum() / total)))


def in_units(instance: LocationInstance, factor: float) -> LocationInstance:
    """Return an instance with its running costs in units of money; investments stay in USD.

    Parameters
    ----------
    instance : LocationInstance
    factor : float
        Units per USD.

    Returns
    -------
    LocationInstance
    """
    inbound, stock, contracts = instance.inbound, instance.stock, instance.contracts
    return replace(
        instance,
        contracts=None if contracts is None else contracts.scaled(factor),
        unserved_usd=instance.unserved_usd * factor,
        lane_usd=instance.lane_usd * factor,
        option_cost=instance.option_cost * factor,
        fixed_usd=instance.fixed_usd * factor,
        handling_usd=instance.handling_usd * factor,
        constant_usd=instance.constant_usd * factor,
        inbound=None if inbound is None else _inbound(inbound, factor),
        stock=None if stock is None else _stock(stock, factor),
    )


def _inbound(inbound: Inbound, factor: float) -> Inbound:
    return replace(
        inbound,
        route_usd=inbound.route_usd * factor,
        origin_fixed_usd=inbound.origin_fixed_usd * factor,
    )


def _stock(stock: Stock, factor: float) -> Stock:
    safety = replace(
        stock.safety,
        alone_usd2=stock.safety.alone_usd2 * factor**2,
        common_usd2=stock.safety.common_usd2 * factor**2,
        m3_per_usd=stock.safety.m3_per_usd / factor,
    )
    return replace(
        stock,
        safety=safety,
        secant_usd=stock.secant_usd * factor,
        storage_usd=stock.storage_usd * factor,
        entry_usd=stock.entry_usd * factor,
    )


def params_in_units(params: LocationParams, factor: float) -> LocationParams:
    """Return parameters whose warm start is in units, and whose progress is reported in USD.

    Parameters
    ----------
    params : LocationParams
    factor : float
        Units per USD.

    Returns
    -------
    LocationParams
    """
    listen, start = params.progress, params.warm_start

    def tell(news: Progress) -> None:
        if listen is not None:
            listen(Progress(news.incumbent / factor, news.bound / factor, news.seconds))

    return replace(
        params,
        progress=None if listen is None else tell,
        warm_start=None if start is None else _start(start, factor),
        choices=tuple(_start(choice, factor) for choice in params.choices),
    )


def _start(start: WarmStart, factor: float) -> WarmStart:
    return replace(
        start, rho=start.rho * factor, multipliers=_multipliers(start.multipliers, factor)
    )


def _multipliers(prices: Multipliers, factor: float) -> Multipliers:
    return replace(prices, **{name: getattr(prices, name) * factor for name in AXES})


def in_usd(solution: LocationSolution, factor: float) -> LocationSolution:
    """Return a solution in USD.

    Parameters
    ----------
    solution : LocationSolution
        In units.
    factor : float
        Units per USD.

    Returns
    -------
    LocationSolution
    """
    certificate, start = solution.certificate, solution.warm_start
    if isinstance(certificate, Certificate):
        leaves = tuple(_leaf(leaf, factor) for leaf in certificate.leaves)
        certificate = replace(certificate, leaves=leaves)
    return replace(
        solution,
        objective=solution.objective / factor,
        bound=solution.bound / factor,
        certificate=certificate,
        warm_start=None if start is None else _start(start, 1.0 / factor),
    )


def _leaf(leaf: Leaf, factor: float) -> Leaf:
    values = {field.name: getattr(leaf, field.name) for field in fields(leaf)}
    return Leaf(**{name: v / factor if name in AXES else v for name, v in values.items()})
