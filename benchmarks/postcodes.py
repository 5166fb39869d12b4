"""How far the places of imported orders lie from the seats of their municipalities.

Usage: `python benchmarks/postcodes.py MUNICIPALITIES.csv [--catalogue postalcodes.sqlite3]`.

The table of municipalities has `municipio`, `state`, `lat`, `lon` and `population_2020` (census).
The catalogue of the Mexican post, with the municipality of every postcode, is in the package
postalcodes-mexico (2018; the post does not allow passing it on, so it is neither a dependency nor
part of the embedded tables). Without it only the names of municipalities are measured.

Errors are upper bounds: a village far from the seat of its municipality counts as wrong although
its place may be right. People of a municipality are spread evenly over its postcodes.

Every line printed is a JSON object: `sample`, `cases`, `placed_share` (of people), km of the error
at the median, 90 % and 99 % of people, `beyond_25_km` (share of people placed farther off).
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.importing.places import Placed, place_orders
from fulfill.inputs.spelling import fold
from fulfill.inputs.states import state_name

QUANTILES = {"median_km": 0.5, "km_90": 0.9, "km_99": 0.99}
FAR_KM = 25.0


def read_municipalities(path: Path) -> pd.DataFrame:
    """Return the table of municipalities, with the canonical names of states."""
    table = pd.read_csv(path, dtype={"inegi_code": str})
    return table.assign(
        state=[state_name("MX", one) for one in table.state],
        key=[fold(one) for one in table.municipio],
    )


def read_catalogue(path: Path, municipalities: pd.DataFrame) -> pd.DataFrame:
    """Return every postcode of the catalogue with the seat and the people of its municipality."""
    with sqlite3.connect(path) as base:
        rows = pd.read_sql("select cp as code, municipality, state from places", base)
    rows = rows.drop_duplicates("code")
    rows = rows.assign(
        state=[state_name("MX", one) for one in rows.state],
        key=[fold(one) for one in rows.municipality],
    )
    # homonymous municipalities of a state cannot be told apart by name
    single = municipalities.drop_duplicates(["state", "key"], keep=False)
    rows = rows.merge(single, on=["state", "key"])
    postcodes = rows.groupby("inegi_code").code.transform("size")
    return rows.assign(people=rows.population_2020 / postcodes)


def errors_km(placed: Placed, lat: pd.Series, lon: pd.Series) -> np.ndarray:
    """Return the distances of places from points; NaN where an order is not placed."""
    found = placed.place_id >= 0
    points = placed.places[["lat", "lon"]].to_numpy()[np.where(found, placed.place_id, 0)]
    km = geodesic_km(points[:, 0], points[:, 1], lat.to_numpy(float), lon.to_numpy(float))
    return np.where(found, km, np.nan)


def summary(sample: str, km: np.ndarray, people: np.ndarray) -> dict[str, Any]:
    """Return one line of the answer."""
    found = np.isfinite(km)
    order = np.argsort(km[found])
    sorted_km, weight = km[found][order], people[found][order]
    share = weight.cumsum() / weight.sum()
    line: dict[str, Any] = {
        "sample": sample,
        "cases": len(km),
        "placed_share": round(float(people[found].sum() / people.sum()), 4),
    }
    for name, quantile in QUANTILES.items():
        line[name] = round(float(sorted_km[np.searchsorted(share, quantile)]), 1)
    beyond = people[found][km[found] > FAR_KM].sum() / people[found].sum()
    return line | {"beyond_25_km": round(float(beyond), 4)}


def by_name(municipalities: pd.DataFrame) -> dict[str, Any]:
    """Measure municipalities by their names, as an order without a postcode has them."""
    country = pd.Series("MX", index=municipalities.index)
    placed = place_orders(country, None, municipalities.municipio, municipalities.state)
    km = errors_km(placed, municipalities.lat, municipalities.lon)
    return summary("names of municipalities", km, municipalities.population_2020.to_numpy(float))


def by_postcode(catalogue: pd.DataFrame) -> list[dict[str, Any]]:
    """Measure postcodes: all, by the way they are placed, and with the municipality as city."""
    country, people = pd.Series("MX", index=catalogue.index), catalogue.people.to_numpy()
    placed = place_orders(country, catalogue.code)
    km = errors_km(placed, catalogue.lat, catalogue.lon)
    lines = [summary("postcodes", km, people)]
    for how in ("postcode", "prefix"):
        mine = placed.how == how
        lines.append(summary(f"postcodes placed by {how}", km[mine], people[mine]))
    placed = place_orders(country, catalogue.code, catalogue.municipality, catalogue.state)
    km = errors_km(placed, catalogue.lat, catalogue.lon)
    return [*lines, summary("postcodes with municipality and state", km, people)]


def main() -> None:
    """Print the errors, one line a sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("municipalities", type=Path)
    parser.add_argument("--catalogue", type=Path)
    options = parser.parse_args()
    municipalities = read_municipalities(options.municipalities)
    lines = [by_name(municipalities)]
    if options.catalogue:
        lines += by_postcode(read_catalogue(options.catalogue, municipalities))
    for line in lines:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
