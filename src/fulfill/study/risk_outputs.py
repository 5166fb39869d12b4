"""Files that `stress` and `ask` write; see `outputs.py`."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import WHOLE, Figure

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
# fmt: on
