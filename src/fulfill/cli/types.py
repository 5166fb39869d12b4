"""Types of options and arguments: each text is parsed once, here, before any work is done."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fulfill.inputs.faults import Fault, InputError


class Figure(click.FloatRange):
    """A number in a range; nan and infinity are none, though Python would read them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number, or fail as click does for wrong usage."""
        number = super().convert(value, param, ctx)
        if math.isfinite(number):
            return number
        return self.fail(f"{value!r} is not a finite number.", param, ctx)


if TYPE_CHECKING:
    from fulfill.model.limits import ServiceTarget

    DateType = click.ParamType[date]
    ServiceType = click.ParamType[ServiceTarget | Fault]
else:  # generic for type checkers only: not in every click that we take
    DateType = ServiceType = click.ParamType


class Day(DateType):
    """A date written YYYY-MM-DD; another form is an input fault (exit code 1), as in the tables."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or raise F203."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            day = None
        if day is None or day.isoformat() != value:  # Python would take 20261101 and week dates too
            raise InputError([Fault("F203", param.opts[0] if param else "date", value=str(value))])
        return day


class Service(ServiceType):
    """A service target; a text that is none becomes its fault.

    The fault is not raised here, so that it is reported with those of all other options.
    """

    name = "target"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> ServiceTarget | Fault:
        """Return the target, or the fault (F309)."""
        from fulfill.model.limits import parse_service

        return parse_service(value) if isinstance(value, str) else value


def parse_point(text: str) -> tuple[float, float]:
    """Read LAT,LON."""
    parts = text.split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        detail = "write two numbers with a comma, e.g. 19.43,-99.13"
        raise InputError([Fault("F309", "LAT,LON", value=text, detail=detail)]) from None
    return lat, lon


def split_names(_ctx: click.Context, _param: click.Parameter, text: str) -> tuple[str, ...]:
    """Read names with commas between them; a callback of click."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
