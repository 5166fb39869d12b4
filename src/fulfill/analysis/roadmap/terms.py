"""What a roadmap takes from the tables: sites of today, costs of changes, and minimum terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fulfill.analysis.roadmap.year_answers import PlannedYear, year_model
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.folder import locate
from fulfill.inputs.network import Network
from fulfill.inputs.phases import Phase, read_phases
from fulfill.inputs.site_rows import rows_by_site
from fulfill.inputs.spelling import near, nearest
from fulfill.model.arrays import Array, Index
from fulfill.model.economics.figures import read_figures
from fulfill.model.economics.warehouse import warehouses
from fulfill.model.instance import LocationInstance
from fulfill.model.site_paths import CLOSED, SiteTerms, unpaid_shares
from fulfill.study.open_run import open_run
from fulfill.study.output_folder import MANIFEST
from fulfill.study.run import Run
from fulfill.study.study import NETWORK, Study

OPTION = "--today"
EMBEDDED = "phases.csv"
"""File of the years of the embedded network."""
OWN = "own"


@dataclass(frozen=True)
class ChangeCosts:
    """What is assumed of changes where site_sizes.csv and contracts.csv do not say it.

    Attributes
    ----------
    closing_months : float
        Closing a site costs so many months of its rent and fixed fee.
    own_term_years, shared_term_years : float
        Least time that a site of each ownership keeps a size.
    """

    closing_months: float = 3.0
    own_term_years: float = 3.0
    shared_term_years: float = 1.0


@dataclass(frozen=True)
class SiteToday:
    """A site that is open today.

    Attributes
    ----------
    site_id, size : str
    bound_years : int
        Years in which its contract still binds.
    """

    site_id: str
    size: str
    bound_years: int = 0

    @property
    def sunk(self) -> str:
        """The site as `Study.with_` takes it."""
        return f"{self.site_id}:{self.size}"


def phases_of(study: Study, path: Path | None) -> tuple[Phase, ...]:
    """Return the years of a roadmap.

    Parameters
    ----------
    study : Study
    path : Path or None
        File of the years; None for those of the embedded network.

    Returns
    -------
    tuple of Phase

    Raises
    ------
    InputError
        F514 where no file is given for another network, and the faults of the file.
    """
    if path is None:
        if study.problem.network.name != NETWORK:
            detail = f"only {NETWORK} has years of its own"
            raise InputError([Fault("F514", "--phases", detail=detail)])
        path = locate("network", NETWORK) / EMBEDDED
    return read_phases(path, study.problem)


def sites_today(text: str, run: Run) -> tuple[SiteToday, ...]:
    """Return the sites of today.

    Parameters
    ----------
    text : str
        ``site:size`` or ``site:size:years``, several with commas; or a folder of a run. Empty: the
        present sites that the run was compared with, if it was.
    run : Run

    Returns
    -------
    tuple of SiteToday

    Raises
    ------
    InputError
        F513 for every part that names no site, or no size that it has.
    """
    parts = _parts(text, run)
    network = run.study.problem.network
    rows = rows_by_site(network["sites"], network["site_sizes"])
    sizes = {str(site): part["size"].tolist() for site, part in rows.groupby("site_id")}
    found, faults = list[SiteToday](), list[Fault]()
    for part in parts:
        site, _, rest = part.partition(":")
        size, _, years = rest.partition(":")
        if site not in sizes:
            detail = f"no such site{near(nearest(site, sizes))}"
        elif size not in sizes[site]:
            detail = f"sizes: {', '.join(sizes[site])}"
        elif years and not years.isdigit():
            detail = "years are a whole number"
        elif site in {one.site_id for one in found}:
            detail = "named twice"
        else:
            found.append(SiteToday(site, size, int(years or 0)))
            continue
        faults.append(Fault("F513", OPTION, value=part, detail=detail))
    if faults:
        raise InputError(faults)
    return tuple(found)


def _parts(text: str, run: Run) -> list[str]:
    """Return the texts of the sites of today, one a site."""
    if text and (Path(text) / MANIFEST).is_file():
        sites = open_run(Path(text)).sites
        return (sites["site_id"] + ":" + sites["size"]).tolist()
    if text:
        return [one.strip() for one in text.split(",")]
    return list(run.study.provenance.sunk)


def planned_years(phases: Sequence[Phase], today: Sequence[SiteToday]) -> tuple[PlannedYear, ...]:
    """Return the years of a roadmap, each with the limits that it has by itself.

    Parameters
    ----------
    phases : sequence of Phase
    today : sequence of SiteToday

    Returns
    -------
    tuple of PlannedYear
        No more sites are open in a year than today and may have changed since; no more is opened
        than may have been spent.
    """
    sunk = tuple(one.sunk for one in today)
    changes = np.cumsum([one.most_changes for one in phases]) + len(today)
    budget = np.cumsum([one.budget_usd for one in phases])
    return tuple(
        PlannedYear(
            phase,
            sunk,
            int(changes[year]) if 0 < changes[year] < np.inf else None,
            float(budget[year]) if np.isfinite(budget[year]) else None,
        )
        for year, phase in enumerate(phases)
    )


def site_terms(
    run: Run, years: Sequence[PlannedYear], today: Sequence[SiteToday], costs: ChangeCosts
) -> SiteTerms:
    """Return what opening and closing sites costs, and how long they bind.

    Parameters
    ----------
    run : Run
    years : sequence of PlannedYear
    today : sequence of SiteToday
    costs : ChangeCosts

    Returns
    -------
    SiteTerms

    Raises
    ------
    InputError
        F514 where a phase changes what openings cost, F308 and others where the tables do not
        allow it.
    """
    network = run.study.with_(sunk=()).problem.network
    figures = read_figures(network.parameters)
    stores = warehouses(
        network["sites"], network["site_sizes"], network["bands"], network["contracts"]
    )
    opening = np.where(np.isfinite(stores.opening_usd), stores.opening_usd, 0.0)
    base = run.instance
    present, bound = _present(base, today)
    site = np.flatnonzero(present >= 0)
    further = opening.copy()
    further[site] = np.maximum(opening[site] - opening[site, present[site]][:, None], 0.0)
    models = [year_model(run, year)[1] for year in years]
    faults = [
        Fault("F514", "--phases", year, "overrides", detail="opening_usd is that of today's tables")
        for year, model in enumerate(models, 1)
        if not _opened_alike(model.economics.warehouses.opening_usd, further)
    ]
    if faults:
        raise InputError(faults)
    fixed = np.array([_with_locks(model.instance) for model in models])
    months = costs.closing_months / 12.0
    closing = np.where(np.isfinite(stores.fixed_usd_year), stores.fixed_usd_year * months, 0.0)
    term = _term_years(network, costs)
    parameters = network.parameters
    rate, life = parameters["capital_rate"], parameters["horizon_years"]
    locked = np.zeros(len(base.sites), bool)
    locked[list(models[0].instance.limits.opened)] = True
    return SiteTerms(
        fixed_usd=fixed,
        opening_usd=opening,
        closing_usd=_or_else(_of_sizes(network, base, "closing_usd"), closing),
        term_years=np.repeat(term[:, None], len(base.sizes), axis=1),
        present=present,
        present_years=bound,
        locked_open=locked,
        recovery=figures.capital_recovery,
        unpaid=unpaid_shares(rate, life, len(years)),
    )


def _term_years(network: Network, costs: ChangeCosts) -> Index:
    """Return the minimum term of each site in whole years: of its contract, or as assumed, (I,)."""
    sites = network["sites"]
    own = (sites["ownership"] == OWN).to_numpy(bool)
    assumed = np.where(own, costs.own_term_years, costs.shared_term_years)
    rows = rows_by_site(sites, network["contracts"]).drop_duplicates("site_id")
    months = rows.set_index("site_id")["minimum_term_months"].reindex(sites["site_id"])
    return np.ceil(_or_else(months.to_numpy(float) / 12.0, assumed)).astype(np.int64)


def _present(instance: LocationInstance, today: Sequence[SiteToday]) -> tuple[Index, Index]:
    """Return size and bound years of the sites of today, (I,) each."""
    size, bound = np.full(len(instance.sites), CLOSED), np.zeros(len(instance.sites), int)
    for one in today:
        place = instance.sites.index(one.site_id)
        size[place], bound[place] = instance.sizes.index(one.size), one.bound_years
    return size, bound


def _opened_alike(opening: Array, wanted: Array) -> bool:
    """Tell whether openings are those wanted where a size is offered."""
    offered = np.isfinite(opening)
    return bool(np.allclose(opening[offered], wanted[offered]))


def _with_locks(instance: LocationInstance) -> Array:
    """Return the fixed cost of an instance, infinite for sites that are locked closed."""
    fixed = instance.fixed_usd.copy()
    fixed[list(instance.limits.closed)] = np.inf
    return fixed


def _of_sizes(network: Network, instance: LocationInstance, column: str) -> Array:
    """Return a column of site_sizes.csv, (I, M); NaN where it is empty or there is no such size."""
    rows = rows_by_site(network["sites"], network["site_sizes"]).set_index(["site_id", "size"])
    asked = pd.MultiIndex.from_product([instance.sites, instance.sizes])
    values = rows[column].reindex(asked).to_numpy(float)
    return values.reshape(len(instance.sites), len(instance.sizes))


def _or_else(stated: Array, otherwise: Array) -> Array:
    return np.where(np.isfinite(stated), stated, otherwise)
