"""The table that a frontier writes; `question_summaries` has its keys of JSON.

docs/reference/outputs.md is generated from it; see `outputs`.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, WHOLE, Figure

# fmt: off
FRONTIER = output(
    "frontier.csv", "a point of a frontier, from the cheapest plan to the strictest limit",
    "point limit option attained status objective bound gap step_low_usd step_high_usd "
    "price_low_usd price_high_usd distinguishable on_frontier plan_of n_sites sites opened closed "
    "lead_time_days_mean share_direct_mail share_unserved",
    (
        Figure("point", "", "{:.0f}", "point", "number of the point, 0 of the base"),
        Figure("limit", "", "{:,.6g}", "limit",
               "limit on the other measure; of the base what its plan attains", digits=6),
        Figure("option", "", "", "option", "option of `fulfill optimize` that is this limit; empty "
               "for the base"),
        Figure("attained", "", "{:,.6g}", "attained", "what the plan attains of it", digits=6),
        Figure("step_low_usd", "USD", WHOLE, "more than before, at least",
               "least difference of the least cost from the point before that costs and bounds "
               "allow"),
        Figure("step_high_usd", "USD", WHOLE, "more than before, at most",
               "largest such difference"),
        Figure("price_low_usd", "USD", CENTS, "a unit, at least",
               "`step_low_usd` for a unit of the other measure: a point of coverage (1 % of the "
               "orders), a tonne of CO2e, a USD of budget, a site"),
        Figure("price_high_usd", "USD", CENTS, "a unit, at most",
               "`step_high_usd` for such a unit"),
        Figure("distinguishable", "", "yes_no", "beyond doubt",
               "`yes`: the step costs something, whatever the gaps; `no`: it may cost nothing"),
        Figure("on_frontier", "", "yes_no", "on the frontier",
               "`yes`: the plan found at the point; `no`: the plan of a stricter limit costs no "
               "more, or there is none"),
        Figure("plan_of", "", "{:.0f}", "plan of", "point whose plan the row has: the cheapest "
               "known one that keeps the limit; empty without a plan"),
        Figure("n_sites", "", "{:.0f}", "sites", "open sites"),
        Figure("sites", "", "", "open sites", "open sites with their sizes, by id"),
        Figure("opened", "", "", "opened", "sites that the base does not open"),
        Figure("closed", "", "", "closed", "sites of the base that it does not open"),
    ),
)
# fmt: on
