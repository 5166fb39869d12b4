"""A study: one question that can be asked again. Problem, options, and where both came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from fulfill.inputs.aggregation import merge_zones
from fulfill.inputs.demand import Demand, read_demand
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate, shadowed
from fulfill.inputs.network import Network, read_network
from fulfill.inputs.overrides import Override, override_tables, parameter, parse_override
from fulfill.inputs.problem import CHANNELS, Problem, build_problem
from fulfill.model.limits import ServiceTarget, build_limits, parse_service

if TYPE_CHECKING:
    from fulfill.location.solution import Progress
    from fulfill.study.run import Run

Tables = TypeVar("Tables", Network, Demand)
NETWORK, DEMAND = "mexico-us-border", "mexico-2026"
"""Embedded network and demand that are meant where none is named."""
DEMAND_FIGURES = ("orders_per_year", "us_share", "income_exponent")
"""Parameters of a demand that have an option of their own."""


@dataclass(frozen=True)
class PlanOptions:
    """What a planner asks of one plan; the fields are options of `fulfill optimize`.

    Attributes
    ----------
    resolution : number of zones to merge to; None for every zone by itself
    opened, closed : ids of sites that are locked open and closed
    max_sites : most sites
    service : targets; `load`, `ask` and `Study.with_` take texts too, such as ``3d=0.7``,
        ``MX:3d=0.7`` or ``rural:5d=0.5``, and parse them once
    budget_usd : most to spend on opening, USD;  co2_kg : most CO2e, kg a year
    gap : relative gap at which the search stops;  time_limit : seconds for building and solving
    seed : of whatever is random
    method : ``auto``, ``decomposition`` or ``monolith``
    """

    resolution: int | None = None
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    max_sites: int | None = None
    service: tuple[ServiceTarget, ...] = ()
    budget_usd: float | None = None
    co2_kg: float | None = None
    gap: float = 0.003
    time_limit: float = 60.0
    seed: int = 0
    method: str = "auto"

    def given(self) -> dict[str, Any]:
        """Return the options that differ from the defaults, by name; what is repeated as texts."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            one.name: tuple(map(str, values[one.name]))
            if isinstance(one.default, tuple)
            else values[one.name]
            for one in fields(self)
            if values[one.name] != one.default
        }


@dataclass(frozen=True)
class Provenance:
    """What a study was made from: tables as they were read, and the cells changed since.

    Attributes
    ----------
    network, demand : as read, before any override; their `folder` has the bytes and hashes
    overrides : in the order in which they are laid over the tables
    private_fleet : rows of own_delivery.csv that routing found, in place of the network's own
    """

    network: Network
    demand: Demand
    overrides: tuple[Override, ...] = ()
    private_fleet: pd.DataFrame | None = field(default=None, repr=False)


@dataclass(frozen=True, repr=False)
class Study:
    """One question: a problem, the options of its plan, and their provenance.

    Made by `load`, changed only by `with_`, which makes anew what is derived and checks it again.

    Attributes
    ----------
    problem : Problem
        With every override applied.
    options : PlanOptions
    provenance : Provenance
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

    def planned_problem(self) -> Problem:
        """Return the problem that is planned: of merged zones, if a resolution is asked for."""
        wanted = self.options.resolution
        return merge_zones(self.problem, wanted).problem if wanted else self.problem

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What a planner should know though the question can be asked."""
        return self.problem.warnings

    def with_(
        self,
        *,
        as_of: date | str | None = None,
        channels: Iterable[str] | None = None,
        overrides: Iterable[Override | str] | None = None,
        private_fleet: pd.DataFrame | None = None,
        **options: Any,
    ) -> Study:
        """Return the study with another question; what is derived is made anew and checked.

        Parameters
        ----------
        as_of : day whose rules hold
        channels : channels that may be used
        overrides : cells to change, in place of the overrides so far; a text like
            ``network/parameters[cancel_lambda]=0.05`` or an `Override`
        private_fleet : rows of own_delivery.csv, as routing finds them
        **options : fields of `PlanOptions`

        Raises
        ------
        InputError
            With every fault of the changed question.
        TypeError
            Where an option does not exist.
        """
        source = self.provenance
        if overrides is not None:
            source = replace(source, overrides=_parsed(overrides))
        if private_fleet is not None:
            source = replace(source, private_fleet=private_fleet)
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        problem = self.problem
        if source is not self.provenance:
            day = day or problem.regime.as_of
            problem = _problem(source, day, problem.channels if channels is None else channels)
        elif day is not None or channels is not None:
            problem = problem.with_(as_of=day, channels=channels)
        asked, faults = _changed(self.options, options)
        return _checked(Study(problem, asked, source), faults)

    def with_parameters(self, **figures: float) -> Study:
        """Return the study with other rows of the network's parameters.csv, by name.

        Raises
        ------
        InputError
            For an unknown parameter, or a value outside of its range.
        """
        more = [parameter(name, float(value)) for name, value in figures.items()]
        return self.with_(overrides=[*self.provenance.overrides, *more])

    def optimize(
        self,
        progress: Callable[[Progress], None] | None = None,
        warm_start: Run | None = None,
        **options: Any,
    ) -> Run:
        """Return the audited plan; `options` are those of `with_`. See `optimize.optimize`."""
        import fulfill  # the face resolves names on use: a method may lead to the right

        study = self.with_(**options) if options else self
        run: Run = fulfill.optimize(study, progress=progress, warm_start=warm_start)
        return run


