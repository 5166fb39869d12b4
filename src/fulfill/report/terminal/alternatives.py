"""Terminal output of alternatives: plans of nearly the same cost side by side."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.alternatives.alternative_plans import Alternatives
from fulfill.report.terminal.console import PlainConsole
from fulfill.report.terminal.questions import as_table, print_conversion
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import named, names_of
from fulfill.study.question_outputs import ALTERNATIVES
from fulfill.study.run_folder import ALTERNATIVES_PAGE

COLUMNS = ALTERNATIVES.pick(*ALTERNATIVES.keys[:-1])


def print_alternatives(found: Alternatives, folder: Path) -> None:
    """Print alternatives on stdout.

    Parameters
    ----------
    found : Alternatives
    folder : Path
        Folder of their files.
    """
    console = PlainConsole()
    console.print(found.verdict)
    console.table(as_table(found.table, COLUMNS))
    for number, plan in enumerate(found.plans, 1):
        if plan.better_at:
            better = listed([ALTERNATIVES[key].label for key in plan.better_at])
            console.print(_("plan {n} is better at {figures}").format(n=number, figures=better))
    if found.shared:
        names = listed(named(found.shared, names_of(found.run.problem)["site"]))
        console.print(_("all plans open {sites}").format(sites=names))
    print_conversion(console)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=ALTERNATIVES_PAGE))
