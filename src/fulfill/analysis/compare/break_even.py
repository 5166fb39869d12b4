"""Break-even points between direct mail and stock near the consumer.

They are found in volume, consumer price, duty rate and customs value, each for the mean order of a
product in a country (`unit_economics.py`). Prices and rates are changed in the tables, and
`fulfill.model.economics` prices the mean order again. Columns of the table:

``orders``, ``reach``
    Potential orders a year of the country, and the share of them that both mail and stock
    can reach. All other columns refer to this share.
``mail_usd_per_order``, ``local_usd_per_order``, ``entry_usd_year``, ``safety_usd_year``,
``gain_usd_per_order``
    Margins, entry cost, safety stock, and the gain of stock per order at the current volume.
``winner``
    ``local`` where the gain is positive, otherwise ``direct_mail``; empty where there is
    nothing to compare.
``break_even_orders_year``
    (a) Volume at which ``(local - mail) orders = entry + safety(orders)``; stock wins above
    it. Infinite: at no volume; 0: at any. Safety stock is concave in the orders, as the
    variance of demand grows in proportion to them.
``break_even_price_usd``
    (b) Consumer price at which the gain is zero, with transfer value and goods cost
    unchanged, between 0.2 and 5 times the price and nearest to it. At the end of a value
    band of the courier tax the gain jumps; then it is the price at which the winner changes.
``break_even_duty_rate``
    (c) Formal duty rate of the goods of the product's cheapest origin overseas, between 0 and
    500 %, above which mail wins. Routes are chosen again for each rate: with goods from a plant
    in the country, or under a preference, there may be no such rate.
``break_even_value_ratio``, ``value_ratio``
    (d) Transfer value over net price up to which formal entry pays less tax than courier
    entry (`duty.break_even_value_ratio`: taxes only, import VAT credited, no fixed fees),
    and the ratio of the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.compare.unit_economics import (
    Margin,
    OpenAssortment,
    UnitEconomics,
    inbound_usd,
    margin,
    mean_unit_economics,
    weighted,
    winners,
)
from fulfill.inputs.problem import Problem
from fulfill.inputs.tariffs import courier_entry
from fulfill.model.economics import duty
from fulfill.model.economics.inbound import overseas_groups
from fulfill.model.economics.landed import price_inbound, price_orders, price_safety_stock
from fulfill.study.run import PricedModel

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]
PRICE_FACTORS = np.geomspace(0.2, 5.0, 17)
"""Multiples of a product's price between which a break-even price is searched."""
HIGHEST_DUTY = 5.0
"""Largest formal duty rate for which a break-even is searched: 500 %."""
LARGEST_VOLUME = 1e12
HALVINGS = 22
"""Steps of bisection: they narrow the widest bracket, a duty rate from 0 to 5, to about 1e-6."""


def break_evens(priced: PricedModel, stocking: OpenAssortment, country: str) -> pd.DataFrame:
    """Return the margins of a country's mean order, and the values at which the winner changes.

    Stock is kept in the open sites of the country.

    Parameters
    ----------
    priced : PricedModel
        Model of the mixed plan.
    stocking : OpenAssortment
        Open sites of all countries, and what they stock.
    country : str
        ISO code.

    Returns
    -------
    DataFrame
        One row for each product, with the columns described in this module; NaN where there is no
        such value (no open site, no mail, or no break-even in the range searched).
    """
    problem = priced.problem
    products = problem.network["products"]
    inside = stocking.within((problem.network["sites"]["country"] == country).to_numpy())
    zones = (problem.demand.zones["country"] == country).to_numpy()
    mean = mean_unit_economics(priced, inside, zones)
    sides = margin(priced, mean)
    gain = sides.gain(mean.orders)
    taxes = pd.DataFrame(
        [_tax_figures(problem, country, row) for row in products.itertuples(index=False)]
    )
    return pd.DataFrame(
        {
            "country": country,
            "product": products["product_id"],
            "orders": problem.orders[zones].sum(axis=(0, 2)),
            "reach": mean.reach,
            "stocked": inside.stocked.any(axis=0),
            "n_stocking_sites": (mean.drawn.sum(axis=2) > 0).sum(axis=0),
            "mail_usd_per_order": sides.mail,
            "local_usd_per_order": sides.local,
            "entry_usd_year": sides.entry,
            "safety_usd_year": sides.safety,
            "gain_usd_per_order": gain,
            "winner": winners(gain),
            "break_even_orders_year": break_even_volume(priced, mean, sides),
            "price_usd": products["price_usd"],
            "break_even_price_usd": _price(priced, mean, sides),
            "duty_rate": taxes["duty_rate"],
            "break_even_duty_rate": _duty(priced, mean, sides, country),
            "value_ratio": taxes["value_ratio"],
            "break_even_value_ratio": taxes["break_even_value_ratio"],
        }
    )


