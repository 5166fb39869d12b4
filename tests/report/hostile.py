"""Names that somebody else's network may have, and what is shown of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from fulfill.analysis.compare.comparison import Comparison
from fulfill.study.delivery_day import DayRoutes
from fulfill.study.run import Run

BROKEN = "console.error('BROKEN')"
HOSTILE_NAMES = {
    "script": f"</script><script>{BROKEN}</script>",
    "image": f"<img src=x onerror={BROKEN}>",
    "attribute": f'" onmouseover="{BROKEN}" autofocus onfocus="{BROKEN}',
    "comment": f"]]><!--<svg onload={BROKEN}>",
    "address": f"javascript:{BROKEN}",
    "template": "{{7*7}}${title}<%= 7*7 %>@name{safe}",
    "entity": "&lt;b&gt;&amp;amp;&#60;",
    "markup": "[/x][red]:smile:",
    "escapes": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "lines": "first\nsecond\r\nthird\tfourth",
    "direction": "\u202edlrow\u202c \u2066olleh\u2069",
    "controls": "\x01\x02\x1f\x7f\x9bend",
    "formula": '=HYPERLINK("//x","y")',
    "mathematics": f"$$\\href{{javascript:{BROKEN}}}{{x}}$$",
    "long": "W" * 400,
}
"""Names that somebody else's network may have, by what they try."""


def plan_with_names(planned: Run, name: str) -> Run:
    """The plan with this name for sites, zones, products, periods, states and titles."""
    plan, problem = planned.plan, planned.problem
    tables = dict(problem.network.tables)
    for table in ("sites", "gateways", "products", "origins", "calendar", "countries"):
        tables[table] = tables[table].assign(name=name)
    zones = problem.demand.zones.assign(name=name, state=name)
    demand = replace(problem.demand.with_table("zones", zones), title=name)
    outcome = replace(plan.outcome, bound_of=name, conditions=(name,))
    plan = replace(
        plan,
        outcome=outcome,
        sites=plan.sites.assign(name=name, state=name, ownership=name, peak_period=name),
        zones=plan.zones.assign(name=name, state=name, zone_class=name, main_channel=name),
        capacity=plan.capacity.assign(unit=name),
        unserved=pd.DataFrame(
            [("capacity", name, name, name, name, 5.0)], columns=plan.unserved.columns
        ),
    )
    network = replace(problem.network, title=name, tables=tables)
    hostile = replace(problem, network=network, demand=demand)
    model = replace(planned.model, problem=hostile)
    audit = replace(planned.audit, faults=(name,))
    return replace(planned, plan=plan, audit=audit, solved=(model, planned.decisions))


def comparison_with_names(comparison: Comparison, name: str) -> Comparison:
    """The comparison with this name for products, countries and folders."""
    study, source = comparison.study, comparison.study.provenance
    network = replace(source.network, folder=replace(source.network.folder, name=name))
    return replace(
        comparison,
        products=comparison.products.assign(product=name),
        zone_classes=comparison.zone_classes.assign(country=name, zone_class=name),
        break_even=comparison.break_even.assign(product=name, country=name),
        audit_faults=(name,),
        conditions=(name,),
        study=replace(study, provenance=replace(source, network=network)),
    )


def day_with_names(day: DayRoutes, name: str) -> DayRoutes:
    """The day with this name for site, zones, vehicles, stops and period."""
    return replace(
        day,
        period=name,
        depots=day.depots.assign(name=name),
        zones=day.zones.assign(name=name, state=name),
        vehicles=day.vehicles.assign(vehicle=name + day.vehicles["vehicle"]),
        visits=day.visits.assign(
            stop_id=name + day.visits["stop_id"], vehicle=name + day.visits["vehicle"]
        ),
        linehaul=day.linehaul.assign(**{"from": name, "to": name}),
    )
