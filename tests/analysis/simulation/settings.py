"""Settings of one site and one product, small enough to work out by hand."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.simulation.buyers import Patience, Transit
from fulfill.analysis.simulation.setting import (
    NONE,
    YEAR,
    Limits,
    Setting,
    Ships,
    Sites,
    Streams,
)

CALM = Patience(0.0, 0.0, 0.0, 1.0)
USUAL = Patience(0.01, 0.0005, 0.005, 1.0)


def one_site(
    orders_day: float = 600.0,
    capacity: float = 1000.0,
    *,
    busy_days: int = 0,
    busy_orders: float = 0.0,
    carrier: float = np.inf,
    dispatch: float = 0.5,
    patience: Patience = USUAL,
    ship_days: tuple[float, float] = (30.0, 0.0),
    stock: float = 1e9,
) -> Setting:
    """Return a site with a steady demand, and a busy period at the begin of the year if asked for.

    Parameters
    ----------
    busy_days, busy_orders : int and float
        Length of the busy period and its orders a day.
    carrier : float
        Orders a day that carriers take.
    ship_days : (float, float)
        Mean and standard deviation of the days of a ship.
    stock : float
        Orders in stock at the begin of the year.
    """
    period = np.where(np.arange(YEAR) < busy_days, 0, 1)
    placed = np.array([[busy_orders * busy_days, orders_day * (YEAR - busy_days)]])
    landed = np.where(period == 0, busy_orders, orders_day)[None, None]
    days = np.full((1, 2), 3.0)
    return Setting(
        period=period,
        weekday=(np.arange(YEAR) + 3) % 7,
        streams=Streams(
            site=np.array([0]),
            mail=np.array([NONE]),
            region=np.array([0]),
            product=np.array([0]),
            placed=placed,
            potential=np.ones((1, 2)),
            transit=Transit.of(days, 1.5 * days),
            promise=np.array([4.0]),
            dispatch=np.array([dispatch]),
            kg=np.zeros(1),
            revenue_usd=np.array([20.0]),
        ),
        sites=Sites(
            ids=("a",),
            capacity=np.full((1, 1, 2), capacity),
            base_year=np.array([capacity * YEAR]),
            handling_usd=np.ones((1, 1)),
            dispatch=dispatch,
            promise=np.array([4.0]),
        ),
        limits=Limits(np.full((1, 2), carrier), np.zeros((0, 2))),
        ships=Ships(
            site=np.array([0]),
            gates=((),),
            days=np.array([ship_days[0]]),
            days_sd=np.array([ship_days[1]]),
            landed=landed,
            sold=landed.copy(),
            stock=np.array([[stock]]),
            volume_m3=np.array([0.01]),
            gate_ids=(),
            gate_m3=np.zeros((0, YEAR)),
            dwell=np.zeros(0),
        ),
        patience=patience,
    )
