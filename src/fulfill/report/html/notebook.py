"""Map of a run for notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fulfill.report.gis.layers import plan_layers
from fulfill.report.html.page import page, part
from fulfill.report.html.plan_map import plan_map, zone_keys
from fulfill.study.language import translated as _
from fulfill.study.run import Run
from fulfill.study.verdict import headline
from fulfill.study.vocabulary import DAY, shown

HEIGHT_PX = 900


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


def explore(run: Run) -> PlanMap:
    """Return a map of the plan of a run.

    Parameters
    ----------
    run : Run
        With a plan.

    Returns
    -------
    PlanMap
        A notebook displays it; `save` writes it.

    Raises
    ------
    ValueError
        Where the run has no plan.
    """
    if not run.found:
        raise ValueError(f"there is no plan to show: {run.outcome.status}")
    title = _("{network}, {n} sites, rules of {day}").format(
        network=run.problem.network.name, n=len(run.sites), day=shown(run.plan.as_of, DAY)
    )
    drawings = {"map": plan_map(run.plan, run.problem, plan_layers(run.plan, run.problem))}
    about = {
        "headline": headline(run.outcome),
        "zone_keys": zone_keys(run.kpis["landed_cost_usd_per_order"]),
    }
    return PlanMap(page("map.html", title, drawings, **about), title)
