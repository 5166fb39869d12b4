"""Contradictions in the rules on sites: groups that do not exist, rows that no choice can obey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.schema.site_rules import AT_LEAST, AT_MOST, ONLY_IF
from fulfill.inputs.spelling import near, nearest

Tables = Mapping[str, pd.DataFrame]


def group_members(sites: pd.DataFrame, groups: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the sites that each name of group_limits.csv stands for.

    Parameters
    ----------
    sites : DataFrame
        In the form of sites.csv; a site's own id stands for itself.
    groups : DataFrame
        In the form of site_groups.csv.

    Returns
    -------
    dict of str to tuple of str
        In the order of the tables.
    """
    members: dict[str, tuple[str, ...]] = {name: (name,) for name in sites["site_id"]}
    for name, rows in groups.groupby("group_id", sort=False):
        members[str(name)] = tuple(rows["site_id"])
    return members


def site_rule_faults(folder: str, tables: Tables) -> Iterator[Fault]:
    """Find groups named like a site, unknown groups, and rules that contradict themselves.

    Parameters
    ----------
    folder : str
        Name of the folder, for messages.
    tables : mapping of str to DataFrame
        With sites, site_groups and group_limits.

    Yields
    ------
    Fault
        F208 and F214.
    """
    sites, groups, limits = tables["sites"], tables["site_groups"], tables["group_limits"]
    file = f"{folder}/site_groups.csv"
    for line, name in zip(groups[ROW], groups["group_id"], strict=True):
        if name in set(sites["site_id"]):
            detail = "a site has this name; give the group another one"
            yield Fault("F214", file, int(line), "group_id", name, detail)
    members = group_members(sites, groups)
    file = f"{folder}/group_limits.csv"
    columns = (limits[name] for name in (ROW, "group_id", "rule", "needs_id", "number"))
    for line, group, rule, needs, number in zip(*columns, strict=True):
        for column, name in (("group_id", group), ("needs_id", needs)):
            if name and name not in members:
                similar = near(nearest(name, members))
                detail = f"neither in site_groups.csv nor in sites.csv{similar}"
                yield Fault("F208", file, int(line), column, name, detail)
        place = file, int(line), "needs_id", needs
        if rule == ONLY_IF and not needs:
            yield Fault("F214", *place, "only_if needs the group or site that must be open")
        elif rule != ONLY_IF and needs:
            yield Fault("F214", *place, f"{rule} has none; leave the cell empty")
        counted = members.get(needs if rule == ONLY_IF else group, ())
        if rule != AT_MOST and counted and number > len(counted):
            detail = f"the group has {len(counted)}: {', '.join(counted)}"
            yield Fault("F214", file, int(line), "number", f"{number:g}", detail)
    yield from _crossed(file, limits)


def _crossed(file: str, limits: pd.DataFrame) -> Iterator[Fault]:
    """Find groups of which at least more sites must be open than may be."""
    most = limits[limits["rule"] == AT_MOST].set_index("group_id")["number"]
    least = limits[limits["rule"] == AT_LEAST]
    for line, group, number in zip(least[ROW], least["group_id"], least["number"], strict=True):
        if group in most.index and number > float(most[group]):
            detail = f"{group} at_most is {most[group]:g}"
            yield Fault("F214", file, int(line), "number", f"{number:g}", detail)
