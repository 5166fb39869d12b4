"""Public routing instances with their own rules of distance.

For tests and benchmarks: no command uses it.

* CVRPLIB ``.vrp``, EUC_2D (Uchoa et al. 2017, doi 10.1016/j.ejor.2016.08.012): each leg is rounded
  to the nearest integer; vehicles are free in number; distance is the cost.
* Solomon (1987, doi 10.1287/opre.35.2.254) and Gehring-Homberger ``.txt``: legs are Euclidean in
  double precision, a distance unit takes a time unit; fewest vehicles first, then distance.
* Prins et al. ``.dat`` (2006, doi 10.1007/s10288-006-0001-9): location-routing; a leg costs its
  Euclidean length times 100, rounded up; a route costs a fixed sum, a depot its opening. Depots and
  vehicles have capacities.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fulfill.routing.instance import LocationRoutingInstance, RoutingInstance, VehicleType

Array = NDArray[np.float64]
ROUNDING = 1e-9
"""Length below which a distance is taken as the integer it exceeds: 100 * 0.07 is not 8."""


@dataclass(frozen=True)
class BestKnown:
    """The best published result of an instance.

    Attributes
    ----------
    cost : float
        In the units of the instance.
    vehicles : int or None
        Where their number comes first.
    """

    cost: float
    vehicles: int | None = None


def read_routing(path: str) -> RoutingInstance:
    """Read a CVRPLIB, Solomon or Gehring-Homberger file.

    Parameters
    ----------
    path : str
        Path of the file; if it is absent, ``.gz`` is appended and tried.

    Raises
    ------
    ValueError
        Where the file has neither format, or lacks figures.
    OSError
        Where it cannot be read.
    """
    text = _text(path)
    try:
        if "NODE_COORD_SECTION" in text:
            return _cvrplib(path, text)
        if "VEHICLE" in text and "CUSTOMER" in text:
            return _solomon(path, text)
    except (IndexError, KeyError, ValueError) as error:
        raise ValueError(f"{path}: a figure is missing or wrong ({error})") from error
    raise ValueError(f"{path}: neither CVRPLIB nor Solomon's format")


def read_location_routing(path: str) -> LocationRoutingInstance:
    """Read a location-routing file of Prins et al.

    Parameters
    ----------
    path : str
        Path of the file; if it is absent, ``.gz`` is appended and tried.

    Raises
    ------
    ValueError
        Where the file has another format, or lacks figures.
    OSError
        Where it cannot be read.
    """
    try:
        return _prins(path, np.array(_text(path).split(), float))
    except (IndexError, ValueError) as error:
        raise ValueError(
            f"{path}: not a location-routing file of Prins et al. ({error})"
        ) from error


def best_known(path: str) -> BestKnown | None:
    """Return the best known result of an instance.

    Parameters
    ----------
    path : str
        Path of the instance; ``bks.csv`` lies beside it or one folder up.

    Returns
    -------
    BestKnown or None
        None where there is no entry.
    """
    file = _file(path)
    stem = _name(path)
    for table in (file.parent / "bks.csv", file.parent.parent / "bks.csv"):
        if not table.exists():
            continue
        with table.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["instance"] in (stem, stem.removeprefix("coord")):
                    vehicles = row.get("vehicles")
                    return BestKnown(float(row["best_known"]), int(vehicles) if vehicles else None)
    return None


def _file(path: str) -> Path:
    """Return the path, or that of the compressed file."""
    file = Path(path)
    return file if file.exists() or not Path(path + ".gz").exists() else Path(path + ".gz")


def _text(path: str) -> str:
    """Return the text of a file, decompressed."""
    raw = _file(path).read_bytes()
    return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("latin-1")


def _name(path: str) -> str:
    """Return the name of an instance: that of its file without suffixes."""
    stem = _file(path).name
    for suffix in (".gz", ".vrp", ".txt", ".dat"):
        stem = stem.removesuffix(suffix)
    return stem


def euclidean(points: Array) -> Array:
    """Return the distances between points (n, 2), as (n, n)."""
    out = np.empty((len(points), len(points)))
    for row, point in zip(out, points, strict=True):
        np.hypot(points[:, 0] - point[0], points[:, 1] - point[1], out=row)
    return out


def _untimed(
    name: str, depots: int, demand: Array, vehicles: tuple[VehicleType, ...], km: Array
) -> RoutingInstance:
    """Return an instance in which time plays no part."""
    n_stops = len(demand)
    return RoutingInstance(
        name=name,
        depots=tuple(f"d{index + 1}" for index in range(depots)),
        stops=tuple(f"c{index + 1}" for index in range(n_stops)),
        demand=demand[:, None],
        ready=np.zeros(n_stops),
        due=np.full(n_stops, inf),
        service=np.zeros(n_stops),
        vehicles=vehicles,
        km=(km,),
        hours=(np.broadcast_to(0.0, km.shape),),
    )


def _cvrplib(path: str, text: str) -> RoutingInstance:
    """Return a CVRPLIB file as an instance."""
    header: dict[str, str] = {}
    sections: dict[str, list[list[float]]] = {}
    rows: list[list[float]] | None = None
    for line in (line.strip() for line in text.splitlines()):
        if not line or line == "EOF":
            continue
        if line.split()[0].rstrip(":").endswith("_SECTION"):
            rows = sections.setdefault(line.split()[0].rstrip(":"), [])
        elif rows is None:
            key, _, value = line.partition(":")
            header[key.strip()] = value.strip()
        else:
            rows.append([float(word) for word in line.split()])
    if header["EDGE_WEIGHT_TYPE"] != "EUC_2D":
        raise ValueError(f"edge weights are {header['EDGE_WEIGHT_TYPE']}, only EUC_2D is read")
    points, demand = np.array(sections["NODE_COORD_SECTION"]), np.array(sections["DEMAND_SECTION"])
    size = int(header["DIMENSION"])
    if points.shape != (size, 3) or demand.shape != (size, 2):
        raise ValueError(f"{header['DIMENSION']} nodes are announced, {len(points)} are given")
    if sections["DEPOT_SECTION"][0][0] != points[0, 0] or demand[0, 1] != 0:
        raise ValueError("the first node is not the only depot")
    km = euclidean(points[:, 1:])
    km += 0.5
    np.floor(km, out=km)
    return _untimed(
        _name(path),
        1,
        demand[1:, 1],
        (VehicleType("vehicle", 0, (float(header["CAPACITY"]),)),),
        km,
    )


def _solomon(path: str, text: str) -> RoutingInstance:
    """Return a file in Solomon's format as an instance."""
    rows = []
    for words in (line.split() for line in text.splitlines()):
        try:
            rows.append([float(word) for word in words])
        except ValueError:
            continue
    available, capacity = next(row for row in rows if len(row) == 2)
    table = np.array([row for row in rows if len(row) == 7])
    km = euclidean(table[:, 1:3])
    depot, stops = table[0], table[1:]
    vehicle = VehicleType(
        "vehicle", 0, (capacity,), int(available), opens=float(depot[4]), closes=float(depot[5])
    )
    return RoutingInstance(
        name=_name(path),
        depots=("d1",),
        stops=tuple(f"c{int(row[0])}" for row in stops),
        demand=stops[:, 3:4],
        ready=stops[:, 4],
        due=stops[:, 5],
        service=stops[:, 6],
        vehicles=(vehicle,),
        km=(km,),
        hours=(km,),
        fewest_vehicles=True,
    )


def _prins(path: str, numbers: Array) -> LocationRoutingInstance:
    """Return the numbers of a file of Prins et al. as an instance."""
    n_stops, n_depots = int(numbers[0]), int(numbers[1])
    sizes = [2 * n_depots, 2 * n_stops, 1, n_depots, n_stops, n_depots, 1, 1]
    if len(numbers) != 2 + sum(sizes):
        raise ValueError(f"{2 + sum(sizes)} numbers are expected, {len(numbers)} are given")
    parts = np.split(numbers[2:], np.cumsum(sizes)[:-1])
    sites, stops, capacity, dispatch, demand, opening, route, kind = parts
    km = euclidean(np.vstack([sites.reshape(n_depots, 2), stops.reshape(n_stops, 2)]))
    if kind[0] == 0:
        km = np.ceil(100.0 * km - ROUNDING)
    room = (float(capacity[0]),)
    vehicles = tuple(
        VehicleType(f"from d{depot + 1}", depot, room, cost_per_day=float(route[0]))
        for depot in range(n_depots)
    )
    routing = _untimed(_name(path), n_depots, demand, vehicles, km)
    return LocationRoutingInstance(replace(routing, depot_capacity=dispatch[:, None]), opening)
