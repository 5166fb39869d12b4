"""The map of a run in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from bokeh.embed import file_html
from bokeh.resources import INLINE

from fulfill.report.gis.layers import plan_layers
from fulfill.report.html.plan_map import plan_map
from fulfill.study.run import Run

HEIGHT_PX = 620


@dataclass(frozen=True, repr=False)
class PlanMap:
    """A map in one piece of HTML that needs no network; a notebook shows it.

    Attributes
    ----------
    html : a whole page
    title : what it shows
    """

    html: str
    title: str

    def __repr__(self) -> str:
        return f"<PlanMap: {self.title}; `save(path)` writes it as a page>"

    def _repr_html_(self) -> str:
        # A frame of its own keeps the styles of page and notebook apart.
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.title)}" '
            f'style="width:100%;height:{HEIGHT_PX}px;border:0"></iframe>'
        )

    def save(self, path: str | Path) -> Path:
        """Write the map as an HTML page."""
        target = Path(path)
        target.write_text(self.html, encoding="utf-8", newline="\n")
        return target


def explore(run: Run) -> PlanMap:
    """Return the map of a run's plan.

    Raises
    ------
    ValueError
        Where the run has no plan.
    """
    if not run.found:
        raise ValueError(f"there is no plan to show: {run.outcome.status}")
    title = f"{run.problem.network.name}, {len(run.sites)} sites, rules of {run.plan.as_of}"
    canvas = plan_map(run.plan, run.problem, plan_layers(run.plan, run.problem))
    return PlanMap(file_html(canvas, INLINE, title), title)
