"""Why a study has no plan: limits that contradict one another, and what would resolve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfill.study.language import Message, counted, listed
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import shown

SHOWN_SITES = 6
"""Largest number of sites that are named."""
SHOWN_PERIODS = 4
"""Largest number of periods that are named."""
SHOWN_CAPACITIES = 5
"""Largest number of capacities that are named."""


@dataclass(frozen=True)
class Constraint:
    """A limit of a study.

    Attributes
    ----------
    words : Message
        As a phrase.
    file : str
        The option or the table that it comes from.
    row : int or None
        Row of the table; None for an option.
    """

    words: Message
    file: str
    row: int | None = None

    @property
    def source(self) -> str:
        """File and row, or the option, in the language of the context."""
        if self.row is None:
            return self.file
        return _("{file}, row {row}").format(file=self.file, row=self.row)


@dataclass(frozen=True)
class FullCapacity:
    """A capacity that is full.

    Attributes
    ----------
    kind, name : str
        ``gateway``, ``plant``, ``carrier``, ``mail`` or ``site``, and its id.
    words : Message
        As a phrase.
    periods : tuple of (str, str)
        Id and name of each period in which it is full.
    always : bool
        Whether these are all periods.
    file : str
        The table that it comes from.
    row : int or None
        Its row; None where it follows from several rows.
    """

    kind: str
    name: str
    words: Message
    periods: tuple[tuple[str, str], ...]
    always: bool
    file: str
    row: int | None = None

    @property
    def in_words(self) -> str:
        """The capacity, its row and its periods in the language of the context."""
        source = Constraint(self.words, self.file, self.row)
        if self.always and len(self.periods) > SHOWN_PERIODS:
            periods = _("all periods")
        elif len(self.periods) > SHOWN_PERIODS:
            periods = _(counted("{n} period", "{n} periods", len(self.periods)))
        else:
            periods = listed([name for _id, name in self.periods])
        return _("{capacity} in {periods}").format(
            capacity=_("{constraint} ({source})").format(
                constraint=_(self.words), source=source.source
            ),
            periods=periods,
        )


@dataclass(frozen=True)
class Bottleneck:
    """Why a service target cannot be reached, whatever sites are open.

    Attributes
    ----------
    target : Constraint
    attainable : float
        Share of its orders that arrive in time at most.
    full : tuple of FullCapacity
        A minimum cut of the flow of orders in time; none where no site reaches the others in time.
    """

    target: Constraint
    attainable: float
    full: tuple[FullCapacity, ...]

    @property
    def in_words(self) -> str:
        """The bottleneck as a sentence in the language of the context."""
        attained = shown(self.attainable, "{:.1%}")
        if not self.full:
            return _("{target}: at most {share} arrive in time, whatever sites are open: no "
                     "site reaches the others in time.").format(
                target=_(self.target.words), share=attained
            )  # fmt: skip
        return _("{target}: at most {share} arrive in time, whatever sites are open. Full: "
                 "{capacities}.").format(
            target=_(self.target.words), share=attained,
            capacities=_some([one.in_words for one in self.full]),
        )  # fmt: skip

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of it."""
        return {
            "target": self.target.file,
            "attainable": round(self.attainable, 6),
            "full": [
                {
                    "kind": one.kind,
                    "id": one.name,
                    "periods": [period for period, _name in one.periods],
                    "file": one.file,
                    "row": one.row,
                }
                for one in self.full
            ],
        }


@dataclass(frozen=True)
class Change:
    """Another value of a limit.

    Attributes
    ----------
    option : str
        The option, lock or cell to give.
    words : Message
        As a phrase.
    amount : float
        New value of the limit in its unit; 0 for a lock or rule that is left out.
    before : Message
        The limit as it is, as a phrase.
    share : float
        Share of the limit that is given up; 1 for a lock or rule.
    """

    option: str
    words: Message
    amount: float
    before: Message
    share: float


@dataclass(frozen=True)
class Repair:
    """Changes that together make a plan possible.

    Attributes
    ----------
    changes : tuple of Change
    least : float
        Cost below which it is proven that these limits cannot do.
    sites : tuple of str
        Sites of the plan that shows it.
    """

    changes: tuple[Change, ...]
    least: float
    sites: tuple[str, ...]

    @property
    def cost(self) -> float:
        """Sum of the shares of their limits that are given up; a lock counts as a whole limit."""
        return sum(change.share for change in self.changes)

    @property
    def option(self) -> str:
        """What to give, in the language of the context."""
        return " ".join(_(change.option) for change in self.changes)

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of it."""
        single = self.changes[0].amount if len(self.changes) == 1 else None
        return {
            "change": " ".join(change.option for change in self.changes),
            "amount": single,
            "cost": round(self.cost, 6),
            "cost_at_least": round(self.least, 6),
            "sites": list(self.sites),
        }


@dataclass(frozen=True)
class Conflict:
    """Limits that together leave no plan.

    Attributes
    ----------
    constraints : tuple of Constraint
        No plan keeps all of them, which is proven.
    proven_irreducible : bool
        Whether plans were found that keep all but any one of them.
    repairs : tuple of Repair
        The cheapest first; each was shown by a plan that keeps all limits otherwise.
    bottlenecks : tuple of Bottleneck
        Of the targets that no choice of sites reaches.
    """

    constraints: tuple[Constraint, ...]
    proven_irreducible: bool
    repairs: tuple[Repair, ...]
    bottlenecks: tuple[Bottleneck, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether one limit leaves no plan by itself."""
        return len(self.constraints) == 1

    @property
    def lines(self) -> list[str]:
        """The conflict as sentences in the language of the context."""
        named = [
            _("{constraint} ({source})").format(constraint=_(one.words), source=one.source)
            for one in self.constraints
        ]
        if self.is_single:
            text = _("No plan keeps {constraint}, even without all other limits.")
            found = [text.format(constraint=named[0])]
        else:
            text = _("No plan keeps all of: {constraints}.")
            found = [text.format(constraints=listed(named, "; "))]
        if self.proven_irreducible and not self.is_single:
            found.append(_("Without any one of them, a plan keeps the others."))
        found += [one.in_words for one in self.bottlenecks]
        if not self.repairs:
            return [*found, _("No change of these limits alone was found that leaves a plan.")]
        found.append(_("There is a plan with any one of these changes, the least first:"))
        for repair in self.repairs:
            text = _("- {change} ({option}), with {sites}")
            words = listed([_(change.words) for change in repair.changes], "; ")
            sites = _named(repair.sites)
            found.append(text.format(change=words, option=repair.option, sites=sites))
        return found

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of it."""
        return {
            "conflict": [
                {"constraint": str(one.words), "file": one.file, "row": one.row}
                for one in self.constraints
            ],
            "proven_irreducible": self.proven_irreducible,
            "bottlenecks": [one.record for one in self.bottlenecks],
            "repairs": [repair.record for repair in self.repairs],
        }


def _named(sites: tuple[str, ...]) -> str:
    """Return sites by name if they are few, otherwise their number."""
    if 0 < len(sites) <= SHOWN_SITES:
        return listed(sites)
    return _(counted("{n} site", "{n} sites", len(sites)))


def _some(texts: list[str]) -> str:
    """Return the first of some texts, and how many more there are."""
    more = len(texts) - SHOWN_CAPACITIES
    if more <= 0:
        return listed(texts, "; ")
    rest = _(counted("{n} more", "{n} more", more))
    return listed([*texts[:SHOWN_CAPACITIES], rest], "; ")
