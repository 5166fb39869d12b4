"""A demand: potential orders by zone, product and period.

They are either given in orders.csv or spread from a yearly total; see `orders_array`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder, read_folder
from fulfill.inputs.schema import DEMAND_PARAMETERS, DEMAND_TABLES
from fulfill.inputs.tables import parameter_faults, parameter_values, read_settings, read_tables
from fulfill.inputs.windows import Windows


@dataclass(frozen=True, repr=False, eq=False)
class Demand:
    """The demand side of a problem: the checked tables of a demand folder.

    Attributes
    ----------
    name, title : str
        Short name, and title for reports.
    tables : mapping of str to DataFrame
        Every table of `DEMAND_TABLES` by name; optional ones may be empty. Treat them as
        read-only.
    folder : InputFolder
        The files from which the tables were read.
    """

    name: str
    title: str
    tables: Mapping[str, pd.DataFrame]
    folder: InputFolder

    def __repr__(self) -> str:
        return f"<Demand {self.name}: {len(self.zones)} zones>"

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The rows of `parameters.csv` by name."""
        return parameter_values(self.tables["parameters"])

    @property
    def written(self) -> Mapping[str, pd.DataFrame]:
        """The tables as they are written in the files; overrides change these."""
        return self.tables

    @property
    def zones(self) -> pd.DataFrame:
        """The places from which orders come."""
        return self.tables["zones"]

    @property
    def mix(self) -> pd.DataFrame:
        """Share of each product in the orders of a country; may be empty."""
        return self.tables["mix"]

    @property
    def seasonality(self) -> pd.DataFrame:
        """Orders per day of a period, relative to the mean day of the year; may be empty."""
        return self.tables["seasonality"]

    @property
    def orders(self) -> pd.DataFrame:
        """Orders by zone, product and period; empty where they follow from the other tables."""
        return self.tables["orders"]

    def with_table(self, name: str, table: pd.DataFrame) -> Demand:
        """Return the demand with one table replaced; the new table is not checked."""
        return self.with_written({name: table})

    def with_written(self, tables: Mapping[str, pd.DataFrame]) -> Demand:
        """Return the demand with other tables.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            Checked tables that replace those of the same name.
        """
        return replace(self, tables={**self.tables, **tables})


SHARE_TOLERANCE = 1e-6
"""Rounding allowed in shares that must add up to one."""
SETTINGS = "demand.toml"
FILES = (SETTINGS, *(f"{table.name}.csv" for table in DEMAND_TABLES))


def read_demand(place: Path, label: str | None = None, windows: Windows | None = None) -> Demand:
    """Read and check a demand folder.

    Parameters
    ----------
    place : Path
        The folder, or a workbook with its tables as sheets.
    label : str, optional
        How a run names the folder in its manifest; by default `folder.portable(place)`.
    windows : mapping, optional
        Windows of the countries of the network, so that misplaced zones are told with all other
        faults; `build_problem` checks them in any case.

    Returns
    -------
    Demand

    Raises
    ------
    InputError
        With every fault of the folder.
    """
    folder = read_folder(place, FILES, label)
    settings, faults = read_settings(folder, SETTINGS, {"name": str, "title": str}, {})
    tables, found = read_tables(folder, DEMAND_TABLES, windows)
    faults += found
    if "parameters" in tables:
        faults += parameter_faults(
            tables["parameters"], DEMAND_PARAMETERS, f"{folder.name}/parameters.csv"
        )
    if not faults and tables["orders"].empty:
        faults += [
            Fault("F101", f"{folder.name}/{name}.csv", detail="needed where orders.csv is absent")
            for name in ("mix", "seasonality")
            if tables[name].empty
        ]
    if faults:
        raise InputError(faults)
    return Demand(
        name=settings["name"],
        title=settings["title"],
        tables=tables,
        folder=folder,
    )


def zone_weights(zones: pd.DataFrame, income_exponent: float) -> NDArray[np.float64]:
    """Return the share of each zone in the orders of its country.

    The weight of a zone is ``population * internet_share * income_index ** income_exponent``: the
    people who can order, and how much more the richer ones order.

    Parameters
    ----------
    zones : DataFrame
        In the form of zones.csv.
    income_exponent : float
        Elasticity of orders with respect to income; 0 ignores income.

    Returns
    -------
    ndarray, shape (n_zones,)
        Sums to one over the zones of each country.
    """
    weight = (
        zones["population"] * zones["internet_share"] * zones["income_index"] ** income_exponent
    ).to_numpy(float)
    country = zones["country"].to_numpy()
    for name in np.unique(country):
        here = country == name
        total = weight[here].sum()
        if total > 0:
            weight = np.where(here, weight / total, weight)
    return weight


