"""A problem: a network and a demand joined on a date, with every cross-check passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.contract_checks import contract_warnings
from fulfill.inputs.coverage_checks import (
    absent_table_warnings,
    coverage_faults,
    unused_row_warnings,
)
from fulfill.inputs.cross_checks import capacity_warnings, cross_faults
from fulfill.inputs.currencies import rate_warnings
from fulfill.inputs.daily_profile import unused_delay_warnings
from fulfill.inputs.demand import Demand, orders_array
from fulfill.inputs.evidence import evidence_warnings
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.map_checks import map_faults
from fulfill.inputs.network import Network
from fulfill.inputs.origins import group_warnings
from fulfill.inputs.place_checks import place_faults
from fulfill.inputs.ranges import range_warnings
from fulfill.inputs.rate_card_coverage import rate_card_faults, rate_card_warnings
from fulfill.inputs.sanity import parameter_warnings, sanity_warnings
from fulfill.inputs.schema import DEMAND_TABLES, NETWORK_PARAMETERS, NETWORK_TABLES
from fulfill.inputs.supply_checks import supply_faults
from fulfill.inputs.tariffs import Regime, regime_on
from fulfill.inputs.windows import window_warnings

CHANNELS = ("direct_mail", "local", "cross_border", "nearshore")
"""Channels that can fulfil an order; an order may also stay unserved, which is not a channel."""
NEEDED_TABLE = {
    "direct_mail": "mail_services",
    "local": "gateways",
    "cross_border": "gateways",
}
"""The table without which a channel is not part of a case."""


@dataclass(frozen=True, repr=False, eq=False)
class Problem:
    """The decision problem: inputs that have passed every check.

    Build it with `build_problem` or `with_`, never directly: only these run the checks.

    Attributes
    ----------
    network : Network
    demand : Demand
    regime : Regime
        The tariff rules of the as-of date.
    orders : ndarray, shape (n_zones, n_products, n_periods)
        Potential orders in each period of the year.
    days : ndarray, shape (n_periods,)
        Length of each period, days.
    channels : tuple of str
        The channels that may be used, from `CHANNELS`.
    warnings : tuple of Fault
        What a planner should know although the inputs can be used.
    """

    network: Network
    demand: Demand
    regime: Regime
    orders: NDArray[np.float64]
    days: NDArray[np.float64]
    channels: tuple[str, ...] = CHANNELS
    warnings: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        zones, products, periods = self.orders.shape
        return (
            f"<Problem {self.network.name} x {self.demand.name}, rules of {self.regime.as_of}: "
            f"{zones:,} zones, {products} products, {periods} periods, "
            f"{len(self.network['sites'])} sites, {self.orders.sum():,.0f} orders a year>"
        )

    def with_(
        self,
        *,
        network: Network | None = None,
        demand: Demand | None = None,
        as_of: date | None = None,
        channels: Iterable[str] | None = None,
    ) -> Problem:
        """Return the problem with other tables, another date or other channels, checked again.

        Everything derived (tariff rules, orders, warnings) is computed again from the new inputs.

        Parameters
        ----------
        network : Network, optional
        demand : Demand, optional
        as_of : date, optional
        channels : iterable of str, optional
            Whatever is not given stays as it is.

        Returns
        -------
        Problem

        Raises
        ------
        InputError
            With every cross-check that fails; see `build_problem`.
        """
        return build_problem(
            network or self.network,
            demand or self.demand,
            as_of or self.regime.as_of,
            self.channels if channels is None else channels,
        )

    def with_zones(self, zones: pd.DataFrame, orders: NDArray[np.float64]) -> Problem:
        """Return the problem with merged zones and their orders.

        Nothing is checked again: merged zones keep country, state and class, so every cross-check
        that held still holds.

        Parameters
        ----------
        zones : DataFrame
            In the form of zones.csv.
        orders : ndarray, shape (n_zones, n_products, n_periods)
            Potential orders of these zones.

        Returns
        -------
        Problem
        """
        return replace(self, demand=self.demand.with_table("zones", zones), orders=orders)

    def priced_variant(
        self, *, products: pd.DataFrame | None = None, rules: pd.DataFrame | None = None
    ) -> Problem:
        """Return the problem with other products or tariff rules, for trial prices only.

        Nothing is checked again: a break-even tries rates and prices that no table would hold. A
        question of its own is asked by `with_`.

        Parameters
        ----------
        products : DataFrame, optional
            In the form of products.csv.
        rules : DataFrame, optional
            In the form of `Regime.rows`.

        Returns
        -------
        Problem
        """
        network = (
            self.network if products is None else self.network.with_table("products", products)
        )
        regime = self.regime if rules is None else replace(self.regime, rows=rules)
        return replace(self, network=network, regime=regime)

    def with_warnings(self, more: Iterable[Fault]) -> Problem:
        """Return the problem with further warnings before its own."""
        return replace(self, warnings=(*more, *self.warnings))

    @property
    def products(self) -> list[str]:
        """Product ids in the order of products.csv."""
        return self.network["products"]["product_id"].tolist()

    @property
    def periods(self) -> list[str]:
        """Period ids in calendar order."""
        return self.network["calendar"]["period_id"].tolist()


def build_problem(
    network: Network,
    demand: Demand,
    as_of: date | None = None,
    channels: Iterable[str] | None = None,
) -> Problem:
    """Join a network and a demand, and check them against each other.

    Parameters
    ----------
    network : Network
    demand : Demand
    as_of : date, optional
        The day whose tariff rules apply; by default the network's own.
    channels : iterable of str, optional
        The channels that may be used, from `CHANNELS`; by default all that the network offers.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        With every cross-check that fails, or F319 where no channel can deliver anything.
    """
    channels = offered_channels(network) if channels is None else tuple(channels)
    regime = regime_on(network["tariffs"], network["entry_fees"], as_of or network.as_of)
    channel_faults = _channel_faults(network, channels)
    unreadable = map_faults(network)
    faults = [*channel_faults, *unreadable, *cross_faults(network, demand, regime, channels)]
    placed: list[Fault] = []
    if not channel_faults:  # with unknown channels, what must be covered is unknown too
        faults += coverage_faults(network, demand, channels)
        faults += rate_card_faults(network, demand, regime.as_of, channels)
        placed = [] if unreadable else place_faults(network, demand, channels)
        faults += [fault for fault in placed if not fault.warning]
    chosen = set(channels) != set(offered_channels(network))
    supplied = (
        [] if faults else supply_faults(network, demand.zones, regime, channels, chosen=chosen)
    )
    faults += [fault for fault in supplied if not fault.warning]
    if faults:
        raise InputError(faults)
    calendar = network["calendar"]
    days = calendar["days"].to_numpy(float)
    products = network["products"]["product_id"].tolist()
    orders = orders_array(demand, products, calendar["period_id"].tolist(), days)
    first = (*capacity_warnings(network, orders, days), *absent_table_warnings(network))
    checked = (*supplied, *(fault for fault in placed if fault.warning))
    warnings = (*first, *checked, *_table_warnings(network, demand, regime, channels))
    return Problem(network, demand, regime, orders, days, channels, warnings)


def _table_warnings(
    network: Network, demand: Demand, regime: Regime, channels: tuple[str, ...]
) -> Iterator[Fault]:
    """Yield what the rows of the tables say about themselves."""
    yield from unused_row_warnings(network, demand, regime)
    yield from unused_delay_warnings(network.folder.name, network.tables)
    yield from rate_card_warnings(network, demand, regime.as_of, channels)
    yield from window_warnings(network["countries"], f"{network.folder.name}/countries.csv")
    yield from group_warnings(network.folder.name, network.tables)
    yield from rate_warnings(network.folder.name, network.written, network.as_of)
    yield from sanity_warnings(network.folder.name, network.tables, NETWORK_TABLES)
    yield from contract_warnings(network.folder.name, network.tables)
    yield from sanity_warnings(demand.folder.name, demand.tables, DEMAND_TABLES)
    yield from parameter_warnings(network.folder.name, network["parameters"], NETWORK_PARAMETERS)
    yield from evidence_warnings(network.folder.name, network["parameters"])
    yield from range_warnings(network.folder.name, network.written)
    yield from range_warnings(demand.folder.name, demand.tables)


def offered_channels(network: Network) -> tuple[str, ...]:
    """Return the channels whose tables a network has."""
    return tuple(
        name
        for name in CHANNELS
        if name not in NEEDED_TABLE or not network[NEEDED_TABLE[name]].empty
    )


def _channel_faults(network: Network, channels: tuple[str, ...]) -> list[Fault]:
    """Find unknown channels, those without their table, and combinations that are not offered."""
    faults = [
        Fault("F308", "--channels", value=name, detail="one of " + ", ".join(CHANNELS))
        for name in channels
        if name not in CHANNELS
    ]
    offered = offered_channels(network)
    faults += [
        Fault("F308", "--channels", value=name, detail=f"there is no {NEEDED_TABLE[name]}.csv")
        for name in channels
        if name in CHANNELS and name not in offered
    ]
    if not channels:
        faults.append(Fault("F309", "--channels", detail="name at least one channel"))
    if {"nearshore", "cross_border"} <= set(channels) and "local" not in channels:
        detail = "nearshore with cross_border needs local too"
        faults.append(Fault("F309", "--channels", value=",".join(channels), detail=detail))
    return faults
