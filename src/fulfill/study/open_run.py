"""A run folder read back: the study that it answers, and the run itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from fulfill.audit.plan import Audit
from fulfill.inputs.demand import read_demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.network import read_network
from fulfill.inputs.schema import OWN_DELIVERY
from fulfill.inputs.tables import ROW
from fulfill.inputs.tables import read_table as read_input
from fulfill.model import certificate, warm_start
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Outcome
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
"""Keys of summary.json without which it is none of `fulfill optimize`."""


def open_run(folder: str | Path) -> Run:
    """Read a run folder.

    Nothing is recomputed: `Run.verify` tells whether the run is right.

    Raises
    ------
    InputError
        Where the folder is no run, or a file of it cannot be read.
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
    """Return what a run left to begin from, and the run's name.

    Raises
    ------
    InputError
        F101 where the folder holds none, F311 or F320 where it cannot be read.
    """
    return warm_start.load(folder / WARM_START), folder.name


def read_summary(folder: Path) -> dict[str, Any]:
    """Return summary.json of a run of `fulfill optimize`.

    Raises
    ------
    InputError
        F101, F311 or F320 where there is none.
    """
    claimed = read_json(folder, SUMMARY)
    missing = [name for name in CLAIMS if name not in claimed]
    if missing:
        detail = f"this is no run of `fulfill optimize`: no {', '.join(missing)}"
        raise InputError([Fault("F311", SUMMARY, detail=detail)])
    return claimed


def read_options(folder: Path) -> dict[str, Any]:
    """Return the options in a run's manifest.

    Raises
    ------
    InputError
        F311 where the manifest names none.
    """
    options = read_json(folder, MANIFEST).get("options")
    if not isinstance(options, dict):
        raise InputError([Fault("F311", MANIFEST, detail="it names no options")])
    return options


def input_places(
    folder: Path, network: str | None = None, demand: str | None = None
) -> dict[str, Path]:
    """Return where the inputs of a run are read: its own copy, or the places given.

    Raises
    ------
    InputError
        F101 for a copy that is not there, F308 for a place given that does not exist.
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
    """Return the study that a run folder answers.

    Parameters
    ----------
    options : of its manifest
    places : where the inputs are, by default the run's own copy

    Raises
    ------
    InputError
        Where the inputs have faults or the options cannot be read.
    """
    places = places or input_places(folder)
    labels = {kind: options.get(kind) or "" for kind in places}
    network = read_network(places["network"], labels["network"])
    demand = read_demand(places["demand"], labels["demand"])
    known = {one.name for one in fields(PlanOptions)}
    try:
        return ask(
            network,
            demand,
            as_of=options["as_of"],
            channels=options["channels"],
            overrides=options.get("overrides", ()),
            private_fleet=read_private_fleet(folder, network["sites"]["site_id"]),
            **{name: value for name, value in options.items() if name in known},
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError([Fault("F311", MANIFEST, column="options", detail=str(error))]) from None


def read_private_fleet(folder: Path, sites: pd.Series) -> pd.DataFrame | None:
    """Return the prices of own vans that the run found, None where it found none.

    Raises
    ------
    InputError
        With every fault of the file, F311 for a site that the inputs do not have.
    """
    path = folder / PRIVATE_FLEET
    if not path.is_file():
        return None
    table, faults = read_input(path.read_bytes(), path.name, OWN_DELIVERY)
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
    """Return the outcome that a summary claims; null stands for no plan and no bound."""
    return Outcome(
        status=str(claimed["status"]),
        objective=figure(claimed["objective"], math.inf),
        bound=figure(claimed["bound"], -math.inf),
        bound_kind=str(claimed["bound_kind"]),
        bound_of=str(claimed["bound_of"]),
        seconds=figure(claimed["seconds"], math.nan),
        merging_usd=claimed.get("merging_usd"),
    )


def figure(value: object, otherwise: float = math.nan) -> float:
    """Return a figure of a summary, where null stands for none."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number else otherwise  # type: ignore[arg-type]


def _undefined(kpis: object) -> dict[str, Any]:
    """Return key figures with NaN where the summary has null."""
    if not isinstance(kpis, dict):
        raise InputError([Fault("F311", SUMMARY, column="kpis", detail="no object")])
    return {name: math.nan if value is None else value for name, value in kpis.items()}


def _tables(folder: Path, claimed: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables of a run, none where there is no plan."""
    if claimed["status"] in (INFEASIBLE, NO_PLAN):
        return {}
    return {name: read_typed(folder, name) for name in TABLES}
