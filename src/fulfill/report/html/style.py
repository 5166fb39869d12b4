"""Style of all charts and maps: colours, lines, labels and legends."""

from __future__ import annotations

from typing import Any

from bokeh.models import FactorRange, HoverTool, Legend, LegendItem
from bokeh.plotting import figure

INK, PALE = "#1f2933", "#d9dee4"
BLUE, GREEN, RED, AMBER = "#1b6ca8", "#2a9d6f", "#c8553d", "#f0a202"
CHANNEL_COLOR = {
    "direct_mail": "#d95f02",
    "local": BLUE,
    "cross_border": "#7570b3",
    "nearshore": GREEN,
    "unserved": "#b8bec6",
}
MODE_COLOR = {"direct_only": "#d95f02", "local_only": BLUE, "mixed": GREEN}
BAND_COLOR = {"base": BLUE, "overtime": AMBER, "temporary": "#d1495b"}
LABEL = "12px"
TOOLTIP = '<div style="font-size:12px;max-width:260px;overflow-wrap:anywhere">'


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


def add_legend(canvas: figure, entries: list[tuple[str, list[Any]]]) -> None:
    """Add a legend above a chart.

    Parameters
    ----------
    canvas : figure
        Chart.
    entries : list of (str, list)
        Labels with their renderers.
    """
    items = [LegendItem(label=words, renderers=drawn) for words, drawn in entries]
    canvas.add_layout(
        Legend(
            items=items,
            orientation="horizontal",
            border_line_color=None,
            padding=0,
            margin=4,
            label_text_font_size=LABEL,
            spacing=14,
        ),
        "above",
    )


def add_switches(canvas: figure, entries: list[tuple[str, list[Any]]]) -> None:
    """Add a legend to a map whose entries hide and show their renderers.

    Parameters
    ----------
    canvas : figure
        Map.
    entries : list of (str, list)
        Labels with their renderers; entries without any are left out.
    """
    items = [LegendItem(label=words, renderers=drawn) for words, drawn in entries if drawn]
    canvas.add_layout(
        Legend(
            items=items,
            location="bottom_left",
            click_policy="hide",
            background_fill_alpha=0.85,
            border_line_color=None,
            label_text_font_size=LABEL,
            label_text_color=INK,
            spacing=1,
        )
    )


def hover(canvas: figure, renderer: Any, text: str) -> None:
    """Add a tooltip to a renderer.

    Parameters
    ----------
    canvas : figure
        Chart or map.
    renderer : object
        Renderer with the tooltip.
    text : str
        HTML with ``@column`` placeholders, whose values bokeh escapes.
    """
    canvas.add_tools(
        HoverTool(
            renderers=[renderer],
            tooltips=TOOLTIP + text + "</div>",
            visible=False,
        )
    )
