"""A network: possible places, the cost of moving goods between them, and the rules in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.currencies import in_usd
from fulfill.inputs.dates import DATE_ORDERS, is_day
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import InputFolder, embedded, embedded_names, read_folder
from fulfill.inputs.headings import with_class_rates
from fulfill.inputs.network_checks import network_faults, with_base_band, with_one_spelling
from fulfill.inputs.origins import with_whole_origins
from fulfill.inputs.schema import EMISSION_MODES, NETWORK_PARAMETERS, NETWORK_TABLES, ROAD_KINDS
from fulfill.inputs.tables import (
    parameter_faults,
    parameter_values,
    read_settings,
    read_tables,
)

VALUE_BASES = ("net_price", "all_in_price", "price")
"""Basis of a parcel's customs value: price before VAT, price before the all-in rate, or price."""


@dataclass(frozen=True, repr=False, eq=False)
class Network:
    """The supply side of a problem: the checked tables of a network folder.

    Attributes
    ----------
    name, title : str
        Short name, and title for reports.
    as_of : date
        Day whose tariff rules apply unless another is asked for.
    value_base : str
        One of `VALUE_BASES`: how the customs value of a parcel follows from the consumer's price.
    tables : mapping of str to DataFrame
        Every table of `NETWORK_TABLES` by name, amounts in USD (`inputs.currencies`), with the
        rates of tariff classes (`inputs.headings`) and whole origins (`inputs.origins`). Treat
        them as read-only.
    written : mapping of str to DataFrame
        The same tables as they are written in the files; overrides change these.
    folder : InputFolder
        The files from which the tables were read.
    roads_file, outlines_file : str or None
        File names of the road graph and of the outlines for maps, None where there are none.
    """

    name: str
    title: str
    as_of: date
    value_base: str
    tables: Mapping[str, pd.DataFrame]
    written: Mapping[str, pd.DataFrame]
    folder: InputFolder
    roads_file: str | None = None
    outlines_file: str | None = None

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(self[name])} {name}" for name in ("sites", "gateways", "products"))
        return f"<Network {self.name}: {sizes}; rules of {self.as_of} by default>"

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The rows of `parameters.csv` by name."""
        return parameter_values(self.tables["parameters"])

    @property
    def roads(self) -> bytes | None:
        """Content of the road graph (.npz), if the network has one."""
        return self.folder.files[self.roads_file] if self.roads_file else None

    @property
    def outlines(self) -> bytes | None:
        """Content of the outlines for maps (GeoJSON), if the network has them."""
        return self.folder.files[self.outlines_file] if self.outlines_file else None

    @property
    def left_out(self) -> dict[str, list[str]]:
        """What is not part of the case, and for each the files of the tables that are absent."""
        without: dict[str, list[str]] = {}
        for table in NETWORK_TABLES:
            if table.absent and not (self.tables[table.name][ROW] > 0).any():
                without.setdefault(table.absent, []).append(f"{table.name}.csv")
        return without

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def with_table(self, name: str, table: pd.DataFrame) -> Network:
        """Return the network with one table replaced; the new table is not checked."""
        return replace(
            self, tables={**self.tables, name: table}, written={**self.written, name: table}
        )

    def with_written(self, tables: Mapping[str, pd.DataFrame]) -> Network:
        """Return the network with other tables as written; what is derived is derived again.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            Checked tables that replace those of the same name.

        Raises
        ------
        InputError
            F323 and F214 where amounts cannot be converted to USD.
        """
        written = {**self.written, **tables}
        usd, faults = in_usd(self.folder.name, written, self.as_of)
        if faults:
            raise InputError(faults)
        return replace(self, tables=_whole(usd), written=written)


def _whole(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables in USD with what is derived from them."""
    return with_whole_origins(with_class_rates(tables))


SETTINGS = "network.toml"
MAPS_OF = "maps_of"
"""Setting that names the embedded network whose roads and outlines are used."""
FILES = (SETTINGS, *(f"{table.name}.csv" for table in NETWORK_TABLES))


