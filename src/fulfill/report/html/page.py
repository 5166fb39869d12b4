"""The base of all pages: templates that escape whatever they are given, one head, one table.

A page is one file that opens without a network connection. Only what is made here or by bokeh is
`Markup`; every name, id and message of the inputs stays text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from bokeh.embed import components
from bokeh.plotting import figure
from bokeh.resources import Resources
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fulfill.study.vocabulary import Figure

NUMBER, SUM = Markup(' class="n"'), Markup(' class="sum"')


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("fulfill.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["zip"] = zip
    environment.filters["plain"] = lambda text: text.replace("`", "")
    return environment


def write_page(
    path: Path, template: str, title: str, drawings: Mapping[str, figure], **content: Any
) -> None:
    """Write a page into a file; the parameters are those of `page`."""
    text = page(template, title, drawings, **content)
    path.write_text(text, encoding="utf-8", newline="\n")


def page(template: str, title: str, drawings: Mapping[str, figure], **content: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : file in templates/ that extends base.html
    drawings : by the name under which the template shows them, as `drawings.<name>`
    content : what else the template shows; text that is not `Markup` is escaped
    """
    script, places = components(dict(drawings), wrap_script=False)
    css = files("fulfill.report.html").joinpath("templates/page.css").read_text(encoding="utf-8")
    # Only bokeh's core: its widgets and tables would add a megabyte that no page uses.
    library = Resources(mode="inline", components=["bokeh"]).render_js()
    return _environment().get_template(template).render(
        title=title,
        style=Markup(css),
        library=Markup(library),
        script=Markup("<script>\n{}\n</script>").format(inline(script)),
        drawings={name: Markup(place) for name, place in places.items()},
        **content,
    )  # fmt: skip


def part(template: str, **content: Any) -> Markup:
    """Return a piece of a page, escaped like a page."""
    return Markup(_environment().get_template(template).render(**content))


def html_table(
    rows: pd.DataFrame, columns: Sequence[Figure], *, last_is_sum: bool = False
) -> Markup:
    """Return some columns of a frame as a table: texts stand left, numbers right."""
    texts = [[column.shown(value) for value in rows[column.key]] for column in columns]
    cells = list(zip(*texts, strict=True))
    return part(
        "table.html", columns=columns, rows=cells, last_is_sum=last_is_sum, number=NUMBER, sum=SUM
    )


def inline(script: str) -> Markup:
    """Return JavaScript whose strings cannot end the element in which it stands."""
    return Markup(script.replace("</", "<\\/").replace("<!--", "<\\!--"))
