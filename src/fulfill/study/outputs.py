"""Files and JSON objects that a run, a comparison and a routed day write.

`vocabulary.py` defines the figures that have the same meaning everywhere. This module lists the
figures of each file in order, and defines those with a meaning of their own; `layer_outputs.py`
does so for map layers.
docs/reference/outputs.md is generated from it.
"""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import (
    CENTS,
    KEY_FIGURES,
    MILLS,
    PERCENT,
    TENTH,
    WHOLE,
    WHOLE_PERCENT,
    Figure,
    figure,
)

SHARES = "share_direct_mail share_local share_cross_border share_nearshore share_unserved"
_KPIS = " ".join(KEY_FIGURES)

# fmt: off
SITES = output(
    "sites.csv", "an open site, the largest first",
    "site_id name country state lat lon ownership size orders_year mean_utilisation "
    "peak_utilisation peak_period peak_period_name fixed_usd_year opening_usd",
    (
        Figure("name", "", "", "site", "name of the site"),
        Figure("orders_year", "orders", WHOLE, "orders a year", "orders handled in a year"),
        Figure("mean_utilisation", "share", WHOLE_PERCENT, "mean use of base",
               "orders handled in the year over the year's base capacity"),
        Figure("peak_period", "", "", "peak in", "period of the peak use, the first where several"),
        Figure("peak_period_name", "", "", "peak in", "name of that period"),
        Figure("fixed_usd_year", "USD", WHOLE, "fixed a year",
               "rent, overhead and the yearly share of opening"),
        Figure("opening_usd", "USD", WHOLE, "opening, once",
               "investment when the site opens; what --budget limits"),
    ),
)
FLOWS = output(
    "flows.csv", "orders of a product and period that move from one place to another by a channel",
    "leg from from_name to to_name to_state channel product product_name period period_name via "
    "via_name transport service_id orders distance_km lead_time_days placed dispatched delivered",
    (
        Figure("from", "", "", "from", "origin (inbound); site or `direct mail` (outbound)"),
        Figure("from_name", "", "", "from", "name of the origin or site; `direct mail` by mail"),
        Figure("to", "", "", "to", "site (inbound) or zone (outbound)"),
        Figure("to_name", "", "", "to", "name of the site or zone"),
        Figure("to_state", "", "", "state", "state of the site or zone"),
        Figure("via", "", "", "via", "gateway, crossing, or gateway+crossing; empty: neither"),
        Figure("via_name", "", "", "via", "names of gateway and crossing"),
        Figure("transport", "", "", "transport",
               "`road`, `rail`, `air` (by mail); inbound, such as `sea+rail`, to the gateway and "
               "from it"),
        Figure("service_id", "", "", "service", "last-mile service; empty for inbound flows"),
        Figure("orders", "orders", WHOLE, "orders", "potential orders; inbound: orders brought in",
               digits=6),
        Figure("distance_km", "km", WHOLE, "distance", "to the zone; none inbound"),
        Figure("lead_time_days", "days", TENTH, "lead time",
               "order to delivery; inbound: origin to site"),
        Figure("placed", "orders", WHOLE, "placed", "orders placed at this lead time"),
        Figure("dispatched", "orders", WHOLE, "dispatched", "orders sent; inbound: brought in"),
        Figure("delivered", "orders", WHOLE, "delivered", "orders not cancelled before delivery"),
    ),
)
ZONES = output(
    "zones.csv", "a zone of the demand, served or not",
    "zone_id name country state lat lon population zone_class orders lead_time_days "
    f"share_within_3_days share_within_5_days cancellation_rate landed_cost_usd_per_order {SHARES} "
    "main_site main_site_name main_channel main_channel_share second_channel",
)
COSTS = output(
    "costs.csv", "a part of the objective at a site and in a period; the rows add up to minus the "
    "contribution",
    "part site site_name period period_name usd_year usd_per_order direct_mail_usd local_usd "
    "cross_border_usd nearshore_usd",
    (
        Figure("part", "", "part", "part", "part of the cost; `revenue` is negative"),
        Figure("site", "", "", "site", "site; empty: by mail, or of no site"),
        Figure("site_name", "", "", "site", "name of the site"),
        Figure("period", "", "", "period",
               "period of sale; rent, opening and safety stock are spread over the year by days"),
        Figure("usd_year", "USD", WHOLE, "a year", "cost of a year, income negative"),
        Figure("usd_per_order", "USD", CENTS, "per order", "over all dispatched orders"),
        *(
            Figure(f"{key}_usd", "USD", WHOLE, words,
                   f"share of the part in a year that orders {words} cause; shared costs by "
                   "dispatched orders")
            for key, words in (
                ("direct_mail", "by direct mail"), ("local", "from local stock"),
                ("cross_border", "across the border"), ("nearshore", "of nearshore goods"),
            )
        ),
    ),
)
CAPACITY = output(
    "capacity.csv", "a resource in a period in which it is used",
    "resource resource_name kind period period_name used capacity unit utilisation",
    (
        Figure("resource", "", "", "resource",
               "id of a site, gateway or country, the region of a carrier, the ends of a lane, or "
               "a plant and its product; of a lane also the product that the limit is for"),
        Figure("resource_name", "", "", "resource", "name of the site, gateway, country or region"),
        Figure("kind", "", "resource", "what",
               "`throughput_<band>`, `storage`, `gateway`, `mail`, `carrier`, `lane` or "
               "`plant_product`"),
        Figure("unit", "", "unit", "unit", "`orders`, `m3` or `kg`"),
    ),
)
CHANNELS = output(
    "channels.csv", "a channel, or the orders not served",
    "channel orders share lead_time_days cancellation_rate landed_cost_usd_per_order",
    (Figure("share", "share", PERCENT, "share", "part of all potential orders"),),
)
NOT_SERVED = output(
    "unserved.csv", "orders that are not served, by reason; no rows where all are",
    "reason country product product_name limits orders",
    (
        Figure("reason", "", "unserved_reason", "reason",
               "the first that holds: `reach` (no option to the zone), `not_stocked` (none of an "
               "open site that stocks the product, nor mail), `margin` (every option costs more "
               "than not serving), `capacity` (every option that costs less is at a limit), "
               "`search` (worth serving, but the search ended first), `present` (worth serving, "
               "but not served today; of a baseline)"),
        Figure("limits", "", "", "limits reached",
               "`throughput`, `storage`, `carrier`, `mail`, `gateway`, `origin`, `lane`, "
               "`plant_product` with an id, or "
               "`co2_cap`: those of the cheapest option; empty unless the reason is `capacity`"),
        Figure("orders", "orders", WHOLE, "orders a year", "potential orders not served"),
    ),
)
ARCS = output(
    "arcs.csv", "both ends of a flow and its orders a year, for kepler.gl",
    "start_name end_name start_lat start_lon end_lat end_lon leg transport channel orders_year "
    "lead_time_days",
    (
        Figure("transport", "", "", "transport", "mode or modes, as in flows.csv"),
        Figure("start_name", "", "", "from", "name of the start"),
        Figure("end_name", "", "", "to", "name of the end"),
        Figure("start_lat", "degrees north", "{:.4f}", "latitude of the start", "WGS 84"),
        Figure("start_lon", "degrees east", "{:.4f}", "longitude of the start", "WGS 84"),
        Figure("end_lat", "degrees north", "{:.4f}", "latitude of the end", "WGS 84"),
        Figure("end_lon", "degrees east", "{:.4f}", "longitude of the end", "WGS 84"),
        Figure("lead_time_days", "days", TENTH, "lead time", "mean over the orders of the arc"),
    ),
)
EXPOSURES = output(
    "exposures.csv",
    "a group of input figures that have a range and move together; the widest effect first",
    "figure table key column rows low_usd high_usd exposure_usd ask",
    (
        Figure("figure", "", "", "figure", "name of the group, in the form of --set"),
        Figure("table", "", "", "table", "table of the network"),
        Figure("key", "", "", "rows", "values of the key that the rows share; empty: whole table"),
        Figure("column", "", "", "column", "column of the figures"),
        Figure("rows", "", "{:.0f}", "figures", "number of figures that move", digits=0),
        Figure("low_usd", "USD", WHOLE, "at the low end",
               "change of the contribution a year with the figures at the low end of their ranges; "
               "the plan is kept"),
        Figure("high_usd", "USD", WHOLE, "at the high end", "the same at the high end"),
        Figure("exposure_usd", "USD", WHOLE, "exposure",
               "difference of the contribution between both ends and the figures as they are"),
        Figure("ask", "", "ask", "whom to ask", "who could confirm the figures"),
    ),
)
ROUNDS = output(
    "rounds.csv", "a plan of `--with-routing`",
    "round kind sites sites_changed open_sites planned_usd routed_usd bound_usd own_orders_day "
    "own_orders_year own_usd_per_order stops_day unserved_stops_day vehicles_day "
    "stops_per_vehicle km_per_vehicle hours_per_vehicle seconds chosen",
    (
        Figure("round", "", "{:.0f}", "round", "number of the plan; 0 uses carriers only"),
        Figure("kind", "", "last_mile", "last mile", "what the plan may use"),
        Figure("sites", "sites", "{:.0f}", "sites", "open sites"),
        Figure("sites_changed", "sites", "{:.0f}", "opened, closed or resized",
               "against the round before"),
        Figure("planned_usd", "USD", WHOLE, "a year as planned", "objective at estimated prices"),
        Figure("routed_usd", "USD", WHOLE, "as routed", "objective at the cost of its routes"),
        Figure("bound_usd", "USD", WHOLE, "bound", "bound at the cost of its routes"),
        Figure("own_orders_day", "orders", WHOLE, "own orders a mean day", "orders by own vans"),
        Figure("own_orders_year", "orders", WHOLE, "own orders a year", "orders by own vans"),
        Figure("stops_day", "stops", WHOLE, "stops", "stops of all vans on the mean day"),
        Figure("unserved_stops_day", "stops", WHOLE, "stops not served", "left to the carrier"),
        Figure("vehicles_day", "vehicles", WHOLE, "vans", "vans of all sites on the mean day"),
        Figure("stops_per_vehicle", "stops", "{:.0f}", "stops a van", "mean over the vans"),
        Figure("km_per_vehicle", "km", "{:.0f}", "distance a van", "mean over the vans"),
        Figure("seconds", "s", TENTH, "time", "planning and routing of the round"),
        Figure("chosen", "", "chosen", "", "the plan of the run: the cheapest as routed"),
    ),
)
OWN_DELIVERY = output(
    "own_delivery.csv", "the price of an order by own van from a site to a zone",
    "site_id zone_id usd_order source source_date status range",
    (
        Figure("usd_order", "USD", CENTS, "price of an order", "by own van, any weight"),
        Figure("source", "", "", "source", "routes of a mean day, or the estimate"),
        Figure("source_date", "ISO date", "", "date", "empty: computed"),
        Figure("status", "", "data_status", "status", "`estimate`, as in the network's tables"),
        Figure("range", "", "", "range", "empty: not an assumption"),
    ),
)
VEHICLES = output(
    "vehicles.csv", "a vehicle of the day (of a plan: of the mean day of all its sites)",
    "vehicle site_id type_id trips stops parcels weight_kg km hours leaves returns break_begins "
    "load_share usd usd_per_order back_km",
)
_LEDGER = (
    Figure("part", "", "part", "part", "part of costs.csv, or of the ledger only"),
    Figure("month", "", "", "month", "YYYY-MM"),
    Figure("model_usd", "USD", WHOLE, "model", "none: the model does not have the part"),
    Figure("ledger_usd", "USD", WHOLE, "ledger", "none: the ledger does not have the part"),
    Figure("difference_usd", "USD", "{:+,.0f}", "ledger less model", "none: only one has it"),
    Figure("how", "", "", "difference", "how the two differ; empty where they agree"),
    Figure("factor", "1", MILLS, "factor", "ledger over model; none: not scaled"),
    Figure("scaled_usd", "USD", WHOLE, "scaled", "cost of the months times the factor"),
)
LEDGER = output(
    "ledger.csv", "a part of the cost of a baseline in a month of the ledger",
    "part month model_usd ledger_usd difference_usd", _LEDGER,
)
LEDGER_PARTS = output(
    "ledger by part", "a part of the cost of a baseline in all months of the ledger; on its page",
    "part model_usd ledger_usd difference_usd how factor scaled_usd", _LEDGER,
)
EXACT_TABLES = {
    "sites": SITES,
    "flows": FLOWS,
    "zones": ZONES,
    "costs": COSTS,
    "capacity": CAPACITY,
    "channels": CHANNELS,
    "unserved": NOT_SERVED,
}
"""Tables of a plan by their name in `study.plan.Plan`; `TABLES_FILE` has their exact values."""
TABLES_FILE = "tables.npz"
PLAN_TABLES = (*EXACT_TABLES.values(), ARCS, EXPOSURES)
VAN_TABLES = (ROUNDS, OWN_DELIVERY, VEHICLES)

