"""Every usual spelling of a state is one name, and no name is two states."""

from __future__ import annotations

import unicodedata

import pytest

from fulfill.inputs.states import STATES, country_of, near_states, state_name


def test_both_countries_are_complete() -> None:
    assert len(STATES["MX"]) == 32
    assert len(STATES["US"]) == 51


@pytest.mark.parametrize("country", sorted(STATES))
def test_no_name_stands_for_two_states(country: str) -> None:
    for state, others in STATES[country].items():
        for name in (state, *others):
            assert state_name(country, name) == state
            assert state_name(country, unicodedata.normalize("NFD", name.upper())) == state


@pytest.mark.parametrize(
    ("country", "text", "state"),
    [
        ("MX", "Queretaro", "Querétaro"),
        ("MX", "QUERÉTARO", "Querétaro"),
        ("MX", "Quere\u0301taro", "Querétaro"),
        ("MX", "Querétaro de Arteaga", "Querétaro"),
        ("MX", "Qro.", "Querétaro"),
        ("MX", "MX-QUE", "Querétaro"),
        ("MX", "Estado de Querétaro", "Querétaro"),
        ("MX", "MEXICO", "México"),
        ("MX", "Edo. de México", "México"),
        ("MX", "D.F.", "Ciudad de México"),
        ("MX", "Veracruz de Ignacio de la Llave", "Veracruz"),
        ("MX", "N.L.", "Nuevo León"),
        ("US", "TX", "Texas"),
        ("US", "ca", "California"),
        ("US", "US-NM", "New Mexico"),
        ("US", "State of New York", "New York"),
        ("US", "Washington, D.C.", "District of Columbia"),
        ("US", "washington", "Washington"),
    ],
)
def test_usual_spellings_are_one_name(country: str, text: str, state: str) -> None:
    assert state_name(country, text) == state


@pytest.mark.parametrize("text", ["", "*", "A", "Norte", "Valle de México", "Texas", "Queretro"])
def test_what_is_no_state_of_mexico(text: str) -> None:
    assert state_name("MX", text) is None


def test_a_misspelt_state_has_near_ones_and_a_region_has_none() -> None:
    assert near_states("MX", "Queretro") == ["Querétaro"]
    assert near_states("MX", "Baja Californa Sur")[0] == "Baja California Sur"
    assert near_states("US", "Califronia") == ["California"]
    assert (
        near_states("MX", "Valle de México")
        == near_states("MX", "Norte")
        == near_states("MX", "A")
        == []
    )


def test_a_state_of_the_other_country_is_known_there() -> None:
    assert country_of("Texas") == "US"
    assert country_of("Jalisco") == "MX"
    assert country_of("Norte") is None
