"""Where the sites of offers are: by point, postcode, city, or the parts of an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from fulfill.inputs.faults import Fault
from fulfill.inputs.importing.place_texts import COUNTRIES, country_number
from fulfill.inputs.importing.places import NOT_PLACED, REASONS, place_orders
from fulfill.inputs.importing.quotes import Offer, point_of
from fulfill.inputs.states import country_of, state_name

FIELDS = ("country", "postcode", "city", "state", "lat", "lon")


@dataclass(frozen=True)
class SitePlace:
    """The name and place of an offered site."""

    name: str
    country: str
    state: str
    lat: float
    lon: float


def site_places(offers: Sequence[Offer]) -> tuple[list[SitePlace | None], list[Fault]]:
    """Find the places of offers.

    Parameters
    ----------
    offers : sequence of Offer

    Returns
    -------
    list of SitePlace or None
    list of Fault
        F454.
    """
    evidence = pd.DataFrame([_evidence(offer) for offer in offers], columns=list(FIELDS))
    placed = place_orders(*(evidence[name] for name in FIELDS))
    places, faults = list[SitePlace | None](), list[Fault]()
    for offer, number, reason, said in zip(
        offers, placed.place_id, placed.reason, evidence.to_dict("records"), strict=True
    ):
        title = offer.sheet.grid.sheet or offer.sheet.grid.file.rpartition(".")[0]
        name = offer.text("name") or title
        if number == NOT_PLACED:
            row = min(cell.row for cell in offer.cells.values()) + 1
            detail = REASONS[str(reason)]
            faults.append(Fault("F454", offer.sheet.grid.place, row, value=name, detail=detail))
            places.append(None)
            continue
        found = placed.places.iloc[int(number)]
        given = bool(said["lat"])
        places.append(
            SitePlace(
                name,
                str(found["country"]),
                str(found["state"]),
                float(said["lat"]) if given else float(found["lat"]),
                float(said["lon"]) if given else float(found["lon"]),
            )
        )
    return places, faults


def _evidence(offer: Offer) -> tuple[str, ...]:
    """Return country, postcode, city, state, latitude and longitude of an offer, as text."""
    lat, lon = point_of(offer)
    country, state = offer.text("country"), offer.text("state")
    postcode, city = offer.text("postcode"), offer.text("city")
    if not (postcode or city) and offer.text("address"):
        parts = [part.strip() for part in re.split(r"[,\n]", offer.text("address"))]
        found = re.findall(r"\b\d{5}\b", offer.text("address"))
        postcode = found[-1] if found else ""
        words = [re.sub(r"\b\d{5}\b|c\.?p\.?", "", part, flags=re.I).strip() for part in parts]
        country = country or next((w for w in words if country_number(w) >= 0), "")
        at = next((i for i, word in enumerate(words) if i and country_of(word)), None)
        if at is not None:
            state, city = state or words[at], words[at - 1]
    if country and country_number(country) < 0:
        return country, postcode, city, state, lat, lon
    if not country and state:
        country = next((one for one in COUNTRIES if state_name(one, state)), "")
    return country, postcode, city, state, lat, lon
