"""The limit on sites that are opened or closed from those of today."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

import fulfill
from fulfill.audit.site_rules import priced_rules, site_rule_faults
from fulfill.inputs.faults import InputError
from fulfill.model.site_rules import broken_rules, change_rule, rule_rows

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["monolith", "decomposition"])
def test_no_change_keeps_the_sites_of_today(method: str) -> None:
    study = fulfill.load("toy", "toy", method=method, gap=0.003)
    free = study.optimize()
    assert free.sites["site_id"].tolist() == ["site-a"]
    costs = []
    for most, sites in ((0, ["site-b"]), (1, None), (2, ["site-a"])):
        run = study.optimize(today=("site-b",), max_changes=most)
        assert run.audit.faults == ()
        assert sites is None or run.sites["site_id"].tolist() == sites
        assert len(set(run.sites["site_id"]) ^ {"site-b"}) <= most
        costs.append(run.outcome.objective)
        assert run.outcome.bound <= run.outcome.objective
    assert costs[0] * (1 + 0.003) >= costs[1]
    assert costs[1] * (1 + 0.003) >= costs[2]
    # a lock says the same as no change
    locked = study.optimize(opened=("site-b",), closed=("site-a",))
    assert locked.outcome.bound <= costs[0]
    assert costs[0] * (1 - 0.003) <= locked.outcome.objective


def test_rows_and_audit_agree_on_every_choice_of_sites() -> None:
    instance = fulfill.load("toy", "toy").optimize().instance
    names = ["a", "b", "c"]
    for today, most in product([(), ("b",), ("a", "c")], range(4)):
        rule = change_rule(names, today, most)
        inside = np.array([name in today for name in names])
        fake = replace(instance, sites=tuple(names), limits=replace(instance.limits, rules=(rule,)))
        weight, least = rule_rows((rule,), 3)
        constant, by_site, _ = priced_rules(fake, np.array([7.0]))
        for choice in product([False, True], repeat=3):
            is_open = np.array(choice)
            broken = int((is_open != inside).sum()) > most
            assert bool(len(broken_rules((rule,), is_open))) == broken
            assert bool(list(site_rule_faults(fake, is_open))) == broken
            # what the bound charges: the multiplier times what the row lacks
            lacking = float(least[0] - (weight @ is_open)[0])
            assert constant + by_site[is_open].sum() == pytest.approx(7.0 * lacking)


def test_a_run_remembers_the_limit_and_says_it(tmp_path: object) -> None:
    run = fulfill.load("toy", "toy", today=("site-b",), max_changes=1).optimize()
    again = fulfill.open_run(run.save(tmp_path / "run"))  # type: ignore[operator]
    assert again.study.options.today == ("site-b",)
    assert again.study.options.max_changes == 1
    assert any("opened or closed" in str(text) for text in again.outcome.conditions)
    with pytest.raises(InputError, match="no such site"):
        run.study.with_(today=("site-x",))


def test_changes_that_leave_no_plan_are_explained() -> None:
    from fulfill.analysis.conflicts.explain import with_conflict

    study = fulfill.load(
        "toy", "toy", today=("site-a",), max_changes=0, opened=("site-b",), method="monolith"
    )
    run = with_conflict(study.optimize())
    assert run.outcome.status == "INFEASIBLE"
    assert run.conflict is not None
    assert "--changes 0" in {one.file for one in run.conflict.constraints}
