"""What a calibration answers and shows besides the rows of parameters.csv."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, MILLS, TENTH, WHOLE, Figure

SIGNIFICANT = "{:,.4g}"
"""Form of a parameter, whatever its size."""

# fmt: off
CALIBRATED = output(
    "parameters", "a parameter of cancellation and what the orders say about it",
    "name value low high n events supported reason",
    (
        Figure("name", "", "", "parameter", "as in parameters.csv"),
        Figure("value", "", SIGNIFICANT, "value", "estimate; null where there is none"),
        Figure("low", "", SIGNIFICANT, "from", "lower bound of the 95 % interval"),
        Figure("high", "", SIGNIFICANT, "to", "upper bound of the 95 % interval"),
        Figure("n", "orders", WHOLE, "orders at risk", "orders that could be cancelled then"),
        Figure("events", "orders", WHOLE, "cancelled", "orders that were"),
        Figure("supported", "", "", "supported", "whether the data support an estimate"),
        Figure("reason", "", "calibration", "note", "why there is none; empty where there is"),
    ),
)
LEAD_TIMES = output(
    "lead_times", "a lane and the days from order to delivery of its delivered orders",
    "lane orders mean low high p90 p95 p95_low p95_high",
    (
        Figure("lane", "", "", "lane", "as the files name it; empty where no column does"),
        Figure("orders", "orders", WHOLE, "orders", "delivered orders"),
        Figure("mean", "days", CENTS, "mean", "mean lead time, days_mean of a service"),
        Figure("low", "days", CENTS, "from", "lower bound of the 95 % interval of the mean"),
        Figure("high", "days", CENTS, "to", "upper bound of the 95 % interval of the mean"),
        Figure("p90", "days", TENTH, "arrived 90 %",
               "days in which 90 % arrive, days_p90 of a service"),
        Figure("p95", "days", TENTH, "arrived 95 %", "days in which 95 % arrive"),
        Figure("p95_low", "days", TENTH, "from", "lower bound of the 95 % interval of `p95`"),
        Figure("p95_high", "days", TENTH, "to",
               "upper bound of the 95 % interval of `p95`; null where too few orders bound it"),
    ),
)
CALIBRATION = output(
    "calibrate --json", "what `--json` of `fulfill calibrate` prints",
    "parameters lead_times orders_in orders_used orders_refused first_day last_day rise "
    "until_dispatch",
    (
        Figure("parameters", "", "", "parameters", "a record for each parameter of cancellation"),
        Figure("lead_times", "", "", "lead times", "a record for each lane"),
        Figure("orders_in", "orders", WHOLE, "orders", "distinct order ids in the files"),
        Figure("orders_used", "orders", WHOLE, "orders used", "orders whose end is known"),
        Figure("orders_refused", "orders", WHOLE, "orders refused", "by reason"),
        Figure("first_day", "ISO date", "", "first day", "of an order that is used"),
        Figure("last_day", "ISO date", "", "last day", "of any date but a promised one"),
        Figure("rise", "", MILLS, "rise after the promise",
               "standard normal statistic of the test that the hazard does not rise after the "
               "promise; the slope is supported above 1.645"),
        Figure("until_dispatch", "", "", "until dispatch",
               "whether orders are seen until dispatch only, as no column has deliveries"),
    ),
)
# fmt: on
