"""Tables and columns of the Anura schema that a network study has in common with ours.

Names, defaults and meanings are those of the schema package ``ol-anura`` 2.8.21.7 (MIT licence,
https://pypi.org/project/ol-anura/); a test compares them with it. Only columns that are carried
are declared: `project.read_project` lists what stands in any other.
"""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table
from fulfill.inputs.schema import COUNTRY_CODES

SCHEMA = "ol-anura 2.8.21.7"
INCLUDE = "Include"
OPEN, CLOSED, CONSIDER = "Open", "Closed", "Consider"
EXISTING, POTENTIAL = "Existing", "Potential"
ALL = "ALL"
"""Word for every product, facility or period."""
HORIZON = "Model Horizon"
"""Name of the only period of a project without a table Periods."""
THROUGHPUT = "FacilityThroughputCapacity"
"""Kind of expansion that is carried."""
MAX, MIN, FIXED = "Max", "Min", "Fixed"


def _name(name: str, meaning: str, default: object = REQUIRED) -> Column:
    return Column(name, "text", meaning, key=True, default=default)


def _text(name: str, meaning: str, default: str = "", choices: tuple[str, ...] = ()) -> Column:
    return Column(name, "text", meaning, default=default, choices=choices)


def _amount(name: str, meaning: str, default: object = None, low: float | None = 0.0) -> Column:
    return Column(name, "number", meaning, default=default, low=low)


def _unit(name: str) -> Column:
    return _text(name, "unit of measure; empty: the primary one")


STATUS = _text("Status", "Exclude: the row is not read", INCLUDE, (INCLUDE, "Exclude"))
COUNTRY = Column("Country", "text", "code of ISO 3166-1", choices=COUNTRY_CODES)
REGION = _text("Region", "state")
LATITUDE = Column("Latitude", "number", "degrees", low=-60.0, high=75.0)
LONGITUDE = Column("Longitude", "number", "degrees", low=-180.0, high=180.0)
PLACE = (STATUS, REGION, COUNTRY, LATITUDE, LONGITUDE)
PRODUCT = _name("ProductName", "product, or ALL", ALL)
SOURCING = (
    STATUS,
    _text("OptimizationPolicy", "To Optimize", "To Optimize"),
    _amount("UnitCost", "cost of sourcing a unit", 0.0),
    _unit("UnitCostUOM"),
)

