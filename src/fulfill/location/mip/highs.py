"""HiGHS through MathOpt: progress from its log, refusals as `SolverError`, plans kept on interrupt.

HiGHS under MathOpt fires no callbacks, and Ctrl-C drops its incumbent. But its message lines can be
read while it runs, and it saves every improving plan to a file: after an interrupt the last plan
there and the last bound in the log are the answer.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.math_opt.solvers import highs_pb2

from fulfill.inputs.faults import SolverError
from fulfill.location.mip.rows import LinearModel
from fulfill.model.arrays import Array

INFEASIBLE_LP = 2
"""SciPy's status of an infeasible linear program."""
Report = Callable[[float, float, float], None]

_ROW = re.compile(
    r"^\s*[A-Z]?\s+\d+\s+\d+\s+\d+\s+[\d.]+%\s+(\S+)\s+(\S+)\s+(\S+)%?.*?([\d.]+)s\s*$"
)


@dataclass(frozen=True)
class MipAnswer:
    """Result of a MIP solve.

    Attributes
    ----------
    values : (n_columns,) or None
        Column values of the best plan, None where none was found.
    objective, bound : float
        Reported by the solver.
    infeasible : bool
        Whether the solver proved that there is no plan.
    interrupted : bool
        Whether Ctrl-C ended the search.
    """

    values: Array | None
    objective: float
    bound: float
    infeasible: bool
    interrupted: bool = False


@dataclass(frozen=True)
class LpAnswer:
    """An optimum of a linear program.

    Attributes
    ----------
    values : (n_columns,)
    duals : (n_rows,)
        What the objective rises by when both sides of a row rise by one.
    """

    values: Array
    duals: Array


def read_progress(line: str) -> tuple[float, float, float] | None:
    """Read a row of HiGHS's branch-and-bound log.

    Parameters
    ----------
    line : str

    Returns
    -------
    (float, float, float) or None
        Bound, incumbent and seconds; None for any other line.
    """
    match = _ROW.match(line)
    if match is None:
        return None
    numbers = []
    for text in (match[1], match[2], match[4]):
        try:
            numbers.append(float(text))
        except ValueError:
            return None
    bound, incumbent, seconds = numbers
    return bound, incumbent, seconds


def _parameters(gap: float, seconds: float, seed: int, saved: Path) -> mathopt.SolveParameters:
    """Return the solver's parameters; every better plan is saved, in case of an interrupt."""
    return mathopt.SolveParameters(
        relative_gap_tolerance=gap,
        time_limit=timedelta(seconds=max(seconds, 0.1)),
        random_seed=seed,
        highs=highs_pb2.HighsOptionsProto(
            bool_options={"mip_improving_solution_save": True},
            string_options={"mip_improving_solution_file": str(saved)},
        ),
    )


def _hints(built: mathopt.Model, hint: Array | None) -> mathopt.ModelSolveParameters:
    """Return the column values of a plan to start from in the solver's form."""
    hints = mathopt.ModelSolveParameters()
    if hint is not None:
        values = dict(zip(built.variables(), hint.tolist(), strict=True))
        hints.solution_hints = [mathopt.SolutionHint(variable_values=values)]
    return hints


def _listener(last: list[float], report: Report | None) -> Callable[[Iterable[str]], None]:
    """Return what reads the solver's log, keeps its last bound in `last`, and reports."""

    def listen(lines: Iterable[str]) -> None:
        for line in lines:
            row = read_progress(line)
            if row:
                last[0] = row[0]
                if report:
                    report(row[1], row[0], row[2])

    return listen


@contextmanager
def own_stdout_only() -> Iterator[None]:
    """Keep what HiGHS prints itself out of standard output.

    A debug line of its MIP heuristics goes there whatever is asked for, and would break the JSON
    lines of a program that prints some.

    Yields
    ------
    None
    """
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def solve_mip(
    model: LinearModel,
    *,
    gap: float,
    seconds: float,
    seed: int,
    report: Report | None = None,
    hint: Array | None = None,
) -> MipAnswer:
    """Solve a model by HiGHS; Ctrl-C returns the best plan so far.

    Parameters
    ----------
    model : LinearModel
    gap, seconds : float
        Relative gap and time at which the solver stops.
    seed : int
    report : callable or None
        Called with incumbent, bound and seconds.
    hint : (n_columns,) or None
        Column values of a plan to start from.

    Returns
    -------
    MipAnswer

    Raises
    ------
    SolverError
        Where HiGHS refuses the model or fails.
    """
    built = mathopt.Model.from_model_proto(model.proto())
    last = [-np.inf]
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "improving.sol"
        params = _parameters(gap, seconds, seed, saved)
        hints = _hints(built, hint)
        try:
            with own_stdout_only():
                result = mathopt.solve(
                    built,
                    mathopt.SolverType.HIGHS,
                    params=params,
                    model_params=hints,
                    msg_cb=_listener(last, report),
                )
        except KeyboardInterrupt:
            return replace(read_saved(saved, last[0]), interrupted=True)
        except (AttributeError, RuntimeError, ValueError) as error:
            # MathOpt hides a solver's refusal behind an AttributeError of its own; the text is in
            # the context.
            raise SolverError(f"HiGHS: {error.__context__ or error}") from error
    return _answer(result, built)


