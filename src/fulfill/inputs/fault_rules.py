"""The rules that inputs must keep, by the code of the fault that breaks them."""

from __future__ import annotations

from fulfill.inputs.anura_rules import ANURA_RULES
from fulfill.inputs.contract_rules import CONTRACT_RULES
from fulfill.inputs.import_rules import IMPORT_RULES
from fulfill.inputs.present_rules import PRESENT_RULES
from fulfill.inputs.question_rules import QUESTION_RULES
from fulfill.inputs.risk_rules import RISK_RULES
from fulfill.inputs.scenario_rules import SCENARIO_RULES
from fulfill.inputs.sweep_rules import SWEEP_RULES
from fulfill.inputs.workbook_rules import WORKBOOK_RULES

RULES: dict[str, tuple[str, str]] = {
    # code: (the rule, what to do); the error index of the docs is generated from this table
    "F101": ("the folder has every required file", "add the file, or copy one with `fulfill init`"),
    "F102": (
        "a table is UTF-8 text",
        "save it as 'CSV UTF-8 (comma delimited)'; the plain 'CSV' of a spreadsheet is another "
        "encoding",
    ),
    "F103": (
        "a table has a header and at least one row",
        "add rows, or copy the table with `fulfill init`",
    ),
    "F104": (
        "columns are separated by commas, semicolons or tabs",
        "save as 'CSV UTF-8 (comma delimited)', with the header in the first row",
    ),
    "F105": (
        "every required column is there",
        "add the column; the data dictionary gives its meaning",
    ),
    "F106": (
        "a column is declared, or called notes or x_...",
        "correct its name; or begin it with x_ to keep it for yourself, or remove it",
    ),
    "F107": (
        "every row has as many cells as the header",
        "put texts that contain commas in quotes, and remove stray commas",
    ),
    "F108": (
        "a settings file is valid TOML and has the declared keys",
        "correct the key or the syntax",
    ),
    "F109": ("a header names each column once", "remove the repeated column"),
    "F110": (
        "a row has a cell for every column that must be filled",
        "add the missing cell; an empty cell before it needs its comma too",
    ),
    "F111": ("the header of a table is in row 1", "remove what is above it, or add the header"),
    "F112": (
        "letters are as they were written",
        "import the original file as UTF-8 and save it as 'CSV UTF-8', or correct the cells",
    ),
    "F201": ("a required cell is filled", "fill the cell"),
    "F202": (
        "a number column contains plain numbers",
        "write 1234.5: no text, no thousands separator, no unit",
    ),
    "F203": (
        "a date is written YYYY-MM-DD",
        "write the date as 2026-11-01; in a spreadsheet, give the column the format yyyy-mm-dd",
    ),
    "F204": ("a flag is yes or no", "write yes or no"),
    "F205": ("a value lies in its column's range", "correct the value, or its unit"),
    "F206": (
        "a value is one of the column's choices",
        "use one of the choices, spelled as in the data dictionary",
    ),
    "F207": ("a key occurs once", "remove or rename the duplicate row"),
    "F208": (
        "an identifier occurs in the table it refers to",
        "add the row there, or correct the spelling",
    ),
    "F209": (
        "an assumption gives the range of its figure",
        "write `range` as column=low..high, separated by ;",
    ),
    "F210": ("an assumption lies in its own range", "correct the figure or the range"),
    "F211": (
        "coordinates are possible and lie in the country of the place",
        "correct lat and lon, in degrees with the minus of western longitudes",
    ),
    "F212": (
        "a state belongs to its country, or is a region named in both zones.csv and carriers.csv",
        "write the short or official name of the state or its usual abbreviation; "
        "remove a row of carriers.csv that is for no zone",
    ),
    "F213": (
        "products.csv and tariffs.csv spell a tariff class alike",
        "correct the spelling; if the classes differ, "
        "add a row for the product's class to tariffs.csv",
    ),
    "F214": ("the figures of a row do not contradict one another", "correct one of the figures"),
    "F215": (
        "day and month of a date can be told apart",
        "give --date-order dmy or --date-order mdy, or write the dates as 2026-11-01",
    ),
    "F216": (
        "the dates of a file have day and month in one order",
        "write the dates as 2026-11-01",
    ),
    "F217": (
        "a time of day is hours from 0 to 24, or hh:mm",
        "write 8.5 or 8:30, and 0:20 for twenty minutes after midnight",
    ),
    "F301": (
        "a network and a demand use the same countries, products, periods and zones",
        "correct the id, or add it to the table that lacks it",
    ),
    "F302": (
        "every product has a tariff row on the as-of date",
        "add a row, or extend valid_from / valid_to",
    ),
    "F303": (
        "tariff rows of equal specificity do not overlap",
        "end one row before the other begins",
    ),
    "F304": ("value bands leave no gap", "extend value_to_usd of the lower band"),
    "F305": (
        "every zone is covered by a service and by a row of carriers.csv",
        "add a last-mile or mail service for the class of the zone, "
        "or carrier capacity for its state",
    ),
    "F306": (
        "the periods make up one year",
        "correct `days`: a month is counted without the days of its events",
    ),
    "F307": ("shares add up to one", "correct the shares"),
    "F308": ("options name things that exist", "use one of the names that exist"),
    "F309": (
        "an option has a valid form and value, and contradicts no other option",
        "change the option; `fulfill optimize --help` gives its form",
    ),
    "F310": (
        "a place lies near the mapped roads",
        "correct lat and lon, or give its lanes in lanes.csv",
    ),
    "F311": (
        "a file of a run is as the run wrote it",
        "restore the original file, or optimize again",
    ),
    "F312": (
        "hour bands cover the day once",
        "let each band of speeds.csv begin where the one before it ends, from 0 to 24",
    ),
    "F313": (
        "the distance bands of a service, or of a rate card between two states, begin at 0 km, "
        "without gap or overlap",
        "let the first band begin at 0 and each further one where the one before it ends, "
        "with km_to above km_from",
    ),
    "F314": (
        "every ownership, zone class, period and country in use has its rows",
        "add the row; write 0 if an intensity or a capacity is meant to be zero",
    ),
    "F315": (
        "a lane has the same length in both directions",
        "keep the row that is right, and remove the other",
    ),
    "F316": (
        "a row of lanes.csv joins site and zone, gateway and site, origin and gateway, "
        "or origin and site",
        "correct the ids, or remove the row, which changes nothing",
    ),
    "F317": (
        "a network without a road graph gives every road lane in lanes.csv",
        "add the lanes, or name a road graph under `roads` in network.toml",
    ),
    "F318": (
        "the periods are in chronological order",
        "sort calendar.csv by `starts`, and check the year of each date",
    ),
    "F319": (
        "at least one channel can deliver goods",
        "allow another channel, or add freight, a gateway, a plant or mail",
    ),
    "F320": (
        "a saved file has the format of this version",
        "optimize again, or use the version of fulfill that its manifest names",
    ),
    "F321": (
        "the model fits into the memory of the machine",
        "merge zones with `--resolution`, or plan on a machine with more memory",
    ),
    "F322": (
        "a choice of sites obeys every rule of group_limits.csv, the locks and the number of sites",
        "change the number of a rule, remove a rule, or change --open, --close, --sites or "
        "--budget",
    ),
    "F323": (
        "every currency of the tables has an exchange rate on or before the as-of date",
        "add a row to exchange_rates.csv, or write the code of ISO 4217, such as MXN",
    ),
    "F324": (
        "results are shown in USD, or in a currency that has an exchange rate on or before the "
        "as-of date of the network",
        "add a row to exchange_rates.csv, or leave out --currency",
    ),
    "F326": (
        "parameters.csv has a row for every figure without a default",
        "add the row; `fulfill init` writes tables in which it has a usual value",
    ),
    "F330": (
        "a stop lies in a country of the network",
        "correct lat and lon, or remove the stop",
    ),
    "F331": (
        "a time of day is hh:mm, or hours up to 48",
        "write 9:30 or 9.5; in a spreadsheet, give the cells the format hh:mm before saving",
    ),
    "F340": (
        "results are written to a new folder",
        "choose another name, or add --overwrite to replace what fulfill wrote there",
    ),
    "F341": (
        "only a folder that fulfill wrote, or an empty one, is replaced",
        "choose another name, or delete it yourself",
    ),
    "F342": (
        "results are written outside of the run and the inputs that they are made from",
        "choose a folder next to them",
    ),
    "F343": (
        "a folder of this name can be created and written",
        "choose another name or place",
    ),
    "F344": (
        "one command at a time writes a folder",
        "wait until the other command has ended, or choose another name",
    ),
    "F345": (
        "a road graph has consistent nodes and edges with finite, positive lengths",
        "copy roads.npz with `fulfill init`, build it again, or remove `roads` from network.toml",
    ),
    "F346": (
        "the outlines are a GeoJSON collection of polygons, each with a country",
        "copy outlines.geojson with `fulfill init`, "
        "or remove `outlines` from network.toml, which only the maps need",
    ),
    "F347": (
        "a file is a regular file of the folder itself, of plausible size",
        "replace a link by a copy of its file; do not use a run whose origin you do not know",
    ),
    "F348": (
        "the folder is a run of `fulfill optimize`",
        "give the folder that was named by --out when the plan was made",
    ),
    "F349": (
        "the run to start from left a warm start",
        "start from a run by decomposition, or leave out --from; its plan is not needed otherwise",
    ),
    "F350": (
        "on every day, the weight breaks of a card zone begin at 0 kg, without gap or overlap",
        "let each break of rate_cards.csv begin where the one before it ends, "
        "and end one price before the next begins",
    ),
    "F351": (
        "a rate from headings has headings of its class, each with a base duty on every day",
        "add the rows to tariff_headings.csv and heading_rates.csv, or write the rate as a number",
    ),
    "F352": (
        "the prices of a card and service have one divisor and one rounding on a day",
        "write the same divisor_cm3_kg and round_up_kg in each of its rows",
    ),
    "F353": (
        "a surcharge is charged once to an order",
        "end one row of surcharges.csv before the next begins, or give the other its own name",
    ),
    "F354": (
        "a card zone has a price on the as-of date, and on every day from its first to its last",
        "add the prices of these days, or extend valid_from / valid_to",
    ),
    "F355": (
        "a network with capacities of more than 500 lanes to consumers is small enough for the "
        "mixed-integer program, the only method that holds so many",
        "merge zones with --resolution, lock sites with --close, empty orders_day where it does "
        "not bind, or ask for --method monolith whatever it takes",
    ),
    "F356": (
        "a lane has a mode by which goods can go there",
        "write the mode that fits the end of the lane, or leave it empty for the usual one",
    ),
    "F357": (
        "where emissions are part of the case, a mode has a factor in emissions.csv",
        "add the row of the mode to emissions.csv",
    ),
    "F360": (
        "a place across water is joined to the roads by a ferry or by lanes",
        "add a row to ferries.csv (which serves consumers only) or to lanes.csv, "
        "or correct lat and lon",
    ),
    "F361": (
        "a ferry of ferries.csv leads from a landing that roads reach to one across water",
        "correct the coordinates, or exchange from and to",
    ),
    "F362": (
        "vans take no ferry",
        "leave the place to a carrier, or correct lat and lon",
    ),
    "F363": (
        "a row of lane_rates.csv has a price with its days, or a capacity, or forbids the lane",
        "fill or empty the cell; write `no` under allowed to forbid the lane",
    ),
    "F370": (
        "a database with PostGIS is reached, and has none of the tables of the run yet",
        "correct the address, install fulfill[postgis], or add --overwrite to replace the tables",
    ),
    "F550": (
        "so many towns can be chosen, and roads lead from them to every zone that has some",
        "ask for a number in between, or for smaller towns (--least-people)",
    ),
    "F551": (
        "a country has a site of the ownership, whose rent and fees can be taken",
        "choose the other --ownership, or add a site of this country to sites.csv",
    ),
    "W301": (
        "capacity covers the demand of a period",
        "expect unserved orders or add capacity; a warning",
    ),
    "W302": (
        "a row that names a state, class, product or service is used",
        "correct the name if it is misspelt; a warning",
    ),
    "W303": (
        "a tariff class that has rows in tariffs.csv has one in force",
        "add or extend a row of the class if the row `any` is not meant for it; a warning",
    ),
    "W304": (
        "a table is there for everything that is part of the case",
        "add the table if it is; a warning",
    ),
    "W306": (
        "every channel and every site can be supplied",
        "add freight, a gateway, a plant or mail; a warning",
    ),
    "F533": (
        "a daily profile has every day of the week",
        "add a row for the day, or remove daily_profile.csv: bands are then late by delay_days",
    ),
    "F534": (
        "a week has orders",
        "give a day of daily_profile.csv a weight above zero",
    ),
    "W533": (
        "the delay of bands is given once",
        "daily_profile.csv sets it; set delay_days of bands.csv to 0, or remove the profile; "
        "a warning",
    ),
    "F540": (
        "a period with orders has a day of its own in the calendar, so that it can be simulated",
        "shorten the event that covers it, or change where it starts",
    ),
    "W322": (
        "a country of countries.csv has the window in which its places lie",
        "fill lat_from, lat_to, lon_from and lon_to, in degrees; a warning",
    ),
    "W321": (
        "a number lies in the usual range of its column",
        "check its unit and currency, and the decimal point; it is used as it is; a warning",
    ),
    "W323": (
        "exchange rates in use are of about the as-of date",
        "add a newer rate to exchange_rates.csv; a warning",
    ),
    "W340": (
        "a file of a run is as the run wrote it",
        "compare it with the original if you did not change it yourself; a warning",
    ),
    "W324": (
        "a group that tariff rows name has its countries in origin_groups.csv",
        "write the rows named; tables of an earlier version are read as they were meant; a warning",
    ),
    "W310": (
        "a plain name means the embedded folder",
        "write ./name for the folder in the current directory; a warning",
    ),
    "W320": (
        "a figure lies in the range of its row",
        "correct the range, or the figure if it is mistyped; a warning",
    ),
    "W350": (
        "a rate card has a price for the weight of every product",
        "expect the service not to carry the product, or add a weight break; a warning",
    ),
    "W351": (
        "a rate card has a zone between every two states",
        "expect the services of the card not to deliver there, or add rows to rate_zones.csv; "
        "a warning",
    ),
    "W352": (
        "a rate card says what a peak costs; the price factors of the calendar do not apply to it",
        "add the carrier's seasonal surcharge to surcharges.csv if it has one; a warning",
    ),
    "W353": (
        "a surcharge of a rate card is in force, or begins later",
        "add the row that follows it, or remove the surcharge if it has ceased; a warning",
    ),
    "W360": (
        "a zone across water has a ferry or lanes",
        "expect it to be served by mail only, or add a row to ferries.csv or lanes.csv; a warning",
    ),
    "W361": (
        "zones merge to the number that --resolution asks for",
        "ask for a number that can be reached; a warning",
    ),
    **ANURA_RULES,
    **IMPORT_RULES,
    **PRESENT_RULES,
    **QUESTION_RULES,
    **CONTRACT_RULES,
    **RISK_RULES,
    **SCENARIO_RULES,
    **SWEEP_RULES,
    **WORKBOOK_RULES,
}
