"""fulfill: where to put overseas warehouses, how much goes through each, and which orders to mail from abroad."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Network": "inputs.network",
    "read_network": "inputs.network",
    "locate": "inputs.network",
    "Demand": "inputs.demand",
    "read_demand": "inputs.demand",
    "Problem": "inputs.problem",
    "build_problem": "inputs.problem",
    "Plan": "model.decisions",
    "Outcome": "model.decisions",
    "Decisions": "model.decisions",
    "PlanOptions": "study.optimize",
    "Planned": "study.optimize",
    "optimize": "study.optimize",
    "Audit": "audit.plan",
    "audit_plan": "audit.plan",
    "LocationInstance": "model.instance",
    "FulfillError": "inputs.faults",
    "InputError": "inputs.faults",
    "SolverError": "inputs.faults",
    "Fault": "inputs.faults",
}
"""Public name -> module; resolved on first use, so that `import fulfill` and `fulfill --help` load nothing heavy."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"fulfill.{_HOME[name]}"), name)
    raise AttributeError(f"module 'fulfill' has no attribute {name!r}")
