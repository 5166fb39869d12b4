"""What an import of orders writes and shows besides the tables of the demand."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import CENTS, PERCENT, WHOLE, Figure

# fmt: off
IMPORT_RECORD = output(
    "import.json", "what came in, what became of it, and how the files were read",
    "format_version orders_in orders_placed orders_refused value_in value_placed value_refused "
    "currency usd_rate first_day last_day zones products lines orders_with_several_products "
    "cancelled returned repaired conflicts placed_by encoding delimiter date_order decimal files "
    "segments season missing warnings",
    (
        Figure("orders_in", "orders", WHOLE, "orders in the files", "distinct order ids"),
        Figure("orders_placed", "orders", WHOLE, "orders placed", "those of orders.csv"),
        Figure("orders_refused", "orders", WHOLE, "orders refused", "by reason, see refused.csv"),
        Figure("value_in", "", CENTS, "value in the files", "in `currency`; null without prices"),
        Figure("value_placed", "", CENTS, "value placed", "of the placed orders"),
        Figure("value_refused", "", CENTS, "value refused", "by reason"),
        Figure("currency", "", "", "currency", "of the prices in the files"),
        Figure("usd_rate", "", "", "exchange rate", "units of `currency` per USD; null for USD"),
        Figure("first_day", "ISO date", "", "first day", "of the placed orders"),
        Figure("last_day", "ISO date", "", "last day", "of the placed orders"),
        Figure("zones", "", WHOLE, "zones", "rows of zones.csv"),
        Figure("products", "", WHOLE, "products", "rows of network/products.csv"),
        Figure("lines", "", WHOLE, "lines", "rows below the headers of the files"),
        Figure("orders_with_several_products", "orders", WHOLE, "orders with several articles",
               "placed orders that may need more than one parcel"),
        Figure("cancelled", "orders", WHOLE, "cancelled",
               "placed orders that were cancelled; they are demand, and stay in orders.csv"),
        Figure("returned", "orders", WHOLE, "returned", "placed orders that came back"),
        Figure("repaired", "", "", "repaired", "cells that were put right, by what was wrong"),
        Figure("conflicts", "", "", "conflicts", "orders whose postcode contradicts their state"),
        Figure("placed_by", "orders", WHOLE, "placed by", "orders by what placed them"),
        Figure("encoding", "", "", "encoding", "of the text files"),
        Figure("delimiter", "", "", "delimiter", "of the text files"),
        Figure("date_order", "", "", "order of dates", "`dmy`, `mdy` or `ymd`"),
        Figure("decimal", "", "", "decimal separator", "`point` or `comma`; empty: not shown"),
        Figure("files", "", "", "files", "what was recognised in each file or worksheet"),
        Figure("segments", "", "", "segments", "orders and measured figures of each product"),
        Figure("season", "", "", "season", "orders and intensity of each period"),
        Figure("missing", "", "", "missing figures",
               "columns of network/products.csv that come from a product of the network"),
        Figure("warnings", "", "", "warnings", "numbered warnings of the import"),
    ),
)
REFUSED = output(
    "refused.csv", "orders that are in no zone, with their first row",
    "file row reason value country state city postcode",
    (
        Figure("file", "", "", "file", "name of the file"),
        Figure("row", "", WHOLE, "row", "as a spreadsheet counts it"),
        Figure("reason", "", "refusal", "reason", "why the order is refused"),
        Figure("value", "", CENTS, "value", "in the currency of the file", digits=2),
        Figure("city", "", "", "city", "as it is written"),
        Figure("postcode", "", "", "postcode", "as it is written"),
    ),
)
READ_FILES = (
    Figure("place", "", "", "file", "name of the file and of the worksheet"),
    Figure("encoding", "", "", "encoding", "of a text file"),
    Figure("delimiter", "", "", "delimiter", "of a text file"),
    Figure("skipped", "", WHOLE, "rows above the header", "titles and blank rows"),
    Figure("rows", "", WHOLE, "rows", "rows below the header"),
    Figure("date_order", "", "date_order", "order of dates", "in which dates were read"),
    Figure("decimals", "", "", "decimal separator", "of the columns of numbers"),
    Figure("columns", "", "", "columns", "which column was taken for which field"),
    Figure("unused", "", "", "columns not used", "columns that hold no known field"),
)
"""Columns of the table of what was recognised."""
REASON_COUNTS = (
    Figure("reason", "", "refusal", "reason", "why the orders are refused"),
    Figure("orders", "orders", WHOLE, "orders", "orders refused for it"),
    Figure("value", "", CENTS, "value", "in the currency of the file"),
)
SEGMENTS = (
    Figure("name", "", "", "name", "category and class"),
    Figure("like", "", "", "like", "product of the network from which missing figures come"),
    Figure("orders", "orders", WHOLE, "orders", "placed orders"),
    Figure("skus", "", WHOLE, "articles", "articles of the product"),
    Figure("price", "", CENTS, "price", "mean value of an order, in the currency of the file"),
    Figure("weight_kg", "kg", CENTS, "weight", "mean weight of an order"),
    Figure("return_rate", "share", PERCENT, "returned", "of the orders not cancelled"),
    Figure("cancelled_share", "share", PERCENT, "cancelled", "of the placed orders"),
    Figure("demand_cv", "", CENTS, "variation",
           "coefficient of variation of one article's weekly demand around the season"),
)
SEASON = (
    Figure("name", "", "", "period", "name of the period"),
    Figure("days", "", WHOLE, "days", "days of the period that the orders cover"),
    Figure("orders", "orders", WHOLE, "orders", "placed orders"),
    Figure("intensity", "", CENTS, "intensity", "orders a day over the mean day"),
)
RATES_RECORD = output(
    "rates.json", "what a rate card says, and how its files were read",
    "format_version card currency cells_in cells_read cells_not_read prices card_zones zone_rules "
    "surcharges services divisor_cm3_kg valid_from valid_to replaced missing files warnings",
    (
        Figure("card", "", "", "card", "name of the card in the network"),
        Figure("currency", "", "", "currency", "of the prices"),
        Figure("cells_in", "", WHOLE, "cells in the files", "filled cells of all sheets"),
        Figure("cells_read", "", WHOLE, "cells read", "by use: heading, price, zone, ..."),
        Figure("cells_not_read", "", WHOLE, "cells not read", "by reason"),
        Figure("prices", "", WHOLE, "prices", "rows of the card in rate_cards.csv"),
        Figure("card_zones", "", WHOLE, "zones of the card", "that have prices"),
        Figure("zone_rules", "", WHOLE, "places of zones", "rows of the card in rate_zones.csv"),
        Figure("surcharges", "", WHOLE, "surcharges", "rows of the card in surcharges.csv"),
        Figure("services", "", "", "services", "services of the network that the card prices"),
        Figure("divisor_cm3_kg", "cm3/kg", WHOLE, "divisor of volume",
               "volume that is billed as one kilogram; 0: volume is not billed"),
        Figure("valid_from", "ISO date", "", "first day", "of the card"),
        Figure("valid_to", "ISO date", "", "last day", "of the card; empty: open"),
        Figure("replaced", "", "", "replaced", "whether the network had a card of this name"),
        Figure("missing", "", "", "missing figures", "columns of services that cards do not give"),
        Figure("files", "", "", "files", "what was recognised in each file or worksheet"),
        Figure("warnings", "", "", "warnings", "numbered warnings of the import"),
    ),
)
QUOTES_RECORD = output(
    "quotes.json", "what offers of logistics providers say, and how their files were read",
    "format_version sites currency cells_in cells_read cells_not_read conversions replaced missing "
    "files warnings",
    (
        Figure("sites", "", "", "sites", "site_id of each offer, in sites.csv"),
        Figure("currency", "", "", "currency", "of the prices"),
        Figure("cells_in", "", WHOLE, "cells in the files", "filled cells of all sheets"),
        Figure("cells_read", "", WHOLE, "cells read", "by use: heading, figure"),
        Figure("cells_not_read", "", WHOLE, "cells not read", "by reason"),
        Figure("conversions", "", "", "conversions", "units that were converted, and how"),
        Figure("replaced", "", "", "replaced", "sites that the network had before"),
        Figure("missing", "", "", "missing figures", "figures taken from a site of the network"),
        Figure("files", "", "", "files", "what was recognised in each file or worksheet"),
        Figure("warnings", "", "", "warnings", "numbered warnings of the import"),
    ),
)
NOT_READ = (
    Figure("file", "", "", "file", "name of the file and of the worksheet"),
    Figure("cell", "", "", "cell", "as a spreadsheet names it"),
    Figure("text", "", "", "text", "as it is written"),
    Figure("reason", "", "unread", "reason", "why the cell is not read"),
)
CARD_BREAK = (
    Figure("kg_from", "", CENTS, "above, kg", "lower end of the weight break, excluded"),
    Figure("kg_to", "", CENTS, "to, kg", "upper end, included; empty: no end"),
)
"""First columns of the table of prices; the zones of the card follow."""
CARD_ZONES = (
    Figure("country", "", "", "country", "of the consumer"),
    Figure("from_state", "", "", "from state", "of the site; *: all others"),
    Figure("to_state", "", "", "to state", "of the consumer; *: all others"),
    Figure("km_from", "", WHOLE, "above, km", "road distance, excluded"),
    Figure("km_to", "", WHOLE, "to, km", "included; empty: no end"),
    Figure("card_zone", "", "", "zone of the card", "as rate_cards.csv names it"),
)
CARD_SURCHARGES = (
    Figure("surcharge", "", "", "surcharge", "as the card names it"),
    Figure("zone_class", "", "", "class of zones", "that pay it"),
    Figure("share", "share", PERCENT, "share", "of the price"),
    Figure("usd_order", "", CENTS, "per parcel", "in the currency of the card"),
    Figure("usd_kg", "", CENTS, "per kg", "in the currency of the card"),
    Figure("peak_from", "", "", "from", "first day of the season"),
    Figure("peak_to", "", "", "to", "last day of the season"),
)
OFFERS = (
    Figure("name", "", "", "site", "provider and place"),
    Figure("state", "", "", "state", "of the site"),
    Figure("pick_usd_order", "", CENTS, "per order", "pick, pack and receiving"),
    Figure("storage_usd_m3_month", "", CENTS, "per m³ and month", "storage"),
    Figure("fixed_usd_month", "", WHOLE, "minimum a month", "which contains orders"),
    Figure("opening_usd", "", WHOLE, "onboarding", "paid once"),
    Figure("orders_day", "", WHOLE, "orders a day", "capacity"),
    Figure("storage_m3", "", WHOLE, "stock, m³", "capacity"),
    Figure("status", "", "", "status", "assumption where a figure is missing in the offer"),
)
# fmt: on
