"""Compilation of the kernels before the time limit starts."""

from __future__ import annotations

from functools import cache

import numpy as np

from fulfill.location.stochastic.decomposition import solve_two_stages
from fulfill.location.stochastic.transport import Transport
from fulfill.model.risk import RiskMeasure
from fulfill.model.stochastic_instances import StochasticLocation


@cache
def compile_kernels() -> None:
    """Compile every kernel of two-stage location, once a process."""
    one = np.ones(1)
    tiny = StochasticLocation(one, one, np.ones((1, 1)), np.ones((1, 1)), one, 1.0)
    solve_two_stages(Transport(tiny), RiskMeasure(), gap=0.0)
