"""Capacity that is lost or added, applied to the arrays of an instance.

No price depends on capacity, so an instance with disruptions shares everything else with the one
without.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from fulfill.inputs.network import Network
from fulfill.inputs.schema.disruptions import ANY_PERIOD, CARRIER, GATEWAY, MAIL, SITE
from fulfill.model.arrays import Array
from fulfill.model.instance import LocationInstance

BY_FERRY = " by "
"""Between the state and the ferry in the name of a carrier region behind a ferry."""


@dataclass(frozen=True)
class Disruption:
    """A row of disruptions.csv.

    Attributes
    ----------
    kind : str
        ``site``, ``gateway``, ``carrier`` or ``mail``.
    id : str
        As in the table.
    factor : float
        What is left of the capacity.
    period : str
        Id of a period, or ``any``.
    """

    kind: str
    id: str
    factor: float = 0.0
    period: str = ANY_PERIOD

    @property
    def cell(self) -> str:
        """The override of the cell, as for ``--set``."""
        key = f"{self.kind},{self.id},{self.period}"
        return f"network/disruptions[{key}].capacity_factor={self.factor:g}"


def disruptions_of(network: Network) -> tuple[Disruption, ...]:
    """Return the rows of disruptions.csv.

    Parameters
    ----------
    network : Network

    Returns
    -------
    tuple of Disruption
    """
    rows = network["disruptions"]
    columns = (rows[name].tolist() for name in ("kind", "id", "capacity_factor", "period_id"))
    return tuple(Disruption(*row) for row in zip(*columns, strict=True))


def with_disruptions(
    instance: LocationInstance, disruptions: Iterable[Disruption]
) -> LocationInstance:
    """Return an instance with capacities multiplied.

    Parameters
    ----------
    instance : LocationInstance
        With inbound routes.
    disruptions : iterable of Disruption
        Those of the same capacity multiply.

    Returns
    -------
    LocationInstance
        The same where there is none.
    """
    changes = tuple(disruptions)
    if not changes:
        return instance
    inbound = instance.required_inbound
    factor = {
        kind: _factors(changes, kind, names, instance.periods)
        for kind, names in (
            (SITE, instance.sites),
            (GATEWAY, inbound.gateways),
            (CARRIER, [name.partition(BY_FERRY)[0] for name in instance.carriers.regions]),
            (MAIL, instance.countries),
        )
    }
    return replace(
        instance,
        capacity=instance.capacity * factor[SITE][:, None, None, :],
        inbound=replace(inbound, gateway_m3=inbound.gateway_m3 * factor[GATEWAY]),
        carriers=replace(
            instance.carriers, orders=_lessened(instance.carriers.orders, factor[CARRIER])
        ),
        mail=replace(instance.mail, capacity_kg=instance.mail.capacity_kg * factor[MAIL]),
    )


def _factors(
    changes: Iterable[Disruption], kind: str, names: Iterable[str], periods: tuple[str, ...]
) -> Array:
    """Return the factors of a kind of capacity, (n_names, n_periods)."""
    places = np.array(list(names), object)
    factor = np.ones((len(places), len(periods)))
    for one in changes:
        if one.kind == kind:
            when = np.array([one.period in (ANY_PERIOD, period) for period in periods])
            factor[np.ix_(places == one.id, when)] *= one.factor
    return factor


def _lessened(capacity: Array, factor: Array) -> Array:
    """Return capacity times factor; one without a limit is lost where the factor is zero."""
    held: Array = np.where(factor > 0, capacity, 0.0)
    return np.where(factor > 0, held * np.where(factor > 0, factor, 1.0), 0.0)
