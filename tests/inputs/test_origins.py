"""Origins in any country: their kind, their tariff group, and where mail starts."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.geography.distances import measure
from fulfill.inputs.geography.geodesic import air_km
from fulfill.inputs.geography.sea import sea_km
from fulfill.inputs.origins import can_mail, mail_group, parcel_groups
from fulfill.model.economics.landed import economics

ORIGINS, MAIL, TARIFFS = "network/origins.csv", "network/mail_services.csv", "network/tariffs.csv"
HAI_PHONG = (20.84, 106.72)
SHANGHAI, NHAVA_SHEVA, SANTOS = (31.23, 121.90), (18.95, 72.95), (-23.98, -46.30)
LOS_ANGELES, MANZANILLO, VERACRUZ = (33.74, -118.23), (19.07, -104.29), (19.21, -96.14)


@pytest.fixture
def vietnam(toy: Folders) -> Folders:
    """The toy with a second hub in Hai Phong: cheaper shirts, a duty and a mail service of its own.

    Goods of Vietnam pay 0.05 as formal entries of apparel, 0 for the half that meets the rules of
    origin, and 0.19 as parcels.
    """
    lat, lon = map(str, HAI_PHONG)
    toy.add(ORIGINS, origin_id="vn-hub", name="Hai Phong", country="VN", lat=lat, lon=lon)
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="vn-hub", goods_usd="4")
    toy.add("network/freight.csv", mode="sea", from_country="VN", to_country="MX", usd_m3="110",
            usd_m3_km="", fixed_days="5", km_day="800")  # fmt: skip
    toy.add("network/lanes.csv", from_id="vn-hub", to_id="mx-port", road_km="14000")
    toy.set(MAIL, 2, "from_country", "CN")
    toy.add(MAIL, service_id="vn-parcel", from_country="VN", base_usd="5")
    toy.add(TARIFFS, rule_id="vn-apparel", origin_group="CPTPP", tariff_class="apparel",
            rate="0.05")  # fmt: skip
    toy.add(TARIFFS, rule_id="vn-free", entry_kind="preferential", rate="0")
    toy.add(TARIFFS, rule_id="vn-courier", entry_kind="courier", tariff_class="any",
            value_to_usd="2500", rate="0.19", base="courier_value", fee_rate="")  # fmt: skip
    toy.add("network/origin_groups.csv", country="VN", origin_group="CPTPP")
    toy.set("network/products.csv", 2, "roo_share", "0.5")
    return toy


def test_an_origin_has_the_kind_and_group_of_its_country(vietnam: Folders) -> None:
    vietnam.add_plant()
    channels = ("direct_mail", "local", "cross_border")  # the plant has no lanes
    problem = vietnam.problem(channels=channels)
    origins = problem.network["origins"].set_index("origin_id")
    assert origins["kind"].to_dict() == {
        "cn-hub": "overseas", "vn-hub": "overseas", "plant": "nearshore",
    }  # fmt: skip
    assert origins["origin_group"].to_dict() == {
        "cn-hub": "CN", "vn-hub": "CPTPP", "plant": "USMCA",
    }  # fmt: skip
    assert origins["direct_mail"].to_dict() == {"cn-hub": "yes", "vn-hub": "yes", "plant": "no"}
    assert parcel_groups(origins) == ["CN", "CPTPP"]


def test_each_mail_service_collects_where_its_country_mails(vietnam: Folders) -> None:
    origins = vietnam.problem().network["origins"]
    assert can_mail(origins, "VN").tolist() == [False, True]
    assert can_mail(origins, "").tolist() == [True, True]
    assert (mail_group(origins, "CN"), mail_group(origins, "VN")) == ("CN", "CPTPP")


def test_a_mailed_order_pays_goods_freight_and_tax_of_its_origin(vietnam: Folders) -> None:
    problem = vietnam.problem()
    distances = measure(problem.network, problem.demand.zones)
    priced = economics(problem, distances)
    table, parts = priced.delivery_options.table, priced.value.parts
    china, hanoi = (int((table["service_id"] == name).argmax()) for name in ("parcel", "vn-parcel"))
    sent = priced.survival.units
    # a shirt: price 23.20, net 20.00; parcels of 1 kg at 6 USD/kg
    tax, goods = parts["courier_tax"] / sent, parts["goods"] / sent
    assert tax[china, 0, 0] == pytest.approx(0.335 * 20)
    assert tax[hanoi, 0, 0] == pytest.approx(0.19 * 20)
    assert (goods[china, 0, 0], goods[hanoi, 0, 0]) == (5, 4)
    assert np.isinf(goods[hanoi, 1, 0])  # gadgets are not made in Vietnam
    assert (parts["mail_freight"] / sent)[hanoi, 0, 0] == pytest.approx(5 + 6)
    lanes = priced.lanes
    zones = problem.demand.zones[["lat", "lon"]].to_numpy(float)
    mailed = np.flatnonzero(lanes.option == hanoi)
    expected = air_km(np.array([HAI_PHONG]), zones)[0, lanes.zone[mailed]]
    np.testing.assert_allclose(lanes.km[mailed], expected)


def test_goods_in_bulk_pay_the_duty_of_their_group(vietnam: Folders) -> None:
    problem = vietnam.problem()
    priced = economics(problem, measure(problem.network, problem.demand.zones))
    duty = priced.inbound.parts["duty"]
    origin = priced.routes.origin
    cif = {0: 8 + 100 * 0.01, 1: 8 + 110 * 0.01}  # transfer value and freight by sea
    assert duty[origin == 0, 0, 0] == pytest.approx((0.25 + 0.008) * cif[0])
    # half of the shirts meets the rules of origin: no duty on it, the user fee on all
    assert duty[origin == 1, 0, 0] == pytest.approx((0.5 * 0.05 + 0.008) * cif[1])


def test_the_plan_with_two_origins_passes_the_audit(vietnam: Folders) -> None:
    run = vietnam.study().optimize()
    assert run.audit.clean, run.audit.faults
    flows = run.plan.flows
    assert (flows.loc[flows["leg"] == "inbound", "from"] == "vn-hub").any()


def test_a_service_from_several_groups_must_say_from_which(vietnam: Folders) -> None:
    vietnam.set(MAIL, 2, "from_country", "")
    found = [(one.code, one.file, one.row, one.column) for one in vietnam.faults()]
    assert ("F214", MAIL, 2, "from_country") in found


@pytest.mark.parametrize(("country", "code"), [("IN", "F208"), ("XX", "F206"), ("MX", "F208")])
def test_a_service_cannot_collect_where_nothing_is_mailed(
    vietnam: Folders, country: str, code: str
) -> None:
    vietnam.set(MAIL, 3, "from_country", country)
    assert (code, 3) in [(one.code, one.row) for one in vietnam.faults()]


def test_a_service_collects_in_one_country(vietnam: Folders) -> None:
    vietnam.add(MAIL, zone_class="rural", from_country="CN")
    assert ("F214", 4) in [(one.code, one.row) for one in vietnam.faults()]


def test_mail_can_be_said_not_to_start_at_an_origin(vietnam: Folders) -> None:
    vietnam.set(ORIGINS, 3, "direct_mail", "no")
    assert ("F208", 3) in [(one.code, one.row) for one in vietnam.faults()]


def test_goods_of_a_country_without_any_tariff_row_are_refused(vietnam: Folders) -> None:
    text = vietnam.text(TARIFFS)
    vietnam.write(TARIFFS, text.replace("formal,any", "formal,CN"))
    faults = [one for one in vietnam.faults() if one.code == "F302"]
    assert [one.value for one in faults] == ["electronics"]
    assert "goods of CPTPP" in faults[0].detail


def test_an_origin_abroad_that_trucks_reach_can_be_said_to_be_nearshore(toy: Folders) -> None:
    toy.add(ORIGINS, origin_id="gt-plant", name="Plant", country="GT", lat="14.6", lon="-90.5",
            kind="nearshore")  # fmt: skip
    origins = toy.problem().network["origins"]
    assert origins["kind"].tolist() == ["overseas", "nearshore"]
    assert origins["origin_group"].tolist() == ["CN", "GT"]


def test_sea_routes_from_ports_all_over_the_world_are_of_the_right_length() -> None:
    # by the way of ships: over the Pacific, through Suez or Panama; sea distance tables say about
    # 12,700 km Hai Phong - Los Angeles and 9,700 km Santos - Veracruz
    ports = np.array([HAI_PHONG, SHANGHAI, NHAVA_SHEVA, SANTOS])
    goals = np.array([LOS_ANGELES, MANZANILLO, VERACRUZ])
    km, straight = sea_km(ports, goals), air_km(ports, goals)
    assert (km > 0.999 * straight).all()
    assert (km < 2.3 * straight).all()
    assert 11_500 < km[0, 0] < 14_500
    assert 8_800 < km[3, 2] < 10_800
    assert km[0, 0] > km[1, 0]  # Vietnam lies behind Shanghai


def test_tables_of_an_earlier_version_are_read_as_they_were_meant(toy: Folders) -> None:
    toy.add(ORIGINS, origin_id="us-plant", name="Plant", country="US", lat="29.4", lon="-98.5",
            kind="nearshore")  # fmt: skip
    toy.add("network/goods_costs.csv", product_id="shirt", origin_id="us-plant", goods_usd="4")
    formal = [line for line in toy.text(TARIFFS).splitlines() if ",formal," in line]
    for line in formal:
        chinese, regional = (line.replace("formal,any", f"formal,{one}") for one in ("CN", "USMCA"))
        toy.edit(TARIFFS, line, f"{chinese}\n{regional.replace('formal-', 'usmca-', 1)}")
    named = toy.problem()
    toy.delete("network/origin_groups.csv")
    earlier = toy.problem()
    groups = [one.network["origins"]["origin_group"].tolist() for one in (named, earlier)]
    assert groups == [["CN", "USMCA"]] * 2
    said = [[one for one in each.warnings if one.code == "W324"] for each in (named, earlier)]
    assert [len(one) for one in said] == [0, 1]
    assert "MX,USMCA and US,USMCA" in said[1][0].detail


def test_a_case_without_such_a_group_needs_no_table_of_groups(toy: Folders) -> None:
    toy.delete("network/origin_groups.csv")
    assert not [one for one in toy.problem().warnings if one.code == "W324"]
