"""A run: a study with its audited plan, either computed or read from a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from fulfill.audit.plan import Audit
from fulfill.inputs.dated_rules import RuleSpan, rule_spans
from fulfill.inputs.geography.distances import Distances, measure
from fulfill.inputs.problem import Problem
from fulfill.model.build import build_instance
from fulfill.model.certificate_file import AnyCertificate
from fulfill.model.decisions import INFEASIBLE, NO_PLAN, Decisions, Outcome
from fulfill.model.economics.dated import with_dated_rules
from fulfill.model.economics.landed import Economics, economics
from fulfill.model.instance import LocationInstance
from fulfill.model.limits import Limits, build_limits, service_days
from fulfill.model.site_rules import change_rule
from fulfill.model.warm_start import WarmStart
from fulfill.study.conflict import Conflict
from fulfill.study.language import ENGLISH, speaking
from fulfill.study.memory import check_memory
from fulfill.study.plan import Plan
from fulfill.study.present import Baseline, Saving
from fulfill.study.run_reader import read_decisions
from fulfill.study.study import PlanOptions, Study
from fulfill.study.verdict import conditions_in_words, headline

if TYPE_CHECKING:
    import fulfill


@dataclass(frozen=True, repr=False, eq=False)
class PricedModel:
    """The problem of a study as arrays.

    Attributes
    ----------
    problem : Problem
        With merged zones if a resolution is set.
    distances : Distances
        Between the places of the problem.
    economics : Economics
        Cost of an order by part.
    instance : LocationInstance
        Input of the solution methods and of the audit.
    spans : tuple of RuleSpan
        Parts of the year with rules of their own; empty where those of the as-of date hold all
        year.
    """

    problem: Problem
    distances: Distances
    economics: Economics
    instance: LocationInstance
    spans: tuple[RuleSpan, ...] = ()

    def __repr__(self) -> str:
        zones, products, periods = self.instance.shape
        return (
            f"<PricedModel: {zones:,} zones, {products} products, {periods} periods, "
            f"{len(self.instance.sites)} sites, {len(self.instance.lane_zone):,} lanes>"
        )


def build_model(problem: Problem, options: PlanOptions) -> PricedModel:
    """Price a problem and convert it to arrays.

    Parameters
    ----------
    problem : Problem
        With merged zones if a resolution is set.
    options : PlanOptions
        Limits of the plan.

    Returns
    -------
    PricedModel
        Ready to be solved.

    Raises
    ------
    InputError
        F321 where the model does not fit into memory, F308 and others where options refer to
        something that the problem does not have.
    """
    check_memory(problem)
    distances = measure(problem.network, problem.demand.zones)
    priced = economics(problem, distances, service_days(options.service))
    spans = rule_spans(problem) if options.rules == "dated" else ()
    priced = with_dated_rules(priced, problem, spans, distances) if spans else priced
    instance = build_instance(problem, priced, limits_of(problem, options))
    return PricedModel(problem, distances, priced, instance, spans)


def limits_of(problem: Problem, options: PlanOptions) -> Limits:
    """Return the limits that the options of a plan impose.

    Parameters
    ----------
    problem : Problem
    options : PlanOptions

    Returns
    -------
    Limits

    Raises
    ------
    InputError
        Where options refer to something that the problem does not have.
    """
    limits = build_limits(
        problem,
        opened=options.opened,
        closed=options.closed,
        max_sites=options.max_sites,
        budget_usd=options.budget_usd,
        co2_kg=options.co2_kg,
        targets=options.service,
        single_source=options.single_source,
    )
    if options.max_changes is None:
        return limits
    ids = problem.network["sites"]["site_id"].tolist()
    rule = change_rule(ids, options.today, options.max_changes)
    return replace(limits, rules=(*limits.rules, rule))


@dataclass(frozen=True, repr=False, eq=False)
class Run:
    """A study with its plan and everything that is needed to check it.

    Attributes
    ----------
    study : Study
        Problem and options.
    plan : Plan
        Outcome, key figures and tables; without a plan the tables are empty.
    audit : Audit
        Result of checking plan and bound.
    certificate : Certificate, BranchingCertificate or None
        Multipliers that prove the bound; None where the method has none.
    warm_start : WarmStart or None
        Sites and prices from which a later run can start.
    began_from : str
        Name of the run whose warm start was used; empty if none.
    rounds : Rounds or None
        Rounds of planning and routing, if the plan was found in this manner.
    baseline : Baseline or None
        What a priced present network has besides; None of a plan.
    saving : Saving or None
        What the plan saves against a baseline, if it was compared with one.
    conflict : Conflict or None
        Why there is no plan, if that was explained.
    folder : Path or None
        Where the run was read from or saved to.
    solved : tuple of PricedModel and Decisions, or None
        Model and decisions of a run that was computed, not read.
    """

    study: Study
    plan: Plan
    audit: Audit
    certificate: AnyCertificate | None = None
    warm_start: WarmStart | None = None
    began_from: str = ""
    rounds: fulfill.Rounds | None = None
    baseline: Baseline | None = None
    saving: Saving | None = None
    conflict: Conflict | None = None
    folder: Path | None = None
    solved: tuple[PricedModel, Decisions | None] | None = None

    @cached_property
    def model(self) -> PricedModel:
        """Model of the plan; built again where the run was read from a folder."""
        if self.solved is not None:
            return self.solved[0]
        return build_model(self.study.planned_problem(), self.study.options)

    @cached_property
    def decisions(self) -> Decisions | None:
        """Decisions in the indices of `model.instance`; None where there is no plan."""
        if self.solved is not None:
            return self.solved[1]
        if not self.found:
            return None
        return read_decisions(self.sites, self.flows, self.model.instance, self.model.economics)

    @property
    def problem(self) -> Problem:
        """Planned problem, with merged zones if a resolution is set."""
        return self.model.problem

    @property
    def economics(self) -> Economics:
        """Cost of an order by part."""
        return self.model.economics

    @property
    def instance(self) -> LocationInstance:
        """Input of the solution methods and of the audit."""
        return self.model.instance

    @property
    def outcome(self) -> Outcome:
        """Status, objective, bound and gap."""
        return self.plan.outcome

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.outcome.status not in (INFEASIBLE, NO_PLAN)

    @property
    def kpis(self) -> dict[str, Any]:
        """Key figures by the keys of summary.json."""
        return self.plan.kpis

    @property
    def sites(self) -> pd.DataFrame:
        """Open sites, largest first."""
        return self.plan.sites

    @property
    def flows(self) -> pd.DataFrame:
        """Orders by leg, ends, channel, product and period."""
        return self.plan.flows

    @property
    def zones(self) -> pd.DataFrame:
        """Zones with their lead time, coverage, main site and main channel."""
        return self.plan.zones

    @property
    def costs(self) -> pd.DataFrame:
        """The objective by part."""
        return self.plan.costs

    @property
    def channels(self) -> pd.DataFrame:
        """Orders, share, lead time and cancellation by channel."""
        return self.plan.channels

    @property
    def capacity(self) -> pd.DataFrame:
        """Use and capacity of every resource by period."""
        return self.plan.capacity

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return "<br>".join(map(escape, self._lines()))

    @speaking(ENGLISH)
    def _lines(self) -> list[str]:
        """Return the most important results, one line each."""
        outcome, problem = self.outcome, self.study.problem
        lines = [
            f"{headline(outcome)}: {problem.network.name} x {problem.demand.name} "
            f"under the rules of {self.plan.as_of}"
        ]
        if outcome.conditions:
            lines.append(f"conditions: {conditions_in_words(outcome)}")
        if self.found:
            gap = f", gap {outcome.gap:.2%} = {outcome.gap_usd:,.0f} USD; bound holds"
            lines += [
                f"cost {outcome.objective:,.0f} USD a year"
                f"{'' if self.baseline else gap} for {outcome.bound_of}",
                f"sites: {self._sites()}",
                "channels: "
                + ", ".join(
                    f"{name} {share:.1%}"
                    for name, share in self.kpis["channel_share"].items()
                    if share > 0
                ),
            ]
        finding = "clean" if self.audit.clean else f"{len(self.audit.faults)} faults"
        if self.solved is None:
            finding += " when it was written; `verify()` checks it again"
        return [*lines, f"audit: {finding}"]

    def _sites(self, most: int = 6) -> str:
        names = [f"{row.site_id} {row.size}" for row in self.sites.itertuples(index=False)]
        more = f" and {len(names) - most} more" if len(names) > most else ""
        return (", ".join(names[:most]) or "none") + more

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Write the run folder: tables, map layers, report and the data that an audit needs.

        Parameters
        ----------
        folder : str or Path
            Folder to create.
        overwrite : bool
            Replace an existing run.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        InputError
            F308 where the folder exists and must not be overwritten.
        """
        # `report` depends on `study`; the package resolves its name on first use.
        import fulfill

        return Path(fulfill.save_run(self, Path(folder), overwrite=overwrite))

    def explore(self, layer: str | None = None) -> Any:
        """Return a map of the plan that a notebook displays.

        Parameters
        ----------
        layer : str, optional
            What colours the zones at first: ``lead_time`` (default), ``landed`` (landed cost),
            ``mail`` or ``cancellation``.

        Returns
        -------
        PlanMap
            Its `save` writes an HTML page.

        Raises
        ------
        ValueError
            Where the run has no plan.
        InputError
            F309 for an unknown layer.
        """
        import fulfill

        return fulfill.explore(self, layer)

    def layers(self) -> dict[str, Any]:
        """Return the map layers of the plan.

        Returns
        -------
        dict of str to GeoDataFrame
            The layers of plan.gpkg by name, all in EPSG:4326.

        Raises
        ------
        ValueError
            Where the run has no plan.
        """
        import fulfill

        return fulfill.map_layers(self)

    def verify(self) -> fulfill.RunAudit:
        """Check the run: cost, constraints, tables, key figures and a certified bound.

        A run that was not saved is checked in a temporary folder.

        Returns
        -------
        RunAudit
            With every fault found.

        Raises
        ------
        InputError
            Where the folder of the run cannot be read.
        """
        import fulfill

        return fulfill.verify(self)
