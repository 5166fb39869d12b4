"""The yearly result of a plan that is kept while prices and rates change.

Sites, sizes, stock and the way of every order stay. Orders that are cancelled before dispatch and
goods brought in follow the changed figures. Only what a change touches is priced again.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.model.contracts import contract_fees
from fulfill.model.economics.figures import read_figures
from fulfill.model.economics.landed import (
    Delivery,
    price_delivery,
    price_inbound,
    price_safety_stock,
    same_routes,
)
from fulfill.model.economics.site_prices import BUILT_BY, SitePrices, pieces_of, price_sites
from fulfill.model.economics.warehouse import warehouses
from fulfill.model.instance import MAIL, leaving_orders, shipped_orders
from fulfill.study.attribution import MADE
from fulfill.study.capacity_use import band_use
from fulfill.study.run import Run
from fulfill.study.unserved import missing_orders

Array = NDArray[np.float64]
ROUTED_BY = ("gateways", "freight", "lane_rates")
LANDED_BY = ("origins", "products", "goods_costs", "calendar", "countries", "prebuild")
DELIVERED_BY = (
    "services",
    "mail_services",
    "rate_cards",
    "rate_zones",
    "surcharges",
    "lane_rates",
    "products",
    "calendar",
    "countries",
    "goods_costs",
    "origins",
)
STORED_BY = ("products", "calendar", "prebuild")
"""Tables that the prices of routes, landed goods, delivery and stock follow from."""


class HeldPlan:
    """A run's plan, to be priced under other figures.

    Parameters
    ----------
    run : Run
        With a plan.
    """

    def __init__(self, run: Run) -> None:
        decisions = run.decisions
        if decisions is None:
            raise ValueError("the run has no plan")
        self.model, self.decisions = run.model, decisions
        network = run.problem.network
        self._pieces = pieces_of(network, read_figures(network.parameters))
        self._priced: dict[tuple[str, tuple[Hashable, ...]], Any] = {}
        # Tables are told apart by identity, so they must live as long as the prices.
        self._kept: list[Problem] = []

    def result(self, problem: Problem) -> float:
        """Return the contribution of the plan.

        The delay of orders in later bands of a site is priced as in the run.

        Parameters
        ----------
        problem : Problem
            The run's, with other prices, rates or parameters.

        Returns
        -------
        float
            USD a year: revenue less every cost.
        """
        self._kept.append(problem)
        delivery = self._delivery(problem)
        left = self._left(delivery)
        return -(
            self._by_order(delivery)
            + self._inbound_usd(problem, left)
            + self._sites_usd(self._sites(problem), left)
            + self._contracts_usd(problem, left)
            + self._not_served_usd(problem)
        )

    def _cached(self, name: str, problem: Problem, tables: tuple[str, ...], *more: Any) -> Any:
        """Return what was priced from the same tables and figures, None where nothing was."""
        key = (name, (*(id(problem.network[table]) for table in tables), *map(str, more)))
        return key, self._priced.get(key)

    def _delivery(self, problem: Problem) -> Delivery:
        figures = read_figures(problem.network.parameters)
        used = (figures.hazard, figures.conversion, figures.by_mail, figures.from_site)
        key, known = self._cached(
            "delivery", problem, DELIVERED_BY, *used, figures.crossing, id(problem.regime)
        )
        if known is None:
            base = self.model.economics.lanes
            known = self._priced[key] = price_delivery(problem, self.model.distances, base)
            # options of lane rates are grouped by price, so other prices may group them otherwise
            if not np.array_equal(known.lanes.option, base.option):
                raise ValueError("lanes have other delivery options at these prices")
        priced: Delivery = known
        return priced

    def _sites(self, problem: Problem) -> SitePrices:
        figures = read_figures(problem.network.parameters)
        used = (figures.capital_recovery, figures.importer_setup_usd, figures.policy)
        built_key, stores = self._cached("stores", problem, BUILT_BY)
        if stores is None:
            tables = (problem.network[name] for name in BUILT_BY)
            stores = self._priced[built_key] = warehouses(*tables, pieces=self._pieces)
        key, known = self._cached("sites", problem, (*BUILT_BY, *STORED_BY), *used)
        if known is None:
            known = self._priced[key] = price_sites(problem, stores)
        priced: SitePrices = known
        return priced

    def _inbound_usd(self, problem: Problem, left: Array) -> float:
        """Return the cost of goods brought in and of safety stock."""
        figures = read_figures(problem.network.parameters)
        key, routes = self._cached("routes", problem, ROUTED_BY)
        if routes is None:
            model = self.model
            routes = same_routes(problem, model.distances, model.economics.routes)
            self._priced[key] = routes
        used = (figures.entry, figures.holding, figures.policy, figures.conversion)
        landed_key, known = self._cached(
            "inbound", problem, (*ROUTED_BY, *LANDED_BY), *used, id(problem.regime)
        )
        if known is None:
            inbound = price_inbound(problem, routes)
            known = (inbound.total, price_safety_stock(problem, routes, inbound))
            self._priced[landed_key] = known
        total, safety = known
        brought = self.decisions.inbound * self._ratio(left)[routes.site]
        goods = np.where(brought > 0, total, 0.0) * np.where(brought > 0, brought, 0.0)
        return float(goods.sum() + safety.cost(left.sum(axis=2)).sum())

    def _by_order(self, delivery: Delivery) -> float:
        """Return what the orders cost by themselves, revenue negative."""
        orders, distance_usd = self._orders
        value = np.where(orders > 0, delivery.value.total, 0.0) * orders
        was = self.model.economics.delivery_options.table["usd_100km"].to_numpy(float)
        new = delivery.options.table["usd_100km"].to_numpy(float)
        dearer = np.divide(new, was, out=np.ones_like(was), where=was > 0)
        by_distance = distance_usd * dearer[:, None, None] * delivery.price_multiplier
        return float(value.sum() + by_distance.sum())

    def _left(self, delivery: Delivery) -> Array:
        """Return the orders that leave each site, (n_sites, n_products, n_periods)."""
        site, option, k, t, orders = self._from_sites
        left = np.zeros_like(self._left_before)
        np.add.at(left, (site, k, t), orders * delivery.survival.units[option, k, t])
        return left

    def _ratio(self, left: Array) -> Array:
        """Return the orders that leave each site over those of the run."""
        before = self._left_before
        return np.divide(left, before, out=np.ones_like(before), where=before > 0)

    def _sites_usd(self, sites: SitePrices, left: Array) -> float:
        """Return the cost of buildings, handling, storage and of stocking products."""
        instance, decisions = self.model.instance, self.decisions
        is_open = decisions.opened > 0.5
        size, site = decisions.opened.argmax(axis=1), np.arange(len(instance.sites))
        economics = self.model.economics
        delay = instance.handling_usd - economics.warehouses.handling_usd
        handling = (sites.warehouses.handling_usd + delay)[site, size]
        before = self._left_before.sum(axis=1)
        more = np.divide(left.sum(axis=1), before, out=np.ones_like(before), where=before > 0)
        handled = self._used * more[:, None, :]
        entry = sites.entry_usd[:, None] * decisions.stocked
        return float(
            sites.fixed_usd[is_open].sum()
            + (handled * handling[:, :, None]).sum()
            + (sites.storage_usd * left).sum()
            + entry.sum()
            + self._plants_usd
        )

    def _contracts_usd(self, problem: Problem, left: Array) -> float:
        """Return what contracts add to the prices of the bands."""
        network = problem.network
        fees = contract_fees(network["sites"], network["contracts"], problem.days)
        return 0.0 if fees is None else float(fees.added_usd(left.sum(axis=1)).sum())

    def _not_served_usd(self, problem: Problem) -> float:
        """Return the goodwill lost with the orders that are not served."""
        lost = self._missing * problem.network.parameters["unserved_penalty_usd"]
        return lost if self._missing else 0.0  # the goodwill may be without limit

    @cached_property
    def _missing(self) -> float:
        return float(missing_orders(self.model.instance, self.decisions).sum())

    @cached_property
    def _plants_usd(self) -> float:
        inbound = self.model.instance.required_inbound
        orders = self.decisions.inbound.sum(axis=(1, 2))
        made = np.bincount(inbound.route_origin, weights=orders, minlength=len(inbound.origins))
        made = made + shipped_orders(self.model.instance, self.decisions).sum(axis=(1, 2))
        return float(inbound.origin_fixed_usd[made > MADE * made.sum()].sum())

    @cached_property
    def _orders(self) -> tuple[Array, Array]:
        """Orders, and their price by distance, by delivery option, product and period."""
        instance, decisions = self.model.instance, self.decisions
        orders, distance = np.zeros(instance.units.shape), np.zeros(instance.units.shape)
        at = (instance.lane_option[decisions.lane], decisions.product, decisions.period)
        np.add.at(orders, at, decisions.orders)
        np.add.at(distance, at, decisions.orders * instance.lane_usd[decisions.lane])
        return orders, distance

    @cached_property
    def _from_sites(self) -> tuple[NDArray[np.int64], ...]:
        """Site, option, product, period and orders of the flows from sites, added up."""
        instance, decisions = self.model.instance, self.decisions
        here = instance.lane_site[decisions.lane] != MAIL
        lane = decisions.lane[here]
        shape = (len(instance.sites), *instance.units.shape)
        code = np.ravel_multi_index(
            (
                instance.lane_site[lane],
                instance.lane_option[lane],
                decisions.product[here],
                decisions.period[here],
            ),
            shape,
        )
        codes, back = np.unique(code, return_inverse=True)
        orders = np.bincount(back, weights=decisions.orders[here], minlength=len(codes))
        return (*np.unravel_index(codes, shape), orders)

    @cached_property
    def _left_before(self) -> Array:
        return leaving_orders(self.model.instance, self.decisions)

    @cached_property
    def _used(self) -> Array:
        return band_use(self.model.instance, self.decisions)
