from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfill.analysis.compare.break_even import break_evens
from fulfill.analysis.compare.comparison import MODES, Comparison, compare, on_dates, summary
from fulfill.analysis.compare.unit_economics import (
    OpenAssortment,
    margin,
    mean_unit_economics,
)
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import Override
from fulfill.model.decisions import INFEASIBLE
from fulfill.report.html.comparison_page import page
from fulfill.study.optimize import optimize
from fulfill.study.run import PricedModel, Run, build_model
from fulfill.study.run_folder import FORMAT
from fulfill.study.study import Study, load

BEFORE, AFTER = date(2025, 8, 14), date(2025, 8, 15)
DIRECT_BEFORE, DIRECT_AFTER = 3200 * 9.60, 3200 * 12.50
"""By mail an order costs 3 + 6 carrier, 5 goods, q x 20 tax, and earns 23.20; the constant is 20 -
5. So 9 + 5 + 3.80 - 23.20 + 15 = 9.60 at 19 %, and 12.50 at 33.5 %, less than the 16.00 of an order
not served."""
LOCAL = 2280 * 6.922 + 320 * 8.922 + 100 * 6.922 + 50 * 7.922 + 450 * 16.0 + 8000.0
"""Local only: site A ships all shirts of normal days (zone 3 farther) and 150 in the peak, 50 of
them in overtime; 150 shirts and 300 gadgets stay unserved; a site costs 7,000 and shirts' entry
1,000. A shirt costs freight 1.50, port 0.10, duty 25.8 % of 9, handling 1, carrier 2, and earns 20
- 5 as the constant does."""
MIXED_AFTER = 33350.50
SHIRT_LOCAL = 20 - 5 - 1.5 - 0.1 - 0.258 * 9 - 1 - (2500 * 2 + 400 * 4) / 2900
"""What the mean shirt from site A is worth: 7.802 USD."""
GADGET_LOCAL = 20 - 5 - 1.5 - 0.1 - 0.108 * 9 - 1 - (2 + 2 + 4) / 3
BY_MAIL = 23.2 - 9 - 5 - 0.335 * 20


def toy(as_of: date | None = None, **asked: object) -> Study:
    return load("toy", "toy", as_of=as_of, gap=0.0, **asked)


def changed(
    study: Study, parameters: dict[str, float] | None = None, **products: list[float]
) -> Study:
    """Return the study with other figures and other columns in its products table."""
    names = study.problem.products
    cells = [
        Override("network", "products", (name,), column, str(value))
        for column, values in products.items()
        for name, value in zip(names, values, strict=True)
    ]
    return study.with_(overrides=cells).with_parameters(**(parameters or {}))


def with_site_a(study: Study) -> tuple[PricedModel, OpenAssortment]:
    """The toy priced, with site A open and no product assigned."""
    model = build_model(study.planned_problem(), study.options)
    return model, OpenAssortment(np.array([0, -1]), np.zeros((2, 2), bool))


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(toy(), [AFTER, BEFORE])


@pytest.fixture(scope="module")
def modes(comparison: Comparison) -> pd.DataFrame:
    return comparison.modes.set_index(["as_of", "mode"])


def test_the_toy_costs_what_paper_says(modes: pd.DataFrame) -> None:
    cost = modes.pivot_table("objective", "as_of", "mode")
    assert cost.loc["2025-08-14"].to_dict() == pytest.approx(
        {"direct_only": DIRECT_BEFORE, "local_only": LOCAL, "mixed": DIRECT_BEFORE}
    )
    assert cost.loc["2025-08-15"].to_dict() == pytest.approx(
        {"direct_only": DIRECT_AFTER, "local_only": LOCAL, "mixed": MIXED_AFTER}
    )
    assert modes.loc[("2025-08-15", "direct_only"), "contribution_usd"] == pytest.approx(
        3200 * 2.50
    )


def test_the_mix_is_never_worse(modes: pd.DataFrame) -> None:
    cost = modes.pivot_table("objective", "as_of", "mode")
    assert (cost["mixed"] <= cost[["direct_only", "local_only"]].min(axis=1) * (1 + 1e-9)).all()
    assert (modes["bound"] <= modes["objective"] + 1e-6).all()


