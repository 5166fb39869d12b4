"""Types of options and arguments, which are parsed and checked before any work starts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fulfill.inputs.faults import Fault, InputError
from fulfill.inputs.spelling import suggest

DATABASE = "postgresql://"
"""How the address of a database begins."""
CVAR, DEFAULT_LEVEL = "cvar", 0.9
MINUS = "\N{MINUS SIGN}"


class Figure(click.FloatRange):
    """A number in a range; nan and infinity are rejected although Python parses them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; reject one that is not finite as wrong usage (exit code 2)."""
        number = super().convert(value, param, ctx)
        if math.isfinite(number):
            return number
        return self.fail(f"{value!r} is not a finite number.", param, ctx)


if TYPE_CHECKING:
    from fulfill.inputs.network import Network
    from fulfill.model.limits import ServiceTarget
    from fulfill.model.risk import RiskMeasure

    DateType = click.ParamType[date]
    ServiceType = click.ParamType[ServiceTarget | Fault]
    RiskType = click.ParamType[RiskMeasure]
    ChoiceType = click.Choice[str]
else:  # generic for type checkers only: not in every click that we take
    DateType = ServiceType = RiskType = click.ParamType
    ChoiceType = click.Choice


class FormatOrDatabase(ChoiceType):
    """One of some formats, or the address of a PostgreSQL database."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return an address as it is, otherwise the format."""
        if str(value).startswith(DATABASE):
            return str(value)
        return str(super().convert(value, param, ctx))


class Day(DateType):
    """A date of the form YYYY-MM-DD.

    Any other form is an input fault (exit code 1), as it is in the tables.
    """

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date.

        Parameters
        ----------
        value : str or date
            Text, or a default.
        param, ctx : click.Parameter, click.Context
            As passed by click.

        Returns
        -------
        date
            The date.

        Raises
        ------
        InputError
            F203 where the text is not a date of this form.
        """
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # Python also parses 20261101 and week dates
            raise InputError([Fault("F203", param.opts[0] if param else "date", value=str(value))])
        return day


class DayOrYear(Day):
    """A date, or a calendar year, which stands for its last day."""

    name = "YYYY-MM-DD|YYYY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date; see `Day.convert`."""
        text = str(value)
        if len(text) == 4 and text.isascii() and text.isdigit() and text > "0000":
            return date(int(text), 12, 31)
        return super().convert(value, param, ctx)


class Service(ServiceType):
    """A service target, or the fault of a text that is not one.

    The fault is not raised here, so that it is reported together with those of all other options.
    """

    name = "target"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ServiceTarget | Fault:
        """Return the target, or its fault (F309)."""
        from fulfill.model.limits import parse_service

        return parse_service(value) if isinstance(value, str) else value


class Risk(RiskType):
    """A measure of risk, such as ``cvar:0.9:0.5``."""

    name = "measure"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> RiskMeasure:
        """Return the measure, or fail with what it could be."""
        from fulfill.model.risk import parse_risk

        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        try:
            return parse_risk(value)
        except ValueError:
            self.fail(
                f"{value!r} is not expected, regret or cvar:LEVEL:WEIGHT with 0 <= LEVEL < 1 and "
                "0 <= WEIGHT <= 1",
                param,
                ctx,
            )


class Against(ChoiceType):
    """What cost is traded for, such as ``co2``; ``cvar`` may name its level, as ``cvar:0.9``."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text, or fail with what it could be."""
        kind, colon, level = str(value).partition(":")
        if kind != CVAR or not colon:
            return str(super().convert(value, param, ctx))
        try:
            number = float(level)
        except ValueError:
            number = math.nan
        if not 0.0 < number < 1.0:
            self.fail(f"{value!r} is not cvar:LEVEL with 0 < LEVEL < 1", param, ctx)
        return str(value)


def cvar_level(against: str) -> float | None:
    """Return the level of CVaR of a text of `Against`; None of another measure."""
    kind, _, level = against.partition(":")
    return None if kind != CVAR else float(level or DEFAULT_LEVEL)


class PlacesCommand(click.Command):
    """A command whose arguments may begin with the minus of a coordinate.

    Click takes ``-99.13,19.43`` for options. It gets the text with a typographic minus, which
    `parse_places` reads too.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; see `click.Command.parse_args`."""
        return super().parse_args(ctx, [re.sub(r"^-(?=[\d.])", MINUS, arg) for arg in args])


def parse_places(texts: Iterable[str], network: Network) -> list[tuple[float, float]]:
    """Parse the places of a lane.

    Parameters
    ----------
    texts : iterable of str
        ``LAT,LON`` in degrees, or ids of sites, gateways or origins.
    network : Network
        Has the ids.

    Returns
    -------
    list of tuple of float
        Latitude and longitude of each place, degrees.

    Raises
    ------
    InputError
        With a fault for each text: F309 where it is not two numbers, F308 for an unknown id.
    """
    known = {
        name: (float(lat), float(lon))
        for kind in ("site", "gateway", "origin")
        for name, lat, lon in zip(
            *(network[f"{kind}s"][column] for column in (f"{kind}_id", "lat", "lon")), strict=True
        )
    }
    places, faults = [], []
    for text in (text.replace(MINUS, "-") for text in texts):
        try:
            places.append(known.get(text) or _point(text))
        except ValueError:
            if re.search(r"[,;]|^[-+\d. ]*$", text):
                detail = "write two numbers with a comma, e.g. 19.43,-99.13"
                faults.append(Fault("F309", "LAT,LON", value=text, detail=detail))
            else:
                detail = f"no site, gateway or origin; {suggest(text, known)}"
                faults.append(Fault("F308", "PLACE", value=text, detail=detail))
    if faults:
        raise InputError(faults)
    return places


def _point(text: str) -> tuple[float, float]:
    """Return two numbers with a comma between them; ValueError for any other text."""
    lat, lon = (float(part) for part in text.split(","))
    return lat, lon


def split_names(
    _ctx: click.Context, _param: click.Parameter, text: str | None
) -> tuple[str, ...] | None:
    """Split names at commas; a callback of click. None where the option is not given."""
    return None if text is None else tuple(name.strip() for name in text.split(",") if name.strip())
