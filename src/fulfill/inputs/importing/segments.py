"""Articles into the products of a case: by category, and by their share of the volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.order_map import OrderMap
from fulfill.inputs.importing.orders import Orders, family_of
from fulfill.inputs.spelling import fold, slug

Array = NDArray[np.float64]
CLASSES = "ABC"
BOUNDS = (0.80, 0.95)
"""Share of the volume up to which the articles, best sellers first, are A, and then B."""
SMALL = 0.01
"""Share of the orders below which a category joins the others of its family."""


@dataclass(frozen=True, eq=False)
class Segments:
    """Products made of articles.

    Attributes
    ----------
    table : DataFrame
        One row a product: product_id, name, category, family, abc, like (row of the network's
        products from which missing figures come), orders, units, skus, price (in the currency of
        the export, NaN where unknown), weight_kg (NaN), return_rate (NaN), cancelled_share,
        demand_cv (NaN where there are too few weeks).
    of_article : ndarray of int, shape (n_articles,)
        Row of `table` by article; -1 where no order has it as its main article.
    volume : ndarray of float, shape (n_articles,)
        Pieces sold, in descending order, for the curve of classes.
    """

    table: pd.DataFrame
    of_article: NDArray[np.int64]
    volume: Array


def to_segments(
    orders: Orders,
    placed: NDArray[np.bool_],
    products: pd.DataFrame,
    families: Mapping[str, str],
) -> Segments:
    """Make products of the articles of placed orders.

    Parameters
    ----------
    orders : Orders
    placed : ndarray of bool, shape (n_orders,)
        Orders with a place.
    products : DataFrame
        products.csv of the network.
    families : mapping of str to str
        Of `category_families`.

    Returns
    -------
    Segments
    """
    lines = orders.lines[placed[orders.lines["order"].to_numpy()]]
    n_skus = len(orders.skus)
    sku, quantity = lines["sku"].to_numpy(np.int64), lines["quantity"].to_numpy(float)
    volume = _sums(sku, np.maximum(quantity, 0.0), n_skus)
    main = orders.frame["sku"].to_numpy(np.int64)[placed]
    by_article = np.bincount(main, minlength=n_skus)
    used = (volume > 0) | (by_article > 0)
    category = orders.skus["category"].to_numpy(object).copy()
    family = np.array([families[text] for text in category], object)
    share = pd.Series(by_article).groupby(category).transform("sum").to_numpy() / by_article.sum()
    category = np.where(share < SMALL, family, category)
    abc = _classes(volume)
    pairs = pd.MultiIndex.from_arrays([category, abc])
    sold = pairs[by_article > 0].unique().sort_values()
    whole = sold.get_indexer(pairs)
    code = np.where(by_article > 0, whole, -1)
    table = pd.DataFrame(list(sold), columns=["category", "abc"])
    table["family"] = family[[int(np.argmax(code == row)) for row in range(len(table))]]
    kinds = list(zip(table["category"], table["family"], table["abc"], strict=True))
    table["like"] = [_like(products, family, abc) for _, family, abc in kinds]
    table["name"] = [f"{text or family}, {CLASS_WORDS[abc]}" for text, family, abc in kinds]
    table.insert(0, "product_id", _ids(kinds))
    # an article that is never the main one of an order counts among those of its product
    figures = _figures(orders, placed, code, len(table))
    figures["units"] = _sums(whole[whole >= 0], volume[whole >= 0], len(table))
    figures["skus"] = _sums(
        whole[used & (whole >= 0)], np.ones(n_skus)[used & (whole >= 0)], len(table)
    )
    figures["demand_cv"] = _variation(orders, lines, whole, len(table))
    return Segments(table.assign(**figures), code.astype(np.int64), -np.sort(-volume[used]))


CLASS_WORDS = {"A": "best sellers", "B": "middle", "C": "long tail"}


def category_families(
    categories: Iterable[str], products: pd.DataFrame, mapped: OrderMap
) -> tuple[dict[str, str], list[Fault]]:
    """Find the product or family of the network that each category is like.

    The map comes first, then the network's own names, then known names of categories.

    Parameters
    ----------
    categories : iterable of str
    products : DataFrame
        products.csv of the network.
    mapped : OrderMap

    Returns
    -------
    families : dict of str to str
        By category.
    faults : list of Fault
        F414 for categories of which it is not known what they are like.
    """
    own = {
        fold(str(name)): str(name)
        for column in ("family", "product_id")
        for name in products[column]
    }
    given = {fold(text): name for text, name in mapped.categories.items()}
    found: dict[str, str] = {}
    faults = []
    for text in dict.fromkeys(categories):
        likely = given.get(fold(text)) or own.get(fold(text)) or family_of(text)
        if fold(likely) in own:
            found[text] = own[fold(likely)]
            continue
        listed = ", ".join(sorted(set(products["family"])))
        detail = f'[categories] "{text}" = ... one of {listed}'
        faults.append(Fault("F414", "--map", column="categories", value=text, detail=detail))
    return found, faults


def _classes(volume: Array) -> NDArray[np.object_]:
    """Return the class of each article by the volume of those that sell better."""
    order = np.argsort(-volume, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(volume[order])[:-1]]) / max(volume.sum(), 1e-12)
    classes = np.empty(len(volume), object)
    classes[order] = np.array(list(CLASSES), object)[np.searchsorted(BOUNDS, before, "right")]
    return classes


def _like(products: pd.DataFrame, family: str, abc: str) -> int:
    """Return the row of the network's product of a family whose class is nearest."""
    same = (products["product_id"] == family) | (products["family"] == family)
    rows = np.flatnonzero(same.to_numpy())
    gaps = [abs(CLASSES.index(products["abc"].iloc[row]) - CLASSES.index(abc)) for row in rows]
    return int(rows[int(np.argmin(gaps))])


