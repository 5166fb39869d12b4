"""Elements of QGIS styles (QML): symbols, renderers, labels and field names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from fulfill.study.language import ENGLISH, speaking
from fulfill.study.vocabulary import Figure, headings

VERSION = "3.22.0"
"""Version of QGIS whose format is written; later ones read it."""
RENDERER_CLASS = {"Point": "marker", "Line": "line", "Polygon": "fill"}
"""Kind of symbol by geometry."""


@dataclass(frozen=True)
class Symbol:
    """A symbol of one symbol layer.

    Attributes
    ----------
    geometry : str
        Key of `RENDERER_CLASS`.
    layer : str
        Class of the symbol layer in QGIS, such as ``SimpleLine``.
    properties : Mapping of str to str
        Of the symbol layer; lengths in millimetres.
    expressions : Mapping of str to str
        Expressions by the property that they set, such as ``outlineWidth``.
    opacity : float
        0 to 1.
    """

    geometry: str
    layer: str
    properties: Mapping[str, str]
    expressions: Mapping[str, str] = field(default_factory=dict)
    opacity: float = 1.0


@dataclass(frozen=True)
class Range:
    """A class of a graduated renderer: above `low`, up to `high`."""

    low: float
    high: float
    label: str
    symbol: Symbol


def colour(text: str, alpha: int = 255) -> str:
    """Return a colour as QGIS writes it.

    Parameters
    ----------
    text : str
        As ``#rrggbb``.
    alpha : int
        0 to 255.

    Returns
    -------
    str
        Red, green, blue and alpha.
    """
    return ",".join(str(part) for part in (*bytes.fromhex(text[1:]), alpha))


def single(symbol: Symbol) -> Element:
    """Return a renderer with one symbol for all features."""
    renderer = Element("renderer-v2", type="singleSymbol", enableorderby="0", symbollevels="0")
    SubElement(renderer, "symbols").append(_symbol(symbol, "0"))
    return renderer


def graduated(expression: str, ranges: Sequence[Range]) -> Element:
    """Return a renderer that selects the symbol by the class of a number.

    Parameters
    ----------
    expression : str
        Name of a field, or an expression.
    ranges : sequence of Range
        In the order of the legend.

    Returns
    -------
    Element
        Features outside of all classes are not drawn.
    """
    renderer = Element(
        "renderer-v2", type="graduatedSymbol", attr=expression, graduatedMethod="GraduatedColor"
    )
    listed = SubElement(renderer, "ranges")
    for number, one in enumerate(ranges):
        SubElement(
            listed,
            "range",
            lower=repr(one.low),
            upper=repr(one.high),
            label=one.label,
            symbol=str(number),
            render="true",
        )
    symbols = SubElement(renderer, "symbols")
    symbols.extend(_symbol(one.symbol, str(number)) for number, one in enumerate(ranges))
    return renderer


def categorised(attribute: str, classes: Mapping[str, tuple[str, Symbol]]) -> Element:
    """Return a renderer that selects the symbol by the value of a field.

    Parameters
    ----------
    attribute : str
        Name of a field.
    classes : Mapping of str to (str, Symbol)
        Label and symbol by value.

    Returns
    -------
    Element
        Features with other values are not drawn.
    """
    renderer = Element("renderer-v2", type="categorizedSymbol", attr=attribute)
    listed = SubElement(renderer, "categories")
    symbols = SubElement(renderer, "symbols")
    for number, (value, (label, symbol)) in enumerate(classes.items()):
        SubElement(listed, "category", value=value, label=label, symbol=str(number), render="true")
        symbols.append(_symbol(symbol, str(number)))
    return renderer


def labels(attribute: str, size_pt: float, geometry: str) -> Element:
    """Return labels in bold with a white edge; QGIS leaves out those that would overlap.

    Parameters
    ----------
    attribute : str
        Field with the text.
    size_pt : float
        Size of the text, points.
    geometry : str
        Key of `RENDERER_CLASS`: labels stand around points, and inside of polygons.

    Returns
    -------
    Element
        For `style`.
    """
    labeling = Element("labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    text = SubElement(
        settings,
        "text-style",
        fieldName=attribute,
        isExpression="0",
        fontSize=f"{size_pt:g}",
        fontSizeUnit="Point",
        fontFamily="Sans Serif",
        fontWeight="75",
        textColor=colour("#1d2733"),
        textOpacity="1",
        multilineHeight="1",
    )
    SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.9",
        bufferSizeUnits="MM",
        bufferColor=colour("#ffffff"),
        bufferOpacity="0.85",
        bufferJoinStyle="128",
    )
    # 6: ordered positions around a point; 1: over a point inside of the polygon
    around = geometry == "Point"
    SubElement(
        settings,
        "placement",
        placement="6" if around else "1",
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR",
        dist="1.4" if around else "0",
        distUnits="MM",
        offsetType="1",
        centroidInside="1",
        fitInPolygonOnly="0",
        priority="8",
    )
    SubElement(settings, "rendering", drawLabels="1", displayAll="0", obstacle="1")
    return labeling


@speaking(ENGLISH)
def aliases(figures: Iterable[Figure]) -> dict[str, str]:
    """Return the names of fields for people, in English; see `vocabulary.headings`."""
    return headings(figures)


def style_parts(
    renderer: Element, label: Element | None, fields: Mapping[str, str]
) -> list[Element]:
    """Return the elements that a QML file and a layer of a project share.

    Parameters
    ----------
    renderer : Element
        Of `single`, `graduated` or `categorised`.
    label : Element or None
        Of `labels`.
    fields : Mapping of str to str
        Of `aliases`.

    Returns
    -------
    list of Element
        Renderer, labels if there are any, and field names.
    """
    names = Element("aliases")
    for key, words in fields.items():
        SubElement(names, "alias", field=key, name=words)
    return [renderer, *([] if label is None else [label]), names]


def _symbol(symbol: Symbol, name: str) -> Element:
    made = Element(
        "symbol",
        type=RENDERER_CLASS[symbol.geometry],
        name=name,
        alpha=f"{symbol.opacity:g}",
        clip_to_extent="1",
        force_rhr="0",
    )
    layer = SubElement(made, "layer", {"class": symbol.layer, "enabled": "1", "pass": "0"})
    options = SubElement(layer, "Option", type="Map")
    for key, value in symbol.properties.items():
        SubElement(options, "Option", name=key, value=value, type="QString")
    defined = SubElement(layer, "data_defined_properties")
    root = SubElement(defined, "Option", type="Map")
    SubElement(root, "Option", name="name", value="", type="QString")
    entries = SubElement(root, "Option", name="properties", type="Map")
    for key, expression in symbol.expressions.items():
        entry = SubElement(entries, "Option", name=key, type="Map")
        SubElement(entry, "Option", name="active", value="true", type="bool")
        SubElement(entry, "Option", name="expression", value=expression, type="QString")
        SubElement(entry, "Option", name="type", value="3", type="int")
    SubElement(root, "Option", name="type", value="collection", type="QString")
    return made
