"""Tables and JSON objects that answers to questions about runs write: diff, explain, alternatives.

docs/reference/outputs.md is generated from it; see `outputs`.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, PERCENT, WHOLE, Figure

CHANGE = "{:+,.0f}"

# fmt: off
BRIDGE = output(
    "bridge.csv", "a part of the cost in a step from one run to another; the rows add up to the "
    "difference of both objectives, to the cent",
    "step part usd",
    (
        Figure("step", "", "bridge_step", "step",
               "`demand` (the old decisions, orders scaled, at old figures), `prices` (these at "
               "new figures), `decisions` (the new decisions), or `together`"),
        Figure("part", "", "bridge_part", "part", "part of costs.csv, or `reference`: net price "
               "less cheapest goods of all potential orders, which makes a contribution a cost"),
        Figure("usd", "USD", "{:+,.2f}", "change a year", "change of the cost of a year"),
    ),
)
INPUTS_CHANGED = output(
    "inputs_changed.csv", "a cell, row, setting or option that differs between two runs",
    "file key column before after",
    (
        Figure("file", "", "", "file", "file of the inputs with its folder, or `options`"),
        Figure("key", "", "", "row", "key of the row, or name of the setting or option"),
        Figure("column", "", "", "column", "column; empty: the row, setting or file as a whole"),
        Figure("before", "", "", "first run", "in the first run; empty: it has none. Of a file "
               "that is no table, its hash"),
        Figure("after", "", "", "second run", "in the second run; empty: it has none"),
    ),
)
SITES_CHANGED = output(
    "sites_changed.csv", "a site that one of two runs opens",
    "site_id name change size_before size_after orders_year_before orders_year_after",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("change", "", "site_change", "change", "`opened`, `closed`, `resized` or `kept`"),
        Figure("size_before", "", "", "size before", "size in the first run; empty: closed"),
        Figure("size_after", "", "", "size after", "size in the second run; empty: closed"),
        Figure("orders_year_before", "orders", WHOLE, "orders before", "orders handled in a year"),
        Figure("orders_year_after", "orders", WHOLE, "orders after", "orders handled in a year"),
    ),
)
FLOWS_CHANGED = output(
    "flows_changed.csv", "a zone and channel whose orders differ between two runs, the largest "
    "change first",
    "zone_id name channel orders_before orders_after orders_change",
    (
        Figure("name", "", "", "zone", "name of the zone"),
        Figure("channel", "", "channel", "channel", "channel of the orders"),
        Figure("orders_before", "orders", WHOLE, "orders before", "orders a year of the first run"),
        Figure("orders_after", "orders", WHOLE, "orders after", "orders a year of the second run"),
        Figure("orders_change", "orders", CHANGE, "change", "orders after less orders before"),
    ),
)
BRIDGE_TOTALS = output(
    "bridge by step", "a step from one run to another; on the page of a diff", "step usd",
    BRIDGE.figures,
)
DIFF_TABLES = (BRIDGE, INPUTS_CHANGED, SITES_CHANGED, FLOWS_CHANGED)

INTERVAL = (
    Figure("difference_low_usd", "USD", WHOLE, "difference, at least",
           "least difference of the two optima that costs and bounds allow; null: not known"),
    Figure("difference_high_usd", "USD", WHOLE, "difference, at most",
           "largest such difference; null: not known"),
    Figure("distinguishable", "", "flag", "beyond doubt",
           "true: the interval leaves no doubt about the sign of the difference; false: the gaps "
           "of the plans are larger than what is between them"),
)
TAKEN_OVER = output(
    "taken over", "where orders come from that a site serves, or would serve; in `taken_over`",
    "place name orders_before orders_after orders_change",
    (
        Figure("place", "", "", "from", "site, plant, `direct mail`, or `unserved`"),
        Figure("name", "", "", "from", "name of the place"),
        Figure("orders_before", "orders", WHOLE, "orders before", "orders a year of the run"),
        Figure("orders_after", "orders", WHOLE, "orders after", "orders a year of the new plan"),
        Figure("orders_change", "orders", CHANGE, "change", "orders after less orders before"),
    ),
)
SERVED_BY = output(
    "served by", "where the orders of a zone or product come from; in `served_by`",
    "place name channel orders share lead_time_days",
    (
        Figure("place", "", "", "from", "site, plant, or `direct mail`"),
        Figure("name", "", "", "from", "name of the place"),
        Figure("channel", "", "channel", "channel", "channel of the orders"),
        Figure("share", "share", PERCENT, "share", "part of the orders that are served"),
    ),
)
WAY_PARTS = output(
    "ways of an order", "a part of the cost of an order by its two best ways; with --order",
    "part first_usd second_usd",
    (
        Figure("part", "", "part", "part", "part of costs.csv"),
        Figure("first_usd", "USD", CENTS, "best way", "USD for a potential order"),
        Figure("second_usd", "USD", CENTS, "second way", "USD for a potential order"),
    ),
)
MARGINAL_VALUE = output(
    "marginal value", "what a unit more is worth, a year; local: for a small step and the sites of "
    "the run; in `marginal_values` and `value_of_capacity`",
    "kind name kept_usd checked_usd distinguishable",
    (
        Figure("kind", "", "marginal", "unit",
               "`capacity` (an order a day), `tariff` (a point of duty) or `gateway_day`"),
        Figure("name", "", "", "of", "site, tariff class or gateway"),
        Figure("kept_usd", "USD", CHANGE, "plan kept",
               "change of the cost of the plan that is kept"),
        Figure("checked_usd", "USD", CHANGE, "solved anew",
               "change of the cost with orders allocated anew to the same sites"),
        Figure("distinguishable", "", "flag", "beyond doubt",
               "whether the step moves the cost by more than the gap of the run"),
    ),
)
OPENING_PRICE = output(
    "opening price", "a price of a closed site at which a plan with it costs what the run costs; "
    "local; in `price_to_open`",
    "column now_usd needed_usd checked_usd",
    (
        Figure("column", "", "", "price", "column of sites.csv"),
        Figure("now_usd", "USD", CENTS, "now", "price of today"),
        Figure("needed_usd", "USD", CENTS, "needed", "price needed; null: not even nothing"),
        Figure("checked_usd", "USD", CHANGE, "solved anew",
               "cost of the plan that is found at that price, less the cost of the run"),
    ),
)
SITE_EXPLANATION = output(
    "sites.csv", "a site that is explained by a plan without it, or with it where it is closed",
    "site_id name open with_usd without_usd gap_usd difference_low_usd difference_high_usd "
    "distinguishable next_best binding",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("open", "", "flag", "open", "whether the run opens it"),
        Figure("with_usd", "USD", WHOLE, "with it", "cost of a year of the plan with the site"),
        Figure("without_usd", "USD", WHOLE, "without it", "cost of a year of the plan without it"),
        Figure("gap_usd", "USD", WHOLE, "gap",
               "what other plans could save at most in the question that was solved anew"),
        *INTERVAL,
        Figure("next_best", "", "", "next best",
               "sites that only the plan without it opens, or the one that takes most of its "
               "orders"),
        Figure("binding", "", "", "used fully", "capacities of the site with the period"),
    ),
)
_RURAL = Figure("rural_share_within_5_days", "share", PERCENT, "rural within 5 days",
                "part of the orders of rural zones that arrives within 5 days; none without them")
_WORST = Figure("worst_cost_usd", "USD", WHOLE, "worst cost",
                "cost of the plan with each of the five most exposed groups of figures of the run "
                "at its worse end, other decisions kept, added up")
ALTERNATIVES = output(
    "alternatives.csv", "a plan of nearly the same cost; plan 0 is that of the run",
    "plan objective above_run_usd lead_time_days_mean co2e_kg_per_order rural_share_within_5_days "
    "worst_cost_usd opened closed better_at",
    (
        Figure("plan", "", "{:.0f}", "plan", "number of the plan, the cheapest first"),
        Figure("above_run_usd", "USD", CHANGE, "above the run", "cost less that of the run"),
        _RURAL,
        _WORST,
        Figure("opened", "", "", "opened", "sites that the run does not open"),
        Figure("closed", "", "", "closed", "sites of the run that it does not open"),
        Figure("better_at", "", "", "better at", "columns in which it is better than the run"),
    ),
)
# fmt: on
