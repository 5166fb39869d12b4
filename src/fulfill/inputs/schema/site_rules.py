"""Tables of rules on which sites may be open together."""

from __future__ import annotations

from fulfill.inputs.columns import REQUIRED, Column, Table, identifier, text
from fulfill.inputs.schema.shared import PROVENANCE

AT_LEAST, AT_MOST, ONLY_IF = "at_least", "at_most", "only_if"
SITE_RULES = (AT_LEAST, AT_MOST, ONLY_IF)
SITE_GROUPS = Table(
    "site_groups",
    "groups of sites that rules speak of; a site may be in several",
    (
        identifier("group_id", "name of the group in group_limits.csv", key=True),
        identifier("site_id", "a site of the group", key=True, refers="sites"),
    ),
    required=False,
)
GROUP_LIMITS = Table(
    "group_limits",
    "rules on the sites that may be open together; an absent table means no rule",
    (
        identifier("group_id", "group that the rule is about, or a single site", key=True),
        text(
            "rule",
            "at_least, at_most: so many sites of the group are open; only_if: a site of the group "
            "may be open only if so many of needs_id are",
            REQUIRED,
            SITE_RULES,
            key=True,
        ),
        identifier(
            "needs_id",
            "with only_if: the group, or the single site, that must be open; empty otherwise",
            key=True,
            default="",
        ),
        Column("number", "integer", "number of open sites", "sites", low=0, high=10_000),
        *PROVENANCE,
    ),
    required=False,
)
