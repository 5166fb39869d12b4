"""Rate cards and offers of several makes from one known truth, by a seed.

Prices, zones and terms are drawn here; the files are written as carriers write them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from openpyxl import Workbook

KG_LB = 0.45359237
STATES = {
    "MX": ("Jalisco", "Nuevo León", "Puebla", "Yucatán", "Sonora", "Chiapas"),
    "US": ("California", "Arizona", "Texas", "New Mexico"),
}
SPELT = {"Nuevo León": "N.L.", "Yucatán": "YUCATAN", "Texas": "TX", "Chiapas": "Chis."}


@dataclass(frozen=True)
class CardTruth:
    """What a card is made of.

    Attributes
    ----------
    ends : tuple of float
        Upper ends of the weight breaks, in the unit of the card.
    prices : ndarray, shape (n_breaks, n_zones)
    further : ndarray, shape (n_zones,)
        Price of a further unit of weight above the last break.
    zone_of : dict of str to int
        Zone (1, 2, ...) of each state.
    fuel : float
        Share of the price.
    remote, peak : float
        Amounts on a parcel.
    """

    ends: tuple[float, ...]
    prices: np.ndarray
    further: np.ndarray
    zone_of: dict[str, int]
    fuel: float
    remote: float
    peak: float


def make_card(seed: int, ends: tuple[float, ...], zones: int, country: str) -> CardTruth:
    """Draw a card whose prices rise with weight and zone."""
    random = np.random.default_rng(seed)
    steps = random.uniform(3, 20, (len(ends), zones)).round(2)
    prices = (40 + steps.cumsum(axis=0).cumsum(axis=1) * 3).round(2)
    # so that thousands stand in the card too
    prices[-1, -1] += 1000
    states = STATES[country]
    number = np.r_[np.arange(zones), random.integers(0, zones, len(states) - zones)]
    return CardTruth(
        ends=ends,
        prices=prices,
        further=random.uniform(4, 9, zones).round(2),
        zone_of={state: int(one) + 1 for state, one in zip(states, number, strict=True)},
        fuel=round(float(random.uniform(0.08, 0.2)), 3),
        remote=round(float(random.uniform(20, 40)), 2),
        peak=round(float(random.uniform(5, 15)), 2),
    )


def mexican(truth: CardTruth, folder: Path) -> Path:
    """Write the card of a Mexican carrier: XLSX, titles, merged headers, MXN, zones on a sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Tarifas"
    zones = truth.prices.shape[1]
    for row, text in enumerate(
        (
            "TARIFAS CLIENTE EMPRESARIAL",
            "Precios en MXN, antes de IVA. Peso volumétrico: largo x ancho x alto (cm) / 5,000",
            "Vigencia: del 01/01/2026 al 31/12/2026",
        ),
        1,
    ):
        sheet.cell(row, 2, text)
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=2 + zones)
    sheet.cell(5, 2, "Peso (kg)")
    sheet.merge_cells("B5:B6")
    sheet.cell(5, 3, "Zona")
    sheet.merge_cells(start_row=5, end_row=5, start_column=3, end_column=2 + zones)
    for zone in range(zones):
        sheet.cell(6, 3 + zone, zone + 1)
    low = 0.0
    for at, (end, prices) in enumerate(zip(truth.ends, truth.prices, strict=True)):
        sheet.cell(7 + at, 2, f"{low:g} - {end:g}" if at == 0 else f"{low + 0.01:.2f} a {end:.2f}")
        for zone, price in enumerate(prices):
            sheet.cell(7 + at, 3 + zone, float(price))
        low = end
    last = 7 + len(truth.ends)
    sheet.cell(last, 2, "Kg adicional")
    for zone, price in enumerate(truth.further):
        sheet.cell(last, 3 + zone, f"$ {price:.2f}")
    for column, text in enumerate(("Cargo", "Importe", "Desde", "Hasta"), 2):
        sheet.cell(last + 2, column, text)
    sheet.cell(last + 3, 2, "Combustible")
    sheet.cell(last + 3, 3, truth.fuel).number_format = "0.0%"
    sheet.cell(last + 4, 2, "Zona extendida")
    sheet.cell(last + 4, 3, f"${truth.remote:.2f} por envío")
    sheet.cell(last + 5, 2, "Temporada alta")
    sheet.cell(last + 5, 3, f"${truth.peak:.2f} por envío")
    sheet.cell(last + 5, 4, date(2026, 11, 1))
    sheet.cell(last + 5, 5, date(2026, 12, 31))
    places = book.create_sheet("Cobertura")
    places.append(["Estado destino", "Zona"])
    for state, zone in truth.zone_of.items():
        places.append([SPELT.get(state, state), f"Zona {zone}"])
    path = folder / "tarifario.xlsx"
    book.save(path)
    return path


