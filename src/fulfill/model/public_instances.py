"""Public facility-location instances read into a `LocationInstance`.

For tests and benchmarks; no command uses it. They know no inbound: goods stand in every site.

Formats, told apart by their numbers:

* OR-Library ``cap`` (Beasley 1990, doi 10.1057/jors.1990.166): sites, cells; capacity and fixed
  cost by site; by cell its demand and the cost of serving **all** of it from each site. Files whose
  capacity is the word ``capacity`` (capa, capb, capc) are asked for as ``PATH@CAPACITY``.
* Holmberg, Rönnqvist and Yuan (1999, doi 10.1016/S0377-2217(98)00008-3): sites, cells; capacity and
  fixed cost by site; demands; cost of all of the demand, one row a site. Bytes after that are
  ignored.
* TBED1 ``.plc`` (Avella and Boccia 2009, doi 10.1007/s10589-007-9125-x): cells, sites; demands;
  capacities; fixed costs; cost per unit, one row a site.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.instance import Carriers, LocationInstance, Mail

FORMATS = ("orlib", "holmberg", "tbed1")
_TABLES = {"optima.csv": ("optimum", "splittable_optimum"), "bks.csv": ("best_known",)}


@dataclass(frozen=True)
class Published:
    """An instance as published.

    Attributes
    ----------
    name : str
    capacity, fixed : (n_sites,)
    demand : (n_cells,)
    cost : (n_sites, n_cells)
        Cost of serving all of a cell's demand.
    """

    name: str
    capacity: Array
    fixed: Array
    demand: Array
    cost: Array


def read_instance(path: str, layout: str | None = None) -> LocationInstance:
    """Read a public instance.

    Parameters
    ----------
    path : str
        Of the file, see `split_path`.
    layout : str or None
        One of `FORMATS`; recognised from the numbers where None.

    Returns
    -------
    LocationInstance

    Raises
    ------
    ValueError
        Where the numbers fit none of the formats, or a capacity is missing.
    OSError
        Where the file cannot be read.
    """
    return to_instance(read_published(path, layout))


def read_published(path: str, layout: str | None = None) -> Published:
    """Read a public instance as published.

    Parameters
    ----------
    path, layout
        See `read_instance`.

    Returns
    -------
    Published

    Raises
    ------
    ValueError, OSError
        See `read_instance`.
    """
    file, capacity = split_path(path)
    words = _words(file)
    if "capacity" in words:
        if capacity is None:
            raise ValueError(f"{path}: the file leaves its capacity open; write {path}@CAPACITY")
        words = [str(capacity) if word == "capacity" else word for word in words]
    numbers = _numbers(words)
    found = layout or detect(numbers)
    if found not in FORMATS:
        raise ValueError(f"{path}: format `{found}` is none of {', '.join(FORMATS)}")
    try:
        return {"orlib": _orlib, "holmberg": _holmberg, "tbed1": _tbed1}[found](
            _name(path), numbers
        )
    except ValueError as error:
        raise ValueError(f"{path}: too few numbers for format `{found}`") from error


def split_path(path: str) -> tuple[Path, float | None]:
    """Split ``PATH@CAPACITY`` into the file and the capacity.

    Parameters
    ----------
    path : str
        If the file is absent, ``.gz`` is appended and tried.

    Returns
    -------
    file : Path
    capacity : float or None

    Raises
    ------
    ValueError
        Where what follows ``@`` is not a number.
    """
    head, separator, tail = path.rpartition("@")
    capacity = None
    if separator and not Path(path).exists():
        try:
            path, capacity = head, float(tail)
        except ValueError:
            raise ValueError(f"{path}: `{tail}` after @ is no capacity") from None
    file = Path(path)
    if not file.exists() and Path(path + ".gz").exists():
        file = Path(path + ".gz")
    return file, capacity


def _name(path: str) -> str:
    file, capacity = split_path(path)
    stem = file.name
    for suffix in (".gz", ".txt", ".plc", ".dat"):
        stem = stem.removesuffix(suffix)
    return stem if capacity is None else f"{stem}@{capacity:g}"


def _words(file: Path) -> list[str]:
    raw = file.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    return raw.replace(b"\x1a", b" ").replace(b"\x00", b" ").decode("latin-1").split()


def _numbers(words: list[str]) -> Array:
    """Return the words as numbers up to the first that is not one: some files end with filler."""
    try:
        return np.array(words, float)
    except ValueError:
        numbers = []
        for word in words:
            try:
                numbers.append(float(word))
            except ValueError:
                break
        return np.array(numbers)


def detect(numbers: Array) -> str:
    """Return the format whose counts and sums fit the numbers.

    OR-Library and Holmberg files have the same length, TBED1 files too where there are as many
    sites as cells. In the right reading capacity covers demand, and in OR-Library files the cost of
    serving all of a cell grows with its demand (correlation above 0.9 there, below 0.6 in Holmberg
    files read so).

    Parameters
    ----------
    numbers : (n,)
        The file in order.

    Returns
    -------
    str
        One of `FORMATS`.

    Raises
    ------
    ValueError
        Where they fit none.
    """
    if len(numbers) < 2:
        raise ValueError("no numbers")
    first, second = int(numbers[0]), int(numbers[1])
    pairs, plc = 2 + 2 * first + second + first * second, 2 + first + 2 * second + first * second
    readers = [("tbed1", _tbed1)] if len(numbers) == plc else []
    readers += [("orlib", _orlib)] if len(numbers) == pairs else []
    readers += [("holmberg", _holmberg)] if len(numbers) >= pairs else []
    for name, reader in readers:
        read = reader(name, numbers)
        fits = read.demand.sum() <= read.capacity.sum() and (read.demand >= 0).all()
        if (
            fits
            and (name != "orlib" or _grows(read))
            and (name != "tbed1" or not _alternates(numbers, first))
        ):
            return name
    raise ValueError("the numbers fit none of the formats")


def _grows(read: Published) -> bool:
    """Tell whether the mean cost of a cell grows with its demand, or all demands are one."""
    mean = read.cost.mean(axis=0)
    if np.ptp(read.demand) == 0 or np.ptp(mean) == 0:
        return bool(np.ptp(read.demand) == 0)
    return bool(np.corrcoef(read.demand, mean)[0, 1] > 0.75)


def _alternates(numbers: Array, n_sites: int) -> bool:
    """Tell whether a square file begins with pairs of capacity and fixed cost, not demands."""
    head = numbers[2 : 2 + 2 * n_sites].reshape(n_sites, 2)
    rising = float((head[:, 0] < head[:, 1]).mean())
    return n_sites > 5 and not 0.2 < rising < 0.8


def _orlib(name: str, numbers: Array) -> Published:
    n_sites, n_cells = int(numbers[0]), int(numbers[1])
    pairs = numbers[2 : 2 + 2 * n_sites].reshape(n_sites, 2)
    start = 2 + 2 * n_sites
    body = numbers[start : start + n_cells * (n_sites + 1)].reshape(n_cells, n_sites + 1)
    return Published(
        name, pairs[:, 0].copy(), pairs[:, 1].copy(), body[:, 0].copy(), body[:, 1:].T.copy()
    )


def _holmberg(name: str, numbers: Array) -> Published:
    n_sites, n_cells = int(numbers[0]), int(numbers[1])
    pairs = numbers[2 : 2 + 2 * n_sites].reshape(n_sites, 2)
    start = 2 + 2 * n_sites
    demand = numbers[start : start + n_cells]
    start += n_cells
    cost = numbers[start : start + n_sites * n_cells].reshape(n_sites, n_cells)
    return Published(name, pairs[:, 0].copy(), pairs[:, 1].copy(), demand.copy(), cost.copy())


def _tbed1(name: str, numbers: Array) -> Published:
    n_cells, n_sites = int(numbers[0]), int(numbers[1])
    ends = np.cumsum([2, n_cells, n_sites, n_sites, n_sites * n_cells])
    demand, capacity, fixed, unit = (numbers[a:b] for a, b in pairwise(ends.tolist()))
    return Published(
        name, capacity.copy(), fixed.copy(), demand.copy(), unit.reshape(n_sites, n_cells) * demand
    )


def to_instance(published: Published) -> LocationInstance:
    """Return a published instance as a `LocationInstance`.

    Parameters
    ----------
    published : Published

    Returns
    -------
    LocationInstance
        With one product, period, size and band, and no mail.
    """
    n_sites, n_cells = published.cost.shape
    demand = published.demand
    site, zone = np.divmod(np.arange(n_sites * n_cells), n_cells)
    unit = published.cost / np.where(demand > 0, demand, 1.0)
    return LocationInstance(
        zones=tuple(f"z{j + 1}" for j in range(n_cells)),
        products=("orders",),
        periods=("year",),
        sites=tuple(f"s{i + 1}" for i in range(n_sites)),
        sizes=("one",),
        bands=("base",),
        countries=("anywhere",),
        demand=demand[:, None, None],
        unserved_usd=np.array([np.inf]),
        volume_m3=np.zeros(1),
        weight_kg=np.zeros(1),
        zone_country=np.zeros(n_cells, np.int64),
        site_country=np.zeros(n_sites, np.int64),
        lane_zone=zone,
        lane_site=site,
        lane_option=np.zeros(len(site), np.int64),
        lane_usd=unit.ravel(),
        lane_co2=np.zeros(len(site)),
        option_cost=np.zeros((1, 1, 1)),
        price_multiplier=np.ones((1, 1, 1)),
        units=np.ones((1, 1, 1)),
        fixed_usd=published.fixed[:, None],
        invest_usd=np.zeros((n_sites, 1)),
        capacity=published.capacity[:, None, None, None],
        handling_usd=np.zeros((n_sites, 1, 1)),
        mail=Mail(capacity_kg=np.full((1, 1), np.inf), weight_kg=np.zeros((1, 1))),
        carriers=Carriers(("anywhere",), np.zeros(n_cells, np.int64), np.full((1, 1), np.inf)),
        inbound=None,
        stock=None,
    )


def best_known(path: str) -> float | None:
    """Return the best known value of an instance from the table in its folder.

    Parameters
    ----------
    path : str
        Of the instance, see `split_path`.

    Returns
    -------
    float or None
        None where no table names the instance.
    """
    file, capacity = split_path(path)
    stem = _name(str(file))
    for table, columns in _TABLES.items():
        source = file.parent / table
        if not source.exists():
            continue
        with source.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                value = next((row[column] for column in columns if row.get(column)), None)
                same = (
                    capacity is None
                    or (row.get("capacity") or "") == ""
                    or float(row["capacity"]) == capacity
                )
                if row["instance"] == stem and value and same:
                    return float(value)
    return None
