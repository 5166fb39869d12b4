"""The usual scenarios of a network, as rows of scenarios.csv to be edited.

Each is a change of the figures that a network of this kind has; one that would change nothing is
left out. All amounts and probabilities are assumptions, with a range.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import NETWORK_TABLES
from fulfill.inputs.schema.scenarios import SCENARIOS

AS_PLANNED = 0.5
"""Probability of the year as the tables have it; the others share the rest."""
CLOSED_DAYS = 14
KEY = next(table.key for table in NETWORK_TABLES if table.name == "services")
Rows = list[tuple[str, str]]
"""Figures and values."""
SOURCES = {
    "peak": "assumption: the events sell half as much again",
    "courier up": "assumption: the courier rate rises by 6.5 points, as to 40 %",
    "courier down": "assumption: the courier rate falls by 14.5 points, as to the 19 % of 2025",
    "formal": "assumption: 10 points of customs value more on formal imports, charged as a fee",
    "sea": "assumption: sea freight doubles, as from January to September 2026",
    "usmca": "assumption: goods of USMCA lose their preference and pay 10 points",
    "truce": "assumption: 20 points of customs value more on Chinese goods in the US, charged as a "
    "fee",
    "closed": "assumption: two weeks without capacity in the busiest long period",
    "peso": "assumption: delivery in Mexico is paid in pesos",
}
NAMES = {
    "peak": "peak of 1.5",
    "courier up": "courier rate up",
    "courier down": "courier rate down",
    "formal": "formal tariff up 10 points",
    "sea": "sea freight doubles",
    "usmca": "USMCA preference lost",
    "truce": "China-US truce lapses",
    "closed": "Laredo closed for two weeks",
    "strike": "strike at Manzanillo for two weeks",
    "strong": "strong peso",
    "weak": "weak peso",
}


def usual_scenarios(problem: Problem) -> pd.DataFrame:
    """Return the usual scenarios that a network can have.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    DataFrame
        Columns of `schema.scenarios.SCENARIOS`: the year as planned first, then a scenario for each
        usual event that changes a figure of the tables.
    """
    found = [(NAMES[key], SOURCES[source], rows) for key, source, rows in _events(problem) if rows]
    chance = (1.0 - AS_PLANNED) / len(found) if found else 0.0
    first = AS_PLANNED if found else 1.0
    rows = [_row("as planned", first, "", "", "assumption: half of all years are as planned")]
    for name, source, changes in found:
        rows += [_row(name, chance, figure, value, source) for figure, value in changes]
    return pd.DataFrame(rows, columns=[column.name for column in SCENARIOS.columns])


def _row(name: str, chance: float, figure: str, value: str, source: str) -> dict[str, object]:
    """Return a row of scenarios.csv."""
    return {
        "scenario": name,
        "probability": f"{chance:.12g}",
        "figure": figure,
        "value": value,
        "source": source,
        "source_date": "",
        "status": "assumption",
        "range": f"probability={chance / 2:.3g}..{min(2 * chance, 1.0):.3g}",
    }


def _events(problem: Problem) -> Iterator[tuple[str, str, Rows]]:
    """Yield the events: their name, the key of their source, and what they change."""
    yield "peak", "peak", _peak(problem)
    courier = _tariffs(problem, "MX", "courier")
    courier = courier[courier["origin_group"] == "CN"]
    rates = pd.to_numeric(courier["rate"], errors="coerce").dropna()
    rates = rates[rates > 0]
    paid = courier.loc[rates.index, "rule_id"]
    yield "courier up", "courier up", [(f"network/tariffs[{one}].rate+", "0.065") for one in paid]
    lower = [one for one, rate in zip(paid, rates, strict=True) if rate > 0.145]
    yield (
        "courier down",
        "courier down",
        [(f"network/tariffs[{one}].rate+", "-0.145") for one in lower],
    )
    formal = _tariffs(problem, "MX", "formal")["rule_id"]
    yield "formal", "formal", [(f"network/tariffs[{one}].fee_rate+", "0.1") for one in formal]
    yield "sea", "sea", _sea(problem)
    rules = _in_force(problem)
    preferred = rules.loc[rules["entry_kind"] == "preferential", "rule_id"]
    yield "usmca", "usmca", [(f"network/tariffs[{one}].rate+", "0.1") for one in preferred]
    american = _tariffs(problem, "US", "formal", "courier")
    chinese = american.loc[american["origin_group"] == "CN", "rule_id"]
    yield "truce", "truce", [(f"network/tariffs[{one}].fee_rate+", "0.2") for one in chinese]
    yield "closed", "closed", _closed(problem, "laredo", "nuevo")
    yield "strike", "closed", _closed(problem, "manzanillo")
    for key, factor in (("strong", "1.15"), ("weak", "0.85")):
        yield key, "peso", _delivery(problem, "MX", factor)


def _tariffs(problem: Problem, destination: str, *kinds: str) -> pd.DataFrame:
    """Return the tariff rows in force of a destination and of kinds of entry."""
    rows = _in_force(problem)
    return rows[(rows["destination"] == destination) & rows["entry_kind"].isin(kinds)]


def _in_force(problem: Problem) -> pd.DataFrame:
    """Return the rows of tariffs.csv that are in force on the day of the problem."""
    rows = problem.network.written["tariffs"]
    day = pd.Timestamp(problem.regime.as_of)
    begun = pd.to_datetime(rows["valid_from"]) <= day
    ended = pd.to_datetime(rows["valid_to"]) < day
    return rows[begun & ~ended]


def _peak(problem: Problem) -> Rows:
    """Return half as many orders again in the events of the calendar."""
    table = problem.demand.written.get("seasonality")
    calendar = problem.network["calendar"]
    events = calendar.loc[calendar["kind"] == "event", "period_id"]
    known = set() if table is None else set(table["period_id"])
    return [
        (f"demand/seasonality[*,{event}].intensity*", "1.5") for event in events if event in known
    ]


def _sea(problem: Problem) -> Rows:
    """Return sea freight at twice its price."""
    freight = problem.network["freight"]
    sea = freight[freight["mode"] == "sea"]
    return [("network/freight[sea,*,*].usd_m3*", "2")] if len(sea) else []


def _closed(problem: Problem, word: str, without: str = " ") -> Rows:
    """Return two weeks without the sites and gateways of a town."""
    calendar = problem.network["calendar"]
    long = calendar[calendar["days"] >= CLOSED_DAYS]
    if long.empty:
        return []
    busiest = long.iloc[int(long["last_mile_factor"].argmax())]
    left = f"{1.0 - CLOSED_DAYS / float(busiest['days']):.4g}"
    rows: Rows = []
    for kind, table in (("site", "sites"), ("gateway", "gateways")):
        names = problem.network[table][f"{kind}_id"].astype(str)
        rows += [
            (f"network/disruptions[{kind},{name},{busiest['period_id']}].capacity_factor", left)
            for name in names
            if word in name and without not in name
        ]
    return rows


def _delivery(problem: Problem, country: str, factor: str) -> Rows:
    """Return the prices of local delivery in a country at a multiple."""
    services = problem.network["services"]
    own = services.loc[services["country"] == country, "service_id"].unique()
    key = ",*" * (len(KEY) - 1)
    return [
        (f"network/services[{service}{key}].{column}*", factor)
        for service in own
        for column in ("base_usd", "usd_kg")
    ]
