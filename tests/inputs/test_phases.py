"""The years of a roadmap, as a file has them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.phases import Phase, grown, read_phases
from fulfill.study.study import load

HEADER = (
    "year,as_of,growth,group_growth,budget_usd,most_changes,overrides,source,source_date,status,"
    "range\n"
)


def written(folder: Path, *rows: str) -> Path:
    path = folder / "phases.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_growth_accumulates_and_empty_limits_are_none(tmp_path: Path) -> None:
    problem = load("toy", "toy").problem
    path = written(
        tmp_path,
        "1,2026-11-01,0.1,,5000,2,network/parameters[cancel_lambda]*=1.1,me,,estimate,",
        "2,2027-11-01,0.1,urban=0.5; MX=-0.2,,,"
        "network/parameters[cancel_lambda]=0.1;parameters[x]=1,me,,estimate,",
    )
    with pytest.raises(InputError) as caught:  # both sides have parameters
        read_phases(path, problem)
    assert [(fault.code, fault.row, fault.column) for fault in caught.value.faults] == [
        ("F512", 3, "overrides")
    ]
    path.write_text(path.read_text().replace(";parameters[x]=1", ""), encoding="utf-8")
    first, second = read_phases(path, problem)
    assert replace(first, growth=()) == Phase(date(2026, 11, 1), (), 5000.0, 2.0, first.overrides)
    assert dict(first.growth) == pytest.approx({"": 0.1})
    assert str(first.overrides[0]) == "network/parameters[cancel_lambda]*=1.1"
    assert second.budget_usd == second.most_changes == np.inf
    assert dict(second.growth) == pytest.approx({"": 0.21, "urban": 0.5, "MX": -0.2})


def test_orders_grow_by_group(tmp_path: Path) -> None:
    problem = load("toy", "toy").problem
    zones = problem.demand.zones
    kind = zones["zone_class"].iloc[0]
    more = grown(problem, (("", 0.1), (kind, 0.5), ("gadget", -0.5)))
    factor = np.full(problem.orders.shape, 1.1)
    factor[(zones["zone_class"] == kind).to_numpy()] *= 1.5
    factor[:, problem.products.index("gadget")] *= 0.5
    assert more.orders == pytest.approx(problem.orders * factor)
    assert grown(problem, (("", 0.0),)) is problem


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "1,2026-11-01,0,ubran=0.1,,,,me,,estimate,",
        "3,2027-11-01,0,urban=many,,,nonsense,me,,estimate,",
    )
    with pytest.raises(InputError) as caught:
        read_phases(path, load("toy", "toy").problem)
    found = [(fault.code, fault.column, fault.value) for fault in caught.value.faults]
    assert sorted(found) == [
        ("F510", "year", "1, 3"),
        ("F511", "group_growth", "ubran=0.1"),
        ("F511", "group_growth", "urban=many"),
        ("F512", "overrides", "nonsense"),
    ]


def test_the_embedded_years_can_be_read() -> None:
    study = load()
    folder = Path(__file__).parents[2] / "networks" / "mexico-us-border"
    years = read_phases(folder / "phases.csv", study.problem)
    assert [phase.as_of.year for phase in years] == [2026, 2027, 2028]
