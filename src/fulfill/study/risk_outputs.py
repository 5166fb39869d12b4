"""Files that `stress` and `ask` write; see `outputs.py`."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import PERCENT, WHOLE, WHOLE_PERCENT, Figure

# fmt: off
LOSSES = output(
    "losses.csv", "something that the plan uses, lost; the largest loss first",
    "kind id name period loss_usd loss_usd_low loss_usd_high lead_time_days cancelled_orders "
    "unserved_orders grade set",
    (
        Figure("kind", "", "lost", "what", "`site`, `gateway`, `crossing`, `carrier` (those of a "
               "state), `mail` (air mail to a country) or `pair`"),
        Figure("id", "", "", "id", "as in capacity.csv; of a pair both"),
        Figure("name", "", "", "lost", "name of what is lost"),
        Figure("period", "", "", "for", "`year`, or a period"),
        Figure("loss_usd", "USD", WHOLE, "loss a year",
               "cost of the plan after the loss less that before it; its sites are kept and paid "
               "for, orders are allocated anew; none: no plan is possible"),
        Figure("loss_usd_low", "USD", WHOLE, "at least",
               "the loss with the best allocation costs at least this"),
        Figure("loss_usd_high", "USD", WHOLE, "at most", "and at most this"),
        Figure("lead_time_days", "days", "{:+,.2f}", "lead time",
               "days that the mean order takes longer"),
        Figure("cancelled_orders", "orders", "{:+,.0f}", "cancelled", "more orders cancelled"),
        Figure("unserved_orders", "orders", "{:+,.0f}", "not served", "more orders not served"),
        Figure("grade", "", "grade", "search",
               "`full`: the allocation was searched for; `quick`: allocated once, at the prices "
               "of the plan, so that the loss may be less"),
        Figure("set", "", "", "--set", "the overrides that repeat the loss"),
    ),
)
REMEDIES = output(
    "remedies.csv", "what buys back a part of a loss; the best first",
    "loss loss_name kind id bought_back_usd set",
    (
        Figure("loss", "", "", "loss", "id of the loss"),
        Figure("loss_name", "", "", "after the loss of", "name of what is lost"),
        Figure("kind", "", "remedy", "remedy",
               "half as much capacity again of a `site`, `gateway`, `carrier` or `mail`; `sites`: "
               "sites are chosen anew, and those of the plan may be given up"),
        Figure("id", "", "", "of", "id of the capacity; empty for `sites`"),
        Figure("bought_back_usd", "USD", WHOLE, "buys back a year",
               "cost after the loss less that with the remedy, rent of new sites included; the "
               "price of spare capacity is not"),
        Figure("set", "", "", "--set", "the override of the spare capacity"),
    ),
)
_ENDS = tuple(
    figure
    for key, words in (("low", "low end"), ("high", "high end"))
    for figure in (
        Figure(f"{key}_kept_usd", "USD", WHOLE, f"kept, {words}",
               f"cost of keeping the sites with the figures at the {words} of their ranges"),
        Figure(f"{key}_best_usd", "USD", WHOLE, f"best, {words}",
               "cost of the best plan that was found there"),
        Figure(f"{key}_gap_usd", "USD", WHOLE, f"gap, {words}",
               "what the best plan could cost less there at most"),
        Figure(f"{key}_mail_share", "share", PERCENT, f"mailed, {words}",
               "share of potential orders that the best plan mails there"),
    )
)
QUESTIONS = output(
    "questions.csv", "a group of figures that move together; what to ask for first comes first",
    f"group file rows {' '.join(one.key for one in _ENDS)} regret_usd exposure_usd "
    "distinguishable value_usd sites_changed first_order first_order_error ask",
    (
        Figure("group", "", "", "figures", "name of the group, in the form of --set"),
        Figure("file", "", "", "file", "table, or tables"),
        Figure("rows", "", "{:.0f}", "number", "number of figures that move", digits=0),
        *_ENDS,
        Figure("regret_usd", "USD", WHOLE, "regret of keeping the plan",
               "what keeping the sites costs more than the best plan that was found, at the worse "
               "end"),
        Figure("exposure_usd", "USD", WHOLE, "exposure",
               "difference of the yearly contribution between both ends and the figures as they "
               "are; sites are kept, orders are allocated anew"),
        Figure("distinguishable", "", "flag", "beyond the gap",
               "`True` where the regret is larger than the gap of the best plan"),
        Figure("value_usd", "USD", WHOLE, "worth knowing",
               "what knowing the figures before deciding saves on average, about: a sixth of the "
               "regret at each end, as for a triangular distribution and a regret in proportion "
               "to the distance"),
        Figure("sites_changed", "", "", "sites that change",
               "opened with +, closed with -, resized as old>new, at the worse end; empty where "
               "not distinguishable"),
        Figure("first_order", "1", "{:.2f}", "explains",
               "first-order index by RBD-FAST: share of the variance of the best plan's "
               "contribution in the joint sample"),
        Figure("first_order_error", "1", "{:.2f}", "plus or minus",
               "half the width of its 95 % interval"),
        Figure("ask", "", "ask", "whom to ask", "who could confirm the figures"),
    ),
)
SAMPLES = output(
    "samples.csv", "a joint sample of all groups of figures",
    "sample kept_usd best_usd bound_usd kept_contribution_usd best_contribution_usd n_sites "
    "mail_share",
    (
        Figure("sample", "", "{:.0f}", "sample", "number, from 1", digits=0),
        Figure("kept_usd", "USD", WHOLE, "sites kept", "cost of keeping the sites"),
        Figure("best_usd", "USD", WHOLE, "best plan", "cost of the best plan that was found"),
        Figure("bound_usd", "USD", WHOLE, "bound", "no plan costs less"),
        Figure("kept_contribution_usd", "USD", WHOLE, "contribution, sites kept",
               "yearly contribution with the sites kept"),
        Figure("best_contribution_usd", "USD", WHOLE, "contribution, best plan",
               "yearly contribution of the best plan"),
        Figure("n_sites", "sites", "{:.0f}", "sites", "open sites of the best plan"),
        Figure("mail_share", "share", PERCENT, "mailed", "share of orders that it mails"),
    ),
)
SITE_SHARES = output(
    "site_shares.csv", "a site that opens in some joint sample, or in the plan",
    "site_id name share_of_samples in_plan",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("share_of_samples", "share", WHOLE_PERCENT, "opens in",
               "share of the joint samples whose best plan opens it"),
        Figure("in_plan", "", "flag", "in the plan", "whether the plan opens it"),
    ),
)
STRESS_SUMMARY = output(
    "summary.json", "of `fulfill stress`, which `--json` prints too; a figure without a value is "
    "null",
    "format_version base_usd base_bound_usd losses remedies audit",
    (
        Figure("base_usd", "USD", WHOLE, "cost", "of the plan's sites without a loss"),
        Figure("base_bound_usd", "USD", WHOLE, "bound", "on that cost"),
        Figure("losses", "", "", "losses", "the rows of losses.csv"),
        Figure("remedies", "", "", "remedies", "the rows of remedies.csv"),
    ),
)
ASK_SUMMARY = output(
    "summary.json", "of `fulfill ask`, which `--json` prints too; a figure without a value is null",
    "format_version zones base groups left_out ask_first sites samples contribution knowing_usd",
    (
        Figure("zones", "zones", WHOLE, "zones", "number of zones, after merging"),
        Figure("base", "", "", "base",
               "`kept_usd`, `best_usd` and `gap_usd` with the figures as they are"),
        Figure("groups", "", "", "groups",
               "the rows of questions.csv; `low` and `high` are objects of `kept_usd`, `best_usd` "
               "and `gap_usd`"),
        Figure("left_out", "", "", "left out", "groups for which no plans were made"),
        Figure("ask_first", "", "", "ask first", "names of the groups to ask for first"),
        Figure("sites", "", "", "sites", "objects of `site_id` and `share_of_samples`"),
        Figure("samples", "", WHOLE, "samples", "number of joint samples; absent without any"),
        Figure("contribution", "USD", WHOLE, "contribution",
               "in the joint sample, of the `kept` sites and of the `best` plan: its quantiles "
               "`p5`, `p50` and `p95`"),
        Figure("knowing_usd", "USD", WHOLE, "worth of knowing all",
               "what knowing all figures before deciding saves on average: `low` by the plans "
               "that were found, `high` by the bounds"),
    ),
)
# fmt: on
