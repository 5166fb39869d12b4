from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fulfill.study.conditions import conditions
from fulfill.study.optimize import optimize
from fulfill.study.run_folder import write_run_data
from fulfill.study.study import load
from fulfill.study.verify import verify
from tampering import seal


def told(n_planned: int = 3, **asked: Any) -> tuple[str, ...]:
    return conditions(load("toy", "toy", **asked), n_planned)


def test_a_free_study_has_no_condition() -> None:
    assert told() == ()
    assert told(gap=0.1, time_limit=5.0, seed=3, method="monolith", as_of="2026-01-01") == ()


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"opened": ("site-a",)}, "site-a locked open"),
        ({"closed": ("site-b",)}, "site-b locked closed"),
        ({"max_sites": 1}, "at most 1 site"),
        ({"max_sites": 0}, "at most 0 sites"),
        ({"budget_usd": 123456.5}, "at most 123,456.5 USD invested in sites"),
        ({"co2_kg": 0.1}, "at most 0.1 kg CO2e a year"),
        ({"single_source": True}, "each zone served from stock by one site at most"),
        ({"service": "3d=0.29"}, "at least 29% of the orders within 3 days"),
        ({"service": "MX:1d=0.125"}, "at least 12.5% of the orders of MX within 1 day"),
        ({"channels": ("local", "direct_mail")}, "channels allowed: direct mail, local"),
        ({"resolution": 2, "n_planned": 2}, "zones merged from 3 to 2"),
        (
            {"overrides": ["network/parameters[holding_rate]=0.1"]},
            "network/parameters[holding_rate]=0.1",
        ),
        (
            {"overrides": ["network/freight[sea,CN,MX].usd_m3=120"]},
            "network/freight[sea,CN,MX].usd_m3=120",
        ),
    ],
)
def test_everything_that_a_study_imposes_is_told(asked: dict[str, Any], text: str) -> None:
    assert told(**asked) == (text,)


def test_conditions_come_in_one_order() -> None:
    asked: dict[str, Any] = {"closed": ("site-b",), "opened": ("site-a",), "max_sites": 2}
    assert told(**asked, service=("3d=0.5", "5d=0.6")) == (
        "site-a locked open",
        "site-b locked closed",
        "at most 2 sites",
        "at least 50% of the orders within 3 days",
        "at least 60% of the orders within 5 days",
    )


def test_the_audit_compares_the_conditions_of_a_run(tmp_path: Path) -> None:
    write_run_data(optimize(load("toy", "toy", opened=("site-a",), max_sites=1)), tmp_path)
    assert verify(tmp_path).clean
    path = tmp_path / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    assert summary["conditions"] == ["site-a locked open", "at most 1 site"]
    for claim in ([], ["at most 1 site"], ["site-a locked open", "at most 2 sites"], None):
        path.write_text(json.dumps(summary | {"conditions": claim}), encoding="utf-8")
        seal(tmp_path)
        faults = verify(tmp_path).faults
        assert len(faults) == 1
        assert faults[0].startswith("summary.json, conditions:")


def test_the_audit_compares_the_reasons_of_a_run(tmp_path: Path) -> None:
    write_run_data(optimize(load("toy", "toy", channels=("local",))), tmp_path)
    path = tmp_path / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    assert verify(tmp_path).clean
    for claim in ({}, {"capacity": 450.0}, {"not_stocked": 300.0, "capacity": 151.0}):
        path.write_text(json.dumps(summary | {"unserved_reasons": claim}), encoding="utf-8")
        seal(tmp_path)
        assert all("unserved_reasons" in fault for fault in verify(tmp_path).faults)
        assert verify(tmp_path).faults
