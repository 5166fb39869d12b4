"""Fees of entries: floor, cap, base and transport mode, each fee by itself."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from conftest import Folders
from fulfill.inputs.entry_fees import Fee, applicable_fees, double_fee_faults, fees_on
from fulfill.inputs.faults import InputError
from fulfill.inputs.problem import Problem

FILE = "network/entry_fees.csv"
HEADER = (
    "fee_id,fee,destination,entry_kind,origin_group,transport_mode,valid_from,valid_to,rate,base,"
    "min_usd,max_usd,source,source_date,status,range"
)
MPF = "m1,MPF,MX,formal,any,any,2024-01-01,,0.003464,fob,31.67,614.35,made up,,estimate,"
HMF = "h1,HMF,MX,formal,any,sea,2024-01-01,,0.00125,fob,,,made up,,estimate,"


@pytest.mark.parametrize(
    ("rate", "low", "high", "share"),
    [
        (0.008, 0.0, np.inf, 0.008),
        (0.003464, 33.58, 651.5, 0.003464),
        (0.003464, 40.0, 651.5, 0.004),
        (0.1, 0.0, 651.5, 0.06515),
        (0.0, 0.0, np.inf, 0.0),
        (0.0, 25.0, np.inf, 0.0025),
    ],
)
def test_a_fee_keeps_floor_and_cap_of_an_entry(
    rate: float, low: float, high: float, share: float
) -> None:
    assert Fee("x", rate, "fob", low, high).share(10_000.0, "road") == pytest.approx(share)


@pytest.mark.parametrize(
    ("entry_usd", "by_sea", "by_road"),
    [
        # floor of the MPF; HMF 0.125 % on top at sea
        (3_000, 35.42, 31.67),
        (10_000, 47.14, 34.64),
        # cap of the MPF; the HMF has none
        (250_000, 926.85, 614.35),
        (1_000_000, 1_864.35, 614.35),
    ],
)
def test_mpf_and_hmf_are_two_charges(
    toy: Folders, entry_usd: float, by_sea: float, by_road: float
) -> None:
    toy.write(FILE, "\n".join([HEADER, MPF, HMF]))
    rule = toy.problem().regime.find("MX", "formal", "CN", "apparel", 14.0)
    assert rule is not None
    for mode, usd in (("sea", by_sea), ("road", by_road), ("air", by_road)):
        assert rule.fee_share("fob", entry_usd, mode) * entry_usd == pytest.approx(usd, abs=0.005)
    assert rule.fee_share("cif", entry_usd, "sea") == pytest.approx(0.008)  # the row's own, on CIF


@pytest.mark.parametrize(
    ("day", "entry_usd", "usd"),
    [
        ("2024-06-01", 3_000, 35.42),
        ("2024-06-01", 250_000, 926.85),
        ("2025-06-01", 3_000, 36.46),
        ("2026-03-01", 3_000, 37.33),
        ("2026-11-01", 3_000, 38.33),
        ("2026-11-01", 250_000, 983.36),
    ],
)
def test_the_embedded_us_fees_by_fiscal_year(
    embedded_problem: Problem, day: str, entry_usd: float, usd: float
) -> None:
    rows = fees_on(embedded_problem.network["entry_fees"], date.fromisoformat(day))
    owed = applicable_fees(rows, "US", "formal", "CN")
    total = sum(fee.share(entry_usd, "sea") for fee in owed) * entry_usd
    assert total == pytest.approx(usd, abs=0.005)


@pytest.mark.parametrize(
    ("kind", "mode", "names"),
    [
        ("formal", "sea", {"MPF", "HMF"}),
        ("formal", "air", {"MPF"}),
        ("formal", "road", {"MPF"}),
        # the treaty exempts from the MPF, not from the HMF
        ("preferential", "sea", {"HMF"}),
        ("preferential", "road", set()),
    ],
)
def test_which_embedded_fees_an_entry_owes(
    embedded_problem: Problem, kind: str, mode: str, names: set[str]
) -> None:
    fees = applicable_fees(embedded_problem.regime.fee_rows, "US", kind, "USMCA")
    assert {fee.name for fee in fees if fee.share(10_000.0, mode) > 0} == names


@pytest.mark.parametrize(
    ("second", "faults"),
    [
        (MPF.replace("m1", "m2"), [("F303", 3)]),
        (MPF.replace("m1", "m2").replace("any,any", "CN,sea"), [("F303", 3)]),
        (MPF.replace("m1", "m2").replace("2024-01-01", "2027-10-01"), [("F303", 3)]),
        (MPF.replace("m1", "m2").replace("2024-01-01,", "2020-01-01,2019-01-01"), [("F205", 3)]),
        (MPF.replace("m1", "m2").replace("2024-01-01,", "2020-01-01,2023-12-31"), []),
        (MPF.replace("m1", "m2").replace("MPF", "DTA"), []),
        (MPF.replace("m1", "m2").replace("formal", "preferential"), []),
        (HMF, []),
    ],
)
def test_a_fee_is_charged_once(toy: Folders, second: str, faults: list[tuple[str, int]]) -> None:
    toy.write(FILE, "\n".join([HEADER, MPF, second]))
    if faults:
        with pytest.raises(InputError) as caught:
            toy.problem()
        assert [(fault.code, fault.row) for fault in caught.value.faults] == faults
    else:
        assert double_fee_faults(toy.problem().network["entry_fees"]) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "column"),
    [
        (",sea,", ",ship,", "F206", "transport_mode"),
        (",fob,", ",price,", "F206", "base"),
        ("0.00125", "-0.1", "F205", "rate"),
        (",fob,,,", ",fob,20,10,", "F214", "max_usd"),
        ("h1,HMF", "h1,", "F201", "fee"),
    ],
)
def test_a_faulty_fee_is_refused(toy: Folders, old: str, new: str, code: str, column: str) -> None:
    toy.write(FILE, "\n".join([HEADER, HMF.replace(old, new)]))
    with pytest.raises(InputError) as caught:
        toy.problem()
    assert [(fault.code, fault.column) for fault in caught.value.faults] == [(code, column)]
