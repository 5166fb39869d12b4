from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fulfill.report.tabular.tables import arcs
from fulfill.study.outputs import ARCS
from fulfill.study.run import Run
from fulfill.study.run_folder import TABLES


@pytest.mark.parametrize("name", TABLES)
def test_a_table_reads_back_as_it_was(run: Path, planned: Run, name: str) -> None:
    table = getattr(planned.plan, name)
    found = pd.read_csv(
        run / f"{name}.csv",
        keep_default_na=False,
        na_values={c: [""] for c in table.select_dtypes("number")},
    )
    pd.testing.assert_frame_equal(found, table, check_dtype=False, rtol=1e-8)


@pytest.mark.parametrize("name", [*TABLES, "arcs"])
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
