"""Which bytes are text, and which letters were decoded wrongly."""

from __future__ import annotations

import pytest

from fulfill.inputs.encoding import decode, garbled, meant, windows_text


@pytest.mark.parametrize(
    "text",
    [
        "Mérida",
        "León",
        "São Paulo",
        "Querétaro de Arteaga",
        "Ñuñoa",
        "中国",
        "“€ 5",
        "naïve",
    ],
)
def test_text_decoded_as_windows_1252_gives_what_was_meant(text: str) -> None:
    wrong = text.encode().decode("cp1252")
    assert garbled(wrong)
    assert meant(wrong) == text


def test_a_byte_that_windows_1252_lacks_passes_as_a_control_character() -> None:
    assert meant("M\u00c3\u0081LAGA") == "MÁLAGA"


@pytest.mark.parametrize(
    "text",
    [
        "Mérida",
        "São",
        "SÃO PAULO",
        "Ñuñoa",
        "Ãlvaro",
        "Ângela",
        "Århus",
        "NESCAFÉ®",
        "«CAFÉ»",
        "3 °C à Paris",
        "中国 Shenzhen",
        "plain",
        "",
    ],
)
def test_letters_of_real_names_are_not_taken_for_wrong_ones(text: str) -> None:
    assert meant(text) == ""


@pytest.mark.parametrize("text", ["Mérida", "León, Año 2026", "“Ñ” 5 €"])
def test_a_text_in_windows_1252_is_shown_as_it_reads_there(text: str) -> None:
    found, reason = decode(text.encode("cp1252"))
    assert reason == ""
    assert windows_text(found) == text
    assert windows_text(text) == ""


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("a,b\n".encode("utf-16"), "UTF-16"),
        ("zone_id,name\n".encode("utf-16-le"), "UTF-16"),
        ("zone_id,name\n".encode("utf-16-be"), "UTF-16"),
        (b"PK\x03\x04\x14\x00", "Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"a,b\n1,\0\n2,3\n", "zero bytes"),
    ],
)
def test_what_is_no_text_is_named(content: bytes, word: str) -> None:
    text, reason = decode(content)
    assert text == ""
    assert word in reason


def test_a_mark_is_dropped_and_accents_are_composed() -> None:
    assert decode(b"\xef\xbb\xbfQuere\xcc\x81taro") == ("Querétaro", "")
