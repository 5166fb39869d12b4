"""fulfill: locate overseas warehouses, size them, and choose which orders to mail from abroad."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    # a study and its plan
    "load": "study.study",
    "Study": "study.study",
    "PlanOptions": "study.study",
    "Override": "inputs.overrides",
    "optimize": "study.optimize",
    "optimize_with_routing": "study.integrated",
    "Rounds": "study.integrated",
    "Run": "study.run",
    "Plan": "study.plan",
    "Outcome": "model.decisions",
    "Decisions": "model.decisions",
    "open_run": "study.open_run",
    "save_run": "report.run_folder",
    "verify": "study.verify",
    "RunAudit": "study.verify",
    "explore": "report.html.notebook",
    "map_layers": "report.gis.run_layers",
    "speaking": "study.language",
    "resolve": "study.resolve",
    "Answer": "study.resolve",
    "Executor": "study.executor",
    # a present network
    "read_baseline": "study.baseline",
    "PresentFiles": "study.baseline",
    # evaluation of runs
    "compare": "analysis.compare.comparison",
    "Comparison": "analysis.compare.comparison",
    "simulate": "analysis.simulation.simulation",
    "Simulation": "analysis.simulation.simulation",
    "route_day": "study.delivery_day",
    "DayOptions": "study.delivery_day",
    # inputs of a study
    "Network": "inputs.network",
    "read_network": "inputs.network",
    "Demand": "inputs.demand",
    "read_demand": "inputs.demand",
    "locate": "inputs.folder",
    "Problem": "inputs.problem",
    "build_problem": "inputs.problem",
    "LocationInstance": "model.instance",
    # checks of a plan
    "Audit": "audit.plan",
    "audit_plan": "audit.plan",
    # exceptions
    "FulfillError": "inputs.faults",
    "InputError": "inputs.faults",
    "SolverError": "inputs.faults",
    "Fault": "inputs.faults",
}
"""Public name -> module; resolved on first use, so that `fulfill --help` loads nothing heavy."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"fulfill.{_HOME[name]}"), name)
    raise AttributeError(f"module 'fulfill' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
