"""What a day of delay costs, of ways that are made up: losses in USD per order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.rate_cards import RateCards
from fulfill.model.economics.cancellation import Survival
from fulfill.model.economics.inbound import GoodsCost
from fulfill.model.economics.last_mile import NO_FERRY, OWN_VANS, DeliveryOptions
from fulfill.model.economics.order_value import OrderValue, cost_of_a_day

FREE_GOODS = GoodsCost(np.zeros((1, 2)), np.zeros(2))
NO_CARDS = RateCards(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), np.zeros((0, 1)))
ORDERS = np.array([[[3.0], [1.0]]])
"""One zone, two products, one period."""


def day_usd(
    delivery_options: list[tuple[str, str, str]],
    losses: list[list[float]],
    goods: GoodsCost = FREE_GOODS,
) -> list[float]:
    """Return what a day costs in the US and Mexico; a way is (channel, service_id, country)."""
    table = pd.DataFrame(delivery_options, columns=["channel", "service_id", "country"])
    table["ferry"] = NO_FERRY
    options = DeliveryOptions(table, NO_CARDS, np.full((len(table), 2), np.nan))
    loss = np.array(losses, float)[:, :, None]
    one = Survival(*(np.ones_like(loss),) * 3)
    today = OrderValue({"revenue": np.where(np.isinf(loss), np.inf, -10.0)})
    later = OrderValue({"revenue": today.total + loss})
    return cost_of_a_day(options, (today, one), (later, one), goods, ORDERS, ("US", "MX")).tolist()


def test_a_day_costs_the_usual_local_way_of_the_country_weighted_by_orders() -> None:
    delivery_options = [("local", name, "MX") for name in ("slow", "usual", "fast")]
    found = day_usd(delivery_options, [[1.0, 5.0], [2.0, 6.0], [9.0, 9.0]])
    assert found == pytest.approx([0.0, (3 * 2 + 6) / 4])


def test_own_vans_change_nothing() -> None:
    delivery_options = [("local", "carrier", "MX"), ("local", OWN_VANS, "MX")]
    assert day_usd(delivery_options, [[1.0, 1.0], [9.0, 9.0]]) == [0.0, 1.0]


def test_a_country_without_local_ways_counts_those_across_its_border() -> None:
    delivery_options = [
        ("local", "a", "MX"),
        ("cross_border", "a", "MX"),
        ("cross_border", "b", "US"),
        ("direct_mail", "c", "US"),
    ]
    losses = [[1.0, 1.0], [3.0, 3.0], [5.0, 5.0], [7.0, 7.0]]
    assert day_usd(delivery_options, losses) == [3.0, 1.0]
    assert day_usd(delivery_options[1:], losses[1:]) == [3.0, 5.0]
    assert day_usd(delivery_options[3:], losses[3:]) == [0.0, 0.0]


def test_a_day_takes_nothing_where_a_way_is_closed_to_a_product() -> None:
    assert day_usd([("cross_border", "a", "MX")], [[2.0, np.inf]]) == [1.5, 0.0]
    unmade = GoodsCost(np.array([[0.0, np.inf]]), np.array([0.0, np.inf]))
    assert day_usd([("local", "a", "MX")], [[2.0, 1.0]], unmade) == [0.0, 1.5]
