"""Public two-stage, multi-product instances read into a `LocationInstance`.

Plants send goods to depots, depots send them to customers; a fixed cost is paid for every plant and
every depot used (Mauri et al. 2021, doi 10.1111/itor.12930). Capacities are per product and nothing
else joins the products, as nothing but the fixed costs joins the periods of a `LocationInstance`:
each product becomes a period of one product. Plants become the origins of inbound routes, one to
each depot. Cost per unit has no pattern, so every lane is a delivery option of its own.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.instance import Carriers, Inbound, LocationInstance, Mail


@dataclass(frozen=True)
class TwoStage:
    """An instance as published; axes: plants I, depots J, customers K, products L.

    Attributes
    ----------
    demand : (K, L)
    plant_capacity, plant_fixed : (I, L), (I,)
    first_leg : (L, I, J)
        Cost per unit from plant to depot.
    depot_capacity, depot_fixed : (J, L), (J,)
    second_leg : (L, J, K)
        Cost per unit from depot to customer.
    """

    demand: Array
    plant_capacity: Array
    plant_fixed: Array
    first_leg: Array
    depot_capacity: Array
    depot_fixed: Array
    second_leg: Array


def read_two_stage(path: str | Path) -> TwoStage:
    """Read a file of numbers: header ``I J K L``, demand, plants, first leg, depots, second leg.

    Parameters
    ----------
    path : str or Path
        Plain or compressed by gzip.

    Returns
    -------
    TwoStage

    Raises
    ------
    ValueError
        Where the numbers are more or fewer than the header says.
    OSError
        Where the file cannot be read.
    """
    raw = Path(path).read_bytes()
    words = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).split()
    n_plants, n_depots, n_customers, n_products = (int(word) for word in words[:4])
    shapes = (
        (n_customers, n_products), (n_plants, n_products + 1), (n_products, n_plants, n_depots),
        (n_depots, n_products + 1), (n_products, n_depots, n_customers),
    )  # fmt: skip
    ends = np.cumsum([4, *(int(np.prod(shape)) for shape in shapes)]).tolist()
    if len(words) != ends[-1]:
        raise ValueError(f"{path}: {len(words)} numbers, {ends[-1]} expected")
    numbers = np.array(words, float)
    demand, plants, first, depots, second = (
        numbers[start:end].reshape(shape)
        for (start, end), shape in zip(pairwise(ends), shapes, strict=True)
    )
    return TwoStage(
        demand, plants[:, :-1], plants[:, -1], first, depots[:, :-1], depots[:, -1], second
    )


def to_instance(published: TwoStage) -> LocationInstance:
    """Return a published instance as a `LocationInstance`.

    Parameters
    ----------
    published : TwoStage

    Returns
    -------
    LocationInstance
        With one product, size and band, a period for each published product, and no mail; every
        order must be served.
    """
    n_products, n_depots, n_customers = published.second_leg.shape
    site, zone = np.divmod(np.arange(n_depots * n_customers), n_customers)
    lanes = np.arange(len(site))
    by_lane = (len(site), 1, n_products)
    return LocationInstance(
        zones=tuple(f"c{k + 1}" for k in range(n_customers)),
        products=("goods",),
        periods=tuple(f"p{t + 1}" for t in range(n_products)),
        sites=tuple(f"d{j + 1}" for j in range(n_depots)),
        sizes=("one",),
        bands=("base",),
        countries=("anywhere",),
        demand=published.demand[:, None, :].copy(),
        unserved_usd=np.array([np.inf]),
        volume_m3=np.ones(1),
        weight_kg=np.zeros(1),
        zone_country=np.zeros(n_customers, np.int64),
        site_country=np.zeros(n_depots, np.int64),
        lane_zone=zone,
        lane_site=site,
        lane_option=lanes,
        lane_usd=np.zeros(len(site)),
        lane_co2=np.zeros(len(site)),
        option_cost=published.second_leg.reshape(n_products, -1).T.reshape(by_lane).copy(),
        price_multiplier=np.ones(by_lane),
        units=np.ones(by_lane),
        fixed_usd=published.depot_fixed[:, None].copy(),
        invest_usd=np.zeros((n_depots, 1)),
        capacity=published.depot_capacity[:, None, None, :].copy(),
        handling_usd=np.zeros((n_depots, 1, 1)),
        mail=Mail(np.full((1, n_products), np.inf), np.zeros((len(site), 1))),
        carriers=Carriers(
            ("anywhere",), np.zeros(n_customers, np.int64), np.full((1, n_products), np.inf)
        ),
        inbound=_inbound(published),
        stock=None,
    )


def _inbound(published: TwoStage) -> Inbound:
    """Return the plants, with a route to every depot and no gateways."""
    n_products, n_plants, n_depots = published.first_leg.shape
    plant, depot = np.divmod(np.arange(n_plants * n_depots), n_depots)
    usd = published.first_leg.reshape(n_products, -1).T
    return Inbound(
        gateways=(),
        origins=tuple(f"o{i + 1}" for i in range(n_plants)),
        route_site=depot,
        route_origin=plant,
        route_gateway=np.full(len(plant), -1),
        route_crossing=np.full(len(plant), -1),
        route_usd=usd[:, None, :].copy(),
        route_co2=np.zeros(len(plant)),
        gateway_m3=np.zeros((0, n_products)),
        origin_m3=published.plant_capacity.copy(),
        origin_min_m3=np.zeros(n_plants),
        origin_fixed_usd=published.plant_fixed.copy(),
        landing=np.eye(n_products),
    )
