"""Completion of ids in a shell: the sites of the network that a command line names."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem


def complete_sites(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the sites whose ids begin with what was typed, with their names.

    Parameters
    ----------
    context : click.Context
        With the network or the run that the command line names so far.
    parameter : click.Parameter
        The option that is completed.
    incomplete : str
        What was typed.

    Returns
    -------
    list of click.shell_completion.CompletionItem
        Empty where the table cannot be read: completion prints no faults.
    """
    try:
        rows = _site_rows(context.params)
    except (OSError, ValueError, KeyError, csv.Error):
        return []
    return [
        CompletionItem(row["site_id"], help=row.get("name"))
        for row in rows
        if row.get("site_id", "").startswith(incomplete)
    ]


def _site_rows(params: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the table of sites; faults of folders are ValueErrors."""
    from fulfill.inputs.folder import locate, read_folder

    named: str | None = params.get("network")
    # a command without a network of its own reads that of a run
    folder = locate("network", named) if named else Path(params["run"]) / "inputs" / "network"
    files = read_folder(folder, ("network.toml", "sites.csv")).files
    return list(csv.DictReader(StringIO(files["sites.csv"].decode("utf-8-sig"), newline="")))
