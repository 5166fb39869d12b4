"""Rows of a network for the seller's own products, with missing figures of a product like each.

What the orders show is measured. Everything else comes from the network's product of the same
family and the nearest class, and `range` says between which values it may lie: these figures are
assumptions, named in `source`. Amounts grow with the price, the volume with the weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import Table
from fulfill.inputs.importing.segments import Segments
from fulfill.inputs.network import Network
from fulfill.inputs.rows import read_rows
from fulfill.inputs.schema import ANY_PRODUCT, GOODS_COSTS, NETWORK_TABLES, PRODUCTS

MEASURED = ("price_usd", "weight_kg", "return_rate", "skus", "demand_cv")
"""Columns of products.csv that orders can show."""
SCALED = {"transfer_value_usd": "price_usd", "volume_m3": "weight_kg"}
"""Columns that grow with another one."""
PROPORTIONAL = "transfer_value_usd"
"""Column with which the cost of the goods grows."""
_RANGE_PART = re.compile(r"\s*(\w+)\s*=\s*([^.\s]+(?:\.[0-9]+)?)\s*\.\.\s*(\S+)\s*")
LEAST = {"price_usd": 0.01, "weight_kg": 0.001, "skus": 1.0}
"""Smallest figures that products.csv admits."""


def product_tables(
    network: Network, segments: Segments, per_usd: float, days: str
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Write the tables of a network that name products for the products of the orders.

    Parameters
    ----------
    network : Network
        Whose products are replaced.
    segments : Segments
    per_usd : float
        Units of the currency of the orders' prices per USD.
    days : str
        Days of the orders, for the sources.

    Returns
    -------
    tables : dict of str to DataFrame
        Of texts, by name of the table.
    missing : list of dict
        product_id, like (product of the network) and figures (columns taken from it) of each
        product.
    """
    usd, texts = network["products"], table_texts(network, PRODUCTS)
    rows, likes, missing = [], [], list[dict[str, Any]]()
    for segment in segments.table.to_dict("records"):
        at = int(segment["like"])
        like = usd.iloc[at]
        shown = _measured(segment, per_usd)
        taken = [c.name for c in PRODUCTS.columns if c.unit and c.name not in shown]
        scale = {name: shown[by] / like[by] for name, by in SCALED.items() if by in shown}
        # amounts stay in the currency of the row
        money = float(network.written["products"]["price_usd"].iloc[at]) / like["price_usd"]
        source = (
            f"own orders of {days}: {', '.join(shown)}; assumed, those of {like['product_id']} in "
            f"{network.name}: {', '.join([*taken, 'tariff_class', 'stocking'])}"
        )
        cells = dict(texts.iloc[at])
        rows.append(
            {
                **cells,
                **_written({**shown, **{n: like[n] * by for n, by in scale.items()}}, money),
                **{name: segment[name] for name in ("product_id", "name", "abc")},
                "source": source,
                "source_date": days[-10:],
                "status": "measured",
                "range": scaled_range(cells.get("range", ""), scale, shown),
            }
        )
        likes.append((like["product_id"], segment["product_id"], scale.get(PROPORTIONAL, 1.0)))
        missing.append(
            {"product_id": segment["product_id"], "like": like["product_id"], "figures": taken}
        )
    new = pd.DataFrame(likes, columns=["like", "new", "scale"])
    return {"products": pd.DataFrame(rows), **_other_tables(network, new)}, missing


def _written(figures: Mapping[str, float], money: float) -> dict[str, str]:
    """Return figures as text, amounts of USD times the units of a currency."""
    return {
        name: f"{value * (money if name.endswith('_usd') else 1.0):.6g}"
        for name, value in figures.items()
    }


def _other_tables(network: Network, new: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the other tables that name products, see `_for_products`."""
    tables = {}
    for table in NETWORK_TABLES:
        named = any(column.name == "product_id" for column in table.columns)
        known = (
            table_texts(network, table) if named and table.name != PRODUCTS.name else pd.DataFrame()
        )
        if len(known):
            priced = table.name == GOODS_COSTS.name
            tables[table.name] = _for_products(known, new, priced=priced)
    return tables


def _measured(segment: Mapping[Any, Any], per_usd: float) -> dict[str, float]:
    """Return the figures of a product that the orders show, by column of products.csv."""
    values = {
        "price_usd": segment["price"] / per_usd,
        **{name: segment[name] for name in MEASURED[1:]},
    }
    # a price or weight of nothing is none
    return {
        name: float(value)
        for name, value in values.items()
        if not np.isnan(value) and value >= LEAST.get(name, 0.0)
    }


def table_texts(network: Network, table: Table) -> pd.DataFrame:
    """Return the rows of a table as they stand in its file; none where there is no file.

    Parameters
    ----------
    network : Network
    table : Table

    Returns
    -------
    DataFrame
        Of texts.
    """
    content = network.folder.files.get(f"{table.name}.csv")
    if content is None:
        return pd.DataFrame()
    rows, _ = read_rows(content, table.name, table)
    if rows is None:
        return pd.DataFrame()
    return pd.DataFrame(rows.cells, columns=rows.header, dtype="str")


def _for_products(known: pd.DataFrame, new: pd.DataFrame, *, priced: bool) -> pd.DataFrame:
    """Return the rows of a table for other products, each like one of the old.

    Parameters
    ----------
    known : DataFrame
        Rows of the table as text.
    new : DataFrame
        like, new (product ids) and scale, the price of the new product over that of the old.
    priced : bool
        Whether the table has the cost of the goods, which grows with the price.
    """
    shared = known[known["product_id"].isin(["", ANY_PRODUCT])]
    joined = new.merge(known, left_on="like", right_on="product_id", how="inner")
    if priced:
        cost = joined["goods_usd"].astype(float) * joined["scale"]
        joined["goods_usd"] = [f"{value:.6g}" for value in cost]
        joined["range"] = [
            scaled_range(text, {"goods_usd": factor}, {})
            for text, factor in zip(joined["range"], joined["scale"], strict=True)
        ]
        joined["source"] = (
            "in proportion to the price; that of " + joined["like"] + ": " + joined["source"]
        )
    joined["product_id"] = joined["new"]
    return pd.concat([shared, joined[list(known.columns)]], ignore_index=True)


def scaled_range(text: str, scale: Mapping[str, float], left_out: Mapping[str, float]) -> str:
    """Return a text of `range` with some figures scaled, and without those that are measured.

    Parameters
    ----------
    text : str
        As in the column `range` of a table.
    scale : mapping of str to float
        Factors by column.
    left_out : mapping of str to float
        Columns whose ranges are left out.

    Returns
    -------
    str
    """
    parts = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _RANGE_PART.fullmatch(part)
        if match is None:
            continue
        name, low, high = match[1], float(match[2]), float(match[3])
        if name not in left_out:
            factor = scale.get(name, 1.0)
            parts.append(f"{name}={low * factor:.6g}..{high * factor:.6g}")
    return "; ".join(parts)
