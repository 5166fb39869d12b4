"""Location and routing in turn: sites are chosen by prices of the last mile, routed, and chosen again.

The first plan knows carriers only. Then own vans are offered at estimated prices (`private_fleet.py`).
After every plan the mean day of each of its sites is routed; the routed cost takes the place of the
estimate, and the plan is priced anew by it. It ends when a round saves next to nothing: then the
sites repeat, or others are as good. A last plan keeps the sites of the first, at the last prices,
so that what vans save and what other sites save can be told apart. The cheapest of all priced plans
is the answer: never worse than the first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.tables import ROW
from fulfill.location.solution import Progress
from fulfill.routing.day.route_stops import EngineOptions, road_map
from fulfill.routing.day.tables import VEHICLE_COLUMNS
from fulfill.study.delivery_day import check_vehicles
from fulfill.study.optimize import find_plan, repriced
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

log = logging.getLogger(__name__)
MOST_ROUNDS = 8
"""Plans after which it ends though they still become cheaper."""
NO_GAIN = 5e-4
"""Share of the best cost so far; a round that saves less is the last."""
Opened = tuple[tuple[str, str], ...]
"""Open sites with their sizes."""


@dataclass(frozen=True, repr=False)
class Rounds:
    """How location and routing came to a plan.

    Attributes
    ----------
    private_fleet : rows of own_delivery.csv of the chosen plan, None where it knows no vans
    days : the routed mean day of each of its sites that has vans
    table : one row a plan; columns in docs/routing_day.md
    """

    private_fleet: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"<Rounds: {len(self.table)} plans, {len(self.days)} sites with own vans>"

    @property
    def vehicles(self) -> pd.DataFrame:
        """The vehicles of all sites on a mean day."""
        return pd.concat([day.vehicles for day in self.days], ignore_index=True)


def optimize_with_routing(
    study: Study,
    progress: Callable[[Progress], None] | None = None,
    report: Callable[[str], None] | None = None,
) -> Run:
    """Alternate the location model and routing until the sites repeat.

    Parameters
    ----------
    study : the question; gap and time limit are those of every single plan
    progress : called with incumbent and bound while a search runs
    report : called with a line of text after every round

    Returns
    -------
    Run
        The cheapest plan as routed, with its `rounds`; without own vans if the first is cheapest.

    Raises
    ------
    InputError
        Where the network has no vehicles, an own_delivery.csv of its own, or the options do not go
        together.
    SolverError
        Where a solver or engine breaks.
    """
    _check(study)
    begun = time.perf_counter()
    first = find_plan(study, progress=progress)
    seconds = time.perf_counter() - begun
    tried = [_Tried(first, None, (), _row("carriers only", first, first, (), 0, seconds))]
    if first.decisions is not None:
        prices = estimated(first.problem, first.economics, first.instance, first.decisions)
        later = _Rounds(study, progress)
        tried += later.run(tried[0], prices, report or (lambda _: None))
    rounds = pd.DataFrame([entry.row for entry in tried])
    best = min(tried, key=_usd)
    rounds.insert(0, "round", range(len(rounds)))
    rounds["chosen"] = [entry is best for entry in tried]
    outcome = replace(best.routed.outcome, seconds=time.perf_counter() - begun)
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
    """A plan priced by its routes, and its row in the table of rounds."""

    routed: Run
    table: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    row: dict[str, object]


def _usd(tried: _Tried) -> float:
    return tried.routed.outcome.objective


@dataclass(frozen=True)
class _Rounds:
    """What stays the same in all rounds."""

    study: Study
    progress: Callable[[Progress], None] | None

    def run(self, first: _Tried, prices: VanPrices, report: Callable[[str], None]) -> list[_Tried]:
        """Return plans with all sites free until one saves next to nothing, then one with the sites of the first."""
        tried: list[_Tried] = []

        def add(entry: _Tried) -> None:
            line = _in_words(len(tried), entry.row)
            log.info("%s", line)
            report(line)
            tried.append(entry)

        add(first)
        converged = False
        while not converged and len(tried) <= MOST_ROUNDS:
            found, prices = self._round("own vans", tried[-1], prices)
            if found is None:
                break
            # The first plan with vans is never the last: it is made at estimated prices only.
            converged = len(tried) > 1 and _usd(found) > (1.0 - NO_GAIN) * min(map(_usd, tried))
            add(found)
        free = tried[-1].routed
        same, prices = self._round(
            "own vans, first sites", first, prices, _locked(first.routed), free
        )
        if same is not None:
            add(same)
        return tried[1:]

    def _round(
        self,
        kind: str,
        before: _Tried,
        prices: VanPrices,
        locked: Mapping[str, tuple[str, ...]] | None = None,
        free: Run | None = None,
    ) -> tuple[_Tried | None, VanPrices]:
        """Plan by the prices, route the plan, and price it by its routes; None where there is no plan.

        The bound is for all sites, also where the plan had to keep to `locked` ones: then it is
        that of a `free` plan.
        """
        begun = time.perf_counter()
        problem = before.routed.problem
        more: dict[str, Any] = dict(locked or {})
        offer = self.study.with_(private_fleet=prices.table(problem).assign(**{ROW: 0}), **more)
        planned = find_plan(offer, progress=self.progress, warm_start=before.routed)
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
        routed = repriced(planned, offered, free or planned)
        changed = len(set(_opened(planned)) ^ set(_opened(before.routed)))
        row = _row(kind, planned, routed, days, changed, time.perf_counter() - begun)
        return _Tried(routed, table, days, row), prices

    def _routed(self, planned: Run) -> tuple[SiteDay, ...]:
        """Route the mean day of every site that sends own vans."""
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


def _in_words(number: int, row: dict[str, object]) -> str:
    return (
        f"round {number} ({row['kind']}): {row['routed_usd']:,.0f} USD routed "
        f"({row['planned_usd']:,.0f} planned), {row['sites']} sites, {row['vehicles_day']} vans, "
        f"{row['own_orders_day']:,.0f} own orders a day, {row['seconds']:.0f} s"
    )
