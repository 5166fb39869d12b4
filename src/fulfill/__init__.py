"""fulfill: where to put overseas warehouses, how much goes through each, and which orders to mail from abroad."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Network": "network",
    "read_network": "network",
    "locate": "network",
    "Demand": "demand",
    "read_demand": "demand",
    "Problem": "problem",
    "build_problem": "problem",
    "Plan": "plan",
    "Outcome": "plan",
    "Decisions": "plan",
    "PlanOptions": "planner",
    "Planned": "planner",
    "optimize": "planner",
    "Audit": "audit",
    "audit_plan": "audit",
    "LocationInstance": "instance",
    "FulfillError": "errors",
    "InputError": "errors",
    "SolverError": "errors",
    "Fault": "errors",
}
"""Public name -> module; resolved on first use, so that `import fulfill` and `fulfill --help` load nothing heavy."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"fulfill.{_HOME[name]}"), name)
    raise AttributeError(f"module 'fulfill' has no attribute {name!r}")
