from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfill.inputs.importing.place_names import place_key, shortened
from fulfill.inputs.importing.place_tables import AMBIGUOUS, _meaning, place_tables
from fulfill.inputs.importing.place_texts import UNKNOWN, country_number, postcode_number
from fulfill.inputs.importing.places import HOW, NOT_PLACED, REASONS, Placed, place_orders
from fulfill.inputs.states import STATES

COLUMNS = ("country", "postcode", "city", "state", "lat", "lon")
TABLES = place_tables()
MX_CODES = TABLES.postcodes[TABLES.postcodes.country == "MX"].code.tolist()
CITIES = [
    ("Cancún", "Quintana Roo"),
    ("San Luis Potosí", "San Luis Potosí"),
    ("Ciudad Juárez", "Chihuahua"),
    ("Ecatepec de Morelos", "México"),
    ("Mérida", "Yucatán"),
]


def one(**cells: object) -> Placed:
    """Place a single order."""
    return place_orders(*(pd.Series([cells[name]]) if name in cells else None for name in COLUMNS))


def named(placed: Placed) -> str | None:
    """Return the name of the place of the first order."""
    row = int(placed.place_id[0])
    return None if row == NOT_PLACED else str(placed.places.name[row])


@pytest.mark.parametrize(
    ("cells", "place", "how"),
    [
        ({"country": "MX", "postcode": "44100"}, "Guadalajara", "postcode"),
        ({"country": "México", "postcode": "C.P. 44100"}, "Guadalajara", "postcode"),
        ({"country": "MX", "postcode": 1000.0}, "Álvaro Obregón", "postcode"),
        ({"country": "US", "postcode": "92101-1234"}, "San Diego", "postcode"),
        ({"state": "Jal.", "postcode": "44100"}, "Guadalajara", "postcode"),
        ({"country": "MX", "city": "Cd. Juárez", "state": "Chih."}, "Ciudad Juárez", "city"),
        ({"country": "MX", "city": "ciudad juarez", "state": "CHH"}, "Ciudad Juárez", "city"),
        ({"country": "MX", "city": "Toluca", "state": "Edo. Méx."}, "Toluca", "city"),
        ({"country": "MX", "city": "Monterrey", "state": "N.L."}, "Monterrey", "city"),
        ({"country": "MX", "city": "Cancun", "state": "Q. Roo"}, "Cancún", "city"),
        ({"country": "MX", "city": "CDMX", "state": "D.F."}, "Ciudad de México", "city"),
        ({"country": "MX", "city": "Guadalajara, Jalisco"}, "Guadalajara", "city"),
        ({"country": "MX", "city": "Tijuana"}, "Tijuana", "city"),
        ({"country": "MX", "city": "Guzmán", "state": "Jal"}, "Ciudad Guzmán", "city"),
        ({"country": "MX", "city": "Centro", "state": "Tabasco"}, "Villahermosa", "city"),
        ({"country": "US", "city": "El Paso", "state": "TX"}, "El Paso", "city"),
        ({"country": "MX", "lat": 25.68, "lon": -100.31}, "Monterrey", "point"),
        ({"country": "MX", "lat": "20.97", "lon": "-89.62"}, "Mérida", "point"),
        ({"lat": 31.76, "lon": -106.49}, "El Paso", "point"),
    ],
)  # fmt: skip
def test_an_order_goes_to_its_place(cells: dict[str, object], place: str, how: str) -> None:
    placed = one(**cells)
    assert named(placed) == place
    assert placed.how[0] == how
    assert placed.reason[0] == ""


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"country": "MX"}, "no_place"),
        ({"country": None, "city": "Cancún"}, "no_country"),
        ({"country": "FR", "postcode": "75001", "lat": 19.4, "lon": -99.1}, "country_not_covered"),
        ({"country": "MX", "postcode": "ABC"}, "unknown_postcode"),
        ({"country": "MX", "postcode": "00123"}, "unknown_postcode"),
        ({"country": "US", "postcode": "10001"}, "not_covered"),
        ({"country": "MX", "city": "Guadalajara", "state": "Xalisko"}, "unknown_state"),
        ({"country": "MX", "city": "Guadalajarra", "state": "Jalisco"}, "unknown_city"),
        ({"country": "MX", "city": "Tijuana", "state": "Jalisco"}, "unknown_city"),
        ({"country": "MX", "city": "Guadalupe"}, "ambiguous_city"),
        ({"country": "MX", "city": "San José", "state": "Chiapas"}, "ambiguous_city"),
        ({"country": "MX", "lat": 31.9, "lon": -106.3}, "outside"),
        ({"country": "MX", "lat": 20.0, "lon": -110.0}, "outside"),
        ({"country": "MX", "lat": -103.4, "lon": 20.6}, "outside"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(cells: dict[str, object], reason: str) -> None:
    placed = one(**cells)
    assert named(placed) is None
    assert placed.reason[0] == reason
    assert placed.how[0] == ""


def test_all_reasons_are_refused_somewhere() -> None:
    cases = test_what_cannot_be_told_apart_is_refused.pytestmark[0].args[1]
    assert {reason for _, reason in cases} == set(REASONS)


def test_a_postcode_wins_over_the_state_and_the_conflict_is_counted() -> None:
    placed = one(country="MX", postcode="44100", city="Hermosillo", state="Sonora")
    assert named(placed) == "Guadalajara"
    assert placed.conflicts == {"state": 1}
    assert one(country="MX", postcode="44100", state="Jal").conflicts == {"state": 0}


def test_a_city_goes_before_a_postcode_that_only_its_neighbours_locate() -> None:
    state = TABLES.states.index(("MX", "Chihuahua"))
    mine = TABLES.postcodes[(TABLES.postcodes.state == state) & ~TABLES.postcodes.named]
    code = mine.code.iloc[0]
    assert one(country="MX", postcode=code).how[0] == "prefix"
    # the state of the postcode tells which Guadalupe y Calvo, also where the row names another
    for cells in ({}, {"state": "Chihuahua"}, {"state": "Sonora"}):
        placed = one(country="MX", postcode=code, city="Guadalupe y Calvo", **cells)
        assert (named(placed), placed.how[0]) == ("Guadalupe y Calvo", "city")
        assert placed.conflicts["state"] == (cells == {"state": "Sonora"})


def test_a_town_is_meant_with_and_without_its_title() -> None:
    for city in ("Lázaro Cárdenas", "Cd. Lázaro Cárdenas"):
        assert named(one(country="MX", city=city, state="Mich.")) == "Ciudad Lázaro Cárdenas"


def test_the_code_of_a_post_box_is_placed_by_its_prefix() -> None:
    # 79901 is a tabulation area of El Paso, 79995 only post boxes
    assert one(country="US", postcode="79901").how[0] == "postcode"
    assert one(country="US", postcode="79995").how[0] == "prefix"


def test_an_unknown_postcode_leaves_the_word_to_the_city() -> None:
    placed = one(country="MX", postcode="00123", city="Hermosillo", state="Sonora")
    assert named(placed) == "Hermosillo"
    assert placed.conflicts == {"state": 0}


def test_a_new_postcode_is_placed_by_its_prefix_only_in_its_state() -> None:
    known = set(MX_CODES)
    near = TABLES.prefixes[(TABLES.prefixes.country == "MX") & (TABLES.prefixes.km <= 10)]
    code = next(
        f"{one}{n:02d}" for one in near.prefix for n in range(100) if f"{one}{n:02d}" not in known
    )
    assert one(country="MX", postcode=code).how[0] == "prefix"
    home = TABLES.states[int(near.state[near.prefix == code[:3]].iloc[0])][1]
    other = next(state for state in STATES["MX"] if state != home)
    assert one(country="MX", postcode=code, state=home).how[0] == "prefix"
    assert one(country="MX", postcode=code, state=other).reason[0] == "unknown_postcode"


def test_repairs_are_counted_by_order() -> None:
    postcode = pd.Series(["1000", "01000", "1000.0", "C.P. 44100", "'44100", "9999999", None])
    placed = place_orders(pd.Series(["MX"] * 7), postcode)
    assert placed.repaired == {"leading_zero": 2, "decimal": 1, "zip_plus_4": 0, "label": 2}
    assert (placed.place_id[:5] >= 0).all()
    us = place_orders(pd.Series(["US"] * 3), pd.Series(["90001-1234", "900011234", "90001"]))
    assert us.repaired["zip_plus_4"] == 2
    assert len(set(us.place_id)) == 1
    # a code that is repaired and still unknown is none
    assert place_orders(pd.Series(["MX"]), pd.Series(["0012"])).repaired["leading_zero"] == 0


@given(st.sampled_from(MX_CODES))
@settings(max_examples=60, deadline=None)
def test_a_lost_zero_does_not_change_the_place(code: str) -> None:
    forms = [code, str(int(code)), f"{int(code)}.0", f" {code} ", f"CP {code}"]
    placed = place_orders(pd.Series(["MX"] * len(forms)), pd.Series(forms))
    assert len(set(placed.place_id)) == 1
    assert placed.place_id[0] != NOT_PLACED


@given(
    st.sampled_from(CITIES),
    st.sampled_from(["NFC", "NFD", "NFKD"]),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_spelling_does_not_change_the_place(city, form, case, plain) -> None:
    def respelt(text: str) -> str:
        text = unicodedata.normalize(form, case(text))
        return text.encode("ascii", "ignore").decode() if plain and form != "NFC" else text

    name, state = city
    placed = one(country="mx", city=respelt(name), state=respelt(state))
    assert placed.place_id[0] == one(country="MX", city=name, state=state).place_id[0] >= 0


@given(st.text(max_size=12))
@settings(max_examples=200, deadline=None)
def test_any_text_of_a_postcode_is_read_or_refused(text: str) -> None:
    for country in ("MX", "US"):
        read = postcode_number(text, country)
        assert read.number == UNKNOWN or 0 <= read.number < 100_000
        assert read.number != UNKNOWN or not read.repairs


def test_rows_do_not_depend_on_each_other() -> None:
    random = np.random.default_rng(3)
    codes = random.choice(MX_CODES, 300).astype(object)
    codes[::7] = None
    frame = pd.DataFrame({"country": "MX", "postcode": codes, "city": "Tijuana", "state": "BC"})
    together = place_orders(*(frame[name] for name in frame))
    order = random.permutation(len(frame))
    shuffled = place_orders(*(frame[name].iloc[order] for name in frame))
    np.testing.assert_array_equal(shuffled.place_id, together.place_id[order])
    np.testing.assert_array_equal(shuffled.how, together.how[order])
    assert set(together.how) <= set(HOW)


def test_columns_of_one_length_are_needed() -> None:
    with pytest.raises(ValueError, match="one length"):
        place_orders(pd.Series(["MX"]), pd.Series(["1", "2"]))
    with pytest.raises(ValueError, match="one length"):
        place_orders(None)
    assert len(place_orders(pd.Series([], dtype=object)).place_id) == 0


def test_a_name_means_a_city_only_if_its_namesakes_are_small_beside_it() -> None:
    rows = [("a", 1, 1000.0), ("a", 2, 50.0), ("b", 1, 1000.0), ("b", 2, 51.0), ("c", 3, np.nan)]
    names = pd.DataFrame(rows, columns=["key", "place", "people"])
    names = names.assign(country=0, state=1, elsewhere=False)
    assert _meaning(names) == {(0, 1, "a"): 1, (0, 1, "b"): AMBIGUOUS, (0, 1, "c"): 3}
    # the only listed village of a name that the post has in several regions of the state
    village = names[names.key == "c"].assign(elsewhere=True)
    assert _meaning(village) == {(0, 1, "c"): AMBIGUOUS}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("MX", 0),
        ("méxico", 0),
        ("墨西哥", 0),
        ("USA", 1),
        ("EE.UU.", 1),
        ("美国", 1),
        ("FR", -1),
        ("", -1),
    ],
)
def test_countries_are_read_in_three_languages(text: str, number: int) -> None:
    assert country_number(text) == number


def test_keys_of_names_write_out_abbreviations() -> None:
    assert place_key("Sta. María del Oro") == place_key("SANTA MARIA DE ORO")
    assert shortened(place_key("Heroica Ciudad de Juchitán")) == "juchitan"
    assert shortened("ciudad") == "ciudad"


def test_every_row_of_the_tables_leads_to_a_place() -> None:
    count = len(TABLES.places)
    for table in (TABLES.postcodes, TABLES.prefixes, TABLES.names):
        assert table.place.between(0, count - 1).all()
    assert len(MX_CODES) == 32_467
    assert TABLES.postcodes["key"].is_unique
    # the postcodes of a Mexican state lie in it
    mexico = TABLES.postcodes[TABLES.postcodes.country == "MX"]
    states = [TABLES.states[one][1] for one in mexico.state]
    assert (TABLES.places.state.to_numpy()[mexico.place] == states).all()
