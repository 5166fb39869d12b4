"""Whether the tables let goods reach anyone at all: by mail, or through sites that freight can supply.

Only tables are read here, no distances: a site that passes may still be out of reach of every road.
What no table lets in, no plan can use, and a planner should hear of it before a plan without stock
looks like advice.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.tariffs import Regime


@dataclass(frozen=True)
class Supply:
    """What can be supplied at all.

    Attributes
    ----------
    overseas, nearshore : countries whose sites freight can reach from Chinese hubs, from nearshore
        plants
    mail : consumers' countries to which some product can be mailed
    """

    overseas: frozenset[str]
    nearshore: frozenset[str]
    mail: frozenset[str]


def supply(network: Network, regime: Regime) -> Supply:
    """Read from the tables what can be supplied at all."""
    origins = network["origins"]
    works = origins["origin_id"].isin(network["goods_costs"]["origin_id"]) & (
        origins["capacity_m3_month"] != 0
    )
    abroad = origins["country"] == "CN"
    gateways = network["gateways"][network["gateways"]["capacity_m3_month"] > 0]
    mode = gateways["kind"].map({"seaport": "sea", "airport": "air"})
    pairs = set(
        zip(
            *(network["freight"][name] for name in ("mode", "from_country", "to_country")),
            strict=True,
        )
    )
    lands = [
        country
        for by, country in zip(mode, gateways["country"], strict=True)
        if (works & abroad).any() and (by, "CN", country) in pairs
    ]
    crosses = bool((gateways["kind"] == "crossing").any())
    countries = set(network["sites"]["country"])

    def by_road(starts: set[str]) -> frozenset[str]:
        return frozenset(
            goal
            for goal in countries
            for start in starts
            if ("road", start, goal) in pairs and (start == goal or crosses)
        )

    return Supply(
        by_road(set(lands)),
        by_road(set(origins.loc[works & ~abroad, "country"])),
        _mail(network, regime),
    )


def _mail(network: Network, regime: Regime) -> frozenset[str]:
    """Return the countries with a mail service, air capacity, and a courier rule for some product made overseas."""
    origins, capacity, products = network["origins"], network["mail_capacity"], network["products"]
    hubs = origins.loc[origins["country"] == "CN", "origin_id"]
    made = products["product_id"].isin(
        network["goods_costs"].loc[network["goods_costs"]["origin_id"].isin(hubs), "product_id"]
    )
    lowest = products.loc[made, "price_usd"].min()  # NaN where none is made: below no value
    carried = set(network["mail_services"]["country"]) & set(
        capacity.loc[capacity["kg_day"] > 0, "country"]
    )
    vat = network["countries"].set_index("country")["vat_rate"]
    net = network.value_base == "net_price"
    return frozenset(
        country
        for country in carried
        if lowest / (1.0 + (float(vat[country]) if net else 0.0))
        <= regime.highest(country, "courier", "CN")
    )


def supply_faults(
    network: Network, zones: pd.DataFrame, regime: Regime, channels: tuple[str, ...]
) -> list[Fault]:
    """Return a fault where no channel can deliver anything, else a warning for each that cannot, and for such sites."""
    found = supply(network, regime)
    asked = set(channels)
    reached = found.overseas if asked & {"local", "cross_border"} else frozenset[str]()
    reached |= found.nearshore if "nearshore" in asked else frozenset[str]()
    mailed = found.mail & set(zones["country"]) if "direct_mail" in asked else frozenset[str]()
    folder, names = network.folder.name, ", ".join(channels)
    if not reached and not mailed:
        detail = (
            "no site can get goods, and nothing can be mailed"
            if len(asked) > 1
            else "there is no way for goods"
        )
        return [Fault("F319", "--channels", value=names, detail=detail)]
    stock = sorted(asked - {"direct_mail"})
    warnings = []
    if "direct_mail" in asked and not mailed:
        warnings.append(
            Fault(
                "W306",
                f"{folder}/mail_services.csv",
                value="direct_mail",
                detail="nothing can be mailed",
            )
        )
    if stock and not reached:
        detail = "no freight row, gateway or plant brings goods to any site: no site will be opened"
        warnings.append(
            Fault("W306", f"{folder}/freight.csv", value=", ".join(stock), detail=detail)
        )
    elif "nearshore" in stock and len(asked) < 4 and not found.nearshore:
        warnings.append(
            Fault(
                "W306",
                f"{folder}/origins.csv",
                value="nearshore",
                detail="no plant can supply a site",
            )
        )
    if reached:
        sites = network["sites"]
        cut = sites[~sites["country"].isin(reached)]
        warnings += [
            Fault(
                "W306",
                f"{folder}/freight.csv",
                value=str(country),
                detail=f"nothing can be brought to {', '.join(ids)}",
            )
            for country, ids in cut.groupby("country")["site_id"]
        ]
    return warnings
