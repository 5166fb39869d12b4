"""What a simulation of a plan writes and shows."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, DAY, PERCENT, WHOLE, WHOLE_PERCENT, Figure

# fmt: off
FIGURES_OF_PLAN = (
    Figure("orders_placed", "orders", WHOLE, "orders received", "orders of the year"),
    Figure("orders_delivered", "orders", WHOLE, "orders delivered",
           "orders not cancelled before delivery"),
    Figure("cancellation_rate", "share", "{:.2%}", "cancelled",
           "orders cancelled over orders placed"),
    Figure("lead_time_days_mean", "days", CENTS, "mean lead time",
           "from the order to the door, over potential orders"),
    Figure("promise_kept", "share", PERCENT, "arrive as promised",
           "orders that take at most the days that their channel promises"),
    Figure("site_wait_days", "days", CENTS, "wait at sites",
           "mean days that an order from a site waits for workers or goods beyond the time "
           "until dispatch; of the plan the delay of its bands"),
    Figure("carrier_wait_days", "days", CENTS, "wait for carriers",
           "mean days that an order from a site waits for the carriers of its region"),
    Figure("mail_wait_days", "days", CENTS, "wait for air capacity",
           "mean days that a mailed order waits for a flight beyond the time until dispatch"),
    Figure("orders_without_stock", "orders", WHOLE, "orders that found no stock",
           "orders whose goods had to come first"),
    Figure("ship_delay_days", "days", CENTS, "goods late at sites",
           "mean days that goods come later than planned; early goods count negative"),
    Figure("gateway_wait_days", "days", CENTS, "wait at a gateway",
           "mean days that goods stay at a gateway or crossing beyond its dwell"),
    Figure("revenue_usd", "USD", WHOLE, "net revenue a year", "of orders delivered"),
    Figure("handling_usd", "USD", WHOLE, "handling a year",
           "of orders that leave sites, each day's in the cheapest bands"),
    Figure("utilisation", "share", WHOLE_PERCENT, "mean use of base",
           "orders handled in the year over the year's base capacity of a site"),
    Figure("wait_days", "days", CENTS, "wait at the site",
           "mean days that an order waits beyond the time until dispatch; of the plan the "
           "delay of the site's bands"),
    Figure("backlog", "orders", WHOLE, "largest backlog",
           "orders that wait at a site at the end of its worst day; a plan has none"),
)
SIMULATED_FIGURES = {one.key: one for one in FIGURES_OF_PLAN}
"""Figures of a plan that a simulation works out, by key."""
SIMULATED = output(
    "simulated.csv", "a figure of the plan beside its simulation",
    "figure resource resource_name planned simulated low high unit verdict",
    (
        Figure("figure", "", "", "figure", "key of the figure"),
        Figure("resource", "", "", "resource", "id of a site or gateway; empty: of the whole plan"),
        Figure("resource_name", "", "", "resource", "name of the site or gateway"),
        Figure("planned", "", CENTS, "planned", "in the plan", digits=6),
        Figure("simulated", "", CENTS, "simulated", "mean of the replications", digits=6),
        Figure("low", "", CENTS, "low", "low end of the 95 % confidence interval of the mean",
               digits=6),
        Figure("high", "", CENTS, "high", "its high end", digits=6),
        Figure("unit", "", "", "unit", "of the four numbers"),
        Figure("verdict", "", "plan_verdict", "the plan was",
               "`optimistic`, `pessimistic` or `right`; empty: not judged"),
    ),
)
BACKLOG = output(
    "backlog.csv", "a site and a day of the year",
    "site_id site_name date backlog backlog_high",
    (
        Figure("site_name", "", "", "site", "name of the site"),
        Figure("date", "ISO date", DAY, "date", "in the year in which the calendar starts"),
        Figure("backlog", "orders", WHOLE, "backlog",
               "orders that wait at the end of the day, mean of the replications"),
        Figure("backlog_high", "orders", WHOLE, "largest", "the most of any replication"),
    ),
)
PROMISES = output(
    "promises.csv", "a week of the year, by the day of the order",
    "date planned simulated low high",
    (
        Figure("date", "ISO date", DAY, "week from", "first day of the week"),
        Figure("planned", "share", PERCENT, "planned", "orders that arrive as promised, planned"),
        Figure("simulated", "share", PERCENT, "simulated", "the same, mean of the replications"),
        Figure("low", "share", PERCENT, "low", "low end of the 95 % confidence interval"),
        Figure("high", "share", PERCENT, "high", "its high end"),
    ),
)
SIMULATION_TABLES = (SIMULATED, BACKLOG, PROMISES)
SIMULATION_SUMMARY = output(
    "summary.json", "of a simulation",
    "format_version replications seed confidence figures optimistic",
    (
        Figure("replications", "", WHOLE, "replications", "years simulated"),
        Figure("seed", "", "", "seed", "of all random numbers"),
        Figure("confidence", "share", "", "confidence", "of the intervals"),
        Figure("figures", "", "", "figures",
               "objects of `name` (as in simulated.csv, a site or gateway in brackets), `planned`, "
               "`simulated`, `low`, `high`, `unit` and `verdict`"),
        Figure("optimistic", "", "", "optimistic",
               "names of the figures in which the plan was better than the interval"),
    ),
)
ASSUMED = (
    Figure("name", "", "assumed", "assumed", "what is assumed"),
    Figure("values", "", "", "values", "one for each day or hour, or a figure"),
    Figure("factors", "", "", "range, as a factor", "low and high"),
    Figure("source", "", "", "rests on", "source"),
)
"""Columns of the table of assumptions."""
# fmt: on
