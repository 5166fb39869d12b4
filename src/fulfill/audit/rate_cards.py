"""Independent prices of carriers' rate cards, row by row from the tables.

Nothing of `model/economics` and nothing of `inputs/rate_cards.py` is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.problem import Problem

Array = NDArray[np.float64]
Record = dict[Any, Any]
DAYS = 365
WEIGHT_STEP = 1e-9
"""Weights that differ by less, kg, are equal."""


@dataclass(frozen=True)
class Cards:
    """The rate cards of a problem on its as-of date.

    Attributes
    ----------
    rates, zones, surcharges : tuple of dict
        Rows by column; open ends of weights and distances are infinite.
    calendar : DataFrame
        calendar.csv.
    """

    rates: tuple[Record, ...]
    zones: tuple[Record, ...]
    surcharges: tuple[Record, ...]
    calendar: pd.DataFrame

    @classmethod
    def of(cls, problem: Problem) -> Cards:
        """Return the rate cards in force on the as-of date of a problem."""
        day, network = pd.Timestamp(problem.regime.as_of), problem.network

        def in_force(name: str) -> pd.DataFrame:
            table = network[name]
            return table[(table["valid_from"] <= day) & ~(table["valid_to"] < day)]

        return cls(
            tuple(in_force("rate_cards").fillna({"kg_to": np.inf}).to_dict("records")),
            tuple(network["rate_zones"].fillna({"km_to": np.inf}).to_dict("records")),
            tuple(in_force("surcharges").to_dict("records")),
            network["calendar"],
        )

    def states(self, card: str, country: str) -> list[str]:
        """Return the states with surcharges of their own, and ``*`` for all others."""
        named = {
            row["to_state"]
            for row in self.surcharges
            if row["card"] == card and row["country"] == country and row["to_state"] != "any"
        }
        return [*sorted(named), "*"]

    def zones_met(
        self, card: str, service: str, country: str, km_from: float, km_to: float
    ) -> list[str]:
        """Return the zones of a card that a service has prices for inside a distance band."""
        priced = {
            row["card_zone"]
            for row in self.rates
            if row["card"] == card and row["service_id"] == service
        }
        near: dict[str, float] = {}
        far: dict[str, float] = {}
        for row in self.zones:
            if row["card"] == card and row["country"] == country and row["card_zone"] in priced:
                zone = row["card_zone"]
                near[zone] = min(near.get(zone, np.inf), row["km_from"])
                far[zone] = max(far.get(zone, 0.0), row["km_to"])
        return [zone for zone in sorted(near) if km_from < far[zone] and near[zone] < km_to]

    def bands(self, card: str, country: str, from_state: str, to_state: str) -> list[Record]:
        """Return the rows of rate_zones.csv that hold between two states.

        Among the rows that fit both states, those that name the site's state precede those that
        name only the consumer's; only the foremost pair of states counts.
        """
        fitting = [
            row
            for row in self.zones
            if row["card"] == card
            and row["country"] == country
            and row["from_state"] in (from_state, "*")
            and row["to_state"] in (to_state, "*")
        ]

        def rank(row: Record) -> tuple[bool, bool]:
            return row["from_state"] != "*", row["to_state"] != "*"

        foremost = max(map(rank, fitting), default=None)
        return [row for row in fitting if rank(row) == foremost]

    def prices(self, option: Record, parcels: list[tuple[float, float]]) -> Array:
        """Return the price of parcels on a delivery option, USD, (n_parcels, n_periods).

        Parameters
        ----------
        option : dict
            card, service_id, card_zone, card_state, country and zone_class.
        parcels : list of (float, float)
            Weight, kg, and volume, m3, of each.

        Returns
        -------
        (n_parcels, n_periods) array
            Infinite where no weight break contains the billable weight.
        """
        breaks = self._breaks[option["card"], option["service_id"], option["card_zone"]]
        charged = [
            (row, season)
            for row, season in zip(self.surcharges, self._seasons, strict=True)
            if row["card"] == option["card"]
            and row["country"] == option["country"]
            and row["service_id"] in ("any", option["service_id"])
            and row["zone_class"] in ("any", option["zone_class"])
            and row["to_state"] in ("any", option["card_state"])
        ]
        usd = np.full((len(parcels), len(self.calendar)), np.inf)
        for place, parcel in enumerate(parcels):
            flat, billed = _flat_price(breaks, *parcel)
            if np.isfinite(flat):
                usd[place] = flat
                for row, season in charged:
                    one = row["share"] * flat + row["usd_order"] + row["usd_kg"] * billed
                    usd[place] += one * season
        return usd

    @cached_property
    def _breaks(self) -> dict[tuple[str, str, str], list[Record]]:
        """The rows of each card, service and zone."""
        found: dict[tuple[str, str, str], list[Record]] = {}
        for row in self.rates:
            key = (row["card"], row["service_id"], row["card_zone"])
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def _seasons(self) -> list[Array]:
        """The share of each period's days in the season of each surcharge, (n_periods,)."""
        return [self._time_in_season(row) for row in self.surcharges]

    def _time_in_season(self, row: Record) -> Array:
        if pd.isna(row["peak_from"]) or pd.isna(row["peak_to"]):
            return np.ones(len(self.calendar))
        first, length = _day_of_year(row["peak_from"]), (row["peak_to"] - row["peak_from"]).days
        inside = (np.arange(DAYS) - first) % DAYS <= length
        begins = np.array([_day_of_year(day) for day in self.calendar["starts"]])
        number = len(begins)
        days = np.bincount(self._period_of_day, minlength=number)
        counted = np.bincount(self._period_of_day, weights=inside, minlength=number)
        return np.where(days > 0, counted / np.maximum(days, 1), inside[begins])

    @cached_property
    def _period_of_day(self) -> NDArray[np.int64]:
        """Row of the calendar of each day of a year, (365,): of an event before a month."""
        begins = np.array([_day_of_year(day) for day in self.calendar["starts"]])
        since = (np.arange(DAYS)[:, None] - begins[None, :]) % DAYS
        event = (self.calendar["kind"] == "event").to_numpy()
        covered = event[None, :] & (since < self.calendar["days"].to_numpy(float)[None, :])
        # the month that began last; months never all lie in the future of a day
        latest = np.where(event[None, :], DAYS, since).argmin(axis=1)
        return np.asarray(np.where(covered.any(axis=1), covered.argmax(axis=1), latest), np.int64)


