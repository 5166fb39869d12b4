"""Capacitated location under uncertain demand, as published, for tests and benchmarks.

Sites are chosen first; then the demand of a scenario is known and served at least cost, split among
open sites as they like.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fulfill.model.arrays import Array
from fulfill.model.public_instances import read_published


@dataclass(frozen=True)
class StochasticLocation:
    """Sites I, customers J, scenarios S.

    Attributes
    ----------
    fixed, capacity : (I,)
        USD of opening a site; units that it serves in a scenario.
    unit_usd : (I, J)
        USD per unit served.
    demand : (S, J)
        Units.
    probability : (S,)
    required : float
        Least capacity of the open sites together, units; at least the demand of every scenario.
    """

    fixed: Array
    capacity: Array
    unit_usd: Array
    demand: Array
    probability: Array
    required: float

    def __post_init__(self) -> None:
        arrays = (self.fixed, self.capacity, self.unit_usd, self.demand, self.probability)
        if not all(np.isfinite(array).all() and (array >= 0).all() for array in arrays):
            raise ValueError("costs, capacities, demands and probabilities must be finite, >= 0")
        if abs(self.probability.sum() - 1.0) > 1e-9:
            raise ValueError(f"probabilities add up to {self.probability.sum()}, not to 1")
        most = self.demand.sum(axis=1).max()
        if self.required < most * (1.0 - 1e-12):
            raise ValueError(f"required capacity {self.required} is below the demand {most}")


def sampled_demand(path: str | Path, n_scenarios: int, seed: int) -> StochasticLocation:
    """Return an OR-Library instance with uniformly distributed demand.

    As in the published runs of adaptive Benders decomposition (C. Ramírez-Pico, I. Ljubić,
    E. Moreno, repository borelian/AdaptiveBenders), which read the two numbers of a site as opening
    cost and capacity; OR-Library means them the other way round.

    Parameters
    ----------
    path : str or Path
        Of an OR-Library ``cap`` file.
    n_scenarios : int
        Positive; equally likely. The demand of a customer is between 0 and that of the file.
    seed : int
        Of the sample.

    Returns
    -------
    StochasticLocation
        Open sites must have the capacity for the demand of the file.

    Raises
    ------
    ValueError
        Where the file is not of this format, or there are no scenarios.
    OSError
        Where the file cannot be read.
    """
    if n_scenarios < 1:
        raise ValueError(f"number of scenarios must be positive: {n_scenarios}")
    published = read_published(str(path), "orlib")
    nominal = published.demand
    share = np.random.default_rng(seed).random((len(nominal), n_scenarios))
    return StochasticLocation(
        fixed=published.capacity,
        capacity=published.fixed,
        unit_usd=published.cost / nominal,
        demand=(share * nominal[:, None]).T.copy(),
        probability=np.full(n_scenarios, 1.0 / n_scenarios),
        required=float(nominal.sum()),
    )


def read_scenario_file(path: str | Path) -> StochasticLocation:
    """Read a JSON file with capacities, demands, fixed_costs and costs; scenarios equally likely.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    StochasticLocation
        Open sites must have the capacity for every scenario.

    Raises
    ------
    ValueError
        Where the file is no JSON, lacks a part, or its parts are of different sizes.
    OSError
        Where the file cannot be read.
    """
    raw = json.loads(Path(path).read_text(encoding="utf-8"))
    parts = ("fixed_costs", "capacities", "costs", "demands")
    missing = [part for part in parts if part not in raw]
    if missing:
        raise ValueError(f"{path}: no {', '.join(missing)}")
    fixed, capacity, cost, demand = (np.array(raw[part], float) for part in parts)
    if capacity.shape != fixed.shape or cost.shape != (len(fixed), demand.shape[-1]):
        raise ValueError(f"{path}: {', '.join(parts)} are of different sizes")
    return StochasticLocation(
        fixed=fixed,
        capacity=capacity,
        unit_usd=cost,
        demand=demand,
        probability=np.full(len(demand), 1.0 / len(demand)),
        required=float(demand.sum(axis=1).max()),
    )
