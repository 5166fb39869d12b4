"""Alternation of location and routing: plan at last-mile prices, route, reprice, and plan again.

The first plan uses carriers only. Then own vans are offered at estimated prices
(`private_fleet.py`). After every plan the mean day of each site is routed; the routed cost replaces
the estimate, and the plan is priced again with it. The alternation ends when a round saves next to
nothing: the sites then repeat, or others are equally good. A last plan keeps the sites of the first
plan at the final prices, which separates the savings of own vans from those of other sites. The
cheapest of all priced plans is returned; it is never worse than the first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault, InputError
from fulfill.location.solution import Progress
from fulfill.model.decisions import INTERRUPTED
from fulfill.routing.day.route_stops import EngineOptions, road_map
from fulfill.routing.day.tables import VEHICLE_COLUMNS
from fulfill.study.delivery_day import check_vehicles
from fulfill.study.language import translated as _
from fulfill.study.optimize import find_plan, reprice
from fulfill.study.private_fleet import (
    SiteDay,
    VanPrices,
    carrier_prices,
    delivery_days,
    estimated,
    local_orders,
    route_mean_day,
)
from fulfill.study.run import Run
from fulfill.study.study import Study
from fulfill.study.vocabulary import WHOLE, money, shown

log = logging.getLogger(__name__)
MOST_ROUNDS = 8
"""Largest number of plans, even if they still become cheaper."""
NO_GAIN = 5e-4
"""Saving, as a share of the best cost so far, below which a round is the last."""
Opened = tuple[tuple[str, str], ...]
"""Open sites with their sizes."""


@dataclass(frozen=True, repr=False)
class Rounds:
    """Rounds of planning and routing that led to a plan.

    Attributes
    ----------
    private_fleet : DataFrame or None
        Rows of own_delivery.csv of the chosen plan; None where it uses no vans.
    days : tuple of SiteDay
        Routed mean day of each site that uses vans.
    table : DataFrame
        One row for each plan, columns as in docs/routing_day.md.
    """

    private_fleet: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Rounds: {len(self.table)} plans, {len(self.days)} sites with own vans>"

    @property
    def vehicles(self) -> pd.DataFrame:
        """Vehicles of all sites on a mean day."""
        return pd.concat([day.vehicles for day in self.days], ignore_index=True)


def optimize_with_routing(
    study: Study,
    progress: Callable[[Progress], None] | None = None,
    report: Callable[[str], None] | None = None,
) -> Run:
    """Alternate the location model and routing until the sites repeat.

    Parameters
    ----------
    study : Study
        Problem and options; gap and time limit apply to each plan.
    progress : callable, optional
        Called with incumbent and bound while a search runs.
    report : callable, optional
        Called with a line of text after every round.

    Returns
    -------
    Run
        The plan that is cheapest as routed, with its `rounds`; without own vans if the first plan
        is the cheapest.

    Raises
    ------
    InputError
        Where the network has no vehicles or has its own own_delivery.csv, or the channels do not
        include delivery from a site.
    SolverError
        Where a solver or engine fails.
    """
    _check(study)
    begun = time.perf_counter()
    first = find_plan(study, progress=progress)
    seconds = time.perf_counter() - begun
    tried = [_Tried(first, None, (), _row("carriers only", first, first, (), 0, seconds))]
    interrupted = _interrupted(first)
    if first.decisions is not None and not interrupted:
        prices = estimated(first.problem, first.economics, first.instance, first.decisions)
        later = _Rounds(study, progress)
        try:
            tried.extend(later.run(tried[0], prices, report or (lambda _: None)))
        except KeyboardInterrupt:
            log.warning("interrupted: the best plan of the finished rounds is kept")
            interrupted = True
    rounds = pd.DataFrame([entry.row for entry in tried])
    best = min(tried, key=_usd)
    rounds.insert(0, "round", range(len(rounds)))
    rounds["chosen"] = [entry is best for entry in tried]
    outcome = replace(best.routed.outcome, seconds=time.perf_counter() - begun)
    if interrupted:
        outcome = replace(outcome, ended_by=INTERRUPTED)
    plan = replace(best.routed.plan, outcome=outcome)
    return replace(best.routed, plan=plan, rounds=Rounds(best.table, best.days, rounds))


def _check(study: Study) -> None:
    problem = study.problem
    check_vehicles(problem.network)
    faults = []
    if not problem.network["own_delivery"].empty:
        detail = "prices of own vans are given; leave the file out to have them found"
        faults.append(Fault("F309", "--with-routing", detail=detail))
    if not {"local", "nearshore"} & set(problem.channels):
        faults.append(
            Fault("F309", "--with-routing", detail="nothing leaves a site by these --channels")
        )
    if faults:
        raise InputError(faults)


@dataclass(frozen=True)
class _Tried:
    """A plan priced with the cost of its routes, and its row in the table of rounds."""

    routed: Run
    table: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    row: dict[str, object]


def _usd(tried: _Tried) -> float:
    return tried.routed.outcome.objective


@dataclass(frozen=True)
class _Rounds:
    """The study and options that all rounds share."""

    study: Study
    progress: Callable[[Progress], None] | None

    def run(
        self, first: _Tried, prices: VanPrices, report: Callable[[str], None]
    ) -> Iterator[_Tried]:
        """Yield the plans after the first; Ctrl-C gives up the round that it meets.

        All sites are free until a round saves next to nothing; the last plan has the sites of the
        first.
        """
        tried: list[_Tried] = []

        def add(entry: _Tried) -> _Tried:
            line = _in_words(len(tried), entry.row)
            log.info("%s", line)
            report(line)
            tried.append(entry)
            return entry

        add(first)
        converged = False
        while not converged and len(tried) <= MOST_ROUNDS:
            found, prices = self._round("own vans", tried[-1], prices)
            if found is None:
                break
            # The first plan with vans is never the last: it is made at estimated prices only.
            converged = len(tried) > 1 and _usd(found) > (1.0 - NO_GAIN) * min(map(_usd, tried))
            yield add(found)
        free = tried[-1].routed
        same, prices = self._round(
            "own vans, first sites", first, prices, _locked(first.routed), free
        )
        if same is not None:
            yield add(same)

    def _round(
        self,
        kind: str,
        before: _Tried,
        prices: VanPrices,
        locked: Mapping[str, tuple[str, ...]] | None = None,
        free: Run | None = None,
    ) -> tuple[_Tried | None, VanPrices]:
        """Plan at the given prices, route the plan and price it again; None where there is no plan.

        The bound is valid for all sites. Where the plan is restricted to `locked` sites, the bound
        is therefore that of the unrestricted plan `free`.
        """
        begun = time.perf_counter()
        problem = before.routed.problem
        more: dict[str, Any] = dict(locked or {})
        # Tables of a network have the line of each row for messages; computed rows have none.
        offer = self.study.with_(private_fleet=prices.table(problem).assign(**{ROW: 0}), **more)
        planned = find_plan(offer, progress=self.progress, start=before.routed)
        if _interrupted(planned):
            raise KeyboardInterrupt
        if planned.decisions is None:
            return None, prices
        log.debug("routing the mean day of %d sites", len(planned.sites))
        days = self._routed(planned)
        for day in days:
            prices = prices.with_routes(
                day.site, day.zones["zone"].to_numpy(), day.zones["usd"].to_numpy(float)
            )
        table = prices.table(problem)
        offered = self.study.with_(private_fleet=table.assign(**{ROW: 0}))
        routed = reprice(planned, offered, free or planned)
        changed = len(set(_opened(planned)) ^ set(_opened(before.routed)))
        row = _row(kind, planned, routed, days, changed, time.perf_counter() - begun)
        return _Tried(routed, table, days, row), prices

    def _routed(self, planned: Run) -> tuple[SiteDay, ...]:
        """Route the mean day of every site that uses own vans."""
        if planned.decisions is None:
            return ()
        problem = planned.problem
        orders = local_orders(planned.economics, planned.instance, planned.decisions)
        carrier_usd = carrier_prices(problem, planned.economics, planned.instance)
        roads = road_map(problem.network)
        options = EngineOptions(seed=self.study.options.seed)
        by_site = orders[orders["by_van"]].groupby("site", sort=True)
        days = (route_mean_day(problem, rows, carrier_usd, roads, options) for _, rows in by_site)
        return tuple(day for day in days if len(day.stops))


def _interrupted(run: Run) -> bool:
    return run.outcome.ended_by == INTERRUPTED


def _opened(run: Run) -> Opened:
    sites = run.sites
    return tuple(zip(sites["site_id"], sites["size"], strict=True)) if len(sites) else ()


def _locked(run: Run) -> dict[str, tuple[str, ...]]:
    """Return the options that lock the sites of a plan open and all others closed."""
    opened = tuple(name for name, _ in _opened(run))
    closed = tuple(name for name in run.instance.sites if name not in opened)
    return {"opened": opened, "closed": closed}


def _row(
    kind: str,
    planned: Run,
    routed: Run,
    days: tuple[SiteDay, ...],
    changed: int,
    seconds: float,
) -> dict[str, object]:
    """Return a plan's row in the table of rounds."""
    outcome, problem = routed.outcome, routed.problem
    vehicles = pd.concat([pd.DataFrame(columns=VEHICLE_COLUMNS), *(day.vehicles for day in days)])
    orders = float(vehicles["parcels"].sum())
    own = problem.network.parameters["own_delivery_usd"]
    return {
        "kind": kind,
        "sites": len(routed.sites),
        "sites_changed": changed,
        "open_sites": " ".join(name for name, _ in _opened(routed)),
        "planned_usd": planned.outcome.objective,
        "routed_usd": outcome.objective,
        "bound_usd": outcome.bound,
        "own_orders_day": orders,
        "own_orders_year": orders * delivery_days(problem),
        "own_usd_per_order": float(vehicles["usd"].sum()) / orders + own if orders else None,
        "stops_day": sum(len(day.visits) for day in days),
        "unserved_stops_day": sum(len(day.stops) - len(day.visits) for day in days),
        "vehicles_day": len(vehicles),
        "stops_per_vehicle": vehicles["stops"].mean(),
        "km_per_vehicle": vehicles["km"].mean(),
        "hours_per_vehicle": vehicles["hours"].mean(),
        "seconds": round(seconds, 1),
    }


def _in_words(number: int, row: dict[str, Any]) -> str:
    text = _(
        "round {number} ({kind}): {routed} routed ({planned} planned), {sites} sites, "
        "{vans} vans, {orders} own orders a day, {seconds} s"
    )
    return text.format(
        number=number,
        kind=shown(row["kind"], "last_mile"),
        routed=money(row["routed_usd"]),
        planned=money(row["planned_usd"]),
        sites=row["sites"],
        vans=row["vehicles_day"],
        orders=shown(row["own_orders_day"], WHOLE),
        seconds=round(row["seconds"]),
    )
