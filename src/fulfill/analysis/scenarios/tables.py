"""Tables and sentences of one choice of sites for several possible years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.scenarios.network_years import Sites
from fulfill.analysis.scenarios.plan_for_scenarios import PlanForScenarios
from fulfill.model.risk import CVAR, EXPECTED, REGRET, RiskMeasure
from fulfill.study.json_file import finite
from fulfill.study.language import translated as _
from fulfill.study.names import names_of
from fulfill.study.scenario_outputs import CHOICES, SCENARIO_COSTS, SCENARIO_SITES
from fulfill.study.vocabulary import money, shown

WORST = 0.9
"""Level of the mean of the worst years where the measure of risk names none."""


def cost_table(found: PlanForScenarios) -> pd.DataFrame:
    """Return each scenario with the chosen sites, alone, and with the sites of the run.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    DataFrame
        Columns of `scenario_outputs.SCENARIO_COSTS`, in the order of the scenarios.
    """
    best = found.best_usd
    costs = [year.cost for year in found.years]
    weights = found.risk.worst_weights(costs, found.probability, best)
    rows = [
        {
            "scenario": scenario.name,
            "probability": scenario.probability,
            "weight": weight,
            "cost_usd": year.cost,
            "alone_usd": least,
            "bound_usd": alone.bound,
            "regret_usd_low": year.cost - least,
            "regret_usd_high": max(year.cost - alone.bound, 0.0),
            "base_sites_usd": base.cost if np.isfinite(base.cost) else np.nan,
            "lead_time_days": year.lead_days,
            "cancelled_orders": year.cancelled,
            "unserved_orders": year.unserved,
            "mailed_orders": year.mailed,
            "set": " ".join(f"--set {str(one)!r}" for one in scenario.overrides),
        }
        for scenario, weight, year, alone, least, base in zip(
            found.scenarios, weights, found.years, found.alone, best, found.base, strict=True
        )
    ]
    return pd.DataFrame(rows, columns=list(SCENARIO_COSTS.keys))


def site_table(found: PlanForScenarios) -> pd.DataFrame:
    """Return the sites of the chosen plan, of the run and of the scenarios alone.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    DataFrame
        Columns of `scenario_outputs.SCENARIO_SITES`; chosen sites first.
    """
    chosen = dict(found.design.choice)
    before = dict(found.run.sites[["site_id", "size"]].itertuples(index=False, name=None))
    share: dict[str, float] = {}
    for scenario, year in zip(found.scenarios, found.alone, strict=True):
        for site, _size in year.sites:
            share[site] = share.get(site, 0.0) + scenario.probability
    names = names_of(found.run.problem)["site"]
    sites = sorted(
        {*chosen, *before, *share}, key=lambda site: (site not in chosen, -share.get(site, 0), site)
    )
    rows = [
        (site, names[site], chosen.get(site, ""), before.get(site, ""), share.get(site, 0.0))
        for site in sites
    ]
    return pd.DataFrame(rows, columns=list(SCENARIO_SITES.keys))


def choice_table(found: PlanForScenarios) -> pd.DataFrame:
    """Return the choices of sites that were tried.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    DataFrame
        Columns of `scenario_outputs.CHOICES`, the best first.
    """
    design = found.design
    order = np.argsort(design.values, kind="stable")
    of_run = sites_of_run(found)
    rows = []
    for number, place in enumerate(order, 1):
        costs, sites = design.costs[place], design.choices[place]
        planned = bool(np.isfinite(design.values[place]))
        rows.append(
            {
                "choice": number,
                "value_usd": design.values[place] if planned else np.nan,
                "above_usd": design.values[place] - design.value if planned else np.nan,
                "expected_usd": float(found.probability @ costs) if planned else np.nan,
                "worst_usd": float(costs.max()) if planned else np.nan,
                "n_sites": len(sites),
                "sites": " ".join(f"{site}:{size}" for site, size in sites),
                "of_run": "yes" if sites == of_run else "no",
            }
        )
    return pd.DataFrame(rows, columns=list(CHOICES.keys))


def sites_of_run(found: PlanForScenarios) -> Sites:
    """Return the sites of the run as a choice."""
    sites = found.run.sites
    return tuple(sorted(zip(sites["site_id"], sites["size"], strict=True)))


def worst_mean(found: PlanForScenarios) -> float:
    """Return the mean cost over the worst part of the probability, USD."""
    level = found.risk.level if found.risk.kind == CVAR else WORST
    costs = [year.cost for year in found.years]
    return RiskMeasure(CVAR, level, 1.0).value(costs, found.probability)


def statements(found: PlanForScenarios) -> list[str]:
    """Return what is to be said first, as sentences in the language of the context.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    list of str
    """
    design, costs = found.design, [year.cost for year in found.years]
    texts = {
        EXPECTED: _("The chosen sites cost {usd} a year on average; no choice costs less than "
                    "{bound} ({gap}).").format(
            usd=money(design.value), bound=money(design.bound), gap=shown(design.gap, "{:.2%}")
        ),
        REGRET: _("In no year do the chosen sites cost more than {usd} above the best plan for "
                  "it; no choice of sites has less than {bound} in every year.").format(
            usd=money(design.value), bound=money(design.bound)
        ),
        CVAR: _("The average and the mean of the worst years together are {usd} a year; no choice "
                "of sites has less than {bound} ({gap}).").format(
            usd=money(design.value), bound=money(design.bound), gap=shown(design.gap, "{:.2%}")
        ),
    }  # fmt: skip
    worst = int(np.argmax(costs))
    said = [
        texts[found.risk.kind],
        _("The average is {usd}, the worst year, {name}, {worst}.").format(
            usd=money(found.expected_usd),
            name=found.scenarios[worst].name,
            worst=money(costs[worst]),
        ),
        _compared(found),
    ]
    value = found.stochastic_solution_usd
    if value is not None and found.design.choice != sites_of_run(found):
        saved = _("On average the best choice saves {low} to {high} a year against the sites of "
                  "the run.")  # fmt: skip
        said.append(saved.format(low=money(value[0]), high=money(value[1])))
    low, high = found.perfect_information_usd
    said.append(
        _("Knowing the year before choosing would save {low} to {high} a year on average.").format(
            low=money(low), high=money(high)
        )
    )
    return said


def _compared(found: PlanForScenarios) -> str:
    """Return what the chosen sites save against those of the run."""
    if found.design.choice == sites_of_run(found):
        return _("Of all choices that were tried, the sites of the run are the best.")
    values = found.design.values
    before = float(values[found.design.choices.index(sites_of_run(found))])
    if not np.isfinite(before):
        return _("The sites of the run have no plan in some year.")
    saved = before - found.design.value
    told = _("In the measure of risk the chosen sites are {usd} better than those of the run.")
    if saved <= found.design.value - found.design.bound:
        told = _("In the measure of risk the chosen sites are {usd} better than those of the run, "
                 "which is less than the gap.")  # fmt: skip
    return told.format(usd=money(saved))


def summary(found: PlanForScenarios) -> dict[str, Any]:
    """Return what ``fulfill scenarios --json`` prints.

    Parameters
    ----------
    found : PlanForScenarios

    Returns
    -------
    dict
        Keys of `question_summaries.SCENARIOS_SUMMARY` without the version.
    """
    value = found.stochastic_solution_usd
    costs = [year.cost for year in found.years]
    return dict(
        finite(
            {
                "risk": str(found.risk),
                "value_usd": found.design.value,
                "bound_usd": found.design.bound,
                "gap": found.design.gap,
                "expected_usd": found.expected_usd,
                "cvar_usd": worst_mean(found),
                "worst_usd": max(costs),
                "vss_usd": None
                if value is None
                else dict(zip(("low", "high"), value, strict=True)),
                "evpi_usd": dict(zip(("low", "high"), found.perfect_information_usd, strict=True)),
                "sites": [{"site_id": site, "size": size} for site, size in found.design.choice],
                "scenarios": cost_table(found).to_dict("records"),
                "choices": choice_table(found).to_dict("records"),
                "audit": {"clean": not found.faults, "faults": list(found.faults)},
            }
        )
    )
