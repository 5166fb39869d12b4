"""Base of all pages: templates with autoescape, a common head, and tables.

A page is a single file that needs no network connection. Only output of this module or of bokeh is
`Markup`; every name, id and message of the inputs is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from bokeh.document import Document
from bokeh.embed import components
from bokeh.resources import Resources
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fulfill.report.html.style import Chart
from fulfill.report.plain_text import cleaned
from fulfill.study.currency import currency
from fulfill.study.language import TAGS, for_number, language, listed, translated
from fulfill.study.vocabulary import Figure, conversion

NUMBER, SUM, BAD = Markup(' class="n"'), Markup(' class="sum"'), Markup(' class="bad"')
SAME = Markup(' class="same"')


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fulfill.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    # Texts of {% trans %} hold tags; `_` is for plain texts, which are escaped as all others.
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(
        gettext=_gettext,
        ngettext=_ngettext,
        _=translated,
        language_tag=lambda: TAGS[language()],
        currency=currency,
        conversion=conversion,
    )
    environment.filters["zip"] = zip
    environment.filters["listed"] = listed
    environment.filters["told"] = lambda texts: [translated(text) for text in texts]
    environment.filters["plain"] = lambda text: text.replace("`", "")
    environment.filters["sentence"] = _sentence
    return environment


def _gettext(text: str, **values: Any) -> Markup:
    """Return a text of a template in the language of the context, its values escaped."""
    return _filled(translated(text), values)


def _ngettext(singular: str, plural: str, num: int, **values: Any) -> Markup:
    """Return the form of a text of a template that belongs to a number; see `_gettext`."""
    return _filled(for_number(singular, plural, num), {"num": num, **values})


def _filled(text: str, values: Mapping[str, Any]) -> Markup:
    return Markup(text) % {name: _shown(value) for name, value in values.items()}


def _sentence(text: str) -> str:
    """Return a text as a sentence: a capital at its begin and a full stop at its end."""
    return translated("{sentence}.").format(sentence=f"{text[:1].upper()}{text[1:]}")


def _shown(value: Any) -> Any:
    """Return a value as a page shows it: texts without control characters, `Markup` as it is."""
    return cleaned(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def write_page(
    path: Path, template: str, title: str, drawings: Mapping[str, Chart], **content: Any
) -> None:
    """Write a page to a file.

    Parameters
    ----------
    path : Path
        File to write.
    template, title, drawings, **content
        See `page`.
    """
    save(page(template, title, drawings, **content), path)


def save(text: str, path: Path) -> None:
    """Write the text of a page to a file, the same on every system.

    Parameters
    ----------
    text : str
        HTML.
    path : Path
        File to write.
    """
    path.write_text(text, encoding="utf-8", newline="\n")


def page(template: str, title: str, drawings: Mapping[str, Chart], **content: Any) -> str:
    """Render a page.

    Parameters
    ----------
    template : str
        File in templates/ that extends base.html.
    title : str
        Title of the page.
    drawings : Mapping of str to Chart
        Charts by the name under which the template refers to them, ``drawings.<name>``.
    **content
        Other variables of the template; text that is not `Markup` is escaped.

    Returns
    -------
    str
        HTML.
    """
    # Bokeh draws nothing only if it is not asked.
    canvases = {name: drawing.canvas for name, drawing in drawings.items()}
    if canvases:
        document = Document()
        with document.models.freeze():  # else bokeh collects all models again for each chart
            for canvas in canvases.values():
                document.add_root(canvas)
    script, places = components(canvases, wrap_script=False) if canvases else ("", {})
    # Only bokeh's core: its widgets and tables would add a megabyte that no page uses.
    library = Resources(mode="inline", components=["bokeh"]).render_js()
    return _environment().get_template(template).render(
        title=title,
        bad=BAD,
        style=Markup(asset("page.css")),
        library=Markup(library),
        script=Markup("<script>\n{}\n</script>").format(inline(script)),
        switches=Markup("<script>\n{}</script>").format(Markup(asset("switches.js"))),
        drawings={
            name: part("chart.html", chart=drawings[name], place=Markup(place))
            for name, place in places.items()
        },
        **content,
    )  # fmt: skip


def asset(name: str) -> str:
    """Return the text of a style sheet or script in templates/."""
    return files("fulfill.report.html").joinpath("templates", name).read_text(encoding="utf-8")


def part(template: str, **content: Any) -> Markup:
    """Render a fragment of a page, with the same escaping.

    Parameters
    ----------
    template : str
        File in templates/.
    **content
        Variables of the template.

    Returns
    -------
    Markup
        HTML.
    """
    return Markup(_environment().get_template(template).render(**content))


def html_table(
    rows: pd.DataFrame,
    columns: Sequence[Figure],
    *,
    caption: str = "",
    last_is_sum: bool = False,
    under_heading: bool = False,
) -> Markup:
    """Render columns of a frame as a table, with texts aligned left and numbers right.

    Parameters
    ----------
    rows : DataFrame
        Rows of the table.
    columns : sequence of Figure
        Columns, with their labels and formats.
    caption : str
        Caption of the table; empty where a heading or summary right above says the same.
    last_is_sum : bool
        Whether the last row is a total.
    under_heading : bool
        Whether a heading above says the same, so that only screen readers need the caption.

    Returns
    -------
    Markup
        HTML.
    """
    texts = [[column.shown(value) for value in rows[column.key]] for column in columns]
    cells = list(zip(*texts, strict=True))
    return part(
        "table.html",
        columns=columns,
        rows=cells,
        caption=caption,
        last_is_sum=last_is_sum,
        under_heading=under_heading,
        same=SAME,
        number=NUMBER,
        sum=SUM,
    )


def inline(script: str) -> Markup:
    """Return JavaScript whose strings cannot close the script element that contains it."""
    return Markup(script.replace("</", "<\\/").replace("<!--", "<\\!--"))
