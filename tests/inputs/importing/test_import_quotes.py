"""Offers of logistics providers become sites; what they lack is named and assumed, never free."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.importing.import_quotes import ImportedQuotes, import_quotes
from fulfill.inputs.importing.order_lines import Reading
from fulfill.inputs.network import Network, read_network
from inputs.importing.cards import offers_csv, offers_workbook

OFFER = (
    "Provider,City,State,Pick per order (USD),Storage per m3 and month\nNorth,Laredo,TX,2.5,12.5\n"
)


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(locate("network", "mexico-us-border"))


def bring(network: Network, path: Path, **options: str) -> ImportedQuotes:
    return import_quotes([path], network, reading=Reading(), **options)


def row(imported: ImportedQuotes, site: str) -> pd.Series:
    """Return the offer of a site after conversion."""
    return imported.offers.set_index("site_id").loc[site]


def test_figures_of_rows_in_pesos(network: Network, tmp_path: Path) -> None:
    found = bring(network, offers_csv(tmp_path))
    north = row(found, "logistica-norte")
    figures = {name: float(north[name]) for name in (
        "pick_usd_order", "storage_usd_m3_month", "fixed_usd_month", "opening_usd", "orders_day",
        "storage_m3",
    )}  # fmt: skip
    assert figures == {
        "pick_usd_order": 17.0,
        "storage_usd_m3_month": 180.0,
        "fixed_usd_month": 150000.0,
        "opening_usd": 95000.0,
        "orders_day": 900.0,
        "storage_m3": 2500.0,
    }
    assert (north["state"], north["currency"]) == ("Nuevo León", "MXN")
    assert float(north["lat"]) == pytest.approx(25.78, abs=0.1)


def test_a_minimum_contains_orders_that_cost_nothing_more(network: Network, tmp_path: Path) -> None:
    bands = bring(network, offers_csv(tmp_path)).tables["bands"]
    mine = bands[bands["site_id"] == "logistica-norte"].set_index("band")
    contained = 150000 / 17.0 * 12 / 365
    assert float(mine.loc["base", "capacity_factor"]) == pytest.approx(contained / 900, rel=1e-5)
    assert mine["price_factor"].tolist() == ["0", "1"]
    assert mine["capacity_factor"].astype(float).sum() == pytest.approx(1.0, abs=1e-5)
    assert "almacenes-bajio" not in set(bands["site_id"])


def test_what_an_offer_lacks_is_that_of_the_nearest_site(network: Network, tmp_path: Path) -> None:
    found = bring(network, offers_csv(tmp_path))
    missing = {one["site_id"]: one for one in found.missing}
    assert missing["almacenes-bajio"]["like"] == "mx-queretaro-3pl"
    assert set(missing["almacenes-bajio"]["figures"]) == {
        "labour_usd_hour", "storage_m3", "orders_day", "opening_usd", "fixed_usd_month",
    }  # fmt: skip
    sizes = found.tables["site_sizes"].set_index("site_id")
    bajio = sizes.loc["almacenes-bajio"]
    rate = 17.5445
    assert float(bajio["fixed_usd_month"]) == pytest.approx(6000 * rate, rel=1e-3)
    assert bajio["status"] == "assumption"
    assert "fixed_usd_month (that of mx-queretaro-3pl)" in bajio["source"]
    assert sizes.loc["logistica-norte", "status"] == "measured"
    assert [(one.code, one.value) for one in found.warnings] == [("W442", "almacenes-bajio")]


def test_sheets_with_an_address_and_a_point(network: Network, tmp_path: Path) -> None:
    found = bring(network, offers_workbook(tmp_path))
    assert found.figures["sites"] == ["laredo-one", "otay-mesa-two"]
    laredo, otay = (row(found, site) for site in found.figures["sites"])
    assert (laredo["state"], otay["state"]) == ("Texas", "California")
    assert float(laredo["lat"]) == pytest.approx(27.6, abs=0.2)
    assert (float(otay["lat"]), float(otay["lon"])) == (32.55, -116.95)
    assert float(otay["storage_usd_m3_month"]) == pytest.approx(1.05 / (0.9 * 0.09290304))
    assert float(otay["storage_m3"]) == 900
    assert [(one["figure"], one["unit"]) for one in found.figures["conversions"]] == [
        ("storage", "ft2")
    ]
    assert found.figures["cells_not_read"] == {"outside_tables": 2}


def test_cells_add_up(network: Network, tmp_path: Path) -> None:
    for path in (offers_csv(tmp_path), offers_workbook(tmp_path)):
        found = bring(network, path)
        figures = found.figures
        left = sum(figures["cells_not_read"].values())
        assert figures["cells_in"] == sum(figures["cells_read"].values()) + left
        assert len(found.not_read) == left


def test_receiving_by_pallet_is_added_at_the_mean_volume(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    text = OFFER.replace("month\n", "month,Receiving per pallet\n").replace("12.5\n", "12.5,9\n")
    path.write_text(text, encoding="utf-8")
    volume = network["products"]["volume_m3"].mean()
    found = row(bring(network, path), "north")
    assert float(found["pick_usd_order"]) == pytest.approx(2.5 + 9 * volume / 1.5)
    assert found["pick_usd_order"] != "2.5"


def test_a_site_of_the_same_name_is_replaced(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text(OFFER.replace("North", "us laredo 3pl"), encoding="utf-8")
    found = bring(network, path)
    assert found.figures["replaced"] == ["us-laredo-3pl"]
    assert (found.tables["sites"]["site_id"] == "us-laredo-3pl").sum() == 1
    # what it replaces is no evidence for what it lacks
    assert found.missing[0]["like"] == "us-mcallen-3pl"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b\n1,2\n", "F453"),
        (OFFER.replace("Laredo", "Nowhere at all"), "F454"),
        (OFFER.replace("per m3 and month", "and month"), "F455"),
        (OFFER.replace("and month", ""), "F455"),
        (OFFER.replace("12.5", "0"), "F456"),
        (OFFER + "North,El Paso,TX,2.6,11.5\n", "F452"),
        (OFFER.replace(" (USD)", ""), "F412"),
        (OFFER.replace("USD", "MXN o USD"), "F412"),
        (OFFER.replace("(USD)", "(CAD)"), "F323"),
        (OFFER.replace("2.5,", "two,"), "F406"),
    ],
)
def test_what_is_not_known_is_refused(
    text: str, code: str, network: Network, tmp_path: Path
) -> None:
    path = tmp_path / "offer.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        bring(network, path)
    assert {fault.code for fault in caught.value.faults} == {code}


def test_a_network_without_shared_sites_has_nothing_to_assume(tmp_path: Path) -> None:
    path = tmp_path / "offer.csv"
    path.write_text(OFFER, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        bring(read_network(locate("network", "toy")), path)
    assert [fault.code for fault in caught.value.faults] == ["F457"]
