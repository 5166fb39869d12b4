"""What plans at the ends of ranges say, in words."""

from __future__ import annotations

from fulfill.analysis.questions.ask import Asked
from fulfill.study.language import translated as _
from fulfill.study.vocabulary import money


def sentences(found: Asked) -> list[str]:
    """Return what the answers say, in the language of the context.

    Parameters
    ----------
    found : Asked

    Returns
    -------
    list of str
    """
    table, joint = found.table, found.joint
    clear = table[table["distinguishable"] == "True"]
    told = []
    if len(clear):
        worst = clear.iloc[0]
        text = _(
            "For {n} of {all} groups of figures another choice of sites would be clearly better at "
            "an end of the range. Most for {group}: keeping the plan would cost {usd} a year more."
        )
        told.append(
            text.format(
                n=len(clear),
                all=len(table),
                group=worst["group"],
                usd=money(worst["regret_usd"]),
            )
        )
    else:
        told.append(
            _(
                "At both ends of every range, keeping the sites is not distinguishable from the "
                "best plan that was found."
            )
        )
    if joint is not None:
        low, middle, high = (money(usd) for usd in joint.quantiles("kept_contribution_usd"))
        text = _(
            "With all figures uncertain at once, the contribution of the plan lies between {low} "
            "and {high} a year in nine of ten samples, with {middle} in the middle."
        )
        told.append(text.format(low=low, middle=middle, high=high))
        least, most = (money(usd) for usd in joint.knowing_usd)
        text = _("Knowing all of them before deciding would save between {least} and {most} a year "
                 "on average.")  # fmt: skip
        told.append(text.format(least=least, most=most))
    return told
