"""Page of a frontier against CVaR: the curve, the table, and what changes from point to point."""

from __future__ import annotations

from pathlib import Path

from fulfill.analysis.frontier.risk_frontier import RiskFrontier
from fulfill.analysis.frontier.risk_statements import risk_statements, tail_share
from fulfill.analysis.frontier.risk_tables import risk_table, tried_table
from fulfill.report.html.page import html_table, write_page
from fulfill.report.html.risk_frontier_chart import risk_curve
from fulfill.study.frontier_outputs import RISK_CHOICES, RISK_FRONTIER
from fulfill.study.language import listed
from fulfill.study.language import translated as _
from fulfill.study.names import named, names_of
from fulfill.study.run_folder import input_folders
from fulfill.study.vocabulary import DAY, PERCENT, shown

COLUMNS = RISK_FRONTIER.pick(
    "point", "weight", "expected_usd", "cvar_usd", "gap", "price", "price_low",
    "price_high", "distinguishable", "n_sites", "of_run", "worst_usd", "lead_time_days",
)  # fmt: skip


def write_risk_frontier_page(found: RiskFrontier, path: Path) -> None:
    """Write the page of a frontier against CVaR.

    Parameters
    ----------
    found : RiskFrontier
    path : Path
        File to write.
    """
    study = found.run.study
    folders = [files.label or files.name for files in input_folders(study).values()]
    write_page(
        path,
        "risk_frontier.html",
        _("Cost against: {measure}").format(measure=RISK_FRONTIER["cvar_usd"].label),
        {"curve": risk_curve(found)},
        day=shown(study.problem.regime.as_of.isoformat(), DAY),
        statements=risk_statements(found),
        audit_faults=found.audit_faults,
        share=tail_share(found),
        table=html_table(risk_table(found), COLUMNS, under_heading=True),
        choices=html_table(tried_table(found), RISK_CHOICES.figures),
        moved=_moved(found),
        scenarios=[
            _("{name} ({probability})").format(
                name=one.name, probability=shown(one.probability, PERCENT)
            )
            for one in found.scenarios
        ],
        merged=study.options.resolution,
        inputs=_("{network} and {demand}").format(network=folders[0], demand=folders[1]),
    )


def _moved(found: RiskFrontier) -> list[dict[str, str]]:
    """Return what points open and close that have other sites than the point before."""
    names = names_of(found.run.problem)["site"]
    rows = []
    for number in range(1, len(found.years)):
        if not found.is_new(number):
            continue
        before, after = (set(found.sites(one)) for one in (number - 1, number))
        rows.append(
            {
                "point": _("weight {weight}").format(
                    weight=RISK_FRONTIER["weight"].shown(found.curve.weights[number])
                ),
                "opened": _sized(sorted(after - before), names),
                "closed": _sized(sorted(before - after), names),
            }
        )
    return rows


def _sized(sites: list[tuple[str, str]], names: dict[str, str]) -> str:
    """Return the names of sites with their sizes."""
    words = named([site for site, _size in sites], names)
    return listed(f"{name} ({size})" for name, (_site, size) in zip(words, sites, strict=True))
