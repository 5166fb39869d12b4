"""What the rate cards in use leave without a price on the as-of date, and what they do not carry.

Neighbouring module: `rate_card_checks` needs neither demand nor date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.demand import Demand
from fulfill.inputs.faults import Fault
from fulfill.inputs.network import Network
from fulfill.inputs.rate_cards import DECIMALS, billable_kg, carded_services, rows_on
from fulfill.inputs.schema.rate_cards import ANY, OTHER_STATES
from fulfill.inputs.spelling import near, nearest
from fulfill.inputs.states import country_of, state_name

LISTED = 5
"""Most names that a message lists; the rest are only counted."""


def rate_card_faults(
    network: Network, demand: Demand, as_of: date, channels: tuple[str, ...]
) -> list[Fault]:
    """Find zones of cards in use without a price on the as-of date, and unknown states.

    Parameters
    ----------
    network, demand
    as_of : date
    channels : tuple of str
        The channels that may be used; cards of the others are not looked at.

    Returns
    -------
    list of Fault
        F212 and F354.
    """
    used = _used(network, channels)
    if used.empty:
        return list(_state_faults(network, demand))
    return [
        *_price_faults(network, used, as_of),
        *_state_faults(network, demand),
        *_stateless_faults(network, demand, used),
    ]


def rate_card_warnings(
    network: Network, demand: Demand, as_of: date, channels: tuple[str, ...]
) -> list[Fault]:
    """Warn of products, lanes and peaks that the cards in use say nothing about.

    Parameters
    ----------
    network, demand
    as_of : date
    channels : tuple of str
        The channels that may be used; cards of the others are not looked at.

    Returns
    -------
    list of Fault
        W302 and W350 to W353.
    """
    used = _used(network, channels)
    if used.empty:
        return list(_unused_prices(network))
    return [
        *_unused_prices(network),
        *_heavy_products(network, used, as_of),
        *_unserved_lanes(network, demand, used, channels),
        *_peak_warnings(network, used, as_of),
        *_ended_surcharges(network, used, as_of),
    ]


def _used(network: Network, channels: tuple[str, ...]) -> pd.DataFrame:
    """Return the services with a card that the channels can use, see `carded_services`."""
    used = carded_services(network.tables)
    by_mail = used["table"] == "mail_services"
    asked = set(channels)
    keep = (by_mail & ("direct_mail" in asked)) | (~by_mail & bool(asked - {"direct_mail"}))
    return used[keep]


def _file(network: Network, table: str) -> str:
    return f"{network.folder.name}/{table}.csv"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _price_faults(network: Network, used: pd.DataFrame, as_of: date) -> Iterator[Fault]:
    """Find zones of cards in use that have prices, but none on the as-of date."""
    rates = network["rate_cards"].merge(used[["card", "service_id"]].drop_duplicates())
    key = ["card", "service_id", "card_zone"]
    held = set(rows_on(rates, as_of)[key].itertuples(index=False, name=None))
    for zone, rows in rates.groupby(key, sort=False):
        if zone not in held:
            last = rows.sort_values("valid_from", kind="stable").iloc[-1]
            detail = "{} {}, zone {}: no price on {}".format(*zone, as_of)
            value = str(last["valid_from"].date())
            file = _file(network, "rate_cards")
            yield Fault("F354", file, int(last[ROW]), "valid_from", value, detail)


def _state_faults(network: Network, demand: Demand) -> Iterator[Fault]:
    """Find states that are neither known nor those of any site or zone."""
    zones, sites = demand.zones, network["sites"]
    named = set(zip(zones["country"], zones["state"], strict=True))
    for name, column in (("rate_zones", "to_state"), ("surcharges", "to_state")):
        table = network[name]
        for country, state, line in zip(table["country"], table[column], table[ROW], strict=True):
            known = state in (ANY, OTHER_STATES) or state_name(country, state)
            if not known and (country, state) not in named:
                alike = near(nearest(state, zones.loc[zones["country"] == country, "state"]))
                detail = f"no state of {country}, and no zone has it{alike}"
                yield Fault("F212", _file(network, name), int(line), column, state, detail)
    table = network["rate_zones"]
    for state, line in zip(table["from_state"], table[ROW], strict=True):
        if state != OTHER_STATES and not country_of(state) and state not in set(sites["state"]):
            detail = f"no state, and no site has it{near(nearest(state, sites['state']))}"
            file = _file(network, "rate_zones")
            yield Fault("F212", file, int(line), "from_state", state, detail)


def _stateless_faults(network: Network, demand: Demand, used: pd.DataFrame) -> Iterator[Fault]:
    """Find sites and zones without a state, which a card in use needs to find their zone."""
    cards = used.loc[used["table"] == "services", "card"]
    bands = network["rate_zones"][network["rate_zones"]["card"].isin(cards)]
    where = network["rate_zones"][network["rate_zones"]["card"].isin(used["card"])]
    charges = network["surcharges"][network["surcharges"]["card"].isin(used["card"])]
    by_site = (bands["from_state"] != OTHER_STATES).any()
    by_zone = (where["to_state"] != OTHER_STATES).any() or (charges["to_state"] != ANY).any()
    for needed, table, key, file in (
        (by_site, network["sites"], "site_id", _file(network, "sites")),
        (by_zone, demand.zones, "zone_id", f"{demand.folder.name}/zones.csv"),
    ):
        nameless = table[table["state"] == ""]
        if needed and len(nameless):
            detail = f"empty, but a rate card names states: {_listed(nameless[key].tolist())}"
            yield Fault("F212", file, int(nameless[ROW].iloc[0]), "state", "", detail)


def _unused_prices(network: Network) -> Iterator[Fault]:
    """Warn of prices that no service names."""
    rates, used = network["rate_cards"], carded_services(network.tables)
    pairs = rates.drop_duplicates(["card", "service_id"])
    known = set(used[["card", "service_id"]].itertuples(index=False, name=None))
    for card, service, line in zip(pairs["card"], pairs["service_id"], pairs[ROW], strict=True):
        if (card, service) not in known:
            detail = f"no row of services.csv or mail_services.csv has {service} with card {card}"
            file = _file(network, "rate_cards")
            yield Fault("W302", file, int(line), "service_id", service, detail)


def _heavy_products(network: Network, used: pd.DataFrame, as_of: date) -> Iterator[Fault]:
    """Warn of products above the last weight break of a service."""
    products = network["products"]
    parcel = (products["weight_kg"].to_numpy(float), products["volume_m3"].to_numpy(float))
    rates = rows_on(network["rate_cards"], as_of).fillna({"kg_to": np.inf})
    rates = rates.merge(used[["card", "service_id"]].drop_duplicates())
    for (card, service), rows in rates.groupby(["card", "service_id"], sort=False):
        tops = rows.groupby("card_zone", sort=False)["kg_to"].max()
        first = rows.iloc[0]
        kg = billable_kg(*parcel, float(first["divisor_cm3_kg"]), float(first["round_up_kg"]))
        heavy = np.round(kg, DECIMALS)[:, None] > tops.to_numpy(float)[None, :]
        if heavy.any():
            names = products["product_id"].to_numpy()[heavy.any(axis=1)].tolist()
            zones = tops.iloc[np.flatnonzero(heavy.any(axis=0))]
            detail = f"{card} {service} ends at {zones.min():g} kg in {_listed(list(zones.index))}"
            file = _file(network, "rate_cards")
            yield Fault("W350", file, int(first[ROW]), "kg_to", _listed(names), detail)


def _unserved_lanes(
    network: Network, demand: Demand, used: pd.DataFrame, channels: tuple[str, ...]
) -> Iterator[Fault]:
    """Warn of pairs of states between which a card has no zone at any distance."""
    sites, zones = network["sites"], demand.zones
    file = _file(network, "rate_zones")
    kinds = used[["card", "country", "table"]].drop_duplicates()
    for card, country, table in kinds.itertuples(index=False):
        bands = network["rate_zones"]
        bands = bands[(bands["card"] == card) & (bands["country"] == country)]
        starts = set(zip(bands["from_state"], bands["to_state"], strict=True))
        near_sites = sites if "cross_border" in channels else sites[sites["country"] == country]
        origins = [""] if table == "mail_services" else sorted(set(near_sites["state"]))
        goals = sorted(set(zones.loc[zones["country"] == country, "state"]))
        missing = [
            f"{start} to {goal}" if start else goal
            for start in origins
            for goal in goals
            if not starts & {(one, two) for one in (start, OTHER_STATES) for two in (goal, "*")}
        ]
        if missing:
            detail = f"{card} in {country}: {_listed(missing)}"
            yield Fault("W351", file, column="card_zone", value=card, detail=detail)


def _peak_warnings(network: Network, used: pd.DataFrame, as_of: date) -> Iterator[Fault]:
    """Warn of cards without a seasonal surcharge where the calendar raises prices in a peak."""
    seasonal = rows_on(network["surcharges"], as_of).dropna(subset="peak_from")
    for table, factor in (("services", "last_mile_factor"), ("mail_services", "mail_factor")):
        most = float(network["calendar"][factor].max())
        cards = dict.fromkeys(used.loc[used["table"] == table, "card"])
        for card in cards if most > 1.0 else ():
            if card not in set(seasonal["card"]):
                detail = f"{factor} of calendar.csv is up to {most:g}, which no card pays"
                file = _file(network, "surcharges")
                yield Fault("W352", file, column="peak_from", value=card, detail=detail)


def _ended_surcharges(network: Network, used: pd.DataFrame, as_of: date) -> Iterator[Fault]:
    """Warn of surcharges that have ended before the as-of date without a successor."""
    rows = network["surcharges"]
    rows = rows[rows["card"].isin(used["card"])]
    key = ["card", "surcharge", "country"]
    held = set(rows_on(rows, as_of)[key].itertuples(index=False, name=None))
    ended = rows[rows["valid_to"] < np.datetime64(as_of, "s")]
    for name, group in ended.groupby(key, sort=False):
        if name not in held:
            last = group.sort_values("valid_to", kind="stable").iloc[-1]
            detail = f"{name[0]}, {name[2]}: ended on {last['valid_to'].date()}, before {as_of}"
            file = _file(network, "surcharges")
            yield Fault("W353", file, int(last[ROW]), "valid_to", str(name[1]), detail)
