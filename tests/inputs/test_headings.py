"""Rates of tariff classes from their headings: means, layers, exemptions, dates and faults."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from conftest import TOY_NETWORK, Folders
from fulfill.cli.main import main
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.headings import with_class_rates
from fulfill.inputs.network import read_network
from fulfill.inputs.problem import Problem
from fulfill.inputs.schema import HEADING_RATES, NETWORK_TABLES, TARIFF_HEADINGS
from fulfill.inputs.tables import empty
from fulfill.inputs.tariffs import regime_on

HEADINGS, RATES = "network/tariff_headings.csv", "network/heading_rates.csv"
TARIFFS = "network/tariffs.csv"
CITED = "made up,2026,estimate"
APPAREL_ROW = 4
"""Row of the toy's tariffs.csv for formal entry of apparel into Mexico, 2024 and after, 25 %."""


def headings(*rows: str) -> str:
    head = "tariff_class,heading,name,weight,source,source_date,status,range"
    return "\n".join([head, *(f"{row},{CITED}," for row in rows)])


def rates(*rows: str) -> str:
    """Rows of id, group, heading, duty, from, to, rate and range, all into Mexico."""
    head = (
        "rate_id,destination,origin_group,heading,duty,valid_from,valid_to,rate,"
        "source,source_date,status,range"
    )
    body = []
    for row in rows:
        name, *cells, stated = row.split(",")
        body.append(",".join([name, "MX", *cells, CITED, stated]))
    return "\n".join([head, *body])


SHIRTS = headings("apparel,610910,T-shirts,3", "apparel,610990,Other,1")
BASE = (
    "a,any,610910,base,2024-01-01,,0.2,",
    "b,any,610990,base,2024-01-01,,0.32,",
)


@pytest.fixture
def classed(toy: Folders) -> Folders:
    """The toy with apparel of two headings: 20 % at three quarters of the value, 32 % at one."""
    toy.set(TARIFFS, APPAREL_ROW, "rate", "headings")
    toy.write(HEADINGS, SHIRTS)
    toy.write(RATES, rates(*BASE))
    return toy


def rule(folders: Folders, day: str, group: str = "CN") -> tuple[float, str]:
    """Return rate and stated range of bulk entry of apparel on a day."""
    regime = folders.problem(as_of=date.fromisoformat(day)).regime
    duty = regime.find("MX", "formal", group, "apparel", 8.0)
    assert duty is not None
    row = regime.rows.set_index("rule_id").loc[duty.rule_id]
    return duty.rate, str(row["range"])


def faults(folders: Folders) -> list[tuple[str, str, int, str, str]]:
    return [
        (fault.code, fault.file, fault.row, fault.column, fault.value) for fault in folders.faults()
    ]


def detail(folders: Folders, code: str) -> str:
    found: Fault = next(fault for fault in folders.faults() if fault.code == code)
    return found.detail


def test_a_class_pays_the_weighted_mean_within_the_extremes(classed: Folders) -> None:
    rate, stated = rule(classed, "2026-01-01")
    assert rate == pytest.approx(0.75 * 0.2 + 0.25 * 0.32)
    assert stated == "rate=0.2..0.32"
    assert not any(code.startswith("F") for code, *_ in faults(classed))


def test_the_range_of_a_heading_widens_that_of_the_class(classed: Folders) -> None:
    classed.write(RATES, rates(BASE[0] + "rate=0.1..0.25", BASE[1]))
    assert rule(classed, "2026-01-01") == (pytest.approx(0.23), "rate=0.1..0.32")


def test_duties_add_up_and_a_named_heading_is_exempt(classed: Folders) -> None:
    more = (
        "c,CN,any,labour,2024-01-01,,0.1,",  # on all goods of China
        "d,any,610990,labour,2024-01-01,,0,",  # none on this heading, whatever the group
        "e,CN,610990,metal,2024-01-01,,0.25,",
    )
    classed.write(RATES, rates(*BASE, *more))
    assert rule(classed, "2026-01-01")[0] == pytest.approx(0.23)  # the row is for any group
    classed.set(TARIFFS, APPAREL_ROW, "origin_group", "CN")
    rate, stated = rule(classed, "2026-01-01")
    assert rate == pytest.approx(0.75 * (0.2 + 0.1) + 0.25 * (0.32 + 0.25))
    assert stated == "rate=0.3..0.57"


