"""Direct mail or stock: what each earns with the mean order of a product, in a single plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fulfill.analysis.compare.break_even import break_even_volume
from fulfill.analysis.compare.unit_economics import (
    margin,
    mean_unit_economics,
    open_assortment,
    winners,
)
from fulfill.study.run import Run


def mail_or_stock(run: Run) -> pd.DataFrame:
    """Compare mail with the open sites of a plan, by country and product.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    DataFrame
        country, product, orders (potential, a year), share_direct_mail (of these orders in the
        plan), mail_usd_per_order, local_usd_per_order (contribution of the mean order),
        local_entry_usd_per_order (entry and safety stock spread over the orders),
        gain_usd_per_order, winner, break_even_orders_year; see `break_even`. A country without
        orders has no rows.
    """
    problem, stocking = run.problem, open_assortment(run)
    zones, sites = problem.demand.zones["country"], problem.network["sites"]["country"]
    mailed = _mailed_orders(run)
    parts = []
    for country in problem.network["countries"]["country"]:
        here = (zones == country).to_numpy()
        orders = problem.orders[here].sum(axis=(0, 2))
        if orders.sum() <= 0:
            continue
        mean = mean_unit_economics(run.model, stocking.within((sites == country).to_numpy()), here)
        sides = margin(run.model, mean)
        gain = sides.gain(mean.orders)
        part = pd.DataFrame(
            {
                "country": country,
                "product": problem.products,
                "orders": orders,
                "mail_usd_per_order": sides.mail,
                "local_usd_per_order": sides.local,
                "local_entry_usd_per_order": sides.local - sides.mail - gain,
                "gain_usd_per_order": gain,
                "winner": winners(gain),
                "break_even_orders_year": break_even_volume(run.model, mean, sides),
            }
        )
        by_mail = mailed.get(country, pd.Series(dtype=float)).reindex(part["product"])
        with np.errstate(invalid="ignore"):
            share = by_mail.fillna(0.0).to_numpy() / orders
        part.insert(3, "share_direct_mail", share)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _mailed_orders(run: Run) -> dict[str, pd.Series]:
    """Return the mailed orders of each product, by country of the zone."""
    flows = run.flows[(run.flows["leg"] == "outbound") & (run.flows["channel"] == "direct_mail")]
    country = run.zones.set_index("zone_id")["country"]
    total = flows.groupby([flows["to"].map(country), "product"])["orders"].sum()
    return {str(name): rows.droplevel(0) for name, rows in total.groupby(level=0)}
