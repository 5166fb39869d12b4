"""Declarations of all input tables: type, unit, key, default, range and meaning of each column.

There is one module for each family of tables. Nothing else says what an input table looks like: the
reader (`tables.py`), the checks and the data dictionary of the docs all follow these declarations.
"""

from __future__ import annotations

from dataclasses import replace

from fulfill.inputs.columns import USD, Table
from fulfill.inputs.schema.contracts import CONTRACTS
from fulfill.inputs.schema.demand import (
    COUNTRY_SHARES,
    MIX,
    ORDERS,
    SEASONALITY,
    ZONE_CLASSES,
    ZONES,
)
from fulfill.inputs.schema.disruptions import DISRUPTIONS
from fulfill.inputs.schema.money import (
    BASE_DUTY,
    ENTRY_FEES,
    EXCHANGE_RATES,
    HEADING_RATES,
    HEADINGS,
    TARIFF_HEADINGS,
    TARIFFS,
)
from fulfill.inputs.schema.parameters import DEMAND_PARAMETERS, NETWORK_PARAMETERS, PARAMETERS
from fulfill.inputs.schema.places import (
    BANDS,
    COUNTRY_TABLE,
    GATEWAYS,
    ORIGIN_GROUPS,
    ORIGIN_KINDS,
    ORIGINS,
    OWNERSHIPS,
    SITE_SIZES,
    SITES,
    SIZES,
)
from fulfill.inputs.schema.products import GOODS_COSTS, PRODUCTS
from fulfill.inputs.schema.rate_cards import RATE_CARDS, RATE_ZONES, SURCHARGES
from fulfill.inputs.schema.shared import (
    COUNTRY_CODES,
    CURRENCY,
    PLACE,
    PROVENANCE,
    STATUSES,
    WINDOW,
)
from fulfill.inputs.schema.site_rules import GROUP_LIMITS, SITE_GROUPS, SITE_RULES
from fulfill.inputs.schema.time import CALENDAR, DAILY_PROFILE, PREBUILD, WEEKDAYS
from fulfill.inputs.schema.transport import (
    ANY_PRODUCT,
    BESIDE,
    CARRIERS,
    EMISSION_MODES,
    EMISSIONS,
    FERRIES,
    FREIGHT,
    LANE_RATES,
    LANES,
    MAIL_CAPACITY,
    MAIL_SERVICES,
    OWN_DELIVERY,
    SERVICES,
)
from fulfill.inputs.schema.vehicles import DUTIES, ROAD_KINDS, SPEEDS, STOPS, VEHICLES


def _priced(table: Table) -> Table:
    """Return a table with the column `currency` before its source, if it has amounts of money."""
    if table is not PARAMETERS and not any(column.is_money for column in table.columns):
        return table
    at = len(table.columns) - len(PROVENANCE)
    return replace(table, columns=(*table.columns[:at], CURRENCY, *table.columns[at:]))


NETWORK_TABLES = tuple(_priced(table) for table in (
    PARAMETERS, COUNTRY_TABLE, ORIGINS, ORIGIN_GROUPS, GATEWAYS, SITES, SITE_SIZES, BANDS,
    CONTRACTS, PRODUCTS, GOODS_COSTS, TARIFFS, TARIFF_HEADINGS, HEADING_RATES, ENTRY_FEES,
    FREIGHT, SERVICES, MAIL_SERVICES, RATE_CARDS, RATE_ZONES, SURCHARGES, OWN_DELIVERY,
    MAIL_CAPACITY, CARRIERS, CALENDAR, DAILY_PROFILE, PREBUILD, EMISSIONS, LANES, LANE_RATES,
    FERRIES, VEHICLES,
    SPEEDS, SITE_GROUPS, GROUP_LIMITS, DISRUPTIONS, EXCHANGE_RATES,
))  # fmt: skip
"""Every table with amounts of money has the column `currency`."""
DEMAND_TABLES = (PARAMETERS, ZONES, COUNTRY_SHARES, MIX, SEASONALITY, ORDERS)

__all__ = [
    "ANY_PRODUCT",
    "BANDS",
    "BASE_DUTY",
    "BESIDE",
    "CALENDAR",
    "CARRIERS",
    "CONTRACTS",
    "COUNTRY_CODES",
    "COUNTRY_SHARES",
    "COUNTRY_TABLE",
    "CURRENCY",
    "DAILY_PROFILE",
    "DEMAND_PARAMETERS",
    "DEMAND_TABLES",
    "DISRUPTIONS",
    "DUTIES",
    "EMISSIONS",
    "EMISSION_MODES",
    "ENTRY_FEES",
    "EXCHANGE_RATES",
    "FERRIES",
    "FREIGHT",
    "GATEWAYS",
    "GOODS_COSTS",
    "GROUP_LIMITS",
    "HEADINGS",
    "HEADING_RATES",
    "LANES",
    "LANE_RATES",
    "MAIL_CAPACITY",
    "MAIL_SERVICES",
    "MIX",
    "NETWORK_PARAMETERS",
    "NETWORK_TABLES",
    "ORDERS",
    "ORIGINS",
    "ORIGIN_GROUPS",
    "ORIGIN_KINDS",
    "OWNERSHIPS",
    "OWN_DELIVERY",
    "PARAMETERS",
    "PLACE",
    "PREBUILD",
    "PRODUCTS",
    "PROVENANCE",
    "RATE_CARDS",
    "RATE_ZONES",
    "ROAD_KINDS",
    "SEASONALITY",
    "SERVICES",
    "SITES",
    "SITE_GROUPS",
    "SITE_RULES",
    "SITE_SIZES",
    "SIZES",
    "SPEEDS",
    "STATUSES",
    "STOPS",
    "SURCHARGES",
    "TARIFFS",
    "TARIFF_HEADINGS",
    "USD",
    "VEHICLES",
    "WEEKDAYS",
    "WINDOW",
    "ZONES",
    "ZONE_CLASSES",
]
