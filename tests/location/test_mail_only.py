"""The plan that mails every order worth it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.audit.plan import audit_plan
from fulfill.location.mail_only import cost_by_mail, mailed
from fulfill.location.mip.formulation import solve_exact
from fulfill.location.solution import LocationParams
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.limits import Limits
from instances import random_instance


def without_sites(instance: LocationInstance) -> LocationInstance:
    """Return the instance with every site locked closed."""
    closed = tuple(range(len(instance.sites)))
    return replace(instance, limits=Limits(closed=closed))


@pytest.mark.parametrize("share", [10.0, 0.5, 0.1])
def test_it_costs_what_the_program_proves_without_sites(share: float) -> None:
    instance = random_instance(0)
    heavy = instance.mail.weight_kg.max() * instance.demand.sum(axis=(0, 1))
    mail = replace(instance.mail, capacity_kg=share * heavy[None, :])
    instance = without_sites(replace(instance, mail=mail))
    cost = cost_by_mail(instance)
    exact = solve_exact(instance, LocationParams(gap=1e-9, time_limit=30))
    assert cost == pytest.approx(exact.objective, rel=1e-9)
    decisions = mailed(instance, np.flatnonzero(instance.lane_site == MAIL))
    assert audit_plan(instance, decisions, cost).clean


def test_without_mail_there_is_no_such_plan() -> None:
    instance = random_instance(0)
    local = instance.lane_site != MAIL
    parts = ("lane_zone", "lane_site", "lane_option", "lane_usd", "lane_co2")
    assert (
        cost_by_mail(replace(instance, **{p: getattr(instance, p)[local] for p in parts})) is None
    )
