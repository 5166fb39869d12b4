"""Options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fulfill.cli.completion import complete_sites
from fulfill.cli.echo import keep_quiet, note, speak
from fulfill.cli.types import Day, DayOrYear, Figure, Service, split_names
from fulfill.inputs.schema import USD
from fulfill.study.language import ENGLISH, LANGUAGES, Message
from fulfill.study.language import translated as _

if TYPE_CHECKING:
    from fulfill.inputs.network import Network
    from fulfill.study.run import Run
    from fulfill.study.study import Study

Command = Callable[..., None]
Decorator = Callable[[Command], Command]
DEFAULT_NETWORK, DEFAULT_DEMAND = "mexico-us-border", "mexico-2026"
NOT_AUDITED = Message(
    "plan     {run}: its files are as they were written; `fulfill audit {run}` checks it"
)
"""What a command that reads a run says about the plan."""
DEMAND_FIGURES = ("orders_per_year", "us_share", "income_exponent")
"""Options that set a parameter of the demand."""

as_of = click.option(
    "--as-of", type=Day(), help="Date of the tax and tariff rules.  [default: the network's]"
)
rules = click.option(
    "--rules",
    type=click.Choice(["as_of", "dated"]),
    default="as_of",
    show_default=True,
    help="Rules of the --as-of date all year, or in each period of its calendar year those of the "
    "period's own days.",
)
as_of_year = click.option(
    "--as-of",
    type=DayOrYear(),
    help="Date of the tax and tariff rules, or a year, which is its last day.  "
    "[default: the network's]",
)
out = click.option(
    "--out", type=click.Path(path_type=Path), help="Folder to write.  [default: a new one]"
)
overwrite = click.option("--overwrite", is_flag=True, help="Replace an existing --out folder.")


def together(options: Iterable[Decorator]) -> Decorator:
    """Combine options into one decorator.

    Parameters
    ----------
    options : iterable of decorators
        In the order of the help text.

    Returns
    -------
    decorator
        Adds all options to a command.
    """

    def add(command: Command) -> Command:
        for option in reversed(list(options)):
            command = option(command)
        return command

    return add


answer = together(
    [
        click.option(
            "--lang",
            type=click.Choice(LANGUAGES),
            default=ENGLISH,
            show_default=True,
            envvar="FULFILL_LANG",
            show_envvar=True,
            is_eager=True,
            expose_value=False,
            callback=speak,
            help="Language of pages and summaries; files for programs, faults and help are in "
            "English.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--quiet",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=keep_quiet,
            help="Print nothing but faults, and JSON if asked for.",
        ),
    ]
)
"""Options on what a command prints."""

currency = click.option(
    "--currency",
    default=USD,
    metavar="CODE",
    show_default=True,
    help="Currency of pages and summaries, at the rate of exchange_rates.csv of the network on or "
    "before its date; tables and map layers stay in USD.",
)

date_order = click.option(
    "--date-order",
    type=click.Choice(["dmy", "mdy"]),
    help="Order of day and month in dates of the network that a spreadsheet rewrote, such as "
    "1/8/2026.  [default: the order that they show themselves]",
)


problem_options = together(
    [
        click.option(
            "--network",
            default=DEFAULT_NETWORK,
            metavar="NAME|DIR|XLSX",
            show_default=True,
            help="Network: folder, workbook or embedded name.",
        ),
        click.option(
            "--demand",
            default=DEFAULT_DEMAND,
            metavar="NAME|DIR|XLSX",
            show_default=True,
            help="Demand: folder, workbook or embedded name.",
        ),
        date_order,
        click.option(
            "--faults",
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            help="Folder for copies of workbooks with their faults marked in the cells.  "
            "[default: beside the workbook]",
        ),
        click.option(
            "--channels",
            callback=split_names,
            metavar="A,B",
            help="Channels that may be used, from "
            "direct_mail,local,cross_border,nearshore.  [default: all that the tables offer]",
        ),
        click.option(
            "--orders-per-year",
            type=Figure(min=1, max=1e9),
            help="Potential orders a year, instead of the demand's own.",
        ),
        click.option(
            "--us-share",
            type=Figure(0, 1),
            help="Share of orders from US zones, instead of the demand's own.",
        ),
        click.option(
            "--income-exponent",
            type=Figure(0, 2),
            help="Exponent e of demand in proportion to population x internet x income^e.",
        ),
        click.option(
            "--set",
            "overrides",
            multiple=True,
            metavar="CELL=VALUE",
            help="Change a cell of the tables for this run, such as "
            "network/parameters[cancel_lambda]=0.05 or freight[sea,CN,MX].usd_m3*=2 (*= multiplies "
            "a number, += is added to it); the first words of a column are enough; may be "
            "repeated.",
        ),
    ]
)
"""Options that define the problem."""

plan_options = together(
    [
        click.option(
            "--resolution",
            type=click.IntRange(min=1),
            help="Merge zones to about this number, for a fast approximation.  "
            "[default: no merging]",
        ),
        click.option(
            "--method",
            type=click.Choice(["auto", "decomposition", "monolith"]),
            default="auto",
            show_default=True,
            help="Solution method; auto chooses by the size of the instance.",
        ),
        click.option(
            "--open",
            "opened",
            multiple=True,
            metavar="SITE",
            shell_complete=complete_sites,
            help="Lock a site open; may be repeated.",
        ),
        click.option(
            "--close",
            "closed",
            multiple=True,
            metavar="SITE",
            shell_complete=complete_sites,
            help="Lock a site closed; may be repeated.",
        ),
        click.option(
            "--sites", "max_sites", type=click.IntRange(min=0), help="Maximum number of sites."
        ),
        click.option(
            "--today",
            multiple=True,
            metavar="SITE",
            shell_complete=complete_sites,
            help="Site that is open today, from which --changes counts; may be repeated.",
        ),
        click.option(
            "--changes",
            "max_changes",
            type=click.IntRange(min=0),
            help="Maximum number of sites opened or closed from those of --today.",
        ),
        click.option(
            "--service",
            multiple=True,
            type=Service(),
            metavar="[SCOPE:]3d=0.7",
            help="Minimum share of all orders delivered within a number of days, optionally of a "
            "country or zone class; may be repeated.",
        ),
        click.option(
            "--single-source",
            is_flag=True,
            help="Serve each zone from stock by one site at most, all year; mail may serve it too.",
        ),
        click.option(
            "--budget", "budget_usd", type=Figure(min=0), help="Maximum investment in sites, USD."
        ),
        click.option(
            "--co2-cap", "co2_kg", type=Figure(min=0), help="Maximum emissions, kg CO2e a year."
        ),
        click.option(
            "--gap",
            type=Figure(min=0),
            default=0.003,
            show_default=True,
            help="Relative gap at which the search stops.",
        ),
        click.option(
            "--time-limit",
            type=Figure(min=0, max=1e7, min_open=True),
            default=60.0,
            show_default=True,
            help="Seconds for building and solving the model.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**31 - 1),
            default=0,
            show_default=True,
            help="Seed of all random numbers.",
        ),
    ]
)
"""Options of a plan."""


@contextmanager
def output_folder(
    out: Path | None, default: Path, *, overwrite: bool, sources: Iterable[Path]
) -> Iterator[tuple[Path, Path]]:
    """Reserve the folder of a command before its work begins, and create it when it is complete.

    Parameters
    ----------
    out : Path or None
        Folder to create; None for the first free name of `default`.
    default : Path
        Folder that is created where no other is given, numbered if it exists.
    overwrite : bool
        Replace `out`.
    sources : iterable of Path
        What the result is made from and must not replace.

    Yields
    ------
    target, draft : Path
        Folder to create, and the folder to write to, see `study.output_folder`.

    Raises
    ------
    InputError
        F340 to F344 where the folder cannot be written.
    """
    from fulfill.study.output_folder import new_folder, next_folder

    if out is None:
        with next_folder(default.parent, default.name, sources) as reserved:
            yield reserved
    else:
        with new_folder(out, overwrite=overwrite, sources=sources) as draft:
            yield out, draft


@contextmanager
def planned_study(
    run: Path | None, command: str, out: Path | None, *, overwrite: bool, sources: Iterable[Path]
) -> Iterator[tuple[Path, Path, Study, Run | None]]:
    """Reserve the folder of a question, and read the run that it is about.

    Parameters
    ----------
    run : Path or None
        Run folder; None for the embedded network, which is not planned yet.
    command : str
        Name of the command, by which the folder is named where `out` is not given.
    out, overwrite, sources
        See `output_folder`.

    Yields
    ------
    target, draft : Path
        See `output_folder`.
    study : Study
        Of the run, or of the embedded network.
    planned : Run or None
        The run.

    Raises
    ------
    InputError
        Where the folder cannot be written or the run cannot be read.
    """
    from fulfill.study.open_run import open_run
    from fulfill.study.study import load

    default = run.parent / f"{run.name}-{command}" if run else Path("runs") / command
    with output_folder(out, default, overwrite=overwrite, sources=sources) as (target, draft):
        planned = open_run(run) if run else None
        yield target, draft, planned.study if planned else load(), planned


def input_folders(options: Mapping[str, Any]) -> list[Path]:
    """Return the folders that the options --network and --demand name."""
    from fulfill.inputs.folder import locate

    kinds = [kind for kind in ("network", "demand") if options.get(kind)]
    return [locate(kind, options[kind]) for kind in kinds]


@contextmanager
def faults_marked(places: Iterable[Path], folder: Path | None = None) -> Iterator[None]:
    """Mark the faults of workbooks in copies of them, and say where these are.

    Parameters
    ----------
    places : iterable of Path
        Inputs, folders among them.
    folder : Path, optional
        Folder of the copies; by default each lies beside its workbook.

    Yields
    ------
    None

    Raises
    ------
    InputError
        That of the block, with the cells of its faults.
    """
    from fulfill.report.workbook.marks import faults_in_cells

    copies: list[Path] = []
    try:
        with faults_in_cells(places, folder) as copies:
            yield
    finally:
        for copy in copies:
            note(f"the faults are marked in {copy}")


def show_in(code: str, network: Network) -> None:
    """Put the option ``--currency`` in force until the command ends.

    Parameters
    ----------
    code : str
        Code of ISO 4217, in letters of either case.
    network : Network
        Its exchange rates and as-of date hold.

    Raises
    ------
    InputError
        F324 where the network has no rate of the currency.
    """
    from fulfill.inputs.currencies import result_rate, result_warnings
    from fulfill.study.currency import results_in

    rate = result_rate(code.upper(), network.written, network.as_of)
    for warning in result_warnings(rate, network.as_of):
        note(f"warning: {warning}")
    click.get_current_context().with_resource(results_in(rate))


def load_study(as_of: Any, options: dict[str, Any]) -> Study:
    """Read the study that options describe, and print its warnings on stderr.

    Parameters
    ----------
    as_of : date or None
        Date of the rules; None for that of the network.
    options : dict
        Values of `problem_options` and `plan_options`; the options of the demand are removed.

    Returns
    -------
    Study
        Checked and ready to be planned.

    Raises
    ------
    InputError
        With every fault of tables and options.
    """
    from fulfill.inputs.currencies import used_rates
    from fulfill.inputs.faults import abridged
    from fulfill.inputs.overrides import demand_overrides
    from fulfill.inputs.workbook import is_workbook, located
    from fulfill.study.study import load
    from fulfill.study.vocabulary import DAY, shown

    figures = demand_overrides(**{name: options.pop(name) for name in DEMAND_FIGURES})
    overrides = [*figures, *options.pop("overrides")]
    # an embedded name is no workbook
    places = [Path(options[kind]) for kind in ("network", "demand")]
    marked = options.pop("faults")
    with faults_marked(places, marked):
        study = load(as_of=as_of, overrides=overrides, **options)
    warnings = study.problem.warnings
    for place in filter(is_workbook, dict.fromkeys(places)):
        warnings = tuple(located(warnings, place))
    study = replace(study, problem=replace(study.problem, warnings=warnings))
    listed, counted = abridged(study.warnings)
    for warning in (*listed, *counted):
        note(f"warning: {warning}")
    network = study.problem.network
    for rate in used_rates(network.written, network.as_of):
        text = _(
            "amounts in {currency} are converted at {rate} {currency} per USD of {day} ({source})"
        )
        units, day = shown(rate.units_per_usd, "{:,.10g}"), shown(rate.day, DAY)
        note(text.format(currency=rate.currency, rate=units, day=day, source=rate.source))
    return study
