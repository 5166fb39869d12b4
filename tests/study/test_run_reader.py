"""A run's tables turned back into the decisions that they came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import study_of
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.run_folder import write_run_data
from fulfill.study.run_reader import read_decisions, read_table


@pytest.fixture(scope="module")
def planned(toy_problem: Problem) -> Run:
    return optimize(study_of(toy_problem, gap=0.0))


@pytest.fixture
def folder(planned: Run, tmp_path: Path) -> Path:
    write_run_data(planned, tmp_path)
    return tmp_path


def flow_sums(plan: Decisions) -> dict[tuple[int, int, int], float]:
    keys = zip(plan.lane.tolist(), plan.product.tolist(), plan.period.tolist(), strict=True)
    return {key: value for key, value in zip(keys, plan.orders.tolist(), strict=True) if value > 0}


def test_decisions_read_back_as_they_were(planned: Run, folder: Path) -> None:
    plan = planned.decisions
    assert plan is not None
    read = read_decisions(folder, planned.instance, planned.economics)
    assert (read.opened == plan.opened).all()
    assert (read.stocked == plan.stocked).all()
    assert flow_sums(read) == pytest.approx(flow_sums(plan), rel=1e-14)
    np.testing.assert_allclose(read.inbound, plan.inbound, rtol=1e-14, atol=1e-9)


def test_goods_of_both_origins_come_back_to_one_lane(planned: Run, folder: Path) -> None:
    flows = pd.read_csv(folder / "flows.csv", keep_default_na=False)
    row = flows[(flows["leg"] == "outbound") & (flows["channel"] == "local")].index[0]
    near = flows.loc[[row]].assign(channel="nearshore", orders=0.25 * flows.loc[row, "orders"])
    flows.loc[row, "orders"] *= 0.75
    pd.concat([flows, near]).to_csv(folder / "flows.csv", index=False)
    assert planned.decisions is not None
    read = read_decisions(folder, planned.instance, planned.economics)
    assert flow_sums(read) == pytest.approx(flow_sums(planned.decisions), rel=1e-12)


@pytest.mark.parametrize(
    ("file", "edit", "words"),
    [
        (
            "sites",
            lambda text: text.replace("site-a", "site-x"),
            "sites.csv, row 2, column site_id, value 'site-x'",
        ),
        ("sites", lambda text: text.replace(",size,", ",length,"), "F311 sites.csv.*it lacks size"),
        ("flows", lambda text: text.replace("leg,", "way,", 1), "F311 flows.csv.*it lacks leg"),
        (
            "flows",
            lambda text: text.replace("shirt", "skirt", 1),
            "flows.csv, row 2, column product, value 'skirt'",
        ),
        (
            "flows",
            lambda text: text.replace("direct_mail", "pigeon", 1),
            "/ pigeon /.*have no such lane or route",
        ),
        ("flows", lambda text: "", "F311 flows.csv"),
        (
            "flows",
            lambda text: text.replace(",orders,", ",order,", 1),
            "F311 flows.csv.*it lacks orders",
        ),
    ],
)
def test_what_the_inputs_do_not_know_is_refused(
    planned: Run, folder: Path, file: str, edit: Callable[[str], str], words: str
) -> None:
    path = folder / f"{file}.csv"
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_decisions(folder, planned.instance, planned.economics)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"F101 flows\.csv"):
        read_table(tmp_path, "flows")


def test_a_cell_that_is_no_number_is_refused(planned: Run, folder: Path) -> None:
    flows = pd.read_csv(folder / "flows.csv", dtype=str, keep_default_na=False)
    flows.loc[0, "orders"] = "many"
    flows.to_csv(folder / "flows.csv", index=False)
    with pytest.raises(InputError, match=r"F311 flows.csv, column orders.*many"):
        read_decisions(folder, planned.instance, planned.economics)
