"""A plan in tables: outcome, key figures and flows by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from fulfill.model.decisions import Outcome
from fulfill.study.outputs import EXACT_TABLES


@dataclass(frozen=True)
class Plan:
    """A plan in tables, as in a run folder.

    Attributes
    ----------
    outcome : Outcome
        Status, objective and bound.
    as_of : str
        ISO date of the tax and tariff rules.
    kpis : dict
        Keys as fixed in docs/architecture.md.
    sites, flows, zones, costs, capacity, channels, unserved : DataFrame
        Columns as in `study.outputs`; empty without a plan.
    """

    outcome: Outcome
    as_of: str
    kpis: dict[str, Any] = field(default_factory=dict)
    sites: pd.DataFrame = field(default_factory=pd.DataFrame)
    flows: pd.DataFrame = field(default_factory=pd.DataFrame)
    zones: pd.DataFrame = field(default_factory=pd.DataFrame)
    costs: pd.DataFrame = field(default_factory=pd.DataFrame)
    capacity: pd.DataFrame = field(default_factory=pd.DataFrame)
    channels: pd.DataFrame = field(default_factory=pd.DataFrame)
    unserved: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def parts(self) -> pd.DataFrame:
        """Costs by part: `costs` added up over sites and periods, in the same order."""
        places = ["site", "site_name", "period", "period_name"]
        rows = self.costs.drop(columns=places, errors="ignore")
        if rows.empty:
            return rows
        return rows.groupby("part", sort=False, as_index=False).sum(min_count=1)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by the names of `outputs.EXACT_TABLES`."""
        return {name: getattr(self, name) for name in EXACT_TABLES}