def load(
    network: str = NETWORK,
    demand: str = DEMAND,
    *,
    as_of: date | str | None = None,
    channels: Iterable[str] = CHANNELS,
    overrides: Iterable[Override | str] = (),
    **options: Any,
) -> Study:
    """Read a network and a demand and join them to a study.

    Parameters
    ----------
    network, demand : embedded names or folders
    as_of : day whose rules hold; by default the network's
    channels : channels that may be used
    overrides : cells to change, see `Study.with_`
    **options : fields of `PlanOptions`

    Raises
    ------
    InputError
        With every fault of both folders.
    """
    faults: list[Fault] = []
    found = _read(read_network, "network", network, faults)
    wanted = _read(read_demand, "demand", demand, faults)
    if found is None or wanted is None:
        raise InputError(faults)
    study = ask(found, wanted, as_of=as_of, channels=channels, overrides=overrides, **options)
    shadow = (*shadowed("network", network), *shadowed("demand", demand))
    if not shadow:
        return study
    problem = replace(study.problem, warnings=(*shadow, *study.problem.warnings))
    return replace(study, problem=problem)


def ask(
    network: Network,
    demand: Demand,
    *,
    as_of: date | str | None = None,
    channels: Iterable[str] = CHANNELS,
    overrides: Iterable[Override | str] = (),
    private_fleet: pd.DataFrame | None = None,
    **options: Any,
) -> Study:
    """Join a network and a demand that were read to a study; the parameters are those of `load`.

    Raises
    ------
    InputError
        With every fault of the question.
    """
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    source = Provenance(network, demand, _parsed(overrides), private_fleet)
    problem = _problem(source, day or network.as_of, channels)
    asked, faults = _changed(PlanOptions(), options)
    return _checked(Study(problem, asked, source), faults)


def demand_overrides(**figures: float | None) -> tuple[Override, ...]:
    """Return the overrides that the options --orders-per-year, --us-share and so on stand for."""
    return tuple(
        parameter(name, float(value), "demand")
        for name, value in figures.items()
        if value is not None
    )


def _read(
    reader: Callable[[Path], Tables], kind: str, place: str, faults: list[Fault]
) -> Tables | None:
    """Read a folder, or keep what is wrong with it."""
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


def _problem(source: Provenance, as_of: date, channels: Iterable[str]) -> Problem:
    """Lay the overrides over the tables that were read and join them."""
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
    return build_problem(network, demand, as_of, channels)


def _changed(
    options: PlanOptions, changes: Mapping[str, Any]
) -> tuple[PlanOptions, tuple[Fault, ...]]:
    """Return options with other values, and what is wrong with the service targets among these.

    Lists become tuples, a single value a tuple of one.
    """
    several = {one.name for one in fields(PlanOptions) if isinstance(one.default, tuple)}
    plain: dict[str, Any] = {
        name: _tuple(value) if name in several else value for name, value in changes.items()
    }
    faults: tuple[Fault, ...] = ()
    if "service" in plain:
        plain["service"], faults = _targets(plain["service"])
    changed: PlanOptions = replace(options, **plain)
    return changed, faults


def _tuple(value: Iterable[Any] | str | ServiceTarget) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str | ServiceTarget) else tuple(value)


def _targets(
    given: Iterable[ServiceTarget | Fault | str],
) -> tuple[tuple[ServiceTarget, ...], tuple[Fault, ...]]:
    """Return the targets, those given as texts parsed, and the faults of texts that are none.

    The command line has parsed its texts already and hands in a fault where one is no target.
    """
    found = [parse_service(one) if isinstance(one, str) else one for one in given]
    faults = tuple(one for one in found if isinstance(one, Fault))
    targets = tuple(one for one in found if isinstance(one, ServiceTarget))
    if len(faults) + len(targets) < len(found):
        raise TypeError("`service` takes texts such as 3d=0.7 and ServiceTargets")
    return targets, faults


def _checked(study: Study, unread: tuple[Fault, ...]) -> Study:
    """Refuse options that name what the problem does not have, with those that could not be read.

    Raises
    ------
    InputError
        F308 and F309 for every such option.
    """
    options, faults = study.options, list(unread)
    try:
        build_limits(
            study.problem, opened=options.opened, closed=options.closed, targets=options.service
        )
    except InputError as error:
        faults = [*error.faults, *unread]
    if faults:
        raise InputError(faults)
    return study
