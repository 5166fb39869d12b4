"""Pages and terminal in Spanish and Chinese: no English is left but names, keys and faults."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from fulfill.analysis.compare.comparison import Comparison
from fulfill.analysis.exposure.exposures import exposure_table, exposures
from fulfill.inputs.problem import Problem
from fulfill.report.gis.day_layers import day_layers
from fulfill.report.gis.run_layers import map_layers
from fulfill.report.html import comparison_page
from fulfill.report.html.day_page import write_day_page
from fulfill.report.html.notebook import explore
from fulfill.report.html.plan_page import write_report
from fulfill.report.private_fleet import van_section
from fulfill.report.terminal.comparison import print_comparison
from fulfill.report.terminal.day import print_day
from fulfill.report.terminal.plan import print_audit, print_summary
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.language import LANGUAGES, LOCALES, TAGS, speaking, translated
from fulfill.study.open_run import open_run
from fulfill.study.run import Run
from fulfill.study.study import load
from fulfill.study.verdict import conditions_in_words
from fulfill.study.verify import verify
from messages import catalogue_path

OTHERS = [code for code in LANGUAGES if code != "en"]
STOP_WORDS = re.compile(
    r"(?<![\w./`@-])(the|of|and|with|is|are|was|were|by|for|from|that|which|this|these|its|their|to|"
    r"at|on|in|not|than|each|only|all|where|how|what|could|would|should|has|have|been|be|an|or|if)"
    r"(?![\w/`-])",
    re.IGNORECASE,
)
SPANISH = re.compile(r"(?<!\w)(no|a|me|son|has|on|in|an)(?!\w)", re.IGNORECASE)
"""Words of Spanish that are words of English too, and names of the data."""
CODE = re.compile(r"`[^`]*`|\b\w+\.(csv|json|html|gpkg|npz)\b|--\w+|Voronoi|OpenStreetMap[^.]*\.")
"""What stays as it is in every language: options, files and keys."""
TEXTS = ("title", "aria-label", "alt", "placeholder")
NO_TEXT = (
    "type", "name", "id", "version", "code", "field", "fields", "line_join", "line_cap", "marker",
    "stackers", "root_ids", "docid", "context_which",
)  # fmt: skip
"""Keys in the data of a chart whose values nobody reads."""


class Words(HTMLParser):
    """Collects what a reader of a page sees or hears: text, titles and labels of elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.language = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open += [] if tag in ("meta", "br", "img", "link") else [tag]
        self.found += [value or "" for name, value in attrs if name in TEXTS]
        self.language = dict(attrs).get("lang") or self.language

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.found.append(" ".join(data.split()))


def chart_texts(page: str) -> Iterator[str]:
    """Yield every text in the charts of a page: axes, categories, tooltips, and data."""
    for found in re.finditer(r"const docs_json = '(.*?)';\n", page):
        text = found[1].replace("\\\\", "\\").replace("\\'", "'")
        yield from strings(json.loads(text))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, dict) and value.get("type") == "map":
        for _, item in value.get("entries", []):
            yield from strings(item)
    elif isinstance(value, dict) and value.get("type") != "bytes":
        for key, item in value.items():
            if key not in NO_TEXT:
                yield from strings(item)


def names(problem: Problem) -> list[str]:
    """The names, ids, titles and warnings of a problem, the longest first."""
    network, demand = problem.network, problem.demand
    found = {network.name, network.title, demand.name, demand.title}
    for table in (*network.tables.values(), *demand.tables.values()):
        for column in table:
            if str(column) in ("name", "state") or str(column).endswith("_id"):
                found |= set(table[column].dropna().astype(str))
    found |= {str(fault) for fault in problem.warnings}
    return sorted((name for name in found if len(name) > 3), key=len, reverse=True)


def english(texts: list[str], code: str, given: list[str]) -> list[str]:
    """The texts that are a source text of the catalogue, or hold English words."""
    with catalogue_path(code).open("rb") as file:
        catalogue = read_po(BytesIO(file.read()), locale=LOCALES[code])
    sources = {
        str(entry.id)
        for entry in catalogue
        if entry.id and entry.string != entry.id and re.search(r"[A-Za-z]{2}", str(entry.id))
    }
    translations = {str(entry.string) for entry in catalogue}
    left = []
    for text in texts:
        own = text.strip()
        if own in sources and own not in translations and own not in given:
            left.append(own)
        for name in given:
            own = own.replace(name, "")
        words = STOP_WORDS.findall(CODE.sub("", own))
        if [word for word in words if not SPANISH.fullmatch(word)]:
            left.append(text)
    return left


