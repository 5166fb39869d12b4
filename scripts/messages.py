"""Collect the texts for people from the sources, and bring the message catalogues up to date.

    python scripts/messages.py

Writes src/fulfill/locale/<language>/LC_MESSAGES/fulfill.po: translations are kept, new texts are
added without one, and texts that no source has are dropped. Translate the empty ones in the file;
the tests refuse a catalogue that lacks a translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from fulfill.audit.key_figures import NOT_INDEPENDENT
from fulfill.inputs.schema import NETWORK_TABLES
from fulfill.routing.infeasibility import REASONS
from fulfill.study import labels, vocabulary
from fulfill.study.language import ENGLISH, LOCALES, SEPARATORS
from fulfill.study.output import Output
from fulfill.study.vocabulary import Figure

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "fulfill"
KEYWORDS = {
    "_": None,
    "translated": None,
    "Message": None,
    "gettext": None,
    "counted": (1, 2),
    "ngettext": (1, 2),
}
"""Functions that take texts, and the position of singular and plural."""
TABLES = (
    "study.conflict_outputs",
    "study.contract_outputs",
    "study.question_outputs",
    "study.vocabulary",
    "study.candidate_outputs",
    "study.conversion_outputs",
    "study.frontier_outputs",
    "study.import_outputs",
    "study.calibration_outputs",
    "study.outputs",
    "study.risk_outputs",
    "study.roadmap_outputs",
    "study.scenario_outputs",
    "study.simulation_outputs",
    "study.sweep_outputs",
    "report.html.plan_page",
    "report.html.plan_tables",
    "report.html.grounds",
)
"""Modules that declare figures, whose labels, definitions and units are texts."""
WIDTH = 100


def main() -> None:
    """Update the catalogue of every language but English."""
    found = messages()
    for code in LOCALES:
        if code != ENGLISH:
            path = catalogue_path(code)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(updated(path.read_bytes() if path.exists() else b"", found, code))


def catalogue_path(code: str) -> Path:
    """Return the file of a language."""
    return PACKAGE / "locale" / code / "LC_MESSAGES" / "fulfill.po"


def updated(content: bytes, found: Catalog, code: str) -> bytes:
    """Return a catalogue with the texts found, and the translations it has.

    Parameters
    ----------
    content : bytes
        Catalogue as it is; empty for a new one.
    found : Catalog
        Of `messages`.
    code : str
        Language.

    Returns
    -------
    bytes
        Without dates and places in the sources, so that it changes only with texts.
    """
    catalogue = read_po(BytesIO(content), locale=LOCALES[code])
    catalogue.update(found, no_fuzzy_matching=True)
    text = BytesIO()
    write_po(
        text,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        no_location=True,
    )
    head = [
        'msgid ""',
        'msgstr ""',
        f'"Language: {LOCALES[code]}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: {catalogue.plural_forms}\\n"',
        "",
        "",
    ]
    return "\n".join(head).encode() + text.getvalue()


def messages() -> Catalog:
    """Return every text for people: of Python, of templates, and of the tables of the vocabulary.

    Returns
    -------
    Catalog
        Without translations.
    """
    found = Catalog()
    for path in sorted(PACKAGE.rglob("*.py")):
        _add(found, path, "python")
    for path in sorted((PACKAGE / "report" / "html" / "templates").glob("*.html")):
        _add(found, path, "jinja2")
    for text in declared():
        if text:
            found.add(str(text))
    return found


def _add(found: Catalog, path: Path, method: str) -> None:
    """Add the texts of a source file."""
    options = {"trimmed": "true", "newstyle_gettext": "true"}
    with path.open("rb") as file:
        for _line, text, _comments, _context in extract(
            method, file, KEYWORDS, options=options if method == "jinja2" else None
        ):
            found.add(text)


def declared() -> Iterator[str]:
    """Yield the texts that tables of the package declare."""
    for values in labels.VALUES.values():
        yield from values.values()
    yield from labels.STATUS_SENTENCES.values()
    yield from (*labels.COST_GROUPS, vocabulary.TAKEN_OVER)
    yield from (table.absent for table in NETWORK_TABLES)
    yield from (*SEPARATORS, *NOT_INDEPENDENT, *REASONS.values())
    for name in TABLES:
        for figure in _figures(vars(import_module(f"fulfill.{name}")).values()):
            yield from (figure.words, figure.meaning)
            if figure.unit not in vocabulary.TOLD:
                yield figure.unit


def _figures(values: Iterable[object]) -> Iterator[Figure]:
    """Yield the figures among the values of a module, in outputs and tuples too."""
    for value in values:
        if isinstance(value, Figure):
            yield value
        elif isinstance(value, Output):
            yield from value.figures
        elif isinstance(value, tuple):
            yield from _figures(value)


if __name__ == "__main__":
    main()
