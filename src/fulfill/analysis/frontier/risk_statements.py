"""What a frontier against CVaR says, in sentences."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.frontier.risk_tables import price_ends
from fulfill.model.risk import CVAR, RiskMeasure
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import CENTS, FINE_PERCENT, WHOLE, WHOLE_PERCENT, money, shown


def risk_statements(found: RiskFrontier) -> list[str]:
    """Return what a frontier against CVaR shows, as people read it.

    Parameters
    ----------
    found : RiskFrontier

    Returns
    -------
    list of str
        Sentences without full stops.
    """
    return [
        _cheapest(found),
        _worst_years(found),
        *_calmest(found),
        *_prices(found),
        *_tried(found),
    ]


def tail_share(found: RiskFrontier) -> str:
    """Return the worst part of the probability that CVaR is the mean of, as people read it."""
    share = round(1.0 - found.curve.level, 6)
    return shown(share, WHOLE_PERCENT if round(share, 2) == share else FINE_PERCENT)


def _cheapest(found: RiskFrontier) -> str:
    """Tell what the choice of the least expected cost costs."""
    curve, first = found.curve, found.curve.best[0]
    text = _(
        "the sites that cost least on average cost {usd} a year, and {cvar} in the mean of "
        "the worst {share} of years; no choice costs less than {bound} on average"
    )
    return text.format(
        usd=money(curve.expected[first]),
        cvar=money(curve.cvar[first]),
        share=tail_share(found),
        bound=money(curve.bounds[0]),
    )


def _worst_years(found: RiskFrontier) -> str:
    """Name the years that CVaR is the mean of."""
    curve = found.curve
    costs = curve.costs[curve.best[0]]
    weights = RiskMeasure(CVAR, curve.level, 1.0).worst_weights(costs, curve.probability)
    worst = [number for number in np.argsort(-costs, kind="stable") if weights[number] > 0.0]
    text = _("with these sites the worst years are: {names}")
    return text.format(names=listed(found.scenarios[number].name for number in worst))


def _calmest(found: RiskFrontier) -> list[str]:
    """Tell what the choice of the least CVaR costs."""
    curve, first, last = found.curve, found.curve.best[0], found.curve.best[-1]
    if first == last:
        text = _("no choice that was tried is better in the worst years; none can be below {bound} "
                 "there")  # fmt: skip
        return [text.format(bound=money(curve.bounds[-1]))]
    text = _("the sites that are best in the worst years cost {cvar} there and {usd} on average: "
             "{avoided} less for {more} more; no choice is below {bound} there")  # fmt: skip
    return [
        text.format(
            cvar=money(curve.cvar[last]),
            usd=money(curve.expected[last]),
            avoided=money(curve.cvar[first] - curve.cvar[last]),
            more=money(curve.expected[last] - curve.expected[first]),
            bound=money(curve.bounds[-1]),
        )
    ]


def _prices(found: RiskFrontier) -> list[str]:
    """Tell what avoiding cost in the worst years costs in the first and the last step."""
    curve, (low, high) = found.curve, price_ends(found)
    moved = np.flatnonzero(np.isfinite(high)).tolist()
    sentences = []
    for number in dict.fromkeys(moved[:1] + moved[-1:]):
        step = curve.steps[number]
        before, after = curve.best[number - 1], curve.best[number]
        text = (
            _("from {start} to {end} in the worst years, each 1 avoided costs {price} on average "
              "with these sites, {low} to {high} given the gaps")
            if step is not None and step.distinguishable
            else _("from {start} to {end} in the worst years, each 1 avoided costs {price} on "
                   "average with these sites; given the gaps at most {high}, perhaps nothing")
        )  # fmt: skip
        more = curve.expected[after] - curve.expected[before]
        sentences.append(
            text.format(
                start=money(curve.cvar[before]),
                end=money(curve.cvar[after]),
                price=shown(more / curve.avoided[number], CENTS),
                low=shown(low[number], CENTS),
                high=shown(high[number], CENTS),
            )
        )
    return sentences


def _tried(found: RiskFrontier) -> list[str]:
    """Tell how many choices were tried, how far points are from bounds, and what of the run."""
    curve, best = found.curve, set(found.curve.best)
    gaps = (curve.values - curve.bounds) / np.abs(curve.values)
    text = _("choices of sites that were tried in all years: {tried}, best at some weight: {best}; "
             "gaps are {low} to {high}")  # fmt: skip
    told = [
        text.format(
            tried=shown(len(curve.choices), WHOLE),
            best=shown(len(best), WHOLE),
            low=shown(gaps.min(), FINE_PERCENT),
            high=shown(gaps.max(), FINE_PERCENT),
        )
    ]
    if found.base not in {curve.choices[place] for place in best}:
        told.append(_("the sites of the run are best at no weight"))
    return told
