"""Declarations of all input tables: type, unit, key, default, range and meaning of each column.

There is one module for each family of tables. Nothing else says what an input table looks like: the
reader (`tables.py`), the checks and the data dictionary of the docs all follow these declarations.
"""

from __future__ import annotations

from fulfill.inputs.schema.demand import MIX, ORDERS, SEASONALITY, ZONE_CLASSES, ZONES
from fulfill.inputs.schema.money import ENTRY_FEES, TARIFFS
from fulfill.inputs.schema.parameters import DEMAND_PARAMETERS, NETWORK_PARAMETERS, PARAMETERS
from fulfill.inputs.schema.places import (
    BANDS,
    COUNTRY_TABLE,
    GATEWAYS,
    ORIGINS,
    OWNERSHIPS,
    SITE_SIZES,
    SITES,
    SIZES,
)
from fulfill.inputs.schema.products import GOODS_COSTS, PRODUCTS
from fulfill.inputs.schema.shared import (
    COUNTRIES,
    COUNTRY_WINDOW,
    PLACE,
    PROVENANCE,
    STATUSES,
    WINDOW,
)
from fulfill.inputs.schema.time import CALENDAR, PREBUILD
from fulfill.inputs.schema.transport import (
    ANY_PRODUCT,
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

NETWORK_TABLES = (
    PARAMETERS, COUNTRY_TABLE, ORIGINS, GATEWAYS, SITES, SITE_SIZES, BANDS, PRODUCTS, GOODS_COSTS,
    TARIFFS, ENTRY_FEES, FREIGHT, SERVICES, OWN_DELIVERY, MAIL_SERVICES, MAIL_CAPACITY, CARRIERS,
    CALENDAR, PREBUILD, EMISSIONS, LANES, LANE_RATES, FERRIES, VEHICLES, SPEEDS,
)  # fmt: skip
DEMAND_TABLES = (PARAMETERS, ZONES, MIX, SEASONALITY, ORDERS)

__all__ = [
    "ANY_PRODUCT",
    "BANDS",
    "CALENDAR",
    "CARRIERS",
    "COUNTRIES",
    "COUNTRY_TABLE",
    "COUNTRY_WINDOW",
    "DEMAND_PARAMETERS",
    "DEMAND_TABLES",
    "DUTIES",
    "EMISSIONS",
    "EMISSION_MODES",
    "ENTRY_FEES",
    "FERRIES",
    "FREIGHT",
    "GATEWAYS",
    "GOODS_COSTS",
    "LANES",
    "LANE_RATES",
    "MAIL_CAPACITY",
    "MAIL_SERVICES",
    "MIX",
    "NETWORK_PARAMETERS",
    "NETWORK_TABLES",
    "ORDERS",
    "ORIGINS",
    "OWNERSHIPS",
    "OWN_DELIVERY",
    "PARAMETERS",
    "PLACE",
    "PREBUILD",
    "PRODUCTS",
    "PROVENANCE",
    "ROAD_KINDS",
    "SEASONALITY",
    "SERVICES",
    "SITES",
    "SITE_SIZES",
    "SIZES",
    "SPEEDS",
    "STATUSES",
    "STOPS",
    "TARIFFS",
    "VEHICLES",
    "WINDOW",
    "ZONES",
    "ZONE_CLASSES",
]
