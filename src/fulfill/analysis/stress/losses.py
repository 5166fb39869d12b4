"""What a plan may lose: its sites, gateways, crossings, carriers and air mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.schema.disruptions import ANY_PERIOD, CARRIER, GATEWAY, MAIL, SITE
from fulfill.inputs.spelling import near, nearest
from fulfill.model.disruptions import BY_FERRY, Disruption
from fulfill.study.run import Run

CROSSING, PAIR = "crossing", "pair"
YEAR, BUSIEST = "year", "busiest"
"""Periods of a loss: all year, or the one in which most of it is used."""
OPTION = "--period"
KINDS = {
    "throughput_base": SITE,
    "throughput_overtime": SITE,
    "throughput_temporary": SITE,
    "gateway": GATEWAY,
    "carrier": CARRIER,
    "mail": MAIL,
}
"""Kind of what is disrupted by kind of capacity.csv."""


@dataclass(frozen=True)
class Loss:
    """Something that a plan uses and may lose.

    Attributes
    ----------
    kind : str
        ``site``, ``gateway``, ``crossing``, ``carrier``, ``mail`` or ``pair``.
    id, name : str
        As in capacity.csv; of a pair both, with a plus between them.
    disruptions : tuple of Disruption
        What is lost.
    """

    kind: str
    id: str
    name: str
    disruptions: tuple[Disruption, ...]

    @property
    def period(self) -> str:
        """Id of the period, or ``year``; of a pair those of both where they differ."""
        found = dict.fromkeys(one.period for one in self.disruptions)
        return " + ".join(YEAR if period == ANY_PERIOD else period for period in found)

    @property
    def cells(self) -> str:
        """The overrides that repeat the loss, separated by semicolons."""
        return "; ".join(one.cell for one in self.disruptions)


def losses_of(run: Run, period: str = YEAR) -> list[Loss]:
    """Return everything that a plan uses and that has a capacity.

    Parameters
    ----------
    run : Run
        With a plan.
    period : str
        ``year``, ``busiest``, or the id of a period; in the last case only what is used in it.

    Returns
    -------
    list of Loss
        In the order of capacity.csv.

    Raises
    ------
    InputError
        F501 for an unknown period.
    """
    periods = run.instance.periods
    if period not in (YEAR, BUSIEST, *periods):
        detail = f"{YEAR}, {BUSIEST} or a period of the calendar" + near(nearest(period, periods))
        raise InputError([Fault("F501", OPTION, value=period, detail=detail)])
    used = run.capacity[run.capacity["kind"].isin(list(KINDS)) & (run.capacity["used"] > 0)]
    used = used.assign(
        kind=used["kind"].map(KINDS), resource=used["resource"].str.partition(BY_FERRY)[0]
    )
    if period in periods:
        used = used[used["period"] == period]
    days = dict(zip(periods, run.problem.days, strict=True))
    daily = used.assign(daily=used["used"] / used["period"].map(days))
    by_period = daily.groupby(["kind", "resource", "period"], sort=False)["daily"].sum()
    busiest = by_period.groupby(level=[0, 1], sort=False).idxmax()
    names = used.drop_duplicates(["kind", "resource"]).set_index(["kind", "resource"])
    gateways = run.problem.network["gateways"].set_index("gateway_id")["kind"]
    found = []
    for kind, name in names.index:
        when = {YEAR: ANY_PERIOD, BUSIEST: str(busiest[kind, name][2])}.get(period, period)
        shown = CROSSING if kind == GATEWAY and gateways[name] == CROSSING else kind
        title = str(names.loc[(kind, name), "resource_name"]).partition(BY_FERRY)[0]
        found.append(Loss(shown, name, title, (Disruption(kind, name, period=when),)))
    return found


def pairs_of(losses: Sequence[Loss]) -> list[tuple[Loss, Loss]]:
    """Return every two of some losses, in their order."""
    return [(one, other) for place, one in enumerate(losses) for other in losses[place + 1 :]]


def together(one: Loss, other: Loss) -> Loss:
    """Return two losses at once."""
    return Loss(
        PAIR,
        f"{one.id} + {other.id}",
        f"{one.name} + {other.name}",
        (*one.disruptions, *other.disruptions),
    )
