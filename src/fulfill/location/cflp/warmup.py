"""Compilation of the kernels of branch and bound before the time limit starts.

A small instance goes through the whole method once. Machine code is cached on disk
(`kernel_cache.py`), so this takes some seconds after an installation and none later.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fulfill.location.cflp.capacitated import capacitated_view
from fulfill.location.cflp.decompose import solve_decomposed
from fulfill.location.cflp.search import cell_prices
from fulfill.location.cflp.transport import allocate
from fulfill.location.solution import LocationParams
from fulfill.model.instance import Carriers, LocationInstance, Mail

SITES, ZONES = 12, 30


def small_instance() -> LocationInstance:
    """Return a capacitated instance whose root bound leaves a gap, so that it is branched on.

    Returns
    -------
    LocationInstance
        `SITES` sites and `ZONES` zones at random points of the unit square.
    """
    rng = np.random.default_rng(0)
    site, zone = np.divmod(np.arange(SITES * ZONES), ZONES)
    distance = np.linalg.norm(rng.random((SITES, 1, 2)) - rng.random((ZONES, 2)), axis=2)
    demand = rng.uniform(1.0, 10.0, ZONES)
    one = np.ones((1, 1, 1))
    return LocationInstance(
        zones=tuple(f"z{j}" for j in range(ZONES)), products=("k",), periods=("t",),
        sites=tuple(f"i{i}" for i in range(SITES)), sizes=("m",), bands=("b",), countries=("c",),
        demand=demand[:, None, None], unserved_usd=np.array([np.inf]),
        volume_m3=np.zeros(1), weight_kg=np.zeros(1),
        zone_country=np.zeros(ZONES, np.int64), site_country=np.zeros(SITES, np.int64),
        lane_zone=zone, lane_site=site, lane_option=np.zeros(len(site), np.int64),
        lane_usd=10.0 * distance.ravel(), lane_co2=np.zeros(len(site)),
        option_cost=0.0 * one, price_multiplier=one, units=one,
        fixed_usd=rng.uniform(50.0, 150.0, (SITES, 1)), invest_usd=np.zeros((SITES, 1)),
        capacity=(rng.uniform(0.15, 0.4, SITES) * demand.sum())[:, None, None, None],
        handling_usd=np.zeros((SITES, 1, 1)),
        mail=Mail(np.full((1, 1), np.inf), np.zeros((1, 1))),
        carriers=Carriers(("q",), np.zeros(ZONES, np.int64), np.full((1, 1), np.inf)),
        inbound=None, stock=None,
    )  # fmt: skip


@cache
def compile_kernels() -> None:
    """Compile every kernel of branch and bound, once a process."""
    instance = small_instance()
    solve_decomposed(instance, LocationParams(gap=0.0, time_limit=600.0))
    # no branch of this instance need come to have every site decided
    transport = allocate(capacitated_view(instance).arrays, np.ones(SITES, bool))
    assert transport is not None
    cell_prices(transport)
