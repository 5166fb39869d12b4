"""Sizes and bands of a single site take the place of those of its ownership."""

from __future__ import annotations

import pytest

from conftest import Folders
from fulfill.inputs.site_rows import rows_by_site
from fulfill.model.economics.warehouse import warehouses

SIZES, BANDS = "network/site_sizes.csv", "network/bands.csv"


@pytest.fixture
def present(toy: Folders) -> Folders:
    """The toy with a present warehouse: site-b is fitted out and smaller than any own site."""
    toy.add(SIZES, site_id="site-b", size="M", orders_day="4", opening_usd="0", area_m2="40")
    toy.set(SIZES, 2, "site_id", "any")
    return toy


def test_a_site_with_rows_of_its_own_has_these_only(present: Folders) -> None:
    network = present.problem().network
    rows = rows_by_site(network["sites"], network["site_sizes"])
    assert list(zip(rows["site_id"], rows["size"], rows["orders_day"], strict=True)) == [
        ("site-a", "S", 10.0),
        ("site-b", "M", 4.0),
    ]
    stores = warehouses(*(network[name] for name in ("sites", "site_sizes", "bands", "contracts")))
    assert stores.orders_day.sum(axis=2).tolist() == [[15.0, 0.0, 0.0], [0.0, 6.0, 0.0]]
    rent = float(network["sites"]["rent_usd_m2_month"].iloc[1])
    assert stores.fixed_usd_year[1, 1] == 12.0 * rent * 40.0
    assert stores.fixed_usd_year[1, 0] == float("inf")
    assert stores.opening_usd[1, 1] == 0.0


def test_tables_without_the_column_read_as_before(toy: Folders) -> None:
    network = toy.problem().network
    assert (network["site_sizes"]["site_id"] == "any").all()
    assert (network["bands"]["site_id"] == "any").all()


def test_a_plan_pays_and_obeys_the_size_of_its_site(present: Folders) -> None:
    run = present.study().with_(closed=("site-a",), opened=("site-b",)).optimize()
    assert run.audit.clean
    row = run.sites.set_index("site_id").loc["site-b"]
    assert row["size"] == "M"
    days = float(run.problem.days.sum())
    assert row["orders_year"] <= 6.0 * days + 1e-6
    assert row["opening_usd"] == 0.0


def test_bands_of_a_site_may_differ(toy: Folders) -> None:
    toy.add(BANDS, site_id="site-b", band="base", capacity_factor="0.2", price_factor="1")
    toy.set(BANDS, 2, "site_id", "any")
    toy.set(BANDS, 3, "site_id", "any")
    run = toy.study().with_(opened=("site-b",)).optimize()
    assert run.audit.clean
    orders = run.sites.set_index("site_id").loc["site-b", "orders_year"]
    assert orders <= 2.0 * float(run.problem.days.sum()) + 1e-6


def test_rows_of_no_site_or_of_another_ownership_are_refused(present: Folders) -> None:
    present.add(SIZES, site_id="site-x", size="L")
    present.add(SIZES, site_id="site-a", size="L", ownership="shared")
    found = [(fault.code, fault.row, fault.value) for fault in present.faults()]
    assert ("F208", 4, "site-x") in found
    assert ("F214", 5, "shared") in found


def test_a_site_whose_own_bands_lack_the_base_is_refused(toy: Folders) -> None:
    toy.add(BANDS, site_id="site-b", band="overtime")
    toy.set(BANDS, 2, "site_id", "any")
    toy.set(BANDS, 3, "site_id", "any")
    assert "F314" in [fault.code for fault in toy.faults()]


def test_a_cell_of_a_general_row_is_named_without_its_site(present: Folders) -> None:
    for key, changed in (("own,S", (25.0, 4.0)), ("own,M,site-b", (10.0, 25.0))):
        study = present.study(overrides=[f"network/site_sizes[{key}].orders_day=25"])
        rows = study.problem.network["site_sizes"]["orders_day"]
        assert tuple(rows) == changed