def test_a_named_group_takes_precedence_over_any(classed: Folders) -> None:
    classed.set(TARIFFS, APPAREL_ROW, "origin_group", "CN")
    classed.write(RATES, rates(*BASE, "c,CN,610910,base,2024-01-01,,0.4,"))
    assert rule(classed, "2026-01-01")[0] == pytest.approx(0.75 * 0.4 + 0.25 * 0.32)


def test_the_row_is_split_where_a_duty_begins_or_ends(classed: Folders) -> None:
    classed.write(RATES, rates(*BASE, "c,any,any,extra,2026-03-01,2026-06-30,0.1,"))
    days = ["2026-02-28", "2026-03-01", "2026-06-30", "2026-07-01"]
    assert [rule(classed, day)[0] for day in days] == pytest.approx([0.23, 0.33, 0.33, 0.23])
    rows = read_network(classed.network)["tariffs"]
    mine = rows[rows["rule_id"].str.startswith("formal-apparel")]
    assert mine["rule_id"].tolist() == [
        "formal-apparel-2024-01-01",
        "formal-apparel-2026-03-01",
        "formal-apparel-2026-07-01",
    ]
    assert mine["valid_to"].isna().tolist() == [False, False, True]


def test_other_rows_stay_as_they_are_written(classed: Folders) -> None:
    network = read_network(classed.network)
    typed = network.written["tariffs"]
    others = typed["rule_id"] != "formal-apparel"
    assert network["tariffs"].dtypes.equals(typed.dtypes)
    pd.testing.assert_frame_equal(
        network["tariffs"][others.to_numpy()], typed[others], check_like=False
    )


def test_a_courier_row_keeps_the_range_of_its_other_figures(classed: Folders) -> None:
    classed.set(TARIFFS, APPAREL_ROW, "entry_kind", "courier")
    classed.set(TARIFFS, APPAREL_ROW, "range", "fixed_usd=0..3")
    rows = read_network(classed.network)["tariffs"].set_index("rule_id")
    assert rows.loc["formal-apparel", "range"] == "rate=0.2..0.32; fixed_usd=0..3"


def test_an_assumption_from_headings_needs_no_range_of_its_own(classed: Folders) -> None:
    classed.set(TARIFFS, APPAREL_ROW, "status", "assumption")
    assert not any(code.startswith("F") for code, *_ in faults(classed))


def test_the_class_is_found_whatever_its_spelling(classed: Folders) -> None:
    classed.write(HEADINGS, SHIRTS.replace("apparel", "APPAREL"))
    assert rule(classed, "2026-01-01")[0] == pytest.approx(0.23)


@pytest.mark.parametrize(
    ("changed", "mean"),
    [
        ("network/heading_rates[b].rate=0.4", 0.25),
        ("network/tariff_headings[apparel,610990].weight=3", 0.26),
        ("network/tariffs[formal-apparel].rate=0.5", 0.5),
        ("network/heading_rates[a].valid_from=2023-01-01", 0.23),
    ],
)
def test_overrides_of_headings_change_the_class(
    classed: Folders, changed: str, mean: float
) -> None:
    regime = classed.study(overrides=[changed]).problem.regime
    duty = regime.find("MX", "formal", "CN", "apparel", 8.0)
    assert duty is not None
    assert duty.rate == pytest.approx(mean)


def test_an_override_may_take_the_rate_from_headings(classed: Folders) -> None:
    classed.set(TARIFFS, APPAREL_ROW, "rate", "0.25")
    study = classed.study(overrides=["network/tariffs[formal-apparel].rate=headings"])
    duty = study.problem.regime.find("MX", "formal", "CN", "apparel", 8.0)
    assert duty is not None
    assert duty.rate == pytest.approx(0.23)