def solve_lp(model: LinearModel) -> LpAnswer | None:
    """Solve the linear relaxation of a model by HiGHS.

    SciPy hands arrays to HiGHS as they are; MathOpt would make an object of every row and column,
    which takes longer than solving.

    Parameters
    ----------
    model : LinearModel

    Returns
    -------
    LpAnswer or None
        None where it is infeasible.

    Raises
    ------
    SolverError
        Where HiGHS refuses the model or fails.
    """
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    arrays = model.arrays()
    equal = arrays.row_low == arrays.row_high
    below = ~equal & np.isfinite(arrays.row_high)
    above = ~equal & np.isfinite(arrays.row_low)
    matrix = arrays.matrix
    limits = np.concatenate([arrays.row_high[below], -arrays.row_low[above]])
    try:
        found = linprog(  # type: ignore[call-overload]  # its types know no sparse arrays
            arrays.cost,
            A_ub=vstack([matrix[below], -matrix[above]], format="csr"),
            b_ub=limits,
            A_eq=matrix[equal],
            b_eq=arrays.row_low[equal],
            bounds=np.column_stack([arrays.lower, arrays.upper]),
            method="highs",
        )
    except ValueError as error:
        raise SolverError(f"HiGHS: {error}") from error
    if found.status == INFEASIBLE_LP:
        return None
    if found.status != 0:
        raise SolverError(f"HiGHS: {found.message}")
    duals = np.zeros(model.n_rows)
    duals[equal] = found.eqlin.marginals
    n_below = int(below.sum())
    duals[below] += found.ineqlin.marginals[:n_below]
    duals[above] -= found.ineqlin.marginals[n_below:]
    return LpAnswer(found.x, duals)


def read_saved(path: Path, bound: float) -> MipAnswer:
    """Return the last complete plan of HiGHS's file of improving plans.

    The file repeats ``Objective <value>``, ``# Columns <n>``, then n values, one per line.

    Parameters
    ----------
    path : Path
    bound : float
        Last bound of the log.

    Returns
    -------
    MipAnswer
        Without values where the file holds no complete plan.
    """
    lines = path.read_text(encoding="ascii").split("\n") if path.is_file() else []
    starts = [number for number, line in enumerate(lines) if line.startswith("Objective ")]
    for start in reversed(starts):
        header = lines[start + 1].split() if start + 1 < len(lines) else []
        if len(header) != 3 or header[:2] != ["#", "Columns"]:
            continue
        size = int(header[2])
        block = lines[start + 2 : start + 2 + size]
        # a plan that is still being written has too few lines, or no line end after the last
        if len(block) == size and start + 2 + size < len(lines):
            return MipAnswer(
                np.array(block, float), float(lines[start].split()[1]), bound, infeasible=False
            )
    return MipAnswer(None, float("inf"), bound, infeasible=False)


def _answer(result: mathopt.SolveResult, built: mathopt.Model) -> MipAnswer:
    reason = result.termination.reason
    bound = result.dual_bound()
    if result.has_primal_feasible_solution():
        values = np.array(result.variable_values(list(built.variables())), float)
        return MipAnswer(values, result.objective_value(), bound, infeasible=False)
    infeasible = reason in (
        mathopt.TerminationReason.INFEASIBLE,
        mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
    )
    if not infeasible and reason not in (
        mathopt.TerminationReason.NO_SOLUTION_FOUND,
        mathopt.TerminationReason.OPTIMAL,
        mathopt.TerminationReason.FEASIBLE,
    ):
        raise SolverError(f"HiGHS: {reason.name}: {result.termination.detail}")
    return MipAnswer(None, float("inf"), bound, infeasible)