@pytest.fixture(scope="module")
def pages(
    planned: Run,
    routed: Run,
    comparison: Comparison,
    day: DayRoutes,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, dict[str, str]]:
    """Every page by language and name."""
    folder, found = tmp_path_factory.mktemp("languages"), {}
    asked = exposure_table(exposures(planned))
    for code in OTHERS:
        with speaking(code):
            write_report(planned, map_layers(planned), folder / "plan", "", asked)
            vans = van_section(routed.rounds)
            write_report(routed, map_layers(routed), folder / "vans", vans)
            write_day_page(day, day_layers(day), folder / "day")
            found[code] = {
                name: (folder / name).read_text(encoding="utf-8")
                for name in ("plan", "vans", "day")
            }
            found[code]["comparison"] = comparison_page.page(comparison)
            found[code]["map"] = explore(planned).html
    return found


@pytest.mark.parametrize("name", ["plan", "vans", "day", "comparison", "map"])
@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_on_a_page(
    pages: dict[str, dict[str, str]], planned: Run, day: DayRoutes, code: str, name: str
) -> None:
    page = pages[code][name]
    given = [*names(planned.problem), day.period, *day.stops["stop_id"], *day.vehicles["vehicle"]]
    assert Words(page).language == TAGS[code]
    assert english(Words(page).found, code, given) == []
    assert english(list(chart_texts(page)), code, given) == []
    assert len(list(chart_texts(page))) > 20


@pytest.mark.parametrize(
    "asked",
    [
        {"channels": ("local",)},  # with orders that are not served
        {"channels": ("direct_mail",)},  # without sites
        {"resolution": 2, "opened": ("site-b",), "budget_usd": 1e6, "co2_kg": 1e6},
        {"service": "1d=0.9"},  # without a plan
    ],
)
def test_no_english_is_left_of_plans_with_conditions(
    asked: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = load("toy", "toy", gap=0.0, method="monolith", **asked).optimize()
    given = names(run.problem)
    for code in OTHERS:
        with speaking(code):
            print_summary(run.plan, run.audit, Path("runs"))
            if run.found:
                write_report(run, map_layers(run), tmp_path / "page")
                page = (tmp_path / "page").read_text(encoding="utf-8")
                assert english([*Words(page).found, *chart_texts(page)], code, given) == []
        lines = re.split(r"\s{2,}|\n", capsys.readouterr().out)
        assert english([line for line in lines if line], code, given) == []


@pytest.mark.parametrize("code", OTHERS)
def test_no_english_is_left_on_the_terminal(
    planned: Run,
    run: Path,
    comparison: Comparison,
    day: DayRoutes,
    code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shows: tuple[Callable[[], None], ...] = (
        lambda: print_summary(planned.plan, planned.audit, Path("runs")),
        lambda: print_comparison(comparison, Path("runs")),
        lambda: print_day(day, Path("runs")),
        lambda: print_audit(verify(run)),
    )
    for show in shows:
        with speaking(code):
            show()
        lines = re.split(r"\s{2,}|\n", capsys.readouterr().out)
        assert english([line for line in lines if line], code, names(planned.problem)) == []


def test_the_check_for_english_finds_english() -> None:
    given = ["A house of the sea"]
    assert english(["A house of the sea"], "es", given) == []
    assert english(["el costo de la red", "fulfill audit", "zones.csv"], "es", given) == []
    for text in ("mean lead time", "the cost of a run", "ein house of the sea", "cost is known"):
        assert english([text], "es", given) == [text]


def test_what_programs_read_is_english_in_every_language(
    planned: Run, run: Path, tmp_path: Path
) -> None:
    with speaking("es"):
        written = planned.save(tmp_path / "es")
    left = {"report.html", "manifest.json", "summary.json", "plan.gpkg"}
    for path in run.iterdir():
        if path.is_file() and path.name not in left:
            assert (written / path.name).read_bytes() == path.read_bytes(), path.name
    here, there = (
        json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        for folder in (run, written)
    )
    machine = ("peak_mib",)
    assert {k: v for k, v in here.items() if k not in machine} == {
        k: v for k, v in there.items() if k not in machine
    }


def test_a_run_that_was_read_is_told_in_another_language(planned: Run, tmp_path: Path) -> None:
    study = planned.study.with_(opened=("site-a",), service="3d=0.1")
    again = open_run(study.optimize().save(tmp_path / "run"))
    assert again.outcome.conditions == (
        "site-a locked open",
        "at least 10% of the orders within 3 days",
    )
    with speaking("es"):
        assert conditions_in_words(again.outcome) == (
            "site-a fijado abierto; al menos 10% de los pedidos en 3 días"
        )
        assert "3 zonas, 2 productos, 2 periodos, 2 almacenes" in translated(again.outcome.bound_of)