def test_a_class_without_headings_is_refused(toy: Folders) -> None:
    toy.set(TARIFFS, APPAREL_ROW, "rate", "headings")
    wanted = [("F351", TARIFFS, APPAREL_ROW, "tariff_class", "apparel")]
    assert faults(toy) == wanted
    toy.write(HEADINGS, headings("electronics,851713,Phones,1"))
    assert faults(toy) == wanted
    toy.write(HEADINGS, headings("apparel,610910,T-shirts,0"))
    assert faults(toy) == wanted
    with pytest.raises(InputError, match="F351"):
        toy.problem()


def test_a_heading_without_a_base_duty_is_refused_not_free(classed: Folders) -> None:
    classed.write(RATES, rates(BASE[0], "b,any,610990,extra,2024-01-01,,0.32,"))
    assert faults(classed) == [("F351", TARIFFS, APPAREL_ROW, "rate", "610990")]
    assert "from 2024-01-01: no base duty" in detail(classed, "F351")


def test_days_without_a_base_duty_are_named(classed: Folders) -> None:
    rows = [BASE[0].replace("2024-01-01,,", "2024-01-01,2025-12-31,"), BASE[1]]
    classed.write(RATES, rates(*rows, "c,any,610910,base,2026-02-01,,0.2,"))
    assert faults(classed) == [("F351", TARIFFS, APPAREL_ROW, "rate", "610910")]
    assert "from 2026-01-01 to 2026-01-31" in detail(classed, "F351")


def test_a_base_duty_of_another_country_or_group_does_not_count(classed: Folders) -> None:
    classed.write(RATES, rates(BASE[0], BASE[1].replace("any,610990", "USMCA,610990")))
    assert faults(classed) == [("F351", TARIFFS, APPAREL_ROW, "rate", "610990")]


def test_contradictions_among_duties_come_at_once(classed: Folders) -> None:
    rows = (
        *BASE,
        "c,any,610910,base,2026-01-01,,0.3,",  # overlaps a
        "d,any,999999,base,2024-01-01,,0.3,",  # no such heading
        "e,any,610910,extra,2026-01-01,2025-01-01,0.3,",  # ends before it begins
    )
    classed.write(RATES, rates(*rows))
    classed.set(TARIFFS, APPAREL_ROW, "range", "rate=0.1..0.3")
    assert sorted(faults(classed)) == [
        ("F205", RATES, 6, "valid_to", "2025-01-01"),
        ("F208", RATES, 5, "heading", "999999"),
        ("F214", TARIFFS, APPAREL_ROW, "range", "rate=0.1..0.3"),
        ("F303", RATES, 4, "rate_id", "c"),
    ]


def test_an_overlap_with_a_row_before_the_last_one_is_found(classed: Folders) -> None:
    rows = (
        *BASE,
        "c,any,any,extra,2024-01-01,,0.1,",
        "d,any,any,extra,2024-02-01,2024-02-28,0.2,",
        "e,any,any,extra,2026-01-01,,0.3,",
    )
    classed.write(RATES, rates(*rows))
    assert faults(classed) == [
        ("F303", RATES, 5, "rate_id", "d"),
        ("F303", RATES, 6, "rate_id", "e"),
    ]


def test_an_empty_rate_is_still_a_fault(classed: Folders) -> None:
    classed.set(TARIFFS, APPAREL_ROW, "rate", "")
    assert faults(classed) == [("F201", TARIFFS, APPAREL_ROW, "rate", "")]
    classed.set(TARIFFS, APPAREL_ROW, "rate", "heading")
    assert faults(classed) == [("F202", TARIFFS, APPAREL_ROW, "rate", "heading")]


