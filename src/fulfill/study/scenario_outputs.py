"""Files that `fulfill scenarios` writes; see `outputs.py`."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import PERCENT, WHOLE, Figure

# fmt: off
SCENARIO = Figure("scenario", "", "", "scenario", "name of the possible year")
SCENARIO_COSTS = output(
    "scenario_costs.csv", "a possible year with the chosen sites",
    "scenario probability weight cost_usd alone_usd bound_usd regret_usd_low regret_usd_high "
    "base_sites_usd lead_time_days cancelled_orders unserved_orders mailed_orders set",
    (
        SCENARIO,
        Figure("probability", "1", PERCENT, "probability", "of the scenario"),
        Figure("weight", "1", PERCENT, "weight", "weight in the measure of risk at the chosen "
               "sites: larger than the probability where a year is among the worst"),
        Figure("cost_usd", "USD", WHOLE, "chosen sites", "cost of the year with the chosen sites"),
        Figure("alone_usd", "USD", WHOLE, "best if known", "cost of the best plan that was found "
               "for this year, by itself or with any of the choices of sites"),
        Figure("bound_usd", "USD", WHOLE, "bound", "no plan for this year costs less"),
        Figure("regret_usd_low", "USD", WHOLE, "regret, at least",
               "what the chosen sites cost more than the best plan that was found"),
        Figure("regret_usd_high", "USD", WHOLE, "regret, at most",
               "what they cost more than the bound"),
        Figure("base_sites_usd", "USD", WHOLE, "sites of the run",
               "cost of the year with the sites of the run"),
        Figure("lead_time_days", "days", "{:,.2f}", "lead time", "mean days from order to "
               "delivery"),
        Figure("cancelled_orders", "orders", WHOLE, "cancelled", "orders cancelled in the year"),
        Figure("unserved_orders", "orders", WHOLE, "not served", "orders not served"),
        Figure("mailed_orders", "orders", WHOLE, "mailed", "orders mailed from abroad"),
        Figure("set", "", "", "changes", "what --set takes to plan the year again"),
    ),
)
SCENARIO_SITES = output(
    "scenario_sites.csv", "a site of the chosen plan, of the run, or of the plan of some year",
    "site_id name chosen_size run_size share_of_years",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("chosen_size", "", "", "chosen", "size chosen for all years; empty: closed"),
        Figure("run_size", "", "", "in the run", "size in the run; empty: closed"),
        Figure("share_of_years", "share", PERCENT, "opens in",
               "probability of the years whose own plan opens it"),
    ),
)
CHOICES = output(
    "choices.csv", "a choice of sites that was tried in all years; the best first",
    "choice value_usd above_usd expected_usd worst_usd n_sites sites of_run",
    (
        Figure("choice", "", "{:.0f}", "choice", "number, from 1", digits=0),
        Figure("value_usd", "USD", WHOLE, "measure of risk", "what is minimised; none: some year "
               "has no plan with these sites"),
        Figure("above_usd", "USD", "{:+,.0f}", "more than the best", "than the chosen sites"),
        Figure("expected_usd", "USD", WHOLE, "expected cost", "mean over the years"),
        Figure("worst_usd", "USD", WHOLE, "worst year", "cost of the most expensive year"),
        Figure("n_sites", "sites", "{:.0f}", "sites", "open sites", digits=0),
        Figure("sites", "", "", "open sites", "open sites with their sizes, by id"),
        Figure("of_run", "", "yes_no", "of the run", "`yes`: the sites of the run"),
    ),
)
SCENARIO_TABLES = (SCENARIO_COSTS, SCENARIO_SITES, CHOICES)
