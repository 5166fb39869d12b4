"""What the goods of an order cost when they stand in a site: goods, freight, duty, import VAT, holding on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem
from fulfill.model.economics import duty
from fulfill.model.economics.freight import Index, Routes
from fulfill.model.economics.inventory import cover_days, holding_cost, stock_by_period

Array = NDArray[np.float64]
ROUTES_KEPT = 4
"""Gateways kept for each site and group of origins, the cheapest first; more are kept where capacity is shared."""


@dataclass(frozen=True)
class Replenishment:
    """A site's usual route for a product: landed value, lead time; each (n_sites, n_products)."""

    value: Array
    days: Array
    days_sd: Array


def goods_matrix(problem: Problem) -> Array:
    """Return goods cost, (n_origins, n_products); infinite where the origin does not make the product."""
    network = problem.network
    table = network["goods_costs"].pivot(
        index="origin_id", columns="product_id", values="goods_usd"
    )
    full = table.reindex(
        index=network["origins"]["origin_id"], columns=network["products"]["product_id"]
    )
    return full.fillna(np.inf).to_numpy(float)


def cheapest_goods(problem: Problem, country: str | None = None) -> Array:
    """Return the cheapest goods cost by product over all origins, or those of a country, (n_products,)."""
    goods = goods_matrix(problem)
    if country is not None:
        goods = goods[(problem.network["origins"]["country"] == country).to_numpy()]
    best = goods.min(axis=0) if len(goods) else np.full(goods.shape[1], np.inf)
    return np.asarray(best)


def usable_routes(problem: Problem, routes: Routes) -> Routes:
    """Drop routes that the channels forbid, without a freight row, through a gateway without capacity, or of no use.

    Of the routes of one site and gateway only origins that are cheapest for some product stay
    (origins with a limit of their own always stay); of the gateways of a site the `ROUTES_KEPT`
    cheapest of the mean product stay. A bound refers to the instance after this choice.
    """
    origins = problem.network["origins"]
    nearshore = (origins["country"] != "CN").to_numpy()[routes.origin]
    channels = set(problem.channels)
    allowed = np.where(
        nearshore, "nearshore" in channels, bool(channels & {"local", "cross_border"})
    )
    passable = np.append((problem.network["gateways"]["capacity_m3_month"] > 0).to_numpy(), True)[
        routes.gateway
    ]
    priced = np.isfinite(routes.usd_m3) & np.isfinite(routes.usd_kg)
    routes = routes.take(np.flatnonzero(allowed & passable & priced))
    if not len(routes):
        return routes
    products = problem.network["products"]
    volume, weight = products["volume_m3"].to_numpy(float), products["weight_kg"].to_numpy(float)
    cost = (
        goods_matrix(problem)[routes.origin]
        + (routes.usd_m3 + routes.fee_usd_m3)[:, None] * volume
        + routes.usd_kg[:, None] * weight
        + holding_cost(
            problem.network.parameters["holding_rate"],
            products["transfer_value_usd"],
            routes.days[:, None],
        )
    )
    limited = (origins["capacity_m3_month"].notna() | (origins["minimum_m3_year"] > 0)).to_numpy()[
        routes.origin
    ]
    group = np.where(limited, routes.origin + 1, 0)
    wins = _wins(cost, np.stack([routes.site, group, routes.gateway]))
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
    """Return rows of the cheapest gateways of each site and origin group, by the mean over products it can bring."""
    best_cost = cost.min(axis=0)
    excess = np.where(
        np.isfinite(cost), cost - np.where(np.isfinite(best_cost), best_cost, 0.0), np.nan
    )
    mean = np.nanmean(excess, axis=1)
    _, stage = np.unique(np.stack([routes.site, group]), axis=1, return_inverse=True)
    rows: list[int] = []
    for place in range(int(stage.max()) + 1):
        members = np.flatnonzero(stage.ravel() == place)
        best: dict[int, float] = {}
        for row in members[np.argsort(mean[members], kind="stable")]:
            gateway = int(routes.gateway[row])
            if gateway in best or len(best) < ROUTES_KEPT:
                best.setdefault(gateway, float(mean[row]))
                rows.append(int(row))
    return np.array(sorted(rows), dtype=np.int64)


