"""Keys of the JSON objects of diff, explain, alternatives, frontier, roadmap and scenarios.

They are in English only, as no page shows them; the tables are those of `question_outputs`,
`frontier_outputs`, `roadmap_outputs` and `scenario_outputs`.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.question_outputs import INTERVAL
from fulfill.study.vocabulary import CENTS, PERCENT, WHOLE, Figure

# fmt: off
ALTERNATIVES_SUMMARY = output(
    "summary.json", "of alternatives, and what --json prints",
    "from plans shared_sites asked within trials exposed_figures",
    (
        Figure("from", "", "", "run", "the plan of the run, in the form of the others"),
        Figure("plans", "", "", "plans", "of each `objective`, `bound` (of the run, which holds "
               "for all plans), `open_sites`, `better_at`, `opened`, `closed` and `figures`"),
        Figure("shared_sites", "", "", "in all plans", "sites that all plans and the run open"),
        Figure("asked", "", "{:.0f}", "asked", "--number"),
        Figure("within", "share", PERCENT, "within", "--within, a share of the cost of the run"),
        Figure("trials", "", "{:.0f}", "trials", "choices of sites that were priced"),
        Figure("exposed_figures", "", "", "most exposed", "groups of figures of `worst_cost_usd`"),
    ),
)
EXPLANATION_SUMMARY = output(
    "summary.json", "of an explanation of sites; --json prints its single site, or `sites`",
    "sites value_of_capacity price_to_open",
    (
        Figure("sites", "", "", "sites", "of each the columns of sites.csv and `taken_over`"),
        Figure("value_of_capacity", "", "", "capacity",
               "of a single open site: a marginal value, its capacity 5 % larger"),
        Figure("price_to_open", "", "", "price to open", "of a single closed site"),
    ),
)
DIFF_SUMMARY = output(
    "summary.json", "of a diff, and what --json prints",
    "from_usd to_usd difference_low_usd difference_high_usd distinguishable bridge notes "
    "inputs_changed decisions_changed",
    (
        Figure("from_usd", "USD", CENTS, "from", "objective of the first run"),
        Figure("to_usd", "USD", CENTS, "to", "objective of the second run"),
        *INTERVAL,
        Figure("bridge", "", "", "bridge", "the rows of bridge.csv"),
        Figure("notes", "", "", "notes", "what of the first plan the second run does not have, and "
               "in which step it is"),
        Figure("inputs_changed", "", "", "inputs", "the rows of inputs_changed.csv"),
        Figure("decisions_changed", "", "", "decisions",
               "`sites` and `flows` (the rows of their tables, without sites that are kept), "
               "`mail_share` and `unserved_share` (`before`, `after`)"),
    ),
)
FRONTIER_SUMMARY = output(
    "summary.json", "of a frontier, and what --json prints",
    "against within_days today best proven price_unit n_points n_cut_by_clock points audit",
    (
        Figure("against", "", "", "against", "--against: what cost is traded for; limits "
               "are shares of the orders in time, kg CO2e a year, USD invested in sites, or sites "
               "opened and closed"),
        Figure("within_days", "days", "{:.0f}", "within", "days in which orders arrive; null where "
               "they do not matter"),
        Figure("today", "", "", "today", "sites of today, of `changes`"),
        Figure("best", "", "{:,.6g}", "best", "the best that a plan was shown to attain, in the "
               "unit of the limit; null: none was shown in time"),
        Figure("proven", "", "{:,.6g}", "proven", "no plan attains better than this; null: not "
               "known"),
        Figure("price_unit", "", "", "unit of a price", "`point`, `t`, `USD` or `site`"),
        Figure("n_points", "", "{:.0f}", "points", "points, the base included"),
        Figure("n_cut_by_clock", "", "{:.0f}", "cut by the clock",
               "points whose search the time limit ended: another machine may find another plan"),
        Figure("points", "", "", "points", "the rows of frontier.csv; `true` and `false` for "
               "flags"),
    ),
)
RISK_FRONTIER_SUMMARY = output(
    "summary.json", "of a frontier against cvar, and what --json prints",
    "against level scenarios n_points n_choices points choices audit",
    (
        Figure("against", "", "", "against", "`cvar`"),
        Figure("level", "", "{:.6g}", "level", "of CVaR: the mean over the worst 1 - level of the "
               "probability"),
        Figure("scenarios", "", "", "scenarios", "possible years: `scenario` and `probability`"),
        Figure("n_points", "", "{:.0f}", "points", "weights of CVaR"),
        Figure("n_choices", "", "{:.0f}", "choices", "choices of sites that were tried in all "
               "years"),
        Figure("points", "", "", "points", "the rows of frontier.csv; `true` and `false` for "
               "flags"),
        Figure("choices", "", "", "choices", "the rows of choices.csv, likewise"),
    ),
)
ROADMAP_SUMMARY = output(
    "summary.json", "of a roadmap, and what --json prints",
    "status cost_usd bound_usd gap gap_usd discount_rate today stay_usd npv_usd waiting years "
    "paybacks assumptions rounds solves audit",
    (
        Figure("cost_usd", "USD", CENTS, "net present cost",
               "discounted cost of all years, the first at its full amount; null: no roadmap"),
        Figure("bound_usd", "USD", CENTS, "bound", "no roadmap costs less"),
        Figure("gap_usd", "USD", CENTS, "gap", "cost less bound"),
        Figure("discount_rate", "share", PERCENT, "discount rate", "a share a year"),
        Figure("today", "", "", "today", "sites of today: `site_id`, `size`, `bound_years`"),
        Figure("stay_usd", "USD", CENTS, "sites of today kept",
               "discounted cost of keeping the sites of today; null: they cannot serve all years "
               "as asked"),
        Figure("npv_usd", "USD", CENTS, "net present value",
               "what the roadmap saves against the sites of today: stay_usd less cost_usd"),
        Figure("waiting", "", "", "waiting", "changing nothing in year 1: `cost_usd`, `bound_usd` "
               "and the difference to the roadmap, all discounted"),
        Figure("years", "", "", "years", "rows of cash_flow.csv with `open_sites` and `gap_usd`, "
               "what the year could cost less by itself"),
        Figure("paybacks", "", "", "paybacks", "rows of payback.csv"),
        Figure("assumptions", "", "", "assumptions", "assumptions of changes"),
        Figure("rounds", "", "{:.0f}", "rounds", "rounds of multipliers"),
        Figure("solves", "", "{:.0f}", "answers", "plans of years that were made"),
    ),
)
SCENARIOS_SUMMARY = output(
    "summary.json", "of `fulfill scenarios`, which `--json` prints too; a figure without a value "
    "is null",
    "format_version risk value_usd bound_usd gap expected_usd cvar_usd worst_usd vss_usd evpi_usd "
    "sites scenarios choices audit",
    (
        Figure("risk", "", "", "measure of risk", "`expected`, `cvar:LEVEL:WEIGHT` or `regret`"),
        Figure("value_usd", "USD", WHOLE, "measure of risk",
               "of the chosen sites; a regret is at most this"),
        Figure("bound_usd", "USD", WHOLE, "bound", "no choice of sites has a lower measure"),
        Figure("expected_usd", "USD", WHOLE, "expected cost", "mean over the years"),
        Figure("cvar_usd", "USD", WHOLE, "mean of the worst", "mean cost over the worst tenth of "
               "the probability, or over the worst part that --risk names"),
        Figure("worst_usd", "USD", WHOLE, "worst year", "cost of the most expensive year"),
        Figure("vss_usd", "USD", "", "value of the stochastic solution",
               "`low` and `high`: what choosing for all years saves on average against the sites "
               "of the run (VSS); null unless the expected cost is minimised"),
        Figure("evpi_usd", "USD", "", "value of perfect information",
               "`low` and `high`: what knowing the year before choosing saves on average (EVPI)"),
        Figure("sites", "", "", "sites", "chosen sites: objects of `site_id` and `size`"),
        Figure("scenarios", "", "", "scenarios", "the rows of scenario_costs.csv"),
        Figure("choices", "", "", "choices", "the rows of choices.csv"),
    ),
)
