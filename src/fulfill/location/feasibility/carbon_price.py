"""The price of emissions at which given sites are proven to miss their limits at most cost.

The prices of clusters of zones are rough where a cap on emissions meets targets: a mean over zones
hides that each zone can have its own site. So the price of a kilogram, in terms of an order in
time, is looked for once more over all zones, the prices of capacities as they are. The dual
function is concave, so a search along one line finds its maximum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fulfill.location.feasibility.cuts import Prices, gain
from fulfill.location.feasibility.order_program import Needs
from fulfill.location.feasibility.pairs import Pairs
from fulfill.model.arrays import Index

WIDEST = 32.0
"""Factor by which the price may differ from that of clusters, either way."""
FINE = 0.02
"""Natural logarithm of the factor to which the price is found."""


@dataclass(frozen=True)
class Priced:
    """Prices, and what they prove.

    Attributes
    ----------
    prices : Prices
    cost : float
        Cost of what given sites miss at least.
    """

    prices: Prices
    cost: float


def best_carbon_price(pairs: Pairs, size: Index, needs: Needs, prices: Prices) -> Priced:
    """Return the prices of the most cost, the price of emissions being changed.

    Parameters
    ----------
    pairs : Pairs
        Of all zones.
    size : (I,)
        -1 for closed.
    needs : Needs
    prices : Prices
        Of `order_program.missed`.

    Returns
    -------
    Priced
        Where emissions or orders in time have no price, at the prices as they are.
    """
    from scipy.optimize import minimize_scalar

    def at(log_factor: float) -> Priced:
        changed = replace(prices, co2=prices.co2 * float(np.exp(log_factor)))
        changed = _affordable(changed, needs)
        return Priced(changed, _proven(pairs, size, needs, changed))

    if not prices.co2 or not prices.service.any():
        return at(0.0)
    widest = float(np.log(WIDEST))
    found = minimize_scalar(
        lambda log_factor: -at(log_factor).cost,
        bounds=(-widest, widest),
        method="bounded",
        options={"xatol": FINE},
    )
    return max(at(0.0), at(float(found.x)), key=lambda one: one.cost)


def _affordable(prices: Prices, needs: Needs) -> Prices:
    """Return prices in proportion of which none is above the cost of what it is a price of.

    Where nothing may give, the largest price of an order in time is that of clusters.
    """
    limits = [np.inf if prices.co2 <= 0 else needs.per_kilo / prices.co2]
    priced = prices.service > 0
    limits += (needs.per_order[priced] / prices.service[priced]).tolist()
    scale = min(limits)
    if np.isinf(scale):
        return prices
    return Prices(
        prices.service * scale, prices.co2 * scale, prices.throughput * scale, prices.shared * scale
    )


def _proven(pairs: Pairs, size: Index, needs: Needs, prices: Prices) -> float:
    """Return the cost of what given sites miss at least, by weak duality."""
    best = np.maximum(gain(pairs, prices, len(size)), 0.0)
    worth = 0.0
    for site in np.flatnonzero(size >= 0):
        paid = prices.throughput[site]
        best = np.maximum(best, gain(pairs, prices, int(site)) - paid * pairs.units[site])
        worth += float(paid @ pairs.capacity[site, size[site]])
    if pairs.shared is not None and prices.shared.any():
        worth += float(pairs.shared.worth(prices.shared))
    cap = prices.co2 * needs.co2 if prices.co2 else 0.0
    return float(prices.service @ needs.in_time) - cap - worth - float((pairs.demand * best).sum())
