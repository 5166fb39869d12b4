"""Independent costs of the sites, from the tables by the formulas of docs/formulation.md.

Rent, opening, importer set-up, handling by band, delay in a band, storage and safety stock. Nothing
of `model/economics` is used. Safety stock depends on the lead time and value of the usual inbound
route of a site and product; this route is the cheapest one of the instance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.audit.backlog import delay_steps
from fulfill.audit.contracts import contract_charges, first_fees
from fulfill.audit.delivery_options import OWN, delivery_options, lowest_goods, option_orders
from fulfill.audit.goods_flows import Legs, cycle_days, goods_costs
from fulfill.inputs.dated_rules import RuleSpan
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NORMAL = NormalDist()


@dataclass(frozen=True)
class Bands:
    """Use of the capacity bands of the open sites, or of the steps of their delay.

    Attributes
    ----------
    handled : (n_open, n_bands, n_periods)
        Orders.
    handling_usd, wait_usd, delay_days : (n_open, n_bands)
        Handling of an order (USD), cost of its delay (USD), and the delay (days).
    """

    handled: Array
    handling_usd: Array
    wait_usd: Array
    delay_days: Array


def open_sites(problem: Problem, instance: LocationInstance, decisions: Decisions) -> pd.DataFrame:
    """Return the open sites with the data of their sizes.

    Parameters
    ----------
    problem : Problem
        Its tables of sites and sizes are used.
    instance : LocationInstance
        Names of the sizes.
    decisions : Decisions
        The plan.

    Returns
    -------
    DataFrame
        sites.csv joined with site_sizes.csv, one row for each open site; `row` is the position in
        sites.csv.
    """
    row, size = np.nonzero(decisions.opened > 0.5)
    sites = problem.network["sites"].iloc[row][
        ["site_id", "country", "ownership", "rent_usd_m2_month", "labour_usd_hour",
         "pick_usd_order", "storage_usd_m3_month"]
    ].assign(row=row, size=np.array(instance.sizes)[size])  # fmt: skip
    sizes = problem.network["site_sizes"].drop(columns=["source", "source_date", "status", "range"])
    sites = sites.assign(rows_of=_rows_of(sites["site_id"], sizes))
    sizes = sizes.rename(columns={"site_id": "rows_of"})
    keys = ["ownership", "rows_of", "size"]
    return sites.merge(sizes, how="left", on=keys, validate="many_to_one")


def _rows_of(sites: pd.Series, table: pd.DataFrame) -> pd.Series:
    """Return whose rows of a table hold for each site: its own if there are any, else `any`."""
    return sites.where(sites.isin(table["site_id"]), "any")


def capital_recovery(problem: Problem) -> float:
    """Return the yearly share of a one-off cost: ``rho / (1 - (1 + rho)^-n)``."""
    rate = problem.network.parameters["capital_rate"]
    years = problem.network.parameters["horizon_years"]
    return float(rate / (1.0 - (1.0 + rate) ** -years)) if rate > 0 else 1.0 / years


def fill_bands(problem: Problem, sites: pd.DataFrame, leaving: Array) -> Bands:
    """Fill the bands of open sites in ascending order of cost, the cost of delay included.

    Parameters
    ----------
    problem : Problem
        Its tables of bands and of the daily profile are used.
    sites : DataFrame
        Of `open_sites`.
    leaving : (n_open, n_periods)
        Orders that leave each site.

    Returns
    -------
    Bands
        Orders beyond the total capacity of a site are in its dearest band; the audit of the
        constraints reports them.
    """
    bands = problem.network["bands"]
    table = bands.set_index(["ownership", "site_id", "band"])
    names = table.index.unique("band")
    whose = (sites["ownership"], _rows_of(sites["site_id"], bands))
    repeated = [np.repeat(column.to_numpy(object), len(names)) for column in whose]
    asked = pd.MultiIndex.from_arrays([*repeated, np.tile(names.to_numpy(object), len(sites))])

    def column(name: str) -> Array:
        by_band = table[name].reindex(asked).fillna(0.0)  # a band not offered has no capacity
        return by_band.to_numpy(float).reshape(len(sites), len(names))

    labour = sites["labour_usd_hour"] * sites["minutes_order"] / 60.0
    base = labour.to_numpy(float) + first_fees(problem, sites)
    usd = base[:, None] * column("price_factor")
    day = day_of_delay(problem).loc[sites["country"]].to_numpy(float)
    delay, factor = column("delay_days"), column("capacity_factor")
    if steps := delay_steps(problem):
        share, late = steps
        usd, factor = (np.repeat(by_band, len(share), axis=1) for by_band in (usd, factor))
        factor = factor * np.tile(share, len(names))
        delay = np.tile(late, (len(sites), len(names)))
    wait = delay * day[:, None]
    room = sites["orders_day"].to_numpy(float)[:, None] * factor
    left_of = remaining_capacity(problem, sites)
    handled = np.zeros((*room.shape, leaving.shape[1]))
    for i in range(len(sites)):
        left, order = leaving[i].copy(), np.argsort(usd[i] + wait[i], kind="stable")
        for b in order:
            handled[i, b] = np.minimum(left, room[i, b] * left_of[i] * problem.days)
            left = left - handled[i, b]
        offered = [b for b in order if room[i, b] > 0]
        handled[i, offered[-1] if offered else order[0]] += left
    return Bands(handled, usd, wait, delay)


def remaining_capacity(problem: Problem, sites: pd.DataFrame) -> Array:
    """Return what disruptions.csv leaves of the throughput of sites, (n_open, n_periods)."""
    rows = problem.network["disruptions"]
    rows = rows[rows["kind"] == "site"]
    factor = np.ones((len(sites), len(problem.periods)))
    for name, period, value in zip(
        rows["id"], rows["period_id"], rows["capacity_factor"], strict=True
    ):
        meant = [period in ("any", one) for one in problem.periods]
        factor[np.ix_((sites["site_id"] == name).to_numpy(), meant)] *= value
    return factor


def day_of_delay(problem: Problem) -> pd.Series:
    """Return the cost of one more day of lead time for an order from a site.

    It is the change in the value of an order at the product mix of the demand, as the median over
    the carrier services of the country, those by ferry left out. A country without services takes
    those across its border.

    Parameters
    ----------
    problem : Problem
        Its tables and orders are used.

    Returns
    -------
    Series
        USD per order and day, by country; zero where nothing can be delivered.
    """
    options = delivery_options(problem)
    now, later = option_orders(problem, options), option_orders(problem, options, later=1.0)
    loss = (later.dispatched - now.dispatched) * lowest_goods(problem)
    with np.errstate(invalid="ignore"):  # infinity less infinity where a product is not admitted
        for name, usd in now.parts.items():
            loss = loss + later.parts[name] - usd
    by_product = np.nan_to_num(loss.mean(axis=2), nan=0.0, posinf=0.0, neginf=0.0)
    mix = problem.orders.sum(axis=(0, 2)) / problem.orders.sum()
    by_option = pd.Series(np.maximum((by_product * mix).sum(axis=1), 0.0))
    channel, country = options.table["channel"], options.table["country"]
    by_land = options.table["ferry_id"] == ""
    rated = options.table["rate_row"] >= 0
    tariffs_only = by_land & ~rated & (options.table["service_id"] != OWN)
    if tariffs_only.any():
        by_land = by_land & ~rated
    carried = (channel == "local") & (options.table["service_id"] != OWN) & by_land
    usual = {}
    for place in problem.network["countries"]["country"]:
        here = carried & (country == place)
        across = (channel == "cross_border") & (country != place) & by_land
        usual[place] = by_option[here if here.any() else across].median()
    return pd.Series(usual).fillna(0.0)  # without a delivery option no order can be late


def storage_m3_months(problem: Problem) -> Array:
    """Return the storage that an order occupies.

    Cycle stock in the period of sale, and goods that land early from the period of landing until
    that of the sale.

    Parameters
    ----------
    problem : Problem
        Its products, calendar and pre-build table are used.

    Returns
    -------
    (n_products, n_periods) array
        m3-months per order, by period of sale.
    """
    table = problem.network["prebuild"]
    months = problem.days * 12.0 / problem.days.sum()
    held = np.minimum(1.0, cycle_days(problem)[:, None] / problem.days) * months
    at = {name: place for place, name in enumerate(problem.periods)}
    for sold, lands, share in zip(
        table["period_id"], table["lands_in"], table["share"], strict=True
    ):
        held[:, at[sold]] += share * months[at[lands] : at[sold]].sum()
    volume = problem.network["products"]["volume_m3"].to_numpy(float)
    return np.asarray(volume[:, None] * held)


def site_costs(
    problem: Problem,
    instance: LocationInstance,
    decisions: Decisions,
    legs: Legs,
    leaving: Array,
    spans: Sequence[RuleSpan] = (),
) -> tuple[dict[str, float], Array]:
    """Return the costs of the sites and the mean delay of their orders.

    Parameters
    ----------
    problem : Problem
        What was planned.
    instance : LocationInstance
        Names of the sizes, and the cheapest route of each site and product.
    decisions : Decisions
        The plan.
    legs : Legs
        Of the inbound routes, for safety stock.
    leaving : (n_sites, n_products, n_periods)
        Orders that leave each site.
    spans : sequence of RuleSpan
        Parts of the year with rules of their own; empty where those of the problem hold all year.

    Returns
    -------
    costs : dict of str to float
        USD a year by part.
    wait : (n_sites + 1, n_periods) array
        Mean delay of the orders of a site, days; the last row is direct mail, which has none.
    """
    sites = open_sites(problem, instance, decisions)
    here = leaving[sites["row"].to_numpy()]
    bands = fill_bands(problem, sites, here.sum(axis=1))
    recovery = capital_recovery(problem)
    products, figures = problem.network["products"], problem.network.parameters
    setup = figures["importer_setup_usd"] + products["certification_usd_sku"] * products["skus"]
    rent = sites["rent_usd_m2_month"] * sites["area_m2"] + sites["fixed_usd_month"]
    fee = sites["storage_usd_m3_month"].to_numpy(float)
    volume = bands.handled.sum(axis=2)
    minimum, above = contract_charges(problem, sites, here.sum(axis=1))
    costs = {
        "rent_and_overhead": 12.0 * float((rent + minimum).sum()),
        "opening": recovery * float(sites["opening_usd"].sum()),
        "entry": recovery * float((setup.to_numpy(float)[:, None] * decisions.stocked).sum()),
        "handling": float((volume * bands.handling_usd).sum() + above.sum()),
        "peak_delay": float((volume * bands.wait_usd).sum()),
        "storage": float((fee[:, None, None] * here * storage_m3_months(problem)).sum()),
        "safety_stock": _safety_stock(problem, instance, legs, sites, here.sum(axis=2), spans),
    }
    handled = bands.handled.sum(axis=1)
    waited = (bands.handled * bands.delay_days[:, :, None]).sum(axis=1)
    wait = np.zeros((len(leaving) + 1, leaving.shape[2]))
    wait[sites["row"].to_numpy()] = waited / np.where(handled > 0, handled, 1.0)
    return costs, wait


def _safety_stock(
    problem: Problem,
    instance: LocationInstance,
    legs: Legs,
    sites: pd.DataFrame,
    volume: Array,
    spans: Sequence[RuleSpan],
) -> float:
    """Return ``sum sqrt(A s + B s^2)`` over open sites and products, USD a year.

    Parameters
    ----------
    volume : (n_open, n_products) orders a year that leave a site
    """
    site, k = np.nonzero(volume > 0)
    if not len(site):
        return 0.0
    if not len(instance.required_inbound.route_site):
        return float("nan")  # goods leave a site that no route supplies: there is no valid cost
    figures, products = problem.network.parameters, problem.network["products"].iloc[k]
    row = sites["row"].to_numpy()[site]
    worth, days, variance = _usual_route(problem, instance, legs, row, k, spans)
    country = sites["country"].to_numpy()[site]
    demand = _orders_of(problem, country, k)
    share, skus = volume[site, k] / demand, products["skus"].to_numpy(float)
    once = (products["stocking"] == "seasonal").to_numpy()
    season = np.where(once, products["season_days"].to_numpy(float), 365.0)
    daily = demand / skus / season
    sigma = products["demand_cv"].to_numpy(float) * daily * np.sqrt(7.0)
    held = figures["holding_rate"] * worth * skus * figures["stock_service_factor"]
    vat = problem.network["countries"].set_index("country")["vat_rate"].loc[country]
    net = products["price_usd"].to_numpy(float) / (1.0 + vat.to_numpy(float))
    short = np.maximum(net - worth, 0.0)
    over = worth * (1.0 - products["salvage_share"].to_numpy(float))
    ratio = np.clip(short / np.maximum(short + over, 1e-12), 1e-6, 1.0 - 1e-6)
    height = np.array([NORMAL.pdf(NORMAL.inv_cdf(q)) for q in ratio])
    # Seasonal goods are ordered once: the expected cost of the newsvendor problem at its optimal
    # service level. All others follow a base-stock policy over review and lead time.
    newsvendor = (skus * (short + over) * height * sigma * np.sqrt(season)) ** 2
    base_stock = held**2 * sigma**2 * (days + figures["review_days"])
    a = np.where(once, newsvendor, base_stock)
    b = np.where(once, 0.0, held**2 * daily**2 * variance)
    rho = figures["demand_correlation"]
    return float(np.sqrt((1.0 - rho) * a * share + (rho * a + b) * share**2).sum())


def _usual_route(
    problem: Problem,
    instance: LocationInstance,
    legs: Legs,
    site: Index,
    k: Index,
    spans: Sequence[RuleSpan],
) -> tuple[Array, Array, Array]:
    """Return landed value, days and their variance of the cheapest route of a site and product.

    The value is NaN where no route brings the product to the site.
    """
    price, n_periods = instance.required_inbound.route_usd.mean(axis=2), instance.shape[2]
    elsewhere = instance.required_inbound.route_site[:, None] != site
    best = np.where(elsewhere, np.inf, price[:, k]).argmin(axis=0)
    period = np.tile(np.arange(n_periods), len(best))
    rows = np.repeat(best, n_periods), np.repeat(k, n_periods), period
    value: Array = np.zeros(len(period))
    for span in spans or (RuleSpan(problem, np.ones(n_periods)),):
        parts = goods_costs(span.problem, instance, legs, *rows)
        value += span.share[period] * (parts["goods"] + parts["freight"] + parts["duty"])
    value = value.reshape(-1, n_periods).mean(axis=1)
    reached = np.isfinite(price[best, k]) & (instance.required_inbound.route_site[best] == site)
    return np.where(reached, value, np.nan), legs.days[best], legs.days_variance[best]


def _orders_of(problem: Problem, country: NDArray[np.object_], k: Index) -> Array:
    """Return the yearly orders of products in countries, (n,).

    A site in a country without demand for a product can only sell it across a border; if
    cross-border sales are allowed, the orders of all countries are taken there.
    """
    home = problem.demand.zones["country"].to_numpy()
    yearly = problem.orders.sum(axis=2)
    own = ((home[:, None] == country) * yearly[:, k]).sum(axis=0)
    everywhere = yearly.sum(axis=0)[k]
    return np.asarray(
        np.where((own > 0) | ("cross_border" not in problem.channels), own, everywhere)
    )
