"""A rate card of the toy, written row by row with the cells that matter to a test."""

from __future__ import annotations

import csv
import io

import pandas as pd

from conftest import Folders
from fulfill.inputs.columns import ROW

CITED = {"source": "made up", "source_date": "", "status": "estimate", "range": ""}
RATE = {
    "card": "regional", "service_id": "ground", "card_zone": "1", "kg_from": "0", "kg_to": "",
    "base_usd": "2", "usd_kg": "0", "kg_included": "0", "min_usd": "0", "divisor_cm3_kg": "5000",
    "round_up_kg": "0", "valid_from": "2026-01-01", "valid_to": "", **CITED,
}  # fmt: skip
ZONE = {
    "card": "regional", "country": "MX", "from_state": "*", "to_state": "*", "km_from": "0",
    "km_to": "", "card_zone": "1", **CITED,
}  # fmt: skip
SURCHARGE = {
    "surcharge_id": "fuel", "surcharge": "fuel", "card": "regional", "service_id": "any",
    "country": "MX", "zone_class": "any", "to_state": "any", "valid_from": "2026-01-01",
    "valid_to": "", "peak_from": "", "peak_to": "", "share": "0", "usd_order": "0", "usd_kg": "0",
    **CITED,
}  # fmt: skip
NUMBERS = (
    "kg_from", "kg_to", "base_usd", "usd_kg", "kg_included", "min_usd", "divisor_cm3_kg",
    "round_up_kg", "km_from", "km_to", "share", "usd_order",
)  # fmt: skip
TWO_BREAKS = [{"kg_to": "6"}, {"kg_from": "6", "base_usd": "3"}]
NEAR, FAR = (
    {"km_to": "300", "card_zone": "1"},
    {"km_from": "300", "km_to": "1000", "card_zone": "2"},
)


def table(defaults: dict[str, str], rows: list[dict[str, str]]) -> str:
    """Return a CSV table whose rows differ from the default row in the given cells."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(defaults), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**defaults, **row} for row in rows)
    return text.getvalue()


def frame(defaults: dict[str, str], rows: list[dict[str, str]]) -> pd.DataFrame:
    """Return the typed table, as it would be read, of rows that differ in the given cells."""
    table = pd.DataFrame([{**defaults, **row} for row in rows], columns=list(defaults))
    for name in table:
        if name in NUMBERS:
            table[name] = pd.to_numeric(table[name])
        elif name.startswith(("valid_", "peak_")):
            table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return table.assign(**{ROW: range(2, len(table) + 2)})


def write_card(
    toy: Folders,
    rates: list[dict[str, str]],
    zones: list[dict[str, str]],
    surcharges: list[dict[str, str]] | None = None,
) -> None:
    """Give the toy a rate card, and let both bands of its service be priced by it."""
    toy.write("network/rate_cards.csv", table(RATE, rates))
    toy.write("network/rate_zones.csv", table(ZONE, zones))
    if surcharges:
        toy.write("network/surcharges.csv", table(SURCHARGE, surcharges))
    for row in (2, 3):
        for column, value in (("card", "regional"), ("base_usd", ""), ("usd_kg", "")):
            toy.set("network/services.csv", row, column, value)


def equal_card(toy: Folders, surcharges: list[dict[str, str]] | None = None) -> None:
    """Give the toy a card that says what its two distance bands said: 2 and 4 USD an order."""
    rates = [{}, {"card_zone": "2", "base_usd": "4"}]
    write_card(toy, rates, [NEAR, FAR], surcharges)


def mail_card(toy: Folders, rates: list[dict[str, str]], **zone: str) -> None:
    """Let the mail of the toy be priced by a card of its own, besides any other card."""
    mailed = {"card": "line", "service_id": "parcel", "card_zone": "mx"}
    for file, defaults, rows in (
        ("network/rate_cards.csv", RATE, [mailed | row for row in rates]),
        ("network/rate_zones.csv", ZONE, [{"card": "line", "card_zone": "mx"} | zone]),
    ):
        more = table(defaults, rows)
        there = (toy.root / file).exists()
        toy.write(file, toy.text(file) + more.partition("\n")[2] if there else more)
    for column, value in (("card", "line"), ("base_usd", ""), ("usd_kg", "")):
        toy.set("network/mail_services.csv", 2, column, value)
