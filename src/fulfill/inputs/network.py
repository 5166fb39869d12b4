"""A network: where things can be, what moving them costs, which rules hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network_checks import network_faults, with_one_spelling
from fulfill.inputs.schema import EMISSION_MODES, NETWORK_PARAMETERS, NETWORK_TABLES, ROAD_KINDS
from fulfill.inputs.tables import (
    ROW,
    parameter_faults,
    parameter_values,
    read_settings,
    read_tables,
)

VALUE_BASES = ("net_price", "all_in_price", "price")
"""What a courier's customs value rests on: price before VAT, price before the all-in courier rate, or the price."""


@dataclass(frozen=True)
class Network:
    """The given side of a problem: a folder of checked tables.

    Attributes
    ----------
    name, title : str
    as_of : date
        Day whose rules are used unless the user names another.
    value_base : str
        One of `VALUE_BASES`: how the courier's customs value follows from the consumer's price.
    parameters : mapping of str to float
        The rows of `parameters.csv` by name.
    tables : mapping of str to DataFrame
        Every other table by name, as declared in `schema.py`. Never write into them.
    folder : Path
    roads, outlines : Path or None
        Road graph and outlines for maps, if the network has them.
    """

    name: str
    title: str
    as_of: date
    value_base: str
    parameters: Mapping[str, float]
    tables: Mapping[str, pd.DataFrame]
    folder: Path
    roads: Path | None = None
    outlines: Path | None = None

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def with_table(self, name: str, table: pd.DataFrame) -> Network:
        """Return the network with another table in place of its own."""
        return replace(self, tables={**self.tables, name: table})


def embedded(kind: str, name: str) -> Path | None:
    """Return the folder of an embedded network (`kind="networks"`) or demand (`kind="demand"`), None if unknown.

    In a wheel the data lie inside the package; in a checkout they are the top folders of the
    repository.
    """
    here = Path(__file__).resolve().parents[1]
    for root in (here / "data" / kind, here.parents[1] / kind):
        if name and (root / name).is_dir() and Path(name).name == name:
            return root / name
    return None


def locate(kind: str, name_or_folder: str) -> Path:
    """Return the folder that an option names: a folder of the user's, or an embedded one.

    Raises
    ------
    InputError
        F308 where there is neither.
    """
    folder = Path(name_or_folder)
    if folder.is_dir():
        return folder
    found = embedded(kind, name_or_folder)
    if found is None:
        raise InputError(
            [
                Fault(
                    "F308",
                    f"--{kind.removesuffix('s')}",
                    value=name_or_folder,
                    detail="no such folder or embedded name",
                )
            ]
        )
    return found


def read_network(folder: Path) -> tuple[Network | None, list[Fault]]:
    """Read and check a network folder; the network is None where there is any fault."""
    settings, faults = read_settings(
        folder / "network.toml",
        {"name": str, "title": str, "as_of": str, "direct_mail_value_base": str},
        {"roads": str, "outlines": str},
    )
    tables, found = read_tables(folder, NETWORK_TABLES)
    faults += found
    tables = with_one_spelling(tables)
    if "parameters" in tables:
        faults += parameter_faults(
            tables["parameters"], NETWORK_PARAMETERS, f"{folder.name}/parameters.csv"
        )
    faults += _missing_rows(folder, tables)
    faults += _speed_faults(folder, tables)
    faults += network_faults(folder.name, tables)
    faults += _settings_faults(folder, settings)
    if faults:
        return None, faults
    network = Network(
        name=settings["name"],
        title=settings["title"],
        as_of=date.fromisoformat(settings["as_of"]),
        value_base=settings["direct_mail_value_base"],
        parameters=parameter_values(tables.pop("parameters")),
        tables=tables,
        folder=folder,
        roads=folder / settings["roads"] if "roads" in settings else None,
        outlines=folder / settings["outlines"] if "outlines" in settings else None,
    )
    return network, []


def _missing_rows(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Find emission modes without a factor and products that no origin makes."""
    faults = []
    if "emissions" in tables:
        modes = set(tables["emissions"]["mode"])
        faults += [
            Fault(
                "F105",
                f"{folder.name}/emissions.csv",
                column="mode",
                value=mode,
                detail="the mode's row is missing",
            )
            for mode in EMISSION_MODES
            if mode not in modes
        ]
    if {"products", "goods_costs"} <= set(tables):
        products = tables["products"]
        orphans = products[~products["product_id"].isin(tables["goods_costs"]["product_id"])]
        file, detail = f"{folder.name}/products.csv", "no origin makes it: not in goods_costs.csv"
        faults += [
            Fault("F208", file, int(line), "product_id", str(name), detail)
            for line, name in zip(orphans[ROW], orphans["product_id"], strict=True)
        ]
    return faults


def _speed_faults(folder: Path, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Find kinds of road whose hour bands leave a gap or overlap; every kind is there where the table is."""
    if "speeds" not in tables or tables["speeds"].empty:
        return []
    file, faults = f"{folder.name}/speeds.csv", []
    for kind in ROAD_KINDS:
        bands = tables["speeds"][tables["speeds"]["road_kind"] == kind].sort_values("from_hour")
        reached = 0.0
        for begins, ends, line in zip(
            bands["from_hour"], bands["to_hour"], bands[ROW], strict=True
        ):
            if begins != reached or ends <= begins:
                faults.append(
                    Fault(
                        "F312",
                        file,
                        int(line),
                        "from_hour",
                        f"{begins:g}",
                        f"{kind} until {reached:g}",
                    )
                )
            reached = ends
        if reached != 24.0:
            faults.append(
                Fault(
                    "F312",
                    file,
                    column="to_hour",
                    value=f"{reached:g}",
                    detail=f"{kind} ends there",
                )
            )
    return faults


def _is_date(text: str) -> bool:
    """Tell whether a text is a day written YYYY-MM-DD; Python alone would take 20261101 and week dates too."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _settings_faults(folder: Path, settings: Mapping[str, str]) -> list[Fault]:
    file = f"{folder.name}/network.toml"
    faults = []
    day = settings.get("as_of")
    if isinstance(day, str) and not _is_date(day):
        faults.append(Fault("F203", file, column="as_of", value=day))
    base = settings.get("direct_mail_value_base")
    if isinstance(base, str) and base not in VALUE_BASES:
        faults.append(
            Fault(
                "F206",
                file,
                column="direct_mail_value_base",
                value=base,
                detail="one of " + ", ".join(VALUE_BASES),
            )
        )
    for key in ("roads", "outlines"):
        name = settings.get(key)
        if isinstance(name, str) and not (folder / name).is_file():
            faults.append(
                Fault("F101", f"{folder.name}/{name}", detail=f"named by {key} in network.toml")
            )
    return faults
