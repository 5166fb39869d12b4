import numpy as np

from fulfill.model.economics.carbon import kg_co2e_per_kg


def test_a_tonne_kilometre_is_a_thousand_kilogram_kilometres() -> None:
    assert kg_co2e_per_kg(0.1, 1000) == 0.1
    np.testing.assert_allclose(kg_co2e_per_kg([0.01, 0.6], 12_000), [0.12, 7.2])
