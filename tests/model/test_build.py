"""From a priced problem to arrays: what a ferry carries."""

from __future__ import annotations

import numpy as np
import pytest

from fulfill.location.network.warmup import tiny_instance
from fulfill.model.instance import LocationInstance
from fulfill.study.run import build_model
from fulfill.study.study import load

REGION = "MX Quintana Roo by f-cozumel"


def built(*overrides: str) -> LocationInstance:
    study = load(resolution=97, overrides=overrides)
    return build_model(study.planned_problem(), study.options).instance


@pytest.fixture(scope="module")
def plain() -> LocationInstance:
    return built()


@pytest.mark.parametrize("orders_day", [0.0, 7.0, 1e9])
def test_an_island_takes_no_more_orders_than_fit_on_its_ferry(
    plain: LocationInstance, orders_day: float
) -> None:
    limited = built(f"network/ferries[f-cozumel].orders_day={orders_day}")
    assert limited.carriers.regions == plain.carriers.regions
    island = plain.carriers.regions.index(REGION)
    assert (plain.carriers.zone_region == island).sum() == 1
    days = load().problem.days
    carried = np.minimum(plain.carriers.orders[island], orders_day * days)
    np.testing.assert_allclose(limited.carriers.orders[island], carried)
    elsewhere = np.delete(plain.carriers.orders, island, axis=0)
    np.testing.assert_array_equal(np.delete(limited.carriers.orders, island, axis=0), elsewhere)


def test_kernels_compiled_for_the_tiny_instance_serve_any_other(plain: LocationInstance) -> None:
    def kinds(instance: LocationInstance) -> dict[str, tuple[object, ...]]:
        """Return what numba compiles a kernel for: type, axes, layout, and whether it may write."""
        blocks = {"": instance, "inbound.": instance.inbound, "stock.": instance.stock,
                  "mail.": instance.mail, "carriers.": instance.carriers}  # fmt: skip
        return {
            prefix + name: (
                value.dtype, value.ndim, value.flags.c_contiguous, value.flags.writeable,
            )
            for prefix, block in blocks.items()
            for name, value in vars(block).items()
            if isinstance(value, np.ndarray)
        }  # fmt: skip

    built_arrays, tiny = kinds(plain), kinds(tiny_instance())
    assert built_arrays.keys() == tiny.keys()
    assert {name for name, kind in built_arrays.items() if kind != tiny[name]} == set()
