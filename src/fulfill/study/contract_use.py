"""What the contracts of a plan cost by period, and until when they bind."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.site_rows import rows_by_site
from fulfill.model.instance import leaving_orders
from fulfill.study.contract_outputs import CONTRACT_FEES, CONTRACT_TERMS
from fulfill.study.names import id_and_name, names_of
from fulfill.study.run import Run

PLANNED_MONTHS = 12
"""Months that a plan pays for."""


def contract_fees_table(run: Run) -> pd.DataFrame:
    """Return what each contract with a fee costs in each period.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    DataFrame
        Columns of `contract_outputs.CONTRACT_FEES`; empty where no open site has such a contract.
    """
    instance, decisions = run.instance, run.decisions
    fees = instance.contracts
    if fees is None or decisions is None:
        return pd.DataFrame(columns=list(CONTRACT_FEES.keys))
    orders = leaving_orders(instance, decisions).sum(axis=1)[fees.site]
    month = orders / fees.months
    usd = fees.months * fees.monthly_fee(month)
    least = fees.months * fees.minimum_usd_month[:, None]
    row, period = np.nonzero(np.broadcast_to(_is_open(run)[fees.site][:, None], usd.shape))
    tier = fees.reached(month)
    names = names_of(run.problem)
    table = pd.DataFrame(
        {
            **id_and_name("site", instance.sites, names["site"], fees.site[row]),
            **id_and_name("period", instance.periods, names["period"], period),
            "orders": orders[row, period],
            "orders_month": month[row, period],
            "tier_from": fees.tier_from[row, tier[row, period]],
            "fee_usd": usd[row, period],
            "minimum_usd": least[row, period],
        }
    )
    paid = np.maximum(table["fee_usd"], table["minimum_usd"])
    return table.assign(paid_usd=paid, unused_minimum_usd=paid - table["fee_usd"])


def contract_terms_table(run: Run) -> pd.DataFrame:
    """Return what each contract of an open site costs a year, and what it commits to.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    DataFrame
        Columns of `contract_outputs.CONTRACT_TERMS`; empty where no open site has a contract.
    """
    network, decisions = run.problem.network, run.decisions
    rows = rows_by_site(network["sites"], network["contracts"]).drop_duplicates("site_id")
    number = pd.Index(run.instance.sites).get_indexer(pd.Index(rows["site_id"]))
    here = _is_open(run)[number]
    if decisions is None or not here.any():
        return pd.DataFrame(columns=list(CONTRACT_TERMS.keys))
    rows, number = rows[here], number[here]
    size = decisions.opened.argmax(axis=1)[number]
    paid = contract_fees_table(run).groupby("site")[["paid_usd", "unused_minimum_usd"]].sum()
    paid = paid.reindex(rows["site_id"]).fillna(0.0)
    fixed = run.economics.warehouses.fixed_usd_year[number, size] / 12.0
    term = rows[["minimum_term_months", "notice_months"]].to_numpy(float).max(axis=1)
    begins = network["calendar"]["starts"].iloc[0]
    ends = [
        (begins + pd.DateOffset(months=int(np.ceil(n)))).date().isoformat() if n else ""
        for n in term
    ]
    return pd.DataFrame(
        {
            **id_and_name("site", run.instance.sites, names_of(run.problem)["site"], number),
            "size": np.array(run.instance.sizes)[size],
            "kind": rows["kind"].to_numpy(),
            "paid_usd_year": paid["paid_usd"].to_numpy(),
            "unused_minimum_usd": paid["unused_minimum_usd"].to_numpy(),
            "minimum_term_months": rows["minimum_term_months"].to_numpy(),
            "notice_months": rows["notice_months"].to_numpy(),
            "committed_until": ends,
            "fixed_usd_month": fixed,
            "committed_usd": fixed * term,
            "beyond_year_usd": fixed * np.maximum(term - PLANNED_MONTHS, 0.0),
        }
    )


def _is_open(run: Run) -> NDArray[np.bool_]:
    """Return which sites of the instance the plan opens, (n_sites,)."""
    if run.decisions is None:
        return np.zeros(len(run.instance.sites), bool)
    return np.asarray(run.decisions.opened.any(axis=1))