def price_routes(problem: Problem, routes: Routes) -> dict[str, Array]:
    """Return the landed cost of one order by part, each (n_routes, n_products, n_periods)."""
    network, figures = problem.network, problem.network.parameters
    products, calendar = network["products"], network["calendar"]
    volume, weight = products["volume_m3"].to_numpy(float), products["weight_kg"].to_numpy(float)
    factor = calendar["freight_factor"].to_numpy(float)
    freight = (routes.usd_m3[:, None] * volume + routes.usd_kg[:, None] * weight)[
        :, :, None
    ] * factor
    goods = goods_matrix(problem)[routes.origin][:, :, None]
    transfer = products["transfer_value_usd"].to_numpy(float)[None, :, None]
    to_border = (routes.border_usd_m3[:, None] * volume + routes.border_usd_kg[:, None] * weight)[
        :, :, None
    ] * factor
    duties, vat = _border_taxes(problem, routes, transfer, to_border)
    landed = goods + freight + duties
    _, ahead = stock_by_period(network)
    days = routes.days[:, None, None] + cover_days(network)[None, :, None] + ahead[None, None, :]
    parts = {
        "goods": goods,
        "freight": freight + figures["insurance_rate"] * transfer,
        "gateway": (routes.fee_usd_m3[:, None] * volume)[:, :, None],
        "duty": duties,
        "import_vat": vat,
        "holding": holding_cost(
            figures["holding_rate"], np.where(np.isfinite(landed), landed, 0.0), days
        ),
    }
    shape = (len(routes), len(products), len(calendar))
    return {name: np.broadcast_to(value, shape) for name, value in parts.items()}


def _border_taxes(
    problem: Problem, routes: Routes, transfer: Array, to_border: Array
) -> tuple[Array, Array]:
    """Return duty with fees, and the cost of import VAT, of formal entry into each route's site's country.

    Goods made in the site's country pass no border. Goods of a nearshore plant enter the US free of
    duty for the share that meets the rules of origin and at the ordinary rate for the rest.
    """
    network, figures = problem.network, problem.network.parameters
    country = network["sites"]["country"].to_numpy()[routes.site]
    made_in = network["origins"]["country"].to_numpy()[routes.origin]
    cif = transfer * (1.0 + figures["insurance_rate"]) + to_border
    countries = network["countries"].set_index("country")
    classes, roo = (
        network["products"]["tariff_class"],
        network["products"]["roo_share"].to_numpy(float),
    )
    values = network["products"]["transfer_value_usd"]
    duties, vat = np.zeros_like(cif), np.zeros_like(cif)
    for place in np.unique(country):
        for source in np.unique(made_in[country == place]):
            if source == place:
                continue
            rows = np.flatnonzero((country == place) & (made_in == source))
            group = "CN" if source == "CN" else "USMCA"
            for k, (tariff_class, value) in enumerate(zip(classes, values, strict=True)):
                share = roo[k] if group == "USMCA" else 0.0
                ordinary = _formal_share(problem, str(place), "formal", group, tariff_class, value)
                free = (
                    _formal_share(problem, str(place), "preferential", group, tariff_class, value)
                    if share
                    else ordinary
                )
                base_cif = cif[rows, k]
                duties[rows, k] = sum(  # a part that is none has no rule to pay by
                    part
                    * duty.formal_duty(base_cif if base == "cif" else transfer[0, k, 0], rate, fee)
                    for part, (rate, fee, base) in ((1.0 - share, ordinary), (share, free))
                    if part > 0
                )
            due = duty.import_vat(cif[rows], duties[rows], float(countries["vat_rate"][place]))
            credited = bool(countries.at[place, "vat_credited"])
            wait = holding_cost(figures["capital_rate"], due, figures["vat_credit_days"])
            vat[rows] = wait if credited else due
    return duties, vat


def _formal_share(
    problem: Problem, country: str, kind: str, group: str, tariff_class: str, value: float
) -> tuple[float, float, str]:
    """Return duty rate, fee share and base of a formal entry; a missing preference falls back to the ordinary rule.

    Without either the goods cannot be entered: the rate is infinite.
    """
    rule = problem.regime.find(country, kind, group, tariff_class, value)
    if rule is None:
        rule = problem.regime.find(country, "formal", group, tariff_class, value)
    if rule is None:
        return np.inf, 0.0, "cif"
    return rule.rate, rule.fee_share(problem.network.parameters["entry_value_usd"]), rule.base


def replenishment(problem: Problem, routes: Routes, parts: dict[str, Array]) -> Replenishment:
    """Return landed value and lead time of the cheapest route of every site and product.

    Zero where no route brings the product: none of it stands there, as nothing leaves that was not
    brought in.
    """
    n_sites, n_products = len(problem.network["sites"]), len(problem.network["products"])
    cost = np.asarray(sum(parts.values())).mean(axis=2)
    worth = (parts["goods"] + parts["freight"] + parts["duty"]).mean(axis=2)
    value, days, spread = (np.zeros((n_sites, n_products)) for _ in range(3))
    for site in np.unique(routes.site):
        rows = np.flatnonzero(routes.site == site)
        best = rows[np.argmin(cost[rows], axis=0)]
        reached = np.isfinite(cost[best, np.arange(n_products)])
        value[site] = np.where(reached, worth[best, np.arange(n_products)], 0.0)
        days[site], spread[site] = routes.days[best], routes.days_sd[best]
    return Replenishment(value, days, spread)
