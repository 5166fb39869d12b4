"""What a run leaves for a later one: read back whole, refused by name, and worth beginning from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from conftest import TOY_DEMAND, TOY_NETWORK
from fulfill.cli.main import main
from fulfill.inputs.faults import InputError
from fulfill.location.network.decomposition import solve_decomposed
from fulfill.location.solution import LocationParams, LocationSolution, Progress
from fulfill.model.array_file import VERSION
from fulfill.model.limits import Limits
from fulfill.model.multipliers import AXES
from fulfill.model.warm_start import FILE, FORMAT_VERSION, PLAN, check_warm_start, load
from instances import random_instance

PARAMS = LocationParams(gap=0.05, time_limit=600.0)


@pytest.fixture(scope="module")
def cold() -> LocationSolution:
    return solve_decomposed(random_instance(0), PARAMS)


@pytest.fixture
def stored(cold: LocationSolution, tmp_path: Path) -> Path:
    assert cold.warm_start is not None
    cold.warm_start.save(tmp_path / FILE)
    return tmp_path / FILE


def test_a_warm_start_reads_back(cold: LocationSolution, stored: Path) -> None:
    read = load(stored)
    assert cold.warm_start is not None
    pairs = [(getattr(cold.warm_start, name), getattr(read, name)) for name in PLAN]
    pairs += [
        (getattr(cold.warm_start.multipliers, name), getattr(read.multipliers, name))
        for name in AXES
    ]
    for one, other in pairs:
        assert one.shape == other.shape
        if one.dtype.kind == "f":
            np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-6)
        else:
            assert (one == other).all()


@pytest.mark.parametrize("version", [None, 1, FORMAT_VERSION + 1, 2.0, "two"])
def test_a_warm_start_of_another_format_is_refused(stored: Path, version: object) -> None:
    with np.load(stored) as old:
        arrays = {name: value for name, value in old.items() if name != VERSION}
    np.savez_compressed(stored, **arrays, **({} if version is None else {VERSION: version}))
    with pytest.raises(InputError, match=f"F320 {FILE}.*reads version {FORMAT_VERSION}"):
        load(stored)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cell": None}, "column cell: missing"),
        ({"cell": np.array(np.nan)}, "column cell: 0 axes of float64, 3 axes of fractional"),
        ({"cell": np.full((1, 1, 1), np.nan)}, "column cell: a figure is infinite, none"),
        ({"cell": np.full((1, 1, 1), 1e30)}, "column cell: a figure is infinite, none or too"),
        ({"cell": np.zeros((1, 1, 1))}, "column cell: shape (1, 1, 1), not that of zones"),
        ({"other": np.zeros(1)}, "column other: unknown"),
        ({"size": None}, "column size: missing"),
        ({"size": np.zeros(1, int)}, "column size: shape (1,), not that of sites"),
        ({"size": np.zeros(3)}, "column size: 1 axes of float64, 1 axes of whole numbers"),
        ({"size": np.zeros((3, 1), int)}, "column size: 2 axes of int64, 1 axes"),
        ({"size": np.full(3, "S")}, "column size: 1 axes of <U1, 1 axes of whole numbers"),
        ({"zones": np.zeros(3)}, "column zones: 1 axes of float64, 1 axes of texts"),
        ({"zones": np.zeros(0, "U1")}, "column cell: shape"),
        ({"rho": np.zeros(0)}, "column rho: 1 axes of float64, 2 axes"),
        ({"rho": np.zeros((2, 99))}, "column rho: shape (2, 99)"),
        ({"volume": np.full((2, 2), np.inf)}, "column volume: a figure is infinite"),
        ({"carrier": np.full((1, 1), -1.0)}, "column carrier: a multiplier is negative"),
        ({"budget": np.zeros(3)}, "column budget: 1 axes of float64, 0 axes"),
        ({"assortment": np.array([[{}]])}, "start.npz: neither numbers nor texts"),
    ],
)
def test_a_spoiled_start_is_refused(stored: Path, change: dict[str, object], message: str) -> None:
    with np.load(stored) as old:
        arrays = {name: value for name, value in {**old, **change}.items() if value is not None}
    np.savez_compressed(stored, **arrays)
    with pytest.raises(InputError) as refused:
        load(stored)
    place, words = message.split(": ", 1)
    assert any(place.split()[-1] in str(fault) for fault in refused.value.faults)
    assert words in str(refused.value)


def test_a_start_of_other_places_is_refused_with_each_axis(cold: LocationSolution) -> None:
    assert cold.warm_start is not None
    axes = {
        name: tuple(getattr(cold.warm_start, name))
        for name in ("zones", "products", "periods", "sites")
    }
    check_warm_start(cold.warm_start, 2, **axes)
    with pytest.raises(InputError) as refused:
        check_warm_start(
            cold.warm_start,
            2,
            **{**axes, "zones": (*axes["zones"][1:], "elsewhere"), "sites": axes["sites"][:-1]},
        )
    assert [fault.column for fault in refused.value.faults] == ["zones", "sites"]
    assert "first difference: z0 / z1" in str(refused.value)
    for size in (-2, 2, 99):
        odd = replace(cold.warm_start, size=np.full_like(cold.warm_start.size, size))
        with pytest.raises(InputError, match=r"F311 start\.npz, column size"):
            check_warm_start(odd, 2, **axes)


def test_a_warm_run_has_the_old_plan_at_once(cold: LocationSolution) -> None:
    reports: list[Progress] = []
    warm = solve_decomposed(
        random_instance(0), replace(PARAMS, warm_start=cold.warm_start, progress=reports.append)
    )
    first = next(report for report in reports if np.isfinite(report.incumbent))
    assert first.incumbent <= cold.objective * 1.001
    assert warm.bound >= cold.bound * (1 - 1e-3)
    assert warm.certificate is not None


def test_a_warm_run_keeps_a_lock(cold: LocationSolution) -> None:
    assert cold.decisions is not None
    site = int(cold.decisions.opened.any(axis=1).argmax())
    locked = replace(random_instance(0), limits=Limits(closed=(site,)))
    warm = solve_decomposed(locked, replace(PARAMS, warm_start=cold.warm_start))
    assert warm.decisions is not None
    assert not warm.decisions.opened[site].any()
    assert warm.objective >= cold.bound  # a lock never makes it cheaper
    assert warm.bound <= warm.objective


def test_prices_that_changed_are_followed(cold: LocationSolution) -> None:
    instance = random_instance(0)
    dearer = replace(
        instance, option_cost=instance.option_cost + np.array([3.0, 0.0])[:, None, None]
    )
    warm = solve_decomposed(dearer, replace(PARAMS, warm_start=cold.warm_start))
    fresh = solve_decomposed(dearer, PARAMS)
    assert warm.bound <= fresh.objective
    assert warm.objective <= fresh.objective * 1.05


@pytest.mark.usefixtures("undrawn")
def test_the_command_begins_from_a_run(tmp_path: Path) -> None:
    inputs = [
        "--network",
        str(TOY_NETWORK),
        "--demand",
        str(TOY_DEMAND),
        "--method",
        "decomposition",
        "--gap",
        "0.05",
    ]
    first, second = tmp_path / "first", tmp_path / "second"
    assert CliRunner().invoke(main, ["optimize", *inputs, "--out", str(first)]).exit_code == 0
    again = CliRunner().invoke(
        main, ["optimize", *inputs, "--from", str(first), "--out", str(second)]
    )
    assert again.exit_code == 0, again.output
    assert CliRunner().invoke(main, ["audit", str(second)]).exit_code == 0
    (first / FILE).unlink()
    refused = CliRunner().invoke(
        main, ["optimize", *inputs, "--from", str(first), "--out", str(tmp_path / "third")]
    )
    assert refused.exit_code == 1
    assert "F311" in refused.output
    assert "start.npz" in refused.output
    assert not (tmp_path / "third").exists()


def test_the_repr_of_a_solution_and_its_parts_gives_sizes(cold: LocationSolution) -> None:
    instance = random_instance(0)
    for value in (instance, cold, cold.decisions, cold.warm_start, cold.certificate):
        assert len(repr(value)) < 1000
        assert "array" not in repr(value)
    assert f"{len(instance.lane_zone)} lanes" in repr(instance)
    assert repr(cold.decisions) in repr(cold)
