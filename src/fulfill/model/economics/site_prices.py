"""What the sites of a problem and the stocking of its products cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.daily_profile import weekday_weights
from fulfill.inputs.network import Network
from fulfill.inputs.problem import Problem
from fulfill.model.economics.backlog import DelayPieces, delay_pieces
from fulfill.model.economics.figures import Figures, read_figures
from fulfill.model.economics.inventory import StockByPeriod, cover_days, stock_by_period
from fulfill.model.economics.warehouse import Warehouses, storage_fee, warehouses

Array = NDArray[np.float64]
BUILT_BY = ("sites", "site_sizes", "bands", "contracts")
"""Tables that the prices of buildings and handling follow from."""


@dataclass(frozen=True, repr=False)
class SitePrices:
    """What sites and the stocking of products cost.

    Attributes
    ----------
    warehouses : Warehouses
    fixed_usd, storage_usd : Array
        See `Economics`.
    entry_usd : (n_products,)
        Yearly share of certification and importer set-up in a country.
    """

    warehouses: Warehouses
    fixed_usd: Array
    storage_usd: Array
    entry_usd: Array


def price_sites(problem: Problem, stores: Warehouses | None = None) -> SitePrices:
    """Price the sites of a problem.

    Parameters
    ----------
    problem : Problem
    stores : Warehouses, optional
        Of the same tables, where they are known.

    Returns
    -------
    SitePrices
    """
    network, figures = problem.network, read_figures(problem.network.parameters)
    if stores is None:
        tables = (network[name] for name in BUILT_BY)
        stores = warehouses(*tables, pieces=pieces_of(network, figures))
    level = stock_of(network, figures).level
    return SitePrices(
        warehouses=stores,
        fixed_usd=stores.fixed_usd_year + figures.capital_recovery * stores.opening_usd,
        storage_usd=storage_fee(stores, network["products"], level, problem.days),
        entry_usd=figures.capital_recovery * _entry_cost(network, figures),
    )


def pieces_of(network: Network, figures: Figures) -> DelayPieces | None:
    """Return the pieces of bands by the daily profile of a network; None where it has none."""
    weights = weekday_weights(network["daily_profile"])
    return None if weights is None else delay_pieces(weights, figures.from_site.dispatch_days)


def stock_of(network: Network, figures: Figures) -> StockByPeriod:
    """Return the stock that an order of each period keeps, by the calendar and the policy."""
    cover = cover_days(network["products"], figures.policy.review_days)
    return stock_by_period(cover, network["calendar"], network["prebuild"])


def _entry_cost(network: Network, figures: Figures) -> Array:
    """Return the one-off cost of stocking each product in a country, USD, (n_products,)."""
    products = network["products"]
    certification = products["certification_usd_sku"] * products["skus"]
    return np.asarray(figures.importer_setup_usd + certification.to_numpy(float))