def _ids(kinds: list[tuple[str, str, str]]) -> list[str]:
    """Return ids of products: the category in plain letters, else the family, and the class."""
    ids: list[str] = []
    for category, family, abc in kinds:
        stem = slug(category, "_") or slug(family, "_")
        name, number = f"{stem}_{abc.lower()}", 1
        while name in ids:
            number += 1
            name = f"{stem}{number}_{abc.lower()}"
        ids.append(name)
    return ids


def _figures(
    orders: Orders, placed: NDArray[np.bool_], code: NDArray[np.int64], n: int
) -> dict[str, Array]:
    """Return means over the orders of each product."""
    frame = orders.frame[placed]
    segment = code[frame["sku"].to_numpy(np.int64)]
    count = np.bincount(segment, minlength=n).astype(float)

    def mean(column: str) -> Array:
        values = frame[column].to_numpy(float)
        known = ~np.isnan(values)
        total = _sums(segment[known], values[known], n)
        number = np.bincount(segment[known], minlength=n)
        return _ratio(total, number)

    cancelled = np.bincount(segment, frame["cancelled"], n)
    returned = np.bincount(segment, frame["returned"], n)
    # an export in which nothing ever comes back does not record returns
    recorded = bool(frame["returned"].any())
    delivered = np.maximum(count - cancelled, 1.0)
    return {
        "orders": count,
        "price": mean("value"),
        "weight_kg": mean("weight_kg"),
        "return_rate": returned / delivered if recorded else np.full(n, np.nan),
        "cancelled_share": cancelled / count,
    }


def _variation(orders: Orders, lines: pd.DataFrame, segment: NDArray[np.int64], n: int) -> Array:
    """Return the coefficient of variation of one article's weekly demand, by product.

    Around the season, which is that of all articles of the product; the mean over its articles,
    weighted by their volume. Only whole weeks count; NaN where there are fewer than 8.
    """
    day = orders.frame["day"].to_numpy("datetime64[D]")[lines["order"].to_numpy()]
    week = (day - day.min()).astype(np.int64) // 7
    weeks = int((day.max() - day.min()).astype(np.int64) + 1) // 7
    if weeks < 8:
        return np.full(n, np.nan)
    sku, quantity = lines["sku"].to_numpy(np.int64), lines["quantity"].to_numpy(float)
    kept = (week < weeks) & (segment[sku] >= 0) & (quantity > 0)
    sku, week, quantity = sku[kept], week[kept], quantity[kept]
    seasons = np.bincount(segment[sku] * weeks + week, quantity, n * weeks).reshape(n, weeks)
    seasons = seasons / np.maximum(seasons.mean(axis=1, keepdims=True), 1e-12)
    mean = np.bincount(sku, quantity, len(segment)) / weeks
    cell, place = np.unique(sku * weeks + week, return_inverse=True)
    sold = np.bincount(place, quantity)
    expected = mean[cell // weeks] * seasons[segment[cell // weeks], cell % weeks]
    # weeks without a sale contribute the square of what was expected of them
    squares = mean**2 * (seasons**2).sum(axis=1)[np.maximum(segment, 0)]
    squares += np.bincount(cell // weeks, (sold - expected) ** 2 - expected**2, len(segment))
    cv = np.sqrt(np.maximum(squares, 0.0) / weeks) / np.maximum(mean, 1e-12)
    use = (segment >= 0) & (mean > 0)
    total = _sums(segment[use], mean[use], n)
    weighted = _sums(segment[use], mean[use] * cv[use], n)
    return _ratio(weighted, total)


def _sums(code: NDArray[np.int64], values: Array, n: int) -> Array:
    return np.bincount(code, values, n).astype(float)


def _ratio(total: Array, number: NDArray[np.number[Any]]) -> Array:
    """Return means; NaN where there is nothing to take the mean of."""
    mean: Array = np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)
    return mean
