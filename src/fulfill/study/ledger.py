"""The cost of a plan beside the books: by part and month, and where the two differ.

A part of the ledger whose rows all name a site is compared with the cost of these sites, any other
with that of all. The model knows periods; a period is spread over its months by days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.currencies import rates_on
from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.network import Network
from fulfill.inputs.periods import month_shares
from fulfill.inputs.schema import USD
from fulfill.inputs.spelling import near, nearest
from fulfill.study.language import Message, listed
from fulfill.study.language import translated as _
from fulfill.study.plan import Plan
from fulfill.study.vocabulary import WHOLE_PERCENT, shown

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
DIFFERS = 0.01
"""Share of the larger amount from which a part of model and ledger counts as different."""
LEAST = 1.0
"""USD that a part differs by at least."""
STEADY, ONE_MONTH = 0.02, 0.8
"""Spread of the monthly ratios below which they are one, and share of the difference that makes a
month its cause."""


@dataclass(frozen=True, eq=False)
class Reconciled:
    """A plan beside a ledger.

    Attributes
    ----------
    table : DataFrame
        Columns of `outputs.LEDGER`: part, month, model_usd, ledger_usd, difference_usd; NaN where
        the model or the ledger does not have the part.
    differing : dict of str to Message
        Parts that differ by more than `DIFFERS`, and how.
    factors : dict of str to float
        Ledger over model by part, where scaling was asked for; empty otherwise.
    """

    table: pd.DataFrame
    differing: dict[str, Message]
    factors: dict[str, float]

    @property
    def by_part(self) -> pd.DataFrame:
        """The table added up over the months: model_usd, ledger_usd, difference_usd by part."""
        amounts = self.table.drop(columns="month").groupby("part", sort=False)
        return amounts.sum(min_count=1)

    @property
    def months(self) -> list[str]:
        """Months of the ledger."""
        return sorted(self.table["month"].unique())

    @property
    def not_in_model(self) -> list[str]:
        """Parts of the ledger that the model does not have."""
        found = self.by_part
        return list(found.index[found["model_usd"].isna()])

    @property
    def not_in_ledger(self) -> list[str]:
        """Parts of the model that the ledger does not have."""
        found = self.by_part
        return list(found.index[found["ledger_usd"].isna()])

    @property
    def record(self) -> dict[str, Any]:
        """What summary.json says of the ledger."""
        return {
            "ledger": self.by_part[["model_usd", "ledger_usd"]].to_dict("index"),
            "months": self.months,
            "differing": list(self.differing),
            "not_in_model": self.not_in_model,
            "not_in_ledger": self.not_in_ledger,
            "factors": self.factors,
        }

    @property
    def rows(self) -> pd.DataFrame:
        """The parts with how they differ in the language of the context, and their factors."""
        found = self.by_part.reset_index()
        factor = found["part"].map(self.factors).astype(float)
        return found.assign(
            difference_usd=found["difference_usd"].round() + 0.0,  # no negative zero
            how=[self._in_words(part) for part in found["part"]],
            factor=factor,
            scaled_usd=found["model_usd"] * factor,
        )

    def _in_words(self, part: str) -> str:
        if part in self.not_in_model:
            return _("the model does not have it")
        if part in self.not_in_ledger:
            return _("the ledger does not have it")
        return _(self.differing[part]) if part in self.differing else ""

    @property
    def verdict(self) -> str:
        """Which parts differ, in the language of the context."""
        if not self.differing:
            return _("Model and ledger agree within {share} in every part that both have.").format(
                share=shown(DIFFERS, WHOLE_PERCENT)
            )
        return _("Model and ledger differ by more than {share} in: {parts}.").format(
            share=shown(DIFFERS, WHOLE_PERCENT),
            parts=listed(shown(part, "part") for part in self.differing),
        )

    def scaled(self, usd: Mapping[str, float]) -> dict[str, float]:
        """Return the cost by part times its factor; a part without one as it is."""
        return {part: amount * self.factors.get(part, 1.0) for part, amount in usd.items()}


def ledger_in_usd(ledger: pd.DataFrame, file: str, network: Network) -> pd.DataFrame:
    """Check a ledger against a network and convert its amounts.

    Parameters
    ----------
    ledger : DataFrame
        In the form of `schema.present.LEDGER`.
    file : str
        Name of the file, for messages.
    network : Network
        Sites, exchange rates and their day.

    Returns
    -------
    DataFrame
        With the amounts in USD.

    Raises
    ------
    InputError
        F323 for a currency without a rate, F471 for an unknown site, F477 for a month that is none
        or that comes back in another year.
    """
    rates = {
        code: one.units_per_usd
        for code, one in rates_on(network["exchange_rates"], network.as_of).items()
    }
    rates[USD] = 1.0
    known = (*network["sites"]["site_id"], "")
    years: dict[str, str] = {}
    faults = []
    columns = (ledger[name].tolist() for name in (ROW, "month", "site_id", "currency"))
    for line, month, site, currency in zip(*columns, strict=True):
        if not MONTH.fullmatch(month):
            faults.append(Fault("F477", file, line, "month", month, "write 2025-03"))
        elif years.setdefault(month[5:], month) != month:
            detail = f"{years[month[5:]]} is there too"
            faults.append(Fault("F477", file, line, "month", month, detail))
        if site not in known:
            similar = near(nearest(site, known)).lstrip("; ")
            faults.append(Fault("F471", file, line, "site_id", site, similar))
        if currency not in rates:
            detail = f"no rate on or before {network.as_of}"
            faults.append(Fault("F323", file, line, "currency", currency, detail))
    if faults:
        raise InputError(faults)
    return ledger.assign(amount=ledger["amount"] / ledger["currency"].map(rates), currency=USD)


def reconcile(
    plan: Plan, calendar: pd.DataFrame, ledger: pd.DataFrame, *, scale: bool
) -> Reconciled:
    """Compare the cost of a plan with a ledger.

    Parameters
    ----------
    plan : Plan
        With costs.
    calendar : DataFrame
        calendar.csv of the network.
    ledger : DataFrame
        Of `ledger_in_usd`.
    scale : bool
        Give a factor for each part that both have.

    Returns
    -------
    Reconciled
    """
    months = sorted(ledger["month"].unique())
    shares = pd.DataFrame(month_shares(calendar), index=calendar["period_id"])
    shares = shares[[int(month[5:]) - 1 for month in months]].set_axis(months, axis=1)
    booked = ledger.groupby(["part", "month"])["amount"].sum()
    sites = ledger.groupby("part")["site_id"].agg(set)
    known = plan.parts.set_index("part")["usd_year"]
    paid = ledger.loc[ledger["amount"] != 0.0, "part"].unique()
    parts = [part for part in known.index if known[part] != 0.0 or part in paid]
    rows = []
    for part in (*parts, *(part for part in paid if part not in parts)):
        modelled = _by_month(plan.costs, part, sites.get(part, {""}), shares)
        theirs = booked.get(part, pd.Series(dtype=float)).reindex(months)
        rows.append(
            pd.DataFrame(
                {
                    "part": part,
                    "month": months,
                    "model_usd": modelled if part in parts else np.nan,
                    "ledger_usd": theirs.fillna(0.0).to_numpy() if part in sites else np.nan,
                }
            )
        )
    table = pd.concat(rows, ignore_index=True)
    table["difference_usd"] = table["ledger_usd"] - table["model_usd"]
    both = table.dropna(subset=["difference_usd"])
    total = both.groupby("part", sort=False)[["model_usd", "ledger_usd"]].sum()
    most = total.abs().max(axis=1)
    gap = (total["ledger_usd"] - total["model_usd"]).abs()
    apart = total[(gap > DIFFERS * most) & (gap > LEAST)].index
    differing = {part: _how(both[both["part"] == part]) for part in apart}
    with_cost = total[total["model_usd"] != 0.0]
    ratio = with_cost["ledger_usd"] / with_cost["model_usd"]
    factors = {str(part): float(one) for part, one in ratio.items()} if scale else {}
    return Reconciled(table, differing, factors)


def _by_month(costs: pd.DataFrame, part: str, sites: set[str], shares: pd.DataFrame) -> np.ndarray:
    """Return the cost of a part in each month, of some sites or, with an empty name, of all."""
    rows = costs[costs["part"] == part]
    rows = rows if "" in sites else rows[rows["site"].isin(sites)]
    by_period = rows.groupby("period")["usd_year"].sum().reindex(shares.index).fillna(0.0)
    return np.asarray(by_period.to_numpy() @ shares.to_numpy())


def _how(rows: pd.DataFrame) -> Message:
    """Return in words how a part differs over the months."""
    gap = rows["difference_usd"].to_numpy()
    model = rows["model_usd"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(model != 0.0, rows["ledger_usd"].to_numpy() / model, np.nan)
    share = float(gap.sum() / model.sum()) if model.sum() else np.inf
    worst = int(np.abs(gap).argmax())
    if len(rows) > 1 and np.ptp(ratio) <= STEADY * abs(np.nanmean(ratio)):
        return Message(
            "by the same share, {share:+.1%}, in every month: a price or rate differs", share=share
        )
    if len(rows) > 1 and abs(gap[worst]) >= ONE_MONTH * np.abs(gap).sum():
        month = rows["month"].iloc[worst]
        return Message("nearly all of it in {month}: look at its bookings", month=month)
    return Message(
        "{share:+.1%}, another share in each month: volumes or dates of booking differ", share=share
    )
