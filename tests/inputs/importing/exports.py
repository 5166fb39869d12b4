"""Exports of three makes from one known truth, by a seed.

Cities, their postcodes and points are written down here, so that the truth does not come from the
tables that the import uses.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

CITIES = pd.DataFrame(
    [
        ("06600", "Ciudad de México", "CDMX", 19.43, -99.15, 9),
        ("01000", "Álvaro Obregón", "CDMX", 19.35, -99.20, 5),
        ("09000", "Iztapalapa", "CDMX", 19.36, -99.06, 6),
        ("44100", "Guadalajara", "Jalisco", 20.67, -103.35, 9),
        ("64000", "Monterrey", "Nuevo León", 25.67, -100.31, 9),
        ("72000", "Puebla", "Puebla", 19.04, -98.20, 5),
        ("22000", "Tijuana", "Baja California", 32.53, -117.02, 5),
        ("37000", "León", "Guanajuato", 21.12, -101.68, 4),
        ("76000", "Querétaro", "Querétaro", 20.59, -100.39, 4),
        ("50000", "Toluca", "Estado de México", 19.29, -99.66, 3),
        ("97000", "Mérida", "Yucatán", 20.97, -89.62, 3),
        ("77500", "Cancún", "Quintana Roo", 21.16, -86.85, 3),
        ("83000", "Hermosillo", "Sonora", 29.07, -110.96, 2),
        ("86000", "Villahermosa", "Tabasco", 17.99, -92.93, 2),
        ("68000", "Oaxaca", "Oaxaca", 17.07, -96.72, 2),
    ],
    columns=["postcode", "city", "state", "lat", "lon", "weight"],
)
CATEGORIES = pd.DataFrame(
    [
        ("Clothing", "Ropa", "服装", "apparel", 38.0, 0.5, 0.45),
        ("Electronics", "Electrónica", "电子产品", "electronics", 61.0, 0.4, 0.35),
        ("Home", "Hogar", "家居", "home", 24.0, 1.2, 0.20),
    ],
    columns=["en", "es", "zh", "family", "price_usd", "weight_kg", "share"],
)
ARTICLES = 40
"""Articles of a category; the first 8 of them have 86 % of its volume."""
PEAK = ("2025-11-13", "2025-11-17")
"""El Buen Fin, on which the orders of a day are three times the usual."""
MXN_PER_USD = 18.0


@dataclass(frozen=True)
class Truth:
    """What the exports are made of.

    Attributes
    ----------
    lines : DataFrame
        order, city (row of CITIES), category (row of CATEGORIES), article, quantity, price_usd,
        day, cancelled, returned: the first line of an order is the one of highest value.
    """

    lines: pd.DataFrame

    @property
    def orders(self) -> pd.DataFrame:
        """The first line of every order."""
        return self.lines.drop_duplicates("order")


def make_truth(seed: int, orders: int = 6000) -> Truth:
    """Return orders of 2025: about one in seven has two lines, one in twenty is cancelled."""
    random = np.random.default_rng(seed)
    calendar = pd.date_range("2025-01-01", "2025-12-31")
    intensity = np.where((calendar >= PEAK[0]) & (calendar <= PEAK[1]), 3.0, 1.0)
    number = np.arange(orders)
    day = np.sort(random.choice(len(calendar), orders, p=intensity / intensity.sum()))
    # so that the export covers the year
    day[0], day[-1] = 0, len(calendar) - 1
    city = random.choice(len(CITIES), orders, p=CITIES["weight"] / CITIES["weight"].sum())
    article_share = np.r_[np.full(8, 0.86 / 8), np.full(ARTICLES - 8, 0.14 / (ARTICLES - 8))]

    def goods(of: np.ndarray) -> pd.DataFrame:
        category = random.choice(len(CATEGORIES), len(of), p=CATEGORIES["share"])
        price = CATEGORIES["price_usd"].to_numpy()[category] * random.uniform(0.8, 1.2, len(of))
        return pd.DataFrame(
            {
                "order": of,
                "category": category,
                "article": random.choice(ARTICLES, len(of), p=article_share),
                "quantity": random.choice([1, 2], len(of), p=[0.9, 0.1]),
                "price_usd": price.round(2),
            }
        )

    lines = pd.concat([goods(number), goods(number[random.random(orders) < 0.15])])
    lines["value"] = lines["quantity"] * lines["price_usd"]
    lines = lines.sort_values(["order", "value"], ascending=[True, False], kind="stable")
    fate = random.random(orders)
    whole = pd.DataFrame(
        {
            "order": number,
            "day": calendar[day],
            "city": city,
            "cancelled": fate < 0.05,
            "returned": (fate >= 0.05) & (fate < 0.15),
        }
    )
    return Truth(lines.merge(whole, on="order").reset_index(drop=True))


def _sku(line: object) -> str:
    return f"{CATEGORIES['family'][line.category][:3].upper()}-{line.article:03d}"  # type: ignore[attr-defined]


def _written(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def english_shop(truth: Truth, folder: Path) -> Path:
    """Write the export of a shop: UTF-8, ISO times, what belongs to an order in its first line."""
    rows = [
        ["Name", "Created at", "Financial Status", "Status", "Currency", "Lineitem quantity",
         "Lineitem price", "Lineitem sku", "Product type", "Lineitem grams", "Shipping City",
         "Shipping Zip", "Shipping Province Name", "Shipping Country", "Billing Zip"]
    ]  # fmt: skip
    seen = -1
    for line in truth.lines.itertuples():
        first, seen = line.order != seen, line.order
        place, goods = CITIES.iloc[line.city], CATEGORIES.iloc[line.category]
        status = "Cancelled" if line.cancelled else "Refunded" if line.returned else "Fulfilled"
        of_order = [f"{line.day:%Y-%m-%d} {line.order % 24:02d}:15:00 -0600", "paid", status, "USD"]
        where = [place["city"], place["postcode"], place["state"], "Mexico", "99999"]
        grams = str(round(1000 * goods["weight_kg"]))
        rows.append(
            [
                f"#{1000 + line.order}",
                *(of_order if first else [""] * 4),
                str(line.quantity), f"{line.price_usd:.2f}", _sku(line), goods["en"], grams,
                *(where if first else [""] * 5),
            ]
        )  # fmt: skip
    path = folder / "orders_export.csv"
    path.write_text(_written(rows, ","), encoding="utf-8-sig", newline="")
    return path


def spanish_marketplace(truth: Truth, folder: Path) -> Path:
    """Write the export of a marketplace: Latin-1, dd/mm/yyyy, pesos, postcodes without zeros."""
    rows = [
        ["Reporte de ventas 2025"],
        [],
        ["Nº de pedido", "Fecha de pedido", "Estatus", "SKU", "Categoría", "Cantidad",
         "Precio unitario", "Moneda", "Código Postal", "Ciudad", "Estado"],
    ]  # fmt: skip
    for line in truth.lines.itertuples():
        place, goods = CITIES.iloc[line.city], CATEGORIES.iloc[line.category]
        status = "Cancelado" if line.cancelled else "Devuelto" if line.returned else "Entregado"
        rows.append(
            [
                f"MX{line.order:07d}", f"{line.day:%d/%m/%Y} {line.order % 24:02d}:15", status,
                _sku(line), goods["es"], str(line.quantity),
                f"${line.price_usd * MXN_PER_USD:,.2f}", "MXN", str(int(place["postcode"])),
                place["city"], place["state"],
            ]
        )  # fmt: skip
    path = folder / "ventas.csv"
    path.write_text(_written(rows, ","), encoding="latin-1", newline="")
    return path


def chinese_platform(truth: Truth, folder: Path) -> Path:
    """Write the export of a Chinese platform: GB18030, tabs, Chinese dates and words."""
    rows = [
        ["订单编号", "下单时间", "订单状态", "商品编号", "商品类目", "数量", "单价", "币种",
         "重量(kg)", "收货邮编", "收货城市", "收货国家"]
    ]  # fmt: skip
    for line in truth.lines.itertuples():
        place, goods = CITIES.iloc[line.city], CATEGORIES.iloc[line.category]
        status = "已取消" if line.cancelled else "已退款" if line.returned else "已签收"
        rows.append(
            [
                f"9{line.order:012d}", f"{line.day.year}年{line.day.month}月{line.day.day}日",
                status, _sku(line), goods["zh"], str(line.quantity), f"{line.price_usd:.2f}",
                "USD", f"{goods['weight_kg']}", place["postcode"], "", "墨西哥",
            ]
        )  # fmt: skip
    path = folder / "订单.txt"
    path.write_text(_written(rows, "\t"), encoding="gb18030", newline="")
    return path


EXPORTS = {
    "english": english_shop,
    "spanish": spanish_marketplace,
    "chinese": chinese_platform,
}
