"""Every numbered fault is found in its place, and no content of a file causes a traceback."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import TOY_DEMAND, TOY_NETWORK, Folders
from fulfill.inputs.columns import REQUIRED, ROW, Column, Table
from fulfill.inputs.demand import read_demand
from fulfill.inputs.faults import RULES, Fault, InputError
from fulfill.inputs.folder import InputFolder, locate
from fulfill.inputs.geography.crossings import lane
from fulfill.inputs.geography.distances import crossing_table, road_rules
from fulfill.inputs.geography.roads import read_roads
from fulfill.inputs.network import read_network
from fulfill.inputs.schema import DEMAND_TABLES, NETWORK_TABLES, PARAMETERS
from fulfill.inputs.tables import checked_rows, read_settings, read_table

SITES = "network/sites.csv"
TARIFFS = "network/tariffs.csv"


@dataclass(frozen=True)
class Case:
    """How to make a fault, and where it must be reported; `value` None accepts any."""

    name: str
    spoil: Callable[[Folders], object]
    code: str
    file: str
    row: int = 0
    column: str = ""
    value: str | None = ""
    alone: bool = True


def put(file: str, row: int, column: str, value: str) -> Callable[[Folders], object]:
    return lambda toy: toy.set(file, row, column, value)


def add(file: str, **cells: str) -> Callable[[Folders], object]:
    return lambda toy: toy.add(file, **cells)


def text(file: str, content: str | bytes) -> Callable[[Folders], object]:
    return lambda toy: toy.write(file, content)


def edit(file: str, old: str, new: str) -> Callable[[Folders], object]:
    return lambda toy: toy.edit(file, old, new)


def header(file: str, change: Callable[[str], str]) -> Callable[[Folders], object]:
    def spoil(toy: Folders) -> None:
        first, _, rest = toy.text(file).partition("\n")
        toy.write(file, change(first) + "\n" + rest)

    return spoil


def every_line(file: str, change: Callable[[str], str]) -> Callable[[Folders], object]:
    return lambda toy: toy.write(
        file, "".join(change(line) + "\n" for line in toy.text(file).splitlines())
    )


def drop_column(file: str, column: str) -> Callable[[Folders], object]:
    def spoil(toy: Folders) -> None:
        frame = pd.read_csv(toy.root / file, dtype=str, keep_default_na=False)
        frame.drop(columns=column).to_csv(toy.root / file, index=False)

    return spoil


def drop_row(file: str, row: int) -> Callable[[Folders], object]:
    return lambda toy: toy.write(
        file,
        "".join(
            toy.text(file).splitlines(keepends=True)[: row - 1]
            + toy.text(file).splitlines(keepends=True)[row:]
        ),
    )


PREBUILD = "period_id,lands_in,share,source,source_date,status,range\n"
US_SITE = {"site_id": "site-us", "name": "Laredo", "country": "US", "lat": "27.5", "lon": "-99.5"}

CASES = [
    Case("no file", lambda toy: toy.delete(SITES), "F101", SITES),
    Case(
        "no settings",
        lambda toy: toy.delete("network/network.toml"),
        "F101",
        "network/network.toml",
    ),
    Case(
        "no demand settings",
        lambda toy: toy.delete("demand/demand.toml"),
        "F101",
        "demand/demand.toml",
    ),
    Case(
        "a folder in place of a file",
        lambda toy: (toy.delete(SITES), (toy.root / SITES).mkdir()),
        "F101",
        SITES,
    ),
    Case(
        "named roads are absent",
        edit("network/network.toml", 'name = "toy"', 'name = "toy"\nroads = "roads.npz"'),
        "F101",
        "network/roads.npz",
    ),
    Case(
        "neither orders nor a mix",
        lambda toy: toy.delete("demand/orders.csv"),
        "F101",
        "demand/mix.csv",
        alone=False,
    ),
    Case(
        "Latin-1",
        lambda toy: toy.write(SITES, toy.text(SITES).replace("Site A", "Mérida").encode("latin-1")),
        "F102",
        SITES,
        2,
        "name",
        "Mérida",
    ),
    Case("UTF-16", lambda toy: toy.write(SITES, toy.text(SITES).encode("utf-16")), "F102", SITES),
    Case(
        "binary rubbish", text(SITES, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe"), "F102", SITES
    ),
    Case("zero bytes", edit(SITES, "Site A", "Site\0A"), "F102", SITES),
    Case(
        "a cell without end", lambda toy: toy.edit(SITES, "Site A", "x" * 200_000), "F102", SITES, 2
    ),
    Case("an empty file", text(SITES, ""), "F103", SITES),
    Case("a byte order mark and no more", text(SITES, b"\xef\xbb\xbf"), "F103", SITES),
    Case("blank lines only", text(SITES, "\n , \n\n"), "F103", SITES),
    Case(
        "a header without rows",
        every_line(SITES, lambda line: line if line.startswith("site_id") else ""),
        "F103",
        SITES,
    ),
    Case(
        "vertical bars",
        every_line(SITES, lambda line: line.replace(",", "|")),
        "F104",
        SITES,
        1,
        "",
        None,
    ),
    Case("no column", drop_column(SITES, "lat"), "F105", SITES, 1, "lat"),
    Case(
        "no parameter",
        drop_row("network/parameters.csv", 4),
        "F326",
        "network/parameters.csv",
        0,
        "parameter",
        "holding_rate",
    ),
    Case(
        "no emission factor of air",
        drop_row("network/emissions.csv", 3),
        "F105",
        "network/emissions.csv",
        0,
        "mode",
        "air",
    ),
    Case(
        "an unknown column",
        header(SITES, lambda line: line.replace("state", "estado")),
        "F106",
        SITES,
        1,
        "estado",
    ),
    Case("a column without name", every_line(SITES, lambda line: "," + line), "F106", SITES, 1),
    Case(
        "ragged: too many cells",
        edit(SITES, "site-a,Site A,", "site-a,Site A,x,"),
        "F107",
        SITES,
        2,
    ),
    Case("ragged: too few cells", edit(SITES, "site-b,Site B,", "site-b,"), "F110", SITES, 3),
    Case(
        "a title above the header",
        lambda toy: toy.write(SITES, "Network 2026\n" + toy.text(SITES)),
        "F111",
        SITES,
        1,
        "",
        "Network 2026",
    ),
    Case("mojibake", put(SITES, 3, "name", "MÃ©rida"), "F112", SITES, 3, "name", "MÃ©rida"),
    Case(
        "broken TOML", text("network/network.toml", 'name = "toy'), "F108", "network/network.toml"
    ),
    Case(
        "Latin-1 TOML",
        text("network/network.toml", 'name = "Mérida"'.encode("latin-1")),
        "F108",
        "network/network.toml",
    ),
    Case(
        "a number of 5000 digits in TOML",
        text("demand/demand.toml", "name = " + "9" * 5000),
        "F108",
        "demand/demand.toml",
    ),
    Case(
        "TOML too deep",
        text("demand/demand.toml", "name = " + "[" * 100_000),
        "F108",
        "demand/demand.toml",
    ),
    Case(
        "no key",
        edit("network/network.toml", 'as_of = "2026-11-01"\n', ""),
        "F108",
        "network/network.toml",
        0,
        "as_of",
    ),
    Case(
        "an unknown key",
        edit("network/network.toml", "title =", 'titel = "x"\ntitle ='),
        "F108",
        "network/network.toml",
        0,
        "titel",
    ),
    Case(
        "a TOML date",
        edit("network/network.toml", '"2026-11-01"', "2026-11-01"),
        "F108",
        "network/network.toml",
        0,
        "as_of",
        "2026-11-01",
    ),
    Case(
        "a repeated column",
        header(SITES, lambda line: line.replace("state", "name")),
        "F109",
        SITES,
        1,
        "name",
        alone=False,
    ),
    Case(
        "an empty cell", put(SITES, 3, "labour_usd_hour", " "), "F201", SITES, 3, "labour_usd_hour"
    ),
    Case("an empty id", put(SITES, 3, "site_id", ""), "F201", SITES, 3, "site_id"),
    Case("an empty date", put(TARIFFS, 3, "valid_from", ""), "F201", TARIFFS, 3, "valid_from"),
    Case(
        "an empty flag",
        put("network/countries.csv", 2, "vat_credited", ""),
        "F201",
        "network/countries.csv",
        2,
        "vat_credited",
    ),
    *(
        Case(
            f"no number: {value}",
            put(SITES, 3, "rent_usd_m2_month", value),
            "F202",
            SITES,
            3,
            "rent_usd_m2_month",
            value,
        )
        for value in (
            "abc",
            "1,234",
            "12 USD",
            "nan",
            "inf",
            "1e999",
            "--1",
            "0x10",
            "1_000",
            "٣",
            "5%",
            "1.2.3",
            "yes",
        )
    ),
    *(
        Case(
            f"no date: {value}",
            put(TARIFFS, 3, "valid_from", value),
            "F203",
            TARIFFS,
            3,
            "valid_from",
            value,
        )
        for value in (
            "15/15/2025",
            "2025-02-30",
            "2025-13-1",
            "20250815",
            "2025-08-15 00:00",
            "soon",
            "45884",
        )
    ),
    *(
        Case(
            f"no date in TOML: {value}",
            edit("network/network.toml", "2026-11-01", value),
            "F203",
            "network/network.toml",
            0,
            "as_of",
            value,
        )
        for value in ("1 Nov 2026", "20261101", "2026-W44-7", "2026-13-01")
    ),
    Case(
        "no flag",
        put("network/countries.csv", 2, "vat_credited", "maybe"),
        "F204",
        "network/countries.csv",
        2,
        "vat_credited",
        "maybe",
    ),
    Case(
        "a negative capacity",
        put("network/site_sizes.csv", 2, "orders_day", "-10"),
        "F205",
        "network/site_sizes.csv",
        2,
        "orders_day",
        "-10",
    ),
    Case(
        "a negative gateway",
        put("network/gateways.csv", 2, "capacity_m3_month", "-1"),
        "F205",
        "network/gateways.csv",
        2,
        "capacity_m3_month",
        "-1",
    ),
    Case("a rate in percent", put(TARIFFS, 3, "rate", "33.5"), "F205", TARIFFS, 3, "rate", "33.5"),
    Case(
        "no days in a period",
        put("network/calendar.csv", 3, "days", "0"),
        "F205",
        "network/calendar.csv",
        3,
        "days",
        "0",
    ),
    Case(
        "a parameter out of bounds",
        put("network/parameters.csv", 2, "value", "12"),
        "F205",
        "network/parameters.csv",
        2,
        "value",
        "12",
    ),
    Case(
        "a rule ends before it begins",
        put(TARIFFS, 2, "valid_to", "2023-12-31"),
        "F205",
        TARIFFS,
        2,
        "valid_to",
        "2023-12-31",
    ),
    Case(
        "stock lands after the sale",
        text(
            "network/prebuild.csv",
            PREBUILD + "peak,normal,0.5,x,,estimate,\nnormal,peak,0.5,x,,estimate,\n",
        ),
        "F205",
        "network/prebuild.csv",
        3,
        "lands_in",
        "peak",
    ),
    Case(
        "a value that is no choice",
        put(SITES, 2, "ownership", "leased"),
        "F206",
        SITES,
        2,
        "ownership",
        "leased",
    ),
    Case(
        "an unknown parameter",
        put("network/parameters.csv", 3, "parameter", "horizon"),
        "F206",
        "network/parameters.csv",
        3,
        "parameter",
        "horizon",
        alone=False,
    ),
    Case(
        "an unknown value base",
        edit("network/network.toml", "net_price", "cif"),
        "F206",
        "network/network.toml",
        0,
        "direct_mail_value_base",
        "cif",
    ),
    Case(
        "a duplicate key", put(SITES, 3, "site_id", "site-a"), "F207", SITES, 3, "site_id", "site-a"
    ),
    Case(
        "a duplicate key of two columns",
        add("network/goods_costs.csv"),
        "F207",
        "network/goods_costs.csv",
        4,
        "product_id + origin_id",
        "gadget, cn-hub",
    ),
    Case(
        "an unknown product",
        put("network/goods_costs.csv", 2, "product_id", "shirts"),
        "F208",
        "network/goods_costs.csv",
        2,
        "product_id",
        "shirts",
        alone=False,
    ),
    Case(
        "an unknown zone",
        put("demand/orders.csv", 5, "zone_id", "zone-9"),
        "F208",
        "demand/orders.csv",
        5,
        "zone_id",
        "zone-9",
    ),
    Case(
        "an unknown period",
        text("network/prebuild.csv", PREBUILD + "peak,noon,0.5,x,,estimate,\n"),
        "F208",
        "network/prebuild.csv",
        2,
        "lands_in",
        "noon",
    ),
    Case(
        "a product that nobody makes",
        drop_row("network/goods_costs.csv", 3),
        "F208",
        "network/products.csv",
        3,
        "product_id",
        "gadget",
    ),
    Case(
        "a site in a country without VAT row",
        add(SITES, **US_SITE),
        "F208",
        SITES,
        4,
        "country",
        "US",
    ),
    Case(
        "an assumption without range",
        put(SITES, 2, "status", "assumption"),
        "F209",
        SITES,
        2,
        "range",
    ),
    *(
        Case(
            f"a range that is none: {value}",
            put(SITES, 2, "range", value),
            "F209",
            SITES,
            2,
            "range",
            value,
        )
        for value in (
            "3..8",
            "rent_usd_m2_month=3-8",
            "rent=3..8",
            "rent_usd_m2_month=e..e",
            "rent_usd_m2_month=-..+",
            "rent_usd_m2_month=3..",
        )
    ),
    Case(
        "a day and a month that cannot be told apart",
        put(TARIFFS, 3, "valid_from", "1/8/2025"),
        "F215",
        TARIFFS,
        3,
        "valid_from",
        "1/8/2025",
    ),
    Case(
        "day and month in both orders",
        lambda toy: (
            toy.set(TARIFFS, 2, "valid_from", "1/13/2024"),
            toy.set(TARIFFS, 3, "valid_from", "15/8/2025"),
        ),
        "F216",
        TARIFFS,
        2,
        "valid_from",
        "1/13/2024",
    ),
    Case(
        "a shift at no time of day",
        put("network/vehicles.csv", 2, "shift_start", "8 am"),
        "F217",
        "network/vehicles.csv",
        2,
        "shift_start",
        "8 am",
    ),
    Case(
        "an assumption outside its range",
        lambda toy: (
            toy.set(SITES, 2, "status", "assumption"),
            toy.set(SITES, 2, "range", "lat=20..21; rent_usd_m2_month=6..8"),
        ),
        "F210",
        SITES,
        2,
        "rent_usd_m2_month",
        "5",
    ),
    Case(
        "another figure outside its range: allowed",
        put(SITES, 2, "range", "lat=20..21; rent_usd_m2_month=6..8"),
        "W320",
        SITES,
        2,
        "rent_usd_m2_month",
        "5",
        alone=False,
    ),
    Case(
        "coordinates swapped",
        lambda toy: (toy.set(SITES, 2, "lat", "-103.3"), toy.set(SITES, 2, "lon", "20.6")),
        "F211",
        SITES,
        2,
        "lat + lon",
        "-103.3, 20.6",
        alone=False,
    ),
    Case(
        "a zone in the sea",
        put("demand/zones.csv", 3, "lon", "102.3"),
        "F211",
        "demand/zones.csv",
        3,
        "lat + lon",
        "21.9, 102.3",
    ),
    Case(
        "the demand names another product",
        put("demand/orders.csv", 2, "product_id", "shoes"),
        "F301",
        "demand/orders.csv",
        2,
        "product_id",
        "shoes",
    ),
    Case(
        "the demand names another period",
        put("demand/orders.csv", 2, "period_id", "nov"),
        "F301",
        "demand/orders.csv",
        2,
        "period_id",
        "nov",
    ),
    Case(
        "a zone in a country that the network lacks",
        lambda toy: [
            toy.set("demand/zones.csv", 4, c, v)
            for c, v in (("country", "US"), ("lat", "27.5"), ("lon", "-99.5"))
        ],
        "F301",
        "demand/zones.csv",
        4,
        "country",
        "US",
        alone=False,
    ),
    Case(
        "a product without tariff row",
        drop_row(TARIFFS, 5),
        "F302",
        TARIFFS,
        0,
        "tariff_class",
        "electronics",
    ),
    Case(
        "a rule that has lapsed",
        put(TARIFFS, 5, "valid_to", "2026-10-31"),
        "F302",
        TARIFFS,
        0,
        "tariff_class",
        "electronics",
    ),
    Case(
        "rules that overlap by a day",
        put(TARIFFS, 2, "valid_to", "2025-08-15"),
        "F303",
        TARIFFS,
        3,
        "rule_id",
        "courier-2025",
    ),
    Case(
        "bands that leave a gap",
        lambda toy: (
            toy.set(TARIFFS, 3, "value_to_usd", "15"),
            toy.add(
                TARIFFS,
                rule_id="top",
                entry_kind="courier",
                tariff_class="any",
                valid_from="2025-08-15",
                value_from_usd="25",
            ),
        ),
        "F304",
        TARIFFS,
        0,
        "value_to_usd",
        None,
        alone=False,
    ),
    Case(
        "a zone class without service",
        put("demand/zones.csv", 4, "zone_class", "rural"),
        "F305",
        "demand/zones.csv",
        4,
        "zone_class",
        "MX rural",
    ),
    Case(
        "a state without carriers",
        put("network/carriers.csv", 2, "state", "B"),
        "F305",
        "network/carriers.csv",
        0,
        "state",
        "MX A",
    ),
    Case(
        "a year of 400 days",
        put("network/calendar.csv", 3, "days", "45"),
        "F306",
        "network/calendar.csv",
        0,
        "days",
        "400",
    ),
    Case(
        "all of a peak lands early: allowed",
        text("network/prebuild.csv", PREBUILD + "peak,normal,1,x,,estimate,\n"),
        "W301",
        "network/site_sizes.csv",
        0,
        "orders_day",
        "peak",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fault_is_reported_where_it_is(toy: Folders, case: Case) -> None:
    case.spoil(toy)
    faults = toy.faults()
    hits = [
        fault
        for fault in faults
        if fault.code == case.code and fault.file == case.file and fault.column == case.column
    ]
    assert hits, [str(fault) for fault in faults]
    assert hits[0].row == case.row
    if case.value is not None:
        assert hits[0].value == case.value
    if case.alone:
        assert {fault.code for fault in faults} == {case.code}, [str(fault) for fault in faults]


def test_a_fault_is_one_sentence_with_rule_and_remedy() -> None:
    shown = str(Fault("F205", "toy/sites.csv", 3, "rent_usd_m2_month", "-1", "at least 0"))
    assert shown == (
        "F205 toy/sites.csv, row 3, column rent_usd_m2_month, value '-1': "
        "a value lies in its column's range (at least 0). Remedy: correct the value, or its unit."
    )


def test_the_toy_has_no_fault_but_warns_of_the_peak(toy: Folders) -> None:
    assert [(fault.code, fault.value, fault.warning) for fault in toy.faults()] == [
        ("W301", "peak", True)
    ]


def test_rules_of_an_early_date_are_asked_for(toy: Folders) -> None:
    faults = toy.faults(as_of=date(2023, 12, 31))
    assert {fault.code for fault in faults} == {"F302"}
    assert "2023-12-31" in str(faults[0])


def test_shares_that_do_not_add_up(spread: Folders) -> None:
    spread.set("demand/mix.csv", 2, "share", "0.7")
    (fault,) = spread.faults()
    assert (fault.code, fault.file, fault.column, fault.value) == (
        "F307",
        "demand/mix.csv",
        "share",
        "0.95",
    )


def test_more_than_all_landing_early(toy: Folders) -> None:
    toy.write("network/calendar.csv", toy.text("network/calendar.csv").replace("peak,", "mid,", 1))
    toy.set("network/calendar.csv", 2, "days", "345")
    toy.add("network/calendar.csv", period_id="peak")
    toy.write(
        "network/prebuild.csv",
        PREBUILD + "peak,normal,0.6,x,,estimate,\npeak,mid,0.5,x,,estimate,\n",
    )
    assert [(fault.code, fault.value) for fault in toy.faults()] == [("F307", "1.1")]


def test_options_that_name_nothing(toy: Folders) -> None:
    assert [(fault.code, fault.value) for fault in toy.faults(channels=("local", "pigeon"))] == [
        ("F308", "pigeon")
    ]
    assert [fault.code for fault in toy.faults(channels=())] == ["F309"]
    assert [fault.code for fault in toy.faults(channels=("nearshore", "cross_border"))] == ["F309"]
    with pytest.raises(InputError, match="F308 --network, value 'atlantis'"):
        locate("network", "atlantis")


def test_a_place_without_road() -> None:
    network = read_network(locate("network", "mexico-us-border"))
    assert network.roads is not None
    with pytest.raises(InputError, match="F310 LAT,LON, value '10,-140'"):
        lane(
            read_roads(network.roads),
            road_rules(network),
            (10, -140),
            (19.4, -99.1),
            crossing_table(network, freight=False),
        )


def test_hour_bands_cover_the_day_once(toy: Folders) -> None:
    toy.set("network/speeds.csv", 2, "to_hour", "20")
    toy.set("network/speeds.csv", 3, "from_hour", "2")
    found = [(fault.code, fault.column, fault.value) for fault in toy.faults()]
    assert found == [("F312", "to_hour", "20"), ("F312", "from_hour", "2")]


def test_every_code_is_exercised() -> None:
    elsewhere = {"F307", "F308", "F309", "F310", "F311", "F312", "F320", "F321", "W310"}
    checks = {f"F31{digit}" for digit in range(3, 10)} | {"F212", "F213", "F214", "F322"}
    places = {
        "F355",
        "F356",
        "F357",
        "F351",
        "F330",
        "F331",
        "F360",
        "F361",
        "F362",
        "F363",
        "W360",
        "W361",
    }
    folders = {f"F34{digit}" for digit in range(10)} | {"W340"}
    warnings = {"W302", "W303", "W304", "W306", "W322", "W324"}
    currencies = {"F323", "F324", "W321", "W323"}
    cards = {"F350", "F352", "F353", "F354", "W350", "W351", "W352", "W353"}
    present = {f"F47{digit}" for digit in range(10)}
    imports = {f"F4{number:02d}" for number in range(17)} | {"W400", "W401"}
    imports |= {f"F{number}" for number in range(440, 458)} | {"W440", "W441", "W442", "W443"}
    calibration = {"F460", "F461", "F462", "F463", "W460"}
    databases = {"F370"}
    contracts = {"F527", "F528", "F529", "W527", "W528"}
    questions = {"F520", "F521", "F522", "F523", "F552"}
    greenfield = {"F550", "F551"}
    roadmaps = {f"F51{digit}" for digit in range(5)}
    simulations = {"F533", "F534", "F540", "W533"}
    workbooks = {f"F48{digit}" for digit in range(7)}
    risk = {f"F50{digit}" for digit in range(10)}
    conversions = {f"F54{digit}" for digit in (1, 2, 3, 5, 6, 7, 8, 9)}
    sweeps = {f"F51{digit}" for digit in range(5, 10)}
    cases = {case.code for case in CASES}
    found = cases | elsewhere | checks | places | folders | warnings | currencies | cards | imports
    questions |= greenfield | calibration | simulations | sweeps | risk | conversions | roadmaps
    assert found | databases | questions | workbooks | present | contracts == set(RULES)


def test_ten_faults_in_several_files_come_at_once(toy: Folders) -> None:
    toy.set(SITES, 2, "rent_usd_m2_month", "cheap")
    toy.set(SITES, 3, "labour_usd_hour", "-6")
    toy.set(SITES, 3, "ownership", "leased")
    toy.set("network/gateways.csv", 2, "capacity_m3_month", "-1")
    toy.set("network/parameters.csv", 3, "value", "0.1")
    toy.set(TARIFFS, 3, "valid_from", "15.15.2025")
    toy.delete("network/origins.csv")
    toy.write("network/emissions.csv", "")
    toy.set("demand/zones.csv", 3, "lon", "")
    toy.set("demand/orders.csv", 4, "zone_id", "zone-9")
    toy.set("demand/orders.csv", 5, "orders", "many")
    toy.write("demand/demand.toml", "name = toy")
    found = [
        (fault.code, fault.file, fault.row, fault.column, fault.value) for fault in toy.faults()
    ]
    assert sorted(found) == sorted(
        [
            ("F202", SITES, 2, "rent_usd_m2_month", "cheap"),
            ("F205", SITES, 3, "labour_usd_hour", "-6"),
            ("F206", SITES, 3, "ownership", "leased"),
            ("F205", "network/gateways.csv", 2, "capacity_m3_month", "-1"),
            ("F205", "network/parameters.csv", 3, "value", "0.1"),
            ("F203", TARIFFS, 3, "valid_from", "15.15.2025"),
            ("F101", "network/origins.csv", 0, "", ""),
            ("F103", "network/emissions.csv", 0, "", ""),
            ("F201", "demand/zones.csv", 3, "lon", ""),
            ("F202", "demand/orders.csv", 5, "orders", "many"),
            ("F108", "demand/demand.toml", 0, "", ""),
        ]
    )


def test_two_faults_in_one_cell_row_are_both_found(toy: Folders) -> None:
    toy.set(SITES, 2, "rent_usd_m2_month", "-1")
    toy.set(SITES, 3, "rent_usd_m2_month", "abc")
    assert [(fault.code, fault.row) for fault in toy.faults()] == [("F205", 2), ("F202", 3)]


def test_spoiled_keys_are_no_duplicates(toy: Folders) -> None:
    for row in (2, 3):
        toy.set("network/services.csv", row, "km_from", "near")
    assert [(fault.code, fault.row) for fault in toy.faults()] == [("F202", 2), ("F202", 3)]


def test_rows_count_as_a_spreadsheet_counts(toy: Folders) -> None:
    lines = toy.text(SITES).splitlines()
    folded = lines[1].replace("Site A", '"Site\nA"')
    toy.write(SITES, "\n".join([lines[0], folded, "", ",,", lines[2].replace(",5,6,", ",5,x,")]))
    assert [(fault.code, fault.row) for fault in toy.faults()] == [("F202", 5)]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n\n",
        lambda data: b"\n".join(
            b",".join(b'"%s"' % cell for cell in line.split(b","))
            for line in data.split(b"\n")
            if line
        ),
        lambda data: data.replace(b",", b" , "),
    ],
    ids=["byte order mark", "CRLF", "CR", "no last line end", "blank lines", "quotes", "spaces"],
)
def test_what_spreadsheets_write_is_read(toy: Folders, change: Callable[[bytes], bytes]) -> None:
    before = toy.problem()
    for path in (toy.network / "sites.csv", toy.network / "tariffs.csv", toy.demand / "orders.csv"):
        path.write_bytes(change(path.read_bytes()))
    after = toy.problem()
    for table in ("sites", "tariffs"):
        pd.testing.assert_frame_equal(after.network[table], before.network[table])
    np.testing.assert_array_equal(after.orders, before.orders)


def test_settings_with_byte_order_mark_are_read(toy: Folders) -> None:
    toy.write("network/network.toml", b"\xef\xbb\xbf" + toy.text("network/network.toml").encode())
    assert toy.problem().network.name == "toy"


def test_defaults_fill_absent_columns_and_empty_cells(toy: Folders) -> None:
    drop_column("network/calendar.csv", "freight_factor")(toy)
    toy.set("network/calendar.csv", 2, "mail_factor", "1.5")
    calendar = toy.problem().network["calendar"]
    assert calendar["freight_factor"].tolist() == [1.0, 1.0]
    assert calendar["mail_factor"].tolist() == [1.5, 1.0]


def test_an_open_end_may_be_written_as_a_far_day(toy: Folders) -> None:
    toy.set(TARIFFS, 3, "valid_to", "9999-12-31")
    assert [fault.code for fault in toy.faults()] == ["W301"]
    toy.set(TARIFFS, 3, "valid_from", "2025-08-14")
    assert [fault.code for fault in toy.faults()] == ["F303"]


def test_nothing_of_a_faulty_network_is_handed_out(toy: Folders) -> None:
    toy.set(SITES, 2, "rent_usd_m2_month", "x")
    with pytest.raises(InputError, match="F202"):
        read_network(toy.network)
    toy.set("demand/zones.csv", 2, "population", "x")
    with pytest.raises(InputError, match="F202"):
        read_demand(toy.demand)


TABLES = [*NETWORK_TABLES, *DEMAND_TABLES[1:]]
CELL = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "-1",
            "1e308",
            "1e-320",
            "nan",
            "2026-11-01",
            "0001-01-01",
            "9999-99-99",
            "yes",
            "MX",
            "S",
            "assumption",
            "a=1..2",
            "value=1...2",
        ]
    ),
    st.floats().map(str),
)
QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(table=st.sampled_from(TABLES), content=st.binary(max_size=300))
def test_random_bytes_give_faults_never_a_traceback(
    tmp_path: Path, table: object, content: bytes
) -> None:
    _, faults = read_table(content, f"{table.name}.csv", table)
    assert faults
    assert all(fault.code in RULES and str(fault) for fault in faults)


@QUICK
@given(data=st.data(), table=st.sampled_from(TABLES))
def test_random_cells_give_faults_never_a_traceback(
    tmp_path: Path, table: object, data: st.DataObject
) -> None:
    rows = data.draw(
        st.lists(
            st.lists(CELL, min_size=len(table.columns), max_size=len(table.columns)),
            min_size=1,
            max_size=4,
        )
    )
    frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
    content = frame.to_csv(index=False, quoting=csv.QUOTE_ALL).encode("utf-8", "replace")
    found, faults = read_table(content, f"{table.name}.csv", table)
    assert all(fault.code in RULES and fault.row <= len(rows) + 1 for fault in faults)
    if any(fault.code.startswith(("F10", "F11")) for fault in faults):  # of the file as a whole
        return
    assert len(found) == sum(any(cell.strip() for cell in row) for row in rows)
    named = {(fault.row, fault.column) for fault in faults}
    for line, row in enumerate(rows, 2):
        if any(cell.strip() for cell in row):
            for column, cell in zip(table.columns, row, strict=True):
                assert (line, column.name) in named or not breaks(column, cell.strip()), (
                    line,
                    column.name,
                    cell,
                )


def breaks(column: Column, cell: str) -> bool:
    """Tell whether a cell breaks its declaration for sure, by rules written anew."""
    if not cell:
        return column.default is REQUIRED
    if column.kind in ("number", "integer"):
        try:
            value = float(cell)
        except ValueError:
            return True
        low = -np.inf if column.low is None else column.low
        # beyond a limit that is no wall there is a warning, not a fault
        high = np.inf if column.high is None or not column.wall else column.high
        return (
            not np.isfinite(value)
            or not low <= value <= high
            or (column.kind == "integer" and value % 1 != 0)
        )
    if column.kind == "flag":
        return cell.lower() not in ("yes", "no")
    if column.kind == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", cell) is None
    return bool(column.choices) and cell not in column.choices


@QUICK
@given(
    content=st.one_of(
        st.binary(max_size=100),
        st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")),
    )
)
def test_random_settings_give_faults_never_a_traceback(tmp_path: Path, content: bytes) -> None:
    folder = InputFolder("made-up", {"network.toml": content})
    _, faults = read_settings(folder, "network.toml", {"name": str}, {})
    assert all(fault.code == "F108" for fault in faults)
    assert faults


@settings(QUICK, max_examples=15)
@given(data=st.data())
def test_one_random_cell_in_a_whole_problem_never_makes_a_traceback(
    tmp_path: Path, data: st.DataObject
) -> None:
    toy = Folders(tmp_path)
    for name, source in (("network", TOY_NETWORK), ("demand", TOY_DEMAND)):
        shutil.copytree(source, tmp_path / name, dirs_exist_ok=True)
    file = data.draw(
        st.sampled_from(
            sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("*/*.csv"))
        )
    )
    frame = pd.read_csv(tmp_path / file, dtype=str, keep_default_na=False)
    row = data.draw(st.integers(2, len(frame) + 1))
    column = data.draw(st.sampled_from(list(frame.columns)))
    toy.set(
        file, row, column, data.draw(CELL).replace("\0", "").encode("utf-8", "replace").decode()
    )
    for fault in toy.faults():
        assert fault.code in RULES
        assert str(fault)


def test_the_helper_column_is_no_column_of_a_user(tmp_path: Path) -> None:
    content = f"parameter,value,source,status,{ROW}\na,1,x,estimate,7\n".encode()
    _, faults = read_table(content, "parameters.csv", PARAMETERS)
    assert [(fault.code, fault.column) for fault in faults] == [("F106", ROW)]


def test_rows_whose_key_has_the_same_empty_cell_are_duplicates() -> None:
    columns = (
        Column("name", "text", "a name", key=True),
        Column("from", "number", "a figure", key=True),
    )
    table = Table("steps", "steps", columns)
    frame = pd.DataFrame({"name": ["a", "a", "b"], "from": [np.nan] * 3, ROW: [2, 3, 4]})
    _, found = checked_rows(frame, table, "steps.csv")
    assert [(fault.code, fault.row) for fault in found] == [("F207", 3)]
