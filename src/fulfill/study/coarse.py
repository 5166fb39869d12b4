"""A plan at a coarser resolution, from which questions about a plan are answered."""

from __future__ import annotations

import numpy as np

from fulfill.inputs.faults import Fault, InputError
from fulfill.location.solution import LocationParams
from fulfill.location.solve import solve_location
from fulfill.study.optimize import build_run, find_plan
from fulfill.study.resolve import with_sites_kept
from fulfill.study.run import Run
from fulfill.study.study import Study

LEAST_GAP = 0.005
"""Gap up to which the kept plan counts as the best, unless that of the run is larger."""
SECONDS = 10.0
"""Time limit of a search for the best plan."""


def at_resolution(study: Study, resolution: int, kept: Run | None = None) -> Run:
    """Return a plan of a study at a resolution, with the sites of another plan if one is given.

    Parameters
    ----------
    study : Study
    resolution : int
        Number of zones to merge to.
    kept : Run, optional
        A plan of the study at another resolution.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        F502 where there is no plan.
    """
    if kept is not None and len(kept.instance.zones) <= resolution:
        return kept
    coarse = find_plan(study.with_(resolution=resolution, gap=max(study.options.gap, LEAST_GAP)))
    if coarse.decisions is None:
        raise InputError([Fault("F502", "RUN", detail=coarse.outcome.status)])
    if kept is None:
        return coarse
    instance, opened = coarse.instance, np.zeros_like(coarse.decisions.opened)
    for site, size in zip(kept.sites["site_id"], kept.sites["size"], strict=True):
        opened[instance.sites.index(site), instance.sizes.index(size)] = 1.0
    if np.array_equal(opened, coarse.decisions.opened):
        return coarse
    params = LocationParams(
        coarse.study.options.gap, SECONDS, study.options.seed, warm_start=coarse.warm_start
    )
    solution = solve_location(with_sites_kept(instance, opened), params)
    if solution.decisions is None:
        raise InputError([Fault("F502", "RUN", detail=solution.status)])
    return build_run(coarse.study, coarse.model, solution, solution.seconds, "exhausted")
