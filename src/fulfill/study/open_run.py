"""Run folders read back: the study of a run, and the run itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.audit.plan import Audit
from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import read_demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.inputs.schema import OWN_DELIVERY
from fulfill.inputs.tables import read_table as read_input
from fulfill.model import certificate, warm_start
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, PROVEN, Outcome
from fulfill.study.csv_files import originals
from fulfill.study.plan import Plan
from fulfill.study.run import Run
from fulfill.study.run_folder import (
    CERTIFICATE,
    INPUTS,
    MANIFEST,
    PRIVATE_FLEET,
    SUMMARY,
    TABLES,
    WARM_START,
    read_json,
)
from fulfill.study.run_reader import read_typed
from fulfill.study.study import PlanOptions, Study, ask

CLAIMS = ("status", "objective", "bound", "bound_kind", "bound_of", "seconds", "as_of", "kpis")
"""Keys that summary.json of `fulfill optimize` always has."""


def open_run(folder: str | Path) -> Run:
    """Read a run folder.

    Nothing is recomputed; use `Run.verify` to check the run.

    Parameters
    ----------
    folder : str or Path
        Run folder.

    Returns
    -------
    Run
        With the faults that its audit recorded.

    Raises
    ------
    InputError
        Where the folder is not a run, or one of its files cannot be read.
    """
    folder = Path(folder)
    claimed = read_summary(folder)
    study = study_of(folder, read_options(folder))
    plan = Plan(
        outcome=outcome_of(claimed),
        as_of=str(claimed["as_of"]),
        kpis=_undefined(claimed["kpis"]),
        **_tables(folder, claimed),
    )
    bound = folder / CERTIFICATE
    sites_and_prices = folder / WARM_START
    return Run(
        study,
        plan,
        Audit(plan.outcome.objective, tuple(claimed.get("audit", {}).get("faults", ()))),
        certificate.load(bound) if bound.is_file() else None,
        warm_start.load(sites_and_prices) if sites_and_prices.is_file() else None,
        folder=folder,
    )


def read_warm_start(folder: Path) -> tuple[warm_start.WarmStart, str]:
    """Return the warm start that a run left, and the name of the run.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    warm_start : WarmStart
        Sites and prices to start a search from.
    name : str
        Name of the folder.

    Raises
    ------
    InputError
        F101 where the folder holds none, F311 or F320 where it cannot be read.
    """
    return warm_start.load(folder / WARM_START), folder.name


def read_summary(folder: Path) -> dict[str, Any]:
    """Return summary.json of a run of `fulfill optimize`.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    dict
        With all keys of `CLAIMS`.

    Raises
    ------
    InputError
        F101, F311 or F320 where it is missing or cannot be read.
    """
    claimed = read_json(folder, SUMMARY)
    missing = [name for name in CLAIMS if name not in claimed]
    if missing:
        detail = f"this is no run of `fulfill optimize`: no {', '.join(missing)}"
        raise InputError([Fault("F311", SUMMARY, detail=detail)])
    return claimed


def read_options(folder: Path) -> dict[str, Any]:
    """Return the options recorded in the manifest of a run.

    Parameters
    ----------
    folder : Path
        Run folder.

    Returns
    -------
    dict
        Options by name, as in `run_folder.recorded_options`.

    Raises
    ------
    InputError
        F311 where the manifest has none.
    """
    options = read_json(folder, MANIFEST).get("options")
    if not isinstance(options, dict):
        raise InputError([Fault("F311", MANIFEST, detail="it names no options")])
    return options


def input_places(
    folder: Path, network: str | None = None, demand: str | None = None
) -> dict[str, Path]:
    """Return the folders of a run's inputs: its own copy, or the given places.

    Parameters
    ----------
    folder : Path
        Run folder.
    network, demand : str, optional
        Embedded names or folders, in place of the copy.

    Returns
    -------
    dict of str to Path
        By kind, network and demand.

    Raises
    ------
    InputError
        F101 for a missing copy, F308 for a given place that does not exist.
    """
    given = {"network": network, "demand": demand}
    places = {
        kind: locate(kind, name) if name else folder / INPUTS / kind for kind, name in given.items()
    }
    lost = [
        Fault("F101", f"{folder.name}/{INPUTS}/{kind}", detail=f"give --{kind} to say where it is")
        for kind, place in places.items()
        if not place.is_dir()
    ]
    if lost:
        raise InputError(lost)
    return places


def study_of(
    folder: Path, options: Mapping[str, Any], places: Mapping[str, Path] | None = None
) -> Study:
    """Return the study of a run folder.

    Parameters
    ----------
    folder : Path
        Run folder.
    options : Mapping
        Options of its manifest.
    places : Mapping of str to Path, optional
        Folders of the inputs; by default the run's own copy.

    Returns
    -------
    Study
        As it was planned.

    Raises
    ------
    InputError
        Where the inputs have faults or the options cannot be read.
    """
    places = places or input_places(folder)
    labels = {kind: options.get(kind) or "" for kind in places}
    network = read_network(places["network"], labels["network"], options.get("date_order"))
    demand = read_demand(places["demand"], labels["demand"])
    known = {one.name for one in fields(PlanOptions)}
    try:
        return ask(
            network,
            demand,
            as_of=date.fromisoformat(options["as_of"]),
            channels=options["channels"],
            overrides=options.get("overrides", ()),
            private_fleet=read_private_fleet(folder, network["sites"]["site_id"]),
            **{name: value for name, value in options.items() if name in known},
        )
    except InputError:  # a ValueError too, but with faults of its own
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Fault("F311", MANIFEST, column="options", detail=str(error))]) from None


def read_private_fleet(folder: Path, sites: pd.Series) -> pd.DataFrame | None:
    """Return the prices of own vans that a run computed by routing.

    Parameters
    ----------
    folder : Path
        Run folder.
    sites : Series
        Ids of the sites of the network.

    Returns
    -------
    DataFrame or None
        Rows of own_delivery.csv; None where the run has none.

    Raises
    ------
    InputError
        With every fault of the file; F311 for a site that the inputs do not have.
    """
    path = folder / PRIVATE_FLEET
    if not path.is_file():
        return None
    table, faults = read_input(path.read_bytes(), path.name, OWN_DELIVERY)
    table = originals(table)
    unknown = table[~table["site_id"].isin(sites)]
    detail = "the run's inputs have no such entry"
    faults += [
        Fault("F311", path.name, int(line), "site_id", str(site), detail)
        for line, site in zip(unknown[ROW], unknown["site_id"], strict=True)
    ]
    if faults:
        raise InputError(faults)
    return table


def outcome_of(claimed: Mapping[str, Any]) -> Outcome:
    """Return the outcome that a summary claims.

    Parameters
    ----------
    claimed : Mapping
        Content of summary.json.

    Returns
    -------
    Outcome
        Objective plus infinity and bound minus infinity where the summary has null.
    """
    return Outcome(
        status=str(claimed["status"]),
        objective=figure(claimed["objective"], math.inf),
        bound=figure(claimed["bound"], -math.inf),
        bound_kind=str(claimed["bound_kind"]),
        bound_of=str(claimed["bound_of"]),
        seconds=figure(claimed["seconds"], math.nan),
        merging_usd=claimed.get("merging_usd"),
        conditions=tuple(map(str, claimed.get("conditions", ()))),
        ended_by=str(claimed.get("ended_by", PROVEN)),
    )


def figure(value: object, otherwise: float = math.nan) -> float:
    """Return a number of a summary as float, or `otherwise` for null and anything else."""
    # bool is a subclass of int, but `true` is not a number in JSON.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return otherwise


def _undefined(kpis: object) -> dict[str, Any]:
    """Return key figures with NaN where the summary has null."""
    if not isinstance(kpis, dict):
        raise InputError([Fault("F311", SUMMARY, column="kpis", detail="no object")])
    return {name: math.nan if value is None else value for name, value in kpis.items()}


def _tables(folder: Path, claimed: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables of a run; empty where there is no plan."""
    if claimed["status"] in (INFEASIBLE, NO_PLAN):
        return {}
    return {name: read_typed(folder, name) for name in TABLES}
