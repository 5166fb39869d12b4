"""A plan beside its simulation: replications, confidence intervals, and where it was optimistic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from fulfill.analysis.simulation.planned_year import calendar_year, planned_year
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.setting import YEAR, Setting
from fulfill.analysis.simulation.year import WEEKS, Simulator, Year
from fulfill.inputs.daily_profile import weekday_weights
from fulfill.study.capacity_use import band_use
from fulfill.study.json_file import finite
from fulfill.study.names import names_of
from fulfill.study.run import Run
from fulfill.study.simulation_outputs import SIMULATED, SIMULATED_FIGURES

Array = NDArray[np.float64]
CONFIDENCE = 0.95
BETTER = {
    "orders_placed": 0,
    "orders_delivered": 1,
    "promise_kept": 1,
    "revenue_usd": 1,
}
"""Whether more of a figure is better (1) or neither (0); of all others less is better."""
SIGNED = ("ship_delay_days",)
"""Figures that may be negative; the intervals of all others end at zero."""
SHARES = ("cancellation_rate", "promise_kept")
"""Figures of at most one."""
OPTIMISTIC, PESSIMISTIC, RIGHT = "optimistic", "pessimistic", "right"


@dataclass(frozen=True, repr=False)
class Simulation:
    """Simulated years of a plan.

    Attributes
    ----------
    run : Run
        With the plan.
    setting : Setting
        What was simulated.
    profile : Profile
    seed : int
    years : tuple of Year
        One for each replication.
    """

    run: Run
    setting: Setting
    profile: Profile
    seed: int
    years: tuple[Year, ...]

    def __repr__(self) -> str:
        return (
            f"<Simulation: {len(self.years)} years, seed {self.seed}, "
            f"{len(self.optimistic)} figures optimistic>"
        )

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Figures of the plan beside the simulated ones; columns of `SIMULATED`."""
        names, planned = names_of(self.run.problem), _planned(self.run, self.setting)
        rows = []
        for (key, resource), values in _simulated(self.setting, self.years).items():
            figure = SIMULATED_FIGURES[key]
            # zero added: no negative zero of a rounding
            middle, low, high = (round(float(end), 12) + 0.0 for end in interval(values))
            low = low if key in SIGNED else max(low, 0.0)
            high = min(high, 1.0) if key in SHARES else high
            kind = "gateway" if key == "gateway_wait_days" else "site"
            told = planned[key, resource]
            rows.append(
                (
                    key,
                    resource,
                    names[kind].get(resource, resource),
                    told,
                    middle,
                    low,
                    high,
                    figure.unit,
                    verdict(key, told, low, high),
                )
            )
        return pd.DataFrame(rows, columns=list(SIMULATED.keys))

    @property
    def optimistic(self) -> list[str]:
        """Names of the figures in which the plan was better than the interval."""
        table = self.figures
        chosen = table[table["verdict"] == OPTIMISTIC]
        return [name_of(*pair) for pair in zip(chosen["figure"], chosen["resource"], strict=True)]

    @cached_property
    def backlog(self) -> pd.DataFrame:
        """Orders that wait at each site at the end of each day; columns of `BACKLOG`."""
        waiting = np.array([year.backlog for year in self.years])
        sites, names = self.setting.sites.ids, names_of(self.run.problem)["site"]
        first = calendar_year(self.run.problem)
        dates = [(first + timedelta(days=day)).isoformat() for day in range(YEAR)]
        named = np.array([names.get(site, site) for site in sites], object)
        return pd.DataFrame(
            {
                "site_id": np.repeat(np.array(sites, object), YEAR),
                "site_name": np.repeat(named, YEAR),
                "date": dates * len(sites),
                "backlog": waiting.mean(axis=0).ravel(),
                "backlog_high": waiting.max(axis=0).ravel(),
            }
        )

    @cached_property
    def promises(self) -> pd.DataFrame:
        """Share of the orders of each week that arrives as promised; columns of `PROMISES`."""
        share = np.array([_share(year.kept, year.of_week) for year in self.years])
        middle, low, high = (np.clip(end, 0.0, 1.0) for end in interval(share))
        kept, orders = _promised(self.setting, self.profile)
        first: date = calendar_year(self.run.problem)
        return pd.DataFrame(
            {
                "date": [(first + timedelta(days=7 * week)).isoformat() for week in range(WEEKS)],
                "planned": _share(kept, orders),
                "simulated": middle,
                "low": low,
                "high": high,
            }
        )