TABLES = (
    Table(
        "ModelSettings",
        "horizon and primary units",
        (
            Column("ModelStartDate", "date", "first day of the horizon", key=True),
            Column("ModelEndDate", "date", "last day of the horizon"),
            _text("PrimaryQuantityUOM", "unit of quantities", "EA"),
            _text("PrimaryVolumeUOM", "unit of volumes", "CFT"),
            _text("PrimaryWeightUOM", "unit of weights", "LB"),
            _text("PrimaryTimeUOM", "unit of times", "HR"),
        ),
    ),
    Table(
        "Periods",
        "periods of the horizon",
        (_name("PeriodName", "period"), Column("StartDate", "date", "first day")),
        required=False,
    ),
    Table(
        "Facilities",
        "warehouses, and plants where ProductionPolicies has rows for them",
        (
            _name("FacilityName", "facility"),
            *PLACE,
            _text("FacilityStatus", "state", OPEN, (OPEN, CLOSED, CONSIDER)),
            _text("InitialState", "state today", EXISTING, (EXISTING, POTENTIAL)),
            _amount("FixedStartupCost", "paid once where it is opened", 0.0),
            _amount("FixedOperatingCost", "fixed cost of a period", 0.0),
            _amount("ThroughputCapacity", "most units of a period; empty: no limit"),
            _unit("ThroughputCapacityUOM"),
        ),
    ),
    Table(
        "Suppliers",
        "places that goods are bought from",
        (
            _name("SupplierName", "supplier"),
            *PLACE,
            _amount("SupplierCapacity", "most units of the horizon; empty: no limit"),
            _unit("SupplierCapacityUOM"),
        ),
        required=False,
    ),
    Table("Customers", "where demand is", (_name("CustomerName", "customer"), *PLACE)),
    Table(
        "Products",
        "products",
        (
            _name("ProductName", "product"),
            STATUS,
            _amount("UnitValue", "value of a unit"),
            _unit("UnitValueUOM"),
            _amount("UnitPrice", "price of a unit", REQUIRED),
            _unit("UnitPriceUOM"),
            _amount("UnitVolume", "volume of a unit", 1.0),
            _unit("UnitVolumeUOM"),
            _amount("UnitWeight", "weight of a unit", 1.0),
            _unit("UnitWeightUOM"),
        ),
    ),
    Table(
        "CustomerDemand",
        "demand by customer, product and period",
        (
            _name("CustomerName", "customer"),
            _name("ProductName", "product"),
            _name("PeriodName", "period", HORIZON),
            STATUS,
            _amount("Quantity", "units", REQUIRED),
            _unit("QuantityUOM"),
            _text("DemandStatus", "state", INCLUDE, (INCLUDE, "Exclude", CONSIDER)),
            _amount("PenaltyCost", "cost of a unit that is not served"),
            _unit("PenaltyCostUOM"),
        ),
    ),
    Table(
        "TransportationPolicies",
        "lanes and their prices",
        (
            _name("OriginName", "facility or supplier"),
            _name("DestinationName", "facility or customer"),
            PRODUCT,
            _name("ModeName", "mode", None),
            STATUS,
            _amount("UnitCost", "price of a unit", REQUIRED),
            _unit("UnitCostUOM"),
            _amount("TransportTime", "time on the lane"),
            _unit("TransportTimeUOM"),
        ),
    ),
    Table(
        "CustomerFulfillmentPolicies",
        "sources of customers",
        (_name("CustomerName", "customer"), PRODUCT, _name("SourceName", "source"), *SOURCING),
        required=False,
    ),
    Table(
        "ReplenishmentPolicies",
        "facilities that supply facilities",
        (_name("FacilityName", "facility"), PRODUCT, _name("SourceName", "source"), *SOURCING),
        required=False,
    ),
    Table(
        "ProcurementPolicies",
        "suppliers of facilities",
        (_name("FacilityName", "facility"), PRODUCT, _name("SourceName", "source"), *SOURCING),
        required=False,
    ),
    Table(
        "ProductionPolicies",
        "products that facilities make",
        (
            _name("FacilityName", "facility"),
            _name("ProductName", "product"),
            STATUS,
            _amount("UnitCost", "cost of a unit", REQUIRED),
            _unit("UnitCostUOM"),
        ),
        required=False,
    ),
    Table(
        "SupplierCapabilities",
        "products that suppliers have",
        (
            _name("SupplierName", "supplier"),
            _name("ProductName", "product"),
            STATUS,
            _amount("UnitCost", "cost of a unit", REQUIRED),
            _unit("UnitCostUOM"),
            _amount("SupplyCapacity", "most units of the horizon; empty: no limit"),
            _unit("SupplyCapacityUOM"),
        ),
        required=False,
    ),
    Table(
        "WarehousingPolicies",
        "handling at facilities",
        (
            _name("FacilityName", "facility"),
            PRODUCT,
            STATUS,
            _amount("InboundHandlingCost", "cost of a unit that comes in", 0.0),
            _unit("InboundHandlingCostUOM"),
            _amount("OutboundHandlingCost", "cost of a unit that goes out", 0.0),
            _unit("OutboundHandlingCostUOM"),
        ),
        required=False,
    ),
    Table(
        "CapacityExpansions",
        "facilities that can be enlarged",
        (
            _name("EntityName", "facility"),
            _name("ExpansionType", "kind"),
            STATUS,
            _text("ExpansionCost", "name in StepCosts"),
            _amount("MaxExpansionUnits", "largest capacity", REQUIRED),
        ),
        required=False,
    ),
    Table(
        "StepCosts",
        "costs by step",
        (
            _name("StepCostName", "name"),
            Column("ThroughputLevel", "number", "from this capacity on", key=True, low=0.0),
            STATUS,
            _text("StepCostBehavior", "behaviour", "All Item"),
            _amount("Cost", "paid once for the step", REQUIRED),
        ),
        required=False,
    ),
    Table(
        "FacilityCountConstraints",
        "numbers of open facilities",
        (
            _name("FacilityName", "facility, group or ALL", ALL),
            _name("PeriodName", "period or ALL", ALL),
            _name("ConstraintType", "Max, Min or Fixed"),
            STATUS,
            Column("ConstraintValue", "integer", "number", low=0.0),
            _name("CountingRule", "Facilities"),
        ),
        required=False,
    ),
    Table(
        "FlowConstraints",
        "limits of lanes",
        (
            _name("OriginName", "origin", ALL),
            _name("DestinationName", "destination", ALL),
            PRODUCT,
            _name("ModeName", "mode or ALL", ALL),
            _name("PeriodName", "period or ALL", ALL),
            _name("ConstraintType", "Max"),
            STATUS,
            _amount("ConstraintValue", "units of the period", REQUIRED),
            _unit("ConstraintValueUOM"),
        ),
        required=False,
    ),
    Table(
        "Groups",
        "groups of facilities",
        (
            _name("GroupName", "group"),
            _name("GroupType", "kind"),
            _name("MemberName", "member"),
            STATUS,
        ),
        required=False,
    ),
)
"""Tables that are read, in the order in which they are checked."""
BY_NAME = {table.name: table for table in TABLES}
