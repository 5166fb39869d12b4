"""Tables on the contracts of a plan, for its page."""

from __future__ import annotations

from markupsafe import Markup

from fulfill.report.html.page import html_table
from fulfill.study.contract_outputs import CONTRACT_FEES, CONTRACT_TERMS
from fulfill.study.contract_use import contract_fees_table, contract_terms_table
from fulfill.study.language import translated as _
from fulfill.study.run import Run

TERM_COLUMNS = CONTRACT_TERMS.pick(
    "site_name",
    "kind",
    "paid_usd_year",
    "unused_minimum_usd",
    "committed_until",
    "fixed_usd_month",
    "committed_usd",
    "beyond_year_usd",
)
FEE_COLUMNS = CONTRACT_FEES.pick(
    "site_name",
    "period_name",
    "orders",
    "orders_month",
    "tier_from",
    "fee_usd",
    "minimum_usd",
    "paid_usd",
    "unused_minimum_usd",
)


def contract_tables(run: Run) -> list[Markup]:
    """Return the tables on contracts, none where no open site has one.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    list of Markup
    """
    terms, fees = contract_terms_table(run), contract_fees_table(run)
    tables = [(terms, TERM_COLUMNS, _("Contracts of open sites"))]
    tables.append((fees, FEE_COLUMNS, _("Fees by period")))
    return [
        html_table(table, columns, caption=caption)
        for table, columns, caption in tables
        if len(table)
    ]
