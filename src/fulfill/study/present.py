"""What a run has besides if it prices a present network, or is compared with one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fulfill.study.language import translated as _
from fulfill.study.ledger import Reconciled
from fulfill.study.vocabulary import PERCENT, money, shown


@dataclass(frozen=True, eq=False)
class Baseline:
    """What a run that prices a present network has besides.

    Attributes
    ----------
    findings : tuple of str
        Limits of the model that the present network does not keep.
    chosen : tuple of str
        What its tables left open and how it was chosen, in words.
    reconciled : Reconciled or None
        The cost beside a ledger; None without one.
    """

    findings: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    reconciled: Reconciled | None = None

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of it."""
        ledger = self.reconciled.record if self.reconciled else {}
        return {"findings": list(self.findings), "chosen": list(map(str, self.chosen)), **ledger}


@dataclass(frozen=True)
class Saving:
    """What a plan saves against a baseline.

    Attributes
    ----------
    baseline : str
        Name of the folder of the baseline.
    baseline_usd, saving_usd : float
        Cost of the baseline, and that less the cost of the plan, USD a year.
    """

    baseline: str
    baseline_usd: float
    saving_usd: float

    @property
    def share(self) -> float:
        """Saving over the cost of the baseline; negative where the plan costs more."""
        return self.saving_usd / abs(self.baseline_usd) if self.baseline_usd else float("nan")

    @property
    def in_words(self) -> str:
        """The saving as a sentence in the language of the context."""
        text = (
            _("{usd} a year ({share}) less than the present network, which costs {cost}.")
            if self.saving_usd >= 0
            else _("{usd} a year ({share}) more than the present network, which costs {cost}.")
        )
        return text.format(
            usd=money(abs(self.saving_usd)),
            share=shown(abs(self.share), PERCENT),
            cost=money(self.baseline_usd),
        )

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of it."""
        return {**asdict(self), "saving_share": self.share}
