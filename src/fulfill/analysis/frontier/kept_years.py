"""What was planned for the scenarios of a network, kept in a folder as soon as it is known.

Each scenario by itself, and each choice of sites in all scenarios, has two files as points of
sweeps have, see `sweep.kept_points`. Probabilities and names of scenarios change neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from fulfill.analysis.scenarios.decomposition import Alone, Years
from fulfill.analysis.scenarios.network_years import Sites, Year
from fulfill.analysis.scenarios.plan_for_scenarios import ScenarioNetwork
from fulfill.analysis.sweep.answers import restored, stored
from fulfill.analysis.sweep.kept_points import key_of, read_kept, write_kept
from fulfill.model.arrays import Array


@dataclass(frozen=True)
class KeptYears:
    """Plans of years in a folder.

    Attributes
    ----------
    folder : Path
        Made with the first plan.
    cause : str
        Hash of what all of them depend on besides the scenario and the sites, see
        `sweep.kept_points.cause_of`.
    """

    folder: Path
    cause: str

    def find(self, question: Sequence[str]) -> tuple[Year, ...] | None:
        """Return what is kept of a question.

        Parameters
        ----------
        question : sequence of str
            All that the answer depends on besides the cause.

        Returns
        -------
        tuple of Year or None
            None where it is not kept, or where its files were changed.
        """
        found = read_kept(self.folder, key_of([self.cause, *question]))
        if found is None:
            return None
        try:
            return tuple(_year(told, found[1]) for told in found[0]["years"])
        except (LookupError, TypeError):
            return None

    def keep(self, question: Sequence[str], years: Sequence[Year], start: bytes = b"") -> None:
        """Keep the answer of a question.

        Parameters
        ----------
        question : sequence of str
        years : sequence of Year
        start : bytes
            Stored warm start that all of them have; empty for none.
        """
        told = [asdict(replace(year, start=None)) for year in years]
        content = {"question": list(question), "years": told}
        write_kept(self.folder, key_of([self.cause, *question]), content, start)


class KeptNetwork:
    """The scenarios of a network, asked only for what is not kept (mutable).

    Parameters
    ----------
    network : ScenarioNetwork
    kept : KeptYears

    Attributes
    ----------
    n_kept, n_planned : int
        Choices that were found in the folder, and those that were planned.
    """

    def __init__(self, network: ScenarioNetwork, kept: KeptYears) -> None:
        self.network, self.kept = network, kept
        self.n_kept = self.n_planned = 0

    @property
    def years(self) -> Years[Sites]:
        """What the search for one choice asks."""
        return replace(self.network.years, alone=self.alone, costs=self.costs)

    def alone(self, prices: Array | None) -> list[Alone[Sites]]:
        """Plan each scenario by itself, unless all of them are kept."""
        network = self.network
        questions = [
            [*_changes([scenario]), _priced(prices, number)]
            for number, scenario in enumerate(network.scenarios)
        ]
        found = [self.kept.find(question) for question in questions]
        if any(years is None for years in found):
            network.alone(prices)
            starts = [stored(year.start) for year in network.latest]
            for question, year, start in zip(questions, network.latest, starts, strict=True):
                self.kept.keep(question, [year], start)
            # later searches begin from the kept form, whether they follow at once or another day
            pairs = zip(network.latest, starts, strict=True)
            years = [replace(year, start=restored(start)) for year, start in pairs]
        else:
            years = [year for one in found if one is not None for year in one]
        return network.take_alone(years)

    def costs(self, choices: Sequence[Sites]) -> Array:
        """Plan every scenario with those of some choices that are not kept."""
        network, fresh = self.network, []
        for choice in choices:
            years = self.kept.find(self._question(choice))
            if years is None:
                fresh.append(choice)
            else:
                network.take(choice, years)
        if fresh:
            network.costs(fresh)
        for choice in fresh:
            self.kept.keep(self._question(choice), network.tried[choice])
        self.n_kept += len(choices) - len(fresh)
        self.n_planned += len(fresh)
        return np.array([[year.cost for year in network.tried[choice]] for choice in choices])

    def _question(self, choice: Sites) -> list[str]:
        """Return what the costs of a choice depend on."""
        sites = " ".join(f"{site}:{size}" for site, size in choice)
        return [*_changes(self.network.scenarios), f"sites {sites}"]


def _changes(scenarios: Sequence[Any]) -> list[str]:
    """Return what some scenarios change, in one text each."""
    return [" ".join(map(str, scenario.overrides)) for scenario in scenarios]


def _priced(prices: Array | None, number: int) -> str:
    """Return the prices of a scenario as a text."""
    return "alone" if prices is None else f"at {sha256(prices[number].tobytes()).hexdigest()}"


def _year(told: dict[str, Any], start: bytes) -> Year:
    """Return a year from its kept form."""
    sites = tuple((site, size) for site, size in told["sites"])
    read = {**told, "sites": sites, "faults": tuple(told["faults"]), "start": restored(start)}
    return Year(**read)
