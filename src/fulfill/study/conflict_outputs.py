"""Table of repairs on the page of a run without a plan; summary.json has them as `repairs`."""

from __future__ import annotations

from fulfill.study.output import output
from fulfill.study.vocabulary import PERCENT, Figure

# fmt: off
REPAIRS = output(
    "repairs", "a change of a limit, by the repair that it belongs to; on the page of a run "
    "without a plan",
    "repair before after option share cost_at_least sites",
    (
        Figure("repair", "", "", "no.", "number of the repair, the least first"),
        Figure("before", "", "", "in place of", "the limit as it is"),
        Figure("after", "", "", "changed to", "the limit as it would be"),
        Figure("option", "", "", "give", "the option to give, or what to leave out"),
        Figure("share", "share", PERCENT, "given up",
               "share of the limit that is given up; a lock or a rule counts as a whole limit"),
        Figure("cost_at_least", "", "", "proven least",
               "share below which it is proven that changing this alone leaves no plan"),
        Figure("sites", "", "", "shown by", "open sites of the plan that was found"),
    ),
)
# fmt: on
