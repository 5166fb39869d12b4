"""Scenarios as data: possible years, each by the figures that differ from the tables."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fulfill.analysis.sweep.axes import ANY, find_figure
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import RULES, Fault, InputError
from fulfill.inputs.overrides import Override, parse_override
from fulfill.inputs.present import read_present
from fulfill.inputs.schema.scenarios import SCENARIOS
from fulfill.study.study import Study

FILE = "scenarios.csv"
CLOSE = 1e-6
"""What the sum of probabilities may differ from 1."""


@dataclass(frozen=True)
class Scenario:
    """A possible year.

    Attributes
    ----------
    name : str
    probability : float
        Above 0.
    overrides : tuple of Override
        What differs from the tables.
    """

    name: str
    probability: float
    overrides: tuple[Override, ...] = ()


def read_scenarios(path: Path, study: Study) -> list[Scenario]:
    """Read scenarios.

    Parameters
    ----------
    path : Path
        In the form of `schema.scenarios.SCENARIOS`.
    study : Study
        Its tables have the figures, and every scenario must be a problem.

    Returns
    -------
    list of Scenario
        In the order of the file; probabilities add up to 1.

    Raises
    ------
    InputError
        With every fault: F506 for probabilities, F507 and F515 for figures, otherwise those of the
        new values, with the name of the scenario.
    """
    frame, faults = read_present(path, SCENARIOS)
    found, wrong = _checked(frame, study, path.name)
    if faults or wrong:
        raise InputError(faults + wrong)
    return found


def scenarios_of(table: pd.DataFrame, study: Study) -> list[Scenario]:
    """Return the scenarios of a table, see `read_scenarios`.

    Parameters
    ----------
    table : DataFrame
        Columns of `schema.scenarios.SCENARIOS`, such as that of `usual.usual_scenarios`.
    study : Study

    Returns
    -------
    list of Scenario

    Raises
    ------
    InputError
        As `read_scenarios`.
    """
    chance = table["probability"].astype(float)
    numbered = table.assign(probability=chance, **{ROW: np.arange(len(table)) + 2})
    found, faults = _checked(numbered, study, FILE)
    if faults:
        raise InputError(faults)
    return found


def _checked(frame: pd.DataFrame, study: Study, file: str) -> tuple[list[Scenario], list[Fault]]:
    """Return scenarios whose probabilities add up to 1, and their faults."""
    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for name, rows in frame.groupby("scenario", sort=False):
        changes, wrong = _changes(rows, study, file)
        faults += wrong + _probability_faults(str(name), rows, file)
        chance = float(rows["probability"].iloc[0])
        scenarios.append(Scenario(str(name), chance, tuple(changes)))
        if not wrong:
            faults += _problem_faults(scenarios[-1], study, file, int(rows[ROW].iloc[0]))
    total = sum(one.probability for one in scenarios)
    if not faults and abs(total - 1.0) > CLOSE:
        detail = f"they add up to {total:.6g}" if scenarios else "there is no scenario"
        faults.append(Fault("F506", file, column="probability", detail=detail))
    if faults:
        return [], faults
    return [Scenario(one.name, one.probability / total, one.overrides) for one in scenarios], []


def _changes(rows: pd.DataFrame, study: Study, file: str) -> tuple[list[Override], list[Fault]]:
    """Return what the rows of a scenario change."""
    found: list[Override] = []
    faults: list[Fault] = []
    for row in rows.to_dict("records"):
        line, figure, value = int(row[ROW]), str(row["figure"]).strip(), str(row["value"]).strip()
        if not figure and not value:
            if len(rows) > 1:
                faults.append(Fault("F507", file, line, "figure", "", "other rows change figures"))
        elif not figure or not value:
            faults.append(Fault("F507", file, line, "figure", figure, "a cell is empty"))
        else:
            try:
                found += overrides_of(figure, value, study)
            except InputError as error:
                faults += [
                    Fault("F507", file, line, "figure", figure, one.detail or RULES[one.code][0])
                    for one in error.faults
                ]
    return found, faults


def overrides_of(figure: str, value: str, study: Study) -> tuple[Override, ...]:
    """Return the overrides of a figure and a value.

    Parameters
    ----------
    figure : str
        As in --vary.
    value : str
    study : Study
        Its tables have the rows that a ``*`` in the key stands for.

    Returns
    -------
    tuple of Override

    Raises
    ------
    InputError
        F309 or F515.
    """
    end = figure.find("]") + 1
    key = next(csv.reader([figure[figure.find("[") + 1 : max(end - 1, 0)]]), [])
    if ANY in [cell.strip() for cell in key]:
        found = find_figure(figure, study, FILE)
        if found.operator != "=":
            try:
                float(value)
            except ValueError:
                raise InputError([Fault("F515", FILE, value=value, detail="no number")]) from None
        return found.at(value)
    return (parse_override(f"{figure}={value}"),)


def _probability_faults(name: str, rows: pd.DataFrame, file: str) -> list[Fault]:
    """Return the faults of the probabilities of a scenario."""
    chances = rows["probability"].to_numpy(float)
    line = int(rows[ROW].iloc[0])
    if not np.isfinite(chances).all() or not (chances > 0).all():
        return [Fault("F506", file, line, "probability", name, "it is not above 0 in every row")]
    if len(np.unique(chances)) > 1:
        detail = f"it is {' and '.join(f'{one:g}' for one in np.unique(chances))}"
        return [Fault("F506", file, line, "probability", name, detail)]
    return []


def _problem_faults(scenario: Scenario, study: Study, file: str, line: int) -> list[Fault]:
    """Return why a scenario is no problem."""
    try:
        of_scenario(study, scenario)
    except InputError as error:
        return [
            Fault("F507", file, line, "figure", one.value, f"{scenario.name}: {one}")
            for one in error.faults
        ]
    return []


def of_scenario(study: Study, scenario: Scenario) -> Study:
    """Return the study of a scenario.

    Parameters
    ----------
    study : Study
    scenario : Scenario

    Returns
    -------
    Study
        With the changes of the scenario after its own.

    Raises
    ------
    InputError
        Where the tables do not allow the changes.
    """
    before: Sequence[Override] = study.provenance.overrides
    return study.with_(overrides=(*before, *scenario.overrides))