def test_a_higher_courier_rate_moves_orders_from_mail_to_stock(modes: pd.DataFrame) -> None:
    share = modes.xs("mixed", level="mode")["share_direct_mail"]
    assert share["2025-08-14"] == pytest.approx(1.0)
    assert share["2025-08-15"] == pytest.approx(450 / 3200)


def test_shares_add_up_and_products_add_up_to_the_plan(
    comparison: Comparison, modes: pd.DataFrame
) -> None:
    for table in (comparison.modes, comparison.products, comparison.zone_classes):
        assert table.filter(like="share_").drop(
            columns=["share_within_3_days", "share_within_5_days"], errors="ignore"
        ).sum(axis=1).to_numpy() == pytest.approx(1.0)
    for table in (comparison.products, comparison.zone_classes):
        mailed = (
            (table["orders"] * table["share_direct_mail"])
            .groupby([table["as_of"], table["mode"]])
            .sum()
        )
        wanted = modes["orders"] * modes["share_direct_mail"]
        assert mailed.to_dict() == pytest.approx(wanted.to_dict())


def test_zone_classes_agree_with_the_plan(comparison: Comparison, modes: pd.DataFrame) -> None:
    classes = comparison.zone_classes.set_index(["as_of", "mode"])  # the toy has one class
    for ours, theirs in (
        ("lead_time_days", "lead_time_days_mean"),
        ("share_within_3_days",) * 2,
        ("cancellation_rate",) * 2,
    ):
        assert classes[ours].to_dict() == pytest.approx(modes[theirs].to_dict())


def test_unit_economics_by_product(comparison: Comparison) -> None:
    rows = comparison.products.set_index(["as_of", "mode", "product"]).loc[("2025-08-15", "mixed")]
    assert rows["mail_usd_per_order"].tolist() == pytest.approx([BY_MAIL, BY_MAIL])
    assert rows["local_usd_per_order"].tolist() == pytest.approx([SHIRT_LOCAL, GADGET_LOCAL])
    assert rows["local_entry_usd_per_order"].tolist() == pytest.approx([1000 / 2900, 11000 / 300])
    assert rows["winner"].tolist() == ["local", "direct_mail"]
    direct = comparison.products.query("mode == 'direct_only'")
    assert direct["mail_usd_per_order"].notna().all()
    assert direct["local_usd_per_order"].isna().all()


def test_break_even_volume_duty_and_value_ratio_of_the_toy(comparison: Comparison) -> None:
    rows = comparison.break_even.set_index(["as_of", "product"])
    after, before = rows.loc["2025-08-15"], rows.loc["2025-08-14"]
    assert after["break_even_orders_year"].tolist() == pytest.approx(
        [1000 / (SHIRT_LOCAL - BY_MAIL), 11000 / (GADGET_LOCAL - BY_MAIL)]
    )
    assert before.loc["shirt", "break_even_orders_year"] == pytest.approx(
        1000 / (SHIRT_LOCAL - 5.4)
    )
    assert after["sites_of"].tolist() == ["mixed", "mixed"]
    assert before["sites_of"].tolist() == ["local_only", "local_only"]  # the mix opens no site
    gain = SHIRT_LOCAL - 1000 / 2900 - BY_MAIL
    assert after.loc["shirt", "break_even_duty_rate"] == pytest.approx(0.25 + gain / 9, abs=1e-5)
    assert np.isnan(
        after.loc["gadget", "break_even_duty_rate"]
    )  # its entry costs more than any duty
    assert after["break_even_value_ratio"].tolist() == pytest.approx([0.175 / 0.258, 0.175 / 0.108])
    assert after["value_ratio"].tolist() == pytest.approx([0.4, 0.4])


def test_break_even_price_by_hand() -> None:
    # Gadgets at 20 USD a label: entry 0.2 x (5,000 + 500 x 20) = 3,000, 10 an order. From stock an
    # order is worth C / 1.16 less its costs, by mail C (1 - 0.335 / 1.16) - 14.
    problem = changed(toy(), certification_usd_sku=[0.0, 20.0])
    rows = break_evens(*with_site_a(problem), "MX").set_index("product")
    costs = 20 - GADGET_LOCAL + 10
    assert rows.loc["gadget", "break_even_price_usd"] == pytest.approx(
        (costs - 14) / (0.335 / 1.16 - 0.16 / 1.16), rel=1e-5
    )
    assert np.isnan(rows.loc["shirt", "break_even_price_usd"])  # stock wins at every price


