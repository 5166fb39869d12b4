"""Queues: fluid backlogs are exact, first in is first out, and nobody is served twice."""

from __future__ import annotations

import numpy as np
import pytest
import simpy

from fulfill.analysis.simulation.buyers import Patience
from fulfill.analysis.simulation.profiles import Profile
from fulfill.analysis.simulation.queues import (
    DailyQueues,
    Gateway,
    SiteQueue,
    hourly_departures,
)

CALM = Patience(0.0, 0.0, 0.0, 1.0)


def site(
    arriving: list[float],
    capacity: float,
    days: int,
    *,
    stock: float = 1e9,
    dispatch: float = 0.0,
    patience: Patience = CALM,
) -> SiteQueue:
    return SiteQueue(
        np.array([arriving], float),
        np.full(days, capacity),
        np.array([stock]),
        dispatch,
        np.array([3.0]),
        patience,
        Profile.even(),
        days,
    )


def worked_off(queue: SiteQueue) -> list[tuple[list[int], float]]:
    """Run a queue and return what it sent: days of the orders, and their number."""
    sent: list[tuple[list[int], float]] = []
    env = simpy.Environment()
    env.process(queue.run(env, lambda days, amounts: sent.append((days.tolist(), amounts.sum()))))
    env.run()
    return sent


def test_departures_follow_arrivals_until_the_server_is_too_slow() -> None:
    arrived = np.array([0.0, 1.0, 5.0, 5.0, 5.0])
    served = np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    assert hourly_departures(arrived, served).tolist() == [0.0, 1.0, 3.0, 5.0, 5.0]


def test_orders_above_capacity_leave_the_fluid_backlog() -> None:
    queue = site([150.0] * 10, 100.0, 20)
    worked_off(queue)
    grows = 50.0 * np.arange(1, 11)
    assert queue.backlog == pytest.approx([*grows, 400, 300, 200, 100, 0, 0, 0, 0, 0, 0])
    assert queue.worked == pytest.approx([100.0] * 15 + [0.0] * 5)
    assert queue.handled.sum() == pytest.approx(1500.0)


def test_orders_above_capacity_wait_as_long_as_the_fluid() -> None:
    queue = site([150.0] * 10, 100.0, 20)
    worked_off(queue)
    waits = queue.late_days[0, :10] / queue.handled[0, :10]
    # what is ordered at the time t leaves at 1.5 t
    assert waits == pytest.approx(0.5 * (np.arange(10) + 0.5))


def test_waiting_within_the_time_until_dispatch_is_not_late() -> None:
    queue = site([150.0] * 10, 100.0, 20, dispatch=5.0)
    worked_off(queue)
    assert queue.late_days.sum() == 0.0
    assert queue.backlog.max() == pytest.approx(500.0)


def test_below_capacity_nobody_waits() -> None:
    queue = site([99.0] * 10, 100.0, 12)
    worked_off(queue)
    assert queue.backlog == pytest.approx(np.zeros(12))
    assert queue.late_days == pytest.approx(np.zeros((1, 12)))


def test_first_ordered_is_first_handled() -> None:
    sent = worked_off(site([150.0, 150.0], 100.0, 4))
    assert [days for days, _ in sent] == [[0], [0, 1], [1]]
    assert [amount for _, amount in sent] == pytest.approx([100.0, 100.0, 100.0])


def test_orders_wait_for_their_goods() -> None:
    queue = site([100.0] * 3, 1000.0, 10, stock=150.0)
    env = simpy.Environment()
    env.process(queue.run(env, lambda *_: None))

    def ship():  # type: ignore[no-untyped-def]
        yield env.timeout(5.5)
        queue.stock += 1000.0

    env.process(ship())
    env.run()
    assert queue.backlog == pytest.approx([0.0, 50.0, 150.0, 150.0, 150.0, 0, 0, 0, 0, 0])
    assert queue.short == pytest.approx([0.0, 50.0, 100.0, 0, 0, 0, 0, 0, 0, 0])
    assert queue.stock == pytest.approx([850.0])


def test_who_waits_at_a_site_gives_up() -> None:
    calm = site([150.0] * 10, 100.0, 40)
    hasty = site([150.0] * 10, 100.0, 40, patience=Patience(0.0, 0.05, 0.05, 1.0))
    worked_off(calm)
    worked_off(hasty)
    assert hasty.backlog[9] < calm.backlog[9]
    assert hasty.handled.sum() < calm.handled.sum()


def test_what_still_waits_at_the_end_is_counted() -> None:
    queue = site([100.0], 10.0, 3)
    worked_off(queue)
    assert queue.backlog[-1] == pytest.approx(70.0)
    assert queue.handled.sum() == pytest.approx(100.0)
    assert queue.late_days.sum() > 70.0 * 2.0


def test_carriers_take_so_many_a_day() -> None:
    queues = DailyQueues(np.array([[100.0] * 5, [np.inf] * 5]))
    queues.coming[:, 0] = 250.0
    env = simpy.Environment()
    env.process(queues.run(env))
    env.run()
    assert queues.left[0].tolist() == [100.0, 100.0, 50.0, 0.0, 0.0]
    # 100 wait a day, 50 wait two
    assert queues.waits()[:, 0] == pytest.approx([(100 + 2 * 50) / 250.0, 0.0])
    assert queues.waits(free=1.0)[0, 0] == pytest.approx(50 / 250.0)


def landed(m3_day: list[float], dwell: float, *shipments: tuple[float, float]) -> list[float]:
    """Return when shipments of a day and volume leave a gateway."""
    env = simpy.Environment()
    gate = Gateway(np.array(m3_day), dwell, simpy.Resource(env))
    times: list[float] = []

    def sail(day: float, m3: float):  # type: ignore[no-untyped-def]
        yield env.timeout(day)
        yield from gate.pass_through(env, m3)
        times.append(env.now)

    for day, m3 in shipments:
        env.process(sail(day, m3))
    env.run()
    return times


def test_a_gateway_clears_one_shipment_after_the_other() -> None:
    assert landed([10.0] * 365, 0.0, (0.0, 20.0), (1.0, 10.0)) == pytest.approx([2.0, 3.0])
    assert landed([10.0] * 365, 5.0, (0.0, 20.0), (1.0, 10.0)) == pytest.approx([5.0, 6.0])
    assert landed([np.inf] * 365, 2.0, (0.5, 20.0)) == pytest.approx([2.5])


def test_goods_wait_where_a_gateway_is_closed() -> None:
    closed = [10.0] * 2 + [0.0] * 3 + [10.0] * 360
    assert landed(closed, 0.0, (1.0, 15.0)) == pytest.approx([5.5])
