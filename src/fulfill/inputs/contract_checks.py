"""Contradictions in contracts.csv: tiers, fees and terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.schema.contracts import LEASE
from fulfill.inputs.site_rows import row_faults, rows_by_site

SAME = ("kind", "currency", "minimum_usd_month", "minimum_term_months", "notice_months")
"""Columns that hold for a contract, not for a tier."""
FEE = "fee_usd_order"


def contract_faults(folder: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Find contracts of unknown sites, without a first tier, without a fee or with two terms.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        With sites and contracts.

    Yields
    ------
    Fault
        F208, F214 and F527 to F529.
    """
    yield from row_faults(folder, tables, "contracts")
    file = f"{folder}/contracts.csv"
    for (ownership, site), rows in tables["contracts"].groupby(
        ["ownership", "site_id"], sort=False
    ):
        rows, who = rows.sort_values("tier_from", kind="stable"), f"{ownership} {site}"
        first = rows.iloc[0]
        if first["tier_from"] > 0:
            value = f"{first['tier_from']:g}"
            yield Fault("F527", file, int(first[ROW]), "tier_from", value, f"{who}: lowest tier")
        for name in SAME:
            for line, value in rows.loc[rows[name] != first[name], [ROW, name]].itertuples(
                index=False
            ):
                detail = f"{who}: {_shown(first[name])} in row {int(first[ROW])}"
                yield Fault("F528", file, int(line), name, _shown(value), detail)
        yield from _fee_faults(file, who, rows)


def _fee_faults(file: str, who: str, rows: pd.DataFrame) -> Iterator[Fault]:
    """Find tiers without a fee, and leases with one."""
    leased = rows["kind"] == LEASE
    for line in rows.loc[~leased & rows["fee_usd_order"].isna(), ROW]:
        yield Fault("F529", file, int(line), "fee_usd_order", "", f"{who}: no fee")
    for name in ("fee_usd_order", "minimum_usd_month", "tier_from"):
        for line, value in rows.loc[leased & (rows[name].fillna(0.0) > 0), [ROW, name]].itertuples(
            index=False
        ):
            yield Fault("F529", file, int(line), name, f"{value:g}", f"{who}: a lease")
    for line in rows.loc[leased & (rows["fee_usd_order"] == 0), ROW]:
        yield Fault("F529", file, int(line), "fee_usd_order", "0", f"{who}: a lease")


def contract_warnings(folder: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Warn of sites with two fees for an order, or with a fixed fee besides a minimum.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        Of a network, amounts in USD.

    Yields
    ------
    Fault
        W527 and W528, one for each contract.
    """
    if tables["contracts"].empty:
        return
    sites, file = tables["sites"], f"{folder}/contracts.csv"
    rows = rows_by_site(sites, tables["contracts"])
    rows = rows[(rows["tier_from"] == 0) & (rows["kind"] != LEASE)]
    picked = rows.merge(sites[["site_id", "pick_usd_order"]], on="site_id")
    twice = picked[(picked["pick_usd_order"] > 0) & (picked["pick_usd_order"] != picked[FEE])]
    for _, same in twice.groupby(ROW):
        line, fee, names = same[ROW].iloc[0], same[FEE].iloc[0], _listed(same["site_id"])
        detail = f"pick_usd_order of sites.csv is {same['pick_usd_order'].iloc[0]:g} for {names}"
        yield Fault("W527", file, int(line), FEE, f"{fee:g}", detail)
    sizes = rows_by_site(sites, tables["site_sizes"])
    fixed = sizes[sizes["fixed_usd_month"] > 0].drop_duplicates("site_id")
    both = rows[rows["minimum_usd_month"] > 0].merge(
        fixed[["site_id", "size", "fixed_usd_month"]], on="site_id"
    )
    for _, same in both.groupby(ROW):
        one = same.iloc[0]
        least = one["minimum_usd_month"]
        detail = (
            f"fixed_usd_month is {one['fixed_usd_month']:g} at size {one['size']} of "
            f"{_listed(same['site_id'])}"
        )
        yield Fault("W528", file, int(one[ROW]), "minimum_usd_month", f"{least:g}", detail)


def _listed(names: pd.Series) -> str:
    """Return the first of some sites, and how many more there are."""
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names.iloc[0]}{more}"


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
