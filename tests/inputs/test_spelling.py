"""When two spellings are one name, and when they are two."""

from __future__ import annotations

import pytest

from fulfill.inputs.spelling import fold, misspelt, nearest, suggest


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Querétaro", "queretaro"),
        ("Quere\u0301taro", "queretaro"),
        ("  SAN  LUIS\u00a0POTOSÍ ", "san luis potosi"),
        ("Small_Electronics", "small electronics"),
        ("6109.10", "6109 10"),
        ("*", ""),
    ],
)
def test_accents_case_and_punctuation_make_no_difference(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("aparel", "apparel"),
        ("aparrel", "apparel"),
        ("electroncis", "electronics"),
        ("toy", "toys"),
        ("home ware", "homeware"),
        ("kids-shoe", "kids_shoes"),
    ],
)
def test_a_near_miss_is_told(name: str, other: str) -> None:
    assert misspelt(name, other)
    assert misspelt(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("apparel", "Apparel"),
        ("apparel", "electronics"),
        ("apparel_a", "apparel_b"),
        ("clothing_men", "clothing_women"),
        ("610910", "610990"),
        ("6109.10", "6109.90"),
        ("textile-1", "textile-2"),
    ],
)
def test_two_names_that_are_no_near_miss(name: str, other: str) -> None:
    assert not misspelt(name, other)


def test_the_nearest_names_come_first() -> None:
    assert nearest("site-aa", ["site-b", "site-a", "mx-port"])[0] == "site-a"
    assert nearest("QUERETARO", ["Querétaro", "*"]) == ["Querétaro"]
    assert nearest("x", ["Querétaro"]) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mx-cdmx-3p", "similar: mx-cdmx-3pl"),
        ("laredo", "similar: us-laredo, mx-nuevo-laredo"),
        ("Guadalajra", "similar: mx-guadalajara"),
        ("zzz", "there are: mx-cdmx-3pl, us-laredo and 2 more"),
        ("", "there are: mx-cdmx-3pl, us-laredo and 2 more"),
    ],
)
def test_an_unknown_name_is_answered_by_near_ones_or_some(name: str, words: str) -> None:
    known = ["mx-cdmx-3pl", "us-laredo", "mx-nuevo-laredo", "mx-guadalajara"]
    assert suggest(name, known, 2) == words
