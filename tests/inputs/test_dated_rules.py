"""Rules that change within a year: days of each set of rules, and what they cost."""

from __future__ import annotations

from datetime import date

import pytest

from cards import FAR, NEAR, write_card
from conftest import Folders
from fulfill.inputs.dated_rules import changes, rule_spans
from fulfill.inputs.faults import InputError
from fulfill.study.optimize import optimize
from fulfill.study.study import Study, load


def dated(**asked: object) -> Study:
    return load("toy", "toy", as_of="2025-12-31", rules="dated", gap=0.0, **asked)


def test_periods_are_weighted_by_their_days() -> None:
    problem = dated().problem
    assert changes(problem.network, 2025) == [date(2025, 8, 15)]
    before, after = rule_spans(problem)
    # 226 days until 14 August; the peak is in December
    assert before.share == pytest.approx([226 / 355, 0.0])
    assert after.share == pytest.approx([129 / 355, 1.0])


def test_a_year_without_a_change_is_one_span() -> None:
    (span,) = rule_spans(load("toy", "toy", as_of="2026-11-01").problem)
    assert span.share == pytest.approx([1.0, 1.0])


def test_each_period_pays_the_tax_of_its_own_days() -> None:
    first, last = (load("toy", "toy", as_of=day, gap=0.0) for day in ("2025-01-01", "2025-12-31"))
    taxes = [
        optimize(study).economics.value.parts["courier_tax"] for study in (first, last, dated())
    ]
    weighted = (226 * taxes[0][..., 0] + 129 * taxes[1][..., 0]) / 355
    assert taxes[2][..., 0] == pytest.approx(weighted)
    assert taxes[2][..., 1] == pytest.approx(taxes[1][..., 1])


def test_a_dated_plan_passes_its_audit_and_the_second_formula() -> None:
    run = optimize(dated())
    assert run.audit.clean
    assert run.verify().clean
    assert "in each period of 2025 the rules of its own days" in run.outcome.conditions


def test_a_card_with_other_lanes_in_a_part_of_the_year_is_refused(toy: Folders) -> None:
    rates = [{"valid_from": "2025-01-01"}, {"card_zone": "2", "valid_from": "2025-01-01"}]
    to_a_state = {"to_state": "A", "valid_from": "2025-01-01", "valid_to": "2025-06-30"}
    write_card(toy, rates, [NEAR, FAR], [to_a_state | {"usd_order": "1"}])
    study = toy.study(as_of="2025-12-31", rules="dated")
    with pytest.raises(InputError) as refused:
        optimize(study)
    assert {one.code for one in refused.value.faults} == {"F470"}


def test_an_unknown_set_of_rules_is_refused(toy: Folders) -> None:
    with pytest.raises(InputError) as refused:
        toy.study(rules="daily")
    assert [one.code for one in refused.value.faults] == ["F309"]
