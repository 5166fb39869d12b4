"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.cli.types import Day, Figure, Service, split_names

if TYPE_CHECKING:
    from fulfill.study.study import Study

Command = Callable[..., None]
Decorator = Callable[[Command], Command]
DEFAULT_NETWORK, DEFAULT_DEMAND = "mexico-us-border", "mexico-2026"
DEFAULT_CHANNELS = "direct_mail,local,cross_border,nearshore"
DEMAND_FIGURES = ("orders_per_year", "us_share", "income_exponent")
"""Options that stand for a parameter of the demand."""

as_of = click.option("--as-of", type=Day(), help="Day whose rules hold.  [default: the network's]")
out = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write.  [default: a new one]"
)
overwrite = click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def together(options: Iterable[Decorator]) -> Decorator:
    """Return one decorator that adds options in the order given."""

    def add(command: Command) -> Command:
        for option in reversed(list(options)):
            command = option(command)
        return command

    return add


problem_options = together(
    [
        click.option(
            "--network",
            default=DEFAULT_NETWORK,
            metavar="NAME|DIR",
            show_default=True,
            help="Network folder or embedded name.",
        ),
        click.option(
            "--demand",
            default=DEFAULT_DEMAND,
            metavar="NAME|DIR",
            show_default=True,
            help="Demand folder or embedded name.",
        ),
        click.option(
            "--channels",
            default=DEFAULT_CHANNELS,
            callback=split_names,
            metavar="A,B",
            show_default=True,
            help="Channels that may be used.",
        ),
        click.option(
            "--orders-per-year",
            type=Figure(min=1, max=1e9),
            help="Potential orders a year, in place of the demand's own.",
        ),
        click.option(
            "--us-share",
            type=Figure(0, 1),
            help="Share of orders from US zones, in place of the demand's own.",
        ),
        click.option(
            "--income-exponent",
            type=Figure(0, 2),
            help="e in population x internet x income^e.",
        ),
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="CELL=VALUE",
            help="Change a cell of the tables for this run: network/parameters[cancel_lambda]=0.05, "
            "network/freight[sea,CN,MX].usd_m3=120; repeat for more.",
        ),
    ]
)
"""Options that say which problem is meant."""

plan_options = together(
    [
        click.option(
            "--resolution",
            type=click.IntRange(min=1),
            help="Merge zones to about this number, for a quick look.  "
            "[default: every zone for itself]",
        ),
        click.option(
            "--method",
            type=click.Choice(["auto", "decomposition", "monolith"]),
            default="auto",
            show_default=True,
            help="How to solve: by size, or forced.",
        ),
        click.option(
            "--open",
            "opened",
            multiple=True,
            metavar="SITE",
            help="Lock a site open; repeat for more.",
        ),
        click.option(
            "--close",
            "closed",
            multiple=True,
            metavar="SITE",
            help="Lock a site closed; repeat for more.",
        ),
        click.option(
            "--sites", "max_sites", type=click.IntRange(min=0), help="At most this many sites."
        ),
        click.option(
            "--service",
            multiple=True,
            type=Service(),
            metavar="[SCOPE:]3d=0.7",
            help="Share of all orders within days, of a country or zone class; repeat for more.",
        ),
        click.option(
            "--budget", "budget_usd", type=Figure(min=0), help="Most to spend on opening, USD."
        ),
        click.option("--co2-cap", "co2_kg", type=Figure(min=0), help="Most CO2e, kg a year."),
        click.option(
            "--gap",
            type=Figure(min=0),
            default=0.003,
            show_default=True,
            help="Stop at this relative gap.",
        ),
        click.option(
            "--time-limit",
            type=Figure(min=0, max=1e7, min_open=True),
            default=60.0,
            show_default=True,
            help="Seconds for building and solving.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**31 - 1),
            default=0,
            show_default=True,
            help="Seed of whatever is random.",
        ),
    ]
)
"""Options that say what plan is wanted."""


def load_study(as_of: Any, options: dict[str, Any]) -> Study:
    """Read the study that options describe, and print its warnings.

    Raises
    ------
    InputError
        With every fault of tables and options.
    """
    from fulfill.study.study import demand_overrides, load

    figures = demand_overrides(**{name: options.pop(name) for name in DEMAND_FIGURES})
    overrides = [*figures, *options.pop("overrides")]
    study = load(as_of=as_of, overrides=overrides, **options)
    for warning in study.warnings:
        click.echo(f"warning: {warning}", err=True)
    return study
