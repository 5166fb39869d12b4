"""A demand: who orders what, where and when."""

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
from fulfill.inputs.schema import COUNTRIES, DEMAND_PARAMETERS, DEMAND_TABLES
from fulfill.inputs.tables import parameter_faults, parameter_values, read_settings, read_tables


@dataclass(frozen=True, repr=False)
class Demand:
    """The wanted side of a problem.

    Attributes
    ----------
    name, title : str
    tables : mapping of str to DataFrame
        Every table by name, as declared in the schema; `orders` is empty unless the user gave
        explicit figures. Never write into them.
    folder : InputFolder
        The files that it was read from.
    """

    name: str
    title: str
    tables: Mapping[str, pd.DataFrame]
    folder: InputFolder

    def __repr__(self) -> str:
        return f"<Demand {self.name}: {len(self.zones)} zones>"

    @cached_property
    def parameters(self) -> dict[str, float]:
        """`orders_per_year`, `us_share` and `income_exponent`."""
        return parameter_values(self.tables["parameters"])

    @property
    def zones(self) -> pd.DataFrame:
        """Where orders come from."""
        return self.tables["zones"]

    @property
    def mix(self) -> pd.DataFrame:
        """Share of the products in a country's orders."""
        return self.tables["mix"]

    @property
    def seasonality(self) -> pd.DataFrame:
        """Orders a day in a period over the mean day of the year."""
        return self.tables["seasonality"]

    @property
    def orders(self) -> pd.DataFrame:
        """Orders by zone, product and period, where the user gave them; else empty."""
        return self.tables["orders"]

    def with_table(self, name: str, table: pd.DataFrame) -> Demand:
        """Return the demand with another table in place of its own."""
        return replace(self, tables={**self.tables, name: table})


SETTINGS = "demand.toml"
FILES = (SETTINGS, *(f"{table.name}.csv" for table in DEMAND_TABLES))


def read_demand(place: Path, label: str | None = None) -> Demand:
    """Read and check a demand folder; the parameters are those of `network.read_network`.

    Raises
    ------
    InputError
        With every fault of the folder.
    """
    folder = read_folder(place, FILES, label)
    settings, faults = read_settings(folder, SETTINGS, {"name": str, "title": str}, {})
    tables, found = read_tables(folder, DEMAND_TABLES)
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
    """Return each zone's share of its country's orders, shape (n_zones,).

    Population x internet use x income^e, with internet use by state from the survey ENDUTIH.
    """
    weight = (
        zones["population"] * zones["internet_share"] * zones["income_index"] ** income_exponent
    ).to_numpy(float)
    country = zones["country"].to_numpy()
    for name in COUNTRIES:
        here = country == name
        total = weight[here].sum()
        if total > 0:
            weight = np.where(here, weight / total, weight)
    return weight


def orders_array(
    demand: Demand, products: list[str], periods: list[str], days: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return potential orders by zone, product and period, shape (n_zones, n_products, n_periods).

    Explicit `orders` win; else the yearly total is spread by country share, zone weight, product
    mix and seasonal intensity. The intensities are scaled so that the year keeps its total whatever
    their mean.
    """
    zones = demand.zones
    if not demand.orders.empty:
        index = [
            pd.Index(axis).get_indexer(pd.Index(demand.orders[column]))
            for axis, column in (
                (zones["zone_id"], "zone_id"),
                (products, "product_id"),
                (periods, "period_id"),
            )
        ]
        explicit = np.zeros((len(zones), len(products), len(periods)))
        np.add.at(explicit, tuple(index), demand.orders["orders"].to_numpy(float))
        return explicit
    figures = demand.parameters
    present = [name for name in COUNTRIES if (zones["country"] == name).any()]
    share = {"MX": 1.0 - figures["us_share"], "US": figures["us_share"]}
    whole = sum(share[name] for name in present)
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
        total = figures["orders_per_year"] * (share[name] / whole if whole else 0.0)
        here = (zones["country"] == name).to_numpy()
        pattern = np.outer(mix.to_numpy(float), by_period / by_period.sum())
        orders[here] = total * weight[here, None, None] * pattern
    return orders
