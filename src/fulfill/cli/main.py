"""The group of commands and its handling of exceptions.

Exit codes: 0 a plan or the requested answer, 1 input faults, 2 wrong usage, 3 proven infeasible, 4
limit reached or interrupted without a plan, 5 solver failure, audit fault, or a map or page that
could not be drawn. A plan found before Ctrl-C is written: its first line says INTERRUPTED, and the
code is 0. Every command imports the modules it needs when it runs, so that `--help` is fast.
"""

from __future__ import annotations

import errno
import logging
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from fulfill.cli.calibration import calibrate
from fulfill.cli.conversion import convert
from fulfill.cli.data import check, init, lane
from fulfill.cli.echo import PlainFormatter, say
from fulfill.cli.exit_codes import FAULTS, NO_PLAN_EXIT, SOLVER_EXIT
from fulfill.cli.frontier import frontier
from fulfill.cli.greenfield import candidates
from fulfill.cli.importing import import_files
from fulfill.cli.people import export
from fulfill.cli.plan import optimize, route
from fulfill.cli.present import baseline
from fulfill.cli.questions import alternatives, diff, explain
from fulfill.cli.risk import ask, compare, stress
from fulfill.cli.roadmap import roadmap
from fulfill.cli.scenarios import scenarios
from fulfill.cli.simulation import simulate
from fulfill.cli.sweep import sweep
from fulfill.cli.trust import audit
from fulfill.inputs.faults import DrawingError, Fault, FulfillError, InputError, abridged
from fulfill.report.plain_text import one_line

LOG_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)
"""Level of the package's log by the number of ``-v`` given; more than two change nothing."""


class Commands(click.Group):
    """A group that turns the exceptions of the package into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Parameters
        ----------
        ctx : click.Context
            Context of the invocation.

        Returns
        -------
        object
            Result of the command.

        Raises
        ------
        click.exceptions.Exit
            With the exit code of the exception that the command raised.
        """
        try:
            with exit_on_termination():
                return super().invoke(ctx)
        except InputError as error:
            print_faults(error.faults)
            ctx.exit(FAULTS)
        except DrawingError as error:
            click.echo(str(error), err=True)
            ctx.exit(SOLVER_EXIT)
        except FulfillError as error:
            say(f"solver failure: {error}", err=True)
            ctx.exit(SOLVER_EXIT)
        except OSError as error:
            if error.errno == errno.EPIPE:  # click ends quietly where nobody reads the output
                raise
            click.echo(f"file system: {error}", err=True)
            ctx.exit(SOLVER_EXIT)
        except KeyboardInterrupt:
            say("INTERRUPTED: nothing was written", err=True)
            ctx.exit(NO_PLAN_EXIT)


@contextmanager
def exit_on_termination() -> Iterator[None]:
    """End the program by an exception on SIGTERM and SIGHUP, so that drafts are deleted.

    A second signal ends it at once. A signal that is ignored, as under nohup, stays ignored.
    """

    def leave(number: int, _: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise SystemExit(128 + number)

    signals = (signal.SIGTERM, signal.SIGHUP)
    main_thread = threading.current_thread() is threading.main_thread()
    usual = [one for one in signals if main_thread and signal.getsignal(one) is signal.SIG_DFL]
    for one in usual:
        signal.signal(one, leave)
    try:
        yield
    finally:
        for one in usual:
            signal.signal(one, signal.SIG_DFL)


def print_faults(faults: Iterable[Fault]) -> None:
    """Print numbered faults on stderr, and that nothing was written.

    Parameters
    ----------
    faults : iterable of Fault
        Including warnings, which are not counted as faults. Many of a kind are abridged.
    """
    found = list(faults)
    listed, counted = abridged(found)
    for number, fault in enumerate(listed, 1):
        say(f"{number}. {one_line(str(fault))}", err=True)
    for line in counted:
        say(f"   {one_line(line)}", err=True)
    wrong = sum(not fault.warning for fault in found)
    say(f"{wrong:,} fault{'s' * (wrong != 1)} in the input; nothing was written.", err=True)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Example: fulfill optimize --out runs/first",
)
@click.version_option(package_name="fulfill")
@click.option(
    "-v",
    "--verbose",
    count=True,
    help="Log progress to stderr; -vv logs every stage.  Goes before the command.",
)
def main(verbose: int) -> None:
    """Choose overseas warehouses, their volumes, and which orders to mail from abroad."""
    if verbose:
        log_to_stderr(LOG_LEVELS[min(verbose, len(LOG_LEVELS) - 1)])


def log_to_stderr(level: int) -> None:
    """Write the package's log records of a level and above to stderr.

    Parameters
    ----------
    level : int
        Least level that is written, as in `logging`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler])
    # The root logger stays at WARNING: numba logs every step of a compilation.
    logging.getLogger("fulfill").setLevel(level)


for command in (
    init,
    import_files,
    convert,
    calibrate,
    candidates,
    check,
    lane,
    baseline,
    optimize,
    compare,
    diff,
    explain,
    alternatives,
    roadmap,
    scenarios,
    stress,
    ask,
    simulate,
    sweep,
    frontier,
    export,
    audit,
    route,
):
    main.add_command(command)
