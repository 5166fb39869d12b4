"""The result of auditing a bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BoundAudit:
    """What a certificate proves.

    Attributes
    ----------
    bound : float
        USD a year, with the largest possible rounding error subtracted; minus infinity where there
        are faults.
    rounding : float
        Largest possible rounding error of the sums, USD.
    faults : tuple of str
        What is wrong with the certificate; empty if it is valid.
    """

    bound: float
    rounding: float
    faults: tuple[str, ...] = ()