def planned(folders: Folders, out: Path, *more: str) -> float:
    """Plan by the command line, audit the folder by the command line, return the cost."""
    where = ["--network", str(folders.network), "--demand", str(folders.demand)]
    ran = CliRunner().invoke(
        main, ["optimize", *where, "--gap", "0", "--out", str(out), *more], catch_exceptions=False
    )
    assert ran.exit_code == 0, ran.stderr
    checked = CliRunner().invoke(main, ["audit", str(out)], catch_exceptions=False)
    assert checked.exit_code == 0, checked.stderr
    return float(json.loads((out / "summary.json").read_text(encoding="utf-8"))["objective"])


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_a_plan_by_headings_is_that_of_the_same_rate_as_a_number(
    classed: Folders, tmp_path: Path
) -> None:
    by_headings = planned(classed, tmp_path / "one")
    changed = planned(classed, tmp_path / "two", "--set", "network/heading_rates[b].rate=0.4")
    assert changed > by_headings
    classed.set(TARIFFS, APPAREL_ROW, "rate", "0.23")
    assert planned(classed, tmp_path / "three") == pytest.approx(by_headings, abs=1e-9)
    classed.set(TARIFFS, APPAREL_ROW, "rate", "0.25")
    assert planned(classed, tmp_path / "four") == pytest.approx(changed, abs=1e-9)


@pytest.mark.usefixtures("undrawn")
def test_a_run_whose_headings_were_changed_afterwards_is_not_clean(
    classed: Folders, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    planned(classed, out)
    copy = next(out.glob("inputs/**/heading_rates.csv"))
    copy.write_text(copy.read_text(encoding="utf-8").replace("0.32", "0.3"), encoding="utf-8")
    checked = CliRunner().invoke(main, ["audit", str(out)])
    assert checked.exit_code != 0


def test_the_toy_has_no_headings() -> None:
    network = read_network(TOY_NETWORK)
    for table in (TARIFF_HEADINGS, HEADING_RATES):
        assert network[table.name].equals(empty(table))
        assert table in NETWORK_TABLES
    assert network["tariffs"] is network.written["tariffs"]


figures = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=2)


@given(figures, st.lists(st.floats(0.01, 10.0), min_size=2, max_size=2), st.floats(0.1, 10.0))
def test_the_mean_keeps_its_laws(rate: list[float], weight: list[float], scale: float) -> None:
    def mean(rate: list[float], weight: list[float]) -> tuple[float, float, float]:
        tables = dict(TOY.written)
        tariffs = tables["tariffs"]
        tables["tariffs"] = tariffs.assign(
            rate=tariffs["rate"].where(tariffs["rule_id"] != "formal-apparel")
        )
        row = {"source": "", "source_date": "", "status": "estimate", "range": "", "_row": 2}
        names = ["610910", "610990"]
        tables["tariff_headings"] = pd.DataFrame(
            [
                {"tariff_class": "apparel", "heading": name, "name": "", "weight": one, **row}
                for name, one in zip(names, weight, strict=True)
            ]
        )
        window = {"valid_from": pd.Timestamp("2024-01-01"), "valid_to": pd.NaT}
        tables["heading_rates"] = pd.DataFrame(
            [
                {"rate_id": name, "destination": "MX", "origin_group": "any", "heading": name,
                 "duty": "base", "rate": one, **window, **row}
                for name, one in zip(names, rate, strict=True)
            ]
        )  # fmt: skip
        found = with_class_rates(tables)["tariffs"].set_index("rule_id").loc["formal-apparel"]
        low, high = (float(end) for end in found["range"].removeprefix("rate=").split(".."))
        return float(found["rate"]), low, high

    found, low, high = mean(rate, weight)
    assert low <= found <= high
    assert found == pytest.approx(np.average(rate, weights=weight), abs=1e-6)
    assert mean(rate, [scale * one for one in weight])[0] == pytest.approx(found, abs=2e-6)
    assert mean([rate[0], min(1.0, rate[1] + 0.1)], weight)[0] >= found


TOY = read_network(TOY_NETWORK)


def embedded(problem: Problem, day: str, group: str, name: str) -> tuple[float, str]:
    rows = problem.network["tariffs"]
    regime = regime_on(rows, problem.network["entry_fees"], date.fromisoformat(day))
    duty = regime.find("US", "formal", group, name, 10.0)
    assert duty is not None
    return duty.rate, str(rows.set_index("rule_id").loc[duty.rule_id, "range"])