MODES = output(
    "modes.csv", "the plan of a mode under the rules of a date",
    "as_of mode status ended_by taken_from objective bound bound_kind gap above_mixed_usd "
    "above_mixed_low_usd above_mixed_high_usd difference seconds orders contribution_usd "
    "landed_cost_usd_per_order lead_time_days_mean share_within_3_days share_within_5_days "
    "cancellation_rate unserved_share co2e_kg_per_order n_sites open_sites "
    f"{SHARES} audit",
    (
        Figure("taken_from", "", "mode", "taken from", "mode whose plan it is; see docs"),
        Figure("above_mixed_usd", "USD", WHOLE, "above the mix",
               "cost of the plan less that of the mixed plan; none for the mixed plan itself"),
        Figure("above_mixed_low_usd", "USD", WHOLE, "above the mix, at least",
               "least difference of the two optima that bounds and costs allow; none: not known"),
        Figure("above_mixed_high_usd", "USD", WHOLE, "above the mix, at most",
               "largest such difference; none: not known"),
        Figure("difference", "", "difference", "the mix against it",
               "`saves` or `costs_more` where the interval leaves no doubt, otherwise "
               "`not_distinguishable`"),
        Figure("n_sites", "sites", "{:.0f}", "open sites", "open sites"),
        Figure("open_sites", "", "", "sites", "`site_id:size`, separated by blanks"),
        Figure("audit", "", "", "audit", "`clean` or `faults`; empty without a plan"),
    ),
)
PRODUCTS = output(
    "products.csv", "a product in the plan of a mode and date",
    f"as_of mode product orders {SHARES} mail_usd_per_order local_usd_per_order "
    "local_entry_usd_per_order winner",
    (
        Figure("local_entry_usd_per_order", "USD", CENTS, "entry and safety stock",
               "what stocking the product adds, spread over its orders"),
    ),
)
ZONE_CLASSES = output(
    "zone_classes.csv", "the zones of a class and country in the plan of a mode and date",
    "as_of mode country zone_class orders lead_time_days share_within_3_days "
    f"share_within_5_days cancellation_rate {SHARES}",
)
BREAK_EVEN = output(
    "break_even.csv", "a product in a country: its mean order by mail and from stock",
    "as_of sites_of country product orders reach stocked n_stocking_sites mail_usd_per_order "
    "local_usd_per_order entry_usd_year safety_usd_year gain_usd_per_order winner "
    "break_even_orders_year price_usd break_even_price_usd duty_rate break_even_duty_rate "
    "value_ratio break_even_value_ratio",
    (
        Figure("sites_of", "", "mode", "sites of", "mode whose open sites are used; empty: none"),
        Figure("reach", "share", PERCENT, "reach", "part of orders that mail and stock both reach"),
        Figure("stocked", "", "flag", "stocked", "whether the mixed plan stocks the product there"),
        Figure("n_stocking_sites", "sites", "{:.0f}", "stocking sites", "sites of the order"),
        Figure("entry_usd_year", "USD", WHOLE, "entry a year", "certification and importer set-up"),
        Figure("safety_usd_year", "USD", WHOLE, "safety stock a year", "at the product's volume"),
        Figure("gain_usd_per_order", "USD", CENTS, "gain of stock",
               "contribution from stock less that by mail, entry and safety stock"),
        Figure("break_even_orders_year", "orders", WHOLE, "break-even orders a year",
               "volume above which stock wins; 0: at any, infinite: never"),
        Figure("price_usd", "USD", CENTS, "price", "consumer price"),
        Figure("break_even_price_usd", "USD", CENTS, "break-even price",
               "price at which the winner changes, 0.2 to 5 times the price; none: no such price"),
        Figure("duty_rate", "share", PERCENT, "duty rate", "formal duty rate from overseas"),
        Figure("break_even_duty_rate", "share", PERCENT, "break-even duty rate",
               "duty rate above which mail wins, up to 500 %; none: no such rate"),
        Figure("value_ratio", "1", MILLS, "value ratio", "transfer value over net price"),
        Figure("break_even_value_ratio", "1", MILLS, "break-even ratio",
               "value ratio up to which formal entry pays less tax than courier entry"),
    ),
)
COMPARISON_TABLES = (MODES, PRODUCTS, ZONE_CLASSES, BREAK_EVEN)

