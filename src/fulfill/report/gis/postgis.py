"""The layers and tables of a run in PostGIS, all or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from fulfill.inputs.faults import Fault, InputError

PACKAGES = ("geoalchemy2", "psycopg", "sqlalchemy")
"""Packages of the extra `postgis`, which are imported only when a run is written."""
SCHEME, DRIVER = "postgresql", "postgresql+psycopg"
KEYS = {
    "sites": ("site_id",),
    "gateways": ("gateway_id",),
    "zones": ("zone_id",),
    "service_areas": ("site_id",),
    "zone_cells": ("zone_id",),
    "states": ("country", "state"),
    "mail": ("from_id", "country", "state"),
    "routes": ("vehicle",),
    "channels": ("channel",),
    "capacity": ("resource", "kind", "period"),
}
"""Primary keys; other tables get a column `row_id`, the number of the row."""
ROW = "row_id"
INDEXED = ("from_id", "to_id", "main_site", "product", "period")
"""Columns with an index of their own, where a table has them."""
RENAMED = {"from": "from_id", "to": "to_id"}
"""Columns of CSV files that are reserved words in SQL."""


def write_postgis(
    layers: Mapping[str, gpd.GeoDataFrame],
    tables: Mapping[str, pd.DataFrame],
    address: str,
    *,
    schema: str,
    overwrite: bool = False,
) -> str:
    """Write layers and tables in one transaction, with primary keys and indexes.

    Parameters
    ----------
    layers : Mapping of str to GeoDataFrame
        By name of the table.
    tables : Mapping of str to DataFrame
        Without geometry, by name.
    address : str
        ``postgresql://user:password@host:port/database``.
    schema : str
        Schema of the tables; made if it does not exist.
    overwrite : bool
        Replace tables of these names; tables with other names are kept in any case.

    Returns
    -------
    str
        The address without its password.

    Raises
    ------
    InputError
        F370 where the packages of the extra `postgis` are missing, the database refuses, or a
        table exists and `overwrite` is False. Nothing is written then.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise InputError([Fault("F370", "--to", detail=f"not installed: {', '.join(missing)}")])
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    frames = {name: _keyed(name, frame) for name, frame in {**layers, **tables}.items()}
    try:
        url = make_url(address).set(drivername=DRIVER)
        _write_all(frames, url, schema=schema, overwrite=overwrite)
    except (SQLAlchemyError, ValueError) as error:
        # The first line; the others are the statement and its rows.
        detail = str(error).splitlines()[0]
        raise InputError([Fault("F370", "--to", detail=detail)]) from None
    return url.set(drivername=SCHEME).render_as_string(hide_password=True)


def _write_all(
    frames: Mapping[str, pd.DataFrame], url: Any, *, schema: str, overwrite: bool
) -> None:
    """Write all tables in one transaction."""
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("create extension if not exists postgis"))
            connection.execute(text(f'create schema if not exists "{_name(schema)}"'))
            for name, frame in frames.items():
                _write(frame, name, connection, schema=schema, overwrite=overwrite)
                for statement in _keys_and_indexes(name, frame, schema):
                    connection.execute(text(statement))
    finally:
        engine.dispose()


def _write(
    frame: pd.DataFrame, name: str, connection: Any, *, schema: str, overwrite: bool
) -> None:
    exists: Literal["replace", "fail"] = "replace" if overwrite else "fail"
    if isinstance(frame, gpd.GeoDataFrame):
        named = frame.rename_geometry("geom")
        named.to_postgis(name, connection, schema=schema, if_exists=exists, index=False)
    else:
        frame.to_sql(name, connection, schema=schema, if_exists=exists, index=False, chunksize=5000)


def _keyed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without reserved words, and with `ROW` where it has no key."""
    frame = frame.rename(columns=RENAMED)
    if name not in KEYS:
        frame.insert(0, ROW, range(1, len(frame) + 1))
    return frame


def _keys_and_indexes(name: str, frame: pd.DataFrame, schema: str) -> list[str]:
    """Return the statements for primary key and indexes; GeoAlchemy adds those of places."""
    table = f'"{_name(schema)}"."{name}"'
    key = ", ".join(f'"{column}"' for column in KEYS.get(name, (ROW,)))
    statements = [f"alter table {table} add primary key ({key})"]
    statements += [
        f'create index on {table} ("{column}")' for column in INDEXED if column in frame.columns
    ]
    return statements


def _name(schema: str) -> str:
    """Return the name of a schema, which is a plain identifier."""
    if not schema.isidentifier():
        raise ValueError(f"{schema!r} is no name of a schema: letters, digits and underscores")
    return schema