def zone_at(bands: list[Record], km: float) -> str:
    """Return the zone of a card at a distance, empty beyond the bands between two states."""
    for row in bands:
        if (km > row["km_from"] or row["km_from"] == 0) and km <= row["km_to"]:
            return str(row["card_zone"])
    return ""


def _flat_price(breaks: list[Record], weight_kg: float, volume_m3: float) -> tuple[float, float]:
    """Return the price of a parcel before surcharges, USD, and its billable weight, kg.

    The price is infinite where no break contains the weight.
    """
    billed = 0.0
    for row in breaks:
        billed = _billed(row, weight_kg, volume_m3)
        above = row["kg_from"] == 0 or billed > row["kg_from"] + WEIGHT_STEP / 2
        if above and billed <= row["kg_to"] + WEIGHT_STEP / 2:
            more = max(0.0, billed - row["kg_included"])
            return max(row["base_usd"] + row["usd_kg"] * more, row["min_usd"]), billed
    return np.inf, billed


def _billed(row: Record, weight_kg: float, volume_m3: float) -> float:
    """Return the billable weight of a parcel under a row of the card, kg."""
    bulk = volume_m3 / (row["divisor_cm3_kg"] / 1e6) if row["divisor_cm3_kg"] > 0 else 0.0
    heavy, step = max(weight_kg, bulk), row["round_up_kg"]
    return ceil(heavy / step - WEIGHT_STEP / 2) * step if step > 0 else heavy


def _day_of_year(day: pd.Timestamp) -> int:
    """Return the day of the year of 365 days, from 0; 29 February is 1 March."""
    month, number = (3, 1) if (day.month, day.day) == (2, 29) else (day.month, day.day)
    return pd.Timestamp(2027, month, number).dayofyear - 1
