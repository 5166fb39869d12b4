"""Tables that `fulfill roadmap` writes; see `outputs.py`, and `question_summaries` for its JSON."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import PERCENT, WHOLE, Figure

MONTH = "{:,.1f}"

# fmt: off
ROADMAP = output(
    "roadmap.csv", "a site in a year of a roadmap in which it is open, or closes",
    "year as_of site_id name action size_before size orders_year site_usd investment_usd "
    "change_usd",
    (
        Figure("year", "", "{:.0f}", "year", "number of the year"),
        Figure("name", "", "", "site", "name of the site"),
        Figure("action", "", "roadmap_action", "action",
               "against the year before, in year 1 against today: `open`, `grow`, `shrink`, "
               "`close` or `keep`"),
        Figure("size_before", "", "", "size before", "size the year before; empty: closed"),
        Figure("size", "", "", "size", "size of the year; empty: closed"),
        Figure("orders_year", "orders", WHOLE, "orders", "orders handled in the year"),
        Figure("site_usd", "USD", WHOLE, "site",
               "rent and overhead of the year, with the yearly part of openings that are not yet "
               "paid today"),
        Figure("investment_usd", "USD", WHOLE, "opening",
               "opening of the site, or of what it grows by"),
        Figure("change_usd", "USD", WHOLE, "closing",
               "closing, what is due of openings that are given up, and the yearly part of "
               "openings that are paid a second time"),
    ),
)
CASH_FLOW = output(
    "cash_flow.csv", "a year of a roadmap",
    "year as_of orders_year sites changes mail_share lead_time_days_mean service_usd site_usd "
    "change_usd cost_usd discount discounted_usd investment_usd",
    (
        Figure("year", "", "{:.0f}", "year", "number of the year"),
        Figure("orders_year", "orders", WHOLE, "orders", "potential orders of the year"),
        Figure("sites", "sites", WHOLE, "open sites", "sites open in the year"),
        Figure("changes", "sites", WHOLE, "changes",
               "sites that open, close or change their size"),
        Figure("mail_share", "share", PERCENT, "direct mail", "part of the potential orders"),
        Figure("service_usd", "USD", WHOLE, "service",
               "cost of the year without that of its sites"),
        Figure("site_usd", "USD", WHOLE, "sites", "of roadmap.csv, of all sites"),
        Figure("change_usd", "USD", WHOLE, "closing", "of roadmap.csv, of all sites"),
        Figure("cost_usd", "USD", WHOLE, "cost",
               "service, sites and closing; openings by their yearly parts"),
        Figure("discount", "1", "{:.4f}", "discount factor", "1 for the first year"),
        Figure("discounted_usd", "USD", WHOLE, "discounted",
               "cost times discount factor; the sum over the years is the net present cost"),
        Figure("investment_usd", "USD", WHOLE, "openings",
               "cash that openings of the year take at once; the budget of a year limits it. The "
               "cost has it by yearly parts"),
    ),
)
PAYBACK = output(
    "payback.csv", "a site that a roadmap opens",
    "site_id name year investment_usd saving_usd saving_low_usd saving_high_usd break_even_month "
    "earliest_month latest_month distinguishable",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("year", "", "{:.0f}", "opened in year", "number of the year"),
        Figure("investment_usd", "USD", WHOLE, "opening", "its openings over all years"),
        Figure("saving_usd", "USD", WHOLE, "saving",
               "over the years of the roadmap: what the plans of its years cost more without it, "
               "their other sites kept and orders allocated anew, openings left out; undiscounted"),
        Figure("saving_low_usd", "USD", WHOLE, "at least",
               "least saving that costs and bounds allow"),
        Figure("saving_high_usd", "USD", WHOLE, "at most", "largest such saving"),
        Figure("break_even_month", "", MONTH, "break-even month",
               "month, from the beginning of year 1, in which the sum of savings less openings "
               "crosses zero for good; savings are spread evenly over their year; never: not "
               "within the roadmap", digits=1),
        Figure("earliest_month", "", MONTH, "earliest", "the same with the largest savings",
               digits=1),
        Figure("latest_month", "", MONTH, "latest", "the same with the least savings",
               digits=1),
        Figure("distinguishable", "", "flag", "beyond doubt",
               "whether the least and the largest savings agree that the site pays back within the "
               "roadmap, or that it does not"),
    ),
)
CHANGE_ASSUMPTIONS = output(
    "assumptions of changes", "what is assumed of changes where the tables do not say it; in "
    "`assumptions`",
    "name value range option",
    (
        Figure("name", "", "change_assumption", "assumed", "what is assumed"),
        Figure("value", "", "{:g}", "value", "value used"),
        Figure("range", "", "", "range", "low and high"),
        Figure("option", "", "", "option", "option that changes it"),
    ),
)
ROADMAP_TABLES = (ROADMAP, CASH_FLOW, PAYBACK)
# fmt: on
