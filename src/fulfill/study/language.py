"""Language of what people read: pages, terminal summary, and headings of tables for people.

The language is that of the context, as in gettext: texts are looked up where they are shown, so
that no function has to hand a language on. English is the source text; the catalogues are the
`.po` files under `locale/`, which `scripts/messages.py` keeps up to date. Files that programs read
are always in English, and so are faults.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any

from fulfill.study.currency import Dollars, currency, in_currency, rate_of_results

if TYPE_CHECKING:
    from babel import Locale

LOCALES = {"en": "en_US", "es": "es_MX", "zh": "zh_Hans_CN"}
"""Locale of numbers and dates by language."""
LANGUAGES = tuple(LOCALES)
TAGS = {"en": "en", "es": "es-MX", "zh": "zh-CN"}
"""Tag of a page by language, as browsers know it."""
ENGLISH = LANGUAGES[0]
SEPARATORS = (", ", "; ")
"""Punctuation between the items of a list."""
_language = ContextVar("language", default=ENGLISH)


def language() -> str:
    """Return the language of the context, one of `LANGUAGES`."""
    return _language.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Show everything in a language while the block runs.

    Parameters
    ----------
    code : str
        ``en``, ``es`` (Mexico) or ``zh`` (simplified).

    Yields
    ------
    None

    Raises
    ------
    ValueError
        Where there is no such language.

    Examples
    --------
    >>> with speaking("es"):
    ...     run.save("runs/es")
    """
    if code not in LANGUAGES:
        raise ValueError(f"no language {code!r}; there are {', '.join(LANGUAGES)}")
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


class Message(str):
    """An English text that `translated` can show in another language.

    It is for texts that are written to a file in English and shown to people too. As a string it
    is the English text, values filled in.

    Parameters
    ----------
    template : str
        English text with named placeholders for `str.format`.
    **values
        Numbers, names that stay as they are, and other messages.
    """

    template: str
    plural: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, **values: Any) -> Message:
        """Return the message; see the class."""
        return cls._filled(template, "", values)

    @classmethod
    def _filled(cls, template: str, plural: str, values: Mapping[str, Any]) -> Message:
        many = plural and values["n"] != 1
        text = (plural if many else template).format(**values) if values else template
        message = super().__new__(cls, text)
        message.template, message.plural, message.values = template, plural, values
        return message

    def told(self) -> str:
        """Return the text in the language of the context."""
        text = (
            for_number(self.template, self.plural, self.values["n"])
            if self.plural
            else _catalogue(language()).gettext(self.template)
        )
        return _FILLING.vformat(text, (), self.values) if self.values else text


def counted(singular: str, plural: str, n: int, **values: Any) -> Message:
    """Return a message whose form depends on a number.

    Parameters
    ----------
    singular, plural : str
        English text for one, and for any other number, which is ``{n}``.
    n : int
        Number.
    **values
        See `Message`.

    Returns
    -------
    Message
        In English the singular or the plural; other languages have forms of their own.
    """
    return Message._filled(singular, plural, {"n": n, **values})


def translated(text: str) -> str:
    """Return a text in the language of the context; usually imported as ``_``.

    Parameters
    ----------
    text : str
        English source text, with named placeholders for `str.format` where something is put in
        later, or a `Message`.

    Returns
    -------
    str
        The translation; the text itself where the catalogue has none, as for names.
    """
    if isinstance(text, Message):
        return text.told()
    return _catalogue(language()).gettext(text) if text else ""


def for_number(singular: str, plural: str, n: int) -> str:
    """Return the form of a text that belongs to a number, in the language of the context.

    Parameters
    ----------
    singular, plural : str
        English text for one, and for any other number.
    n : int
        Number.

    Returns
    -------
    str
        The translation, with its placeholders.
    """
    return _catalogue(language()).ngettext(singular, plural, n)


def listed(texts: Iterable[str], separator: str = SEPARATORS[0]) -> str:
    """Return texts in a row, with the punctuation of the language.

    Parameters
    ----------
    texts : iterable of str
        Shown as they are.
    separator : str
        One of `SEPARATORS`.

    Returns
    -------
    str
        One text.
    """
    return translated(separator).join(texts)


def number(value: float, form: str) -> str:
    """Return a number with the separators and the per cent sign of the language.

    Parameters
    ----------
    value : float
        Finite.
    form : str
        Format for `str.format`. It decides on the digits, so that they are the same in every
        language.

    Returns
    -------
    str
        The number.
    """
    text = form.format(value)
    if language() == ENGLISH:
        return text
    locale = _locale()
    symbols = locale.number_symbols["latn"]
    text = text.translate(str.maketrans({",": symbols["group"], ".": symbols["decimal"]}))
    per_cent = re.sub(r"[#0,.]", "", locale.percent_formats[None].pattern)
    return text.replace("%", per_cent)


def millions(value: float) -> str:
    """Return a large number in short: in millions, or in units of ten thousand where they count so.

    Parameters
    ----------
    value : float
        Ten million or more.

    Returns
    -------
    str
        To a tenth of a million, in Chinese to a million.
    """
    if language() == "zh":
        from babel.numbers import format_compact_decimal

        return format_compact_decimal(
            value, format_type="short", locale=_locale(), fraction_digits=2
        )
    return translated("{amount} million").format(amount=number(value / 1e6, "{:,.1f}"))


def day(text: str) -> str:
    """Return a date in words of the language; in English as in the files.

    Parameters
    ----------
    text : str
        YYYY-MM-DD.

    Returns
    -------
    str
        The date.
    """
    if language() == ENGLISH:
        return text
    from babel.dates import format_date

    return format_date(date.fromisoformat(text), "long", locale=_locale())


class _Filling(Formatter):
    """Fills placeholders of a message with what the language makes of the values."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Dollars):
            form = f"{{:{format_spec}}}" if rate_of_results() is None else "{:,.0f}"
            return f"{number(in_currency(float(value)), form)} {currency()}"
        if isinstance(value, int | float) and not isinstance(value, bool):
            return number(value, f"{{:{format_spec}}}")
        return format(translated(value) if isinstance(value, Message) else value, format_spec)


_FILLING = _Filling()


def _locale() -> Locale:
    # Imported on use: English needs none of it, and `fulfill --help` is to be fast.
    from babel import Locale

    return Locale.parse(LOCALES[language()])


@cache
def _catalogue(code: str) -> NullTranslations:
    """Return the messages of a language, compiled in memory from its catalogue."""
    if code == ENGLISH:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = files("fulfill").joinpath("locale", code, "LC_MESSAGES", "fulfill.po")
    compiled = io.BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=LOCALES[code]))
    compiled.seek(0)
    return GNUTranslations(compiled)
