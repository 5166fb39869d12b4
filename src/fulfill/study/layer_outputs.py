"""Map layers of plans and routed days, with the figures of their columns; see `outputs.py`."""

from __future__ import annotations

from fulfill.study.output import Output, output
from fulfill.study.outputs import LINEHAUL, SHARES, SITES, STOPS, VEHICLES, ZONES
from fulfill.study.vocabulary import TENTH, WHOLE, WHOLE_PERCENT, Figure

# fmt: off
GATEWAYS_LAYER = output(
    "gateways", "a gateway, used or not (point)",
    "gateway_id name kind country lat lon used_m3_year capacity_m3_year utilisation "
    "peak_utilisation",
    (
        Figure("gateway_id", "", "", "gateway", "id of a gateway"),
        Figure("kind", "", "", "kind", "`seaport`, `airport` or `crossing`"),
        Figure("used_m3_year", "m³", WHOLE, "used a year", "goods that pass, 0 for none"),
        Figure("capacity_m3_year", "m³", WHOLE, "capacity a year", "none: no limit"),
        Figure("peak_utilisation", "share", WHOLE_PERCENT, "use at the peak",
               "in the tightest period; 0 where nothing passes"),
    ),
)
HOPS = (
    "leg hop from_kind from_id to_kind to_id crossing transport channel orders_year m3 "
    "lead_time_days "
    "from_name to_name drawn_as"
)
_HOP_FIGURES = (
    Figure("hop", "", "", "hop", "`sea`, `air`, `road` or `rail` (to a site), or `last_mile`"),
    Figure("from_kind", "", "", "kind of start", "`origin`, `gateway` or `site`"),
    Figure("from_id", "", "", "start", "id of the start, unique within its kind"),
    Figure("to_kind", "", "", "kind of end", "`gateway`, `site` or `zone`"),
    Figure("to_id", "", "", "end", "id of the end, unique within its kind"),
    Figure("crossing", "", "", "crossing", "id of the border crossing; empty: none"),
    Figure("transport", "", "", "transport", "`sea`, `air`, `road` or `rail`"),
    Figure("m3", "m³", WHOLE, "volume a year", "volume of the goods moved"),
    Figure("lead_time_days", "days", TENTH, "lead time", "to delivery; none on other hops"),
    Figure("from_name", "", "", "from", "name of the start"),
    Figure("to_name", "", "", "to", "name of the end"),
    Figure("drawn_as", "", "", "drawn as",
           "what the line is: `sea lane`, `great circle`, `road` or `straight`"),
)
ROAD_LAYER = output(
    "inbound_road", "orders of a year by road or rail to a site, by channel (multi-line)",
    HOPS, _HOP_FIGURES,
)
OVERSEAS_LAYER = output(
    "overseas", "orders of a year by sea or air to a gateway, by channel (multi-line)",
    HOPS, _HOP_FIGURES,
)
LAST_MILE_LAYER = output(
    "last_mile", "orders of a year from a site to a zone, by channel (multi-line)",
    HOPS, _HOP_FIGURES,
)
MAIL_LAYER = output(
    "mail", "mailed orders of a year from an origin to a state (multi-line)",
    "from_id from_name country state zones orders_year m3 lead_time_days",
    (
        Figure("from_id", "", "", "start", "id of the origin"),
        Figure("from_name", "", "", "from", "name of the origin"),
        Figure("zones", "zones", WHOLE, "zones", "number of zones with mailed orders"),
        Figure("m3", "m³", WHOLE, "volume a year", "volume of the goods moved"),
    ),
)
AREAS_LAYER = output(
    "service_areas", "the land of the zones that a site mainly serves (multi-polygon)",
    "site_id name orders zones",
    (
        Figure("site_id", "", "", "site", "id of the site, or `direct mail`"),
        Figure("zones", "zones", WHOLE, "zones", "number of zones"),
    ),
)
_CELL_FIGURES = tuple(one for one in ZONES.figures if one.key not in ("lat", "lon"))
STATES_LAYER = output(
    "states", "a state with zones (multi-polygon)",
    "country state zones population orders lead_time_days share_within_3_days "
    f"share_within_5_days {SHARES} drawn_as",
    (
        Figure("zones", "zones", WHOLE, "zones", "number of zones"),
        Figure("population", "people", WHOLE, "people", "people of the zones"),
        Figure("drawn_as", "", "", "drawn as",
               "`outline` of the state, or `cells` of its zones where the network has no outline"),
    ),
)
PLAN_LAYERS = (
    Output("sites", "as sites.csv (point)", SITES.figures),
    GATEWAYS_LAYER,
    Output("zones", "as zones.csv (point)", ZONES.figures),
    ROAD_LAYER,
    LAST_MILE_LAYER,
    AREAS_LAYER,
    Output("zone_cells",
           "as zones.csv: the land nearer to the zone than to any other of its country, a Voronoi "
           "cell clipped to the country and no administrative area (multi-polygon)",
           _CELL_FIGURES),
    STATES_LAYER,
    OVERSEAS_LAYER,
    MAIL_LAYER,
    Output("routes", "as vehicles.csv, with own vans (line)", VEHICLES.figures),
)
DAY_LAYERS = (
    Output("routes", "as vehicles.csv (line)", VEHICLES.figures),
    Output("stops", "as stops.csv without site_id (point)", STOPS.figures[:-1]),
    output("depots", "a site of the day (point)", "site_id name country lat lon"),
    Output("linehaul", "as linehaul.csv (line)", LINEHAUL.figures),
)
# fmt: on
