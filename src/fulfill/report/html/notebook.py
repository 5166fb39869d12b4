"""Map of a run for notebooks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fulfill.inputs.faults import Fault, InputError
from fulfill.report.gis.run_layers import map_layers
from fulfill.report.html.page import page, part
from fulfill.report.html.plan_map import plan_map, zone_keys
from fulfill.report.html.style import Chart
from fulfill.study.language import translated as _
from fulfill.study.run import Run
from fulfill.study.verdict import headline
from fulfill.study.vocabulary import DAY, WHOLE, shown

HEIGHT_PX = 900
COLORED = "by_"
"""Begins the name of a column of colours of zones; a layer of zones is filled by one of them."""


@dataclass(frozen=True, repr=False)
class PlanMap:
    """A map as self-contained HTML, which a notebook displays.

    Attributes
    ----------
    html : str
        Complete page.
    title : str
        Title of the page.
    """

    html: str
    title: str

    def __repr__(self) -> str:
        return f"<PlanMap: {self.title}; `save(path)` writes it as a page>"

    def _repr_html_(self) -> str:
        # An iframe isolates the styles of the map from those of the notebook.
        return part("frame.html", html=self.html, title=self.title, height=HEIGHT_PX)

    def save(self, path: str | Path) -> Path:
        """Write the map as an HTML page.

        Parameters
        ----------
        path : str or Path
            File to write.

        Returns
        -------
        Path
            The file.
        """
        target = Path(path)
        target.write_text(self.html, encoding="utf-8", newline="\n")
        return target


def explore(run: Run, layer: str | None = None) -> PlanMap:
    """Return a map of the plan of a run.

    Parameters
    ----------
    run : Run
        With a plan.
    layer : str, optional
        What colours the zones at first: ``lead_time`` (default), ``landed`` (landed cost),
        ``mail`` or ``cancellation``. The buttons of the map switch to the others.

    Returns
    -------
    PlanMap
        A notebook displays it; `save` writes it.

    Raises
    ------
    ValueError
        Where the run has no plan.
    InputError
        F309 for an unknown layer.
    """
    drawing = plan_map(run.plan, run.problem, map_layers(run))
    if layer is not None:
        drawing = _colored(drawing, layer)
    places = _("Open sites: {sites} (run.sites). Zones: {zones} (run.zones).").format(
        sites=len(run.sites), zones=shown(len(run.zones), WHOLE)
    )
    drawing = replace(drawing, text=places)
    title = _("{network}, {n} sites, rules of {day}").format(
        network=run.problem.network.name, n=len(run.sites), day=shown(run.plan.as_of, DAY)
    )
    about = {
        "headline": headline(run.outcome),
        "zone_keys": zone_keys(run.kpis["landed_cost_usd_per_order"]),
    }
    return PlanMap(page("map.html", title, {"map": drawing}, **about), title)


def _colored(drawing: Chart, layer: str) -> Chart:
    """Return a map that shows one of the colourings of its zones, and hides the others."""
    colorings: dict[str, int] = {}
    for number, entry in enumerate(drawing.key):
        shapes = [drawing.canvas.select_one({"name": name}) for name in entry.layers]
        fills = {str(getattr(shape.glyph, "fill_color", "")) for shape in shapes}
        colorings |= {f.removeprefix(COLORED): number for f in fills if f.startswith(COLORED)}
    if layer not in colorings:
        detail = f"one of {', '.join(colorings)}"
        raise InputError([Fault("F309", "", column="layer", value=layer, detail=detail)])
    key = list(drawing.key)
    for name, number in colorings.items():
        key[number] = replace(key[number], is_on=name == layer)
        for shape in key[number].layers:
            drawing.canvas.select_one({"name": shape}).visible = name == layer
    return replace(drawing, key=tuple(key))
