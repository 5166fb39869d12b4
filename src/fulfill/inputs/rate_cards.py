"""Carriers' rate cards: the prices and surcharges in force on a day, and the services they price.

A service of services.csv or mail_services.csv that names a card has its prices in rate_cards.csv,
by zone of the card and weight break. rate_zones.csv says which zone of the card a lane has: the
rows that name both states come before those that name the site's, these before those that name the
consumer's, and these before the others. A lane without a zone is not served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fulfill.inputs.cells import TEXT
from fulfill.inputs.periods import season_shares

Tables = Mapping[str, pd.DataFrame]
CM3_M3 = 1e6
DECIMALS = 9
"""Decimals of a kilogram in which weights are compared: 3 x 0.1 kg is not above 0.3 kg."""


@dataclass(frozen=True)
class RateCards:
    """The rate cards of a network on one day.

    Attributes
    ----------
    rates : DataFrame
        The rows of rate_cards.csv in force, by weight; `kg_to` of an open break is infinite.
    zones : DataFrame
        rate_zones.csv, by distance; `km_to` of an open band is infinite.
    surcharges : DataFrame
        The rows of surcharges.csv in force.
    season_share : ndarray, shape (n_surcharges, n_periods)
        Share of a period's days in which a surcharge is charged.
    """

    rates: pd.DataFrame
    zones: pd.DataFrame
    surcharges: pd.DataFrame
    season_share: NDArray[np.float64]


def cards_on(tables: Tables, as_of: date) -> RateCards:
    """Return the rate cards of a day.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables of a network: rate_cards, rate_zones, surcharges, calendar.
    as_of : date
        The day whose prices and surcharges hold for the whole year.

    Returns
    -------
    RateCards
    """
    rates = rows_on(tables["rate_cards"], as_of).fillna({"kg_to": np.inf})
    zones = tables["rate_zones"].fillna({"km_to": np.inf})
    surcharges = rows_on(tables["surcharges"], as_of).reset_index(drop=True)
    seasons = zip(*(surcharges[name] for name in ("peak_from", "peak_to")), strict=True)
    return RateCards(
        rates=rates.sort_values("kg_from", kind="stable").reset_index(drop=True),
        zones=zones.sort_values("km_from", kind="stable").reset_index(drop=True),
        surcharges=surcharges,
        season_share=season_shares(
            tables["calendar"], [(as_date(first), as_date(last)) for first, last in seasons]
        ),
    )


def rows_on(table: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the rows of a dated table in force on a day; an empty `valid_to` is an open end."""
    moment, until = np.datetime64(day, "s"), table["valid_to"]
    return table[(table["valid_from"] <= moment) & (until.isna() | (until >= moment))]


def as_date(moment: pd.Timestamp) -> date | None:
    """Return the day of a cell of a date column, None for an empty one."""
    return None if pd.isna(moment) else moment.date()


def billable_kg(
    weight_kg: NDArray[np.float64], volume_m3: NDArray[np.float64], divisor: float, step: float
) -> NDArray[np.float64]:
    """Return the weight for which parcels pay.

    Parameters
    ----------
    weight_kg, volume_m3 : (n_parcels,)
    divisor : float
        Volume that is billed as one kilogram, cm3; 0 where volume is not billed.
    step : float
        The weight is rounded up to a multiple of it, kg; 0 where it is not rounded.

    Returns
    -------
    ndarray, shape (n_parcels,)
        kg.
    """
    kg = np.maximum(weight_kg, volume_m3 * CM3_M3 / divisor) if divisor else weight_kg
    # the quotient is rounded first: 3 x 0.1 kg are three steps of 0.1 kg, not four
    return np.asarray(np.ceil(np.round(kg / step, DECIMALS)) * step if step else kg)


def carded_services(tables: Tables) -> pd.DataFrame:
    """Return the services that a card prices, once for each country.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With services and mail_services.

    Returns
    -------
    DataFrame
        card, service_id, country and `table`, services or mail_services.
    """
    columns = ["card", "service_id", "country"]
    listed = dict.fromkeys(
        (*row, name)
        for name in ("services", "mail_services")
        for row in zip(*(tables[name][column] for column in columns), strict=True)
        if row[0]
    )
    return pd.DataFrame(list(listed), columns=[*columns, "table"], dtype=TEXT)
