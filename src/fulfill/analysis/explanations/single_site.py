"""A single site explained: besides its difference, what moves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fulfill.analysis.explanations.marginal_values import MarginalValue, site_value
from fulfill.analysis.explanations.opening_price import OpeningPrice, opening_prices
from fulfill.analysis.explanations.site_explanation import (
    SECONDS,
    SiteExplanation,
    explain_sites,
)
from fulfill.study.run import Run


def explain_site(
    run: Run, site: str, seconds: float = SECONDS
) -> tuple[SiteExplanation, list[OpeningPrice], MarginalValue | None]:
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
    explanation : SiteExplanation
    prices : list of OpeningPrice
        Prices of a closed site that would bring it in.
    value : MarginalValue or None
        What an order a day more of the capacity of an open site is worth.

    Raises
    ------
    InputError
        As `explain_sites`.
    """
    found = explain_sites(run, [site], seconds)[0]
    if found.is_open:
        return found, [], site_value(run, site)
    return found, opening_prices(run, site, found.answer, seconds), None


def record_of(prices: Sequence[OpeningPrice], value: MarginalValue | None) -> dict[str, Any]:
    """Return what JSON has of a single site besides its explanation."""
    if value is not None:
        return {"value_of_capacity": value.record}
    return {"price_to_open": [one.record for one in prices]}