def test_break_even_volume_with_safety_stock_lies_on_the_curve() -> None:
    problem = changed(toy(), {"holding_rate": 0.3}, demand_cv=[2.0, 0.0])
    priced, stocking = with_site_a(problem)
    row = break_evens(priced, stocking, "MX").set_index("product").loc["shirt"]
    volume = row["break_even_orders_year"]
    share = volume / 2900
    alone, common = (
        getattr(priced.economics.safety, name)[0, 0] for name in ("alone_usd2", "common_usd2")
    )
    safety = np.sqrt(alone * share + common * share**2)
    assert row["safety_usd_year"] == pytest.approx(np.sqrt(alone + common))
    assert (row["local_usd_per_order"] - row["mail_usd_per_order"]) * volume == pytest.approx(
        1000 + safety
    )


def test_stock_that_is_worth_less_than_mail_never_breaks_even() -> None:
    problem = changed(toy(BEFORE), transfer_value_usd=[23.2, 23.2])
    rows = break_evens(*with_site_a(problem), "MX").set_index("product")
    assert rows.loc["shirt", "break_even_orders_year"] == np.inf
    assert rows.loc["shirt", "winner"] == "direct_mail"
    free = changed(toy(), {"importer_setup_usd": 0.0}, certification_usd_sku=[0.0, 0.0])
    assert break_evens(*with_site_a(free), "MX")["break_even_orders_year"].tolist() == [0.0, 0.0]


def test_without_sites_or_mail_there_is_nothing_to_compare() -> None:
    problem = toy()
    priced, stocking = with_site_a(problem)
    closed = OpenAssortment(np.array([-1, -1]), stocking.stocked)
    rows = break_evens(priced, closed, "MX")
    assert (
        rows[["break_even_orders_year", "break_even_price_usd", "break_even_duty_rate"]]
        .isna()
        .all(axis=None)
    )
    assert rows["mail_usd_per_order"].tolist() == pytest.approx([BY_MAIL, BY_MAIL])
    mailless = with_site_a(problem.with_(channels=("local",)))
    assert break_evens(*mailless, "MX")["winner"].tolist() == ["", ""]


def test_a_stocked_product_comes_from_the_sites_that_stock_it() -> None:
    priced, stocking = with_site_a(toy())
    both = OpenAssortment(np.array([0, 0]), np.array([[False, False], [True, False]]))
    mean = mean_unit_economics(priced, both, np.ones(3, bool))
    assert mean.drawn.sum(axis=2)[:, 0].tolist() == pytest.approx([0.0, 1.0])
    assert mean.drawn[0].sum(axis=1)[1] > 0  # gadgets are free to come from A
    assert (
        margin(priced, mean).local[0]
        < margin(priced, mean_unit_economics(priced, stocking, np.ones(3, bool))).local[0]
    )


def test_without_orders_no_share_of_them_is_reached() -> None:
    mean = mean_unit_economics(*with_site_a(toy()), np.zeros(3, bool))
    assert mean.orders.tolist() == [0, 0]
    assert np.isnan(mean.reach).all()


def test_a_poor_search_takes_the_restricted_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def poor(study: Study, progress: object = None) -> Run:
        channels = study.problem.channels
        return optimize(study.with_(channels=("local",) if len(channels) == 4 else channels))

    monkeypatch.setattr("fulfill.analysis.compare.comparison.optimize", poor)
    found = compare(toy(BEFORE))
    row = found.modes.set_index("mode").loc["mixed"]
    assert row["taken_from"] == "direct_only"
    assert row["objective"] == pytest.approx(DIRECT_BEFORE)
    assert "no better plan than the direct-only one" in page(found)


def test_locked_sites_are_left_out_of_direct_only() -> None:
    found = compare(toy(BEFORE, opened=("site-b",))).modes.set_index("mode")
    assert found.loc["direct_only", "objective"] == pytest.approx(DIRECT_BEFORE)
    assert found.loc["mixed", "taken_from"] == "mixed"
    assert found.loc["mixed", "n_sites"] == 1


