"""Direct mail, local fulfilment, or a mix: the same demand, prices, network and service levels, planned three ways.

The three are one model restricted: direct-only keeps the channel `direct_mail`, local-only every
other, mixed all that the problem allows. What is not worth serving may stay unserved in each. So a
restricted plan is a mixed plan too, and mixed cannot be worse: where a search was stopped early and
found less, the restricted plan is taken (`taken_from`). Two things can make a restricted mode fail:
a service level that it cannot reach, and sites locked open, which direct-only leaves out (its plan
is then none that the mixed mode could take).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.analysis.compare.break_even import break_evens
from fulfill.analysis.compare.unit_economics import Priced, Stocking, average_order, winners, worth
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import CHANNELS, Problem, build_problem
from fulfill.model.decisions import FEASIBLE, INFEASIBLE, NO_PLAN, OPTIMAL, relative_gap, status_of
from fulfill.model.instance import leaving_orders
from fulfill.study.optimize import Planned, PlanOptions, optimize

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
"""Ways an order can end; every table has their shares as ``share_<name>``."""
STOCKED = 1e-6
"""Orders a year from which a site counts as stocking a product."""


@dataclass(frozen=True)
class Comparison:
    """Plans of every date and mode side by side; all tables are long, with `as_of` as ISO text.

    Attributes
    ----------
    modes : DataFrame as_of, mode, status, taken_from (the mode whose plan it is), objective, bound,
        bound_kind, gap, seconds, the key figures of a plan, n_sites, open_sites, share_<channel>,
        audit. A mode without a plan has its status and NaN.
    products : DataFrame as_of, mode, product, orders, share_<channel>, mail_usd_per_order,
        local_usd_per_order (worth of the mean order by either way, `mean_order.py`, from the mode's
        open sites; NaN where one reaches nobody), local_entry_usd_per_order (entry and safety stock
        spread over the orders), winner.
    zone_classes : DataFrame as_of, mode, country, zone_class, orders, lead_time_days,
        share_within_3_days, share_within_5_days, cancellation_rate, share_<channel>.
    break_even : DataFrame as_of, sites_of (the mode whose open sites are meant: mixed, else
        local_only, else empty), and the columns of `break_even.break_evens`, of which `stocked`
        says whether the mixed plan stocks the product in the country.
    status : str
        Worst status of the mixed plans.
    audit_faults : tuple of str
        What the auditor found wrong, with date and mode.
    inputs : mapping of str to Path
        The folders that were read.
    """

    modes: pd.DataFrame
    products: pd.DataFrame
    zone_classes: pd.DataFrame
    break_even: pd.DataFrame
    status: str
    audit_faults: tuple[str, ...]
    inputs: Mapping[str, Path]


def on_dates(problem: Problem, days: Iterable[date]) -> list[Problem]:
    """Return the problem under the rules of each day, in order of time, each day once.

    Raises
    ------
    InputError
        With the faults of all days.
    """
    problems, faults = [], []
    for day in sorted(set(days)):
        try:
            problems.append(build_problem(problem.network, problem.demand, day, problem.channels))
        except InputError as error:
            faults += list(error.faults)
    if faults:
        raise InputError(faults)
    return problems


def compare(
    problems: Sequence[Problem],
    options: PlanOptions,
    progress: Callable[[Any], None] | None = None,
    announce: Callable[[str], None] | None = None,
) -> Comparison:
    """Plan every problem in three modes and put the plans side by side.

    Parameters
    ----------
    problems : one for each as-of date, as `on_dates` returns them
    options : of every single plan; so is its time limit
    progress : called with the reports of the running search;  announce : called with a line before
        each search

    Raises
    ------
    ValueError
        Where there is no problem.
    InputError
        Where an option names what does not exist.
    """
    if not problems:
        raise ValueError("`problems` is empty; give one problem for each as-of date")
    modes, products, classes, evens, faults = [], [], [], [], []
    for problem in problems:
        day = problem.regime.as_of.isoformat()
        plans, takes = _three_plans(problem, options, progress, announce)
        priced = Priced(plans["mixed"].problem, plans["mixed"].economics, plans["mixed"].instance)
        for mode, take in takes.items():
            planned = plans[take]
            key = {"as_of": day, "mode": mode}
            modes.append({**key, **_mode_row(planned, plans[mode], take)})
            faults += [f"{day} {mode}: {fault}" for fault in planned.audit.faults if mode == take]
            if planned.decisions is not None:
                products.append(_product_rows(priced, planned).assign(**key))
                classes.append(_class_rows(planned).assign(**key))
        evens.append(_break_even_rows(priced, plans, takes["mixed"]).assign(as_of=day))
    return Comparison(
        modes=pd.DataFrame(modes),
        products=_long(products),
        zone_classes=_long(classes),
        break_even=_long(evens, ["as_of", "sites_of"]),
        status=_worst([row["status"] for row in modes if row["mode"] == "mixed"]),
        audit_faults=tuple(faults),
        inputs={"network": problems[0].network.folder, "demand": problems[0].demand.folder},
    )


def allowed(problem: Problem, mode: str) -> tuple[str, ...]:
    """Return the channels of a problem that a mode keeps."""
    mail = tuple(name for name in problem.channels if name == "direct_mail")
    local = tuple(name for name in problem.channels if name != "direct_mail")
    return {"direct_only": mail, "local_only": local, "mixed": problem.channels}[mode]


def _three_plans(
    problem: Problem,
    options: PlanOptions,
    progress: Callable[[Any], None] | None,
    announce: Callable[[str], None] | None,
) -> tuple[dict[str, Planned], dict[str, str]]:
    """Return the plan of each mode, and for each mode the mode whose plan it takes; no mode without a channel."""
    plans = {}
    for mode in MODES:
        channels = allowed(problem, mode)
        if not channels:
            continue
        if announce is not None:
            announce(f"{problem.regime.as_of}  {mode.replace('_', '-')}")
        wanted = replace(options, opened=()) if mode == "direct_only" else options
        plans[mode] = optimize(replace(problem, channels=channels), wanted, progress)
    takes = {mode: mode for mode in plans}
    fair = {
        mode: plan for mode, plan in plans.items() if not (mode == "direct_only" and options.opened)
    }
    best = min(fair, key=lambda mode: _objective(fair[mode]))
    least = _objective(fair[best])
    if np.isfinite(least) and _objective(plans["mixed"]) > least + 1e-9 * abs(least):
        takes["mixed"] = best
    return plans, takes


def _objective(planned: Planned) -> float:
    return planned.plan.outcome.objective if planned.decisions is not None else np.inf


def _mode_row(planned: Planned, searched: Planned, take: str) -> dict[str, Any]:
    """Return a row of `modes`: the plan, under the bound of the mode's own search."""
    outcome, plan = planned.plan.outcome, planned.plan
    bound = searched.plan.outcome.bound
    found = planned.decisions is not None
    shares = plan.kpis.get("channel_share", {})
    own = planned is searched
    return {
        "status": outcome.status if own else status_of(outcome.objective, bound),
        "taken_from": take,
        "objective": outcome.objective if found else np.nan,
        "bound": bound,
        "bound_kind": searched.plan.outcome.bound_kind,
        "gap": relative_gap(outcome.objective, bound) if found else np.nan,
        "seconds": searched.plan.outcome.seconds,
        **{name: plan.kpis.get(name, np.nan) for name in KPIS},
        "n_sites": len(plan.sites) if found else np.nan,
        "open_sites": " ".join(f"{row.site_id}:{row.size}" for row in plan.sites.itertuples())
        if found
        else "",
        **{f"share_{name}": shares.get(name, np.nan) for name in SHARES},
        "audit": "" if not found else "clean" if planned.audit.clean else "faults",
    }


