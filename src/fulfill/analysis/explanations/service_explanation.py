"""Who serves a zone or a product, and what its mean order costs by each of these ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fulfill.analysis.compare.mail_or_stock import mail_or_stock
from fulfill.analysis.explanations.marginal_values import (
    MarginalValue,
    gateway_values,
    tariff_values,
)
from fulfill.analysis.explanations.order_ways import order_ways
from fulfill.analysis.explanations.site_explanation import check_explainable
from fulfill.inputs.faults import Fault, InputError
from fulfill.study.json_file import finite
from fulfill.study.question_outputs import SERVED_BY
from fulfill.study.run import Run


@dataclass(frozen=True, eq=False)
class ServiceExplanation:
    """Who serves a zone or a product, and why not otherwise.

    Attributes
    ----------
    kind, id : str
        ``zone`` or ``product``, and its id.
    served_by : DataFrame
        Columns of `question_outputs.SERVED_BY`, the most orders first.
    compared : tuple of dict
        Of a zone: for each product in its largest period the two best ways of an order; of a
        product: for each country its mean order by mail and from the open sites.
    values : tuple of MarginalValue
        Of a product a point of the tariff of its class; of a zone a day at each gateway in use.
    """

    kind: str
    id: str
    served_by: pd.DataFrame
    compared: tuple[dict[str, Any], ...]
    values: tuple[MarginalValue, ...]

    @property
    def record(self) -> dict[str, Any]:
        """The explanation as JSON; NaN is None."""
        held = {
            f"{self.kind}_id": self.id,
            "served_by": self.served_by.to_dict("records"),
            "compared": list(self.compared),
            "marginal_values": [one.record for one in self.values],
        }
        return dict(finite(held))


def explain_zone(run: Run, zone: str) -> ServiceExplanation:
    """Return who serves a zone, and the two best ways of an order of each product.

    Parameters
    ----------
    run : Run
        With a plan.
    zone : str
        Id.

    Returns
    -------
    ServiceExplanation

    Raises
    ------
    InputError
        F308 for an unknown zone; F520 and F522 as `explain_sites`.
    """
    _check(run, "zone", zone, run.instance.zones)
    demand = run.instance.demand[run.instance.zones.index(zone)]
    compared = []
    for k in np.flatnonzero(demand.sum(axis=1) > 0).tolist():
        period = run.instance.periods[int(demand[k].argmax())]
        product = run.instance.products[k]
        ways = order_ways(run, zone, product, period)[:2]
        compared.append(
            {"product": product, "period": period, "ways": [way.record for way in ways]}
        )
    values = tuple(gateway_values(run))
    return ServiceExplanation("zone", zone, _served_by(run, "to", zone), tuple(compared), values)


def explain_product(run: Run, product: str) -> ServiceExplanation:
    """Return who serves a product, and its mean order by mail and from stock.

    Parameters
    ----------
    run : Run
        With a plan.
    product : str
        Id.

    Returns
    -------
    ServiceExplanation

    Raises
    ------
    InputError
        F308 for an unknown product; F520 and F522 as `explain_sites`.
    """
    _check(run, "product", product, run.instance.products)
    sides = mail_or_stock(run)
    rows = [
        {str(name): value for name, value in row.items()}
        for row in sides[sides["product"] == product].to_dict("records")
    ]
    table = run.problem.network["products"].set_index("product_id")
    values = tuple(tariff_values(run, [str(table.loc[product, "tariff_class"])]))
    served = _served_by(run, "product", product)
    return ServiceExplanation("product", product, served, tuple(rows), values)


def _check(run: Run, kind: str, name: str, known: tuple[str, ...]) -> None:
    check_explainable(run)
    if name not in known:
        detail = f"the run has no such {kind}"
        raise InputError([Fault("F308", f"--{kind}", value=name, detail=detail)])


def _served_by(run: Run, column: str, name: str) -> pd.DataFrame:
    """Return the orders of a zone or product by where they come from and by channel."""
    flows = run.flows[(run.flows["leg"] == "outbound") & (run.flows[column] == name)]
    by = [flows["from"].rename("place"), flows["from_name"].rename("name"), "channel"]
    days = flows.assign(days=flows["orders"] * flows["lead_time_days"])
    total = days.groupby(by)[["orders", "days"]].sum().reset_index()
    total["lead_time_days"] = total["days"] / total["orders"]
    total["share"] = total["orders"] / total["orders"].sum()
    total = total.sort_values(["orders", "place"], ascending=[False, True])
    return total[list(SERVED_BY.keys)].reset_index(drop=True)
