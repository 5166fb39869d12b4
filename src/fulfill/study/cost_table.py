"""The objective by part, site and period: costs.csv.

What belongs to a flow is in the period of its sale and at the site it leaves. Rent, overhead,
opening and safety stock are spread over the year by days. Certification and set-up belong to a
country and a product, the fixed cost of a plant to all it makes: both are laid on the sites by the
orders that leave them. Mail, and what no order causes, is of no site.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import CHANNELS
from fulfill.location.pricing import ROUNDING
from fulfill.model.contracts import contract_usd
from fulfill.model.instance import leaving_orders, shipped_orders
from fulfill.study.attribution import MADE
from fulfill.study.capacity_use import band_use
from fulfill.study.names import id_and_name
from fulfill.study.priced import Priced
from fulfill.study.unserved import missing_orders

Array = NDArray[np.float64]
BY_DAYS = ("rent_and_overhead", "opening", "safety_stock")
"""Parts that a site has in every period by its days, whatever it sells then."""
NEGLIGIBLE = 1e-9
"""USD a year up to which a cost is the rounding of a difference."""


def cost_table(
    priced: Priced, used: Array, parts: pd.DataFrame, flows: pd.DataFrame
) -> pd.DataFrame:
    """Return the objective by part, site and period, USD a year.

    Parameters
    ----------
    priced : Priced
        The plan with its model.
    used : (n_sites, n_bands, n_periods) array
        Of `capacity_use.band_use`.
    parts : DataFrame
        Of `attribution.attributed_costs`.
    flows : DataFrame
        Flows to zones: channel, dispatched, and the indices _site and _period.

    Returns
    -------
    DataFrame
        Columns of `outputs.COSTS`. A part, site and period without cost has no row, but every part
        has one.
    """
    instance = priced.instance
    cells = _cells(priced, used)
    names, amounts = list(cells), np.stack(list(cells.values()))
    at = np.nonzero(np.abs(amounts) > NEGLIGIBLE)
    empty = np.setdiff1d(np.arange(len(names)), at[0])
    part = np.append(at[0], empty)
    site = np.append(at[1], np.full(len(empty), len(instance.sites)))
    period = np.append(at[2], np.zeros(len(empty), np.int64))
    order = np.lexsort((period, site, part))
    part, site, period = part[order], site[order], period[order]
    usd = amounts[part, site, period]
    total = float(flows["dispatched"].sum()) or np.nan
    by_channel = _by_channel(priced, names, parts, flows)
    return pd.DataFrame(
        {
            "part": np.array(names, object)[part],
            **id_and_name("site", (*instance.sites, ""), priced.names["site"], site),
            **id_and_name("period", instance.periods, priced.names["period"], period),
            "usd_year": usd,
            "usd_per_order": usd / total,
            **{f"{name}_usd": by_channel[name][part, site, period] for name in CHANNELS},
        }
    ).astype({"part": "str"})


def cost_by_part(priced: Priced) -> dict[str, float]:
    """Return the parts of the objective, which add up to minus the contribution.

    Parameters
    ----------
    priced : Priced
        The plan with its model; it may break limits, as a present network does.

    Returns
    -------
    dict of str to float
        USD a year by part, in the order of costs.csv. Infinite where orders are not served whose
        loss has no price.
    """
    cells = _cells(priced, band_use(priced.instance, priced.decisions))
    return {name: float(usd.sum()) for name, usd in cells.items()}


def _cells(priced: Priced, used: Array) -> dict[str, Array]:
    """Return every part by site and period; the last row is of none, (n_sites + 1, n_periods)."""
    parts = _by_order(priced)
    for name, usd in _inbound(priced):
        parts[name] = parts.get(name, 0.0) + _with_rest(usd)
    for name, usd in _of_sites(priced, used):
        parts[name] = _with_rest(usd)
    parts["entry"] = _entry(priced)
    parts["plants"] = _plants(priced)
    lost, price = missing_orders(priced.instance, priced.decisions), priced.instance.unserved_usd
    # a rounding unit short is served: an infinite price must not meet it
    lost = np.where(lost > ROUNDING * priced.instance.demand, lost, 0.0)
    by_period = lost.sum(axis=0)
    of_none = (by_period * np.where(by_period > 0, price[:, None], 0.0)).sum(axis=0)
    parts["unserved"] = np.vstack([np.zeros((len(priced.instance.sites), len(of_none))), of_none])
    return {name: np.asarray(usd, float) for name, usd in parts.items()}


def _with_rest(usd: Array, rest: Array | float = 0.0) -> Array:
    """Return costs of sites with a last row for what belongs to none."""
    return np.vstack([usd, np.broadcast_to(rest, usd.shape[1:])])


def _by_order(priced: Priced) -> dict[str, Array]:
    """Return what orders pay by themselves."""
    economics, instance, decisions = priced.economics, priced.instance, priced.decisions
    lane, k, t = decisions.lane, decisions.product, decisions.period
    option, shape = instance.lane_option[lane], (len(instance.sites) + 1, len(instance.periods))
    # the site of mail is -1, which is the last row
    cell = np.ravel_multi_index((instance.lane_site[lane] % shape[0], t), shape)

    def added(usd: Array) -> Array:
        by_cell = np.bincount(cell, weights=usd * decisions.orders, minlength=shape[0] * shape[1])
        return np.asarray(by_cell, float).reshape(shape)

    parts = {name: added(value[option, k, t]) for name, value in economics.value.parts.items()}
    # The price by distance belongs to a lane, so it is not among the parts of a delivery option.
    by_distance = instance.lane_usd[lane] * economics.price_multiplier[option, k, t]
    parts["last_mile"] = parts["last_mile"] + added(by_distance)
    return parts


def _inbound(priced: Priced) -> Iterator[tuple[str, Array]]:
    """Yield the parts of goods brought in, (n_sites, n_periods), by the period of sale."""
    instance, brought = priced.instance, priced.decisions.inbound
    shape = len(instance.sites), len(instance.periods)
    for name, value in priced.economics.inbound.parts.items():
        total: Array = np.zeros(shape)
        if len(priced.economics.routes):
            # The cost is infinite where a route does not carry the product: 0 * inf is NaN.
            usd = np.where(brought > 0, value, 0.0) * brought
            np.add.at(total, instance.required_inbound.route_site, usd.sum(axis=1))
        yield name, total


def _of_sites(priced: Priced, used: Array) -> Iterator[tuple[str, Array]]:
    """Yield the costs of sites, (n_sites, n_periods)."""
    economics, instance, decisions = priced.economics, priced.instance, priced.decisions
    stores, leaving = economics.warehouses, leaving_orders(instance, decisions)
    site, size = np.arange(len(instance.sites)), decisions.opened.argmax(axis=1)
    is_open = decisions.opened.max(axis=1) > 0.5
    rent = np.where(is_open, stores.fixed_usd_year[site, size], 0.0)
    whole = np.where(is_open, economics.fixed_usd[site, size], 0.0)
    year = priced.problem.days / priced.problem.days.sum()
    yield "rent_and_overhead", rent[:, None] * year
    yield "opening", (whole - rent)[:, None] * year
    banded = (used * stores.handling_usd[site, size][:, :, None]).sum(axis=1)
    yield "handling", banded + contract_usd(instance, leaving.sum(axis=1))
    # The prices of the instance include the cost of delay, those of the sites do not.
    yield (
        "peak_delay",
        (used * instance.handling_usd[site, size][:, :, None]).sum(axis=1) - banded,
    )
    yield "storage", (economics.storage_usd * leaving).sum(axis=1)
    safety = economics.safety.cost(leaving.sum(axis=2)).sum(axis=1)
    yield "safety_stock", safety[:, None] * year


def _entry(priced: Priced) -> Array:
    """Return certification and set-up, laid on the sites of a country by their orders."""
    instance, decisions = priced.instance, priced.decisions
    leaving = leaving_orders(instance, decisions)
    paid = priced.economics.entry_usd * decisions.stocked  # (n_products, n_countries)
    by_country: Array = np.zeros((len(instance.countries), leaving.shape[1]))
    np.add.at(by_country, instance.site_country, leaving.sum(axis=2))
    rate = np.divide(paid.T, by_country, out=np.zeros_like(by_country), where=by_country > 0)
    usd = np.einsum("ik,ikt->it", rate[instance.site_country], leaving)
    idle = float(paid.T[by_country <= 0].sum())
    return _with_rest(usd, idle * priced.problem.days / priced.problem.days.sum())


def _plants(priced: Priced) -> Array:
    """Return the fixed costs of the plants that make anything, laid on what they make."""
    instance, decisions = priced.instance, priced.decisions
    inbound = instance.required_inbound
    shipped = shipped_orders(instance, decisions).sum(axis=1)  # (n_origins, n_periods)
    made = np.bincount(
        inbound.route_origin,
        weights=decisions.inbound.sum(axis=(1, 2)),
        minlength=len(inbound.origins),
    )
    made = made + shipped.sum(axis=1)
    fixed = np.where(made > MADE * made.sum(), inbound.origin_fixed_usd, 0.0)
    rate = np.divide(fixed, made, out=np.zeros_like(made), where=made > 0)
    usd: Array = np.zeros((len(instance.sites), len(instance.periods)))
    brought = rate[inbound.route_origin, None] * decisions.inbound.sum(axis=1)
    np.add.at(usd, inbound.route_site, brought)
    return _with_rest(usd, rate @ shipped)


def _by_channel(
    priced: Priced, names: list[str], parts: pd.DataFrame, flows: pd.DataFrame
) -> dict[str, Array]:
    """Return the parts that orders of each channel cause, (n_parts, n_sites + 1, n_periods)."""
    shape = len(priced.instance.sites) + 1, len(priced.instance.periods)
    year = priced.problem.days / priced.problem.days.sum()
    found = {name: np.zeros((len(names), *shape)) for name in CHANNELS}
    for channel in CHANNELS:
        here = (flows["channel"] == channel).to_numpy()
        site = flows["_site"].to_numpy()[here] % shape[0]
        cell = np.ravel_multi_index((site, flows["_period"].to_numpy()[here]), shape)
        for number, name in enumerate(names):
            if name not in parts:
                continue
            usd = np.bincount(cell, parts[name].to_numpy(float)[here], shape[0] * shape[1])
            by_cell = np.asarray(usd, float).reshape(shape)
            if name in BY_DAYS:
                by_cell = by_cell.sum(axis=1)[:, None] * year
            found[channel][number] = by_cell
    return found
