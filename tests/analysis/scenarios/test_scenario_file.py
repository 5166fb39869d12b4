"""Scenarios as data: a file of possible years, all its faults at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fulfill.analysis.scenarios import plan_for_scenarios as planning
from fulfill.analysis.scenarios.network_years import Year
from fulfill.analysis.scenarios.plan_for_scenarios import plan_for_scenarios
from fulfill.analysis.scenarios.scenario_file import Scenario, read_scenarios
from fulfill.analysis.scenarios.usual import usual_scenarios
from fulfill.inputs.faults import InputError
from fulfill.study.optimize import optimize
from fulfill.study.study import Study, load

HEAD = "scenario,probability,figure,value,source,source_date,status,range\n"
RENT = "network/sites[site-a].rent_usd_m2_month"


@pytest.fixture(scope="module")
def study() -> Study:
    return load("toy", "toy")


def faults(tmp_path: Path, study: Study, *rows: str) -> list[str]:
    """Return the codes of the faults of a file of scenarios."""
    path = tmp_path / "scenarios.csv"
    path.write_text(HEAD + "".join(f"{row},test,,estimate,\n" for row in rows))
    with pytest.raises(InputError) as caught:
        read_scenarios(path, study)
    return [one.code for one in caught.value.faults]


def test_rows_of_a_scenario_change_figures_together(tmp_path: Path, study: Study) -> None:
    path = tmp_path / "scenarios.csv"
    rows = ["usual,0.6,,", f"dear,0.4,{RENT}*,2", f"dear,0.4,{RENT.replace('-a', '-b')},9"]
    path.write_text(HEAD + "".join(f"{row},test,,estimate,\n" for row in rows))
    usual, dear = read_scenarios(path, study)
    assert (usual.name, usual.probability, usual.overrides) == ("usual", 0.6, ())
    assert (dear.name, dear.probability, len(dear.overrides)) == ("dear", 0.4, 2)


def test_probabilities_add_up_to_1(tmp_path: Path, study: Study) -> None:
    assert faults(tmp_path, study, "usual,0.6,,", f"dear,0.3,{RENT},9") == ["F506"]


def test_every_fault_of_the_file_is_told(tmp_path: Path, study: Study) -> None:
    found = faults(
        tmp_path,
        study,
        "none,0,,",
        f"apart,0.4,{RENT},9",
        f"apart,0.3,{RENT}*,2",
        f"empty,0.3,{RENT},",
        "unknown,0.3,network/sites[nowhere].rent_usd_m2_month,9",
    )
    assert found.count("F506") == 2
    assert found.count("F507") == 2


def test_scenarios_start_from_a_plan_and_are_some(study: Study) -> None:
    with pytest.raises(InputError, match="F509"):
        plan_for_scenarios(optimize(study), [])


def test_a_year_without_a_plan_is_named(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Year((), np.inf, 0.0, np.nan, np.nan, np.nan, np.nan, None, ())
    monkeypatch.setattr(planning, "plan_alone", lambda *_, **__: nothing)
    options = planning.ScenarioOptions(workers=0)
    with pytest.raises(InputError, match=r"F508.*impossible"):
        plan_for_scenarios(optimize(study), [Scenario("impossible", 1.0)], options)


def test_usual_scenarios_are_assumptions_that_can_be_read(tmp_path: Path, study: Study) -> None:
    table = usual_scenarios(study.problem)
    path = tmp_path / "scenarios.csv"
    table.to_csv(path, index=False)
    found = read_scenarios(path, study)
    assert sum(one.probability for one in found) == pytest.approx(1.0)
    assert set(table["status"]) == {"assumption"}
    assert not any("Laredo" in one.name for one in found)  # the toy has no such site
