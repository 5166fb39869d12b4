"""Calibrate street_detour: how much longer roads are than the great circle within one town.

    python scripts/calibrate_detour.py [--network NAME|DIR] [--demand NAME|DIR]

Delivery points are drawn in every metropolitan and urban zone as `fulfill route` draws them. Pairs
a little closer or a little farther apart than `street_reach_km` are measured over the mapped
roads, so that distances by street and by road agree at the distance where one replaces the other.
The map has main roads only: pairs whose ends are far from them would measure what the map lacks,
and are left out. Closer pairs are assumed to have the same detour.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from fulfill.inputs.geography.distances import road_rules
from fulfill.inputs.geography.land import read_land
from fulfill.inputs.geography.roads import read_roads
from fulfill.routing.day.road_matrix import StreetRules, great_circle_km, measure_distances
from fulfill.routing.day.stops import place_orders
from fulfill.study.study import load

N_POINTS, SEED = 60, 0
BAND = (2.0 / 3.0, 4.0 / 3.0)
"""Shortest and longest great circle of a pair, in multiples of `street_reach_km`."""
ENDS = 0.1
"""Greatest share of the great circle that access to the mapped roads may take up."""


def main() -> None:
    """Print median and quartiles by country."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--network", default="mexico-us-border")
    parser.add_argument("--demand", default="mexico-2026")
    options = parser.parse_args()
    problem = load(options.network, options.demand).problem
    network, zones = problem.network, problem.demand.zones
    graph, rules = read_roads(network.roads), road_rules(network)
    land, figures = read_land(network.outlines), network.parameters
    reach = figures["street_reach_km"]
    rng = np.random.default_rng(SEED)
    found = []
    for row in zones[zones["zone_class"] != "rural"].itertuples():
        zone = zones[zones["zone_id"] == row.zone_id]
        orders = pd.DataFrame({"zone_id": [row.zone_id], "orders": [N_POINTS], "weight_kg": [1.0]})
        points = place_orders(zone, orders, figures, land, rng)[["lat", "lon"]].to_numpy(float)
        straight = great_circle_km(points, points)
        country = np.full(len(points), row.country, object)
        matrix = measure_distances(
            graph, rules, StreetRules(figures["street_detour"], 0.0), points, country
        )
        fits = (
            (straight >= BAND[0] * reach)
            & (straight <= BAND[1] * reach)
            & (matrix.street_km <= ENDS * straight)
        )
        ratio = np.triu(matrix.km / np.maximum(straight, 1e-9))[np.triu(fits)]
        found.append(pd.DataFrame({"country": row.country, "zone": row.zone_id, "ratio": ratio}))
    pairs = pd.concat(found)
    for country, rows in pairs.groupby("country"):
        low, middle, high = rows["ratio"].quantile([0.25, 0.5, 0.75])
        zones_of = rows["zone"].nunique()
        print(
            f"{country}: median {middle:.3f}, quartiles {low:.3f}..{high:.3f}, "
            f"{len(rows):,} pairs in {zones_of} zones"
        )


if __name__ == "__main__":
    main()
