"""What the terminal says of a simulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fulfill.analysis.simulation.simulation import Simulation
from fulfill.report.terminal.simulation import print_simulation


def test_plan_and_simulation_stand_side_by_side(
    simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    print_simulation(simulation, Path("runs/simulated"))
    told = capsys.readouterr().out
    assert "2 years simulated day by day with the seed 0" in told
    assert "mean lead time, days" in told
    assert "within the interval" in told
    assert "runs/simulated" in told


def test_sites_where_the_plan_was_too_optimistic_are_named(
    simulation: Simulation, capsys: pytest.CaptureFixture[str]
) -> None:
    waits = replace(simulation, years=tuple(replace(year, waited=year.waited + 3.0)
                                            for year in simulation.years))  # fmt: skip
    assert "wait_days[site-a]" in waits.optimistic
    print_simulation(waits, Path("runs/simulated"))
    told = capsys.readouterr().out
    assert "sites and gateways where the plan was too optimistic" in told
    assert "Site A" in told
