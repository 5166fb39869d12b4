"""What is simulated is what the plan says: without variation its own figures come out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import Folders
from fulfill.analysis.simulation.planned_year import planned_year
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.simulation import PESSIMISTIC, RIGHT, simulate
from fulfill.analysis.simulation.year import Simulator
from fulfill.inputs.faults import InputError
from fulfill.study.optimize import optimize
from fulfill.study.run import Run

pytestmark = pytest.mark.usefixtures("undrawn")

EXACT = (
    "orders_placed",
    "orders_delivered",
    "cancellation_rate",
    "lead_time_days_mean",
    "promise_kept",
    "revenue_usd",
    "handling_usd",
)


@pytest.fixture
def hasty(toy: Folders) -> Run:
    """The toy with buyers who cancel, lead times that vary, and fewer orders where they are long.

    The bands have no delay.
    """
    for name, value in {
        "cancel_p0": "0.02",
        "cancel_h0": "0.001",
        "cancel_lambda": "0.01",
        "cancel_gamma": "1.2",
        "conversion_eta": "0.02",
        "local_dispatch_days": "0.5",
        "mail_dispatch_days": "3",
    }.items():
        toy.figure(name, value)
    for row in (2, 3):
        toy.set("network/services.csv", row, "days_p90", "4")
    return optimize(toy.study(gap=0.0))


def test_without_variation_the_figures_of_the_plan_come_out(hasty: Run) -> None:
    found = simulate(hasty, 2, profile=Profile.even()).figures.set_index(["figure", "resource"])
    assert found.loc[("cancellation_rate", ""), "planned"] > 0.02
    for key in EXACT:
        row = found.loc[(key, "")]
        assert row["simulated"] == pytest.approx(row["planned"], rel=1e-9), key
        assert row["high"] - row["low"] == pytest.approx(0.0, abs=1e-9 * row["planned"])
    used = found.loc["utilisation"]
    assert used["simulated"].to_numpy() == pytest.approx(used["planned"].to_numpy(), rel=1e-9)
    for key in ("site_wait_days", "carrier_wait_days", "mail_wait_days", "orders_without_stock"):
        assert found.loc[(key, ""), "simulated"] == pytest.approx(0.0, abs=1e-9)
    assert (found["verdict"].isin([RIGHT, ""])).all()


def test_the_delay_of_a_band_is_compared_with_the_wait(toy: Folders) -> None:
    toy.set("network/bands.csv", 3, "delay_days", "5")
    run = optimize(toy.study(gap=0.0, opened=("site-a",)))
    found = simulate(run, 2, profile=Profile.even()).figures.set_index(["figure", "resource"])
    wait = found.loc[("site_wait_days", "")]
    used = run.capacity.set_index("kind")["used"]
    if "throughput_overtime" in used.index:
        handled = used[used.index.str.startswith("throughput_")].sum()
        expected = 5.0 * used.loc[["throughput_overtime"]].sum() / handled
        assert wait["planned"] == pytest.approx(expected)
        assert wait["verdict"] == PESSIMISTIC
    assert wait["simulated"] == pytest.approx(0.0, abs=1e-9)


def test_a_band_that_the_plan_does_not_use_is_not_there(planned: Run) -> None:
    setting = planned_year(planned, Profile.usual())
    # base 10 a day in both periods, overtime 5 a day at the peak only
    assert setting.sites.capacity[0, :2].tolist() == [[10.0, 10.0], [0.0, 5.0]]
    assert setting.sites.handling_usd[0, :2].tolist() == [1.0, 2.0]


def test_orders_of_a_period_keep_their_number_whatever_the_weekdays(planned: Run) -> None:
    setting = planned_year(planned, Profile.usual())
    for profile in (Profile.usual(), Profile.even()):
        by_day = Simulator(setting, profile).expected
        by_period = np.stack([by_day[:, setting.period == t].sum(axis=1) for t in (0, 1)], axis=1)
        assert by_period == pytest.approx(setting.streams.placed)


def test_stock_begins_so_that_the_plan_never_falls_below_its_safety_stock(planned: Run) -> None:
    ships = planned_year(planned, Profile.even()).ships
    landed = np.zeros_like(ships.sold)
    np.add.at(landed, ships.site, ships.landed)
    stock = ships.stock[:, :, None] + np.cumsum(landed - ships.sold, axis=2)
    assert stock.min() >= -1e-9
    assert landed.sum() == pytest.approx(ships.sold.sum())


def test_a_period_without_a_day_of_its_own_is_refused(toy: Folders) -> None:
    toy.set("network/calendar.csv", 2, "kind", "event")
    toy.set("network/calendar.csv", 2, "days", "364")
    toy.set("network/calendar.csv", 3, "days", "1")
    run = optimize(toy.study(gap=0.0))
    with pytest.raises(InputError) as refused:
        planned_year(run, Profile.usual())
    assert [fault.code for fault in refused.value.faults] == ["F540"]
    assert refused.value.faults[0].value == "peak"


def test_a_saved_run_is_simulated_as_the_run_itself(planned: Run, tmp_path: Path) -> None:
    from fulfill.study.open_run import open_run

    saved = open_run(planned.save(tmp_path / "run"))
    assert simulate(saved, 2).figures.equals(simulate(planned, 2).figures)