def chinese(truth: CardTruth, folder: Path) -> Path:
    """Write the card of a line from China: GB18030, first weight and further weight, CNY."""
    first = truth.ends[0]
    rows = [
        ["墨西哥专线报价"],
        ["生效日期：2026年1月1日"],
        ["币种：人民币，体积重=长*宽*高/6000"],
        ["国家", "分区", f"首重{first:g}KG", f"续重{first:g}KG", "参考时效"],
        *(
            ["墨西哥", f"{zone}区", f"{price:.2f}", f"{further:.2f}", "10-12天"]
            for zone, (price, further) in enumerate(
                zip(truth.prices[0], truth.further, strict=True), 1
            )
        ),
        [],
        ["州", "分区"],
        *([state, f"{zone}区"] for state, zone in truth.zone_of.items()),
        [],
        ["燃油附加费", f"{100 * truth.fuel:.1f}%"],
        ["偏远附加费", f"{truth.remote:.2f}元/票"],
    ]
    return _text(rows, folder / "报价.csv", "gb18030")


def american(truth: CardTruth, folder: Path) -> Path:
    """Write the card of a US carrier: a row a pound, zones across, dollars."""
    zones = truth.prices.shape[1]
    rows = [
        ["2026 Ground rates (USD)"],
        ["Effective January 5, 2026. DIM weight divisor 139"],
        [],
        ["Weight (lb)", *(f"Zone {zone + 1}" for zone in range(zones))],
        *(
            [f"{end:g} lb", *(f"${price:,.2f}" for price in prices)]
            for end, prices in zip(truth.ends, truth.prices, strict=True)
        ),
        [],
        ["State", "Zone"],
        *([SPELT.get(state, state), str(zone)] for state, zone in truth.zone_of.items()),
        [],
        ["Fuel surcharge", f"{100 * truth.fuel:.1f}%"],
        ["Residential delivery", f"${truth.remote:.2f}"],
        ["Peak surcharge", f"${truth.peak:.2f}", "Nov 15 to Jan 10"],
    ]
    return _text(rows, folder / "ground.csv", "utf-8")


def _text(rows: list[list[str]], path: Path, encoding: str) -> Path:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@dataclass(frozen=True)
class Make:
    """A make of card: its truth, its writer, and what it should become."""

    truth: CardTruth
    write: Callable[[CardTruth, Path], Path]
    service: str
    currency: str
    divisor: float
    unit_kg: float
    first_day: str


MAKES = {
    "mexican": Make(
        make_card(5, (1, 5, 10, 20), 3, "MX"), mexican, "mx-ground", "MXN", 5000, 1.0, "2026-01-01"
    ),
    "chinese": Make(
        make_card(6, (0.5,), 2, "MX"), chinese, "mail-standard", "CNY", 6000, 1.0, "2026-01-01"
    ),
    "american": Make(
        make_card(7, tuple(range(1, 41)), 4, "US"),
        american,
        "us-ground",
        "USD",
        139 * 16.387064 / KG_LB,
        KG_LB,
        "2026-01-05",
    ),
}


def offers_csv(folder: Path) -> Path:
    """Write two offers in Spanish, a row each: pallets, monthly minimum, MXN."""
    rows = [
        ["Propuestas de almacenaje"],
        [
            "Proveedor", "Ciudad", "Estado", "Pick & pack por pedido", "Almacenaje por tarima/mes",
            "Mínimo mensual", "Alta", "Recepción por pieza", "Plazo mínimo (meses)",
            "Pedidos por día", "Capacidad (m3)",
        ],
        [
            "Logística Norte", "Apodaca", "Nuevo León", "$16.50 MXN", "$270.00", "$150,000.00",
            "$95,000.00", "$0.50", "12", "900", "2500",
        ],
        [
            "Almacenes Bajío", "Querétaro", "Qro.", "$14.20 MXN", "$240.00", "", "n/a", "", "24",
            "", "",
        ],
    ]  # fmt: skip
    return _text(rows, folder / "propuestas.csv", "latin-1")


def offers_workbook(folder: Path) -> Path:
    """Write two offers in English, a sheet each: an address and a point, square feet, USD."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Laredo"
    for row in (
        ("Provider", "Laredo One"),
        ("Address", "100 Mines Rd, Laredo, TX 78045"),
        ("Pick and pack per order (USD)", 2.75),
        ("Storage per m3 per month", 13.5),
        ("Monthly minimum", 6500),
        ("Onboarding fee", 5000),
        ("Orders per day", 1000),
        ("Contact", "sales desk"),
    ):
        sheet.append(row)
    other = book.create_sheet("Otay")
    for row in (
        ("Warehouse", "Otay Mesa Two"),
        ("Latitude", 32.55),
        ("Longitude", -116.95),
        ("Pick fee (USD)", 3.1),
        ("Storage per sq ft per month", 1.05),
        ("Storage capacity (m3)", 900),
    ):
        other.append(row)
    path = folder / "offers.xlsx"
    book.save(path)
    return path
