"""Rules and remedies of the faults of questions about runs; `faults.RULES` has them all."""

from __future__ import annotations

QUESTION_RULES: dict[str, tuple[str, str]] = {
    "F520": (
        "a run that is compared or explained has a plan",
        "name a run of `fulfill optimize` or `fulfill baseline` that found one",
    ),
    "F522": (
        "what is explained was optimised",
        "plan the same inputs with `fulfill optimize`; a present network has no other plan",
    ),
    "F523": (
        "cost is traded for a measure that the model limits, with the options of that measure",
        "give --against with one of the measures named, --within for lead-time and rural-coverage, "
        "--today for changes",
    ),
    "F521": (
        "the parts of the cost of a run add up to its objective",
        "check both runs with `fulfill audit`, and plan again the one that has faults",
    ),
}