def simulate(
    run: Run,
    replications: int = 20,
    seed: int = 0,
    profile: Profile | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Simulate the plan of a run day by day.

    Parameters
    ----------
    run : Run
        With a plan.
    replications : int
        Years to simulate, at least two; each has random numbers of its own.
    seed : int
        The same seed gives the same years.
    profile : Profile, optional
        When orders come and sites work; the usual one by default, with the weekdays of
        daily_profile.csv.
    progress : callable, optional
        Called with the number of years done.

    Returns
    -------
    Simulation

    Raises
    ------
    InputError
        F348 where the run has no plan; F540 where a period with orders has no day of its own.
    """
    weekday = weekday_weights(run.problem.network["daily_profile"])
    profile = profile or Profile.usual(weekday)
    setting = planned_year(run, profile)
    simulator, years = Simulator(setting, profile), []
    for source in np.random.SeedSequence(seed).spawn(replications):
        years.append(simulator.run(np.random.default_rng(source)))
        if progress:
            progress(len(years))
    return Simulation(run, setting, profile, seed, tuple(years))


def summary(simulation: Simulation) -> dict[str, Any]:
    """Return the content of summary.json of a simulation, without its format version.

    Parameters
    ----------
    simulation : Simulation

    Returns
    -------
    dict
        Keys of `SIMULATION_SUMMARY`; what a plan does not have is None.
    """
    numbers = ["planned", "simulated", "low", "high", "unit", "verdict"]
    content: dict[str, Any] = {
        "replications": len(simulation.years),
        "seed": simulation.seed,
        "confidence": CONFIDENCE,
        "figures": [
            {"name": name_of(row["figure"], row["resource"])} | {key: row[key] for key in numbers}
            for row in simulation.figures.to_dict("records")
        ],
        "optimistic": simulation.optimistic,
    }
    return dict(finite(content))


def name_of(figure: str, resource: str) -> str:
    """Return the name of a figure, with the site or gateway that it belongs to in brackets."""
    return f"{figure}[{resource}]" if resource else figure


def interval(values: Array) -> tuple[Array, Array, Array]:
    """Return the mean of replications and the ends of its confidence interval (Student's t).

    Parameters
    ----------
    values : (n_replications, ...) array

    Returns
    -------
    mean, low, high : array
        Without the first axis.
    """
    number = len(values)
    middle = values.mean(axis=0)
    error = values.std(axis=0, ddof=1) / np.sqrt(number)
    half = float(student.ppf((1.0 + CONFIDENCE) / 2.0, number - 1)) * error
    return middle, middle - half, middle + half


def verdict(key: str, planned: float, low: float, high: float) -> str:
    """Tell what the plan was beside the interval of its simulation.

    Parameters
    ----------
    key : str
        Of `SIMULATED_FIGURES`; numbers are compared as far as its form shows them.
    planned, low, high : float

    Returns
    -------
    str
        ``optimistic``, ``pessimistic`` or ``right``; empty for a figure that is neither good nor
        bad, or that a plan does not have.
    """
    better, digits = BETTER.get(key, -1), _digits(SIMULATED_FIGURES[key].form)
    if better == 0 or np.isnan(planned):
        return ""
    planned, low, high = (round(value, digits) for value in (planned, low, high))
    if low <= planned <= high:
        return RIGHT
    return OPTIMISTIC if (planned > high) == (better > 0) else PESSIMISTIC


def _digits(form: str) -> int:
    """Return the decimals that a format shows, of a percentage two more."""
    shown = int(form.split(".")[1][0])
    return shown + 2 if form.endswith("%}") else shown


def _simulated(setting: Setting, years: tuple[Year, ...]) -> dict[tuple[str, str], Array]:
    """Return the values of each figure and resource in every replication."""
    whole: dict[str, Callable[[Year], float]] = {
        "orders_placed": lambda year: year.placed,
        "orders_delivered": lambda year: year.delivered,
        "cancellation_rate": lambda year: float(_share(year.placed - year.delivered, year.placed)),
        "lead_time_days_mean": lambda year: year.lead_days,
        "promise_kept": lambda year: float(_share(year.kept.sum(), year.of_week.sum())),
        "site_wait_days": lambda year: year.site_days,
        "carrier_wait_days": lambda year: year.carrier_days,
        "mail_wait_days": lambda year: year.mail_days,
        "orders_without_stock": lambda year: year.short,
        "ship_delay_days": lambda year: year.ship_days,
        "revenue_usd": lambda year: year.revenue_usd,
        "handling_usd": lambda year: year.handling_usd,
    }  # fmt: skip
    found = {(key, ""): np.array([of(year) for year in years]) for key, of in whole.items()}
    for row, site in enumerate(setting.sites.ids):
        worked = np.array([year.worked[row] for year in years])
        found["utilisation", site] = worked / setting.sites.base_year[row]
        found["wait_days", site] = np.array([year.waited[row] for year in years])
        found["backlog", site] = np.array([year.backlog[row].max() for year in years])
    for gate in _gates(setting):
        name = setting.ships.gate_ids[gate]
        found["gateway_wait_days", name] = np.array([year.gateway_days[gate] for year in years])
    return found


def _gates(setting: Setting) -> list[int]:
    """Return the gateways that any route passes."""
    return sorted({gate for gates in setting.ships.gates for gate in gates})


def _planned(run: Run, setting: Setting) -> dict[tuple[str, str], float]:
    """Return the same figures as the tables of the plan have them; NaN where they have none."""
    flows, costs, wait = run.flows, run.costs, _band_waits(run)
    outbound = flows[flows["leg"] == "outbound"]
    kept, orders = _promised(setting, Profile.even())
    whole = {
        "orders_placed": outbound["placed"].sum(),
        "orders_delivered": outbound["delivered"].sum(),
        "cancellation_rate": run.kpis["cancellation_rate"],
        "lead_time_days_mean": run.kpis["lead_time_days_mean"],
        "promise_kept": _share(kept.sum(), orders.sum()),
        "site_wait_days": _share(wait["days"].sum(), wait["orders"].sum()),
        "carrier_wait_days": 0.0,
        "mail_wait_days": 0.0,
        "orders_without_stock": 0.0,
        "ship_delay_days": 0.0,
        "revenue_usd": -costs.loc[costs["part"] == "revenue", "usd_year"].sum(),
        "handling_usd": costs.loc[costs["part"] == "handling", "usd_year"].sum(),
    }
    planned = {(key, ""): float(value) for key, value in whole.items()}
    used = run.sites.set_index("site_id")["mean_utilisation"]
    for site in setting.sites.ids:
        planned["utilisation", site] = float(used[site])
        planned["wait_days", site] = float(_share(*wait.loc[site, ["days", "orders"]]))
        planned["backlog", site] = np.nan
    for gate in _gates(setting):
        planned["gateway_wait_days", setting.ships.gate_ids[gate]] = 0.0
    return planned


def _band_waits(run: Run) -> pd.DataFrame:
    """Return the orders of each site and the days that its bands delay them, a row for each site.

    The delays are figures of the plan.
    """
    decisions = run.decisions
    assert decisions is not None  # `planned_year` refuses a run without a plan
    used = band_use(run.instance, decisions)
    days = used * run.economics.warehouses.delay_days[:, :, None]
    totals = {"orders": used.sum(axis=(1, 2)), "days": days.sum(axis=(1, 2))}
    return pd.DataFrame(totals, index=run.instance.sites)


def _promised(setting: Setting, profile: Profile) -> tuple[Array, Array]:
    """Return the orders that arrive as promised if none waits, and all orders, by week."""
    streams = setting.streams
    share = streams.transit.within(np.zeros(1), streams.promise[:, None])[:, setting.period]
    orders = Simulator(setting, profile).expected
    week = np.minimum(np.arange(YEAR) // 7, WEEKS - 1)
    kept, of_week = np.zeros(WEEKS), np.zeros(WEEKS)
    np.add.at(kept, week, (orders * share).sum(axis=0))
    np.add.at(of_week, week, orders.sum(axis=0))
    return kept, of_week


def _share(part: Any, whole: Any) -> Array:
    """Return a quotient; zero where there is nothing."""
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))
