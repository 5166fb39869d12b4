"""What two plans decide otherwise: sites, sizes, and orders by zone and channel."""

from __future__ import annotations

from typing import Any

import pandas as pd

from fulfill.study.question_outputs import FLOWS_CHANGED, SITES_CHANGED
from fulfill.study.run import Run

OPENED, CLOSED, RESIZED, KEPT = "opened", "closed", "resized", "kept"
LEAST_ORDERS = 0.5
"""Change of the orders of a year below which a flow counts as the same."""
MAIL = "direct_mail"


def site_changes(before: Run, after: Run) -> pd.DataFrame:
    """Return the sites that either plan opens.

    Parameters
    ----------
    before, after : Run
        With plans.

    Returns
    -------
    DataFrame
        Columns of `question_outputs.SITES_CHANGED`; sites that are kept as they are come last.
    """
    columns = ["site_id", "name", "size", "orders_year"]
    both = before.sites[columns].merge(
        after.sites[columns], on="site_id", how="outer", suffixes=("_before", "_after")
    )
    names = both["name_after"].fillna(both["name_before"])
    sizes = both[["size_before", "size_after"]].fillna("")
    change = pd.Series(RESIZED, index=both.index, dtype="str")
    change[sizes["size_before"] == sizes["size_after"]] = KEPT
    change[sizes["size_before"] == ""] = OPENED
    change[sizes["size_after"] == ""] = CLOSED
    orders = both[["orders_year_before", "orders_year_after"]].fillna(0.0)
    table = pd.DataFrame({"site_id": both["site_id"], "name": names, "change": change}).join(
        [sizes, orders]
    )
    rank = table["change"].map({OPENED: 0, CLOSED: 1, RESIZED: 2, KEPT: 3})
    table = table.assign(_rank=rank).sort_values(["_rank", "site_id"])[list(SITES_CHANGED.keys)]
    return table.reset_index(drop=True)


def flow_changes(before: Run, after: Run) -> pd.DataFrame:
    """Return the zones and channels whose orders changed, the largest change first.

    Parameters
    ----------
    before, after : Run
        With plans.

    Returns
    -------
    DataFrame
        Columns of `question_outputs.FLOWS_CHANGED`.
    """
    old, new = (_by_zone_and_channel(run) for run in (before, after))
    both = pd.concat([old, new], axis=1, keys=["orders_before", "orders_after"]).fillna(0.0)
    change = both["orders_after"] - both["orders_before"]
    both = both.assign(orders_change=change)[change.abs() >= LEAST_ORDERS].reset_index()
    names = pd.concat([run.zones.set_index("zone_id")["name"] for run in (after, before)])
    names = names[~names.index.duplicated()]
    both["name"] = both["zone_id"].map(names)
    order = both["orders_change"].abs().round(6)
    both = both.assign(_size=-order).sort_values(["_size", "zone_id", "channel"])
    return both[list(FLOWS_CHANGED.keys)].reset_index(drop=True)


def _by_zone_and_channel(run: Run) -> pd.Series:
    out = run.flows[run.flows["leg"] == "outbound"]
    return out.groupby([out["to"].rename("zone_id"), "channel"])["orders"].sum()


def shares(run: Run) -> dict[str, Any]:
    """Return the share of mail and of orders that are not served."""
    share = run.kpis["channel_share"]
    return {"mail_share": share[MAIL], "unserved_share": share["unserved"]}
