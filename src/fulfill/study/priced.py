"""A plan's decisions with the model that prices them, and where the goods of a site come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fulfill.inputs.origins import is_overseas
from fulfill.inputs.problem import Problem
from fulfill.model.decisions import Decisions
from fulfill.model.economics.landed import Economics
from fulfill.model.instance import LocationInstance

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Priced:
    """The decisions of a plan with the model that prices them.

    Attributes
    ----------
    problem : Problem
        What was planned.
    economics : Economics
        Unit economics by part.
    instance : LocationInstance
        Arrays that the decisions refer to.
    decisions : Decisions
        The plan.
    names : Mapping of str to Mapping of str to str
        Of `names.names_of`.
    """

    problem: Problem
    economics: Economics
    instance: LocationInstance
    decisions: Decisions
    names: Mapping[str, Mapping[str, str]]


def nearshore_routes(problem: Problem, instance: LocationInstance) -> NDArray[np.bool_]:
    """Return which inbound routes start at a nearshore plant, (n_routes,)."""
    near = ~is_overseas(problem.network["origins"])
    return np.asarray(near[instance.required_inbound.route_origin])


def nearshore_share(problem: Problem, instance: LocationInstance, decisions: Decisions) -> Array:
    """Return the share of the goods of a site that came from nearshore plants.

    Parameters
    ----------
    problem : Problem
        Its table of origins is used.
    instance : LocationInstance
        Inbound routes.
    decisions : Decisions
        The plan.

    Returns
    -------
    (n_sites, n_products, n_periods) array
        Share between 0 and 1; zero where no goods arrive.
    """
    total = np.zeros((len(instance.sites), *instance.shape[1:]))
    near = np.zeros_like(total)
    inbound = instance.required_inbound
    if len(inbound.route_site):
        local = nearshore_routes(problem, instance)
        np.add.at(total, inbound.route_site, decisions.inbound)
        np.add.at(near, inbound.route_site[local], decisions.inbound[local])
    return np.asarray(np.divide(near, total, out=np.zeros_like(near), where=total > 0))