def _stocking(planned: Planned) -> Stocking:
    """Return the open sites of a plan and what leaves them."""
    decisions = planned.decisions
    if decisions is None:
        n_sites, n_products = len(planned.instance.sites), len(planned.instance.products)
        return Stocking(np.full(n_sites, -1), np.zeros((n_sites, n_products), bool))
    is_open = decisions.opened.max(axis=1) > 0.5
    stocked = leaving_orders(planned.instance, decisions).sum(axis=2) > STOCKED
    return Stocking(np.where(is_open, decisions.opened.argmax(axis=1), -1), stocked)


def _outbound(planned: Planned) -> pd.DataFrame:
    flows = planned.plan.flows
    return flows[flows["leg"] == "outbound"]


def _shares(flows: pd.DataFrame, key: list[str], orders: pd.Series[float]) -> pd.DataFrame:
    """Return ``share_<channel>`` and ``share_unserved`` of potential orders that are indexed by the key columns.

    NaN where there are none.
    """
    by_channel = flows.pivot_table("orders", key[0] if len(key) == 1 else key, "channel", "sum")
    served = by_channel.reindex(index=orders.index, columns=CHANNELS).fillna(0.0)
    total = orders.where(orders > 0).to_numpy(float)[:, None]
    shares = pd.DataFrame(
        served.to_numpy() / total, orders.index, [f"share_{name}" for name in CHANNELS]
    )
    left = 1.0 - shares.sum(axis=1)
    return shares.assign(share_unserved=left.where(left > 1e-9, 0.0).where(orders > 0))


