"""A plan's tables turned back into the decisions that they came from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from conftest import study_of
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.study.optimize import optimize
from fulfill.study.run import Run
from fulfill.study.run_reader import read_decisions


@pytest.fixture(scope="module")
def planned(toy_problem: Problem) -> Run:
    return optimize(study_of(toy_problem, gap=0.0))


def flow_sums(plan: Decisions) -> dict[tuple[int, int, int], float]:
    keys = zip(plan.lane.tolist(), plan.product.tolist(), plan.period.tolist(), strict=True)
    return {key: value for key, value in zip(keys, plan.orders.tolist(), strict=True) if value > 0}


def read(run: Run, **changed: pd.DataFrame) -> Decisions:
    """Read the decisions of a plan, some of whose tables were changed."""
    tables = {"sites": run.sites, "flows": run.flows} | changed
    return read_decisions(tables["sites"], tables["flows"], run.instance, run.economics)


def test_decisions_read_back_as_they_were(planned: Run) -> None:
    plan = planned.decisions
    assert plan is not None
    found = read(planned)
    assert (found.opened == plan.opened).all()
    assert (found.stocked == plan.stocked).all()
    assert flow_sums(found) == pytest.approx(flow_sums(plan), rel=1e-14)
    np.testing.assert_allclose(found.inbound, plan.inbound, rtol=1e-14, atol=1e-9)


def test_goods_of_both_origins_come_back_to_one_lane(planned: Run) -> None:
    flows = planned.flows.copy()
    row = flows[(flows["leg"] == "outbound") & (flows["channel"] == "local")].index[0]
    near = flows.loc[[row]].assign(channel="nearshore", orders=0.25 * flows.loc[row, "orders"])
    flows.loc[row, "orders"] *= 0.75
    assert planned.decisions is not None
    found = read(planned, flows=pd.concat([flows, near]))
    assert flow_sums(found) == pytest.approx(flow_sums(planned.decisions), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "column", "value", "words"),
    [
        ("sites", "site_id", "moon", "tables.npz, row 2, column sites.site_id, value 'moon'"),
        ("sites", "size", "M", "row 2, column sites.size, value 'M'"),
        ("flows", "product", "skirt", "row 3, column flows.product, value 'skirt'"),
        ("flows", "period", "never", "row 3, column flows.period, value 'never'"),
        ("flows", "channel", "pigeon", "row 3, .*/ pigeon /.*have no such lane or route"),
        ("flows", "orders", np.nan, "row 3, column flows.orders.*no number of orders"),
        ("flows", "orders", np.inf, "row 3, column flows.orders.*no number of orders"),
    ],
)
def test_what_the_inputs_do_not_know_is_refused(
    planned: Run, name: str, column: str, value: object, words: str
) -> None:
    table = getattr(planned, name).copy()
    table.loc[0 if name == "sites" else 1, column] = value
    with pytest.raises(InputError, match=f"F311 .*{words}"):
        read(planned, **{name: table})
