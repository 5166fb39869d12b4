"""The horizon of a project: its periods in a year, and factors from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from fulfill.inputs.anura.project import Project
from fulfill.inputs.anura.tables import ALL, HORIZON
from fulfill.inputs.columns import ROW
from fulfill.inputs.faults import Fault

YEAR_DAYS = (365, 366)
MONTHS = 12.0


@dataclass(frozen=True, eq=False)
class Horizon:
    """The days that a project plans.

    Attributes
    ----------
    days : int
        Of the project.
    periods : DataFrame
        Columns period_id, starts (YYYY-MM-DD) and days; the days of one period are those of a
        whole year.
    """

    days: int
    periods: pd.DataFrame

    @property
    def a_year(self) -> float:
        """Horizons in a year: 1 for a project of a year, else the project is repeated."""
        return float(self.periods["days"].sum()) / self.days

    def a_month(self, amount: float) -> float:
        """Return the monthly value of an amount of every period."""
        return amount * len(self.periods) * self.a_year / MONTHS

    def a_day(self, amount: float) -> float:
        """Return the daily value of an amount of every period, on the mean."""
        return amount * len(self.periods) / self.days

    def named(self, names: pd.Series) -> pd.Series:
        """Return names of periods; those of the whole horizon are the only period, if there is one.

        Names that are unknown, or of the horizon where there are several periods, are empty.
        """
        known = set(self.periods["period_id"])
        single = self.periods["period_id"].iloc[0] if len(self.periods) == 1 else ""
        whole = names.isin(["", ALL, HORIZON])
        return names.where(names.isin(known), "").where(~whole | names.isin(known), single)


def find_horizon(project: Project) -> tuple[Horizon | None, list[Fault]]:
    """Return the periods of a project.

    Parameters
    ----------
    project : Project

    Returns
    -------
    horizon : Horizon or None
        None where there are faults.
    faults : list of Fault
        F546 where the days of the horizon, or its periods, do not make sense.
    """
    file = f"{project.name}/ModelSettings.csv"
    settings, periods = project["ModelSettings"], project["Periods"]
    if len(settings) != 1:
        return None, [Fault("F546", file, detail=f"{len(settings)} rows, 1 expected")]
    first, last = settings["ModelStartDate"].iloc[0], settings["ModelEndDate"].iloc[0]
    days = (last - first).days + 1
    place = file, int(settings[ROW].iloc[0]), "ModelEndDate", str(last.date())
    if days < 1:
        return None, [Fault("F546", *place, "the last day is before the first")]
    year = days if days in YEAR_DAYS else YEAR_DAYS[0]
    if periods.empty:
        only = {"period_id": [HORIZON], "starts": [str(first.date())], "days": [float(year)]}
        return Horizon(days, pd.DataFrame(only)), []
    ordered = periods.sort_values("StartDate", ignore_index=True)
    faults = _period_faults(ordered, first, last, f"{project.name}/Periods.csv")
    if len(periods) > 1 and days not in YEAR_DAYS:
        detail = f"{days} days in {len(periods)} periods; several periods make up a year"
        faults.append(Fault("F546", *place, detail))
    if faults:
        return None, faults
    starts = ordered["StartDate"]
    ends = [*starts.iloc[1:], last + pd.Timedelta(days=1)]
    lengths = [float((end - start).days) for start, end in zip(starts, ends, strict=True)]
    table = pd.DataFrame(
        {
            "period_id": ordered["PeriodName"],
            "starts": starts.dt.strftime("%Y-%m-%d"),
            "days": lengths if len(lengths) > 1 else [float(year)],
        }
    )
    return Horizon(days, table), []


def _period_faults(
    ordered: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp, file: str
) -> list[Fault]:
    """Find periods that are not in the horizon, and days before the first of them."""
    faults = [
        Fault("F546", file, int(line), "StartDate", str(start.date()), "not in the horizon")
        for line, start in zip(ordered[ROW], ordered["StartDate"], strict=True)
        if not first <= start <= last
    ]
    begins = ordered["StartDate"].iloc[0]
    if begins > first:
        line = int(ordered[ROW].iloc[0])
        detail = f"the horizon begins on {first.date()}, before the first period"
        faults.append(Fault("F546", file, line, "StartDate", str(begins.date()), detail))
    return faults
