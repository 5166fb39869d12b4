"""Rate cards made from a known truth come back as that truth, and no cell is left out unsaid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

from fulfill.inputs.faults import InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.importing.card_map import CardMap, read_card_map
from fulfill.inputs.importing.import_rates import ImportedRates, import_rates
from fulfill.inputs.importing.order_lines import Reading
from fulfill.inputs.importing.weights import FURTHER, OVER, RANGE, UP_TO, read_weight
from fulfill.inputs.network import Network, read_network
from inputs.importing.cards import MAKES, Make, mexican

pytestmark = pytest.mark.usefixtures("undrawn")

Import = Callable[..., ImportedRates]
HEAD = "Precios en MXN antes de IVA;divisor 5000 volumétrico;vigencia 2026-01-01\n"
"""Terms of a card, so that a test shows one fault only."""
CARD = (
    HEAD + "Peso (kg);Zona 1;Zona 2\n0-1;50.5;60.5\n1-5;70.5;80.5\n\nEstado;Zona\nJalisco;1\n*;2\n"
)


@pytest.fixture(scope="module")
def network() -> Network:
    return read_network(locate("network", "mexico-us-border"))


@pytest.fixture
def bring(network: Network, tmp_path: Path) -> Import:
    """Import a text or files into the embedded network."""

    def bring_in(*given: str | Path, mapped: CardMap | None = None, **options: object) -> object:
        paths = [one for one in given if isinstance(one, Path)]
        for number, text in enumerate(one for one in given if isinstance(one, str)):
            paths.append(tmp_path / f"card{number or ''}.csv")
            paths[-1].write_text(text, encoding="utf-8")
        reading = Reading(**options.pop("reading", {}))  # type: ignore[arg-type]
        options.setdefault("service", "mx-ground")
        return import_rates(paths, network, reading=reading, mapped=mapped or CardMap(), **options)  # type: ignore[arg-type]

    return bring_in  # type: ignore[return-value]


@pytest.fixture(params=sorted(MAKES))
def make(request: pytest.FixtureRequest) -> Make:
    return MAKES[request.param]


@pytest.fixture
def imported(make: Make, bring: Import, tmp_path: Path) -> ImportedRates:
    mapped = CardMap(values={"country": "MX"}) if make.service == "mail-standard" else CardMap()
    return bring(make.write(make.truth, tmp_path), service=make.service, mapped=mapped)


def faults_of(bring: Import, *given: str | Path, **options: object) -> list[tuple[str, str]]:
    """Return code and value of the faults of an import."""
    with pytest.raises(InputError) as caught:
        bring(*given, **options)
    return [(fault.code, fault.value) for fault in caught.value.faults]


def price(rates: pd.DataFrame, zone: str, kg: float) -> float:
    """Return what a parcel of a billable weight pays by the rows of a card."""
    number = rates.drop(columns=["card", "service_id", "card_zone"]).apply(
        pd.to_numeric, errors="coerce"
    )
    step = number["round_up_kg"].iloc[0]
    kg = np.ceil(round(kg / step, 9)) * step if step else round(kg, 9)
    upper = number["kg_to"].fillna(np.inf)
    mine = (rates["card_zone"] == zone) & (number["kg_from"] < kg) & (kg <= upper)
    assert mine.sum() == 1
    row = number[mine].iloc[0]
    return float(row["base_usd"] + row["usd_kg"] * max(kg - row["kg_included"], 0.0))


def test_every_price_is_that_of_the_truth(imported: ImportedRates, make: Make) -> None:
    truth, rates = make.truth, imported.rows.rates
    prefix = "mx-zone-" if make.service == "mail-standard" else "zone-"
    for zone in range(truth.prices.shape[1]):
        low = 0.0
        for end, prices in zip(truth.ends, truth.prices, strict=True):
            for kg in (low * make.unit_kg + 1e-6, end * make.unit_kg):
                found = price(rates, f"{prefix}{zone + 1}", kg)
                assert found == pytest.approx(prices[zone], abs=1e-6)
            low = end
        if make.service != "us-ground":
            step = 1.0 if make.service == "mx-ground" else truth.ends[0]
            for steps in (1, 7):
                expected = truth.prices[-1, zone] + steps * truth.further[zone]
                found = price(rates, f"{prefix}{zone + 1}", low + (steps - 0.5) * step)
                assert found == pytest.approx(expected, abs=1e-6)
    assert imported.figures["currency"] == make.currency
    assert imported.figures["divisor_cm3_kg"] == pytest.approx(make.divisor)
    assert imported.figures["valid_from"] == make.first_day
    assert set(rates["status"]) == {"measured"}


def test_every_state_is_in_its_zone(imported: ImportedRates, make: Make) -> None:
    zones = imported.rows.zones.set_index("to_state")["card_zone"].str[-1].astype(int)
    assert zones.to_dict() == make.truth.zone_of


def test_surcharges_are_those_of_the_truth(imported: ImportedRates, make: Make) -> None:
    rows = imported.rows.surcharges
    kinds = rows["surcharge_id"].str.extract("-(fuel|remote|residential|peak)-")[0]
    by_kind = rows.set_index(kinds)
    truth = make.truth
    assert float(by_kind.loc["fuel", "share"]) == pytest.approx(truth.fuel, abs=1e-3)
    other = "residential" if make.service == "us-ground" else "remote"
    assert float(by_kind.loc[other, "usd_order"]) == truth.remote
    assert by_kind.loc[other, "zone_class"] == ("any" if other == "residential" else "rural")
    if "peak" in by_kind.index:
        assert float(by_kind.loc["peak", "usd_order"]) == truth.peak
        assert by_kind.loc["peak", ["peak_from", "peak_to"]].str[4:].tolist() in (
            ["-11-01", "-12-31"], ["-11-15", "-01-10"],
        )  # fmt: skip
    assert len(rows) == (2 if make.service == "mail-standard" else 3)


def test_cells_add_up(imported: ImportedRates, make: Make) -> None:
    figures, truth = imported.figures, make.truth
    left = sum(figures["cells_not_read"].values())
    assert figures["cells_in"] == sum(figures["cells_read"].values()) + left
    assert len(imported.not_read) == left
    prices = truth.prices.size + (0 if make.service == "us-ground" else truth.further.size)
    assert figures["cells_read"]["price"] == prices
    assert figures["cells_read"]["zone"] == 2 * len(truth.zone_of)


def test_the_card_takes_the_place_of_the_prices_of_its_service(
    bring: Import, network: Network, tmp_path: Path
) -> None:
    make = MAKES["mexican"]
    services = bring(mexican(make.truth, tmp_path)).tables["services"]
    mine = services["service_id"] == "mx-ground"
    assert set(services.loc[mine, "card"]) == {"tarifario"}
    assert (services.loc[mine, ["base_usd", "usd_kg"]] == "").all(axis=None)
    assert services.loc[mine, "status"].eq("measured").all()
    assert services.loc[mine, "source"].str.contains("assumed, as before: days_mean").all()
    assert (services.loc[~mine, "card"] == "").all()
    old = network["services"]
    assert services["days_mean"].astype(float).tolist() == old["days_mean"].tolist()


@pytest.mark.parametrize(
    ("text", "kind", "numbers", "unit"),
    [
        ("0-1 kg", RANGE, ("0", "1"), "kg"),
        ("hasta 5", UP_TO, ("5",), ""),
        ("1.0 a 5.0", RANGE, ("1.0", "5.0"), ""),
        ("0<W≤0.5", RANGE, ("0", "0.5"), ""),
        ("0.5-1公斤", RANGE, ("0.5", "1"), "kg"),
        ("más de 30 kg", OVER, ("30",), "kg"),
        ("Each additional lb", FURTHER, (), "lb"),
        ("cada 0.5 kg adicional", FURTHER, ("0.5",), "kg"),
        ("续重", FURTHER, (), ""),
        ("up to 500 g", UP_TO, ("500",), "g"),
    ],
)
def test_weights_as_cards_write_them(
    text: str, kind: str, numbers: tuple[str, ...], unit: str
) -> None:
    found = read_weight(text)
    assert found is not None
    assert (found.kind, found.numbers, found.unit) == (kind, numbers, unit)


@pytest.mark.parametrize("text", ["Zona 1", "Sobre", "Combustible", "1 2 3", ""])
def test_other_texts_are_no_weights(text: str) -> None:
    assert read_weight(text) is None


def test_a_long_form_with_a_price_by_weight(bring: Import) -> None:
    text = (
        "生效日期 2026-01-01,体积重 /6000,人民币\n"
        "国家,重量段(KG),单价(RMB/KG),挂号费\n"
        "墨西哥,0-0.3,85.0,18.5\n墨西哥,0.3-2,80.0,18.5\n巴西,0-2,70.0,15.5\n"
    )
    found = bring(text, service="mail-standard")
    rates = found.rows.rates
    assert rates["base_usd"].tolist() == ["18.5", "18.5"]
    assert rates["usd_kg"].tolist() == ["85", "80"]
    assert found.figures["cells_not_read"] == {"other_country": 2}
    assert found.rows.zones["card_zone"].tolist() == ["mx-all"]


def test_distance_bands_and_notes_settle_zones(bring: Import) -> None:
    text = (
        HEAD
        + "Peso (kg);Zona 1;Zona 2\n0-1;50.5;60.5\n\nDistancia;Zona\n0-300 km;1\n301-2,500 km;2\n"
    )
    zones = bring(text).rows.zones
    assert zones["km_from"].tolist() == ["0", "300"]
    assert zones["km_to"].tolist() == ["300", "2500"]


def test_postcodes_give_the_zone_of_most_codes_of_a_state(bring: Import) -> None:
    text = HEAD + (
        "Peso (kg);Zona 1;Zona 2\n0-1;50.5;60.5\n\n"
        "CP desde;CP hasta;Zona\n44000;48999;1\n49000;49999;2\n64000;67999;2\n"
    )
    found = bring(text)
    zones = found.rows.zones.set_index("to_state")["card_zone"].to_dict()
    assert zones == {"Jalisco": "zone-1", "Nuevo León": "zone-2"}
    assert [(one.code, one.value) for one in found.warnings] == [("W440", "Jalisco")]


def test_a_matrix_of_origins_and_destinations(bring: Import) -> None:
    text = HEAD + (
        "Peso (kg);Zona 1;Zona 2\n0-1;50.5;60.5\n\n"
        "Origen / Destino;Jalisco;Sonora\nJalisco;1;2\nSonora;2;1\n"
    )
    zones = bring(text).rows.zones
    found = zones.set_index(["from_state", "to_state"])["card_zone"].to_dict()
    assert found["Jalisco", "Sonora"] == found["Sonora", "Jalisco"] == "zone-2"
    assert found["Jalisco", "Jalisco"] == "zone-1"


def test_the_value_added_tax_in_prices_is_taken_out(bring: Import) -> None:
    text = CARD.replace("antes de IVA", "IVA incluido")
    assert faults_of(bring, text) == [
        ("F450", "Precios en MXN IVA incluido divisor 5000 volumétrico vigencia 2026-01-01")
    ]
    found = bring(text, mapped=CardMap(values={"vat_rate": "0.16"})).rows.rates
    assert float(found["base_usd"].iloc[0]) == pytest.approx(50.5 / 1.16)


def test_steps_that_do_not_fit_the_breaks_are_listed(bring: Import) -> None:
    text = CARD.replace("1-5;70.5;80.5", "1-2.5;70.5;80.5\nkg adicional;10.5;12.5")
    assert {code for code, _ in faults_of(bring, text)} == {"F443"}
    rates = bring(text, mapped=CardMap(values={"max_kg": "5"})).rows.rates
    assert price(rates, "zone-1", 2.6) == pytest.approx(81.0)
    assert price(rates, "zone-1", 3.5) == pytest.approx(81.0)
    assert price(rates, "zone-1", 5.0) == pytest.approx(70.5 + 3 * 10.5)


def test_a_card_of_the_same_name_is_replaced_and_others_stay(
    bring: Import, network: Network, tmp_path: Path
) -> None:
    first = bring(CARD, card="one")
    network.folder.write(tmp_path / "net")
    for name, table in first.tables.items():
        table.to_csv(tmp_path / "net" / f"{name}.csv", index=False)
    mine = read_network(tmp_path / "net")
    path = tmp_path / "card.csv"
    options = {"reading": Reading(), "mapped": CardMap()}
    second = import_rates([path], mine, card="two", service="mx-express", **options)  # type: ignore[arg-type]
    assert second.figures["replaced"] is False
    assert second.tables["rate_cards"]["card"].value_counts().to_dict() == {"one": 4, "two": 4}
    again = import_rates([path], mine, card="one", service="mx-ground", **options)  # type: ignore[arg-type]
    assert again.figures["replaced"] is True
    assert len(again.tables["rate_cards"]) == 4


def test_merged_cells_are_counted_once(bring: Import, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ("Precios MXN + IVA, vigencia 2026-01-01, volumétrico /5000",),
        ("Peso (kg)", "Zona 1", "Zona 2"),
        ("hasta 1", 55.5, None),
    ):
        sheet.append(row)
    sheet.merge_cells("B3:C3")
    book.save(tmp_path / "merged.xlsx")
    found = bring(tmp_path / "merged.xlsx", mapped=CardMap(zones={"1": "Jalisco", "2": "*"}))
    assert found.rows.rates["base_usd"].tolist() == ["55.5", "55.5"]
    assert found.figures["cells_read"] == {"heading": 4, "price": 1, "term": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b\n1;2\n", ("F441", "a")),
        (HEAD + "Peso (kg);Zona 1\n0-1;n/a\n", ("F441", "")),
        (CARD.replace("1-5;70.5", "3-5;70.5"), ("F443", "3 - 5")),
        (CARD.replace("70.5", ""), ("F444", "")),
        (CARD.replace("70.5", "0"), ("F444", "0")),
        (CARD.replace("0-1;50.5;60.5\n", ""), ("F443", "1 - 5")),
        (CARD.replace("50.5", "n/a"), ("F443", "1-5")),
        (CARD.replace("0-1;50.5", "hasta 1;n/a").replace("1-5", "hasta 5"), ("F443", "hasta 5")),
        (CARD.replace("1-5;70.5;80.5", "1-5;;"), ("F444", "")),
        (CARD[: CARD.index("Estado")], ("F445", "zone-1, zone-2")),
        (CARD.replace("Peso (kg)", "Peso"), ("F446", "0")),
        (CARD.replace("5000", ""), ("F447", "")),
        (CARD.replace("divisor 5000", "divisor 139"), ("F447", "")),
        (CARD.replace("vigencia", ""), ("F448", "")),
        (CARD + "\nCombustible;14.5\n", ("F449", "Combustible")),
        (CARD + "\nCargo;Importe\nRecolección;$20.50\n", ("F449", "Recolección")),
        (CARD + "\nEntrega a domicilio;$20.50 por viaje\n", ("F449", "Entrega a domicilio")),
        (CARD + "\nCargo;Importe\nSeguro;1.5% del valor declarado\n", ("F449", "Seguro")),
        (CARD.replace("Jalisco", "Jalisko"), ("F451", "Jalisko")),
        (CARD.replace("MXN", ""), ("F412", "")),
        (CARD.replace("MXN", "MXN o USD"), ("F412", "")),
        (CARD.replace("MXN", "CAD").replace("50.5", "CAD 50.5"), ("F323", "CAD")),
        (CARD.replace("50.5", "cincuenta 5"), ("F406", "cincuenta 5")),
    ],
)
def test_what_is_not_known_is_refused(text: str, expected: tuple[str, str], bring: Import) -> None:
    found = faults_of(bring, text)
    assert expected[0] in {code for code, _ in found}
    assert any(code == expected[0] and expected[1] in value for code, value in found)


def test_several_services_are_asked_for(bring: Import) -> None:
    assert faults_of(bring, CARD, service=None) == [("F442", "")]
    assert faults_of(bring, CARD, service="mx-grund") == [("F442", "mx-grund")]
    text = CARD.replace("Peso (kg)", "Servicio;Peso (kg)").replace("0-1", "Terrestre;0-1")
    text = text.replace("1-5", "Terrestre;1-5")
    found = bring(text, service=None, mapped=CardMap(services={"Terrestre": "mx-express"}))
    assert found.figures["services"] == ["mx-express"]


def test_the_country_of_a_service_in_two_countries_is_asked_for(bring: Import) -> None:
    assert faults_of(bring, CARD, service="mail-standard") == [("F442", "")]


def test_zones_without_prices_or_places_are_warned_of(bring: Import) -> None:
    found = bring(CARD.replace("*;2", "Sonora;7"))
    assert [(one.code, one.value) for one in found.warnings] == [
        ("W441", "zone-2"), ("W441", "zone-7"),
    ]  # fmt: skip


def test_the_map_names_and_leaves_out_surcharges(bring: Import) -> None:
    text = CARD + "\nCargo;Importe\nRecolección;$450.50 por viaje\nManejo especial;$12.50\n"
    kinds = {"Recolección": "none", "Manejo especial": "other"}
    found = bring(text, mapped=CardMap(surcharges=kinds))
    assert found.figures["cells_not_read"] == {"left_out": 2}
    rows = found.rows.surcharges
    assert rows[["surcharge", "usd_order", "zone_class"]].to_numpy().tolist() == [
        ["manejo-especial", "12.5", "any"]
    ]


def test_a_price_with_one_for_every_further_kilogram(bring: Import) -> None:
    text = HEAD + "Servicio;Peso;Tarifa;Kg adicional\nTerrestre;5 kg;108.00;7.50\n"
    rates = bring(text).rows.rates
    assert price(rates, "all", 4.0) == 108.0
    assert price(rates, "all", 6.2) == pytest.approx(108.0 + 2 * 7.5)


def test_services_side_by_side(bring: Import, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ("Precios MXN + IVA, vigencia 2026-01-01, volumétrico /5000",),
        ("Peso (kg)", "Terrestre", None, "Día siguiente", None),
        (None, "Zona 1", "Zona 2", "Zona 1", "Zona 2"),
        ("hasta 1", 55.5, 65.5, 95.5, 105.5),
    ):
        sheet.append(row)
    for area in ("A2:A3", "B2:C2", "D2:E2"):
        sheet.merge_cells(area)
    book.save(tmp_path / "merged.xlsx")
    mapped = CardMap(
        zones={"1": "Jalisco", "2": "*"},
        services={"Terrestre": "mx-ground", "Día siguiente": "mx-express"},
    )
    rates = bring(tmp_path / "merged.xlsx", service=None, mapped=mapped).rows.rates
    found = rates.set_index(["service_id", "card_zone"])["base_usd"].to_dict()
    assert found == {
        ("mx-ground", "zone-1"): "55.5", ("mx-ground", "zone-2"): "65.5",
        ("mx-express", "zone-1"): "95.5", ("mx-express", "zone-2"): "105.5",
    }  # fmt: skip
    text = HEAD + (
        ";Terrestre;;Exprés;\nPeso (kg);Zona 1;Zona 2;Zona 1;Zona 2\n0-1;55.5;65.5;95.5;105.5\n"
    )
    mapped = CardMap(
        mapped.values, {}, mapped.zones, {"Terrestre": "mx-ground", "Exprés": "mx-express"}
    )
    rates = bring(text, service=None, mapped=mapped).rows.rates
    assert rates.set_index(["service_id", "card_zone"])["base_usd"].to_dict() == found


def test_numbers_that_are_not_read_are_warned_of(bring: Import) -> None:
    found = bring(CARD + "\nOtros;valores\n;33.5\n")
    assert [(one.code, one.value) for one in found.warnings] == [("W443", "B11")]
    found = bring(CARD.replace("1-5;", "Sobre;"))
    assert [(one.code, one.value) for one in found.warnings] == [("W443", "B4")]
    assert found.figures["cells_not_read"] == {"not_a_weight": 3}


def test_what_is_not_offered_is_counted(bring: Import) -> None:
    found = bring(CARD.replace("80.5", "n/a"))
    assert found.figures["cells_not_read"] == {"not_offered": 1}
    assert len(found.rows.rates) == 3


def test_a_map_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        '[values]\ndivisor_cm3_kg = "-1"\nvalid_from = "01/01/2026"\ncolour = "red"\n'
        'weight_unit = "stone"\n[surcharges]\n"Seguro" = "tax"\n[zones]\n"1" = 3\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        read_card_map(path)
    assert [fault.code for fault in caught.value.faults] == ["F409"] * 6
    path.write_text('[values]\nmax_kg = "70"\n', encoding="utf-8")
    assert read_card_map(path).number("max_kg") == 70.0
    assert read_card_map(None) == CardMap()
