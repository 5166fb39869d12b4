"""The constraints on which sites are open and which zones they serve; see `formulation`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fulfill.location.mip.rows import LinearModel, keys_of
from fulfill.location.mip.variables import Columns
from fulfill.model.arrays import Array, Index, Mask
from fulfill.model.instance import MAIL, LocationInstance
from fulfill.model.site_rules import rule_rows


@dataclass(frozen=True)
class _Pairs:
    """Pairs of a zone and a site that may serve it.

    Attributes
    ----------
    local : (n_x,)
        Which allocation variables are from a site.
    member : (n_local,)
        Pair of each of them.
    zone, site : (n_pairs,)
    demand : (n_pairs,)
        Orders of the zone that the site can serve, each cell once however many lanes it has.
    names : tuple of str
    """

    local: Mask
    member: Index
    zone: Index
    site: Index
    demand: Array
    names: tuple[tuple[str, ...], tuple[str, ...]]

    def keys(self) -> list[str]:
        """Return zone and site of each pair, for names of rows."""
        zones, sites = self.names
        return [f"{zones[z]},{sites[i]}" for z, i in zip(self.zone, self.site, strict=True)]


def _pairs(columns: Columns, instance: LocationInstance) -> _Pairs:
    """Return the pairs of zone and site that have an allocation variable."""
    local = instance.lane_site[columns.lane] != MAIL
    lane, n_sites = columns.lane[local], len(instance.sites)
    pair, member = np.unique(
        instance.lane_zone[lane] * n_sites + instance.lane_site[lane], return_inverse=True
    )
    # the least valid coefficient
    cells, first = np.unique(
        np.stack([member, columns.product[local], columns.period[local]]), axis=1, return_index=True
    )
    demand = np.zeros(len(pair))
    zone, product, period = (
        part[local][first]
        for part in (instance.lane_zone[columns.lane], columns.product, columns.period)
    )
    np.add.at(demand, cells[0], instance.demand[zone, product, period])
    return _Pairs(
        local, member, pair // n_sites, pair % n_sites, demand, (instance.zones, instance.sites)
    )


def linking(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(4) Let a zone use a site only if it is open, summed over products and periods."""
    if not (instance.lane_site[columns.lane] != MAIL).any():
        return
    pairs = _pairs(columns, instance)
    rows = model.add_rows("linking", -np.inf, 0.0, (len(pairs.zone),), pairs.keys)
    model.add_entries(rows[pairs.member], columns.x[pairs.local], 1.0)
    model.add_entries(rows[:, None], columns.y[pairs.site], -pairs.demand[:, None])


def sizes(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(5) Open a site at one size at most."""
    rows = model.add_rows("one_size", -np.inf, 1.0, (len(instance.sites),), keys_of(instance.sites))
    model.add_entries(rows[:, None], columns.y, 1.0)


def choice(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(10) Limit the number of sites and the investment; lock sites open or closed."""
    limits = instance.limits
    if limits.max_sites is not None:
        row = model.add_rows("max_sites", -np.inf, float(limits.max_sites), (1,), keys_of(("all",)))
        model.add_entries(row, columns.y.ravel(), 1.0)
    if np.isfinite(limits.budget_usd):
        row = model.add_rows("budget", -np.inf, limits.budget_usd, (1,), keys_of(("all",)))
        spent = np.where(np.isfinite(instance.invest_usd), instance.invest_usd, 0.0)
        model.add_entries(row, columns.y.ravel(), spent.ravel())
    for family, members, low, high in (
        ("open", limits.opened, 1.0, 1.0),
        ("close", limits.closed, 0.0, 0.0),
    ):
        rows = model.add_rows(
            family, low, high, (len(members),), keys_of(tuple(instance.sites[i] for i in members))
        )
        if members:
            model.add_entries(rows[:, None], columns.y[list(members)], 1.0)


def site_rules(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(14) Obey the rules on which sites may be open together."""
    rules = instance.limits.rules
    if not rules:
        return
    weight, least = rule_rows(rules, len(instance.sites))
    names = tuple(f"{rule.name}, {instance.sites[rule.sites[0]]}" for rule in rules)
    rows = model.add_rows("site_rule", least, np.inf, least.shape, keys_of(names))
    model.add_entries(rows[:, None, None], columns.y[None], weight[:, :, None])


def single_sourcing(model: LinearModel, columns: Columns, instance: LocationInstance) -> None:
    """(15) Serve each zone from stock by one site at most; mail may serve it too."""
    local = instance.lane_site[columns.lane] != MAIL
    if not instance.limits.single_source or not local.any():
        return
    pairs = _pairs(columns, instance)
    assigned = model.add_variables((len(pairs.zone),), 0.0, 1.0, integer=True)
    rows = model.add_rows("assigned", -np.inf, 0.0, assigned.shape, pairs.keys)
    model.add_entries(rows[pairs.member], columns.x[pairs.local], 1.0)
    model.add_entries(rows, assigned, -pairs.demand)
    one = model.add_rows(
        "one_source", -np.inf, 1.0, (len(instance.zones),), keys_of(instance.zones)
    )
    model.add_entries(one[pairs.zone], assigned, 1.0)
