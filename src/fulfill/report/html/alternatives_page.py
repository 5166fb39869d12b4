"""Page of alternatives: plans of nearly the same cost side by side."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.alternatives.alternative_plans import AlternativePlan, Alternatives
from fulfill.report.html.page import html_table, write_page
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import named, names_of
from fulfill.study.question_outputs import ALTERNATIVES
from fulfill.study.vocabulary import figure

COLUMNS = ALTERNATIVES.pick(*ALTERNATIVES.keys[:7])


def write_alternatives_page(found: Alternatives, path: Path) -> None:
    """Write the page of alternatives.

    Parameters
    ----------
    found : Alternatives
    path : Path
        File to write.
    """
    run, names = found.run, names_of(found.run.problem)["site"]
    name = run.folder.name if run.folder else ""
    write_page(
        path,
        "alternatives.html",
        _("What else than {run}").format(run=name),
        {},
        title_of_network=run.problem.network.title,
        cost=figure("objective").with_unit(run.outcome.objective),
        verdict=found.verdict,
        table=html_table(found.table, COLUMNS),
        plans=[
            {
                "number": number,
                "opened": listed(named(one.opened, names)),
                "closed": listed(named(one.closed, names)),
                "better": better_in_words(one),
            }
            for number, one in enumerate(found.plans, 1)
        ],
        shared=listed(named(found.shared, names)),
        exposed=listed(found.exposed),
        run=name,
    )


def better_in_words(plan: AlternativePlan) -> str:
    """Return what a plan is better at than the run, in the language of the context."""
    return listed([ALTERNATIVES[key].label for key in plan.better_at])
