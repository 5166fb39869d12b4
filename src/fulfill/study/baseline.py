"""The present network of a seller as a run: priced by the model, with its flows as they are.

Nothing is optimised, so there is no bound. A present network may break what the model limits, such
as the capacity of a site: that is a finding, not a fault.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.audit.flow_limits import flow_limit_faults
from fulfill.audit.plan import audit_plan
from fulfill.inputs.columns import Table
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.present import read_present
from fulfill.inputs.schema.present import (
    BY_POST,
    LEDGER,
    PRESENT_FLOWS,
    PRESENT_ORDERS,
    PRESENT_SITES,
    SUNK,
)
from fulfill.inputs.site_rows import rows_by_site
from fulfill.location.mail_only import cost_by_mail
from fulfill.location.pricing import price
from fulfill.model.decisions import BASELINE, NO_BOUND, Outcome
from fulfill.study.conditions import bounded_instance, conditions
from fulfill.study.currency import currency, currency_block, in_currency
from fulfill.study.json_file import finite
from fulfill.study.kpis import tabulate
from fulfill.study.ledger import ledger_in_usd, reconcile
from fulfill.study.optimize import key_figure_faults
from fulfill.study.present import Baseline
from fulfill.study.present_flows import Present, present_decisions
from fulfill.study.run import Run, build_model
from fulfill.study.study import Study
from fulfill.study.vocabulary import BY_MAIL

ORDER_COLUMNS = {
    "from": "site_id",
    "to": "zone_id",
    "product": "product_id",
    "period": "period_id",
}
"""Columns of orders by those of flows."""
COST = "cost:"
"""How a fault of the recomputed cost begins; all others of a plan are broken constraints."""


@dataclass(frozen=True)
class PresentFiles:
    """Files of a present network.

    Attributes
    ----------
    sites : Path
        In the form of `schema.present.PRESENT_SITES`.
    flows, orders : Path or None
        One of both, in the form of `PRESENT_FLOWS` or `PRESENT_ORDERS`.
    ledger : Path or None
        In the form of `LEDGER`.
    """

    sites: Path
    flows: Path | None = None
    orders: Path | None = None
    ledger: Path | None = None

    @property
    def all(self) -> tuple[Path, ...]:
        """The files that are given."""
        return tuple(filter(None, (self.sites, self.flows, self.orders, self.ledger)))


def read_baseline(study: Study, files: PresentFiles, *, scale: bool = False) -> Run:
    """Read the files of a present network, price it, and compare it with its ledger.

    Parameters
    ----------
    study : Study
        Network and demand.
    files : PresentFiles
        What describes the present network.
    scale : bool
        Give a factor for each part that model and ledger both have.

    Returns
    -------
    Run
        See `baseline`.

    Raises
    ------
    InputError
        With every fault of the files.
    """
    moved, form = (
        (files.flows, PRESENT_FLOWS) if files.flows is not None else (files.orders, PRESENT_ORDERS)
    )
    if moved is None or (files.flows is not None and files.orders is not None):
        raise InputError([Fault("F309", "--flows", detail="give --flows or --orders")])
    sites, faults = read_present(files.sites, PRESENT_SITES)
    rows, found = read_present(moved, form)
    faults += found
    books, found = read_present(files.ledger, LEDGER) if files.ledger else (None, [])
    faults += found
    if faults:
        raise InputError(faults)
    flows = rows if form is PRESENT_FLOWS else flows_of_orders(rows, study)
    try:
        run = baseline(study, Present(sites, flows, files.sites.name, moved.name))
    except InputError as error:
        faults += error.faults
    if books is not None and files.ledger is not None:
        try:
            books = ledger_in_usd(books, files.ledger.name, study.problem.network)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(_in_own_columns(faults, moved.name, form))
    if books is None:
        return run
    priced = run.baseline or Baseline()
    calendar = study.problem.network["calendar"]
    reconciled = reconcile(run.plan, calendar, books, scale=scale)
    return replace(run, baseline=replace(priced, reconciled=reconciled))


def baseline(study: Study, present: Present) -> Run:
    """Price a present network.

    Parameters
    ----------
    study : Study
        Network and demand.
    present : Present
        Sites and flows, each checked by itself.

    Returns
    -------
    Run
        Its status is BASELINE, and its `baseline` has the findings.

    Raises
    ------
    InputError
        F471 to F476 for everything in which the tables do not fit the study or each other.
    """
    begun = time.perf_counter()
    study = study.with_(sunk=_sunk(present, study))
    model = build_model(study.planned_problem(), study.options)
    decisions, chosen = present_decisions(present, model)
    instance = model.instance
    seconds = time.perf_counter() - begun
    outcome = Outcome(
        status=BASELINE,
        objective=price(instance, decisions),
        bound=-np.inf,
        bound_kind=NO_BOUND,
        bound_of=bounded_instance(study, len(instance.zones), NO_BOUND),
        seconds=seconds,
        conditions=conditions(study, len(instance.zones)),
        mail_only_usd=cost_by_mail(instance),
    )
    plan = tabulate(model.problem, model.economics, instance, decisions, outcome)
    audit = audit_plan(instance, decisions, outcome.objective, model.economics)
    options = model.economics.delivery_options.table
    findings = (
        *(text for text in audit.faults if not text.startswith(COST)),
        *flow_limit_faults(model.problem, instance, decisions, options),
    )
    wrong = (
        *(text for text in audit.faults if text.startswith(COST)),
        *key_figure_faults(model, decisions, plan.kpis),
    )
    outcome = replace(outcome, wall_seconds=time.perf_counter() - begun)
    return Run(
        study,
        replace(plan, outcome=outcome),
        replace(audit, faults=wrong),
        baseline=Baseline(findings, chosen),
        solved=(model, decisions),
    )


def _sunk(present: Present, study: Study) -> tuple[str, ...]:
    """Return the present sites whose opening is paid; those that are wrong are found later."""
    network = study.problem.network
    offered = rows_by_site(network["sites"], network["site_sizes"])
    known = set(offered["site_id"] + ":" + offered["size"])
    said, planned = present.sites["opening"], present.sites["opening_usd"] != ""
    paid = present.sites[(said == SUNK) | ((said == "") & ~planned)]
    return tuple(text for text in paid["site_id"] + ":" + paid["size"] if text in known)


def _in_own_columns(faults: Iterable[Fault], file: str, form: Table) -> list[Fault]:
    """Return faults of flows made from orders with the columns of the orders."""
    own = ORDER_COLUMNS if form is PRESENT_ORDERS else {}
    return [
        replace(fault, column=own.get(fault.column, fault.column)) if fault.file == file else fault
        for fault in faults
    ]


def flows_of_orders(orders: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return orders by site as flows to the planned zones.

    Parameters
    ----------
    orders : DataFrame
        In the form of `schema.present.PRESENT_ORDERS`.
    study : Study
        With merged zones, orders of several zones go to the one that they are merged into.

    Returns
    -------
    DataFrame
        In the form of `schema.present.PRESENT_FLOWS`. Ids are not checked.
    """
    zones = orders["zone_id"]
    if study.merged is not None:
        planned = study.merged.problem.demand.zones["zone_id"].to_numpy(object)
        before = study.problem.demand.zones["zone_id"]
        into = dict(zip(before, planned[study.merged.member], strict=True))
        zones = zones.map(lambda zone: into.get(zone, zone))
    named = orders.rename(columns={own: name for name, own in ORDER_COLUMNS.items()})
    start = orders["site_id"].replace(BY_POST, BY_MAIL)
    named["from"], named["to"] = start, zones
    return named.assign(leg="outbound", channel="", via="", transport="")


def baseline_summary(run: Run) -> dict[str, Any]:
    """Return what ``fulfill baseline --json`` prints.

    Parameters
    ----------
    run : Run
        Of `baseline`.

    Returns
    -------
    dict
        status, cost_usd, parts, findings, chosen and audit; with a ledger also ledger, months,
        differing, not_in_model, not_in_ledger, factors, and, if scaled, scaled_cost_usd and
        scaled_parts; in another currency the block `currency`. NaN is None.
    """
    priced = run.baseline or Baseline()
    parts = dict(zip(run.plan.parts["part"], run.plan.parts["usd_year"], strict=True))
    held = {
        "status": run.outcome.status,
        "cost_usd": run.outcome.objective,
        "parts": parts,
        "ledger": {},
        **priced.record,
        "audit": {"clean": run.audit.clean, "faults": list(run.audit.faults)},
    }
    if priced.reconciled is not None and priced.reconciled.factors:
        scaled = priced.reconciled.scaled(parts)
        held["scaled_parts"] = scaled
        held["scaled_cost_usd"] = run.outcome.objective + sum(scaled.values()) - sum(parts.values())
    amounts = {f"cost_{currency().lower()}": in_currency(run.outcome.objective)}
    return dict(finite(held | currency_block(amounts)))
