"""Memory that a model takes, known before it is built, and what the machine has."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.problem import Problem

log = logging.getLogger(__name__)

BASE, PER_LANE, PER_CELL = 600e6, 160.0, 800.0
"""Bytes of the program itself, of a lane, and of a cell (zone x product x period) with its flows:
above what docs/benchmarks.md measures."""
WORTH_SAYING = 2.0**31
"""Bytes from which the need is said without being asked."""
CGROUP = Path("/sys/fs/cgroup/memory.max")
GIB = 2.0**30


def check_memory(problem: Problem, available: float | None = None) -> None:
    """Refuse a problem whose model does not fit into memory.

    Parameters
    ----------
    problem : Problem
        As it is to be solved, with merged zones if a resolution is set.
    available : float, optional
        Bytes; what the machine has by default.

    Raises
    ------
    InputError
        F321 with the resolution that would fit.
    """
    available = available_bytes() if available is None else available
    n_zones, needed = len(problem.demand.zones), needed_bytes(problem)
    level = logging.WARNING if needed > WORTH_SAYING else logging.INFO
    log.log(level, "the model takes about %.1f GiB of memory", needed / GIB)
    if needed <= available:
        return
    # all but the program itself grows with the number of zones
    fits = int(n_zones * max(available - BASE, 0.0) / (needed - BASE))
    detail = f"the model takes about {needed / GIB:.1f} GiB, there are {available / GIB:.1f}"
    if fits > 0:
        detail += f"; `--resolution {fits}` would fit"
    raise InputError([Fault("F321", "", value=f"{n_zones:,} zones", detail=detail)])


def needed_bytes(problem: Problem) -> float:
    """Return the memory that building and solving the model of a problem takes, at most.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    float
        Bytes.
    """
    return BASE + PER_LANE * most_lanes(problem) + PER_CELL * problem.orders.size


def most_lanes(problem: Problem) -> int:
    """Return an upper limit of the number of lanes: every service of a zone from every site.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    int
    """
    zones, network = problem.demand.zones, problem.network
    kind = ["country", "zone_class"]
    count = zones.groupby(kind).size()
    by_site, by_mail = (
        network[table].groupby(kind)["service_id"].nunique().reindex(count.index, fill_value=0)
        for table in ("services", "mail_services")
    )
    lanes = count * (by_site * len(network["sites"]) + by_mail)
    return int(lanes.sum()) + len(network["own_delivery"]) + len(network["lane_rates"])


def available_bytes() -> float:
    """Return the memory that this process may use: of the machine, its container, its limits.

    Returns
    -------
    float
        Bytes; infinite where the system does not tell.
    """
    found = [np.inf]
    if hasattr(os, "sysconf"):
        found.append(float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES"))
        import resource

        soft = resource.getrlimit(resource.RLIMIT_AS)[0]
        found.append(np.inf if soft == resource.RLIM_INFINITY else float(soft))
    if CGROUP.is_file() and (limit := CGROUP.read_text().strip()).isdigit():
        found.append(float(limit))
    return min(found)
