"""A study is changed by `with_` only, and what is derived follows."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import fulfill as ff
from conftest import Folders
from fulfill.inputs.faults import InputError
from fulfill.inputs.overrides import Override, parse_override
from fulfill.study.study import Study, load

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def toy_study() -> Study:
    return load("toy", "toy", gap=0.0)


def test_the_five_lines_of_the_architecture_page_run(tmp_path: Path) -> None:
    study = ff.load("toy", "toy", as_of="2026-11-01").with_(service=["9d=0.1"])
    run = study.optimize(gap=0.003)
    assert "<iframe" in run.explore()._repr_html_()
    run.save(tmp_path / "base")
    assert ff.open_run(tmp_path / "base").verify().clean
    assert ff.compare(study).status in ("OPTIMAL", "FEASIBLE")


def test_a_figure_of_the_network_changes_the_plan_and_is_recorded(toy_study: Study) -> None:
    dearer = toy_study.with_parameters(unserved_penalty_usd=2.0)
    assert dearer.problem.network.parameters["unserved_penalty_usd"] == 2.0
    assert toy_study.problem.network.parameters["unserved_penalty_usd"] == 1.0
    assert [str(one) for one in dearer.provenance.overrides] == [
        "network/parameters[unserved_penalty_usd]=2.0"
    ]
    more = dearer.with_parameters(holding_rate=0.2)
    assert len(more.provenance.overrides) == 2
    assert (
        more.with_(overrides=()).problem.network.parameters == toy_study.problem.network.parameters
    )


@pytest.mark.parametrize(
    ("text", "table", "column", "value"),
    [
        ("network/freight[sea,CN,MX].usd_m3=120", "freight", "usd_m3", 120.0),
        ("network/sites[site-a].rent_usd_m2_month=9.5", "sites", "rent_usd_m2_month", 9.5),
        ("network/products[shirt].tariff_class=any", "products", "tariff_class", "any"),
    ],
)
def test_any_cell_can_be_changed(
    toy_study: Study, text: str, table: str, column: str, value: object
) -> None:
    changed = toy_study.with_(overrides=[text])
    assert value in changed.problem.network[table][column].tolist()
    assert str(changed.provenance.overrides[0]) == text
    assert changed.provenance.overrides[0] == parse_override(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters[cancel_p0]=0.1", "F309 --set"),
        ("network/parameter[cancel_p0].value=0.1", "no table 'parameter'; similar: parameters"),
        ("network/parameters[cancel_p]=0.1", "no such row; similar: cancel_p0"),
        ("network/sites[site-a].hire=1", "no column 'hire'"),
        (
            "network/freight[sea].usd_m3=1",
            "the key of freight.csv is mode, from_country, to_country",
        ),
        ("network/parameters[cancel_p0]=2", "F205 toy/parameters.csv"),
        ("network/sites[site-a].rent_usd_m2_month=-1", "F205 toy/sites.csv"),
        ("network/sites[site-a].rent_usd_m2_month=cheap", "F202 --set"),
        ("demand/orders[zone-1,shirt,normal].orders=many", "F202 --set"),
        ("network/services[ground,MX,urban,0].days_p90=0.2", "F214 toy/services.csv"),
        ("network/services[ground,MX,urban,0].km_to=250", "F313 toy/services.csv"),
    ],
)
def test_an_override_passes_the_checks_of_a_file(toy_study: Study, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        toy_study.with_(overrides=[text])
    assert words in str(caught.value)


def test_all_wrong_overrides_are_told_at_once(toy_study: Study) -> None:
    with pytest.raises(InputError) as caught:
        toy_study.with_(overrides=["network/x[a].b=1", "network/sites[site-z].lat=1"])
    assert len(caught.value.faults) == 2


def test_a_key_with_a_comma_is_written_as_csv_does() -> None:
    override = Override("network", "carriers", ("MX", "A, B"), "orders_1000_people_day", "1")
    assert parse_override(str(override)) == override


def test_a_change_of_date_makes_the_rules_anew(toy_study: Study) -> None:
    before = toy_study.with_(as_of=date(2025, 8, 14))
    assert before.problem.regime.as_of == date(2025, 8, 14)
    assert before.problem.regime.rows is not toy_study.problem.regime.rows
    assert before.with_(as_of="2026-11-01").problem.regime.as_of == date(2026, 11, 1)


def test_faults_of_a_changed_question_are_told_before_any_work(toy_study: Study) -> None:
    with pytest.raises(InputError) as caught:
        toy_study.with_(opened="moon", service="soon")
    assert {fault.code for fault in caught.value.faults} == {"F308", "F309"}
    with pytest.raises(TypeError, match="budget"):
        toy_study.with_(budget=3)


def test_a_study_can_be_pickled_and_its_repr_fits_a_screen(toy_study: Study) -> None:
    changed = toy_study.with_parameters(holding_rate=0.2)
    again = pickle.loads(pickle.dumps(changed))
    assert again.optimize().outcome.objective == changed.optimize().outcome.objective
    assert repr(again) == repr(changed)
    for thing in (changed, changed.problem, changed.problem.network, changed.optimize()):
        assert len(repr(thing)) < 1000


def test_what_is_certified_is_what_was_read(toy: Folders, tmp_path: Path) -> None:
    study = toy.study(gap=0.0)
    toy.set("network/sites.csv", 2, "rent_usd_m2_month", "1")  # edited while the plan is sought
    run = study.optimize()
    run.save(tmp_path / "run")
    assert ff.verify(tmp_path / "run").clean
    assert not ff.verify(tmp_path / "run", str(toy.network), str(toy.demand)).clean


def test_a_run_reads_back_as_it_was(toy_study: Study, tmp_path: Path) -> None:
    run = toy_study.with_parameters(holding_rate=0.2).optimize()
    run.save(tmp_path / "run")
    again = ff.open_run(tmp_path / "run")
    written = " when it was written; `verify()` checks it again"
    assert repr(again) == repr(run) + written
    assert again.study.provenance.overrides == run.study.provenance.overrides
    seconds = again.outcome.seconds
    assert again.outcome == replace(run.outcome, seconds=seconds)
    assert again.sites["orders_year"].tolist() == pytest.approx(run.sites["orders_year"].tolist())
    assert (again.decisions.opened == run.decisions.opened).all()
    assert again.study.optimize().outcome.objective == run.outcome.objective


@pytest.mark.parametrize(
    "wrong",
    [
        {"gap": -1.0}, {"gap": "a"}, {"gap": float("nan")}, {"resolution": 0}, {"resolution": 1.5},
        {"seed": -1}, {"seed": True}, {"time_limit": 0}, {"max_sites": -1}, {"budget_usd": "x"},
        {"method": "q"},
    ],
)  # fmt: skip
def test_options_from_python_are_checked_as_those_of_the_command_line(
    toy_study: Study, wrong: dict[str, object]
) -> None:
    with pytest.raises(InputError, match=f"F309 {next(iter(wrong))}"):
        toy_study.with_(**wrong)


@pytest.mark.parametrize("day", ["x", "2020-13-01", "20261101", 3])
def test_a_day_that_is_none_is_a_fault(toy_study: Study, day: object) -> None:
    with pytest.raises(InputError, match="F203 as_of"):
        toy_study.with_(as_of=day)
    with pytest.raises(InputError, match="F203 as_of"):
        load("toy", "toy", as_of=day)


def test_a_single_channel_is_a_text(toy_study: Study) -> None:
    assert toy_study.with_(channels="local").problem.channels == ("local",)


def test_studies_are_compared_by_identity(toy_study: Study) -> None:
    assert toy_study == toy_study
    assert toy_study != toy_study.with_parameters(holding_rate=0.2)
    assert len({toy_study, toy_study}) == 1
