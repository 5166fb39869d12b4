"""What `fulfill candidates` writes."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, TENTH, WHOLE, Figure

# fmt: off
CANDIDATES = output(
    "candidates.csv", "a town for a site, the one with most orders first; in the form of sites.csv",
    "site_id name country state lat lon ownership rent_usd_m2_month labour_usd_hour pick_usd_order "
    "storage_usd_m3_month currency source source_date status range x_orders_year x_mean_km "
    "x_nearest_site x_nearest_km",
    (
        Figure("name", "", "", "town", "name of the town"),
        Figure("rent_usd_m2_month", "", CENTS, "rent",
               "a m2 and month, of the nearest market", digits=4),
        Figure("labour_usd_hour", "", CENTS, "labour", "an hour, of the nearest market", digits=4),
        Figure("pick_usd_order", "", CENTS, "pick fee",
               "an order, of the nearest market", digits=4),
        Figure("storage_usd_m3_month", "", CENTS, "storage fee",
               "a m3 and month, of the nearest market", digits=4),
        Figure("currency", "", "", "currency", "of rent, labour and fees"),
        Figure("source", "", "", "source", "the site whose figures were taken"),
        Figure("source_date", "", "", "date", "of the figures"),
        Figure("status", "", "", "status", "`assumption`"),
        Figure("range", "", "", "range", "of the market, or a quarter to either side"),
        Figure("x_orders_year", "orders", WHOLE, "orders a year", "of the zones nearest to it"),
        Figure("x_mean_km", "km", WHOLE, "mean distance", "by road to its orders"),
        Figure("x_nearest_site", "", "", "nearest site", "site of the network"),
        Figure("x_nearest_km", "km", WHOLE, "distance to it", "by road"),
    ),
)
CANDIDATES_SUMMARY = output(
    "summary.json", "of candidates", "format_version mean_km bound_km towns orders_left_out "
    "candidates",
    (
        Figure("mean_km", "km", TENTH, "mean distance", "by road, from a town to an order"),
        Figure("bound_km", "km", TENTH, "least possible",
               "mean that no choice of so many towns is below"),
        Figure("towns", "", WHOLE, "towns", "among which was chosen"),
        Figure("orders_left_out", "orders", WHOLE, "orders left out",
               "a year, of zones that roads do not reach"),
        Figure("candidates", "", "", "candidates", "the rows of candidates.csv"),
    ),
)
# fmt: on
