"""Prices of choices at which scenarios, each by itself, choose alike.

From what choices are known to cost in each scenario, the prices and the weights of scenarios that
promise the highest bound are a linear program (cutting planes; Kelley 1960,
doi 10.1137/0108053). With ``y_k`` the known choices, ``u_s = q_s w_s`` and ``c_s`` the prices of
the best bound so far::

    max  sum_s t_s
    s.t. t_s <= q_s (C_s(y_k) - best_s) + u_s y_k    every scenario s and choice k
         sum_s u_s = 0
         |u_s - q_s c_s| <= radius q_s               no further from c_s than can be trusted
         low_s <= q_s <= high_s,  sum_s q_s = 1      the envelope of the measure of risk
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fulfill.model.arrays import Array, Index

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LEAST_WEIGHT = 1e-9
"""Weight below which a scenario has no prices."""


@dataclass(frozen=True, eq=False)
class Promise:
    """Prices and weights, and the bound that they promise.

    Attributes
    ----------
    bound : float
        At least what the bound turns out to be, if the costs are exact.
    weights : (S,)
    prices : (S, N)
        With ``sum_s weights_s prices_s = 0``.
    """

    bound: float
    weights: Array
    prices: Array


def promising_prices(
    opened: Array, costs: Array, envelope: tuple[Array, Array], center: Array, radius: float
) -> Promise:
    """Return the prices and weights that promise the highest bound.

    Parameters
    ----------
    opened : (K, N)
        The known choices as numbers of 0 and 1.
    costs : (K, S)
        What each costs in each scenario, less the least cost where the measure is of regret;
        infinite where it has no plan. Every scenario has a choice with a plan.
    envelope : tuple of ndarray, (S,)
        Least and most weight of each scenario.
    center : (S, N)
        Prices that the answer is near to.
    radius : float
        Greatest difference from them.

    Returns
    -------
    Promise
    """
    from scipy.optimize import linprog

    n_scenarios, n_numbers = center.shape
    finite = np.abs(costs[np.isfinite(costs)])
    unit = max(float(finite.max()), 1.0)  # of money in the program
    cuts, trusted, balance = _rows(opened, costs / unit, center / unit, radius / unit)
    n_cuts, n_prices = cuts.shape[0] + trusted.shape[0], center.size
    ends = [(None, None)]
    found = linprog(  # type: ignore[call-overload]  # its types know no sparse rows
        np.repeat([-1.0, 0.0], [n_scenarios, n_scenarios + n_prices]),
        A_ub=_stacked(cuts, trusted),
        b_ub=np.zeros(n_cuts),
        A_eq=balance,
        b_eq=np.repeat([0.0, 1.0], [n_numbers, 1]),
        bounds=ends * n_scenarios + list(zip(*envelope, strict=True)) + ends * n_prices,
    )
    if found.x is None:  # numbers too far apart for the solver: nothing is promised
        return Promise(-np.inf, within(np.zeros(n_scenarios), envelope), np.zeros_like(center))
    weights = within(found.x[n_scenarios : 2 * n_scenarios], envelope)
    priced = found.x[2 * n_scenarios :].reshape(center.shape) * unit
    heavy = weights[:, None] > LEAST_WEIGHT
    prices = np.divide(priced, weights[:, None], out=np.zeros_like(priced), where=heavy)
    # what rounding has left of the sum would make the bound wrong
    prices -= np.where(heavy, weights @ prices / weights[heavy[:, 0]].sum(), 0.0)
    return Promise(-found.fun * unit, weights, prices)


def _rows(
    opened: Array, costs: Array, center: Array, radius: float
) -> tuple[csr_array, csr_array, csr_array]:
    """Return the rows of cuts, of the radius, and of the two sums; columns are t, q and u."""
    from scipy.sparse import csr_array, eye_array, hstack, kron

    n_scenarios, n_numbers = center.shape
    known, scenario = np.nonzero(np.isfinite(costs))
    owner = np.repeat(np.arange(n_scenarios), n_numbers)
    value, weight = _at(scenario, n_scenarios), _at(owner, n_scenarios)
    chosen = value[:, owner].multiply(np.tile(opened[known], n_scenarios))
    cuts = hstack([value, _scaled(value, -costs[known, scenario]), -chosen])
    nothing, each = csr_array((len(owner), n_scenarios)), eye_array(len(owner))
    trusted = _stacked(
        *[
            hstack([nothing, _scaled(weight, -sign * center.ravel() - radius), sign * each])
            for sign in (1.0, -1.0)
        ]
    )
    sums = kron(np.ones((1, n_scenarios)), eye_array(n_numbers))
    no_prices = hstack([csr_array((n_numbers, 2 * n_scenarios)), sums])
    whole = np.repeat([0.0, 1.0, 0.0], [n_scenarios, n_scenarios, len(owner)])
    return csr_array(cuts), trusted, _stacked(no_prices, csr_array(whole[None]))


def _stacked(*rows: Any) -> csr_array:
    """Return rows below each other."""
    from scipy.sparse import csr_array, vstack

    return csr_array(vstack(rows))


def _at(place: Index, number: int) -> csr_array:
    """Return the rows of the identity at some places."""
    from scipy.sparse import csr_array

    rows = np.arange(len(place))
    return csr_array((np.ones(len(place)), (rows, place)), shape=(len(place), number))


def _scaled(rows: csr_array, factor: Array) -> csr_array:
    """Return rows times a factor each."""
    from scipy.sparse import csr_array

    return csr_array(rows.multiply(factor[:, None]))


def within(weights: Array, envelope: tuple[Array, Array]) -> Array:
    """Return weights made to lie in an envelope exactly, where rounding has left it.

    Parameters
    ----------
    weights : (S,)
    envelope : tuple of ndarray, (S,)

    Returns
    -------
    ndarray, shape (S,)
    """
    low, high = envelope
    inside = np.clip(weights, low, high)
    missing = 1.0 - inside.sum()
    room = high - inside if missing > 0.0 else inside - low
    total = room.sum()
    return inside if total <= 0.0 else inside + missing * room / total
