"""Tables on contracts that the folder of a plan has where an open site has a contract."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import WHOLE, Figure

# fmt: off
CONTRACT_FEES = output(
    "contract_fees.csv", "a period of an open site whose contract has a fee",
    "site site_name period period_name orders orders_month tier_from fee_usd minimum_usd paid_usd "
    "unused_minimum_usd",
    (
        Figure("site", "", "", "site", "id of the site"),
        Figure("site_name", "", "", "site", "name of the site"),
        Figure("period", "", "", "period", "period of sale"),
        Figure("orders", "orders", WHOLE, "orders", "orders handled in the period"),
        Figure("orders_month", "orders", WHOLE, "orders a month",
               "the same for a month: a period of n months is n equal months"),
        Figure("tier_from", "orders", WHOLE, "tier from",
               "orders a month from which the tier holds that is reached"),
        Figure("fee_usd", "USD", WHOLE, "fee by tiers", "fee of the period without the minimum"),
        Figure("minimum_usd", "USD", WHOLE, "minimum", "least fee of the period"),
        Figure("paid_usd", "USD", WHOLE, "paid", "the larger of the two"),
        Figure("unused_minimum_usd", "USD", WHOLE, "paid without use",
               "what the minimum exceeds the fee by tiers"),
    ),
)
CONTRACT_TERMS = output(
    "contract_terms.csv", "an open site with a contract: what it costs a year, and until when it "
    "binds if it begins with the plan",
    "site site_name size kind paid_usd_year unused_minimum_usd minimum_term_months notice_months "
    "committed_until fixed_usd_month committed_usd beyond_year_usd",
    (
        Figure("site", "", "", "site", "id of the site"),
        Figure("site_name", "", "", "site", "name of the site"),
        Figure("kind", "", "contract_kind", "contract", "`incremental`, `all_units` or `lease`"),
        Figure("paid_usd_year", "USD", WHOLE, "fees a year", "fees paid, minimum included"),
        Figure("unused_minimum_usd", "USD", WHOLE, "of it without use",
               "part of the minimum that no order used"),
        Figure("minimum_term_months", "months", WHOLE, "shortest term", "of contracts.csv",
               digits=0),
        Figure("notice_months", "months", WHOLE, "notice", "of contracts.csv", digits=0),
        Figure("committed_until", "ISO date", "", "committed until",
               "first day of the calendar and the longer of term and notice; empty: no term"),
        Figure("fixed_usd_month", "USD", WHOLE, "fixed a month",
               "rent, overhead and minimum, which are due without orders"),
        Figure("committed_usd", "USD", WHOLE, "committed",
               "the fixed cost of all months until then, not discounted"),
        Figure("beyond_year_usd", "USD", WHOLE, "after the year planned",
               "the part of it that falls after the twelve months of the plan"),
    ),
)
CONTRACT_SUMMARY = output(
    "summary.json", "of a plan whose open sites have contracts has besides", "contracts",
    (Figure("contracts", "", "", "contracts", "the rows of contract_terms.csv"),),
)
# fmt: on
