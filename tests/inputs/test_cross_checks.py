"""Tables that do not fit together are refused: tariff rules, weights, mix, capacity."""

from __future__ import annotations

import pytest

from conftest import Folders

WINDOW = {"lat_from": "24", "lat_to": "50", "lon_from": "-125", "lon_to": "-66"}
"""Window of the United States."""
US_COUNTRY = {
    "country": "US",
    "name": "United States",
    "vat_rate": "0",
    "vat_credited": "no",
    **WINDOW,
}
US_SITE = {"site_id": "site-us", "name": "Laredo", "country": "US", "lat": "27.5", "lon": "-99.5"}


def codes(toy: Folders, **options: object) -> list[tuple[str, str]]:
    return [(fault.code, fault.value) for fault in toy.faults(**options) if not fault.warning]


def test_enough_capacity_is_not_warned_of(toy: Folders) -> None:
    toy.set("network/site_sizes.csv", 2, "orders_day", "11")
    assert toy.faults() == []


def test_a_site_abroad_needs_formal_rules_though_no_zone_is_there(toy: Folders) -> None:
    toy.add("network/countries.csv", **US_COUNTRY)
    toy.add("network/sites.csv", **US_SITE)
    assert codes(toy) == [("F302", "apparel"), ("F302", "electronics")]
    assert codes(toy, channels=("direct_mail", "local")) == []
    toy.add("network/tariffs.csv", rule_id="us", destination="US", rate="0.2")
    assert codes(toy) == []


def test_goods_of_a_plant_need_no_rule_at_home_but_one_abroad(toy: Folders) -> None:
    toy.add_plant()
    for site in ("site-a", "site-b"):
        toy.add("network/lanes.csv", from_id="plant", to_id=site, road_km="30")
    for row in (4, 5):
        toy.set("network/tariffs.csv", row, "origin_group", "CN")
    assert codes(toy) == []
    toy.add("network/countries.csv", **US_COUNTRY)
    toy.add("network/sites.csv", **US_SITE)
    toy.add("network/tariffs.csv", rule_id="us", destination="US", origin_group="CN")
    assert codes(toy) == [("F302", "apparel"), ("F302", "electronics")]


def test_mail_alone_needs_no_formal_rules(toy: Folders) -> None:
    toy.write(
        "network/tariffs.csv",
        "".join(toy.text("network/tariffs.csv").splitlines(keepends=True)[:3]),
    )
    assert {code for code, _ in codes(toy)} == {"F302"}
    assert codes(toy, channels=("direct_mail",)) == []


@pytest.mark.parametrize(
    ("base", "upper", "lower", "fault"),
    [
        ("net_price", "20", "20", False),  # 23.20 less VAT is 20.00
        ("net_price", "19", "21", True),
        ("net_price", "21", "24", False),
        ("price", "21", "24", True),
        ("price", "23.2", "24", False),
        ("all_in_price", "17", "18", True),  # 23.20 / 1.335 = 17.38
        ("all_in_price", "18", "18", False),
    ],
)
def test_a_gap_counts_at_the_value_that_customs_sees(
    toy: Folders, base: str, upper: str, lower: str, fault: bool
) -> None:
    toy.edit("network/network.toml", "net_price", base)
    toy.set("network/tariffs.csv", 3, "value_to_usd", upper)
    toy.add(
        "network/tariffs.csv", rule_id="top", entry_kind="courier", tariff_class="any",
        valid_from="2025-08-15", value_from_usd=lower, rate="0.335", base="courier_value",
    )  # fmt: skip
    assert codes(toy) == ([("F304", "apparel"), ("F304", "electronics")] if fault else [])


def test_a_value_above_the_cap_is_no_gap(toy: Folders) -> None:
    toy.set("network/tariffs.csv", 3, "value_to_usd", "15")
    assert codes(toy) == []


def test_weightless_demand_is_refused(spread: Folders) -> None:
    for row in (2, 3, 4):
        spread.set("demand/zones.csv", row, "population", "0")
    for row in (2, 3):
        spread.set("demand/seasonality.csv", row, "intensity", "0")
    assert [(fault.code, fault.file) for fault in spread.faults()] == [
        ("F205", "demand/zones.csv"),
        ("F205", "demand/seasonality.csv"),
    ]


def test_a_year_without_orders_is_refused(toy: Folders) -> None:
    for row in range(2, 14):
        toy.set("demand/orders.csv", row, "orders", "0")
    assert codes(toy) == [("F205", "0")]


def test_a_country_without_mix_is_refused(spread: Folders) -> None:
    spread.set("demand/mix.csv", 2, "country", "US")
    spread.set("demand/mix.csv", 3, "country", "US")
    assert codes(spread) == [("F301", "MX")]