def _product_rows(priced: Priced, planned: Planned) -> pd.DataFrame:
    """Return the rows of `products` of one plan."""
    instance = priced.instance
    orders = pd.Series(
        instance.demand.sum(axis=(0, 2)), pd.Index(instance.products, name="product"), name="orders"
    )
    mean = average_order(priced, _stocking(planned), np.ones(len(instance.zones), bool))
    sides = worth(priced, mean)
    table = _shares(_outbound(planned), ["product"], orders)
    table.insert(0, "orders", orders)
    return table.reset_index().assign(
        mail_usd_per_order=sides.mail,
        local_usd_per_order=sides.local,
        local_entry_usd_per_order=sides.local - sides.mail - sides.gain(mean.orders),
        winner=winners(sides.gain(mean.orders)),
    )


def _class_rows(planned: Planned) -> pd.DataFrame:
    """Return the rows of `zone_classes` of one plan; lead times and cancellations over the orders served."""
    key = ["country", "zone_class"]
    zones = planned.plan.zones
    flows = _outbound(planned).merge(zones[["zone_id", *key]], left_on="to", right_on="zone_id")
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


def _break_even_rows(priced: Priced, plans: Mapping[str, Planned], mixed: str) -> pd.DataFrame:
    """Return the rows of `break_even` of one date: of mixed's open sites, or local-only's where it has none."""
    site_country = priced.problem.network["sites"]["country"].to_numpy()
    candidates = {"mixed": _stocking(plans[mixed])}
    if "local_only" in plans:
        candidates["local_only"] = _stocking(plans["local_only"])
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
    """Return the tables one under the other, with the key columns first."""
    if not tables:
        return pd.DataFrame(columns=list(first))
    table = pd.concat(tables, ignore_index=True)
    return table[[*first, *(name for name in table.columns if name not in first)]]


def _worst(statuses: Sequence[str]) -> str:
    return next(status for status in (NO_PLAN, INFEASIBLE, FEASIBLE, OPTIMAL) if status in statuses)


def summary(comparison: Comparison) -> dict[str, Any]:
    """Return what summary.json of a comparison holds; infinities and NaN become null."""
    return {
        "status": comparison.status,
        "dates": {
            str(day): {
                row["mode"]: _plain(row, ("as_of", "mode")) for row in rows.to_dict("records")
            }
            for day, rows in comparison.modes.groupby("as_of")
        },
        "break_even": [_plain(row) for row in comparison.break_even.to_dict("records")],
        "audit": {"clean": not comparison.audit_faults, "faults": list(comparison.audit_faults)},
    }


def _plain(row: Mapping[Any, Any], without: Sequence[str] = ()) -> dict[str, Any]:
    """Return a row as JSON can hold it."""
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
