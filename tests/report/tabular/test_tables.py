from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fulfill.report.tabular.tables import arcs
from fulfill.study.outputs import ARCS, EXACT_TABLES
from fulfill.study.run import Run


@pytest.mark.parametrize("name", EXACT_TABLES)
def test_a_table_has_the_exact_values_rounded(run: Path, planned: Run, name: str) -> None:
    exact, declared = getattr(planned.plan, name), EXACT_TABLES[name]
    found = pd.read_csv(run / f"{name}.csv", dtype=str, keep_default_na=False)
    assert list(found) == list(exact)
    for column in exact:
        if not declared.is_number(column):
            assert found[column].tolist() == exact[column].tolist()
            continue
        read = found[column].replace("", "nan").astype(float).to_numpy()
        decimals = declared.figure(column).decimals
        np.testing.assert_allclose(read, exact[column], rtol=1e-14, atol=0.50001 * 10**-decimals)
        digits = [len(cell.partition(".")[2]) for cell in found[column]]
        assert max(digits, default=0) <= decimals


@pytest.mark.parametrize("column", ["orders", "dispatched"])
def test_rounded_flows_still_add_up(run: Path, planned: Run, column: str) -> None:
    read, exact = pd.read_csv(run / "flows.csv"), planned.flows
    total = read.groupby("leg")[column].sum()
    assert (total - exact.groupby("leg")[column].sum()).abs().max() <= 0.0005 * len(exact)


@pytest.mark.parametrize("name", [*EXACT_TABLES, "arcs"])
def test_a_table_is_plain_text_with_line_feeds(run: Path, name: str) -> None:
    content = (run / f"{name}.csv").read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    content.decode("utf-8")


def test_the_parts_of_the_cost_add_up_to_the_contribution(run: Path, planned: Run) -> None:
    costs = pd.read_csv(run / "costs.csv")
    assert -costs["usd_year"].sum() == pytest.approx(planned.plan.kpis["contribution_usd"])


def test_arcs_hold_every_order_once(run: Path, planned: Run) -> None:
    table = pd.read_csv(run / "arcs.csv")
    assert tuple(table.columns) == ARCS.keys
    by_leg = planned.plan.flows.groupby("leg")["orders"].sum()
    pd.testing.assert_series_equal(
        table.groupby("leg")["orders_year"].sum(), by_leg, check_names=False, check_dtype=False
    )
    assert not table.duplicated(["start_name", "end_name", "leg", "channel"]).any()
    assert table.notna().all().all()


def test_mail_starts_at_the_chinese_origin(planned: Run) -> None:
    table = arcs(planned.plan, planned.problem)
    mail = table[table["channel"] == "direct_mail"]
    origin = planned.problem.network["origins"].iloc[0]
    assert len(mail) == 3
    assert (mail[["start_lat", "start_lon"]] == origin[["lat", "lon"]].tolist()).all().all()


def test_the_lead_time_of_an_arc_is_the_mean_of_its_orders(planned: Run) -> None:
    flows = planned.plan.flows[planned.plan.flows["leg"] == "outbound"]
    table = arcs(planned.plan, planned.problem)
    table = table[table["leg"] == "outbound"]
    expected = (flows["orders"] * flows["lead_time_days"]).sum()
    assert (table["orders_year"] * table["lead_time_days"]).sum() == pytest.approx(expected)