def break_even_volume(priced: PricedModel, mean: UnitEconomics, sides: Margin) -> Array:
    """Return the break-even volume (a), orders a year.

    The yearly gain is convex in the orders and not positive at zero, so it crosses zero at most
    once.

    Parameters
    ----------
    priced : PricedModel
        Its safety stock is used.
    mean : UnitEconomics
        Mean order of each product.
    sides : Margin
        Its margins by mail and from stock.

    Returns
    -------
    (n_products,) array
        0 where stock wins at any volume, infinite where at none; NaN without orders.
    """

    def wins(power: Array) -> Mask:
        volume = 10.0**power
        safety = mean.safety_usd(priced.economics.safety, volume)
        return np.asarray((sides.local - sides.mail) * volume > sides.entry + safety)

    # Bisection in the exponent, as break-even volumes differ by orders of magnitude.
    top = np.log10(LARGEST_VOLUME)
    low, high = np.full(len(mean.orders), -6.0), np.full(len(mean.orders), top)
    always, never = wins(low), ~wins(high)
    found = 10.0 ** _boundary(wins, low, high, halvings=60)
    volume = np.where(always, 0.0, np.where(never, np.inf, found))
    return np.where(mean.orders > 0, volume, np.nan)


def _price(priced: PricedModel, mean: UnitEconomics, sides: Margin) -> Array:
    """Return the break-even price (b), USD."""
    problem, economics = priced.problem, priced.economics
    # Only delivery options with a weight are priced again, as every step prices them all.
    rows = np.flatnonzero((mean.mail.any(axis=(1, 2))) | mean.local.any(axis=(1, 2)))
    small = replace(mean, mail=mean.mail[rows], local=mean.local[rows])
    delivery_options = economics.delivery_options.take(rows)
    inbound = inbound_usd(priced.instance, priced.instance.required_inbound.route_usd)
    price = problem.network["products"]["price_usd"].to_numpy(float)

    def wins(factor: Array) -> Mask:
        changed = _with_products(problem, price_usd=price * factor)
        option_cost = price_orders(changed, delivery_options).total
        stock = price_safety_stock(changed, economics.routes, economics.inbound)
        safety = mean.safety_usd(stock, mean.orders)
        moved = Margin(
            small.mail_margin(option_cost),
            small.local_margin(option_cost, inbound),
            safety,
            sides.entry,
        )
        return np.asarray(moved.gain(mean.orders) > 0)

    if not mean.orders.any():
        return np.full(len(price), np.nan)
    # The gain is not monotonic in the price, so a grid finds every change before bisection.
    won: Mask = np.stack([wins(np.full(len(price), factor)) for factor in PRICE_FACTORS])
    turns: Mask = np.not_equal(won[1:], won[:-1])
    middle = np.sqrt(PRICE_FACTORS[1:] * PRICE_FACTORS[:-1])
    nearest = np.where(turns, np.abs(np.log(middle))[:, None], np.inf).argmin(axis=0)
    factor = _boundary(wins, PRICE_FACTORS[nearest], PRICE_FACTORS[nearest + 1])
    return np.where(turns.any(axis=0) & (mean.orders > 0), price * factor, np.nan)


