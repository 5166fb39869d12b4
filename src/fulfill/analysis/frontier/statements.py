"""What a frontier says, in sentences."""

from __future__ import annotations

import numpy as np

from fulfill.analysis.frontier.frontier import Frontier
from fulfill.analysis.frontier.measures import CHANGES
from fulfill.analysis.frontier.tables import (
    a_unit,
    in_unit,
    measure_figure,
    unit_in_words,
    unit_prices,
)
from fulfill.study.language import counted
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import CENTS, WHOLE, figure, money

CENTS_BELOW = 100.0
"""Price below which cents are told."""


def statements(found: Frontier) -> list[str]:
    """Return what a frontier shows, as people read it.

    Parameters
    ----------
    found : Frontier

    Returns
    -------
    list of str
        Sentences without full stops.
    """
    text = _("the cheapest plan costs {usd} a year ({measure}: {value})")
    told = [
        text.format(
            usd=figure("objective").with_unit(found.costs[0][0]),
            value=_value(found, found.ends.cheapest),
            measure=measure_figure(found.measure).label,
        ),
        _best(found),
        *_prices(found),
        *_unknown(found),
    ]
    return [sentence for sentence in told if sentence]


def _value(found: Frontier, value: float) -> str:
    """Return a value of the measure with its unit."""
    return measure_figure(found.measure).with_unit(in_unit(found.measure, value))


def _best(found: Frontier) -> str:
    """Tell what plans attain at best."""
    ends = found.ends
    if ends.best is None or ends.proven is None:
        return _("no plan was shown in time that does better")
    if len(found.points) == 1:
        return _("no plan was shown that does better by more than rounding")
    if found.measure.against == CHANGES:
        return ""
    text = _("a plan was shown that attains {best}; beyond {proven} there is none, which is proven")
    return text.format(best=_value(found, ends.best), proven=_value(found, ends.proven))


def _prices(found: Frontier) -> list[str]:
    """Tell what a unit costs in the first and the last step between plans."""
    prices = unit_prices(found)
    known = [number for number, one in enumerate(prices) if np.isfinite(one).all()]
    sentences = []
    for number in dict.fromkeys((known[:1] + known[-1:]) if known else []):
        low, high = (a_unit(found.measure, price) for price in prices[number])
        text = (
            _("from {start} to {end} a {unit} costs {low} to {high} a year")
            if found.steps[number].distinguishable  # type: ignore[union-attr]  # it is known
            else _("from {start} to {end} a {unit} costs at most {high} a year, perhaps nothing")
        )
        form = CENTS if high < CENTS_BELOW else WHOLE
        sentences.append(
            text.format(
                start=_value(found, found.limits[number - 1]),
                end=_value(found, found.limits[number]),
                unit=unit_in_words(found.measure),
                low=money(low, form),
                high=money(high, form),
            )
        )
    return sentences


def _unknown(found: Frontier) -> list[str]:
    """Tell which points have no plan of their own, and which searches the clock ended."""
    sentences = []
    without = sum(number is None for number in found.plan_of)
    if without:
        text = _("no plan was found at {points}")
        sentences.append(text.format(points=_(counted("{n} point", "{n} points", without))))
    taken = sum(one not in (None, number) for number, one in enumerate(found.plan_of))
    if taken:
        text = _("at {points} the plan of a stricter limit costs no more and stands in its place")
        sentences.append(text.format(points=_(counted("{n} point", "{n} points", taken))))
    cut = sum(answer.cut_by_clock for answer in found.answers)
    if cut:
        text = _("the time limit ended the search at {points}")
        sentences.append(text.format(points=_(counted("{n} point", "{n} points", cut))))
    return sentences
