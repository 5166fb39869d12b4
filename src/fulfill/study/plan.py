"""A plan as a planner reads it: its outcome, key figures and tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from fulfill.model.decisions import Outcome


@dataclass(frozen=True)
class Plan:
    """A plan as a planner reads it; the tables are those of a run folder.

    Attributes
    ----------
    outcome : Outcome
    as_of : ISO date of the rules
    kpis : dict
        Keys as fixed in docs/architecture.md.
    sites : site_id, name, country, state, lat, lon, ownership, size, orders_year, peak_utilisation,
        ...
    flows : leg, from, to, channel, product, period, via, service_id, orders, ...
    zones : zone_id, ..., orders, lead_time_days, share_within_3_days, main_site, main_channel, ...
    costs : part, usd_year, usd_per_order
    capacity : resource, kind, period, used, capacity, unit, utilisation
    channels : channel, orders, share, ...
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
