"""Tables and JSON objects that a sweep writes.

docs/reference/outputs.md is generated from it; see `outputs`.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.outputs import SHARES
from fulfill.study.vocabulary import PERCENT, WHOLE, Figure

CHANGE = "{:+,.0f}"

# fmt: off
ABOVE = (
    Figure("above_base_usd", "USD", CHANGE, "more than the base",
           "cost of the plan less cost of the base"),
    Figure("above_base_low_usd", "USD", CHANGE, "at least",
           "bound less cost of the base: least difference that the gaps allow"),
    Figure("above_base_high_usd", "USD", CHANGE, "at most",
           "cost less bound of the base: largest difference that the gaps allow"),
    Figure("distinguishable", "", "yes_no", "beyond doubt",
           "`yes`: no gap leaves a doubt about the sign of the difference; `no`: the gaps of the "
           "two plans are larger than what is between them"),
)
POINT = Figure("point", "", "{:.0f}", "point", "number of the point, 0 of the base")
FIGURE = Figure("figure", "", "", "figure",
                "the figure that varies, named as in --set; with `*` its values are multiples, "
                "with `+` increases")
POINTS = output(
    "sweep.csv", "a point of a sweep, the base first",
    "point point_kind overrides status objective bound gap above_base_usd above_base_low_usd "
    f"above_base_high_usd distinguishable n_sites sites {SHARES} lead_time_days_mean "
    "cancellation_rate started_from chose_sites",
    (
        POINT,
        Figure("point_kind", "", "point_kind", "kind",
               "`base`, `alone` (one figure at its lowest or highest value), `grid`, `list` or "
               "`sample`"),
        Figure("overrides", "", "", "changes", "what --set takes to plan the point again"),
        *ABOVE,
        Figure("n_sites", "", "{:.0f}", "sites", "open sites"),
        Figure("sites", "", "", "open sites", "open sites with their sizes, by id"),
        Figure("started_from", "", "{:.0f}", "started from", "point whose plan the search began "
               "from; empty for the base"),
        Figure("chose_sites", "", "yes_no", "sites chosen anew",
               "`yes`: the sites that the search began from were more than 1 % from the bound, so "
               "that all were chosen anew"),
    ),
)
VALUES = output(
    "sweep_values.csv", "a figure at a point of a sweep", "point figure value",
    (POINT, FIGURE, Figure("value", "", "", "value", "value that the figure has there")),
)
EFFECTS = output(
    "effects.csv", "the lowest or highest value of a figure, with all others as they are; the "
    "figure with the largest swing first",
    "figure present_value value point above_base_usd above_base_low_usd above_base_high_usd "
    "distinguishable swing_usd sites_changed share_direct_mail",
    (
        FIGURE, POINT, *ABOVE,
        Figure("present_value", "", "", "as it is", "value at the base; empty where its cells "
               "differ"),
        Figure("value", "", "", "value", "value that the figure has at the point"),
        Figure("swing_usd", "USD", WHOLE, "swing",
               "largest less smallest cost of the figure's rows and the base"),
        Figure("sites_changed", "", "{:.0f}", "sites changed",
               "sites open at the point or at the base, but not at both"),
    ),
)
SITE_SHARES = output(
    "site_shares.csv", "a site that is open at a point of a sweep, the most stable first",
    "site_id name share_of_points sizes open_at_base",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("share_of_points", "share", PERCENT, "open at",
               "share of the points with a plan at which the site is open"),
        Figure("sizes", "", "", "sizes", "sizes that it has there"),
        Figure("open_at_base", "", "yes_no", "open at the base", "`yes` or `no`"),
    ),
)
SWEEP_TABLES = (POINTS, VALUES, EFFECTS, SITE_SHARES)
SWEEP_SUMMARY = output(
    "summary.json", "of a sweep, and what --json prints",
    "grade n_points n_chose_sites n_cut_by_clock points effects sites audit",
    (
        Figure("grade", "", "grade", "grade",
               "`full`: sites are chosen at each point; `quick`: those of the base are kept"),
        Figure("n_points", "", "{:.0f}", "points", "points of the sweep, the base included"),
        Figure("n_chose_sites", "", "{:.0f}", "chosen anew",
               "points whose sites were chosen anew, the base included"),
        Figure("n_cut_by_clock", "", "{:.0f}", "cut by the clock",
               "points whose search the time limit ended: another machine may find another plan"),
        Figure("points", "", "", "points", "the rows of sweep.csv; `true` and `false` for flags"),
        Figure("effects", "", "", "effects", "the rows of effects.csv"),
        Figure("sites", "", "", "sites", "the rows of site_shares.csv"),
    ),
)
# fmt: on
