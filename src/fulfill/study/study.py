"""A study: a problem with the options of its plan, and the provenance of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from fulfill.inputs.aggregation import Merged, merge_zones
from fulfill.inputs.demand import Demand, read_demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate, shadowed
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.overrides import (
    DEMAND_FIGURES,
    Override,
    override_tables,
    parameter,
    parse_override,
)
from fulfill.inputs.problem import Problem, build_problem
from fulfill.inputs.site_rows import with_sunk_opening
from fulfill.inputs.spelling import suggest
from fulfill.inputs.windows import windows_of
from fulfill.model.limits import ServiceTarget, build_limits, parse_service
from fulfill.study.option_checks import as_day, as_names, range_faults

if TYPE_CHECKING:
    import fulfill
    from fulfill.location.solution import Progress

Tables = TypeVar("Tables", Network, Demand)
NETWORK, DEMAND = "mexico-us-border", "mexico-2026"
"""Embedded network and demand that are used by default."""


@dataclass(frozen=True)
class PlanOptions:
    """Options of a plan, as of `fulfill optimize`.

    Attributes
    ----------
    resolution : int or None
        Number of zones to merge to; None for no merging.
    opened, closed : tuple of str
        Ids of sites that are locked open or closed.
    max_sites : int or None
        Largest number of open sites.
    service : tuple of ServiceTarget
        Service targets; `load`, `ask` and `Study.with_` also take texts such as ``3d=0.7``,
        ``MX:3d=0.7`` or ``rural:5d=0.5``.
    budget_usd : float or None
        Largest investment in opening sites, USD.
    co2_kg : float or None
        Largest emissions, kg CO2e a year.
    today : tuple of str
        Ids of the sites that are open today; only `max_changes` reads them.
    max_changes : int or None
        Largest number of sites that are opened or closed from those of today.
    single_source : bool
        Whether each zone is served from stock by one site at most, in all periods; mail may serve
        it too.
    gap : float
        Relative gap at which the search stops.
    time_limit : float
        Seconds for building and solving the model.
    seed : int
        Seed of all random numbers.
    method : str
        ``auto``, ``decomposition`` or ``monolith``.
    rules : str
        ``as_of``: the rules of the as-of date hold all year; ``dated``: in each period those of its
        own days, in the year of the as-of date.
    """

    resolution: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    max_sites: int | None = None
    service: tuple[ServiceTarget, ...] = ()
    budget_usd: float | None = None
    co2_kg: float | None = None
    today: tuple[str, ...] = ()
    max_changes: int | None = None
    single_source: bool = False
    gap: float = 0.003
    time_limit: float = 60.0
    seed: int = 0
    method: str = "auto"
    rules: str = "as_of"

    def given(self) -> dict[str, Any]:
        """Return the options that differ from their defaults.

        Returns
        -------
        dict
            Values by name of the option; tuples as tuples of str.
        """
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            one.name: tuple(map(str, values[one.name]))
            if isinstance(one.default, tuple)
            else values[one.name]
            for one in fields(self)
            if values[one.name] != one.default
        }


@dataclass(frozen=True, eq=False)
class Provenance:
    """Sources of a study: the tables as they were read, and the changes made since.

    Attributes
    ----------
    network, demand : Network, Demand
        As read, before any override; their `folder` has the bytes and hashes.
    overrides : tuple of Override
        In the order in which they are applied.
    private_fleet : DataFrame or None
        Rows of own_delivery.csv computed by routing, which replace those of the network.
    sunk : tuple of str
        Present sites as `site_id:size`, whose opening is paid; see `site_rows.with_sunk_opening`.
    """

    network: Network
    demand: Demand
    overrides: tuple[Override, ...] = ()
    private_fleet: pd.DataFrame | None = field(default=None, repr=False)
    sunk: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False, eq=False)
class Study:
    """A problem, the options of its plan, and their provenance.

    Created by `load` and changed only by `with_`, which derives the problem again and checks it.

    Attributes
    ----------
    problem : Problem
        With every override applied.
    options : PlanOptions
        Options of the plan.
    provenance : Provenance
        Tables as read, and the overrides.
    """

    problem: Problem
    options: PlanOptions
    provenance: Provenance

    def __repr__(self) -> str:
        asked = ", ".join(f"{name}={value!r}" for name, value in self.options.given().items())
        changed = ", ".join(str(override) for override in self.provenance.overrides)
        parts = [repr(self.problem).strip("<>").replace("Problem", "Study", 1)]
        parts += [f"options {asked}"] if asked else []
        parts += [f"overrides {changed}"] if changed else []
        return f"<{'; '.join(parts)}>"

    @cached_property
    def merged(self) -> Merged | None:
        """The problem with merged zones; None without a resolution."""
        wanted = self.options.resolution
        return merge_zones(self.problem, wanted) if wanted else None

    def planned_problem(self) -> Problem:
        """Return the problem to be planned, with merged zones if a resolution is set."""
        return self.merged.problem if self.merged else self.problem

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """Warnings about the inputs and options that do not prevent planning."""
        return (*self.problem.warnings, *(self.merged.warnings if self.merged else ()))

    def with_(
        self,
        *,
        as_of: date | str | None = None,
        channels: Iterable[str] | None = None,
        overrides: Iterable[Override | str] | None = None,
        private_fleet: pd.DataFrame | None = None,
        sunk: Iterable[str] | None = None,
        **options: Any,
    ) -> Study:
        """Return a changed study; the problem is derived again and checked.

        Parameters
        ----------
        as_of : date or str, optional
            Date whose tax and tariff rules apply.
        channels : iterable of str, optional
            Channels that may be used.
        overrides : iterable of Override or str, optional
            Changed cells, in place of all earlier overrides; an `Override` or a text such as
            ``network/parameters[cancel_lambda]=0.05``.
        private_fleet : DataFrame, optional
            Rows of own_delivery.csv, as computed by routing.
        sunk : iterable of str, optional
            Present sites as ``site_id:size``, whose opening is paid.
        **options
            Fields of `PlanOptions`.

        Returns
        -------
        Study
            The changed study; this one stays as it is.

        Raises
        ------
        InputError
            With every fault of the changed study.
        TypeError
            Where an option does not exist.
        """
        source = self.provenance
        if overrides is not None:
            source = replace(source, overrides=_parsed(overrides))
        if private_fleet is not None:
            source = replace(source, private_fleet=private_fleet)
        if sunk is not None:
            source = replace(source, sunk=tuple(sunk))
        day = as_day(as_of)
        problem = self.problem
        # Overrides change the tables, which must be joined again; date and channels only select.
        if source is not self.provenance:
            day = day or problem.regime.as_of
            problem = _problem(source, day, problem.channels if channels is None else channels)
        elif day is not None or channels is not None:
            problem = problem.with_(
                as_of=day, channels=None if channels is None else as_names(channels)
            )
        asked, faults = _changed(self.options, options)
        return _checked(Study(problem, asked, source), faults)

    def with_parameters(self, **figures: float) -> Study:
        """Return the study with other values in the network's parameters.csv.

        Parameters
        ----------
        **figures : float
            Values by name of the parameter.

        Returns
        -------
        Study
            With these overrides after the earlier ones.

        Raises
        ------
        InputError
            For an unknown parameter or a value outside its range.
        """
        more = [parameter(name, float(value)) for name, value in figures.items()]
        return self.with_(overrides=[*self.provenance.overrides, *more])

    def optimize(
        self,
        progress: Callable[[Progress], None] | None = None,
        start: fulfill.Run | None = None,
        **options: Any,
    ) -> fulfill.Run:
        """Find, describe and audit a plan; see `fulfill.optimize`.

        Parameters
        ----------
        progress : callable, optional
            Called with incumbent and bound while the search runs.
        start : Run, optional
            Run to start the search from.
        **options
            Changes to the study, as in `with_`.

        Returns
        -------
        Run
            Also where there is no plan: `run.outcome.status` tells why.
        """
        # `study.optimize` imports this module; the package resolves its name on first use.
        import fulfill

        study = self.with_(**options) if options else self
        return fulfill.optimize(study, progress=progress, start=start)


def load(
    network: str = NETWORK,
    demand: str = DEMAND,
    *,
    as_of: date | str | None = None,
    channels: Iterable[str] | None = None,
    overrides: Iterable[Override | str] = (),
    date_order: str | None = None,
    **options: Any,
) -> Study:
    """Read a network and a demand and combine them to a study.

    Parameters
    ----------
    network, demand : str
        Names of embedded data, or folders.
    as_of : date or str, optional
        Date whose tax and tariff rules apply; by default that of the network.
    channels : iterable of str, optional
        Channels that may be used; by default all that the network's tables offer.
    overrides : iterable of Override or str
        Changed cells, see `Study.with_`.
    date_order : str, optional
        ``dmy`` or ``mdy``: order of day and month in dates of the network that a spreadsheet
        rewrote and that do not show it themselves.
    **options
        Fields of `PlanOptions`.

    Returns
    -------
    Study
        Checked and ready to be planned.

    Raises
    ------
    InputError
        With every fault of both folders, or of the study.
    """
    faults: list[Fault] = []
    reader = partial(read_network, date_order=date_order)
    found = _read(reader, "network", network, faults)
    windows = None if found is None else windows_of(found["countries"])
    wanted = _read(partial(read_demand, windows=windows), "demand", demand, faults)
    if found is None or wanted is None:
        raise InputError(faults)
    study = ask(found, wanted, as_of=as_of, channels=channels, overrides=overrides, **options)
    shadow = (*shadowed("network", network), *shadowed("demand", demand))
    if not shadow:
        return study
    return replace(study, problem=study.problem.with_warnings(shadow))


def ask(
    network: Network,
    demand: Demand,
    *,
    as_of: date | str | None = None,
    channels: Iterable[str] | None = None,
    overrides: Iterable[Override | str] = (),
    private_fleet: pd.DataFrame | None = None,
    sunk: Iterable[str] = (),
    **options: Any,
) -> Study:
    """Combine a network and a demand in memory to a study.

    Parameters
    ----------
    network, demand : Network, Demand
        As read.
    as_of, channels, overrides, **options
        See `load`.
    private_fleet : DataFrame, optional
        Rows of own_delivery.csv, as computed by routing.
    sunk : iterable of str
        See `Study.with_`.

    Returns
    -------
    Study
        Checked and ready to be planned.

    Raises
    ------
    InputError
        With every fault of the study.
    """
    day = as_day(as_of)
    source = Provenance(network, demand, _parsed(overrides), private_fleet, tuple(sunk))
    problem = _problem(source, day or network.as_of, channels)
    asked, faults = _changed(PlanOptions(), options)
    return _checked(Study(problem, asked, source), faults)


def _read(
    reader: Callable[[Path], Tables], kind: str, place: str, faults: list[Fault]
) -> Tables | None:
    """Read a folder; its faults are added to `faults`, to be reported with those of the other."""
    try:
        return reader(locate(kind, place))
    except InputError as error:
        faults += error.faults
        return None


def _parsed(overrides: Iterable[Override | str]) -> tuple[Override, ...]:
    faults: list[Fault] = []
    found: list[Override] = []
    for one in overrides:
        try:
            found.append(parse_override(one) if isinstance(one, str) else one)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(found)


def _problem(source: Provenance, as_of: date, channels: Iterable[str] | None) -> Problem:
    """Apply the overrides to the tables as read and combine these to a problem."""
    spread = [
        one for one in source.overrides if one.side == "demand" and one.key[0] in DEMAND_FIGURES
    ]
    if spread and not source.demand.orders.empty:
        detail = "the demand has orders.csv, the user's own numbers: this would change nothing"
        raise InputError(
            [
                Fault("F309", f"--{one.key[0].replace('_', '-')}", value=one.value, detail=detail)
                for one in spread
            ]
        )
    network, demand = override_tables(source.network, source.demand, source.overrides)
    if source.private_fleet is not None:
        network = network.with_table("own_delivery", source.private_fleet)
    if source.sunk:
        sizes = with_sunk_opening(network["sites"], network["site_sizes"], source.sunk)
        network = network.with_table("site_sizes", sizes)
    return build_problem(network, demand, as_of, None if channels is None else as_names(channels))


def _changed(
    options: PlanOptions, changes: Mapping[str, Any]
) -> tuple[PlanOptions, tuple[Fault, ...]]:
    """Return changed options and the faults of their service targets.

    Lists become tuples, and a single value a tuple of one.
    """
    several = {one.name for one in fields(PlanOptions) if isinstance(one.default, tuple)}
    plain: dict[str, Any] = {
        name: _tuple(value) if name in several else value for name, value in changes.items()
    }
    faults: tuple[Fault, ...] = ()
    if "service" in plain:
        plain["service"], faults = _targets(plain["service"])
    changed: PlanOptions = replace(options, **plain)
    return changed, (*faults, *range_faults(changed))


def _tuple(value: Iterable[Any] | str | ServiceTarget) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str | ServiceTarget) else tuple(value)


def _targets(
    given: Iterable[ServiceTarget | Fault | str],
) -> tuple[tuple[ServiceTarget, ...], tuple[Fault, ...]]:
    """Return the parsed service targets, and the faults of texts that cannot be parsed.

    The command line parses the texts itself and passes a fault in place of an invalid target.
    """
    found = [parse_service(one) if isinstance(one, str) else one for one in given]
    faults = tuple(one for one in found if isinstance(one, Fault))
    targets = tuple(one for one in found if isinstance(one, ServiceTarget))
    if len(faults) + len(targets) < len(found):
        raise TypeError("`service` takes texts such as 3d=0.7 and ServiceTargets")
    return targets, faults


def _checked(study: Study, unread: tuple[Fault, ...]) -> Study:
    """Check the options against the problem.

    Raises
    ------
    InputError
        F308 and F309 for every option that refers to something unknown, with the faults of options
        that could not be parsed.
    """
    options, faults = study.options, list(unread)
    try:
        build_limits(
            study.problem,
            opened=options.opened,
            closed=options.closed,
            max_sites=options.max_sites,
            budget_usd=options.budget_usd,
            targets=options.service,
            single_source=options.single_source,
        )
    except InputError as error:
        faults = [*error.faults, *unread]
    known = study.problem.network["sites"]["site_id"].tolist()
    faults += [
        Fault("F308", "--today", value=name, detail=f"no such site; {suggest(name, known)}")
        for name in options.today
        if name not in known
    ]
    if options.co2_kg is not None and study.problem.network["emissions"].empty:
        detail = "there is no emissions.csv: emissions are not part of the case"
        faults.append(Fault("F309", "--co2-cap", value=f"{options.co2_kg:g}", detail=detail))
    if faults:
        raise InputError(faults)
    return study
