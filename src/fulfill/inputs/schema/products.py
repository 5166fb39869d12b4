"""Tables of products and of what their goods cost."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Table, identifier, number, text
from fulfill.inputs.schema.shared import PROVENANCE

PRODUCTS = Table(
    "products",
    "product segments: a best seller and the tail of a family are products of their own",
    (
        identifier("product_id", "name in other tables", key=True),
        text("name", "name for people", REQUIRED),
        text("family", "product family", REQUIRED),
        text("abc", "A best sellers, B middle, C long tail", REQUIRED, ("A", "B", "C")),
        number(
            "price_usd", "USD/order", "what the consumer pays for an order, tax included", 0.01, 1e5
        ),
        number(
            "transfer_value_usd",
            "USD/order",
            "declared transfer value of the goods of an order",
            0.01,
            1e5,
        ),
        number("weight_kg", "kg/order", "weight of the packed order", 0.001, 1000, wall=False),
        number("volume_m3", "m3/order", "volume of the packed order", 1e-6, 10, wall=False),
        text("tariff_class", "class that tariffs.csv names", REQUIRED),
        number("return_rate", "-", "share of delivered orders that come back", 0, 0.9),
        number(
            "roo_share",
            "-",
            "share of the goods that meets the rules of origin of a preferential tariff row",
            0,
            1,
        ),
        number("skus", "SKUs", "number of articles in the segment", 1, 1e6, wall=False),
        number(
            "demand_cv",
            "-",
            "coefficient of variation of one SKU's weekly demand",
            0,
            20,
            wall=False,
        ),
        text(
            "stocking",
            "replenished through the year, or bought once for a season",
            REQUIRED,
            ("replenished", "seasonal"),
        ),
        number("season_days", "days", "length of the selling season (365 if replenished)", 1, 365),
        number("salvage_share", "-", "share of the landed value got for what is left over", 0, 1),
        number(
            "certification_usd_sku",
            "USD/SKU",
            "certification and labelling of a SKU for formal import, once",
            0,
            1e5,
        ),
        number(
            "promise_local_days", "days", "lead time that buyers accept from local stock", 0, 90
        ),
        number("promise_mail_days", "days", "lead time that buyers accept from abroad", 0, 90),
        *PROVENANCE,
    ),
)
GOODS_COSTS = Table(
    "goods_costs",
    "true cost of the goods of an order at an origin; no row: the origin does not make the product",
    (
        identifier("product_id", "product", key=True, refers="products"),
        identifier("origin_id", "origin", key=True, refers="origins"),
        number("goods_usd", "USD/order", "cost at the origin", 0, 1e5),
        number(
            "orders_day",
            "orders/day",
            "orders of the product that the origin makes for sites and for direct shipments, in "
            "every period alike; 0: none; empty: no limit of the product's own",
            0,
            None,
            None,
        ),
        *PROVENANCE,
    ),
)
