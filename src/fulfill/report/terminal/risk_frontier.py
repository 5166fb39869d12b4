"""Terminal output of a frontier against CVaR: what it shows, and its points."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.frontier.risk_statements import risk_statements
from fulfill.analysis.frontier.risk_tables import risk_table
from fulfill.report.terminal.console import PlainConsole
from fulfill.report.terminal.questions import as_table, print_conversion
from fulfill.study.frontier_outputs import RISK_FRONTIER
from fulfill.study.language import translated as _
from fulfill.study.run_folder import FRONTIER_PAGE

COLUMNS = RISK_FRONTIER.pick(
    "weight", "expected_usd", "cvar_usd", "gap", "price", "price_low", "price_high",
    "distinguishable", "n_sites", "opened", "closed",
)  # fmt: skip


def print_risk_frontier(found: RiskFrontier, folder: Path, kept: Path) -> None:
    """Print a frontier against CVaR on stdout.

    Parameters
    ----------
    found : RiskFrontier
    folder : Path
        Folder of its files.
    kept : Path
        Folder of the plans of its years.
    """
    console = PlainConsole()
    for sentence in risk_statements(found):
        console.print(sentence)
    console.print()
    console.table(as_table(risk_table(found), COLUMNS))
    if found.audit_faults:
        console.print(_("audit    FAULTS: {faults}").format(faults="; ".join(found.audit_faults)))
    print_conversion(console)
    made = _("results  {folder}  ({files}, CSV tables, summary.json)")
    console.tell(made.format(folder=folder, files=FRONTIER_PAGE))
    text = _("kept     {folder}  (planned years: the same command continues from them)")
    console.tell(text.format(folder=kept))
