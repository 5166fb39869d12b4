from __future__ import annotations

from bokeh.models import HoverTool
from bokeh.plotting import figure

from fulfill.report.html.style import ANY, hover


def test_only_the_uppermost_of_several_objects_shows_its_tooltip() -> None:
    canvas = figure(tools="pan")
    drawn = [canvas.scatter([0], [0], size=size) for size in (30, 20, 10)]
    for renderer, text in zip(drawn, "abc", strict=True):
        hover(canvas, renderer, text)
    tools = [tool for tool in canvas.toolbar.tools if isinstance(tool, HoverTool)]
    # The tools look for objects in this order, so that the upper ones have found theirs.
    assert [tool.renderers for tool in tools] == [[one] for one in reversed(drawn)]
    above = [tool.filters[ANY].args["above"] for tool in tools]
    assert above == [[], drawn[2:], drawn[1:]]
