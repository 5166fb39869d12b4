"""Why a study has no plan: limits that contradict one another, and what would resolve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfill.study.language import Message, counted, listed
from fulfill.study.language import translated as _

SHOWN_SITES = 6
"""Largest number of sites that are named."""


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
    """

    constraints: tuple[Constraint, ...]
    proven_irreducible: bool
    repairs: tuple[Repair, ...]

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
            "repairs": [repair.record for repair in self.repairs],
        }


def _named(sites: tuple[str, ...]) -> str:
    """Return sites by name if they are few, otherwise their number."""
    if 0 < len(sites) <= SHOWN_SITES:
        return listed(sites)
    return _(counted("{n} site", "{n} sites", len(sites)))
