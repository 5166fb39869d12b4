"""Network cases of the literature, written as tables of the program.

H. P. Williams, *Model Building in Mathematical Programming*, 5th edition, Wiley 2013, ISBN
978-1-118-44333-0: 12.19 "Distribution 1" and 12.20 "Distribution 2". Factories supply customers
straight or through depots; costs in pounds a ton, throughputs and demands in tons a month.

A ton is an order of one cubic metre and one kilogram, a pound a dollar. The year of the program is
twelve of the book's months. The book has no geography: the places lie somewhere in Mexico, and no
price depends on where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FACTORIES = {"liverpool": 150_000, "brighton": 200_000}
DEPOTS = {"newcastle": 70_000, "birmingham": 50_000, "london": 100_000, "exeter": 40_000}
NEW_DEPOTS = {"bristol": 30_000, "northampton": 25_000}
CUSTOMERS = {"c1": 50_000, "c2": 10_000, "c3": 40_000, "c4": 35_000, "c5": 60_000, "c6": 20_000}
COSTS = {
    "liverpool": {
        "newcastle": 0.5, "birmingham": 0.5, "london": 1.0, "exeter": 0.2,
        "c1": 1.0, "c3": 1.5, "c4": 2.0, "c6": 1.0,
    },
    "brighton": {"birmingham": 0.3, "london": 0.5, "exeter": 0.2, "c1": 2.0},
    "newcastle": {"c2": 1.5, "c3": 0.5, "c5": 1.5, "c6": 1.0},
    "birmingham": {"c1": 1.0, "c2": 0.5, "c3": 0.5, "c4": 1.0, "c5": 0.5},
    "london": {"c2": 1.5, "c3": 2.0, "c5": 0.5, "c6": 1.5},
    "exeter": {"c3": 0.2, "c4": 1.5, "c5": 0.5, "c6": 1.5},
}  # fmt: skip
"""Pounds a ton; a pair without a figure is a dash in the book: it is not possible."""
NEW_COSTS = {
    "liverpool": {"bristol": 0.6, "northampton": 0.4},
    "brighton": {"bristol": 0.4, "northampton": 0.3},
    "bristol": {"c1": 1.2, "c2": 0.6, "c3": 0.5, "c5": 0.3, "c6": 0.8},
    "northampton": {"c2": 0.4, "c4": 0.5, "c5": 0.6, "c6": 0.9},
}
MONTHS, DAYS = 12, 365
CITED = "Williams 2013,2013,estimate"


@dataclass(frozen=True)
class Depot:
    """A depot: tons a month, and pounds a month for having it open at this size."""

    tons_month: float
    usd_month: float = 0.0


def write_case(
    folder: Path,
    factories: Mapping[str, float],
    depots: Mapping[str, Mapping[str, Depot]],
    customers: Mapping[str, float],
    costs: Mapping[str, Mapping[str, float]],
) -> tuple[Path, Path]:
    """Write a case as a network and a demand folder, and return both.

    Parameters
    ----------
    folder : Path
        Where ``network`` and ``demand`` are made.
    factories, customers : mapping of str to float
        Tons a month that they make, or want.
    depots : mapping of str to mapping of str to Depot
        The sizes (S, M, L) of each depot.
    costs : mapping of str to mapping of str to float
        Pounds a ton from each place to each other.
    """
    network, demand = folder / "network", folder / "demand"
    for made in (network, demand):
        made.mkdir(parents=True)
    tables = {
        network / "parameters.csv": _parameters(NETWORK_PARAMETERS),
        network / "countries.csv": (
            "country,name,vat_rate,vat_credited", ["MX,Mexico,0,yes"]
        ),
        network / "origins.csv": (
            "origin_id,name,country,lat,lon,capacity_m3_month",
            [f"{name},{name.title()},MX,{_place(i)},{tons}"
             for i, (name, tons) in enumerate(factories.items())],
        ),
        network / "sites.csv": (
            "site_id,name,country,state,lat,lon,ownership,rent_usd_m2_month,labour_usd_hour",
            [f"{name},{name.title()},MX,,{_place(20 + i)},own,0,0"
             for i, name in enumerate(depots)],
        ),
        network / "site_sizes.csv": (
            "ownership,size,site_id,area_m2,storage_m3,orders_day,minutes_order,opening_usd,"
            "fixed_usd_month",
            [f"own,{size},{name},0,0,{one.tons_month * MONTHS / DAYS!r},0,0,{one.usd_month}"
             for name, sizes in depots.items() for size, one in sizes.items()],
        ),
        network / "products.csv": (
            "product_id,name,family,abc,price_usd,transfer_value_usd,weight_kg,volume_m3,"
            "tariff_class,return_rate,roo_share,skus,demand_cv,stocking,season_days,salvage_share,"
            "certification_usd_sku,promise_local_days,promise_mail_days",
            ["ton,Ton,goods,A,10,1,1,1,goods,0,0,1,0,replenished,365,1,0,1,1"],
        ),
        network / "goods_costs.csv": (
            "product_id,origin_id,goods_usd", [f"ton,{name},0" for name in factories]
        ),
        network / "calendar.csv": (
            "period_id,name,kind,starts,days", [f"year,The year,month,2026-01-01,{DAYS}"]
        ),
        network / "lane_rates.csv": (
            "from_id,to_id,usd_order,days_mean,days_p90",
            [f"{start},{goal},{usd},1,1"
             for start, goals in costs.items() for goal, usd in goals.items()],
        ),
        demand / "parameters.csv": _parameters(
            {"orders_per_year": sum(customers.values()) * MONTHS, "us_share": 0,
             "income_exponent": 0}
        ),
    }  # fmt: skip
    for path, (header, rows) in tables.items():
        lines = [f"{header},source,source_date,status", *(f"{row},{CITED}" for row in rows)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    zones = [f"{name},{name.upper()},MX,,{_place(40 + i)},1,urban"
             for i, name in enumerate(customers)]  # fmt: skip
    header = "zone_id,name,country,state,lat,lon,population,zone_class"
    (demand / "zones.csv").write_text("\n".join([header, *zones]) + "\n")
    orders = [f"{name},ton,year,{tons * MONTHS}" for name, tons in customers.items()]
    header = "zone_id,product_id,period_id,orders"
    (demand / "orders.csv").write_text("\n".join([header, *orders]) + "\n")
    (network / "network.toml").write_text(
        'name = "williams"\ntitle = "Williams"\nas_of = "2026-11-01"\n'
        'direct_mail_value_base = "price"\n'
    )
    (demand / "demand.toml").write_text('name = "williams"\ntitle = "Williams"\n')
    return network, demand


def _place(number: int) -> str:
    """Return latitude and longitude of a place; no price depends on it."""
    return f"{19 + number % 5},{-104 + number // 5}"


def _parameters(values: Mapping[str, float]) -> tuple[str, list[str]]:
    return "parameter,value", [f"{name},{value}" for name, value in values.items()]


ZERO_PARAMETERS = (
    "capital_rate", "holding_rate", "stock_service_factor", "demand_correlation",
    "cancel_p0", "cancel_h0", "cancel_lambda", "conversion_eta",
    "conversion_reference_days", "mail_dispatch_days", "local_dispatch_days",
    "payment_loss_mail", "payment_loss_local", "reverse_usd_mail", "reverse_usd_local",
    "return_salvage_mail", "return_salvage_local", "vat_credit_days", "insurance_rate",
    "importer_setup_usd", "cross_border_fee_usd", "cross_border_days", "street_reach_km",
    "order_minutes", "own_delivery_usd", "review_days",
)  # fmt: skip
NETWORK_PARAMETERS = {
    **dict.fromkeys(ZERO_PARAMETERS, 0),
    # every customer is supplied: not to do so costs more than any way
    "unserved_penalty_usd": 1000,
    "horizon_years": 1,
    "cancel_gamma": 1,
    "entry_value_usd": 100,
    "road_factor": 1,
    "road_access_factor": 1,
    "road_speed_kmh": 60,
    "max_gateway_share": 1,
    "street_detour": 1,
    "people_km2": 1000,
    "rural_people_km2": 100,
    "block_m": 100,
    "stop_minutes": 1,
    "delivery_days_week": 5,
}
