"""The multipliers of the relaxed rows: one declaration for search, certificate and warm start.

A new relaxed row is declared here, with the axes of its multiplier, and used where the bound is
computed; shapes, files and checks follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from fulfill.model.arrays import Array


def _per(unit: str, *axes: str, free: bool = False) -> dict[str, Any]:
    """Describe a multiplier: what it is USD per, its axes, and whether its sign is free."""
    return {"unit": unit, "axes": axes, "free": free}


@dataclass(frozen=True)
class Multipliers:
    """Prices of the relaxed rows, USD per unit of the row.

    The letters are those of docs/formulation.md.

    Attributes
    ----------
    cell : (Z, K, T)
        lambda, USD per potential order of the cell, of any sign.
    stocking : (Z, K, C)
        mu, USD per potential order served from stock of a country.
    gateway, origin : (G, T), (O, T)
        pi and omega, USD per m3.
    share : (G,)
        chi, USD per m3 that passes a gateway.
    mail : (C, T)
        alpha, USD per kg.
    carrier : (Q, T)
        kappa, USD per order.
    storage : (I, T)
        sigma, USD per m3.
    flow : (J, T)
        iota, USD per order that a limit of flows counts.
    service : (n_targets,)
        nu, USD per order in time.
    throughput : (I, M, T)
        rho, USD per dispatched order by site and size; any price is valid.
    co2, budget : ()
        epsilon, USD per kg, and beta, USD per USD.
    rules : (n_rules,)
        theta, USD per site that a rule on sites counts.
    """

    cell: Array = field(metadata=_per("order", "zones", "products", "periods", free=True))
    stocking: Array = field(metadata=_per("order", "zones", "products", "countries"))
    gateway: Array = field(metadata=_per("m3", "gateways", "periods"))
    origin: Array = field(metadata=_per("m3", "origins", "periods"))
    share: Array = field(metadata=_per("m3", "gateways"))
    mail: Array = field(metadata=_per("kg", "countries", "periods"))
    carrier: Array = field(metadata=_per("order", "carriers", "periods"))
    storage: Array = field(metadata=_per("m3", "sites", "periods"))
    flow: Array = field(metadata=_per("order", "flow_limits", "periods"))
    service: Array = field(metadata=_per("order", "targets"))
    throughput: Array = field(metadata=_per("order", "sites", "sizes", "periods", free=True))
    co2: Array = field(metadata=_per("kg CO2e"))
    budget: Array = field(metadata=_per("USD"))
    rules: Array = field(metadata=_per("site", "rules"))


AXES: dict[str, tuple[str, ...]] = {row.name: row.metadata["axes"] for row in fields(Multipliers)}
"""Names of the axes of every multiplier."""
UNITS: dict[str, str] = {row.name: row.metadata["unit"] for row in fields(Multipliers)}
"""What every multiplier is USD per."""
FREE = frozenset(row.name for row in fields(Multipliers) if row.metadata["free"])
"""Multipliers of any sign; all others are non-negative."""


def shapes(sizes: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Return the shape of every multiplier.

    Parameters
    ----------
    sizes : mapping of str to int
        Length of each axis, see `LocationInstance.axis_sizes`.

    Returns
    -------
    dict of tuple of int
    """
    return {name: tuple(sizes[axis] for axis in axes) for name, axes in AXES.items()}


def zero_multipliers(sizes: Mapping[str, int]) -> Multipliers:
    """Return multipliers of zero.

    Parameters
    ----------
    sizes : mapping of str to int
        Length of each axis, see `LocationInstance.axis_sizes`.

    Returns
    -------
    Multipliers
    """
    return Multipliers(**{name: np.zeros(shape) for name, shape in shapes(sizes).items()})


def with_prices(prices: Multipliers, **changes: Array | float) -> Multipliers:
    """Return multipliers with some replaced, negative ones set to zero unless their sign is free.

    Parameters
    ----------
    prices : Multipliers
    **changes : ndarray or float

    Returns
    -------
    Multipliers
    """
    new = replace(prices, **{name: np.asarray(value, float) for name, value in changes.items()})
    return replace(
        new,
        **{name: np.maximum(getattr(new, name), 0.0) for name in AXES if name not in FREE},
    )
