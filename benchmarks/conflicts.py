"""Explain seeded questions without a plan on the embedded network, and try every repair.

Prints a JSON line a question: its options, the conflict, the repairs, the seconds of the
explanation, and whether every repair, applied, gave a plan when it was optimised.

    python benchmarks/conflicts.py --number 20 --resolution 120
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from fulfill.analysis.conflicts.explain import explain
from fulfill.audit.plan import Audit
from fulfill.location.feasibility.least_change import PROVEN_IMPOSSIBLE, LeastChange
from fulfill.location.solution import LocationParams
from fulfill.location.solve import compile_method, solve_location
from fulfill.model.decisions import INFEASIBLE, Outcome
from fulfill.study.conflict import Conflict
from fulfill.study.plan import Plan
from fulfill.study.run import PricedModel, Run, build_model, limits_of
from fulfill.study.study import Study, load

CHECK_SECONDS, PLAN_SECONDS, LOOSE_GAP = 20.0, 20.0, 0.5


def variants(study: Study, seed: int) -> Iterator[dict[str, Any]]:
    """Yield options, more or less demanding, of seven kinds in turn."""
    rng = np.random.default_rng(seed)
    sites = list(study.problem.network["sites"]["site_id"])

    def target(scope: str, least: float, most: float) -> str:
        return f"{scope}={rng.uniform(least, most):.3f}"

    while True:
        yield {"service": [target("3d", 0.93, 1.0)]}
        yield {"service": [target("3d", 0.86, 0.9)], "max_sites": int(rng.integers(1, 4))}
        yield {"service": [target("MX:5d", 0.97, 0.999)], "max_sites": 1}
        closed = sorted(rng.choice(sites, 60, replace=False).tolist())
        yield {"service": [target("3d", 0.85, 0.9)], "max_sites": 3, "closed": closed}
        budget = float(rng.integers(1, 4) * 10_000)
        yield {"service": [target("3d", 0.7, 0.85)], "budget_usd": budget}
        co2 = float(rng.integers(2, 6) * 60_000)
        yield {"service": [target("3d", 0.8, 0.85)], "co2_kg": co2}
        both = [target("US:3d", 0.75, 0.95), target("rural:3d", 0.4, 0.9)]
        yield {"service": both, "max_sites": 2}


def with_options(model: PricedModel, study: Study) -> PricedModel:
    """Return the model with the limits of a study that differs in its options only."""
    limits = limits_of(model.problem, study.options)
    return replace(model, instance=replace(model.instance, limits=limits))


def without_plan(study: Study, model: PricedModel) -> Run:
    """Return a run of a study that is known to have no plan."""
    outcome = Outcome(INFEASIBLE, np.inf, np.inf, "certified", "", 0.0)
    plan = Plan(outcome, study.problem.regime.as_of.isoformat())
    return Run(study, plan, Audit(np.inf, ()), solved=(model, None))


def repaired(options: dict[str, Any], conflict: Conflict, number: int) -> dict[str, Any]:
    """Return options with a repair applied, read from its text as a planner would."""
    changed = dict(options)
    for change in conflict.repairs[number].changes:
        option, value = change.option.rsplit(" ", 1)
        if option == "--service":
            scope = value.partition("=")[0]
            changed["service"] = [
                value if one.partition("=")[0] == scope else one for one in changed["service"]
            ]
        elif option == "--sites":
            changed["max_sites"] = int(value)
        elif option == "--budget":
            changed["budget_usd"] = float(value)
        elif option == "--co2-cap":
            changed["co2_kg"] = float(value)
        elif option == "without --close":
            changed["closed"] = [site for site in changed["closed"] if site != value]
        elif option == "without --service":
            changed["service"] = [one for one in changed["service"] if one != value]
        else:
            raise ValueError(option)
    return changed


def explained(study: Study, model: PricedModel, options: dict[str, Any]) -> dict[str, Any] | None:
    """Explain one question and try its repairs; None where it may have a plan."""
    asked = study.with_(**options)
    own = with_options(model, asked)
    if LeastChange(own.instance).ask({}, CHECK_SECONDS).status != PROVEN_IMPOSSIBLE:
        return None
    begun = time.perf_counter()
    conflict = explain(without_plan(asked, own))
    seconds = time.perf_counter() - begun
    assert conflict is not None
    plans = []
    for number in range(len(conflict.repairs)):
        better = with_options(model, study.with_(**repaired(options, conflict, number)))
        params = LocationParams(gap=LOOSE_GAP, time_limit=PLAN_SECONDS)
        plans.append(solve_location(better.instance, params).decisions is not None)
    return {"options": options, "seconds": round(seconds, 1), "repaired": plans, **conflict.record}


def main() -> None:
    """Print the answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=20)
    parser.add_argument("--resolution", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    study = load(resolution=args.resolution) if args.resolution else load()
    model = build_model(study.planned_problem(), study.options)
    compile_method("decomposition")
    found = 0
    for options in variants(study, args.seed):
        answer = explained(study, model, options)
        if answer is not None:
            print(json.dumps(answer), flush=True)
            found += 1
        if found == args.number:
            break


if __name__ == "__main__":
    main()
