"""Rows of disruptions.csv that name nothing of the network and demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault
from fulfill.inputs.schema.disruptions import ANY_PERIOD, CARRIER, GATEWAY, MAIL, SITE
from fulfill.inputs.spelling import near, nearest


def disruption_faults(
    folder: str, tables: Mapping[str, pd.DataFrame], zones: pd.DataFrame
) -> Iterator[Fault]:
    """Find unknown sites, gateways, carriers, countries and periods.

    Parameters
    ----------
    folder : str
        Name of the network's folder, for messages.
    tables : mapping of str to DataFrame
        With disruptions, sites, gateways, countries and calendar.
    zones : DataFrame
        In the form of zones.csv of the demand; their states have carriers.

    Yields
    ------
    Fault
        F500.
    """
    known = {
        SITE: set(tables["sites"]["site_id"]),
        GATEWAY: set(tables["gateways"]["gateway_id"]),
        CARRIER: set(zones["country"] + " " + zones["state"]),
        MAIL: set(tables["countries"]["country"]),
    }
    periods = {ANY_PERIOD, *tables["calendar"]["period_id"]}
    file, rows = f"{folder}/disruptions.csv", tables["disruptions"]
    columns = (rows[name] for name in (ROW, "kind", "id", "period_id"))
    for line, kind, name, period in zip(*columns, strict=True):
        for column, value, names in (("id", name, known[kind]), ("period_id", period, periods)):
            if value not in names:
                detail = f"no such {kind if column == 'id' else 'period'}"
                detail += near(nearest(value, names))
                yield Fault("F500", file, int(line), column, value, detail)
