"""The language of the context: catalogues are complete, and texts are looked up where shown."""

from __future__ import annotations

import pickle
import re
from collections import Counter
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po

import fulfill
from fulfill.model.decisions import INFEASIBLE, TIME_LIMIT, Outcome
from fulfill.study.language import (
    LANGUAGES,
    LOCALES,
    Message,
    counted,
    day,
    for_number,
    language,
    listed,
    number,
    speaking,
    translated,
)
from fulfill.study.outputs import SITES
from fulfill.study.verdict import conditions_in_words, headline
from fulfill.study.vocabulary import (
    FINE_PERCENT,
    PERCENT,
    WHOLE,
    figure,
    headings,
    limits_shown,
    shown,
)
from messages import catalogue_path, messages, updated

OTHERS = [code for code in LANGUAGES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{[^{}]*\}|@\w+|</?\w+>|`[^`]*`|--[a-z-]+")


@pytest.fixture(scope="module")
def found() -> Catalog:
    return messages()


def catalogue(code: str) -> Catalog:
    content = catalogue_path(code).read_bytes()
    return read_po(BytesIO(content), locale=LOCALES[code], abort_invalid=True)


def texts(entry: Entry) -> list[str]:
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_every_text_and_no_other(code: str, found: Catalog) -> None:
    assert {entry.id for entry in catalogue(code)} == {"", *(entry.id for entry in found)}
    assert not catalogue(code).obsolete


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_a_translation_of_every_text(code: str) -> None:
    known = catalogue(code)
    entries = [entry for entry in known if entry.id]
    assert [entry.id for entry in entries if not all(texts(entry))] == []
    assert [entry.id for entry in entries if entry.fuzzy] == []
    assert [entry.id for entry in entries if entry.pluralizable
            and len(texts(entry)) != known.num_plurals] == []  # fmt: skip


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(code: str) -> None:
    """Values, fields of tooltips, tags, keys and options are the same in every language."""
    wrong = []
    for entry in catalogue(code):
        source = entry.id if isinstance(entry.id, str) else entry.id[1]
        wrong += [
            (source, text)
            for text in texts(entry)
            if entry.id and set(placeholders(text)) != set(placeholders(source))
        ]
    assert wrong == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_is_as_the_script_writes_it(code: str, found: Catalog) -> None:
    content = catalogue_path(code).read_bytes()
    assert updated(content, found, code) == content


def test_the_script_keeps_translations_and_drops_texts_that_are_gone() -> None:
    source = Catalog()
    source.add("kept")
    source.add("new")
    before = b'msgid "kept"\nmsgstr "guardado"\n\nmsgid "gone"\nmsgstr "ido"\n'
    after = read_po(BytesIO(updated(before, source, "es")), locale="es_MX")
    assert {entry.id: entry.string for entry in after if entry.id} == {
        "kept": "guardado",
        "new": "",
    }


def test_a_language_is_in_force_within_its_block_only() -> None:
    assert language() == "en"
    with speaking("es"):
        with fulfill.speaking("zh"):
            assert language() == "zh"
        assert language() == "es"
    assert language() == "en"
    with pytest.raises(ZeroDivisionError), speaking("es"):
        _ = 1 / 0
    assert language() == "en"


def test_a_language_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no language 'fr'; there are en, es, zh"), speaking("fr"):
        pass


def test_a_text_without_a_translation_is_shown_as_it_is() -> None:
    for code in LANGUAGES:
        with speaking(code):
            assert translated("Naucalpan 3PL") == "Naucalpan 3PL"
            assert translated("") == ""


def test_a_message_is_english_where_it_is_written_and_translated_where_it_is_shown() -> None:
    kept = Message("zones merged from {before:,} to {n:,}", before=1216, n=100)
    with speaking("es"):
        made = Message("{site} locked open", site="Site A")
        assert (str(made), translated(made)) == ("Site A locked open", "Site A fijado abierto")
        assert translated(kept) == "zonas agrupadas de 1,216 a 100"
    assert kept == "zones merged from 1,216 to 100" == translated(kept)


def test_a_message_within_a_message_is_translated_too() -> None:
    inner = Message("direct mail")
    outer = Message("channels allowed: {channels}", channels=inner)
    assert outer == "channels allowed: direct mail"
    with speaking("zh"):
        assert translated(outer) == "允许的渠道：直邮"


def test_a_message_survives_the_way_to_another_process() -> None:
    sent = counted("at most {n} site", "at most {n} sites", 2)
    again = pickle.loads(pickle.dumps(sent))
    with speaking("es"):
        assert translated(again) == "a lo sumo 2 almacenes"


@pytest.mark.parametrize("n", [0, 1, 2])
def test_the_form_of_a_text_follows_the_number(n: int) -> None:
    most, told = counted("at most {n} site", "at most {n} sites", n), {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = translated(most)
    assert told == {
        "en": f"at most {n} site{'' if n == 1 else 's'}",
        "es": f"a lo sumo {n} {'almacén' if n == 1 else 'almacenes'}",
        "zh": f"至多 {n} 个仓库",
    }
    assert for_number("one", "many", n) == ("one" if n == 1 else "many")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("form", [WHOLE, PERCENT, FINE_PERCENT, "{:+,.0f}", "{:.4f}"])
def test_the_digits_of_a_number_are_those_of_python(code: str, form: str) -> None:
    for value in (0.0, 0.125, 2.675, -1234.5, 12_345_678.9):
        with speaking(code):
            # Mexico and China write separators and per cent signs as Python does.
            assert number(value, form) == form.format(value)


def test_large_amounts_are_told_as_people_count() -> None:
    cost, told = figure("objective"), {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = cost.in_short(197_702_264.0)
    assert told == {
        "en": "197.7 million USD",
        "es": "197.7 millones de USD",
        "zh": "1.98亿 USD",
    }


def test_dates_are_told_in_words_but_in_english() -> None:
    told = {}
    for code in LANGUAGES:
        with speaking(code):
            told[code] = day("2026-11-01"), figure("as_of").shown("2026-11-01")
    assert told == {
        "en": ("2026-11-01",) * 2,
        "es": ("1 de noviembre de 2026",) * 2,
        "zh": ("2026年11月1日",) * 2,
    }


def test_labels_values_and_units_are_translated_and_names_are_not() -> None:
    with speaking("es"):
        assert figure("lead_time_days").heading == "plazo de entrega, días"
        assert figure("lead_time_days").with_unit(4.5) == "4.5 días"
        assert figure("gap").definition == "(objetivo - cota) / objetivo"
        assert shown("direct_mail", "channel") == "envío directo"
        assert shown("by_drone", "channel") == "by_drone"
        assert shown(float("inf"), WHOLE) == "nunca"
        assert limits_shown("throughput local; co2_cap") == (
            "capacidad de proceso local; tope de CO2"
        )
        assert listed(["a", "b"]) == "a, b"
    with speaking("zh"):
        assert listed(["a", "b"]) == "a、b"
        assert listed(["a", "b"], "; ") == "a；b"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_headings_of_a_table_are_told_apart(code: str) -> None:
    twice = figure("stop_id"), figure("sequence")
    with speaking(code):
        found = headings((*SITES.figures, *twice))
        assert list(found) == [*SITES.keys, "stop_id", "sequence"]
        assert len(set(found.values())) == len(found)
        assert found["fixed_usd_year"] == SITES["fixed_usd_year"].heading


def test_a_service_target_of_other_days_has_words_in_every_language() -> None:
    with speaking("es"):
        assert figure("share_within_4_days").label == "entregados en 4 días"
        assert figure("share_within_3_days").label == "entregados en 3 días"


def test_the_first_line_of_a_run_is_told_as_a_whole() -> None:
    poor = Outcome("FEASIBLE", 1000.0, 501.0, "certified", "", 1.0, ended_by=TIME_LIMIT)
    with speaking("es"):
        assert headline(poor) == (
            "Plan encontrado, cortado por el límite de tiempo: se podrían ahorrar hasta 499 USD al "
            "año (49.90%); dé más tiempo (--time-limit) o agrupe zonas (--resolution)"
        )
    with speaking("zh"):
        none = Outcome(INFEASIBLE, float("inf"), float("inf"), "certified", "", 1.0)
        assert headline(none) == "无法满足：没有方案满足全部约束"


def test_conditions_are_told_whether_they_were_made_or_read() -> None:
    made = Outcome(
        "FEASIBLE", 2.0, 1.0, "solver", "", 1.0,
        conditions=(Message("{site} locked open", site="a"), "written by hand"),
    )  # fmt: skip
    with speaking("es"):
        assert conditions_in_words(made) == "a fijado abierto; written by hand"
