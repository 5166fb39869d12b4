"""Currency of what people read: pages, terminal summary, and the block `currency` of JSON.

Plans, tables and map layers are in USD. The currency of results is that of the context, as the
language is: amounts are converted where they are shown, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from fulfill.inputs.schema import USD

if TYPE_CHECKING:
    # Not at run time: `fulfill --help` is to be fast, and the tables need pandas.
    from fulfill.inputs.currencies import ExchangeRate

_rate: ContextVar[ExchangeRate | None] = ContextVar("rate", default=None)


class Dollars(float):
    """An amount of money as a value of a `Message`: in USD as text, converted where it is told."""

    def __format__(self, form: str) -> str:
        """Return the amount with its unit."""
        return f"{float(self):{form}} {USD}"


@contextmanager
def results_in(rate: ExchangeRate | None) -> Iterator[None]:
    """Show amounts of money in another currency while the block runs.

    Parameters
    ----------
    rate : ExchangeRate or None
        Of `inputs.currencies.result_rate`; None for USD.

    Yields
    ------
    None
    """
    token = _rate.set(rate)
    try:
        yield
    finally:
        _rate.reset(token)


def rate_of_results() -> ExchangeRate | None:
    """Return the rate at which amounts are converted; None where they are shown in USD."""
    return _rate.get()


def currency_block(amounts: Any) -> dict[str, Any]:
    """Return the block `currency` of a summary, to be merged into it.

    Parameters
    ----------
    amounts : dict
        Converted amounts, of `Output.converted`.

    Returns
    -------
    dict
        Empty where results are in USD.
    """
    rate = _rate.get()
    if rate is None:
        return {}
    return {
        "currency": {
            "code": rate.currency,
            "units_per_usd": rate.units_per_usd,
            "date": rate.day.isoformat(),
            "source": rate.source,
            "amounts": amounts,
        }
    }


def currency() -> str:
    """Return the code of the currency of results, by ISO 4217."""
    rate = _rate.get()
    return USD if rate is None else rate.currency


def in_currency(usd: Any) -> Any:
    """Convert amounts to the currency of results.

    Parameters
    ----------
    usd : float, ndarray or Series
        Amounts, USD; None stays None.

    Returns
    -------
    float, ndarray or Series
        Of the same shape; in USD the same object.
    """
    rate = _rate.get()
    return usd if rate is None or usd is None else usd * rate.units_per_usd
