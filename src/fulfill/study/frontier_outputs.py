"""The tables that frontiers write; `question_summaries` has their keys of JSON.

docs/reference/outputs.md is generated from it; see `outputs`.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, FINE_PERCENT, PERCENT, WHOLE, Figure

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
               "orders), a tonne of CO2e, a unit of money of the budget, a site"),
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
OF_RUN = Figure("of_run", "", "yes_no", "of the run", "`yes`: the sites of the run")
EXPECTED = Figure("expected_usd", "USD", WHOLE, "expected cost", "mean over the years")
CVAR = Figure("cvar_usd", "USD", WHOLE, "mean of the worst years",
              "mean cost over the worst part of the probability, 1 less the level of CVaR")
WORST = Figure("worst_usd", "USD", WHOLE, "worst year", "cost of the most expensive year")
RISK_FRONTIER = output(
    "frontier.csv", "a point of a frontier against cvar: a weight of CVaR, from 0 to 1",
    "point weight value_usd bound_usd gap expected_usd cvar_usd worst_usd more_usd avoided_usd "
    "price price_low price_high distinguishable n_sites sites opened closed of_run "
    "lead_time_days",
    (
        Figure("point", "", "{:.0f}", "point", "number of the point, from 0"),
        Figure("weight", "1", PERCENT, "weight", "weight of CVaR beside the expected cost"),
        Figure("value_usd", "USD", WHOLE, "measure of risk",
               "(1 - weight) x expected_usd + weight x cvar_usd; least of all choices tried"),
        Figure("bound_usd", "USD", WHOLE, "bound", "no choice of sites has a lower measure"),
        Figure("gap", "share", FINE_PERCENT, "gap", "(value_usd - bound_usd) / value_usd",
               digits=6),
        EXPECTED,
        CVAR,
        WORST,
        Figure("more_usd", "USD", WHOLE, "more than before",
               "expected cost above that of the point before"),
        Figure("avoided_usd", "USD", WHOLE, "avoided",
               "CVaR below that of the point before; 0 with the same sites"),
        Figure("price", "1", CENTS, "cost of 1 avoided",
               "expected cost of each unit of CVaR avoided from the point before: more_usd / "
               "avoided_usd; none with the same sites"),
        Figure("price_low", "1", CENTS, "at least",
               "least such price of the least expected cost at these two values of CVaR that "
               "costs and bounds allow"),
        Figure("price_high", "1", CENTS, "at most", "largest such price"),
        Figure("distinguishable", "", "yes_no", "beyond doubt",
               "`yes`: avoiding it costs something, whatever the gaps; `no`: it may cost nothing; "
               "none with the same sites"),
        Figure("n_sites", "sites", "{:.0f}", "sites", "open sites", digits=0),
        Figure("sites", "", "", "open sites", "open sites with their sizes, by id"),
        Figure("opened", "", "", "opened",
               "sites with sizes that the point before does not open so"),
        Figure("closed", "", "", "closed",
               "sites with sizes of the point before that it does not open so"),
        OF_RUN,
        Figure("lead_time_days", "days", "{:,.2f}", "lead time",
               "mean days from order to delivery, averaged over the years by probability"),
    ),
)
RISK_CHOICES = output(
    "choices.csv", "a choice of sites that was tried in all years, the least expected cost first",
    "choice expected_usd cvar_usd worst_usd on_frontier n_sites sites of_run",
    (
        Figure("choice", "", "{:.0f}", "choice", "number, from 1", digits=0),
        EXPECTED,
        CVAR,
        WORST,
        Figure("on_frontier", "", "yes_no", "on the frontier",
               "`yes`: it is the best of all choices tried at some weight"),
        Figure("n_sites", "sites", "{:.0f}", "sites", "open sites", digits=0),
        Figure("sites", "", "", "open sites", "open sites with their sizes, by id"),
        OF_RUN,
    ),
)
# fmt: on