def test_a_service_level_that_mail_cannot_reach_is_an_answer() -> None:
    found = compare(toy(service="3d=0.7"))
    rows = found.modes.set_index("mode")
    assert rows.loc["direct_only", "status"] == INFEASIBLE
    assert np.isnan(rows.loc["direct_only", "objective"])
    assert rows.loc["mixed", "share_within_3_days"] >= 0.7 - 1e-9
    assert summary(found)["dates"]["2026-11-01"]["direct_only"]["objective"] is None
    assert "<table>" in page(found)


def test_a_mode_without_channels_is_left_out() -> None:
    found = compare(toy(channels=("direct_mail",)))
    assert found.modes["mode"].tolist() == ["direct_only", "mixed"]
    assert found.modes["objective"].tolist() == pytest.approx([DIRECT_AFTER] * 2)


def test_faults_of_all_dates_come_together() -> None:
    with pytest.raises(InputError) as caught:
        on_dates(toy(), [date(2020, 1, 1), date(2021, 1, 1), AFTER])
    assert {
        day for day in ("2020-01-01", "2021-01-01", str(AFTER)) if day in str(caught.value)
    } == {
        "2020-01-01",
        "2021-01-01",
    }


@pytest.mark.slow
@settings(max_examples=2, deadline=None)
@given(st.floats(0.0, 3.0), st.floats(1.0, 2.0))
def test_a_higher_courier_rate_never_makes_direct_only_cheaper(start: float, factor: float) -> None:
    study = toy(channels=("direct_mail",))
    rows = study.problem.network["tariffs"]
    courier = rows[rows["entry_kind"] == "courier"]
    cost = []
    for scale in (start, start * factor):
        scaled = study.with_(
            overrides=[
                Override("network", "tariffs", (name,), "rate", repr(rate * scale))
                for name, rate in zip(courier["rule_id"], courier["rate"].tolist(), strict=True)
            ]
        )
        cost.append(optimize(scaled).outcome.objective)
    assert cost[1] >= cost[0] - 1e-6
    assert cost[1] <= 3200 * 16.0 + 1e-6  # left unserved at the worst


def test_the_command_prints_json_and_writes_the_folder(tmp_path: Path) -> None:
    out = tmp_path / "cmp"
    wanted = ["compare", "--network", "toy", "--demand", "toy", "--gap", "0", "--out", str(out)]
    dates = ["--as-of", "2025-08-15", "--as-of", "2025-08-14"]
    ran = CliRunner().invoke(main, [*wanted, *dates, "--json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.stderr
    printed = json.loads(ran.stdout)
    assert list(printed["dates"]) == ["2025-08-14", "2025-08-15"]
    assert set(printed["dates"]["2025-08-15"]) == set(MODES)
    assert printed["dates"]["2025-08-15"]["mixed"]["objective"] == pytest.approx(MIXED_AFTER)
    written = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert written == {"format_version": FORMAT, **printed}
    files = {
        "summary.json",
        "manifest.json",
        "comparison.html",
        "modes.csv",
        "products.csv",
        "zone_classes.csv",
        "break_even.csv",
    }
    assert {path.name for path in out.iterdir()} == files
    assert len(pd.read_csv(out / "modes.csv")) == 6
    text = (out / "comparison.html").read_text(encoding="utf-8")
    assert " src=" not in text.split("<body>")[0].split("<script")[0]
    assert "33,350" in text
    again = CliRunner().invoke(main, [*wanted, *dates])
    assert again.exit_code == 1
    assert "--overwrite" in again.stderr
    table = CliRunner().invoke(main, [*wanted, "--overwrite"], catch_exceptions=False)
    assert table.exit_code == 0
    assert "33,350" in table.stdout
    assert "rules of 2026-11-01" in table.stdout


def test_a_date_in_the_wrong_form_is_an_input_fault(tmp_path: Path) -> None:
    ran = CliRunner().invoke(
        main,
        [
            "compare",
            "--network",
            "toy",
            "--demand",
            "toy",
            "--as-of",
            "1/6/2024",
            "--out",
            str(tmp_path / "x"),
        ],
    )
    assert ran.exit_code == 1
    assert "F203" in ran.stderr
    assert not list(tmp_path.iterdir())
