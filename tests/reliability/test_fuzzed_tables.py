"""Fuzzed tables are refused with their place, or planned right: nothing in between."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from conftest import TOY_DEMAND, TOY_NETWORK
from fulfill.inputs.faults import InputError
from fulfill.study.run import Run
from fulfill.study.study import load
from reliability.mutations import MUTATIONS, Expected, Variant, variant

FILES = {
    f"{kind}/{path.name}": path.read_bytes()
    for kind, folder in (("network", TOY_NETWORK), ("demand", TOY_DEMAND))
    for path in sorted(folder.iterdir())
}
QUICK, ALL = len(MUTATIONS), 300
OUTCOMES: Counter[tuple[str, str]] = Counter()
"""How the variants of this process ended, by kind: what docs/reliability.md shows."""


@pytest.fixture(scope="module")
def plain() -> Run:
    """The best plan of the unchanged toy."""
    return load("toy", "toy").optimize(gap=0.0)


def contribution(run: Run) -> float:
    return float(run.kpis["contribution_usd"])


def planned(changed: Variant, folder: Path) -> Run | InputError:
    """Write the files and plan them as `fulfill optimize` does."""
    for path, content in changed.files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    try:
        return load(str(folder / "network"), str(folder / "demand")).optimize(gap=0.0)
    except InputError as error:
        return error


def check(changed: Variant, plain: Run, folder: Path) -> None:
    """Assert that a variant ends as its kind demands."""
    place = f"{changed.kind}: {changed.detail}"
    result = planned(changed, folder)
    if isinstance(result, InputError):
        OUTCOMES[changed.kind, "refused"] += 1
        assert changed.expected is not Expected.SAME, f"{place}: {result}"
        assert result.faults, place
        assert all(fault.file for fault in result.faults), place
        return
    OUTCOMES[changed.kind, "planned"] += 1
    assert changed.expected is not Expected.REFUSED, place
    if not result.found:
        assert result.outcome.status in ("INFEASIBLE", "NO_PLAN"), place
        return
    assert result.audit.clean, f"{place}: {result.audit}"
    slack = 1e-6 * max(1.0, abs(contribution(plain)))
    if changed.expected is Expected.SAME:
        assert contribution(result) == pytest.approx(contribution(plain), rel=1e-9), place
    if changed.expected is Expected.NO_BETTER:
        assert contribution(result) <= contribution(plain) + slack, place


@pytest.mark.parametrize("number", range(QUICK))
def test_every_kind_of_change_is_refused_or_planned_right(
    plain: Run, tmp_path: Path, number: int
) -> None:
    check(variant(FILES, number), plain, tmp_path)


@pytest.mark.slow
def test_300_fuzzed_variants_are_refused_or_planned_right(
    plain: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @seed(20261127)
    @settings(max_examples=ALL, deadline=None, derandomize=False, database=None)
    @given(st.integers(QUICK, 10**6))
    def fuzz(number: int) -> None:
        check(variant(FILES, number), plain, tmp_path_factory.mktemp("fuzz"))

    OUTCOMES.clear()
    fuzz()
    for (kind, ending), count in sorted(OUTCOMES.items()):
        print(f"{kind:16} {ending:8} {count:4}")
