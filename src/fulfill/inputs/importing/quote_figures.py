"""The figures of an offered site in the units of the network, and where they come from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from fulfill.inputs.faults import Fault
from fulfill.inputs.geography.geodesic import geodesic_km
from fulfill.inputs.importing.quote_places import SitePlace
from fulfill.inputs.importing.quotes import MONTHS, Offer, period_of_fee, unit_of_fee
from fulfill.inputs.network import Network

PALLET_M3 = (1.2, 1.5, 1.8)
"""Goods on a pallet: least, usual, most; a base of 1.2 m by 1.0 m loaded 1.0 m to 1.5 m high."""
STOCK_M3_M2 = (0.8, 0.9, 1.04)
"""Stock on a square metre of warehouse, as in site_sizes.csv of the embedded network."""
M3_FT3, M2_FT2 = 0.0283168466, 0.09290304
CARRIED_OVER = (0.5, 2.0)
"""Range of a figure of another site, as a multiple of it."""
DAYS_YEAR, MONTHS_YEAR = 365.0, 12.0
Range = tuple[float, float, str]
_NEEDED = (
    "labour_usd_hour", "pick_usd_order", "storage_usd_m3_month", "storage_m3", "orders_day",
    "opening_usd", "fixed_usd_month",
)  # fmt: skip


VOLUME, PERIOD, ADDED, PER_PIECE, LEFT_OUT = "volume", "period", "added", "per_piece", "left_out"
"""Kinds of conversions."""


@dataclass(frozen=True)
class Conversion:
    """How a figure of an offer came into the units of the network.

    Attributes
    ----------
    kind : str
        `VOLUME`: a unit has so many cubic metres; `PERIOD`: a period is paid so often in a month;
        `ADDED`: receiving, for so many cubic metres an order, was added to the fee of an order;
        `PER_PIECE`: so was receiving by the piece; `LEFT_OUT`: receiving was left out, as the fee
        of an order is that of another site.
    figure : str
        Field of the offer.
    unit : str
        Key of `quotes.UNIT_WORDS` or `quotes.MONTHS`; empty where there is none.
    factor, low, high : float
        The factor, and between what values it may lie; 0 where there is none.
    """

    kind: str
    figure: str
    unit: str = ""
    factor: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class SiteFigures:
    """Figures of a site by column of sites.csv and site_sizes.csv.

    Attributes
    ----------
    values : dict of str to float
        Amounts in the currency of the offer.
    ranges : dict of str to (float, float, str)
        Lowest and highest value of what is assumed, and why.
    assumed : tuple of str
        Columns that come from another site.
    like : str
        That site.
    conversions : tuple of Conversion
    bands : tuple of (str, float, str, str)
        Band, share of the capacity, price factor, and words for the source; none without a minimum.
    """

    values: Mapping[str, float]
    ranges: Mapping[str, Range]
    assumed: tuple[str, ...]
    like: str
    conversions: tuple[Conversion, ...]
    bands: tuple[tuple[str, float, str, str], ...]


_EMPTY = SiteFigures({}, {}, (), "", (), ())


def site_figures(
    offer: Offer, place: SitePlace, network: Network, per_usd: float, offered: Collection[str]
) -> tuple[SiteFigures, list[Fault]]:
    """Return the figures of an offered site.

    Parameters
    ----------
    offer : Offer
    place : SitePlace
    network : Network
        Its nearest shared site has the figures that the offer lacks.
    per_usd : float
        Units of the currency of the offer per USD.
    offered : collection of str
        site_id of all offers: an earlier import of one is no evidence.

    Returns
    -------
    SiteFigures
    list of Fault
        F455 where a unit is not known, F457 where no site has what the offer lacks.
    """
    reader = _Reader(offer, network)
    values = reader.fees()
    for name in ("orders_day", "storage_m3"):
        if (amount := reader.capacity(name)) is not None:
            values[name] = amount
    like, others = _nearest(place, network, offered)
    lacking = [name for name in _NEEDED if name not in values]
    if lacking and not like:
        detail = ", ".join(lacking)
        where = offer.sheet.grid.place
        return _EMPTY, [*reader.faults, Fault("F457", where, value=place.name, detail=detail)]
    for name in lacking:
        scale = per_usd if "_usd" in name else 1.0
        values[name] = others[name] * scale
        low, high = (values[name] * factor for factor in CARRIED_OVER)
        reader.ranges[name] = (low, high, f"that of {like}")
    return SiteFigures(
        values=values,
        ranges=reader.ranges,
        assumed=tuple(lacking),
        like=like,
        conversions=tuple(reader.conversions),
        bands=_bands(offer, values),
    ), reader.faults


class _Reader:
    """The fees and capacities of an offer in the units of the network, and how they became so."""

    def __init__(self, offer: Offer, network: Network) -> None:
        self.offer, self.network = offer, network
        self.ranges: dict[str, Range] = {}
        self.conversions: list[Conversion] = []
        self.faults: list[Fault] = []

    def fees(self) -> dict[str, float]:
        """Return the fees that the offer has, by column."""
        offered, found = self.offer.values, dict[str, float]()
        if "pick" in offered:
            found["pick_usd_order"] = offered["pick"]
        if "storage" in offered and (storage := self._storage()) is not None:
            found["storage_usd_m3_month"] = storage
        if "minimum" in offered:
            found["fixed_usd_month"] = offered["minimum"]
        if "onboarding" in offered:
            found["opening_usd"] = offered["onboarding"]
        if "receiving" in offered and "pick" in offered:
            self._add_receiving(found)
        elif "receiving" in offered:
            self.conversions.append(Conversion(LEFT_OUT, "receiving"))
        return found

    def capacity(self, name: str) -> float | None:
        """Return the orders a day or the stock that the offer has room for."""
        if name == "orders_day":
            return self.offer.values.get(name)
        value = self.offer.values.get("capacity")
        if value is None:
            return None
        factor = self._m3("capacity")
        if factor is None:
            return None
        self._assume(name, value, factor)
        return value * factor[1]

    def _storage(self) -> float | None:
        """Return the storage fee per cubic metre and month."""
        words = self.offer.cells["storage"].words
        period = period_of_fee(words)
        factor = self._m3("storage")
        if factor is None:
            return None
        if not period:
            self._unknown("storage", "per day, week, month or year?")
            return None
        monthly = self.offer.values["storage"] * MONTHS[period]
        if period != "month":
            months = MONTHS[period]
            self.conversions.append(Conversion(PERIOD, "storage", period, months, months, months))
        low, usual, high = (monthly / one for one in reversed(factor))
        if low < high:
            why = f"{factor[1]:g} m3 to a {unit_of_fee(words, ('pallet',)) or 'm2'}"
            self.ranges["storage_usd_m3_month"] = (low, high, why)
        return usual

    def _m3(self, name: str) -> tuple[float, float, float] | None:
        """Return the cubic metres of the unit of a figure: least, usual, most."""
        words = self.offer.cells[name].words
        unit = unit_of_fee(words, ("pallet", "m3", "ft3", "m2", "ft2"))
        factor = {
            "pallet": PALLET_M3,
            "m3": (1.0, 1.0, 1.0),
            "ft3": (M3_FT3, M3_FT3, M3_FT3),
            "m2": STOCK_M3_M2,
            "ft2": tuple(one * M2_FT2 for one in STOCK_M3_M2),
        }.get(unit)
        if factor is None:
            self._unknown(name, "per pallet, m3, m2, ft3 or ft2?")
            return None
        if unit != "m3":
            self.conversions.append(Conversion(VOLUME, name, unit, factor[1], factor[0], factor[2]))
        return factor[0], factor[1], factor[2]

    def _assume(self, column: str, value: float, factor: tuple[float, float, float]) -> None:
        """Note the range of a figure that rests on an assumed factor."""
        if factor[0] < factor[2]:
            why = f"{factor[1]:.4g} m3 to a unit"
            self.ranges[column] = (value * factor[0], value * factor[2], why)

    def _add_receiving(self, found: dict[str, float]) -> None:
        """Add the fee for receiving to that of an order, by the mean volume of the products."""
        words, fee = self.offer.cells["receiving"].words, self.offer.values["receiving"]
        if unit_of_fee(words, ("order", "piece")):
            found["pick_usd_order"] += fee
            self.conversions.append(Conversion(PER_PIECE, "receiving"))
            return
        factor = self._m3("receiving")
        if factor is None:
            return
        volumes = self.network["products"]["volume_m3"].to_numpy(float)
        added = [fee * volume / part for volume, part in (
            (volumes.min(), factor[2]), (volumes.mean(), factor[1]), (volumes.max(), factor[0])
        )]  # fmt: skip
        pick = found["pick_usd_order"]
        found["pick_usd_order"] = pick + added[1]
        why = f"receiving at {volumes.mean():.3g} m3 an order, the mean of products.csv"
        self.ranges["pick_usd_order"] = (pick + added[0], pick + added[2], why)
        low, mean, high = volumes.min(), volumes.mean(), volumes.max()
        self.conversions.append(Conversion(ADDED, "receiving", "", mean, low, high))

    def _unknown(self, name: str, detail: str) -> None:
        cell = self.offer.cells[name]
        place = self.offer.sheet.grid.place
        self.faults.append(Fault("F455", place, cell.row + 1, name, cell.words[:80], detail))


def _nearest(
    place: SitePlace, network: Network, left_out: Collection[str]
) -> tuple[str, dict[str, float]]:
    """Return the nearest shared site, of the same country if it has one, and its figures in USD."""
    sites, sizes = network["sites"], network["site_sizes"]
    shared = sites[(sites["ownership"] == "shared") & ~sites["site_id"].isin(left_out)]
    same = shared[shared["country"] == place.country]
    shared = same if len(same) else shared
    if shared.empty:
        return "", {}
    lat, lon = (shared[name].to_numpy(float) for name in ("lat", "lon"))
    km = geodesic_km(np.full(len(lat), place.lat), np.full(len(lon), place.lon), lat, lon)
    site = shared.iloc[int(km.argmin())]
    rows = sizes[sizes["ownership"] == "shared"]
    own = rows[rows["site_id"].isin([site["site_id"], "any"])]
    middle = own[own["size"] == "M"] if (own["size"] == "M").any() else own
    figures = {name: float(site[name]) for name in _NEEDED[:3]}
    figures |= {name: float(middle[name].iloc[0]) for name in _NEEDED[3:]}
    return str(site["site_id"]), figures


def _bands(offer: Offer, values: Mapping[str, float]) -> tuple[tuple[str, float, str, str], ...]:
    """Return the bands of a monthly minimum: the orders that it contains cost nothing more."""
    minimum = offer.values.get("minimum", 0.0)
    pick, capacity = values.get("pick_usd_order", 0.0), values.get("orders_day", 0.0)
    if not minimum or not pick or not capacity:
        return ()
    contained = minimum / pick * MONTHS_YEAR / DAYS_YEAR
    share = min(contained / capacity, 1.0)
    words = f"{min(contained, capacity):.0f} of {capacity:g} orders a day are in the minimum"
    bands = [("base", share, "0", words)]
    if share < 1.0:
        bands.append(("overtime", 1.0 - share, "1", "further orders at the fee of an order"))
    return tuple(bands)