STOPS = output(
    "stops.csv", "a visit, in driving order; further columns of a list last",
    "vehicle trip sequence stop_id zone_id lat lon orders weight_kg arrival begin departure leg_km "
    "leg_hours site_id",
    (Figure("orders", "parcels", WHOLE, "parcels", "parcels handed over"),),
)
DRIVER_SHEET = output(
    "driver_sheet.csv", "a visit as the driver reads it; further columns of a list last",
    "vehicle stop before drive_km arrive begin leave parcels weight_kg stop_id lat lon",
    (
        Figure("stop", "", "{:.0f}", "stop", "number of the stop, from 1"),
        Figure("before", "", "", "before", "what to do before the stop: leave, load again, break"),
        Figure("drive_km", "km", TENTH, "drive", "distance from the previous stop"),
        Figure("arrive", "HH:MM", "", "arrive", "arrival at the stop; 02:10 +1 is on the next day"),
        Figure("begin", "HH:MM", "", "begin", "begin of service"),
        Figure("leave", "HH:MM", "", "leave", "end of service"),
    ),
)
DAY_ZONES = output(
    "zones.csv", "a zone with orders of the day; no rows with --stops",
    "zone_id name country state lat lon population zone_class orders depot_km "
    "carrier_usd_per_order area_km2 stops own_estimate_usd_per_order delivery routed_orders "
    "routed_usd_per_order",
    (
        Figure("name", "", "", "zone", "name of the zone"),
        Figure("orders", "parcels", WHOLE, "orders", "orders of the day"),
        Figure("depot_km", "km", WHOLE, "distance to site", "to the nearest site of the day"),
        Figure("carrier_usd_per_order", "USD", CENTS, "carrier", "price of an order in the plan"),
        Figure("area_km2", "km²", WHOLE, "area", "area over which the stops are spread"),
        Figure("stops", "stops", WHOLE, "stops", "expected stops of the estimate"),
        Figure("own_estimate_usd_per_order", "USD", CENTS, "own, estimate",
               "own delivery by continuous approximation; none beyond a day's reach"),
        Figure("delivery", "", "delivery", "delivery", "`own` or `carrier`"),
        Figure("routed_orders", "parcels", WHOLE, "orders routed", "none: the carrier delivers"),
        Figure("routed_usd_per_order", "USD", CENTS, "own, routed",
               "cost of the routes over their orders, dispatch included"),
    ),
)
UNSERVED = output(
    "unserved.csv", "a stop that no vehicle serves; further columns of a list last",
    "stop_id zone_id orders reason meaning detail remedy",
    (
        Figure("orders", "parcels", WHOLE, "parcels", "parcels of the stop"),
        Figure("reason", "", "", "reason", "key of the reason"),
        Figure("meaning", "", "", "meaning", "the reason in words"),
        Figure("detail", "", "", "detail", "with its figures"),
        Figure("remedy", "", "", "remedy", "what would serve it"),
    ),
)
LINEHAUL = output(
    "linehaul.csv", "full trucks a week to the site, or to one carrier's hub a state",
    "kind from to via orders_week m3_week kg_week type_id trips_week load_share km hours usd_week "
    "usd_per_order",
    (
        Figure("kind", "", "linehaul", "kind",
               "`replenishment` to the site, or to a carrier's hub"),
        Figure("from", "", "", "from", "gateway, plant or site"),
        Figure("to", "", "", "to", "site or zone of the hub"),
        Figure("via", "", "", "crossing", "id of the border crossing; empty where there is none"),
        Figure("orders_week", "orders", WHOLE, "orders a week", "orders carried"),
        Figure("m3_week", "m³", WHOLE, "volume a week", "volume carried"),
        Figure("kg_week", "kg", WHOLE, "weight a week", "weight carried"),
        Figure("trips_week", "", WHOLE, "trucks a week", "trips, whole ones"),
        Figure("load_share", "share", WHOLE_PERCENT, "load",
               "the tighter of volume and weight over the trucks' capacity"),
        Figure("km", "km", WHOLE, "distance", "one way by road"),
        Figure("hours", "h", TENTH, "drive", "one way"),
        Figure("usd_week", "USD", WHOLE, "cost a week", "of all trips, return trips included"),
        Figure("usd_per_order", "USD", MILLS, "an order", "cost over orders"),
    ),
)
DAY_TABLES = (STOPS, DRIVER_SHEET, VEHICLES, DAY_ZONES, UNSERVED, LINEHAUL)

