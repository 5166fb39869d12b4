"""Style of all charts and maps: colours, lines, labels and legends.

Colours of categories are those of Okabe and Ito, which colour-blind readers can tell apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bokeh.models import (
    CustomJS,
    CustomJSTickFormatter,
    DatetimeTickFormatter,
    FactorRange,
    HoverTool,
    NumeralTickFormatter,
)
from bokeh.plotting import figure

from fulfill.study.language import ENGLISH, TAGS, language
from fulfill.study.language import translated as _

INK, PALE = "#1f2933", "#d9dee4"
BLUE, GREEN, RED, AMBER = "#1b6ca8", "#2a9d6f", "#c8553d", "#f0a202"
CHANNEL_COLOR = {
    "direct_mail": "#d55e00",
    "local": "#0072b2",
    "cross_border": "#cc79a7",
    "nearshore": "#009e73",
    "unserved": "#8a939e",
}
MODE_COLOR = {
    "direct_only": CHANNEL_COLOR["direct_mail"],
    "local_only": CHANNEL_COLOR["local"],
    "mixed": INK,
}
"""A mode has the colour of its only channel, and the mix a colour that no channel has."""
BAND_COLOR = {"base": BLUE, "overtime": AMBER, "temporary": "#d1495b"}
LABEL = "12px"
FEW_TICKS = 4
"""Ticks of an axis of amounts whose labels must not meet on a phone."""
FILL, LINE, DASHED = "fill", "line", "dashed"
"""Shapes of the entries of a legend."""
TOOLTIP = '<div style="font-size:12px;max-width:260px;overflow-wrap:anywhere">'
ANY = "$index"
"""Field of the filter of a tooltip; any one does, as the filter does not read it."""
NOTHING_ABOVE = """
return !above.some((one) => one.visible && !one.data_source.inspected.is_empty());
"""
"""Whether no renderer of `above` has an object under the pointer."""


@dataclass(frozen=True)
class Entry:
    """An entry of a legend.

    Attributes
    ----------
    color : str
        Colour in CSS.
    words : str
        Label.
    shape : str
        `FILL`, `LINE` or `DASHED`.
    layers : tuple of str
        Names of the renderers that the entry hides and shows; empty where it only explains.
    is_on : bool
        Whether the layers are shown at first.
    """

    color: str
    words: str
    shape: str = FILL
    layers: tuple[str, ...] = ()
    is_on: bool = True


@dataclass(frozen=True)
class Chart:
    """A chart or map with what a page says about it.

    Attributes
    ----------
    canvas : figure
        Drawing.
    text : str
        What the drawing shows, for readers who cannot see it and as its caption.
    key : tuple of Entry
        Legend, written as text of the page so that it wraps on a narrow screen.
    """

    canvas: figure
    text: str
    key: tuple[Entry, ...] = ()


def chart(height: int, **options: Any) -> figure:
    """Return an empty chart of the width of its container, without tools.

    Parameters
    ----------
    height : int
        Pixels.
    **options
        Of `bokeh.plotting.figure`.

    Returns
    -------
    figure
        To which glyphs are added.
    """
    canvas = figure(
        height=height, sizing_mode="stretch_width", tools="", toolbar_location=None, **options
    )
    canvas.outline_line_color = None
    canvas.axis.axis_line_color = PALE
    canvas.axis.major_tick_line_color = None
    canvas.axis.minor_tick_line_color = None
    canvas.axis.major_label_text_font_size = LABEL
    canvas.axis.major_label_text_color = INK
    canvas.axis.axis_label_text_font_style = "normal"
    canvas.grid.grid_line_color = PALE
    canvas.grid.grid_line_alpha = 0.7
    canvas.ygrid.visible = not isinstance(canvas.y_range, FactorRange)
    canvas.xgrid.visible = False
    canvas.min_border_right = 14
    return canvas


def label_above(canvas: figure, rows: list[str], x: float = 0.0) -> None:
    """Write the names of rows of bars above them, in place of labels beside the axis.

    Long names would leave no width for the bars on a phone.

    Parameters
    ----------
    canvas : figure
        Chart with a `FactorRange` of rows of at least 36 pixels and bars of a third of them.
    rows : list of str
        Its factors.
    x : float
        Where the names begin.
    """
    canvas.yaxis.visible = False
    canvas.y_range.range_padding_units = "absolute"
    canvas.y_range.range_padding = 0.3
    canvas.text(
        x=x, y=rows, text=rows, x_offset=2, y_offset=-8,
        text_font_size=LABEL, text_color=INK, text_baseline="bottom",
    )  # fmt: skip


def in_short() -> NumeralTickFormatter | CustomJSTickFormatter:
    """Return the format of large amounts on an axis, in the language of the context.

    The abbreviations of bokeh are English; other languages have those of the browser.
    """
    if language() == ENGLISH:
        return NumeralTickFormatter(format="0.[0] a")
    return CustomJSTickFormatter(
        args={"tag": TAGS[language()]},
        code='return new Intl.NumberFormat(tag, { notation: "compact" }).format(tick);',
    )


def label_months(canvas: figure) -> None:
    """Label few months of a time axis: by bokeh, in English, or by number in other languages.

    Parameters
    ----------
    canvas : figure
        Chart with a time axis.
    """
    canvas.xaxis.ticker.desired_num_ticks = FEW_TICKS
    if language() != ENGLISH:
        canvas.xaxis.formatter = DatetimeTickFormatter(days="%Y-%m-%d", months="%Y-%m")


def hover(canvas: figure, renderer: Any, text: str) -> None:
    """Add a tooltip to a renderer, which lies over the earlier ones.

    Where several are under the pointer, only the uppermost shows its tooltip: each tool of bokeh
    has a box of its own, and they would cover each other.

    Parameters
    ----------
    canvas : figure
        Chart or map.
    renderer : object
        Renderer with the tooltip.
    text : str
        HTML with ``@column`` placeholders, whose values bokeh escapes.
    """
    tools = canvas.toolbar.tools
    for tool in tools:
        if isinstance(tool, HoverTool):
            above = [*tool.filters[ANY].args["above"], renderer]
            tool.filters = {ANY: CustomJS(args={"above": above}, code=NOTHING_ABOVE)}
    # First, as the tools look for objects in this order, and the lower ones ask those above.
    tools.insert(
        0,
        HoverTool(
            renderers=[renderer],
            tooltips=TOOLTIP + text + "</div>",
            visible=False,
            # One object at a time: boxes of near objects would cover each other.
            limit=1,
            filters={ANY: CustomJS(args={"above": []}, code=NOTHING_ABOVE)},
        ),
    )


def layer(color: str, name: str, renderers: list[Any], *, is_on: bool = True) -> list[Entry]:
    """Return the switch of a map layer.

    Parameters
    ----------
    color : str
        Colour in the legend.
    name : str
        Label in English, which also names the layer.
    renderers : list
        Renderers of the layer, which get a name and their first visibility.
    is_on : bool
        Whether the layer is shown at first.

    Returns
    -------
    list of Entry
        One entry, or none where nothing is drawn.
    """
    if not renderers:
        return []
    names = tuple(f"{name} {number}".replace(" ", "-") for number in range(len(renderers)))
    for renderer, own in zip(renderers, names, strict=True):
        renderer.name, renderer.visible = own, is_on
    return [Entry(color, _(name), layers=names, is_on=is_on)]
