"""A single site explained: besides its difference, what moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfill.analysis.explanations.marginal_values import MarginalValue, site_value
from fulfill.analysis.explanations.opening_price import OpeningPrice, opening_prices
from fulfill.analysis.explanations.site_explanation import (
    SECONDS,
    SiteExplanation,
    explain_sites,
)
from fulfill.study.run import Run


@dataclass(frozen=True, eq=False)
class SingleSite:
    """A site explained, with what moves it.

    Attributes
    ----------
    site : SiteExplanation
    prices : tuple of OpeningPrice
        Prices of a closed site that would bring it in.
    value : MarginalValue or None
        What an order a day more of the capacity of an open site is worth.
    """

    site: SiteExplanation
    prices: tuple[OpeningPrice, ...] = ()
    value: MarginalValue | None = None


def explain_site(run: Run, site: str, seconds: float = SECONDS) -> SingleSite:
    """Explain a site, open or closed.

    Parameters
    ----------
    run : Run
        With a plan of `optimize`.
    site : str
        Id.
    seconds : float
        Time limit of each search.

    Returns
    -------
    SingleSite

    Raises
    ------
    InputError
        As `explain_sites`.
    """
    found = explain_sites(run, [site], seconds)[0]
    if found.is_open:
        return SingleSite(found, value=site_value(run, site))
    return SingleSite(found, tuple(opening_prices(run, site, found.answer, seconds)))


def record_of(found: SingleSite) -> dict[str, Any]:
    """Return what JSON has of a single site besides its explanation."""
    if found.value is not None:
        return {"value_of_capacity": found.value.record}
    return {"price_to_open": [one.record for one in found.prices]}