def test_a_class_of_the_embedded_network_by_hand(embedded_problem: Problem) -> None:
    # Appliances of China since 2026-07-24, by share of the value: blenders 26 %, dryers 12, other
    # hair 8, irons 8, microwaves 6, toasters 6 on list 4B (0); coffee makers 14 on 4A (7.5);
    # vacuum cleaners 10 on list 3 (25); the duty of July is 12.5. Grills (10) pay 2.7 and the 25
    # of Section 232 in place of it.
    base = 0.26 * 4.2 + 0.20 * 3.9 + 0.08 * 2.8 + 0.06 * 2 + 0.06 * 5.3 + 0.14 * 3.7 + 0.10 * 2.7
    july = base + 0.14 * 7.5 + 0.10 * 25 + 0.90 * 12.5 + 0.10 * 25
    assert embedded(embedded_problem, "2026-11-01", "CN", "appliance") == (
        pytest.approx(july / 100),
        "rate=0.145..0.375",
    )
    # goods of Mexico that miss the rules of origin: no list of 2018, 10 % in July
    mexican = base + 0.90 * 10 + 0.10 * 25
    assert embedded(embedded_problem, "2026-11-01", "USMCA", "appliance")[0] == pytest.approx(
        mexican / 100
    )


def test_metals_and_phones_are_exempt_from_the_duty_on_all_goods(embedded_problem: Problem) -> None:
    rates = embedded_problem.network["heading_rates"]
    named = rates[(rates["duty"] == "section-301-labour") & (rates["heading"] != "any")]
    assert set(named["heading"]) == {"732393", "847130", "851660", "851713", "851762", "854442"}
    assert (named["rate"] == 0).all()
    metals = rates[rates["duty"] == "section-232"]
    assert set(metals["heading"]) == {"732393", "851660", "854442"}
    assert (metals["rate"] == 0.25).all()


@pytest.mark.parametrize("day", ["2024-01-01", "2025-05-02", "2026-01-01", "2026-11-01"])
def test_every_class_rate_of_the_embedded_network_lies_in_its_range(
    embedded_problem: Problem, day: str
) -> None:
    network = embedded_problem.network
    rows = regime_on(network["tariffs"], network["entry_fees"], date.fromisoformat(day)).rows
    assert rows["rate"].notna().all()
    stated = rows["range"].str.extract(r"rate=([\d.]+)\.\.([\d.]+)").astype(float).dropna()
    assert len(stated) > 14
    rate = rows.loc[stated.index, "rate"]
    assert (stated[0] <= rate).all()
    assert (rate <= stated[1]).all()


def test_heading_rates_say_where_they_come_from_and_how_sure(embedded_problem: Problem) -> None:
    rates = embedded_problem.network["heading_rates"]
    assert rates["source"].str.contains("confidence (?:high|middle|low)").all()
    assert (rates["source_date"] != "").all()
    weights = embedded_problem.network["tariff_headings"]
    assert (weights["status"] == "assumption").all()
    assert weights.groupby("tariff_class")["weight"].sum().tolist() == pytest.approx([1.0] * 7)


def test_goods_of_the_treaty_owe_the_duty_on_metals(embedded_problem: Problem) -> None:
    """Each class pays what Section 232 asks of its headings, by their weights; others are free."""
    network = embedded_problem.network
    day = pd.Timestamp(embedded_problem.regime.as_of)
    rates, weights = network["heading_rates"], network["tariff_headings"]
    metals = rates[(rates["duty"] == "section-232") & (rates["valid_from"] <= day)]
    owed = weights.assign(rate=weights["heading"].map(metals.set_index("heading")["rate"]))
    by_class = (owed["weight"] * owed["rate"].fillna(0.0)).groupby(owed["tariff_class"]).sum()
    assert (by_class > 0).sum() == 3
    before = regime_on(network["tariffs"], network["entry_fees"], date(2026, 4, 5))
    for tariff_class, rate in by_class.items():
        rule = embedded_problem.regime.find("US", "preferential", "USMCA", str(tariff_class), 10.0)
        assert rule is not None
        assert rule.rate == pytest.approx(rate)
        earlier = before.find("US", "preferential", "USMCA", str(tariff_class), 10.0)
        assert earlier is not None
        assert earlier.rate == 0.0
