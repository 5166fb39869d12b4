"""Which group of figures to have confirmed first.

For each group the plan is made again with its figures at the low and at the high end of their
ranges, and for a joint sample of all groups. What keeping the sites costs more than the best plan
there, the regret, is what knowing the figures before deciding could save.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.exposure.exposures import PRICED_TABLES, exposures, whom_to_ask
from fulfill.analysis.questions.groups import Group, groups_of
from fulfill.analysis.questions.joint import Joint, joint_sample, sampled
from fulfill.analysis.questions.replanning import Effort, Replanned, replan
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.coarse import LEAST_GAP, SECONDS
from fulfill.study.executor import Executor
from fulfill.study.json_file import finite
from fulfill.study.risk_outputs import QUESTIONS
from fulfill.study.run import Run

FIRST = 5
"""Groups to ask for first."""
LIMITS = ("capacity", "orders_day", "storage_m3", "kg_day", "orders_1000_people_day", "share")
"""Parts of the names of columns that limit a plan, so that a kept plan has no exposure to them."""
ROUNDING_USD = 1.0
"""Regret up to which two plans cost the same, USD a year."""
LOW, HIGH = 0.0, 1.0


@dataclass(frozen=True)
class AskOptions:
    """What is asked.

    Attributes
    ----------
    groups : sequence of Group or None
        Of the run's problem; None for those of the tables.
    most : int
        Number of groups that plans are made for; the others have the least exposure.
    joint : int
        Number of joint samples; 0 for none.
    seed : int
    seconds : float
        Time limit of a search for the best plan.
    workers : int or None
        Processes; as many as there are cores by default, 0 for none but this one.
    """

    groups: Sequence[Group] | None = None
    most: int = 60
    joint: int = 64
    seed: int = 0
    seconds: float = SECONDS
    workers: int | None = None


@dataclass(frozen=True, eq=False)
class Asked:
    """Groups of figures, ranked.

    Attributes
    ----------
    run : Run
        The plan whose sites are kept, at the resolution of the answers.
    groups : tuple of Group
        Those that plans were made for, in the order of `table`.
    left_out : tuple of str
        Names of groups with less exposure.
    base : Replanned
        With the figures as they are.
    ends : tuple of (Replanned, Replanned)
        With each group at its low and high end.
    table : DataFrame
        Columns of `risk_outputs.QUESTIONS`.
    joint : Joint or None
        The joint sample.
    """

    run: Run
    groups: tuple[Group, ...]
    left_out: tuple[str, ...]
    base: Replanned
    ends: tuple[tuple[Replanned, Replanned], ...]
    table: pd.DataFrame
    joint: Joint | None

    @property
    def ask_first(self) -> tuple[Group, ...]:
        """The groups to ask for first."""
        return self.groups[:FIRST]


def ask(
    run: Run, options: AskOptions | None = None, tell: Callable[[str], None] = lambda _: None
) -> Asked:
    """Plan anew with each group of figures at both ends of its range, and with all at once.

    Parameters
    ----------
    run : Run
        With a plan; its sites are kept.
    options : AskOptions, optional
    tell : callable
        Called with what is being done.

    Returns
    -------
    Asked

    Raises
    ------
    InputError
        F502 where the run has no plan, F505 where it has dated rules.
    """
    if run.decisions is None:
        name = run.folder.name if run.folder else ""
        raise InputError([Fault("F502", "RUN", value=name, detail=run.outcome.status)])
    if run.study.options.rules == "dated":
        raise InputError([Fault("F505", "RUN", value="dated")])
    asked = options or AskOptions()
    groups, left_out = _chosen(run, asked)
    effort = Effort(max(run.study.options.gap, LEAST_GAP), asked.seconds)
    task = partial(replan, groups=groups, effort=effort)
    ends = [((place, end),) for place in range(len(groups)) for end in (LOW, HIGH)]
    sample = joint_sample(len(groups), asked.joint, asked.seed)
    with Executor(run, asked.workers) as executor:
        tell(f"{len(groups)} groups of figures at both ends of their ranges")
        base, *found = executor.each(task, [(), *ends])
        tell(f"{len(sample)} joint samples")
        together = list(executor.each(task, [tuple(enumerate(row)) for row in sample.tolist()]))
    pairs = list(zip(found[::2], found[1::2], strict=True))
    joint = sampled(run, sample, together, asked.seed) if together else None
    table = _table(run, groups, base, pairs, joint)
    order = table.sort_values(
        ["distinguishable", "_regret", "exposure_usd", "group"],
        ascending=[False, False, False, True],
    ).index.to_numpy()
    if joint is not None:
        joint = replace(joint, sample=joint.sample[:, order])
    return Asked(
        run,
        tuple(groups[place] for place in order),
        left_out,
        base,
        tuple(pairs[place] for place in order),
        table.loc[order, list(QUESTIONS.keys)].reset_index(drop=True),
        joint,
    )


def _chosen(run: Run, asked: AskOptions) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """Return the groups that plans are made for, and the names of the others.

    Groups that limit a plan come first, then those to which the kept plan is most exposed.
    """
    if asked.groups is not None:
        return tuple(asked.groups), ()
    groups = groups_of(run.problem)
    exposed = {one.group.name: one.usd for one in exposures(run)}

    def rank(group: Group) -> tuple[bool, float, str]:
        (part,) = group.parts
        limits = part.table not in PRICED_TABLES or any(word in part.column for word in LIMITS)
        return not limits, -exposed.get(group.name, 0.0), group.name

    ranked = sorted(groups, key=rank)
    return tuple(ranked[: asked.most]), tuple(group.name for group in ranked[asked.most :])


def _table(
    run: Run,
    groups: Sequence[Group],
    base: Replanned,
    ends: Sequence[tuple[Replanned, Replanned]],
    joint: Joint | None,
) -> pd.DataFrame:
    """Return the columns of `QUESTIONS` and `_regret`, that which is distinguishable."""
    rows = []
    kept = dict(run.sites[["site_id", "size"]].itertuples(index=False, name=None))
    for place, (group, (low, high)) in enumerate(zip(groups, ends, strict=True)):
        results = [one.kept_contribution_usd for one in (low, base, high)]
        worst = max(low, high, key=lambda one: one.regret_usd)
        clear = [
            one.regret_usd for one in (low, high) if one.regret_usd > one.gap_usd + ROUNDING_USD
        ]
        rows.append(
            {
                "group": group.name,
                "file": ", ".join(f"{name}.csv" for name in group.tables),
                "rows": group.rows,
                **_end("low", low),
                **_end("high", high),
                "regret_usd": worst.regret_usd,
                "exposure_usd": max(results) - min(results),
                "distinguishable": str(bool(clear)),
                "value_usd": (low.regret_usd + high.regret_usd) / 6.0,
                "sites_changed": changes(kept, dict(worst.sites)) if clear else "",
                "first_order": joint.first_order[place] if joint is not None else np.nan,
                "first_order_error": joint.error[place] if joint is not None else np.nan,
                "ask": whom_to_ask(group.parts[0]),
                "_regret": max(clear, default=0.0),
            }
        )
    return pd.DataFrame(rows, columns=[*QUESTIONS.keys, "_regret"])


def _end(name: str, found: Replanned) -> dict[str, float]:
    """Return the columns of one end."""
    return {
        f"{name}_kept_usd": found.kept_usd,
        f"{name}_best_usd": found.best_usd,
        f"{name}_gap_usd": found.gap_usd,
        f"{name}_mail_share": found.best_mail,
    }


def changes(before: dict[str, str], after: dict[str, str]) -> str:
    """Return the sites that differ: opened with +, closed with -, resized as old>new."""
    found = [f"+{site} {size}" for site, size in after.items() if site not in before]
    found += [f"-{site}" for site in before if site not in after]
    found += [
        f"{site} {before[site]}>{size}"
        for site, size in after.items()
        if before.get(site, size) != size
    ]
    return "; ".join(sorted(found))


def summary(found: Asked) -> dict[str, Any]:
    """Return what ``fulfill ask --json`` prints.

    Parameters
    ----------
    found : Asked

    Returns
    -------
    dict
        zones, base, groups, left_out, ask_first and sites; with a joint sample also samples,
        contribution (quantiles of the kept and the best plan) and knowing_usd.
    """
    held: dict[str, Any] = {
        "zones": len(found.run.instance.zones),
        "base": _amounts(found.base),
        "groups": [
            {
                "group": row["group"],
                "file": row["file"],
                "rows": row["rows"],
                "low": _amounts(low),
                "high": _amounts(high),
                "regret_usd": row["regret_usd"],
                "exposure_usd": row["exposure_usd"],
                "distinguishable": row["distinguishable"] == "True",
                "value_usd": row["value_usd"],
                "sites_changed": row["sites_changed"],
                "first_order": row["first_order"],
                "first_order_error": row["first_order_error"],
            }
            for row, (low, high) in zip(found.table.to_dict("records"), found.ends, strict=True)
        ],
        "left_out": list(found.left_out),
        "ask_first": [group.name for group in found.ask_first],
        "sites": [],
    }
    if found.joint is not None:
        least, most = found.joint.knowing_usd
        held["sites"] = found.joint.sites[["site_id", "share_of_samples"]].to_dict("records")
        held["samples"] = len(found.joint.plans)
        held["contribution"] = {
            name: dict(zip(("p5", "p50", "p95"), found.joint.quantiles(column), strict=True))
            for name, column in (
                ("kept", "kept_contribution_usd"),
                ("best", "best_contribution_usd"),
            )
        }
        held["knowing_usd"] = {"low": least, "high": most}
    return dict(finite(held))


def _amounts(found: Replanned) -> dict[str, float]:
    """Return the amounts of an end."""
    return {"kept_usd": found.kept_usd, "best_usd": found.best_usd, "gap_usd": found.gap_usd}
