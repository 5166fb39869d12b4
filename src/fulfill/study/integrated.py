"""Location and routing in turn: sites are chosen by prices of the last mile, routed, and chosen again.

The first plan knows carriers only. Then own vans are offered at estimated prices (`own_vans.py`).
After every plan the mean day of each of its sites is routed; the routed cost takes the place of the
estimate, and the plan is priced anew by it. It ends when a round saves next to nothing: then the
sites repeat, or others are as good. A last plan keeps the sites of the first, at the last prices,
so that what vans save and what other sites save can be told apart. The cheapest of all priced plans
is the answer: never worse than the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.problem import Problem
from fulfill.inputs.tables import ROW
from fulfill.location.solution import Progress
from fulfill.routing.day.stops import read_land
from fulfill.routing.day.tables import VEHICLE_COLUMNS
from fulfill.study.delivery_day import DayOptions, check_vehicles
from fulfill.study.optimize import Planned, PlanOptions, optimize, repriced
from fulfill.study.private_fleet import (
    SiteDay,
    VanPrices,
    carrier_prices,
    delivery_days,
    estimated,
    local_orders,
    route_mean_day,
)

MOST_ROUNDS = 8
"""Plans after which it ends though they still become cheaper."""
NO_GAIN = 5e-4
"""Share of the best cost so far; a round that saves less is the last."""
Opened = tuple[tuple[str, str], ...]
"""Open sites with their sizes."""


@dataclass(frozen=True)
class RoutedPlan:
    """The cheapest plan found, with what led to it.

    Attributes
    ----------
    planned : priced by routes; without own vans if the first plan is the cheapest
    table : own_delivery.csv of that plan, None where it knows no vans
    days : the routed mean day of each of its sites that has vans
    rounds : one row a plan; columns in docs/routing_day.md
    """

    planned: Planned
    table: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    rounds: pd.DataFrame


def optimize_with_routing(
    problem: Problem,
    options: PlanOptions,
    progress: Callable[[Progress], None] | None = None,
    report: Callable[[str], None] | None = None,
) -> RoutedPlan:
    """Alternate the location model and routing until the sites repeat.

    Parameters
    ----------
    options : of every single plan, gap and time limit included
    report : called with a line of text after every round

    Raises
    ------
    InputError
        Where the network has no vehicles, an own_delivery.csv of its own, or the options do not go
        together.
    SolverError
        Where a solver or engine breaks.
    """
    _check(problem, options)
    n_zones = len(problem.demand.zones)
    if options.resolution:
        problem, options = (
            merge_zones(problem, options.resolution).problem,
            replace(options, resolution=None),
        )
    begun = time.perf_counter()
    first = optimize(problem, options, progress)
    if first.decisions is not None and n_zones > len(problem.demand.zones):
        first = repriced(
            first, problem, options, n_zones, first
        )  # so that it says that zones were merged
    tried = [
        _Tried(
            first, None, (), _row("carriers only", first, first, (), 0, time.perf_counter() - begun)
        )
    ]
    if first.decisions is not None:
        prices = estimated(problem, first.economics, first.instance, first.decisions)
        later = _Rounds(problem, options, n_zones, progress)
        tried += later.run(tried[0], prices, report or (lambda _: None))
    rounds = pd.DataFrame([entry.row for entry in tried])
    best = min(tried, key=_usd)
    rounds.insert(0, "round", range(len(rounds)))
    rounds["chosen"] = [entry is best for entry in tried]
    outcome = replace(best.planned.plan.outcome, seconds=time.perf_counter() - begun)
    planned = replace(best.planned, plan=replace(best.planned.plan, outcome=outcome))
    return RoutedPlan(planned, best.table, best.days, rounds)


def _check(problem: Problem, options: PlanOptions) -> None:
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

    planned: Planned
    table: pd.DataFrame | None
    days: tuple[SiteDay, ...]
    row: dict[str, object]


def _usd(tried: _Tried) -> float:
    return tried.planned.plan.outcome.objective


@dataclass(frozen=True)
class _Rounds:
    """What stays the same in all rounds."""

    problem: Problem
    options: PlanOptions
    n_zones: int
    progress: Callable[[Progress], None] | None

    def run(self, first: _Tried, prices: VanPrices, report: Callable[[str], None]) -> list[_Tried]:
        """Return plans with all sites free until one saves next to nothing, then one with the sites of the first."""
        report(_in_words(0, first.row))
        tried: list[_Tried] = [first]
        settled = False
        while not settled and len(tried) <= MOST_ROUNDS:
            found, prices = self._round("own vans", tried[-1], prices)
            if found is None:
                break
            settled = len(tried) > 1 and _usd(found) > (1.0 - NO_GAIN) * min(map(_usd, tried))
            tried.append(found)
            report(_in_words(len(tried) - 1, found.row))
        locked = _locked(self.options, first.planned)
        same, prices = self._round(
            "own vans, first sites", first, prices, locked, tried[-1].planned
        )
        if same is not None:
            tried.append(same)
            report(_in_words(len(tried) - 1, same.row))
        return tried[1:]

    def _round(
        self,
        kind: str,
        before: _Tried,
        prices: VanPrices,
        locked: PlanOptions | None = None,
        free: Planned | None = None,
    ) -> tuple[_Tried | None, VanPrices]:
        """Plan by the prices, route the plan, and price it by its routes; None where there is no plan.

        The bound is for all sites, also where the plan had to keep to `locked` ones: then it is
        that of a `free` plan.
        """
        begun = time.perf_counter()
        offer = _offering(self.problem, prices)
        planned = optimize(offer, locked or self.options, self.progress, before.planned.start)
        if planned.decisions is None:
            return None, prices
        days = self._routed(planned)
        for day in days:
            prices = prices.with_routes(
                day.site, day.zones["zone"].to_numpy(), day.zones["usd"].to_numpy(float)
            )
        offered = _offering(self.problem, prices)
        routed = repriced(planned, offered, self.options, self.n_zones, free or planned)
        changed = len(set(_opened(planned)) ^ set(_opened(before.planned)))
        row = _row(kind, planned, routed, days, changed, time.perf_counter() - begun)
        return _Tried(routed, offered.network["own_delivery"].drop(columns=ROW), days, row), prices

    def _routed(self, planned: Planned) -> tuple[SiteDay, ...]:
        """Route the mean day of every site that sends own vans."""
        assert planned.decisions is not None
        orders = local_orders(planned.economics, planned.instance, planned.decisions)
        carrier_usd = carrier_prices(self.problem, planned.economics, planned.instance)
        land = read_land(self.problem.network.outlines)
        options = DayOptions(seed=self.options.seed)
        by_site = orders[orders["by_van"]].groupby("site", sort=True)
        days = (
            route_mean_day(self.problem, rows, carrier_usd, land, options) for _, rows in by_site
        )
        return tuple(day for day in days if len(day.stops))


def _offering(problem: Problem, prices: VanPrices) -> Problem:
    """Return the problem with own vans at these prices."""
    table = prices.table(problem)
    return replace(
        problem, network=problem.network.with_table("own_delivery", table.assign(**{ROW: 0}))
    )


def _opened(planned: Planned) -> Opened:
    sites = planned.plan.sites
    return tuple(zip(sites["site_id"], sites["size"], strict=True)) if len(sites) else ()


def _locked(options: PlanOptions, planned: Planned) -> PlanOptions:
    """Return the options with the sites of a plan open and all others closed."""
    opened = tuple(name for name, _ in _opened(planned))
    return replace(
        options, opened=opened, closed=tuple(n for n in planned.instance.sites if n not in opened)
    )


def _row(
    kind: str,
    planned: Planned,
    routed: Planned,
    days: tuple[SiteDay, ...],
    changed: int,
    seconds: float,
) -> dict[str, object]:
    """Return a plan's row in the table of rounds."""
    outcome, problem = routed.plan.outcome, routed.problem
    vehicles = pd.concat([pd.DataFrame(columns=VEHICLE_COLUMNS), *(day.vehicles for day in days)])
    orders = float(vehicles["parcels"].sum())
    own = problem.network.parameters["own_delivery_usd"]
    return {
        "kind": kind,
        "sites": len(routed.plan.sites),
        "sites_changed": changed,
        "open_sites": " ".join(name for name, _ in _opened(routed)),
        "planned_usd": planned.plan.outcome.objective,
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
        f"round {number} ({row['kind']}): {row['routed_usd']:,.0f} USD routed ({row['planned_usd']:,.0f} planned), "
        f"{row['sites']} sites, {row['vehicles_day']} vans, {row['own_orders_day']:,.0f} own orders a day, "
        f"{row['seconds']:.0f} s"
    )