def _duty(priced: PricedModel, mean: UnitEconomics, sides: Margin, country: str) -> Array:
    """Return the break-even duty rate (c).

    Every product gets its own tariff class, so that one evaluation tests a rate for each of them.
    """
    problem, economics, instance = priced.problem, priced.economics, priced.instance
    drawn = mean.drawn.sum(axis=(1, 2)) > 0
    rows = np.flatnonzero(drawn[instance.required_inbound.route_site])
    routes = economics.routes.take(rows)
    changed, product, answers = _own_classes(problem, country)
    # The margin before inbound cost, from which the cost at each rate is subtracted.
    local_usd = mean.local_margin(instance.option_cost, np.zeros_like(mean.drawn))

    def wins(rate: Array) -> Mask:
        table = changed.regime.rows.assign(
            rate=np.where(answers, rate[product], changed.regime.rows["rate"])
        )
        cost = price_inbound(changed.priced_variant(rules=table), routes)
        inbound = inbound_usd(instance, cost.total, rows)
        safety = mean.safety_usd(price_safety_stock(problem, routes, cost), mean.orders)
        moved = replace(sides, local=local_usd - weighted(mean.drawn, inbound), safety=safety)
        return np.asarray(moved.gain(mean.orders) > 0)

    n_products = len(mean.orders)
    if not len(rows):
        return np.full(n_products, np.nan)
    low, high = np.zeros(n_products), np.full(n_products, HIGHEST_DUTY)
    turns = wins(low) & ~wins(high) & (mean.orders > 0)
    return np.where(turns, _boundary(wins, low, high), np.nan)


def _boundary(
    wins: Callable[[Array], Mask], low: Array, high: Array, halvings: int = HALVINGS
) -> Array:
    """Return where `wins` changes between `low` and `high`, by bisection for each product."""
    at_low = wins(low)
    for _ in range(halvings):
        middle = (low + high) / 2.0
        same = wins(middle) == at_low
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return (low + high) / 2.0


def _with_products(problem: Problem, **columns: Array) -> Problem:
    """Return the problem with other columns in its products table."""
    return problem.priced_variant(products=problem.network["products"].assign(**columns))


def _own_classes(problem: Problem, country: str) -> tuple[Problem, Index, Mask]:
    """Give every product its own tariff class.

    Returns
    -------
    problem : Problem
        With the rows of formal and preferential entry repeated for every product.
    product : (n_rows,)
        Position of the product of each row.
    answers : (n_rows,)
        Whether the row is the formal rule for the product's goods from overseas in the country.
    """
    products = problem.network["products"]
    rows = problem.regime.rows
    rows = rows[rows["entry_kind"].isin(["formal", "preferential"])]
    groups = _groups(problem)
    pieces, answers = [], []
    listed: Iterable[Any] = products.itertuples(index=False)
    for number, row in enumerate(listed):
        # Rows of the class precede those for any class, as the lookup takes the first match.
        own = pd.concat(
            [rows[rows["tariff_class"] == row.tariff_class], rows[rows["tariff_class"] == "any"]]
        )
        rule = problem.regime.find(
            country, "formal", groups[row.product_id], row.tariff_class, row.transfer_value_usd
        )
        pieces.append(own.assign(tariff_class=row.product_id, product=number))
        answers.append((own["rule_id"] == (rule.rule_id if rule else "")).to_numpy())
    table = pd.concat(pieces, ignore_index=True)
    renamed = _with_products(problem, tariff_class=products["product_id"].to_numpy())
    product = table.pop("product").to_numpy()
    return renamed.priced_variant(rules=table), product, np.concatenate(answers)


def _groups(problem: Problem) -> dict[str, str]:
    """Return the tariff group of each product's cheapest origin overseas."""
    network = problem.network
    return overseas_groups(network["origins"], network["products"], network["goods_costs"])


def _tax_figures(problem: Problem, country: str, product: Any) -> dict[str, float]:
    """Return formal duty rate, transfer value over net price, and (d); NaN without a rule.

    The fees are those of goods that come by sea, on the base of the duty: (d) has one base.
    """
    network, regime = problem.network, problem.regime
    vat = dict(
        zip(
            network["countries"]["country"],
            network["countries"]["vat_rate"].astype(float),
            strict=True,
        )
    )[country]
    net = product.price_usd / (1.0 + vat)
    group, kind = _groups(problem)[product.product_id], product.tariff_class
    formal = regime.find(country, "formal", group, kind, product.transfer_value_usd)
    courier = courier_entry(
        regime, country, group, kind, product.price_usd, network.value_base, vat
    ).rule
    ratio = np.nan
    if formal is not None and courier is not None:
        fee = formal.fee_share(formal.base, network.parameters["entry_value_usd"], "sea")
        ratio = duty.break_even_value_ratio(courier.rate, vat, formal.rate, fee, network.value_base)
    rate = formal.rate if formal is not None else np.nan
    return {
        "duty_rate": rate,
        "value_ratio": product.transfer_value_usd / net,
        "break_even_value_ratio": ratio,
    }
