"""The declared tables are those of the public schema package."""

from __future__ import annotations

import importlib.metadata

import pytest

from fulfill.inputs.anura.tables import SCHEMA, TABLES
from fulfill.inputs.columns import Table

ol_anura = pytest.importorskip("ol_anura", reason="the schema package is not installed")


def columns_of(table: str) -> set[str]:
    return set(ol_anura.AnuraSchema.get_columns(table))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_tables_and_columns_are_in_the_schema(table: Table) -> None:
    declared = {column.name.lower() for column in table.columns}
    assert declared <= columns_of(table.name)
    if table.name != "ModelSettings":  # which has one row, and no key
        keys = {column.name.lower() for column in table.columns if column.key}
        assert keys <= set(ol_anura.AnuraSchema.get_primary_keys(table.name))


def test_the_version_that_is_named() -> None:
    assert f"ol-anura {importlib.metadata.version('ol-anura')}" == SCHEMA
