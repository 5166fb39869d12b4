"""Years of one site: what utilisation, carriers and late ships do to orders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.setting import YEAR, Setting
from fulfill.analysis.simulation.simulation import interval
from fulfill.analysis.simulation.year import Simulator, Year

from analysis.simulation.settings import CALM, USUAL, one_site  # isort: skip

REPLICATIONS = 8


def years(setting: Setting, profile: Profile | None = None, seed: int = 0) -> list[Year]:
    simulator = Simulator(setting, profile or Profile.usual())
    sources = np.random.SeedSequence(seed).spawn(REPLICATIONS)
    return [simulator.run(np.random.default_rng(source)) for source in sources]


def even(setting: Setting) -> Year:
    return Simulator(setting, Profile.even()).run(np.random.default_rng(0))


def planned(setting: Setting) -> tuple[float, float]:
    """Return mean lead time and cancellation of the model: nobody waits."""
    streams = setting.streams
    share = streams.transit.delivered(np.zeros(1), streams.promise[:, None], setting.patience)
    return float(streams.transit.mean[0, 1]), 1.0 - float(share[0, 1])


def test_without_variation_the_plan_comes_out() -> None:
    setting = one_site()
    year, (lead, cancelled) = even(setting), planned(setting)
    assert year.placed == pytest.approx(600.0 * YEAR)
    assert year.lead_days == pytest.approx(lead, rel=1e-12)
    assert 1.0 - year.delivered / year.placed == pytest.approx(cancelled, rel=1e-12)
    assert year.site_days == year.carrier_days == year.short == 0.0
    assert year.ship_days == pytest.approx(0.0, abs=1e-9)
    assert year.revenue_usd == pytest.approx(20.0 * year.delivered)


def test_the_same_seed_gives_the_same_years() -> None:
    first, again, other = (years(one_site(), seed=seed) for seed in (3, 3, 4))
    for one, two in zip(first, again, strict=True):
        assert one.delivered == two.delivered
        assert one.lead_days == two.lead_days
        assert (one.backlog == two.backlog).all()
    assert first[0].delivered != other[0].delivered


@pytest.mark.parametrize(("utilisation", "most_days"), [(0.6, 0.0), (0.8, 1e-3), (0.95, 0.03)])
def test_lead_time_and_cancellation_at_a_utilisation(utilisation: float, most_days: float) -> None:
    """Apart from the days waited at the site, the plan lies within the interval."""
    setting = one_site(1000.0 * utilisation)
    found, (lead, cancelled) = years(setting), planned(setting)
    waited = np.array([year.site_days for year in found])
    assert 0.0 <= waited.min() <= waited.max() <= most_days
    _, low, high = interval(np.array([year.lead_days for year in found]) - waited)
    assert low <= lead <= high
    # a day beyond the promise costs at most the rate of the late
    rate = np.array([1.0 - year.delivered / year.placed for year in found])
    _, low, high = interval(rate)
    assert low - USUAL.late * waited.mean() <= cancelled <= high


def test_the_wait_at_a_site_grows_with_its_utilisation() -> None:
    waits = [
        np.mean([year.site_days for year in years(one_site(1000.0 * share))])
        for share in (0.8, 0.95, 1.0)
    ]
    assert waits[0] < waits[1] < waits[2]
    assert waits[1] > 1e-3
    assert waits[2] > 0.1


def test_a_peak_above_capacity_leaves_the_fluid_backlog() -> None:
    setting = one_site(500.0, busy_days=20, busy_orders=1500.0, patience=CALM, dispatch=0.0)
    year = even(setting)
    day = np.arange(1, 21)
    assert year.backlog[0, :20] == pytest.approx(500.0 * day)
    assert year.backlog[0, 20:41] == pytest.approx(np.maximum(10_000 - 500.0 * np.arange(1, 22), 0))
    assert year.backlog[0, 41:].max() == pytest.approx(0.0, abs=1e-6)
    # area of the fluid backlog: every order waits as long as it is in it
    area = 10_000.0 * 40.0 / 2.0
    assert year.site_days * year.placed == pytest.approx(area, rel=1e-9)
    assert year.lead_days == pytest.approx(3.0 + area / year.placed)


def test_a_peak_above_capacity_costs_orders() -> None:
    busy = even(one_site(500.0, busy_days=20, busy_orders=1500.0))
    calm = even(one_site(500.0, busy_days=20, busy_orders=1500.0, capacity=2000.0))
    assert busy.delivered < calm.delivered
    assert busy.kept[:6].sum() < 0.5 * calm.kept[:6].sum()
    assert calm.site_days == 0.0


def test_carriers_below_the_orders_of_a_day_delay_them() -> None:
    setting = one_site(500.0, busy_days=20, busy_orders=900.0, carrier=600.0, patience=CALM)
    year = even(setting)
    # 300 more wait at the end of each of 20 days, and 100 fewer at the end of each later one
    waiting = 300.0 * 210 + (6000.0 * 60 - 100.0 * 60 * 61 / 2.0)
    assert year.carrier_days * year.placed == pytest.approx(waiting, rel=1e-6)
    assert year.site_days == 0.0


def test_late_ships_leave_orders_without_stock() -> None:
    lean, ample = (
        years(one_site(ship_days=(30.0, 12.0), stock=stock)) for stock in (600.0 * 7, 600.0 * 60)
    )
    assert np.mean([year.short for year in lean]) > 600.0
    assert np.mean([year.short for year in ample]) == 0.0
    assert np.mean([year.lead_days for year in lean]) > np.mean([year.lead_days for year in ample])


def test_shipments_make_up_for_what_was_ordered() -> None:
    """A year orders a tenth more than planned: what is missing is that of the days underway."""
    setting = one_site(600.0, patience=CALM, stock=0.0)
    streams = replace(setting.streams, placed=1.1 * setting.streams.placed)
    lean = even(replace(setting, streams=streams))
    assert lean.backlog[0, 29] == pytest.approx(60.0 * 30)
    assert lean.backlog[0, 32:] == pytest.approx(60.0 * 31)
    ships = replace(setting.ships, stock=np.array([[60.0 * 31]]))
    assert even(replace(setting, streams=streams, ships=ships)).short == pytest.approx(
        0.0, abs=1e-6
    )
