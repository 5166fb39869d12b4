"""The public two-stage format: every figure lands where it belongs, faulty files are refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from fulfill.model.two_stage_instances import read_two_stage, to_instance

PLANTS, DEPOTS, CUSTOMERS, PRODUCTS = 2, 3, 4, 2


def blocks(seed: int = 0) -> list[np.ndarray]:
    """Demand, plants, first leg, depots, second leg, as the format orders them."""
    rng = np.random.default_rng(seed)
    shapes = (
        (CUSTOMERS, PRODUCTS), (PLANTS, PRODUCTS + 1), (PRODUCTS, PLANTS, DEPOTS),
        (DEPOTS, PRODUCTS + 1), (PRODUCTS, DEPOTS, CUSTOMERS),
    )  # fmt: skip
    return [rng.integers(1, 99, shape).astype(float) for shape in shapes]


def text_of(parts: list[np.ndarray]) -> str:
    """Return a file of the format."""
    words = [PLANTS, DEPOTS, CUSTOMERS, PRODUCTS, *np.concatenate([p.ravel() for p in parts])]
    return "\n".join(f"{word:g}" for word in words)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    demand, plants, first, depots, second = blocks()
    (tmp_path / "i.txt.gz").write_bytes(gzip.compress(text_of(blocks()).encode()))
    read = read_two_stage(tmp_path / "i.txt.gz")
    assert np.array_equal(read.demand, demand)
    assert np.array_equal(np.column_stack([read.plant_capacity, read.plant_fixed]), plants)
    assert np.array_equal(np.column_stack([read.depot_capacity, read.depot_fixed]), depots)
    assert np.array_equal(read.first_leg, first)
    assert np.array_equal(read.second_leg, second)


def test_a_product_becomes_a_period_and_a_plant_an_origin(tmp_path: Path) -> None:
    demand, plants, first, depots, second = blocks()
    (tmp_path / "i.txt").write_text(text_of(blocks()))
    instance = to_instance(read_two_stage(tmp_path / "i.txt"))
    inbound = instance.required_inbound
    assert np.array_equal(instance.demand[:, 0], demand)
    assert np.array_equal(instance.capacity[:, 0, 0], depots[:, :-1])
    assert np.array_equal(inbound.origin_m3, plants[:, :-1])
    assert np.array_equal(inbound.origin_fixed_usd, plants[:, -1])
    route = np.flatnonzero((inbound.route_origin == 1) & (inbound.route_site == 2))
    assert np.array_equal(inbound.route_usd[route[0], 0], first[:, 1, 2])
    lane = np.flatnonzero((instance.lane_site == 2) & (instance.lane_zone == 3))
    assert np.array_equal(instance.lane_cost(lane)[0, 0], second[:, 2, 3])
    assert np.isinf(instance.unserved_usd).all()


@pytest.mark.parametrize("change", [" 1", ""])
def test_too_many_or_too_few_numbers_are_refused(tmp_path: Path, change: str) -> None:
    text = text_of(blocks())
    (tmp_path / "i.txt").write_text(text + change if change else text.rsplit("\n", 1)[0])
    with pytest.raises(ValueError, match="expected"):
        read_two_stage(tmp_path / "i.txt")
