"""A problem: a network and a demand put together on a date, cross-checked; it cannot exist inconsistent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.demand import Demand, orders_array
from fulfill.inputs.demand_checks import demand_faults, unused_row_warnings
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network
from fulfill.inputs.supply_checks import supply_faults
from fulfill.inputs.tables import ROW
from fulfill.inputs.tariffs import Regime, courier_entry, overlap_faults, regime_on

CHANNELS = ("direct_mail", "local", "cross_border", "nearshore")
"""Ways to fulfil an order; `unserved` is always possible and no channel."""


@dataclass(frozen=True, repr=False)
class Problem:
    """What to decide, with every table consistent.

    Attributes
    ----------
    network, demand
    regime : Regime
        The tariff rules of the as-of date.
    orders : ndarray, shape (n_zones, n_products, n_periods)
        Potential orders a year.
    days : ndarray, shape (n_periods,)
    channels : tuple of str
        The channels that may be used.
    warnings : tuple of Fault
        What a planner should know though the run may go on.
    """

    network: Network
    demand: Demand
    regime: Regime
    orders: NDArray[np.float64]
    days: NDArray[np.float64]
    channels: tuple[str, ...] = CHANNELS
    warnings: tuple[Fault, ...] = ()

    def __repr__(self) -> str:
        zones, products, periods = self.orders.shape
        return (
            f"<Problem {self.network.name} x {self.demand.name}, rules of {self.regime.as_of}: "
            f"{zones:,} zones, {products} products, {periods} periods, "
            f"{len(self.network['sites'])} sites, {self.orders.sum():,.0f} orders a year>"
        )

    def with_(
        self,
        *,
        network: Network | None = None,
        demand: Demand | None = None,
        as_of: date | None = None,
        channels: Iterable[str] | None = None,
    ) -> Problem:
        """Return the problem with other tables, another date or other channels, checked anew.

        What is derived (tariff rules, orders, warnings) is made again from what it comes from.

        Raises
        ------
        InputError
            With every cross-check that fails.
        """
        return build_problem(
            network or self.network,
            demand or self.demand,
            as_of or self.regime.as_of,
            self.channels if channels is None else channels,
        )

    def with_zones(self, zones: pd.DataFrame, orders: NDArray[np.float64]) -> Problem:
        """Return the problem with zones that were merged, and their orders, (n_zones, K, T).

        Merged zones keep country, state and class, so every cross-check holds as before.
        """
        return replace(self, demand=self.demand.with_table("zones", zones), orders=orders)

    @property
    def products(self) -> list[str]:
        """Product ids in table order."""
        return self.network["products"]["product_id"].tolist()

    @property
    def periods(self) -> list[str]:
        """Period ids in calendar order."""
        return self.network["calendar"]["period_id"].tolist()


def build_problem(
    network: Network, demand: Demand, as_of: date | None = None, channels: Iterable[str] = CHANNELS
) -> Problem:
    """Join a network and a demand.

    Raises
    ------
    InputError
        With every cross-check that fails (F301 to F309), or F319 where no channel can deliver
        anything.
    """
    channels = tuple(channels)
    regime = regime_on(network["tariffs"], as_of or network.as_of)
    faults = _channel_faults(channels)
    wrong_channels = bool(faults)
    faults += _reference_faults(network, demand)
    faults += overlap_faults(network["tariffs"], f"{network.folder.name}/tariffs.csv")
    faults += _calendar_faults(network)
    faults += _own_delivery_faults(network, demand)
    faults += _share_faults(network, demand)
    faults += _tariff_faults(network, demand, regime, channels)
    faults += [] if wrong_channels else _reach_faults(network, demand, channels)
    faults += [] if wrong_channels else demand_faults(network, demand, channels)
    supplied = [] if faults else supply_faults(network, demand.zones, regime, channels)
    faults += [fault for fault in supplied if not fault.warning]
    if faults:
        raise InputError(faults)
    calendar = network["calendar"]
    days = calendar["days"].to_numpy(float)
    products = network["products"]["product_id"].tolist()
    orders = orders_array(demand, products, calendar["period_id"].tolist(), days)
    warnings = (
        *_capacity_warnings(network, orders, days),
        *supplied,
        *unused_row_warnings(network, demand, regime),
    )
    return Problem(network, demand, regime, orders, days, channels, warnings)


def _channel_faults(channels: tuple[str, ...]) -> list[Fault]:
    faults = [
        Fault("F308", "--channels", value=name, detail="one of " + ", ".join(CHANNELS))
        for name in channels
        if name not in CHANNELS
    ]
    if not channels:
        faults.append(Fault("F309", "--channels", detail="name at least one channel"))
    if {"nearshore", "cross_border"} <= set(channels) and "local" not in channels:
        faults.append(
            Fault(
                "F309",
                "--channels",
                value=",".join(channels),
                detail="nearshore with cross_border needs local too",
            )
        )
    return faults


def _reference_faults(network: Network, demand: Demand) -> list[Fault]:
    """Find countries, products and periods of a demand that the network does not have."""
    countries = set(network["countries"]["country"])
    foreign = demand.zones[~demand.zones["country"].isin(countries)]
    known = {
        "product_id": network["products"]["product_id"],
        "period_id": network["calendar"]["period_id"],
    }
    faults = [
        Fault(
            "F301",
            f"{demand.folder.name}/zones.csv",
            int(line),
            "country",
            str(value),
            f"not in countries.csv of {network.name}",
        )
        for line, value in zip(foreign[ROW], foreign["country"], strict=True)
    ]
    for name, frame in (
        ("mix", demand.mix),
        ("seasonality", demand.seasonality),
        ("orders", demand.orders),
    ):
        for column in sorted({"product_id", "period_id"} & set(frame.columns)):
            unknown = frame[~frame[column].isin(known[column])]
            faults += [
                Fault(
                    "F301",
                    f"{demand.folder.name}/{name}.csv",
                    int(line),
                    column,
                    str(value),
                    f"not in {network.name}",
                )
                for line, value in zip(unknown[ROW], unknown[column], strict=True)
            ]
    return faults


def _own_delivery_faults(network: Network, demand: Demand) -> list[Fault]:
    """Find zones of own_delivery.csv that the demand does not have or that lie across a border from their site."""
    table = network["own_delivery"]
    home = table["site_id"].map(network["sites"].set_index("site_id")["country"])
    there = table["zone_id"].map(demand.zones.set_index("zone_id")["country"])
    file = f"{network.folder.name}/own_delivery.csv"
    return [
        Fault("F301", file, int(line), "zone_id", str(zone), f"not in zones.csv of {demand.name}")
        if pd.isna(country)
        else Fault(
            "F205",
            file,
            int(line),
            "zone_id",
            str(zone),
            f"it is in {country}, the site in {other}",
        )
        for line, zone, country, other in zip(
            table[ROW], table["zone_id"], there, home, strict=True
        )
        if country != other
    ]


def _calendar_faults(network: Network) -> list[Fault]:
    file = f"{network.folder.name}/calendar.csv"
    total = float(network["calendar"]["days"].sum())
    faults = []
    if not 364.5 <= total <= 366.5:
        faults.append(
            Fault("F306", file, column="days", value=f"{total:g}", detail="365 or 366 expected")
        )
    order = {name: place for place, name in enumerate(network["calendar"]["period_id"])}
    prebuild = network["prebuild"]
    for row in prebuild.itertuples(index=False):
        if order.get(row.lands_in, -1) >= order.get(row.period_id, len(order)):
            line = prebuild.loc[
                (prebuild["period_id"] == row.period_id) & (prebuild["lands_in"] == row.lands_in),
                ROW,
            ].iloc[0]
            faults.append(
                Fault(
                    "F205",
                    f"{network.folder.name}/prebuild.csv",
                    int(line),
                    "lands_in",
                    str(row.lands_in),
                    f"not before {row.period_id}",
                )
            )
    return faults


def _share_faults(network: Network, demand: Demand) -> list[Fault]:
    faults = []
    for country, rows in demand.mix.groupby("country"):
        total = float(rows["share"].sum())
        if abs(total - 1.0) > 1e-6:
            faults.append(
                Fault(
                    "F307",
                    f"{demand.folder.name}/mix.csv",
                    column="share",
                    value=f"{total:g}",
                    detail=f"country {country}",
                )
            )
    for period, rows in network["prebuild"].groupby("period_id"):
        total = float(rows["share"].sum())
        if total > 1.0 + 1e-9:
            faults.append(
                Fault(
                    "F307",
                    f"{network.folder.name}/prebuild.csv",
                    column="share",
                    value=f"{total:g}",
                    detail=f"period {period}: at most 1",
                )
            )
    present = set(demand.zones["country"])
    faults += _empty_year_faults(demand)
    for name, frame in (("mix", demand.mix), ("seasonality", demand.seasonality)):
        if demand.orders.empty:
            file, detail = f"{demand.folder.name}/{name}.csv", "no row for a country that has zones"
            faults += [
                Fault("F301", file, column="country", value=country, detail=detail)
                for country in sorted(present - set(frame["country"]))
            ]
    return faults


def _empty_year_faults(demand: Demand) -> list[Fault]:
    """Find a country whose zones or periods all weigh nothing: its orders could be spread over no one."""
    if not demand.orders.empty:
        file, detail = f"{demand.folder.name}/orders.csv", "there is no order at all"
        none = not demand.orders["orders"].sum() > 0
        return [Fault("F205", file, column="orders", value="0", detail=detail)] if none else []
    zones = demand.zones
    weight = (
        zones["population"]
        * zones["internet_share"]
        * zones["income_index"] ** demand.parameters["income_exponent"]
    )
    faults = []
    for name, column, value in (
        ("zones", "population", weight),
        ("seasonality", "intensity", demand.seasonality["intensity"]),
    ):
        frame = zones if name == "zones" else demand.seasonality
        total = value.groupby(frame["country"]).sum()
        file = f"{demand.folder.name}/{name}.csv"
        faults += [
            Fault(
                "F205",
                file,
                column=column,
                value="0",
                detail=f"every row of {country} weighs nothing",
            )
            for country in total.index[total <= 0]
        ]
    return faults


def _tariff_faults(
    network: Network, demand: Demand, regime: Regime, channels: tuple[str, ...]
) -> list[Fault]:
    """Find products without a rule: formal entry into each country that has sites, courier entry up to its cap."""
    file = f"{network.folder.name}/tariffs.csv"
    zones = set(demand.zones["country"])
    stocked = set(network["sites"]["country"]) & (
        zones if "cross_border" not in channels else {*zones, *network["countries"]["country"]}
    )
    made_in = set(network["origins"]["country"])
    faults = []
    columns = ("product_id", "tariff_class", "transfer_value_usd", "price_usd")
    for product, tariff_class, transfer, price in zip(
        *(network["products"][name] for name in columns), strict=True
    ):
        for country in sorted(stocked) if set(channels) - {"direct_mail"} else []:
            for group in sorted(
                {"CN" if source == "CN" else "USMCA" for source in made_in - {country}}
            ):
                if regime.find(country, "formal", group, tariff_class, transfer) is None:
                    detail = f"{product} into {country} on {regime.as_of}, goods of {group}"
                    faults.append(
                        Fault(
                            "F302", file, column="tariff_class", value=tariff_class, detail=detail
                        )
                    )
        for country in sorted(zones) if {"direct_mail", "cross_border"} & set(channels) else []:
            value = _courier_gap(network, regime, country, tariff_class, price)
            if value is not None:
                detail = f"courier entry into {country} at {value:g} USD on {regime.as_of}"
                faults.append(
                    Fault("F304", file, column="value_to_usd", value=tariff_class, detail=detail)
                )
    return faults


def _courier_gap(
    network: Network, regime: Regime, country: str, tariff_class: str, price: float
) -> float | None:
    """Return the customs value of a parcel that falls between the bands of courier entry, None where there is none.

    A value above every band is no gap: that way is closed to the product.
    """
    vat = network["countries"].set_index("country")["vat_rate"]
    entry = courier_entry(
        regime, country, tariff_class, price, network.value_base, float(vat.get(country, 0.0))
    )
    if entry.rule is not None or entry.value > regime.highest(country, "courier", "CN"):
        return None
    return entry.value


def _reach_faults(network: Network, demand: Demand, channels: tuple[str, ...]) -> list[Fault]:
    """Find zones that no service covers and states without carrier capacity."""

    def pairs(frame: pd.DataFrame) -> set[tuple[str, str]]:
        return set(zip(frame["country"], frame["zone_class"], strict=True))

    covered = pairs(network["mail_services"]) if "direct_mail" in channels else set()
    if set(channels) - {"direct_mail"}:
        covered |= pairs(network["services"])
    zones = demand.zones
    file = f"{demand.folder.name}/zones.csv"
    faults = [
        Fault(
            "F305",
            file,
            int(row[ROW]),
            "zone_class",
            f"{row['country']} {row['zone_class']}",
            f"zone {row['zone_id']}",
        )
        for _, row in zones.iterrows()
        if (row["country"], row["zone_class"]) not in covered
    ]
    carriers = pairs(network["carriers"].assign(zone_class=network["carriers"]["state"]))
    faults += [
        Fault(
            "F305",
            f"{network.folder.name}/carriers.csv",
            column="state",
            value=f"{country} {state}",
            detail="no carrier row, and no * row",
        )
        for country, state in sorted(pairs(zones.assign(zone_class=zones["state"])))
        if (country, state) not in carriers and (country, "*") not in carriers
    ]
    return faults


def _capacity_warnings(
    network: Network, orders: NDArray[np.float64], days: NDArray[np.float64]
) -> tuple[Fault, ...]:
    """Warn where all sites at their largest cannot carry a period's orders."""
    largest = network["site_sizes"].groupby("ownership")["orders_day"].max()
    factor = network["bands"].groupby("ownership")["capacity_factor"].sum()
    daily = float(network["sites"]["ownership"].map(largest * factor).sum())
    by_period = orders.sum(axis=(0, 1))
    short = np.flatnonzero(by_period > daily * days)
    names = network["calendar"]["period_id"]
    return tuple(
        Fault("W301", f"{network.folder.name}/site_sizes.csv", column="orders_day", value=str(names[t]),
              detail=f"{by_period[t]:,.0f} orders, sites can carry {daily * days[t]:,.0f}")
        for t in short
    )  # fmt: skip