def read_network(place: Path, label: str | None = None, date_order: str | None = None) -> Network:
    """Read and check a network folder.

    Parameters
    ----------
    place : Path
        The folder, or a workbook with its tables as sheets.
    label : str, optional
        How a run names the folder in its manifest; by default `folder.portable(place)`.
    date_order : str, optional
        ``dmy`` or ``mdy``, for dates that a spreadsheet rewrote and that do not show the order.

    Returns
    -------
    Network

    Raises
    ------
    InputError
        With every fault of the folder.
    """
    if date_order is not None and date_order not in DATE_ORDERS:
        detail = f"one of {', '.join(DATE_ORDERS)}"
        raise InputError([Fault("F309", "--date-order", value=str(date_order), detail=detail)])
    folder, settings, faults = read_files(place, label)
    folder = replace(folder, date_order=date_order)
    tables, found = read_tables(folder, NETWORK_TABLES)
    faults += found
    tables = with_one_spelling(with_base_band(tables))
    if "parameters" in tables:
        faults += parameter_faults(
            tables["parameters"], NETWORK_PARAMETERS, f"{folder.name}/parameters.csv"
        )
    faults += table_faults(folder, tables)
    faults += _settings_faults(folder, settings)
    usd, found = _amounts_in_usd(folder, tables, settings)
    if faults := [*faults, *found]:
        raise InputError(faults)
    return Network(
        name=settings["name"],
        title=settings["title"],
        as_of=date.fromisoformat(settings["as_of"]),
        value_base=settings["direct_mail_value_base"],
        tables=_whole(usd),
        written=tables,
        folder=folder,
        roads_file=settings.get("roads"),
        outlines_file=settings.get("outlines"),
    )


def read_files(
    place: Path, label: str | None = None
) -> tuple[InputFolder, dict[str, str], list[Fault]]:
    """Read the files of a network, its settings and, as these say, its roads and outlines.

    Parameters
    ----------
    place : Path
        Folder or workbook.
    label : str, optional
        See `read_network`.

    Returns
    -------
    folder : InputFolder
    settings : dict
        Values of `SETTINGS`.
    faults : list of Fault
        Those of the settings.
    """
    folder = read_folder(place, FILES, label)
    settings, faults = read_settings(
        folder,
        SETTINGS,
        {"name": str, "title": str, "as_of": str, "direct_mail_value_base": str},
        {"roads": str, "outlines": str, MAPS_OF: str},
    )
    named = [settings[key] for key in ("roads", "outlines") if isinstance(settings.get(key), str)]
    # a network is self-contained: a setting may name a file of the folder, not a path out of it
    inside = [name for name in named if Path(name).name == name]
    maps, found = _map_files(place, inside, settings.get(MAPS_OF))
    faults += [replace(fault, file=f"{folder.name}/{SETTINGS}") for fault in found]
    return replace(folder, files={**folder.files, **maps}), settings, faults


def _map_files(
    place: Path, names: list[str], maps_of: object
) -> tuple[dict[str, bytes], list[Fault]]:
    """Read the roads and outlines of a network: its own files, or those of an embedded network.

    Its own come first, as a run keeps a copy of all its inputs. Those of a workbook lie beside it.
    """
    inside = dict(read_folder(place, names, "").files) if place.is_dir() else {}
    source = embedded("network", maps_of) if isinstance(maps_of, str) else None
    if source is not None:
        return {**read_folder(source, names, "").files, **inside}, []
    if isinstance(maps_of, str):
        detail = f"one of {', '.join(embedded_names('network'))}"
        return inside, [Fault("F206", SETTINGS, column=MAPS_OF, value=maps_of, detail=detail)]
    return inside if place.is_dir() else dict(read_folder(place.parent, names, "").files), []


def _amounts_in_usd(
    folder: InputFolder, tables: dict[str, pd.DataFrame], settings: Mapping[str, str]
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Convert all amounts, if the settings have a day whose exchange rates hold."""
    day = settings.get("as_of")
    if not (isinstance(day, str) and is_day(day)):
        return tables, []
    return in_usd(folder.name, tables, date.fromisoformat(day))


def table_faults(folder: InputFolder, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Find what the tables of a network contradict each other in.

    Parameters
    ----------
    folder : InputFolder
        Named in the messages.
    tables : mapping of str to DataFrame
        Those that could be read.

    Returns
    -------
    list of Fault
    """
    return [
        *_missing_rows(folder, tables),
        *_speed_faults(folder, tables),
        *network_faults(folder.name, tables),
    ]


def _missing_rows(folder: InputFolder, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Find emission modes without a factor, and products that no origin makes."""
    faults = []
    if "emissions" in tables and len(tables["emissions"]):
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


def _speed_faults(folder: InputFolder, tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Find kinds of road whose hour bands leave a gap or overlap.

    The table is optional; where it is given, every kind of road must be in it.
    """
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


def _settings_faults(folder: InputFolder, settings: Mapping[str, str]) -> list[Fault]:
    """Find settings with an invalid value, and settings that name a missing file."""
    file = f"{folder.name}/network.toml"
    faults = []
    day = settings.get("as_of")
    if isinstance(day, str) and not is_day(day):
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
        if isinstance(name, str) and name not in folder.files:
            faults.append(
                Fault("F101", f"{folder.name}/{name}", detail=f"named by {key} in network.toml")
            )
    return faults
