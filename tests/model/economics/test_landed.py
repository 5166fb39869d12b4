"""The sum: what an order of the toy is worth by each way, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.problem import Problem
from fulfill.model.economics.landed import Economics, economics


def priced(problem: Problem) -> Economics:
    return economics(problem, measure(problem.network, problem.demand.zones))


def option_cost(money: Economics, kind: str, base: float) -> np.ndarray:
    table = money.delivery_options.table
    (row,) = np.flatnonzero((table["channel"] == kind) & (table["base_usd"] == base))
    return sum(part[row] for part in money.value.parts.values())


def test_an_order_of_the_toy_by_mail_and_by_warehouse(toy_problem: Problem) -> None:
    money = priced(toy_problem)
    # price 23.20 - tax 33.5 % of 20 - goods 5 - parcel 3 + 6 a kilogram
    assert option_cost(money, "direct_mail", 3)[0, 0] == pytest.approx(-2.50)
    route = sum(part[0, 0, 0] for part in money.inbound.parts.values())
    # net 20 - goods 5 - freight 1.50 - port 0.10 - duty 25.8 % of 9 - last mile 2 - handling 1
    assert option_cost(money, "local", 2)[0, 0] + route + money.warehouses.handling_usd[
        0, 0, 0
    ] == pytest.approx(-8.078)


def test_one_off_and_yearly_costs_of_the_toy(toy_problem: Problem) -> None:
    money = priced(toy_problem)
    assert money.fixed_usd[:, 0].tolist() == [7000, 7000]  # rent 6000, a fifth of 5000
    assert money.entry_usd[:, 0].tolist() == [
        1000,
        11000,
    ]  # a fifth of 5000, and of 5000 + 500 x 100
    assert money.reference_usd.tolist() == [[15, 15]] * 3
    assert money.day_usd.tolist() == [0]


def impatient(toy: Folders) -> None:
    """Buyers who cancel, send back and dispute: the whole formula."""
    figures = {
        "cancel_p0": "0.01",
        "cancel_lambda": "0.02",
        "cancel_h0": "0.001",
        "payment_loss_mail": "0.02",
        "reverse_usd_mail": "3",
        "return_salvage_mail": "0.1",
        "payment_loss_local": "0.01",
        "reverse_usd_local": "4",
        "return_salvage_local": "0.7",
        "conversion_eta": "0.01",
    }
    for name, value in figures.items():
        toy.figure(name, value)
    toy.set("network/products.csv", 2, "return_rate", "0.1")
    toy.set("network/products.csv", 2, "promise_mail_days", "10")


@pytest.mark.parametrize(
    (
        "kind",
        "base",
        "days",
        "dispatch",
        "promise",
        "net",
        "landed",
        "goods",
        "reverse",
        "salvage",
        "psi",
    ),
    [
        ("direct_mail", 3, 12, 3, 10, 23.2, 5 + 9 + 6.7, 5, 3, 0.1, 0.02),
        ("local", 4, 4, 0.5, 5, 20.0, 4, 5, 4, 0.7, 0.01),
    ],
)
def test_the_whole_formula_by_hand(
    toy: Folders, kind: str, base: float, days: float, dispatch: float, promise: float,
    net: float, landed: float, goods: float, reverse: float, salvage: float, psi: float,
) -> None:  # fmt: skip
    impatient(toy)
    money = priced(toy.problem())

    def cancelled(lead: float) -> float:
        return 1 - 0.99 * np.exp(-0.001 * min(lead, promise) - 0.02 * max(0, lead - promise))

    p, early = cancelled(days), cancelled(dispatch)
    value = (
        (1 - p) * net - (1 - early) * landed + (p - early) * (salvage * goods - reverse)
        - 0.1 * (1 - p) * (net + reverse - salvage * goods) - psi * (1 - p) * net
    )  # fmt: skip
    assert option_cost(money, kind, base)[0, 0] == pytest.approx(
        -np.exp(-0.01 * (days - 7)) * value
    )


def test_units_are_what_leaves_and_delivered_what_arrives(toy: Folders) -> None:
    impatient(toy)
    money = priced(toy.problem())
    assert (money.survival.delivered < money.survival.units).all()
    assert (money.survival.units < money.survival.placed).all()
    assert (money.day_usd > 0).all()


def test_a_price_above_the_courier_cap_closes_the_mail(toy: Folders) -> None:
    toy.set("network/products.csv", 2, "price_usd", "3000")
    money = priced(toy.problem())
    assert np.isinf(option_cost(money, "direct_mail", 3)[0]).all()
    assert np.isfinite(option_cost(money, "direct_mail", 3)[1]).all()


def test_a_product_made_only_nearby_cannot_be_mailed(toy: Folders) -> None:
    toy.add(
        "network/origins.csv",
        origin_id="plant",
        name="Plant",
        country="MX",
        lat="20.6",
        lon="-103.0",
    )
    toy.set("network/goods_costs.csv", 3, "origin_id", "plant")
    toy.add("network/lanes.csv", from_id="plant", to_id="site-a", road_km="30")
    toy.add("network/lanes.csv", from_id="plant", to_id="site-b", road_km="400")
    money = priced(toy.problem())
    assert not np.isfinite(option_cost(money, "direct_mail", 3)[1]).any()
    assert np.isfinite(money.reference_usd).all()


def test_delays_of_a_peak_lengthen_the_lead_time(toy: Folders) -> None:
    toy.set("network/calendar.csv", 3, "mail_delay_days", "4")
    toy.set("network/calendar.csv", 3, "last_mile_delay_days", "1")
    money = priced(toy.problem())
    kind = money.delivery_options.table["channel"].to_numpy()
    assert money.lead_times.mean[kind == "direct_mail"].tolist() == [[12, 16]]
    assert money.lead_times.mean[kind == "local"][:, 1].tolist() == [3, 5]
    assert money.within[3][kind == "local"][:, 0].tolist() == [1, 0]


def test_an_all_in_price_has_a_lower_customs_value(toy: Folders) -> None:
    toy.edit("network/network.toml", "net_price", "all_in_price")
    money = priced(toy.problem())
    assert option_cost(money, "direct_mail", 3)[0, 0] == pytest.approx(
        -(23.2 - 0.335 * 23.2 / 1.335 - 14)
    )


def test_safety_stock_is_held_at_the_landed_value_of_the_cheapest_route(toy: Folders) -> None:
    toy.figure("holding_rate", "0.25")
    toy.set("network/products.csv", 2, "demand_cv", "0.8")
    money = priced(toy.problem())
    landed = 5 + 1.5 + 0.258 * 9  # goods, freight and duty of a shirt in site A
    daily, lead = 2900 / 100 / 365, money.routes.days[0]
    skus = 100
    deviation = 0.8 * daily * np.sqrt(7)
    units = 1.645 * np.sqrt((lead + 14) * deviation**2 + daily**2 * money.routes.days_sd[0] ** 2)
    orders = np.array([[2900.0, 0], [0, 0]])
    assert money.safety.cost(orders)[0, 0] == pytest.approx(skus * units * landed * 0.25)


def test_a_day_of_delay_costs_the_margin_of_the_orders_it_loses(toy: Folders) -> None:
    toy.figure("cancel_lambda", "0.02")
    for row in (2, 3):
        toy.set("network/products.csv", row, "promise_local_days", "0")
    money = priced(toy.problem())
    # every local order a day later: 1 - exp(-0.02) of what is delivered now is cancelled, and the
    # share cancelled before dispatch saves goods and last mile
    table, days = money.delivery_options.table, []
    for row in np.flatnonzero(table["channel"] == "local"):
        lead, carrier = table["days_mean"][row], table["base_usd"][row]

        def worth(lead: float, left: float, carrier: float) -> float:
            return 20 * np.exp(-0.02 * lead) - (5 + carrier) * np.exp(-0.02 * left)

        days.append(worth(lead, 0.5, carrier) - worth(lead + 1, 1.5, carrier))
    assert money.day_usd.tolist() == pytest.approx([np.median(days)], rel=1e-6)


def test_the_embedded_prices_are_finite_where_a_way_is_open(embedded_problem: Problem) -> None:
    money = priced(embedded_problem)
    for name, part in money.value.parts.items():
        assert not np.isnan(part).any(), name
    for name, part in money.inbound.parts.items():
        assert not np.isnan(part).any(), name
    assert (money.survival.units <= money.survival.placed + 1e-12).all()
    assert (money.survival.delivered <= money.survival.units + 1e-12).all()
    assert (money.entry_usd > 0).all()


def test_the_repr_of_the_economics_gives_sizes(toy_problem: Problem) -> None:
    money = priced(toy_problem)
    assert len(repr(money)) < 1000
    assert f"{len(money.lanes)} lanes" in repr(money)
    assert "array" not in repr(money)


def test_the_sea_fee_is_paid_on_what_lands_at_the_countrys_own_ports(toy: Folders) -> None:
    before = priced(toy.problem())
    toy.write(
        "network/entry_fees.csv",
        "fee_id,fee,destination,entry_kind,transport_mode,valid_from,rate,base,source,status\n"
        "h1,HMF,MX,formal,sea,2024-01-01,0.00125,fob,made up,estimate\n"
        "h2,HMF,MX,formal,air,2024-01-01,0.5,fob,made up,estimate\n",
    )
    after = priced(toy.problem())
    extra = after.inbound.parts["duty"] - before.inbound.parts["duty"]
    fob = toy.problem().network["products"]["transfer_value_usd"].to_numpy(float)
    assert set(after.routes.entry_mode) == {"sea"}
    np.testing.assert_allclose(extra, np.broadcast_to(0.00125 * fob[None, :, None], extra.shape))
