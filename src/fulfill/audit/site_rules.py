"""Independent check of the rules on sites (14), and what they are worth in a bound.

Sites are counted rule by rule; the rows and the choice of the search are not used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fulfill.inputs.schema import SITE_RULES
from fulfill.model.arrays import Array, Mask
from fulfill.model.instance import LocationInstance

AT_LEAST, AT_MOST, ONLY_IF = SITE_RULES
CHANGES = "changes"
"""Kind of the rule that at most so many of `sites` are open or of `needed` closed."""


def site_rule_faults(instance: LocationInstance, is_open: Mask) -> Iterator[str]:
    """Find rules on sites that the open sites of a plan break.

    Parameters
    ----------
    instance : LocationInstance
        What was planned.
    is_open : (I,)

    Yields
    ------
    str
        One fault for each rule.
    """
    for rule in instance.limits.rules:
        counted = rule.needed if rule.kind == ONLY_IF else rule.sites
        number = sum(bool(is_open[site]) for site in counted)
        if rule.kind == ONLY_IF:
            broken = bool(is_open[rule.sites[0]]) and number < rule.number
        elif rule.kind == CHANGES:
            number += sum(not is_open[site] for site in rule.needed)
            broken = number > rule.number
        elif rule.kind == AT_LEAST:
            broken = number < rule.number
        else:
            broken = number > rule.number
        if broken:
            site = f", {instance.sites[rule.sites[0]]}" if rule.kind == ONLY_IF else ""
            done = "opened or closed" if rule.kind == CHANGES else "open"
            yield f"(14) rule on sites, {rule.name}{site}: {number} {done}"


def priced_rules(instance: LocationInstance, price: Array) -> tuple[float, Array, Array]:
    """Return what the multipliers of rules add to a bound.

    A rule is a row ``count >= number`` (``<=`` for at most and changes); its multiplier times what
    the row lacks is added to the cost, which no plan that obeys the rules pays.

    Parameters
    ----------
    instance : LocationInstance
    price : (n_rules,)
        Multipliers, USD per site.

    Returns
    -------
    constant : float
        What does not depend on the sites, USD.
    by_site : ndarray, shape (I,)
        What opening a site adds, USD.
    size : ndarray, shape (I,)
        Sum of the absolute values that `by_site` is made of, USD.
    """
    constant = 0.0
    by_site, size = np.zeros(len(instance.sites)), np.zeros(len(instance.sites))
    for rule, usd in zip(instance.limits.rules, price.tolist(), strict=True):
        if rule.kind == ONLY_IF:
            terms = [(site, -usd) for site in rule.needed] + [(rule.sites[0], usd * rule.number)]
        elif rule.kind == CHANGES:
            constant += usd * (len(rule.needed) - rule.number)
            terms = [(site, usd) for site in rule.sites] + [(site, -usd) for site in rule.needed]
        else:
            sign = 1.0 if rule.kind == AT_LEAST else -1.0
            constant += sign * usd * rule.number
            terms = [(site, -sign * usd) for site in rule.sites]
        for site, term in terms:
            by_site[site] += term
            size[site] += abs(term)
    return constant, by_site, size
