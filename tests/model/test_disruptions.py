"""Capacity that is lost or added: the table, its overrides and the arrays."""

from __future__ import annotations

import numpy as np
import pytest

import fulfill
from conftest import Folders
from fulfill.model.disruptions import Disruption, disruptions_of, with_disruptions

HEAD = "kind,id,period_id,capacity_factor,source,source_date,status,range\n"
FILE = "network/disruptions.csv"


def cost(study: fulfill.Study) -> float:
    run = study.optimize(method="monolith", gap=0.0)
    assert run.audit.clean
    return run.outcome.objective


def test_a_row_and_its_override_are_the_same_loss(toy: Folders) -> None:
    loss = Disruption("site", "site-a", 0.0, "peak")
    by_option = toy.study(overrides=[loss.cell])
    toy.write(FILE, f"{HEAD}site,site-a,peak,0,board,,in_force,\n")
    by_file = toy.study()
    assert disruptions_of(by_option.problem.network) == disruptions_of(by_file.problem.network)
    assert cost(by_option) == pytest.approx(cost(by_file), abs=1e-9)
    # the toy without the loss costs 33,350.50, see docs/toy.md
    assert cost(by_file) > 33_351


def test_an_override_changes_a_row_that_is_there(toy: Folders) -> None:
    toy.write(FILE, f"{HEAD}gateway,mx-port,any,0,board,,in_force,\n")
    (found,) = disruptions_of(
        toy.study(overrides=[Disruption("gateway", "mx-port", 0.5).cell]).problem.network
    )
    assert found == Disruption("gateway", "mx-port", 0.5)


def test_each_kind_multiplies_its_own_capacity(planned: fulfill.Run) -> None:
    instance = planned.instance
    lost = with_disruptions(
        instance,
        [
            Disruption("site", "site-a", 0.5, "peak"),
            Disruption("site", "site-a", 0.5),
            Disruption("gateway", "mx-port", 0.0),
            Disruption("carrier", "MX A", 2.0, "normal"),
            Disruption("mail", "MX", 0.1),
        ],
    )
    site = instance.sites.index("site-a")
    peak, normal = instance.periods.index("peak"), instance.periods.index("normal")
    assert np.allclose(lost.capacity[site, ..., peak], 0.25 * instance.capacity[site, ..., peak])
    assert np.allclose(lost.capacity[site, ..., normal], 0.5 * instance.capacity[site, ..., normal])
    assert np.array_equal(lost.capacity[1 - site], instance.capacity[1 - site])
    assert not lost.required_inbound.gateway_m3.any()
    assert np.allclose(lost.mail.capacity_kg, 0.1 * instance.mail.capacity_kg)
    region = instance.carriers.regions.index("MX A")
    assert np.allclose(
        lost.carriers.orders[region, normal], 2.0 * instance.carriers.orders[region, normal]
    )
    assert lost.option_cost is instance.option_cost
    assert with_disruptions(instance, ()) is instance


def test_carriers_without_a_limit_can_be_lost(toy: Folders) -> None:
    toy.delete("network/carriers.csv")
    study = toy.study(overrides=[Disruption("carrier", "MX A", 0.0, "peak").cell])
    instance = study.optimize(gap=0.0).instance
    peak = instance.periods.index("peak")
    assert instance.carriers.orders[0, peak] == 0
    assert np.isinf(instance.carriers.orders[0, 1 - peak])