CONDITIONS = Figure(
    "conditions", "", "", "conditions",
    "what plan and bound keep to besides the tables as read: locks, limits, service targets, "
    "channels left out, merged zones, changed cells; texts, none if free",
)
PLAN_SUMMARY = output(
    "summary.json", "of a plan; a key without a value is null",
    "format_version status objective bound bound_kind bound_of gap gap_usd merging_usd "
    "mail_only_usd seconds "
    "wall_seconds peak_mib as_of zones zones_asked ended_by cut_by_clock conditions open_sites "
    "kpis unserved_reasons audit",
    (
        Figure("bound_of", "", "", "bound of", "the instance that the bound holds for, in words"),
        Figure("gap_usd", "USD", WHOLE, "possible saving", "objective - bound, an upper limit"),
        Figure("merging_usd", "USD", "{:+,.0f}", "aggregation error",
               "additional cost of the sites without merging zones; null: no zones merged"),
        Figure("mail_only_usd", "USD", WHOLE, "by mail only",
               "cost of opening no site and mailing every order worth it; null: no mail"),
        Figure("zones", "zones", WHOLE, "zones", "number of zones planned, after merging"),
        Figure("zones_asked", "zones", WHOLE, "zones asked",
               "--resolution; fewer cannot be had than `zones`; null: no merging"),
        Figure("wall_seconds", "s", TENTH, "time in all",
               "from the first step to the audited plan, compilation included, reading excluded"),
        Figure("cut_by_clock", "", "", "cut by the clock",
               "true: the time limit ended the search or a stage of it, so that a faster or slower "
               "machine may return another plan"),
        CONDITIONS,
        Figure("open_sites", "", "", "open sites", "objects of `site_id` and `size`"),
        Figure("unserved_reasons", "orders", WHOLE, "not served because",
               "orders by reason of unserved.csv; they add up to all that are not served"),
    ),
)
PLAN_KPIS = output(
    "kpis", "of a plan, in summary.json", f"{_KPIS} channel_share",
    (Figure("orders", "orders", WHOLE, "potential orders a year", figure("orders").meaning),),
)
ROUTED_SUMMARY = output(
    "summary.json", "of a plan with --with-routing has besides", "rounds",
    (Figure("rounds", "", "", "rounds", "the rows of rounds.csv"),),
)
BASELINE_SUMMARY = output(
    "summary.json", "of a baseline has besides", "baseline",
    (
        Figure("baseline", "", "", "baseline",
               "`findings`: limits of the model that the present network breaks; `chosen`: what "
               "its files left open; with a ledger also `ledger` (by part `model_usd` and "
               "`ledger_usd`), `months`, `differing`, `not_in_model`, `not_in_ledger` and "
               "`factors` (ledger over model; empty unless asked for)"),
    ),
)
SAVING_SUMMARY = output(
    "summary.json", "of a plan with --baseline has besides", "saving",
    (
        Figure("saving", "", "", "saving",
               "`baseline` (name of the folder), `baseline_usd`, `saving_usd` and `saving_share`"),
    ),
)
CONFLICT_SUMMARY = output(
    "summary.json", "where limits are proven to leave no plan, has besides",
    "conflict proven_irreducible bottlenecks repairs",
)
CONVERTED_SUMMARY = output(
    "summary.json", "with --currency has besides, unless it is USD", "currency",
    (Figure("currency", "", "", "currency",
            "`code`, `units_per_usd`, `date` and `source` of the exchange rate, and `amounts`: the "
            "amounts of this file in that currency, by key with the code in place of `usd`; of a "
            "comparison by date and mode. All other amounts are USD"),),
)
COMPARISON_SUMMARY = output(
    "summary.json", "of a comparison; a figure without a value is null",
    "format_version status conditions dates break_even audit",
    (
        CONDITIONS,
        Figure("status", "", "", "status", "worst status of the mixed plans"),
        Figure("dates", "", "", "dates", "by date and mode: the row of modes.csv"),
        Figure("break_even", "", "", "break-even", "the rows of break_even.csv"),
    ),
)
DAY_SUMMARY = output(
    "summary.json", "of a routed day; a figure without a value is null",
    "format_version period sites engines districts seconds peak_mib kpis audit",
    (
        Figure("sites", "", "", "sites", "ids of the sites that the vehicles leave from"),
        Figure("engines", "", "", "engines", "engines that found the routes"),
        Figure("districts", "", "{:.0f}", "districts", "groups of near stops routed one by one"),
        Figure("seconds", "s", TENTH, "time", "routing, without writing"),
    ),
)
DAY_KPIS = output(
    "kpis", "of a routed day, in summary.json",
    "orders orders_own orders_carrier zones_own zones_carrier stops stops_unserved vehicles km "
    "hours usd own_usd_per_order carrier_usd_per_order_same_zones stops_per_vehicle km_per_vehicle "
    "hours_per_vehicle",
    (
        Figure("orders", "parcels", WHOLE, "orders of the day", "own and carrier"),
        Figure("orders_own", "parcels", WHOLE, "by own vehicles", "orders that vehicles deliver"),
        Figure("orders_carrier", "parcels", WHOLE, "by the carrier", "orders of its zones"),
        Figure("zones_own", "zones", WHOLE, "zones with own vehicles", "zones of own delivery"),
        Figure("zones_carrier", "zones", WHOLE, "zones of the carrier", "all other zones"),
        Figure("stops", "stops", WHOLE, "stops", "stops asked for, served or not"),
        Figure("stops_unserved", "stops", WHOLE, "stops not served", "rows of unserved.csv"),
        Figure("vehicles", "vehicles", WHOLE, "vehicles", "rows of vehicles.csv"),
        Figure("km", "km", WHOLE, "distance of all vehicles", "driven by all vehicles"),
        Figure("hours", "h", WHOLE, "time of all vehicles", "on the road, all vehicles"),
        Figure("usd", "USD", WHOLE, "cost of own delivery", "vehicles, dispatch, second attempts"),
        Figure("carrier_usd_per_order_same_zones", "USD", CENTS, "carrier's price there",
               "the plan's price of an order in the zones of own delivery; null with --stops"),
    ),
)
# fmt: on
