"""Comparison of direct mail, local fulfilment and a mix for the same study.

Demand, prices, network and service levels are the same in all three modes. They are restrictions of
one model: direct-only keeps the channel `direct_mail`, local-only all others, mixed all that the
problem allows. Orders that are not worth serving may stay unserved in each. A restricted plan is
therefore feasible for the mixed mode too, which cannot be worse: where its search was stopped early
and found less, the restricted plan is taken (`taken_from`). A restricted mode can be infeasible for
two reasons: a service level that it cannot reach, and sites locked open. Direct-only ignores these
locks and the rules on sites; where they require a site, its plan is not available to the mixed
mode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.compare.break_even import break_evens
from fulfill.analysis.compare.differences import COLUMNS as DIFFERENCE
from fulfill.analysis.compare.differences import against_mixed
from fulfill.analysis.compare.unit_economics import (
    margin,
    mean_unit_economics,
    open_assortment,
    winners,
)
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import CHANNELS, Problem
from fulfill.model.decisions import (
    FEASIBLE,
    INFEASIBLE,
    INTERRUPTED,
    NO_PLAN,
    OPTIMAL,
    relative_gap,
    status_of,
)
from fulfill.model.site_rules import broken_rules, site_rules
from fulfill.study import outputs
from fulfill.study.currency import currency_block
from fulfill.study.optimize import optimize
from fulfill.study.run import PricedModel, Run
from fulfill.study.study import Study
from fulfill.study.vocabulary import DAY, shown

Mask = NDArray[np.bool_]
MODES = ("direct_only", "local_only", "mixed")
KPIS = (
    "orders",
    "contribution_usd",
    "landed_cost_usd_per_order",
    "lead_time_days_mean",
    "share_within_3_days",
    "share_within_5_days",
    "cancellation_rate",
    "unserved_share",
    "co2e_kg_per_order",
)
SHARES = (*CHANNELS, "unserved")
"""Channels, and orders not served; every table has their shares as ``share_<name>``."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """Plans of every date and mode; all tables are long, with `as_of` as ISO text.

    Attributes
    ----------
    study : Study
        The study; each plan restricts its channels and sets its date.
    modes : DataFrame
        as_of, mode, status, ended_by (the mode's own search), taken_from (mode whose plan it is),
        objective, bound, bound_kind, gap, the columns of `differences`, seconds, the key figures of
        a plan, n_sites, open_sites, share_<channel>, audit. A mode without a plan has its status
        and NaN.
    products : DataFrame
        as_of, mode, product, orders, share_<channel>, mail_usd_per_order, local_usd_per_order
        (margin of the mean order by mail and from the open sites; NaN where these reach no zone),
        local_entry_usd_per_order (entry and safety stock spread over the orders), winner.
    zone_classes : DataFrame
        as_of, mode, country, zone_class, orders, lead_time_days, share_within_3_days,
        share_within_5_days, cancellation_rate, share_<channel>.
    break_even : DataFrame
        as_of, sites_of (mode whose open sites are used: mixed, otherwise local_only, otherwise
        empty), and the columns of `break_even.break_evens`, of which `stocked` tells whether the
        mixed plan stocks the product in the country.
    status : str
        Worst status of the mixed plans.
    audit_faults : tuple of str
        Faults found by the audit, with date and mode.
    conditions : tuple of str
        What all plans keep to besides the tables; direct-only has no sites to lock open.
    """

    study: Study
    modes: pd.DataFrame
    products: pd.DataFrame
    zone_classes: pd.DataFrame
    break_even: pd.DataFrame
    status: str
    audit_faults: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    def __repr__(self) -> str:
        costs = ", ".join(
            f"{row.as_of} {row.mode} {row.objective:,.0f} USD" for row in self.modes.itertuples()
        )
        return f"<Comparison {self.status}: {costs}>"


def on_dates(study: Study, days: Iterable[date]) -> list[Study]:
    """Return the study under the rules of each date, in chronological order.

    Parameters
    ----------
    study : Study
        Problem and options.
    days : iterable of date
        Dates; repeated ones are used once.

    Returns
    -------
    list of Study
        One for each date.

    Raises
    ------
    InputError
        With the faults of all dates.
    """
    studies, faults = [], []
    for day in sorted(set(days)):
        try:
            studies.append(study.with_(as_of=day))
        except InputError as error:
            faults += list(error.faults)
    if faults:
        raise InputError(faults)
    return studies


def compare(
    study: Study,
    days: Iterable[date] = (),
    progress: Callable[[Any], None] | None = None,
    announce: Callable[[str], None] | None = None,
) -> Comparison:
    """Plan a study in three modes on every date.

    Parameters
    ----------
    study : Study
        Problem and options; gap and time limit apply to each plan.
    days : iterable of date
        Dates whose rules apply; by default that of the study.
    progress : callable, optional
        Called with incumbent and bound while a search runs.
    announce : callable, optional
        Called with a line of text before each search.

    Returns
    -------
    Comparison
        Tables of all plans and the break-even points.

    Raises
    ------
    InputError
        Where the study has faults on a date.
    SolverError
        Where a solver fails.
    KeyboardInterrupt
        Where Ctrl-C ended a search.
    """
    modes, products, classes, evens, faults = [], [], [], [], []
    studies = on_dates(study, list(days) or [study.problem.regime.as_of])
    for dated in studies:
        day = dated.problem.regime.as_of.isoformat()
        runs, takes = _three_runs(dated, progress, announce)
        priced = runs["mixed"].model
        rows = _mode_rows(dated, runs, takes)
        for mode, take in takes.items():
            run = runs[take]
            key = {"as_of": day, "mode": mode}
            modes.append({**key, **rows[mode]})
            # Faults of a plan taken from another mode are already reported for that mode.
            faults += [f"{day} {mode}: {fault}" for fault in run.audit.faults if mode == take]
            if run.decisions is not None:
                products.append(_product_rows(priced, run).assign(**key))
                classes.append(_class_rows(run).assign(**key))
        evens.append(_break_even_rows(priced, runs, takes["mixed"]).assign(as_of=day))
    return Comparison(
        study=study,
        modes=pd.DataFrame(modes),
        products=_long(products),
        zone_classes=_long(classes),
        break_even=_long(evens, ["as_of", "sites_of"]),
        status=_worst([row["status"] for row in modes if row["mode"] == "mixed"]),
        audit_faults=tuple(faults),
        conditions=runs["mixed"].outcome.conditions,
    )


def allowed(problem: Problem, mode: str) -> tuple[str, ...]:
    """Return the channels of a mode.

    Parameters
    ----------
    problem : Problem
        With the channels that may be used.
    mode : {'direct_only', 'local_only', 'mixed'}
        Mode of the comparison.

    Returns
    -------
    tuple of str
        Empty where the problem has no channel of the mode.
    """
    mail = tuple(name for name in problem.channels if name == "direct_mail")
    local = tuple(name for name in problem.channels if name != "direct_mail")
    return {"direct_only": mail, "local_only": local, "mixed": problem.channels}[mode]


def _three_runs(
    study: Study,
    progress: Callable[[Any], None] | None,
    announce: Callable[[str], None] | None,
) -> tuple[dict[str, Run], dict[str, str]]:
    """Return the run of each mode, and for each mode the one whose plan it takes.

    A mode without a channel is left out.
    """
    runs = {}
    for mode in MODES:
        channels = allowed(study.problem, mode)
        if not channels:
            continue
        if announce is not None:
            announce(f"{shown(study.problem.regime.as_of, DAY)}  {shown(mode, 'mode')}")
        opened = () if mode == "direct_only" else study.options.opened
        runs[mode] = optimize(study.with_(channels=channels, opened=opened), progress=progress)
        if runs[mode].outcome.ended_by == INTERRUPTED:
            raise KeyboardInterrupt  # a plan cut short could not be compared with the others
    takes = {mode: mode for mode in runs}
    fair = {mode: run for mode, run in runs.items() if _is_fair(mode, study)}
    best = min(fair, key=lambda mode: _objective(fair[mode]))
    least = _objective(fair[best])
    if np.isfinite(least) and _objective(runs["mixed"]) > least + 1e-9 * abs(least):
        takes["mixed"] = best
    return runs, takes


def _is_fair(mode: str, study: Study) -> bool:
    """Return whether a plan of the mode is feasible for the mixed mode.

    Direct-only ignores sites locked open and rules on sites.
    """
    without_sites = np.zeros(len(study.problem.network["sites"]), bool)
    needed = broken_rules(site_rules(study.problem), without_sites)
    return not (mode == "direct_only" and (study.options.opened or len(needed)))


def _objective(run: Run) -> float:
    return run.outcome.objective if run.decisions is not None else np.inf


def _mode_rows(
    study: Study, runs: Mapping[str, Run], takes: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return the rows of `modes` of one date, each compared with the mixed plan."""
    rows = {mode: _mode_row(runs[take], runs[mode], take) for mode, take in takes.items()}
    for mode, row in rows.items():
        if mode != "mixed":
            row |= against_mixed(row, rows["mixed"], restricted=_is_fair(mode, study))
    return rows


def _mode_row(run: Run, searched: Run, take: str) -> dict[str, Any]:
    """Return a row of `modes`: the plan, with the bound of the mode's own search."""
    outcome, plan = run.outcome, run.plan
    bound = searched.outcome.bound
    found = run.decisions is not None
    shares = plan.kpis.get("channel_share", {})
    own = run is searched
    return {
        "status": outcome.status if own else status_of(outcome.objective, bound),
        "ended_by": searched.outcome.ended_by,
        "taken_from": take,
        "objective": outcome.objective if found else np.nan,
        "bound": bound,
        "bound_kind": searched.outcome.bound_kind,
        "gap": relative_gap(outcome.objective, bound) if found else np.nan,
        **dict(zip(DIFFERENCE, (np.nan, np.nan, np.nan, ""), strict=True)),
        "seconds": searched.outcome.seconds,
        **{name: plan.kpis.get(name, np.nan) for name in KPIS},
        "n_sites": len(plan.sites) if found else np.nan,
        "open_sites": " ".join(f"{row.site_id}:{row.size}" for row in plan.sites.itertuples())
        if found
        else "",
        **{f"share_{name}": shares.get(name, np.nan) for name in SHARES},
        "audit": "" if not found else "clean" if run.audit.clean else "faults",
    }


def _outbound(run: Run) -> pd.DataFrame:
    flows = run.plan.flows
    return flows[flows["leg"] == "outbound"]


def _shares(flows: pd.DataFrame, key: list[str], orders: pd.Series[float]) -> pd.DataFrame:
    """Return ``share_<channel>`` and ``share_unserved`` of potential orders, by the key columns.

    `orders` is indexed by the key columns; shares are NaN where it is zero.
    """
    by_channel = flows.pivot_table("orders", key[0] if len(key) == 1 else key, "channel", "sum")
    served = by_channel.reindex(index=orders.index, columns=CHANNELS).fillna(0.0)
    total = orders.where(orders > 0).to_numpy(float)[:, None]
    shares = pd.DataFrame(
        served.to_numpy() / total, orders.index, [f"share_{name}" for name in CHANNELS]
    )
    left = 1.0 - shares.sum(axis=1)  # rounding leaves a remainder where all orders are served
    return shares.assign(share_unserved=left.where(left > 1e-9, 0.0).where(orders > 0))


def _product_rows(priced: PricedModel, run: Run) -> pd.DataFrame:
    """Return the rows of `products` of one plan."""
    instance = priced.instance
    orders = pd.Series(
        instance.demand.sum(axis=(0, 2)), pd.Index(instance.products, name="product"), name="orders"
    )
    mean = mean_unit_economics(priced, open_assortment(run), np.ones(len(instance.zones), bool))
    sides = margin(priced, mean)
    table = _shares(_outbound(run), ["product"], orders)
    table.insert(0, "orders", orders)
    return table.reset_index().assign(
        mail_usd_per_order=sides.mail,
        local_usd_per_order=sides.local,
        local_entry_usd_per_order=sides.local - sides.mail - sides.gain(mean.orders),
        winner=winners(sides.gain(mean.orders)),
    )


def _class_rows(run: Run) -> pd.DataFrame:
    """Return the rows of `zone_classes` of one plan.

    Lead times and cancellations are averaged over the orders served.
    """
    key = ["country", "zone_class"]
    zones = run.plan.zones
    flows = _outbound(run).merge(zones[["zone_id", *key]], left_on="to", right_on="zone_id")
    within = [name for name in zones.columns if name.startswith("share_within_")]
    timely = zones[within].mul(zones["orders"], axis=0).fillna(0.0).assign(orders=zones["orders"])
    totals = timely.groupby([zones[name] for name in key]).sum()
    served = flows.assign(order_days=flows["orders"] * flows["lead_time_days"])
    sums = (
        served.groupby(key)[["orders", "order_days", "placed", "delivered"]]
        .sum()
        .reindex(totals.index)
    )
    table = pd.DataFrame(
        {
            "orders": totals["orders"],
            "lead_time_days": sums["order_days"] / sums["orders"],
            **{name: totals[name] / totals["orders"] for name in within},
            "cancellation_rate": 1.0 - sums["delivered"] / sums["placed"],
        }
    )
    return table.join(_shares(flows, key, totals["orders"])).reset_index()


def _break_even_rows(priced: PricedModel, plans: Mapping[str, Run], mixed: str) -> pd.DataFrame:
    """Return the rows of `break_even` of one date.

    They are for the open sites of the mixed plan, or of local-only where the mixed plan has none.
    """
    site_country = priced.problem.network["sites"]["country"].to_numpy()
    candidates = {"mixed": open_assortment(plans[mixed])}
    if "local_only" in plans:
        candidates["local_only"] = open_assortment(plans["local_only"])
    tables = []
    for country in sorted(set(priced.problem.demand.zones["country"])):
        here = site_country == country
        with_sites = [
            name for name, stocking in candidates.items() if (stocking.size[here] >= 0).any()
        ]
        source = with_sites[0] if with_sites else ""
        stocking = candidates[source or "mixed"]
        stocked = candidates["mixed"].stocked[here].any(axis=0)
        rows = break_evens(priced, stocking, country)
        tables.append(rows.assign(sites_of=source, stocked=stocked))
    return pd.concat(tables, ignore_index=True)


def _long(tables: Sequence[pd.DataFrame], first: Sequence[str] = ("as_of", "mode")) -> pd.DataFrame:
    """Return the tables concatenated, with the key columns first."""
    if not tables:
        return pd.DataFrame(columns=list(first))
    table = pd.concat(tables, ignore_index=True)
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _worst(statuses: Sequence[str]) -> str:
    return next(status for status in (NO_PLAN, INFEASIBLE, FEASIBLE, OPTIMAL) if status in statuses)


def summary(comparison: Comparison) -> dict[str, Any]:
    """Return the content of summary.json of a comparison.

    Parameters
    ----------
    comparison : Comparison
        Result of `compare`.

    Returns
    -------
    dict
        Infinities and NaN are None.
    """
    dates = {
        str(day): {row["mode"]: _plain(row, ("as_of", "mode")) for row in rows.to_dict("records")}
        for day, rows in comparison.modes.groupby("as_of")
    }
    amounts = {
        day: {mode: outputs.MODES.converted(row) for mode, row in rows.items()}
        for day, rows in dates.items()
    }
    return {
        "status": comparison.status,
        "conditions": list(comparison.conditions),
        "dates": dates,
        "break_even": [_plain(row) for row in comparison.break_even.to_dict("records")],
        "audit": {"clean": not comparison.audit_faults, "faults": list(comparison.audit_faults)},
        **currency_block(amounts),
    }


def _plain(row: Mapping[Any, Any], without: Sequence[str] = ()) -> dict[str, Any]:
    """Return a row with values that JSON can represent."""
    plain = {}
    for name, value in row.items():
        if name in without:
            continue
        number = isinstance(value, (float, np.floating))
        plain[str(name)] = (
            None
            if number and not np.isfinite(value)
            else getattr(value, "item", lambda v=value: v)()
        )
    return plain
