"""What a little more capacity, a day at a gateway or a point of tariff is worth.

Each value is told twice: of the plan that is kept, and of a new allocation of orders to the same
sites. Both are local: they hold for a small step, and other sites could change them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fulfill.analysis.exposure.held_plan import HeldPlan
from fulfill.inputs.problem import Problem
from fulfill.model.build import build_instance
from fulfill.model.economics.landed import economics
from fulfill.model.limits import service_days
from fulfill.study.json_file import finite
from fulfill.study.resolve import QUICK, resolve_model
from fulfill.study.run import PricedModel, Run, limits_of

CAPACITY_STEP, RATE_STEP, DAYS_STEP = 0.05, 0.01, 1.0
"""Share of a site's capacity, tariff rate and days at a gateway by which figures are moved."""
CAPACITY, TARIFF, GATEWAY = "capacity", "tariff", "gateway_day"


@dataclass(frozen=True)
class MarginalValue:
    """The change of a year's cost with a small step of a figure.

    Attributes
    ----------
    kind : str
        ``capacity`` (an order a day more at a site), ``tariff`` (a point of the duty of a class) or
        ``gateway_day`` (a day longer at a gateway).
    name : str
        Site, tariff class or gateway.
    kept_usd : float
        Of the plan that is kept, USD a year for a unit; zero for a capacity, which changes no kept
        plan.
    checked_usd : float
        Of the better of the plan kept and a new allocation to the same sites, USD a year for a
        unit.
    distinguishable : bool
        Whether the step as a whole moves the cost by more than the gap of the run.
    """

    kind: str
    name: str
    kept_usd: float
    checked_usd: float
    distinguishable: bool

    @property
    def record(self) -> dict[str, Any]:
        """The value as JSON; infinities are None."""
        held = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return dict(finite({**held, "local": True}))


def site_value(run: Run, site: str) -> MarginalValue:
    """Return what an order a day more of the capacity of an open site is worth.

    Parameters
    ----------
    run : Run
        With a plan.
    site : str
        Id of an open site.

    Returns
    -------
    MarginalValue
        All bands grow by the same share.
    """
    instance = run.instance
    at = instance.sites.index(site)
    size = int(_opened(run)[at].argmax())
    capacity = instance.capacity.copy()
    capacity[at] *= 1.0 + CAPACITY_STEP
    changed = replace(run.model, instance=replace(instance, capacity=capacity))
    base = instance.capacity[at, size, instance.whole_bands["base"]]
    more = float(base.sum() / run.problem.days.sum() * CAPACITY_STEP)
    return _value(run, CAPACITY, site, (0.0, _resolved(run, changed) - _base(run)), more)


def tariff_values(run: Run, classes: list[str]) -> Iterator[MarginalValue]:
    """Yield what a point of the formal duty of each tariff class is worth.

    Parameters
    ----------
    run : Run
        With a plan.
    classes : list of str
        Tariff classes of products.

    Yields
    ------
    MarginalValue
        The rates of all rows in force that name the class are a point higher.
    """
    if run.model.spans:
        return  # rates of several dates in a year: no single row to move
    base, rows = _base(run), run.problem.regime.rows
    for name in classes:
        moved = ((rows["tariff_class"] == name) & (rows["entry_kind"] == "formal")).to_numpy()
        if not moved.any():
            continue
        rate = rows["rate"].to_numpy(float) + RATE_STEP * moved
        problem = run.problem.priced_variant(rules=rows.assign(rate=rate))
        yield _priced(run, problem, TARIFF, name, base, RATE_STEP * 100)


def gateway_values(run: Run) -> Iterator[MarginalValue]:
    """Yield what a day longer at each gateway that the plan uses is worth.

    Parameters
    ----------
    run : Run
        With a plan.

    Yields
    ------
    MarginalValue
    """
    if run.model.spans:
        return
    base, table = _base(run), run.problem.network["gateways"]
    used = {gate for via in run.flows["via"].unique() for gate in str(via).split("+") if gate}
    for gate in table["gateway_id"][table["gateway_id"].isin(used)]:
        days = table["dwell_days"] + DAYS_STEP * (table["gateway_id"] == gate)
        network = run.problem.network.with_table("gateways", table.assign(dwell_days=days))
        problem = replace(run.problem, network=network)
        yield _priced(run, problem, GATEWAY, gate, base, DAYS_STEP)


def _priced(
    run: Run, problem: Problem, kind: str, name: str, base: float, step: float
) -> MarginalValue:
    """Return the value of a step to a problem with other prices at the same places."""
    held = HeldPlan(run)
    kept = held.result(run.problem) - held.result(problem)
    options, distances = run.study.options, run.model.distances
    priced = economics(problem, distances, service_days(options.service))
    instance = build_instance(problem, priced, limits_of(problem, options))
    changed = PricedModel(problem, distances, priced, instance)
    return _value(run, kind, name, (kept, _resolved(run, changed) - base), step)


def _value(
    run: Run, kind: str, name: str, changes: tuple[float, float], step: float
) -> MarginalValue:
    """Return the changes of the plan kept and of a new allocation for a unit of the step."""
    kept, checked = changes[0], min(changes)  # the plan that is kept stays possible
    sure = abs(checked) > run.outcome.gap_usd
    return MarginalValue(kind, name, kept / step, checked / step, sure)


def _base(run: Run) -> float:
    """Return the cost of the sites of a run before a step: the better of its own and a new plan."""
    return min(run.outcome.objective, _resolved(run, run.model))


def _resolved(run: Run, model: PricedModel) -> float:
    """Return the cost of a new allocation to the sites of a run."""
    return resolve_model(model, run.study.options, run, QUICK).objective


def _opened(run: Run) -> np.ndarray:
    if run.decisions is None:
        raise ValueError("the run has no plan")
    return run.decisions.opened