def country_shares(demand: Demand) -> dict[str, float]:
    """Return the share of every country with zones in the orders of a year.

    They are those of country_shares.csv if it is there. Of two countries, one of them the US, the
    parameter `us_share` says enough, and of one country nothing has to be said.

    Parameters
    ----------
    demand : Demand
        Without faults of `share_faults`.

    Returns
    -------
    dict of str to float
        They add up to one.
    """
    present = set(demand.zones["country"])
    if len(present) == 1:
        return dict.fromkeys(present, 1.0)
    given = demand.tables["country_shares"]
    if len(given):
        return dict(zip(given["country"], given["share"], strict=True))
    american = demand.parameters["us_share"]
    return {name: american if name == "US" else 1.0 - american for name in present}


def share_faults(demand: Demand) -> list[Fault]:
    """Find countries whose share in the orders of a year is not said, or said twice.

    Parameters
    ----------
    demand : Demand

    Returns
    -------
    list of Fault
        F214, F307 and F314; empty where orders.csv is given, which needs no shares.
    """
    if not demand.orders.empty:
        return []
    given, present = demand.tables["country_shares"], set(demand.zones["country"])
    file = f"{demand.folder.name}/country_shares.csv"
    if given.empty:
        if len(present) < 2 or (len(present) == 2 and "US" in present and _has_us(demand)):
            return []
        detail = f"the zones lie in {', '.join(sorted(present))}: give the share of each country"
        return [Fault("F314", file, column="share", detail=detail)]
    faults = []
    if _has_us(demand):
        detail = "country_shares.csv is given: remove the row us_share, which would say it again"
        place = f"{demand.folder.name}/parameters.csv"
        faults.append(Fault("F214", place, column="parameter", value="us_share", detail=detail))
    listed = set(given["country"])
    faults += [
        Fault("F314", file, column="country", value=name, detail="it has zones but no share")
        for name in sorted(present - listed)
    ]
    faults += [
        Fault("F314", file, column="country", value=name, detail="it has a share but no zones")
        for name in sorted(listed - present)
    ]
    total = float(given["share"].sum())
    if abs(total - 1.0) > SHARE_TOLERANCE:
        faults.append(Fault("F307", file, column="share", value=f"{total:g}"))
    return faults


def _has_us(demand: Demand) -> bool:
    """Tell whether parameters.csv has the row `us_share`."""
    return "us_share" in demand.parameters


def orders_array(
    demand: Demand, products: list[str], periods: list[str], days: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the potential orders of a year.

    Where orders.csv is given, its figures are used. Otherwise ``orders_per_year`` is spread over
    countries by `country_shares`, over zones by `zone_weights`, over products by the mix and over
    periods by intensity times days.

    Parameters
    ----------
    demand : Demand
    products, periods : list of str
        Ids, in the order of the axes of the result.
    days : ndarray, shape (n_periods,)
        Length of each period, days.

    Returns
    -------
    ndarray, shape (n_zones, n_products, n_periods)
        Orders in each period.
    """
    if len(demand.orders):
        return _given_orders(demand, products, periods)
    return _spread_orders(demand, products, periods, days)


def _given_orders(demand: Demand, products: list[str], periods: list[str]) -> NDArray[np.float64]:
    """Return the orders of orders.csv; combinations without a row have none."""
    zones = demand.zones["zone_id"]
    axes = ((zones, "zone_id"), (products, "product_id"), (periods, "period_id"))
    index = [pd.Index(axis).get_indexer(pd.Index(demand.orders[name])) for axis, name in axes]
    orders = np.zeros((len(zones), len(products), len(periods)))
    np.add.at(orders, tuple(index), demand.orders["orders"].to_numpy(float))
    return orders


def _spread_orders(
    demand: Demand, products: list[str], periods: list[str], days: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the yearly total spread over countries, zones, products and periods."""
    zones = demand.zones
    figures = demand.parameters
    present = list(dict.fromkeys(zones["country"]))
    share = country_shares(demand)
    weight = zone_weights(zones, figures["income_exponent"])
    orders = np.zeros((len(zones), len(products), len(periods)))
    for name in present:
        mix = (
            demand.mix[demand.mix["country"] == name]
            .set_index("product_id")["share"]
            .reindex(products)
            .fillna(0.0)
        )
        season = demand.seasonality[demand.seasonality["country"] == name].set_index("period_id")[
            "intensity"
        ]
        by_period = season.reindex(periods).fillna(0.0).to_numpy(float) * days
        total = figures["orders_per_year"] * share[name]
        here = (zones["country"] == name).to_numpy()
        # dividing by the sum keeps the yearly total, whatever the mean of the intensities
        pattern = np.outer(mix.to_numpy(float), by_period / by_period.sum())
        orders[here] = total * weight[here, None, None] * pattern
    return orders
