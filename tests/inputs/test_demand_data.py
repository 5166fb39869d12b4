"""The embedded demand mexico-2026: counts, sums, and sites where the census would place them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.schema import (
    DEMAND_PARAMETERS,
    MIX,
    PARAMETERS,
    SEASONALITY,
    ZONE_CLASSES,
    ZONES,
)
from fulfill.inputs.windows import windows_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "demand" / "mexico-2026"
VALIDATION = ROOT.parent / "shared" / "data"
NATION = 126_014_024
PEOPLE = {
    "Aguascalientes": 1425607, "Baja California": 3769020, "Baja California Sur": 798447,
    "Campeche": 928363, "Coahuila": 3146771, "Colima": 731391, "Chiapas": 5543828,
    "Chihuahua": 3741869, "Ciudad de México": 9209944, "Durango": 1832650, "Guanajuato": 6166934,
    "Guerrero": 3540685, "Hidalgo": 3082841, "Jalisco": 8348151, "México": 16992418,
    "Michoacán": 4748846, "Morelos": 1971520, "Nayarit": 1235456, "Nuevo León": 5784442,
    "Oaxaca": 4132148, "Puebla": 6583278, "Querétaro": 2368467, "Quintana Roo": 1857985,
    "San Luis Potosí": 2822255, "Sinaloa": 3026943, "Sonora": 2944840, "Tabasco": 2402598,
    "Tamaulipas": 3527735, "Tlaxcala": 1342977, "Veracruz": 8062579, "Yucatán": 2320898,
    "Zacatecas": 1622138,
}  # fmt: skip
"""People by state, census 2020 (INEGI)."""
PRODUCTS = {
    "apparel_a", "apparel_c", "footwear_b", "electronics_a", "electronics_c", "appliance_b",
    "beauty_a", "home_b", "home_c", "toys_b",
}  # fmt: skip
DAYS = {
    "jan": 31, "feb": 28, "mar": 31, "apr": 30, "may": 24, "hot_sale": 9, "jun": 28, "jul": 31,
    "aug": 31, "sep": 30, "oct": 31, "nov": 21, "buen_fin": 5, "black_friday": 4, "dec": 16,
    "navidad": 15,
}  # fmt: skip
FILES = {"parameters": PARAMETERS, "zones": ZONES, "mix": MIX, "seasonality": SEASONALITY}


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)


@pytest.fixture(scope="module")
def zones() -> pd.DataFrame:
    return table("zones")


@pytest.fixture(scope="module")
def mexico(zones: pd.DataFrame) -> pd.DataFrame:
    return zones[zones["country"] == "MX"]


@pytest.mark.parametrize("name", FILES)
def test_columns_are_those_of_the_schema(name: str) -> None:
    assert list(table(name).columns) == [column.name for column in FILES[name].columns]


def test_settings_name_the_folder() -> None:
    settings = tomllib.loads((FOLDER / "demand.toml").read_text(encoding="utf-8"))
    assert set(settings) == {"name", "title"}
    assert settings["name"] == FOLDER.name


def test_there_are_enough_zones(zones: pd.DataFrame, mexico: pd.DataFrame) -> None:
    assert (mexico["zone_class"] != "rural").sum() >= 640
    assert 150 <= (mexico["zone_class"] == "rural").sum() <= 250
    assert (zones["country"] == "US").sum() >= 150


def test_every_state_has_its_census_total(mexico: pd.DataFrame) -> None:
    assert sum(PEOPLE.values()) == NATION
    assert mexico.groupby("state")["population"].sum().to_dict() == PEOPLE
    assert mexico["population"].sum() == NATION


def test_rural_people_are_neither_dropped_nor_absorbed(mexico: pd.DataFrame) -> None:
    rural = mexico[mexico["zone_class"] == "rural"]
    assert rural["population"].sum() == pytest.approx(48e6, rel=0.03)
    assert set(rural["state"]) == set(PEOPLE)


def test_zones_are_unique_and_readable(zones: pd.DataFrame) -> None:
    assert zones["zone_id"].is_unique
    assert (
        zones["zone_id"].str.fullmatch(r"(mx-\d\d|us-(ca|az|nm|tx))-[a-z0-9]+(-[a-z0-9]+)*").all()
    )
    assert not zones.duplicated(["country", "lat", "lon"]).any()
    assert (zones["source"] != "").all()


@pytest.mark.parametrize("country", ["MX", "US"])
def test_zones_lie_in_their_country(zones: pd.DataFrame, country: str) -> None:
    mine = zones[zones["country"] == country]
    table = pd.read_csv(ROOT / "networks" / "mexico-us-border" / "countries.csv")
    lat, lon = windows_of(table)[country]
    assert mine["lat"].between(*lat).all()
    assert mine["lon"].between(*lon).all()


def test_weights_and_classes_are_plausible(zones: pd.DataFrame) -> None:
    assert (zones["population"] > 0).all()
    assert zones["internet_share"].between(0.55, 0.95).all()
    assert zones["income_index"].between(0.4, 2.6).all()
    assert set(zones["zone_class"]) == set(ZONE_CLASSES)
    mexico = zones[zones["country"] == "MX"]
    assert np.average(mexico["income_index"], weights=mexico["population"]) == pytest.approx(
        1, abs=1e-4
    )


def test_mexico_city_is_counted_once(mexico: pd.DataFrame) -> None:
    boroughs = mexico[(mexico["state"] == "Ciudad de México") & (mexico["zone_class"] != "rural")]
    assert "Mexico City" not in set(boroughs["name"])
    assert boroughs["population"].sum() <= PEOPLE["Ciudad de México"]


def test_every_parameter_is_there_once() -> None:
    rows = table("parameters").set_index("parameter")["value"]
    assert rows.index.is_unique
    assert set(rows.index) == {parameter.name for parameter in DEMAND_PARAMETERS}
    for parameter in DEMAND_PARAMETERS:
        assert parameter.low <= rows[parameter.name] <= parameter.high


@pytest.mark.parametrize("name", ["parameters", "mix", "seasonality"])
def test_every_assumption_states_its_range(name: str) -> None:
    rows = table(name)
    assert (rows["source"] != "").all()
    assert rows["status"].isin(["in_force", "announced", "estimate", "assumption"]).all()
    for _, row in rows[rows["status"] == "assumption"].iterrows():
        match = re.fullmatch(r"(\w+)=([\d.]+)\.\.([\d.]+)", row["range"])
        assert match, row["range"]
        assert float(match[2]) <= row[match[1]] <= float(match[3])


@pytest.mark.parametrize("country", ["MX", "US"])
def test_mix_covers_all_orders(country: str) -> None:
    mix = table("mix").query("country == @country")
    assert set(mix["product_id"]) == PRODUCTS
    assert mix["share"].sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("country", ["MX", "US"])
def test_seasonality_keeps_the_year(country: str) -> None:
    curve = table("seasonality").query("country == @country")
    assert list(curve["period_id"]) == list(DAYS)
    assert sum(DAYS.values()) == 365
    orders = curve["intensity"].to_numpy() * np.array(list(DAYS.values()))
    assert orders.sum() / 365 == pytest.approx(1, abs=5e-5)


def kilometres(points: pd.DataFrame, sites: pd.DataFrame) -> np.ndarray:
    a, b = (
        np.radians(points[["lat", "lon"]].to_numpy())[:, None],
        np.radians(sites[["lat", "lon"]].to_numpy())[None],
    )
    half = np.sin((b - a) / 2) ** 2
    return (
        2
        * 6371.0088
        * np.arcsin(np.sqrt(half[..., 0] + np.cos(a[..., 0]) * np.cos(b[..., 0]) * half[..., 1]))
    )


def mean_km(cost: np.ndarray, weights: np.ndarray, chosen: list[int]) -> float:
    return float(cost[:, chosen].min(axis=1) @ weights / weights.sum())


def p_median(cost: np.ndarray, weights: np.ndarray, count: int) -> list[int]:
    """Greedy start, then the best single swap until none helps."""
    chosen: list[int] = []
    for _ in range(count):
        best = cost[:, chosen].min(axis=1, initial=np.inf)
        chosen.append(
            int((np.minimum(best[:, None], cost) * weights[:, None]).sum(axis=0).argmin())
        )
    while True:
        now = mean_km(cost, weights, chosen)
        swaps = []
        for position in range(count):
            rest = chosen[:position] + chosen[position + 1 :]
            trial = (
                np.minimum(cost[:, rest].min(axis=1, initial=np.inf)[:, None], cost)
                * weights[:, None]
            ).sum(axis=0) / weights.sum()
            swaps.append((float(trial.min()), position, int(trial.argmin())))
        value, position, site = min(swaps)
        if value >= now - 1e-9:
            return chosen
        chosen[position] = site


@pytest.mark.parametrize("count", [3, 5, 8])
def test_sites_chosen_on_the_zones_are_as_good_as_on_the_census(
    mexico: pd.DataFrame, count: int
) -> None:
    """At most 0.5 % more distance, judged on the people of 2,469 municipios."""
    path = VALIDATION / "mx_municipios_2020.csv"
    if not path.exists():
        pytest.skip("the municipal census table is validation data and not part of the project")
    census = pd.read_csv(path, dtype={"inegi_code": str}).rename(
        columns={"population_2020": "population"}
    )
    candidates = census.nlargest(120, "population")
    judge, people = kilometres(census, candidates), census["population"].to_numpy(dtype=float)
    ours = p_median(
        kilometres(mexico, candidates), mexico["population"].to_numpy(dtype=float), count
    )
    best = p_median(judge, people, count)
    assert mean_km(judge, people, ours) <= 1.005 * mean_km(judge, people, best)


def test_typed_state_totals_are_those_of_the_census_table() -> None:
    path = VALIDATION / "mx_states.csv"
    if not path.exists():
        pytest.skip("the state table is validation data and not part of the project")
    states = pd.read_csv(path)
    assert dict(zip(states["state"], states["population_2020"], strict=True)) == PEOPLE
