"""Exports made from a known truth come back as that truth, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fulfill.inputs.demand import read_demand
from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.importing.import_orders import ImportedOrders, import_orders
from fulfill.inputs.importing.order_lines import Reading
from fulfill.inputs.importing.order_map import OrderMap, read_map
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.periods import period_of
from inputs.importing.exports import CATEGORIES, CITIES, EXPORTS, MXN_PER_USD, Truth, make_truth

Import = Callable[..., ImportedOrders]


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(locate("network", "mexico-us-border"))


@pytest.fixture(scope="module")
def bring(network: Network) -> Import:
    """Import files with the embedded network."""
    known = read_demand(locate("demand", "mexico-2026")).zones

    def bring_in(*paths: Path, mapped: OrderMap | None = None, **options: object) -> ImportedOrders:
        reading = Reading(**options.pop("reading", {}))  # type: ignore[arg-type]
        return import_orders(
            paths, network, known, reading=reading, mapped=mapped or OrderMap(), **options
        )

    return bring_in


@pytest.fixture(scope="module")
def truth() -> Truth:
    return make_truth(seed=7, orders=4000)


@pytest.fixture(scope="module", params=sorted(EXPORTS))
def imported(
    request: pytest.FixtureRequest, truth: Truth, bring: Import, tmp_path_factory: object
) -> ImportedOrders:
    folder = tmp_path_factory.mktemp("exports")  # type: ignore[attr-defined]
    return bring(EXPORTS[request.param](truth, folder))


def test_every_order_is_in_the_right_zone(imported: ImportedOrders, truth: Truth) -> None:
    of_city = truth.orders["city"].value_counts().reindex(range(len(CITIES)))
    zones = imported.zones
    km = np.array(
        [
            geodesic_km(
                zones["lat"], zones["lon"], np.full(len(zones), lat), np.full(len(zones), lon)
            )
            for lat, lon in zip(CITIES["lat"], CITIES["lon"], strict=True)
        ]
    )
    nearest = km.argmin(axis=1)
    assert len(set(nearest)) == len(CITIES)
    assert km.min(axis=1).max() < 15
    right = np.minimum(zones["orders"].to_numpy()[nearest], of_city.to_numpy()).sum()
    assert right >= 0.99 * len(truth.orders)


def test_totals_hold_to_the_unit(imported: ImportedOrders, truth: Truth) -> None:
    figures = imported.figures
    assert figures["orders_in"] == len(truth.orders)
    assert figures["orders_in"] == figures["orders_placed"] + sum(
        figures["orders_refused"].values()
    )
    assert imported.orders["orders"].sum() == imported.zones["orders"].sum() == len(truth.orders)
    assert figures["cancelled"] == truth.orders["cancelled"].sum()
    assert figures["returned"] == truth.orders["returned"].sum()
    rate = MXN_PER_USD if figures["currency"] == "MXN" else 1.0
    assert figures["value_in"] == pytest.approx(truth.lines["value"].sum() * rate, abs=50)
    assert figures["value_in"] == figures["value_placed"]
    several = truth.lines.groupby("order")[["category", "article"]].apply(
        lambda lines: len(lines.drop_duplicates()) > 1
    )
    assert figures["orders_with_several_products"] == several.sum()


def test_segments_are_those_of_the_truth(imported: ImportedOrders, truth: Truth) -> None:
    table = imported.segments.table
    main = truth.orders["category"].map(CATEGORIES["family"]).value_counts()
    assert table.groupby("family")["orders"].sum().to_dict() == main.to_dict()
    classes = {"A": 0, "B": 0, "C": 0}
    sold = truth.lines.groupby(["category", "article"])["quantity"].sum()
    before = 0
    for pieces in sorted(sold, reverse=True):
        share = before / sold.sum()
        classes["A" if share < 0.8 else "B" if share < 0.95 else "C"] += 1
        before += pieces
    assert table.groupby("abc")["skus"].sum().to_dict() == classes
    units = table.groupby("abc")["units"].sum() / table["units"].sum()
    assert units["A"] == pytest.approx(0.80, abs=0.02)
    assert units["B"] == pytest.approx(0.15, abs=0.02)
    values = truth.lines.groupby("order")["value"].sum().rename("of_order")
    orders = truth.orders.merge(values, left_on="order", right_index=True)
    price = orders.groupby(orders["category"].map(CATEGORIES["family"]))["of_order"].mean()
    mean = (table["price"] * table["orders"]).groupby(table["family"]).sum() / main
    rate = MXN_PER_USD if imported.figures["currency"] == "MXN" else 1.0
    assert (mean / rate).to_dict() == pytest.approx(price.to_dict(), rel=1e-3)
    returned = (table["return_rate"] * table["orders"]).sum() / table["orders"].sum()
    assert returned == pytest.approx(0.10 / 0.95, abs=0.015)


def test_the_season_is_that_of_the_truth(
    imported: ImportedOrders, truth: Truth, network: Network
) -> None:
    periods = truth.orders["day"].map(lambda day: period_of(network["calendar"], day.date()))
    season = imported.season.set_index("period_id")
    assert season["orders"].to_dict() == periods.value_counts().reindex(season.index).to_dict()
    assert (
        imported.orders.groupby("period_id")["orders"].sum().to_dict() == season["orders"].to_dict()
    )
    assert season["days"].sum() == 365
    usual = 365 / (365 + 2 * 5)
    assert season.loc["buen_fin", "intensity"] == pytest.approx(3 * usual, rel=0.25)
    assert season.loc["jan", "intensity"] == pytest.approx(usual, rel=0.15)


def test_what_was_recognised_is_said(bring: Import, truth: Truth, tmp_path: Path) -> None:
    found = bring(EXPORTS["spanish"](truth, tmp_path))
    figures = found.figures
    assert (figures["encoding"], figures["delimiter"]) == ("iso-8859-1", ",")
    assert (figures["date_order"], figures["decimal"]) == ("dmy", "point")
    zeros = CITIES["postcode"].str.startswith("0")
    lost = truth.orders["city"].isin(CITIES.index[zeros]).sum()
    assert figures["repaired"] == {"leading_zero": lost}
    [file] = found.files
    assert (file.skipped, file.rows) == (2, len(truth.lines))
    assert file.columns["postcode"] == "Código Postal"
    assert found.rate is not None
    assert found.rate.currency == "MXN"
    assert bring(EXPORTS["chinese"](truth, tmp_path)).figures["encoding"] == "gb18030"
    english = bring(EXPORTS["english"](truth, tmp_path))
    assert english.files[0].unused == ("Financial Status", "Billing Zip")


def test_products_say_what_is_measured_and_what_is_assumed(
    bring: Import, truth: Truth, network: Network, tmp_path: Path
) -> None:
    found = bring(EXPORTS["english"](truth, tmp_path))
    products = found.network_tables["products"].set_index("product_id")
    row = products.loc["clothing_a"]
    assert row["status"] == "measured"
    assert float(row["skus"]) == found.segments.table["skus"][0]
    assert "assumed, those of apparel_a in mexico-us-border: transfer_value_usd" in row["source"]
    assert "price_usd=" not in row["range"]
    like = network["products"].set_index("product_id").loc["apparel_a"]
    factor = float(row["price_usd"]) / like["price_usd"]
    assert float(row["transfer_value_usd"]) == pytest.approx(
        like["transfer_value_usd"] * factor, rel=1e-4
    )
    assert row["tariff_class"] == like["tariff_class"]
    first = found.missing[0]
    assert (first["product_id"], first["like"]) == ("clothing_a", "apparel_a")
    assert "transfer_value_usd" in first["figures"]
    assert not {"price_usd", "weight_kg", "skus"} & set(first["figures"])
    goods = found.network_tables["goods_costs"]
    assert set(goods["product_id"]) == set(products.index)
    assert set(goods["status"]) == {"assumption"}


LINES = pd.DataFrame(
    [
        ("A1", "2025-01-01", "Paid", "S1", "Home", "1", "10.50", "44100", "Jalisco"),
        ("A2", "2025-06-01", "Paid", "S1", "Home", "1", "10.50", "44100", "Jalisco"),
        ("A3", "2025-12-31", "Paid", "S2", "Home", "2", "7.25", "64000", "Nuevo León"),
    ],
    columns=["Order ID", "Order date", "Status", "SKU", "Category", "Quantity", "Price",
             "Postcode", "State"],
)  # fmt: skip


def write(folder: Path, lines: pd.DataFrame = LINES, name: str = "shop.csv") -> Path:
    lines.to_csv(folder / name, index=False)
    return folder / name


def changed(row: int, **cells: str) -> pd.DataFrame:
    lines = LINES.copy()
    for column, cell in cells.items():
        lines.loc[row, column.replace("_", " ")] = cell
    return lines


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Order_ID": ""}, "no_order_id"),
        ({"Status": "Unpaid"}, "not_an_order"),
        ({"Order_date": ""}, "no_date"),
        ({"Quantity": ""}, "no_quantity"),
        ({"Quantity": "-1"}, "no_goods"),
        ({"Price": ""}, "no_price"),
        ({"State": "Ruritania"}, "no_country"),
        ({"Postcode": "99999"}, "unknown_postcode"),
        ({"Postcode": ""}, "no_place"),
    ],
)
def test_an_order_that_cannot_be_used_is_counted_with_its_reason(
    bring: Import, tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    found = bring(write(tmp_path, changed(1, **cells)), currency="USD")
    figures = found.figures
    assert figures["orders_refused"] == {reason: 1}
    assert (figures["orders_in"], figures["orders_placed"]) == (3, 2)
    assert figures["value_in"] == pytest.approx(
        figures["value_placed"] + figures["value_refused"][reason]
    )
    [row] = found.refused.to_dict("records")
    assert (row["file"], row["row"], row["reason"]) == ("shop.csv", 3, reason)


def test_lines_that_disagree_are_no_order(bring: Import, tmp_path: Path) -> None:
    lines = pd.concat([LINES, changed(1, Postcode="64000").iloc[[1]]])
    found = bring(write(tmp_path, lines), currency="USD")
    assert found.figures["orders_refused"] == {"lines_disagree": 1}


def test_days_that_do_not_count_are_refused_by_the_map(bring: Import, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text("[dates]\nlast = 2025-11-30\n", encoding="utf-8")
    mapped = read_map(tmp_path / "map.toml")
    found = bring(write(tmp_path), currency="USD", mapped=mapped)
    assert found.figures["orders_refused"] == {"outside_dates": 1}


def test_an_unpaid_line_of_a_paid_order_takes_nothing_from_it(
    bring: Import, tmp_path: Path
) -> None:
    lines = pd.concat(
        [LINES, changed(1, Status="Unpaid").iloc[[1]], changed(1, Status="").iloc[[1]]]
    )
    assert bring(write(tmp_path, lines), currency="USD").figures["orders_placed"] == 3


def test_other_countries_are_refused_and_text_of_countries_is_read(
    bring: Import, tmp_path: Path
) -> None:
    lines = LINES.assign(Country=["México", "Canada", "MX"])
    found = bring(write(tmp_path, lines), currency="USD")
    assert found.figures["orders_refused"] == {"no_country": 1}
    lines = LINES.assign(Country=["México", "CA", "MX"])
    found = bring(write(tmp_path, lines), currency="USD")
    assert found.figures["orders_refused"] == {"country_not_served": 1}


def test_letters_decoded_wrongly_are_put_right(bring: Import, tmp_path: Path) -> None:
    lines = changed(2, Postcode="", State="Nuevo LeÃ³n").assign(City=["", "", "Monterrey"])
    found = bring(write(tmp_path, lines), currency="USD")
    assert found.figures["repaired"] == {"letters": 1}
    assert found.figures["placed_by"] == {"postcode": 2, "city": 1}


def test_without_prices_those_of_the_network_hold(bring: Import, tmp_path: Path) -> None:
    found = bring(write(tmp_path, LINES.drop(columns="Price")))
    assert found.figures["value_in"] is None
    assert "price_usd" in found.missing[0]["figures"]


def test_zones_are_as_many_as_asked_for(bring: Import, truth: Truth, tmp_path: Path) -> None:
    path = EXPORTS["english"](truth, tmp_path)
    found = bring(path, wanted=5)
    assert len(found.zones) == 5
    assert found.zones["orders"].sum() == len(truth.orders)
    merged = found.zones["source"].str.contains("merged from")
    assert merged.any()
    # an order of Álvaro Obregón counts in the capital, not in the nearest large zone elsewhere
    capital = CITIES.index[CITIES["state"] == "CDMX"]
    inside = found.zones.loc[found.zones["state"] == "Ciudad de México", "orders"].sum()
    assert inside >= truth.orders["city"].isin(capital).sum()


def test_zones_of_postcodes(bring: Import, truth: Truth, tmp_path: Path) -> None:
    path = EXPORTS["english"](truth, tmp_path)
    by_place, by_postcode = bring(path), bring(path, zones_of="postcode")
    assert by_postcode.zones["orders"].sum() == by_place.zones["orders"].sum()
    assert by_postcode.zones["name"].str.fullmatch(r".+ \(\d{3}\)").all()
    assert by_postcode.zones["zone_id"].is_unique
    assert set(by_postcode.zones["state"]) <= set(by_place.zones["state"])


@pytest.mark.parametrize(
    ("lines", "options", "code", "column"),
    [
        (LINES.drop(columns="Order date"), {}, "F410", "order_date"),
        (LINES.drop(columns="Postcode"), {}, "F410", "postcode or city or lat"),
        (changed(0, Status="Gone fishing"), {}, "F411", "Status"),
        (LINES, {"currency": None}, "F412", "Price"),
        (LINES, {"currency": "XXX"}, "F323", ""),
        (changed(0, Category="Pets"), {}, "F414", "categories"),
        (LINES.assign(Postcode=""), {}, "F415", ""),
        (changed(0, Order_date="2023-01-01"), {}, "F416", "dates"),
        (LINES.assign(**{"Order date": "03/04/2025"}), {}, "F215", "Order date"),
        (changed(0, Price="ten"), {}, "F406", "Price"),
    ],
)
def test_what_is_not_known_is_refused(
    bring: Import,
    tmp_path: Path,
    lines: pd.DataFrame,
    options: dict[str, str],
    code: str,
    column: str,
) -> None:
    with pytest.raises(InputError) as caught:
        bring(write(tmp_path, lines), **{"currency": "USD", **options})
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [(code, column)]


def test_an_export_given_twice_is_refused(bring: Import, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bring(write(tmp_path), write(tmp_path, name="copy.csv"), currency="USD")
    [fault] = caught.value.faults
    assert (fault.code, fault.file, fault.row) == ("F413", "copy.csv", 2)
    assert "also in shop.csv; 3 orders" in fault.detail


def test_faults_of_all_files_come_at_once(bring: Import, tmp_path: Path) -> None:
    one = write(tmp_path, changed(0, Price="ten"))
    other = write(tmp_path, LINES.drop(columns="SKU").drop(columns="Category"), "other.csv")
    with pytest.raises(InputError) as caught:
        bring(one, other)
    assert [(fault.code, fault.file) for fault in caught.value.faults] == [
        ("F406", "shop.csv"),
        ("F410", "other.csv"),
    ]


def test_a_map_settles_statuses_and_categories(bring: Import, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(
        '[status]\n"Gone fishing" = "cancelled"\n[categories]\nPets = "toys"\n'
        '[skus]\nS1 = "Pets"\n',
        encoding="utf-8",
    )
    path = write(tmp_path, changed(0, Status="Gone fishing"))
    found = bring(path, currency="USD", mapped=read_map(tmp_path / "map.toml"))
    assert found.figures["cancelled"] == 1
    assert set(found.segments.table["family"]) == {"toys", "home"}


def test_periods_without_orders_are_warned_of(bring: Import, tmp_path: Path) -> None:
    found = bring(write(tmp_path, LINES.iloc[:2]), currency="USD")
    [warning] = found.warnings
    assert warning.code == "W400"
    assert "navidad" in warning.detail
    assert bring(write(tmp_path), currency="USD").warnings == ()


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("[colours]\n", ""),
        ("columns = 3\n", ""),
        ("[status]\nPaid = 'gone'\n", "status.Paid"),
        ("[values]\nsku = 'A'\n", "values.sku"),
        ("[dates]\nfirst = '2025-01-01'\n", "dates.first"),
        ("[dates]\nfirst = 2025-02-01\nlast = 2025-01-01\n", "dates.last"),
        ("[categories]\nPets = 3\n", "categories.Pets"),
        ("no toml", ""),
    ],
)
def test_a_map_with_wrong_entries_is_refused(tmp_path: Path, text: str, column: str) -> None:
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_map(tmp_path / "map.toml")
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [("F409", column)]
