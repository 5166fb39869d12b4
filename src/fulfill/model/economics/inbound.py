"""The landed cost of the goods of an order in a site.

Goods at the origin, freight, duty, import VAT, and holding in transit and in cycle stock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.origins import can_mail, is_overseas
from fulfill.model.economics.duty import BorderTaxes
from fulfill.model.economics.freight import FreightCost, Index, Routes
from fulfill.model.economics.inventory import (
    HoldingRates,
    Replenishment,
    StockByPeriod,
    holding_cost,
)

Array = NDArray[np.float64]
ROUTES_KEPT = 4
"""Gateways kept for each site and group of origins, the cheapest first.

More are kept where capacity is shared."""


@dataclass(frozen=True)
class GoodsCost:
    """What the goods of an order cost at their origin, USD.

    Attributes
    ----------
    by_origin : (n_origins, n_products)
        Infinite where the origin does not make the product.
    cheapest : (n_products,)
        Least cost over all origins.
    limited : frozenset of str
        Ids of the origins that make a limited amount of some product.
    """

    by_origin: Array
    cheapest: Array
    limited: frozenset[str] = frozenset()

    def mailed(self, origins: pd.DataFrame, from_country: str) -> Array:
        """Return the least cost over the origins that a mail service collects from.

        Parameters
        ----------
        origins : DataFrame
            In the order of the axis of `by_origin`.
        from_country : str
            Country that the service names; empty for all.

        Returns
        -------
        ndarray, shape (n_products,)
            USD; infinite where none makes the product.
        """
        from_there = self.by_origin[can_mail(origins, from_country)]
        return np.asarray(from_there.min(axis=0, initial=np.inf))


@dataclass(frozen=True)
class InboundCost:
    """Cost of one dispatched order by route.

    Attributes
    ----------
    parts : dict of (n_routes, n_products, n_periods)
        USD per dispatched order, by part: goods, freight, gateway, duty, import_vat, holding;
        infinite where the route's origin does not make the product.
    """

    parts: dict[str, Array]

    @property
    def total(self) -> Array:
        """Return the sum of the parts, USD, (n_routes, n_products, n_periods)."""
        return np.asarray(sum(self.parts.values()))

    @property
    def goods_value(self) -> Array:
        """Return the value of the goods in stock, USD, (n_routes, n_products, n_periods).

        Goods, freight and duty.
        """
        return self.parts["goods"] + self.parts["freight"] + self.parts["duty"]


def goods_cost(
    origins: pd.DataFrame, products: pd.DataFrame, goods_costs: pd.DataFrame
) -> GoodsCost:
    """Read what goods cost at their origins.

    Parameters
    ----------
    origins, products : DataFrame
        They give the order of the axes.
    goods_costs : DataFrame
        Columns origin_id, product_id, goods_usd, orders_day.
    """
    pairs = pd.MultiIndex.from_product([origins["origin_id"], products["product_id"]])
    listed = goods_costs.set_index(["origin_id", "product_id"])["goods_usd"].reindex(pairs)
    by_origin = listed.fillna(np.inf).to_numpy(float).reshape(len(origins), len(products))
    return GoodsCost(
        by_origin=by_origin,
        cheapest=by_origin.min(axis=0, initial=np.inf),
        limited=frozenset(goods_costs.loc[goods_costs["orders_day"].notna(), "origin_id"]),
    )


def overseas_groups(
    origins: pd.DataFrame, products: pd.DataFrame, goods_costs: pd.DataFrame
) -> dict[str, str]:
    """Return the tariff group of the cheapest origin overseas by product; of all if none is.

    Parameters
    ----------
    origins, products, goods_costs : DataFrame
        As in `goods_cost`.
    """
    cost = goods_cost(origins, products, goods_costs).by_origin
    rows = np.flatnonzero(is_overseas(origins))
    rows = rows if len(rows) else np.arange(len(origins))
    group = origins["origin_group"].to_numpy(object)[rows[cost[rows].argmin(axis=0)]]
    return dict(zip(products["product_id"], group, strict=True))


def usable_routes(
    routes: Routes,
    goods: GoodsCost,
    origins: pd.DataFrame,
    products: pd.DataFrame,
    channels: Collection[str],
    holding: HoldingRates,
) -> Routes:
    """Drop routes that the channels forbid, that have no price, or that no plan would use.

    Of the routes of one site, gateway and mode only origins that are cheapest for some product stay
    (origins with a limit or a fixed cost of their own always stay); of the gateways of a site the
    `ROUTES_KEPT` cheapest of the mean product stay. Routes over a lane with a capacity all stay,
    beside those that take what does not fit. A bound refers to the instance after this choice.

    Parameters
    ----------
    routes : Routes
    goods : GoodsCost
    origins : DataFrame
        Columns kind, capacity_m3_month, minimum_m3_year, fixed_usd_year.
    products : DataFrame
        Columns volume_m3, transfer_value_usd.
    channels : collection of str
        The channels that may be used.
    holding : HoldingRates
    """
    nearshore = (~is_overseas(origins))[routes.origin]
    allowed = np.where(
        nearshore, "nearshore" in channels, "local" in channels or "cross_border" in channels
    )
    routes = routes.take(np.flatnonzero(allowed & np.isfinite(routes.order_usd).any(axis=1)))
    if not len(routes):
        return routes
    cost = (
        goods.by_origin[routes.origin]
        + routes.order_usd
        + routes.fee_usd_m3[:, None] * products["volume_m3"].to_numpy(float)
        + holding_cost(holding.goods, products["transfer_value_usd"], routes.days[:, None])
    )
    limited = origins["capacity_m3_month"].notna() | (origins["minimum_m3_year"] > 0)
    # one with a fixed cost may be left unused for others that are dearer by the order
    limited |= (origins["fixed_usd_year"] > 0) | origins["origin_id"].isin(goods.limited)
    group = np.where(limited.to_numpy()[routes.origin], routes.origin + 1, 0)
    alone = np.flatnonzero(routes.limited)
    group[alone] = len(origins) + 1 + np.arange(len(alone))
    by_mode = np.unique(routes.mode.astype(str), return_inverse=True)[1]
    wins = _wins(cost, np.stack([routes.site, group, routes.gateway, by_mode]))
    keep = np.flatnonzero(wins.any(axis=1))
    return routes.take(keep[_cheapest_gateways(cost[keep], routes.take(keep), group[keep])])


def _wins(cost: Array, key: Index) -> NDArray[np.bool_]:
    """Tell for each route and product whether the route is the cheapest of its key."""
    _, member = np.unique(key, axis=1, return_inverse=True)
    member = member.ravel()
    best = np.full((member.max() + 1, cost.shape[1]), np.inf)
    np.minimum.at(best, member, cost)
    return np.isfinite(cost) & (cost <= best[member])


def _cheapest_gateways(cost: Array, routes: Routes, group: Index) -> Index:
    """Return rows of the cheapest gateways of each site and origin group.

    Gateways are ranked by the mean over the products that they can bring.
    """
    # Less each product's best: the mean of a route must not depend on how expensive the products
    # are that it happens to bring.
    best_cost = cost.min(axis=0)
    excess = np.where(
        np.isfinite(cost), cost - np.where(np.isfinite(best_cost), best_cost, 0.0), np.nan
    )
    mean = np.nanmean(excess, axis=1)
    _, stage = np.unique(np.stack([routes.site, group]), axis=1, return_inverse=True)
    rows: list[int] = []
    for place in range(int(stage.max()) + 1):
        members = np.flatnonzero(stage.ravel() == place)
        best: set[int] = set()
        for row in members[np.argsort(mean[members], kind="stable")]:
            gateway = int(routes.gateway[row])
            if gateway in best or len(best) < ROUTES_KEPT:
                best.add(gateway)
                rows.append(int(row))
    return np.array(sorted(rows), dtype=np.int64)


def inbound_cost(
    routes: Routes,
    goods: GoodsCost,
    freight: FreightCost,
    taxes: BorderTaxes,
    products: pd.DataFrame,
    stock: StockByPeriod,
    holding: HoldingRates,
    insurance_rate: float,
) -> InboundCost:
    """Return the landed cost of one dispatched order by route and part.

    Parameters
    ----------
    routes : Routes
    goods : GoodsCost
    freight : FreightCost
    taxes : BorderTaxes
    products : DataFrame
        Columns volume_m3, transfer_value_usd.
    stock : StockByPeriod
        Goods are held in transit, in cycle stock, and from landing ahead up to the sale.
    holding : HoldingRates
    insurance_rate : float
        Share of the transfer value.
    """
    volume = products["volume_m3"].to_numpy(float)
    transfer = products["transfer_value_usd"].to_numpy(float)[None, :, None]
    at_origin = goods.by_origin[routes.origin][:, :, None]
    landed = at_origin + freight.total + taxes.duty
    days = (
        routes.days[:, None, None]
        + stock.cover_days[None, :, None]
        + stock.ahead_days[None, None, :]
    )
    parts = {
        "goods": at_origin,
        "freight": freight.total + insurance_rate * transfer,
        "gateway": (routes.fee_usd_m3[:, None] * volume)[:, :, None],
        "duty": taxes.duty,
        "import_vat": taxes.import_vat,
        # The goods are infinite already where the origin does not make the product.
        "holding": holding_cost(holding.goods, np.where(np.isfinite(landed), landed, 0.0), days),
    }
    return InboundCost(
        {name: np.broadcast_to(value, freight.total.shape) for name, value in parts.items()}
    )


def cheapest_route(routes: Routes, inbound: InboundCost, n_sites: int) -> Replenishment:
    """Return landed value and lead time of the cheapest route of every site and product.

    Parameters
    ----------
    routes : Routes
    inbound : InboundCost
        Cost of these routes.
    n_sites : int

    Returns
    -------
    Replenishment
        Zero where no route brings the product: none of it stands there.
    """
    cost, worth = inbound.total.mean(axis=2), inbound.goods_value.mean(axis=2)
    n_products = cost.shape[1]
    value, days, spread = (np.zeros((n_sites, n_products)) for _ in range(3))
    for site in np.unique(routes.site):
        rows = np.flatnonzero(routes.site == site)
        best = rows[np.argmin(cost[rows], axis=0)]
        reached = np.isfinite(cost[best, np.arange(n_products)])
        value[site] = np.where(reached, worth[best, np.arange(n_products)], 0.0)
        days[site], spread[site] = routes.days[best], routes.days_sd[best]
    return Replenishment(value, days, spread)
